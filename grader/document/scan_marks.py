r"""What the tools that read paper leave in a text -> what the readers of documents know, every line in its place.

Mathpix writes ``\section*{1 a)}`` where Markdown has ``## 1 a)``, Nougat ``[MISSING_PAGE_EMPTY:2]``, Marker
``![](_page_0_Figure_1.jpeg)``; pix2tex wraps what stands in several lines into an array.
"""

from __future__ import annotations

import re

from grader.document.scan_noise import without_noise

FEWEST, SHARE = 3, 0.04  # lines read twice or running away, of all, that nobody types
_TOOLS = (
    (
        "an image of Mathpix",
        re.compile(r"!\[[^\]\n]{0,200}\]\(https://cdn\.mathpix\.com/|\{https://cdn\.mathpix\.com/"),
    ),
    ("a missing page of Nougat", re.compile(r"\[MISSING_PAGE_[A-Z]+(?::\d{1,4})?\]")),
    (
        "an image of Marker",
        re.compile(
            r"!\[[^\]\n]{0,200}\]\(_page_\d{1,4}_[A-Za-z]+_\d{1,4}\.\w{3,4}\)|<span id=\"page-\d{1,4}-\d{1,4}\">"
        ),
    ),
    ("a place for an image", re.compile(r"<!-- {0,3}image {0,3}-->")),
)
_NOTHING = re.compile(
    r"!\[[^\]\n]{0,200}\]\([^()\n]{0,2000}\)|\[MISSING_PAGE_[A-Z]{1,20}(?::\d{1,4})?\]|</?span[^<>\n]{0,200}>"
    r"|\\includegraphics(?:\[[^\]\n]{0,200}\])?\{[^{}\n]{0,2000}\}|\\captionsetup\{[^{}\n]{0,200}\}|\\(?:begin|end)\{(?:figure|center)\}(?:\[\w*\])?"
)
_HEADING = re.compile(r"\s*\\(title|section|subsection|subsubsection)\*?\{(.*)\}\s*")
_HASHES = {"title": "#", "section": "##", "subsection": "###", "subsubsection": "####"}
_ALONE = re.compile(r"\s*\\\((?P<formula>(?:(?!\\[()]).)+)\\\)(?P<end>[.,;]?)\s*")
_DISPLAYED = re.compile(
    r"(?P<open>\\\[|\$\$)(?P<formula>(?:(?!\\\[|\\\]|\$\$).){1,8000}?)(?P<close>\\\]|\$\$)", re.DOTALL
)
_ARRAY = re.compile(r"\s*(?P<begin>\\begin\s*\{array\}\s*\{[lcr|\s]{0,12}\})")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{array\}")
_END = r"\end{array}"
_ROW = re.compile(r"\\\\")
_TABULAR = re.compile(r"\s*\\begin\{tabular\}\{([^{}]*)\}\s*")
_AROUND_TABLE = re.compile(r"\s*(?:\\begin\{table\}(?:\[\w*\])?)?\s*")
_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^{}]*\})|\\\\\s*\Z")
_CUT = re.compile(r"(?<!\\)&")
_RELATED = re.compile(r"=|\\(?:equiv|approx)")


def taken_for_scan(text: str) -> str:
    """Why a text seems to come from OCR, "" where it does not: a tool's mark, or formulas that repeat or run away."""
    for said, pattern in _TOOLS:
        found = pattern.search(text)
        if found:
            return f"{said} on line {text.count(chr(10), 0, found.start()) + 1}"
    written = sum(1 for line in text.split("\n") if line.strip())
    # only what holds a relation: typed LaTeX has the same \begin and \end again and again
    _, aside = without_noise(text)
    odd = [one for one in aside if one.why != "tag" and _RELATED.search(one.text)]
    if len(odd) < max(FEWEST, SHARE * written):
        return ""
    return f"{len(odd)} of its {written} lines repeat the one before or themselves"


def without_tool_marks(text: str, ending: str) -> str:
    r"""The text of a scan as Markdown, LaTeX (`ending` ``tex``) or lines of text, without what only the tool put in."""
    if ending == "tex" and not is_bare(text):
        return _unwrapped(_NOTHING.sub("", text))
    lines = [_line(line) for line in text.split("\n")]
    if is_bare(text):
        return "\n".join(_bare(line) for line in lines)
    return _unwrapped("\n".join(_tables(lines)))


def is_bare(text: str) -> bool:
    r"""Whether a text is formulas alone, one a line, as pix2tex prints them: commands, and nothing that opens maths."""
    return re.search(r"\\(?:frac|partial|sum|hat|cdot)(?![A-Za-z])", text) is not None and not re.search(
        r"\$|\\\[|\\\(|\\begin\s*\{(?!array|cases|[bpv]?matrix)|\\(?:section|item|part)(?![A-Za-z])|^[ \t]{0,20}#",
        text,
        re.MULTILINE,
    )


def _line(line: str) -> str:
    """A line without images; a heading of LaTeX as one of Markdown; a formula that has its line to itself displayed."""
    heading = _HEADING.fullmatch(line)
    if heading:
        return f"{_HASHES[heading[1]]} {heading[2]}"
    line = _NOTHING.sub("", line) if "[" in line or "<" in line or "\\" in line else line
    alone = _ALONE.fullmatch(line)
    return f"$${alone['formula']}$$" if alone else line


def _bare(line: str) -> str:
    """A formula without delimiters, its rows without the braces round them."""
    inner = _rows(line)
    return _without_braces(line if inner is None else inner)


def _unwrapped(text: str) -> str:
    """The displays of a text with an array round all rows made an aligned one."""

    def one(found: re.Match[str]) -> str:
        inner = _rows(found["formula"])
        return found[0] if inner is None else f"{found['open']}{inner}{found['close']}"

    return _DISPLAYED.sub(one, text)


def _rows(formula: str) -> str | None:
    """The rows of an array that holds a whole derivation; None where it is anything else, a matrix among them."""
    opened = _ARRAY.match(formula)
    bare = formula.rstrip()
    if opened is None or not bare.endswith(_END) or not _RELATED.search(formula):
        return None
    depth = 0
    for mark in _ENVIRONMENT.finditer(formula):
        depth += 1 if mark[1] == "begin" else -1
        if not depth and mark.end() < len(bare):
            return None
    inner = bare[opened.end() : -len(_END)]
    rows = [_without_braces(row) for row in _ROW.split(inner)] if "\\begin" not in inner else [inner]
    return " " * opened.end() + "\\\\".join(rows)


def _without_braces(row: str) -> str:
    """A row without the pairs of braces that hold all of it."""
    while row.strip().startswith("{") and row.strip().endswith("}"):
        text = row.strip()
        depth = 0
        for at, char in enumerate(text):
            depth += (char == "{") - (char == "}")
            if not depth and at < len(text) - 1:
                return row
        row = text[1:-1]
    return row


def _tables(lines: list[str]) -> list[str]:
    """The lines with LaTeX's tables as Markdown's, where there is room for a head above."""
    out: list[str] = []
    inside = False
    for line in lines:
        opened = _TABULAR.fullmatch(line)
        if opened and out and _AROUND_TABLE.fullmatch(out[-1]):
            columns = len(re.findall(r"[lcrpmX]", re.sub(r"\{[^{}]*\}", "", opened[1]))) or 1
            out[-1] = "|" + "   |" * columns
            out.append("|" + "---|" * columns)
            inside = True
        elif inside and re.search(r"\\end\{tabular\}", line):
            out.append("")
            inside = False
        elif inside:
            cells = _CUT.split(_RULES.sub("", _RULES.sub("", line)))
            out.append("| " + " | ".join(cell.strip() for cell in cells) + " |" if any(map(str.strip, cells)) else "")
        else:
            out.append(re.sub(r"\\(?:begin|end)\{table\}(?:\[\w*\])?", "", line))
    return out
