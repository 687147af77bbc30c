"""Which way a vector of MATLAB stands, and what its products come to: ``X(i, :)`` is a row, ``X(i, :) * w`` a number.

A vector has one axis here however it stands, so that the product of two is told by the way that both do. In Julia
``X[i, :]`` is a column.
"""

from __future__ import annotations

import ast
from typing import Literal, TypeAlias

from grader.expression.language.nodes import Call, Expression, Product
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.iterating import ReadAs
from grader.expression.reading.code.program_names import ProgramNames

Way: TypeAlias = Literal["row", "column", "number", "matrix"]
_TURNED: dict[Way | None, Way] = {"row": "column", "column": "row", "number": "number", "matrix": "matrix"}
_OF_PRODUCT: dict[tuple[Way | None, Way | None], Way] = {
    **dict.fromkeys((("row", "column"), ("row", None), (None, "column")), "number"),
    **dict.fromkeys((("column", "row"), ("column", None), (None, "row")), "matrix"),
    ("row", "matrix"): "row",
    (None, "matrix"): "row",
    ("matrix", "column"): "column",
    ("matrix", None): "column",
    ("matrix", "matrix"): "matrix",
}


def way_of(names: ProgramNames, node: ast.expr, formula: ReadAs) -> Way | None:
    """How the value of an expression stands; None for a vector that may be a column or a row."""
    match node:
        case ast.Subscript(_, ast.Tuple([ast.Slice(), other])) if not isinstance(other, ast.Slice):
            return "column"
        case ast.Subscript(_, ast.Tuple([other, ast.Slice()])) if not isinstance(other, ast.Slice):
            return "column" if names.columns else "row"
        case ast.Subscript(_, ast.Slice(None, None, None)):
            return "column"
        case ast.Attribute(inner, "T"):
            return _TURNED.get(way_of(names, inner, formula))
        case ast.UnaryOp(_, inner):
            return way_of(names, inner, formula)
        case ast.BinOp(left, operator, right):
            ways = way_of(names, left, formula), way_of(names, right, formula)
            if "number" in ways:
                return ways[ways[0] == "number"]
            if isinstance(operator, ast.MatMult):
                return _OF_PRODUCT.get(ways)
            return ways[0] if ways[0] == ways[1] or ways[1] is None else ways[1] if ways[0] is None else None
    axes = axes_of(names, formula(names, node))
    if axes == ():
        return "number"
    if axes is None or len(axes) != 2:
        return None
    return "column" if axes[1] == "1" else "row" if axes[0] == "1" else "matrix"


def multiplied(
    names: ProgramNames, ways: tuple[Way | None, Way | None], left: Expression, right: Expression
) -> Expression | None:
    """The matrix product of two arrays, a vector among them standing as it must; None where it may stand either way."""
    ranks = tuple(len(axes_of(names, side) or ()) for side in (left, right))
    way = _OF_PRODUCT.get(ways)
    if ranks == (1, 1) and way in ("number", "matrix"):
        return Product((left, right), ("@",)) if way == "number" else Call("outer", (left, right))
    if ranks == (1, 2) and ways == ("row", "matrix"):
        return Product((Call("transpose", (right,)), left), ("@",))
    if ranks == (2, 2) or (ranks == (2, 1) and ways in (("matrix", "column"), ("matrix", None))):
        return Product((left, right), ("@",))
    return None
