"""Each entry of the index of messages shows the smallest slip that leads to its message, and the message as printed."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from grader.cli.terminal import printable
from grader.diagnosis.lint.linter import warnings
from grader.grading import grade, grade_answer
from grader.grading.check import check
from grader.grading.derivation.written import by_key
from grader.problems import Problem
from grader.results import NoteKind
from grader.rubric.load import parse_rubric
from grader.solver.key import AnswerKey
from grader.solver.solving import solve
from grader.submission.class_folder import read_class_list, read_files
from tests.console import ROOT, Block, Terminal, agrees, blocks, changed, lines, steps_of

TEXT = (ROOT / "docs/errors.md").read_text("utf-8")
SECTION = re.compile(r"^### ([A-Z].*?)\n(.*?)(?=^##+ [A-Z]|\Z)", re.DOTALL | re.MULTILINE)
ENTRIES = {title: blocks(text) for title, text in SECTION.findall(TEXT)}
(BASE,) = (block.text for block in blocks(TEXT) if (block.mark, block.path) == ("file", "rubric.yaml"))

IN_DOUBT = (NoteKind.FINAL_IN_DOUBT, NoteKind.NOT_FOUND)


def solved(text: str) -> AnswerKey | tuple[Problem, ...]:
    rubric = parse_rubric(text, "rubric.yaml")
    return rubric if isinstance(rubric, tuple) else solve(rubric)


def checked(text: str) -> list[str]:
    """What `grader check` prints of a rubric with a slip."""
    key = solved(text)
    if isinstance(key, tuple):
        return [f"{problem} [error]" for problem in key]
    problems = [f"{problem} [error]" for problem in check(key)]
    if problems:
        return [*(f"{warning} [warning]" for warning in key.rubric.warnings), *problems]
    return [f"warning: {warning}" for warning in warnings(key)]


def noted(entry: list[Block]) -> list[str]:
    """The notes that `grader grade` prints of a class folder, and what pages say of an answer that is in doubt."""
    files = [(block.path.removeprefix("class/"), block.text.encode()) for block in entry if block.mark == "file"]
    rosters = [read_class_list(block.text.encode(), block.path)[0] for block in entry if block.mark == "roster"]
    key = solved(BASE)
    assert isinstance(key, AnswerKey)
    read = read_files(files, ("1a", "1b"), *rosters, documents=partial(by_key, key))
    doubtful = [part for one in read.submissions for part in grade(key, one).parts if part.note.kind in IN_DOUBT]
    notes = [f"class/{one} [note]" for one in (*read.problems, *(p for s in read.submissions for p in s.problems))]
    return notes + [f"{part.asked.part}: {part.message}" for part in doubtful]


def told(key: AnswerKey, part: str, answer: str) -> list[str]:
    """What the student's page says of an answer, and why it can't be read."""
    found = grade_answer(key, part, answer.strip())
    assert found.review
    return [found.message, *map(str, found.problems)]


def message(entry: list[Block]) -> list[str]:
    """What the slip of an entry leads to."""
    match entry[0]:
        case Block(kind="diff", text=diff):
            return checked(changed(BASE, diff))
        case Block(mark="rubric", text=text):
            return checked(text)
        case Block(mark="answer", path=part, text=text):
            key = solved(BASE)
            assert isinstance(key, AnswerKey)
            return told(key, part, text)
    return noted(entry[:-1])


IN_PROCESS = {title: entry for title, entry in ENTRIES.items() if entry[-1].kind != "console"}
COMMANDS = {title: entry for title, entry in ENTRIES.items() if entry[-1].kind == "console"}


@pytest.mark.parametrize("title", IN_PROCESS)
def test_the_slip_leads_to_the_message(title: str) -> None:
    entry = IN_PROCESS[title]
    assert [printable(line) for line in message(entry)] == lines(entry[-1].text)


@pytest.mark.parametrize("title", COMMANDS)
def test_the_commands_print_the_message(title: str, desk: Path, terminal: Terminal) -> None:
    (desk / "rubric.yaml").write_text(BASE, "utf-8")
    (desk / "class").mkdir()
    for block in COMMANDS[title]:
        if block.mark == "file":
            (desk / block.path).write_text(block.text, "utf-8")
            continue
        for command, expected in steps_of(block.text):
            got = terminal(command)
            assert agrees(expected, got), f"{command}\nprinted\n" + "\n".join(got)


def test_the_rubric_that_is_changed_has_no_problem() -> None:
    assert checked(BASE) == []


def test_every_entry_says_why_and_what_to_do() -> None:
    told_all = SECTION.findall(TEXT)
    assert len(ENTRIES) == len(told_all) >= 35
    for title, text in told_all:
        assert text.count("- **Why.**") == text.count("- **What to do.**") == 1, title


def test_the_contents_name_every_section() -> None:
    sections = re.findall(r"^## (.*)", TEXT, re.MULTILINE)
    anchors = ["#" + section.lower().replace(" ", "-") for section in sections if section[0].isupper()]
    assert re.findall(r"\]\((#[^)]+)\)", TEXT) == anchors
