"""Small programs drawn from a grammar of what students write, each with the value that NumPy gives to it.

A hole of a template is filled by another expression until NumPy runs the line: ``{a} @ {b}`` becomes ``X.T @ v``. Some
programs are left in whose last line NumPy refuses: those must have no value.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

SIZES = {"n": 4, "d": 3, "m": 2}
SHAPES = {
    "v": ("n",),
    "u": ("n",),
    "w": ("d",),
    "X": ("n", "d"),
    "Y": ("n", "d"),
    "W": ("d", "m"),
    "S": ("n", "n"),
    "R": ("n", "d", "m"),
    "s": (),
    "col": ("d", "1"),
    "e": ("n", "1"),
    "row": ("1", "d"),
    "q": ("n",),
}
PLACES = {"q": "d"}  # whose values count places of an axis, from 0 in a program
Values: TypeAlias = dict[str, np.ndarray | np.float64]
_HOLE = re.compile(r"\{(\w+)\}")
_TRIES = 12
_LARGEST = 1e7

NAMES = "v u w X Y W S R s col e row X Y v w"
EXPRESSIONS = """
{a} + {b}
{a} - {b}
{a} * {b}
{a} * {b}
{a} @ {b}
{a} @ {b}
{a} / (1 + np.exp({b}))
{a} ** 2
-{a}
2 * {a} - 1
{a} / {size}
{a}.T
{a}.T @ {b}
{a} @ {b}.T
{a}.sum()
{a}.sum(axis={axis})
{a}.sum({axis})
np.sum({a} * {b})
np.sum({a}, axis={axis}, keepdims=True)
{a}.mean(axis={axis}, keepdims=True)
np.mean({a}, {axis})
np.mean({a})
{a}.max(axis={axis})
{a}.max(axis={axis}, keepdims=True)
{a}.ravel()
{a}.flatten()
{a}.reshape(-1)
{a}.reshape(-1, 1)
{a}.reshape(1, -1)
{a}.reshape({size}, {size})
{a}.reshape({size}, -1)
{a}.squeeze()
np.squeeze({a})
np.expand_dims({a}, {axis})
{a}[:, None]
{a}[None, :]
{a}[:, None, :]
{a}[..., None]
{a}[:, np.newaxis] * {b}
{a}[0]
{a}[-1]
{a}[:, 0]
{a}[:, -1]
{a}[1:]
{a}[:-1]
{a}[::-1]
{a}[:, 1:]
{a}[1:, :2]
{a}[:, [0]]
{a}[0, 1]
{a}[{test}]
{a}[q]
{a}[np.arange(n), q]
np.eye({size})
np.eye({size})[q]
np.ones({size})
np.ones(({size}, {size}))
np.zeros(({size}, 1))
np.zeros_like({a})
np.ones_like({a})
np.full({size}, {a})
np.full_like({a}, 2.0)
np.outer({a}, {b})
np.dot({a}, {b})
{a}.dot({b})
np.inner({a}, {b})
np.matmul({a}, {b})
np.multiply({a}, {b})
np.cumsum({a})
np.cumsum({a}, axis={axis})
np.concatenate([{a}, {b}])
np.concatenate([{a}, {b}], axis={axis})
np.hstack([{a}, {b}])
np.vstack([{a}, {b}])
np.stack([{a}, {b}], axis={axis})
np.column_stack([{a}, {b}])
np.where({test}, {a}, {b})
np.where({test}, {a}, 0)
({test}).astype(float)
({test}) * {a}
({test}).sum()
({test}).mean(axis={axis})
np.maximum({a}, 0)
np.maximum({a}, {b})
np.minimum({a}, {b})
np.clip({a}, -0.5, 0.5)
np.abs({a})
np.sign({a})
np.exp({a})
np.log(1 + np.exp({a}))
np.tanh({a})
np.sqrt(np.sum({a} ** 2))
np.linalg.norm({a})
np.linalg.norm({a}, axis={axis})
np.linalg.norm({a}, axis={axis}, keepdims=True)
np.exp({a}) / np.exp({a}).sum(axis={axis}, keepdims=True)
np.einsum('ij,ij->i', {a}, {b})
np.einsum('ij,jk->ik', {a}, {b})
np.einsum('i,ij->j', {a}, {b})
np.einsum('ij,ik->jk', {a}, {b})
np.einsum('ij->j', {a})
np.einsum('ij->ji', {a})
np.einsum('i,j->ij', {a}, {b})
np.einsum('i,i->', {a}, {b})
np.einsum('ijk,ij->k', {a}, {b})
np.tensordot({a}, {b}, axes=1)
np.transpose({a}, (0, 2, 1))
np.transpose({a})
np.swapaxes({a}, 0, 1)
np.diag({a})
np.trace({a})
np.tile({a}, (2, 1))
np.tile({a}, 2)
np.repeat({a}, 2)
np.repeat({a}, 2, axis={axis})
np.broadcast_to({a}, ({size}, {size}))
np.triu({a})
np.tril({a}, -1)
np.prod({a})
np.var({a})
np.std({a}, axis={axis})
np.array([{a}, {b}])
np.atleast_2d({a})
np.flip({a}, axis={axis})
np.average({a}, axis={axis})
np.square({a}).sum()
np.array([{i} for i in range({many})])
np.array([[{ij} for j in range({each})] for i in range({many})])
np.stack([{i} for i in range({many})])
sum({i} for i in range({many}))
sum([{i} for i in range({many})])
sum({i} for i in range({many}) if v[i] > 0)
sum({ij} for i in range({many}) for j in range({each}))
sum(p * {b} for p in {a})
sum(p @ r for p, r in zip({a}, {b}))
len({a}) * {b}
{a}.shape[0] * {b}
"""
TESTS = "{a} > 0 ;; {a} < {b} ;; {a} >= 0.1 ;; ({a} > 0) & ({b} < 1) ;; ~({a} > 0) ;; q == 1 ;; {a}[0] > {b}"
WITHIN = "v[i] X[i] Y[i] v[i] u[i] X[i] S[i] R[i] e[i] S[:, i] v[i] X[i, 0] X[i, :] w[i] col w w s i"
WITHIN_BOTH = (
    "X[i, j] X[i, j] Y[i, j] X[i][j] v[i] v[i] w[j] w[j] X[i] W[j] R[i, j] e[i] col[j] row[0, j] S[i, j] i j s"
)
START = (
    "np.zeros({size}) ;; np.zeros(({size}, {size})) ;; np.zeros(({size}, 1)) ;; np.zeros_like({a}) ;; 0 ;; {a}.copy()"
)
LINES = r"""
{new} = {a}
{new} = {a}
{new} = {a}
{new} = {test}
{old} = {a}
{old} += {a}
{old} -= {a}
{old} *= {a}
{old} /= {size}
{old}[0] = {a}
{old}[1:] = {a}
{old}[:, 0] = {a}
{old}[:, 1] += {a}
{old}[-1] -= {a}
{old}[{test}] = 0
{old}[{test}] = {a}
{old}[{test}] *= {a}
{old}[np.arange(n), q] -= 1
{old}[q] += {a}
np.add.at({old}, q, {a})
{new} = {start}\nfor i in range({many}):\n    {new} += {i}
{new} = {start}\nfor i in range({many}):\n    {new} = {new} + {i}
{new} = {start}\nfor i in range({many}):\n    {new}[i] = {i}
{new} = {start}\nfor i in range({many}):\n    {new}[i] += {i}
{new} = {start}\nfor i in range({many}):\n    {new}[:, i] = {i}
{new} = {start}\nfor i in range({many}):\n    t = {i}\n    {new}[i] = t * {i}
{new} = {start}\nfor i in range({many}):\n    t = {i}\n    t += {i}\n    {new} += t
{new} = {start}\nfor i in range({many}):\n    if {i} > 0:\n        {new} += {i}
{new} = {start}\nfor i in range({many}):\n    if {i} > 0:\n        {new}[i] = {i}\n    else:\n        {new}[i] = {i}
{new} = {start}\nfor i in range({many}):\n    for j in range({each}):\n        {new}[i, j] = {ij}
{new} = {start}\nfor i in range({many}):\n    for j in range({each}):\n        {new}[i] += {ij}
{new} = {start}\nfor i in range({many}):\n    for j in range({each}):\n        {new}[j, i] += {ij}
{new} = {start}\nfor i in range({many}):\n    for j in range({each}):\n        {new} += {ij}
{new} = {start}\nfor i in range({many}):\n    for j in range({each}):\n        {new}[j] -= {ij}\n    {new} += {i}
{new} = {start}\nfor i in range(1, n):\n    {new} += {i}
{new} = {start}\nfor i in range({many}):\n    {new}[q[i]] += {i}
{new} = {start}\nfor p, r in zip({a}, {b}):\n    {new} += p * r
{new} = {start}\nfor i, p in enumerate({a}):\n    {new}[i] = p * {i}
{new} = []\nfor i in range({many}):\n    {new}.append({i})\n{new} = np.array({new})
def f(z):\n    return z * {a} + 1\n{new} = f({b})
def f(z, k):\n    t = z * k\n    return t.sum(axis=0)\n{new} = f({a}, {b})
f = lambda z: np.maximum(z, 0) * {a}\n{new} = f({b})
"""
_TEMPLATES = {
    "a": EXPRESSIONS.strip().splitlines(),
    "i": [line for line in EXPRESSIONS.strip().splitlines() if " for " not in line],
    "line": [line.replace("\\n", "\n") for line in LINES.strip().splitlines()],
    "test": TESTS.split(" ;; "),
    "start": START.split(" ;; "),
    "size": [*SIZES, "n", "d"],
    "many": ["n", "n", "n", "n", "d"],
    "each": ["d", "d", "d", "n"],
    "axis": ["0", "1", "-1", "0", "1", "2"],
}
_NAMES = {"a": NAMES.split(), "i": WITHIN.split(), "ij": WITHIN_BOTH.split()}


def given(rng: np.random.Generator) -> Values:
    """Values of all names."""
    shapes = {name: tuple(SIZES.get(axis) or int(axis) for axis in axes) for name, axes in SHAPES.items()}
    found = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    found["s"] = np.float64(found["s"])
    return found | {name: rng.integers(SIZES[axis], size=shapes[name]) for name, axis in PLACES.items()}


def run(text: str, values: Values) -> np.ndarray | None:
    """What the last line comes to by NumPy; None where it refuses the program."""
    *lines, last = text.split("\n")
    scope = {"np": np, **SIZES, **{name: np.copy(value) if np.ndim(value) else value for name, value in values.items()}}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            exec("\n".join(lines), scope)  # noqa: S102
            found = np.asarray(eval(last, scope))  # noqa: S307
            halves = any(getattr(one, "dtype", None) == np.float16 for one in (found, *scope.values()))
            return None if halves else found.astype(float)  # of functions of truths, as no student computes
        except Exception:
            return None


def is_ordinary(value: np.ndarray) -> bool:
    """Whether there are entries, all of which are numbers that two ways to compute them agree on."""
    return bool(value.size and np.isfinite(value).all() and np.abs(value).max() < _LARGEST)


def programs(seed: int, many: int) -> Iterator[tuple[str, Values]]:
    """Programs of up to three statements and an expression, with the values that they were tried at.

    Of one in ten NumPy refuses the last line.
    """
    rng = np.random.default_rng(seed)
    for _ in range(many):
        text, values, made = "", given(rng), list[str]()
        for _ in range(int(rng.integers(4))):
            new = f"t{len(made)}"
            line = _that_runs(rng, "line", text, values, made, new)
            if line is not None:
                text += f"{line}\n"
                made += [new] if new in line else []
        refused = rng.random() < 0.1
        last = made[-1] if made and not refused and rng.random() < 0.7 else None
        while last is None:
            last = _filled(rng, "a", 3, made) if refused else _that_runs(rng, "a", text, values, made, "")
            if refused and last is not None and run(f"{text}{last}", values) is not None:
                refused = rng.random() < 0.9
                last = last if not refused else None
        yield text + last, values


def _that_runs(
    rng: np.random.Generator,
    kind: str,
    text: str,
    values: Values,
    made: Sequence[str],
    new: str,
) -> str | None:
    """A line that NumPy runs behind others."""
    for _ in range(_TRIES):
        line = _filled(rng, kind, 3, made, new)
        last = f"{line}\n{new if new and new in line else 's'}" if kind == "line" else line
        found = run(f"{text}{last}", values)
        if found is not None and is_ordinary(found):
            return line
    return None


def _filled(rng: np.random.Generator, kind: str, depth: int, made: Sequence[str], new: str = "") -> str:
    """A template of a kind with its holes filled, by bare names once it is deep enough."""
    within = kind if kind in ("i", "ij") else "a"

    def fill(hole: re.Match[str]) -> str:
        match hole[1]:
            case "new":
                return new
            case "old":
                return str(rng.choice([*made, *made, "X", "v", "W", "e"]))
            case "a" | "b":
                inner = _filled(rng, within, depth - 1, made)
            case other:
                inner = _filled(rng, other, depth - 1, made)
        return (
            inner
            if re.fullmatch(r"[\w.]*(\[[\w:, ]*\])?|[\w.]+\([^()]*\)", inner) or hole[1] in _FREE
            else f"({inner})"
        )

    if kind in _NAMES and (depth <= 0 or rng.random() < 0.45):
        return str(rng.choice([*_NAMES[kind], *made, *made]))
    templates = _TEMPLATES["i" if kind == "ij" else "a" if kind == "b" else kind]
    return _HOLE.sub(fill, str(rng.choice(templates)))


_FREE = frozenset(("test", "start", "size", "axis", "many", "each"))
