"""How far a command has come: a bar with the time to go on a terminal, now and then a line elsewhere.

``with Bars() as bars: bars("answers judged", 64, 560)`` is called again and again, for one stage after the other.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm


EVERY = 10.0  # seconds between two lines where there is no terminal; what is done sooner says nothing
_BAR = "{desc} {bar} {n_fmt} of {total_fmt}, {remaining} to go"


@dataclass(slots=True)
class Bars:
    """Told of what, how much of it is done, and of how much; says nothing where `quiet`."""

    quiet: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    what: str = ""
    said: float = field(default_factory=time.monotonic)
    bar: tqdm | None = None  # type: ignore[type-arg]

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, what: str, done: int, of: int) -> None:
        if self.quiet:
            return
        if not self.stream.isatty() or os.environ.get("CI"):
            now = time.monotonic()
            if now - self.said >= EVERY:
                self.said = now
                print(f"{done} of {of} {what}", file=self.stream, flush=True)
            return
        if what != self.what and self.bar is not None:
            self.bar.close()
            self.bar = None
        if self.bar is None:
            from tqdm import tqdm  # here: most runs are quiet, or have no terminal

            self.what = what
            self.bar = tqdm(
                total=of, desc=what, file=self.stream, leave=False, dynamic_ncols=True, bar_format=_BAR, delay=0.5
            )
        self.bar.update(done - self.bar.n)
