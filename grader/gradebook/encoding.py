"""Results of judging -> JSON texts for the gradebook, and back.

``decode_result(encode_result(result), asked)`` is the result as pages and tables show it: the formula is kept as
MathML and not as an Expression, and the place where the answer stood is left to the student's own report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from functools import lru_cache
from typing import Any

from grader.grading.carried import Carried, Fit, StepsShown
from grader.grading.partial import worth
from grader.problems import Problem, Span
from grader.results import (
    AnswerShown,
    Decision,
    Diagnosis,
    Earned,
    EarnedLine,
    Evidence,
    Note,
    NoteKind,
    Outcome,
    PartResult,
    ScoreLine,
)
from grader.rubric.shown import Asked
from grader.submission.submissions import (
    NOT_SAID,
    Answer,
    CheckedLine,
    FoundAt,
    Handed,
    ScanReading,
    Submission,
    Unused,
)

_EVIDENCE = tuple(one.name for one in fields(Evidence))
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def encode_result(result: PartResult, earned: Earned | None = None) -> str:
    """A result as JSON, with the MathML of the answer as far as it was drawn.

    Where it is known what was `earned`, that is kept in place of points, so that it holds whatever the part is worth.
    """
    answer, diagnosis = result.answer, result.diagnosis
    return dumps(
        (_points_json(result) if earned is None else {"earned": _earned_json(earned)})
        | {
            "note": result.note,
            "review": result.review,
            "message": result.message,
            "text": answer.text if answer else None,
            "read_as": answer.read_as if answer else "",
            "drawn": answer.drawn if answer else "",
            "evidence": _evidence_json(result.evidence),
            "diagnosis": [diagnosis.rule, diagnosis.message] if diagnosis else None,
            "problems": [problem_json(problem) for problem in result.problems],
        }
        | ({"leans_on": list(result.leans_on)} if result.leans_on else {})
    )


def decode_result(kept: str, asked: Asked) -> PartResult:
    """The result that was kept; raises ValueError or LookupError where the text is none of ours."""
    found: Mapping[str, Any] = json.loads(kept)
    diagnosis, text = found["diagnosis"], found["text"]
    lines, score, verdict = worth(_earned(found["earned"]), asked.max_score) if "earned" in found else _points(found)
    return PartResult(
        asked=asked,
        verdict=verdict,
        score=score,
        note=note_of(found["note"]),
        review=found["review"],
        message=found["message"],
        answer=None if text is None else AnswerShown(text, found["read_as"], None, "", 0, found["drawn"]),
        evidence=_evidence(found["evidence"]),
        diagnosis=Diagnosis(note_of(diagnosis[0]), diagnosis[1]) if diagnosis else None,
        lines=lines,
        problems=tuple(map(problem_of, found["problems"])),
        leans_on=tuple(found.get("leans_on", ())),
    )


def _points_json(result: PartResult) -> dict[str, object]:
    lines = [[line.reason, line.points] for line in result.lines]
    return {"verdict": result.verdict, "score": result.score, "lines": lines}


def _points(found: Mapping[str, Any]) -> tuple[tuple[ScoreLine, ...], float, Outcome]:
    lines = tuple(ScoreLine(reason, points) for reason, points in found["lines"])
    return lines, found["score"], Outcome(found["verdict"])


def _earned_json(earned: Earned) -> list[object]:
    if earned.finished:
        return [earned.decision]
    lines = [[one.reason, one.points, one.share] for one in earned.lines]
    return [earned.decision, lines, earned.floor, earned.cap, earned.nearly]


def _earned(found: Sequence[Any]) -> Earned:
    decision = Decision(found[0])
    if len(found) == 1:
        return Earned(decision, finished=True)
    _, lines, floor, cap, nearly = found
    return Earned(decision, tuple(EarnedLine(*line) for line in lines), floor=floor, cap=cap, nearly=nearly)


def encode_carried(found: Sequence[Carried | None]) -> str:
    """What wrong answers are given the others, part by part; raises ValueError where that failed for one."""
    return dumps([one and _carried_json(one) for one in found])


def decode_carried(kept: str) -> tuple[Carried | None, ...]:
    """What was kept by `encode_carried`; raises ValueError or LookupError where the text is none of ours."""
    return tuple(one and _carried(one) for one in json.loads(kept))


def _carried_json(found: Carried) -> list[object]:
    if found.failed or found.lost:
        raise ValueError("what failed is not kept")
    steps = found.steps
    shown = steps and [steps.earned, steps.wrong, steps.doubtful, steps.final and _fit_json(steps.final)]
    return [found.fit and _fit_json(found.fit), shown, found.hollow]


def _carried(found: Sequence[Any]) -> Carried:
    fit, steps, hollow = found
    if steps is None:
        return Carried(fit and _fit(fit), hollow=hollow)
    earned, wrong, doubtful, final = steps
    shown = StepsShown(tuple(map(tuple, earned)), tuple(map(tuple, wrong)), tuple(doubtful), final and _fit(final))
    return Carried(fit and _fit(fit), shown, hollow=hollow)


def _fit_json(fit: Fit) -> list[object]:
    return [fit.given, _evidence_json(fit.evidence), fit.doubt]


def _fit(found: Sequence[Any]) -> Fit:
    given, evidence, doubt = found
    return Fit(given, _evidence(evidence), doubt and NoteKind(doubt))


def _evidence_json(evidence: Evidence) -> dict[str, object]:
    return {name: value for name in _EVIDENCE if (value := getattr(evidence, name))}


def _evidence(found: Mapping[str, Any]) -> Evidence:
    if "at" in found:
        found = {**found, "at": tuple((name, value) for name, value in found["at"])}
    return Evidence(**found)


def encode_found(found: FoundAt | None) -> str:
    """How an answer was found in a document, as JSON; empty for one that was not."""
    if found is None:
        return ""
    lines = [[one.line, one.cell, one.text, one.holds, one.message] for one in found.lines]
    scan = [[found.scan.text, found.scan.changes, found.scan.supported, found.scan.why]] if found.scan else []
    return dumps([found.by, found.line, found.cell, found.doubt, lines, *scan])


def decode_found(kept: str) -> FoundAt | None:
    """What was kept by `encode_found`; raises ValueError or TypeError where the text is none of ours."""
    if not kept:
        return None
    by, line, cell, doubt, lines, *scans = json.loads(kept)
    scan = next((ScanReading(text, tuple(made), *rest) for text, made, *rest in scans), None)
    return FoundAt(by, line, cell, doubt, tuple(CheckedLine(*one) for one in lines), scan)


def encode_unused(unused: tuple[Unused, ...]) -> str:
    """Formulas that served no part, as JSON."""
    return dumps([[one.line, one.cell, one.text, one.why] for one in unused])


def decode_unused(kept: str) -> tuple[Unused, ...]:
    """What was kept by `encode_unused`; raises ValueError or TypeError where the text is none of ours."""
    return tuple(Unused(*one) for one in json.loads(kept))


def encode_submission(read: Submission) -> str:
    """What one document answers, as JSON."""
    answers = [[one.part, one.text, one.file, one.line, one.column, encode_found(one.found)] for one in read.answers]
    told = [encode_problems(read.problems), read.ocr, encode_unused(read.unused)]
    return dumps([read.student, read.name, read.source, answers, *told])


def decode_submission(kept: str) -> Submission:
    """What was kept by `encode_submission`; raises ValueError or TypeError where the text is none of ours."""
    student, name, source, answers, problems, ocr, unused = json.loads(kept)
    given = tuple(
        Answer(part, text, file, line, column, decode_found(at)) for part, text, file, line, column, at in answers
    )
    return Submission(student, name, source, given, decode_problems(problems), ocr, decode_unused(unused))


def encode_handed(handed: Handed | None) -> str:
    """How a submission came in, as JSON."""
    return dumps([] if handed is None or handed == NOT_SAID else list(astuple(handed)))


def decode_handed(kept: str) -> Handed:
    """What was kept by `encode_handed`; raises ValueError or TypeError where the text is none of ours."""
    found = json.loads(kept)
    if not found:
        return NOT_SAID
    kind, ids, at, late, late_by, attempt, group, notes, prefix = found
    pairs = tuple((column, text) for column, text in ids)
    return Handed(kind, pairs, at, late, late_by, attempt, group, tuple(notes), prefix)


def encode_problems(problems: tuple[Problem, ...]) -> str:
    """Problems as JSON."""
    return dumps([problem_json(problem) for problem in problems])


def decode_problems(kept: str) -> tuple[Problem, ...]:
    """The Problems that were kept; raises ValueError or LookupError where the text is none of ours."""
    return tuple(map(problem_of, json.loads(kept)))


@lru_cache(maxsize=4096)
def note_of(text: str) -> Note:
    """``malrule/sign`` as a Note; raises ValueError for a kind that there is not."""
    return Note.of(text)


def dumps(value: object) -> str:
    """JSON without spaces; half a surrogate pair, which UTF-8 can't hold, becomes `�`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else _HALF_PAIR.sub("\ufffd", text)


def problem_json(problem: Problem) -> dict[str, object]:
    """One Problem as JSON has it, less what is empty."""
    span = problem.span
    found = {name: getattr(problem, name) for name in ("message", "hint", "file", "line", "column", "path", "text")}
    return {name: value for name, value in found.items() if value} | (
        {"span": [span.start, span.end]} if span is not None else {}
    )


def problem_of(found: Mapping[str, Any]) -> Problem:
    """One Problem that was kept."""
    span = found.get("span")
    rest = {name: value for name, value in found.items() if name != "span"}
    return Problem(**rest, span=Span(*span) if span else None)
