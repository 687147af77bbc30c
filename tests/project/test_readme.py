"""The README's commands print what it says they print, and the examples of the modules hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from tests.console import ROOT, Steps, agrees, lines, run, sessions, surroundings

README = ROOT / "README.md"
TEXT = README.read_text("utf-8") if README.exists() else ""


def test_how_a_session_is_read_and_compared() -> None:
    text = "x\n```console\n$ grader --version\ngrader 0.1.0\n$ grader check r.yaml\n```\n"
    assert sessions(text) == [[("grader --version", ["grader 0.1.0"]), ("grader check r.yaml", [])]]
    assert agrees(["a ... c", "d"], ["a b c", "d"])
    assert agrees(["a", "...", "d"], ["a", "b", "c", "d"])
    assert not agrees(["a", "d"], ["a", "b", "d"])


@pytest.mark.skipif(not TEXT, reason="there is no README beside the tests")
def test_the_readme_is_short() -> None:
    assert len(TEXT.splitlines()) <= 120


@pytest.mark.parametrize("steps", sessions(TEXT), ids=lambda steps: steps[0][0] if steps else "empty")
def test_the_commands_of_the_readme(steps: Steps, tmp_path: Path) -> None:
    here = tmp_path / "project"
    here.mkdir()
    for name in ("rubrics", "submissions"):
        (here / name).symlink_to(ROOT / name)
    env = surroundings(tmp_path)
    for command, expected in steps:
        if command.startswith(("make ", "pip ", "git ", "cd ")):
            continue  # what `.ci/run` does
        done = run(command, here, env)
        assert agrees(expected, lines(done.stdout)), f"{command}\nprinted\n{done.stdout}\n{done.stderr}"


PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", PYTHON.findall(TEXT))
def test_the_python_of_the_readme(block: str) -> None:
    parted = [line.partition("  # ") for line in block.splitlines()]
    values = [value for _, _, value in parted if value]
    program = "\n".join(f"print(repr({code}))" if value else code for code, _, value in parted)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert values
    assert done.stdout.splitlines() == values, done.stderr


MODULES = sorted(found.name for found in pkgutil.walk_packages(grader.__path__, "grader."))


@pytest.mark.parametrize("name", [name for name in ["grader", *MODULES] if name != "grader.__main__"])
def test_examples_in_the_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    for example in finder.find(module, name):
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0
