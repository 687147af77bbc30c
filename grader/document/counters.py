r"""What LaTeX prints at sections, items and the author's environments: ``2.1``, ``(a)``, ``Problem 3``.

Sections are numbered by level, lists as ``enumerate`` does or as ``label=(\alph*)`` or ``[(i)]`` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SECTIONS = {
    "part": 0,
    "chapter": 0,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 5,
}
_USUAL = (r"\arabic*.", r"(\alph*)", r"\roman*.", r"\Alph*.")
_STYLE = re.compile(r"\\(arabic|alph|Alph|roman|Roman)\s*(?:\*|\{[^{}]*\})|[1aAiI]")
_NAMED = {"1": "arabic", "a": "alph", "A": "Alph", "i": "roman", "I": "Roman"}
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_KEY = re.compile(r"(label|start|ref)\s*=\s*(\{(?:[^{}]|\{[^{}]*\})*\}|[^,]*)")


def roman(number: int) -> str:
    """A number from 1 to 39 in small Roman numerals."""
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def printed(number: int, style: str) -> str:
    """A counter in one of LaTeX's styles: arabic, alph, Alph, roman, Roman."""
    match style:
        case "alph" | "Alph":
            letter = chr(ord("a") + (number - 1) % 26) if number > 0 else "0"
            return letter.upper() if style == "Alph" else letter
        case "roman" | "Roman":
            return roman(number).upper() if style == "Roman" else roman(number)
    return str(number)


@dataclass(slots=True)
class ListCounter:
    """One list that is open: how its items are printed, and the number of the last."""

    shape: str
    number: int = 0
    numbered: bool = True

    def step(self) -> str:
        """The label of the next item, "" in a list without numbers."""
        if not self.numbered:
            return ""
        self.number += 1
        return _STYLE.sub(lambda found: printed(self.number, found[1] or _NAMED[found[0]]), self.shape, count=1)


def list_counter(environment: str, options: str, depth: int) -> ListCounter:
    r"""A list that opens; `options` as in ``[label=(\alph*), start=3]`` or ``[i.]``, `depth` of numbered from 0."""
    numbered = environment.rstrip("*") in ("enumerate", "parts", "questions", "subparts", "inparaenum", "compactenum")
    shape, start = _USUAL[min(depth, 3)], 1
    keys = {key: value.strip("{} ") for key, value in _KEY.findall(options)}
    if "label" in keys:
        shape = re.sub(r"\\(?:textbf|textit|emph|bfseries|itshape)\b\s*", "", keys["label"]).strip("{} ")
    elif options and not keys and _STYLE.search(options):
        shape = options.strip("{} ")
    if keys.get("start", "").isdigit():
        start = int(keys["start"][:4])
    return ListCounter(shape, start - 1, numbered)


@dataclass(slots=True)
class SectionCounters:
    """The numbers of the sections that are open, by level."""

    numbers: list[int] = field(default_factory=lambda: [0] * 6)

    def step(self, level: int, starred: bool) -> str:
        """The number that is printed at a section, "" where it is starred."""
        if starred or level > 3:
            return ""
        self.numbers[level] += 1
        self.numbers[level + 1 :] = [0] * (5 - level)
        return ".".join(str(number) for number in self.numbers[1 : level + 1]) if level else str(self.numbers[0])
