"""What SUBMISSIONS names -> its files: a class folder or one file as they lie, an export put in order by student.

``with opened(Path("submissions.zip"), (), people) as given`` has the files of a Canvas, Moodle or Gradescope export
under the main ids of its students. Nothing of a zip is unpacked to disk.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from shutil import rmtree

from grader.batch.folder import class_files, class_paths
from grader.exchange.archive import Packed, packed
from grader.exchange.arranged import Arranged, arranged, own_files, summary
from grader.exchange.arrivals import WrongExport
from grader.exchange.recognise import EXPECTED, TITLES, is_noise, recognised
from grader.exchange.rosters import People
from grader.feedback.addresses import page_names
from grader.files import write_bytes
from grader.problems import Problem
from grader.submission.submissions import Submission

HANDED_IN = "handed_in"  # in the folder of results: what a person alone can read


@dataclass(frozen=True, slots=True)
class GivenFiles:
    """The `files` that are to be read, and `read`, which has the bytes of one by its path in `places`, or its own.

    `export` is None for a plain class folder; `told` says which it is, `pictures` fill up as texts are read.
    """

    files: Iterable[tuple[str, bytes | Problem]]
    read: Callable[[str], bytes | Problem]
    places: Mapping[str, str]
    export: Arranged | None = None
    told: str = ""
    pictures: list[tuple[str, Problem]] = field(default_factory=list)


@contextmanager
def opened(
    source: Path, skipped: tuple[Path, ...], people: People | None, attempts: int | None = None
) -> Iterator[GivenFiles]:
    """What lies at `source`, but for the files `skipped`; of an export so many `attempts` count (None: any number).

    Raises OSError, and WrongExport where a zip is no export.
    """
    if source.is_file() and (source.suffix.casefold() == ".zip" or zipfile.is_zipfile(source)):
        with source.open("rb") as file:
            yield _from_zip(packed(file, source.name), source, people, attempts)
        return
    paths = class_paths(source, skipped)

    def read(path: str) -> bytes:
        return (source / path).read_bytes()

    export = recognised(paths, read, source.resolve().name, attempts) if source.is_dir() else None
    files = _loaded(source, skipped)
    if export is None:
        yield GivenFiles(files, lambda path: _read(source if source.is_dir() else source.parent, path), {})
        return
    out = arranged(export, people)
    pictures: list[tuple[str, Problem]] = []
    own = (pair for path, data in files for pair in own_files(out, path, data, pictures))
    whole = (_places(out), out, summary(out, _title(export.kind)), pictures)
    yield GivenFiles(own, lambda path: _read(source, path), *whole)


def _from_zip(archive: Packed, source: Path, people: People | None, attempts: int | None) -> GivenFiles:
    def read(path: str) -> bytes:
        data = archive.read(path)
        if isinstance(data, Problem):
            raise WrongExport(f"{source.name}: {data}")
        return data

    paths = list(archive.members)
    if all(map(is_noise, paths)):
        raise WrongExport(f"{source.name} holds no files: {EXPECTED}")
    export = recognised(paths, read, source.stem, attempts)
    if export is None:
        raise WrongExport(f"{source.name} is no export that is known: {EXPECTED}")
    out = arranged(export, people)
    out = replace(out, problems=(*out.problems, *archive.problems))
    pictures: list[tuple[str, Problem]] = []
    own = (pair for path in paths for pair in own_files(out, path, archive.read(path), pictures))
    return GivenFiles(own, archive.read, _places(out), out, summary(out, _title(export.kind)), pictures)


def _title(kind: str) -> str:
    return f"an export of {TITLES[kind]}"


def _places(out: Arranged) -> dict[str, str]:
    """By a student's own path the path in the export."""
    return {own: path for path, some in out.paths.items() for own, _ in some}


def _loaded(source: Path, skipped: tuple[Path, ...]) -> Iterator[tuple[str, bytes | Problem]]:
    """The files below `source`, then those that could not be loaded with their Problems: their students stay."""
    problems: list[Problem] = []
    yield from class_files(source, skipped, problems)
    yield from ((problem.file, problem) for problem in problems)


def _read(folder: Path, path: str) -> bytes | Problem:
    try:
        return (folder / path).read_bytes()
    except OSError as error:
        return Problem(f"not read: {error.strerror or error}", file=path)


def keep_beside(submissions: Iterable[Submission], given: GivenFiles, folder: Path, secret: str = "") -> None:
    """Copy what a person alone can read to a folder of its student, in place of what was there. Raises OSError.

    With a `secret`, neither folders nor files have names that tell whose they are.
    """
    submissions = tuple(submissions)
    names = page_names((one.student for one in submissions), secret)
    for one in submissions:
        own = folder / names[one.student].removesuffix(".html")
        kept = {path: given.read(given.places.get(path, path)) for path in one.by_eye if _is_file(path)}
        wanted = {
            own / (f"{number}{PurePosixPath(path).suffix}" if secret else _plain(path)): data
            for number, (path, data) in enumerate(kept.items(), 1)
            if isinstance(data, bytes)
        }
        if own.is_dir() and {path for path in own.rglob("*") if path.is_file()} - wanted.keys():
            with suppress(OSError):
                rmtree(own)
        for path, data in wanted.items():
            write_bytes(path, data)


def clear_kept_beside(folder: Path, submissions: Iterable[Submission], secret: str = "") -> None:
    """Remove what was kept of students who are not in the class any more; `secret` as `page_names` has it."""
    there = {name.removesuffix(".html") for name in page_names((one.student for one in submissions), secret).values()}
    for path in folder.glob("*"):
        if path.is_dir() and path.name not in there:
            with suppress(OSError):
                rmtree(path)


def rename_beside(students: Iterable[str], folder: Path, before: str, after: str) -> None:
    """Copies under the names that one secret (empty: none) gives, under those of another. Raises OSError."""
    students = tuple(students)
    old, new = page_names(students, before), page_names(students, after)
    for student in students:
        there = folder / old[student].removesuffix(".html")
        if old[student] != new[student] and there.is_dir():
            files = sorted(path for path in there.rglob("*") if path.is_file())
            for number, path in enumerate(files, 1):
                name = f"{number}{path.suffix}" if after else path.relative_to(there).as_posix()
                write_bytes(folder / new[student].removesuffix(".html") / name, path.read_bytes())
            rmtree(there)


def _is_file(path: str) -> bool:
    return bool(path) and not path.endswith("/")


def _plain(path: str) -> str:
    """The name of a handed-in file below its student's folder, none of whose pieces leads out of it."""
    pieces = [piece for piece in PurePosixPath(path).parts if piece not in ("", ".", "..", "/")]
    return "/".join(piece.lstrip(".") or "_" for piece in pieces[1:] or pieces)
