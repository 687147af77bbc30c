"""Workers end with the process that started them, even where it is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.batch import lifeline

PATIENCE = 60.0  # seconds, on a busy machine; it takes a small part of one
linux = pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc, which only Linux has")


def state(process: int) -> tuple[str, int]:
    """The state of a process and its parent's id, ("", 0) for one that is gone."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return "", 0
    letter, parent = text.rpartition(")")[2].split()[:2]
    return letter, int(parent)


def children(parent: int) -> set[int]:
    every = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return {process for process in every if state(process)[1] == parent}


def alive(processes: set[int]) -> set[int]:
    return {process for process in processes if state(process)[0] not in ("", "Z", "X")}


def within_patience(done: object) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


@linux
def test_a_killed_run_leaves_no_workers(rubric: str, tmp_path: Path) -> None:
    rows = [f"s{n},{n}*y - yhat,(yhat - {n}*y)*yhat*x,0.{n},{n}" for n in range(800)]
    (tmp_path / "class.csv").write_text("\n".join(["student,1a,1b,2a,2b", *rows]))
    call = [sys.executable, "-m", "grader", "grade", rubric, str(tmp_path / "class.csv"), "--jobs", "2"]
    run = subprocess.Popen(
        [*call, "--out", str(tmp_path / "out")], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        assert within_patience(lambda: len(children(run.pid)) == 2), "the class is done before its workers were seen"
        workers = children(run.pid)
        time.sleep(0.3)
        assert run.poll() is None
        assert alive(workers) == workers
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert within_patience(lambda: not alive(workers)), f"still there: {alive(workers)}"
    assert not (tmp_path / "out" / "results.json").exists()


def sit(told: bool, parent: int) -> None:
    """A worker that has nothing to do."""
    lifeline._SECONDS = 0.05
    if not told:
        lifeline._told_by_the_kernel = lambda: False
    lifeline.end_with(parent)
    time.sleep(60)


def start(method: str, told: bool, parent: int | None) -> None:
    """Start a worker, say its id, and wait to be killed."""
    worker = multiprocessing.get_context(method).Process(target=sit, args=(told, parent or os.getpid()))
    worker.start()
    print(worker.pid, flush=True)
    worker.join()


WAYS = [
    ("fork", True, None, "told by the kernel"),
    ("fork", False, None, "by looking"),
    ("spawn", False, None, "by looking, as macOS and Windows start processes"),
    ("fork", True, 1, "the parent went before the kernel was asked"),
    ("fork", False, 1, "the parent went before the first look"),
]


@linux
@pytest.mark.parametrize(("method", "told", "parent", "why"), WAYS, ids=[row[-1] for row in WAYS])
def test_a_worker_ends_with_its_parent(method: str, told: bool, parent: int | None, why: str) -> None:
    code = f"from test_lifeline import start\nif __name__ == '__main__': start({method!r}, {told}, {parent})"
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parent, env={**os.environ}
    )
    assert run.stdout is not None
    with run.stdout:
        worker = int(run.stdout.readline())
        if parent is None:
            time.sleep(1.0)
            assert alive({worker}) == {worker}, why
            run.send_signal(signal.SIGKILL)
        assert within_patience(lambda: not alive({worker})), why
    run.kill()
    run.wait()
