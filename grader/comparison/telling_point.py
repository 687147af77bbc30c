"""A counterexample that tells: simple numbers, and two values that no rounding would bring together.

Where the answer to ``tanh(x)`` was held against the truth at x = 1.281, it is shown at x = 1.3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.comparison.aligned_values import pairs_in
from grader.comparison.arrays import Pair
from grader.comparison.counterexample import counterexample
from grader.comparison.proof.model_balls import compare_run
from grader.comparison.target import Target
from grader.expression.evaluation.product_readings import TooManyReadings
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.domain import Domain
from grader.expression.language.nodes import Expression
from grader.results import Evidence, Verdict
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import kink_points, margins
from grader.solver.runs import Run, leaf_values, moved_run
from grader.solver.session import remembered
from grader.work import TooMuchWork, at_hand, at_most

PLAINLY = 0.1  # a difference of a tenth is no rounding
LOW, HIGH = 0.05, 50.0  # sizes that are easily read
DIGITS = 1  # decimals of a simple number


def telling(question: SolvedQuestion, part: SolvedPart, verdict: Verdict) -> Evidence:
    """The evidence against a formula, at a point that tells more where there is one."""
    answer, found = verdict.judged, verdict.evidence
    if answer is None or question.numeric or found.kind != "counterexample":
        return found
    try:
        with at_most(at_hand().left / 2):
            return _at_simple_numbers(question, part, answer, found)
    except (TooMuchWork, ShapeError, TooManyReadings):
        return found


def _at_simple_numbers(question: SolvedQuestion, part: SolvedPart, answer: Expression, found: Evidence) -> Evidence:
    target, best = part.part.target, 0.0
    for run in (_simple(question.runs[0]), question.runs[0]):
        pair = pairs_in(question, run, target, answer)[0]
        rank = _ranked(pair, kink_points(run, (*question.conditions, *margins(answer))))
        if rank.size and rank.max() > best:
            best, where = float(rank.max()), np.unravel_index(int(np.argmax(rank)), rank.shape)
            place = tuple(int(n) for n in where)
            shown = counterexample(question, run, pair, place, answer, Target(target, part.closed, part.part.tolerance))
            found = replace(shown, certified=found.certified and _certainly(question, part, answer, run, pair, place))
        if best >= 3:
            break
    return found


def _ranked(pair: Pair, skip: Array) -> Array:
    """How well each place (point, *entry) shows the difference: 3 and more is plain to see, 0 shows none."""
    answer, truth = (np.asarray(side, dtype=float) for side in (pair.answer, pair.truth))
    usable = np.isfinite(answer) & np.isfinite(truth) & ~skip.reshape(-1, *(1,) * (answer.ndim - 1))
    with np.errstate(all="ignore"):
        size, least = np.maximum(np.abs(answer), np.abs(truth)), np.minimum(np.abs(answer), np.abs(truth))
        plain = np.abs(answer - truth) > PLAINLY * size
        readable = (size >= LOW) & (size <= HIGH)
        both = (least >= LOW / 5) & plain
        rank = usable & plain & (size > 0)
    return np.asarray(rank * (1.0 + readable * (1.0 + both) + (least > 0) * 0.25))


def _certainly(
    question: SolvedQuestion, part: SolvedPart, answer: Expression, run: Run, pair: Pair, where: tuple[int, ...]
) -> bool:
    """Whether interval arithmetic proves the difference at this point too."""
    counts = compare_run(question, part.closed, answer, run, pair, np.arange(run.points) == where[0])
    return counts is not None and counts.where == where[0]


@remembered(maxsize=64, of_key=True)
def _simple(run: Run) -> Run:
    """The run at numbers with few digits, where the domains have such."""
    leaves = leaf_values(run)
    for leaf in run.graph.leaves:
        if leaf.value is None and leaf.name in leaves:
            leaves[leaf.name] = _shortened(leaves[leaf.name], leaf.domain)
    return moved_run(run, leaves, run.points)


def _shortened(values: Array, domain: Domain) -> Array:
    """Values with one decimal, or with two digits where that is too coarse for them or for their domain."""
    if domain.kind != "interval":
        return values
    coarse = np.round(values, DIGITS)
    with np.errstate(all="ignore"):
        places = 10.0 ** (np.floor(np.log10(np.abs(values))) - 1)
        fine = np.where(values == 0, values, np.round(values / places) * places)
    inside = [(found > domain.low) & (found < domain.high) & (found != 0) for found in (coarse, fine)]
    return np.where(inside[0], coarse, np.where(inside[1], fine, values))
