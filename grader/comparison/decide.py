"""One reading of an answer against the target's values -> Verdict: a number by its tolerance, a formula by samples.

One clear difference at a sample point is a counterexample; a kink is left to the subdifferential.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np

from grader.comparison.aligned_values import pairs_in
from grader.comparison.arrays import Pair, Tally, both_finite, tally
from grader.comparison.counterexample import counterexample, kinds, right_where
from grader.comparison.far_points import far_run, may_differ, where_far, without_signs
from grader.comparison.own_features import own_features
from grader.comparison.proof.model_balls import compare_run, is_scalar_model, surely_outside
from grader.comparison.scalars import is_scalar, same_form
from grader.comparison.shapes import entries_message
from grader.comparison.target import Target
from grader.comparison.tolerances import (
    NO_PLACE,
    accepted,
    in_doubt,
    may_be_rounded,
    number_note,
    slip_in_number,
    typed_place,
    typed_places,
)
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Expression
from grader.results import Decision, Evidence, Note, NoteKind, Verdict, differs, same, undecided
from grader.solver.key import SolvedQuestion
from grader.solver.kinks import KINK_STEP, kink_points, margins, new_conditions, stratified, tied_points
from grader.solver.runs import Run, precise, quantities

MOST_RELAXED = 6  # strict indicators of one answer that are looked at
ENCLOSED = 30  # lines of a model that balls are carried through at every point


def decide_number(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """The verdict at the numbers of the question; raises ShapeError where the shapes do not allow one."""
    run = question.runs[0]
    pair = pairs_in(question, run, target.expression, answer)[0]
    given, truth = np.ravel(pair.answer[0]), np.ravel(pair.truth[0])
    places = _places(question, run, target, answer, truth.size)
    reach = target.reach if target.reach is not None and len(target.reach) == truth.size else (None,) * truth.size
    cases = list(zip(given.tolist(), truth.tolist(), places, reach, strict=True))
    notes = [number_note(a, t, place, target.tolerance, None if r is None else r.hull) for a, t, place, r in cases]
    evidence = Evidence("samples", points=1, detail="at the numbers given")
    if all(notes):
        kind = NoteKind.ROUNDED if NoteKind.ROUNDED in notes else NoteKind.EQUIVALENT
        return Verdict(Decision.EQUIVALENT, Note(kind), evidence)
    if not np.isfinite(given).all():
        return undecided(NoteKind.UNDEFINED, "This has no value at the numbers given.")
    left = [case for case, note in zip(cases, notes, strict=True) if note is None]
    if all(r is None and may_be_rounded(a, t, target.tolerance) for a, t, _, r in left):
        return undecided(NoteKind.ROUNDING_UNKNOWN)
    if all(r is not None and in_doubt(a, t, place, target.tolerance, r) for a, t, place, r in left):
        return undecided(NoteKind.ROUNDING_IN_DOUBT)
    shown = counterexample(run, pair, _first_wrong(pair, notes), answer, target)
    # the point is the question's own numbers, so only the entry of an array is worth naming
    shown = replace(shown, at=tuple(item for item in shown.at if item[0] == "entry"))
    if truth.size == 1 and is_scalar_model(question):
        sure = None if reach[0] is None else reach[0].sure
        allowed = accepted(float(given[0]), float(truth[0]), places[0], target.tolerance, sure)
        shown = replace(shown, certified=surely_outside(question, run, target.closed, answer, allowed))
    if truth.size == 1:
        hull = None if reach[0] is None else reach[0].hull
        message = slip_in_number(float(given[0]), float(truth[0]), places[0], target.tolerance, hull)
    else:
        entries = np.ndindex(pair.answer.shape[1:])
        message = entries_message((entry, bool(note)) for entry, note in zip(entries, notes, strict=True))
    return differs(shown, message)


def _places(question: SolvedQuestion, run: Run, target: Target, answer: Expression, count: int) -> list[int | None]:
    """The decimal exponent of the last digit typed, of each entry of an answer; None for one that is no number."""
    own = typed_places(answer)
    if own is None:
        return [typed_place(answer)] * count
    found = np.ravel(pairs_in(question, run, target.expression, own)[0].answer[0])
    return [None if place == NO_PLACE else int(place) for place in found]


def _first_wrong(pair: Pair, notes: list[NoteKind | None]) -> tuple[int, ...]:
    entry = notes.index(None)
    return (0, *(int(n) for n in np.unravel_index(entry, pair.answer.shape[1:]))) if pair.answer.ndim > 1 else (0,)


def decide_samples(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """The verdict at the sample points; raises ShapeError where the shapes do not allow one."""
    runs = list(question.runs)
    ways = pairs_in(question, runs[0], target.expression, answer)
    if len(runs) > 1 and not ways[0].truth.any():  # sizes so small that nothing would show far out either
        runs = [*runs[1:], runs[0]]
        ways = pairs_in(question, runs[0], target.expression, answer)
    own = margins(answer)
    if own:
        quantities(runs[0], own, question.adjoints)
        new = new_conditions(runs[0], own, question.conditions)
        extra = stratified(runs[0], new, question.conditions) if new else None
        runs += [extra] if extra is not None else []
    verdicts = [_count(question, target, answer, runs, way, own) for way in ways]
    return _vote(verdicts, tuple(way.renamed for way in ways))


def _vote(verdicts: list[Verdict], choices: tuple[tuple[tuple[str, str], ...], ...]) -> Verdict:
    first = verdicts[0]
    if all(verdict.decision == first.decision for verdict in verdicts):
        if first.decision is Decision.EQUIVALENT and choices[0] and first.note.kind is NoteKind.EQUIVALENT:
            return replace(first, note=Note(NoteKind.RENAMED))
        return first
    return undecided(NoteKind.AMBIGUOUS_INDICES)


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
    conditions = (*question.conditions, *own)
    tallies: list[Tally] = []
    counted: list[tuple[Run, Array]] = []
    shallow = len(question.graph.nodes) <= ENCLOSED
    scalar = shallow and is_scalar_model(question) and is_scalar(answer) and is_scalar(target.closed)
    for run in runs:
        pair = first if run is runs[0] else _same_way(pairs_in(question, run, target.expression, answer), first)
        skip = kink_points(run, conditions)
        counted.append((run, ~skip & both_finite(pair)))
        in_balls = _in_balls(question, target, answer, run, pair, skip) if scalar else None
        found = in_balls or _in_floats(question, target, answer, run, pair, skip)
        if found.where is not None:
            shown = counterexample(run, pair, found.where, answer, target)
            shown = replace(shown, certified=True) if in_balls else shown
            return differs(shown, right_where(run, pair, conditions, question.question.model.names), answer)
        tallies.append(found)
    agreed = sum(found.agreed for found in tallies)
    discarded, undefined = sum(found.discarded for found in tallies), sum(found.undefined for found in tallies)
    total = sum(run.points for run in runs)
    if undefined and undefined >= total / 10:
        message = "Your answer has no value at some points where the gradient has one."
        return undecided(NoteKind.UNDEFINED, message, Evidence(points=agreed, discarded=undefined))
    if any(found.close for found in tallies) or not _enough(tallies, total):
        message = "Too few sample points allow a decision."
        return undecided(NoteKind.TOO_FEW_POINTS, message, Evidence(points=agreed, discarded=discarded))
    wrong = _wrong_at_kink(question, target, answer) if own else None
    if wrong is not None:
        return wrong
    if scalar and same_form(answer, target.closed):
        return same(Evidence("proof", points=agreed, detail="the same once simplified"))
    wrong = _wrong_far_out(question, target, answer, runs[0], first, conditions)
    if wrong is not None:
        return wrong
    detail = kinds(agreed, counted, conditions, question.question.model.names)
    return same(Evidence("samples", points=agreed, discarded=discarded + undefined, detail=detail))


def _enough(tallies: list[Tally], total: int) -> bool:
    """Whether the points that agree tell enough: half of all, with those where both sides vanish if others show it.

    Where the target vanishes at every point, as the derivative by what cancels does, both vanish or they differ.
    """
    agreed, nought = sum(found.agreed for found in tallies), sum(found.nought for found in tallies)
    return agreed + nought >= total / 2 and (not nought or agreed >= total / 4 or agreed + nought == total)


def _in_balls(
    question: SolvedQuestion, target: Target, answer: Expression, run: Run, pair: Pair, skip: Array
) -> Tally | None:
    """How the points of a run of scalars come out in interval arithmetic; None where it does not settle them."""
    counts = compare_run(question, target.closed, answer, run, pair, ~skip)
    if counts is None:
        return None
    where = None if counts.where is None else (counts.where,)
    discarded = run.points - counts.agreed - counts.answer_fails
    return Tally(counts.agreed, 0, 0, 0, discarded, counts.answer_fails, where)


def _in_floats(
    question: SolvedQuestion, target: Target, answer: Expression, run: Run, pair: Pair, skip: Array
) -> Tally:
    """How the points of a run come out in floating point; in the widest there is, where noise may have told."""
    found = tally(pair, skip)
    if (found.differed or found.close) and found.plainly * 2 < run.points:
        ways = pairs_in(question, precise(run), target.expression, answer)
        found = tally(pair, skip, _same_way(ways, pair))
    return found


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
    asked = target.expression
    sides = [pairs_in(question, side, asked, asked)[0].truth for side in (kink.left, kink.right)]
    if any(side.shape != pair.answer.shape for side in sides):
        return None
    outside = _outside(pair.answer, sides[0], sides[1])
    if outside is None or _left_open(question, target, answer, kink.at, sides):
        return None
    shown = counterexample(kink.at, pair, outside, answer, target)
    message = "At the kink itself this value lies outside the subdifferential."
    return Verdict(Decision.NOT_EQUIVALENT, Note(NoteKind.WRONG_AT_KINK), shown, message)


def _left_open(question: SolvedQuestion, target: Target, answer: Expression, at: Run, sides: list[Array]) -> bool:
    """Whether the value at a kink is nobody's: ``1[x > 0] + a 1[x < 0]``, where either might have held at 0 as well."""
    from grader.comparison.strict_conditions import non_strict  # only a kink needs it

    for relaxed in islice(non_strict(answer), MOST_RELAXED):
        pair = pairs_in(question, at, target.expression, relaxed)[0]
        if pair.answer.shape == sides[0].shape and _outside(pair.answer, sides[0], sides[1]) is None:
            return True
    return False


def _wrong_far_out(
    question: SolvedQuestion,
    target: Target,
    answer: Expression,
    run: Run,
    near: Pair,
    conditions: tuple[Expression, ...],
) -> Verdict | None:
    """The verdict on an answer that differs from the truth far from the ordinary points; None where it does not."""
    far = far_run(run)
    wrong = far and _wrong_at(question, target, answer, far, near, conditions, NoteKind.WRONG_FAR_OUT)
    if wrong:
        return wrong
    places = own_features(run, answer, question.conditions)
    if places is None:
        return None
    return _wrong_at(question, target, answer, places, near, conditions, NoteKind.WRONG_IN_PLACES)


def _wrong_at(
    question: SolvedQuestion,
    target: Target,
    answer: Expression,
    far: Run,
    near: Pair,
    conditions: tuple[Expression, ...],
    kind: NoteKind,
) -> Verdict | None:
    """The verdict on an answer that differs from the truth at these points beyond all noise; None where it does not."""
    pair = _same_way(pairs_in(question, far, target.expression, answer), near)
    if not np.any(pair.answer != pair.truth):
        return None
    skip, terms = kink_points(far, conditions) | tied_points(far), np.abs(pair.truth)
    if not may_differ(pair, near, skip):
        return None
    wide = _same_way(pairs_in(question, precise(far), target.expression, answer), near)
    if where_far(pair, wide, near, skip, terms) is None:
        return None
    for side, way in ((answer, near), (target.closed, replace(near, renamed=()))):
        try:
            terms = terms + _same_way(pairs_in(question, far, target.expression, without_signs(side)), way).answer
        except ShapeError:  # of a closed form that is no formula for all entries
            continue
    where = where_far(pair, wide, near, skip, terms)
    if where is None:
        return None
    shown = counterexample(far, pair, where, answer, target)
    return Verdict(Decision.NOT_EQUIVALENT, Note(kind), shown)


def _outside(answer: Array, left: Array, right: Array) -> tuple[int, ...] | None:
    low, high = np.minimum(left, right), np.maximum(left, right)
    slack = 64 * KINK_STEP * (1 + np.maximum(np.abs(low), np.abs(high)))
    with np.errstate(invalid="ignore"):
        bad = np.isfinite(answer) & ((answer < low - slack) | (answer > high + slack))
    return tuple(int(k) for k in np.argwhere(bad)[0]) if bad.any() else None
