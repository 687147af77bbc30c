r"""Words in LaTeX to tokens: ``\text{if }`` is a branch word, ``\operatorname{sign}`` a function, the rest is prose."""

from __future__ import annotations

import re

from grader.expression.language.functions import BRACKET_ONLY, SPELLINGS
from grader.expression.reading.lexing import lexer_latex
from grader.expression.reading.lexing.tokens import FORMS, KEYWORDS, SIGNS, WORD_SIGNS, Token, fail

REMARKS = frozenset(("since", "because", "using", "by", "as", "from", "via"))
ASIDES = frozenset(
    ("so", "thus", "hence", "therefore", "also", "now", "finally", "we", "get", "is", "answer", "and so")
)
MAX_LEVEL = 4
_TEXT_WORD = re.compile(
    r"(?P<otherwise>else\s*where|otherwise|o\.\s*w\.|o/w)|(?P<word>[A-Za-z]+)|(?P<math>\$[^$]*\$)|(?P<other>[^\s.,;:()])",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\s*\{([^{}\\]*)").match


def words(tokens: list[Token], notes: list[str], name: str, text: str, position: int, offset: int, level: int) -> int:
    r"""Read the argument of ``\text`` and its kin: a name, words that mean something, or prose; where it ends."""
    if text[position : position + 1] == "*":
        position += 1
    opening = _OPENING(text, position)
    if opening is None:
        return position
    begin, end, depth = opening.start(1), opening.end(), 1  # the braces close there, or further nesting comes first
    while end < len(text) and depth:
        sign = text[end]
        depth += (sign == "{") - (sign == "}")
        end += 2 if sign == "\\" else 1
    if depth:
        fail(rf"the bracket behind '\{name}' is never closed", "add '}'", offset + position, offset + begin)
    if level >= MAX_LEVEL:
        fail("words are nested too deep", "", offset + position, offset + end)
    content = text[begin : end - 1]
    word = content.strip()
    at = (offset + begin, offset + end - 1)
    folded = word.lower()
    if folded in REMARKS:
        tokens.append(Token("key", "because", *at))
    elif word in FORMS:
        tokens.append(Token(*KEYWORDS[FORMS[word]], *at))
    elif word in SIGNS:
        tokens.append(Token(*SIGNS[word], *at))
    elif (
        (spelling := word if len(word) < 3 else folded.replace("\\", "")) in SPELLINGS
        and len(word) > 1
        and folded not in ("sigma", "phi")
    ):
        if spelling in BRACKET_ONLY:  # a name, or a call where a bracket follows
            tokens.append(Token("name", word.replace("\\", ""), *at))
        else:
            tokens.append(Token("fn", SPELLINGS[spelling], *at))
    elif word in WORD_SIGNS:
        tokens.append(Token(*WORD_SIGNS[word], *at))
    elif word.isalpha() and word.isascii():
        if folded in ASIDES and name.startswith("text"):
            notes.append("prose")
        else:
            tokens.append(Token("name", word, *at))
    elif name in ("mathrm", "operatorname", "mathsf", "textnormal") or re.fullmatch(
        r"[A-Za-z]+(?:\\?_\{?\w+\}?|\d+)", word
    ):
        inner, more = lexer_latex.lex(content, offset + begin, level + 1)
        tokens.extend(Token("name", t.text, t.start, t.end) if t.kind == "word" else t for t in inner)
        notes.extend(more)
    else:
        _prose(tokens, notes, content, offset + begin, level)
    return end


def _prose(tokens: list[Token], notes: list[str], content: str, offset: int, level: int) -> None:
    dropped = False
    for found in _TEXT_WORD.finditer(content):
        at = (offset + found.start(), offset + found.end())
        folded = found[0].lower()
        if found.lastgroup == "otherwise":
            tokens.append(Token("key", "else", *at))
        elif found.lastgroup == "math" and level < 3:
            inner, more = lexer_latex.lex(found[0][1:-1], at[0] + 1, level + 1)
            tokens.extend(inner)
            notes.extend(more)
        elif folded in REMARKS:
            tokens.append(Token("key", "because", *at))
        elif folded in KEYWORDS:
            tokens.append(Token(*KEYWORDS[folded], *at))
        elif folded in ("undefined", "dne"):
            tokens.append(Token("name", "undefined", *at))
        elif not dropped:
            dropped = True
    if dropped:
        notes.append("prose")
