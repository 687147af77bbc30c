"""The network with one hidden layer, written by hand for rows and for columns."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def rows(q, at):
    z1 = at("z1", np.dot(q.x, q.W1) + q.b1)
    h = at("h", 1 / (1 + np.exp(-z1)))
    z2 = at("z2", np.dot(h, q.W2) + q.b2)
    at("J", logsumexp(z2) - np.sum(q.y * z2))


def columns(q, at):
    z1 = at("z1", np.dot(q.W1, q.x) + q.b1)
    h = at("h", np.where(z1 > 0, z1, 0.0))
    z2 = at("z2", np.dot(q.W2, h) + q.b2)
    at("J", logsumexp(z2) - z2[int(q.k) - 1, 0])


MODELS = {"rows": rows, "columns": columns}
