"""docs/review.md, done as a grader would do it: its commands print what is shown, its keys are those of the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.console import ROOT, agrees, lines, run, sessions, surroundings
from tests.review import klass

TEXT = (ROOT / "docs/review.md").read_text("utf-8")
PAGE = (ROOT / "grader/review/templates/page.html").read_text("utf-8")
KEYS = re.compile(r"<kbd>(\w+|\.|/|\?)</kbd>")


def served(command: str, here: Path, env: dict[str, str], printed: int) -> list[str]:
    """What a command that answers until Ctrl-C prints first, so many lines."""
    program = subprocess.Popen(command.split(), cwd=here, env=env, stdout=subprocess.PIPE, text=True)
    with program:
        assert program.stdout is not None
        found = [program.stdout.readline() for _ in range(printed)]
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 0
    return lines("".join(found))


def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    env = surroundings(tmp_path) | {"BROWSER": "true"}
    env["PYTHONPATH"] = os.pathsep.join((env["PYTHONPATH"], os.environ.get("PYTHONPATH", "")))
    (tmp_path / "rubric.yaml").write_bytes(klass.RUBRIC.read_bytes())
    klass.write_class(tmp_path / "class", 8)
    found = sessions(TEXT)
    assert sum(map(len, found)) == TEXT.count("\n$ ") == 4
    for command, expected in (step for steps in found for step in steps):
        waits = command.startswith("grader review")
        ran = served(command, tmp_path, env, len(expected)) if waits else lines(run(command, tmp_path, env).stdout)
        assert agrees(expected, ran), f"{command}\nprinted\n" + "\n".join(ran)


def test_the_keys_are_those_of_the_page() -> None:
    told = set(re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", TEXT, re.MULTILINE))))
    shown = set(KEYS.findall(PAGE[PAGE.index('id="help"') :]))
    assert shown - {"i", "0", "9"} == told - {"0", "9", "b"}


def test_the_page_of_the_review_is_linked() -> None:
    assert "(docs/review.md)" in (ROOT / "README.md").read_text("utf-8")
