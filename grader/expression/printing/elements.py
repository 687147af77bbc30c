"""Texts and parts into elements of MathML Core: ``element("mi", "x")`` is ``<mi>x</mi>``, everything in it escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from types import MappingProxyType
from typing import NamedTuple

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_GREEK_LOOKS = MappingProxyType(
    {"epsilon": "ϵ", "varepsilon": "ε", "phi": "ϕ", "varphi": "φ", "vartheta": "ϑ", "ell": "ℓ"}
)
_FLAT = ' stretchy="false"'
OPENING, CLOSING = (f"<mo{_FLAT}>{sign}</mo>" for sign in "()")  # these keep their size
ACCENT_SIGNS = MappingProxyType(
    {
        "hat": "^", "widehat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "widetilde": "~", "dot": "˙",
        "vec": "→",
    }
)  # fmt: skip
THIN = '<mspace width="0.17em"></mspace>'
APPLY = "<mo>\u2061</mo>"
PRIME = "<mo>′</mo>"
NO_ELEMENT = "<mrow></mrow>"
ORDINARY, LIMITS = ("msub", "msup", "msubsup"), ("munder", "mover", "munderover")


class Markup(NamedTuple):
    """Elements side by side, and whether it is one `alone`.

    Where more scripts may join those that the last element has: its `base`, the scripts, and what stands `before` it.
    """

    elements: str
    alone: bool = True
    base: str = ""
    below: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    before: str = ""


def math_element(body: str, display: str, alttext: str) -> str:
    """The ``<math>`` element around `body`; `display` is "inline" or "block"."""
    kind = ' display="block"' if display == "block" else ""
    alt = f' alttext="{escape(_printable(alttext))}"'
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}{alt}>{body}</math>'


@lru_cache(maxsize=4096)  # formulas are made of a few hundred different elements
def element(tag: str, text: str, attributes: str = "") -> str:
    """An element that holds a text."""
    return f"<{tag}{attributes}>{escape(_printable(text), quote=False)}</{tag}>"


def _printable(text: str) -> str:
    """`text` without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


def operator(sign: str) -> str:
    """A sign between two operands, or a bracket that keeps its size."""
    return element("mo", "−" if sign == "-" else sign, _FLAT if sign in "()[]|" else "")


def prefix_sign(sign: str) -> str:
    """A plus or minus that is a sign, and no operation."""
    return element("mo", "−" if sign == "-" else sign, ' form="prefix"')


def growing(sign: str, form: str) -> str:
    """A bracket that grows with what it holds; `form` is "prefix" or "postfix"."""
    return element("mo", sign, f' form="{form}" stretchy="true"')


def upright(text: str) -> str:
    """A word as one identifier, a phrase as text."""
    if " " in text:
        return element("mtext", text.replace(" ", "\u00a0"))
    return element("mi", text, ' mathvariant="normal"' if len(text) == 1 else "")


def accented(code: str, accent: str) -> str:
    """One element under an accent."""
    return f'<mover accent="true">{code}{element("mo", ACCENT_SIGNS[accent], _FLAT)}</mover>'


def as_one(items: Sequence[str]) -> str:
    """One element of any number."""
    return items[0] if len(items) == 1 else f"<mrow>{''.join(items)}</mrow>"


def scripted(base: str, below: tuple[str, ...], above: tuple[str, ...], tags: tuple[str, str, str] = ORDINARY) -> str:
    """`base` with what stands below and above it, if anything does."""
    if not below and not above:
        return base
    tag = tags[2] if below and above else tags[0] if below else tags[1]
    scripts = "".join(as_one(script) for script in (below, above) if script)
    return f"<{tag}>{base}{scripts}</{tag}>"


@lru_cache(maxsize=128)
def greek(name: str) -> str:
    """The letter of a command: ``phi`` is ϕ, ``Lambda`` Λ."""
    if name in _GREEK_LOOKS:
        return _GREEK_LOOKS[name]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    return unicodedata.lookup(f"GREEK {size} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")


def styled(alphabet: str, text: str) -> str:
    """Letters or digits of another alphabet, as the characters that Unicode has for them."""
    return element("mn" if text.isdigit() else "mi", "".join(_letter_of(alphabet, one) for one in text))


def _letter_of(alphabet: str, character: str) -> str:
    name = unicodedata.name(character).replace("LATIN ", "").replace(" LETTER", "")
    for full in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:  # a few letters, such as ℝ, are older than their alphabet
            continue
    return character


def table_of(rows: Sequence[Sequence[str]], brackets: str, left: bool = False) -> str:
    """Cells in rows between two signs, of which a space is none; `left`: cells begin where their column does."""
    side = ' style="text-align: left"' if left else ""
    body = "".join(f"<mtr>{''.join(f'<mtd{side}>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
    opening, closing = (
        growing(sign, form) if sign != " " else "" for sign, form in zip(brackets, ("prefix", "postfix"), strict=True)
    )
    return f"<mrow>{opening}<mtable>{body}</mtable>{closing}</mrow>"
