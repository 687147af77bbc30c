"""A part of a run of answers or sheets -> a line of JSON: counts, verdicts against meanings, raises, the slowest.

Which answers a part holds, and what they say, follows from the seed alone: parts may run in any order.
"""

from __future__ import annotations

import heapq
import json
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import grader
from benchmarks.byhand import Misshapen, Unknown, entries_of
from benchmarks.mutants import Form, forms_of, label_of
from benchmarks.mutated.answers import (
    CHANGED,
    KEPT,
    Made,
    Subject,
    answer_to,
    asked,
    dice,
    rubrics,
    sheet_of,
    subjects_of,
)
from benchmarks.mutated.guarded import Raise, Watched, answer_watched, sheet_watched
from benchmarks.mutated.shrink import shortest
from grader.expression.language.nodes import Expression
from grader.results import NoteKind, Outcome, PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

SLOW, SLOWEST, GREW = 0.5, 10, 50_000  # seconds of process time; how many are told; kB
# what an answer leaves out is put in by these, and the oracle takes answers as they stand
FILLED_IN = (NoteKind.IMPLIED_INDEX, NoteKind.IMPLIED_SUM)
LABELLED = 0.04  # of mutated trees that were judged wrong, held against the oracle


@dataclass(slots=True)
class Tally:
    """What a part of a run adds up to."""

    count: int = 0
    answers: int = 0
    readable: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    raises: dict[str, dict[str, Any]] = field(default_factory=dict)
    slowest: list[tuple[float, str, str, str]] = field(default_factory=list)
    slow: list[tuple[float, str, str, str]] = field(default_factory=list)
    grew: list[tuple[int, str, str, str]] = field(default_factory=list)
    units: dict[int, int] = field(default_factory=dict)  # counted work by number
    labelled: int = 0
    violations: list[str] = field(default_factory=list)


def run_answers(seed: int, numbers: range) -> Tally:
    """The answers of these numbers, rubric by rubric."""
    tally, places = Tally(), asked()
    for path in rubrics():
        mine = [n for n in numbers if places[n % len(places)][0] == path]
        if not mine:
            continue
        key = grader.solve(grader.load_rubric(path))
        subjects = subjects_of(key)
        forms = lru_cache(partial(_forms, key))
        for number in mine:
            subject = subjects[places[number % len(places)][1]]
            rng = dice(seed, "answer", number)
            made = answer_to(subject, rng)
            watched = answer_watched(key, subject.id, made.text)
            _count(tally, path, subject.id, made.text, watched)
            tally.units[number] = watched.units
            _keep_raises(tally, path, watched.raises, {subject.id: made.text}, key)
            for result in watched.results:
                told = _violation(made, result, partial(forms, subject), rng.random() < LABELLED, tally)
                if told:
                    place = f"{path.stem} {subject.id} [{'+'.join(made.done)}]"
                    tally.violations.append(f"{place} {told}: {made.text!r} -> {result.verdict}/{result.note}")
    return tally


def run_sheets(seed: int, numbers: range) -> Tally:
    """The sheets of these numbers, rubric by rubric."""
    tally, paths = Tally(), rubrics()
    for at, path in enumerate(paths):
        mine = [n for n in numbers if n % len(paths) == at]
        if not mine:
            continue
        key = grader.solve(grader.load_rubric(path))
        subjects = subjects_of(key)
        for number in mine:
            sheet = sheet_of(subjects, dice(seed, "sheet", number))
            watched = sheet_watched(key, sheet)
            given = {answer.part: answer.text for answer in sheet.answers}
            _count(tally, path, f"sheet {number}", json.dumps(given, ensure_ascii=False), watched)
            _keep_raises(tally, path, watched.raises, given, key)
    return tally


def _count(tally: Tally, path: Path, part: str, text: str, watched: Watched) -> None:
    tally.count += 1
    for result in watched.results:
        if result.verdict is not Outcome.MISSING:
            tally.answers += 1
            tally.readable += result.verdict is not Outcome.UNREADABLE
            tally.verdicts[str(result.verdict)] += 1
    told = (round(watched.seconds, 3), path.stem, part, text)
    heapq.heappush(tally.slowest, told)
    if len(tally.slowest) > SLOWEST:
        heapq.heappop(tally.slowest)
    if watched.seconds > SLOW:
        tally.slow.append(told)
    if watched.grown > GREW:
        tally.grew.append((watched.grown, path.stem, part, text))


def _keep_raises(tally: Tally, path: Path, raises: list[Raise], given: dict[str, str], key: AnswerKey) -> None:
    for one in raises:
        if one.place in tally.raises:
            tally.raises[one.place]["count"] += 1
        else:
            texts = _shortest(key, given, one.place) if "MemoryError" not in one.place else given
            told = {"count": 1, "message": one.message, "trace": one.trace, "rubric": path.stem, "answers": texts}
            tally.raises[one.place] = told


def _shortest(key: AnswerKey, given: dict[str, str], place: str) -> dict[str, str]:
    """The fewest and shortest answers that still raise at a place."""

    def does(texts: dict[str, str]) -> bool:
        if len(texts) == 1:
            ((part, text),) = texts.items()
            if any(one.place == place for one in answer_watched(key, part, text).raises):
                return True
        sheet = Submission("s", answers=tuple(Answer(part, text) for part, text in texts.items()))
        return any(one.place == place for one in sheet_watched(key, sheet).raises)

    for part in list(given):
        fewer = {name: text for name, text in given.items() if name != part}
        if fewer and does(fewer):
            given = fewer
    for part, text in list(given.items()) if len(given) < 4 else ():
        beside = {name: other for name, other in given.items() if name != part}
        given = {**beside, part: shortest(text, partial(_still, does, beside, part))}
    return given


def _still(does: Callable[[dict[str, str]], bool], beside: dict[str, str], part: str, text: str) -> bool:
    return does({**beside, part: text})


# Meanings


def _forms(key: AnswerKey, subject: Subject) -> list[Form]:
    try:
        return forms_of(key, subject.question, subject.part)
    except (Unknown, Misshapen, OverflowError):
        return []


def _violation(made: Made, result: PartResult, forms: Callable[[], list[Form]], look: bool, tally: Tally) -> str:
    """What is wrong with the verdict, by what was done to the answer, or else by the oracle; nothing where all is well.

    The oracle looks at all trees that were judged right in spite of mutations, and at some of those judged wrong.
    """
    verdict = result.verdict
    if made.meaning == KEPT:
        tally.labelled += 1
        return "the same, but incorrect" if verdict is Outcome.INCORRECT else ""
    if made.tree is None or result.note.kind in FILLED_IN:
        return ""
    if made.meaning == CHANGED or verdict is Outcome.CORRECT or (look and verdict is Outcome.INCORRECT):
        form = next((form for form in forms() if form.target == made.target), None)
        label = None if form is None or form.question.numeric else _label(form, made.tree)
        tally.labelled += label is not None
        if label is True and verdict is Outcome.CORRECT:
            return "another value, but correct"
        if label is False and verdict is Outcome.INCORRECT:
            return "the same value, but incorrect"
    return ""


def _label(form: Form, tree: Expression) -> bool | None:
    """Whether the tree has another value than the target; None where the oracle finds none, or one of other axes."""
    try:
        entries_of(form.target, tree, form.points[0])
        return label_of(form, tree)
    except Exception:  # the oracle was made for milder mistakes
        return None


# A part's line


def finished(tally: Tally, began: float) -> str:
    """The line of JSON."""
    record = {
        "count": tally.count,
        "answers": tally.answers,
        "readable": tally.readable,
        "share_readable": round(tally.readable / max(tally.answers, 1), 4),
        "verdicts": dict(sorted(tally.verdicts.items())),
        "raises": tally.raises,
        "labelled": tally.labelled,
        "violations": tally.violations,
        "slowest": sorted(tally.slowest, reverse=True),
        "slow": sorted(tally.slow, reverse=True),
        "grew_kb": sorted(tally.grew, reverse=True),
        "units": tally.units,
        "seconds": round(time.process_time() - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def part_of(count: int, part: int, of: int) -> range:
    """The numbers of a part: 1 of 3 of 9 is 0, 1, 2."""
    return range(count * (part - 1) // of, count * part // of)


def lines(folder: Path, what: str) -> Iterator[dict[str, Any]]:
    """The results of the parts that are done."""
    for path in sorted(folder.glob(f"{what}-*.json")):
        yield json.loads(path.read_text("utf-8"))
