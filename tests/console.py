"""What documents show between fences: files, changes of files, console sessions; and whether it is as they show it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)

BLOCK = re.compile(r"(?:<!-- (\w+): (\S+) -->\n)?^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)

Terminal = Callable[[str], list[str]]  # a command to the lines that it prints
Steps = list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences; `mark` says what is done with it and `path` in which file, if it has a mark."""

    mark: str
    path: str
    kind: str
    text: str


def blocks(text: str) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(text)]


def changed(text: str, diff: str) -> str:
    """A file after a change: the lines that stay or go must stand there once, next to each other."""
    rows = [(line[0], line[1:]) for line in diff.splitlines(keepends=True)]
    old = "".join(line for sign, line in rows if sign != "+")
    assert text.count(old) == 1, f"stands there {text.count(old)} times:\n{old}"
    return text.replace(old, "".join(line for sign, line in rows if sign != "-"))


def sessions(text: str) -> list[Steps]:
    """The console blocks: each a list of (command after ``$``, lines it prints)."""
    return [steps_of(block) for block in CONSOLE.findall(text)]


def steps_of(block: str) -> Steps:
    """The commands of one block, each with the lines below it."""
    steps: Steps = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif steps:
            steps[-1][1].append(line.rstrip())
    return steps


def agrees(expected: list[str], got: list[str]) -> bool:
    """Whether the lines are the same; a line with ``...`` stands for any lines that fit around the dots."""
    pattern = "\n".join(".*".join(re.escape(piece) for piece in line.split("...")) for line in expected)
    return re.fullmatch(pattern, "\n".join(got), re.DOTALL) is not None


def surroundings(folder: Path) -> dict[str, str]:
    """An environment in which ``grader`` is the program of this checkout, with a cache of its own, outside of CI."""
    program = folder / "bin" / "grader"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grader "$@"\n')
    program.chmod(0o755)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return outside | {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


def run(command: str, here: Path, env: dict[str, str], *, together: bool = False) -> subprocess.CompletedProcess[str]:
    """A command line run in the folder `here`; `together` puts standard error where a terminal shows it."""
    stderr = subprocess.STDOUT if together else subprocess.PIPE
    return subprocess.run(
        command, shell=True, cwd=here, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=120
    )


def lines(text: str) -> list[str]:
    """The lines as they are compared: without what can't be seen at their ends."""
    return [line.rstrip() for line in text.splitlines()]
