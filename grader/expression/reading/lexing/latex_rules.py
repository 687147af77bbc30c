r"""Commands of LaTeX to tokens: ``\cdot`` is a joint, ``\begin{cases}`` a bracket, ``\mathbf{w}`` the name w."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from grader.expression.language.derived import DERIVED_SPELLINGS
from grader.expression.language.functions import SPELLINGS
from grader.expression.language.words import GREEK
from grader.expression.reading.lexing.latex_commands import (
    CASES,
    COMMANDS,
    DRESS,
    FONTS,
    MATRICES,
    SIDES,
    SKIP_ARGUMENT,
    SPACING,
    UNWRAP,
    WORDS,
)
from grader.expression.reading.lexing.latex_signs import nothing
from grader.expression.reading.lexing.latex_source import BRACED, LatexSource
from grader.expression.reading.lexing.latex_text import words
from grader.expression.reading.lexing.tokens import ACCENTS, Token, fail
from grader.problems import did_you_mean

_ONE = re.compile(r"\s*(?:\{\s*([1I])\s*\}|([1I])(?![0-9A-Za-z]))").match
_NAME_GROUP = re.compile(r"\s*\{\s*(?:([A-Za-z])|\\([A-Za-z]+))\s*\}").match
_AFTER_SIDE = re.compile(r"\s*([|.])").match
_RELATION = re.compile(r"\s*(=|\\in\b|\\equiv\b)").match
_SCRIPT_FONTS = frozenset(("mathcal", "mathit", "mathfrak", "mathscr"))  # a 1 in these is no indicator
_WITH_COLOUR = frozenset(("textcolor", "colorbox", "underset", "overset"))  # the first argument is dress as well
_WITH_COLUMNS = frozenset(("alignat", "alignedat"))


def command(s: LatexSource, raw: str, start: int) -> None:
    """Any command: what it means, or the nearest name that means something."""
    name = raw[1:]
    rule = _RULES.get(name)
    if rule is None and len(name) > 3 and (name in SPELLINGS or name in DERIVED_SPELLINGS):  # \arsinh
        s.add("name", name, start)
    elif rule is None:
        _unknown(name, start)
    else:
        rule(s, name, start)


def _sign(s: LatexSource, name: str, start: int) -> None:
    s.add(*COMMANDS[name], start)


def _new_row(s: LatexSource, name: str, start: int) -> None:
    r"""``\\``, with the space below it: ``\\[2pt]``."""
    s.add(*COMMANDS[name], start)
    if s.text[s.position : s.position + 1] == "[":
        s.position = max(s.position, s.text.find("]", s.position, s.position + 12) + 1)


def _bar(s: LatexSource, name: str, start: int) -> None:
    r"""A bar; behind ``\left`` or ``\right`` an opening or a closing bracket."""
    kind, text = COMMANDS[name]
    before = s.position - len(name) - 1
    side = s.text[max(0, before - 6) : before].rstrip()
    s.add("(" if side.endswith(r"\left") else ")" if side.endswith(r"\right") else kind, text, start)


def _accent(s: LatexSource, name: str, start: int) -> None:
    s.add("accent", ACCENTS[name], start)


def _side(s: LatexSource, name: str, _: int) -> None:
    r"""``\left|`` and ``\right.`` say which side a bar is."""
    found = _AFTER_SIDE(s.text, s.position)
    if found is not None:
        s.position = found.end()
        kind = "(" if name[-1] in "tl" and name != "right" else ")"
        s.add(kind, found[1], s.offset + found.start(1))


def _font(s: LatexSource, name: str, start: int) -> None:
    r"""``\mathbb 1`` is an indicator, ``\mathbf{w}`` a name; round anything else a font is dress."""
    one = _ONE(s.text, s.position)
    group = None if one else _NAME_GROUP(s.text, s.position)
    if one and name not in _SCRIPT_FONTS:
        s.position = one.end()
        s.add("ind", one[1] or one[2], start)
    elif group and (group[1] or group[2] in GREEK):
        s.position = group.end()
        s.add("name", group[1] or group[2], start)


def _unwrap(s: LatexSource, name: str, _: int) -> None:
    if name in _WITH_COLOUR:
        s.skip_group()
    s.unwrap += 1


def _skip_argument(s: LatexSource, _: str, __: int) -> None:
    s.skip_group()


def _negated(s: LatexSource, _: str, start: int) -> None:
    found = _RELATION(s.text, s.position)
    if found is None:
        fail(r"'\not' is not followed by a relation", r"write \ne", start, start + 4)
    s.position = found.end()
    s.add("rel", "ne", start)


def _environment(s: LatexSource, name: str, start: int) -> None:
    r"""``\begin`` and ``\end``: brackets round cases and matrices, dress round anything else."""
    found = BRACED(s.text, s.position)
    if found is None:
        fail(rf"'\{name}' needs the name of an environment", rf"write \{name}{{cases}}", s.end, s.end)
    kind = found[1].strip().rstrip("*")
    s.position = found.end()
    if kind in CASES or kind in MATRICES:
        s.add("(" if name == "begin" else ")", "cases" if kind in CASES else "matrix", start)
        if kind == "vmatrix":  # bars round it, which make a determinant
            bar = Token("(" if name == "begin" else ")", "|", start, s.end)
            s.tokens.insert(len(s.tokens) - (name == "begin"), bar)
        if kind == "array" and name == "begin":
            s.skip_group()
    elif kind not in DRESS:
        fail(f"the environment '{kind}' can't be read", did_you_mean(kind, (*CASES, *MATRICES, *DRESS)), start, s.end)
    elif kind in _WITH_COLUMNS and name == "begin":
        s.skip_group()


def _unknown(name: str, start: int) -> NoReturn:
    known = (*COMMANDS, *ACCENTS, *SPACING, *FONTS, *WORDS)
    fail(
        f"the command '\\{name}' can't be read",
        did_you_mean(name, [command for command in known if len(command) > 2])
        or "write the formula with usual commands",
        start,
        start + len(name) + 1,
    )


# what a command does; of a name in two rows the later one counts
_RULES: Mapping[str, Callable[[LatexSource, str, int], None]] = {
    **dict.fromkeys("()[]", nothing),  # \( \) \[ \] only delimit
    "not": _negated,
    "begin": _environment,
    "end": _environment,
    **dict.fromkeys(SKIP_ARGUMENT, _skip_argument),
    **dict.fromkeys(UNWRAP, _unwrap),
    **dict.fromkeys(WORDS, words),
    **dict.fromkeys(FONTS, _font),
    **dict.fromkeys(SPACING, nothing),
    **dict.fromkeys(SIDES, _side),
    **dict.fromkeys(ACCENTS, _accent),
    **dict.fromkeys(COMMANDS, _sign),
    **dict.fromkeys(("\\", "newline"), _new_row),
    **{name: _bar for name, (kind, _) in COMMANDS.items() if kind in ("|", "‖")},
}
