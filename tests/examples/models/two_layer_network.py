"""The two units of two_layer_network, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def network(q, at):
    z = at("z", q.x * q.w_1 + q.b_1)
    z2 = at("z2", q.w_2 * z + q.b_2)
    yhat = at("yhat", 1 / (1 + np.exp(-z2)))
    at("L", -(q.y * np.log(yhat) + (1 - q.y) * np.log(1 - yhat)))


MODELS = {"1": network}
