"""The two divergences, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def discrete(q, at):
    share = np.exp(q.z) / np.sum(np.exp(q.z))
    share = at("q", share)
    at("D", np.sum(q.p * (np.log(q.p) - np.log(share))))


def gaussian(q, at):
    s = at("s", np.exp(q.v / 2))
    at("D", np.sum(q.mu**2 + s**2 - 2 * np.log(s) - 1) / 2)


MODELS = {"discrete": discrete, "gaussian": gaussian}
