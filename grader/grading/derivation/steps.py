"""The lines of a derivation, each checked: the first that does not hold, and whether later ones do again.

A line of what a part asks for is judged as an answer to it; a line of what leads there, such as dL/dyhat, is held
against its left side. What has an unfinished derivative, an undefined name or a remark is "not checked", never false.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.autodiff.graph import ComputationGraph
from grader.comparison.judge import judge
from grader.comparison.target import Target, follow_left_side, unfinished
from grader.diagnosis.carried.held_reach import true_reach
from grader.document.equation_lines import MOST_SIDES, Side
from grader.document.written_blocks import LabelMark, WrittenAt
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Expression, Partial, head, symbols, walk
from grader.expression.reading.read import read
from grader.grading.definitions import with_definitions
from grader.grading.derivation.asides import is_aside, is_case
from grader.grading.derivation.assign import Assigned, Final
from grader.grading.derivation.bound_names import definitions_for
from grader.grading.derivation.in_context import SeenChain, last_assigned, names_leaned_on, within_document
from grader.grading.derivation.left_sides import valued
from grader.grading.grade import find_part, judge_answer
from grader.results import Decision, Verdict
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.submission.submissions import CheckedLine
from grader.work import ANSWER, TooMuchWork, at_most

MOST_SHOWN = 4  # values of quantities in a sentence
MOST_LINES, MOST_CHECKED = 80, 24  # lines of one derivation, chains of it that are looked at: the last ones
_NEARLY = (r"\approx", "≈", r"\simeq", r"\cong", r"\doteq")


def derived(key: AnswerKey, assigned: Assigned, final: Final) -> tuple[CheckedLine, ...]:
    """The lines of the derivation of a part in the order in which they stand, checked."""
    question, part = find_part(key, final.part)
    finished = frozenset(head(find_part(key, one.part)[1].part.target) for one in assigned.finals)
    lines: list[tuple[WrittenAt, list[CheckedLine]]] = []
    for one in final.own[-MOST_CHECKED:]:
        checked = _code(key, assigned, final, one) if one.chain.code else _own(key, assigned, final, one, finished)
        lines.append((one.chain.place, checked))
    leading = list(_leading(question, part, assigned, final))[-MOST_CHECKED:]
    lines += [(one.chain.place, _work(question, part, assigned, one)) for one in leading]
    ordered = sorted(lines, key=lambda pair: (pair[0].cell, pair[0].line, pair[0].column))
    return tuple(line for _, checked in ordered for line in checked)[-MOST_LINES:]


def _own(
    key: AnswerKey, assigned: Assigned, final: Final, one: SeenChain, finished: frozenset[str | None]
) -> list[CheckedLine]:
    """The sides of a chain that answers the part, each as an answer to it."""
    found: list[CheckedLine] = []
    nearly = False
    for side in one.chain.sides[-MOST_SIDES:]:
        nearly = nearly or side.sign in _NEARLY
        text = final.text if side.place == final.place else assigned.context.text(one, side, final.part)
        line = _answered(key, assigned.context.own(one), final.part, side, text, finished)
        # what is only nearly equal to the line before is no mistake, nor what is equal to that
        found.append(replace(line, holds=None, message="nearly equal") if nearly and line.holds is False else line)
    if is_case(one):
        return [replace(line, holds=None, message="a case") if line.holds is False else line for line in found]
    return found


def _answered(
    key: AnswerKey, own: frozenset[str], part_id: str, side: Side, text: str, finished: frozenset[str | None] | None
) -> CheckedLine:
    """A line as the answer to a part; without `finished` derivatives, it is a line of code."""
    question, part = find_part(key, part_id)
    place, shown = side.place, side.text.rstrip("\n").rpartition("\n")[2] if finished is None else side.text
    within_document()
    judgement = judge_answer(key, part_id, text)
    verdict, read_as = judgement.verdict, judgement.expression
    if verdict is None or read_as is None:
        return CheckedLine(place.line, place.cell, shown, None, "could not be read")
    if not own.isdisjoint(valued(read_as)):
        return CheckedLine(place.line, place.cell, shown, None, "a name of your own")
    if verdict.decision is Decision.EQUIVALENT:
        return CheckedLine(place.line, place.cell, shown, True)
    left_open = {head(one) for one in unfinished(question, read_as)} - (finished or frozenset())
    if verdict.decision is not Decision.NOT_EQUIVALENT or left_open or verdict.evidence.kind != "counterexample":
        return CheckedLine(place.line, place.cell, shown, None, "could not be checked")
    return CheckedLine(place.line, place.cell, shown, False, _differs(part, verdict))


def _code(key: AnswerKey, assigned: Assigned, final: Final, one: SeenChain) -> list[CheckedLine]:
    """The assignments of a cell that that of the part leans on, and its own, each as the answer to what it names."""
    question, _ = find_part(key, final.part)
    asked = {part.part.id for part in question.parts}
    leaned_on = names_leaned_on(one.chain.sides[-1].text)
    found: list[CheckedLine] = []
    for other in assigned.seen:
        side = other.chain.sides[-1]
        if other.at != one.at or other.chain.place > one.chain.place:
            continue
        mine = other.chain.place == one.chain.place
        parts = [final.part] if mine else sorted(other.named.parts & asked)
        if len(parts) == 1 and (mine or last_assigned(side.text) in leaned_on):
            text = final.text if mine else assigned.context.text(other, side, parts[0])
            found.append(_answered(key, assigned.context.own(one), parts[0], side, text, None))
    return found


def _leading(question: SolvedQuestion, part: SolvedPart, assigned: Assigned, final: Final) -> Iterator[SeenChain]:
    """The chains before a part's own that say what a derivative on the way to it is, under no other part's label."""
    target, first = part.part.target, min((one.at for one in final.own), default=0)
    places = [one.chain.marks for one in final.own]
    if not isinstance(target, Partial) or question.numeric:
        return
    for one in assigned.seen:
        if one.at >= first or one.chain.code or not one.named.other or is_aside(one):
            continue
        if not _around(one, places, final.part):
            continue
        left = _value(question, one.chain.left, ())
        if left is not None and _on_the_way(question.graph, left, target):
            yield one


def _around(one: SeenChain, places: Sequence[tuple[LabelMark, ...]], part: str) -> bool:
    """Whether a chain stands under the labels of a part, or under fewer of them and no other part's."""
    if one.chain.marks in places:
        return True
    above = any(marks[: len(one.chain.marks)] == one.chain.marks for marks in places)
    return (above or not one.chain.marks) and (not one.label.parts or part in one.label.parts)


def _on_the_way(graph: ComputationGraph, left: Expression, target: Partial) -> bool:
    """Whether a quantity, or a derivative that means one thing, is a link of a target's chain.

    Where several ways lead from one to the other, the derivative along one of them and that along all are called alike.
    """
    top, bottom = head(target.numerator) or "", head(target.denominator) or ""
    on_it = {node.name for node in graph.between(bottom, top)}
    if not isinstance(left, Partial):
        return head(left) in on_it - {top}
    above, below = head(left.numerator) or "", head(left.denominator) or ""
    if (above, below) == (top, bottom) or above not in on_it or below not in on_it:
        return False
    way = {node.name: node for node in graph.between(below, above)}
    return all(len(symbols(node.expression) & way.keys()) == 1 for name, node in way.items() if name != below)


def _work(question: SolvedQuestion, part: SolvedPart, assigned: Assigned, one: SeenChain) -> list[CheckedLine]:
    """The sides of a chain, each held against its left side, with the definitions that they need."""
    chain, key = one.chain, assigned.context.key
    needed = definitions_for(key, assigned.context.chains, one.at, " ".join(side.text for side in chain.sides))
    goal = _value(question, chain.left, needed)
    if goal is None or not _evaluates(question, part, goal):
        return []
    found: list[CheckedLine] = []
    for side in chain.sides[-MOST_SIDES:]:
        value = _value(question, side.text, needed)
        if value is None or not assigned.context.own(one).isdisjoint(valued(value)):
            found.append(CheckedLine(side.place.line, side.place.cell, side.text, None, "could not be read"))
            continue
        line = _held(question, part, goal, follow_left_side(goal, goal, value), side.place, side.text)
        found.append(replace(line, holds=None, message="nearly equal") if _is_near(one, side, line) else line)
    # a quantity that is not the model's from the first side on is one of the student's own
    return found if isinstance(goal, Partial) or found[0].holds else []


def _is_near(one: SeenChain, side: Side, line: CheckedLine) -> bool:
    before = one.chain.sides[: one.chain.sides.index(side) + 1]
    return line.holds is False and any(other.sign in _NEARLY for other in before)


def _held(
    question: SolvedQuestion, part: SolvedPart, goal: Expression, value: Expression, place: WrittenAt, text: str
) -> CheckedLine:
    verdict = _judged(question, part, goal, value)
    if verdict is not None and verdict.decision is Decision.EQUIVALENT:
        return CheckedLine(place.line, place.cell, text, True)
    open_ = any(isinstance(node, Partial) for node in walk(value))
    if verdict is None or open_ or verdict.decision is not Decision.NOT_EQUIVALENT:
        return CheckedLine(place.line, place.cell, text, None, "could not be checked")
    if verdict.evidence.kind != "counterexample":
        return CheckedLine(place.line, place.cell, text, None, "could not be checked")
    return CheckedLine(place.line, place.cell, text, False, _differs(part, verdict))


def _differs(part: SolvedPart, verdict: Verdict) -> str:
    """Where a line is another value than what it is set equal to; without the value where the solution is hidden."""
    evidence = verdict.evidence
    if not (part.part.show_solution and evidence.at):
        return "this line is not equal to what it is set equal to"
    numbers = [(name, value) for name, value in evidence.at if not value.startswith("[")]
    few = ", ".join(value if value.startswith(name) else f"{name} = {value}" for name, value in numbers[:MOST_SHOWN])
    return f"at {few or 'some values'} this gives {evidence.got}, and what it is set equal to {evidence.expected}"


def _judged(question: SolvedQuestion, part: SolvedPart, goal: Expression, value: Expression) -> Verdict | None:
    tolerance = part.part.tolerance
    within_document()
    try:
        with at_most(ANSWER):
            return judge(question, Target(goal, goal, tolerance, true_reach(question, goal, tolerance)), value)
    except (ShapeError, TooMuchWork, KeyError):
        return None


def _evaluates(question: SolvedQuestion, part: SolvedPart, left: Expression) -> bool:
    verdict = _judged(question, part, left, left)
    return verdict is not None and verdict.decision is Decision.EQUIVALENT


def _value(question: SolvedQuestion, text: str, definitions: tuple[str, ...]) -> Expression | None:
    """What a side says, with the document's definitions put in; None where it can't be read."""
    found = read("\n".join((*definitions, text)), question.question.model.names)
    if found.problems or found.expression is None or len(found.chain) > 1:
        return None
    try:
        return with_definitions(found.expression, found.definitions) if found.definitions else found.expression
    except TooMuchWork:
        return None
