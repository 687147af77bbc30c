"""Mistakes of authors and students as values: a place in a text, what is wrong there, and a hint.

>>> print(caret("2 * (x + 1", Span(4, 5)))
2 * (x + 1
    ^
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import PurePath
from traceback import walk_tb


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets in one text."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do about it.

    `path` leads from the file inwards (``question 2, part 2a, key 'answer'``);
    `line` and `column` count from 1, 0 meaning unknown; `span` points into `text`.
    """

    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    span: Span | None = None
    text: str = ""

    def at(self, file: str, line: int = 0, column: int = 0, path: str = "") -> Problem:
        """The same problem, placed."""
        return replace(
            self,
            file=file or self.file,
            line=line or self.line,
            column=column or self.column,
            path=path or self.path,
        )

    def __str__(self) -> str:
        column = f":{self.column}" if self.line and self.column else ""
        place = self.file + (f":{self.line}{column}" if self.line else "")
        head = ": ".join(piece for piece in (place, self.path, self.message) if piece)
        return head + (f" ({self.hint})" if self.hint else "")


def caret(text: str, span: Span, width: int = 72) -> str:
    """The line of `text` that holds `span`, with carets under it; long lines are cut around the place."""
    start = min(max(span.start, 0), len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : line_end if line_end >= 0 else len(text)].replace("\t", " ")
    column = start - line_start
    length = max(1, min(span.end, line_start + len(line)) - start)
    if len(line) > width:
        cut = max(0, min(column - width // 2, len(line) - width))
        head = "…" if cut else ""
        tail = "…" if cut + width < len(line) else ""
        line = head + line[cut : cut + width] + tail
        column = column - cut + len(head)
        length = max(1, min(length, len(line) - column))
    return f"{line}\n{' ' * column}{'^' * length}"


def raised(error: BaseException) -> str:
    """An exception of ours and where it came from: ``ZeroDivisionError in judge.py, line 12``.

    Of a recursion without end, the first place that comes again: how deep it got hangs on who called.
    """
    places = [(PurePath(frame.f_code.co_filename).name, line) for frame, line in walk_tb(error.__traceback__)]
    file, line = places[-1] if places else ("", 0)
    if isinstance(error, RecursionError):
        again = (place for at, place in enumerate(places) if place in places[:at])
        file, line = next(again, (file, line))
    return f"{type(error).__name__} in {file}, line {line}"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, for a "did you mean", or None where nothing is close."""
    return _nearest(name, tuple(candidates))


@lru_cache(maxsize=1024)
def _nearest(name: str, pool: tuple[str, ...]) -> str | None:
    by_fold = {candidate.casefold(): candidate for candidate in pool}
    if name.casefold() in by_fold:
        return by_fold[name.casefold()]
    found = get_close_matches(name, pool, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The hint that names the nearest candidate, or an empty string."""
    found = nearest(name, candidates)
    return f"did you mean '{found}'?" if found else ""
