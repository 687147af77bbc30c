r"""Runs of letters and signs of Unicode in a LaTeX text: ``wx`` is one word, ``x_ij`` is x, ``_``, i, j, ``ŷ`` yhat."""

from __future__ import annotations

import re

from grader.expression.language.words import GREEK, GREEK_LETTERS
from grader.expression.reading.lexing import lexer_plain
from grader.expression.reading.lexing.latex_source import Source
from grader.expression.reading.lexing.tokens import KEYWORD_FORMS, KEYWORDS, SIGNS, WORD_SIGNS, Token

_SINGLE = frozenset(("_", "^", "accent"))
_DIGITS = re.compile(r"\d+").match
_PACKAGE = re.compile(
    rf"\.(?:(?:{'|'.join(lexer_plain.PACKAGES)})\.)*(?:{lexer_plain.ARRAYS}(?=\s*\()|(?=[A-Za-z]))"
).match
_NAMES_TOO = frozenset(("let", "with", "ow"))  # branch words that may be names in mathematics


def letters(tokens: list[Token], raw: str, start: int, text: str, position: int, offset: int) -> int:
    """Emit a run of letters; how many characters behind it were taken as well."""
    end = start + len(raw)
    if len(raw) == 1:
        mark = text[position : position + 1]
        if mark and not mark.isascii() and mark in "ˆ\u0302˜\u0303":
            tokens.append(Token("name", lexer_plain.spelled(raw + mark), start, end + 1))
            return 1
        tokens.append(Token("name", raw, start, end))
    elif _argument_ahead(tokens):  # without braces: only the first letter belongs to it
        tokens.append(Token("name", raw[0], start, start + 1))
        kind = "name" if len(raw) == 2 else "word"
        word = KEYWORD_FORMS.get(raw[1:], "") if len(raw) > 5 else ""
        tokens.append(Token(*KEYWORDS[word], start + 1, end) if word else Token(kind, raw[1:], start + 1, end))
    elif raw in lexer_plain.PACKAGES and (package := _PACKAGE(text, position)):
        return len(package[0])
    elif (word := KEYWORD_FORMS.get(raw, "")) and not (
        word in _NAMES_TOO or (raw == "where" and text[position : position + 1] == "(")
    ):
        tokens.append(Token(*KEYWORDS[word], start, end))
    elif raw == "nabla" or raw == "partial":
        tokens.append(Token(*WORD_SIGNS[raw], start, end))
    elif raw in ("sum", "prod") and text[position : position + 1] == "_":
        tokens.append(Token("sum", raw, start, end))
    elif (raw in GREEK or raw.endswith("hat")) and (digits := _DIGITS(text, position)):
        tokens.append(Token("name", raw + digits[0], start, offset + digits.end()))
        return len(digits[0])
    else:
        tokens.append(Token("word", raw, start, end))
    return 0


def _argument_ahead(tokens: list[Token]) -> bool:
    """Whether the last token takes an argument; a line break between the two says nothing."""
    last = len(tokens) - 1
    if last > 0 and tokens[last].text == "soft":
        last -= 1
    return last >= 0 and tokens[last].kind in _SINGLE


def letter_run(s: Source, raw: str, start: int) -> None:
    """A run of letters that may take what stands behind it."""
    s.position += letters(s.tokens, raw, start, s.text, s.position, s.offset)


def unicode_sign(s: Source, sign: str, start: int) -> None:
    """One sign of Unicode mathematics as the plain lexer reads it."""
    text, index, end = s.text, s.position - 1, s.position
    if sign in SIGNS:
        s.add(*SIGNS[sign], start)
        return
    if sign in lexer_plain.SUPERSCRIPTS or sign in lexer_plain.SUBSCRIPTS:
        table = lexer_plain.SUPERSCRIPTS if sign in lexer_plain.SUPERSCRIPTS else lexer_plain.SUBSCRIPTS
        while end < len(text) and text[end] in table:
            end += 1
    elif end < len(text) and text[end] in "\u0302\u0303\u0304\u0305":
        end += 1
    elif sign in GREEK_LETTERS:
        s.add("name", GREEK_LETTERS[sign], start)
        return
    for token in lexer_plain.signs(text[index:end]):
        s.tokens.append(token._replace(start=token.start + start, end=token.end + start))
    s.position = end
