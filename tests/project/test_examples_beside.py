"""The examples for PrairieLearn and otter run as they stand; otter itself where it is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
JOBS = [
    # (submitted, gradable, score, what is said, why)
    ({"1a": "yhat - y", "1b": r"(\hat y - y) \hat y (1 - \hat y) x"}, True, 1.0, "", "all right"),
    ({"1a": "yhat - y", "1b": "(y - yhat) yhat (1 - yhat) x"}, True, 0.25, "sign", "a sign in one, which is named"),
    (
        {"1a": "(yhat - * 2", "1b": "0"},
        False,
        None,
        "1a: an operand is missing",
        "no attempt is lost by what can't be read",
    ),
    ({"1a": "", "1b": ""}, True, 0.0, "", "nothing"),
]


def test_the_example_has_the_starters_rubric() -> None:
    starter = (ROOT / "grader/starter/rubric.yaml").read_bytes()
    assert (EXAMPLES / "prairielearn/tests/rubric.yaml").read_bytes() == starter


@pytest.mark.parametrize(("submitted", "gradable", "score", "said", "why"), JOBS, ids=[job[-1] for job in JOBS])
def test_prairielearn(
    submitted: dict[str, str], gradable: bool, score: float | None, said: str, why: str, tmp_path: Path
) -> None:
    """The entrypoint of info.json, with another folder for /grade."""
    shutil.copytree(EXAMPLES / "prairielearn/tests", tmp_path / "tests")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/data.json").write_text(json.dumps({"submitted_answers": submitted, "params": {}}))
    program, script = json.loads((EXAMPLES / "prairielearn/info.json").read_text())["externalGradingOptions"][
        "entrypoint"
    ].split()
    assert program == "python3"
    call = [sys.executable, script.replace("/grade", str(tmp_path), 1), str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "results/results.json").read_text()
    results = json.loads(text)
    assert results["gradable"] == gradable, why
    assert results.get("score") == (None if score is None else pytest.approx(score)), why
    assert said in text, why
    names = set(submitted)
    assert all(f'answers-name="{part}"' in (EXAMPLES / "prairielearn/question.html").read_text() for part in names)


@dataclass
class StandIn:
    """What otter's decorator keeps of a check, for where otter is not installed."""

    points: float
    hidden: bool
    check: Callable[[dict[str, str]], None] | None = None

    def __call__(self, check: Callable[[dict[str, str]], None]) -> StandIn:
        self.check = check
        return self


@pytest.mark.parametrize(
    ("answer", "reads", "right"),
    [(r"\hat y - y", True, True), ("y - yhat", True, False), ("(yhat - * 2", False, False)],
)
def test_otters_checks(answer: str, reads: bool, right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = homework(tmp_path, monkeypatch)
    assert [(one.hidden, one.points) for one in checks] == [(False, 0), (True, 2)]
    for one, passes in zip(checks, (reads, right), strict=True):
        assert one.check is not None
        with nullcontext() if passes else pytest.raises(AssertionError):
            one.check({"1a": answer})


def homework(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[StandIn]:
    """The checks of the example, as otter takes them, in a folder with the public form and the rubric."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "grader/starter/rubric.yaml", "rubric.yaml")
    assert main(["sheet", "rubric.yaml", "--public", "--out", "homework.public.json"]) == 0
    source = (EXAMPLES / "otter/tests/q1a.py").read_text()
    made: list[StandIn] = []

    def test_case(points: float, hidden: bool) -> StandIn:
        made.append(StandIn(points, hidden))
        return made[-1]

    found: dict[str, object] = {"test_case": test_case}
    exec(source.replace("from otter.test_files import test_case\n", ""), found)  # noqa: S102
    assert found["OK_FORMAT"] is False
    return made


@pytest.mark.skipif(importlib.util.find_spec("otter") is None, reason="otter-grader is not installed")
def test_otter_itself_runs_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homework(tmp_path, monkeypatch)
    shutil.copytree(EXAMPLES / "otter/tests", tmp_path / "tests")
    cells = json.loads((EXAMPLES / "otter/homework.ipynb").read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    program = "\n".join([*code[:-1], f"print({code[-1]})"])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "q1a results: All test cases passed!" in done.stdout
