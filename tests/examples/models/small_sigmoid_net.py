"""The network with three hidden units, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def scalars(q, at):
    h1 = sigmoid(q.w1_01 + q.w1_11 * q.x_1 + q.w1_21 * q.x_2)
    h2 = at("h2", sigmoid(q.w1_02 + q.w1_12 * q.x_1 + q.w1_22 * q.x_2))
    h3 = sigmoid(q.w1_03 + q.w1_13 * q.x_1 + q.w1_23 * q.x_2)
    o = at("o", sigmoid(q.w2_0 + q.w2_1 * h1 + q.w2_2 * h2 + q.w2_3 * h3))
    at("l", np.mean((o - q.y) ** 2))


def one_example(q, at):
    h = sigmoid(np.dot(q.w1, q.x) + q.b1)
    o = sigmoid(np.sum(np.dot(q.w2, h)) + q.b2)
    at("l", (o - q.y) ** 2)


MODELS = {"scalars": scalars, "one-example": one_example}
