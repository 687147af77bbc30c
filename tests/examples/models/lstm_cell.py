"""The LSTM cell, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cell(q, at):
    c = at("c", sigmoid(q.z_f) * q.c_prev + sigmoid(q.z_i) * np.tanh(q.z_g))
    at("L", np.dot(q.q, sigmoid(q.z_o) * np.tanh(c)))


MODELS = {"cell": cell}
