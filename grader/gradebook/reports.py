"""Reports of students, run by run: what holds now, and what held before.

A report names the judgement of each of its parts, and says in full only what a person, a scan or the student's other
answers changed. The table keeps one row for a student and the runs in which it held.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from grader.gradebook.encoding import decode_handed, dumps, encode_handed, problem_json, problem_of
from grader.gradebook.kept_terms import decode_terms, encode_terms
from grader.gradebook.seals import checked, seal
from grader.problems import Problem
from grader.results import NO_TERMS, Terms
from grader.submission.submissions import NOT_SAID, Handed


@dataclass(frozen=True, slots=True)
class PartKept:
    """One part of a report: its outcome, and where to find the rest.

    `judgement` is a fingerprint, empty for a missing answer, which stood in `file` at `line`. `result` is JSON, empty
    where the result is the judgement as it was kept. `rule` names the mistake that was diagnosed, `message` says why a
    person must look, where one must. `override` holds the fields of a person's decision, where one was applied.
    `set_up` are the points of a chain rule that is only set up. A part that is `dropped` does not count.
    """

    part: str
    verdict: str
    score: float
    max_score: float
    note: str
    review: bool
    judgement: str = ""
    file: str = ""
    line: int = 0
    result: str = ""
    rule: str = ""
    message: str = ""
    override: tuple[Any, ...] = ()
    set_up: float = 0.0
    dropped: bool = False


_PART = tuple(one.name for one in fields(PartKept))


# what a course's settings add or take off, beside the parts: no part may have such an id
ADJUSTED = ("(curve)", "(late)")


@dataclass(frozen=True, slots=True)
class ReportKept:
    """One student's report as the gradebook has it; `adjusted` are the points of those of `ADJUSTED` that there are."""

    student: str
    name: str
    source: str
    score: float
    max_score: float
    review: bool
    parts: tuple[PartKept, ...]
    problems: tuple[Problem, ...] = ()
    handed: Handed = NOT_SAID
    terms: Terms = NO_TERMS
    adjusted: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """The points of one student, in all and by part, `ADJUSTED` among them; parts that are `dropped` have none.

    `rests_on` are by part the judgement, or what an adjustment comes from, the decision, and who decided, in words.
    """

    score: float
    max_score: float
    parts: Mapping[str, float]
    rests_on: Mapping[str, tuple[str, str, str]]
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a student on disk: which report it shows, its size, and when it was written, in nanoseconds."""

    file: str
    fingerprint: str
    bytes: int
    modified: int


def current(book: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """By student the fingerprint and the JSON of the report that holds now; raises sqlite3.Error."""
    return {student: (fingerprint, report) for student, fingerprint, report in _reports(book, "until IS NULL")}


def standing_reports(book: sqlite3.Connection) -> dict[str, tuple[str, bool]]:
    """By student the fingerprint of the report that holds now, and whether it names a Problem; raises sqlite3.Error."""
    found = _reports(book, "until IS NULL")
    return {student: (fingerprint, has_problems(report)) for student, fingerprint, report in found}


def made_in_run(book: sqlite3.Connection, run: int) -> dict[str, str]:
    """By student the JSON of the report that a run made, and that holds now; raises sqlite3.Error."""
    return {student: report for student, _, report in _reports(book, "since = ? AND until IS NULL", run)}


def before_run(book: sqlite3.Connection, run: int) -> dict[str, str]:
    """By student the JSON of the report that a run replaced or took out; raises sqlite3.Error."""
    return {student: report for student, _, report in _reports(book, "until = ?", run)}


def _reports(book: sqlite3.Connection, where: str, *values: int) -> Iterator[tuple[str, str, str]]:
    """Each student, fingerprint and report as JSON, one after the other."""
    rows = book.execute(f"SELECT student, fingerprint, report, seal FROM reports WHERE {where}", values)
    for student, fingerprint, report, sealed in rows:
        checked("a report", sealed, student, fingerprint, report)
        yield student, fingerprint, report


def held_report(book: sqlite3.Connection, student: str) -> tuple[str, str] | None:
    """The JSON of a student's report that holds now, and the line of results.json; raises sqlite3.Error."""
    query = "SELECT fingerprint, report, seal, line, line_seal FROM reports WHERE student = ? AND until IS NULL"
    row = book.execute(query, (student,)).fetchone()
    if row is None:
        return None
    fingerprint, report, sealed, line, line_sealed = row
    checked("a report", sealed, student, fingerprint, report)
    checked("a line of results.json", line_sealed, line)
    return report, line


def students_held(book: sqlite3.Connection) -> list[str]:
    """Who has a report that holds now, sorted; raises sqlite3.Error."""
    return [student for (student,) in book.execute("SELECT student FROM reports WHERE until IS NULL ORDER BY student")]


def held_reports(book: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Each student with the JSON of the report that holds now and the line of results.json, one after the other.

    They come sorted by student; raises sqlite3.Error.
    """
    query = (
        "SELECT student, fingerprint, report, seal, line, line_seal FROM reports WHERE until IS NULL ORDER BY student"
    )
    for student, fingerprint, report, sealed, line, line_sealed in book.execute(query):
        checked("a report", sealed, student, fingerprint, report)
        checked("a line of results.json", line_sealed, line)
        yield student, report, line


def lines(book: sqlite3.Connection) -> Iterator[str]:
    """The lines of results.json for what holds now, by student; raises sqlite3.Error."""
    return (line for _, _, line in held_reports(book))


def entries(book: sqlite3.Connection) -> list[dict[str, Any]]:
    """The students of results.json for what holds now, but for lines that wait to be made again; as `lines` raises."""
    return [json.loads(line) for line in lines(book) if line]


def renew_line(book: sqlite3.Connection, student: str, line: str) -> None:
    """The line of results.json for what holds of a student, made again."""
    book.execute(
        "UPDATE reports SET line = ?, line_seal = ? WHERE student = ? AND until IS NULL", (line, seal(line), student)
    )


def replace_reports(book: sqlite3.Connection, run: int, made: Iterable[tuple[str, str, str, str]]) -> None:
    """Put (student, fingerprint, report, line) in place of what held; a report of the same run is overwritten."""
    made = tuple(made)
    end_reports(book, run, (student for student, *_ in made))
    book.executemany(
        "INSERT OR REPLACE INTO reports (student, since, until, fingerprint, report, line, seal, line_seal)"
        " VALUES (?, ?, NULL, ?, ?, ?, ?, ?)",
        [
            (student, run, fingerprint, report, line, seal(student, fingerprint, report), seal(line))
            for student, fingerprint, report, line in made
        ],
    )


def end_reports(book: sqlite3.Connection, run: int, students: Iterable[str]) -> None:
    """What holds for these students ends with this run; nothing is left of what this run itself had made."""
    names = [(run, student) for student in students]
    book.executemany("DELETE FROM reports WHERE since = ? AND student = ?", names)
    emptied = [(run, seal(""), student) for _, student in names]
    book.executemany(
        "UPDATE reports SET until = ?, line = '', line_seal = ? WHERE student = ? AND until IS NULL", emptied
    )


def keep_part_keys(book: sqlite3.Connection, name: str, keys: Mapping[str, str]) -> None:
    """Keep the keys of a class's parts under their fingerprint."""
    book.execute("INSERT OR IGNORE INTO part_keys VALUES (?, ?)", (name, dumps(keys)))


def kept_part_keys(book: sqlite3.Connection, name: str) -> Mapping[str, str]:
    """The keys of parts that were kept under a fingerprint; none where there are none; raises ValueError."""
    row = book.execute("SELECT keys FROM part_keys WHERE fingerprint = ?", (name,)).fetchone()
    found: Mapping[str, str] = json.loads(row[0]) if row else {}
    return found


def pages(book: sqlite3.Connection) -> dict[str, Page]:
    """By student the page that was written; raises sqlite3.Error."""
    rows = book.execute("SELECT student, file, fingerprint, bytes, modified FROM pages")
    return {student: Page(*row) for student, *row in rows}


def keep_pages(book: sqlite3.Connection, written: Mapping[str, Page]) -> None:
    """Note which pages were written."""
    book.executemany(
        "INSERT OR REPLACE INTO pages (student, file, fingerprint, bytes, modified) VALUES (?, ?, ?, ?, ?)",
        [(student, page.file, page.fingerprint, page.bytes, page.modified) for student, page in written.items()],
    )


def encode_report(report: ReportKept) -> str:
    """A report as JSON."""
    return dumps(
        {
            "name": report.name,
            "source": report.source,
            "score": report.score,
            "max_score": report.max_score,
            "review": report.review,
            "parts": [[getattr(one, name) for name in _PART] for one in report.parts],
            **({"handed": encode_handed(report.handed)} if report.handed != NOT_SAID else {}),
            **({"terms": encode_terms(report.terms)} if report.terms != NO_TERMS else {}),
            **({"adjusted": report.adjusted} if report.adjusted else {}),
            "problems": [problem_json(problem) for problem in report.problems],
        }
    )


def points_in(report: str) -> Points:
    """The points of a report that was kept as JSON; raises as `decode_report`."""
    found = json.loads(report)
    kept = [PartKept(*one) for one in found["parts"]]
    parts = {one.part: one.score for one in kept if not one.dropped}
    rests_on = {one.part: (one.judgement, *_decided(one.override)) for one in kept}
    if "terms" in found:
        terms = decode_terms(found["terms"])
        parts |= dict(found.get("adjusted", ()))
        comes_from = (f"{terms.curve:g}" if terms.curve else "", repr(terms.late) if terms.late else "")
        rests_on |= {name: (what, "", "") for name, what in zip(ADJUSTED, comes_from, strict=True)}
    dropped = frozenset(one.part for one in kept if one.dropped)
    return Points(found["score"], found["max_score"], parts, rests_on, dropped)


def _decided(override: Sequence[Any]) -> tuple[str, str]:
    """Of the fields of an Override what tells it from any other, and who decided: ``decided by Kim``."""
    return (dumps(override), f"decided by {override[2] or 'a person'}") if override else ("", "")


def parts_kept(report: str) -> dict[str, PartKept]:
    """By id the parts of a report that was kept as JSON; raises as `decode_report`."""
    return {one[0]: PartKept(*one) for one in json.loads(report)["parts"]}


def has_problems(report: str) -> bool:
    """Whether a report that `encode_report` made names any Problem."""
    return not report.endswith('"problems":[]}')


def decode_report(student: str, kept: str) -> ReportKept:
    """The report that was kept; raises ValueError, TypeError or LookupError where the text is none of ours."""
    found: Mapping[str, Any] = json.loads(kept)
    return ReportKept(
        student=student,
        name=found["name"],
        source=found["source"],
        score=found["score"],
        max_score=found["max_score"],
        review=found["review"],
        parts=tuple(PartKept(*one) for one in found["parts"]),
        problems=tuple(map(problem_of, found["problems"])),
        handed=decode_handed(found.get("handed", "[]")),
        terms=decode_terms(found["terms"]) if "terms" in found else NO_TERMS,
        adjusted=tuple((name, value) for name, value in found.get("adjusted", ())),
    )
