"""A solved rubric held against answers whose outcome is known: the author's examples, and a set made here.

The key rewritten at random must pass, printed as text and as LaTeX; 0 and the restated question must not.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from grader.comparison.aligned_values import truth_value
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Call, Partial, walk
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.grading.grade import grade_answer
from grader.grading.messages import PERSON
from grader.grading.rewrites import rewritten
from grader.problems import Problem
from grader.results import Outcome, PartResult
from grader.results.notes import NoteKind
from grader.rubric.model import Example
from grader.rubric.read_back import writable
from grader.rubric.text_places import place_at
from grader.solver.closed import spelled
from grader.solver.finite_points import FAINT
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.rounding.units import half_unit
from grader.solver.runs import graph_for, seeded

REWRITES = 6
PLAIN = 2  # the key itself, as text and in LaTeX
FEW = 0.25  # of the forms of a key
_START = re.compile("^(Your answer|This)")


def check(key: AnswerKey) -> tuple[Problem, ...]:
    """Every Problem of the rubric as a grader; none means that its examples and its self-test come out right.

    What keeps the key itself from being judged is told once of a question, with the other parts and the examples.
    """
    problems: list[Problem] = []
    for question in key.questions:
        untold: dict[NoteKind, tuple[int, list[str]]] = {}
        for part in question.parts:
            cause, tested = _self_test(key, question, part)
            examples = _examples(key, part)
            kept = [problem for kind, problem in examples if cause is None or kind is not cause]
            problems += kept
            follow = len(examples) - len(kept)
            if cause in untold:
                untold[cause][1].append(part.part.id)
                tested = tested[1:]
            elif cause is not None:
                untold[cause] = len(problems), []
                more = f", as {'are' if follow > 1 else 'is'} {follow} under 'accept'" if follow else ""
                tested[0] = replace(tested[0], message=tested[0].message + more)
            problems += tested
        for at, others in untold.values():
            if others:
                problems[at] = replace(
                    problems[at], message=f"{problems[at].message}; so too in part {', '.join(others)}"
                )
    return tuple(problems)


# what keeps the key from being judged, whatever is written
_OF_KEY = frozenset((NoteKind.TOO_FEW_POINTS, NoteKind.TOO_MUCH_WORK, NoteKind.UNDEFINED, NoteKind.TIMEOUT))
HINTS = {
    NoteKind.TOO_MUCH_WORK: "too many index letters at a time: ask for it in two parts, by a quantity in between",
    NoteKind.UNDEFINED: "at some place it has no value: an index that leaves its axis, a quotient by 0",
    NoteKind.WRONG_AT_KINK: "only where two branches meet: say what holds there, or restrict the part by 'where'",
    NoteKind.WRONG_FAR_OUT: "only for large values, or small ones",
}


def _at(key: AnswerKey, part: SolvedPart, field: str, message: str, place: tuple[int, int], hint: str = "") -> Problem:
    path = f"question {part.asked.question}, part {part.part.id}, key '{field}'"
    return Problem(message, hint).at(key.rubric.path, place[0] or part.part.line, place[1], path)


def _examples(key: AnswerKey, part: SolvedPart) -> list[tuple[NoteKind | None, Problem]]:
    """What is wrong with the author's examples, each right one with the kind of its note."""
    problems: list[tuple[NoteKind | None, Problem]] = []
    for example in part.part.accept:
        result = grade_answer(key, part.part.id, example.answer)
        if result.verdict is not Outcome.CORRECT or not noted(example.note, result.note):
            problem = _unexpected(key, part, "accept", example, Outcome.CORRECT, result)
            problems.append((result.note.kind, problem))
    for example in part.part.reject:
        result = grade_answer(key, part.part.id, example.answer)
        if result.verdict is Outcome.CORRECT or not noted(example.note, result.note):
            problems.append((None, _unexpected(key, part, "reject", example, "not correct", result)))
    for example in part.part.review:
        result = grade_answer(key, part.part.id, example.answer)
        if not result.review or not noted(example.note, result.note):
            problems.append((None, _unexpected(key, part, "review", example, "one for a person", result)))
    return problems


def noted(expected: str, found: str) -> bool:
    """Whether a note is the one expected, if any is, or of the kind expected: a diagnosed mistake is not equivalent.

    ``malrule/dropped_term`` is any note on such a mistake, wherever it was made.
    """
    kind = found.partition("/")[0]
    general = expected in (found, kind) or (expected == "not_equivalent" and kind == "malrule")
    return not expected or general or ("/" in expected and found.startswith((f"{expected}:", f"{expected}+")))


def _unexpected(
    key: AnswerKey, part: SolvedPart, field: str, example: Example, wanted: str, found: PartResult
) -> Problem:
    expected = wanted + (f" with the note '{example.note}'" if example.note else "")
    why = found.problems[0] if found.problems else Problem("")
    note = str(found.note) if str(found.note) != str(found.verdict) else ""
    details = ": ".join(text for text in (note, why.message or _told(found)) if text)
    said = f"{found.verdict} ({details})" if details else found.verdict
    line, column = place_at(example.places, why.span.start if why.span and len(why.text) == len(example.answer) else 0)
    message = f"'{example.answer}' is {said}, expected {expected}"
    hint = HINTS.get(found.note.kind, "") if wanted == Outcome.CORRECT else ""
    return _at(key, part, field, message, (line or example.line, column), hint)


def _told(found: PartResult) -> str:
    """As what an example can be read, where not all of its readings are right; empty for all other doubts."""
    if found.note.kind not in (NoteKind.AMBIGUOUS_READING, NoteKind.AMBIGUOUS_INDICES):
        return ""
    return (
        _START.sub(lambda start: "it" if start[0] == "Your answer" else "this", found.message)
        .removesuffix(PERSON)
        .rstrip(". ")
    )


def _self_test(key: AnswerKey, question: SolvedQuestion, part: SolvedPart) -> tuple[NoteKind | None, list[Problem]]:
    """What keeps the key from being judged, told first, and all else that is wrong with it."""
    problems = []
    cause = None
    names = question.question.model.names
    tried = [(text, grade_answer(key, part.part.id, text)) for text in _right_answers(question, part)]
    missed = [(text, result) for text, result in tried if result.verdict is not Outcome.CORRECT]
    # a few forms that a person would look at are no fault of the rubric
    doubts = sum(result.verdict is Outcome.UNDECIDED for _, result in missed)
    plain = all(result.verdict is Outcome.CORRECT for _, result in tried[:PLAIN])
    if missed and not (plain and doubts == len(missed) <= len(tried) * FEW):
        text, result = missed[0]
        more = f", and so in {len(missed) - 1} of {len(tried) - 1} other forms" if len(missed) > 1 else ""
        why = ": ".join(one for one in (str(result.note), _told(result)) if one)
        message = f"self-test: the key written as '{text}' is {result.verdict} ({why}){more}"
        hint = HINTS.get(result.note.kind, "")
        problems.append(_at(key, part, "target", message, place_at(part.part.places, 0), hint))
        cause = result.note.kind if result.note.kind in _OF_KEY else None
    wrong = [to_text(part.part.target, names)]
    if not _may_be_zero(question, part):
        wrong += ["0", *_opposites(question, part)]
    for text in wrong:
        result = grade_answer(key, part.part.id, text)
        if result.verdict is Outcome.CORRECT:
            message = f"self-test: the answer '{text}' is taken for correct"
            problems.append(_at(key, part, "target", message, place_at(part.part.places, 0)))
    return cause, problems


def _right_answers(question: SolvedQuestion, part: SolvedPart) -> list[str]:
    if question.numeric:
        values = np.ravel(_truth(question, part))
        return [repr(float(values[0]))] if values.size == 1 else []
    if any(isinstance(item, Partial) for item in walk(part.closed)):  # of a deep model, and no answer as it stands
        return []
    if part.part.step:  # the key is that of one step
        return []
    names = writable(question.question.model.names)
    rng = seeded(key_of(part))
    formulas = dict.fromkeys((part.closed, *(rewritten(part.closed, rng) for _ in range(REWRITES))))
    target, graph = part.part.target, graph_for(question.session, question.graph, part.part.target)
    left = spelled(graph, target, question.adjoints, part.closed)
    # the letters of axes that the target leaves whole mean nothing without the left side
    shown = formulas if left == target else [Call("eq", (left, formula)) for formula in formulas]
    return [printer(formula, names) for formula in shown for printer in (to_text, to_latex)]


def key_of(part: SolvedPart) -> str:
    """A stable seed for the rewrites of a part."""
    return f"self-test {part.part.id} {part.part.text}"


def _may_be_zero(question: SolvedQuestion, part: SolvedPart) -> bool:
    """Whether the truth is 0 everywhere, or can't be told from 0: it is less than a unit of the last place kept."""
    if not question.numeric:
        return all(float(np.abs(run.values[part.name]).max(initial=0.0)) < FAINT for run in question.runs)
    tolerance = part.part.tolerance
    largest = float(np.max(np.abs(_truth(question, part))))
    if tolerance.rounding_significant is not None:
        return any(reach.hull[0] <= 0 <= reach.hull[1] for reach in part.reach or ())
    half = 0.0 if tolerance.decimals is None else 0.5 * 10.0**-tolerance.decimals
    return largest < 2 * max(half, half_unit(tolerance, largest)) or not largest


def _truth(question: SolvedQuestion, part: SolvedPart) -> Array:
    """The numbers that a numeric part asks for."""
    return np.asarray(truth_value(question.runs[0], part.part.target).data[0])


def _opposites(question: SolvedQuestion, part: SolvedPart) -> list[str]:
    """The right number with the opposite sign, and nothing for formulas and arrays."""
    values = np.ravel(_truth(question, part)) if question.numeric else np.empty(0)
    return [repr(-float(values[0]))] if values.size == 1 else []
