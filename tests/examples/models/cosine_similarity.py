"""Cosine similarity, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def cosine(q, at):
    c = at("c", np.sum(q.a * q.b) / np.sqrt(np.sum(q.a**2) * np.sum(q.b**2)))
    at("L", 1 - c)


MODELS = {"cosine": cosine}
