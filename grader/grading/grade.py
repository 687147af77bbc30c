"""One student's submission against the answer key: the whole story on one page.

read the text -> find the side of the chain that is the answer -> judge it -> turn the verdict into points and words;
then, over all parts of a question, credit for what is right given the student's own earlier values.
Pure: no files, no clock; the same submission always gives the same report. A fault of ours costs the answer that it
happened in, or its credit for going on from others, and no more: it is undecided, or as judged, and for a person.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from grader.comparison.target import links_left_whole
from grader.comparison.telling_point import right_only_where, telling
from grader.diagnosis.diagnose import Diagnosed, diagnosed
from grader.expression.language.nodes import Expression, Partial, head
from grader.expression.printing.text import to_text
from grader.expression.reading.prose_words import ALL_KINDS
from grader.expression.reading.read import Reading
from grader.grading.answers import (
    final_answer,
    shown_steps,
)
from grader.grading.as_scanned import as_scanned
from grader.grading.at_steps import parts_at_steps, together
from grader.grading.built_on import built_on, leans_on
from grader.grading.by_cases import of_target
from grader.grading.by_hand import by_hand, in_doubt, missing, nothing, waiting
from grader.grading.carried import Carried, carried
from grader.grading.carried_credit import with_credit
from grader.grading.definition_checks import left_open
from grader.grading.hidden_solution import told_of, without_solution
from grader.grading.isolated import Failed, Isolation, faults, isolated, not_judged
from grader.grading.messages import message_for
from grader.grading.partial import worth
from grader.grading.readings import readings_of
from grader.grading.totals import summed
from grader.grading.verdicts import in_words, unexplained, verdict_on
from grader.problems import Problem
from grader.results import (
    NOTES,
    SET_UP,
    WRONG,
    AnswerShown,
    Decision,
    Earned,
    EarnedLine,
    Evidence,
    GradeReport,
    Judgement,
    Note,
    NoteKind,
    Outcome,
    PartResult,
    RubricShown,
    Verdict,
)
from grader.rubric.shown import Asked
from grader.solver.as_asked import as_asked
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.session import remembered
from grader.submission.submissions import Answer, Submission
from grader.work import ANSWER, TooMuchWork, at_hand, at_most

Judged: TypeAlias = Mapping[tuple[str, str], Judgement]
CarriedOf: TypeAlias = Mapping[str, tuple[Carried | None, ...]]
NOTHING_JUDGED: Judged = MappingProxyType({})
NOTHING_CARRIED: CarriedOf = MappingProxyType({})
UNFINISHED = {
    NoteKind.CHAIN_RULE_ONLY: SET_UP,
    NoteKind.NOT_EVALUATED: "the formula is right",
}
RIGHT_BUT_FOR = (NoteKind.TRANSPOSED, NoteKind.REPAIRED)
SHOWING = 0.01  # of an answer's work is for finding a telling example
_SHOWN = ANSWER * SHOWING
_NOT_DIAGNOSED = " Which mistake this may come from was not looked for to the end."


def grade(
    key: AnswerKey, submission: Submission, judged: Judged = NOTHING_JUDGED, isolation: Isolation = isolated
) -> GradeReport:
    """Grade every part of the rubric; a part without an answer is missing, never silently nought.

    `judged` may hold what `judge_answer` gives by (part, text), which are then not worked out again. `isolation`
    keeps what goes wrong in one answer from the others.
    """
    return report_of(key, submission, judged, isolation)[0]


def report_of(
    key: AnswerKey,
    submission: Submission,
    judged: Judged = NOTHING_JUDGED,
    isolation: Isolation = isolated,
    known: CarriedOf = NOTHING_CARRIED,
) -> tuple[GradeReport, CarriedOf]:
    """The report on a submission, and by question what its wrong answers are given the others.

    What is `known` of a question is not worked out again.
    """
    results: list[PartResult] = []
    followed: dict[str, tuple[Carried | None, ...]] = {}
    for question in key.questions:
        name = question.question.id
        own, followed[name] = question_results(key, question, submission, judged, isolation, known.get(name))
        results += own
    return report_with(submission, results), followed


def question_results(
    key: AnswerKey,
    question: SolvedQuestion,
    submission: Submission,
    judged: Judged = NOTHING_JUDGED,
    isolation: Isolation = isolated,
    known: tuple[Carried | None, ...] | None = None,
    held: Container[str] = (),
) -> tuple[tuple[PartResult, ...], tuple[Carried | None, ...]]:
    """The results of a question's parts, in order, and what its wrong answers are given the others, if not `known`.

    Parts that are `held` have their results; where it is known what follows from them, they are not judged.
    """
    answers = {answer.part: answer for answer in submission.answers}
    seen = submission.ocr, bool(submission.by_eye)
    results = {one.part: by_hand(one, answers.get(one.part), *seen) for one in question.asked if one.by_hand}
    left_out = () if known is None else held
    given = [None if part.part.id in left_out else answers.get(part.part.id) for part in question.parts]
    own = [_found(key, part, answer, judged, isolation) for part, answer in zip(question.parts, given, strict=True)]
    alone = [
        nothing(part.asked, submission) if judgement is None else judgement.result
        for part, judgement in zip(question.parts, own, strict=True)
    ]
    followed = carried(question, alone, own, isolation) if known is None else known
    both = with_credit(question, alone, followed)
    written = {answer.part for answer in submission.answers if answer.text.strip()}
    wrong = {result.asked.part for result in both if result.verdict in WRONG}
    hollow = {result.asked.part for result, one in zip(both, followed, strict=True) if one and one.hollow}
    worked_out = [built_on(*pair, written, wrong, hollow) for pair in zip(question.parts, both, strict=True)]
    there = [placed(result, answer) if answer else result for result, answer in zip(worked_out, given, strict=True)]
    results |= {one.asked.part: as_scanned(one) if submission.ocr else one for one in there}
    return tuple(results[asked.part] for asked in question.asked if asked.part not in held), followed


def report_with(submission: Submission, results: Sequence[PartResult]) -> GradeReport:
    """The report on a submission that has these results."""
    bare = GradeReport(submission.student, submission.name, submission.source, 0.0, 0.0, review=False, parts=())
    bare = replace(bare, unused=submission.unused, handed=submission.handed)
    return summed(bare, results, (*submission.problems, *faults(results)))


def grade_answer(key: AnswerKey, part_id: str, text: str, isolation: Isolation = isolated) -> PartResult:
    """Grade one answer; raises KeyError for a part that the rubric does not have."""
    if not text.strip():
        return missing(find_asked(key, part_id))
    return judge_answer(key, part_id, text, isolation).result


def judge_answer(key: AnswerKey, part_id: str, text: str, isolation: Isolation = isolated) -> Judgement:
    """Judge one answer that is not blank; raises KeyError for a part that the rubric does not have.

    Text for a part that a person grades is kept as it is.
    """
    asked = find_asked(key, part_id)
    if asked.by_hand:
        return Judgement(text, waiting(asked, Answer(part_id, text)))
    return _judged(key, part_id, text, isolation)


def rubric_shown(key: AnswerKey) -> RubricShown:
    """What the pages need of the rubric."""
    rubric = key.rubric
    asked = tuple(asked for question in key.questions for asked in question.asked)
    names = {question.question.id: question.question.model.names for question in key.questions}
    return RubricShown(rubric.title, rubric.path, rubric.sha256, rubric.max_score, asked, names)


def find_part(key: AnswerKey, part_id: str) -> tuple[SolvedQuestion, SolvedPart]:
    """The part of an id as the program judges it; raises KeyError where there is none."""
    for question in key.questions:
        for part in question.parts:
            if part.part.id == part_id:
                return question, part
    raise KeyError(part_id)


def find_asked(key: AnswerKey, part_id: str) -> Asked:
    """What the part of an id asks, whoever grades it; raises KeyError where there is none."""
    for question in key.questions:
        for asked in question.asked:
            if asked.part == part_id:
                return asked
    raise KeyError(part_id)


def _found(
    key: AnswerKey, part: SolvedPart, answer: Answer | None, judged: Judged, isolation: Isolation
) -> Judgement | None:
    """The judgement on an answer; None where there is nothing to judge."""
    if answer is None or not answer.text.strip():
        return None
    return judged.get((part.part.id, answer.text)) or _judged(key, part.part.id, answer.text, isolation)


def placed(result: PartResult, answer: Answer) -> PartResult:
    """The result with the place where the answer stood; a person's where that place is in doubt."""
    if result.answer is None:
        return result
    placed = tuple(
        problem.at(answer.file, answer.line + (problem.text[: problem.span.start].count("\n") if problem.span else 0))
        for problem in result.problems
    )
    shown = replace(result.answer, file=answer.file, line=answer.line, found=answer.found)
    there = replace(result, answer=shown, problems=placed)
    return in_doubt(there, answer.found.doubt) if answer.found and answer.found.doubt else there


# half the answers of a class are repeated, and most parts are asked of everybody
@remembered(maxsize=65_536)
def _judged(key: AnswerKey, part_id: str, text: str, isolation: Isolation) -> Judgement:
    question, part = find_part(key, part_id)
    found = isolation(lambda: _within_bounds(as_asked(question, part), part, text))
    return Judgement(text, not_judged(part.asked, text, found)) if isinstance(found, Failed) else found


def _within_bounds(question: SolvedQuestion, part: SolvedPart, text: str) -> Judgement:
    with at_most(ANSWER * (1 - SHOWING)):
        found = _judge(question, part, text)
    if found.verdict is None or found.expression is None or found.result.evidence != found.verdict.evidence:
        return found
    # work of its own: what is shown does not depend on what judging left
    with at_most(_SHOWN):
        evidence = _evidence(question, part, found.expression, found.verdict)
    return replace(found, result=replace(found.result, evidence=evidence))


def _judge(question: SolvedQuestion, part: SolvedPart, text: str) -> Judgement:
    """The judgement on an answer; at a general step, that on the answer at each step that the part asks for."""
    if not part.part.step:
        return _judge_text(question, part, text)
    found = [_judge_text(question, *at) for at in parts_at_steps(question, part, text)]
    base, verdict = together(part, found)
    if verdict is not None and base.reading is not None and base.expression is not None:
        base = _judgement(question, part, base.reading, base.expression, verdict)
    answer = base.result.answer
    result = base.result if answer is None else replace(base.result, answer=replace(answer, text=text))
    return replace(base, text=text, result=result)


def _judge_text(question: SolvedQuestion, part: SolvedPart, text: str) -> Judgement:
    """The judgement on the first reading that is right, or else on the likeliest."""
    first: Judgement | None = None
    for found in readings_of(question, text, part.part.target):
        reading = of_target(question, found, part.part.target)
        expression = None if reading.problems else final_answer(question, reading, part.part.target)
        problem = None if expression is None else left_open(question, reading, expression)
        if expression is None or problem is not None:
            first = first or Judgement(text, _unreadable(part, reading, problem), reading)
            continue
        verdict, expression = verdict_on(question, part, reading, expression)
        if verdict.decision is Decision.EQUIVALENT:
            return _judgement(question, part, reading, expression, verdict)
        first = first or Judgement(text, missing(part.asked), reading, expression, verdict)
    assert first is not None, "a text has a reading, be it a problem"
    if first.verdict is None or first.expression is None or first.reading is None:
        return first
    return _judgement(question, part, first.reading, first.expression, first.verdict)


def _judgement(
    question: SolvedQuestion, part: SolvedPart, reading: Reading, expression: Expression, verdict: Verdict
) -> Judgement:
    """What an answer that was read is worth by itself, and what is said about it."""
    mistake, in_full = _diagnosis(question, part, expression, verdict, reading)
    if wrong := verdict.decision is Decision.NOT_EQUIVALENT:
        verdict = in_words(question, part, reading, verdict, ALL_KINDS if mistake is None else mistake.words)
    if verdict.decision is Decision.NOT_EQUIVALENT and (mistake is None or not mistake.predicted):
        verdict = unexplained(question, part, reading, verdict)
    if wrong and verdict.decision is not Decision.NOT_EQUIVALENT:
        mistake = None
    whole = (
        links_left_whole(question, part.part.target, expression)
        if verdict.note.kind is NoteKind.CHAIN_RULE_ONLY
        else ()
    )
    earned = _earned(question, part, reading, verdict, mistake, whole=bool(whole))
    lines, score, outcome = worth(earned, part.part.points)
    result = PartResult(
        asked=part.asked,
        verdict=outcome,
        score=score,
        note=_note(verdict, reading, mistake),
        review=verdict.decision is Decision.UNDECIDED or not (in_full or _free(part)),
        message=message_for(_told(question, part, verdict, mistake))
        + _other_left_side(reading, part)
        + (f" {to_text(whole[0])} is left as a whole, so this earns nothing." if whole else "")
        + ("" if in_full else _NOT_DIAGNOSED),
        answer=AnswerShown(reading.text, to_text(expression, question.question.model.names), expression, "", 0),
        evidence=verdict.evidence,
        diagnosis=None if mistake is None else mistake.diagnosis,
        lines=lines,
        leans_on=leans_on(question, part, reading, expression) if earned.finished else (),
    )
    return Judgement(reading.text, result, reading, expression, verdict, earned)


def _diagnosis(
    question: SolvedQuestion, part: SolvedPart, expression: Expression, verdict: Verdict, reading: Reading
) -> tuple[Diagnosed | None, bool]:
    """The mistake that an answer matches, and whether it was looked for to the end with half of what is left."""
    try:
        with at_most(at_hand().left / 2):
            return diagnosed(question, part, expression, verdict, reading), True
    except TooMuchWork:
        return None, False


def _free(part: SolvedPart) -> bool:
    """Whether no mistake in this part is worth any points."""
    return not any(setting.points for setting in part.part.malrules)


def _evidence(question: SolvedQuestion, part: SolvedPart, answer: Expression, verdict: Verdict) -> Evidence:
    """What is shown for a verdict: where the solution is hidden, nothing that gives it away."""
    shown = telling(question, part, verdict)
    return shown if part.part.show_solution else without_solution(question, shown, answer)


def _told(question: SolvedQuestion, part: SolvedPart, verdict: Verdict, mistake: Diagnosed | None) -> Verdict:
    """The verdict to make a sentence of: of a number the diagnosis tells more, and nothing is said twice."""
    if not part.part.show_solution:
        verdict = told_of(verdict)
    elif verdict.judged is not None:
        verdict = replace(verdict, message=right_only_where(question, part, verdict))
    if mistake is None or verdict.note.kind is not NoteKind.NOT_EQUIVALENT:
        return verdict
    told = question.numeric and question.runs[0].values[part.name].size == 1
    return replace(verdict, note=Note(NoteKind.MALRULE), message="" if told else verdict.message)


def _other_left_side(reading: Reading, part: SolvedPart) -> str:
    """A sentence where the left side of an answer names another derivative than the part asks for."""
    left = reading.chain[0] if len(reading.chain) > 1 else None
    if not isinstance(left, Partial) or head(left) in (None, head(part.part.target)):
        return ""
    return f" Your left side says {to_text(left)}; the question asks for {part.asked.target_text}."


def _note(verdict: Verdict, reading: Reading, mistake: Diagnosed | None) -> Note:
    if mistake is not None and verdict.note.kind is NoteKind.NOT_EQUIVALENT:
        return mistake.diagnosis.rule
    renamed = any(note.startswith("renamed") for note in reading.notes)
    return Note(NoteKind.RENAMED) if verdict.note.kind is NoteKind.EQUIVALENT and renamed else verdict.note


def _earned(
    question: SolvedQuestion,
    part: SolvedPart,
    reading: Reading,
    verdict: Verdict,
    mistake: Diagnosed | None = None,
    *,
    whole: bool = False,
) -> Earned:
    """What the final answer earns, or else what steps and set-up do; of a set-up with links left whole its steps."""
    if verdict.decision is Decision.EQUIVALENT and verdict.note.kind not in UNFINISHED:
        return Earned(verdict.decision, finished=True)
    shown = shown_steps(question, part, reading).earned
    lines = [EarnedLine(f"step: {said}", step.points) for step, said in shown]
    partial = part.part.partial_credit
    if verdict.note.kind in UNFINISHED and not whole:
        set_up = verdict.note.kind is NoteKind.CHAIN_RULE_ONLY
        share = partial.chain_rule_only if set_up else partial.not_evaluated
        lines.append(EarnedLine(UNFINISHED[verdict.note.kind], share=share))
    if mistake is not None:
        lines += [EarnedLine(line.reason, line.points) for line in mistake.lines]
    nearly = verdict.note.kind in RIGHT_BUT_FOR
    return Earned(verdict.decision, tuple(lines), floor=partial.floor, cap=partial.cap, nearly=nearly)


def _unreadable(part: SolvedPart, reading: Reading, problem: Problem | None) -> PartResult:
    found = reading.problems or ((problem,) if problem else ())
    problems = found or (Problem("there is no formula in this answer", text=reading.text),)
    return PartResult(
        asked=part.asked,
        verdict=Outcome.UNREADABLE,
        score=0.0,
        note=Note(NoteKind.UNREADABLE),
        review=True,
        message=NOTES[NoteKind.UNREADABLE].sentence,
        answer=AnswerShown(reading.text, "", None, "", 0),
        evidence=Evidence(),
        problems=problems,
    )
