"""How far rounding every line may lead: where simulated students end up, and what none can leave.

Within the first an answer is right, outside the second wrong; between the two a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Expression
from grader.rubric.model import Tolerance
from grader.solver.rounding.affine import enclosures
from grader.solver.rounding.honest_chains import hulls
from grader.solver.rounding.scalar_lines import ArrayEntry, NoLines, ScalarLine, given_entries, leading_to, scalar_lines
from grader.solver.rounding.units import Interval, Reach, rounds
from grader.solver.runs import Run, environment, extents

NOTHING_HELD: Mapping[ArrayEntry, Interval] = MappingProxyType({})


def program_of(graph: ComputationGraph, adjoints: Mapping[str, tuple[Node, ...]]) -> tuple[Node, ...]:
    """The lines of a program, its derivatives behind the rest."""
    return (*graph.nodes, *(node for nodes in adjoints.values() for node in nodes))


def lines_of(run: Run, nodes: Iterable[Node]) -> tuple[ScalarLine, ...] | None:
    """The program as lines of numbers; None where it is not made of them."""
    try:
        with np.errstate(all="ignore"):
            return scalar_lines(run, nodes)
    except NoLines:
        return None


def reach(
    lines: Sequence[ScalarLine],
    run: Run,
    tolerance: Tolerance,
    names: Iterable[str],
    held: Mapping[ArrayEntry, Interval] = NOTHING_HELD,
    simulated: bool = True,
) -> dict[ArrayEntry, Reach]:
    """How far rounding may lead for every entry of the named quantities.

    Of what is `held` only the interval given there is known. Where nothing is rounded, or no students are to be
    `simulated`, the hull is all that there can be.
    """
    wanted = {line.entry for line in lines if line.entry.name in set(names)}
    needed = leading_to(lines, wanted)
    given = given_entries(run)
    sure = enclosures(needed, given, tolerance, held)
    hull = hulls(needed, given, tolerance, held) if simulated and rounds(tolerance) else sure
    return {entry: Reach(_within(hull[entry], sure[entry]), sure[entry]) for entry in wanted}


def _within(hull: Interval, sure: Interval) -> Interval:
    return (max(hull[0], sure[0]), min(hull[1], sure[1]))


def at_target(found: Mapping[ArrayEntry, Reach], run: Run, name: str, target: Expression) -> tuple[Reach, ...] | None:
    """What was `found` for the entries of a quantity, in the order of the target's entries; None where none has an end.

    The target may be the quantity, one entry of it, or a row.
    """
    places = sorted(entry.place for entry in found if entry.name == name)
    ends = np.array([(*one.hull, *one.sure) for one in (found[ArrayEntry(name, place)] for place in places)])
    if not places or not np.isfinite(ends).all():
        return None
    shape = tuple(index + 1 for index in places[-1])
    sides = [_entries_of(run, name, target, side.reshape(shape)) for side in ends.T]
    return tuple(Reach((float(a), float(b)), (float(c), float(d))) for a, b, c, d in zip(*sides, strict=True))


def _entries_of(run: Run, name: str, target: Expression, values: Array) -> Array:
    with_them = replace(run, values={**run.values, name: values[None]})
    return np.ravel(evaluate(target, environment(with_them, extents(with_them, target))).data)
