"""What a person sees of a command: Problems, errors, texts without control characters.

``print_problem(problem)`` writes ``error: rubric.yaml:12: question 2: ...`` to standard error.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

from grader.problems import Problem

_COMMAND = re.compile(r"\A(\s*)(::|##\[)")
_CODES = {"error": "31", "warning": "33", "note": "36", "bold": "1"}


def paint(text: str, style: str, stream: TextIO) -> str:
    """`text` in colour where `stream` is a terminal and the user did not ask for none (``NO_COLOR``)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return text if plain else f"\033[{_CODES[style]}m{text}\033[0m"


def print_problem(problem: Problem, kind: str = "error") -> None:
    """One line on standard error, place first, so that editors find it; `kind`: error, warning or note."""
    print(f"{printable(str(problem))} {paint(f'[{kind}]', kind, sys.stderr)}", file=sys.stderr)


def print_error(message: str) -> None:
    """A wrong call, in one line on standard error."""
    print(f"{paint('grader:', 'error', sys.stderr)} {printable(message)}", file=sys.stderr)


def printable(text: str) -> str:
    """`text` on one line, without the control characters by which a file could steer a terminal.

    What begins as a command to GitHub's runner, which takes it from any line of the output, gets a sign before it.
    """
    line = "".join(char if char.isprintable() else " " for char in text)
    return _COMMAND.sub(r"\1'\2", line)
