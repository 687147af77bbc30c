"""Tokens to tokens with their brackets matched and without layout that means nothing where it stands.

Of ``a (b`` it says that the bracket is never closed; of ``x =``, a line break and ``2`` it keeps ``x = 2``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from grader.expression.reading.lexing.tokens import APART, MAX_DEPTH, MAX_TOKENS, Token, fail, shown

ENDS = 3  # so that looking a token or two ahead needs no bounds check
PAIRS = MappingProxyType(
    {"(": ")", "[": "]", "{": "}", r"\{": r"\}", "⟨": "⟩", "|": "|", "‖": "‖", "cases": "cases", "matrix": "matrix"}
)
_ENVIRONMENTS = ("cases", "matrix")
_NUMBERED = ["(", "num", ")"]
_CONTINUES = frozenset(("=", "+", "-", "joint", "/", "rel", ",", "^", "_", "logic", "over", "'", "method", ")", "end"))
_OPEN = frozenset(("=", "+", "-", "joint", "/", "rel", ",", "key", "logic", "partial", "nabla", "sum", "frac", "sqrt"))
_LAYOUT = frozenset(("nl", "row", "&", "quad"))
_LAID_OUT = _LAYOUT | {"."}
_BRACKETS = frozenset("()")


class Linked(NamedTuple):
    """Tokens ready for the parser: ``end`` tokens close them, `match` leads from opening to closing bracket."""

    tokens: list[Token]
    match: dict[int, int]
    notes: list[str]
    kinds: list[str]  # of the tokens
    present: frozenset[str]  # the kinds that occur


def link(tokens: list[Token]) -> Linked:
    """Match the brackets and drop layout signs that mean nothing where they stand."""
    if len(tokens) > MAX_TOKENS:
        last = tokens[MAX_TOKENS]
        fail("this is too long to read as one formula", f"at most {MAX_TOKENS} signs", last.start, last.end)
    kinds = [token[0] for token in tokens]
    present = frozenset(kinds)
    if {"&", "row", ","} <= present:
        tokens = _with_definitions_last(tokens)
        kinds = [token[0] for token in tokens]
    if "rel" in present and "," in present and _angles(tokens):
        kinds = [token[0] for token in tokens]
    pairs = _brackets(tokens, kinds) if _LAID_OUT.isdisjoint(present) else None
    end = tokens[-1].end if tokens else 0
    if pairs is not None:
        return Linked([*tokens, *[Token("end", "", end, end)] * ENDS], pairs, [], [*kinds, *["end"] * ENDS], present)
    state = _Linking(tokens, kinds)
    while state.at < len(tokens):
        token = tokens[state.at]
        rule = _RULES.get(token.kind)
        kept = token if rule is None else rule(state, token)
        if kept is not None:
            state.kept.append(kept)
        state.at += 1
    if state.opened:
        _supply_bracket(state, end)
    state.kept += [Token("end", "", end, end)] * ENDS
    kinds = [token[0] for token in state.kept]
    return Linked(state.kept, state.match, state.notes, kinds, frozenset(kinds))


def _with_definitions_last(tokens: list[Token]) -> list[Token]:
    r"""Rows of a chain with a definition between two of its sides behind them: ``y &= a S, \quad S = b \\\\ &= c``.

    The columns tell whose the next side is: the definition has none of its own.
    """
    found: list[Token] = []
    held: list[Token] = []
    begin, level = 0, 0
    for at, token in enumerate(tokens):
        level += (token.kind == "(") - (token.kind == ")")
        if token.kind != "row" or level:
            found.append(token)
            continue
        if not _column_ahead(tokens, at + 1):
            found, held = [*found, *held], []
        elif not held and (places := _definition_behind(found, begin)):
            held = [found[places[0]]._replace(kind="key", text="where"), *found[places[1] :]]
            del found[places[0] :]
        found.append(token)
        begin = len(found)
    return [*found, *held]


def _column_ahead(tokens: list[Token], at: int) -> bool:
    """Whether the row from `at` begins with the ``=`` of a column."""
    while at < len(tokens) and tokens[at].kind in ("nl", "quad"):
        at += 1
    return [token.kind for token in tokens[at : at + 2]] == ["&", "="]


def _definition_behind(row: list[Token], begin: int) -> tuple[int, int] | None:
    """Where the comma and the ``S = b`` stand behind the ``&= a S`` of a row; None where no such definition ends it."""
    kinds = [token.kind for token in row]
    level, column, comma = 0, 0, 0
    for at in range(begin, len(row)):
        level += (kinds[at] == "(") - (kinds[at] == ")")
        if kinds[at : at + 2] == ["&", "="]:
            column, comma = at, 0
        elif kinds[at] == "," and column and not level and not comma:
            comma = at
    first = comma + 1
    while comma and first < len(row) and (kinds[first] in ("quad", "&") or row[first].text in ("where", "with")):
        first += 1
    rest = kinds[first:]
    defines = rest[:1] == ["name"] and "=" in rest[1:] and not {"key", "&"} & {*rest}
    return (comma, first) if comma and defines else None


def _angles(tokens: list[Token]) -> bool:
    """Turn ``<1, 2, 3>`` into brackets, in place: an operand is due at its ``<``, and none stands behind its ``>``."""
    opener, depth, comma, found = -1, 0, False, False
    for at, (kind, text, start, end) in enumerate(tokens):
        depth += (kind == "(") - (kind == ")")
        if kind == "rel" and text == "lt":
            due = not at or tokens[at - 1].kind in _OPEN or tokens[at - 1].kind == "("
            opener, depth, comma = at if due else -1, 0, False
        elif kind == "," and not depth:
            comma = True
        elif opener >= 0 and (depth < 0 or (kind in ("=", "rel", "logic") and text != "gt")):
            opener = -1
        elif opener >= 0 and text == "gt" and not depth:
            if comma and (at + 1 == len(tokens) or tokens[at + 1].kind in _CONTINUES | {"nl"}):
                tokens[opener] = tokens[opener]._replace(kind="(", text="⟨")
                tokens[at] = Token(")", "⟩", start, end)
                found = True
            opener = -1
    return found


def _brackets(tokens: list[Token], kinds: list[str]) -> dict[int, int] | None:
    """Closing by opening bracket, where every bracket has its own; None where one needs a second look."""
    match: dict[int, int] = {}
    stack: list[int] = []
    awaited: list[str | None] = []
    for at in [at for at, kind in enumerate(kinds) if kind in _BRACKETS]:
        text = tokens[at][1]
        if kinds[at] == "(":
            stack.append(at)
            awaited.append(PAIRS.get(text))
        elif stack and awaited.pop() == text and len(stack) <= MAX_DEPTH:
            match[stack.pop()] = at
        else:
            return None
    return None if stack else match


@dataclass(slots=True)
class _Linking:
    """How far the linking is: the token `at`, what was kept before it, and the places of open brackets in that."""

    tokens: list[Token]
    kinds: list[str]
    at: int = 0
    kept: list[Token] = field(default_factory=list)
    match: dict[int, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    last_equals: int = -1
    last_break: int = -1
    behind_layout: list[int] = field(default_factory=list)  # the next token that is no layout, from each token

    def __post_init__(self) -> None:
        following = len(self.kinds)
        for at in range(len(self.kinds) - 1, -1, -1):
            if self.kinds[at] not in _LAYOUT:
                following = at
            self.behind_layout.append(following)
        self.behind_layout.reverse()

    def innermost(self) -> str:
        """The text of the innermost open bracket, empty outside of brackets."""
        return self.kept[self.opened[-1]].text if self.opened else ""


def _opening(state: _Linking, token: Token) -> Token:
    state.opened.append(len(state.kept))
    if len(state.opened) > MAX_DEPTH:
        fail("brackets are nested too deep", f"at most {MAX_DEPTH} levels", token.start, token.end)
    return token


def _closing(state: _Linking, token: Token) -> Token:
    if not state.opened:
        fail(
            f"'{shown(token)}' closes a bracket that was never opened",
            "remove it, or add the opening bracket",
            token.start,
            token.end,
        )
    opener = state.kept[state.opened[-1]]
    if token.text != "." and opener.text != "." and PAIRS[opener.text] != token.text:
        fail(
            f"'{shown(token)}' does not close the '{shown(opener)}' that was opened before it",
            "check which bracket is missing",
            opener.start,
            token.end,
        )
    state.match[state.opened.pop()] = len(state.kept)
    return token


def _equals(state: _Linking, token: Token) -> Token:
    if not state.opened:
        state.last_equals = len(state.kept)
    return token


def _row(state: _Linking, token: Token) -> Token | None:
    """A ``\\\\``: a row of an environment, a line under a sum, or a line break."""
    innermost = state.innermost()
    if innermost in _ENVIRONMENTS:
        return token
    if innermost == "{" and state.kept[state.opened[-1] - 1].kind in ("_", "("):
        return token._replace(kind=",")  # lines under a sum
    return _line_break(state, token)


def _column(state: _Linking, token: Token) -> Token | None:
    return token if state.innermost() in _ENVIRONMENTS else None


def _line_break(state: _Linking, token: Token) -> Token | None:
    if state.opened or not _ends_statement(state):
        return None
    state.last_break = len(state.kept)
    return token._replace(kind="nl")


def _stop(state: _Linking, token: Token) -> Token | None:
    following = state.kinds[state.at + 1] if state.at + 1 < len(state.kinds) else "end"
    if following in (")", "row", "&", "=", "end", "nl", "quad"):
        return None
    if state.opened:
        fail("'.' can't stand here", "a decimal point needs a digit behind it", token.start, token.end)
    return token


def _wide_space(state: _Linking, token: Token) -> Token | None:
    """A ``\\quad`` parts the entries of a list; before the number of an equation it ends the line."""
    if state.innermost() == "[":
        return token
    at = state.at
    if not state.opened and state.kinds[at + 1 : at + 5] in (_NUMBERED, [*_NUMBERED, "nl"], [*_NUMBERED, "row"]):
        state.at += 3
        state.notes.append("prose")
    return None


# what becomes of a token, by its kind; any other is kept as it is
_RULES: Mapping[str, Callable[[_Linking, Token], Token | None]] = {
    "(": _opening,
    ")": _closing,
    "=": _equals,
    "row": _row,
    "&": _column,
    "nl": _line_break,
    ".": _stop,
    "quad": _wide_space,
}


def _supply_bracket(state: _Linking, end: int) -> None:
    """Close the one bracket that the last side of a text leaves open; stop where more is open."""
    kept, opened = state.kept, state.opened
    opener = kept[opened[-1]]
    closes_side = not any(token.kind == "=" for token in kept[opened[-1] :])
    if len(opened) > 1 or opened[-1] < state.last_equals or not closes_side or opener.text in _ENVIRONMENTS:
        ending = rf"\end{{{opener.text}}}" if opener.text in _ENVIRONMENTS else PAIRS.get(opener.text, ")")
        fail(
            f"the bracket '{shown(opener)}' is never closed",
            f"add '{ending}' where it ends",
            opener.start,
            opener.end,
        )
    state.match[opened[-1]] = len(kept)
    kept.append(Token(")", PAIRS.get(opener.text, ")"), end, end))
    state.notes.append("bracket_supplied")


def _ends_statement(state: _Linking) -> bool:
    """Whether the line break at hand ends a statement."""
    tokens, kept, following = state.tokens, state.kept, state.behind_layout[state.at]
    if following >= len(tokens) or not kept or kept[-1].kind in _OPEN or kept[-1].kind == "nl":
        return False
    after = tokens[following]
    if tokens[state.at].text == APART and after.kind in ("+", "-"):
        return True  # "$k$ is its factor: $-F$" is no sum
    if after.kind in _CONTINUES or (after.kind == "key" and after.text != "where"):
        return False
    # a line break in LaTeX source says little: only between two equations does it end the first
    if tokens[state.at].text != "soft":
        return True
    return state.last_equals > state.last_break and _equals_ahead(tokens, following)


def _equals_ahead(tokens: list[Token], at: int) -> bool:
    level = 0
    while at < len(tokens):
        kind = tokens[at].kind
        if kind == "(" or kind == ")":
            level += 1 if kind == "(" else -1
        elif not level and kind == "=":
            return True
        elif not level and kind in ("nl", "row", ";"):
            return False
        at += 1
    return False
