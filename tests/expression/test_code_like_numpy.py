"""What code is read as has the value that NumPy itself gives to it, shape and all."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.language.names import Declared, ModelNames
from grader.expression.reading.code.python_text import read_code

SIZES = {"n": 4, "d": 3, "m": 2}
SHAPES = {
    "x": ("7",),
    "w": ("3",),
    "g": ("5",),
    "even": ("4",),
    "v": ("n",),
    "X": ("n", "d"),
    "Y": ("n", "d"),
    "W": ("d", "m"),
    "S": ("n", "n"),
    "R": ("n", "d", "m"),
    "s": (),
    "H": ("6", "m"),
    "q": ("6",),
}
PLACES = {"q": "d"}  # whose values count places of an axis, from 0 in a program
PROGRAMS = """
np.convolve(x, w)
np.convolve(w, x, 'same')
np.convolve(x, w, mode='valid')
np.correlate(x, w)
np.correlate(w, x, 'full')
np.correlate(even, x, 'same')
np.correlate(x, even, mode='same')
np.correlate(w, x, 'valid')
x[2:]
x[:-2]
x[1:6:2]
x[::-1]
x[-1] * x[0]
X[-1]
X[:, -1]
X[1:, ::-1]
X[n-2:]
X[1:, None, :]
R[..., None]
R[:, 1]
R[..., -1]
R[0, ..., 1]
v[:, None] * v[None, :]
v[None, :] + v[:, np.newaxis]
X[:, :, None] * Y[:, None, :]
(X[:, :, None] - Y[:, None, :]).sum(axis=(0, 2))
R.sum(axis=-1)
R.mean(axis=1, keepdims=True)
R - R.max(axis=2, keepdims=True)
np.min(X, axis=0)
np.max(X, 1)
np.sum(R, (0, 1))
np.exp(R) / np.exp(R).sum(-1, keepdims=True)
np.transpose(R, (0, 2, 1))
R.transpose(2, 0, 1)
R.T
np.swapaxes(R, 0, 1)
np.moveaxis(R, 0, -1)
X.reshape(2, -1)
R.reshape(n, -1)
np.reshape(R, (2, 12))
np.expand_dims(X, 1)
np.squeeze(R.sum(axis=1, keepdims=True), axis=1)
np.stack([v, 2 * v])
np.stack([v, 2 * v], axis=1)
np.stack((X, Y), axis=-1)
np.vstack([v, v])
np.hstack([v, 2 * v])
np.hstack([X, Y])
np.vstack([X, Y])
np.column_stack([v, 2 * v])
np.column_stack((X, Y))
np.concatenate([X, Y], axis=1)
np.concatenate((v, v))
np.flip(x)
np.flip(X)
np.flip(X, axis=1)
np.fliplr(X)
np.einsum('ij, jk -> ik', X, W)
np.einsum('ijk,jk->i', R, W)
np.einsum('...jk,jk->...k', R, W)
np.einsum('ij,ik->ijk', X, Y)
np.einsum('ii->i', S)
np.einsum('ij,ij,jk->k', X, Y, W)
np.tensordot(X, W, axes=1)
np.tensordot(X, Y, axes=([0], [0]))
np.tensordot(R, W, axes=2)
np.tensordot(R, X, axes=([0, 1], [0, 1]))
np.tensordot(v, x, 0)
np.linalg.solve(S, X)
np.linalg.inv(S) @ v
np.linalg.slogdet(S)[1]
np.linalg.norm(X)
np.linalg.norm(X, axis=1)
np.linalg.norm(X, axis=1, keepdims=True)
np.linalg.norm(v, 1)
np.inner(X, Y)
np.diag(v)
np.trace(S)
np.ones_like(v) * 3
np.log1p(np.exp(v)) + np.expm1(v)
np.where(X > 0, X, 0)
np.where(v[:, None] > v[None, :], 1.0, 0.0)
(X > Y[0]).astype(float)
[np.sum(g * x[k:k+5]) for k in range(3)]
[k * w[k] for k in range(3)]
np.array([[1, 2], [3, 4]]) * s
np.array([v[i] * v[i] for i in range(n)])
sum(i * v[i] for i in range(n))
sum(v[i] for i in range(n - 1))
sum(v[i] for i in range(1, n))
sum(v[i] * v[i - 1] for i in range(1, n))
sum(v[i] for i in range(n) if i != 2)
sum(X[i, j] for i in range(n) for j in range(d) if i > j)
sum(a @ b for a, b in zip(X, Y))
sum(i * row.sum() for i, row in enumerate(X))
out = np.zeros(7)\\nfor i in range(5):\\n    out[i:i+3] += g[i] * w\\nout
out = np.zeros(7)\\nfor i in range(5):\\n    for k in range(3):\\n        out[i + k] += g[i] * w[k]\\nout
out = np.zeros((3, 5))\\nfor i in range(3):\\n    for k in range(5):\\n        out[i, k] = w[i] * g[k]\\nout
o = np.zeros((n,d))\\nfor i in range(n):\\n for j in range(d):\\n  if i == j: o[i, j] = s\\n  else: o[i, j] = X[i,j]\\no
out = np.zeros(d)\\nfor i in range(n):\\n    if i == 1:\\n        continue\\n    out += X[i]\\nout
a, b = v, 2 * v\\na, b = b, a\\na - b
hs = [v]\\nfor k in range(3):\\n    hs.append(hs[-1] * s + k)\\nhs[-1] - hs[0]
t = v\\nfor k in reversed(range(1, 4)):\\n    t = t * k - s\\nt
def f(a, b):\\n    c = a * b\\n    return c + a\\nf(v, 2 * v)
f = lambda u: u ** 2\\nf(f(v))
x[2:5] * w
out = x\\nout[0] = 0\\nout[-1] = s\\nout
out = x\\nout[1:4] = w\\nout * 2
np.clip(X, -0.5, 0.5)
np.clip(v, a_min=0, a_max=None)
X.clip(max=s)
np.heaviside(v, 0.5)
np.abs(X)
T = S.copy()\\nT[range(n), range(n)] -= 1\\nT
T = S.copy()\\nfor i in range(n):\\n    T[i, i] += v[i]\\nT
T = S.copy()\\nfor i in range(n):\\n    T[i, i] -= s\\nT
out = np.zeros((n, d))\\nfor i in range(n):\\n    out[i] = v[i] * X[i]\\nout
out = np.empty((d, n))\\nfor i in range(n):\\n    out[:, i] = X[i] * s\\nout
out = X.copy()\\nfor i in range(n):\\n    out[i] = 2 * Y[i]\\nout
out = np.zeros(d)\\nfor i in list(range(1)) + list(range(2, n)):\\n    out += X[i]\\nout
sum(v[i] * v[j] for i in range(n) for j in range(i))
sum(v[j] for i in range(n) for j in range(i + 1, n))
out = 0\\nfor i in range(n):\\n    for j in range(i + 1, n):\\n        out += S[i, j]\\nout
a = v\\na = a - 1\\na + v
out = np.zeros(n)\\nfor i in range(n):\\n t = 0\\n for j in range(d):\\n  t += X[i,j] * Y[i,j]\\n out[i] = t ** 2\\nout
out = np.zeros(n)\\nfor i in range(n):\\n    for j in range(d):\\n        out[i] += X[i, j]\\n    out[i] /= v[i]\\nout
out = np.zeros(n)\\nfor i in range(n):\\n    r = v[i]\\n    if r > 0:\\n        r = s\\n    out[i] = r\\nout
out = np.zeros(n)\\nfor i in range(n):\\n if v[i] > 0:\\n  r = s\\n else:\\n  r = -v[i]\\n out[i] += r * s\\nout
out = []\\nfor i in range(n):\\n    out.append(X[i] @ Y[i])\\nnp.array(out)
t = 0\\nfor i in range(n):\\n    u = X[i] * Y[i]\\n    u *= s\\n    t += u.sum()\\nt
out = np.zeros((n, d))\\nfor i in range(n):\\n    for j in range(d):\\n        out[i, j] = X[i, j] + out[i, j]\\nout
sum(v[i - 1] * i for i in range(1, n + 1))
sum(X[i][j] * Y[i][j] for i in range(n) for j in range(d))
a = v.copy()\\na -= 1\\na + v
(X @ W)[1]
np.array([(X @ W)[i] @ (X @ W)[i] for i in range(n)])
mk = v > 0\\nv[mk].sum()
mk = v > s\\nnp.sum(X[mk], axis=0)
v[v > 0] @ X[v > 0]
mk = v > -0.5\\n2 * X[mk].T @ v[mk]
mk = v > -0.5\\n(X[mk] * v[mk][:, None]).sum(axis=0)
mk = v > -0.5\\n(X[mk] @ W).T @ v[mk]
mk = v > -0.5\\nX[mk].mean(axis=0)
mk = v > -0.5\\nv[mk].mean()
mk = X > 0\\nnp.mean(X[mk])
mk = X > 0\\nX[mk].sum() - Y[~mk].sum()
mk = np.logical_and(v > -1, v < 0.5)\\nnp.exp(v[mk]).sum()
mk = (v > -1) & (v < 0.5)\\no = np.zeros(n)\\no[mk] = -v[mk] * s\\no
o = np.zeros((n, d))\\no[v > 0] = X[v > 0]\\no
o = np.ones((n, d))\\no[v > 0] = Y[0]\\no
o = X.copy()\\no[X > 0] = Y[X > 0]\\no
o = v.copy()\\no[v < 0] *= 3\\no
o = X.copy()\\no[v > 0] -= 1\\no
o = X.copy()\\no[v > 0] += Y[v > 0]\\no
idx = np.where(v > -0.5)[0]\\nX[idx].sum(0)
idx = np.where(v > 0)\\no = v.copy()\\no[idx] = 0\\no
idx = np.flatnonzero(v > -0.5)\\nt = 0\\nfor i in idx:\\n    t += v[i] * X[i]\\nt
mk = v > 0\\nsum(v[i] for i in range(n) if mk[i])
mk = v > 0\\nv * mk - v * ~mk
np.log(x[x > 0]).sum()
mk = X[:, 0] > 0\\nX[mk, 1] @ v[mk]
mk = v > -0.5\\n(R[mk] * v[mk][:, None, None]).sum(0)
mk = v > -0.5\\n(W.T @ X[mk].T).sum(axis=1)
mk = v > -0.5\\nX[mk].sum(axis=1).sum()
mk = v > 0\\nmk = mk.ravel()\\nnp.where(mk, v, 0.0) + np.logical_not(mk)
o = np.zeros((d, m))\\nnp.add.at(o, q, H)\\no
o = np.zeros((d, m))\\no[q] += H\\no
o = W.copy()\\no[q] -= 2 * H\\no
o = np.zeros((d, m))\\no[q] = H\\no
o = np.zeros(d)\\no[q] += 1\\no
o = np.ones(d)\\nnp.add.at(o, q, x[:6])\\no
o = np.zeros((d, m))\\nfor k in range(d):\\n    o[k] = H[q == k].sum(axis=0)\\no
W[q] * H
np.eye(d)[q].T @ H
T = X.copy()\\nT[np.arange(n), Y.argmax(axis=1)] -= 1\\nT
b = np.argmax(Y, axis=1)\\nT = X.copy()\\nT[range(len(X)), b] -= v\\nT
T = v.copy()\\nT[np.argmax(v)] -= 1\\nT
X[np.arange(n), Y.argmax(1)]
out = np.empty(d)\\nfor k in range(d):\\n    out[k] = s / n\\nout
np.power(X, 3)
out = np.outer(v, v)\\nfor i in range(n):\\n    for j in range(n):\\n        out[i, j] = 1\\nout
mk = v > -0.5\\nX[1:3].sum() + (X.T[:, mk] @ v[mk]).sum()
mk = X[0] > 0\\n(X[:, mk] @ W[mk]).sum()
mk = X[0] > 0\\nX[1, mk] @ W[mk]
mk = X[0] > 0\\nX[:, mk].sum(axis=1)
idx = [k for k in range(n) if v[k] > -0.5]\\nX[idx].sum(axis=0)
idx = [k for k in range(n) if v[k] > -0.5]\\nsum(v[k] * X[k] for k in idx)
r = np.arange(n)\\nT = S.copy()\\nT[r, r] -= v\\nT
r = np.arange(n)\\nT = X.copy()\\nT[r, Y.argmax(axis=1)] += 2\\nT
np.diagflat(v) @ X
np.diagflat(v.reshape(-1, 1)) @ X
np.less(v, 0.2) * v
np.where(np.greater_equal(X, 0), X, 0)
np.exp(v[np.not_equal(v, v[1])]).sum()
v[:, None] * v
v - v.reshape(-1, 1)
np.zeros((d, 1)) - W[:, 0]
np.maximum(v[:, None], v)
X.ravel()
R.flatten() * 2
np.var(X, axis=0)
X.std(axis=1, keepdims=True)
X[:, [1]] * X
X.sum(axis=0, keepdims=True)[0]
t = np.zeros(n)\\nfor i in range(d):\\n    t += W[i, 0]\\nt
T = R.copy()\\nfor i in range(n):\\n    T[i] += v[i]\\nT
T = np.zeros((n, d))\\nfor i in range(n):\\n    T[i] = v[i]\\nT
"""
NAMES = ModelNames(
    (
        *(Declared(name, len(axes), axes=axes, places_of=PLACES.get(name, "")) for name, axes in SHAPES.items()),
        *(Declared(name, role="size") for name in SIZES),
    )
)


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    sizes = {name: tuple(SIZES.get(axis) or int(axis) for axis in axes) for name, axes in SHAPES.items()}
    found = {name: rng.normal(size=shape) for name, shape in sizes.items()}
    return found | {name: rng.integers(SIZES[axis], size=sizes[name]) for name, axis in PLACES.items()}


@pytest.mark.parametrize("program", [line.replace("\\n", "\n") for line in PROGRAMS.strip().splitlines()])
def test_a_program_has_the_value_that_numpy_gives(program: str) -> None:
    given = values()
    reading = read_code(f"np.pi\n{program}", NAMES)
    assert reading is not None, "not read"
    assert not reading.problems, reading.problems
    told = {name: value[None] + 1.0 * (name in PLACES) for name, value in given.items()}
    found = evaluate(reading.chain[-1], Environment(told, SIZES, {}))
    *lines, last = program.split("\n")
    scope = {"np": np, **SIZES, **{name: value.copy() for name, value in given.items()}}
    if last.startswith(" "):
        lines, last = [*lines, last], ""
    exec(textwrap.dedent("\n".join(lines)), scope)  # noqa: S102
    wanted = np.asarray(eval(last, scope))  # noqa: S307
    assert found.letters == ()
    assert found.shape == wanted.shape
    np.testing.assert_allclose(np.broadcast_to(found.data, (1, *wanted.shape))[0], wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "program",
    [
        "np.convolve(x, X)",
        "np.reshape(X, (n, d, -1, -1))",
        "scipy.signal.convolve(x, w, 'same')",
        "X[n]",
        "out = np.zeros(3)\nout[5] = s\nout",
        "np.linalg.norm(X, 2)",
        "np.stack([v, X])",
        "X.transpose(0, 1)",
        "np.einsum('ij,jk', X, W)",
        "np.flip(R, axis=3)",
        "sum(v[i] for i in range(s))",
        "a = v\na -= 1\na + v",
        "b = X[0]\nb += 1\nX + b",
        "b = X.T\nb *= 2\nX.sum()",
        "m = v > 0\nm[x > 0] = 2\nm",
        "T = S.copy()\nT[range(n - 1), range(n - 1)] -= 1\nT",
        "out = X.copy()\nfor i in range(d):\n    out[i] = 2 * Y[i]\nout",
        "X.clip(low=0)",
        "sum(v[i] for i in range(n + 1))",
        "sum(v[i] for i in range(2, n + 1))",
        "out = np.zeros(n)\nt = 0\nfor i in range(n):\n for j in range(d):\n  t += X[i, j]\n out[i] = t\nout",
        "out = np.ones(n)\nfor i in range(n):\n    out[i] += X[i, 0]\n    out[i] /= v[i]\nout",
        "t = 0\nfor i in range(n):\n    if v[i] > 0:\n        r = s\n    t += r\nt",
        "out = []\nfor i in range(n):\n    for j in range(d):\n        out.append(X[i, j])\nnp.array(out)",
        "s2 = 0\nfor i in range(n):\n    r = v[i]\n    s2 += r\ns2 * r",
        "mk = v > 0\nv[mk]",
        "mk = v > 0\nv[mk] * v",
        "mk = x > 0\nv[mk].sum()",
        "mk = v > 0\n(X[mk] * v[mk]).sum()",
        "mk = v > 0\n(v[mk] * v[~mk]).sum()",
        "o = np.zeros(n)\no[v > 0] = v\no",
        "o = np.zeros(n)\no[v > 0] = v[v < 0]\no",
        "mk = v > 0\nnp.outer(v[mk], v[mk]).sum()",
        "mk = v > 0\nX[mk].T @ v",
        "mk = (v > 0).astype(float)\nv[mk].sum()",
        "mk = v > 0\nX[:, mk].sum()",
        "mk = v > 0\nX[mk].mean()",
        "mk = v > 0\nlen(v[mk]) * s",
        "mk = v > 0\nX[mk].shape[0] * s",
        "T = X.copy()\nT[:, Y.argmax(axis=1)] -= 1\nT",
        "T = X.copy()\nT[np.arange(d), Y.argmax(axis=1)] -= 1\nT",
        "T = X.copy()\nT[np.arange(n), Y.argmax()] -= 1\nT",
        "o = np.zeros((d, m))\no[:, q] += 1\no",
        "o = W.copy()\no[q] = H\no",
        "o = np.zeros((d, m))\no[q] += s\no",
        "np.einsum('ij->ji', v)",
        "X @ s",
        "sum(W[i, 0] for i in range(n))",
        "np.array([v[i] for i in range(d)])",
        "-(v > 0)",
        "x.var()",
        "v[0, 1]",
        "np.eye(m)[q]",
        "out = np.zeros(n)\nfor i in range(n):\n    out[i] = X[i] * Y[i]\nout",
        "out = np.zeros((n, 1))\nfor i in range(n):\n    out += v\nout",
        "out = np.zeros((n, d))\nfor i in range(d):\n    out[i] += W[i, 0]\nout",
        "o = v.copy()\nfor i in range(n):\n    t = o\n    t += v[i]\no",
    ],
)
def test_what_has_no_such_value_is_not_read(program: str) -> None:
    reading = read_code(f"np.pi\n{program}", NAMES)
    assert reading is None or reading.problems


def test_loops_are_bounded() -> None:
    nested = "t = s\n" + "".join(f"{' ' * k}for i{k} in range(50):\n" for k in range(4)) + "    t = t + s * t\n"
    reading = read_code(nested + "t", NAMES)
    assert reading is None or reading.problems
