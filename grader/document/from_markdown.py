"""Markdown -> blocks, by markdown-it-py with formulas between dollars and in LaTeX's environments.

The structure of blocks comes from there, the pieces of a paragraph from `paragraphs`: places are the source's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.document.from_latex import INSIDE, LISTS, macros_of
from grader.document.paragraphs import ASKS_BY, in_pieces, is_formula
from grader.document.written_blocks import BlockKind, LabelMark, WrittenAt, WrittenBlock, WrittenDocument

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DISPLAY = re.compile(r"(?<!\\)\\\[(.*?)(?<!\\)\\\]", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(`{3,12}|~{3,12})(?![`~]).*?^ {0,3}\1[`~]{0,12}[ \t]{0,80}$", re.DOTALL | re.MULTILINE)
QUESTION = 8  # the level of a number that stands alone: below headings, above lists
_MATHS = frozenset(("math", "latex", "tex"))


@dataclass(slots=True)
class _MarkdownWalk:
    """A document as it is gone through: the blocks so far, the marks that are open, the depth of lists.

    `empty`: the number of an item that holds nothing so far; `heads` are those of a table's columns, `column` is the
    number of the one that was read last.
    """

    cell: int
    first: int
    blocks: list[WrittenBlock] = field(default_factory=list)
    marks: list[LabelMark] = field(default_factory=list)
    depth: int = 0
    paragraph: int = 0
    empty: str = ""
    heads: list[str] = field(default_factory=list)
    column: int = 0

    def mark(self, text: str, level: int, line: int) -> None:
        self.marks = [one for one in self.marks if one.level < level]
        self.marks.append(LabelMark(text, level, WrittenAt(line, 1, self.cell)))

    def add(self, kind: BlockKind, text: str, line: int) -> None:
        cell = kind is BlockKind.CELL
        self.empty = ""
        self.paragraph += not cell
        block = WrittenBlock(kind, text, WrittenAt(line, 1, self.cell), tuple(self.marks), self.paragraph, cell=cell)
        if cell:
            found = list(in_pieces(block))
            self.blocks += [replace(one, inline=len(found) > 1) for one in found]
        elif kind is BlockKind.PROSE:
            self.blocks += in_pieces(block)
        elif text.strip():
            lead = text[: len(text) - len(text.lstrip())].count("\n")
            self.blocks.append(replace(block, text=text.strip(), place=WrittenAt(line + lead, 1, self.cell)))


@cache
def _parser() -> MarkdownIt:
    """The parser of blocks, which holds nothing of a text; it takes a while to make."""
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_space=True).use(amsmath_plugin)
    return parser.disable("inline", ignoreInvalid=True).disable(["html_block", "code"])


def read_markdown(text: str, cell: int = 0, first: int = 0, marks: tuple[LabelMark, ...] = ()) -> WrittenDocument:
    """Read a Markdown text; `first` lines stood before it, `cell` and the `marks` open are those of a notebook."""
    walk = _MarkdownWalk(cell, first, marks=list(marks))
    tokens = _parser().parse(_prepared(text))
    for at, token in enumerate(tokens):
        line = first + (token.map[0] if token.map else 0) + 1
        match token.type:
            case "heading_open":
                walk.mark(tokens[at + 1].content, int(token.tag[1:]) - 1, line)
                walk.depth = 0
            case "inline" if tokens[at - 1].type == "heading_open":
                walk.add(BlockKind.HEADING, token.content, line)
            case "inline" if tokens[at - 1].type in ("th_open", "td_open"):
                _cell(walk, token.content, line, tokens[at - 1].type == "th_open", tokens[at - 2].type == "tr_open")
            case "inline":
                walk.add(BlockKind.PROSE, token.content, line)
            case "math_block" | "math_block_label" | "amsmath":
                walk.add(BlockKind.FORMULA, token.content, line)
            case "fence" | "code_block":
                maths = token.info.strip().casefold() in _MATHS
                walk.add(BlockKind.FORMULA if maths else BlockKind.CODE, token.content, line + (token.type == "fence"))
            case _:
                _structure(walk, token, line)
    return WrittenDocument(
        tuple(walk.blocks), macros_of(text), open=tuple(one for one in walk.marks if one.level < LISTS)
    )


def _cell(walk: _MarkdownWalk, text: str, line: int, heads: bool, first: bool) -> None:
    """A cell of a table, under the first one of its row, or under the head of its column where that is a formula."""
    if heads:
        walk.heads = [] if first else walk.heads
        walk.heads.append(text)
    else:
        walk.column = 0 if first else walk.column + 1
    head = walk.heads[walk.column] if not heads and walk.column < len(walk.heads) else ""
    if first and not is_formula(head):
        walk.mark(text, INSIDE + 2, line)
    if is_formula(head):
        walk.mark(head, INSIDE + 3, line)
    elif ASKS_BY.search(head):
        walk.add(BlockKind.PROSE, head, line)
    walk.add(BlockKind.CELL, text, line)
    walk.marks = [one for one in walk.marks if one.level < INSIDE + 3]


def _structure(walk: _MarkdownWalk, token: Token, line: int) -> None:
    """Lists and tables as they open and close."""
    match token.type:
        case "ordered_list_open" | "bullet_list_open":
            walk.depth += 1
        case "ordered_list_close" | "bullet_list_close":
            walk.marks = [one for one in walk.marks if one.level < LISTS + walk.depth]
            walk.depth -= 1
            if walk.empty and not walk.depth:  # "2)" on a line of its own stands over what follows
                walk.mark(walk.empty, QUESTION, line)
                walk.empty = ""
        case "list_item_open":
            level = LISTS + walk.depth
            walk.marks = [one for one in walk.marks if one.level < level]
            walk.empty = token.info and token.info + token.markup
            if token.info:
                walk.mark(token.info + token.markup, level, line)
        case "tr_open":
            walk.paragraph += 1
        case "tr_close":
            walk.marks = [one for one in walk.marks if one.level < INSIDE + 2]


def _prepared(text: str) -> str:
    r"""Comments as blanks and ``\[ ... \]`` as dollars, every character in its place; code stays."""
    out, at = [], 0
    for fence in _FENCE.finditer(text):
        out += [_changed(text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*out, _changed(text[at:])])


def _changed(text: str) -> str:
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return _DISPLAY.sub(lambda found: f"$${found[1]}$$", text)
