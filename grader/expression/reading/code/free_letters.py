"""Letters of a program that nothing gives a value: the ``k`` of ``x[i, k]`` where dJ/dtheta_k is asked for.

Such a letter numbers a place, and an array that is set at it alone, ``grad[k] += ...``, is one entry under that name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.expression.language.nodes import Expression, Indexed, Symbol, walk
from grader.expression.reading.code.program_names import NotRead, ProgramNames, declared, value_of


def free_letters(scope: ProgramNames, tree: ast.Module, target: Expression | None) -> frozenset[str]:
    """The small letters that stand in an index and are neither assigned nor the model's, and of no other use."""
    nodes = list(ast.walk(tree))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    set_here = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)} | set_here
    entering = {name.id for node in nodes if isinstance(node, ast.Subscript) for name in _placed(node.slice)}
    numbering = {id(name) for node in nodes for name in _numbering(node, own)}
    asked = {
        place.name
        for node in (() if target is None else walk(target))
        if isinstance(node, Indexed)
        for place in node.indices
        if isinstance(place, Symbol)
    }
    return frozenset(
        letter
        for letter in entering - own
        if len(letter) == 1 and letter.islower() and declared(scope, letter) is None
        if all(id(node) in numbering for node in names if node.id == letter)
        if letter in asked or not _is_known(scope, letter)
    )


def _placed(node: ast.expr) -> Iterator[ast.Name]:
    """The names that are a place of an index themselves, or with a number added."""
    match node:
        case ast.Name():
            yield node
        case ast.Tuple(parts):
            for part in parts:
                yield from _placed(part)
        case ast.BinOp(left, ast.Add() | ast.Sub(), right):
            yield from _placed(left)
            yield from _placed(right)
        case ast.Slice(ast.expr() as lower, ast.expr()):
            yield from _placed(lower)


def _numbering(node: ast.AST, own: set[str]) -> Iterator[ast.Name]:
    """The names that count places here: in an index, in a range, beside another place that they are compared with."""
    match node:
        case ast.Subscript(_, places):
            inner: list[ast.AST] = list(ast.walk(places))
        case ast.Compare(left, _, rights):
            inner = [name for side in (left, *rights) for name in _placed(side)]
        case ast.Call(ast.Name(name) | ast.Attribute(_, name), args) if name in own or name in ("range", "arange"):
            inner = [found for arg in args for found in ast.walk(arg)]
        case _:
            return
    yield from (found for found in inner if isinstance(found, ast.Name))


def _is_known(scope: ProgramNames, name: str) -> bool:
    try:
        value_of(scope, name)
    except NotRead:
        return False
    return True


def entries_as_names(scope: ProgramNames, tree: ast.Module, free: frozenset[str]) -> ast.Module:
    """The program with a mere name for each array that is entered at the same free letters wherever it is."""
    places: dict[str, set[str]] = {}
    loose, changed = set[str](), set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Name(name)], value) if not _is_nought(value):
                loose.add(name)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            name = node.value.id
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            places.setdefault(name, set()).add(ast.unparse(node.slice))
            if isinstance(node.ctx, ast.Store):
                changed.add(name)
            if not all(isinstance(part, ast.Name) and part.id in free for part in parts):
                loose.add(name)
    entries = {name for name in changed - loose if len(places[name]) == 1 and declared(scope, name) is None}
    return _Named(entries).visit(tree) if entries else tree


def _is_nought(value: ast.expr) -> bool:
    match value:
        case ast.Constant(0 | 0.0):
            return True
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)):
            return name in ("zeros", "zeros_like", "empty", "empty_like")
    return False


class _Named(ast.NodeTransformer):
    """Entries of some arrays as names of their own."""

    def __init__(self, entries: set[str]) -> None:
        self.entries = entries

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self.entries:
            return ast.copy_location(ast.Name(node.value.id, node.ctx), node)
        return node
