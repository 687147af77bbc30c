"""Names that share one array in memory: after ``dz = p`` a change in place, ``dz -= y``, changes p as well.

A name whose array changed under another is not read any more, nor is a number that no array of true and false holds.
"""

from __future__ import annotations

import ast

from grader.expression.language.nodes import ONE, ZERO, Expression
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.program_names import NotRead, ProgramNames, value_of

_VIEWS = frozenset(
    (
        *(
            "view",
            "reshape",
            "detach",
            "numpy",
            "t",
            "transpose",
            "squeeze",
            "unsqueeze",
            "ravel",
            "asarray",
            "diagonal",
        ),
        *("swapaxes", "permute", "expand_dims"),
    )
)
_COPIES = frozenset(("copy", "clone", "array"))
_SAME_SHAPE = frozenset(("ravel", "flatten", "squeeze", "detach", "numpy"))
LOGIC = frozenset(("logical_and", "logical_or", "logical_not"))


def assigned_anew(scope: ProgramNames, name: str, value: ast.expr) -> None:
    """Note whose array a name has once it is given a value, and whether that is one of true and false."""
    scope.stale.discard(name)
    held = _holder(scope, value)
    scope.storage[name] = f"{name}#{len(scope.storage)}" if held is None else held
    (scope.truths.add if is_test(scope, value) else scope.truths.discard)(name)


def changes_in_place(scope: ProgramNames, name: str) -> None:
    """Note that all other names of an array are out of date; numbers and arrays of MATLAB are each their own."""
    held = scope.storage.get(name, name)
    others = {other for other, one in scope.storage.items() if one == held} | {held}
    others.discard(name)
    if scope.first or not others:
        return
    try:
        if axes_of(scope, value_of(scope, name)) == ():
            return
    except NotRead:
        pass
    scope.stale.update(others)


def check_truth(scope: ProgramNames, name: str, value: Expression | None = None) -> None:
    """Raise NotRead where an array of true and false is given another number."""
    if name in scope.truths and value not in (ZERO, ONE):
        raise NotRead


def changed_within(body: ast.stmt) -> set[str]:
    """The names of arrays that statements change in place."""
    found = set[str]()
    for node in ast.walk(body):
        match node:
            case ast.AugAssign(ast.Name(name) | ast.Subscript(ast.Name(name))):
                found.add(name)
            case ast.Assign([ast.Subscript(ast.Name(name))]):
                found.add(name)
    return found


def _holder(scope: ProgramNames, node: ast.expr) -> str | None:
    """The array in memory that a value is a part of; None for one that is made anew."""
    match node:
        case ast.Name(name):
            return scope.storage.get(name, name)
        case ast.Subscript(inner, places) if _are_plain(places):
            return _holder(scope, inner)
        case ast.Attribute(inner, "T" | "mT" | "data" | "real"):
            return _holder(scope, inner)
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"), name), [inner, *_]) if name in _VIEWS:
            return _holder(scope, inner)
        case ast.Call(ast.Attribute(inner, name)) if name in _VIEWS:
            return _holder(scope, inner)
    return None


def _are_plain(places: ast.expr) -> bool:
    """Whether an index is one of numbers and slices, which makes no copy."""
    parts = places.elts if isinstance(places, ast.Tuple) else [places]
    return not any(isinstance(part, ast.List | ast.Compare | ast.Call | ast.Tuple) for part in parts)


def is_test(scope: ProgramNames, node: ast.expr) -> bool:
    """Whether a value is true or false, or an array of these."""
    match node:
        case ast.Compare() | ast.UnaryOp(ast.Invert() | ast.Not(), _):
            return True
        case ast.BoolOp(_, values):
            return any(is_test(scope, value) for value in values)
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr(), right):
            return is_test(scope, left) or is_test(scope, right)
        case ast.Name(name):
            return name in scope.truths
        case ast.Call(ast.Attribute(ast.Name("np" | "torch" | "jnp"), name), [inner, *_]) if name in _COPIES | LOGIC:
            return is_test(scope, inner)
        case ast.Call(ast.Attribute(inner, name), _) if name in _COPIES | _SAME_SHAPE:
            return is_test(scope, inner)
        case ast.Subscript(inner, _):
            return is_test(scope, inner)
    return False
