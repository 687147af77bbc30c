"""The results are the same bytes wherever, in whatever order and after whatever a class was graded."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.gradebook.opening import NAME, connected
from tests.outputs import written

ROOT = Path(__file__).parents[2]
HOMEWORK = (ROOT / "rubrics/losses_and_backprop.yaml", ROOT / "submissions/losses_and_backprop")


def command(source: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "grader", "grade", str(HOMEWORK[0]), str(source), "--out", str(out), "--quiet", *more]


def graded(source: Path, out: Path, *more: str, **surroundings: str) -> dict[str, bytes]:
    done = subprocess.run(
        command(source, out, *more), env={**os.environ, **surroundings}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return written(out)


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample class, under a name of its own: its name stands in no result."""
    folder = tmp_path_factory.mktemp("class") / "class"
    shutil.copytree(HOMEWORK[1], folder)
    return folder


@pytest.fixture(scope="module")
def expected(klass: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return graded(klass, tmp_path_factory.mktemp("plain") / "out")


@pytest.fixture(scope="module")
def large(klass: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class with so much more to judge that a run of one process is seconds from its end once it has begun."""
    folder = tmp_path_factory.mktemp("large") / "class"
    shutil.copytree(klass, folder)
    parts = ("1a", "1b", "2b", "2c", "2d", "2e")
    rows = [f"t{k:03},{','.join(f'{k} x + {k + n}' for n, _ in enumerate(parts))}" for k in range(150)]
    (folder / "many.csv").write_text("\n".join([f"student,{','.join(parts)}", *rows, ""]))
    return folder


@pytest.fixture(scope="module")
def expected_of_large(large: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return graded(large, tmp_path_factory.mktemp("whole") / "out")


ELSEWHERE = [
    # how it is graded, in which surroundings, why
    (("--jobs", "1"), {}, "one process"),
    (("--jobs", "5"), {"PYTHONHASHSEED": "77"}, "five, and another order of sets"),
    (("--jobs", "2"), {"LANG": "tr_TR.UTF-8", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"}, "another language and day"),
]


@pytest.mark.parametrize(("more", "surroundings", "why"), ELSEWHERE, ids=[row[-1] for row in ELSEWHERE])
def test_anywhere(
    more: tuple[str, ...],
    surroundings: dict[str, str],
    why: str,
    klass: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
) -> None:
    assert graded(klass, tmp_path / "out", *more, **surroundings) == expected, why


def test_files_written_in_another_order(klass: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    paths = [path.relative_to(klass) for path in klass.rglob("*") if path.is_file()]
    random.Random(1).shuffle(paths)
    for path in paths:
        (tmp_path / "class" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(klass / path, tmp_path / "class" / path)
    assert graded(tmp_path / "class", tmp_path / "out") == expected


ATTEMPTS = 4


@pytest.mark.skipif(sys.platform == "win32", reason="has no signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_run_that_was_cut_short_is_gone_on_with(
    how: signal.Signals, large: Path, expected_of_large: dict[str, bytes], tmp_path: Path
) -> None:
    for attempt in range(ATTEMPTS):  # a busy machine may be too late with the signal
        out = tmp_path / f"out{attempt}"
        with subprocess.Popen(
            command(large, out, "--jobs", "1"), stderr=subprocess.PIPE, start_new_session=True
        ) as run:
            assert within(60, lambda: judged(out) > 0), "nothing was judged"  # noqa: B023  # called at once
            os.killpg(run.pid, how)
        if run.returncode not in (0, 2):
            break
    assert run.returncode not in (0, 2), "it was done before it was cut short"
    before = judged(out)
    assert before > 0
    assert not (out / "results.json").exists()
    assert graded(large, out) == expected_of_large
    assert judged(out) > before
    with closing(connected(out / NAME, read_only=True)) as book:
        assert book.execute("SELECT id, state FROM runs").fetchall() == [(1, "finished")], "one run, gone on with"


def judged(out: Path) -> int:
    """How many judgements the gradebook holds."""
    if not (out / NAME).exists():
        return 0
    try:
        with closing(connected(out / NAME, read_only=True)) as book:
            return int(book.execute("SELECT count(*) FROM judgements").fetchone()[0])
    except Exception:  # it is being made
        return 0


def within(seconds: float, holds: object) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False
