r"""A sentence cut at the words and signs that part its cases: ``1 if x > 0, 0 otherwise`` has six pieces.

What brackets hold is never cut. The words are closed classes: what opens a condition, what means all the rest, what
joins clauses, and what a value is called before it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_INSIDE = "\x1a"  # stands for each character in brackets
RELATION = r"(?:[<>≤≥≠]|!=|\\(?:neq?|leq?|geq?|lt|gt)(?![A-Za-z]))"
_EVERY = r"(?:(?:for|in|at|on)\s+)?(?:(?:all|any|every|each|the)\s+)+(?:of\s+the\s+)?"
_NOUN = r"(?!(?:it|this|that|we|the|then|and|if|is|are)\b)[a-z]{3,}(?![\w(^])"
_LETTER = rf"\$?[a-z]\$?(?=\s*(?:[,;.:]|$|{RELATION}))(?:\s*{RELATION}\s*\w+)?"
_CLAUSE_ENDS = r"(?=\s*(?:[,;.:$]|$|(?:and|but|while)\b))"
_DIAGONAL = r"(?:main\s+)?diagonal(?:\s+(?:entry|entries|elements?|terms?|ones?|components?)(?!\w))?"
_WORTH = r"(?:then\s+)?(?:simply\s+|just\s+)?(?:is|equals|becomes)"
_WHAT = r"(?:the\s+)?(?:(?:sub)?gradient|derivative|slope|value|result|entry|function|it|this)"
_KIND = r"(?:wrong|incorrect|other|inactive)"
_BOTH = r"(?:if|when|for|where)\s+(?:(?:both|the|the\s+two|two)\s+ind(?:ices|exes)|they)"
_NOT = r"(?:\s+(?:not|it\s+(?:is|does)\s+not|(?:this|that)\s+is\s+not(?:\s+(?:so|the\s+case))?))"
# kinds of words that cut a text, the first that matches counts
_WORDS = (
    ("else", r"(?:otherwise|else(?:where)?|everywhere\s+else)(?!\s+if\b)"),
    ("nothing", r"(?:otherwise|else)(?=\s+if\b)"),
    ("else", rf"(?:if|when|where){_NOT}(?=\s*(?:[,;.:]|$))"),
    ("else", r"(?:if|when)\s+it\s+is(?:\s+(?:larger|smaller|greater|less|bigger|lower))?(?=\s*\.?\s*$)"),
    ("else", rf"{_EVERY}(?:others?|rest|remaining)(?:(?:\s+of\s+the)?\s+{_NOUN})?(?:\s+{_LETTER})?"),
    ("else", rf"for\s+(?:(?:an?|the|every|each|all|any)\s+)*{_KIND}\s+{_NOUN}{_CLAUSE_ENDS}"),
    ("off", rf"(?:(?:for|on|in)\s+)?(?:(?:all|the)\s+)*off(?:-\s?|\s+(?:the\s+)?){_DIAGONAL}"),
    ("on", rf"{_BOTH}\s+(?:are\s+)?(?:equal|the\s+same|identical|coincide|agree)"),
    ("off", rf"{_BOTH}\s+(?:are\s+)?(?:different|distinct|unequal|not\s+(?:equal|the\s+same)|differ)"),
    ("on", rf"(?:(?:for|on|in|along)\s+)?(?:(?:all|the)\s+)*{_DIAGONAL}"),
    ("unless", r"unless|except\s+(?:where|if|when|for|at)"),
    ("so", rf"in\s+which\s+case|there(?=\s+{_WHAT}\s+(?:is|equals|becomes)\b)"),
    ("open", r"(?:(?:only\s+)?(?:if|when|for)|whenever|where|as\s+long\s+as|in\s+case|(?:provided|given)(?:\s+that)?)"),
    ("nought", rf"{_WHAT}\s+vanishes"),
    ("lead", rf"(?:then\s+)?(?:{_WHAT}\s+{_WORTH}|(?:it|that)'s)|then|we\s+(?:get|have|obtain)"),
    ("and", r"(?:and|but|while|whereas)"),
)  # fmt: skip
# and of signs
_SIGNS = (
    ("that", r",?\s*\bi\.\s?e\.,?"),
    ("comma", r",(?:\s+(?:and|but|while|whereas)\b)?(?=\s|$)"),
    ("stop", r"[;\n]|\\\\|\.(?=\s|$)"),
    ("colon", r":(?!=)"),
)
_CUTS = re.compile(
    "|".join(
        (
            *(f"(?P<{kind}_{at}>{signs})" for at, (kind, signs) in enumerate(_SIGNS)),
            *(rf"(?P<{kind}_w{at}>(?<![\\\w-])(?:{words})(?![\w^-]))" for at, (kind, words) in enumerate(_WORDS)),
        )
    ),
    re.IGNORECASE,
)
_SAID = re.compile(r"\\(?:text|mbox|textrm)\x1a+")
_SPACE = re.compile(r"\\q?quad(?![A-Za-z])|\\[,;:! ]|~|\$")


class SentencePiece(NamedTuple):
    """What a stretch of a text is, from a place on: a kind of `_WORDS` or `_SIGNS`, or else a formula."""

    kind: str
    text: str
    start: int


def flat(text: str) -> tuple[str, str]:
    r"""A text without ``\text{}`` round its words, and the same with signs for what brackets hold; empty if none do."""
    outside = outside_brackets(text)
    if r"\begin" in text or not outside:
        return text, ""
    if r"\text" in outside or r"\mbox" in outside:
        for found in reversed([*_SAID.finditer(outside)]):
            words = re.match(r"\\\w+\{(.*)\}", text[found.start() : found.end()], re.DOTALL)
            if words is not None and " " in words[1]:
                text = f"{text[: found.start()]} {words[1]} {text[found.end() :]}"
        outside = outside_brackets(text)
    if outside.count("$") % 2 or "$$" in outside:
        return text, ""
    text = _SPACE.sub(lambda found: " " * len(found[0]), text)
    return text, outside_brackets(text)


def outside_brackets(text: str) -> str:
    """A text with signs for brackets and what they hold; empty where one does not close."""
    found, depth = [], 0
    for at, sign in enumerate(text):
        closes = sign in ")]}" and text[at - 1 : at] != "\\"
        depth += (sign in "([{" and text[at - 1 : at] != "\\") - closes
        if depth < 0:
            return ""
        found.append(_INSIDE if depth or closes else sign)
    return "" if depth else "".join(found)


def cut_at_words(text: str, outside: str) -> list[SentencePiece]:
    """The pieces of a text, whose brackets hold signs in `outside`; formulas stand between those with a kind."""
    pieces, last = [], 0
    for found in _CUTS.finditer(outside):
        assert found.lastgroup is not None
        pieces.append(_formula(text, last, found.start()))
        pieces.append(SentencePiece(found.lastgroup.partition("_")[0], found[0], found.start()))
        last = found.end()
    pieces.append(_formula(text, last, len(text)))
    return [piece for piece in pieces if piece.text]


def _formula(text: str, begin: int, end: int) -> SentencePiece:
    said = text[begin:end]
    return SentencePiece("formula", said.strip(), begin + len(said) - len(said.lstrip()))
