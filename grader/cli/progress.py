"""How far a command has come: a bar with the time to go on a terminal, a line each quarter elsewhere."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from types import TracebackType
from typing import TextIO

from tqdm import tqdm


@dataclass(slots=True)
class Bars:
    """Called with (what, done, of), for one stage of the work after the other; says nothing where `quiet`."""

    quiet: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    what: str = ""
    quarter: int = 0
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
        if what != self.what:
            self.what, self.quarter = what, 0
            if self.bar is not None:
                self.bar.close()
            self.bar = self._bar(of) if self.stream.isatty() and not os.environ.get("CI") else None
        if self.bar is not None:
            self.bar.update(done - self.bar.n)
        elif 4 * done // of > self.quarter:
            self.quarter = 4 * done // of
            print(f"{done} of {of} {what}", file=self.stream)

    def _bar(self, of: int) -> tqdm:  # type: ignore[type-arg]
        return tqdm(
            total=of,
            desc=self.what,
            file=self.stream,
            leave=False,
            dynamic_ncols=True,
            bar_format="{desc} {bar} {n_fmt} of {total_fmt}, {remaining} to go",
        )
