"""Statements of Python, one after the other -> what each name has come to, and the value of the last.

Assignments, changes in place, branches, loops pass by pass or by a letter, functions, names that are handed out.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import reduce

from grader.expression.algebra.construct import add, mul
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import ZERO, Call, Cases, Expression, Product
from grader.expression.reading.code.array_axes import axes_of, is_beside
from grader.expression.reading.code.changing import is_listed, placed, with_entries
from grader.expression.reading.code.choosing import mask_of
from grader.expression.reading.code.comprehensions import decided
from grader.expression.reading.code.expressions import condition, formula, joined, truth
from grader.expression.reading.code.index_places import labels_in, one_hot_of, place_numbers
from grader.expression.reading.code.iterating import bind, passes_of, without_continue
from grader.expression.reading.code.loops import grown
from grader.expression.reading.code.program_names import (
    Lambda,
    NotRead,
    ProgramNames,
    Widened,
    left_of,
    one_pass,
    value_of,
)
from grader.expression.reading.code.sequences import items_of, listed, with_items
from grader.expression.reading.code.sharing import assigned_anew, changed_within, changes_in_place, check_truth

_CHECKS = frozenset(("allclose", "isclose", "array_equal", "equal", "gradcheck", "check_grad"))


@dataclass(slots=True)
class ProgramLines:
    """What the lines so far came to: names with their values, and the last line's left side and value."""

    scope: ProgramNames
    left: Expression | None = None
    value: Expression | None = None
    name: str = ""  # that the last value was given
    several: bool = False  # the last loop made more than one thing, any of which may be meant
    used: set[str] = field(default_factory=set)  # names from which values go on that are not read
    shown: tuple[str, ...] = ()  # names that were printed or handed out at the end


def run_lines(lines: ProgramLines, body: Sequence[ast.stmt]) -> None:
    """Run through some statements; raises NotRead for what can't be told in formulas."""
    for at, statement in enumerate(body):
        match statement:
            case ast.If(test, inner, other) if (known := decided(truth(lines.scope, test))) is not None:
                if _returns(inner) and known:
                    run_lines(lines, inner)
                    return
                run_lines(lines, inner if known else other)
            case ast.If(test, inner, other) if _returns(inner):
                _branch(lines, truth(lines.scope, test), inner, [*other, *body[at + 1 :]])
                return
            case ast.If(test, inner, other):
                _choose(lines, truth(lines.scope, test), inner, other)
            case ast.Expr(ast.Constant(value=str())) | ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Assert():
                continue
            case ast.Expr(ast.Call(ast.Attribute(ast.Attribute(_, "add"), "at"), [ast.Name(name), where, value])):
                _add_at(lines, name, where, value)
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [value], [])):
                items = items_of(value_of(lines.scope, name))
                if items is None:
                    raise NotRead
                _take(lines, name, listed((*items, formula(lines.scope, value))))
            case ast.Expr(ast.Call(ast.Name("print"), [value])):
                _print(lines, value)
            case ast.Expr(ast.Tuple(parts)) | ast.Return(ast.Tuple(parts)) if all(
                isinstance(one, ast.Name) for one in parts
            ):
                _show(lines, [one.id for one in parts if isinstance(one, ast.Name)])
            case (
                ast.Expr(ast.Lambda(ast.arguments(args=[_, *_]), value))
                | ast.Expr(value)
                | ast.Return(ast.expr() as value)
            ):
                lines.left, lines.value, lines.several, lines.shown = None, formula(lines.scope, value), False, ()
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


def _print(lines: ProgramLines, value: ast.expr) -> None:
    """A name that is printed may be the answer, as may what a function gives; any other value only if none is there."""
    match value:
        case ast.Name(name):
            _show(lines, [name])
        case ast.Call(ast.Name(name)) if name in lines.scope.functions:
            lines.left, lines.value, lines.several = None, formula(lines.scope, value), False
        case _ if lines.value is None:
            with suppress(NotRead):
                lines.left, lines.value, lines.several = None, formula(lines.scope, value), False


def _show(lines: ProgramLines, shown: Sequence[str]) -> None:
    """Names whose values are handed out: the one there is, or that of several which is called as what is asked for."""
    values = [value_of(lines.scope, name) for name in shown]
    lines.left, lines.value, lines.name = None, values[-1], shown[-1]
    lines.several, lines.shown = len(shown) > 1, tuple(shown)


def _add_at(lines: ProgramLines, name: str, where: ast.expr, value: ast.expr) -> None:
    """``np.add.at(dE, w, G)``: each row as often as its place is named."""
    if labels_in(lines.scope, where, formula) is None:
        _change(lines, ast.AugAssign(ast.Subscript(ast.Name(name, ast.Store()), where, ast.Store()), ast.Add(), value))
        return
    labels, new = formula(lines.scope, where), formula(lines.scope, value)
    whole, along, given = (axes_of(lines.scope, one) for one in (value_of(lines.scope, name), labels, new))
    if given == () and along is not None:
        new, given = mul(new, Call("ones", tuple(map(size_formula, along)))), along
    if None not in (whole, along, given) and given != (*(along or ()), *(whole or ())[1:]):
        raise NotRead
    added = Product((Call("transpose", (one_hot_of(lines.scope, labels),)), new), ("@",))
    check_truth(lines.scope, name)
    changes_in_place(lines.scope, name)
    _take(lines, name, add(value_of(lines.scope, name), added))


def _returns(body: Sequence[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Return)


def _branch(lines: ProgramLines, test: Expression, body: Sequence[ast.stmt], rest: Sequence[ast.stmt]) -> None:
    """A branch that returns, and what is returned where it is not taken."""
    one, other = _copy(lines), _copy(lines)
    run_lines(one, body)
    run_lines(other, rest)
    if one.value is None or other.value is None:
        raise NotRead
    lines.left, lines.value = other.left, Cases(((one.value, test),), other.value)


def _choose(lines: ProgramLines, test: Expression, body: Sequence[ast.stmt], rest: Sequence[ast.stmt]) -> None:
    """Two branches, and each name that either assigns: as it is in the one or in the other."""
    one, other = _copy(lines), _copy(lines)
    run_lines(one, body)
    run_lines(other, rest)
    before = lines.scope.assigned
    changed = {**other.scope.assigned, **one.scope.assigned}
    for name in changed:
        pair = one.scope.assigned.get(name), other.scope.assigned.get(name)
        if pair[0] == pair[1] == before.get(name):
            continue
        first, second = (value_of(lines.scope, name) if value is None else value for value in pair)
        _take(lines, name, Cases(((first, test),), second))


def _take(lines: ProgramLines, name: str, value: Expression) -> None:
    """A name's new value, which is the last of the lines so far."""
    lines.left, lines.value, lines.several, lines.name = left_of(lines.scope, name), value, False, name
    lines.shown = ()
    lines.scope.stale.discard(name)
    if value == lines.left:  # n = X.shape[0] of an X with n rows: the model's own
        lines.scope.assigned.pop(name, None)
    else:
        lines.scope.assigned[name] = value


def _copy(lines: ProgramLines) -> ProgramLines:
    return ProgramLines(replace(lines.scope, assigned=dict(lines.scope.assigned)), used=lines.used)


def _assign(lines: ProgramLines, target: ast.expr, value: ast.expr) -> None:
    scope = lines.scope
    match target:
        case ast.Name(name) if isinstance(value, ast.Lambda):
            scope.functions[name] = Lambda(tuple(arg.arg for arg in value.args.args), value.body)
            with suppress(NotRead):  # which may be the answer at any place
                lines.left, lines.value = None, formula(scope, value.body)
        case ast.Name(name):
            try:
                _take(lines, name, formula(scope, value))
            except NotRead:  # of no harm where nothing goes on from it, as a loss that is printed
                _lose(lines, name, value)
                return
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


def _lose(lines: ProgramLines, name: str, value: ast.expr) -> None:
    """Note a name whose value is not read, and what that goes on from."""
    lines.scope.assigned.pop(name, None)
    assigned_anew(lines.scope, name, value)
    lines.scope.stale.add(name)
    lines.left, lines.value, lines.several, lines.shown, lines.name = left_of(lines.scope, name), None, True, (), name
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _CHECKS):
        lines.used |= {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}


def _put(lines: ProgramLines, target: ast.expr, value: Expression) -> None:
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


def _change(lines: ProgramLines, statement: ast.AugAssign) -> None:
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
    new = joined(scope, operator, value_of(scope, name), changed)
    _take(lines, name, _kept_wide(scope, name, [changed], new))


def _kept_wide(scope: ProgramNames, name: str, changes: Sequence[Expression], new: Expression) -> Expression:
    """What an array becomes in place; raises NotRead where that has other axes, which NumPy refuses."""
    old, axes = axes_of(scope, value_of(scope, name)), axes_of(scope, new)
    if not scope.first and any(is_beside(axes_of(scope, change), old) for change in changes):
        raise Widened
    if old and axes is not None and "?" not in (*old, *axes) and old != axes and not scope.first:
        raise NotRead
    return new


def _loop(lines: ProgramLines, loop: ast.For) -> None:
    """A loop: pass by pass where its items are known, else one that only adds to names."""
    before = dict(lines.scope.assigned)
    for name in changed_within(loop):
        changes_in_place(lines.scope, name)
    found = passes_of(lines.scope, loop.iter, formula)
    if found is None:
        changed, whole = grown(lines.scope, loop)
        for name, changes in changed.items():
            before_loop = ZERO if name in whole else value_of(lines.scope, name)
            new = reduce(lambda one, other: joined(lines.scope, ast.Add(), one, other), changes, before_loop)
            if name in changed_within(loop) and name not in whole:
                new = _kept_wide(lines.scope, name, changes, new)
            _take(lines, name, new)
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
        run_lines(lines, body)
    _end_loop(lines, before)


def _end_loop(lines: ProgramLines, before: Mapping[str, Expression]) -> None:
    """Of what a loop changed, the one name that was there before it is what it made; of several none is."""
    now = lines.scope.assigned
    changed = [name for name, value in before.items() if now.get(name, value) is not value]
    if len(changed) == 1:
        lines.left, lines.value, lines.name = left_of(lines.scope, changed[0]), now[changed[0]], changed[0]
    lines.several = len(changed) > 1


def _define(lines: ProgramLines, function: ast.FunctionDef) -> None:
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
    inner.scope = replace(inner.scope, stale=set(lines.scope.stale), truths=set(lines.scope.truths))
    try:
        run_lines(inner, function.body)
    except NotRead:
        if function.name in lines.scope.functions:
            return
        raise
    if inner.several:
        made = inner.scope.assigned
        lines.scope.assigned.update({name: made[name] for name in inner.shown if name in made})
    lines.left, lines.value, lines.several, lines.shown = None, inner.value, inner.several, inner.shown
