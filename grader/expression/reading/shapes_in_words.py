r"""Shapes that words say of arrays left out where they are the model's: ``X^T r, where X is n x d`` is ``X^T r``.

Another shape than the model's may mean that all else is meant otherwise too: it stays, so that a person reads it.
"""

from __future__ import annotations

import re

from grader.expression.language.names import Names
from grader.expression.reading.prose_words import plain_spelling, quantities_by_spelling

LONGEST = 1_500  # characters of a text whose words are looked at
_NAME = r"\$?(?:\\[A-Za-z]+\s?\{?\s?)?\\?[A-Za-z]\w{0,3}(?:_\{?\w{1,3}\}?)?\}?\$?"
_SIZE = r"\$?(?:[A-Za-z]|\d)\$?"
_SHAPE = rf"\(?\$?{_SIZE}\s?(?:x|×|by|\\times\b|,)\s?{_SIZE}\$?\)?"
_VERB = r"\s(?:is|being|has(?:\s+the)?\s+(?:shape|size)|(?:is\s+)?of\s+(?:shape|size))\s(?:an?\s)?"
_ONE = rf"{_NAME}{_VERB}{_SHAPE}(?:\s(?:matrix|array))?"
_ALL = rf"{_ONE}(?:\s?(?:,|and|, and)\s{_ONE}){{0,3}}"
_BEFORE = re.compile(rf"\s{{0,9}}\(\s?({_ALL})\s?\)\s?[:,;]?\s(?=\S)")
_BEHIND = re.compile(
    r"(?<=[\w)\]}'$])\s{0,3}[,;]?\s{1,3}"
    rf"(?:\(\s?(?:(?:where|with|here)\s)?({_ALL})\s?\)|(?:where|with|here)\s({_ALL}))\s?\.?\s{{0,9}}$"
)
_EACH = re.compile(rf"({_NAME}){_VERB}\(?\$?({_SIZE})\s?(?:x|×|by|\\times\b|,)\s?({_SIZE})")
_VERBS = (" is ", " of ", " has ", " being ")


def without_known_shapes(text: str, names: Names | None) -> str:
    """The text without a remark on shapes that are those of the model; the same text where one is another."""
    if names is None or len(text) > LONGEST or not any(verb in text for verb in _VERBS):
        return text
    for remark in (_BEFORE.match(text), _BEHIND.search(text)):
        if remark is not None and _as_declared(next(filter(None, remark.groups())), names):
            text = text[: remark.start()] + " " * len(remark[0]) + text[remark.end() :]
    return text


def _as_declared(words: str, names: Names) -> bool:
    known = quantities_by_spelling(names)
    for found in _EACH.finditer(words):
        declared = known.get(plain_spelling(found[1].strip("$")))
        if declared is None or declared.axes != (found[2].strip("$"), found[3].strip("$")):
            return False
    return True
