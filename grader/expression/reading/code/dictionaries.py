"""Dictionaries of arrays by name -> a name for each: ``grads["W2"] = dz @ h.T`` sets ``grad_W2``.

``cache["A1"]`` of a dictionary that the program is given is the quantity A1.
"""

from __future__ import annotations

import ast
import re

_GRADIENTS = re.compile(r"(?:d|grads?|gradients?|derivatives?)_?", re.IGNORECASE)


def without_dictionaries(tree: ast.Module) -> ast.Module:
    """The program with plain names in place of dictionaries and their keys."""
    keys = {
        (node.value.id, key)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
        for key in [_key(node.slice)]
        if key is not None
    }
    keys |= {(name, key) for node in ast.walk(tree) for name, literal in [_filled(node)] for key in literal}
    if not keys and not any(isinstance(node, ast.Subscript) and _key(node.slice) for node in ast.walk(tree)):
        return tree
    found = _PlainNames(frozenset(keys)).visit(tree)
    return found if isinstance(found, ast.Module) else tree


def _key(node: ast.expr | None) -> str | None:
    """The word that a key is."""
    match node:
        case ast.Constant(str() as word) if word.isidentifier():
            return word
    return None


def _filled(node: ast.AST) -> tuple[str, dict[str, ast.expr]]:
    """The name and the items of a dictionary that a statement writes down."""
    match node:
        case ast.Assign([ast.Name(name)], ast.Dict(keys, values)):
            words = [_key(key) for key in keys]
            return name, {key: value for key, value in zip(words, values, strict=True) if key is not None}
    return "", {}


class _PlainNames(ast.NodeTransformer):
    def __init__(self, keys: frozenset[tuple[str, str]]) -> None:
        self.keys = keys

    def _name(self, held: str, key: str) -> str:
        if (held, key) not in self.keys or (_GRADIENTS.fullmatch(held) and key.startswith("d")):
            return key
        return f"grad_{key}" if _GRADIENTS.fullmatch(held) else f"{held}_{key}"

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Subscript(ast.Name(held), where) if (key := _key(where)) is not None:
                return ast.copy_location(ast.Name(self._name(held, key), node.ctx), node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        held, items = _filled(node)
        if not isinstance(node.value, ast.Dict) or len(items) < len(node.value.keys):
            return node
        lines = [
            ast.Assign([ast.Name(self._name(held, key), ast.Store())], value)
            for key, value in items.items()
            if not (isinstance(value, ast.Name) and value.id == self._name(held, key))
        ]
        return [ast.copy_location(line, node) for line in lines] or ast.copy_location(ast.Pass(), node)

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        self.generic_visit(node)
        match node.value:
            case ast.Name(held) if own := sorted(self._name(name, key) for name, key in self.keys if name == held):
                node.value = ast.Tuple([ast.Name(name, ast.Load()) for name in own], ast.Load())
            case ast.Dict(_, [_, *_] as values) if all(isinstance(value, ast.Name) for value in values):
                node.value = ast.Tuple(values, ast.Load())
        return node
