r"""A text that is handed in for a part -> how it is read, or why it can't be; never whether it is right.

``(yhat - y) x^\top`` for dL/dW is read as ``(yhat - y) x^T``, k x d. What a text says is worked out from the names
alone (`free_model`), so that nothing of a key enters. Where grading chooses by their values, all readings are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.autodiff.backprop import NotDifferentiable
from grader.comparison.shapes import in_symbols, shape_in_symbols
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.product_readings import TooManyReadings, readings
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Expression, Partial, head, symbols
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading
from grader.grading.answers import final_answer, with_own_partials
from grader.grading.by_cases import of_target
from grader.grading.definition_checks import left_open, problem_of_definitions
from grader.grading.distributions import Distribution, in_names_of
from grader.grading.isolated import Failed, isolated
from grader.grading.readings import readings_of
from grader.previews.free_model import at_part
from grader.previews.public_form import PublicPart
from grader.previews.remarks_on_reading import remarks
from grader.problems import Problem, Span
from grader.results import NoteKind
from grader.rubric.recurrence import at_step
from grader.rubric.tree import Text
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment, extents, quantities
from grader.work import ANSWER, at_most

_PROBABILITIES = frozenset(("yhat", "p", "P", "pi", "q", r"\pi"))
MOST_SHOWN = 6  # readings of one text


@dataclass(frozen=True, slots=True)
class TextReading:
    """One reading: as grading shows it, and the `shape` of its value (empty where it has none, `unfit` says why).

    `when` says on what it depends that this is the reading; empty for the first.
    """

    text: str
    expression: Expression
    shape: str = ""
    unfit: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """How the text for a part is read: its `readings`, the likeliest first, or the `problems` why it has none.

    `remarks` are what was supplied or taken for something else. A part `by_hand` is for a person, whatever it says.
    Of a document, what it was assigned `by` (``label``, ``left_side``, ``matching``), and `doubt` why that is not sure.
    """

    part: str
    text: str
    readings: tuple[TextReading, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    by_hand: bool = False
    file: str = ""
    line: int = 0
    cell: int = 0
    doubt: str = ""
    by: str = ""

    @property
    def missing(self) -> bool:
        """Whether nothing is handed in for the part."""
        return not self.text.strip()

    @property
    def unreadable(self) -> bool:
        """Whether there is a text that can't be read."""
        return not (self.missing or self.by_hand or self.readings)


def preview_text(question: SolvedQuestion, part: PublicPart, text: str) -> Preview:
    """How a text for a part of a free question is read; the work for it is bounded as that for judging it."""
    if not text.strip() or part.target is None:
        return Preview(part.id, text, by_hand=part.target is None)

    def bounded() -> Preview:
        with at_most(ANSWER):
            return _preview(at_part(question, part), part, text)

    found = isolated(bounded)
    if not isinstance(found, Failed):
        return found
    problem = Problem("grader failed on this text", found.why)
    if found.note.kind is NoteKind.TOO_MUCH_WORK:
        problem = Problem("this takes too much work to read", "write it shorter")
    return Preview(part.id, text, problems=(problem,))


def _preview(question: SolvedQuestion, part: PublicPart, text: str) -> Preview:
    shown: list[TextReading] = []
    said: dict[str, None] = {}
    problems: tuple[Problem, ...] = ()
    for target, written, when in _texts(question, part, text):
        for at, reading in enumerate(readings_of(question, written, target)):
            found, failed = _shown(question, target, reading, when or ("" if at == 0 else OTHERWISE))
            problems = problems or failed
            shown += [one for one in found if one.text not in {other.text for other in shown}]
            if found:
                said |= dict.fromkeys(remarks(reading))
        if shown and part.step:
            break
    if not shown:
        return Preview(part.id, text, problems=problems)
    first, *others = shown[:MOST_SHOWN]
    return Preview(part.id, text, (replace(first, when=""), *others), (), tuple(said))


OTHERWISE = "which of them counts, the question decides"
DEFINED = "if what you say of a name of the question is not what the question says"
CARRIED_OUT = "if the derivatives in it are the question's own, not those that you work out"
DISTRIBUTION = "if {} is the probability that you mean"


def _texts(question: SolvedQuestion, part: PublicPart, text: str) -> Iterator[tuple[Expression, str, str]]:
    """The target and the text at the step that is shown, and with a probability as each quantity that may be one."""
    assert part.target is not None
    steps = [(target, at_step(Text(text, 1), part.step, number).value) for number, target in reversed(part.at_steps)]
    for target, written in steps if part.step and steps else [(part.target, text)]:
        yield target, written, ""
        for one in _distributions(question):
            named = in_names_of(question, written, one)
            if named != written:
                yield target, named, DISTRIBUTION.format(one.declared.name)


def _distributions(question: SolvedQuestion) -> Iterator[Distribution]:
    """Quantities that the model computes, along each of their axes; which of them adds up to 1 is not known.

    Those with a usual name of a probability come first.
    """
    names = {one.name: one for one in question.question.model.names}
    usual = {name for name, one in names.items() if not _PROBABILITIES.isdisjoint((name, *one.aliases))}
    for node in sorted(question.graph.nodes, key=lambda node: node.name not in usual):
        axes = tuple(axis for axis in node.axes if axis != "1")
        for over in range(len(axes)) if len(axes) < 3 and node.name in names else ():
            yield Distribution(names[node.name], axes, over)


def _shown(
    question: SolvedQuestion, target: Expression, found: Reading, when: str
) -> tuple[tuple[TextReading, ...], tuple[Problem, ...]]:
    """What a reading shows: itself, or more where what the model says decides; or the Problems why it shows nothing."""
    shown: list[TextReading] = []
    failed: tuple[Problem, ...] = ()
    for each, reason in _with_restated(question, found, when):
        if each.problems:
            failed = failed or each.problems
            continue
        reading = of_target(question, each, target)
        answer = final_answer(question, reading, target)
        problem = None if answer is None else left_open(question, reading, answer)
        if answer is None or problem is not None:
            failed = failed or ((problem,) if problem else (_no_formula(reading.text),))
            continue
        finished = with_own_partials(reading, answer)
        if finished is not None:
            shown.append(_read_as(question, target, finished, reason))
            reason = reason or CARRIED_OUT
        shown.append(_read_as(question, target, answer, reason))
    return tuple(shown), failed


def _no_formula(text: str) -> Problem:
    return Problem("there is no formula in this answer", span=Span(0, len(text)), text=text)


def _with_restated(question: SolvedQuestion, reading: Reading, when: str) -> Iterator[tuple[Reading, str]]:
    """The reading, and the one without definitions of the question's own names by themselves: ``Y_ik = 1[Y_i = k]``.

    Grading leaves those out that repeat what the question says.
    """
    names = {item.name for item in question.graph.quantities}
    others = tuple(
        (left, right)
        for left, right in reading.definitions
        if isinstance(left, Partial) or head(left) not in names or head(left) not in symbols(right)
    )
    if others != reading.definitions:
        bare = replace(reading, definitions=others, problems=())
        problem = problem_of_definitions(bare)
        if problem is None:
            yield bare, when
            when = DEFINED
    yield reading, when


def _read_as(question: SolvedQuestion, target: Expression, answer: Expression, when: str) -> TextReading:
    shown = to_text(answer, question.question.model.names)
    shape, unfit = _shape(question, target, answer)
    return TextReading(shown, answer, shape, unfit, when)


def _shape(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[str, str]:
    """The shape of an answer's value in size symbols, or why it has none; several where its products leave that."""
    run = question.runs[0]
    try:
        quantities(run, (answer,), question.adjoints)
        env = environment(run, extents(run, target))
        ways = readings(answer, env) or (answer,)
        shapes = dict.fromkeys(shape_in_symbols(evaluate(way, env), run) for way in ways)
    except ShapeError as error:
        return "", in_symbols(error.problem.message, run.sizes)
    except TooManyReadings:
        return "", "its products can be read in more ways than anybody could mean"
    except NotDifferentiable:
        return "", ""
    return " or ".join(shapes), ""
