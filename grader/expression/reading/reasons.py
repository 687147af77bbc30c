r"""Reasons beside a formula, which say nothing of its value: ``$X^\top G$ because $Z$ is linear in $W$``.

A reason is what a word such as *because* begins, behind the formula or before it. One that may change or restrict what
the formula says (``up to sign``, ``only if``) is none, nor is one that tells what a name of the formula is.
"""

from __future__ import annotations

import re

LONGEST = 1_500  # characters of a text whose words are looked at
_MATHS = "\x1a"  # stands for each character of a formula between its signs
_DELIMITED = re.compile(r"\$\$[^$]+\$\$|\$[^$]+\$|`[^`\n]+`|\\\((?:(?!\\\)).)+\\\)|\\\[(?:(?!\\\]).)+\\\]", re.DOTALL)
_SAYS_MORE = re.compile(
    r"\b(?:times|minus|plus|twice|half|third|negative|negat\w+|opposite|inverse|reciprocal|doubled?|halved|up\s+to|signs?"
    r"|proportional|transposed?|square[ds]?|root|without|except|almost|about|similar|like|missing|missed|still|if|unless"
    r"|otherwise|else|when|whenever|cases?|wrong|instead|but|forgot\w*|where|with|let|factors?|multipl\w+|divided?|add\w*"
    r"|answer|result|again|same|rest|remaining|other|others|understood|implied|implicit\w*|omitted|dropped|ignored|averaged?|means?|summed|only(?!\s+(?:enters?|depends?|appears?))"
    r"|not(?!\s+(?:depend|involve|contain|enter|appear|a\s+function))|no(?!\s+dependence))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:so|hence|thus|therefore|consequently|gives?|gets?|yields?|obtain|follows)\b", re.IGNORECASE
)
_AS = r"as\s+(?:in|for|usual|before|expected|required|it|this|that|the|each|every|both|all|no)\b|as\s+(?=\x1a)"
_OPENS = rf"(?:since|because|due\s+to|thanks\s+to|{_AS})"
_CLAUSE = rf"[A-Za-z'’,\s\-{_MATHS}]"
_BEHIND = re.compile(
    rf"(?<=[\w)\]}}'{_MATHS}])[\s,;.(]*[\s,;(](?={_OPENS})(?P<clause>{_CLAUSE}{{4,300}})\)?\s*\.?\s*$", re.IGNORECASE
)
_COMES = (
    r"(?:so|hence|thus|therefore|we\s+(?:get|have|obtain|find)|it\s+follows\s+that|this\s+gives"
    r"|the\s+(?:gradient|derivative)\s+is)"
)
_BEFORE = re.compile(
    rf"\s*(?P<clause>{_OPENS}{_CLAUSE}{{3,300}}?)(?:,\s*|\s+(?={_COMES}\b)|:\s+)(?:{_COMES}[\s,:]*)?"
    rf"(?=[{_MATHS}\\(\d-]|[A-Za-z]\w*[_^(/])",
    re.IGNORECASE,
)
_RELATION = re.compile(r"[<>≤≥≠∈]|\\(?:leq?|geq?|neq?|lt|gt|in|notin)\b")  # in a formula: a condition
_EQUATION = re.compile(r"\s*([^=<>]+?)\s*:?=(?!=)")


def without_reasons(text: str) -> str:
    """The text with the reasons behind and before its formula blanked; the same text where it holds none."""
    if len(text) > LONGEST or re.search(rf"\b{_OPENS}", text, re.IGNORECASE) is None:
        return text
    masked = _DELIMITED.sub(lambda found: _MATHS * len(found[0]), text)
    for pattern in (_BEFORE, _BEHIND):
        found = pattern.match(masked) if pattern is _BEFORE else pattern.search(masked)
        clause = found["clause"] if found is not None else ""
        if found is None or _SAYS_MORE.search(clause) or _GOES_ON.search(clause):
            continue
        begin, end = found.span()
        rest = text[:begin] + text[end:]
        if rest.strip(" \n\t.,;$") and not _tells_of(text[begin:end], rest):
            text = text[:begin] + " " * (end - begin) + text[end:]
            masked = masked[:begin] + " " * (end - begin) + masked[end:]
    return text


def _tells_of(reason: str, rest: str) -> bool:
    """Whether a reason holds a condition, or an equation whose left side stands in the rest: it says what that is."""
    spaced = re.sub(r"\s", "", rest)
    for piece in _DELIMITED.findall(reason):
        left = _EQUATION.match(piece.strip("$`"))
        if _RELATION.search(piece):
            return True
        if left is not None and re.sub(r"\s", "", left[1]) in spaced:
            return True
    return False
