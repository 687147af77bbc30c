"""An expression as plain text that reads back as the same expression.

``Call("div", (Call("sub", (yhat, y)), m))`` is ``(yhat - y)/m``. Brackets stand where the reader would group
otherwise, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from types import MappingProxyType

from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Indexed, Matrix, Number, Partial, Symbol
from grader.expression.language.precedence import ATOM, POWER, PRODUCT
from grader.expression.language.words import is_word
from grader.expression.printing.pieces import (
    Piece,
    PrintedNames,
    at_least,
    joined_by,
    mentions,
    printed_names,
    spelling_of_call,
)
from grader.expression.printing.structure import Derivative, Notation, printed

_TEXT_JOINTS = {"": " ", "*": "*", "cdot": " · ", "times": " × ", "circ": " ∘ ", "@": " @ ", "otimes": " ⊗ "}
_TEXT_SIGNS = {
    "add": "+",
    "sub": "-",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "=",
    "ne": "!=",
    "and": "and",
    "or": "or",
    "neg": "-",
    "not": "not ",
}
_ends_with_d = re.compile(r"(?<![A-Za-z0-9_])d(?!elta|iag)[\w^{}']*$").search
_word_at_end = re.compile(r"(?<![A-Za-z0-9])[a-z]{3,}$").search
_word_at_start = re.compile(r"[a-z]{3,}(?![A-Za-z0-9])").match


def to_text(e: Expression, names: Names = ()) -> str:
    """`e` in plain text, with the canonical spellings of its symbols."""
    return printed(e, printed_names(names), TEXT_NOTATION).code


def _text_number(digits: str, exponent: int | None, denominator: int | None) -> Piece[str]:
    if denominator is not None:
        return Piece(f"{digits}/{denominator}", PRODUCT)
    return Piece(digits) if exponent is None else Piece(f"{digits}e{exponent}", POWER)


def _text_symbol(table: PrintedNames, name: str) -> str:
    del table
    return _text_name(name)


@lru_cache(maxsize=1024)
def _text_name(name: str) -> str:
    """A name whose scripts are more than letters and digits keeps them together by braces: ``W_{11-2}``."""
    name = re.sub(r"\^(\([^()]*\))", r"^{\1}", name)
    name = re.sub(r"^([tT])hat(?![A-Za-z0-9])", r"\1_hat", name)  # "that" is a word
    name = re.sub(r"_([A-Za-z]_[A-Za-z])('*)$", r"_{\1}\2", name)
    return re.sub(r"_(\w*[^\w'{}][^'{}]*)('*)$", r"_{\1}\2", name)


def _round(code: str) -> str:
    return f"({code})"


def _text_entry(base: str, inside: str, bare: bool) -> str:
    del bare
    return base + (f"_{inside}" if len(inside) == 1 and inside.isalnum() else f"_{{{inside}}}")


def _text_reduction(kind: str, below: str | None, above: str | None, body: str) -> str:
    script = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return f"{kind}{script or ' '}{body}"


def _text_cases(branches: Sequence[tuple[str, str]], otherwise: str | None) -> str:
    listed = [f"{value} if {test}" for value, test in branches]
    return "{" + "; ".join(listed if otherwise is None else [*listed, f"{otherwise} otherwise"]) + "}"


def _text_derivative(table: PrintedNames, of: Derivative[str]) -> Piece[str]:
    power = f"^{of.count}" if of.count > 1 else ""
    above, below = ("d" if table.joins_d(node) else "∂" for node in of.nodes)
    if above != below and isinstance(of.nodes[0], Symbol | Indexed):
        above = below = "∂"  # one sign for two names
    return Piece(f"{above}{power}{at_least(ATOM, of.over, _round)}/{below}{of.below}{power}", POWER)


def _text_matrix(node: Matrix, parts: tuple[Piece[str], ...]) -> str:
    entries = [entry for row in node.rows for entry in row]
    pairs = zip(entries, parts, strict=True)
    listed = [_round(part.code) if isinstance(entry, Matrix) else part.code for entry, part in pairs]
    if len(listed) == 1:
        return f"[{listed[0]};]"  # brackets around one entry would only group it
    width = len(node.rows[0])
    return "[" + "; ".join(", ".join(listed[k : k + width]) for k in range(0, len(listed), width)) + "]"


def _text_quotient(node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    over, under = (
        _round(part.code) if isinstance(arg, Partial) else at_least(level, part, _round)
        for arg, part, level in zip(node.args, parts, (PRODUCT, POWER), strict=True)
    )
    if under[0] == "d" and re.search(r"(?<![\w^])d ", over):
        over = _round(over)  # (d L)/dw is none either
    elif under[0] == "d" and _ends_with_d(over):
        under = _round(under)  # d / dw, and no derivative
    return Piece(f"{over}/{under}", PRODUCT)


def _text_power(node: Call, base: str, exponent: Piece[str]) -> str:
    plain = exponent.level == ATOM and isinstance(node.args[1], Number | Symbol) and exponent.code != "T"
    return f"{base}^{exponent.code if plain else _round(exponent.code)}"


def _text_call(table: PrintedNames, node: Call, inside: str) -> str:
    return f"{spelling_of_call(table, node.function, partial(mentions, inside))[0]}{chr(39) * node.primes}({inside})"


def _text_undefined(_table: PrintedNames, _node: Call, _parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece("undefined")


def _text_indicator(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(f"1[{parts[0].code}]", PRODUCT)


def _text_kronecker(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(f"delta_{{{''.join(part.code for part in parts)}}}")


def _text_identity(table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str] | None:
    """The identity with its size below it, where I is no name."""
    plain = len(parts) == 1 and parts[0].code.isalnum() and table.declared and "I" not in table.declared
    return Piece(_text_entry("I", parts[0].code, False)) if plain else None


def _text_absolute(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str] | None:
    return None if "|" in parts[0].code else Piece(f"|{parts[0].code}|")


def _text_meet(table: PrintedNames, factor: Expression, left: str, right: str, inner: bool) -> bool:
    """Whether `right` would be read as another thing straight behind `left`."""
    if isinstance(factor, Matrix):
        return True  # y [1, 2] would be an entry of y
    if isinstance(factor, Call) and factor.function == "iverson":
        # 2 1[x > 0] would be two numbers side by side, 2 x 1[x > 0] a product of numbers
        return left[-1:].isdigit() or (left in ("x", "X") and inner)
    if right[:1].isdigit() and not right.startswith("1["):
        return True  # so would 2 3
    last, first = _word_at_end(left), _word_at_start(right)  # without names two words are prose
    if table.declared or last is None or first is None:
        return False
    return is_word(last[0]) and is_word(first[0])


TEXT_NOTATION: Notation[str] = Notation(
    number=_text_number,
    symbol=_text_symbol,
    letter=str,
    listed=str.join,
    prefix=lambda sign, code: _TEXT_SIGNS[sign] + code,
    infix=lambda left, sign, right: f"{left} {_TEXT_SIGNS[sign]} {right}",
    brackets=_round,
    product=partial(joined_by, _TEXT_JOINTS),
    entry=_text_entry,
    sample=lambda base, index: f"{base}^{{({index})}}",
    reduction=_text_reduction,
    cases=_text_cases,
    derivative=_text_derivative,
    matrix=_text_matrix,
    quotient=_text_quotient,
    power=_text_power,
    transpose=lambda base: base + "^T",
    call=_text_call,
    forms=MappingProxyType(
        {
            "undefined": _text_undefined,
            "iverson": _text_indicator,
            "kronecker": _text_kronecker,
            "abs": _text_absolute,
            "identity": _text_identity,
        }
    ),
    body=ATOM + 1,  # always
    first=lambda code: code[:1],
    raised=lambda _code: False,
    meet=_text_meet,
)
