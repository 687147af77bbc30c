"""The Kalman filter's step, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def scalar(q, at):
    predicted = q.a * q.m_0
    variance = q.a * q.P_0 * q.a + q.q
    v = q.y - q.h * predicted
    s = at("S", q.h * variance * q.h + q.r)
    k = at("K", variance * q.h / s)
    at("m", predicted + k * v)
    at("l", -np.log(2 * np.pi) / 2 - np.log(s) / 2 - v * v / (2 * s))


def gain(q, at):
    left = q.B - np.dot(q.K, np.dot(q.H, q.B))
    at("J", np.sum(left**2) + q.r * np.sum(q.K**2))


MODELS = {"scalar": scalar, "gain": gain}
