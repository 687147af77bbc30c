"""A wrong answer -> the mistakes whose mending, at one place of the answer as it is written, makes it right.

``-2*I/V`` for -2/V is right without the factor I: `extra_factor` about I. Changes are held against the truth at a few
points first, and those that fit there at all points of all runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from grader.autodiff.graph import ComputationGraph
from grader.autodiff.local_rules import local_partials
from grader.comparison.aligned_values import pairs_in, parts_in
from grader.comparison.arrays import PLAIN
from grader.diagnosis.predict.agreement import Sampled, agrees
from grader.diagnosis.predict.pairs import both
from grader.diagnosis.rules import bindings
from grader.diagnosis.rules.mistake import Mistake, mended_by
from grader.diagnosis.rules.whole_answer_mistakes import Multiple
from grader.diagnosis.rules.written_mistakes import Written
from grader.diagnosis.rules.written_quantities import Alternatives
from grader.expression.algebra.construct import div, mul, number, power, sub, substitute
from grader.expression.evaluation.product_readings import TooManyReadings
from grader.expression.evaluation.scope import Unchanged
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import ONE, Call, Expression, Indexed, Symbol, head, indices, sides, symbols, walk
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run
from grader.solver.session import remembered
from grader.work import at_hand

MOST = 400  # changes that are tried
WORK = 8_000_000  # units that they may take
POINTS = 6  # at which they are held against the truth first
NEAR = 1e-6
MENDED = 0.9  # of the points where there is a truth: a change that leaves no value at others mends nothing
TELLING = 4  # points at which the answer plainly differs from the truth
_MULTIPLES = frozenset((Kind.SIGN, Kind.FACTOR_TWO, Kind.MISSING_MEAN, Kind.MEAN_FOR_SUM))


def mends(
    question: SolvedQuestion, part: SolvedPart, sampled: Sequence[Sampled]
) -> tuple[list[Mistake], list[Mistake]]:
    """The mistakes that one change mends, and those that it mends but for a sign, a 2 or a size; commonest first."""
    answer, known = sampled[0].reading, _known(question, part)
    alone: list[Mistake] = []
    scaled: list[Mistake] = []
    if _told(sampled) < TELLING:
        return [], []
    tried = islice((change for bound in bindings.WRITTEN for change in bound.function(answer, known)), MOST)
    for change, multiple in _right(question, part, sampled, tried):
        mistake = mended_by(question.question.model.names, change)
        if multiple is None:
            alone.append(mistake)
        elif mistake.kind not in _MULTIPLES:
            scaled.append(both(mistake, Mistake(multiple.kind, multiple.detail, multiple.detail or multiple.said)))
    return sorted(alone, key=_place), sorted(scaled, key=_place)


def _told(sampled: Sequence[Sampled]) -> int:
    """At how many points the answer plainly differs from the truth: a change that mends less proves nothing."""
    told = 0
    for one in sampled:
        answer, truth = _flat(one.pair.answer), _flat(one.pair.truth)
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(answer), np.abs(truth)).max(axis=1, initial=0.0)[:, None]
            told += int(((np.abs(answer - truth) > PLAIN * size).any(axis=1) & ~one.skip).sum())
    return told


def _right(
    question: SolvedQuestion, part: SolvedPart, sampled: Sequence[Sampled], tried: Iterable[Written]
) -> Iterator[tuple[Written, Multiple | None]]:
    """The changes that make the answer right, and those that make it a multiple of what is right.

    Where so much was spent on them, the rest is not tried: it is the same work whatever an answer may cost.
    """
    begun, few = at_hand().spent, few_points(question)
    multiples = (None, *_multiples(question, few))
    like = parts_in(question, few, part.part.target, sampled[0].reading)
    wanted = _Wanted.of(sampled[0].pair.truth[: few.points], multiples)
    for change in tried:
        if at_hand().spent - begun > WORK:
            return
        for multiple in _near(question, part, change.formula, wanted, like):
            if _everywhere(question, part, sampled, change.formula, multiple):
                yield change, multiple
                break


# what is done to the text itself before what is put into it; of the latter, what is like it before what is not
_ORDER = (
    Kind.SIGN,
    Kind.FACTOR_TWO,
    Kind.MEAN_FOR_SUM,
    Kind.MISSING_MEAN,
    Kind.DERIVATIVE_FOR_VALUE,
    Kind.ACTIVATION_FOR_DERIVATIVE,
    Kind.EXPONENT,
    Kind.EXTRA_FACTOR,
    Kind.INVERTED,
    Kind.SWAPPED_BRANCHES,
    Kind.WRONG_INDEX,
    Kind.EXTRA_TERM,
    Kind.OFF_BY_ONE,
    Kind.WRONG_ACTIVATION,
    Kind.EXTRA_SUM,
    Kind.TRANSPOSED,
    Kind.MISSING_TRANSPOSE,
    Kind.MISSING_CONDITION,
    Kind.MISSING_FUNCTION,
    Kind.WRONG_QUANTITY,
    Kind.MISSING_FACTOR,
)


def _place(mistake: Mistake) -> int:
    return _ORDER.index(mistake.kind)


@remembered(maxsize=512, of_key=True)
def _known(question: SolvedQuestion, part: SolvedPart) -> Alternatives:
    """What the model and the part's solution have to put in another's place."""
    letters = (index.name for side in sides(part.part.target) for index in indices(side) if isinstance(index, Symbol))
    graph, closed = question.graph, part.closed
    atoms = [item for item in walk(closed) if isinstance(item, Symbol | Indexed) and head(item) in graph.axes]
    inner = {index for item in atoms if isinstance(item, Indexed) for index in (item.base, *item.indices)}
    atoms = [item for item in dict.fromkeys(atoms) if item not in inner]
    tests = [item for item in walk(closed) if isinstance(item, Call) and item.function in ("iverson", "kronecker")]
    factors: list[Expression] = [*dict.fromkeys(tests)]
    for atom in (*atoms, *_adjoints(graph, part.part.target), *map(Symbol, graph.sizes)):
        factors += [atom, div(ONE, atom)]
    binary = (
        leaf.name for leaf in graph.leaves if leaf.domain.kind == "set" and set(leaf.domain.members) == {0.0, 1.0}
    )
    return Alternatives(
        {**graph.axes, **{name: _axes(graph, meant) for name, meant in graph.notation}},
        frozenset(graph.sizes),
        tuple(dict.fromkeys(letters)),
        tuple(atoms),
        (*factors, number(2), div(ONE, number(2))),
        tuple(dict.fromkeys(tests)),
        frozenset(binary),
        lambda item: _slopes(graph, item),
        _functions(closed, graph),
        _complements(closed, graph),
    )


def _adjoints(graph: ComputationGraph, target: Expression) -> tuple[Expression, ...]:
    """The derivatives with a name of the rubric's that have the shape of what is asked, at its indices."""
    wanted = _axes(graph, target)
    letters = tuple(index for side in sides(target) for index in indices(side))
    same = [name for name, meant in graph.notation if _axes(graph, meant) == wanted and meant != target]
    return tuple(Indexed(Symbol(name), letters) if letters else Symbol(name) for name in same)


def _axes(graph: ComputationGraph, derivative: Expression) -> tuple[str, ...]:
    return tuple(axis for side in sides(derivative) for axis in graph.axes.get(head(side) or "", ()))


def _complements(closed: Expression, graph: ComputationGraph) -> frozenset[str]:
    """The quantities x of which ``1 - x`` or ``x - 1`` stands in the solution."""
    found = [item.args for item in walk(closed) if isinstance(item, Call) and item.function == "sub"]
    names = {
        head(other) or "" for pair in found if ONE in pair for other in pair if isinstance(other, Symbol | Indexed)
    }
    return frozenset(names & graph.axes.keys())


def _functions(closed: Expression, graph: ComputationGraph) -> dict[str, tuple[str, ...]]:
    """The functions that the solution takes of a quantity alone: ``log(t_k)`` gives ``{"t": ("log",)}``."""
    found: dict[str, dict[str, None]] = {}
    for item in walk(closed):
        match item:
            case Call(function, (Symbol() | Indexed() as inner,), 0) if function not in ("neg", "transpose", "square"):
                if head(inner) in graph.axes:
                    found.setdefault(head(inner) or "", {})[function] = None
    return {name: tuple(functions) for name, functions in found.items()}


def _slopes(graph: ComputationGraph, item: Expression) -> tuple[Expression, ...]:
    """The derivative of an activation by its argument, where a quantity is its value, by that value and by its own
    formula: ``h (1 - h)`` and ``sigma'(z)``."""
    node = next((node for node in graph.nodes if node.name == head(item)), None)
    if node is None:
        return ()
    places = dict(zip(node.letters, indices(item), strict=False))
    whole = {name: Symbol(name) for name in symbols(node.expression) & graph.axes.keys()}
    match node.expression:
        case Call("sigmoid", _) | Call("div", (_, Call("add", (_, Call("exp", _))))):
            return (mul(item, sub(ONE, item)),)
        case Call("tanh", _):
            return (sub(ONE, power(item, number(2))),)
        case Call(_, (Symbol() | Indexed() as argument,)) as call if local_partials(call):
            inner = substitute(argument, places) if isinstance(item, Indexed) else whole.get(head(argument) or "")
            return tuple(local_partials(replace(call, args=(inner,))) or ()) if inner is not None else ()
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """The truth at a few points, times each multiple: arrays (multiples, entries), and what may be rounding there."""

    multiples: tuple[Multiple | None, ...]
    values: Array
    sizes: Array
    finite: Array
    slack: Array

    @classmethod
    def of(cls, truth: Array, multiples: tuple[Multiple | None, ...]) -> _Wanted:
        factors = np.array([1.0 if multiple is None else multiple.factor for multiple in multiples])
        with np.errstate(all="ignore"):
            values = truth.reshape(-1) * factors[:, None]
            sizes = np.abs(values)
            return cls(multiples, values, sizes, np.isfinite(values), NEAR * sizes.max(axis=1, initial=0.0)[:, None])

    def met_by(self, answer: Array) -> list[bool]:
        """For each multiple, whether an answer is near it wherever both have a value, if anywhere."""
        given = answer.reshape(-1)
        with np.errstate(all="ignore"):
            slack = NEAR * np.maximum(np.abs(given), self.sizes) + self.slack
            usable = self.finite & np.isfinite(given)
            far = (np.abs(given - self.values) > slack) & usable
        found: list[bool] = (usable.any(axis=1) & ~far.any(axis=1)).tolist()
        return found


def _near(
    question: SolvedQuestion, part: SolvedPart, formula: Expression, wanted: _Wanted, like: Unchanged
) -> list[Multiple | None]:
    """By which multiples the truth at a few points is that of a formula: None for 1; nothing where it is none."""
    try:
        pairs = pairs_in(question, few_points(question), part.part.target, formula, like)
    except (ShapeError, TooManyReadings, ValueError):
        return []
    near = zip(*(wanted.met_by(pair.answer) for pair in pairs), strict=True)
    return [multiple for multiple, fits in zip(wanted.multiples, near, strict=True) if any(fits)]


def _multiples(question: SolvedQuestion, run: Run) -> Iterator[Multiple]:
    for bound in bindings.MULTIPLES:
        yield from (one for one in bound.function(question, run) if one.kind in _MULTIPLES)


@remembered(maxsize=64, of_key=True)
def few_points(question: SolvedQuestion) -> Run:
    """The first points of the first run."""
    run = question.runs[0]
    values = {name: array[:POINTS] for name, array in run.values.items()}
    return replace(run, values=values, points=min(POINTS, run.points))


def _everywhere(
    question: SolvedQuestion,
    part: SolvedPart,
    sampled: Sequence[Sampled],
    formula: Expression,
    multiple: Multiple | None,
) -> bool:
    """Whether a changed answer is right, or right but for a multiple, at the points of all runs."""
    for run, one in zip(question.runs, sampled, strict=True):
        try:
            pairs = pairs_in(question, run, part.part.target, formula)
        except (ShapeError, ValueError):
            return False
        factor = 1.0
        if multiple is not None:
            factor = next((other.factor for other in _multiples(question, run) if _same(other, multiple)), 1.0)
        given = _flat(one.pair.answer)
        flat = [(_flat(pair.answer), _flat(pair.truth) * factor) for pair in pairs]
        asked = [np.isfinite(given).all(axis=1) & np.isfinite(t).all(axis=1) & ~one.skip for _, t in flat]
        usable = [np.isfinite(a).all(axis=1) & use for (a, _), use in zip(flat, asked, strict=True)]
        enough = [use.any() and use.sum() >= MENDED * every.sum() for use, every in zip(usable, asked, strict=True)]
        if not any(ok and agrees(a, t, given, use) for (a, t), use, ok in zip(flat, usable, enough, strict=True)):
            return False
    return True


def _same(one: Multiple, other: Multiple) -> bool:
    up = (one.factor > 1) == (other.factor > 1)
    return (one.kind, one.detail) == (other.kind, other.detail) and up


def _flat(values: Array) -> Array:
    return np.asarray(values, dtype=float).reshape(values.shape[0], -1)
