"""docs/course.md, done as a course would do it: its exports are made here, its commands print what is shown."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from grader.course.settings import KEYS
from tests.console import ROOT, Terminal, agrees, blocks, steps_of
from tests.exchange import course
from tests.exchange.conftest import EXPORTS

TEXT = (ROOT / "docs/course.md").read_text("utf-8")
FORM = "Timestamp,Email,Loss,Weight,2a,2b\nnow,ana@uni.example,yhat - y,(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520\n"


def test_every_command_prints_what_is_shown(desk: Path, terminal: Terminal) -> None:
    (desk / "rubric.yaml").write_bytes((files("grader") / "starter" / "rubric.yaml").read_bytes())
    for kind, (exported, gradebook) in EXPORTS.items():
        (desk / f"{kind}.zip").write_bytes(course.zipped(exported()))
        (desk / f"{kind}.csv").write_bytes(gradebook())
    (desk / "form.csv").write_text(FORM)
    rows = [["email", "name", "My first gradient homework"], *([one.email, one.full, ""] for one in course.STUDENTS)]
    (desk / "list.csv").write_text(course.table(rows))
    commands = 0
    for block in blocks(TEXT):
        if block.mark == "file":
            (desk / block.path).write_text(block.text, "utf-8")
        for command, expected in steps_of(block.text) if block.kind == "console" else []:
            commands += 1
            got = terminal(command)
            assert agrees(expected, got), f"{command}\nprinted\n" + "\n".join(got)
    assert commands == TEXT.count("\n$ ") == 17


def test_the_keys_are_those_of_the_settings() -> None:
    section = TEXT.partition("## Late work")[2].partition("**The rule")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(KEYS)


def test_the_page_is_linked() -> None:
    assert "(docs/course.md)" in (ROOT / "README.md").read_text("utf-8")
