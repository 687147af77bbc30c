"""The log-likelihoods, written by hand from the density."""

from __future__ import annotations

import autograd.numpy as np


def deviation(q, at):
    logs = -(((q.x - q.mu) / q.s) ** 2) / 2 - np.log(np.sqrt(2 * np.pi) * q.s)
    at("l", np.sum(logs))


def variance(q, at):
    at("l", np.sum(-((q.x - q.mu) ** 2) / (2 * q.v) - np.log(2 * np.pi * q.v) / 2))


MODELS = {"deviation": deviation, "variance": variance}
