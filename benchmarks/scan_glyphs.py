r"""What scanners make of symbols, as two tables of the experiment's own, and text corrupted by them.

`BY_HAND` follows what was counted in scans of handwritten homework (``x`` read as ``\chi`` 33 times); `IN_PRINT` is
what OCR of print is known for. Nothing here is taken from `grader.grading.scans`: what undoes misreadings must be able
to fail.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SYMBOL = re.compile(r"\\[A-Za-z]+|[A-Za-z]|\d|[^\s{}&]")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)|\\(?:begin|end|text)\{[^{}]*\}")
THROUGHOUT = 0.4  # of misread letters are misread wherever they stand in the derivation


@dataclass(frozen=True, slots=True)
class Misprint:
    """What a pattern of LaTeX is scanned as, with the weight of each place where it stands; `letter`: of one glyph."""

    written: re.Pattern[str]
    scanned: str
    weight: float
    letter: bool = False


def _glyph(written: str, scanned: dict[str, float]) -> list[Misprint]:
    pattern = re.compile(re.escape(written) + (r"(?![A-Za-z])" if written.startswith("\\") else ""))
    return [Misprint(pattern, _as_code(text), weight, written[-1].isalpha()) for text, weight in scanned.items()]


def _as_code(text: str) -> str:
    return text.replace("\\", r"\\") + (" " if re.fullmatch(r"\\[A-Za-z]+", text) else "")


def _row(written: str, scanned: str, weight: float) -> Misprint:
    return Misprint(re.compile(written), scanned, weight)


# weights are the counts of the table of confusions that were met in scans by hand
BY_HAND: tuple[Misprint, ...] = (
    *_glyph(r"\sigma", {"6": 7, "0": 2, r"\delta": 1}),
    *_glyph(r"\partial", {"3": 20, "9": 2, "2": 3}),
    *_glyph("x", {r"\chi": 33, "X": 2, "N": 1}),
    *_glyph("w", {r"\omega": 35, "W": 3, "M": 1}),
    *_glyph("W", {"M": 3}),
    *_glyph(r"\delta", {"5": 6, "s": 3}),
    *_glyph("y", {"9": 11, "q": 3, "u": 2, "w": 1, "W": 1}),
    *_glyph("B", {r"\beta": 1, "U": 1}),
    *_glyph("p", {"P": 3, "9": 1}),
    *_glyph("q", {"9": 1}),
    *_glyph("r", {"n": 2, "h": 2}),
    *_glyph("z", {"2": 1, "7": 1}),
    *_glyph("C", {"K": 3, "E": 2}),
    *_glyph("8", {"3": 6, "0": 2, "5": 1}),
    *_glyph("6", {"8": 1}),
    *_glyph("2", {"5": 1}),
    *_glyph("1", {"0": 1, "4": 1}),
    _row(r"(?<!\\)\||\\[lr]?vert(?![A-Za-z])", "1", 5),
    _row(r"\\cdot(?![A-Za-z])", "=", 6),
    _row(r"\\cdot(?![A-Za-z])", "-", 3),
    _row(r"(?<=[\w})])\s*-\s*(?=[\w\\(])", "_{-}", 2),
    _row(r"(?<=\})\^\{[A-Za-z]\}", r"^{\\infty}", 20),
    _row(r"'", "^{2}", 5),
    _row(r"'", "^{1}", 2),
    _row(r"'", "_{1}", 2),
    _row(r"(?<=[\w}]),\s*(?=[\w\\])", "1", 1),
    _row(r"(?<=[\w}]),\s*(?=[\w\\])", " ", 2),
    _row(r"\^\{-", "^{", 18),
    _row(r"\\(?:hat|bar|tilde)\s*\{([^{}]*)\}", r"\1", 10),
    _row(r"\\(?:hat|bar|tilde)\s+([A-Za-z])", r"\1", 10),
    _row(r"\(1\s*-", "( -", 3),
    _row(r"\\sum(?:_\{[^{}]*\})?(?:\^\{[^{}]*\})?", "", 8),
    _row(r"\^\{?2\}?", "", 3),
    _row(r"\\frac\{([^{}]*)\}\{[^{}]*\}", r"\1", 2),
    _row(r"(?<![\\A-Za-z])([A-Za-z]_\{[^{}]*\})", r"\\frac{\1}{y_{i}}", 0.5),
    _row(r"(?<![\\A-Za-z{])([a-z])(?![A-Za-z])", r"\\hat{\1}", 0.3),
    _row(r"(?<=[\w)])(?=\s*(?:[-+)]|\Z))", "^{2}", 0.3),
    _row(r"\s*\Z", " - (3)", 6),
    _row(r"\)\s*(\\cdot|\\odot)?\s*(\\?[A-Za-z]+(?:_\{[^{}]*\})?)", r" \1 \2)", 3),
    _row(r"_\{(\w)\}", r"^{\1}", 2),
    _row(r"(?<![\\A-Za-z])[yahz](?=_\{)", "W", 2),
    _row(r"<", r"\\geq ", 1),
    _row(r"(?<=[a-z])\s*=\s*(?=[a-z])", r" \\neq ", 1),
    _row(r"(?<=[\w)}])\s*-\s*(?=[\w\\(])", " + ", 0.5),
    _row(r"\A\s*-", "", 1),
)

IN_PRINT: tuple[Misprint, ...] = (
    *_glyph("l", {"1": 4, "I": 2}),
    *_glyph("1", {"l": 4, "I": 2, "7": 1}),
    *_glyph("I", {"1": 2, "l": 2}),
    *_glyph("0", {"O": 4, "o": 2}),
    *_glyph("O", {"0": 3}),
    *_glyph("o", {"0": 2}),
    *_glyph("m", {"rn": 5}),
    *_glyph("rn", {"m": 5}),
    *_glyph("v", {r"\nu": 5, "u": 1}),
    *_glyph(r"\nu", {"v": 5}),
    *_glyph("w", {r"\omega": 3, "W": 1, "vv": 1}),
    *_glyph(r"\omega", {"w": 3}),
    *_glyph("x", {r"\times": 2, r"\chi": 1, "X": 2}),
    *_glyph("a", {r"\alpha": 3}),
    *_glyph(r"\alpha", {"a": 3}),
    *_glyph("p", {r"\rho": 2}),
    *_glyph(r"\rho", {"p": 3}),
    *_glyph("k", {r"\kappa": 1}),
    *_glyph("u", {r"\mu": 1, "n": 1, "v": 1}),
    *_glyph(r"\mu", {"u": 2}),
    *_glyph("y", {r"\gamma": 1, "g": 1}),
    *_glyph(r"\gamma", {"y": 2}),
    *_glyph("c", {"e": 1}),
    *_glyph("e", {"c": 2}),
    *_glyph("h", {"b": 1, "n": 1}),
    *_glyph("i", {"j": 1, "1": 1}),
    *_glyph("j", {"i": 2}),
    *_glyph("S", {"5": 1, "s": 1}),
    *_glyph("5", {"S": 2}),
    *_glyph("B", {"8": 1}),
    *_glyph("8", {"B": 1, "3": 1}),
    *_glyph("Z", {"2": 1}),
    *_glyph("2", {"Z": 1, "z": 1}),
    *_glyph("q", {"g": 2, "9": 1}),
    *_glyph("t", {"+": 1}),
    *_glyph(r"\odot", {r"\Theta": 1, r"\circ": 1, "0": 1}),
    *_glyph(r"\sigma", {"o": 2, "a": 1}),
    *_glyph(r"\partial", {"d": 2, r"\delta": 2, "a": 1}),
    *_glyph(r"\sum", {r"\Sigma": 3}),
    *_glyph(r"\top", {"T": 3}),
    _row(r"\\(?:mathbf|boldsymbol)\{([^{}]*)\}", r"\1", 6),
    _row(r"\\(?:hat|bar|tilde)\s*\{([^{}]*)\}", r"\1", 5),
    _row(r"\\hat(?![A-Za-z])", r"\\tilde", 2),
    _row(r"_\{([^{}]*)\}", r"\1", 3),
    _row(r"\^\{([^{}]*)\}", r"\1", 3),
    _row(r"_\{(\w)\}", r"^{\1}", 1),
    _row(r"(?<=[\w)}])\s*-\s*", " ", 2),
    _row(r"-", r"\\sim ", 2),
    _row(r"-", "=", 1),
    _row(r"(?<=\d)\.(?=\d)", ",", 3),
    _row(r"(?<=\d)\.(?=\d)", "", 2),
    _row(r"(?<=\d)\.(?=\d)", " . ", 1),
    _row(r",", ".", 2),
    _row(r"\\cdot(?![A-Za-z])", ".", 3),
    _row(r"\\cdot(?![A-Za-z])", "", 2),
    _row(r"\|", "l", 3),
    _row(r"\((?=[\w\\])", "C", 0.5),
    _row(r"\)", "", 0.5),
    _row(r"\+", "t", 1),
    _row(r"\+", "-", 0.5),
    _row(r"'", "", 2),
    _row(r"<", "c", 1),
    _row(r"\s*\Z", ".", 2),
)

TABLES = {"by hand": BY_HAND, "in print": IN_PRINT}


def symbols_in(text: str) -> int:
    """How many symbols a scanner sees in a text."""
    return len(_SYMBOL.findall(text))


def scanned(
    lines: Sequence[str], table: Sequence[Misprint], rate: float, rng: random.Random
) -> tuple[tuple[str, ...], int]:
    """The lines with a share of their symbols misread, and how many places that are; none twice at the same place."""
    found = list(lines)
    wanted = sum(rng.random() < rate for _ in range(sum(map(symbols_in, lines))))
    done = 0
    while done < wanted:
        places = [(at, one, where) for at, text in enumerate(found) for one, where in _places(text, table)]
        if not places:
            break
        at, misprint, where = rng.choices(places, [one.weight for _, one, _ in places])[0]
        if misprint.letter and rng.random() < THROUGHOUT:
            alike = [place for place in places if place[1] is misprint]
        else:
            alike = [(at, misprint, where)]
        for at, misprint, where in reversed(alike[: wanted - done]):
            start, end = where.span()
            found[at] = found[at][:start] + where.expand(misprint.scanned) + found[at][end:]
            done += 1
    return tuple(found), done


def _places(text: str, table: Sequence[Misprint]) -> Iterator[tuple[Misprint, re.Match[str]]]:
    """Where the rows of a table hold; no piece of a command or of a word in it."""
    commands = [one.span() for one in _COMMAND.finditer(text)]
    for row in table:
        for where in row.written.finditer(text):
            start, end = where.span()
            if not any(begin < end and start < stop and (start > begin or end < stop) for begin, stop in commands):
                yield row, where
