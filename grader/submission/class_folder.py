"""The files of a class folder -> Submissions, one a student, and every Problem met on the way.

``read_files([("ana.md", b"1a: 2x")], ("1a",)).submissions[0].answers[0].text`` is ``"2x"``.
Pure: the caller reads the files. The result does not depend on their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from types import MappingProxyType

from grader.problems import Problem, did_you_mean, raised
from grader.submission.decode import clean_answer, decode, shown
from grader.submission.document import read_document
from grader.submission.labels import PartNames, find_part, part_names
from grader.submission.lines import DOCUMENTS, LINES
from grader.submission.places import PICTURES, ClassPath, class_path, likely_owner, namesake, owner
from grader.submission.question_marks import without_questions
from grader.submission.records import is_for_its_owner, read_json, read_jsonl
from grader.submission.scan_lines import text_of_lines
from grader.submission.speaking_for import kept_to_own, told_of_name
from grader.submission.submissions import Answer, ReadFolder, Submission
from grader.submission.tabular import read_csv, read_roster

__all__ = ["read_class_list", "read_files", "read_roster"]


@dataclass(frozen=True, slots=True)
class GivenDocument:
    """A document as it is to be read: the `part` that its file is named for, and whether it came from `ocr`.

    Where nobody says so, `ocr` is None.
    """

    text: str
    file: str
    student: str
    part: str
    ocr: bool | None


# what each of some documents answers, or the Problem for which it was not read
ReadDocuments = Callable[[Sequence[GivenDocument], PartNames], Sequence[Submission | Problem]]
Roster = tuple[tuple[str, str], ...]

_TABLES = {".csv": read_csv, ".tsv": read_csv, ".json": read_json, ".jsonl": read_jsonl}
NO_ALIASES: Mapping[str, str] = MappingProxyType({})
_NOISE = ("thumbs.db", "desktop.ini", "__macosx")
LARGEST_OWN_FILE = 16 * 2**20  # bytes, of one student's file; a class table may have four times that
MOST_PROBLEMS = 100  # of one file
FAILED = "not read: the grader failed on this file"


def read_files(
    files: Iterable[tuple[str, bytes | Problem]],
    parts: tuple[str, ...],
    roster: Roster | None = None,
    by_hand: tuple[tuple[str, str], ...] = (),
    labels: tuple[tuple[str, str], ...] = (),
    documents: ReadDocuments | None = None,
    ocr: bool | None = None,
    aliases: Mapping[str, str] = NO_ALIASES,
) -> ReadFolder:
    """Read a class: `files` are (path relative to the class folder with ``/``, content) pairs.

    Instead of its content, a file may come with the Problem for which it could not be loaded.
    `parts` are the part ids in rubric order, `by_hand` the (id, prompt) of those that a person grades, `labels` the
    (id, label) of those that students call otherwise; `documents` reads all documents; `roster` the (student, name)
    pairs of the class, each of whom gets a Submission, as does whoever's file can't be read (`places` has the rule).
    `aliases` lead from other names of students to their own.
    Of two answers to one part the last (by path, then line) counts, and a Problem says so. `ocr` says of all texts
    that they came from OCR, or were typed, where neither they nor their names do.
    """
    names = part_names(parts, by_hand, labels)
    listed = None if roster is None else dict(roster)
    everyone = None if listed is None else {other: listed.get(one, "") for other, one in aliases.items()} | listed
    how = _How(names, everyone, ocr, aliases)
    read = _with_documents([(path, _tried(path, data, how)) for path, data in files], names, documents)
    pieces: dict[str, list[Submission]] = {}
    problems: list[Problem] = []
    known = {piece.student for _, found in read for piece in found.submissions}
    for path, found in kept_to_own(sorted(read, key=itemgetter(0)), {*known, *(listed or ())}, listed or {}, aliases):
        if found.problems and not found.submissions:
            found = _of(namesake(class_path(path), known), path, (), found.problems, by_eye=True)
        problems += _first(found.problems, path)
        for piece in found.submissions:
            student = aliases.get(piece.student, piece.student)
            pieces.setdefault(student, []).append(replace(piece, student=student))
    for student, name in (listed or {}).items():
        pieces.setdefault(student, []).insert(0, Submission(student, name))
    submissions = []
    for student in sorted(pieces):
        merged = _merged(student, pieces[student], parts)
        if listed is not None and student not in listed:
            hint = did_you_mean(student, listed)
            unknown = Problem(f"{shown(student)} is not on the class list", hint, merged.source.split(", ")[0])
            merged = replace(merged, problems=(unknown, *merged.problems))
        submissions.append(merged)
    return ReadFolder(tuple(submissions), tuple(problems))


def by_labels(given: Sequence[GivenDocument], names: PartNames) -> tuple[Submission | Problem, ...]:
    """What documents answer by their labels alone; one that we fail on is a Problem."""
    return tuple(_by_label(one, names) for one in given)


def _by_label(given: GivenDocument, names: PartNames) -> Submission | Problem:
    try:
        return read_document(given.text, given.file, names, given.student, given.part, given.ocr)
    except Exception as error:
        return Problem(FAILED, raised(error), given.file)


def _with_documents(
    read: Sequence[tuple[str, ReadFolder | _Document]], names: PartNames, documents: ReadDocuments | None
) -> list[tuple[str, ReadFolder]]:
    """What files gave, the documents among them read."""
    given = [found.given for _, found in read if isinstance(found, _Document)]
    pieces = iter((documents or by_labels)(given, names))
    whole: list[tuple[str, ReadFolder]] = []
    for path, found in read:
        if isinstance(found, _Document):
            piece = next(pieces)
            one = found.given
            if isinstance(piece, Problem):
                found = _of(one.student, one.file, (), (*found.doubts, piece))
            else:
                found = _of(one.student, one.file, (piece,), found.doubts)
        whole.append((path, found))
    return whole


@dataclass(frozen=True, slots=True)
class _Document:
    """A file that is a document still to be read, and what was doubtful in its bytes."""

    given: GivenDocument
    doubts: tuple[Problem, ...]


def read_class_list(data: bytes, file: str) -> tuple[Roster | None, tuple[Problem, ...]]:
    """The (student, name) pairs of a class list, None where it can't be read, and every Problem with it."""
    text, problems = decode(data, "")
    listed = None
    try:
        listed = None if text is None else read_roster(text)
    except Exception as error:
        problems = (*problems, Problem(FAILED, raised(error)))
    return listed, tuple(replace(one, message=f"the class list {shown(file)}: {one.message}") for one in problems)


def _is_noise(path: str) -> bool:
    pieces = path.casefold().split("/")
    return any(piece.startswith(".") or piece in _NOISE for piece in pieces) or pieces[-1].startswith("readme")


@dataclass(frozen=True, slots=True)
class _How:
    """What all files of a class are read with."""

    names: PartNames
    listed: Mapping[str, str] | None
    ocr: bool | None
    aliases: Mapping[str, str]


def _tried(path: str, data: bytes | Problem, how: _How) -> ReadFolder | _Document:
    """What a file gave; one that can't be loaded, or that we fail on, costs the class no more than itself."""
    if _is_noise(path):
        return ReadFolder((), (data,) if isinstance(data, Problem) else ())
    place = class_path(path)
    if isinstance(data, Problem):
        return _unread(place, how.listed, (data,))
    try:
        return _read_file(place, data, how)
    except Exception as error:
        return _unread(place, how.listed, (Problem(FAILED, raised(error), path),))


def _unread(place: ClassPath, listed: Mapping[str, str] | None, problems: tuple[Problem, ...]) -> ReadFolder:
    """A file of which nothing was read: its student, if it has one, stays."""
    student = owner(place, listed or ()) or (likely_owner(place) if listed is None else "")
    return _of(student, place.path, (), problems, by_eye=True)


def _read_file(place: ClassPath, data: bytes, how: _How) -> ReadFolder | _Document:
    path, listed = place.path, how.listed
    student = owner(place, listed or ())
    if place.ending not in DOCUMENTS and place.ending not in _TABLES:
        readable = ", ".join((*_TABLES, *DOCUMENTS))
        message = f"not read: no format that is read ends in '{place.ending}'"
        hint = f"what is read: {readable}"
        if student and place.ending in PICTURES:
            hint = "handed in as a picture, a PDF or an office file: needs a person"
        return _unread(place, listed, (Problem(message, hint, path),))
    if student and len(data) > LARGEST_OWN_FILE:
        return _unread(place, listed, (Problem("not read: the file is larger than 16 MB", file=path),))
    text, doubts = decode(data, path)
    if text is None:
        return _unread(place, listed, doubts)
    if place.ending not in DOCUMENTS:
        return _read_table(place, text, doubts, how)
    if not student:
        return ReadFolder((), (Problem("not read: the file's name holds no student", file=path),))
    if place.ending == LINES:
        text, said = text_of_lines(text, path)
        doubts = (*doubts, *said)
        if not text.strip():
            return _unread(place, listed, doubts)
    text = without_questions(text, place.ending)
    part = find_part(how.names, place.stem) if place.folder else None
    doubts = (*doubts, *told_of_name(text, path, student, listed or {}))
    return _Document(GivenDocument(text, path, student, part or "", place.ocr or how.ocr), doubts)


def _read_table(place: ClassPath, text: str, doubts: tuple[Problem, ...], how: _How) -> ReadFolder:
    read, path, names, listed, aliases = _TABLES[place.ending], place.path, how.names, how.listed, how.aliases
    student, ocr = owner(place, listed or ()), place.ocr or bool(how.ocr)
    table = read(text, path, names, student, ocr)
    problems = [*doubts, *table.problems]
    if not place.folder:
        if any(piece.student != student for piece in table.submissions):
            return ReadFolder(table.submissions, tuple(problems))
        if not student and listed is None and (student := likely_owner(place, text)):
            table = read(text, path, names, student, ocr)
            said = Problem(f"no student in this file: taken for that of {shown(student)}, as it is named", file=path)
            told = table.submissions and not is_for_its_owner(text)
            problems = [*doubts, *table.problems, *([said] if told else ())]
        return _of(student, path, table.submissions, tuple(problems))
    names_of = {student, aliases.get(student, student)}
    own = tuple(one for one in table.submissions if {one.student, aliases.get(one.student, one.student)} & names_of)
    others = sorted({piece.student for piece in table.submissions} - {piece.student for piece in own})
    if others:
        who = ", ".join(map(shown, others[:3])) + (", …" if len(others) > 3 else "")
        hint = "a table of the whole class lies at the top of the class folder"
        problems.append(Problem(f"answers of {who} in the folder of {shown(student)}: not read", hint, path))
    if others and not own:  # of one on the class list it stays the work, for a person
        known = listed is not None and (student in listed or student in aliases)
        return _of(student if known else "", path, (), tuple(problems), by_eye=True)
    return _of(student, path, own, tuple(problems))


def _of(
    student: str, path: str, pieces: tuple[Submission, ...], problems: tuple[Problem, ...], *, by_eye: bool = False
) -> ReadFolder:
    """What one file gave; its Problems are the student's where it has one. `by_eye`: a person alone can read it."""
    if not student:
        return ReadFolder(pieces, problems)
    return ReadFolder((*pieces, Submission(student, "", path, (), problems, by_eye=(path,) if by_eye else ())))


def _first(problems: tuple[Problem, ...], path: str) -> tuple[Problem, ...]:
    """The problems of one file, the many of a hostile one cut short."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem(f"{len(problems) - MOST_PROBLEMS} more problems in this file", file=path)
    return (*problems[:MOST_PROBLEMS], more)


def _merged(student: str, pieces: list[Submission], parts: tuple[str, ...]) -> Submission:
    """One Submission of all that a student's files and rows gave."""
    kept: dict[str, Answer] = {}
    problems: list[Problem] = []
    # by the places of the two answers, so that two rows of 30 parts are one Problem
    doubled: dict[tuple[str, int, str, int], list[str]] = {}
    for piece in pieces:
        problems += piece.problems
        for given in piece.answers:
            answer, said = clean_answer(given)
            problems += said
            before = kept.get(answer.part)
            if before is not None and before.text != answer.text:
                place = (before.file, before.line, answer.file, answer.line)
                doubled.setdefault(place, []).append(answer.part)
            kept[answer.part] = answer
    for (old_file, old_line, file, line), asked in doubled.items():
        old = old_file + (f":{old_line}" if old_line else "")
        which = ("part " if len(asked) == 1 else "parts ") + ", ".join(asked)
        problem = Problem(f"two answers for {which}: this one is used, the one in {old} is not")
        problems.append(problem.at(file, line))
    sources = dict.fromkeys(piece.source.split("/")[0] for piece in pieces if piece.source)
    return Submission(
        student,
        next((piece.name for piece in pieces if piece.name), ""),
        ", ".join(sources),
        tuple(kept[part] for part in parts if part in kept),
        _first(tuple(sorted(problems, key=_place)), pieces[0].source),
        any(piece.ocr for piece in pieces),
        tuple(one for piece in pieces for one in piece.unused),
        tuple(dict.fromkeys(one for piece in pieces for one in piece.by_eye)),
    )


def _place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.message
