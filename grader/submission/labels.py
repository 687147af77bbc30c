"""What students write for a part -> the rubric's part id: column names, keys, headings, ``2) a:``.

>>> names = part_names(("2a", "2a-softmax", "3-dZ12"))
>>> find_part(names, "Question 2A softmax"), find_part(names, "3_dZ12"), find_part(names, "2x")
('2a-softmax', '3-dZ12', None)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from grader.problems import Problem, did_you_mean
from grader.submission.decode import shown

_WORD = (
    r"(?:parts?|questions?|problem|exercise|task|ques|qn|q|ans(?:wer)?|sol(?:ution)?|sub-?part)"
    r"(?![^\W\d_])[\s.:#]*"
)
_WORDS = re.compile(rf"(?<![^\W\d_]){_WORD}", re.IGNORECASE)
_LOOSE = r"[\W_]{0,3}(?:part\W{0,2})?"  # between the runs of an id in a heading: "2 / a)", "2, part a"
_JOINED = r"(?:\s?[-_]\s?)?"  # where the id has a dash: "2a softmax" is 2a with a title
_TIGHT, _DASHED = r"[\s_.()]{0,3}", r"[\s_.()\-]{0,3}"  # the same on a plain line, where "1 - a" is a formula
_TITLED = re.compile(r"[^\W\d_][):.;,]\s*[^\W\d_]{2}")  # "2a) Softmax" is 2a with a title
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class PartNames:
    """The part ids of a rubric, how they fold (where no two fold alike), and how they begin a line.

    `spelled` are the ids and the labels that the rubric gives beside them. `heading` and `line` are patterns for one
    of these at the start of a heading or of a plain line. `by_hand` has the prompts of the parts that a person grades,
    whose text is kept whole.
    """

    ids: tuple[str, ...]
    spelled: tuple[str, ...]
    known: frozenset[str]
    folded: Mapping[str, str]
    heading: re.Pattern[str]
    line: re.Pattern[str]
    by_hand: Mapping[str, str]


@lru_cache(maxsize=16)
def part_names(
    ids: tuple[str, ...], by_hand: tuple[tuple[str, str], ...] = (), labels: tuple[tuple[str, str], ...] = ()
) -> PartNames:
    """Prepare the ids of a rubric, in its order, for look-up.

    `by_hand` are the (id, prompt) of parts for a person, `labels` the (id, label) of those that have one.
    """
    spelled = (*((part, part) for part in ids), *labels)
    count = Counter(folded_label(text) for _, text in spelled)
    folded = {folded_label(text): part for part, text in spelled if count[folded_label(text)] == 1}
    folded.pop("", None)
    folded |= {folded_label(text): part for part, text in labels if folded_label(text) == folded_label(part)}
    longest = sorted((text for _, text in spelled), key=len, reverse=True)
    heading = "|".join(_spelled(part, _LOOSE, _JOINED) for part in longest) or r"(?!)"
    line = "|".join(_spelled(part, _TIGHT, _DASHED) for part in longest) or r"(?!)"
    before = rf"\W{{0,3}}(?:{_WORD}){{0,3}}[(\[]?\s*"
    return PartNames(
        ids,
        tuple(text for _, text in spelled),
        frozenset(ids),
        folded,
        # "1a-chain" is no "1a": the id must not run on
        re.compile(rf"{before}(?P<id>{heading})(?![-_.]?[^\W_])", re.IGNORECASE),
        re.compile(rf"\s*(?:{_WORD}){{0,3}}(?P<open>[(\[])?\s*(?P<id>{line})(?![^\W_])", re.IGNORECASE),
        dict(by_hand),
    )


def find_part(names: PartNames, text: str) -> str | None:
    """The part that a column, key or label means: exactly, else ignoring case, spaces, dashes and "Part"."""
    if text in names.known:
        return text
    if len(text) > _LONGEST_LABEL:
        return None
    plain = _WORDS.sub("", text)
    if _TITLED.search(plain):
        return None
    return names.folded.get(folded_label(text)) or names.folded.get(folded_label(plain))


def unknown_part(names: PartNames, text: str) -> Problem:
    """The Problem for an answer to a part that the rubric does not have."""
    hint = did_you_mean(text[:_LONGEST_LABEL], names.ids) or "the parts are " + ", ".join(names.ids[:12])
    return Problem(f"the rubric has no part {shown(text)}: the answer was not read", hint)


def label_at(names: PartNames, text: str, context: str, heading: bool) -> tuple[str, int] | None:
    """The part that `text` begins with, under question `context`, and where the label ends in `text`.

    In a heading anything may follow the label; on a plain line it needs a colon, a bracket or a full stop
    behind it, or the line to itself, because ``b1 x`` is a formula.
    """
    head = text[:_LONGEST_LABEL]
    if not head.isascii():
        head = head.translate(_DASHES)
    if heading:
        whole = find_part(names, f"{context} {head}") or find_part(names, head)
        if whole is not None and len(text) <= _LONGEST_LABEL:
            return whole, len(text)
    pattern = names.heading if heading else names.line
    for prefix in (f"{context} ", "") if context else ("",):
        found = pattern.match(prefix + head)
        if found is None or found.end() <= len(prefix):
            continue
        part = find_part(names, found["id"])
        end = found.end() - len(prefix)
        if part is None:
            continue
        if heading:
            after = _AFTER_HEADING.match(head, end)
            return part, after.end() if after else end
        closed = _AFTER_LINE.match(head, end)
        if closed is None:
            continue
        alone = closed.end() == len(head)
        opened = found["open"] or "(" in prefix + head[:end]
        # "(w1) x" and "w1. x" are formulas, "(1a) x" and "1a. x" are labels
        if alone or ":" in closed[0] or found["id"][0].isdigit() or (")" in closed[0] and not opened):
            return part, closed.end()
    return None


_AFTER_HEADING = re.compile(r"[)\]}*_]*\s*(?:-\s+|[:.)]+)?[*_]*\s*")
_AFTER_LINE = re.compile(r"\s*(?:[)\]]?\s*:(?!=)|[)\]][.:]?|\.(?=\s|$)|$)\s*")
_QUESTION_LINE = re.compile(
    rf"\s*(?:{_WORD}\(?(?P<said>\w{{1,4}})\)?\s*(?:[.:)]+|$)|\(?(?P<bare>\d{{1,2}})[.:)]+\s*$)", re.IGNORECASE
)
_QUESTION_HEADING = re.compile(rf"\W{{0,3}}(?:{_WORD})?\(?(?P<said>\d{{1,2}}|[^\W\d_]{{1,4}})\b", re.IGNORECASE)
_UNKNOWN = re.compile(
    rf"\W{{0,3}}(?P<word>{_WORD}){{0,3}}[(\[]?(?P<id>\d{{1,2}}(?!st|nd|rd|th)(?:[.)_-]?[a-z](?:[-_]?\w+)*)?)(?P<after>\)?:|\)|\b)",
    re.IGNORECASE,
)


def question_at(names: PartNames, text: str, heading: bool) -> str | None:
    """The question that a heading opens (``Question 2: losses``, ``2)``), if parts of the rubric begin so."""
    found = (_QUESTION_HEADING if heading else _QUESTION_LINE).match(text[:_LONGEST_LABEL])
    if found is None:
        return None
    said = (found["said"] or found.groupdict().get("bare") or "").casefold()
    nested = (part[len(said) :] for part in map(folded_label, names.spelled) if part.startswith(said))
    return said if any(rest and not (said + rest[0]).isdigit() for rest in nested) else None


def unknown_at(text: str, heading: bool) -> str | None:
    """What looks like the label of a part that no rubric's part matched, e.g. ``1z`` of ``## 1z``."""
    found = _UNKNOWN.match(text[:_LONGEST_LABEL].translate(_DASHES))
    if found is None:
        return None
    lettered = any(char.isalpha() for char in found["id"])
    if heading:
        return found["id"] if lettered or found["word"] else None
    return found["id"] if lettered and found["after"] and found.start("id") <= 1 else None


def folded_label(text: str) -> str:
    """A label without case, spaces and signs: those that fold alike mean the same part."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _spelled(part: str, between: str, dashed: str) -> str:
    """A pattern for the ways an id is written: its runs of letters and of digits, with little between."""
    runs = list(re.finditer(r"[^\W\d_]+|\d+", part))
    if "".join(run[0] for run in runs).casefold() != folded_label(part):
        return re.escape(part)
    pieces = [re.escape(runs[0][0])] if runs else [re.escape(part)]
    for before, run in pairwise(runs):
        question = before is runs[0] and before[0].isdigit()  # "3 dZ12" and "3: dZ12" are 3-dZ12
        tight = before.end() == run.start()
        gap = between if tight or (question and between == _LOOSE) else dashed
        pieces.append(gap + re.escape(run[0]))
    return "".join(pieces)
