"""Word vectors with a softmax, written by hand in all conventions."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def columns(q, at):
    U = at("U", q.u.T)
    z = at("z", np.dot(U.T, q.v_c))
    at("J", logsumexp(z) - z[int(q.o) - 1, 0])


def others(q, at):
    t = np.dot(q.uo, q.v_c)
    at("J", logsumexp(np.append(np.dot(q.u, q.v_c), t)) - t)


def rows(q, at):
    z = at("z", np.dot(q.v_c, q.U))
    at("J", logsumexp(z) - np.sum(q.y * z))


def stored(q, at):
    v = at("v", q.V[:, int(q.c) - 1])
    z = at("z", np.dot(q.U, v))
    at("J", logsumexp(z) - np.dot(q.y, z))


def negative(q, at):
    t = at("t", np.dot(q.uo, q.v_c))
    z = at("z", np.dot(q.u, q.v_c))
    at("J", np.log1p(np.exp(-t)) + np.sum(np.log1p(np.exp(z))))


MODELS = {"columns": columns, "others": others, "rows": rows, "stored": stored, "negative": negative}
