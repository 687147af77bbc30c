"""A recurrence with a loss at every step, written by hand as a loop."""

from __future__ import annotations

import autograd.numpy as np


def unit(q, at):
    h, loss = q.h_0, 0.0
    for step, (x, y) in enumerate(((q.x_1, q.y_1), (q.x_2, q.y_2), (q.x_3, q.y_3)), 1):
        h = at(f"h_{step}", np.tanh(q.w * h + q.u * x))
        loss = loss + (h - y) ** 2 / 2
    at("L", loss)


def layer(q, at):
    h, loss = q.h_0, 0.0
    both = np.concatenate([q.W, q.U, q.b], axis=1)
    for step, (x, y) in enumerate(((q.x_1, q.y_1), (q.x_2, q.y_2), (q.x_3, q.y_3)), 1):
        z = at(f"z_{step}", np.dot(both, np.concatenate([h, x, np.ones((1, 1))])))
        h = at(f"h_{step}", np.tanh(z))
        loss = loss + np.sum((np.dot(q.V, h) - y) ** 2) / 2
    at("L", loss)


MODELS = {"unit": unit, "layer": layer}
