r"""A displayed formula -> its statements, and a statement -> its sides: cut at rows, relations and words at depth 0.

``a &= b \\ &= c, \quad d = e`` has the statements ``a = b = c`` and ``d = e``. Nothing is read here: a relation inside
brackets, a subscript or a text belongs to its side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ENVIRONMENTS = (
    r"(?:equation|align|gather|multline|eqnarray|displaymath|flalign|alignat|aligned|gathered|split|IEEEeqnarray)"
)
_OUTER = re.compile(rf"\s*\\begin\s*\{{{ENVIRONMENTS}\*?\}}(?:\[\w\]|\{{\d+\}})?|\\end\s*\{{{ENVIRONMENTS}\*?\}}\s*")
_DRESS = re.compile(
    r"\\(?:tag\*?\s*\{[^{}]*\}|label\s*\{[^{}]*\}|nonumber|notag|displaystyle|qedhere|square|blacksquare)"
)
_TOKEN = re.compile(
    r"(?P<row>\\\\(?:\s*\[[^\]]{0,12}\])?|\\(?:short)?intertext\s*\{[^{}]*\})"
    r"|(?P<begin>\\begin\s*\{[^{}]*\})|(?P<end>\\end\s*\{[^{}]*\})"
    r"|(?P<text>\\(?:text|textrm|textbf|textit|mbox|mathrm|operatorname)\s*\{(?P<words>[^{}]*)\})"
    r"|(?P<leads>\\(?:Rightarrow|implies|Longrightarrow|therefore|iff|Leftrightarrow|longrightarrow|rightsquigarrow)(?![A-Za-z])"
    r"|=>|⇒|⟹|∴|⇔)"
    r"|(?P<names>=:)|(?P<relation>\\(?:equiv|approx|triangleq|coloneqq|simeq|doteq|cong)(?![A-Za-z])|:=|≈|≡|≔|==|(?<![<>!\\:+\-*/])=(?![=>]))"
    r"|(?P<other>\\(?:neq?|leq?|geq?|not)(?![A-Za-z])|[<>!]=|≠|≤|≥|[+\-*/]=)"
    r"|(?P<space>\\q?quad(?![A-Za-z])|;)"
    r"|(?P<comma>,)"
    r"|(?P<open>\\left\s*(?:\\[{|]|[(\[|.⟨]|\\l\w+)|\\[{]|[({\[])|(?P<close>\\right\s*(?:\\[}|]|[)\]|.⟩]|\\r\w+)|\\[}]|[)}\]])"
    r"|(?P<align>(?<!\\)&)"
    r"|(?P<command>\\[A-Za-z]+|\\.)"
)
_THEREFORE = re.compile(
    r"\s*(?:where|with|wobei|mit|let|using|so|hence|thus|therefore|then|and|also|und|daher|damit|folglich"
    r"|which gives|that is|i\.e\.|we get)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CutPiece:
    """A piece between two cuts at depth 0: what was cut at before it ("", "row", "leads", "relation", "space"...)."""

    by: str
    sign: str
    text: str
    at: int


def cuts(text: str) -> Iterator[CutPiece]:
    """The pieces of a formula at depth 0, in order; alignment marks become blanks."""
    depth = environments = 0
    begin, by, sign = 0, "", ""
    kept: list[str] = []
    at = 0
    outer = [match.span() for match in _OUTER.finditer(text)] + [match.span() for match in _DRESS.finditer(text)]
    blanks = {place for first, last in outer for place in range(first, last)}
    for found in _TOKEN.finditer(text):
        if found.start() in blanks or found.start() < at:
            continue
        kind = found.lastgroup if found.lastgroup != "words" else "text"
        if found["text"] is not None:
            kind = "text"
        if kind == "begin":
            environments += 1
        elif kind == "end":
            environments = max(0, environments - 1)
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        if kind == "align" and not environments:
            kept += [text[at : found.start()], " "]
            at = found.end()
            continue
        if kind == "row" and not environments and depth:
            depth = 0  # no bracket goes over a row, but \left( ... \right. does
        cutting = (
            not environments
            and not depth
            and (
                kind in ("row", "leads", "names", "relation", "space", "comma")
                or (kind == "text" and _THEREFORE.fullmatch(found["words"] or "") is not None)
            )
        )
        if cutting:
            kept.append(text[at : found.start()])
            yield CutPiece(by, sign, "".join(kept), begin)
            kept, at = [], found.end()
            begin, by, sign = found.end(), "leads" if kind == "text" else str(kind), found[0]
    kept.append(text[at:])
    yield CutPiece(by, sign, "".join(kept), begin)


def cleaned(text: str) -> str:
    """A piece without environments round it, tags and labels."""
    return _DRESS.sub(" ", _OUTER.sub(" ", text)).strip()
