"""A run that is killed, or finds the disk full, at a random moment -> whether the next one makes up for it.

``python -m benchmarks.interrupted kills 200`` kills the parent, a worker, or the whole group; ``full 20`` gives the
results a small disk of their own (Linux, as root, for it mounts one). After each, no process and no half written file
is left, no decision is lost, and the next run writes the same bytes as one that nobody disturbed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import grader
from benchmarks.make_class import RUBRIC, write_class
from grader.gradebook.decisions import all_decisions
from grader.gradebook.opening import NAME, connected

STUDENTS = 60
PATIENCE = 2.0  # seconds until every process must be gone
KEPT = (NAME, ".gradebook.lock")


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with results of a class, `before`, and what it should hold after a run on `source`, `expected`."""

    source: Path
    before: Path
    expected: dict[str, bytes]
    seconds: float  # that an undisturbed run takes


def prepared(folder: Path) -> Stage:
    """A class graded with a decision in it, and the same class with other answers, half of them known."""
    key = grader.solve(grader.load_rubric(RUBRIC))
    before, source = folder / "before", folder / "second.csv"
    write_class(folder / "first.csv", key, STUDENTS, parts=42, seed=1)
    write_class(source, key, STUDENTS, parts=42, seed=2)
    command(folder / "first.csv", before).wait()
    run = [sys.executable, "-m", "grader", "override", str(before), "s0007", "1a", "1.5", "--comment", "kept"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(before, folder / "undisturbed")
    started = time.perf_counter()
    if command(source, folder / "undisturbed").wait():
        raise SystemExit("the undisturbed run failed")
    seconds = time.perf_counter() - started
    return Stage(source, before, written(folder / "undisturbed"), seconds)


def command(source: Path, out: Path) -> subprocess.Popen[bytes]:
    """A run in a process group of its own."""
    call = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        str(RUBRIC),
        str(source),
        "--out",
        str(out),
        "--jobs",
        "2",
        "--quiet",
    ]
    return subprocess.Popen(call, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def written(out: Path) -> dict[str, bytes]:
    """The bytes of all results but the gradebook's own."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in KEPT}


def group(leader: int) -> list[int]:
    """The live processes of a group, its leader first."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, its = (path / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(its) == leader and state not in "ZX":
                    found.append(int(path.name))
    return sorted(found, key=lambda pid: pid != leader)


def killed(stage: Stage, out: Path, rng: random.Random) -> str:
    """Start a run, kill some of it at a random moment; what was killed, and what went wrong, if anything did."""
    run = command(stage.source, out)
    time.sleep(rng.random() * stage.seconds)
    how = rng.choice(("parent", "worker", "group"))
    processes = group(run.pid)
    if how == "worker" and len(processes) > 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(processes[1:]), signal.SIGKILL)
        code = run.wait(timeout=120)
        return how if code == 0 else f"{how}: exit code {code}"
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if how == "group" else os.kill)(run.pid, signal.SIGKILL)
    run.wait()
    end = time.monotonic() + PATIENCE
    while (left := group(run.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    return f"{how}: {len(left)} processes are left" if left else how


def filled(stage: Stage, out: Path, _rng: random.Random) -> str:
    """A run on a disk that is too small; it must end with exit code 2, and say why."""
    run = command(stage.source, out)
    assert run.stderr is not None
    said = run.stderr.read().decode()
    code = run.wait(timeout=120)
    if code == 2 and ("space" in said or "full" in said):
        return "full disk"
    return "went through" if code == 0 else f"full disk: exit code {code}, {said[-300:]}"


@contextlib.contextmanager
def place(folder: Path, stage: Stage, how: str, rng: random.Random) -> Iterator[Path]:
    """A copy of the results before, on a small disk if that is to be full; given room again on the way out."""
    out = folder / "out"
    out.mkdir()
    if how == "full":
        size = sum(path.stat().st_size for path in stage.before.rglob("*") if path.is_file())
        room = size + rng.randrange(20_000, 16_000_000)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(out)], check=True)
    shutil.copytree(stage.before, out, dirs_exist_ok=True)
    try:
        yield out
    finally:
        if how == "full":
            subprocess.run(["umount", "-l", str(out)], check=True)
        shutil.rmtree(out, ignore_errors=True)


def made_up_for(stage: Stage, out: Path) -> list[str]:
    """Run again, and what is not as it should be then."""
    run = command(stage.source, out)
    assert run.stderr is not None
    said = run.stderr.read().decode()
    wrong = [f"exit code {code} of the next run: {said[-300:]}"] if (code := run.wait(timeout=300)) else []
    found = written(out)
    differ = sorted(
        name for name in found.keys() | stage.expected.keys() if found.get(name) != stage.expected.get(name)
    )
    wrong += [f"{len(differ)} files differ: {', '.join(differ[:5])}"] if differ else []
    with closing(connected(out / NAME)) as book:
        comments = [one.comment for one in all_decisions(book)]
    return wrong + ([] if comments == ["kept"] else ["the decision is lost"])


def main(how: str, times: int, seed: int) -> int:
    """Disturb and look, `times` times; 1 where anything was not as it should be."""
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        stage = prepared(Path(name))
        for n in range(times):
            rng = random.Random(f"{seed} {n}")
            with place(Path(name), stage, how, rng) as out:
                outcome = (killed if how == "kills" else filled)(stage, out, rng)
                if how == "full":
                    subprocess.run(["mount", "-o", "remount,size=500M", str(out)], check=True)
                wrong = [outcome] if ":" in outcome else []
                wrong += made_up_for(stage, out)
            outcomes[outcome.partition(":")[0]] += 1
            faults += [f"{n}: {one}" for one in wrong]
            print(f"\r{n + 1} of {times}, {len(faults)} faults", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items())))
    print("\n".join(faults) or f"nothing lost, nothing left; an undisturbed run takes {stage.seconds:.1f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("how", choices=("kills", "full"))
    arguments.add_argument("times", type=int)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    sys.exit(main(asked.how, asked.times, asked.seed))
