"""Loops of code that only add -> what each name grows by: a sum over the letter, or an array by its entries.

``for i in range(n): for j in range(c): if z[i, j] > 0: dz[i, j] += g[i, j]`` adds the array with ``1[z_ij > 0] g_ij``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.expression.algebra.construct import iverson, mul, neg, substitute
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import Call, Cases, Expression, Indexed, Product, Symbol, walk
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.comprehensions import decided, summed_over
from grader.expression.reading.code.expressions import condition, formula
from grader.expression.reading.code.iterating import LetterLoop, bind, passes_of, run_over, without_continue
from grader.expression.reading.code.program_names import (
    NotRead,
    ProgramNames,
    declared,
    one_hot_of,
    one_pass,
    value_of,
)
from grader.expression.reading.code.sequences import is_nought


@dataclass(frozen=True, slots=True)
class _Change:
    """What a statement adds to a name in one pass.

    `entered` are the letters of the loops that number the entries, first axis first; `label` is 1 at the place of the
    axis behind them; `behind` says that a colon stands before them. With `sets` the entries become the value instead;
    `some` says that a test leaves some of them out; `diagonal` that both axes are at the one letter.
    """

    name: str
    value: Expression
    entered: tuple[str, ...] = ()
    label: Expression | None = None
    behind: bool = False
    sets: bool = False
    some: bool = False
    diagonal: bool = False


def grown(scope: ProgramNames, loop: ast.For) -> tuple[dict[str, list[Expression]], set[str]]:
    """What each name grows by in a loop, one formula for each statement that adds to it; raises NotRead.

    The second are the names of which all entries are set, whatever stood there before.
    """
    if _carries(loop):
        raise NotRead
    found: dict[str, list[Expression]] = {}
    whole = set[str]()
    for change in _changes(scope, loop):
        before = found.setdefault(change.name, [])
        if change.sets and not (before or change.some or change.diagonal) and _says_lengths(change):
            whole.add(change.name)
        elif change.sets and (before or not is_nought(value_of(scope, change.name))):
            raise NotRead  # something stood there
        before.append(_whole(scope, change))
    return found, whole


def _changes(scope: ProgramNames, loop: ast.For) -> Iterator[_Change]:
    """The changes of one loop, summed over its letter unless that numbers entries."""
    if loop.orelse:
        raise NotRead
    found = passes_of(scope, loop.iter, formula)
    if found is not None:
        for item in found:
            one_pass(scope)
            bind(scope, loop.target, item)
            yield from _of_pass(scope, without_continue(loop.body))
        return
    run = run_over(scope, loop.target, loop.iter, formula)
    for change in _of_pass(run.scope, without_continue(loop.body)):
        yield _over_letter(run, change)


def _over_letter(run: LetterLoop, change: _Change) -> _Change:
    if run.letter in change.entered:
        value = change.value
        for test in run.tests:
            value = mul(iverson(test), value)
        _check_length(run, change.value)
        return replace(change, value=value, some=change.some or bool(run.tests))
    if change.entered:
        return replace(change, value=summed_over(run, change.value))
    return replace(change, value=summed_over(run, _marked(run.scope, change)), label=None)


def _check_length(run: LetterLoop, value: Expression) -> None:
    """Raise NotRead where the letter of a loop enters an axis of another length than the loop has."""
    for node in walk(value):
        for base, at in _entered_at(node, run.letter):
            axes = axes_of(run.scope, base)
            if run.upper is not None and axes is not None and size_formula(axes[at]) != run.upper and axes[at] != "?":
                raise NotRead


def _entered_at(node: Expression, letter: str) -> Iterator[tuple[Expression, int]]:
    if isinstance(node, Indexed):
        yield from ((node.base, at) for at, place in enumerate(node.indices) if place == Symbol(letter))


def _says_lengths(change: _Change) -> bool:
    """Whether each letter of the entries enters an array, whose axis says how many there are."""
    return all(any(True for node in walk(change.value) for _ in _entered_at(node, one)) for one in change.entered)


def _of_pass(scope: ProgramNames, body: Sequence[ast.stmt]) -> Iterator[_Change]:
    """What the statements of one pass add."""
    for statement in body:
        match statement:
            case ast.AugAssign(target, ast.Add() | ast.Sub() as sign, value):
                yield _added(scope, target, value, isinstance(sign, ast.Sub))
            case ast.Assign([ast.Name(name) as target], ast.BinOp(ast.Name(same), sign, value)) if name == same:
                if not isinstance(sign, ast.Add | ast.Sub):
                    raise NotRead
                yield _added(scope, target, value, isinstance(sign, ast.Sub))
            case ast.Assign([ast.Name(name)], value):
                scope.assigned[name] = formula(scope, value)
            case ast.Assign([ast.Subscript() as target], value):
                change = _added(scope, target, value, False)
                if set(change.entered) != scope.running or change.label is not None:
                    raise NotRead  # set more than once
                yield replace(change, sets=True)
            case ast.For() as loop:
                yield from _changes(scope, loop)
            case ast.If(test, inner, []) if decided(condition(scope, test)) is not None:
                yield from _of_pass(scope, inner) if decided(condition(scope, test)) else ()
            case ast.If(test, inner, []):
                held = iverson(condition(scope, test))
                yield from (replace(one, value=mul(held, one.value), some=True) for one in _of_pass(scope, inner))
            case ast.If(test, inner, other):
                yield from _of_branches(scope, condition(scope, test), inner, other)
            case _:
                raise NotRead


def _of_branches(
    scope: ProgramNames, test: Expression, inner: Sequence[ast.stmt], other: Sequence[ast.stmt]
) -> Iterator[_Change]:
    """What two branches add; an entry that both set is set once."""
    one, two = list(_of_pass(scope, inner)), list(_of_pass(scope, other))
    held = iverson(test)
    for change in one:
        pairs = [item for item in two if replace(item, value=change.value) == change and item.sets]
        if pairs:
            two.remove(pairs[0])
            yield replace(change, value=Cases(((change.value, test),), pairs[0].value))
        else:
            yield replace(change, value=mul(held, change.value), some=True)
    for change in two:
        yield replace(change, value=mul(iverson(Call("not", (test,))), change.value), some=True)


def _added(scope: ProgramNames, target: ast.expr, value: ast.expr, negative: bool) -> _Change:
    """A value added to a name, or to some of its entries."""
    new = formula(scope, value)
    new = neg(new) if negative else new
    match target:
        case ast.Name(name):
            return _Change(name, new)
        case ast.Subscript(ast.Name(name), where):
            return _placed(scope, _Change(name, new), where.elts if isinstance(where, ast.Tuple) else [where])
    raise NotRead


def _placed(scope: ProgramNames, change: _Change, places: Sequence[ast.expr]) -> _Change:
    """The change at the places of an index: letters of loops, a label behind them, a colon before or behind."""
    entered: list[str] = []
    label: Expression | None = None
    behind = bool(places) and _is_colon(places[0])
    rest = [place for place in places if not _is_colon(place)]
    if len(places) == 2 and len(rest) == 2 and ast.unparse(places[0]) == ast.unparse(places[1]):
        rest, change = rest[:1], replace(change, diagonal=True)
    for place in rest:
        letter = scope.letters.get(place.id) if isinstance(place, ast.Name) else None
        if label is not None or (letter is not None and letter in entered):
            raise NotRead
        if letter is not None and letter in scope.running:
            entered.append(letter)
        elif letter is not None:
            raise NotRead
        else:
            label = _one_hot(scope, formula(scope, place))
    if change.diagonal and not entered:
        raise NotRead
    if not change.diagonal and len(rest) + behind < len(places) and (behind or (label is not None and entered)):
        raise NotRead
    return replace(change, entered=tuple(entered), label=label, behind=behind)


def _is_colon(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and node.lower is None is node.upper


def _one_hot(scope: ProgramNames, place: Expression) -> Expression:
    known = declared(scope, place.name) if isinstance(place, Symbol) else None
    if known is not None and not known.places_of:
        raise NotRead
    return one_hot_of(scope, place)


def _marked(scope: ProgramNames, change: _Change) -> Expression:
    """The value at the entry of a label: a number times its one-hot row, the outer product of that and a vector."""
    if change.label is not None and axes_of(scope, change.value) == ():
        if len(axes_of(scope, value_of(scope, change.name)) or "?") != 1:
            raise NotRead  # the same number along a row
        return Product((change.value, change.label), ("*",))
    return change.value if change.label is None else Call("outer", (change.label, change.value))


def _whole(scope: ProgramNames, change: _Change) -> Expression:
    """The array that a change adds."""
    value = change.value
    if change.label is not None:
        if axes_of(scope, value) not in ((), None):
            raise NotRead
        value = Product((value, change.label), ("*",))
    if not change.entered:
        return value
    own = tuple(Symbol(f"{letter}'") for letter in change.entered)
    array = Call("entries", (substitute(value, dict(zip(change.entered, own, strict=True))), *own))
    if change.diagonal:
        return Call("diag", (array,)) if _says_lengths(change) else _all_along(scope, change)
    return Call("transpose", (array,)) if change.behind else array


def _all_along(scope: ProgramNames, change: _Change) -> Expression:
    """The diagonal matrix with the same number all along; raises NotRead where the letter of the loop is in it."""
    axes = axes_of(scope, value_of(scope, change.name))
    if not axes or axes != axes[:1] * 2 or {Symbol(letter) for letter in change.entered} & set(walk(change.value)):
        raise NotRead
    return mul(change.value, Call("identity", (size_formula(axes[0]),)))


def _carries(loop: ast.For) -> bool:
    """Whether a pass uses what an earlier pass made: a sum so far, or a name before it is assigned."""
    grows, allowed = set[str](), set[int]()
    order: list[ast.stmt] = [node for node in ast.walk(loop) if isinstance(node, ast.stmt)]
    for statement in order:
        name = _grown_name(statement)
        if name is not None:
            grows.add(name.id)
            allowed.add(id(name))
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
                allowed.add(id(statement.value.left))
    loads = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    if any(node.id in grows and id(node) not in allowed for node in loads):
        return True
    for statement in order:
        match statement:
            case ast.Assign([ast.Name(own)], value) if own not in grows:
                before = [node for node in loads if node.id == own]
                if any((node.lineno, node.col_offset) <= (value.end_lineno, value.end_col_offset) for node in before):
                    return True
    return False


def _grown_name(statement: ast.stmt) -> ast.Name | None:
    """The name that a statement adds to, or whose entries it sets."""
    match statement:
        case ast.AugAssign((ast.Name() as name) | ast.Subscript(ast.Name() as name)):
            return name
        case ast.Assign([ast.Subscript(ast.Name() as name)]):
            return name
        case ast.Assign([ast.Name() as name], ast.BinOp(ast.Name(same), ast.Add() | ast.Sub())) if name.id == same:
            return name
    return None
