r"""The state of one LaTeX text on its way to tokens: what was emitted, and where the next piece begins.

In ``\frac{1}{m}``, once ``\frac`` was read: one token, `position` 5, and ``s.end`` the same place in the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.expression.reading.lexing.tokens import Token

BRACED = re.compile(r"\s*\{([^{}]*)\}").match


class Source:
    """What the rules of the lexer read from and write to; `lex` is the lexer itself, for texts within this one."""

    __slots__ = ("ahead", "braces", "level", "lex", "notes", "offset", "position", "text", "tokens", "unwrap")

    def __init__(
        self, text: str, offset: int, level: int, lex: Callable[[str, int, int], tuple[list[Token], list[str]]]
    ) -> None:
        self.text = text
        self.offset = offset  # where the text stands in a longer one
        self.level = level  # how many texts this one stands in
        self.lex = lex
        self.tokens: list[Token] = []
        self.notes: list[str] = []
        self.position = 0  # behind the piece at hand, in `text`
        self.ahead = offset  # where the next piece begins, in the longer text
        self.braces: list[bool] = []  # which open braces are dress
        self.unwrap = 0  # how many brace groups ahead are dress around what matters

    @property
    def end(self) -> int:
        """Behind the piece at hand, in the longer text."""
        return self.offset + self.position

    def add(self, kind: str, text: str, start: int) -> None:
        """Emit a token from `start` to the end of the piece at hand."""
        self.tokens.append(Token(kind, text, start, self.offset + self.position))

    def last(self) -> Token | None:
        """The token emitted last."""
        return self.tokens[-1] if self.tokens else None

    def skip_group(self) -> None:
        """Step over the braces ahead, if any, and what they hold."""
        found = BRACED(self.text, self.position)
        if found:
            self.position = found.end()
