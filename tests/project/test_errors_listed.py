"""Every message of a rubric, an export or a course is in the index of messages, or in the list of those left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.console import ROOT

INDEX = (ROOT / "docs/errors.md").read_text("utf-8")
LEFT_OUT = (ROOT / "tests/project/messages_left_out.list").read_text("utf-8").splitlines()
# how many of the arguments may be the message
NOTED = {"note": 2, "warn": 2, "Problem": 1, "ShapeError": 1}
NOTED |= {"WrongExport": 1, "WrongTable": 1, "UnknownColumn": 1, "UnknownColumns": 1}
ROOMS = ("rubric", "solver", "exchange", "course")
SHORT = 14  # letters of what may be a message: less is a hint, or the name of something


def templates(source: str) -> Iterator[str]:
    """The messages that a module writes, with ``...`` for what is put in."""
    for node in ast.walk(ast.parse(source)):
        written: list[ast.expr] = []
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "message" for t in node.targets):
            written = [node.value]
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            written = node.args[: NOTED.get(called, 0)]
        for one in written:
            pieces = one.values if isinstance(one, ast.JoinedStr) else [one]
            texts = [piece.value if isinstance(piece, ast.Constant) else "..." for piece in pieces]
            if isinstance(one, ast.JoinedStr | ast.Constant) and all(isinstance(text, str) for text in texts):
                found = "".join(map(str, texts))
                if len(found.replace("...", "")) > SHORT:
                    yield found


def messages() -> set[str]:
    files = [path for room in ROOMS for path in (ROOT / "grader" / room).glob("*.py")]
    files.append(ROOT / "grader/grading/check.py")
    return {found for path in files for found in templates(path.read_text("utf-8"))}


def is_indexed(message: str) -> bool:
    return re.search(".+?".join(map(re.escape, message.split("..."))), INDEX) is not None


def test_a_message_stands_in_the_index_or_is_left_out() -> None:
    missing = {message for message in messages() if not is_indexed(message)}
    assert sorted(missing) == LEFT_OUT
