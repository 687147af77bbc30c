"""The files of a class folder -> Submissions, one a student, and every Problem met on the way.

``read_files([("ana.md", b"1a: 2x")], ("1a",)).submissions[0].answers[0].text`` is ``"2x"``.
Pure: the caller reads the files. The result does not depend on their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from grader.problems import Problem, did_you_mean
from grader.submission.decode import clean_answer, clean_name, decode, shown
from grader.submission.document import read_document
from grader.submission.labels import PartNames, find_part, part_names
from grader.submission.lines import DOCUMENTS
from grader.submission.model import Answer, ReadFolder, Submission
from grader.submission.records import read_json, read_jsonl
from grader.submission.tabular import read_csv, read_roster

__all__ = ["read_files", "read_roster"]

_TABLES = {".csv": read_csv, ".tsv": read_csv, ".json": read_json, ".jsonl": read_jsonl}
_NOISE = ("thumbs.db", "desktop.ini", "__macosx")
LARGEST_OWN_FILE = 16 * 2**20  # bytes, of one student's file; a class table may have four times that
MOST_PROBLEMS = 100  # of one file


def read_files(
    files: Iterable[tuple[str, bytes]],
    parts: tuple[str, ...],
    roster: tuple[tuple[str, str], ...] | None = None,
) -> ReadFolder:
    """Read a class: `files` are (path relative to the class folder with ``/``, content) pairs.

    `parts` are the part ids in rubric order; `roster` the (student, name) pairs of the class, each of whom
    gets a Submission. Of two answers to one part the last (by path, then line) counts, and a Problem says so.
    """
    names = part_names(parts)
    read = {path: _read_file(path, data, names) for path, data in files if not _is_noise(path)}
    pieces: dict[str, list[Submission]] = {}
    problems: list[Problem] = []
    for path in sorted(read):
        problems += _first(read[path].problems, path)
        for piece in read[path].submissions:
            pieces.setdefault(piece.student, []).append(piece)
    listed = dict(roster or ())
    for student, name in listed.items():
        pieces.setdefault(student, []).insert(0, Submission(student, name))
    submissions = []
    for student in sorted(pieces):
        merged = _merged(student, pieces[student], parts)
        if roster is not None and student not in listed:
            hint = did_you_mean(student, listed)
            unknown = Problem(f"{shown(student)} is not on the class list", hint, merged.source.split(", ")[0])
            merged = _with_problem(merged, unknown)
        submissions.append(merged)
    return ReadFolder(tuple(submissions), tuple(problems))


def _is_noise(path: str) -> bool:
    pieces = path.casefold().split("/")
    return any(piece.startswith(".") or piece in _NOISE for piece in pieces) or pieces[-1].startswith("readme")


def _read_file(path: str, data: bytes, names: PartNames) -> ReadFolder:
    place = PurePosixPath(path)
    ending = place.suffix.casefold()
    folder, _ = clean_name(place.parts[0]) if len(place.parts) > 1 else ("", False)
    stem = place.stem
    ocr = stem.casefold().endswith(".ocr")
    stem, _ = clean_name(stem[:-4] if ocr else stem)
    student = folder or (stem if ending in DOCUMENTS else "")
    if ending not in DOCUMENTS and ending not in _TABLES:
        readable = ", ".join((*_TABLES, *DOCUMENTS))
        refused = Problem(f"not read: no format that is read ends in '{ending}'", f"what is read: {readable}", path)
        return _of(folder, path, (), (refused,))
    if student and len(data) > LARGEST_OWN_FILE:
        return _of(student, path, (), (Problem("not read: the file is larger than 16 MB", file=path),))
    text, doubts = decode(data, path)
    if text is None:
        return _of(student, path, (), doubts)
    if ending in DOCUMENTS:
        if not student:
            nameless = Problem("not read: the file's name holds no student", file=path)
            return ReadFolder((), (nameless,))
        part = find_part(names, stem) if folder else None
        piece = read_document(text, path, names, student, part or "", ocr)
        return _of(student, path, (piece,), doubts)
    table = _TABLES[ending](text, path, names, folder)
    if not folder:
        return ReadFolder(table.submissions, (*doubts, *table.problems))
    own = tuple(piece for piece in table.submissions if piece.student == folder)
    others = sorted({piece.student for piece in table.submissions} - {folder})
    problems = [*doubts, *table.problems]
    if others:
        who = ", ".join(map(shown, others[:3])) + (", …" if len(others) > 3 else "")
        hint = "a table of the whole class lies at the top of the class folder"
        problems.append(Problem(f"answers of {who} in the folder of {shown(folder)}: not read", hint, path))
    if others and not own:
        return ReadFolder((), tuple(problems))
    return _of(folder, path, own, tuple(problems))


def _of(student: str, path: str, pieces: tuple[Submission, ...], problems: tuple[Problem, ...]) -> ReadFolder:
    """What one file gave; its Problems are the student's where it has one."""
    if not student:
        return ReadFolder(pieces, problems)
    return ReadFolder((*pieces, Submission(student, "", path, (), problems)))


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
    )


def _with_problem(submission: Submission, problem: Problem) -> Submission:
    return Submission(
        submission.student,
        submission.name,
        submission.source,
        submission.answers,
        (problem, *submission.problems),
        submission.ocr,
    )


def _place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.message
