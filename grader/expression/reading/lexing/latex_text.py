r"""Words in LaTeX to tokens: ``\text{if }`` is a branch word, ``\operatorname{sign}`` a function, the rest is prose."""

from __future__ import annotations

import re

from grader.expression.language.functions import BRACKET_ONLY, SPELLINGS
from grader.expression.reading.lexing.latex_source import LatexSource
from grader.expression.reading.lexing.tokens import KEYWORD_FORMS, KEYWORDS, SIGNS, WORD_SIGNS, Token, fail

REMARKS = frozenset(("since", "because", "using", "by", "as", "from", "via", "which", "recall", "recalling"))
ASIDES = frozenset(
    ("so", "thus", "hence", "therefore", "also", "now", "finally", "we", "get", "is", "answer", "and so")
)
MAX_LEVEL = 4
_NAMES = frozenset(("mathrm", "operatorname", "mathsf", "textnormal"))  # what they hold is mathematics
_TEXT_WORD = re.compile(
    r"(?P<otherwise>else\s*where|otherwise|o\.\s*w\.|o/w)|(?P<word>[A-Za-z]+)|(?P<math>\$[^$]*\$)|(?P<other>[^\s.,;:()])",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\s*\{([^{}\\]*)").match
_NUMBERED = re.compile(r"[A-Za-z]+(?:\\?_\{?\w+\}?|\d+)").fullmatch


def words(s: LatexSource, name: str, _: int) -> None:
    r"""The argument of ``\text`` and its kin: a name, words that mean something, or prose."""
    if s.text[s.position : s.position + 1] == "*":
        s.position += 1
    opening = _OPENING(s.text, s.position)
    if opening is None:
        return
    begin, end = opening.start(1), _closing_brace(s, name, opening)
    if s.level >= MAX_LEVEL:
        fail("words are nested too deep", "", s.end, s.offset + end)
    content = s.text[begin : end - 1]
    s.position = end
    word = content.strip()
    known = _known_word(word)
    if word.lower() == "tr" and _OF_MATRIX.match(s.text, end) and not (s.tokens and s.tokens[-1].kind in ("_", "(")):
        known = "fn", "trace"
    if known is not None:
        s.tokens.append(Token(*known, s.offset + begin, s.offset + end - 1))
    elif word.isalpha() and word.isascii():
        if word.lower() in ASIDES and name.startswith("text"):
            s.notes.append("prose")
        else:
            s.tokens.append(Token("name", word, s.offset + begin, s.offset + end - 1))
    elif name in _NAMES or _NUMBERED(word):
        inner, more = s.lex(content, s.offset + begin, s.level + 1)
        s.tokens.extend(Token("name", t.text, t.start, t.end) if t.kind == "word" else t for t in inner)
        s.notes.extend(more)
    else:
        _prose(s, content, s.offset + begin)


def _closing_brace(s: LatexSource, name: str, opening: re.Match[str]) -> int:
    """Behind the brace that closes the group; further groups may be nested in it."""
    begin, end, depth = opening.start(1), opening.end(), 1
    while end < len(s.text) and depth:
        sign = s.text[end]
        depth += (sign == "{") - (sign == "}")
        end += 2 if sign == "\\" else 1
    if depth:
        fail(rf"the bracket behind '\{name}' is never closed", "add '}'", s.end, s.offset + begin)
    return end


# what a trace may stand before without a bracket; x_{\mathrm{tr}} is of the training set
_OF_MATRIX = re.compile(
    r"\s*(?:[A-Za-z]|\\(?:mathbf|boldsymbol|bm|mathsf|mathrm|hat|tilde|bar|[A-Z][a-z]+)(?![A-Za-z]))"
)


def _known_word(word: str) -> tuple[str, str] | None:
    """Kind and text of a word that means something by itself."""
    folded = word.lower()
    if folded in REMARKS:
        return "key", "because"
    if word in KEYWORD_FORMS:
        return KEYWORDS[KEYWORD_FORMS[word]]
    if word in SIGNS:
        return SIGNS[word]
    spelling = word if len(word) < 3 else folded.replace("\\", "")
    if spelling in SPELLINGS and len(word) > 1 and folded not in ("sigma", "phi"):
        if spelling in BRACKET_ONLY:  # a name, or a call where a bracket follows
            return "name", word.replace("\\", "")
        return "fn", SPELLINGS[spelling]
    return WORD_SIGNS.get(word)


def _prose(s: LatexSource, content: str, offset: int) -> None:
    """The words of a sentence that mean something; the others leave a note."""
    dropped = False
    for found in _TEXT_WORD.finditer(content):
        at = (offset + found.start(), offset + found.end())
        folded = found[0].lower()
        if found.lastgroup == "otherwise":
            s.tokens.append(Token("key", "else", *at))
        elif found.lastgroup == "math" and s.level < MAX_LEVEL - 1:
            inner, more = s.lex(found[0][1:-1], at[0] + 1, s.level + 1)
            s.tokens.extend(inner)
            s.notes.extend(more)
        elif folded in REMARKS:
            s.tokens.append(Token("key", "because", *at))
        elif folded in KEYWORDS:
            s.tokens.append(Token(*KEYWORDS[folded], *at))
        elif folded in ("undefined", "dne"):
            s.tokens.append(Token("name", "undefined", *at))
        else:
            dropped = True
    if dropped:
        s.notes.append("prose")
