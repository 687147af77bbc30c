"""The bidirectional recurrent network, written by hand as two loops over the same three inputs."""

from __future__ import annotations

import autograd.numpy as np


def bidirectional(q, at):
    inputs = {1: q.x_1, 2: q.x_2, 3: q.x_3}
    labels = {1: q.y_1, 2: q.y_2, 3: q.y_3}
    forward, backward = {}, {}
    state = np.zeros((q.U.shape[0], 1))
    for t in (1, 2, 3):
        state = forward[t] = at(f"f_{t}", np.tanh(np.dot(q.W, inputs[t]) + np.dot(q.U, state)))
    state = np.zeros((q.R.shape[0], 1))
    for t in (3, 2, 1):
        state = backward[t] = at(f"b_{t}", np.tanh(np.dot(q.P, inputs[t]) + np.dot(q.R, state)))
    both = np.concatenate([q.V, q.Q], axis=1)
    loss = 0.0
    for t in (1, 2, 3):
        yhat = at(f"yhat_{t}", np.dot(both, np.concatenate([forward[t], backward[t]])) + q.c)
        loss = loss + np.sum((yhat - labels[t]) ** 2) / 2
    at("L", loss)


MODELS = {"bidirectional": bidirectional}
