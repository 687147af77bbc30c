"""An expression as it stands in a sentence to a student: in Unicode, and by the spellings that the student uses.

``mul(Symbol("lam"), square(Symbol("yhat")))`` is ``λ·ŷ²``. It need not read back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Number
from grader.expression.language.precedence import ATOM, POWER
from grader.expression.language.words import GREEK_LETTERS
from grader.expression.printing.pieces import Piece, PrintedNames, at_least, joined_by, printed_names
from grader.expression.printing.structure import Derivative, printed
from grader.expression.printing.symbol_latex import symbol_latex
from grader.expression.printing.text import TEXT_NOTATION

NO_SPELLINGS: Mapping[str, str] = MappingProxyType({})
_SIGNS = {name: sign for sign, name in reversed(list(GREEK_LETTERS.items()))}
_DRESS = {"hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304"}
_DRESSED = re.compile(r"\\(hat|widehat|tilde|widetilde|bar)\s*(?:\{\s*(\\?[A-Za-z]+)\s*\}|(\\[A-Za-z]+|[A-Za-z]))")
_FONT = re.compile(
    r"\\(?:mathbf|boldsymbol|bm|mathrm|mathit|mathcal|mathsf|operatorname|text|vec|left|right|[,;!:])\s*"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_BRACED = re.compile(r"\{([^{}]*)\}")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_JOINTS = {"": " ", "*": "·", "cdot": "·", "times": " × ", "circ": " ∘ ", "@": " ", "otimes": " ⊗ "}
_INFIX = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "=", "ne": "≠", "add": "+", "sub": "-"}
_SUMS = {"sum": "Σ", "prod": "Π"}


def in_a_sentence(e: Expression, names: Names = (), spelled: Mapping[str, str] = NO_SPELLINGS) -> str:
    """`e` in Unicode; `spelled` has names as they are to stand, any other stands as its author has it."""
    table = printed_names(names)

    def symbol(_: PrintedNames, name: str) -> str:
        return spelled.get(name) or name_in_a_sentence(table, name)

    return printed(e, table, replace(_SENTENCE, symbol=symbol)).code


def name_in_a_sentence(table: PrintedNames, name: str) -> str:
    """The name of a quantity as its author writes it, ``ŷ`` for ``yhat``; as it is where that is no plain text."""
    declared = table.declared.get(name)
    if not name.isascii():
        return name
    return unicode_of(declared.latex if declared is not None and declared.latex else symbol_latex(name)) or name


@lru_cache(maxsize=4096)
def unicode_of(latex: str) -> str:
    r"""LaTeX of a name as plain text, ``\hat{y}_{ij}`` as ``ŷ_ij``; empty where it holds other commands."""

    def dressed(found: re.Match[str]) -> str:
        base = found[2] or found[3]
        inside = _SIGNS.get(base[1:], "") if base.startswith("\\") else base
        return unicodedata.normalize("NFC", inside + _DRESS[found[1]]) if len(inside) == 1 else found[0]

    text = _DRESSED.sub(dressed, _FONT.sub("", latex))
    text = _COMMAND.sub(lambda found: _SIGNS.get(found[1], found[0]), text)
    while (shorter := _BRACED.sub(_without_braces, text)) != text:
        text = shorter
    return "" if "\\" in text else text.replace("\ue000", "{").replace("\ue001", "}").strip()


def _without_braces(found: re.Match[str]) -> str:
    inside = found[1]
    return inside if inside.isalnum() or re.fullmatch(r"[\[(]\w+[\])]|\w['′]*", inside) else f"\ue000{inside}\ue001"


def _entry(base: str, inside: str, bare: bool) -> str:
    base = f"({base})" if bare and "_" in base else base
    return f"{base}_{inside}" if inside.isalnum() else f"{base}_{{{inside}}}"


def _reduction(kind: str, below: str | None, above: str | None, body: str) -> str:
    script = (f"_{_scripted(below)}" if below else "") + (f"^{_scripted(above)}" if above else "")
    sign = _SUMS.get(kind, kind) + script
    return f"{sign}{body}" if body.startswith("(") else f"{sign} {body}"


def _scripted(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _power(node: Call, base: str, exponent: Piece[str]) -> str:
    if isinstance(node.args[1], Number) and re.fullmatch(r"-?\d+", exponent.code):
        return base + exponent.code.translate(_RAISED)
    return f"{base}^{exponent.code if exponent.level == ATOM else f'({exponent.code})'}"


def _call(table: PrintedNames, node: Call, inside: str) -> str:
    text = TEXT_NOTATION.call(table, node, inside)
    name = text.partition("(")[0].rstrip("'")
    return f"{_SIGNS.get(name, name)}{text[len(name) :]}"


def _derivative(_: PrintedNames, of: Derivative[str]) -> Piece[str]:
    power = str(of.count).translate(_RAISED) if of.count > 1 else ""
    over = at_least(ATOM, of.over, lambda code: f"({code})")
    return Piece(f"∂{power}{over}/∂{of.below}{power}", POWER)


def _kronecker(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    inside = [part.code for part in parts]
    return Piece(_entry("δ", ("" if all(len(code) == 1 for code in inside) else ",").join(inside), True))


def _transpose(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(at_least(ATOM, parts[0], lambda code: f"({code})") + "ᵀ")


def _infix(left: str, sign: str, right: str) -> str:
    return f"{left} {_INFIX[sign]} {right}" if sign in _INFIX else TEXT_NOTATION.infix(left, sign, right)


def _product(codes: Sequence[str], joints: tuple[str, ...]) -> str:
    return joined_by(_JOINTS, codes, joints)


_SENTENCE = replace(
    TEXT_NOTATION,
    letter=lambda letter: _SIGNS.get(letter, letter),
    entry=_entry,
    reduction=_reduction,
    power=_power,
    transpose=lambda base: base + "ᵀ",
    call=_call,
    derivative=_derivative,
    infix=_infix,
    product=_product,
    forms=MappingProxyType({**TEXT_NOTATION.forms, "kronecker": _kronecker, "transpose": _transpose}),
)
