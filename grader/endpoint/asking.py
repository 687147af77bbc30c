"""A question of another program, as JSON -> the answer to it, as JSON: pure, and within the bounds of grading.

``{"part": "1a", "text": "yhat - y"}`` gives what ``results.json`` has for a part; of a public form, and where
``preview`` is true, how the text is read, without a verdict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.feedback.tables import part_entry
from grader.grading import grade_answer
from grader.grading.isolated import Failed, isolated
from grader.previews.class_preview import Reader, preview_part
from grader.previews.telling import record_of
from grader.problems import did_you_mean
from grader.solver.key import AnswerKey
from grader.submission.decode import LONGEST_ANSWER

LARGEST = 4 * LONGEST_ANSWER + 10_000  # bytes of a question
_KEYS = MappingProxyType({"rubric": str, "part": str, "text": str, "preview": bool})


@dataclass(frozen=True, slots=True, eq=False)
class AskedRubric:
    """A rubric that may be asked of; `key` is None where only its public form is there."""

    reader: Reader
    key: AnswerKey | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question has no answer: a status of HTTP and a sentence."""

    status: int
    message: str


def answered(rubrics: Mapping[str, AskedRubric], body: bytes) -> tuple[int, str]:
    """The status and the JSON text of the answer to a question."""
    found = isolated(lambda: _answer(rubrics, body))
    if isinstance(found, Failed):
        found = Refusal(500, f"grader failed on this question: {found.why}")
    if isinstance(found, Refusal):
        return found.status, _text({"error": found.message})
    return 200, _text(found)


def refused(refusal: Refusal) -> tuple[int, str]:
    """The same for a question that is not looked at."""
    return refusal.status, _text({"error": refusal.message})


def forget(rubrics: Mapping[str, AskedRubric]) -> None:
    """Let go of what was remembered of the questions so far: a server goes on for weeks, and a class for minutes."""
    for rubric in rubrics.values():
        for key in (rubric.reader.key, rubric.key):
            if key is not None:
                key.session.memos.clear()


def _answer(rubrics: Mapping[str, AskedRubric], body: bytes) -> dict[str, object] | Refusal:
    told = _read(body)
    if isinstance(told, Refusal):
        return told
    name = str(told.get("rubric") or (next(iter(rubrics)) if len(rubrics) == 1 else ""))
    rubric = rubrics.get(name)
    if rubric is None:
        return Refusal(404, f"there is no rubric '{name}'; there are {', '.join(sorted(rubrics))}")
    part, text = str(told["part"]), str(told["text"])
    if part not in rubric.reader.places:
        hint = did_you_mean(part[:100], rubric.reader.places) or f"it has {', '.join([*rubric.reader.places][:12])}"
        return Refusal(404, f"the rubric has no part '{part[:100]}' ({hint})")
    if rubric.key is None or told.get("preview"):
        return record_of(preview_part(rubric.reader, part, text))
    result = grade_answer(rubric.key, part, text)
    problems = [{"message": one.message, "hint": one.hint} for one in result.problems]
    return part_entry(result) | {"problems": problems}


def _read(body: bytes) -> dict[str, object] | Refusal:
    usual = 'expected {"part": "...", "text": "..."}, and "rubric" and "preview" where they are needed'
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return Refusal(400, f"this is no JSON: {usual}")
    if not isinstance(told, dict) or not {"part", "text"} <= told.keys() <= _KEYS.keys():
        return Refusal(400, usual)
    wrong = next((key for key, value in told.items() if not isinstance(value, _KEYS[key])), None)
    if wrong is not None:
        return Refusal(400, f"'{wrong}' has to be a {'truth value' if wrong == 'preview' else 'text'}: {usual}")
    if len(told["text"]) > LONGEST_ANSWER:
        return Refusal(413, f"the text is longer than {LONGEST_ANSWER:,} characters")
    return told


def _text(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)  # half a character can't leave as UTF-8
