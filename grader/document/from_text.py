"""A student's document -> blocks, by the ending of its name: .tex, .md, .mmd, .ipynb; anything else is plain text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from grader.document.from_latex import macros_of, read_latex
from grader.document.from_markdown import read_markdown
from grader.document.paragraphs import in_pieces
from grader.document.scan_marks import is_bare
from grader.document.written_blocks import BlockKind, LabelMark, WrittenAt, WrittenBlock, WrittenDocument
from grader.problems import Problem
from grader.work import LONGEST_DOCUMENT, MOST_DOCUMENT_LINES

MOST_CELLS = 2_000
# what a document says of itself, which Markdown takes for a heading
_FRONT = re.compile(r"\A---[ \t]*\n(?:(?!---|\.\.\.).*\n){0,60}(?:---|\.\.\.)[ \t]*\n")
_READERS = {"tex": read_latex, **dict.fromkeys(("md", "markdown", "mmd", "json"), read_markdown)}


def read_document(text: str, file: str) -> WrittenDocument:
    """The blocks of a document; what is too long is cut, with a Problem."""
    ending = file.casefold().rpartition(".")[2]
    if ending == "ipynb":
        return _notebook(text)
    shorter = "\n".join(text[:LONGEST_DOCUMENT].split("\n", MOST_DOCUMENT_LINES)[:MOST_DOCUMENT_LINES])
    read = _READERS.get(ending, _plain)
    if ending == "tex" and is_bare(shorter):
        read = _plain
    found = read(_FRONT.sub(lambda front: "\n" * front[0].count("\n"), shorter))
    if len(shorter) == len(text):
        return found
    cut = Problem("read only up to here: the document is too long", f"at most {LONGEST_DOCUMENT:,} characters")
    return replace(found, problems=(*found.problems, replace(cut, line=shorter.count("\n") + 1)))


def _plain(text: str) -> WrittenDocument:
    """Every line is a piece of prose, for `chains` to look for formulas in."""
    blocks: list[WrittenBlock] = []
    paragraph = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            paragraph += 1
            continue
        lead = len(line) - len(line.lstrip())
        blocks += in_pieces(WrittenBlock(BlockKind.PROSE, line.strip(), WrittenAt(number, lead + 1), (), paragraph))
    return WrittenDocument(tuple(blocks), macros_of(text))


def _notebook(text: str) -> WrittenDocument:
    """The cells of a notebook in order; marks stay open from one to the next."""
    try:
        loaded = json.loads(text, parse_int=float)
    except (json.JSONDecodeError, RecursionError):
        return WrittenDocument(())  # `submission.document`, which reads it too, says why
    cells = loaded.get("cells") if isinstance(loaded, dict) else None
    if not isinstance(cells, list):
        return WrittenDocument(())
    blocks: list[WrittenBlock] = []
    macros: dict[str, str] = {}
    marks: tuple[LabelMark, ...] = ()
    paragraph = 0
    for number, cell in enumerate(cells[:MOST_CELLS], start=1):
        kind, source = _cell(cell)
        if kind == "code":
            block = WrittenBlock(BlockKind.CODE, source, WrittenAt(1, 1, number), marks, paragraph + 1)
            found = WrittenDocument((block,) if source.strip() else ())
        else:
            found = read_markdown(source, number, 0, marks)
            marks = found.open
        blocks += [replace(one, paragraph=one.paragraph + paragraph) for one in found.blocks]
        macros |= found.macros
        paragraph = max((one.paragraph for one in blocks), default=paragraph) + 1
    return WrittenDocument(tuple(blocks), macros)


def _cell(cell: object) -> tuple[str, str]:
    """The kind of a notebook's cell, and its text."""
    match cell:
        case {"cell_type": str(kind), "source": str(source)}:
            return kind, source
        case {"cell_type": str(kind), "source": [*lines]} if all(isinstance(line, str) for line in lines):
            return kind, "".join(lines)
    return "", ""
