"""Connectionist temporal classification, written by hand as a loop over frames and states."""

from __future__ import annotations

import autograd.numpy as np

BLANK, LETTER = 0, 1
STATES = (BLANK, LETTER, BLANK)


def ctc(q, at):
    shares = np.exp(q.Z - np.max(q.Z))
    p = at("p", shares / np.sum(shares, axis=1, keepdims=True))
    before = [1.0, 0.0, 0.0]  # as if a frame before the first one were in the first state
    for frame in range(3):
        now = []
        for state, symbol in enumerate(STATES):
            reached = before[state] + (before[state - 1] if state else 0.0)
            now.append(at(f"a_{frame + 1}{state + 1}", reached * p[frame, symbol]))
        before = now
    at("L", -np.log(before[1] + before[2]))


MODELS = {"ctc": ctc}
