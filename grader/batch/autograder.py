"""A rubric -> the zip of a Gradescope autograder; and, within one, a submission -> its `results.json`.

The zip holds `setup.sh`, `run_autograder`, a wheel of this program and the rubric. Where Gradescope has /autograder,
``AUTOGRADER_ROOT`` may name another folder.
"""

from __future__ import annotations

import csv
import io
import json
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from shutil import copytree
from typing import Any

from grader.batch.pool import default_jobs
from grader.batch.run import RunOptions, grade_class
from grader.batch.wheel import wheel
from grader.feedback.gradescope_results import gradescope_results
from grader.files import write_bytes, write_text
from grader.solver.key import AnswerKey

RUBRIC = "rubric.yaml"
_WHEN = (1980, 1, 1, 0, 0, 0)
_SCRIPTS = ("setup.sh", "run_autograder")
_ALONE = "submission"  # the student's id where Gradescope says none


@dataclass(frozen=True, slots=True)
class SubmissionMetadata:
    """What Gradescope says of a submission: its id, who handed it in, what the assignment is worth (None: unsaid)."""

    id: str = _ALONE
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    total_points: float | None = None


def write_autograder(rubric: Path, out: Path, visibility: str) -> tuple[str, ...]:
    """Write the zip; the names of what is in it. Raises OSError, and PackageNotFoundError as `wheel` does."""
    name, data = wheel()
    found = {script: (files("grader") / "gradescope" / script).read_bytes() for script in _SCRIPTS}
    found["run_autograder"] = found["run_autograder"].replace(b"@VISIBILITY@", visibility.encode())
    found |= {RUBRIC: rubric.read_bytes(), name: data}
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w") as archive:
        for path, content in found.items():
            info = zipfile.ZipInfo(path, _WHEN)
            info.external_attr = (stat.S_IFREG | (0o755 if path in _SCRIPTS else 0o644)) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    write_bytes(out, told.getvalue())
    return tuple(found)


def run_autograder(key: AnswerKey, root: Path, visibility: str) -> tuple[str, ...]:
    """Grade ``root/submission`` into ``root/results/results.json``; what the staff should know. Raises OSError."""
    about = submission_metadata(root / "submission_metadata.json")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        copytree(root / "submission", work / "class" / about.id, symlinks=True)
        roster = work / "roster.csv"
        roster.write_text(_roster(about), "utf-8")
        options = RunOptions(roster=roster, jobs=default_jobs(), whole=True)
        report = grade_class(key, work / "class", work / "out", options)
    own = next(one for one in report.reports if one.student == about.id)
    write_text(root / "results" / "results.json", gradescope_results(own, report.rubric, visibility))
    told = [str(problem) for problem in report.problems]
    most = report.rubric.max_score
    if about.total_points is not None and abs(about.total_points - most) > 1e-9:
        told.append(f"the assignment counts {about.total_points:g} points and the rubric {most:g}: set it to {most:g}")
    return tuple(told)


def submission_metadata(path: Path) -> SubmissionMetadata:
    """What Gradescope says of a submission; what is not there, or not as expected, is left out."""
    found: Any = None
    with suppress(OSError, ValueError):
        found = json.loads(path.read_bytes())
    if not isinstance(found, Mapping):
        return SubmissionMetadata()
    users = [one for one in _list(found.get("users")) if isinstance(one, Mapping)]
    assignment = found.get("assignment")
    total = assignment.get("total_points") if isinstance(assignment, Mapping) else None
    name = str(found.get("id", ""))
    return SubmissionMetadata(
        name if name.isalnum() else _ALONE,
        tuple(str(one["name"]) for one in users if one.get("name")),
        tuple(str(one["email"]) for one in users if one.get("email")),
        _number(total),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _roster(about: SubmissionMetadata) -> str:
    """A class list of one, so that a table in which the student stands by e-mail is the student's own."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["student", "name", "email"])
    rows.writerow([about.id, ", ".join(about.names), about.emails[0] if about.emails else ""])
    return out.getvalue()
