"""Sample points: runs of the model, leaves drawn from their domains and every node computed.

Arrays come with sizes that differ from each other and between two draws, so that shapes can't agree by accident.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from grader.autodiff.backprop import backward_pass
from grader.autodiff.graph import ComputationGraph, Node
from grader.autodiff.higher import with_derivatives
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import Array, ShapeError, Value, spread
from grader.expression.language.axis_sizes import is_made, size_number
from grader.expression.language.domain import POSITIVE, REAL, draw
from grader.expression.language.nodes import Expression, Partial, Symbol, head, indices, partial_name, sides, walk
from grader.solver.session import Session, remembered
from grader.work import NODE, at_hand, counting, spend

SCALAR_POINTS = 40
MOST_DRAWS = 2000
SIZES_TRIED = 24  # draws, of which the smallest is taken
LEAST_SIZES = (2, 3, 4, 5)  # from where sizes are drawn, where a condition holds at none from before
ARRAY_POINTS = 16


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Run:
    """One draw: sizes, and for every quantity an array (K, *axes), read only.

    Those of a key hold the derivatives that its targets need as well; `quantities` has all others.
    """

    graph: ComputationGraph
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    points: int
    session: Session = field(default_factory=Session, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __reduce__(self) -> tuple[type[Run], tuple[object, ...]]:
        return Run, (self.graph, self.sizes, dict(self.values), self.points, self.session)


def seeded(*key: str) -> np.random.Generator:
    """A local generator from a stable hash of texts."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def axis_length(axis: str, sizes: Mapping[str, int]) -> int:
    """The length of a declared axis."""
    return size_number(axis, sizes)


def is_numeric(graph: ComputationGraph) -> bool:
    """Whether every leaf has a number, so that the model has one run only."""
    return all(leaf.value is not None for leaf in graph.leaves) and bool(graph.leaves)


def draw_sizes(
    graph: ComputationGraph,
    rng: np.random.Generator,
    attempt: int,
    before: Mapping[str, int] = MappingProxyType({}),
    least: int = 2,
) -> dict[str, int]:
    """Distinct small sizes from `least` on, no one equal to a literal axis, each another than it was `before`.

    Else a number would pass for a size: ``(yhat_ij - y_ij)/3`` where both draws have m = 3. Of axes as 2*m the shortest
    of some draws are taken: with four letters over one, an array of all of them has its length to the fourth entries.
    """
    axes = {axis for item in graph.quantities for axis in item.axes}
    literal, made = {int(a) for a in axes if a.isdigit()}, sorted(filter(is_made, axes))
    pool = [n for n in range(least, least + (4 if made else 10) + len(graph.sizes)) if n not in literal]
    start, found = attempt % 2, list[dict[str, int]]()
    for k in range(MOST_DRAWS):  # without sums and products of sizes, the next size for each is always a choice
        if made and not found and k == MOST_DRAWS // 2:  # numbers in shapes may leave too few
            pool = [n for n in range(least, least + 10 + len(graph.sizes) + len(literal)) if n not in literal]
        chosen: list[int] = rng.permutation(pool if made else pool[start : start + len(graph.sizes)]).tolist()
        sizes = dict(zip(graph.sizes, chosen, strict=False))
        sizes |= {axis: size_number(axis, sizes) for axis in made}
        lengths = [*sizes.values(), *literal]
        fit = min(sizes.values(), default=2) > 1 and len({*lengths}) == len(lengths)
        if all(before.get(name) != size for name, size in sizes.items()) and (fit or not made):
            found.append(sizes)
            if not made or len(found) == SIZES_TRIED:
                break
    if not found:
        raise ShapeError(
            f"no sizes were found for which axes as {', '.join(made)} are all different, and longer than 1"
        )
    return min(found, key=lambda sizes: max(sizes.values(), default=0))


def draw_leaves(
    graph: ComputationGraph, sizes: Mapping[str, int], points: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Values of all leaves, and of the partials of opaque functions."""
    values: dict[str, Array] = {}
    for leaf in graph.leaves:
        shape = tuple(axis_length(axis, sizes) for axis in leaf.axes)
        if leaf.value is not None:
            fixed = np.asarray(leaf.value, dtype=float)
            values[leaf.name] = np.broadcast_to(fixed, (points, *shape)).copy()
        else:
            places = axis_length(leaf.domain.size, sizes) if leaf.domain.size else 0
            values[leaf.name] = draw(leaf.domain, (points, *shape), rng, places)
    for leaf in graph.leaves:
        for argument in leaf.of:
            if argument not in values:
                continue
            shape = values[leaf.name].shape[1:] + values[argument].shape[1:]
            values[partial_name(leaf.name, argument)] = draw(REAL, (points, *shape), rng)
    return values


def compute(
    graph: ComputationGraph,
    sizes: Mapping[str, int],
    leaves: Mapping[str, Array],
    points: int,
    fixed: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Run the program: every node from the leaves, except those that `fixed` holds at given values."""
    values = {**leaves, **(fixed or {})}
    for node in graph.nodes:
        if node.name not in values:
            values[node.name] = node_array(node, values, sizes, points)
    return values


def node_array(node: Node, values: Mapping[str, Array], sizes: Mapping[str, int], points: int) -> Array:
    """The values of one assignment as an array (K, *axes) in the order of its letters."""
    extents = {letter: axis_length(axis, sizes) for letter, axis in zip(node.letters, node.axes, strict=False)}
    try:
        found = evaluate(node.expression, Environment(values, sizes, extents))
        return full_array(found, node.letters, extents, points)
    except ShapeError as error:
        error.quantity = node.name
        raise


def full_array(value: Value, letters: tuple[str, ...], extents: Mapping[str, int], points: int) -> Array:
    """A value as an array (K, *letters, *positions), repeated along letters that it does not depend on."""
    extra = [letter for letter in value.letters if letter not in letters]
    if extra:
        raise ShapeError(f"the index '{extra[0]}' is free here, but not on the left side")
    data = spread(value, letters)
    shape = (points, *(extents[letter] for letter in letters), *data.shape[1 + len(letters) :])
    for letter, length, wanted in zip(letters, data.shape[1:], shape[1:], strict=False):
        if length not in (1, wanted):
            raise ShapeError(f"the index '{letter}' runs over axes of different length")
    return data if data.shape == shape else np.broadcast_to(data, shape)


def make_run(
    graph: ComputationGraph, sizes: Mapping[str, int], leaves: Mapping[str, Array], points: int, session: Session
) -> Run:
    """A run from given leaf values."""
    return Run(graph, sizes, compute(graph, sizes, leaves, points), points, session)


def moved_run(run: Run, leaves: Mapping[str, Array], points: int) -> Run:
    """The program of a run at other points."""
    spend(20 * NODE + sum(value.size for value in leaves.values()))
    return make_run(run.graph, run.sizes, leaves, points, run.session)


AsksSomewhere = Callable[[Run], bool]


def draw_runs(
    graph: ComputationGraph, key: str, session: Session, asked: AsksSomewhere = lambda _: True
) -> tuple[Run, ...]:
    """The sample points of a model: two draws where arrays have sizes, one otherwise, one point if all is given.

    Sizes are larger where the parts ask for nothing at small ones, by their conditions: three different letters over m.
    """
    if is_numeric(graph):
        return (make_run(graph, {}, draw_leaves(graph, {}, 1, seeded(key)), 1, session),)
    runs: list[Run] = []
    for attempt in range(2 if graph.sizes else 1):
        drawn = (_drawn(graph, seeded(key, str(attempt)), attempt, least, runs, session) for least in LEAST_SIZES)
        first = next(drawn)
        runs.append(first if not graph.sizes or asked(first) else next(filter(asked, drawn), first))
    return tuple(runs)


def _drawn(
    graph: ComputationGraph, rng: np.random.Generator, attempt: int, least: int, before: list[Run], session: Session
) -> Run:
    sizes = draw_sizes(graph, rng, attempt, before[0].sizes if before else {}, least)
    points = ARRAY_POINTS if any(leaf.axes for leaf in graph.leaves) else SCALAR_POINTS
    return make_run(graph, sizes, draw_leaves(graph, sizes, points, rng), points, session)


def with_partials(run: Run, expressions: Iterable[Expression], adjoints: Mapping[str, tuple[Node, ...]]) -> Run:
    """The run with the model's derivatives that `expressions` name among its values."""
    return replace(run, values=quantities(run, expressions, adjoints))


def quantities(
    run: Run, expressions: Iterable[Expression], adjoints: Mapping[str, tuple[Node, ...]]
) -> Mapping[str, Array]:
    """The values of a run and of the model's derivatives that `expressions` name, each worked out once.

    Names that the model can't have stay absent.
    """
    short = dict(run.graph.notation)
    for expression in expressions:
        for item in walk(expression):
            if isinstance(item, Symbol) and item.name in short and item.name not in run.values:
                written_out = short[item.name]
                found = quantities(run, (written_out,), adjoints).get(head(written_out) or "")
                if found is not None and item.name not in worked_out(run):
                    _kept(run)[item.name] = found
            if isinstance(item, Partial) and (name := head(item)) is not None and name not in run.values:
                _see_to(run, item, name, adjoints)
    return worked_out(run)


def worked_out(run: Run) -> Mapping[str, Array]:
    """The values of a run, with the derivatives that were asked for so far."""
    return run.session.worked_out.get(run, run.values)


def _kept(run: Run) -> dict[str, Array]:
    """Where the derivatives of a run are kept."""
    values = run.session.worked_out.get(run)
    if values is None:
        values = run.session.worked_out[run] = dict(run.values)
    return values


def _see_to(run: Run, item: Partial, name: str, adjoints: Mapping[str, tuple[Node, ...]]) -> None:
    """See to it that a derivative has its values; it is charged the same when it has them already."""
    costs = run.session.costs.setdefault(run, {})
    if name not in costs:
        with counting() as work:
            there = _work_out(run, item, name, adjoints)
        if not there:
            spend(work.spent)
            return
        costs[name] = work.spent
    spend(costs[name])


def _work_out(run: Run, item: Partial, name: str, adjoints: Mapping[str, tuple[Node, ...]]) -> bool:
    """Whether there is such a derivative, which has its values then."""
    above, below = head(item.numerator), head(item.denominator)
    if isinstance(item.numerator, Partial) and above is not None and above not in run.values:
        _see_to(run, item.numerator, above, adjoints)
    known = worked_out(run)
    if above is None or below is None or above not in known or below not in known or above in _local(run):
        return False
    graph = graph_for(run.session, run.graph, item)
    if any(node.name == above and _holds_local(node.expression, run, below) for node in graph.nodes):
        return False
    costs, every = run.session.costs[run], f"all of {above}"
    if every not in costs:
        with counting() as work:
            found = _derivatives(run, item, above, adjoints)
        _kept(run).update(found)
        costs[every] = work.spent
    spend(costs[every])
    values = _kept(run)
    shape = values[above].shape[1:] + values[below].shape[1:]
    at_hand().room(run.points * math.prod(shape))
    spend(run.points * math.prod(shape))
    if name in values:
        return True
    if above == below:
        size = math.prod(values[above].shape[1:])
        values[name] = np.broadcast_to(np.eye(size).reshape(shape), (run.points, *shape))
    else:  # no path leads from one to the other
        values[name] = np.zeros((run.points, *shape))
    return True


def _derivatives(run: Run, item: Partial, above: str, adjoints: Mapping[str, tuple[Node, ...]]) -> dict[str, Array]:
    """The derivatives of a quantity by all that it comes from; those that the run has are not worked out again."""
    values = dict(worked_out(run))
    nodes = adjoints.get(above) or raw_adjoints(run.session, graph_for(run.session, run.graph, item), above)
    for node in nodes:
        if node.name not in values:
            values[node.name] = node_array(node, values, run.sizes, run.points)
    return {node.name: values[node.name] for node in nodes}


def graph_for(session: Session, graph: ComputationGraph, target: Expression) -> ComputationGraph:
    """The graph in which a target is a first derivative."""
    second = isinstance(target, Partial) and isinstance(target.numerator, Partial)
    return _derived(session, graph, target) if second else graph


@remembered(maxsize=256)
def _derived(_: Session, graph: ComputationGraph, target: Expression) -> ComputationGraph:
    return with_derivatives(graph, target)


@remembered(maxsize=256)
def raw_adjoints(_: Session, graph: ComputationGraph, output: str) -> tuple[Node, ...]:
    """The adjoints of an output as they come, not made shorter."""
    return backward_pass(graph, output, tidy=False)


def _local(run: Run) -> list[str]:
    """The derivatives of opaque functions: numbers of their own, which nothing tells how to differentiate again."""
    return [partial_name(leaf.name, argument) for leaf in run.graph.leaves for argument in leaf.of]


def _holds_local(node: Expression, run: Run, below: str) -> bool:
    """Whether a formula holds a derivative of an opaque function that `below` goes into."""
    reached = run.graph.reached_from(below)
    leaves = [leaf for leaf in run.graph.leaves if leaf.name in reached]
    local = {partial_name(leaf.name, argument) for leaf in leaves for argument in leaf.of}
    return any(isinstance(item, Partial) and head(item) in local for item in walk(node)) if local else False


def leaf_values(run: Run) -> dict[str, Array]:
    """What a run starts from: the values of its leaves, and of the partials of opaque functions."""
    names = [*(leaf.name for leaf in run.graph.leaves), *_local(run)]
    return {name: run.values[name] for name in names if name in run.values}


def widened(graph: ComputationGraph, leaves: Mapping[str, Array], scale: float | Array) -> dict[str, Array]:
    """The same points further out where a domain is unbounded, by one factor or by one a point."""
    wide = {leaf.name for leaf in graph.leaves if leaf.domain in (REAL, POSITIVE) and leaf.value is None}
    factor = np.asarray(scale, dtype=float)
    return {
        name: value * factor.reshape(-1, *(1,) * (value.ndim - 1)) if name in wide else value
        for name, value in leaves.items()
    }


@remembered(maxsize=256)
def precise(run: Run) -> Run:
    """The run in the widest floating point that NumPy has here, to tell differences from rounding noise."""
    leaves = {name: values.astype(np.longdouble) for name, values in leaf_values(run).items()}
    return moved_run(run, leaves, run.points)


def extents(run: Run, target: Expression) -> dict[str, int]:
    """The range of every letter that enters an axis of a target, or of a place in it: the s of dJ/du_{w_s}."""
    axes = run.graph.axes
    entered = [*sides(target), *(place for side in sides(target) for place in indices(side))]
    return {
        index.name: axis_length(axis, run.sizes)
        for item in entered
        for index, axis in zip(indices(item), axes.get(head(item) or "", ()), strict=False)
        if isinstance(index, Symbol)
    }


def environment(run: Run, extents: Mapping[str, int] | None = None) -> Environment:
    """What the evaluator needs of a run."""
    return Environment(worked_out(run), run.sizes, extents or {})


def joined(run: Run, more: Run) -> Run:
    """The points of both runs (of the same sizes) as one run."""
    names = [leaf.name for leaf in run.graph.leaves]
    names += [name for name in more.values if name.startswith("∂") and name in run.values]
    leaves = {name: np.concatenate([run.values[name], more.values[name]]) for name in names}
    return moved_run(run, leaves, run.points + more.points)
