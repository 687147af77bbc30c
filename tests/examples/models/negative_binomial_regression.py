"""Negative binomial regression, written by hand: example by example with logarithms."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import log_gamma


def likelihood(q, at):
    eta = at("eta", np.dot(q.X, q.beta))
    mu = at("mu", np.exp(eta))
    total = 0.0
    for count, mean in zip(q.y, mu, strict=True):
        both = np.log(q.r + mean)
        ways = log_gamma(count + q.r) - log_gamma(q.r) - log_gamma(count + 1)
        total = total + ways + q.r * (np.log(q.r) - both) + count * (np.log(mean) - both)
    at("ell", total)


MODELS = {"likelihood": likelihood}
