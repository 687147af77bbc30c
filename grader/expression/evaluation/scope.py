"""Where a formula stands while it is evaluated: the run, the ranges of index letters, what was worked out already.

Inside ``sum_k y_ik`` the letter k has the range of the second axis of y.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import NamedTuple, TypeAlias

import numpy as np

from grader.expression.evaluation.values import Array, ShapeError, Value
from grader.expression.language.axis_sizes import is_made, size_formula
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    children,
    head,
    indices,
    walk,
    with_parts,
)
from grader.work import STEP, Work, spend

# the range of an index letter, None for a name that is no letter here
_BESIDE = re.compile(r"(\w+)\s*([-+])\s*\d+")
Ranges: TypeAlias = Callable[[str], int | None]
MOST_BYTES, MOST_PARTS = 2**16, 512  # of a value that is kept for other formulas, and how many: 32 MB


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """One run of a program: `values` maps a name to an array (K, *axes), `sizes` a size symbol to its number.

    `extents` gives letters whose range no array in the expression tells (those of the target). `tried` has the values
    of formulas that are asked for again, or why they have none, with the work that they took.
    """

    values: Mapping[str, Array]
    sizes: Mapping[str, int]
    extents: Mapping[str, int]
    tried: dict[Expression, tuple[Value | ShapeError, int]] = field(default_factory=dict, repr=False)


def at_one_point(env: Environment) -> Environment:
    """The first point of a run, where it is seen what fits."""
    return Environment({name: value[:1] for name, value in env.values.items()}, env.sizes, env.extents)


@dataclass(slots=True, eq=False)
class Sharing:
    """What several places share in the formula at hand.

    `nodes` has such nodes by identity, with the letters that are free in each: none, until so much work was spent that
    it is worth while (`alarm`, which is the limit of the work from then on). `kept` has their values so far, by what
    these letters mean.
    """

    root: Expression
    work: Work
    alarm: float
    nodes: Mapping[int, frozenset[str]] | None = None
    kept: dict[tuple[object, ...] | None, Value] = field(default_factory=dict)
    few: bool = False

    def look(self) -> None:
        """Find the nodes; raises TooMuchWork where it is the limit that is reached."""
        self.work.spend(0)
        self.alarm, self.nodes, self.kept = self.work.limit, _shared_nodes(self.root), {}

    def keep(self, key: tuple[object, ...], found: Value) -> None:
        """Keep a value that is needed again; of those of an Unchanged, as many as find room."""
        if self.few and (found.data.nbytes > MOST_BYTES or len(self.kept) >= MOST_PARTS):
            return
        self.kept[key] = found
        self.work.kept += found.data.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class Unchanged:
    """The values of the parts of a formula, for formulas that differ from it at one place, in one run for one target.

    `nodes` has the parts by identity, as in Sharing, and `ranges` what letters mean that no sum binds.
    """

    formula: Expression
    nodes: Mapping[int, frozenset[str]]
    ranges: Mapping[str, int | None]
    kept: dict[tuple[object, ...] | None, Value] = field(default_factory=dict)

    def shared(self, root: Expression, work: Work, ranges: Ranges) -> Sharing | None:
        """What a changed formula shares with this one; None where a letter has another range in it."""
        if any(ranges(name) != size for name, size in self.ranges.items()):
            return None
        return Sharing(root, work, work.limit, self.nodes, self.kept, few=True)

    def new_in(self, root: Expression) -> tuple[Expression, ...]:
        """The parts without parts of a changed formula, and its derivatives, but for those that this one has too."""
        found, pending = [], [root]
        while pending:
            node = pending.pop()
            if id(node) in self.nodes:
                continue
            below = () if isinstance(node, Partial) else children(node)
            pending += below
            if not below:
                found.append(node)
        return tuple(found)


def unchanged(formula: Expression, env: Environment) -> Unchanged:
    """The parts of a formula, without any value so far."""
    _, free = _places_and_letters(formula)
    ranges = outermost(formula, env)
    own = {name: ranges(name) for name in free[id(formula)] - env.values.keys()}
    return Unchanged(formula, {part: letters for part, letters in free.items() if part != id(formula)}, own)


@dataclass(slots=True, eq=False)
class Scope:
    """Where a formula stands while it is evaluated: the ranges of letters, and inside of which sums."""

    ranges: Ranges
    sharing: Sharing
    bound: tuple[tuple[str, int], ...] = ()

    @property
    def work(self) -> Work:
        """What counts."""
        return self.sharing.work

    def __call__(self, name: str) -> int | None:
        """The range of an index letter, None for a name that is no letter here."""
        for letter, size in self.bound:
            if letter == name:
                return size or self.ranges(name)
        return self.ranges(name)

    def inside(self, letter: str, size: int) -> Scope:
        """The same inside a sum over a letter."""
        return Scope(self.ranges, self.sharing, ((letter, size), *self.bound))

    def key(self, node: Expression) -> tuple[object, ...] | None:
        """Under what the value of a node is kept; None where it stands at one place only."""
        free = (self.sharing.nodes or {}).get(id(node))
        return None if free is None else (id(node), *(pair for pair in self.bound if pair[0] in free))


def _shared_nodes(node: Expression) -> Mapping[int, frozenset[str]]:
    """The nodes with parts that several places share, and the letters that each leaves free."""
    places, free = _places_and_letters(node)
    return {one: free[one] for one, times in places.items() if times > 1}


def _places_and_letters(node: Expression) -> tuple[Counter[int], dict[int, frozenset[str]]]:
    """At how many places each part of a formula stands, and the letters that each node leaves free."""
    places: Counter[int] = Counter()
    free: dict[int, frozenset[str]] = {}
    pending = [node]
    while pending:
        current = pending[-1]
        parts = children(current)
        below = [part for part in parts if id(part) not in free]
        if below:
            pending += below
            continue
        pending.pop()
        if id(current) not in free:
            spend(STEP)
            places.update(id(part) for part in parts if not isinstance(part, Symbol | Number))
            free[id(current)] = _free(current, [free[id(part)] for part in parts])
    return places, free


def _free(node: Expression, of_parts: list[frozenset[str]]) -> frozenset[str]:
    if isinstance(node, Symbol):
        return frozenset((node.name,))
    found: frozenset[str] = frozenset().union(*of_parts)
    return found - {node.letter} if isinstance(node, Reduce) else found


def outermost(node: Expression, env: Environment) -> Ranges:
    """The ranges of letters that no sum binds: from the arrays they enter, else from the target.

    A letter of the target keeps the target's range where that is a number, ``x_k`` of w_k with 3 weights and 7 inputs.
    """
    found: dict[str, int | None] = {}

    def look(name: str) -> int | None:
        if _is_last_place(name, env):
            return None
        if name not in found:
            own, asked = extent(node, name, env), env.extents.get(name)
            whole = own and asked and _is_all_but_last(own, asked, env)
            found[name] = (
                (asked if whole or _shorter(asked, own, env) else own) or asked or extent_of_namesake(node, name, env)
            )
        return found[name]

    return look


def _shorter(asked: int | None, own: int | None, env: Environment) -> bool:
    """Whether a letter of the target runs less far than an axis that it enters: by a number, or an axis such as 2*m."""
    if not own or not asked or asked >= own:
        return False
    return asked not in env.sizes.values() or own in _made(env) or _is_all_but_last(asked, own, env)


def _is_all_but_last(some: int, all_: int, env: Environment) -> bool:
    """Whether an axis such as K - 1 has a length beside that of K: a letter may run over both, ``p_k`` and theta_k."""
    return any(pair.some == some and pair.all == all_ for pair in _all_but_last(env))


def _is_last_place(name: str, env: Environment) -> bool:
    """Whether an index is the size K beside axes of K - 1: ``g_K`` is the last entry. Any other size is a slip."""
    return name in env.sizes and name not in env.extents and any(name == pair.size for pair in _all_but_last(env))


class _AllButLast(NamedTuple):
    """The lengths of axes of K - 1 and K, or of T and T + 1: what a letter that may be the last one is compared with.

    `size` is the K; empty where both are made of the T.
    """

    some: int
    all: int
    size: str
    ends: frozenset[Expression]


def _all_but_last(env: Environment) -> list[_AllButLast]:
    """The pairs of axes of which one goes on to the end of the other and further."""
    found = []
    for axis, size_name, sign in _beside(tuple(env.sizes)):
        length, size, end = env.sizes[axis], env.sizes[size_name], Symbol(size_name)
        if sign == "-":
            found.append(_AllButLast(length, size, size_name, frozenset((end,))))
        else:
            found.append(_AllButLast(size, length, "", frozenset((end, size_formula(axis)))))
    return found


@lru_cache(maxsize=256)
def _beside(sizes: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """The axes that are a size and a number, each with the size and the sign: ``K-1`` gives (``K-1``, ``K``, ``-``)."""
    made = ((axis, _BESIDE.fullmatch(axis)) for axis in sizes)
    return tuple((axis, found[1], found[2]) for axis, found in made if found and found[1] in sizes)


def _made(env: Environment) -> set[int]:
    """The lengths of axes as m+n, of which a letter may enter the beginning."""
    return {env.sizes[axis] for axis in _made_axes(tuple(env.sizes))}


@lru_cache(maxsize=256)
def _made_axes(sizes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(is_made, sizes))


def opened(node: Expression, env: Environment, work: Work, alarm: float, like: Unchanged | None) -> Scope:
    """Where a formula stands as a whole."""
    ranges = outermost(node, env)
    shared = None if like is None else like.shared(node, work, ranges)
    return Scope(ranges, shared or Sharing(node, work, alarm))


def cut(value: Value, axis: int, letter: str, env: Environment, scope: Scope) -> Value:
    """An array cut to the range of the target's letter that enters an axis of it, unless a sum binds its name.

    One of K - 1 entries has no value at the last place of a letter that runs over K.
    """
    bound = None
    for name, size in scope.bound:
        if name == letter:
            bound = size
            break
    asked, own = bound or env.extents.get(letter), value.data.shape[axis]
    if asked is not None and _is_all_but_last(own, asked, env):
        wide = [(0, asked - own if at == axis else 0) for at in range(value.data.ndim)]
        return Value(np.pad(value.data, wide, constant_values=np.nan), value.letters)
    if asked is None or not _shorter(asked, own, env) or (bound and own not in _made(env)):
        return value
    return Value(np.take(value.data, range(asked), axis), value.letters)


def extent(node: Expression, letter: str, env: Environment) -> int | None:
    """The length of the axis that a letter enters somewhere in the tree, where no sum binds another of its name."""
    return _entered(with_parts(node, hidden=letter), letter, env)


def extent_of_namesake(node: Expression, letter: str, env: Environment) -> int | None:
    """The length of the axis that any letter of this name enters: where nothing tells more, both mean alike.

    A letter at which sums of another only begin or end runs as far as that does: the i of ``sum_{j>=i} x_j``.
    """
    return _entered(with_parts(node), letter, env) or _of_bounds(node, letter, env)


def _of_bounds(node: Expression, letter: str, env: Environment) -> int | None:
    """The one length of the axes that letters enter whose sums have this letter in their bounds or conditions."""
    found = {
        extent(item.body, item.letter, env)
        for item in walk(node, hidden=letter)
        if isinstance(item, Reduce) and item.letter != letter
        for bound in (item.lower, item.upper, item.condition)
        if bound is not None and letter not in env.sizes and Symbol(letter) in walk(bound)
    }
    return found.pop() if len(found) == 1 else None


def _entered(nodes: Iterable[Expression], letter: str, env: Environment) -> int | None:
    """The length of the first axis that a letter enters; of an axis as m+n, a shorter one that it enters too.

    `nodes` are those of a formula, but for names and numbers alone.
    """
    first: int | None = None
    made, compared = _made(env), set[Expression]()
    pairs = _all_but_last(env) if made else []
    for item in nodes:
        if isinstance(item, Call):
            if made and item.function in _COMPARISONS and Symbol(letter) in item.args:
                compared.update(item.args)
            continue
        entered = indices(item) if isinstance(item, Indexed | Partial) else ()
        if not any(type(index) is Symbol and index.name == letter for index in entered):
            continue
        shape = _base_shape(item.base if isinstance(item, Indexed) else item, env)
        if shape is None:
            continue
        if len(entered) < len(shape) and len(entered) == 1:
            shape = tuple(size for size in shape if size != 1) or (1,)
        for index, size in zip(entered, shape, strict=False):
            if not (isinstance(index, Symbol) and index.name == letter):
                continue
            if first is None or size < first or any((first, size) == pair[:2] and pair.size for pair in pairs):
                if size not in made and all(size != pair.some for pair in pairs):
                    return size
                first = size
    for pair in pairs if compared else ():
        if pair.some == first and pair.ends & compared:  # sum_k(1[k < K]*theta_k) is of a k that may be K as well
            return pair.all
    return first


_COMPARISONS = frozenset(("eq", "ne", "lt", "le", "gt", "ge"))
_ENTRY_BY_ENTRY = frozenset(name for name, row in FUNCTIONS.items() if row.kind in ("elementwise", "operator"))


def _base_shape(base: Expression, env: Environment) -> tuple[int, ...] | None:
    """The axes of an indexed quantity; of a bracket, those of a transpose, a product, or else its first array."""
    match base:
        case Call("ones", (Symbol(size_name),)) if size_name in env.sizes:
            return (env.sizes[size_name],)
        case Call("total" | "mean" | "max" | "min", (_,)):
            return ()
        case Call(called, args) if called != "transpose" and called in _ENTRY_BY_ENTRY:
            known = [shape for arg in args if (shape := _base_shape(arg, env)) is not None]
            return max(known, key=len) if known else None
        case Call("transpose", (inner,)):
            turned = _base_shape(inner, env)
            return None if turned is None else turned[::-1]
        case Indexed(inner, places) if (whole := _base_shape(inner, env)) is not None:
            left = tuple(size for size, place in zip(whole, places, strict=False) if isinstance(place, Slice))
            return left + whole[len(places) :]
        case Product(factors, joints) if set(joints) == {"@"}:
            shapes = [shape for factor in factors if (shape := _base_shape(factor, env)) is not None]
            return reduce(lambda one, other: one[:-1] + other[1:], shapes) if shapes else None
    for item in walk(base):
        name = head(item) if isinstance(item, Symbol | Partial) else None
        if name is not None and name in env.values:
            shape = env.values[name].shape[1:]
            if shape:
                return shape
    return None
