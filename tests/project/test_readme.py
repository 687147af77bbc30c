"""The README's commands print what it says they print, and the examples of the modules hold."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TEXT = README.read_text("utf-8") if README.exists() else ""
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def sessions(text: str) -> list[list[tuple[str, list[str]]]]:
    """The console blocks: each a list of (command after ``$``, lines it prints)."""
    found = []
    for block in CONSOLE.findall(text):
        steps: list[tuple[str, list[str]]] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif steps:
                steps[-1][1].append(line.rstrip())
        found.append(steps)
    return found


def agrees(expected: list[str], got: list[str]) -> bool:
    """Whether the lines are the same; a line with ``...`` stands for any lines that fit around the dots."""
    pattern = "\n".join(".*".join(re.escape(piece) for piece in line.split("...")) for line in expected)
    return re.fullmatch(pattern, "\n".join(got), re.DOTALL) is not None


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
def test_the_commands_of_the_readme(steps: list[tuple[str, list[str]]], tmp_path: Path) -> None:
    here = tmp_path / "project"
    here.mkdir()
    for name in ("rubrics", "submissions"):
        (here / name).symlink_to(ROOT / name)
    program = tmp_path / "bin" / "grader"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grader "$@"\n')
    program.chmod(0o755)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    surroundings = outside | {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    for command, expected in steps:
        if command.startswith(("make ", "pip ", "git ", "cd ")):
            continue  # what `.ci/run` does
        done = subprocess.run(
            command, shell=True, cwd=here, env=surroundings, capture_output=True, text=True, timeout=120
        )
        got = [line.rstrip() for line in done.stdout.splitlines()]
        assert agrees(expected, got), f"{command}\nprinted\n{done.stdout}\n{done.stderr}"


PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", PYTHON.findall(TEXT))
def test_the_python_of_the_readme(block: str) -> None:
    lines = [line.partition("  # ") for line in block.splitlines()]
    values = [value for _, _, value in lines if value]
    program = "\n".join(f"print(repr({code}))" if value else code for code, _, value in lines)
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
