"""A layer whose gradient by its output is handed down, written by hand: the loss is G times that output, summed."""

from __future__ import annotations

import autograd.numpy as np


def layer(q, at):
    z = at("Z", np.dot(q.X, q.W) + q.b)
    a = at("A", np.maximum(z, 0.0))
    at("J", np.sum(q.G * a))


MODELS = {"layer": layer}
