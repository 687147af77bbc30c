"""The solved rubric as values: every target with its formula, its sample points and what certifies it.

`grader.solver.solving` makes an `AnswerKey`; judging, diagnosis and pages only read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.language.nodes import Expression
from grader.rubric.model import Part, Question, Rubric
from grader.rubric.shown import Asked
from grader.solver.kinks import Kink
from grader.solver.rounding.units import Interval, Reach
from grader.solver.runs import Run
from grader.solver.session import Session


@dataclass(frozen=True, slots=True)
class DerivationLine:
    """One line of a derivation: ``left = right``, and why."""

    left: Expression
    right: Expression
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class SolvedPart:
    """A part with its truth: `name` finds the target's values in a run, `closed` is its formula.

    `reach` is how far rounding each line as the rubric asks may lead, for every entry of the target.
    """

    part: Part
    name: str
    closed: Expression
    lines: tuple[DerivationLine, ...]
    asked: Asked
    reach: tuple[Reach, ...] | None = None

    @property
    def interval(self) -> Interval | None:
        """Where honest rounding of a single number ends up; None for arrays, or where no rounding is asked for."""
        return self.reach[0].hull if self.reach is not None and len(self.reach) == 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class SolvedQuestion:
    """A question with its sample points, points on the kinks of its model, and the adjoints of its outputs.

    `parts` are those that the program judges; `asked` are all, those that a person grades among them, in order.
    As one part asks it (`as_asked`), `condition` says where an answer is held against the target; None: everywhere.
    """

    question: Question
    graph: ComputationGraph
    runs: tuple[Run, ...]
    kink: Kink | None
    adjoints: Mapping[str, tuple[Node, ...]]
    numeric: bool
    parts: tuple[SolvedPart, ...]
    conditions: tuple[Expression, ...] = ()
    session: Session = field(default_factory=Session, repr=False)
    asked: tuple[Asked, ...] = ()
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AnswerKey:
    """The solved rubric. `certified` are the questions that were certified for it, by the hash to keep each under.

    Not among them is what was certified before, and kept.
    Its questions and their runs share the `session`, which keeps what is worked out for them and goes when they go.
    """

    rubric: Rubric
    questions: tuple[SolvedQuestion, ...]
    certified: Mapping[str, SolvedQuestion]
    session: Session = field(default_factory=Session, repr=False)
