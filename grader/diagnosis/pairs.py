"""Two mistakes at once: any single one with a wrong sign, a lost 2 or 1/m; on a single chain, any two of its links.

``(y - yhat)`` for dL/dw of a logistic unit is `missing_factor:dz_dw` with `sign`.
"""

from __future__ import annotations

import numpy as np

from grader.diagnosis.formula_mistakes import quantities_in
from grader.diagnosis.predictions import Mistake, Predictions, predictions, room
from grader.diagnosis.whole_answer_mistakes import multiples
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Partial, head
from grader.rubric.malrules import MALRULES
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.session import remembered

MAX_LINKED = 60
_SCALED = frozenset(("sign", "factor_two", "missing_mean", "mean_for_sum"))
_ALONE = frozenset(("extra_term", "power_of_ten", "transposed", "inverted"))


@remembered(maxsize=512)
def combined(question: SolvedQuestion, part: SolvedPart, number: int = 0) -> Predictions:
    """What two mistakes together would have given at the points of one run (worked out once)."""
    single = predictions(question, part, number)
    found: list[tuple[Mistake, Array]] = []
    for kind, detail, factor in multiples(question, question.runs[number]):
        if kind not in _SCALED:
            continue
        scale = Mistake(kind, detail, detail)
        for mistake, values in zip(single.mistakes, single.values, strict=True):
            scaled = mistake.kind in _SCALED and not mistake.link
            if mistake.kind not in _ALONE and not (scaled and MALRULES[mistake.kind].rank >= MALRULES[kind].rank):
                found.append((both(mistake, scale), values * factor))
    if _one_chain(question, part):
        found += _linked(single)
    found = found[: room(single.truth)]
    values = np.array([item for _, item in found]) if found else np.zeros((0, *single.truth.shape))
    return Predictions(tuple(item for item, _ in found), values, single.truth, ((),) * len(found), ())


def both(one: Mistake, other: Mistake) -> Mistake:
    """Two mistakes as one, the first of them leading."""
    return Mistake(one.kind, one.detail, one.shown, one.link, other)


def _linked(single: Predictions) -> list[tuple[Mistake, Array]]:
    linked = [k for k, mistake in enumerate(single.mistakes) if mistake.link][:MAX_LINKED]
    found = []
    with np.errstate(all="ignore"):
        shares = single.values / single.truth
        for place, k in enumerate(linked):
            for other in linked[place + 1 :]:
                one, two = single.mistakes[k], single.mistakes[other]
                if one.link != two.link:
                    found.append((both(one, two), single.values[k] * shares[other]))
    return found


def _one_chain(question: SolvedQuestion, part: SolvedPart) -> bool:
    """Whether a scalar target is the product of the links of one chain, so that two slips multiply."""
    target, graph = part.part.target, question.graph
    if not isinstance(target, Partial) or any(graph.axes.values()):
        return False
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    reached = graph.reached_from(below)
    return all(len(set(quantities_in(node.expression)) & reached) == 1 for node in graph.between(below, above))
