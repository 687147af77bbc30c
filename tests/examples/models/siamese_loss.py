"""The contrastive loss of a pair, written by hand: both inputs as the columns of one matrix."""

from __future__ import annotations

import autograd.numpy as np


def siamese(q, at):
    pair = np.dot(q.W, np.concatenate([q.x1, q.x2], axis=1)) + q.b
    e1 = at("e1", np.tanh(at("z1", pair[:, :1])))
    e2 = at("e2", np.tanh(at("z2", pair[:, 1:])))
    distance = at("D", np.sqrt(np.sum((e1 - e2) ** 2)))
    gap = np.where(distance < q.m, q.m - distance, 0.0)
    at("L", (distance**2 if q.y == 1 else gap**2) / 2)


MODELS = {"siamese": siamese}
