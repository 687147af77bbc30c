"""``grader preview``: how each answer in some files is read, before anybody judges it.

``grader preview rubric.yaml ana.md`` prints a line or two an answer, and no verdict; the rubric may be its public form.
"""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from grader.batch.folder import class_files
from grader.batch.public_forms import read_public
from grader.cli.author import refuse
from grader.cli.terminal import print_error, printable
from grader.feedback.github import command
from grader.previews.class_preview import Reader, StudentPreview, preview_files, reader_of
from grader.previews.telling import lines_of, said
from grader.problems import Problem


def preview(asked: Namespace) -> int:
    """The command: 0 done, 1 if ``--strict`` and an answer can't be read, 2 where a file or the call is wrong."""
    public = read_public(asked.rubric)
    if isinstance(public, tuple):
        return refuse(public)
    reader = reader_of(public)
    codes = [_previewed(reader, path, asked) for path in asked.files]
    return max(codes)


def _previewed(reader: Reader, path: Path, asked: Namespace) -> int:
    """Tell how the files at a path are read; the exit code that they come to."""
    problems: list[Problem] = []
    try:
        path.stat()
        files = list(class_files(path, (), problems))
    except OSError as error:
        print_error(f"{path.as_posix()}: not read: {error.strerror or error}")
        return 2
    found = preview_files(reader, files, {"ocr": True, "typed": False}.get(asked.source))
    for problem in (*problems, *found.problems):
        print_error(str(problem.at(_path(path, problem.file))))
    read = [one for one in found.students if not one.by_eye]
    for student in read if asked.quiet else found.students:
        if student.unreadable or not asked.quiet:
            several = path.is_dir() or len(found.students) > 1
            print(printable(path.as_posix() + (f": {student.student}" if several else "")))
            for line in lines_of(student, unread=asked.quiet):
                print(printable(line))
    _tell_github(path, read)
    if problems or not read:
        print_error(f"{path.as_posix()}: {'not all' if read else 'nothing'} of it could be read")
        return 2
    return 1 if asked.strict and any(one.unreadable for one in read) else 0


def _tell_github(path: Path, read: list[StudentPreview]) -> None:
    """On GitHub Actions: an error at the place of each answer that can't be read."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    for one in (one for student in read for one in student.parts if one.unreadable):
        told = "; ".join(map(said, one.problems))
        print(command("error", "", _path(path, one.file), one.line, f"{one.part}: can't be read", told))


def _path(path: Path, file: str) -> str:
    return (path / file if path.is_dir() and file else path).as_posix()
