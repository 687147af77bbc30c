r"""Which formulas between dollar signs, backquotes or ``\( \)`` are the answer, and which are only spoken of.

``$F$ for each $x$`` is F, and so is ``the derivative by $b$ is $F$``: a name alone that a preposition leads to is only
mentioned. Words that make another formula of one (``minus $F$``, ``$F$ in percent``) are never dropped: then the text
is left to what understands more of it, or to a person.
"""

from __future__ import annotations

import re

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Names
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.prose_words import CHANGES, CHANGES_BEHIND, IN_NOUNS, NO_CHANGE
from grader.expression.reading.remarks import ALONE

_DELIMITER = re.compile(r"(?<!\\)(?:\$\$?|`+|\\[\[\]()])")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_NAME_ALONE = re.compile(r"(?:\\[A-Za-z]+\s*\{?\s*)*\w+\s*\}?(?:\s*[_^]\s*(?:\w|\{[^{}]*\}|\\\w+))*")
_DEFINES = re.compile(r"\b(?:where|with|let|define|defining|denote|denoting|and)\W*$", re.IGNORECASE)
_UNDER = re.compile(r"\b(?:if|for|when|whenever)\s*$", re.IGNORECASE)
_TEST = re.compile(r"[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b")
_MENTIONS = re.compile(
    r"\b(?:for|all|each|every|any|fixed|given|respect\s+to|w\.?\s?r\.?\s?t\.?|at|through|via|of|in|on|by|from|over|per|into|using"
    r"|contains?|because|since|as)\s+(?:(?:the|an?|all|each|every|any|fixed|given)\s+)?(?:[a-z]+\s+)?$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|and|or|,\s*and)\s*", re.IGNORECASE)
_LEADS = re.compile(
    r"(?:[=:]|\b(?:is|are|equals?|becomes|gives?|gets?|yields?|obtains?|have|find|remains?|leaves?|to|so|hence|thus|therefore"
    r"|then|answer|result|solution))\W*$",
    re.IGNORECASE,
)
_OPERATOR_BEHIND, _OPERATOR_BEFORE = re.compile(r"\s*[-−+*/·×÷^%]"), re.compile(r"[-−+*/·×÷^]\s*$")
# "the mean of $F$", "three $F$", "$F$ over n"
_TAKEN_OF = re.compile(
    r"\bof\s+(?:the\s+)?$|\b(?:two|three|four|five|six|ten|max|min|log|exp|sqrt)\s*$|\d\s*$", re.IGNORECASE
)
_OVER_ONE = re.compile(r"\s*(?:over|by|per)\s+[A-Za-z\d]\b", re.IGNORECASE)
_PER_CENT = re.compile(r"\bper\s?cent\b", re.IGNORECASE)
_UNCLEAR = "this sentence says more than its signs of formulas hold"


def formulas_between(text: str, names: Names | None, notes: list[str]) -> list[tuple[int, int, bool]]:
    """Where formulas stand, and whether words before one say that it defines something."""
    whole = [(0, len(text), False)]
    if not ("$" in text or "`" in text or r"\(" in text or r"\[" in text):  # one of them opens any formula
        return whole
    cut = _cut(text)
    if cut is None:
        return whole
    inside, outside = cut
    known = {declared.name for declared in names or ()}
    said = " ".join(outside)
    words = [word for word in _WORD.findall(said) if word not in known and word.lower() not in SPELLINGS]
    if re.search(r"\$\s*%", text):
        fail(_UNCLEAR, "write 28\\% within the signs", *inside[-1])
    if not words and re.search(r"[A-Za-z0-9^_()=+*/\\−·×÷%-]", said):
        return whole  # formulas with dollar signs round their pieces
    if words or "|" in said:  # or a row of a Markdown table
        notes.append("prose")
    if all(ALONE.fullmatch(text, *place) for place in inside) and re.search(r"\d", said):
        fail(_UNCLEAR, "write the formula only", *inside[0])
    kept = _kept(text, inside, outside) if words else [place for place in inside if text[slice(*place)].strip()]
    if words and kept:
        _refuse_changes(text, inside, outside, kept)
    result: list[tuple[int, int, bool]] = []
    for at, (place, before) in enumerate(zip(inside, outside, strict=False)):
        if place not in kept or (words and _only_named(text, inside[:at], place)):
            continue
        found = _DEFINES.search(before)
        goes_on = found is not None and found[0].lower().startswith("and")
        lead = found is not None and (not goes_on or bool(result and result[-1][2]))
        result.append((*place, lead))
    return result or whole


def _cut(text: str) -> tuple[list[tuple[int, int]], list[str]] | None:
    """The places between signs of formulas, and what stands round them; None where the signs don't pair."""
    inside: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    outside: list[str] = []
    last = 0
    for mark in _DELIMITER.finditer(text):
        sign = mark[0]
        if opened is None:
            if sign in (r"\]", r"\)"):
                return None
            outside.append(text[last : mark.start()])
            opened = mark
        elif sign == {r"\[": r"\]", r"\(": r"\)"}.get(opened[0], opened[0]):
            inside.append((opened.end(), mark.start()))
            opened, last = None, mark.end()
        else:
            return None
    if opened is not None or not inside:
        return None
    outside.append(text[last:])
    return inside, outside


def _kept(text: str, inside: list[tuple[int, int]], outside: list[str]) -> list[tuple[int, int]]:
    """The formulas that are no condition, and no name that the words only mention."""
    kept: list[tuple[int, int]] = []
    alone = [_is_name(text[slice(*place)]) for place in inside]
    dropped = False
    for at, (place, before) in enumerate(zip(inside, outside, strict=False)):
        if not text[slice(*place)].strip():
            continue
        if kept and _UNDER.search(before) and _TEST.search(text, *place):
            continue  # when it holds
        mentioned = _MENTIONS.search(before) is not None or (dropped and _AND.fullmatch(before) is not None)
        dropped = alone[at] and not all(alone) and mentioned and _DEFINES.search(before) is None
        if not dropped:
            kept.append(place)
    return kept


def _refuse_changes(text: str, inside: list[tuple[int, int]], outside: list[str], kept: list[tuple[int, int]]) -> None:
    """Raise where words make another formula of what is kept, or its last one is no more than a name in a sentence."""
    at = inside.index(kept[-1])
    before, behind = outside[at], " ".join(outside[at + 1 :])
    clause = re.split(r"[,;:.\n]", before)[-1]
    changed = CHANGES.search(IN_NOUNS.sub(" ", NO_CHANGE.sub(" ", clause))) is not None
    changed = changed or CHANGES_BEHIND.search(IN_NOUNS.sub(" ", NO_CHANGE.sub(" ", behind))) is not None
    operated = _OPERATOR_BEFORE.search(before.rstrip(" ")) is not None and bool(before.strip(" -*+\n\t"))
    if changed or operated or _TAKEN_OF.search(before) or _OPERATOR_BEHIND.match(outside[at + 1]):
        fail(_UNCLEAR, "write the formula only", *kept[-1])
    if _OVER_ONE.match(behind) or _PER_CENT.search(behind):
        fail(_UNCLEAR, "write the formula only", *kept[-1])
    if _is_name(text[slice(*kept[-1])]) and len(kept) > 1 and not (_LEADS.search(before) or _DEFINES.search(before)):
        fail(_UNCLEAR, "write the formula only", *kept[-1])


def _is_name(written: str) -> bool:
    return _NAME_ALONE.fullmatch(written.strip()) is not None and not written.strip().isdigit()


def _only_named(text: str, earlier: list[tuple[int, int]], place: tuple[int, int]) -> bool:
    """Whether a formula is a name alone that an equation before it holds: ``with the basis vector $e_k$``."""
    name = text[slice(*place)].strip()
    return _NAME_ALONE.fullmatch(name) is not None and any(
        "=" in text[begin:end] and name in text[begin:end] for begin, end in earlier
    )
