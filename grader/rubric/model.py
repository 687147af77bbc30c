"""The values of a rubric: what is asked, of which model, and what each part is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import fsum

from grader.autodiff.graph import ComputationGraph
from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression
from grader.problems import Problem
from grader.rubric.malrule import MalRuleSetting
from grader.rubric.text_places import Places, place_at


class RubricError(Exception):
    """A rubric that can't be used, with every Problem found in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How close a number must be; None where a kind does not apply.

    `absolute` and `relative` are distances; `decimals` and `significant` accept what rounds to the truth at
    that many places; `rounding` carries the rounding of every intermediate to that many decimals through
    the program, `rounding_significant` to that many significant digits.
    """

    absolute: float | None = None
    relative: float | None = None
    decimals: int | None = None
    significant: int | None = None
    rounding: int | None = None
    rounding_significant: int | None = None


@dataclass(frozen=True, slots=True)
class PartialCredit:
    """Shares of a part's points: for a chain rule that is only set up, for a formula not worked out to a number, and
    the least and the most that an answer that is not right can earn.

    `set_ups` is the share of all points of the sheet up to which chain rules that are only set up count.
    """

    chain_rule_only: float = 0.5
    not_evaluated: float = 0.5
    floor: float = 0.0
    cap: float = 1.0
    set_ups: float = 0.25


@dataclass(frozen=True, slots=True)
class Example:
    """An answer that the rubric's author gives with the outcome it must have (`note` empty: any).

    `places` say where its characters stand in the file.
    """

    answer: str
    note: str = ""
    line: int = 0
    places: Places = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """An intermediate target inside a part, and what it is worth."""

    target: Expression
    text: str
    points: float
    line: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One asked quantity.

    `target` is a node of the model (a forward value) or a Partial (a gradient), in the rubric's own letters; `text` is
    how the author wrote it. `layout` says what becomes of its transpose, `shapes` of an answer that is right once its
    arrays are made to fit: "review", "accept" or "wrong". `follow_through` is the share of the points for an answer
    that is right given the student's own earlier ones. `bonus` points count in the score, not in the maximum. `label`
    is what students write for the part, where that is not its `id`. `places` say where the characters of `text` stand.
    is what students write for the part, where that is not its `id`. `own` is the model with the letters that only
    answers to this part may use; `condition` says of which entries, or where, the target is asked (None: everywhere).
    Of a part that asks at a general step, `step` is the letter that counts them, and `at_steps` has each with its
    target, the last of which is `target`; `beside` are the names of its derivative at all steps.
    """

    id: str
    prompt: str
    target: Expression
    text: str
    points: float
    tolerance: Tolerance = Tolerance()
    steps: tuple[Step, ...] = ()
    accept: tuple[Example, ...] = ()
    reject: tuple[Example, ...] = ()
    review: tuple[Example, ...] = ()
    show_solution: bool = True
    layout: str = "review"
    shapes: str = "review"
    follow_through: float = 1.0
    partial_credit: PartialCredit = PartialCredit()
    line: int = 0
    malrules: tuple[MalRuleSetting, ...] = ()
    bonus: bool = False
    label: str = ""
    places: Places = field(default=(), compare=False, repr=False)
    own: Model | None = None
    condition: Expression | None = None
    step: str = ""
    at_steps: tuple[tuple[int, Expression], ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[Expression, ...]:
        """All that is asked for: the target, what it is at the other steps, and the steps of the way to it."""
        others = (target for _, target in self.at_steps if target != self.target)
        return (self.target, *others, *(step.target for step in self.steps))


@dataclass(frozen=True, slots=True)
class HandPart:
    """A part that a person grades: prose, a plot, a proof. It has no target, so that nothing of it is ever solved."""

    id: str
    prompt: str
    points: float
    bonus: bool = False
    line: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """The declared program of a question, and the names by which answers may call its quantities.

    `places` has, for each quantity, where the characters of its formula stand, or of its name where it is given.
    `steps` has the letters that count steps, each with its numbers.
    """

    graph: ComputationGraph
    names: Names
    places: tuple[tuple[str, Places], ...] = field(default=(), compare=False, repr=False)
    steps: tuple[tuple[str, range], ...] = ()

    def place_of(self, name: str, offset: int = 0) -> tuple[int, int]:
        """The line and the column of a character of a quantity's formula; (0, 0) where they are not known."""
        return place_at(dict(self.places).get(name, ()), offset)


@dataclass(frozen=True, slots=True)
class Question:
    """Parts over one model, which is empty where a person grades all of them.

    `best` is how many of the parts count, those with the highest scores; None: all of them. Bonus parts stand outside.
    """

    id: str
    title: str
    model: Model
    parts: tuple[Part | HandPart, ...]
    prompt: str = ""
    best: int | None = None

    @property
    def judged(self) -> tuple[Part, ...]:
        """The parts that the program judges, in order."""
        return tuple(part for part in self.parts if isinstance(part, Part))

    @property
    def max_score(self) -> float:
        """The points of all parts that count, without those of bonus parts."""
        return sum_of_best((part.points for part in self.parts if not part.bonus), self.best)


def sum_of_best(points: Iterable[float], best: int | None) -> float:
    """The sum of the `best` highest, of all where `best` is None; the same for any order of `points`."""
    return fsum(sorted(points, reverse=True)[:best])


@dataclass(frozen=True, slots=True)
class Rubric:
    """A whole homework; `sha256` is of the YAML text, `path` as it was given; `warnings`: what may not be meant.

    `source` says what students hand in, ``typed`` or ``ocr``; "" where the rubric does not say.
    """

    title: str
    questions: tuple[Question, ...]
    path: str = ""
    sha256: str = ""
    source: str = ""
    warnings: tuple[Problem, ...] = ()

    @property
    def max_score(self) -> float:
        """The points of all questions: what can be reached without a bonus."""
        return round(fsum(question.max_score for question in self.questions), 9)
