"""The paths of a folder or zip -> the platform that wrote it, and what was handed in there.

``recognised(["lopezana_123_4567_hw1.md"], read)`` is a Canvas download; a plain class folder is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.exchange.arrivals import Arrival, ArrivedFile, Export, ReadMember, Sender
from grader.exchange.canvas_files import canvas_arrivals, canvas_file
from grader.exchange.gradescope_files import METADATA, gradescope_export
from grader.exchange.moodle_files import moodle_arrivals, moodle_file
from grader.problems import Problem

EXPECTED = (
    "expected the zip of Canvas (surname_123_4567_file), of Moodle (Name_123_assignsubmission_file/), of Gradescope"
    f" (with {METADATA}), or a folder of GitHub Classroom (assignment-submissions/)"
)
TITLES = {"canvas": "Canvas", "moodle": "Moodle", "gradescope": "Gradescope", "classroom": "GitHub Classroom"}
CLASSROOM = "-submissions"
_NOISE = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")


def recognised(paths: Sequence[str], read: ReadMember, above: str = "", attempts: int | None = None) -> Export | None:
    """The export that these files are, None where they are none; raises WrongExport where they are half of one.

    `above` is the name of the folder that they lie in; `read` gives the bytes of one. Of so many `attempts` the newest
    counts, where the export tells them apart.
    """
    own = [path for path in paths if not is_noise(path)]
    listed = [path for path in own if path.split("/")[-1] == METADATA]
    if listed:
        top = min(listed, key=len).removesuffix(METADATA)
        return gradescope_export(own, read, top)
    cut = _common_top(own)
    inside = [path.removeprefix(cut) for path in own]
    if _mostly(sum(moodle_file(path) is not None for path in inside), len(inside)):
        return _export("moodle", moodle_arrivals(inside), inside, cut)
    if _mostly(sum("/" not in path and canvas_file(path) is not None for path in inside), len(inside)):
        return _export("canvas", canvas_arrivals(inside, attempts), inside, cut)
    assignment = (cut.rstrip("/").rpartition("/")[2] if cut else above).removesuffix(CLASSROOM)
    if (cut.rstrip("/") if cut else above).endswith(CLASSROOM) and assignment:
        return _export("classroom", _classroom(inside, f"{assignment}-"), inside, cut)
    return None


def is_noise(path: str) -> bool:
    """What packers and file systems add, and hidden files."""
    return any(piece.startswith(".") or piece.casefold() in _NOISE for piece in path.split("/"))


def _mostly(number: int, of: int) -> bool:
    return number > 0 and 2 * number >= of


def _common_top(paths: Sequence[str]) -> str:
    """The one folder, ending with ``/``, that all files lie in, unless it is a participant's of Moodle."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths}
    if len(tops) != 1 or "" in tops:
        return ""
    top = f"{tops.pop()}/"
    return "" if any(moodle_file(path) for path in paths) else top


def _export(kind: str, arrivals: tuple[Arrival, ...], inside: Sequence[str], cut: str) -> Export:
    """The export with the paths that its files have in whole; what it does not account for is told."""
    known = {file.path for one in arrivals for file in one.files}
    left = [path for path in inside if path not in known and not _is_attempt(kind, path)]
    problems = [Problem("not read: no file of the export by its name", file=cut + path) for path in left]
    return Export(kind, tuple(_under(cut, one) for one in arrivals), tuple(problems))


def _is_attempt(kind: str, path: str) -> bool:
    """Whether a file was left out for a newer one, which its student is told."""
    return kind == "canvas" and canvas_file(path) is not None


def _under(cut: str, arrival: Arrival) -> Arrival:
    files = tuple(ArrivedFile(cut + one.path, one.name, one.html) for one in arrival.files)
    problems = tuple(one.at(cut + one.file) for one in arrival.problems)
    whole = (arrival.at, arrival.late, arrival.late_by, arrival.attempt, arrival.group, arrival.anonymous)
    return Arrival(arrival.senders, files, *whole, arrival.notes, problems)


def _classroom(paths: Sequence[str], prefix: str) -> tuple[Arrival, ...]:
    """A repository of each student, whose folder is the assignment's name and the student's."""
    folders = Counter(path.partition("/")[0] for path in paths if "/" in path)
    return tuple(
        Arrival(
            (Sender((("github_username", folder.removeprefix(prefix)),)),),
            tuple(ArrivedFile(path, path.partition("/")[2]) for path in paths if path.startswith(f"{folder}/")),
        )
        for folder in sorted(folders)
        if folder.startswith(prefix) and folder != prefix
    )
