"""A terminal for the commands that documents show, in a folder of its own."""

from __future__ import annotations

import io
import os
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from grader.cli import main
from tests.console import Terminal, lines, run, surroundings


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The folder in which the commands are given."""
    folder = tmp_path / "homework"
    folder.mkdir()
    return folder


@pytest.fixture
def terminal(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The lines that a command prints, errors among them; `grader` runs in this process, which is quicker."""
    env = surroundings(tmp_path)
    for name in os.environ.keys() - env.keys():
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(desk)

    def typed(command: str) -> list[str]:
        words = shlex.split(command)
        if words[0] != "grader":
            return lines(run(command, desk, env, together=True).stdout)
        shown = io.StringIO()
        with redirect_stdout(shown), redirect_stderr(shown):
            main(words[1:])
        return lines(shown.getvalue())

    return typed
