"""A counterexample that tells: simple numbers, and two values that no rounding would bring together.

Where the answer to ``tanh(x)`` was held against the truth at x = 1.281, it is shown at x = 1.3.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import numpy as np

from grader.comparison.aligned_values import pairs_in
from grader.comparison.arrays import Pair
from grader.comparison.counterexample import RIGHT_ONLY, counterexample, right_where
from grader.comparison.known_names import known_to_students
from grader.comparison.proof.model_balls import compare_run
from grader.comparison.target import Target
from grader.expression.evaluation.product_readings import TooManyReadings
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.domain import Domain
from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Symbol, symbols
from grader.expression.printing.in_a_sentence import in_a_sentence
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
    """The evidence against a formula, at a point that tells more where there is one, its quantities as they are
    written."""
    answer, found = verdict.judged, verdict.evidence
    if question.numeric or found.kind != "counterexample":
        return found
    if answer is not None:
        try:
            with at_most(at_hand().left / 2):
                found = _at_simple_numbers(question, part, answer, found)
        except (TooMuchWork, ShapeError, TooManyReadings):
            pass  # the point where the difference was found shows it as well
    names, quantities = question.question.model.names, question.graph.axes
    return replace(found, at=tuple((shown_as(n, names) if n in quantities else n, value) for n, value in found.at))


def right_only_where(question: SolvedQuestion, part: SolvedPart, verdict: Verdict) -> str:
    """The sentence of a verdict on where an answer is right, as it stands in a text."""
    if verdict.judged is None or not verdict.message.startswith(RIGHT_ONLY):
        return verdict.message
    conditions, names = (*question.conditions, *margins(verdict.judged)), question.question.model.names
    for run in question.runs:
        pair = pairs_in(question, run, part.part.target, verdict.judged)[0]
        if said := right_where(run, pair, conditions, names, in_a_sentence):
            return said
    return verdict.message


def shown_as(name: str, names: Names) -> str:
    """What a quantity of a point is called."""
    return in_a_sentence(Symbol(name), names)


def _told(question: SolvedQuestion, closed: Expression, answer: Set[str]) -> frozenset[str]:
    """The quantities to tell of a point; for those that the question does not name, what they are computed from."""
    names, known = symbols(closed), known_to_students(question)
    nodes = {node.name: node for node in question.graph.nodes}
    found: set[str] = set(answer)
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        if name in known or name not in nodes:
            found.add(name)
        else:
            pending += symbols(nodes.pop(name).expression)
    return frozenset(found)


def _at_simple_numbers(question: SolvedQuestion, part: SolvedPart, answer: Expression, found: Evidence) -> Evidence:
    target, best = part.part.target, 0.0
    for run in (_simple(question.runs[0]), question.runs[0]):
        pair = pairs_in(question, run, target, answer)[0]
        rank = _ranked(pair, kink_points(run, (*question.conditions, *margins(answer))))
        if rank.size and rank.max() > best:
            best, where = float(rank.max()), np.unravel_index(int(np.argmax(rank)), rank.shape)
            place = tuple(int(n) for n in where)
            whole = Target(target, part.closed, part.part.tolerance)
            shown = counterexample(run, pair, place, answer, whole, _told(question, part.closed, symbols(answer)))
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
