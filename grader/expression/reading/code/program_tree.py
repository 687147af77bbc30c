"""Text of a program -> the syntax tree that Python makes of it, told in fewer kinds of statements.

``x[i] = x[i] + v`` and ``x[i].add_(v)`` are ``x[i] += v``; ``dJ/dw = ...`` sets a name for it; ``V * lambda``
multiplies by the quantity of that name; what stands behind ``where a = b`` stands before.
"""

from __future__ import annotations

import ast
import re
import warnings
from copy import deepcopy
from textwrap import dedent

from grader.expression.reading.code.dictionaries import without_dictionaries

_FENCED = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
_TICKED = re.compile(r"`([^`]+)`")
# lambda where no arguments and a colon follow, which is a name of Python's grammar and here a quantity
_LAMBDA = re.compile(r"\blambda\b(?!\s{0,9}[\w, ]{0,60}:)")
_QUOTIENT = re.compile(r"(?m)^([ \t]{0,40})(?:d|∂)(\w{1,30})\s?/\s?(?:d|∂)(\w{1,30})[ \t]{0,9}=(?!=)")
_BEHIND = re.compile(
    r"(.+?)[,;]?\s{1,9}(?:where|with)\s{1,9}(\w{1,30})(?:\s{0,9}=(?!=)\s{0,9}|\s{1,9}is\s{1,9})([^=]+)", re.DOTALL
)
_LETTERS = re.compile(r"([^\n]+?)((?:,\s{0,9}\w{1,30}\s{0,9}=(?!=)\s{0,9}[^,=\n]+)+)")
_THEN = re.compile(r"(?<=[;,\n])\s{0,9}(?:and\s{1,9})?(?:then|so|hence)\s{1,9}(?=\w+\s{0,9}[-+*/@]?=)")
_IN_PLACE = {"add_": ast.Add, "sub_": ast.Sub, "mul_": ast.Mult, "div_": ast.Div}
_AT = ("add", "set")
_COMPARED: dict[str, type[ast.cmpop]] = {
    **dict.fromkeys(("less", "lt"), ast.Lt),
    **dict.fromkeys(("less_equal", "le"), ast.LtE),
    **dict.fromkeys(("greater", "gt"), ast.Gt),
    **dict.fromkeys(("greater_equal", "ge"), ast.GtE),
    **dict.fromkeys(("equal", "eq"), ast.Eq),
    **dict.fromkeys(("not_equal", "ne"), ast.NotEq),
}
_COPY = "at__"
# what computes no value of its own
_SILENT = frozenset(
    ("backward", "zero_grad", "requires_grad_", "retain_grad", "manual_seed", "seed", "set_printoptions")
)
OVER = "__over__"  # between the two differentials of a name that a left side is
MOST_DEFINITIONS = 4


def tree_of(text: str) -> ast.Module | None:
    """The tree of a program; None where the text is none."""
    source = dedent(text.strip("\n").replace("\t", "    ")).strip()
    fence = _FENCED.fullmatch(source) or _TICKED.fullmatch(source)
    source = _LAMBDA.sub("λ", fence[1] if fence else source)
    found = _parsed(source)
    if found is None:
        source = _QUOTIENT.sub(rf"\1d\2{OVER}d\3 =", _THEN.sub(" ", source))
        found = _parsed(source) or _parsed(_definitions_first(source))
    if found is None:
        return None
    found = without_dictionaries(found)
    for change in (_Computing(), _AtPlaces(), _InPlace()):
        found = change.visit(found)
    return ast.fix_missing_locations(found)


def _definitions_first(source: str) -> str:
    for _ in range(MOST_DEFINITIONS):
        found = _BEHIND.fullmatch(source)
        if found is None:
            break
        source = f"{found[2]} = {found[3].strip()}\n{found[1]}"
    found = _LETTERS.fullmatch(source)
    if found is not None and found[1].count("(") == found[1].count(")"):
        source = found[2][1:].replace(",", ";") + "\n" + found[1]
    return "\n".join(line if line[:1].isspace() and at else line.strip() for at, line in enumerate(source.split("\n")))


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # 2else, which is no program of the user's
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Computing(ast.NodeTransformer):
    """What computes something by hand: without mere words, autograd's own work, and the heads of blocks of settings."""

    def visit_With(self, node: ast.With) -> list[ast.stmt] | ast.stmt:
        self.generic_visit(node)
        return node if any(item.optional_vars for item in node.items) else node.body

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Comparisons by their names, and PyTorch's ``x.masked_fill(mask, 0)``, as what they are elsewhere."""
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Attribute(ast.Name("np" | "torch" | "jnp"), name), [left, right], []) if (
                name in _COMPARED
            ):
                return ast.copy_location(ast.Compare(left, [_COMPARED[name]()], [right]), node)
            case ast.Call(ast.Attribute(left, name), [right], []) if name in _COMPARED:
                return ast.copy_location(ast.Compare(left, [_COMPARED[name]()], [right]), node)
            case ast.Call(ast.Attribute(base, "masked_fill"), [mask, value], []):
                where = ast.Attribute(ast.Name("np", ast.Load()), "where", ast.Load())
                return ast.copy_location(ast.Call(where, [mask, value, base], []), node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        self.generic_visit(node)
        kept = [line for line in node.body if not _is_text(line)]
        node.body = kept or node.body
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        self.generic_visit(node)
        match node.value:
            case ast.Call(ast.Attribute(ast.Name() as target, "masked_fill_"), [mask, value], []):
                return ast.copy_location(ast.Assign([ast.Subscript(target, mask, ast.Store())], value), node)
            case ast.Call(ast.Attribute(_, name)) if name in _SILENT:
                return ast.copy_location(ast.Pass(), node)
            case ast.Call(ast.Name("print") as function, shown):
                rest = [one for one in shown if not isinstance(one, ast.Constant | ast.JoinedStr)]
                if len(rest) != 1:
                    return ast.copy_location(ast.Pass(), node)
                return ast.copy_location(ast.Expr(ast.Call(function, rest, [])), node)
        return node


class _AtPlaces(ast.NodeTransformer):
    """JAX's arrays, which never change, as copies under names of their own that do: ``x.at[i].add(v)``."""

    def __init__(self) -> None:
        self.before: list[ast.stmt] | None = None  # of the statement at hand
        self.count = 0

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        return self._after_copies(node)

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        return self._after_copies(node)

    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt]:
        return self._after_copies(node)

    def _after_copies(self, node: ast.stmt) -> list[ast.stmt]:
        before: list[ast.stmt] = []
        self.before = before
        self.generic_visit(node)
        self.before = None
        return [*(ast.copy_location(one, node) for one in before), node]

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        return node  # whose names are its own

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(ast.Subscript(ast.Attribute(base, "at"), where), how) if (
                how in _AT and self.before is not None and len(node.args) == 1
            ):
                self.count += 1
                name = f"{_COPY}{self.count}"
                copied = ast.Call(ast.Attribute(base, "copy", ast.Load()), [], [])
                self.before.append(ast.Assign([ast.Name(name, ast.Store())], copied))
                self.before.append(_changed_at(ast.Name(name, ast.Load()), where, how, node.args[0]))
                return ast.copy_location(ast.Name(name, ast.Load()), node)
        return node


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


class _InPlace(ast.NodeTransformer):
    """Entries that change, as those with an operator before their sign of equality; sums so far with that first."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        match node:
            case ast.Assign([ast.Subscript() as target], ast.BinOp(left, operator, value)) if _same(target, left):
                return ast.copy_location(ast.AugAssign(target, operator, value), node)
            case ast.Assign([ast.Subscript() as target], ast.BinOp(value, ast.Add() as operator, right)):
                return ast.copy_location(ast.AugAssign(target, operator, value), node) if _same(target, right) else node
            case ast.Assign([ast.Name(name)], ast.BinOp(value, ast.Add() as operator, ast.Name(same) as own)):
                if name == same:
                    node.value = ast.copy_location(ast.BinOp(own, operator, value), node.value)
        return node

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        """One loop for each of several ranges, one behind the other."""
        self.generic_visit(node)
        parts = _ranges(node.iter)
        if len(parts) < 2 or node.orelse:
            return [node]
        return [ast.copy_location(ast.For(node.target, part, deepcopy(node.body), []), node) for part in parts]

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        match node.value:
            case ast.Call(ast.Attribute(ast.Name() | ast.Subscript() as target, name), [value], []) if (
                name in _IN_PLACE
            ):
                target.ctx = ast.Store()
                return ast.copy_location(ast.AugAssign(target, _IN_PLACE[name](), value), node)
            case ast.Call(ast.Attribute(ast.Name() as target, "index_add_"), [ast.Constant(0), where, value], []):
                return ast.copy_location(_changed_at(target, where, "add", value), node)
        return node


def _changed_at(target: ast.Name, where: ast.expr, how: str, value: ast.expr) -> ast.stmt:
    """What changes an array at some places, each as often as it is named."""
    if how == "set":
        return ast.Assign([ast.Subscript(target, where, ast.Store())], value)
    added = ast.Attribute(ast.Attribute(ast.Name("np", ast.Load()), "add", ast.Load()), "at", ast.Load())
    return ast.Expr(ast.Call(added, [target, where, value], []))


def _ranges(node: ast.expr) -> list[ast.expr]:
    """The ranges that a loop goes through, one behind the other; none for anything else."""
    match node:
        case ast.Call(ast.Name("range")):
            return [node]
        case ast.Call(ast.Name("list"), [inner], []):
            return _ranges(inner)
        case ast.Call(ast.Name("ranges" | "chain") | ast.Attribute(_, "chain"), parts, []):
            found = [_ranges(part) for part in parts]
        case ast.BinOp(left, ast.Add(), right):
            found = [_ranges(left), _ranges(right)]
        case ast.List(parts) if all(isinstance(part, ast.Starred) for part in parts):
            found = [_ranges(part.value) for part in parts if isinstance(part, ast.Starred)]
        case _:
            return []
    return [part for parts in found for part in parts] if all(found) else []


def _same(target: ast.expr, value: ast.expr) -> bool:
    """Whether a value is what a target sets."""
    return ast.unparse(target) == ast.unparse(value)
