"""docs/trust.md and docs/privacy.md: their commands print what is shown, on the sample class."""

from __future__ import annotations

import csv
import re
import shutil
import sys
from pathlib import Path

import pytest

from grader.feedback.audit_sample import most_wrong
from tests.console import ROOT, Terminal, agrees, blocks, sessions, steps_of

SAMPLE = "two_layer_network"
TRUST = (ROOT / "docs/trust.md").read_text("utf-8")
PRIVACY = (ROOT / "docs/privacy.md").read_text("utf-8")


@pytest.fixture
def homework(desk: Path) -> Path:
    shutil.copy(ROOT / f"rubrics/{SAMPLE}.yaml", desk / "rubric.yaml")
    shutil.copytree(ROOT / "submissions" / SAMPLE, desk / "submissions")
    return desk


def fill_in(homework: Path) -> None:
    """The draw as somebody fills it in who agrees with the program, under the name that the page has."""
    with (homework / "report/grades.csv").open(encoding="utf-8", newline="") as file:
        points = {row["student"]: row for row in csv.DictReader(file)}
    with (homework / "report/audit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (homework / "audit.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows({**row, "points": points[row["student"]][row["part"]]} for row in rows)


def test_what_trust_shows(homework: Path, terminal: Terminal) -> None:
    done = 0
    for block in blocks(TRUST):
        if block.mark == "file":
            (homework / block.path).write_text(block.text, "utf-8")
        for command, expected in steps_of(block.text) if block.kind == "console" else ():
            if "audit.csv" in command:
                fill_in(homework)
            got = terminal(command)
            assert agrees(expected, got), f"{command}\nprinted\n" + "\n".join(got)
            done += 1
    assert done == TRUST.count("\n$ ") == 5


def test_the_table_of_bounds() -> None:
    rows = re.findall(r"^\| (\d+) \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", TRUST, re.MULTILINE)
    assert len(rows) == 4
    for of, *bounds in rows:
        assert [f"{100 * most_wrong(wrong, int(of)):.1f}" for wrong in range(3)] == bounds


def test_the_python_of_trust_runs(homework: Path, terminal: Terminal) -> None:
    terminal("grader grade rubric.yaml submissions --quiet")
    (block,) = [block for block in blocks(TRUST) if block.kind == "python"]
    lines = [re.sub(r"^(graded\..*?\))(\s+#.*)$", r"assert len(\1) > 0\2", line) for line in block.text.splitlines()]
    (homework / "try.py").write_text("\n".join(lines))
    assert sum(line.startswith("assert") for line in lines) == 4
    assert terminal(f"{sys.executable} try.py") == []


def test_what_privacy_shows(homework: Path, terminal: Terminal) -> None:
    found = sessions(PRIVACY)
    assert sum(map(len, found)) == PRIVACY.count("\n$ ") == 7
    for steps in found:
        for command, expected in steps:
            got = terminal(command)
            assert agrees(expected, got), f"{command}\nprinted\n" + "\n".join(got)
    assert not any(b"s44" in path.read_bytes() for path in (homework / "report").rglob("*") if path.is_file())


def test_the_pages_are_linked() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "(docs/trust.md)" in readme
    assert "(docs/privacy.md)" in readme
