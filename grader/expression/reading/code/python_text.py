"""Lines of Python -> the value of the last one: assignments, changes in place, masks, loops that add up, functions.

``dz = yhat - y; dz[z <= 0] = 0; dW = dz @ h.T`` is ``where(z <= 0, 0, yhat - y) @ h^T`` with dW on its left side. Only
the syntax tree is looked at; nothing is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce

from grader.expression.algebra.construct import add
from grader.expression.language.names import Names
from grader.expression.language.nodes import ZERO, Call, Cases, Expression, Product, depth, walk
from grader.expression.reading.code.changing import is_listed, placed, with_entries
from grader.expression.reading.code.choosing import mask_of, settled
from grader.expression.reading.code.comprehensions import decided
from grader.expression.reading.code.expressions import condition, formula, joined
from grader.expression.reading.code.free_letters import entries_as_names, free_letters
from grader.expression.reading.code.index_places import one_hot_of, place_numbers
from grader.expression.reading.code.iterating import bind, passes_of, without_continue
from grader.expression.reading.code.loops import grown
from grader.expression.reading.code.lost_lines import restored
from grader.expression.reading.code.matlab_text import in_python, like_matlab, without_comments
from grader.expression.reading.code.program_names import (
    Lambda,
    NotRead,
    ProgramNames,
    declared,
    is_called_as,
    left_of,
    one_pass,
    value_of,
)
from grader.expression.reading.code.program_tree import tree_of
from grader.expression.reading.code.sequences import items_of, listed, with_items
from grader.expression.reading.code.sharing import assigned_anew, changed_within, changes_in_place, check_truth
from grader.expression.reading.read import CHARACTER, MAX_TREE, Reading
from grader.problems import Problem
from grader.work import spend

_LIKE_CODE = re.compile(
    r"\b(?:np|numpy|torch|jnp|F|tf|math)\.|\.(?:T|sum|mean|dot|copy|shape|clone|t|exp|log|reshape|transpose)\b"
    r"|\]\s{0,9}[-+*/]?=(?!=)|[-+*/@]=|\breturn\b|\bdef\b|\blambda\b|\bNone\b|\bfor\s{1,9}\w+\s{1,9}in\b"
    r"|\bif\b.{1,200}(?:\belse\b|:[ ]{0,9}\n)|#"
    r"|\n[ \t]{0,40}\w{1,40}[ ]{0,9}="
    r"|\.[a-zA-Z]\w*\(|(?<![\w.])conv(?:olve)?\(|^\s{0,99}\w+(?:\s{0,9},\s{0,9}\w+){1,4}\s{0,9}=(?!=)|(?:^|\s)(?:%|//)\s|\.[*/^'<>=](?!\d)"
    r"|\b(?:dim|axis|dims|keepdims?|min|max|a_min|a_max)\s?=(?!=)"
    r"|\b(?:bsxfun|repmat)\(|[\w)\]]'|@\(|\bfor\s{1,9}\w+\s{0,9}=|;\s{0,99}\S|\[[^\[\]]{0,40}:[^\[\]]{0,40}\]"
    r"|\w\(\w+(?:,[ ]?\w+){0,3}\)[ ]?=[^=]"
)
_JULIA = re.compile(r"\w\[")  # MATLAB enters by round brackets
_MOST = 60  # statements
_WHOLE = "write the whole array in one formula"


@dataclass(slots=True)
class _Lines:
    """What the lines so far came to: names with their values, and the last line's left side and value."""

    scope: ProgramNames
    left: Expression | None = None
    value: Expression | None = None
    name: str = ""  # that the last value was given
    several: bool = False  # the last loop made more than one thing, any of which may be meant


def read_code(text: str, names: Names, target: Expression | None = None) -> Reading | None:
    """What a text says as Python; None where it is none, or holds what can't be told in formulas.

    Of several names that it assigns, the one that is called as what is asked for is the answer, else the last.
    """
    if _LIKE_CODE.search(text) is None:
        return None
    spend(CHARACTER * len(text))
    changes = parsed = False
    for source, first in _sources(text, names):
        tree = tree_of(source)
        if tree is None or not tree.body or len(tree.body) > _MOST:
            continue
        parsed = True
        chain = _followed(ProgramNames(names, first=first, columns=bool(first and _JULIA.search(text))), tree, target)
        if chain is None:
            # which no reader of formulas understands
            changes |= any(map(_changes_entries, ast.walk(tree))) or _enters_own_names(tree)
        elif chain:
            return Reading(text, chain, notes=("code",))
    if not parsed:
        sources = tuple(restored(text))
        spend(CHARACTER * sum(map(len, sources)))
        trees = [tree for source in sources if (tree := tree_of(source)) is not None]
        chains = {found for tree in trees if (found := _followed(ProgramNames(names), tree, target))}
        if len(chains) == 1:
            return Reading(text, chains.pop(), notes=("code",))
        changes = any(isinstance(node, ast.For) for tree in trees for node in ast.walk(tree))
    return Reading(text, problems=(Problem("this code can't be followed", _WHOLE, text=text),)) if changes else None


def _followed(scope: ProgramNames, tree: ast.Module, target: Expression | None) -> tuple[Expression, ...] | None:
    """The left side, if there is one, and the value that a program comes to; none of both, or None where it is lost."""
    free = free_letters(scope, tree, target)
    tree = entries_as_names(scope, tree, free)
    lines = _Lines(replace(scope, free=free, letters={letter: letter for letter in free}))
    try:
        _run(lines, tree.body)
        if target is not None and lines.left is not None:
            _choose_answer(lines, target)
        value = None if lines.value is None else settled(lines.scope, lines.value)
    except (NotRead, RecursionError):
        return None
    if lines.several or (value is not None and depth(value) > MAX_TREE):
        return None
    return () if value is None else (value,) if lines.left is None else (lines.left, value)


def _choose_answer(lines: _Lines, target: Expression) -> None:
    """Take the one name that is called as what is asked for, wherever it was assigned."""
    scope = lines.scope
    found = [name for name in scope.assigned if left_of(scope, name) == target or is_called_as(name, target)]
    if len(found) == 1 and found[0] == lines.name:
        lines.several = False
    if len(found) != 1 or found[0] == lines.name:
        return
    other = lines.name.removeprefix("d") != lines.name and declared(scope, lines.name.removeprefix("d")) is not None
    if other or lines.several or not _holds(lines.value, scope.assigned[found[0]]):  # what goes on from it replaces it
        lines.left, lines.value, lines.several = left_of(scope, found[0]), scope.assigned[found[0]], False


def _holds(node: Expression | None, part: Expression) -> bool:
    return node is not None and any(item == part for item in walk(node))


def _sources(text: str, names: Names) -> Iterator[tuple[str, int]]:
    """The text as Python, without remarks, and as MATLAB, each with the number of the first place of an axis."""
    matlab = like_matlab(text)
    if not matlab or tree_of(text) is not None:
        yield text, 0
    if "//" in text and not matlab:
        yield without_comments(text), 0
    told = in_python(text, names) if matlab else None
    if told is not None:
        yield told, 1
    if matlab and "\\" not in text:
        yield without_comments(text), 0


def _changes_entries(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(isinstance(target, ast.Subscript) for target in targets)


def _enters_own_names(tree: ast.Module) -> bool:
    """Whether a name that the code assigns stands alone in an index: ``y[mask]``."""
    own = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    entered = [node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    return any(isinstance(place, ast.Name) and place.id in own for place in entered)


def _run(lines: _Lines, body: Sequence[ast.stmt]) -> None:
    for at, statement in enumerate(body):
        match statement:
            case ast.If(test, inner, other) if (known := decided(condition(lines.scope, test))) is not None:
                if _returns(inner) and known:
                    _run(lines, inner)
                    return
                _run(lines, inner if known else other)
            case ast.If(test, inner, other) if _returns(inner):
                _branch(lines, condition(lines.scope, test), inner, [*other, *body[at + 1 :]])
                return
            case ast.If(test, inner, other):
                _choose(lines, condition(lines.scope, test), inner, other)
            case ast.Expr(ast.Constant(value=str())) | ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Assert():
                continue
            case ast.Expr(ast.Call(ast.Attribute(ast.Attribute(_, "add"), "at"), [ast.Name(name), where, value])):
                rows = Call("transpose", (one_hot_of(lines.scope, formula(lines.scope, where)),))
                added = Product((rows, formula(lines.scope, value)), ("@",))
                _take(lines, name, add(value_of(lines.scope, name), added))
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [value], [])):
                items = items_of(value_of(lines.scope, name))
                if items is None:
                    raise NotRead
                _take(lines, name, listed((*items, formula(lines.scope, value))))
            case (
                ast.Expr(ast.Call(ast.Name("print"), [value]))
                | ast.Expr(ast.Lambda(ast.arguments(args=[_, *_]), value))
                | ast.Expr(value)
                | ast.Return(ast.expr() as value)
            ):
                lines.left, lines.value, lines.several = None, formula(lines.scope, value), False
            case ast.Assign([target], value) | ast.AnnAssign(target, _, ast.expr() as value):
                _assign(lines, target, value)
            case ast.AugAssign():
                _change(lines, statement)
            case ast.For():
                _loop(lines, statement)
            case ast.FunctionDef() as function:
                _define(lines, function)
            case _:
                raise NotRead


def _returns(body: Sequence[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Return)


def _branch(lines: _Lines, test: Expression, body: Sequence[ast.stmt], rest: Sequence[ast.stmt]) -> None:
    """A branch that returns, and what is returned where it is not taken."""
    one, other = _copy(lines), _copy(lines)
    _run(one, body)
    _run(other, rest)
    if one.value is None or other.value is None:
        raise NotRead
    lines.left, lines.value = other.left, Cases(((one.value, test),), other.value)


def _choose(lines: _Lines, test: Expression, body: Sequence[ast.stmt], rest: Sequence[ast.stmt]) -> None:
    """Two branches, and each name that either assigns: as it is in the one or in the other."""
    one, other = _copy(lines), _copy(lines)
    _run(one, body)
    _run(other, rest)
    before = lines.scope.assigned
    changed = {**other.scope.assigned, **one.scope.assigned}
    for name in changed:
        pair = one.scope.assigned.get(name), other.scope.assigned.get(name)
        if pair[0] == pair[1] == before.get(name):
            continue
        first, second = (value_of(lines.scope, name) if value is None else value for value in pair)
        _take(lines, name, Cases(((first, test),), second))


def _take(lines: _Lines, name: str, value: Expression) -> None:
    """A name's new value, which is the last of the lines so far."""
    lines.left, lines.value, lines.several, lines.name = left_of(lines.scope, name), value, False, name
    lines.scope.stale.discard(name)
    if value == lines.left:  # n = X.shape[0] of an X with n rows: the model's own
        lines.scope.assigned.pop(name, None)
    else:
        lines.scope.assigned[name] = value


def _copy(lines: _Lines) -> _Lines:
    return _Lines(replace(lines.scope, assigned=dict(lines.scope.assigned)))


def _assign(lines: _Lines, target: ast.expr, value: ast.expr) -> None:
    scope = lines.scope
    match target:
        case ast.Name(name) if isinstance(value, ast.Lambda):
            scope.functions[name] = Lambda(tuple(arg.arg for arg in value.args.args), value.body)
            with suppress(NotRead):  # which may be the answer at any place
                lines.left, lines.value = None, formula(scope, value.body)
        case ast.Name(name):
            _take(lines, name, formula(scope, value))
            assigned_anew(scope, name, value)
        case ast.Subscript():
            _put(lines, target, formula(scope, value))
        case ast.Tuple(parts) if isinstance(value, ast.Tuple) and len(parts) == len(value.elts):
            new = [formula(scope, one) for one in value.elts]  # all before any is assigned
            for part, one in zip(parts, new, strict=True):
                _put(lines, part, one)
        case ast.Tuple(parts) if isinstance(value, ast.Attribute) and value.attr == "shape":
            for k, part in enumerate(parts):
                _assign(lines, part, ast.Subscript(value, ast.Constant(k), ast.Load()))
        case ast.Tuple(parts) if (items := items_of(formula(scope, value))) is not None and len(items) == len(parts):
            for part, one in zip(parts, items, strict=True):
                _put(lines, part, one)
        case _:
            raise NotRead


def _put(lines: _Lines, target: ast.expr, value: Expression) -> None:
    """A value under a name, or in a part of an array."""
    scope = lines.scope
    match target:
        case ast.Name(name):
            _take(lines, name, value)
        case ast.Subscript(ast.Name(name), where):
            check_truth(scope, name, value)
            changes_in_place(scope, name)
            old = value_of(scope, name)
            places = place_numbers(scope, where, formula) if is_listed(scope, old) else None
            new = with_entries(scope, old, where, value) if places is None else with_items(scope, old, places, value)
            _take(lines, name, new)
        case _:
            raise NotRead


def _change(lines: _Lines, statement: ast.AugAssign) -> None:
    """``dz -= y``, and ``dz[np.arange(N), y] -= 1`` at the entries that a label marks."""
    scope, target, operator, value = lines.scope, statement.target, statement.op, statement.value
    for held in changed_within(statement):
        check_truth(scope, held)
        changes_in_place(scope, held)
    match target:
        case ast.Name(name):
            changed = formula(scope, value)
        case ast.Subscript(ast.Name(name), where) if mask_of(scope, where, formula, condition) is not None or (
            is_listed(scope, value_of(scope, name)) and place_numbers(scope, where, formula) is not None
        ):
            loaded = ast.Subscript(ast.Name(name, ast.Load()), where, ast.Load())
            _put(lines, target, joined(scope, operator, formula(scope, loaded), formula(scope, value)))
            return
        case ast.Subscript(ast.Name(name), where) if isinstance(operator, ast.Add | ast.Sub):
            changed = placed(scope, value_of(scope, name), where, formula(scope, value))
        case _:
            raise NotRead
    _take(lines, name, joined(scope, operator, value_of(scope, name), changed))


def _loop(lines: _Lines, loop: ast.For) -> None:
    """A loop: pass by pass where its items are known, else one that only adds to names."""
    before = dict(lines.scope.assigned)
    for name in changed_within(loop):
        changes_in_place(lines.scope, name)
    found = passes_of(lines.scope, loop.iter, formula)
    if found is None:
        changed, whole = grown(lines.scope, loop)
        for name, changes in changed.items():
            before_loop = ZERO if name in whole else value_of(lines.scope, name)
            _take(
                lines, name, reduce(lambda one, other: joined(lines.scope, ast.Add(), one, other), changes, before_loop)
            )
        within = {node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        lines.scope.stale.update(within - changed.keys())  # which have the value of the last pass
        _end_loop(lines, before)
        return
    body = without_continue(loop.body)
    if loop.orelse or any(isinstance(node, ast.Return | ast.Break) for node in ast.walk(loop)):
        raise NotRead
    for item in found:
        one_pass(lines.scope)
        bind(lines.scope, loop.target, item)
        _run(lines, body)
    _end_loop(lines, before)


def _end_loop(lines: _Lines, before: Mapping[str, Expression]) -> None:
    """Of what a loop changed, the one name that was there before it is what it made; of several none is."""
    now = lines.scope.assigned
    changed = [name for name, value in before.items() if now.get(name, value) is not value]
    if len(changed) == 1:
        lines.left, lines.value, lines.name = left_of(lines.scope, changed[0]), now[changed[0]], changed[0]
    lines.several = len(changed) > 1


def _define(lines: _Lines, function: ast.FunctionDef) -> None:
    """A function of one line may be called later; the last one of a text is the answer."""
    arguments = tuple(arg.arg for arg in function.args.args)
    last = function.body[-1]
    before = [
        (line.targets[0].id, line.value)
        for line in function.body[:-1]
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name)
    ]
    if len(before) == len(function.body) - 1 and isinstance(last, ast.Return) and last.value is not None:
        lines.scope.functions[function.name] = Lambda(arguments, last.value, tuple(before))
    inner = _copy(lines)
    try:
        _run(inner, function.body)
    except NotRead:
        if function.name in lines.scope.functions:
            return
        raise
    lines.left, lines.value = None, inner.value
