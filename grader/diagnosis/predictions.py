"""A solved part -> what each mistake would have given at its sample points, the commonest mistakes first.

For dL/dw of a logistic unit, `missing_factor:dz_dw` predicts ``yhat - y`` and `sign` predicts ``(y - yhat) * x``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grader.comparison.aligned_values import pairs_in, truth_value
from grader.diagnosis.formula_mistakes import changed_formulas, top_terms
from grader.diagnosis.operator_mistakes import slips_at
from grader.diagnosis.tangents import make_tangents, places, with_slip
from grader.diagnosis.whole_answer_mistakes import (
    diagonals,
    factors,
    inside_nodes,
    is_whole,
    multiples,
    other_derivatives,
    other_values,
    replaced,
    stretched,
    swapped_targets,
    transposed,
    updated_weights,
)
from grader.expression.evaluation.evaluator import Environment, evaluate
from grader.expression.evaluation.values import Array, ShapeError, Value, spread
from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Number, Partial, Symbol, head
from grader.expression.printing.text import to_text
from grader.rubric.malrules import MALRULES
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run, extents, worked_out
from grader.solver.session import remembered

LAST = 1 + max(row.rank for row in MALRULES.values())
JUST_BEHIND = 0.5  # ranks are whole numbers
SAME = 1e-9
NOUGHT = 1e-11  # an answer of 0 says nothing about how it came to be
TWO = Number(Fraction(2))
MAX_PREDICTIONS = 2000
MAX_NUMBERS = 2_000_000  # 16 MB
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9_]+")
_JOINED = re.compile("__+")
_MAX_DETAIL = 24
_MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: its kind, a word for what it is about, that as text to show, its node (`link`), and a second one."""

    kind: str
    detail: str = ""
    shown: str = ""
    link: str = ""
    second: Mistake | None = None

    @property
    def rule(self) -> str:
        """The machine string without its prefix: ``missing_factor:dz_dw``, of two ``missing_factor:dz_dw+sign``."""
        own = f"{self.kind}:{self.detail}" if self.detail else self.kind
        return own if self.second is None else f"{own}+{self.second.rule}"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """The mistakes of a part in one run, and their answers (N, K, entries) in the layout of the truth.

    `same` holds, for each mistake, the others that can't be told from it here; `true` those that give the right answer.
    """

    mistakes: tuple[Mistake, ...]
    values: Array
    truth: Array
    same: tuple[tuple[Mistake, ...], ...]
    true: tuple[Mistake, ...]


@remembered(maxsize=1024)
def predictions(question: SolvedQuestion, part: SolvedPart, number: int = 0) -> Predictions:
    """What every mistake would have given at the points of one run (worked out once)."""
    run = question.runs[number]
    truth = truth_value(run, part.part.target)
    shape = (run.points, *truth.data.shape[1:])
    flat = np.broadcast_to(truth.data, shape).reshape(run.points, -1)
    found: list[tuple[Mistake, Array]] = []
    with np.errstate(all="ignore"):
        for mistake, values in _all(question, part, run, truth):
            if not _fits(values.shape, shape):
                continue  # of the whole array, where the target asks for one place in it
            found.append((mistake, np.broadcast_to(values, shape).reshape(run.points, -1)))
            if len(found) >= room(flat):
                break
        found.sort(key=lambda pair: _rank(pair[0], part.part.target))
        return _grouped(found, flat)


def _fits(own: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether an array of one shape can be repeated to the other."""
    pairs = zip(reversed(own), reversed(wanted), strict=False)
    return len(own) <= len(wanted) and all(n in (1, size) for n, size in pairs)


def room(truth: Array) -> int:
    """How many predictions of this size are kept."""
    return min(MAX_PREDICTIONS, MAX_NUMBERS // max(truth.size, 1))


def _rank(mistake: Mistake, target: Expression) -> float:
    """The place among mistakes that predict the same.

    A rule misapplied far from the output is the last to be named; a lost term is better named than the derivative
    asked for, of which it is a part.
    """
    above, below = (head(target.numerator), head(target.denominator)) if isinstance(target, Partial) else (None, None)
    far = mistake.kind in ("product_rule", "quotient_rule") and mistake.link != above
    whole = mistake.kind == "dropped_term" and mistake.detail == _plain(f"d{above}_d{below}")
    return MALRULES[mistake.kind].rank + (LAST if far else 0) + (JUST_BEHIND if whole else 0)


def _grouped(found: list[tuple[Mistake, Array]], truth: Array) -> Predictions:
    """The first mistake of each group that predicts the same values; those that predict the truth apart."""
    stack = np.array([values for _, values in found]) if found else np.zeros((0, *truth.shape))
    usable: Array = np.asarray(np.isfinite(truth).all(axis=1))
    keys = _projection(np.concatenate([truth[None], stack]), usable)
    groups: dict[int, list[int]] = {}
    order = np.argsort(keys, kind="stable")
    leaders = np.empty(len(keys), dtype=int)
    start = 0
    for place in range(1, len(keys) + 1):
        last = keys[order[place - 1]]
        if place == len(keys) or not keys[order[place]] - last <= SAME * max(abs(last), 1e-12):
            members = order[start:place]
            leaders[members] = members.min()
            start = place
    for index, leader in enumerate(leaders):
        groups.setdefault(int(leader), []).append(index)
    true = tuple(found[index - 1][0] for index in groups.pop(0) if index)
    size = np.abs(truth[usable]).max(initial=0.0)
    nought = [not (np.abs(stack[k - 1][usable]) > NOUGHT * size).any() for k in range(1, len(keys))]
    kept = [k for k in sorted(groups) if np.isfinite(stack[k - 1][usable]).mean() > 0.5 and not nought[k - 1]]
    same = tuple(_others([found[index - 1][0] for index in groups[k]]) for k in kept)
    return Predictions(tuple(found[k - 1][0] for k in kept), stack[[k - 1 for k in kept]], truth, same, true)


def _others(group: list[Mistake]) -> tuple[Mistake, ...]:
    """All but the first, each rule once."""
    return tuple({item.rule: item for item in reversed(group) if item.rule != group[0].rule}.values())[::-1]


def _projection(stack: Array, usable: Array) -> Array:
    """One number for each array, equal for equal arrays and hardly ever otherwise."""
    rng = np.random.default_rng(7)
    weights = rng.uniform(0.5, 1.5, size=stack.shape[1:])
    data = np.where(np.isfinite(stack), stack, 0.123456789)
    scale = np.maximum(np.abs(data).max(axis=(1, 2), keepdims=True), 1e-300) if stack.size else 1.0
    keys: Array = ((data / scale) * weights)[:, usable].sum(axis=(1, 2)) + np.log(np.ravel(scale))
    return keys


def named(names: Names, kind: str, about: Expression, link: str = "") -> Mistake:
    """A mistake of a kind with what it is about, as a word and as text."""
    shown = to_text(about, names)
    if kind == "dropped_term" and isinstance(about, Partial):
        shown = f"the way through {shown}"
    return Mistake(kind, _word(about, link), shown if len(shown) <= _MAX_SHOWN else "", link)


def _link(about: Expression, node: str) -> str:
    """The link of the chain that a slip concerns: of two slips, those at different links multiply."""
    return head(about.numerator) or node if isinstance(about, Partial) else node


def _all(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """Every mistake with the values it predicts, in the layout of the truth."""
    for kind, detail, factor in multiples(question, run):
        yield Mistake(kind, detail, detail), truth.data * factor
    for family in (_by_chain, _by_derivative, _by_formula, _by_whole, _by_lookup):
        try:
            yield from family(question, part, run, truth)
        except ShapeError:  # a model that one family of mistakes can't be tried on has still the others
            continue


def _by_chain(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """A slip at one operator of the model, or at all of a node that use the same rule."""
    names, target = question.question.model.names, part.part.target
    if not isinstance(target, Partial):
        return
    full = run.values[part.name]
    tangents = make_tangents(question, run, head(target.numerator) or "", head(target.denominator) or "")
    repeated: dict[tuple[object, ...], list[tuple[Mistake, Array]]] = {}
    for place in places(tangents):
        for number, slip in enumerate(slips_at(tangents, place)):
            try:
                values = with_slip(tangents, place, slip.tangent, full)
            except ShapeError:
                continue
            mistake = named(names, slip.kind, slip.about, _link(slip.about, place.node.name))
            yield mistake, _entered(run, part, truth, values)
            if isinstance(slip.about, Call) and slip.about == place.expression:
                key = (place.node.name, slip.kind, slip.about.function, number)
                repeated.setdefault(key, []).append((mistake, values - full))
    for slips in repeated.values():  # whoever has a rule wrong has it wrong wherever it is used
        if len(slips) > 1:
            every = full + np.sum([change for _, change in slips], axis=0)
            yield slips[0][0], _entered(run, part, truth, every)
    for one in diagonals(tangents):
        yield named(names, one.kind, one.about), _entered(run, part, truth, full + one.values)


def _by_derivative(
    question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value
) -> Iterator[tuple[Mistake, Array]]:
    """Another derivative of the model, or another value, in place of the one asked for."""
    names, target = question.question.model.names, part.part.target
    if isinstance(target, Partial):
        above, below = head(target.numerator) or "", head(target.denominator) or ""
        shape = run.values[part.name].shape[1:]
        found = [
            *other_derivatives(question, run, above, below, shape),
            *updated_weights(question, run, part.name, target),
        ]
    else:
        found = [*other_values(question, run, part.name)]
    for one in found:
        yield named(names, one.kind, one.about), _entered(run, part, truth, one.values)


def _by_whole(_: SolvedQuestion, __: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """The answer transposed or upside down."""
    for values in transposed(np.broadcast_to(truth.data, (run.points, *truth.data.shape[1:]))):
        yield Mistake("transposed"), values
    yield Mistake("inverted"), 1.0 / truth.data


def _by_formula(question: SolvedQuestion, part: SolvedPart, run: Run, _: Value) -> Iterator[tuple[Mistake, Array]]:
    """A slip in the closed formula, or one quantity in another's place."""
    names = question.question.model.names
    formulas = [(change.kind, change.about, change.formula) for change in changed_formulas(part.closed)]
    formulas += [("swapped_targets", about, formula) for about, formula in swapped_targets(question, part)]
    for term in top_terms(part.closed):
        formulas.append(("dropped_term", term, Call("sub", (part.closed, term))))
        formulas.append(("factor_two", term, Call("add", (part.closed, term))))
        formulas.append(("factor_two", term, Call("sub", (part.closed, Call("div", (term, TWO))))))
    for kind, about, formula in formulas:
        values = _evaluated(question, part, run, formula)
        if values is not None:
            kind = "factor_two" if kind == "missing_factor" and _is_two(about) else kind
            yield named(names, kind, about), values
    for kind, link, changed in inside_nodes(question, part):
        values = _evaluated(question, part, run, changed.formula)
        if values is not None:
            yield named(names, kind, changed.about, link), values
    for one, other, formula in replaced(question, part):
        values = _evaluated(question, part, run, formula)
        if values is not None:
            shown = f"{to_text(Symbol(other), names)} stands where {to_text(Symbol(one), names)} belongs"
            yield Mistake("wrong_quantity", f"{_plain(other)}_for_{_plain(one)}", shown), values


def _by_lookup(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """A quantity or a link of the chain too much, or too little."""
    names = question.question.model.names
    target = part.part.target
    axes = question.graph.axes
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    wanted = tuple(axis for side in sides for axis in axes.get(head(side) or "", ()))
    if not is_whole(target):
        wanted = ()
    for item in factors(question, run, target, part.closed):
        fitting = stretched(item.values, item.axes, wanted)
        if fitting is None or not _fits(fitting.shape, (run.points, *truth.data.shape[1:])):
            continue
        yield named(names, "extra_factor", item.about), truth.data * fitting
        if item.inside:
            yield named(names, "missing_factor", item.about), truth.data / fitting
        if not question.numeric:
            yield named(names, "extra_term", item.about), truth.data + fitting
            yield named(names, "extra_term", item.about), truth.data - fitting


def _is_two(node: Expression) -> bool:
    """Whether a factor is a 2 or a half as it is written; no other formula is looked into."""
    match node:
        case Number(value=value):
            return value == 2 or value * 2 == 1
        case Call("div", (_, Number(value=value))):
            return value == 2
    return False


def _word(about: Expression, link: str) -> str:
    """A word for the machine string: ``dyhat_dz`` for a derivative, else a short formula with its signs as ``_``,
    the name of its node for a long one."""
    if isinstance(about, Partial):
        return _plain(f"d{head(about.numerator)}_d{head(about.denominator)}")
    word = _plain(to_text(about))
    return word if len(word) <= _MAX_DETAIL else _plain(link)


def _plain(text: str) -> str:
    return _JOINED.sub("_", _NOT_A_WORD.sub("_", text)).strip("_")


def _entered(run: Run, part: SolvedPart, truth: Value, values: Array) -> Array:
    """A wrong array of the whole derivative at the entries that the target asks for."""
    if values.shape[1:] == truth.data.shape[1:]:
        return values
    ranges = extents(run, part.part.target)
    wrong = evaluate(part.part.target, Environment({**worked_out(run), part.name: values}, run.sizes, ranges))
    return spread(wrong, truth.letters)


def _evaluated(question: SolvedQuestion, part: SolvedPart, run: Run, formula: Expression) -> Array | None:
    """A wrong formula as the judge would evaluate it; None where it has no value of the target's shape."""
    try:
        return pairs_in(question, run, part.part.target, formula)[0].answer
    except (ShapeError, ValueError):
        return None
