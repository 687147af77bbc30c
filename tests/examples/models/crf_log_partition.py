"""The linear-chain CRF, written by hand as a sum over all paths."""

from __future__ import annotations

from itertools import pairwise, product

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def log_partition(unary, transitions):
    paths = product(range(len(transitions)), repeat=len(unary))
    scores = [
        sum(row[k] for row, k in zip(unary, path, strict=True)) + sum(transitions[i, j] for i, j in pairwise(path))
        for path in paths
    ]
    return logsumexp(np.array(scores))[()]


def partition(q, at):
    at("F", log_partition((q.s_1, q.s_2, q.s_3), q.A))


def loss(q, at):
    first, second, third = q.Y
    true = np.sum(q.Y * q.S) + np.dot(first, np.dot(q.A, second)) + np.dot(second, np.dot(q.A, third))
    at("L", at("F", log_partition(q.S, q.A)) - true)


MODELS = {"partition": partition, "loss": loss}
