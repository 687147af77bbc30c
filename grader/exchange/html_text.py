r"""Text that was typed into a form of a learning platform, which keeps it as HTML -> the text of a document.

>>> text_of("<p>1a: x &lt; 0<br>1b: y<sup>2</sup></p>")
('1a: x < 0\n1b: y^{2}', False)

Tags are told by one pattern that never goes back: Python's own parser takes the square of a hostile text in time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

LONGEST_TYPED = 300_000  # characters, without pictures; the longest honest text has a tenth
_TAG = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,15})(?![A-Za-z0-9])"
    r"""(?P<attributes>(?:[^<>"']++|"[^"]{0,4000}"|'[^']{0,4000}'){0,100}+)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([A-Za-z-]{1,40})\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s"'>]+)""")
_WITHIN = re.compile(r"""data:image/[^"'>\s]*""")  # a picture that is part of the text
_BLOCKS = frozenset(re.findall(r"\w+", "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 pre blockquote section hr"))
_APART = frozenset(re.findall(r"\w+", "p h1 h2 h3 h4 h5 h6 pre blockquote table"))
_SILENT = frozenset(("style", "head", "title", "script", "math"))
_WRAPS: Mapping[str, tuple[str, str]] = {"sup": ("^{", "}"), "sub": ("_{", "}"), "td": ("", " ")}
_LATEX_ALT = re.compile(r"\s*(?:LaTeX:)?\s*")
_MANY_BLANK = re.compile(r"\n{3,}")


@dataclass(slots=True)
class _Typed:
    """The text so far, what is passed over (`silent`; `formula` within it is not), and whether a picture was seen."""

    pieces: list[str] = field(default_factory=list)
    silent: str = ""
    formula: bool = False
    pictures: bool = False


def text_of(html: str) -> tuple[str, bool]:
    """The text, and whether something stands in it that only a person can read: a picture, or far too much."""
    html = _WITHIN.sub("", html)
    out = _Typed(pictures=len(html) > LONGEST_TYPED)
    html = html[:LONGEST_TYPED]
    at = 0
    for tag in _TAG.finditer(html):
        _text(out, html[at : tag.start()])
        at = tag.end()
        if tag["name"]:
            name = tag["name"].lower()
            _closed(out, name) if tag["close"] else _opened(out, name, tag["attributes"])
    _text(out, html[at:])
    lines = [line.strip() for line in "".join(out.pieces).split("\n")]
    return _MANY_BLANK.sub("\n\n", "\n".join(lines)).strip(), out.pictures


def _text(out: _Typed, html: str) -> None:
    if not out.silent or out.formula:
        out.pieces.append(unescape(html).replace("\xa0", " "))


def _opened(out: _Typed, tag: str, attributes: str) -> None:
    told = {name.lower(): unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(attributes)}
    if out.silent:
        if tag == "annotation" and "tex" in told.get("encoding", "") and not out.formula:
            out.formula = True  # the formula's source, within what is passed over
            out.pieces.append("$")
        return
    if tag in _SILENT:
        out.silent = tag
        if "math/tex" in told.get("type", ""):
            out.formula = True
            out.pieces.append("$")
    elif tag == "img":
        _image(out, told)
    else:
        if tag in _BLOCKS:
            out.pieces.append("\n\n" if tag in _APART else "\n")
        if tag[0] == "h" and tag[1:].isdigit():
            out.pieces.append("#" * min(int(tag[1:]), 6) + " ")
        elif tag == "li":
            out.pieces.append("- ")
        elif tag in _WRAPS:
            out.pieces.append(_WRAPS[tag][0])


def _closed(out: _Typed, tag: str) -> None:
    if out.silent:
        if out.formula and tag in ("annotation", out.silent):
            out.formula = False
            out.pieces.append("$")
        if tag == out.silent:
            out.silent = ""
    elif tag in _WRAPS:
        out.pieces.append(_WRAPS[tag][1])
    elif tag in _APART or tag in ("div", "li", "tr"):
        out.pieces.append("\n\n" if tag in _APART else "\n")


def _image(out: _Typed, told: Mapping[str, str]) -> None:
    """A picture; the formulas of platforms' editors are pictures, too, with their source beside them."""
    alt = told.get("alt", "")
    named = "equation" in told.get("class", "") or alt.startswith("LaTeX:")
    formula = told.get("data-equation-content") or (_LATEX_ALT.sub("", alt, count=1) if named else "")
    if formula:
        out.pieces.append(f"${formula}$")
    else:
        out.pictures = True
