"""The focal loss, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def positive(q, at):
    p = at("p", 1 / (1 + np.exp(-q.z)))
    at("L", -q.alpha * np.exp(q.gamma * np.log(1 - p)) * np.log(p))


def both(q, at):
    p = at("p", 1 / (1 + np.exp(-q.z)))
    at("L", -q.y * (1 - p) ** q.gamma * np.log(p) - (1 - q.y) * p**q.gamma * np.log(1 - p))


MODELS = {"positive": positive, "both": both}
