"""How a class did: each part's difficulty and discrimination, common answers, and who made which mistake.

``grader stats report`` prints it; ``--csv FILE`` writes a row a student and part, ``--json`` prints it for programs.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from grader.batch.graded import GradedClass, open_graded
from grader.cli.columns import columns
from grader.cli.terminal import print_error, printable
from grader.feedback.item_statistics import PartStatistics
from grader.feedback.wording import points, shorten
from grader.rubric.malrules import MALRULES

_ANSWERS, _SEVERAL = 3, 3  # answers of each part that are told, and students who gave one
_STUDENTS = 12  # named of those who made one mistake
_VALUES = 6  # different numbers of points; of more, the most frequent are told
_HEAD = ("part", "counted", "waiting", "blank", "mean", "share", "all points", "discrimination", "points x students")
_BLANK = "–"


def stats(asked: Namespace) -> int:
    """``grader stats``: 0 done, 2 where there are no results."""
    try:
        graded = open_graded(asked.folder)
    except OSError:
        print_error(f"there are no results in {asked.folder}: `grader grade --out {asked.folder}` makes some")
        return 2
    except ValueError as failure:
        print_error(str(failure))
        return 2
    if asked.csv is not None:
        try:
            graded.frame().to_csv(asked.csv, index=False)
        except OSError as failure:
            print_error(f"{asked.csv}: {failure.strerror or failure}")
            return 2
        print(f"Wrote {asked.csv}: a row for each part of {_count(len(graded.students), 'student')}.")
    elif asked.json:
        print(json.dumps(_for_programs(graded), ensure_ascii=False, indent=1))
    else:
        for line in _lines(graded):
            print(printable(line))
    return 0


def _for_programs(graded: GradedClass) -> dict[str, object]:
    return {
        "title": graded.title,
        "students": len(graded.students),
        "parts": [asdict(one) for one in graded.statistics()],
        "answers": [asdict(one) for one in graded.common_answers()],
        "mistakes": [{"part": m.part, "rule": m.rule, "students": m.students} for m in graded.mistakes()],
    }


def _lines(graded: GradedClass) -> Iterable[str]:
    found = graded.statistics()
    blank = sum(all(one["verdict"] == "missing" and not one["override"] for one in s["parts"]) for s in graded.students)
    waiting = sum(one.waiting for one in found)
    yield f"“{graded.title}”: {_count(len(graded.students), 'student')}."
    if blank:
        yield f"  {_count(blank, 'student')} without work: counted nowhere below."
    if waiting:
        yield f"  {_count(waiting, 'answer')} waiting for a person: counted apart, in no mean."
    yield ""
    yield from columns([_HEAD, *map(_cells, found)], left=(0, len(_HEAD) - 1))
    given = graded.common_answers(_SEVERAL)
    if given:
        yield from ("", "Answers that several gave")
    for part in dict.fromkeys(one.part for one in given):
        for one in [one for one in given if one.part == part][:_ANSWERS]:
            earned = f"{points(one.score)} of {points(one.max_score)}"
            yield f"  {part}  {_count(one.students, 'student')}, {earned}: {shorten(one.text, 80)}"
    made = sorted(graded.mistakes(), key=lambda one: (-len(one.students), one.part, one.rule))
    if made:
        yield from ("", "Mistakes, and who made them")
    for mistake in made:
        who = ", ".join(mistake.students[:_STUDENTS])
        more = f", and {len(mistake.students) - _STUDENTS} more" if len(mistake.students) > _STUDENTS else ""
        yield f"  {mistake.part}  {_what(mistake.rule)}: {who}{more}"


def _what(rule: str) -> str:
    """A mistake in words: ``malrule/missing_factor:dyhat_dz`` by the catalogue's sentence and its place."""
    name, _, place = rule.removeprefix("malrule/").partition(":")
    said = " and ".join(MALRULES[one].what if one in MALRULES else one for one in name.split("+"))
    return f"{said} ({place})" if place else said


def _cells(one: PartStatistics) -> tuple[str, ...]:
    return (
        *(one.part, str(one.counted), str(one.waiting or ""), str(one.unanswered or "")),
        _BLANK if one.mean is None else f"{points(one.mean)} of {points(one.max_score)}",
        _BLANK if one.difficulty is None else f"{100 * one.difficulty:.0f} %",
        _BLANK if one.full is None else f"{100 * one.full:.0f} %",
        _BLANK if one.discrimination is None else f"{one.discrimination:.2f}",
        _distribution(one.points),
    )


def _distribution(found: Sequence[tuple[float, int]]) -> str:
    kept = sorted(sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_VALUES])
    more = f", {len(found) - len(kept)} other values" if len(kept) < len(found) else ""
    return ", ".join(f"{points(value)} x{students}" for value, students in kept) + more


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
