r"""LaTeX -> blocks, by pylatexenc: sections, items, prose, formulas, cells and code with the labels that LaTeX prints.

Tolerant: what is not closed ends with the text. Nothing is expanded or included; the author's macros are kept by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerError,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import MacroSpec

from grader.document.counters import SECTIONS, ListCounter, SectionCounters, list_counter
from grader.document.paragraphs import ASKS_BY, in_pieces, is_formula
from grader.document.written_blocks import BlockKind, LabelMark, LineStarts, WrittenBlock, WrittenDocument, line_starts
from grader.problems import Problem

_FORMULAS = frozenset(
    (
        "equation",
        "align",
        "gather",
        "multline",
        "eqnarray",
        "displaymath",
        "math",
        "flalign",
        "alignat",
        "dmath",
        "dgroup",
        "subequations",
        "IEEEeqnarray",
        "split",
        "aligned",
        "gathered",
    )
)
_LISTS = frozenset(
    (
        "enumerate",
        "itemize",
        "description",
        "parts",
        "questions",
        "subparts",
        "compactenum",
        "compactitem",
        "inparaenum",
    )
)
_CODE = frozenset(["verbatim", "lstlisting", "minted", "Verbatim", "python"])
_TABLES = frozenset(["tabular", "tabularx", "longtable", "tabulary", "array"])
_SKIPPED = frozenset(["comment", "figure", "tikzpicture", "thebibliography", "titlepage", "filecontents"])
_SOLUTION = re.compile(r"sol(?:ution|n)?s?|ans(?:wer)?s?|proof|loesung|lösung", re.IGNORECASE)
_DEFINES = re.compile(r"\\(?:(?:re|provide)?newcommand\*?\s*\{?|DeclareMathOperator\*?\s*\{|[gex]?def\s*)(\\[A-Za-z]+)")
_THEOREM = re.compile(r"\\newtheorem\*?\s*\{(\w+)\}\s*(?:\[\w*\]\s*)?\{([^{}]*)\}")
_ENVIRONMENT = re.compile(r"\\newenvironment\*?\s*\{(\w+)\}")
_STRUCK = frozenset(("sout", "st", "xout", "cancel", "xcancel"))
_BOLD = frozenset(("textbf", "textit", "emph", "underline", "textsc", "texttt", "uline"))
_DROPPED = frozenset(
    (
        "label",
        "ref",
        "eqref",
        "vspace",
        "hspace",
        "noindent",
        "centering",
        "maketitle",
        "newpage",
        "clearpage",
        "usepackage",
        "documentclass",
        "title",
        "author",
        "date",
        "pagestyle",
        "input",
        "include",
        "includegraphics",
        "bibliography",
        "setlength",
        "hline",
        "toprule",
        "midrule",
        "bottomrule",
        "footnote",
        "bigskip",
        "medskip",
        "smallskip",
        "newtheorem",
        "theoremstyle",
        "setcounter",
        "addtocounter",
        "stepcounter",
        "newcounter",
        "hfill",
        "par",
    )
)
_CONTEXT = get_default_latex_context_db()
_CONTEXT.add_context_category(
    "homework",
    prepend=True,
    macros=[
        *(MacroSpec(name, "*[{") for name in SECTIONS),
        *(MacroSpec(name, "{") for name in (*_STRUCK, *_BOLD)),
        MacroSpec("textcolor", "[{{"),
        MacroSpec("vspace", "*{"),
        MacroSpec("hspace", "*{"),
    ],
)
_TOLD = re.compile(r"\s*part\s*:", re.IGNORECASE)
# "---------- 2 (b) ----------", "Problem 3": a label that the author set for himself
_OVER_A_PART = re.compile(
    r"[\s\-=*#~%]*(?P<label>(?P<word>(?:problem|question|exercise|part|task|aufgabe|teil|frage)\s+)?"
    r"\(?\d{1,2}\)?[.)]?(?:\s*(?P<item>\(?[a-z]\)?[.)]?))?|(?P<letter>(?:part|teil)\s+\(?[a-z]\)?))[\s:]*[\s\-=*#~%]*",
    re.IGNORECASE,
)
_RULED = re.compile(r"\s*[\-=*#~%]{3}")
_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^{}]*\})")
_OPTIONS = re.compile(r"\s*\[([^\]]{0,200})\]")
LISTS, INSIDE = 10, 30  # levels of marks: of lists, and of labels within an item's text
_DEEPEST = 60


@dataclass(slots=True)
class _LatexWalk:
    """A document as it is gone through: what was emitted, the marks that are open, the counters."""

    text: str
    starts: LineStarts
    theorems: dict[str, str]
    blocks: list[WrittenBlock] = field(default_factory=list)
    marks: list[LabelMark] = field(default_factory=list)
    lists: list[ListCounter] = field(default_factory=list)
    sections: SectionCounters = field(default_factory=SectionCounters)
    counts: dict[str, int] = field(default_factory=dict)
    paragraph: int = 1
    struck: bool = False
    bold: bool = False
    answer: bool = False

    def emit(self, kind: BlockKind, begin: int, end: int, inline: bool = False, cell: bool = False) -> None:
        """Add the text from `begin` to `end` as a block, unless it is blank."""
        text = self.text[begin:end]
        lead = len(text) - len(text.lstrip())
        if text.strip():
            place, marks = self.starts.place(begin + lead), tuple(self.marks)
            flags = (self.paragraph, inline, self.struck, self.bold, self.answer, cell)
            self.blocks.append(WrittenBlock(kind, _uncommented(text.strip()), place, marks, *flags))

    def mark(self, text: str, level: int, at: int) -> None:
        """Open a label, which ends those of its level and above."""
        self.marks = [one for one in self.marks if one.level < level]
        self.marks.append(LabelMark(" ".join(text.split()), level, self.starts.place(at)))
        self.paragraph += 1


def _uncommented(text: str) -> str:
    return re.sub(r"(?<!\\)%[^\n]*\n?[ \t]*", "", text) if "%" in text else text


def read_latex(text: str) -> WrittenDocument:
    """Read a LaTeX document, or a piece of one; what can't be read as LaTeX is told."""
    macros = macros_of(text)
    begun = re.search(r"\\begin\s*\{document\}", text)
    theorems: dict[str, str] = dict(_THEOREM.findall(text))
    theorems |= {name: name for name in _ENVIRONMENT.findall(text) if name not in theorems}
    walk = _LatexWalk(text, line_starts(text), theorems)
    try:
        nodes = LatexWalker(text, latex_context=_CONTEXT, tolerant_parsing=True).get_latex_nodes(
            pos=begun.end() if begun else 0
        )[0]
    except (LatexWalkerError, RecursionError) as error:
        return WrittenDocument((), macros, (Problem(f"not read: no LaTeX ({type(error).__name__})"),))
    _nodes(walk, nodes, 0)
    return WrittenDocument(tuple(walk.blocks), macros)


def macros_of(text: str) -> dict[str, str]:
    r"""The author's definitions (``\newcommand{\R}{...}``) by the name that they define."""
    found: dict[str, str] = {}
    for match in _DEFINES.finditer(text):
        end = _group_end(text, match.end())
        if end > 0:
            found[match[1]] = text[match.start() : end]
    return found


def _group_end(text: str, at: int) -> int:
    """Where the body of a definition ends, whose name ends at `at`; 0 where it never closes."""
    if text[at : at + 1] == "}":
        at += 1
    begin = text.find("{", at)
    if begin < 0 or begin - at > 60:
        return 0
    depth = 0
    for place in range(begin, min(len(text), begin + 2000)):
        if text[place] == "\\":
            continue
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    return 0


def _nodes(walk: _LatexWalk, nodes: list[Any], depth: int) -> None:
    """Emit what a list of nodes holds, in order."""
    if depth > _DEEPEST:
        return
    skip_to = 0
    for node in nodes:
        if node is None or node.pos < skip_to:
            continue
        match node:
            case LatexCharsNode():
                _chars(walk, node.pos, node.pos + node.len)
            case LatexMathNode():
                inline = node.displaytype == "inline"
                begin, end = node.pos + len(node.delimiters[0]), node.pos + node.len - len(node.delimiters[1])
                walk.emit(BlockKind.FORMULA, begin, end, inline)
            case LatexCommentNode():
                _comment(walk, node.comment, node.pos)
            case LatexEnvironmentNode():
                _environment(walk, node, depth)
            case LatexMacroNode():
                skip_to = _macro(walk, node, depth)
            case LatexGroupNode():
                _nodes(walk, node.nodelist, depth + 1)
            case LatexSpecialsNode():
                if node.specials_chars == "\n\n":
                    walk.paragraph += 1
                else:
                    walk.emit(BlockKind.PROSE, node.pos, node.pos + node.len)


def _comment(walk: _LatexWalk, comment: str, at: int) -> None:
    """The label of a part that a comment is."""
    if _TOLD.match(comment):
        walk.mark(comment.split(":", 1)[1], INSIDE, at)
        return
    found = _OVER_A_PART.fullmatch(comment)
    if found and (found["word"] or found["letter"] or found["item"] or _RULED.match(comment)):
        inner = found["item"] or found["letter"]
        walk.mark(found["label"], INSIDE + 1 if inner else INSIDE, at)


def _chars(walk: _LatexWalk, begin: int, end: int) -> None:
    """Prose, cut at blank lines."""
    at = begin
    for gap in re.finditer(r"\n[ \t]*\n\s*", walk.text[begin:end]):
        walk.emit(BlockKind.PROSE, at, begin + gap.start())
        walk.paragraph += 1
        at = begin + gap.end()
    walk.emit(BlockKind.PROSE, at, end)


def _arguments(node: Any) -> list[Any]:
    return [one for one in (node.nodeargd.argnlist if node.nodeargd else ()) if one is not None]


def _inner(walk: _LatexWalk, node: Any) -> str:
    """The text of an argument without its braces or brackets."""
    text = walk.text[node.pos : node.pos + node.len]
    return text[1:-1] if text[:1] in "{[" and text[-1:] in "}]" else text


def _macro(walk: _LatexWalk, node: Any, depth: int) -> int:
    """A command in the text; returns where to go on where it took more than its node."""
    name, arguments = node.macroname, _arguments(node)
    begin, end = node.pos, int(node.pos + node.len)
    if name in SECTIONS:
        starred = any(walk.text[one.pos : one.pos + one.len] == "*" for one in arguments)
        title = _inner(walk, arguments[-1]) if arguments else ""
        number = walk.sections.step(SECTIONS[name], starred)
        walk.lists.clear()
        walk.mark(f"{number} {title}" if number else title, SECTIONS[name], begin)
        at = arguments[-1].pos + 1 if arguments else end
        walk.emit(BlockKind.HEADING, at, at + len(title))
        walk.paragraph += 1
    elif name in ("item", "question", "part", "subpart"):
        label = _inner(walk, arguments[0]) if arguments else walk.lists[-1].step() if walk.lists else ""
        level = LISTS + len(walk.lists)
        walk.marks = [one for one in walk.marks if one.level < level]
        if label:
            walk.mark(label, level, begin)
        walk.paragraph += 1
    elif name in _STRUCK | _BOLD:
        before = walk.struck, walk.bold
        walk.struck, walk.bold = walk.struck or name in _STRUCK, walk.bold or name in _BOLD
        for one in arguments:
            _nodes(walk, [one], depth + 1)
        walk.struck, walk.bold = before
    elif name in ("\\", "newline", "par", "linebreak"):
        walk.paragraph += 1
    elif name in _DROPPED or _DEFINES.match(walk.text, begin):
        defined = _DEFINES.match(walk.text, begin)
        return _group_end(walk.text, defined.end()) if defined else end
    elif name in ("boxed", "fbox", "framebox", "parbox", "mbox", "text", "textcolor", "color"):
        _nodes(walk, arguments[-1:], depth + 1)
    else:
        walk.emit(BlockKind.PROSE, begin, end)
    return 0


def _environment(walk: _LatexWalk, node: Any, depth: int) -> None:
    """What an environment holds: a formula, a list, a table, code, or text under a label of its own."""
    name = node.environmentname.rstrip("*")
    inside = node.nodelist
    begin = inside[0].pos if inside else node.pos
    close = walk.text.rfind("\\end", begin, node.pos + node.len) if inside else begin
    end = close if close >= 0 else node.pos + node.len
    if name in _FORMULAS:
        walk.emit(BlockKind.FORMULA, node.pos if name == "split" else begin, end)
    elif name in _LISTS:
        given = walk.text[node.pos : begin]
        options = _OPTIONS.search(given) or _OPTIONS.match(walk.text, begin)
        depth_of = sum(one.numbered for one in walk.lists)
        walk.lists.append(list_counter(name, options[1] if options else "", depth_of))
        _nodes(walk, inside, depth + 1)
        level = LISTS + len(walk.lists)
        walk.lists.pop()
        walk.marks = [one for one in walk.marks if one.level < level]
        walk.paragraph += 1
    elif name in _CODE:
        walk.emit(BlockKind.CODE, begin, end)
    elif name in _TABLES:
        _table(walk, begin, end)
    elif name not in _SKIPPED:
        _text_environment(walk, node, name, depth)


def _text_environment(walk: _LatexWalk, node: Any, name: str, depth: int) -> None:
    """An environment of text; the author's own that count stand under a label of their own."""
    before, answer, lists = list(walk.marks), walk.answer, walk.lists
    if name in walk.theorems or name in ("problem", "exercise", "question", "homeworkProblem", "subproblem"):
        walk.counts[name] = walk.counts.get(name, 0) + 1
        if not _SOLUTION.fullmatch(name):
            walk.mark(f"{walk.theorems.get(name, name)} {walk.counts[name]}", LISTS - 1, node.pos)
            before = list(walk.marks)  # a solution behind a problem belongs to it
        walk.lists = []
    walk.answer = walk.answer or bool(_SOLUTION.fullmatch(name))
    walk.paragraph += 1
    _nodes(walk, node.nodelist, depth + 1)
    walk.paragraph += 1
    walk.marks, walk.answer, walk.lists = before, answer, lists


def _table(walk: _LatexWalk, begin: int, end: int) -> None:
    """The cells of a table row by row, under the first of their row, or under a formula at the head of their column."""
    at, before = begin, list(walk.marks)
    heads: list[str] = []
    for row in re.split(r"(\\\\(?:\s*\[[^\]]*\])?)", walk.text[begin:end]):
        walk.paragraph += 1
        own = list(before)
        cells = re.split(r"((?<!\\)&)", row)
        texts = [" ".join(_RULES.sub(" ", cell).split()) for cell in cells[::2]]
        for number, cell in enumerate(cells):
            if cell.strip() and not (number % 2 or row.startswith("\\\\")):
                head = heads[number // 2] if number // 2 < len(heads) else ""
                place = walk.starts.place(at)
                if not number and not is_formula(head):
                    own.append(LabelMark(texts[0], INSIDE + 2, place))
                if ASKS_BY.search(head):
                    walk.blocks.append(WrittenBlock(BlockKind.PROSE, head, place, tuple(own), walk.paragraph))
                walk.marks = [*own, LabelMark(head, INSIDE + 3, place)] if is_formula(head) else own
                _cell(walk, at, at + len(cell))
            at += len(cell)
        heads = heads or (texts if any(texts) and not row.startswith("\\\\") else [])
    walk.marks = before


def _cell(walk: _LatexWalk, begin: int, end: int) -> None:
    """The pieces of a cell; a formula that has it to itself is no part of a sentence."""
    text = _RULES.sub(lambda found: " " * len(found[0]), walk.text[begin:end])
    if not text.strip():
        return
    lead = len(text) - len(text.lstrip())
    place = walk.starts.place(begin + lead)
    whole = WrittenBlock(
        BlockKind.CELL, text.strip(), place, tuple(walk.marks), walk.paragraph, cell=True, answer=walk.answer
    )
    found = list(in_pieces(whole))
    walk.blocks += [replace(one, inline=len(found) > 1) for one in found]
