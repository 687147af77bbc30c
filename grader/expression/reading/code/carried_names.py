"""Which names a loop only adds to, and which carry something from one pass to the next: ``t = t * x[i]``."""

from __future__ import annotations

import ast


def carries(loop: ast.For) -> bool:
    """Whether a pass uses what an earlier pass made: a sum so far, or a name before it is assigned."""
    grows, allowed = set[str](), set[int]()
    order: list[ast.stmt] = [node for node in ast.walk(loop) if isinstance(node, ast.stmt)]
    for statement in order:
        name = grown_name(statement)
        if name is not None:
            grows.add(name.id)
            allowed.add(id(name))
            match statement:
                case ast.Assign([ast.Name()], ast.BinOp(left)):
                    allowed.add(id(left))
    loads = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    grows -= {name for name in grows if _is_set_anew(loop, name)}
    if any(node.id in grows and id(node) not in allowed for node in loads):
        return True
    for statement in order:
        match statement:
            case ast.Assign([ast.Name(own)], value) if own not in grows and not _is_set_anew(loop, own):
                before = [node for node in loads if node.id == own]
                if any((node.lineno, node.col_offset) <= (value.end_lineno, value.end_col_offset) for node in before):
                    return True
    return False


def _is_set_anew(loop: ast.For, name: str) -> bool:
    """Whether a name is set in each pass of the loop, or of one within it, before anything else is done with it."""
    everywhere = _named(loop, name)
    for inner in (node for node in ast.walk(loop) if isinstance(node, ast.For)):
        for at, statement in enumerate(inner.body):
            match statement:
                case ast.Assign([ast.Name(own)], value) if own == name:
                    behind = set[int]().union(*(_named(one, name) for one in inner.body[at:]))
                    return not _named(value, name) and everywhere <= behind
    return False


def _named(node: ast.AST, name: str) -> set[int]:
    return {id(item) for item in ast.walk(node) if isinstance(item, ast.Name) and item.id == name}


def grown_name(statement: ast.stmt) -> ast.Name | None:
    """The name that a statement adds to, or whose entries it sets."""
    match statement:
        case ast.AugAssign((ast.Name() as name) | ast.Subscript(ast.Name() as name)):
            return name
        case ast.Assign([ast.Subscript(ast.Name() as name)]):
            return name
        case ast.Assign([ast.Name() as name], ast.BinOp(ast.Name(same), ast.Add() | ast.Sub())) if name.id == same:
            return name
    return None
