r"""Texts whose single backslashes JSON or YAML took for escapes: a form feed and ``rac`` is what is left of ``\frac``.

``restored("\x0crac{1}{2}")`` is ``\frac{1}{2}`` and the command that was put in; of a line break before ``u`` nobody
can tell whether it was ``\nu``.
"""

from __future__ import annotations

import re

from grader.expression.reading.lexing.latex_commands import COMMANDS, FONTS, SIDES, SPACING, WORDS
from grader.expression.reading.lexing.tokens import ACCENTS

_LETTERS = {"\x07": "a", "\b": "b", "\x1b": "e", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
_TYPED = "\n\t"  # what people type between words, too
_LOST = re.compile("([\x07\b\x1b\f\n\r\t\v])([A-Za-z]+)")
_KNOWN = frozenset((*COMMANDS, *ACCENTS, *SPACING, *FONTS, *WORDS, *SIDES, "begin", "end", "not", "boxed", "eqref"))
_SURE = 3  # letters behind a line break or a tab that make a command and no name


def restored(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    r"""The text with the commands that were surely lost put in, these, and those that were lost perhaps."""
    put_in: dict[str, None] = {}
    perhaps: dict[str, None] = {}

    def command(found: re.Match[str]) -> str:
        name = _LETTERS[found[1]] + found[2]
        if name not in _KNOWN:
            return found[0]
        if found[1] in _TYPED and len(found[2]) < _SURE:
            perhaps[f"\\{name}"] = None
            return found[0]
        put_in[f"\\{name}"] = None
        return f"\\{name}"

    return _LOST.sub(command, text), tuple(put_in), tuple(perhaps)
