"""A class folder (or one file) becomes (path, content) pairs, in the order of their paths.

``class_files(Path("submissions"), (), problems)`` yields ``("ana.md", b"# 1a ...")``; what is not read,
and should have been, is added to `problems`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.problems import Problem

_HIDDEN = re.compile(r"\..*")
_OUTPUT = re.compile(
    r"\..*|feedback|handed_in|export|index_rows|results\.json|index\.html|gradebook\..*"
    r"|(?:grades|decisions|requests|to_decide|audit)\.csv"
)
_HEAD = b'{"schema": 1,\n"rubric": {'
LARGEST_FILE = 64 * 1024 * 1024  # bytes; a class of a thousand in one file is about 3 MB


def class_files(source: Path, leave_out: tuple[Path, ...], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """Every file below `source` (or `source` itself) by its path relative to the folder, with ``/``.

    Hidden files are skipped, and so are those in `leave_out` (the roster, the results of this run) and the results
    of any other run of ours, wherever they lie; links that lead out of the folder, devices and files above 64 MB are
    Problems.
    """
    if source.is_dir():
        root, paths = source, _walk(source, problems)
    else:
        root, paths = source.parent, [source]
    inside = _real(root)
    skipped = tuple(real for real in map(_real, leave_out) if inside in real.parents)
    for path in paths:
        name = _name(path, root)
        target = _real(path)
        if any(target == other or other in target.parents for other in skipped):
            continue
        if source.is_dir() and inside not in target.parents:
            problems.append(Problem("not read: the link leads out of the folder", file=name))
            continue
        try:
            what = target.stat()
            if not stat.S_ISREG(what.st_mode):
                problems.append(Problem("not read: not a regular file", file=name))
            elif what.st_size > LARGEST_FILE:
                problems.append(Problem("not read: the file is larger than 64 MB", file=name))
            else:
                yield name, target.read_bytes()
        except OSError as error:
            problems.append(Problem(f"not read: {error.strerror or error}", file=name))


def class_paths(source: Path, leave_out: tuple[Path, ...]) -> list[str]:
    """The paths of all files below a class folder but those in `leave_out`, as `class_files` has them."""
    skipped = {*map(_real, leave_out)}
    found = _walk(source, []) if source.is_dir() else []
    return [_name(path, source) for path in found if skipped.isdisjoint((_real(path), *_real(path).parents))]


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix().encode("utf-8", "replace").decode()


def _real(path: Path) -> Path:
    """`path` without links; a link to itself stays what it is (Path.resolve raises)."""
    return Path(os.path.realpath(path))


def _walk(folder: Path, problems: list[Problem]) -> list[Path]:
    """The files below `folder` without hidden ones, sorted; folders that are links are not entered."""
    found: list[Path] = []

    def refused(error: OSError) -> None:
        name = Path(os.path.relpath(error.filename, folder)).as_posix().encode("utf-8", "replace").decode()
        problems.append(Problem(f"not read: {error.strerror or error}", file=f"{name}/"))

    for where, folders, files in os.walk(folder, onerror=refused):
        skipped = _OUTPUT if _holds_results(Path(where), files) else _HIDDEN
        folders[:] = [name for name in folders if not skipped.fullmatch(name)]
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        found.extend(Path(where) / name for name in (*files, *links) if not skipped.fullmatch(name))
    return sorted(found)


def _holds_results(folder: Path, files: list[str]) -> bool:
    """Whether a run of ours wrote its results here: its gradebook, or the first line of results.json, tells."""
    if "gradebook.sqlite" in files:
        return True
    if "results.json" not in files:
        return False
    try:
        with (folder / "results.json").open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False
