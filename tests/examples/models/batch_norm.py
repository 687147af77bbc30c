"""Batch normalisation, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def batch_norm(q, at):
    centred = q.x - np.mean(q.x, axis=0)
    xhat = at("xhat", centred / np.sqrt(np.mean(centred**2, axis=0) + q.epsilon))
    at("L", np.sum(q.G * (q.gamma * xhat + q.beta)))


MODELS = {"batch-norm": batch_norm}
