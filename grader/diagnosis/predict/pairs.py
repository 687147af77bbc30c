"""Two mistakes at once: any single one with a wrong sign, a lost 2 or 1/m; on a single chain, any two of its links.

``(y - yhat)`` for dL/dw of a logistic unit is `missing_factor:dz_dw` with `sign`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.diagnosis.predict.predictions import Predictions, most_kept, predictions
from grader.diagnosis.rules import bindings
from grader.diagnosis.rules.formula_mistakes import quantities_in
from grader.diagnosis.rules.mistake import Mistake
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Partial, head
from grader.rubric.malrule import Kind
from grader.rubric.malrules import MALRULES
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.session import remembered

MAX_LINKED = 60
_SCALED = frozenset((Kind.SIGN, Kind.FACTOR_TWO, Kind.MISSING_MEAN, Kind.MEAN_FOR_SUM))
_ALONE = frozenset((Kind.EXTRA_TERM, Kind.POWER_OF_TEN, Kind.TRANSPOSED, Kind.INVERTED))


@remembered(maxsize=512, of_key=True)
def combined(question: SolvedQuestion, part: SolvedPart, number: int = 0) -> Predictions:
    """What two mistakes together would have given at the points of one run (worked out once)."""
    single = predictions(question, part, number)
    found: list[tuple[Mistake, Array]] = []
    multiples = (one for bound in bindings.MULTIPLES for one in bound.function(question, question.runs[number]))
    for multiple in multiples:
        if multiple.kind not in _SCALED:
            continue
        scale = Mistake(multiple.kind, multiple.detail, multiple.detail or multiple.said)
        for mistake, values in zip(single.mistakes, single.values, strict=True):
            scaled = mistake.kind in _SCALED and not mistake.link
            if mistake.kind not in _ALONE and not (scaled and MALRULES[mistake.kind].rank >= MALRULES[scale.kind].rank):
                found.append((both(mistake, scale), values * multiple.factor))
    if _one_chain(question, part):
        found += _linked(single)
    found = found[: most_kept(single.truth)]
    values = np.array([item for _, item in found]) if found else np.zeros((0, *single.truth.shape))
    return Predictions(tuple(item for item, _ in found), values, single.truth, ((),) * len(found), ())


def both(one: Mistake, other: Mistake) -> Mistake:
    """Two mistakes as one, the first of them leading."""
    return replace(one, second=other)


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
    """Whether a scalar target is the product of the links of one chain, so that two mistakes multiply."""
    target, graph = part.part.target, question.graph
    if not isinstance(target, Partial) or any(graph.axes.values()):
        return False
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    reached = graph.reached_from(below)
    return all(len(set(quantities_in(node.expression)) & reached) == 1 for node in graph.between(below, above))
