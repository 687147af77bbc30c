"""Markdown, LaTeX, text and notebooks -> the lines that may hold answers, freed of what the format adds.

Comments, front matter, fences and the preamble go; what stays is as typed, with its place.
``read_source("a<!-- b -->\\n---", "ana.md").lines`` is ``(Line("a", 1), Line("", 2))``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from grader.problems import Problem
from grader.work import LONGEST_DOCUMENT, MOST_DOCUMENT_LINES

LINES = ".lines.json"  # of Mathpix: the lines that it found on the paper
SCANS = (".mmd", LINES)  # what the tools that read paper write, and nobody else
DOCUMENTS = (".md", ".markdown", ".tex", ".txt", ".ipynb", *SCANS)
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})\s*(\S*)")
_RULE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*")
_COMMENT = re.compile(r"(?<!\\)%.*")
_TOLD = re.compile(r"\s*%+\s*part\s*:", re.IGNORECASE)
_MACRO = re.compile(
    r"[\s$]*\\(?:(?:re|provide)?newcommand\*?\s*\{?|DeclareMathOperator\*?\s*\{|[gex]?def\s*)(\\[A-Za-z]+)"
)
_LAYOUT = re.compile(
    r"\s*\\(?:maketitle|newpage|clearpage|pagebreak|noindent|(?:big|med|small)skip|tableofcontents|hline|hrule"
    r"|(?:begin|end)\{(?:document|enumerate|itemize|center|solution|proof|flushleft|homeworkProblem)\}(?:\[[^\]]*\])?"
    r"|(?:title|author|date|usepackage|documentclass|pagestyle|vspace)\*?(?:\[[^\]]*\])?\{.*\})\s*"
)
_NO_ANSWER = re.compile(r"\s*(?:import\s|from\s+\S+\s+import\b|[%!]|#\s*$)")  # in a cell of code
_LONGEST_MACRO = 20  # lines
_LONGEST_FRONT, _MOST_BRACKETS = 10_000, 100  # in front matter, where YAML takes the square of either in time
SOURCES = {"ocr": True, "typed": False}  # what a rubric, a call, a document says of its text
_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_CUT = Problem("read only up to here: the document is too long", f"at most {LONGEST_DOCUMENT:,} characters")


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `column` counts from 0 to its first character. In a notebook `line` is 0, `column` the cell."""

    text: str
    line: int
    column: int = 0
    code: bool = False


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document as lines, its front matter, and the author's macros by name."""

    lines: tuple[Line, ...]
    front: Mapping[str, str] = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_source(text: str, file: str) -> DocumentText:
    """Read a document by the ending of its name: .md, .tex, .ipynb; anything else is plain text."""
    if file.casefold().endswith(".ipynb"):
        return _notebook(text)
    shorter = "\n".join(text[:LONGEST_DOCUMENT].split("\n", MOST_DOCUMENT_LINES)[:MOST_DOCUMENT_LINES])
    cut = [_CUT.at("", shorter.count("\n") + 1)] if len(shorter) < len(text) else []
    front, lines, problems = _front_matter([Line(line, at) for at, line in enumerate(shorter.split("\n"), start=1)])
    if file.casefold().endswith(".tex"):
        lines = [line if _TOLD.match(line.text) else _changed(line, _COMMENT.sub("", line.text)) for line in lines]
    else:
        lines = _markdown(lines)
    lines, macros = _macros(lines)
    begun = next((at for at, line in enumerate(lines) if r"\begin{document}" in line.text), -1)
    body = [_changed(line, "") if _LAYOUT.fullmatch(line.text) else line for line in lines[begun + 1 :]]
    return DocumentText(tuple(body), front, macros, (*cut, *problems))


def said_to_be_ocr(front: Mapping[str, str]) -> bool | None:
    """Whether front matter says that the text came from OCR, or (False) that it was typed; None: it says neither."""
    source = front.get("source", "").strip().casefold()
    marked = front.get("ocr", "").strip().casefold()
    if source in SOURCES:
        return SOURCES[source]
    return _YES.get(marked)


def ocr_in_front(text: str, file: str) -> bool | None:
    """What the front matter of a document says of it, as `said_to_be_ocr`."""
    if file.casefold().endswith(".ipynb"):
        return said_to_be_ocr(_notebook(text).front)
    head = text[: 2 * _LONGEST_FRONT].split("\n", 60)
    return said_to_be_ocr(_front_matter([Line(line, at) for at, line in enumerate(head, start=1)])[0])


def _changed(line: Line, text: str) -> Line:
    return line if text == line.text else Line(text, line.line, line.column, line.code)


def _front_matter(lines: list[Line]) -> tuple[dict[str, str], list[Line], list[Problem]]:
    """YAML between two ``---`` at the very top; its values as the text typed (a student 007 stays 007)."""
    if not lines or lines[0].text.rstrip() != "---":
        return {}, lines, []
    end = next((at for at, line in enumerate(lines[1:60], start=1) if line.text.rstrip() in {"---", "..."}), 0)
    if not end:
        return {}, lines, []
    text = "\n".join(line.text for line in lines[1:end])
    refused = Problem("the front matter is no YAML and was not read", line=1)
    if len(text) > _LONGEST_FRONT or text.count("[") + text.count("{") > _MOST_BRACKETS:
        return {}, lines[end + 1 :], [refused]
    try:
        loaded = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return {}, lines[end + 1 :], [refused]
    pairs = loaded.items() if isinstance(loaded, dict) else ()
    return (
        {str(key).casefold(): value for key, value in pairs if isinstance(value, str)},
        lines[end + 1 :],
        [],
    )


def _markdown(lines: list[Line]) -> list[Line]:
    """Without HTML comments and rules; fenced lines are code, except fences of mathematics."""
    out: list[Line] = []
    fence, code, comment = "", False, False
    for line in lines:
        text = line.text
        if fence:
            if text.strip().startswith(fence) and not text.strip().strip(fence[0]):
                fence = ""
                out.append(_changed(line, ""))
            else:
                out.append(Line(text, line.line, line.column, code))
            continue
        text, comment = _without_comments(text, comment)
        begins = text.lstrip()[:1]
        opened = _FENCE.match(text) if begins in {"`", "~"} else None
        if opened and "`" not in opened[2]:
            fence, code = opened[1], opened[2].casefold() not in {"math", "latex", "tex"}
            text = ""
        elif begins in {"=", "-", "*", "_"} and _RULE.fullmatch(text):
            text = ""
        out.append(_changed(line, text))
    return out


def _without_comments(text: str, inside: bool) -> tuple[str, bool]:
    if not inside and "<!--" not in text:
        return text, False
    kept = []
    at = 0
    while at <= len(text):
        end = text.find("-->" if inside else "<!--", at)
        if not inside:
            kept.append(text[at : end if end >= 0 else len(text)])
        if end < 0:
            break
        at = end + (3 if inside else 4)
        inside = not inside
    return "".join(kept), inside


def _macros(lines: list[Line]) -> tuple[list[Line], dict[str, str]]:
    r"""The lines without definitions (``\newcommand``, ``\def``), and those by the name they define."""
    macros: dict[str, str] = {}
    out: list[Line] = []
    at = 0
    while at < len(lines):
        found = _MACRO.match(lines[at].text) if "\\" in lines[at].text and not lines[at].code else None
        if not found:
            out.append(lines[at])
            at += 1
            continue
        text, begin = lines[at].text, at
        while text.count("{") > text.count("}") and at - begin < _LONGEST_MACRO and at + 1 < len(lines):
            at += 1
            text += "\n" + lines[at].text
        macros[found[1]] = text.strip().strip("$").strip()
        out += [_changed(line, "") for line in lines[begin : at + 1]]
        at += 1
    return out, macros


def _notebook(text: str) -> DocumentText:
    """The cells in order: markdown as Markdown, code as code whose comments may be labels."""
    try:
        loaded = json.loads(text, parse_int=float)  # int() refuses what is long, and no number is read
    except json.JSONDecodeError as error:
        place = Problem(f"not read: broken notebook, {error.msg}", line=error.lineno, column=error.colno)
        return DocumentText((), problems=(place,))
    except RecursionError:
        loaded = None
    cells = loaded.get("cells") if isinstance(loaded, dict) else None
    if not isinstance(cells, list):
        return DocumentText((), problems=(Problem("not read: this is no notebook of version 4", "save it again"),))
    lines: list[Line] = []
    front: dict[str, str] = {}
    problems: list[Problem] = []
    characters, most = LONGEST_DOCUMENT, MOST_DOCUMENT_LINES
    for number, cell in enumerate(cells, start=1):
        kind, source = _cell(cell)
        if source is None:
            problems.append(Problem("this cell of the notebook holds no text and was not read", column=number))
            continue
        characters, most = characters - len(source), most - source.count("\n")
        if characters < 0 or most < 0:
            problems.append(_CUT.at("", 0, number))
            break
        own = [Line(line, 0, number) for line in source.split("\n")]
        if kind == "code":
            lines += [Line(line.text, 0, number, True) for line in own if not _NO_ANSWER.match(line.text)]
            continue
        if number == 1:
            front, own, said = _front_matter(own)
            problems += said
        lines += [*_markdown(own), Line("", 0, number)]
    lines, macros = _macros(lines)
    return DocumentText(tuple(lines), front, macros, tuple(problems))


def _cell(cell: object) -> tuple[str, str | None]:
    """The kind of a notebook's cell, and its text, None where it has none."""
    match cell:
        case {"cell_type": str(kind), "source": str(source)}:
            return kind, source
        case {"cell_type": str(kind), "source": [*lines]} if all(isinstance(line, str) for line in lines):
            return kind, "".join(lines)
    return "", None
