"""The small network with numbers, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def network(q, at):
    h1 = sigmoid(q.w1 * q.x1 + q.w2 * q.x2 + q.b1)
    h2 = sigmoid(q.w3 * q.x1 + q.w4 * q.x2 + q.b1)
    z3 = at("z3", q.w5 * h1 + q.w6 * h2 + q.b2)
    at("L", (sigmoid(z3) - q.y) ** 2 / 2)


MODELS = {"1": network}
