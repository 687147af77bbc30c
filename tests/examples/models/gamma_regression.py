"""Gamma regression, written by hand as a loop over the examples."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import log_gamma


def likelihood(q, at):
    eta = at("eta", np.dot(q.X, q.beta))
    mu = at("mu", np.exp(eta))
    total = 0.0
    for i in range(len(q.y)):
        rate = q.alpha / mu[i]
        total = total + q.alpha * np.log(rate) - log_gamma(q.alpha) + (q.alpha - 1) * np.log(q.y[i]) - rate * q.y[i]
    at("ell", total)


MODELS = {"likelihood": likelihood}
