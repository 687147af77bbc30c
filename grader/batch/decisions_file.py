"""`decisions.csv` -> what people decided: student, part, points, comment, by, when.

A row that the gradebook has already is passed over, so that the file can be handed in again and again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from grader.batch.course_file import people_of
from grader.exchange.whos_who import meant
from grader.gradebook.decisions import Decided
from grader.gradebook.fingerprints import decided_on
from grader.grading.overrides import points_of
from grader.problems import Problem, did_you_mean
from grader.results import RubricShown
from grader.submission.decode import decode
from grader.submission.submissions import Submission

NEEDED = ("student", "part", "points")
NO_ALIASES: Mapping[str, str] = MappingProxyType({})
COLUMNS = (*NEEDED, "comment", "by", "when")


def handed_in(
    data: bytes,
    file: str,
    submissions: Iterable[Submission],
    rubric: RubricShown,
    known: Sequence[Decided],
    now: str,
    requests: Collection[tuple[str, str]] = (),
    called: Mapping[str, str] = NO_ALIASES,
) -> tuple[tuple[Decided, ...], tuple[Problem, ...]]:
    """The decisions of a file that are new, and every Problem with it; `now` is when a row without a time was made.

    A row without points is none where it answers one of the `requests`, (student, part) pairs, by its comment.
    `called` are students by the aliases that they have in a blind review.
    """
    students = {one.student: one for one in submissions}
    names = people_of(students.values())
    found: list[Decided] = []
    said: list[Problem] = []
    for line, row in table_rows(data, file, NEEDED, COLUMNS, said):
        row = {**row, "student": called.get(row["student"], row["student"])}
        if not row.get("points") and row.get("comment") and (meant(row["student"], names), row["part"]) in requests:
            continue
        made = _decided(row, file, line, students, names, rubric, now)
        if isinstance(made, Problem):
            said.append(made)
        elif not any(_same(made, one, bool(row.get("when"))) for one in (*known, *found)):
            said += _conflict(made, (*known, *found), file, line)
            found.append(made)
    return tuple(found), tuple(said)


def table_rows(
    data: bytes, file: str, needed: Sequence[str], columns: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a table that people fill in, each with its line; what is wrong with it is added to `problems`.

    A row of the table of what waits, which was not filled in, is passed over.
    """
    text, wrong = decode(data, file)
    problems += wrong
    if text is None:
        return
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        head = [cell.strip().casefold() for cell in next(rows, [])]
        if lacking := [name for name in needed if name not in head]:
            hint = f"its columns are {', '.join(columns)}"
            problems.append(Problem(f"not read: there is no column {', '.join(lacking)}", hint, file, 1))
            return
        for row in rows:
            found = dict.fromkeys(needed, "") | {name: cell.strip() for name, cell in zip(head, row, strict=False)}
            if not any(found.values()) or ("note" in head and not (found.get("points") or found.get("comment"))):
                continue  # the table of what waits, of which this row was not filled in
            yield rows.line_num, found
    except csv.Error as error:
        problems.append(Problem(f"not read from here on: {error}", "", file, rows.line_num))


def _decided(
    row: Mapping[str, str],
    file: str,
    line: int,
    students: Mapping[str, Submission],
    names: Mapping[str, frozenset[str]],
    rubric: RubricShown,
    now: str,
) -> Decided | Problem:
    student, part = meant(row["student"], names), row["part"]
    asked = {one.part: one for one in rubric.parts}
    if isinstance(student, Problem):
        return Problem(f"not used: {student.message}", student.hint, file, line)
    if part not in asked:
        return Problem(f"not used: there is no part '{part}'", did_you_mean(part, asked), file, line)
    worth = points_of(row.get("points", ""), asked[part].max_score)
    if isinstance(worth, str):
        return Problem(f"not used: {worth}", "", file, line)
    answer = next((one for one in students[student].answers if one.part == part), None)
    comment, by = row.get("comment", ""), row.get("by", "")
    return Decided(student, part, worth, comment, by, row.get("when") or now, decided_on(answer), file)


def _same(made: Decided, other: Decided, timed: bool) -> bool:
    pairs = [(one.student, one.part, one.points, one.comment, one.by) for one in (made, other)]
    return pairs[0] == pairs[1] and (made.at == other.at if timed else made.source == other.source)


def _conflict(made: Decided, others: Iterable[Decided], file: str, line: int) -> list[Problem]:
    """What another decision says of the same part, if it says something else."""
    older = [one for one in others if (one.student, one.part) == (made.student, made.part)]
    last = max(older, key=lambda one: one.at, default=None)
    if last is None or last.withdrawn or last.points == made.points:
        return []
    newest = made if made.at >= last.at else last
    what = f"part {made.part} of {made.student}: {_told(last)} and {_told(made)}; {newest.points:g} holds, the newest"
    return [Problem(f"two decisions on {what}", "", file, line)]


def _told(one: Decided) -> str:
    return f"{one.points:g} ({', '.join(filter(None, (one.by, one.at)))})"
