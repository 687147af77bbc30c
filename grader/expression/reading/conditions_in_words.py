r"""Conditions said in words as signs: ``1 if x is positive`` is ``1 if x > 0``, ``for every i other than k`` is i != k.

So is ``if the loss is zero``; where tests stand in brackets or behind dollar signs, `cases_in_words` finds them bare.
"""

from __future__ import annotations

import re
from collections.abc import Set

from grader.expression.language.names import Names
from grader.expression.reading.lexing.tokens import LONGEST

_BEFORE = r"(?<=[\w)\]}'|])\s+"
_IS = r"(?:(?:is|are|be|was|becomes)\s+)?(?:strictly\s+)?"
_COMPARED = (
    (r"(?:less|smaller|lower|fewer)\s+than\s+or\s+equal(?:s)?\s+(?:to\s+)?", "<="),
    (r"(?:greater|larger|bigger|higher|more)\s+than\s+or\s+equal(?:s)?\s+(?:to\s+)?", ">="),
    (r"(?:not|no)\s+(?:less|smaller|lower)\s+than\s+", ">="),
    (r"(?:not|no)\s+(?:greater|larger|bigger|higher|more)\s+than\s+", "<="),
    (r"(?:less|smaller|lower)\s+than\s+", "<"),
    (r"(?:greater|larger|bigger|higher|more)\s+than\s+", ">"),
    (r"at\s+least\s+", ">="),
    (r"at\s+most\s+", "<="),
    (r"(?:different\s+from|other\s+than|not\s+equal\s+to|unequal\s+to)\s+", "!="),
)
_VERBS = (
    (r"does\s+not\s+exceed\s+", "<="),
    (r"exceeds\s+", ">"),
    (r"differs\s+from\s+", "!="),
    (r"(?:is|are)\s+(?:strictly\s+)?(?:above|over)\s+", ">"),
    (r"(?:is|are)\s+(?:strictly\s+)?(?:below|under)\s+", "<"),
    (r"(?:is|are)\s+(?:strictly\s+)?positive\b", "> 0"),
    (r"(?:is|are)\s+(?:strictly\s+)?negative\b", "< 0"),
    (r"(?:is|are)\s+non-?\s?negative\b", ">= 0"),
    (r"(?:is|are)\s+non-?\s?positive\b", "<= 0"),
    (r"(?:is|are)\s+(?:non-?\s?zero|not\s+(?:zero|0))\b", "!= 0"),
)
_SIGNS = tuple(
    (re.compile(_BEFORE + words, re.IGNORECASE), sign)
    for words, sign in (*((_IS + words, sign) for words, sign in _COMPARED), *_VERBS)
)
_WORTH_A_LOOK = re.compile(
    r"\b(?:than|least|most|exceeds?|positives?|negatives?|above|below|differs|different|non-?zero|equal to|class|every"
    r"|each|zero|as long|provided|in case|slope|gradient|derivative|value|it (?:is|equals)|exist|margin|undefined|keys?"
    r"|words?|is|are)\b",
    re.IGNORECASE,
)
# of which it holds one: most texts hold none
_LOOKED_FOR = frozenset(
    re.findall(
        r"\w+",
        "than least most exceed exceeds positive positives negative negatives above below differs different non nonzero"
        " equal class every each zero as provided in slope gradient derivative value it exist margin undefined key keys"
        " word words is are",
    )
)
_RUNS = re.compile(r"\w+")
_AS_LONG_AS = re.compile(r"\b(?:as\s+long\s+as|provided(?:\s+that)?|in\s+case|given\s+that)\b", re.IGNORECASE)
_RELATION = r"(?:[<>=≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b)"
_WHAT = r"(?:the\s+)?(?:(?:sub)?gradient|derivative|slope|value|result|answer|function|it|this|we\s+(?:get|have))"
_WORTH = r"\s+(?:simply\s+|just\s+)?(?:is|equals|becomes)\s+"
_LEAD = re.compile(rf"\s*(?:the\s+)?{_WHAT}{_WORTH}(?=[^\n=]*\b(?:if|when|for|whenever)\b)", re.IGNORECASE)
_KINK = re.compile(
    r"\s*[,;]?\s*\((?=[^\n]*\b(?:exists?|defined|undefined|differentiable|subgradient|kink)\b)"
    r"(?:[^()]|\([^()]*\))*\)\s*\.?\s*$"
    r"|\s*[,;]\s+(?:and\s+)?(?:it\s+)?(?:is\s+)?(?:not\s+defined|undefined|not\s+differentiable|does\s+not\s+exist|doesn't\s+exist)"
    r"\s+at\s+[^,;.\n]*\.?\s*$"
)


# "if the loss is positive", "while the loss L stays above 0"
_LOSS = re.compile(
    r"\b(?P<when>unless|if|when|whenever|while|as\s+long\s+as|provided(?:\s+that)?|in\s+case|for)\s+the\s+(?:(?:triplet|total|whole)\s+)?loss"
    r"(?:\s+\$?(?P<name>[A-Z])\$?)?\s+(?:is|stays|remains)\s+(?P<nought>(?:zero|0)\b)?",
    re.IGNORECASE,
)
# p (1 - p) (i = j), -p q (i != j)
_IN_BRACKETS = re.compile(
    r"(?<=[\w)\]}'])\s{1,9}(?:\\q?quad\s{0,9})?\(\s?(?P<when>(?:if|for|when)\s)?"
    rf"(?P<test>(?:[^()\[=<>≤≥≠]|\([^()]{{0,40}}\)){{1,60}}{_RELATION}(?:[^()]|\([^()]{{0,40}}\)){{1,60}})\)"
    r"(?=\s{0,9}(?:[,;.\n]|\\\\|\\q?quad|and\b|otherwise\b|else\b|$))"
)
_JOINED = re.compile(r"(?:\b(?:or|and|not)|\\(?:lor|land|vee|wedge|lnot|neg)|[∨∧¬]|\{\s*(?:or|and)\s*\})\s*$")
_OPENS = re.compile(r"\b(?:if|else|for|when|whenever|where|unless|otherwise|others?|rest|diagonal)\b", re.IGNORECASE)
_OPENING = frozenset(
    ("if", "else", "for", "when", "whenever", "where", "unless", "otherwise", "other", "others", "rest", "diagonal")
)
_WHEN = re.compile(r"\b(?:if|else|for|when|whenever|where|unless)\b")
_LOSSES = ("L", "J", "loss", "ell")
_OF_CASES = "for if when whenever and otherwise else elsewhere it is the derivative gradient slope we have get where"
_PIECES_OF_CASES = frozenset(re.findall(r"\w+", _OF_CASES))
_TEST_BEHIND = re.compile(rf"\b(?:for|if|when|whenever)\s+\$[^$]{{1,80}}{_RELATION}")

_LINE_END = re.compile(r"\n|;|\\\\")
_CASE_OF_LINE = re.compile(
    r"\s*(?!(?:if|for|when|unless|else)\b)(?P<left>[A-Za-z\\][\w\\^{}, ]{0,20}?)\s*"
    r"(?:==?|!=|≠|<=|>=|≤|≥|<|>|\\n?eq?(?![A-Za-z])|\\[lg](?:eq?|t)(?![A-Za-z]))\s*[-\w\\^{}.,]{1,20}\s*:(?![=:])\s*\S.*"
)


def _without_brackets(text: str) -> str:
    """The text with the conditions of its cases out of brackets, where it has several or words say so."""
    found = [*_IN_BRACKETS.finditer(text)]
    if "\\begin{cases}" in text or any(_JOINED.search(text, 0, one.start()) for one in found):
        return text
    told = any(one["when"] for one in found) or re.search(r"\b(?:otherwise|else)\b", text)
    ends = (0, *(one.end() for one in found))
    clauses = (re.split(r"[,;.\n]", text[end : one.start()])[-1] for end, one in zip(ends, found, strict=False))
    if (len(found) < 2 and not (found and told)) or any(map(_WHEN.search, (*clauses, *(one["test"] for one in found)))):
        return text
    return _IN_BRACKETS.sub(lambda one: f" if {one['test']} ".ljust(len(one[0])), text)


def _without_dollars(text: str) -> str:
    """The text without the dollar signs round the pieces of its cases: ``$1$ for $x > 0$ and $0$ for $x < 0$``."""
    outside = " ".join(text.split("$")[::2])
    words = re.findall(r"[A-Za-z]+", outside)
    told = _TEST_BEHIND.search(text) and _PIECES_OF_CASES.issuperset(map(str.lower, words))
    return text.replace("$", " ") if told and text.count("$") % 2 == 0 and "$$" not in text else text


def _with_signs(text: str) -> str:
    """The text with signs for what words compare."""
    for words, sign in _SIGNS:
        text = words.sub(lambda found, sign=sign: f" {sign} ".ljust(len(found[0])), text)  # type: ignore[misc]
    return text


def _with_ifs(text: str) -> str:
    """The text with ``if`` before the tests of its lines: ``k = j: a`` and ``k != j: b``, of one left side."""
    bare = text.replace("$", " ") if text.count("$") % 2 == 0 else text
    lines = [line for line in _LINE_END.split(bare.strip()) if line.strip()]
    told = [_CASE_OF_LINE.fullmatch(line) for line in lines]
    if len(lines) < 2 or not all(told) or len({one["left"].replace(" ", "") for one in told if one}) > 1:
        return text
    return "\n".join(f"if {line.strip()}" for line in lines)


def with_conditions(text: str, names: Names | None = None, free: Set[str] = frozenset()) -> str:
    """The text with signs for conditions in words; the same text where it holds none.

    `free` are the indices of what is asked for: two of them are equal on its diagonal.
    """
    if len(text) > LONGEST or " " not in text:
        return text
    if ":" in text:
        text = _with_ifs(text)
    if " (" in text:
        text = _without_brackets(text)
    words = frozenset(_RUNS.findall(text.lower()))
    worth = not _LOOKED_FOR.isdisjoint(words) and _WORTH_A_LOOK.search(text) is not None
    if worth:
        text = _with_loss(text, names or ()) if "loss" in text else text
        text = _with_signs(_KINK.sub(lambda found: " " * len(found[0]), text))
    if (worth or not _OPENING.isdisjoint(words)) and _OPENS.search(text):
        from grader.expression.reading.cases_in_words import with_cases_in_words  # few texts hold any

        text = with_cases_in_words(_without_dollars(text), names or (), free)
    if worth:
        text = _AS_LONG_AS.sub(lambda found: "if".ljust(len(found[0])), text)
        lead = _LEAD.match(text)
        if lead:
            text = " " * lead.end() + text[lead.end() :]
    return text


def _with_loss(text: str, names: Names) -> str:
    """The text with the name of the only loss of a model for ``the loss`` in a condition."""
    known = [one.name for one in names if one.name in _LOSSES and one.rank == 0 and one.role == "quantity"]

    def named(found: re.Match[str]) -> str:
        fits = len(known) == 1 and found["name"] in (None, known[0])
        when = "unless" if found["when"].lower() == "unless" else "if"
        return f"{when} {known[0]} {'= 0' if found['nought'] else 'is '}" if fits else found[0]

    return _LOSS.sub(named, text)
