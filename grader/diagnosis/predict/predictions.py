"""A solved part -> what each mistake would have given at its sample points, the commonest mistakes first.

For dL/dw of a logistic unit, `missing_factor:dz_dw` predicts ``yhat - y`` and `sign` predicts ``(y - yhat) * x``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from grader.comparison.aligned_values import pairs_in, parts_in, truth_value
from grader.diagnosis.rules import bindings
from grader.diagnosis.rules.closed_form_mistakes import inside_nodes
from grader.diagnosis.rules.factor_mistakes import repeatable
from grader.diagnosis.rules.formula_mistakes import a_two_lost, changed_formulas
from grader.diagnosis.rules.mistake import Mistake, made_by, named
from grader.diagnosis.rules.tangents import gradient_with, make_tangents, operations
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment, Unchanged
from grader.expression.evaluation.values import Array, ShapeError, Value, spread
from grader.expression.language.nodes import Call, Expression, Partial, Symbol, head, walk
from grader.expression.printing.short_names import plain_word
from grader.expression.printing.text import to_text
from grader.rubric.malrule import Kind
from grader.rubric.malrules import MALRULES
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run, extents, worked_out
from grader.solver.session import remembered
from grader.work import TooMuchWork

LAST = 1 + max(row.rank for row in MALRULES.values())
DEEPER = 40  # for each bracket around it: a term left out comes before a factor in a sum inside that term
JUST_BEHIND = 0.5  # ranks are whole numbers
SAME = 1e-9
NOUGHT = 1e-11  # an answer of 0 says nothing about how it came to be
MAX_PREDICTIONS = 2000
_PLAINER = frozenset((Kind.MISSING_FACTOR, Kind.MISSING_RECIPROCAL))
MAX_NUMBERS = 2_000_000  # 16 MB


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


@remembered(maxsize=1024, of_key=True)
def predictions(question: SolvedQuestion, part: SolvedPart, number: int = 0) -> Predictions:
    """What every mistake would have given at the points of one run (worked out once)."""
    run = question.runs[number]
    truth = truth_value(run, part.part.target)
    shape = (run.points, *truth.data.shape[1:])
    flat = np.broadcast_to(truth.data, shape).reshape(run.points, -1)
    found: list[tuple[Mistake, Array]] = []
    with np.errstate(all="ignore"):
        for mistake, values in _all(question, part, run, truth):
            if not repeatable(values.shape, shape):
                continue  # of the whole array, where the target asks for one place in it
            found.append((mistake, np.broadcast_to(values, shape).reshape(run.points, -1)))
            if len(found) >= most_kept(flat):
                break
        found.sort(key=lambda pair: _rank(pair[0], part.part.target))
        return _grouped(found, flat)


def most_kept(truth: Array) -> int:
    """How many predictions of this size are kept."""
    return min(MAX_PREDICTIONS, MAX_NUMBERS // max(truth.size, 1))


def _rank(mistake: Mistake, target: Expression) -> float:
    """The place among mistakes that predict the same.

    A rule misapplied far from the output is the last to be named; a lost term is better named than the derivative
    asked for, of which it is a part; a term's sign comes behind the term that is lost where two of them cancel.
    """
    above, below = (head(target.numerator), head(target.denominator)) if isinstance(target, Partial) else (None, None)
    far = mistake.kind in (Kind.PRODUCT_RULE, Kind.QUOTIENT_RULE) and mistake.link != above
    whole = mistake.kind == Kind.DROPPED_TERM and mistake.detail == plain_word(f"d{above}_d{below}")
    if mistake.kind is Kind.SIGN and mistake.detail:
        return MALRULES[Kind.DROPPED_TERM].rank + JUST_BEHIND + DEEPER * mistake.depth
    behind = (LAST if far else 0) + (JUST_BEHIND if whole else 0) + DEEPER * mistake.depth
    return MALRULES[mistake.kind].rank + behind


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
    named = [plainer_first([found[index - 1][0] for index in groups[k]]) for k in kept]
    same = tuple(map(_others, named))
    return Predictions(tuple(group[0] for group in named), stack[[k - 1 for k in kept]], truth, same, true)


def plainer_first(group: list[Mistake]) -> list[Mistake]:
    """A group with the plainer slip before what only comes to the same: before a derivative at another place, which
    makes a factor 1 there or a term cancel; before a link taken for 1 where that leaves out one term of it, before a
    power whose wrong derivative cancels, and before a factor that is 1 but for some indices."""
    if not group:
        return group
    first, plainer = group[0], []
    dropped = [item for item in group if item.kind is Kind.DROPPED_TERM]
    if first.kind is Kind.WRONG_ARGUMENT:
        plainer = [
            item for item in group if item.kind in _PLAINER or (item.kind is Kind.DROPPED_TERM and not item.depth)
        ]
    elif first.kind is Kind.MISSING_FACTOR:
        plainer = [
            item for item in dropped if not item.depth and (item.link == first.link or item.detail == first.detail)
        ]
        plainer = plainer or [item for item in dropped if _is_a_case_of(item, first)]
    elif first.kind is Kind.POWER_DEGREE:
        plainer = [item for item in dropped if not item.depth]
    return group if not plainer else [plainer[0], *(item for item in group if item is not plainer[0])]


def _is_a_case_of(term: Mistake, factor: Mistake) -> bool:
    """Whether a factor is no 1 by a term that holds for some indices alone: ``1 - 1[j = y]/p``."""
    match factor.about:
        case Call("add" | "sub", sides) if term.about in sides and term.about is not None:
            return any(isinstance(one, Call) and one.function in ("iverson", "kronecker") for one in walk(term.about))
    return False


def _others(group: list[Mistake]) -> tuple[Mistake, ...]:
    """All but the first, each rule once."""
    return tuple({item.rule: item for item in reversed(group) if item.rule != group[0].rule}.values())[::-1]


def _projection(stack: Array, usable: Array) -> Array:
    """One number for each array, equal for equal arrays and hardly ever otherwise; an entry that is larger by far, as
    1/(1 - p) is where p is almost 1, does not hide the others."""
    rng = np.random.default_rng(7)
    weights = rng.uniform(0.5, 1.5, size=stack.shape[1:])[usable]
    data = stack[:, usable]
    sizes = np.abs(data[0][data[0] != 0])
    with np.errstate(all="ignore"):
        flat = np.arcsinh(data / (float(np.median(sizes)) if sizes.size else 1.0))
    keys: Array = (np.where(np.isfinite(flat), flat, 0.123456789) * weights).sum(axis=(1, 2))
    return keys


def _link(about: Expression, node: str) -> str:
    """The link of the chain that a mistake concerns: of two, those at different links multiply."""
    return head(about.numerator) or node if isinstance(about, Partial) else node


def _all(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """Every mistake with the values it predicts, in the layout of the truth."""
    for bound in bindings.MULTIPLES:
        for one in bound.function(question, run):
            yield Mistake(one.kind, one.detail, one.detail or one.said), truth.data * one.factor
    for family in (_by_chain, _by_derivative, _by_formula, _by_layout, _by_factor):
        try:
            yield from family(question, part, run, truth)
        except (ShapeError, TooMuchWork):  # a model that one family can't be tried on has still the others
            continue


def _by_chain(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """A mistake at one operator of the model, or at all of a node that use the same rule."""
    names, target = question.question.model.names, part.part.target
    if not isinstance(target, Partial):
        return
    full = run.values[part.name]
    tangents = make_tangents(question, run, head(target.numerator) or "", head(target.denominator) or "")
    repeated: dict[tuple[object, ...], list[tuple[Mistake, Array]]] = {}
    for operation in operations(tangents):
        made = chain.from_iterable(enumerate(bound.function(tangents, operation)) for bound in bindings.OPERATORS)
        for number, one in made:
            try:
                values = gradient_with(tangents, operation, one.tangent, full)
            except (ShapeError, TooMuchWork):  # with many letters, an array of all of them is too large
                continue
            mistake = named(names, one.kind, one.about, _link(one.about, operation.node.name))
            mistake = replace(mistake, belongs=one.belongs)
            if one.kind is Kind.ACTIVATION_FOR_DERIVATIVE and not _is_function(operation.node.expression):
                mistake = replace(mistake, depth=1)  # a sum or a quotient is hardly taken for its own derivative
            yield mistake, _entered(run, part, truth, values)
            if isinstance(one.about, Call) and one.about == operation.expression:
                key = (operation.node.name, one.kind, one.about.function, number)
                repeated.setdefault(key, []).append((mistake, values - full))
    for same in repeated.values():  # whoever has a rule wrong has it wrong wherever it is used
        if len(same) > 1:
            every = full + np.sum([change for _, change in same], axis=0)
            yield same[0][0], _entered(run, part, truth, every)
    for wrong in (wrong for bound in bindings.JACOBIANS for wrong in bound.function(tangents)):
        yield named(names, wrong.kind, wrong.about), _entered(run, part, truth, full + wrong.values)


def _is_function(definition: Expression) -> bool:
    return isinstance(definition, Call) and len(definition.args) == 1 and definition.function != "neg"


def _by_derivative(
    question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value
) -> Iterator[tuple[Mistake, Array]]:
    """Another derivative of the model, or another value, in place of the one asked for."""
    names = question.question.model.names
    # all before the first is given: where one function can't be tried on a model, the others are not either
    for wrong in [wrong for bound in bindings.ELSEWHERE for wrong in bound.function(question, part, run)]:
        yield named(names, wrong.kind, wrong.about), _entered(run, part, truth, wrong.values)


def _by_layout(_: SolvedQuestion, __: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """The answer transposed or upside down."""
    whole = np.broadcast_to(truth.data, (run.points, *truth.data.shape[1:]))
    for bound in bindings.LAYOUTS:
        for kind, values in bound.function(whole):
            yield Mistake(kind), values


def _by_formula(question: SolvedQuestion, part: SolvedPart, run: Run, _: Value) -> Iterator[tuple[Mistake, Array]]:
    """A mistake in the closed formula, or one quantity in another's place."""
    names, rules = question.question.model.names, tuple(bound.function for bound in bindings.FORMULAS)
    like = parts_in(question, run, part.part.target, part.closed)
    changes = [("", a_two_lost(change)) for change in changed_formulas(part.closed, rules)]
    changes += [("", change) for bound in bindings.INTERCHANGED for change in bound.function(question, part)]
    changes += [("", change) for bound in bindings.TERMS for change in bound.function(part.closed)]
    for link, change in chain(changes, inside_nodes(question, part, rules)):
        values = _evaluated(question, part, run, change.formula, like)
        if values is not None:
            yield replace(made_by(names, change, link), depth=change.depth + bool(link)), values
    for one in (one for bound in bindings.REPLACED for one in bound.function(question, part)):
        values = _evaluated(question, part, run, one.formula, like)
        if values is not None:
            shown = f"{to_text(Symbol(one.instead), names)} stands where {to_text(Symbol(one.own), names)} belongs"
            detail = f"{plain_word(one.instead)}_for_{plain_word(one.own)}"
            yield Mistake(one.kind, detail, shown, about=Symbol(one.instead), belongs=Symbol(one.own)), values


def _by_factor(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Value) -> Iterator[tuple[Mistake, Array]]:
    """A quantity or a link of the chain too much, or too little."""
    names = question.question.model.names
    for bound in bindings.FACTORS:
        for wrong in bound.function(question, part, run, truth.data):
            yield (
                replace(named(names, wrong.kind, wrong.about), depth=not isinstance(wrong.about, Partial)),
                wrong.values,
            )


def _entered(run: Run, part: SolvedPart, truth: Value, values: Array) -> Array:
    """A wrong array of the whole derivative at the entries that the target asks for."""
    if values.shape[1:] == truth.data.shape[1:]:
        return values
    ranges = extents(run, part.part.target)
    wrong = evaluate(part.part.target, Environment({**worked_out(run), part.name: values}, run.sizes, ranges))
    return spread(wrong, truth.letters)


def _evaluated(
    question: SolvedQuestion, part: SolvedPart, run: Run, formula: Expression, like: Unchanged
) -> Array | None:
    """A wrong formula as the judge would evaluate it; None where it has no value of the target's shape."""
    try:
        return pairs_in(question, run, part.part.target, formula, like)[0].answer
    except (ShapeError, ValueError):
        return None
