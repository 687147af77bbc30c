"""Softmax and cross-entropy, written by hand with log-sum-exp."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def index(q, at):
    yhat = at("yhat", np.exp(q.theta - logsumexp(q.theta)))
    at("J", -np.sum(q.y * np.log(yhat)))


def cases(q, at):
    k = int(q.k) - 1
    yhat = at("yhat", np.exp(q.theta - logsumexp(q.theta)))
    at("J", -np.log(yhat[k]))


def wrong(q, at):
    at("J", logsumexp(np.append(q.theta, q.t)) - q.t)


def column(q, at):
    at("J", logsumexp(q.theta) - q.theta[int(q.k) - 1, 0])


MODELS = {"index": index, "cases": cases, "wrong": wrong, "column": column}
