"""The answers to one question -> which wrong ones are right given the student's own other answers.

A later answer that is right given the student's own ``dL/dZ = 0.0021`` earns its points: the error was charged once.
What is found here depends on no points; `grader.grading.carried_credit` turns it into points and words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import partial

from grader.diagnosis.carried.follow_through import Followed, Own, follow_through, own_value
from grader.diagnosis.carried.trivial import is_trivial
from grader.expression.language.nodes import Expression, Indexed, Symbol
from grader.expression.reading.read import Reading
from grader.grading.answers import ShownSteps, final_answer, given_your, shown_steps
from grader.grading.by_cases import of_target
from grader.grading.definitions import Definitions, with_definitions
from grader.grading.isolated import Failed, Isolation, isolated
from grader.grading.readings import readings_of
from grader.results import NOTES, WRONG, Evidence, Judgement, NoteKind, Outcome, PartResult
from grader.rubric.model import Model
from grader.solver.as_asked import as_asked
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.session import remembered
from grader.work import CARRIED, at_most

REPEATED = 2  # times as many parts that an answer does not fit: a slip is made once, and copied once by mistake


@dataclass(frozen=True, slots=True)
class Fit:
    """An answer is right once values of the student's own are put in, which `given` names.

    `doubt` says why a person decides: they make it vanish or level off, or rounding leads hardly so far.
    """

    given: str
    evidence: Evidence
    doubt: NoteKind | None = None


@dataclass(frozen=True, slots=True)
class StepsShown:
    """The steps of a part that an answer shows, by their places in the rubric.

    `earned` are (place, what to say); `wrong` are (place, whether it is right given other values); `final` tells
    whether the final answer is right given the wrong ones, too.
    """

    earned: tuple[tuple[int, str], ...] = ()
    wrong: tuple[tuple[int, bool], ...] = ()
    doubtful: tuple[str, ...] = ()
    final: Fit | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a wrong answer is, given the student's other answers.

    `failed` where this could not be worked out; `lost` where a value of another part could not, which it may need.
    `hollow` is one that gives nothing to build on: 0, 1, the identity, or the question itself.
    """

    fit: Fit | None = None
    steps: StepsShown | None = None
    failed: Failed | None = None
    lost: Failed | None = None
    hollow: bool = False


def carried(
    question: SolvedQuestion,
    results: Sequence[PartResult],
    judgements: Sequence[Judgement | None],
    isolation: Isolation = isolated,
) -> tuple[Carried | None, ...]:
    """For each part of the question, in order, what its wrong answer is given the others; None for any other.

    `judgements` say how each answer was read; there is None for a part without one.
    """
    found: list[Carried | None] = [None] * len(results)
    pairs = zip(results, judgements, strict=True)
    wrong = {k: judgement for k, (result, judgement) in enumerate(pairs) if judgement and _may_be_wrong(result)}
    if not wrong:
        return tuple(found)
    own, lost = _own_values(question, results, judgements, isolation)
    worked_out: set[str] = set()  # parts that are right given others
    of_steps: list[Own] = []  # wrong steps of earlier parts
    for k, judgement in wrong.items():
        part = question.parts[k]
        usable = _usable(part.name, own, of_steps, worked_out)
        one = isolation(partial(_carried, question, part, judgement, usable))
        if isinstance(one, Failed):
            found[k] = Carried(failed=one)
            if part.part.steps or any(value.trivial for value in own if value.name == part.name):
                lost[part.name] = one  # its steps are no values now, and nobody knows whether a 0 was worked out
            continue
        facts, wrong_steps = one
        missed = next((failed for name, failed in lost.items() if name != part.name), None)
        found[k] = replace(facts, lost=missed)
        if facts.fit:
            worked_out.add(part.name)
        known = {value.name for value in (*own, *of_steps)}
        of_steps += [value for value in wrong_steps if value.name not in known]
    return _less_repeated(found, [_said(question, part, judgements[k], own) for k, part in enumerate(question.parts)])


def _said(
    question: SolvedQuestion, part: SolvedPart, judgement: Judgement | None, own: Sequence[Own]
) -> Expression | float | None:
    """The answer to a part, in whatever digits: its number, where it is one; None where it is the truth cut short."""
    number = next((item for item in own if item.name == part.name), None)
    if number is None or number.value is None:
        return None if judgement is None else judgement.expression
    truth = question.runs[0].values.get(part.name)
    if truth is None or truth.size != 1 or number.place is None:
        return number.value
    cut_short = abs(number.value - float(truth.item())) <= 0.5 * 10.0**number.place
    return None if cut_short else number.value


def _less_repeated(
    found: Sequence[Carried | None], said: Sequence[Expression | float | None]
) -> tuple[Carried | None, ...]:
    """What was found, in doubt where the same answer stands at many parts and fits few: some would always fit."""
    fits, misses = Counter[Expression | float](), Counter[Expression | float]()
    for one, answer in zip(found, said, strict=True):
        if one is not None and answer:  # noughts may all be what rounding leaves
            (fits if one.fit and not one.fit.doubt else misses)[answer] += 1
    often = {answer for answer, count in misses.items() if count > REPEATED * fits[answer]}
    return tuple(
        replace(one, fit=replace(one.fit, doubt=NoteKind.FOLLOW_THROUGH_REPEATED))
        if one is not None and one.fit and not one.fit.doubt and answer in often
        else one
        for one, answer in zip(found, said, strict=True)
    )


def _may_be_wrong(result: PartResult) -> bool:
    return result.verdict in WRONG or result.note.kind is NoteKind.ROUNDING_IN_DOUBT


def _usable(name: str, own: Sequence[Own], of_steps: Sequence[Own], worked_out: Container[str]) -> tuple[Own, ...]:
    """What a part may be right given: a trivial value only where it is itself right given earlier ones."""
    others = (value for value in own if value.name != name)
    found = tuple(
        replace(value, came_out=True) if value.name in worked_out else value
        for value in others
        if not value.trivial or value.name in worked_out
    )
    found = (*found, *(value for value in of_steps if value.name != name))
    return () if all(value.right for value in found) else found


def _own_values(
    question: SolvedQuestion,
    results: Sequence[PartResult],
    judgements: Sequence[Judgement | None],
    isolation: Isolation,
) -> tuple[tuple[Own, ...], dict[str, Failed]]:
    """The student's values to go on from, and by its part's name why one is lost."""
    own: list[Own] = []
    lost: dict[str, Failed] = {}
    for part, result, judgement in zip(question.parts, results, judgements, strict=True):
        valued = result.verdict is Outcome.CORRECT or _may_be_wrong(result)
        if judgement and valued and NOTES[result.note.kind].goes_on:
            value = isolation(partial(_own, question, part, result, judgement))
            if isinstance(value, Failed):
                lost[part.name] = value
            elif value is not None:
                own.append(value)
    return tuple(own), lost


def _own(question: SolvedQuestion, part: SolvedPart, result: PartResult, judgement: Judgement) -> Own | None:
    right = result.verdict is Outcome.CORRECT
    if right and not question.numeric:
        return None
    with at_most(CARRIED):
        answer = _read_again(question, part, judgement).expression
        if answer is not None and part.part.own is not None:  # other parts do not have its letters
            answer = with_definitions(answer, _own_letters(question, part.part.own))
        value = None if answer is None else own_value(question, part.name, part.part.target, answer, right)
        return value and replace(value, slip=result.note.kind is NoteKind.MALRULE)


def _own_letters(question: SolvedQuestion, own: Model) -> Definitions:
    """The letters that only one part has, as an answer would define them."""
    nodes = own.graph.nodes[len(question.graph.nodes) :]
    lefts = (Indexed(Symbol(n.name), tuple(map(Symbol, n.letters))) if n.letters else Symbol(n.name) for n in nodes)
    return tuple(zip(lefts, (node.expression for node in nodes), strict=True))


def _carried(
    question: SolvedQuestion, part: SolvedPart, judgement: Judgement, others: tuple[Own, ...]
) -> tuple[Carried, tuple[Own, ...]]:
    """What the answer is given `others`, and the wrong steps that it shows where these are needed to go on from."""
    with at_most(CARRIED):
        again = _read_again(question, part, judgement)
        question = as_asked(question, part)
        restated = judgement.result.note.kind is NoteKind.RESTATED
        hollow = restated or (again.expression is not None and is_trivial(question, again.expression))
        if not (others or part.part.steps):
            return Carried(hollow=hollow), ()
        facts, wrong = _worked_out(question, part, again, others)
        return replace(facts, hollow=hollow), wrong


def _worked_out(
    question: SolvedQuestion, part: SolvedPart, judgement: Judgement, others: tuple[Own, ...]
) -> tuple[Carried, tuple[Own, ...]]:
    answer, reading = judgement.expression, judgement.reading
    followed = None
    if others and answer is not None:
        followed = follow_through(question, part.name, part.part.target, part.part.tolerance, answer, others)
    fit = _fit(question, followed)
    if not part.part.steps or reading is None:
        return Carried(fit), ()
    shown = shown_steps(question, part, reading, others)
    wrong = tuple(value for _, value, _ in shown.wrong)
    final = None
    if wrong and answer is not None:
        own = (*others, *wrong)
        final = follow_through(question, part.name, part.part.target, part.part.tolerance, answer, own)
    steps = _steps(part, shown, _fit(question, final))
    return Carried(fit, steps), () if fit and not fit.doubt else wrong


def _fit(question: SolvedQuestion, found: Followed | None) -> Fit | None:
    return None if found is None else Fit(given_your(question, found.own), found.evidence, found.doubt)


def _steps(part: SolvedPart, shown: ShownSteps, final: Fit | None) -> StepsShown:
    places = {step: k for k, step in reversed(tuple(enumerate(part.part.steps)))}
    return StepsShown(
        tuple((places[step], said) for step, said in shown.earned),
        tuple((places[step], given) for step, _, given in shown.wrong),
        shown.doubtful,
        final,
    )


def _read_again(question: SolvedQuestion, part: SolvedPart, judgement: Judgement) -> Judgement:
    """The judgement with its reading, which one that was kept does not hold."""
    if judgement.reading is not None:
        return judgement
    reading, answer = _read(question, part, judgement.text)
    return replace(judgement, reading=reading, expression=answer)


# the students of a class write the same
@remembered(maxsize=8192)
def _read(question: SolvedQuestion, part: SolvedPart, text: str) -> tuple[Reading, Expression | None]:
    """The likeliest reading of a text, and the answer in it."""
    question = as_asked(question, part)
    reading = of_target(question, readings_of(question, text, part.part.target)[0], part.part.target)
    return reading, final_answer(question, reading, part.part.target)
