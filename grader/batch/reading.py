"""A class folder -> what each student handed in, with every Problem on the way; and who is new, or gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.batch.given_files import keep_beside, opened
from grader.exchange.arranged import as_exported, matches_nobody, with_ids
from grader.exchange.rosters import People, Person, read_people
from grader.exchange.whos_who import aliases
from grader.problems import Problem
from grader.results import Terms
from grader.rubric.shown import Asked
from grader.submission.class_folder import ReadDocuments, Roster, read_class_list, read_files
from grader.submission.submissions import ReadFolder, Submission

_NAMED = 5
_NOBODY = (
    "none of those who handed in is on the class list; nothing was written. Is it the right list? --anyway goes on."
)
MatchColumns = Callable[[Iterable[tuple[str, bytes | Problem]]], Iterator[tuple[str, bytes | Problem]]]


class Refused(Exception):
    """The run would lose students; nothing was written."""


@dataclass(frozen=True, slots=True)
class Class:
    """All that is graded: `submissions` sorted by student, `gone` those of whom nothing is handed in any more.

    `terms` are by student what the course's settings come to.
    """

    submissions: tuple[Submission, ...]
    gone: tuple[str, ...]
    pruned: tuple[str, ...]
    problems: tuple[Problem, ...]
    terms: Mapping[str, Terms] = field(default_factory=dict)


def read_class(
    asked: tuple[Asked, ...],
    source: Path,
    roster: Path | None = None,
    leave_out: tuple[Path, ...] = (),
    documents: ReadDocuments | None = None,
    ocr: bool | None = None,
    columns: MatchColumns | None = None,
    keep: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    attempts: int | None = None,
    secret: str = "",
    leave: Callable[[ReadFolder], ReadFolder] = lambda read: read,
    anyway: bool = False,
) -> ReadFolder:
    """The submissions of `source`, a folder, a file or an export, for the parts `asked`, and every Problem on the way.

    `documents` reads all documents, by their labels alone if none is given; `ocr` as `read_files` has it; `columns`
    matches those of tables with parts; files that a person alone can read are copied below `keep`; `tell` hears which
    export it is; so many `attempts` count (None: any number); `leave` takes out who is not to be graded; `secret`
    hashes names of folders. Raises OSError, WrongExport, UnknownColumns, and Refused where the class list has nobody of
    an export, unless it goes on `anyway`.
    """
    source.stat()
    people, listed, said = class_list(roster)
    skipped = (*leave_out, roster) if roster else leave_out
    by_hand = tuple((one.part, one.prompt) for one in asked if one.by_hand)
    labels = tuple((one.part, one.label) for one in asked if one.label)
    parts = tuple(one.part for one in asked)
    with opened(source, skipped, people, attempts) as given:
        if given.export is None:
            files = given.files if columns is None else columns(given.files)
            known = aliases(people.persons) if people else {}
            read = with_ids(read_files(files, parts, listed, by_hand, labels, documents, ocr, known), people)
        else:
            tell(given.told)
            if matches_nobody(given.export, people) and not anyway:
                raise Refused(_NOBODY)
            everybody, folders = tuple(given.export.class_list.items()), given.export.folders
            read = read_files(given.files, parts, everybody, by_hand, labels, documents, ocr, folders)
            read = as_exported(given.export, read, given.pictures)
        read = leave(read)
        if keep is not None:
            keep_beside(read.submissions, given, keep, secret)
    return replace(read, problems=tuple(sorted((*said, *read.problems), key=_place)))


def class_list(roster: Path | None) -> tuple[People | None, Roster | None, tuple[Problem, ...]]:
    """The people of the course, the same as pairs of a student and a name, and what was wrong with the list."""
    if roster is None:
        return None, None, ()
    data = roster.read_bytes()
    people = read_people(data)
    listed, said = read_class_list(data, roster.name)
    if people is not None and people.persons:
        return people, tuple((one.student, one.name) for one in people.persons), said
    return None if listed is None else People("", tuple(Person(*one) for one in listed)), listed, said


def _place(problem: Problem) -> tuple[str, int, int, str, str]:
    return problem.file, problem.line, problem.column, problem.path, problem.message


def with_earlier(
    read: ReadFolder, earlier: Mapping[str, tuple[Submission, int | None]], *, prune: bool, anyway: bool
) -> Class:
    """What was read, and of students who are gone what they had handed in, unless they are to be taken out (`prune`).

    Raises Refused where more than half of the students would be gone, or none is left, unless it is to go on `anyway`.
    """
    there = {one.student for one in read.submissions}
    expected = {student for student, (_, gone) in earlier.items() if gone is None}
    gone = tuple(sorted(earlier.keys() - there))
    missed = sorted(expected - there)
    if not anyway and missed and (expected.isdisjoint(there) or 2 * len(missed) > len(expected)):
        raise Refused(_refusal(missed, len(expected), bool(there)))
    if prune:
        return Class(read.submissions, (), gone, read.problems)
    kept = (earlier[student][0] for student in gone)
    problems = (*read.problems, *_said(gone))
    return Class(tuple(sorted((*read.submissions, *kept), key=lambda one: one.student)), gone, (), problems)


def _refusal(missed: list[str], expected: int, any_there: bool) -> str:
    who = ", ".join(missed[:_NAMED]) + (", …" if len(missed) > _NAMED else "")
    if len(missed) == expected:
        what = "none of the students of the last run is" if any_there else "there are no submissions: no student is"
        return f"{what} among the submissions ({who}); nothing was written. Is this the right folder? --anyway goes on."
    return (
        f"{len(missed)} of {expected} students of the last run are not among the submissions ({who});"
        " nothing was written. --anyway goes on."
    )


def _said(gone: tuple[str, ...]) -> tuple[Problem, ...]:
    if not gone:
        return ()
    who = ", ".join(gone[:_NAMED]) + (f", and {len(gone) - _NAMED} more" if len(gone) > _NAMED else "")
    return (Problem(f"nothing is handed in any more by {who}: kept as graded before", "--prune takes them out"),)
