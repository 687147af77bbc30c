"""The 3-2-1 network, the activations and the losses of losses_and_backprop, written by hand."""

from __future__ import annotations

import autograd.numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    shifted = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def activation(name, function):
    def model(q, at):
        at(name, function(q.x))
        at("g", function(q.f))

    return model


def cross_entropy(q, at):
    yhat = at("yhat", softmax(q.z))
    at("J", -np.sum(q.y * np.log(yhat)) / q.y.shape[0])


def hinge(q, at):
    at("L", np.sum(np.maximum(0, 1 - q.y * q.yhat)))


def absolute(q, at):
    at("J", np.sum(np.abs(q.y - q.yhat)))


def huber(q, at):
    r = q.y - q.yhat
    far = q.delta * (np.abs(r) - q.delta / 2)
    at("L", np.sum(np.where(np.abs(r) <= q.delta, r**2 / 2, far)))


def squares(q, at):
    yhat = at("yhat", q.f)
    at("L", np.sum((q.y - yhat) ** 2) / 2)


def cosine(q, at):
    at("J", np.dot(q.y, q.yhat) / np.sqrt(np.sum(q.y**2) * np.sum(q.yhat**2)))


def network(q, at):
    z11 = at("Z11", q.x1 * q.W11_1 + q.x2 * q.W21_1 + q.x3 * q.W31_1 + q.B1_1)
    z21 = at("Z21", q.x1 * q.W12_1 + q.x2 * q.W22_1 + q.x3 * q.W32_1 + q.B2_1)
    y11 = at("y11", sigmoid(z11))
    y21 = at("y21", sigmoid(z21))
    z12 = at("Z12", y11 * q.W11_2 + y21 * q.W21_2 + q.B1_2)
    yhat = at("yhat", sigmoid(z12))
    at("L", (q.y - yhat) ** 2 / 2)


MODELS = {
    "1a": activation("s", sigmoid),
    "1b": activation("t", np.tanh),
    "1c": activation("r", lambda x: np.where(x > 0, x, 0.0)),
    "2a": cross_entropy,
    "2b": hinge,
    "2c": absolute,
    "2d": huber,
    "2e": squares,
    "2f": cosine,
    "3": network,
}
