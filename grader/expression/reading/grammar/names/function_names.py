r"""Names that call a row of the allow-list: ``sum(x)`` does, the ``sum`` in ``sum * x`` is a name.

``\sigma(1 - \sigma)`` is a product, as the letter stands in the brackets without an argument.
"""

from __future__ import annotations

from grader.expression.language.derived import DERIVED_SPELLINGS
from grader.expression.language.functions import BRACKET_ONLY, SPELLINGS
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.reading.grammar.cursor import Cursor

_EXTREMA = ("max", "min")
_TRANSPOSES = ("T", "⊤", "top")
_OPERANDS = frozenset(("name", "word", "num", "accent", "frac", "sqrt"))


def function_row(p: Cursor, text: str, at: int) -> str | None:
    """The row of the allow-list that a name at token `at` calls, or None where it is a symbol here."""
    if p.table is not None and text in p.table.functions:
        return p.table.functions[text]
    name = SPELLINGS.get(text)
    if name is None and len(text) > 2:
        name = SPELLINGS.get(text.lower())
    if name is None and not p.declared(text) and text not in p.defined:
        called = p.kinds[at + 1] == "(" or (text.lower().startswith("arc") and p.kinds[at + 1] in _OPERANDS)
        return DERIVED_SPELLINGS.get(text.lower()) if called and len(text) > 2 else None
    if name is None or (p.tokens[at].kind == "word" and len(text) < 2):
        return None
    if text in BRACKET_ONLY or text.lower() in BRACKET_ONLY:
        after = at + 1
        if p.kinds[after] == "^" and p.script(after + 1)[0] in _TRANSPOSES:
            return None
        while p.kinds[after] in ("'", "^") or (p.kinds[after] == "_" and (text in _EXTREMA or text == "psi")):
            after = _behind_script(p, after)
            if text in _EXTREMA:
                return name
        called = p.kinds[after] == "(" and p.tokens[after].text not in ("|", "‖")
        if not called and text not in ("undefined", "nan", "dne"):
            return None
        if text in FUNCTION_LETTERS and _bare_within(p, text, after):
            return None
    return name


def _behind_script(p: Cursor, at: int) -> int:
    """The token behind the prime or script at `at`."""
    return at + 1 if p.kinds[at] == "'" else max(at + 1, p.script(at + 1)[1])


def _bare_within(p: Cursor, letter: str, opener: int) -> bool:
    """Whether brackets hold the same letter without an argument."""
    for at in range(opener + 1, p.match[opener]):
        if p.tokens[at].text == letter:
            after = at + 1
            while p.kinds[after] in ("'", "^"):
                after = _behind_script(p, after)
            if p.kinds[after] != "(":
                return True
    return False
