"""The activation functions, written by hand."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import normal_cdf


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def logistic(q, at):
    s = at("s", sigmoid(q.x))
    at("l", np.log(s))


def tangent(q, at):
    at("a", np.tanh(q.x))


def rectifiers(q, at):
    at("r", np.where(q.x > 0, q.x, 0.0))
    at("l", np.where(q.x > 0, q.x, q.alpha * q.x))
    at("u", np.where(q.x > 0, q.x, q.alpha * (np.exp(q.x) - 1)))


def smooth(q, at):
    at("p", np.log1p(np.exp(q.x)))
    at("w", q.x * sigmoid(q.x))
    at("g", q.x * normal_cdf(q.x))


MODELS = {"sigmoid": logistic, "tanh": tangent, "rectifiers": rectifiers, "smooth": smooth}
