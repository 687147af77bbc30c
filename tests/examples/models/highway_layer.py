"""The highway layer, written by hand: one unit, and a layer whose units are counted one by one."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def unit(q, at):
    h = at("h", np.tanh(q.w * q.x))
    t = at("t", sigmoid(q.v * q.x + q.c))
    at("y", q.x + t * (h - q.x))


def layer(q, at):
    transform = at("H", np.tanh(at("z_H", np.dot(q.W_H, q.x) + q.b_H)))
    gate = at("T", sigmoid(at("z_T", np.dot(q.W_T, q.x) + q.b_T)))
    total = 0.0
    for i in range(len(q.x)):
        total = total + q.g[i, 0] * (q.x[i, 0] + gate[i, 0] * (transform[i, 0] - q.x[i, 0]))
    at("L", total)


MODELS = {"unit": unit, "layer": layer}
