"""The 2-2-1 network with numbers, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def network(q, at):
    z1 = at("z1", np.dot(q.W1, q.x) + q.b1)
    z2 = at("z2", np.dot(q.W2, sigmoid(z1)) + q.b2)
    yhat = sigmoid(z2)
    at("J", -np.sum(q.y * np.log(yhat) + (1 - q.y) * np.log(1 - yhat)))


MODELS = {"1": network}
