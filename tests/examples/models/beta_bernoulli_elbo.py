"""The divergence and the bound, written by hand from expectations under a Beta distribution."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import log_gamma, polygamma


def log_beta(a, b):
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def log_means(a, b):
    """The expectations of log theta and of log (1 - theta)."""
    both = polygamma(0, a + b)
    return polygamma(0, a) - both, polygamma(0, b) - both


def expected_log_density(means, a, b, normaliser):
    """The expectation of the log density of Beta(a, b) with this log-normaliser."""
    return (a - 1) * means[0] + (b - 1) * means[1] - normaliser


def kl(q, at):
    normaliser = at("A", log_beta(q.a, q.b))
    means = log_means(q.a, q.b)
    prior = expected_log_density(means, q.a_0, q.b_0, log_beta(q.a_0, q.b_0))
    at("KL", expected_log_density(means, q.a, q.b, normaliser) - prior)


def elbo(q, at):
    heads, tails = log_means(q.a, q.b)
    means = at("E_1", heads), at("E_0", tails)
    prior = expected_log_density(means, q.a_0, q.b_0, log_beta(q.a_0, q.b_0))
    divergence = at("KL", expected_log_density(means, q.a, q.b, log_beta(q.a, q.b)) - prior)
    total = 0.0
    for x in q.x:
        total = total + np.where(x == 1, *means)
    at("ELBO", total - divergence)


MODELS = {"kl": kl, "elbo": elbo}
