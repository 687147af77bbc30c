"""Ridge regression, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def matrix(q, at):
    yhat = at("yhat", np.dot(q.X, q.w))
    at("J", np.mean((yhat - q.y) ** 2) / 2 + q.lam * np.sum(q.w**2) / 2)


def coordinates(q, at):
    yhat = at("yhat", np.dot(q.x, q.w) + q.b)
    at("J", np.sum((yhat - q.y) ** 2) + q.lam * np.sum(q.w**2))


MODELS = {"matrix": matrix, "coordinates": coordinates}
