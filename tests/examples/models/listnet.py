"""ListNet, written by hand: the probability of each order of the first document, one after the other."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def top_one(scores):
    """The probability of each document to come first, with every score held against that of the document."""
    return np.array([1 / np.sum(np.exp(scores - own)) for own in scores])


def scores(q, at):
    truth = top_one(q.y)
    share = at("q", top_one(q.s))
    at("L", -np.sum(truth * np.log(share)))


def linear(q, at):
    s = at("s", np.array([np.sum(row * q.w) for row in q.X]))
    at("L", np.sum(top_one(q.y) * (logsumexp(s) - s)))


MODELS = {"scores": scores, "linear": linear}
