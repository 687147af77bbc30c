"""Convolutions and correlations of vectors, by the defaults of the package that they are called from.

``np.correlate(x, g)`` is the convolution with g turned round where both lie over each other; SciPy's takes all places.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.expression.language.nodes import Call, Expression, integer
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.entering import flipped
from grader.expression.reading.code.program_names import NotRead, ProgramNames

CONVOLUTIONS = frozenset(("convolve", "correlate", "conv"))
_MODES = ("valid", "same", "full")
_NUMPY = frozenset(("np", "numpy", "jnp", "cp"))


def convolution(
    names: ProgramNames, called: ast.expr, args: Sequence[Expression], words: Sequence[object], plain: bool
) -> Expression:
    """A call of one of CONVOLUTIONS on two vectors with at most the word of its mode; raises NotRead."""
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    package = _package(called)
    if len(args) != 2 or len(words) > 1 or not plain or any(len(axes_of(names, arg) or ()) != 1 for arg in args):
        raise NotRead
    mode = words[0] if words else _default(name, package)
    if mode not in _MODES or (mode == "same" and package not in _NUMPY):  # of the first vector's length elsewhere
        raise NotRead
    one, other = args
    lengths = [axes_of(names, arg) or ("?",) for arg in args]
    shorter = all(length[0].isdigit() for length in lengths) and int(lengths[0][0]) < int(lengths[1][0])
    if mode == "valid" and shorter and name == "conv":  # which is empty
        raise NotRead
    if name != "correlate":
        return _convolved(one, other, mode)
    if mode == "same" and not (lengths[0][0].isdigit() and lengths[1][0].isdigit()):
        raise NotRead
    if mode == "same" and shorter:  # NumPy exchanges the two, and turns round what comes of it
        return flipped(_convolved(other, flipped(one, 0), mode), 0)
    return _convolved(one, flipped(other, 0), mode)


def _convolved(one: Expression, other: Expression, mode: object) -> Expression:
    return Call("convolved", (one, other, integer(_MODES.index(str(mode)))))


def _package(called: ast.expr) -> str:
    while isinstance(called, ast.Attribute):
        called = called.value
        if isinstance(called, ast.Attribute):
            return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _default(name: str, package: str) -> str:
    if name != "correlate":
        return "full"
    if package in _NUMPY:
        return "valid"
    if package == "signal":
        return "full"
    raise NotRead
