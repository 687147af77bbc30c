"""Loops of code that only add -> what each name grows by: a sum over the letter, or an array by its entries.

``for i in range(n): for j in range(c): if z[i, j] > 0: dz[i, j] += g[i, j]`` adds the array with ``1[z_ij > 0] g_ij``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.expression.algebra.construct import add, iverson, mul, neg, substitute
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import (
    ZERO,
    Call,
    Cases,
    Expression,
    Indexed,
    Product,
    Symbol,
    head,
    integer,
    walk,
)
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.carried_names import carries, grown_name
from grader.expression.reading.code.comprehensions import check_length, decided, entered_at, summed_over
from grader.expression.reading.code.expressions import formula, joined, truth
from grader.expression.reading.code.index_places import one_hot_of
from grader.expression.reading.code.iterating import LetterLoop, bind, passes_of, run_over, without_continue
from grader.expression.reading.code.program_names import (
    NotRead,
    ProgramNames,
    declared,
    one_pass,
    value_of,
)
from grader.expression.reading.code.sequences import is_nought, items_of
from grader.expression.reading.code.sharing import assigned_anew, changes_in_place


@dataclass(frozen=True, slots=True)
class _Change:
    """What a statement adds to a name in one pass.

    `entered` are the letters of the loops that number the entries, first axis first; `label` is 1 at the place of the
    axis behind them; `behind` says that a colon stands before them. With `sets` the entries become the value instead;
    `some` says that a test leaves some of them out; `diagonal` that both axes are at the one letter;
    `scaled` that the entry was multiplied, with all that stood there before.
    """

    name: str
    value: Expression
    entered: tuple[str, ...] = ()
    label: Expression | None = None
    behind: bool = False
    sets: bool = False
    some: bool = False
    diagonal: bool = False
    scaled: bool = False


def grown(scope: ProgramNames, loop: ast.For) -> tuple[dict[str, list[Expression]], set[str]]:
    """What each name grows by in a loop, one formula for each statement that adds to it; raises NotRead.

    The second are the names of which all entries are set, whatever stood there before.
    """
    if carries(loop):
        raise NotRead
    found: dict[str, list[Expression]] = {}
    whole = set[str]()
    for change in _changes(scope, loop):
        before = found.setdefault(change.name, [])
        if change.sets and not (before or change.some or change.diagonal) and _says_lengths(change):
            _check_whole(scope, change)
            whole.add(change.name)
        elif change.sets and (before or not is_nought(value_of(scope, change.name))):
            raise NotRead  # something stood there
        if change.scaled and change.name not in whole and not is_nought(value_of(scope, change.name)):
            raise NotRead
        before.append(_in_array(scope, change, _whole(scope, change)))
    return found, whole


def _in_array(scope: ProgramNames, change: _Change, array: Expression) -> Expression:
    """Entries with the axes of the array that they are set in or added to; raises NotRead where they do not fit."""
    if change.name in scope.stale:
        raise NotRead
    try:
        old, new = axes_of(scope, value_of(scope, change.name)), axes_of(scope, array)
    except NotRead:
        return array  # made nowhere
    if old is None and (change.sets or not is_nought(value_of(scope, change.name))):
        raise NotRead
    if not old or old == ("0",) or new is None or scope.first:
        return array
    if not change.entered or change.diagonal or change.label is not None:
        return array
    many = len(change.entered)
    missing = len(old) - len(new)
    if missing < 0 and set(new[len(old) :]) != {"1"}:
        raise NotRead
    if change.behind and missing > 0:
        new = (*("1",) * missing, *new)
    elif missing > 0:
        new = (*new[:many], *("1",) * missing, *new[many:])
        for _ in range(missing):
            array = Call("expand_dims", (array, integer(many)))
    numbered = range(len(old) - many, len(old)) if change.behind else range(many)
    for at, (length, other) in enumerate(zip(old, new, strict=False)):
        if other not in (length, "?") and length != "?" and (other != "1" or at in numbered):
            raise NotRead
    if not change.sets or old == new or missing < 0:
        return array
    if len(old) > 2 or (change.behind and "?" in old) or "?" in old[:many]:
        raise NotRead
    if "?" in old:
        return array
    return add(array, Product((ZERO, Call("ones", tuple(map(size_formula, old)))), ("*",)))


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
        check_length(run, value)
        if (
            run.upper is not None
            and not change.diagonal
            and not any(True for node in walk(value) for _ in entered_at(node, run.letter))
        ):
            places = Indexed(Call("ones", (run.upper,)), (Symbol(run.letter),))
            value = add(value, Product((ZERO, places), ("*",)))  # so that the letter has its range
        for test in run.tests:
            value = mul(iverson(test), value)
        return replace(change, value=value, some=change.some or bool(run.tests))
    if change.entered:
        return replace(change, value=summed_over(run, change.value))
    return replace(change, value=summed_over(run, _marked(run.scope, change)), label=None)


def _check_whole(scope: ProgramNames, change: _Change) -> None:
    """Raise NotRead where an array that was made before has another length than the entries that a loop sets."""
    try:
        lengths = axes_of(scope, value_of(scope, change.name))
    except NotRead:
        return  # made nowhere
    if not lengths or len(lengths) < len(change.entered):
        return
    for letter, length in zip(change.entered, lengths[::-1] if change.behind else lengths, strict=False):
        for base, at in (found for node in walk(change.value) for found in entered_at(node, letter)):
            axes = axes_of(scope, base)
            if axes is not None and not {axes[at], length} & {"?", "1", "0"} and axes[at] != length:
                raise NotRead


def _says_lengths(change: _Change) -> bool:
    """Whether each letter of the entries enters an array, whose axis says how many there are."""
    return all(any(True for node in walk(change.value) for _ in entered_at(node, one)) for one in change.entered)


def _of_pass(scope: ProgramNames, body: Sequence[ast.stmt]) -> list[_Change]:
    """What the statements of one pass add, but to names that it sets anew itself."""
    own, made = set[str](), list[_Change]()
    for statement in body:
        match statement:
            case ast.Assign([ast.Name(name)], value) if grown_name(statement) is None:
                scope.assigned[name] = formula(scope, value)
                assigned_anew(scope, name, value)
                own.add(name)
            case ast.AugAssign(ast.Name(name), sign, value) if name in own:
                _check_own(scope, name, own)
                changes_in_place(scope, name)
                scope.assigned[name] = joined(scope, sign, value_of(scope, name), formula(scope, value))
            case ast.AugAssign(target, ast.Mult() | ast.Div() as sign, value):
                made = _scaled(scope, made, _added(scope, target, value, False), sign)
            case _:
                for change in _of_statement(scope, statement):
                    if change.name in own:
                        _grow(scope, change)
                    else:
                        made.append(change)
    return made


def _check_own(scope: ProgramNames, name: str, own: set[str]) -> None:
    """Raise NotRead where an array that a pass changes in place is one from before it, which other passes change."""
    held = scope.storage.get(name, name)
    others = {other for other, one in scope.storage.items() if one == held} | {held.partition("#")[0]}
    if others - own and axes_of(scope, value_of(scope, name)) != ():
        raise NotRead


def _grow(scope: ProgramNames, change: _Change) -> None:
    """Add to a name that is set anew in each pass."""
    if change.sets or set(change.entered) & scope.running:
        raise NotRead
    value = joined(scope, ast.Add(), value_of(scope, change.name), _whole(scope, change))
    scope.assigned[change.name] = value


def _scaled(scope: ProgramNames, made: Sequence[_Change], factor: _Change, sign: ast.operator) -> list[_Change]:
    """The changes with those of an entry, all of which are made in this pass, multiplied or divided."""
    same = [one for one in made if one.name == factor.name]
    alike = all(replace(factor, value=one.value, some=one.some, sets=one.sets) == one for one in same)
    if not same or not alike or set(factor.entered) != scope.running or factor.label is not None:
        raise NotRead
    return [
        replace(one, value=joined(scope, sign, one.value, factor.value), scaled=True) if one in same else one
        for one in made
    ]


def _of_statement(scope: ProgramNames, statement: ast.stmt) -> Iterator[_Change]:
    """What a statement of a pass adds."""
    match statement:
        case ast.AugAssign(target, ast.Add() | ast.Sub() as sign, value):
            yield _added(scope, target, value, isinstance(sign, ast.Sub))
        case ast.Assign([ast.Name() as target], ast.BinOp(_, sign, value)):
            yield _added(scope, target, value, isinstance(sign, ast.Sub))
        case ast.Assign([ast.Subscript() as target], value):
            change = _added(scope, target, value, False)
            if set(change.entered) != scope.running or change.label is not None:
                raise NotRead  # set more than once
            yield replace(change, sets=True)
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [value], [])):
            if items_of(value_of(scope, name)) != () or len(scope.running) != 1:
                raise NotRead
            yield _Change(name, formula(scope, value), tuple(scope.running), sets=True)
        case ast.For() as loop:
            yield from _changes(scope, loop)
        case ast.If(test, inner, other) if (known := decided(truth(scope, test))) is not None:
            yield from _of_pass(scope, inner if known else other)
        case ast.If(test, inner, other):
            yield from _of_branches(scope, truth(scope, test), inner, other)
        case _:
            raise NotRead


def _of_branches(
    scope: ProgramNames, test: Expression, inner: Sequence[ast.stmt], other: Sequence[ast.stmt]
) -> Iterator[_Change]:
    """What two branches add; an entry that both set is set once."""
    scopes = replace(scope, assigned=dict(scope.assigned)), replace(scope, assigned=dict(scope.assigned))
    one, two = _of_pass(scopes[0], inner), _of_pass(scopes[1], other)
    held = iverson(test)
    for name in {*scopes[0].assigned, *scopes[1].assigned}:
        taken, left = (inside.assigned.get(name) for inside in scopes)
        if taken is None or left is None:
            scope.assigned.pop(name, None)  # of one branch alone
            scope.stale.add(name)
        elif taken != left:
            scope.assigned[name] = Cases(((taken, test),), left)
        else:
            scope.assigned[name] = taken
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
    if len(rest) == 2 == len(places) and not scope.first:
        places = _without_noughts(scope, change.name, places)
        behind, rest = _is_colon(places[0]), [place for place in places if not _is_colon(place)]
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
            _check_labelled(scope, change.name, places.index(place), formula(scope, place))
    if change.diagonal and not entered:
        raise NotRead
    if not change.diagonal and len(rest) + behind < len(places) and (behind or (label is not None and entered)):
        raise NotRead
    return replace(change, entered=tuple(entered), label=label, behind=behind)


def _check_labelled(scope: ProgramNames, name: str, axis: int, label: Expression) -> None:
    """Raise NotRead where the axis that a label numbers is another one of the array, or not known."""
    known = declared(scope, head(label) or "")
    try:
        axes = axes_of(scope, value_of(scope, name))
    except NotRead:
        return  # made nowhere
    if known is not None and axes and (axis >= len(axes) or axes[axis] != known.places_of):
        raise NotRead


def _without_noughts(scope: ProgramNames, name: str, places: Sequence[ast.expr]) -> Sequence[ast.expr]:
    """Two places without the 0 that is the only place of a column; of a row a colon is the same."""
    try:
        axes = axes_of(scope, value_of(scope, name)) or ()
    except NotRead:
        return places
    if axes[1:] == ("1",) and ast.unparse(places[1]) == "0":
        return places[:1]
    if axes[:1] == ("1",) and ast.unparse(places[0]) == "0":
        return [ast.Slice(), places[1]]
    return places


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
