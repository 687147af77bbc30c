r"""Names that call a row of the allow-list: ``sum(x)`` does, the ``sum`` in ``sum * x`` is a name.

``\sigma(1 - \sigma)`` is a product, as the letter stands in the brackets without an argument.
"""

from __future__ import annotations

from grader.expression.language.derived import DERIVED, DERIVED_SPELLINGS
from grader.expression.language.functions import BRACKET_ONLY, SPELLINGS
from grader.expression.language.words import FUNCTION_LETTERS, GREEK
from grader.expression.reading.grammar.cursor import Cursor

_EXTREMA = ("max", "min")
_TRANSPOSES = ("T", "⊤", "top")
_OPERANDS = frozenset(("name", "word", "num", "accent", "frac", "sqrt"))


def function_row(p: Cursor, text: str, at: int) -> str | None:
    """The row of the allow-list that a name at token `at` calls, or None where it is a symbol here."""
    if p.table is not None and text in p.table.functions:
        return p.table.functions[text]
    if text.lower() in ("argmax", "argmin") and p.kinds[at + 1] == "_" and not p.declared(text):
        return text.lower()
    name = SPELLINGS.get(text)
    if name is None and len(text) > 2:
        name = SPELLINGS.get(text.lower())
    if name is None and not p.declared(text) and text not in p.defined:
        behind = (
            at + 2
            if p.kinds[at + 1] == "'" and DERIVED[DERIVED_SPELLINGS.get(text.lower(), "onehot")].primed
            else at + 1
        )
        called = p.kinds[behind] == "(" or (text.lower().startswith("arc") and p.kinds[at + 1] in _OPERANDS)
        if text in GREEK and not (called and _commas(p, at + 1)):  # beta(x + 1) is a product
            return None
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


def sign_by_name(p: Cursor, text: str, at: int) -> str | None:
    """The rule of the sign that a name before a bracket stands for, ``diff`` or ``sum`` with a range; else None."""
    if p.kinds[at + 1] != "(" or p.declared(text):
        return None
    if text in ("diff", "Derivative"):
        return "diff" if _commas(p, at + 1) else None
    if text.lower() in ("sum", "summation", "prod", "product"):
        return "ranged" if letter_of_range(p, at + 1) else None
    return "det" if text == "det" else None


def letter_of_range(p: Cursor, opener: int) -> str:
    """The letter of ``(body, k, 1, n)``, ``(body, (k, 1, n))`` or ``(body, k=1..n)``; empty where there is none."""
    commas = _commas(p, opener)
    if len(commas) not in (1, 3) or p.kinds[commas[0] + 1] not in ("name", "word", "("):
        return ""
    at, close = commas[0] + 1, p.match[opener]
    if len(commas) == 1 and p.kinds[at] == "(":
        inner = _commas(p, at) if p.match[at] == close - 1 else []
        at = at + 1 if len(inner) == 2 == inner[0] - at else close
    elif len(commas) == 1:
        at = at if p.kinds[at + 1] == "=" and "dots" in p.kinds[at:close] else close
    elif commas[1] != at + 1:
        at = close
    token = p.tokens[at]
    return token.text if token.kind in ("name", "word") and token.text.isalpha() else ""


def _commas(p: Cursor, opener: int) -> list[int]:
    """Where the commas stand that part what brackets hold."""
    found, at = [], opener + 1
    while at < p.match[opener]:
        if p.kinds[at] == ",":
            found.append(at)
        at = p.match.get(at, at) + 1
    return found


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
