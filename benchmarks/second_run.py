"""A class of 1,000 students x 42 parts, a seventh of its answers distinct -> what a run costs when little is new.

``python -m benchmarks.second_run`` prints the seconds that the first run and four later ones take: nothing
changed, one more student, one part's points changed, for a formula and for a number that others follow from. Each has
a copy of the first one's folder, and none is removed meanwhile: ext4 is slow to make files after it has lost many.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import grader
from benchmarks.make_class import RUBRIC, STUDENTS, write_class
from benchmarks.table import Row, print_table

PARTS = 42
SHARE = 0.14
NOTHING, ONE_MORE, ONE_PART = 1.5, 2.0, 3.0  # seconds
POINTS = (
    # what changes, old text of the rubric, new text
    ("the points of a formula", "target: dJ/dyhat_i\n        points: 3", "target: dJ/dyhat_i\n        points: 4"),
    ("the points of a number", "target: dL/dZ12}", "target: dL/dZ12, points: 3}"),
)


def measure(students: int = STUDENTS) -> list[Row]:
    """Wall seconds of each run, the rubric certified before."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "class" / "class.csv"
        source.parent.mkdir()
        distinct = write_class(source, grader.solve(grader.load_rubric(RUBRIC)), students, PARTS, distinct=SHARE)
        first = _run(RUBRIC, source, folder / "first")
        rows = [
            Row(f"first run, {students:,} students x {PARTS} parts, {distinct:,} distinct", first, float("inf"), "s")
        ]

        def later(what: str, rubric: Path, limit: float) -> Row:
            out = folder / what
            shutil.copytree(folder / "first", out)
            os.sync()  # a run on another day does not wait until what was copied is on the disk
            return Row(f"  {what}", _run(rubric, source, out), limit, "s")

        rows.append(later("nothing changed", RUBRIC, NOTHING))
        text = RUBRIC.read_text("utf-8")
        for what, old, new in POINTS:
            changed = folder / f"{what}.yaml"
            if text.count(old) != 1:
                raise SystemExit(f"the rubric does not have {old!r} once")
            changed.write_text(text.replace(old, new), "utf-8")
            rows.append(later(what, changed, ONE_PART))
        lines = source.read_text("utf-8").rstrip("\n").split("\n")
        source.write_text("\n".join([*lines, lines[-1].replace(f"s{students:04d}", "t0001", 1), ""]), "utf-8")
        rows.append(later("one more student", RUBRIC, ONE_MORE))
        return rows


def _run(rubric: Path, source: Path, out: Path) -> float:
    """The wall seconds of a run."""
    call = [sys.executable, "-m", "grader", "grade", str(rubric), str(source), "--out", str(out), "--quiet"]
    started = time.perf_counter()
    subprocess.run(call, check=True, env=os.environ)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(print_table(measure()))
