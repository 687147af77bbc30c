"""The tutorial, done as a reader would do it: its files are written as shown, its commands print what is shown.

The marks above its blocks say what is done: ``<!-- file: a.yaml -->`` is written to that file, ``append`` goes
to its end, ``change`` is a diff of it, and the lines under ``page`` are on that page.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from grader.submission.class_folder import read_files
from tests.console import BLOCK, ROOT, Block, Terminal, agrees, blocks, changed, steps_of

PAGE = ROOT / "docs/tutorial.md"
TEXT = PAGE.read_text("utf-8")
WRITES = ("file", "append", "change")


SECTIONS = {
    found[1]: blocks(found[2])
    for found in re.finditer(r"^## (\d+\. .*?)\n(.*?)(?=^## (?:\d+\. |Where )|\Z)", TEXT, re.DOTALL | re.MULTILINE)
}
NAMES = list(SECTIONS)
CHAINS = {  # sections whose commands need no earlier ones
    "check": ("3. Check it",),
    "key": ("4. Look at the answers",),
    "grade": ("6. Grade the class", "7. Decide, and grade again"),
}


def write(block: Block, here: Path) -> None:
    path = here / block.path
    path.parent.mkdir(parents=True, exist_ok=True)
    match block.mark:
        case "file":
            path.write_text(block.text, "utf-8")
        case "append":
            path.write_text(path.read_text("utf-8") + block.text, "utf-8")
        case "change":
            path.write_text(changed(path.read_text("utf-8"), block.text), "utf-8")


def read_page(path: Path) -> str:
    """The text of a page as a person sees it, in one line."""
    bare = re.sub(r"<(style|script|math)\b.*?</\1>", " ", path.read_text("utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split()).replace(" ,", ",").replace(" .", ".")


def follow(section: list[Block], here: Path, terminal: Terminal) -> None:
    """Do what a section says, and compare what is printed and what the pages hold."""
    for block in section:
        if block.mark in WRITES:
            write(block, here)
        elif block.mark == "page":
            page = read_page(here / block.path)
            for line in block.text.splitlines():
                assert re.search(re.escape(line).replace(r"\.\.\.", ".*?"), page), f"{line}\nis not on\n{page}"
        elif block.kind == "console":
            for command, expected in steps_of(block.text):
                got = terminal(command)
                assert agrees(expected, got), f"{command}\nprinted\n" + "\n".join(got)


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_a_section_does_what_it_says(chain: tuple[str, ...], desk: Path, terminal: Terminal) -> None:
    for name in NAMES[: NAMES.index(chain[0])]:
        for block in SECTIONS[name]:
            if block.path.startswith(("batch.yaml", "class/")):
                write(block, desk)
    for name in chain:
        follow(SECTIONS[name], desk, terminal)


def test_every_command_is_run() -> None:
    with_commands = [name for name in NAMES if any(block.kind == "console" for block in SECTIONS[name])]
    assert [name for chain in CHAINS.values() for name in chain] == with_commands


def test_every_block_is_tried() -> None:
    """All but the sheet: a block without a mark would be read by people alone."""
    told = [block.text for section in SECTIONS.values() for block in section if not block.mark]
    assert [text for text in told if not text.startswith(("$ ", "Homework 3. "))] == []
    assert len(BLOCK.findall(TEXT)) == sum(map(len, SECTIONS.values())) == TEXT.count("```") / 2


def test_how_a_change_is_made() -> None:
    assert changed("a\nb\nc\n", " a\n-b\n+d\n+e\n") == "a\nd\ne\nc\n"
    with pytest.raises(AssertionError, match="stands there 2 times"):
        changed("a\na\n", "-a\n+b\n")


def named_parts() -> list[tuple[str, str]]:
    """The ways to name part 1b that the table of section 5 lists: where, and what is written."""
    (table,) = re.findall(r"\| where \| what finds part 1b \|\n.*\n((?:\|.*\n)+)", TEXT)
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    return [(where, written) for where, cell in rows for written in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(("where", "written"), named_parts(), ids=lambda value: value.strip("#* "))
def test_a_way_to_name_a_part_is_understood(where: str, written: str) -> None:
    table = where.startswith("a column")
    above = "### Question 1\n\n" if written == "(b)" else ""
    name, text = ("t.csv", f"student,{written}\ns01,7 x\n") if table else ("s01.md", f"{above}{written}\n\n7 x\n")
    (one,) = read_files([(name, text.encode())], ("1a", "1b")).submissions
    assert [(answer.part, answer.text) for answer in one.answers] == [("1b", "7 x")]


@pytest.mark.parametrize("name", ["tutorial", "cookbook", "errors"])
def test_the_pages_for_authors_are_linked_and_link_to_what_is_there(name: str) -> None:
    page = ROOT / f"docs/{name}.md"
    for target in re.findall(r"\]\((?!http)([^)#]+)[)#]", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
    assert f"(docs/{name}.md)" in (ROOT / "README.md").read_text("utf-8")
    assert f"({name}.md)" in (ROOT / "docs/rubrics.md").read_text("utf-8")
