"""A read answer against a target of a solved question -> Verdict.

The same formula is equivalent at once; a number is held against the tolerance; anything else is evaluated at the
sample points of the model, where one clear difference is a counterexample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from grader.comparison.alike import worked_out
from grader.comparison.arrays import Pair, Tally, both_finite, line_up, tally
from grader.comparison.certain import is_scalar_model, settled_run, surely_outside
from grader.comparison.meant import meanings, with_implied_sums
from grader.comparison.numbers import accepted, number_note, slip_in_number, typed_place
from grader.comparison.scalars import is_scalar, same_form
from grader.comparison.shapes import entries_message, in_symbols, shape_message, transposed_verdict
from grader.comparison.show import counterexample, kinds, right_where
from grader.expression.algebra import substitute
from grader.expression.evaluator import evaluate
from grader.expression.nodes import Call, Expression, Indexed, Partial, Symbol, head, indices, sides, walk
from grader.expression.printer import to_text
from grader.expression.readings import TooManyReadings, distinct, readings
from grader.expression.values import Array, ShapeError, Value
from grader.problems import Problem
from grader.results import Evidence, Verdict
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, axis_length, environment, fill_partials, precise
from grader.solver.strata import KINK_STEP, kink_points, margins, new_conditions, stratified

NO_TOLERANCE = Tolerance()
MAX_SHOWN_READINGS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What an answer is held against: a quantity or derivative of the model, and how close a number must be."""

    expression: Expression
    closed: Expression
    tolerance: Tolerance = NO_TOLERANCE
    interval: tuple[float, float] | None = None
    layout: str = "review"


def judge(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """Decide whether `answer` equals the target wherever the model lets both be evaluated."""
    if answer == target.closed:
        evidence = Evidence("proof", detail="the same formula")
        return _finished(question, target, answer, Verdict("equivalent", "equivalent", evidence))
    primed = _primed(question, target.expression, answer)
    if restates(target.expression, answer, question.graph.notation) or answer in primed:
        return Verdict("not_equivalent", "restated", message="This only restates the question.")
    verdict = _judge_readings(question, target, worked_out(answer))
    if verdict.decision == "not_equivalent":
        verdict = _meant(question, target, answer, verdict) or verdict
    return (
        _set_up(verdict)
        if primed and verdict.note in ("equivalent", "implied_sum", "implied_index", "renamed")
        else verdict
    )


def _meant(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict | None:
    """The verdict on what a wrong answer may mean instead, where that is right; a person confirms what is in doubt."""
    for meaning in meanings(question, target.expression, answer, verdict.note != "shape"):
        if meaning.expression == answer:
            continue
        found = _judge_readings(question, target, worked_out(meaning.expression))
        if meaning.doubt and (found.decision == "equivalent" or found.note == "ambiguous_reading"):
            return Verdict("undecided", meaning.note, message=meaning.doubt)
        if found.decision == "equivalent":
            return replace(found, note=meaning.note) if found.note == "equivalent" else found
    return None


def _primed(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[Expression, ...]:
    """What the answer leaves to differentiate: ``d/dx sigma(x)``, and f' where the derivative of f itself is asked."""
    above = head(target.numerator) if isinstance(target, Partial) else None
    formulas = (node.expression for node in question.graph.nodes if node.name == above)
    asked = {formula.function for formula in formulas if isinstance(formula, Call)}
    return tuple(
        item
        for item in walk(answer)
        if (isinstance(item, Call) and item.primes and item.function in asked)
        or (isinstance(item, Partial) and head(item.numerator) is None)
    )


def _judge_readings(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """The votes of all readings of the answer."""
    try:
        ways = _readings(question, target, answer)
    except TooManyReadings:
        return Verdict("undecided", "too_many_readings", message="This can be read in too many ways.")
    except ShapeError:
        ways = (answer,)  # judged below, where an implied sum may still give it a shape
    judged = [(way, _judge_reading(question, target, way)) for way in ways]
    # a reading of another shape than the answer asked for has no vote
    voting = [pair for pair in judged if pair[1].note != "shape"] or judged
    if len({verdict.decision for _, verdict in voting}) == 1:
        return voting[0][1]
    names = question.question.model.names
    shown = " or as ".join(to_text(way, names) for way, _ in voting[:MAX_SHOWN_READINGS])
    message = f"Your answer can be read as {shown}, and not all of its readings are right."
    return Verdict("undecided", "ambiguous_reading", message=message)


def _readings(question: SolvedQuestion, target: Target, answer: Expression) -> tuple[Expression, ...]:
    """The readings of the answer that differ in value at the sample points of the first run."""
    run = question.runs[0]
    if not any(item.axes for item in question.graph.quantities):
        return (answer,)
    fill_partials(run, (answer,), question.adjoints)
    env = environment(run, _extents(run, target.expression))
    found = readings(answer, env)
    return found if len(found) == 1 else tuple(distinct(found, env))


def _judge_reading(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """One reading of the answer, on its own."""
    decide = _judge_number if question.numeric else _judge_samples
    try:
        verdict = _finished(question, target, answer, decide(question, target, answer))
        return verdict if verdict.decision != "not_equivalent" else _turned(question, target, answer) or verdict
    except ShapeError as error:
        problem = error.problem
        turned = _turned(question, target, answer)
        if turned is not None:
            return turned
    summed = with_implied_sums(answer, target.expression)
    if summed != answer:
        try:
            verdict = _finished(question, target, answer, decide(question, target, summed))
            return replace(verdict, note="implied_sum") if verdict.note == "equivalent" else verdict
        except ShapeError as error:
            problem = error.problem
    return Verdict("not_equivalent", "shape", message=_shape_message(question, target, answer, problem))


def _turned(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict | None:
    """The verdict on an answer that is the transpose of the truth, or None."""
    truth = truth_value(question.runs[0], target.expression)
    if truth.letters or truth.rank != 2:
        return None
    decide = _judge_number if question.numeric else _judge_samples
    turned = Call("transpose", (answer,))
    try:
        verdict = _finished(question, target, turned, decide(question, target, turned))
    except ShapeError:
        return None
    return transposed_verdict(verdict, target.layout) if verdict.decision == "equivalent" else None


def _shape_message(question: SolvedQuestion, target: Target, answer: Expression, problem: Problem) -> str:
    run = question.runs[0]
    try:
        value = evaluate(answer, environment(run, _extents(run, target.expression)))
    except ShapeError:
        return _sentence(in_symbols(problem.message, run.sizes))
    found = shape_message(value, truth_value(run, target.expression), target.expression, run)
    return found or _sentence(in_symbols(problem.message, run.sizes))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def restates(target: Expression, answer: Expression, notation: tuple[tuple[str, Expression], ...] = ()) -> bool:
    """Whether the answer names the very quantity asked for instead of working it out."""
    names = {head(target), *(short for short, meant in notation if head(meant) == head(target))}
    return any(head(item) in names for item in walk(answer) if isinstance(item, Symbol | Partial))


def follow_left_side(target: Expression, left: Expression, answer: Expression) -> Expression:
    """The answer in the target's own letters, where its left side ``dJ/dz_uv = ...`` names them otherwise."""
    if head(left) != head(target):
        return answer
    pairs = zip(indices(left), indices(target), strict=False)
    renames = {a.name: b for a, b in pairs if isinstance(a, Symbol) and a != b}
    return substitute(answer, renames)


def unfinished(question: SolvedQuestion, answer: Expression, target: Target | None = None) -> tuple[Partial, ...]:
    """Derivatives in the answer that the model can work out; those of opaque functions are finished.

    So are those that earlier parts ask for (they are graded there), where everything between is worked out:
    ``dL/dW = h^T dL/dz``, but not the bare chain rule ``dL/dz dz/dW``.
    """
    leaves = {leaf.name: leaf for leaf in question.graph.leaves}
    plain = {
        node.name: head(node.expression)
        for node in question.graph.nodes
        if isinstance(node.expression, Symbol | Indexed)
    }
    found = []
    for item in walk(answer):
        if isinstance(item, Partial):
            above, below = head(item.numerator), head(item.denominator)
            source = leaves.get(plain.get(above or "") or above or "")
            if source is None or below not in source.of:
                found.append(item)
    whole = [item for item in walk(answer) if isinstance(item, Partial)]
    if target is not None and len(found) == len(whole) and {head(i) for i in found} <= _earlier(question, target):
        return ()
    return tuple(found)


def _earlier(question: SolvedQuestion, target: Target) -> set[str | None]:
    """The derivatives that the parts before the target's ask for."""
    asked = [part.target for part in question.question.parts]
    return {head(item) for item in asked[: asked.index(target.expression)]} if target.expression in asked else set()


def uses_model(question: SolvedQuestion, answer: Expression) -> bool:
    """Whether the answer names quantities of the model, or is made of numbers alone."""
    names = {item.name for item in question.graph.quantities}
    return any(isinstance(item, Symbol) and item.name in names for item in walk(answer))


def _finished(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict:
    if verdict.decision != "equivalent":
        return verdict
    if question.numeric and uses_model(question, answer):
        message = "The formula is right, but it is not worked out to a number."
        return replace(verdict, note="not_evaluated", message=message)
    return _set_up(verdict) if unfinished(question, answer, target) else verdict


def _set_up(verdict: Verdict) -> Verdict:
    message = "The chain rule is set up rightly, but its derivatives are not worked out."
    return replace(verdict, note="chain_rule_only", message=message)


@lru_cache(maxsize=4096)
def truth_value(run: Run, target: Expression) -> Value:
    """The target's values in a run, with the target's letters."""
    return evaluate(target, environment(run, _extents(run, target)))


def _extents(run: Run, target: Expression) -> dict[str, int]:
    axes = {item.name: item.axes for item in run.graph.quantities}
    found: dict[str, int] = {}
    for side in sides(target):
        for index, axis in zip(indices(side), axes.get(head(side) or "", ()), strict=False):
            if isinstance(index, Symbol):
                found[index.name] = axis_length(axis, run.sizes)
    return found


def pairs_in(question: SolvedQuestion, run: Run, target: Expression, answer: Expression) -> tuple[Pair, ...]:
    """Answer and truth at the points of a run, in every way their indices can be lined up."""
    fill_partials(run, (answer, target), question.adjoints)
    value = evaluate(answer, environment(run, _extents(run, target)))
    return line_up(value, truth_value(run, target), run.points)


def _judge_number(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    run = question.runs[0]
    pair = pairs_in(question, run, target.expression, answer)[0]
    given, truth = np.ravel(pair.answer[0]), np.ravel(pair.truth[0])
    place = typed_place(answer)
    interval = target.interval if truth.size == 1 else None
    notes = [
        number_note(float(a), float(t), place, target.tolerance, interval) for a, t in zip(given, truth, strict=True)
    ]
    evidence = Evidence("samples", points=1, detail="at the numbers given")
    if all(notes):
        note = "rounded" if "rounded" in notes else "equivalent"
        return Verdict("equivalent", note, evidence)
    if not np.isfinite(given).all():
        return Verdict("undecided", "undefined", Evidence(), "This has no value at the numbers given.")
    shown = counterexample(run, pair, _first_wrong(pair, notes), answer, target.closed)
    # the point is the question's own numbers, so only the entry of an array is worth naming
    shown = replace(shown, at=tuple(item for item in shown.at if item[0] == "entry"))
    if truth.size == 1 and is_scalar_model(question):
        allowed = accepted(float(given[0]), float(truth[0]), place, target.tolerance, interval)
        shown = replace(shown, certified=surely_outside(question, run, target.closed, answer, allowed))
    if truth.size == 1:
        message = slip_in_number(float(given[0]), float(truth[0]), place, target.tolerance, interval)
    else:
        places = np.ndindex(pair.answer.shape[1:])
        message = entries_message((place, bool(note)) for place, note in zip(places, notes, strict=True))
    return Verdict("not_equivalent", "not_equivalent", shown, message)


def _first_wrong(pair: Pair, notes: list[str | None]) -> tuple[int, ...]:
    entry = notes.index(None)
    return (0, *(int(n) for n in np.unravel_index(entry, pair.answer.shape[1:]))) if pair.answer.ndim > 1 else (0,)


def _judge_samples(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    runs = list(question.runs)
    own = margins(answer)
    if own:
        fill_partials(runs[0], own, question.adjoints)
        new = new_conditions(runs[0], own, question.conditions)
        extra = stratified(runs[0], new, question.conditions) if new else None
        runs += [extra] if extra is not None else []
    ways = pairs_in(question, runs[0], target.expression, answer)
    verdicts = [_count(question, target, answer, runs, way, own) for way in ways]
    return _vote(verdicts, tuple(way.renamed for way in ways))


def _vote(verdicts: list[Verdict], choices: tuple[tuple[tuple[str, str], ...], ...]) -> Verdict:
    first = verdicts[0]
    if all(verdict.decision == first.decision for verdict in verdicts):
        if first.decision == "equivalent" and choices[0] and first.note == "equivalent":
            return replace(first, note="renamed")
        return first
    message = "Your indices can be matched with those of the question in more than one way."
    return Verdict("undecided", "ambiguous_indices", message=message)


def _count(
    question: SolvedQuestion,
    target: Target,
    answer: Expression,
    runs: list[Run],
    first: Pair,
    own: tuple[Expression, ...],
) -> Verdict:
    """Compare run by run, the answer's indices named as in the `first` run's pair; one clear difference ends it.

    `own` are the conditions of the answer, beside those of the model.
    """
    agreed = discarded = undefined = close = total = 0
    counted: list[tuple[Run, Array]] = []
    scalar = is_scalar_model(question) and is_scalar(answer) and is_scalar(target.closed)
    for run in runs:
        pair = first if run is runs[0] else _same_way(pairs_in(question, run, target.expression, answer), first)
        skip = kink_points(run, (*question.conditions, *own))
        counted.append((run, ~skip & both_finite(pair)))
        settled = settled_run(question, target.closed, answer, run, pair, ~skip) if scalar else None
        if settled is not None and settled.where is not None:
            shown = counterexample(run, pair, (settled.where,), answer, target.closed)
            where = right_where(run, pair, (*question.conditions, *own), question.question.model.names)
            return Verdict("not_equivalent", "not_equivalent", replace(shown, certified=True), where)
        if settled is not None:
            agreed += settled.agreed
            undefined += settled.answer_fails
            discarded += run.points - settled.agreed - settled.answer_fails
            total += run.points
            continue
        found: Tally = tally(pair, skip)
        if (found.differed or found.close) and found.plainly * 2 < run.points:
            ways = pairs_in(question, precise(run), target.expression, answer)
            found = tally(pair, skip, _same_way(ways, pair))
        if found.where is not None:
            shown = counterexample(run, pair, found.where, answer, target.closed)
            where = right_where(run, pair, (*question.conditions, *own), question.question.model.names)
            return Verdict("not_equivalent", "not_equivalent", shown, where)
        agreed += found.agreed
        discarded += found.discarded
        undefined += found.undefined
        close += found.close
        total += run.points
    if undefined and undefined >= total / 10:
        message = "Your answer has no value at some points where the gradient has one."
        return Verdict("undecided", "undefined", Evidence(points=agreed, discarded=undefined), message)
    if close or agreed < total / 2:
        message = "Too few sample points allow a decision."
        return Verdict("undecided", "too_few_points", Evidence(points=agreed, discarded=discarded), message)
    wrong = _wrong_at_kink(question, target, answer) if own else None
    if wrong is not None:
        return wrong
    if scalar and same_form(answer, target.closed):
        return Verdict("equivalent", "equivalent", Evidence("proof", points=agreed, detail="the same once simplified"))
    detail = kinds(agreed, counted, (*question.conditions, *own), question.question.model.names)
    evidence = Evidence("samples", points=agreed, discarded=discarded + undefined, detail=detail)
    return Verdict("equivalent", "equivalent", evidence)


def _same_way(ways: tuple[Pair, ...], first: Pair) -> Pair:
    for way in ways:
        if way.renamed == first.renamed:
            return way
    raise ShapeError("the indices do not fit those of the question")


def _wrong_at_kink(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict | None:
    """At a kink any value between the one-sided gradients is right (the subdifferential); so is none at all."""
    kink = question.kink
    if kink is None:
        return None
    pair = pairs_in(question, kink.at, target.expression, answer)[0]
    sides = []
    for side in (kink.left, kink.right):
        fill_partials(side, (target.expression,), question.adjoints)
        truth = truth_value(side, target.expression)
        sides.append(line_up(truth, truth, side.points)[0].truth)
    if any(side.shape != pair.answer.shape for side in sides):
        return None
    outside = _outside(pair.answer, sides[0], sides[1])
    if outside is None:
        return None
    shown = counterexample(kink.at, pair, outside, answer, target.closed)
    message = "At the kink itself this value lies outside the subdifferential."
    return Verdict("not_equivalent", "wrong_at_kink", shown, message)


def _outside(answer: Array, left: Array, right: Array) -> tuple[int, ...] | None:
    low, high = np.minimum(left, right), np.maximum(left, right)
    slack = 64 * KINK_STEP * (1 + np.maximum(np.abs(low), np.abs(high)))
    with np.errstate(invalid="ignore"):
        bad = np.isfinite(answer) & ((answer < low - slack) | (answer > high + slack))
    return tuple(int(k) for k in np.argwhere(bad)[0]) if bad.any() else None
