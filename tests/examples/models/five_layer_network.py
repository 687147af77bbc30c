"""The network of five layers, written by hand: layers in a loop, the cost one example after the other."""

from __future__ import annotations

import autograd.numpy as np

from tests.examples.autodiff import logsumexp


def five_layers(q, at):
    weights = (q.W1, q.W2, q.W3, q.W4, q.W5)
    biases = (q.b1, q.b2, q.b3, q.b4, q.b5)
    a = q.X
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), 1):
        z = at(f"Z{layer}", np.dot(a, w) + b)
        if layer < len(weights):
            a = at(f"A{layer}", np.tanh(z))
    cost = 0.0
    for scores, label in zip(z, q.Y, strict=True):
        cost = cost + logsumexp(scores)[()] - np.dot(label, scores)
    at("J", cost / len(q.X))


MODELS = {"five-layers": five_layers}
