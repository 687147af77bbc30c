"""What keeps a command from its folder of results is told in one line, by each command alike."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from grader.batch.again import NotPossible
from grader.batch.reading import Refused
from grader.cli import main
from grader.gradebook.opening import NAME, InUse, TooNew

FAILURES: list[tuple[Exception, str]] = [
    # what is raised, what is told of the folder {out} and what was to be done with its gradebook
    (OSError(errno.ENOSPC, "No space left on device", "other/file"), "other/file: No space left on device"),
    (OSError(errno.ENOSPC, "No space left on device"), "{out}: No space left on device"),
    (OSError("no locks here"), "{out}: no locks here"),
    (InUse("kim"), "{out} is in use by kim; try again when that is done"),
    (TooNew("of a later version"), "of a later version"),
    (sqlite3.OperationalError("disk I/O error"), "the gradebook in {out} can't be {aim}: disk I/O error"),
]
OF_GRADE = [*FAILURES, (Refused("nobody is left"), "nobody is left")]
OF_LOG = [*FAILURES, (NotPossible("the rubric is gone"), "the rubric is gone")]
NAMES = ["a file", "the folder", "no reason", "in use", "too new", "the gradebook", "not done"]
Output = pytest.CaptureFixture[str]


def failing(monkeypatch: pytest.MonkeyPatch, name: str, failure: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(name, fail)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("failure", "told"), OF_GRADE, ids=NAMES)
def test_grade(
    failure: Exception,
    told: str,
    dry_run: bool,
    rubric: str,
    klass: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    out = tmp_path / "out"
    failing(monkeypatch, f"grader.cli.grade.{'would_change' if dry_run else 'grade_class'}", failure)
    call = ["grade", rubric, str(klass), "--out", str(out), "--quiet", *(["--dry-run"] if dry_run else [])]
    assert main(call) == 2
    assert capsys.readouterr() == ("", f"grader: {told.format(out=out, aim='written')}\n")


@pytest.mark.parametrize("call", [["log", "OUT"], ["override", "OUT", "ada", "1a", "1"]], ids=["log", "override"])
@pytest.mark.parametrize(("failure", "told"), OF_LOG, ids=NAMES)
def test_log_and_override(
    failure: Exception, told: str, call: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    (tmp_path / NAME).touch()
    failing(monkeypatch, "grader.cli.gradebook.held", failure)
    assert main([str(tmp_path) if piece == "OUT" else piece for piece in call]) == 2
    assert capsys.readouterr() == ("", f"grader: {told.format(out=tmp_path, aim='used')}\n")
