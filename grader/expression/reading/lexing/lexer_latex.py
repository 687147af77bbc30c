r"""LaTeX to tokens: ``\frac{\partial L}{\partial W_1}`` is ``frac ( partial name ) ( partial name _ num )``.

What is only dress (``\left``, ``\mathbf``, ``\,``, ``\boxed``, alignment) leaves no token; words of prose in
``\text`` leave the note "prose"; a command that is not known is a Problem, never skipped.

Most pieces of a text mean the same whatever stands around them and are looked up at once; any other goes to the rule of
its kind: `latex_letters`, `latex_signs`, or by its name to one of `latex_rules`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping

from grader.expression.reading.lexing.latex_commands import COMMANDS, SIDES, SPACING, UNWRAP
from grader.expression.reading.lexing.latex_letters import letter_run, letters
from grader.expression.reading.lexing.latex_rules import command
from grader.expression.reading.lexing.latex_signs import column, comment, nothing, number, sign, space
from grader.expression.reading.lexing.latex_source import LatexSource
from grader.expression.reading.lexing.tokens import ACCENTS, MAX_TOKENS, SIGNS, Token, fail

_NUMBER = r"(?:[0-9]+(?:\{,\}[0-9]+|\.[0-9]+|\.(?=[/*,)}]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SCAN = re.compile(
    rf"""(?P<space>[\s~\u00a0\u2000-\u200b]+)
    |(?P<num>{_NUMBER})
    |(?P<letters>[A-Za-z]+)
    |(?P<command>\\(?:[A-Za-z]+|\s|.))
    |(?P<plain>[^\\%&$`])
    |(?P<amp>&)
    |(?P<comment>%[^\n]*)
    |(?P<dollar>[$`])
    """,
    re.VERBOSE,
).match
_RULES: Mapping[str | None, Callable[[LatexSource, str, int], None]] = {
    "space": space,
    "num": number,
    "letters": letter_run,
    "command": command,
    "plain": sign,
    "amp": column,
    "comment": comment,
    "dollar": nothing,
}

_PIECES = re.compile(
    rf" [-+*/=&<>] |[\s~\u00a0\u2000-\u200b]+|{_NUMBER}|[A-Za-z]+|\\(?:[A-Za-z]+|\s|.)|\*\*|[^\\]|\\",
).findall
_SIDES = frozenset(rf"\{name}" for name in SIDES)
_MERGES = frozenset((":", "=", "rel"))  # what an equals sign behind it may become one sign with
_BETWEEN = {f" {sign} ": SIGNS.get(sign, (sign, sign)) for sign in "-+*/=&<>"}  # one piece, as in most texts
# what a piece of text is whatever stands around it; an empty row says nothing
_ALWAYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((" ", "  ", "    ", "~"), ()),
    **{sign: row for sign, row in SIGNS.items() if sign.isascii() and sign not in "={})!"},
    "&": ("&", "&"),
    "**": ("^", "^"),  # as code has it
    **{f"\\{name}": () for name in SPACING if name not in SIDES},
    **{f"\\{name}": ("accent", mark) for name, mark in ACCENTS.items()},
    **{
        f"\\{name}": row for name, row in COMMANDS.items() if row[0] not in ("|", "‖") and name not in ("\\", "newline")
    },
}
# and what it is besides where no command gives braces another meaning and no letter can have a combining mark
_MOSTLY = {**_ALWAYS, **{s: SIGNS[s] for s in "{}"}, **{letter: ("name", letter) for letter in string.ascii_letters}}
_BRACING = frozenset(f"\\{name}" for name in UNWRAP)


def lex(text: str, offset: int = 0, level: int = 0) -> tuple[list[Token], list[str]]:
    """The tokens of a LaTeX text and notes on what was dropped; `offset` is where the text stands in a longer one."""
    s = LatexSource(text, offset, level, lex)
    pieces = _PIECES(text)
    pieces.reverse()
    known = _MOSTLY if text.isascii() and _BRACING.isdisjoint(pieces) else _ALWAYS
    while _look_up(s, pieces, known) and len(s.tokens) <= MAX_TOKENS:  # `link` refuses what is longer
        found = _SCAN(text, s.position)
        if found is None:
            fail("this sign can't be read", "", s.end, s.end + 1)
        start = s.offset + s.position
        s.position = found.end()
        _RULES[found.lastgroup](s, found[0], start)
    return s.tokens, s.notes


def _look_up(s: LatexSource, pieces: list[str], known: Mapping[str, tuple[str, ...]]) -> bool:
    """Emit the pieces that can be looked up, from the last one backwards; False where none is left.

    Else the place is before one that needs a look at what stands around it.
    """
    text, offset, tokens, ahead = s.text, s.offset, s.tokens, s.ahead
    begin = offset + s.position
    take, look, between, add = pieces.pop, known.get, _BETWEEN.get, tokens.append
    new = tuple.__new__  # a Token's own constructor takes twice as long
    while ahead < begin:  # what stood there was read with the piece before it
        ahead += len(take())
    if ahead > begin:
        pieces.extend(reversed(_PIECES(text, s.position, ahead - offset)))
        ahead = begin
    while pieces:
        raw = take()
        start = ahead
        ahead += len(raw)
        row = look(raw)
        if row:
            add(new(Token, (row[0], row[1], start, ahead)))
        elif row is None:
            row = between(raw)
            if row is not None:
                add(new(Token, (row[0], row[1], start + 1, ahead - 1)))
            elif raw.isdecimal() and raw.isascii():  # 𝟙 is a digit too
                add(new(Token, ("num", raw, start, ahead)))
            elif raw == "=" and tokens and tokens[-1].kind not in _MERGES:
                add(Token("=", "=", start, ahead))
            elif raw == ")" and not s.notes:
                add(Token(")", ")", start, ahead))
            elif len(raw) == 1 or not _takes_nothing(raw, text[ahead - offset : ahead - offset + 1]):
                s.position, s.ahead = start - offset, ahead
                return True
            elif raw not in _SIDES:
                letters(tokens, raw, start, text, ahead - offset, offset)
    return False


def _takes_nothing(raw: str, following: str) -> bool:
    """Whether a run of letters, or a command that sizes brackets, takes nothing of what follows."""
    if raw.isalpha():
        return not following.isdecimal() and following != "."
    return raw in _SIDES and following in "([)]\\"
