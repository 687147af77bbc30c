"""How far rounding as asked may lead from the numbers that a program holds.

With ``dL/dZ = 0.0021`` held at 4 decimals, ``dL/dW = dL/dZ * x`` lies where any number that rounds to it leads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grader.autodiff.graph import Node
from grader.comparison.tolerances import unit_of
from grader.diagnosis.carried.follow_through_program import Own, Program
from grader.expression.language.nodes import Expression, head
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedQuestion
from grader.solver.rounding.reach import at_target, lines_of, program_of, reach
from grader.solver.rounding.scalar_lines import (
    MAX_PARTS,
    ArrayEntry,
    NoLines,
    Scalar,
    ScalarLine,
    formulas_of,
    shapes_of,
)
from grader.solver.rounding.units import Interval, Reach, half_unit
from grader.solver.session import remembered


def reach_of(
    program: Program, name: str, target: Expression, tolerance: Tolerance, simulated: bool = True
) -> tuple[Reach, ...] | None:
    """How far rounding as asked may lead from the held numbers on; None where this has no end.

    Without `simulated` students the hull is all that there can be.
    """
    run = program.question.runs[0]
    lines = _lines(program, numbers=simulated)
    if lines is None:
        return None
    held = {ArrayEntry(own.name): _typed(own, tolerance) for own in program.held}
    return at_target(reach(lines, run, tolerance, (name,), held, simulated), run, name, target)


@remembered(maxsize=256, of_key=True)
def true_reach(question: SolvedQuestion, target: Expression, tolerance: Tolerance) -> tuple[Reach, ...] | None:
    """How far rounding as asked may lead from the truth of a target, which need not be that of a part."""
    name = head(target)
    if name is None or not question.numeric:
        return None
    return reach_of(Program(question, {}, ()), name, target, tolerance)


def _typed(own: Own, tolerance: Tolerance) -> Interval:
    """The numbers that the typed one may stand for: students go on with more digits than they write down."""
    value = own.value or 0.0
    half = half_unit(tolerance, abs(value))
    if not half and own.place is not None:
        half = 0.5 * unit_of(own.place)
    return (value - half, value + half)


@dataclass(frozen=True, slots=True)
class _Formulas:
    """The formulas of a line's entries, and how many parts they have; `known` unless numbers of other lines decide."""

    of_entries: tuple[tuple[ArrayEntry, Scalar], ...] = ()
    parts: int = 0
    known: bool = True


def _lines(program: Program, numbers: bool) -> tuple[ScalarLine, ...] | None:
    """The program as lines, with their exact `numbers` or without; None where it is not made of them.

    Most lines are those of the question itself, whose formulas are worked out once.
    """
    run = program.question.runs[0]
    nodes = program_of(run.graph, program.question.adjoints)
    if numbers or program.true is None:
        return lines_of(run, nodes)
    found, parts = list[ScalarLine](), 0
    for node in nodes:
        line = _formulas(program.true, node)
        if line is None:
            return None
        if not line.known:
            return lines_of(run, nodes)
        found += [ScalarLine(entry, formula, math.nan) for entry, formula in line.of_entries]
        parts += line.parts
    return tuple(found) if parts <= MAX_PARTS else None


@remembered(maxsize=4096)
def _formulas(question: SolvedQuestion, node: Node) -> _Formulas | None:
    """The formulas of a line of a question, or of one that stands there in its place; None for one not of numbers."""
    run = question.runs[0]
    try:
        with np.errstate(all="ignore"):
            found = formulas_of(run, shapes_of(run, program_of(run.graph, question.adjoints)), node)
    except NoLines:
        return None
    return _Formulas(known=False) if found is None else _Formulas(*found)
