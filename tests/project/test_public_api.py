"""``import grader``: light, documented, and what the contract says."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import grader

STARTER = Path(str(files("grader") / "starter"))
HEAVY = {"sympy", "pandas", "numpy", "jinja2", "yaml", "flint", "platformdirs"}

COMMANDS = [
    # (arguments of python, modules of this package that may load, modules that must not); benchmarks/startup.py times
    (["-c", "import grader"], 2, HEAVY),
    (["-m", "grader", "--help"], 7, HEAVY),
    (["-m", "grader", "compare", "x*y", "y*x"], 168, HEAVY - {"numpy", "flint"}),
]
IDS = ["import", "help", "compare"]


@pytest.mark.parametrize(("argv", "most", "heavy"), COMMANDS, ids=IDS)
def test_nothing_loads_before_it_is_used(argv: list[str], most: int, heavy: set[str]) -> None:
    done = subprocess.run([sys.executable, "-X", "importtime", *argv], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert loaded & heavy == set()
    assert len([name for name in loaded if name.split(".")[0] == "grader"]) <= most


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in set(grader.__all__) - {"__version__"}:
        assert inspect.getdoc(getattr(grader, name)), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        grader.nothing  # noqa: B018


def test_from_a_rubric_to_a_report() -> None:
    key = grader.solve(grader.load_rubric(STARTER / "rubric.yaml"))
    answers = (grader.Answer("1a", "yhat - y"), grader.Answer("1b", "0"))
    report = grader.grade(key, grader.Submission("s1", answers=answers))
    assert [part.verdict for part in report.parts] == ["correct", "incorrect", "missing", "missing"]
    assert (report.score, report.max_score) == (1, 7)
    assert grader.grade_answer(key, "1a", r"-(y - \hat{y})").verdict == "correct"
    with pytest.raises(KeyError):
        grader.grade_answer(key, "9z", "x")


def test_equivalent() -> None:
    assert grader.equivalent("x*y", "y*x").decision == "equivalent"
    assert grader.equivalent("|y|", "y").decision == "not_equivalent"
    assert grader.equivalent("|y|", "y", {"y": "(0,1)"}).decision == "equivalent"


def test_a_rubric_with_mistakes_raises_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("title: x\nquestionz: []\npart: 1\n")
    with pytest.raises(grader.RubricError) as raised:
        grader.load_rubric(tmp_path / "r.yaml")
    assert len(raised.value.problems) >= 2
    assert f"{tmp_path}/r.yaml:2: " in str(raised.value)
    with pytest.raises(grader.RubricError, match="No such file"):
        grader.load_rubric(tmp_path / "none.yaml")
