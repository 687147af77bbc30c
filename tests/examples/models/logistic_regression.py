"""Logistic regression, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def indices(q, at):
    z = at("z", np.dot(q.x, q.theta))
    h = at("h", sigmoid(z))
    at("lp", np.log(h))
    at("lq", np.log(1 - h))
    at("J", -np.mean(q.y * np.log(h) + (1 - q.y) * np.log(1 - h)))


def matrix(q, at):
    z = at("z", np.dot(q.X, q.w))
    p = at("p", sigmoid(z))
    at("J", -np.mean(q.y * np.log(p) + (1 - q.y) * np.log(1 - p)))


MODELS = {"indices": indices, "matrix": matrix}
