"""A Reading -> the expression to judge: definitions put in, letters tied by the left side, steps found.

``dJ/dz_uv = (yhat_uv - y_uv)/m`` for a target in i, j gives ``(yhat_ij - y_ij)/m``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.autodiff.graph import Node
from grader.comparison.aligned_values import truth_value
from grader.comparison.judge import judge
from grader.comparison.target import Target, follow_left_side
from grader.diagnosis.carried.follow_through import Followed, Own, follow_through, own_value
from grader.diagnosis.carried.held_reach import true_reach
from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import (
    Again,
    Expression,
    Indexed,
    Partial,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    sides,
    symbols,
)
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading
from grader.grading.definitions import with_definitions
from grader.results import Decision, NoteKind
from grader.rubric.model import Step, Tolerance
from grader.solver.key import SolvedPart, SolvedQuestion

MAX_SHOWN = 60  # characters of a formula within a sentence


def with_own_partials(reading: Reading, answer: Expression) -> Expression | None:
    """The answer with derivatives that it works out elsewhere put in (``dz/dw = x``); None where it names none.

    What an answer says of a derivative is what it means by it, right or wrong.
    """
    known: dict[str, Node] = {}
    for left, right in reading.definitions:
        letters = tuple(index.name for index in indices(left) if isinstance(index, Symbol))
        name = head(left)
        if isinstance(left, Partial) and name is not None and len(letters) == len(indices(left)):
            known[name] = Node(name, letters, (), right)

    def put_in(node: Expression, again: Again) -> Expression:
        name = head(node)
        if isinstance(node, Partial) and name in known and len(indices(node)) == len(known[name].letters):
            return substitute(known[name].expression, dict(zip(known[name].letters, indices(node), strict=True)))
        return rebuild(node, again)

    found = answer
    for _ in known:  # one may lead to the next, and none may for ever
        found, before = rewritten(found, put_in), found
        if found == before:
            break
    return None if found == answer else with_definitions(found, reading.definitions)


def final_answer(question: SolvedQuestion, reading: Reading, target: Expression) -> Expression | None:
    """The last side of the chain in the target's letters, with the answer's own definitions put in.

    Where numbers are asked for, the last side that is made of numbers goes before the formula that it is the value of:
    ``0.2 = yhat - y``. Raises TooMuchWork as `with_definitions` does.
    """
    answer = reading.expression
    if answer is None:
        return None
    if question.numeric and symbols(answer):
        answer = next((side for side in reversed(reading.chain) if not symbols(side)), answer)
    left = left_side(reading)
    if reading.definitions:
        answer = with_definitions(answer, reading.definitions)
    if left is not None and not at_a_place(question, reading, target):
        answer = follow_left_side(target, left, answer)
    return answer


def at_a_place(question: SolvedQuestion, reading: Reading, target: Expression) -> bool:
    """Whether the left side names one entry, ``dL/ds_k`` of a class k, where the target asks for any."""
    left = left_side(reading)
    if left is None or head(left) != head(target):
        return False
    names = {item.name for item in question.graph.quantities}
    pairs = zip(indices(left), indices(target), strict=False)
    return any(isinstance(one, Symbol) and one.name in names and one != asked for one, asked in pairs)


def left_side(reading: Reading) -> Expression | None:
    """The first side of a chain, None where there is one side; ``(dL/dA)_ij`` is ``dL/dA_ij``."""
    if len(reading.chain) < 2:
        return None
    match reading.chain[0]:
        case Indexed(Partial(numerator, Symbol() as below, span), entered) if not indices(numerator):
            return Partial(numerator, Indexed(below, entered), span)
    return reading.chain[0]


def with_letters_of(question: SolvedQuestion, target: Target, reading: Reading) -> Target:
    """The target at the letters that the answer's left side names, where it asks for the whole array itself.

    ``dL/dA_ij = G_i V_j`` says which letter runs over which axis of A, even where only one order would fit; a row for
    every letter, ``dL/dA_i = V G_i``, says the whole array as well.
    """
    left = left_side(reading)
    letters = (
        [place.name for side in sides(left) for place in indices(side) if isinstance(place, Symbol)] if left else []
    )
    if left is None or head(left) != head(target.expression) or any(indices(side) for side in sides(target.expression)):
        return target
    names = {item.name for item in question.graph.quantities}
    try:
        value = truth_value(question.runs[0], left)
    except ShapeError:
        return target
    entered = set(value.letters) == set(letters) and len(set(letters)) == len(letters)
    return replace(target, expression=left) if entered and not names.intersection(letters) else target


def leaves_axes(question: SolvedQuestion, target: Target) -> bool:
    """Whether a target that the answer's left side names has axes without a letter: dL/dw_k may mean a column of W."""
    axes = question.graph.axes
    return any(0 < len(indices(side)) < len(axes.get(head(side) or "", ())) for side in sides(target.expression))


def leaves_out_letters(reading: Reading, answer: Expression) -> bool:
    """Whether a left side ``dJ/dw_i = ...`` names an index that the answer lacks: another may stand in its place."""
    left = left_side(reading)
    if left is None or head(left) is None:
        return False
    named = {index.name for index in indices(left) if isinstance(index, Symbol)}
    return bool(named - free_symbols(reading.chain[-1]) - free_symbols(answer))


@dataclass(frozen=True, slots=True)
class ShownSteps:
    """The steps of a part that an answer shows.

    `earned` are (step, what to say of it); `wrong` are (step, the student's value, whether it is right given other
    values). Of the wrong ones, those in `doubtful` fit a value that makes them vanish or level off, or rounding
    hardly leads so far.
    """

    earned: tuple[tuple[Step, str], ...]
    wrong: tuple[tuple[Step, Own, bool], ...]
    doubtful: tuple[str, ...] = ()


def shown_steps(question: SolvedQuestion, part: SolvedPart, reading: Reading, own: tuple[Own, ...] = ()) -> ShownSteps:
    """The steps of the part that the answer shows, in order; one that is right given a wrong one before it is earned.

    `own` are the student's values of other parts.
    """
    earned: list[tuple[Step, str]] = []
    wrong: list[tuple[Step, Own, bool]] = []
    doubtful: list[str] = []
    pairs = [*reading.definitions]
    if len(reading.chain) > 1:
        pairs += [(reading.chain[0], side) for side in reading.chain[1:]]
    tolerance = part.part.tolerance
    for step in part.part.steps:
        name = head(step.target) or ""
        sides = [follow_left_side(step.target, left, right) for left, right in pairs if head(left) == name]
        goal = Target(step.target, step.target, tolerance, true_reach(question, step.target, tolerance))
        verdicts = [judge(question, goal, side) for side in sides]
        if any(v.decision is Decision.EQUIVALENT and v.note.kind is not NoteKind.CHAIN_RULE_ONLY for v in verdicts):
            earned.append((step, step.text))
            continue
        if any(v.note.kind is NoteKind.ROUNDING_IN_DOUBT for v in verdicts):
            doubtful.append(f"{step.text} is near the right value")
            continue
        values = (*own, *(value for _, value, _ in wrong))
        found = [found for side in sides if (found := _followed(question, step, tolerance, side, values))]
        given = next((f"{step.text}, {given_your(question, one.own)}" for one in found if not one.doubt), None)
        if given is not None:
            earned.append((step, given))
        elif found:
            near = found[0].doubt is NoteKind.ROUNDING_IN_DOUBT
            why = "is near what comes out" if near else "vanishes or levels off"
            doubtful.append(f"{step.text}, {given_your(question, found[0].own)}, {why}")
        judged = [side for side, v in zip(sides, verdicts, strict=True) if v.note.kind is NoteKind.NOT_EQUIVALENT]
        value = own_value(question, name, step.target, judged[-1], right=False) if judged else None
        if value is not None and not value.trivial:
            wrong.append((step, value, given is not None))
    return ShownSteps(tuple(earned), tuple(wrong), tuple(doubtful))


def _followed(
    question: SolvedQuestion, step: Step, tolerance: Tolerance, side: Expression, own: tuple[Own, ...]
) -> Followed | None:
    return follow_through(question, head(step.target) or "", step.target, tolerance, side, own) if own else None


def given_your(question: SolvedQuestion, used: tuple[Own, ...]) -> str:
    """The values gone on from: ``given your dL/dZ = 0.0021``."""
    names = question.question.model.names
    shown = []
    for own in used:
        target, answer = to_text(own.target, names), to_text(own.answer, names)
        shown.append(f"{target} = {answer}" if len(answer) <= MAX_SHOWN else target)
    return "given your " + " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
