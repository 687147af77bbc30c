"""The triplet loss, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def triplet(q, at):
    gap = np.dot(q.a - q.p, q.a - q.p) - np.dot(q.a - q.n, q.a - q.n) + q.m
    at("L", np.where(gap > 0, gap, 0.0))


MODELS = {"triplet": triplet}
