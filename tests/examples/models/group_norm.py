"""Group normalisation, written by hand: one group of one example after the other."""

from __future__ import annotations

import autograd.numpy as np


def each_group(x, function):
    """What the function makes of each group of each example."""
    return np.array([[function(group) for group in example] for example in x])


def variance(group):
    return np.mean(group**2) - np.mean(group) ** 2


def statistics(q, at):
    at("mu", each_group(q.x, np.mean))
    at("v", each_group(q.x, variance))


def backward(q, at):
    def normalised(group):
        return (group - np.mean(group)) / np.sqrt(variance(group) + q.epsilon)

    xhat = at("xhat", each_group(q.x, normalised))
    total = 0.0
    for example, upstream in zip(xhat, q.dy, strict=True):
        total = total + np.sum(upstream * (q.gamma * example + q.beta))
    at("L", total)


MODELS = {"statistics": statistics, "backward": backward}
