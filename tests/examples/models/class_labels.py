"""Losses of batches whose labels are class numbers, written by hand with loops over the examples."""

from __future__ import annotations

import autograd.numpy as np


def softmax(q, at):
    z = at("z", np.dot(q.X, q.W))
    p = at("p", np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True))
    at("L", -sum(np.log(p[i, int(label) - 1]) for i, label in enumerate(q.y)) / len(q.y))


def svm(q, at):
    s = at("s", np.dot(q.X, q.W))
    total = 0.0
    for i, label in enumerate(q.y):
        for j in range(s.shape[1]):
            if j != int(label) - 1:
                total = total + np.maximum(0, s[i, j] - s[i, int(label) - 1] + 1)
    at("L", total / len(q.y))


def embedding(q, at):
    h = at("h", np.array([q.E[int(word) - 1] for word in q.w]))
    at("J", np.sum(h * q.G))


MODELS = {"softmax": softmax, "svm": svm, "embedding": embedding}
