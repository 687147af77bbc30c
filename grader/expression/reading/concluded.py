r"""The formula that a text in words ends with, or sets out from, where too little of the words is understood.

``..., but r_i holds w_k, hence 1/n \sum_i \tanh(r_i) x_i`` and ``F, the sum going over i = 1, 2, 3``: a formula that is
right so is credited, since words that lead to it or remark on it take nothing from it; one that is wrong is no evidence
of anything, and a person's. No formula counts that words call in doubt, turn, or set beside another one.
"""

from __future__ import annotations

import re
from collections.abc import Set

from grader.expression.reading.functions_in_words import names_function
from grader.expression.reading.last_formula import (
    SaidPiece,
    begins,
    blanked,
    is_named,
    is_whole,
    pieces,
    spaced,
    spoken,
)
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import CHANGES, CHANGES_BEHIND, NO_CHANGE

CONCLUDED = "concluded"  # the note on a reading of which words that are not understood stand beside the formula
# words that leave a formula in doubt, or set another one beside it, wherever they stand
_DOUBTS = re.compile(
    r"\b(?:not|never|wrong|incorrect|false|instead|mistakes?|attempts?|guess\w*|maybe|perhaps|probably|sure|either|or|unsure"
    r"|almost|approx\w*|roughly|up\s+to|if|unless|otherwise|else|when|whenever|except|without|forg[eo]t\w*|idea|know|why"
    r"|should|could|would|might|def|return|lambda|while)\b|\?",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"\b(?:so|hence|thus|therefore|consequently|altogether|which\s+leaves|what\s+(?:is\s+left|stays|remains|comes\s+back)\s+is)\b",
    re.IGNORECASE,
)
_NARROWS = re.compile(r"\b(?:only|cases?|first|example)\b", re.IGNORECASE)
_TAILS = frozenset(("where", "with", "since", "because", "as"))
# said of the whole, whatever else the sentence denies
_UNSURE = re.compile(
    r"\b(?:maybe|perhaps|probably|(?:un)?sure|know|idea|guess\w*|mistakes?|wrong|incorrect|attempts?)\b", re.IGNORECASE
)
_LEADS_BACK = frozenset(re.findall(r"\w+", "so hence thus therefore consequently then finally altogether gives get is"))
_FILLERS = frozenset(re.findall(r"[\w']+", "just simply it it's this that's is we get that the answer result"))
_FACT = re.compile(r"[^=<>]+(?:=|[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b)[^=<>]+")
_ORDINAL = re.compile(r"\w-th")
_STOP = re.compile(r"[,;:.(]")


def concluded(text: str, known: Set[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """Texts in which all but such a formula is blanked, each with what was blanked; the likeliest first."""
    if len(text) > LONGEST:
        return ()
    plain = spaced(text)
    parts = pieces(plain, known)
    if not any(part.word for part in parts):
        return ()
    words = spoken(plain, parts)
    if _UNSURE.search(words) or _DOUBTS.search(NO_CHANGE.sub(" ", words)):
        return ()
    for find in (_at_the_end, _at_the_beginning):
        at = find(plain, parts)
        if at is not None:
            return blanked(text, plain, parts, at)
    return ()


def _at_the_end(text: str, parts: tuple[SaidPiece, ...]) -> int | None:
    """The place of a formula that is the last of its text, and that a colon or a word introduces."""
    at = len(parts) - 1
    if parts[at].word or at < 1 or is_named(text[parts[at].begin : parts[at].end]):
        return None
    if not is_whole(text[parts[at].begin : parts[at].end]) or not begins(text, parts, at):
        return None
    before = NO_CHANGE.sub(" ", text[: parts[at].begin])
    conclusion = max((found.end() for found in _CONCLUDES.finditer(before)), default=0)
    changed = CHANGES.search(before, conclusion) or _NARROWS.search(before, conclusion)
    return None if not conclusion or changed else at


def _at_the_beginning(text: str, parts: tuple[SaidPiece, ...]) -> int | None:
    """The place of a formula that a text begins with, where a remark or a reason follows it."""
    at = next(number for number, part in enumerate(parts) if not part.word or part.word not in _FILLERS)
    if parts[at].word or at + 1 == len(parts) or at > 4 or not is_whole(text[parts[at].begin : parts[at].end]):
        return None
    if not _STOP.match(text[parts[at].end :].lstrip()) and parts[at + 1].word not in _TAILS:
        return None
    tail = spoken(text, parts)[parts[at].end :]
    if CHANGES_BEHIND.search(NO_CHANGE.sub(" ", tail)) or names_function(text[parts[at].end :]):
        return None
    for number, part in enumerate(parts[at + 1 :], at + 1):
        written = text[part.begin : part.end]
        if part.word or is_named(written) or _ORDINAL.fullmatch(written):
            continue
        if _FACT.fullmatch(written) is None or parts[number - 1].word in _LEADS_BACK:
            return None  # another formula
    return at
