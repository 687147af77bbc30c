"""The network on a batch, written by hand."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def batch(q, at):
    z1 = at("z1", np.dot(q.X, q.W1) + q.b1)
    a1 = at("a1", np.tanh(z1))
    z2 = at("z2", np.dot(a1, q.W2) + q.b2)
    at("L", np.mean(logsumexp(z2, axis=1) - np.sum(q.y * z2, axis=1, keepdims=True)))


MODELS = {"batch": batch}
