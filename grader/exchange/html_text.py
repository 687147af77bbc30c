r"""Text that was typed into a form of a learning platform, which keeps it as HTML -> the text of a document.

>>> text_of("<p>1a: x &lt; 0<br>1b: y<sup>2</sup></p>")
('1a: x < 0\n1b: y^{2}', False)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

_BLOCKS = frozenset(re.findall(r"\w+", "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 pre blockquote section hr"))
_APART = frozenset(re.findall(r"\w+", "p h1 h2 h3 h4 h5 h6 pre blockquote table"))
_SILENT = frozenset(("style", "head", "title", "script", "math"))
_WRAPS: Mapping[str, tuple[str, str]] = {"sup": ("^{", "}"), "sub": ("_{", "}"), "td": ("", " ")}
_TEX = re.compile(r"math/tex")
_LATEX_ALT = re.compile(r"\s*(?:LaTeX:)?\s*")
_MANY_BLANK = re.compile(r"\n{3,}")
_MOST = 400_000  # tags; an honest text has hundreds


class _Typed(HTMLParser):
    """Collects the text; `pictures` tells whether there was an image that is no formula."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.pictures = False
        self.silent: list[str] = []
        self.seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += 1
        if self.seen > _MOST:
            return
        told = {name: value or "" for name, value in attrs}
        if tag in _SILENT and not (tag == "script" and _TEX.search(told.get("type", ""))):
            self.silent.append(tag)
        elif tag == "script":
            self.pieces.append("$")
        elif tag == "annotation" and "tex" in told.get("encoding", ""):
            self.silent.append("")  # the formula's source, within what is passed over
            self.pieces.append("$")
        elif tag == "img":
            self._image(told)
        elif not self.silent:
            self._opened(tag)

    def _opened(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n\n" if tag in _APART else "\n")
        if tag[0] == "h" and tag[1:].isdigit():
            self.pieces.append("#" * int(tag[1:]) + " ")
        elif tag == "li":
            self.pieces.append("- ")
        elif tag in _WRAPS:
            self.pieces.append(_WRAPS[tag][0])

    def _image(self, told: Mapping[str, str]) -> None:
        formula = told.get("data-equation-content") or (
            _LATEX_ALT.sub("", told.get("alt", ""), count=1)
            if "equation" in told.get("class", "") or told.get("alt", "").startswith("LaTeX:")
            else ""
        )
        if formula:
            self.pieces.append(f"${formula}$")
        else:
            self.pictures = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "annotation" and self.silent and self.silent[-1] == "":
            self.silent.pop()
            self.pieces.append("$")
        elif tag == "script" and (not self.silent or self.silent[-1] != "script"):
            self.pieces.append("$")
        elif self.silent:
            if self.silent[-1] == tag:
                self.silent.pop()
        elif tag in _WRAPS:
            self.pieces.append(_WRAPS[tag][1])
        elif tag in _APART or tag in ("div", "li", "tr"):
            self.pieces.append("\n\n" if tag in _APART else "\n")

    def handle_data(self, data: str) -> None:
        if self.silent and self.silent[-1] != "":
            return
        self.pieces.append(data.replace("\xa0", " "))


def text_of(html: str) -> tuple[str, bool]:
    """The text, and whether a picture stands in it that only a person can read."""
    parser = _Typed()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.pieces).split("\n")]
    text = _MANY_BLANK.sub("\n\n", "\n".join(lines)).strip()
    return text, parser.pictures
