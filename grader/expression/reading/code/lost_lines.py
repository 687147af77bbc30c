"""Programs whose line breaks or indentation are lost -> the programs that they may have been.

``g = 0 for i in range(n): g += x[i] g /= n`` is two: the last statement stands in the loop, or behind it. Whoever reads
them takes what only one of them says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

MOST = 24  # ways to set the statements in
_HEADER = re.compile(r"(?:for\s{1,9}[\w, ()]{1,40}?\s{1,9}in\b|def\s{1,9}\w{1,40}\s{0,9}\(|if\b|elif\b|else\s{0,9}:)")
_BLOCK = re.compile(r"\bfor\s{1,9}\w{1,20}\s{1,9}in\s[^:\n]{1,80}:|\bdef\s{1,9}\w{1,40}\([^()\n]{0,80}\):")
_SETS = re.compile(
    r"\w{1,40}(?:\[[^\[\]=]{1,40}\])?\s{0,3}(?:[-+*/@]=|\[[^\[\]=]{1,40}\]\s{0,3}=(?!=))|\b(?:np|torch)\.\w"
)
_STARTS = re.compile(
    r"(?<=[\w)\]])\s{1,9}(?=(?:for\s{1,9}[\w, ]{1,40}\sin\s[^:\[\]]{1,80}:|return\b|def\s)"
    r"|[^\W\d]\w{0,40}(?:\[[^\[\]=]{1,60}\])?\s{0,3}[-+*/@]?=(?!=))"
)
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")


def restored(text: str) -> Iterator[str]:
    """The programs that a text may have been; none where it is no program, or is set in."""
    lines = [line.rstrip() for line in text.strip().split("\n") if line.strip()]
    if "\\" in text or any(line[0].isspace() for line in lines):
        return
    if not (_BLOCK.search(text) or _SETS.search(text)):
        return
    statements = [part for line in lines for one in _cut(line) for part in _headed(one)]
    if 2 <= len(statements) <= MOST:
        yield from islice(_set_in(statements), MOST)


def _cut(line: str) -> list[str]:
    """The statements of a line, which begin where a name is set, a loop or a function starts, or a value returns."""
    starts = [0, *(found.end() for found in _STARTS.finditer(line) if _depth(line[: found.end()]) == 0), len(line)]
    return [line[start:end].strip() for start, end in pairwise(starts)]


def _headed(statement: str) -> Iterator[str]:
    """The heads of blocks that a statement begins with, each with its colon, and what stands behind them."""
    while _HEADER.match(statement):
        colon = next((at for at, sign in enumerate(statement) if sign == ":" and _depth(statement[:at]) == 0), None)
        if colon is None:
            break
        yield statement[: colon + 1]
        statement = statement[colon + 1 :].strip()
    if statement:
        yield statement


def _depth(text: str) -> int:
    return sum((sign in _OPENERS) - (sign in _CLOSERS) for sign in text)


def _set_in(statements: Sequence[str]) -> Iterator[str]:
    """All ways to set in the statements behind the first, a value that returns in its function alone."""
    pending: list[tuple[int, ...]] = [(0,)]
    while pending:
        depths = pending.pop()
        at = len(depths)
        if at == len(statements):
            yield "\n".join("    " * depth + one for depth, one in zip(depths, statements, strict=True))
            continue
        before = statements[at - 1]
        inside = statements[0].startswith("def")
        if before.endswith(":"):
            choices = [depths[-1] + 1]
        elif statements[at].startswith("return"):
            choices = [int(inside)]
        else:
            choices = list(range(int(inside), depths[-1] + 1))
        pending += [(*depths, depth) for depth in choices]
