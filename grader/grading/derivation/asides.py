"""Formulas of a document that are said of a special case or as an example, and answer nothing."""

from __future__ import annotations

import re

from grader.grading.derivation.in_context import SeenChain

_ASIDE = re.compile(
    r"\b(?:special case|for example|e\.g\.|for instance|in particular|check|sanity|numerically|example|if|when|at"
    r"|spezialfall|zum beispiel|z\.\s?b\.|insbesondere|probe|falls|wenn)"
    r"\W*$",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"\b(?:for example|for instance|e\.g\.|special case|in particular|if|when"
    r"|spezialfall|zum beispiel|insbesondere|falls|wenn)\b",
    re.IGNORECASE,
)
# "for a perfect fit, all $t_i = 0$, it is ...": a quantity at a number
_AT_A_VALUE = re.compile(
    r"\b(?:for|at|f(?:ü|ue?)r|bei)\b[^.;]{0,60}\$[^$=<>]{1,30}(?:=|\\to\b|\\rightarrow\b|→)\s*-?\s*(?:[\d.]+|\\infty)\s*\$[^.;]*$",
    re.IGNORECASE,
)
# "for $i \ne j$ only the denominator depends on it", "for $y = 1$ it is": a formula that holds there alone
_WHERE = re.compile(
    r"\b(?:for|if|when|where|case|f(?:ü|ue?)r|falls|wenn|bei)\b[^.;$]{0,40}\$(?P<test>[^$]{1,60})\$[^.;]*$",
    re.IGNORECASE,
)
_TEST = re.compile(r"=|\\n?eq?(?![a-zA-Z])|\\[gl]e?q?(?![a-zA-Z])|[<>≠≤≥]")
_RANGE = re.compile(r"\\[lc]?dots|…|\.\.|\\forall|\\in(?![a-z])|,")


def is_case(one: SeenChain) -> bool:
    """Whether the sentence before a formula that stands by itself says where alone it holds."""
    found = _WHERE.search(re.split(r"[.!?]\s", one.chain.before)[-1])
    return found is not None and bool(_TEST.search(found["test"])) and not _RANGE.search(found["test"])


def is_aside(one: SeenChain) -> bool:
    """Whether the words before a chain make it an example or a special case."""
    sentence = re.split(r"[.!?]\s", one.chain.before)[-1]
    if one.chain.inline and (_CASE.search(sentence) or _AT_A_VALUE.search(sentence)):
        return True
    return _ASIDE.search(one.chain.before[-40:]) is not None
