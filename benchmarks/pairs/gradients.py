"""The gradients of common losses and activations, worked out by hand as terms, with the domains of their names.

``("binary cross-entropy by the logit", sigmoid(z) - y, {"y": "(0,1)"})`` is one row.
"""

from __future__ import annotations

from benchmarks.pairs.terms import (
    PI,
    Phi,
    Term,
    absolute,
    both,
    cases,
    cosh,
    exp,
    indicator,
    log,
    maximum,
    phi,
    relu,
    sech,
    sigmoid,
    sign,
    softplus,
    sqrt,
    tanh,
    term,
    var,
)

x, y, z, w, b, m, n, s, t, a = map(var, ("x", "y", "z", "w", "b", "m", "n", "s", "t", "a"))
yhat, p, u, v, h = map(var, ("yhat", "p", "u", "v", "h"))
w1, w2, b1, b2, x1, x2, y1, y2 = map(var, ("w_1", "w_2", "b_1", "b_2", "x_1", "x_2", "y_1", "y_2"))
z1, z2, z3 = map(var, ("z_1", "z_2", "z_3"))
delta, alpha, beta, gamma, mu, tau = map(var, ("delta", "alpha", "beta", "gamma", "mu", "tau"))
half = term("0.5")

UNIT = {"y": "(0,1)", "yhat": "(0,1)", "p": "(0,1)", "tau": "(0,1)"}
SIGNS = {"y": "{-1,1}"}
BITS = {"y": "{0,1}", "yhat": "(0,1)"}
SCALES = {
    "s": "positive",
    "m": "positive",
    "n": "positive",
    "delta": "positive",
    "beta": "positive",
    "gamma": "(0.5,3)",
}
residual = y - yhat
hidden = sigmoid(w1 * x + b1)

ROWS: tuple[tuple[str, Term, dict[str, str]], ...] = (
    ("sigmoid", sigmoid(x) * (1 - sigmoid(x)), {}),
    ("sigmoid of a line, by w", sigmoid(w * x + b) * (1 - sigmoid(w * x + b)) * x, {}),
    ("tanh", 1 - tanh(x) ** 2, {}),
    ("tanh of a line, by w", (1 - tanh(w * x + b) ** 2) * x, {}),
    ("tanh of a line, by x", sech(w * x) ** 2 * w, {}),
    ("relu", cases(x > 0, 1, 0), {}),
    ("relu of a line, by w", cases(w * x + b > 0, x, 0), {}),
    ("leaky relu", cases(x > 0, 1, term("0.01")), {}),
    ("leaky relu with a slope", cases(x > 0, 1, alpha), {}),
    ("elu", cases(x > 0, 1, alpha * exp(x)), {}),
    ("softplus of a line, by w", x * sigmoid(w * x + b), {}),
    ("scaled softplus", 1 / (1 + exp(-(beta * x))), SCALES),
    ("softplus itself", softplus(x) * sigmoid(x), {}),
    ("silu", sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)), {}),
    ("swish", sigmoid(beta * x) + beta * x * sigmoid(beta * x) * (1 - sigmoid(beta * x)), SCALES),
    ("gelu", Phi(x) + x * phi(x), {}),
    ("gelu of a line, by w", (Phi(w * x) + w * x * phi(w * x)) * x, {}),
    ("mish's inner part", sech(softplus(x)) ** 2 * sigmoid(x), {}),
    ("hard tanh", indicator(both(x > -1, x < 1)), {}),
    ("softsign", 1 / (1 + absolute(x)) ** 2, {}),
    ("squared error", yhat - y, {}),
    ("squared error with a two", -(2 * (y - yhat)), {}),
    ("squared error over m, by w", 2 / m * (w * x + b - y) * x, SCALES),
    ("ridge", (w * x - y) * x + 2 * var("lambda") * w, {}),
    ("lasso", (w * x - y) * x + var("lambda") * sign(w), {}),
    ("root of squares", (yhat - y) / sqrt((yhat - y) ** 2 + gamma**2), SCALES),
    ("absolute error", -sign(residual), {}),
    ("absolute error, by w", cases(y - w * x > 0, -x, x), {}),
    ("absolute error over m", 1 / m * sign(yhat - y), SCALES),
    ("huber", cases(absolute(residual) <= delta, -residual, -(delta * sign(residual))), SCALES),
    ("huber at one", cases(absolute(residual) < 1, yhat - y, sign(yhat - y)), {}),
    ("log-cosh", tanh(yhat - y), {}),
    ("log-cosh, by w", tanh(w * x - y) * x, {}),
    ("quantile", cases(y > yhat, -tau, 1 - tau), {"tau": "(0,1)"}),
    ("epsilon-insensitive", cases(absolute(residual) <= gamma, 0, sign(yhat - y)), SCALES),
    ("hinge", cases(1 - y * yhat > 0, -y, 0), SIGNS),
    ("hinge, by w", -(y * x * indicator(y * w * x < 1)), SIGNS),
    ("squared hinge", -(2 * y * maximum(0, 1 - y * yhat)), SIGNS),
    ("squared hinge, relu", -(2 * y * x * relu(1 - y * (w * x + b))), SIGNS),
    ("exponential loss", -(y * exp(-(y * yhat))), SIGNS),
    ("logistic loss", -(y / (1 + exp(y * z))), SIGNS),
    ("logistic loss, by w", -(y * x * sigmoid(-(y * w * x))), SIGNS),
    ("cross-entropy in p", -(y / yhat) + (1 - y) / (1 - yhat), UNIT),
    ("cross-entropy in p, one fraction", (yhat - y) / (yhat * (1 - yhat)), UNIT),
    ("cross-entropy in the logit", sigmoid(z) - y, {"y": "(0,1)"}),
    ("cross-entropy, by w", (sigmoid(w * x + b) - y) * x, {"y": "{0,1}"}),
    ("cross-entropy of a net, by w_1", (yhat - y) * w2 * hidden * (1 - hidden) * x, BITS),
    ("cross-entropy over m", 1 / m * (yhat - y) * x, {**BITS, **SCALES}),
    ("weighted cross-entropy", -(alpha * y / p) + (1 - y) / (1 - p), {"p": "(0,1)", "y": "{0,1}"}),
    (
        "focal",
        gamma * (1 - p) ** (gamma - 1) * log(p) - (1 - p) ** gamma / p,
        {"p": "(0,1)", "gamma": "(0.5,3)"},
    ),
    ("focal, gamma two", 2 * (1 - p) * log(p) - (1 - p) ** 2 / p, {"p": "(0,1)"}),
    ("entropy", -log(p) - 1, {"p": "(0,1)"}),
    ("binary entropy", log((1 - p) / p), {"p": "(0,1)"}),
    ("kullback-leibler", log(p / y) + 1, {"p": "(0,1)", "y": "(0,1)"}),
    ("gaussian log-likelihood, by mu", (x - mu) / s**2, SCALES),
    ("gaussian log-likelihood, by s", (x - mu) ** 2 / s**3 - 1 / s, SCALES),
    ("gaussian density", -((x - mu) / s**2) * exp(-((x - mu) ** 2 / (2 * s**2))), SCALES),
    ("normal density", -(x / sqrt(2 * PI)) * exp(-(x**2 / 2)), {}),
    ("poisson", exp(w * x) * x - y * x, {}),
    ("poisson in the rate", 1 - y / yhat, {"yhat": "positive", "y": "positive"}),
    ("softmax of two", exp(z1) / (exp(z1) + exp(z2)) - y1, {}),
    ("softmax of three, mixed", -(exp(z1) * exp(z2) / (exp(z1) + exp(z2) + exp(z3)) ** 2), {}),
    ("log-sum-exp", exp(z1) / (exp(z1) + exp(z2) + exp(z3)), {}),
    (
        "cosine similarity",
        y1 / (sqrt(y1**2 + y2**2) * sqrt(u**2 + v**2))
        - u * (y1 * u + y2 * v) / (sqrt(y1**2 + y2**2) * sqrt(u**2 + v**2) ** 3),
        {},
    ),
    ("two layers, by w_1", (yhat - y) * w2 * (1 - tanh(w1 * x) ** 2) * x, {}),
    ("two layers, by b_1", 2 * (w2 * tanh(w1 * x + b1) + b2 - y) * w2 * (1 - tanh(w1 * x + b1) ** 2), {}),
    ("two layers of sigmoids", (h - y) * h * (1 - h) * w2 * z * (1 - z) * x, {"h": "(0,1)", "z": "(0,1)"}),
    ("relu net", (w2 * relu(w1 * x) - y) * w2 * x * indicator(w1 * x > 0), {}),
    ("residual block", (1 + w * (1 - tanh(w * x) ** 2)) * (yhat - y), {}),
    ("batch norm's scale", (x - mu) / sqrt(s**2 + term("0.001")), SCALES),
    ("bilinear", y1 * x2 - y2 * x1, {}),
    ("log of a ratio", 1 / x - 1 / (x + a), {"x": "positive", "a": "positive"}),
    ("cosh", (exp(x) - exp(-x)) / 2 * cosh(x), {}),
    ("triplet", cases(u - v + a > 0, 2 * (t - n), 0), SCALES),
    ("power of a line", n * (w * x + b) ** 2 * w, {}),
    ("sum of squares", 2 * w1 * x1**2 + 2 * w2 * x1 * x2 - 2 * y * x1, {}),
)
