r"""The words of a sentence round a formula: ``So dy/dx = 2x, which is 4 at x = 2`` says ``dy/dx = 2x``.

What is dropped is blanked, so that places stay; a definition in a remark stays: ``by the chain rule, where u = x^2``.
"""

from __future__ import annotations

import re

_LEADS = re.compile(
    r"\s*(?:(?:So|Thus|Hence|Therefore|Finally|Then|Now|And)\b,?\s+(?=\S)"
    r"|(?:(?:so|thus|hence|therefore|finally|then|and|now|so that),?\s+)?"
    r"(?:we|I|this|that|it|which|one)\s+(?:get|gets|got|have|has|obtain|obtains|find|finds|found|gives|yields|follows|means)"
    r"(?:\s+that)?\b\s*[,:]?\s+"
    r"|(?:the\s+)?(?:final\s+)?(?:gradient|derivative|answer|result|solution|partial(?:\s+derivative)?)"
    r"(?:\s+(?:of|with|respect|to|wrt|w\.r\.t\.|by|for|the|in|\S{1,6}))*?\s+(?:is|equals|=|:)\s*(?:given\s+by\s+)?:?\s*)+",
)
_BEHIND = re.compile(
    r"(?<=[\w)\]}.,;'!])[ \t]*[,;(]?[ \t]+(?:which\s+(?:is|are|equals?|gives|means|becomes|vanishes|simplifies|we)"
    r"|using|recalling|recall\s+that|due\s+to|thanks\s+to|as\s+(?:we|the|in|required|desired|shown|expected|before)"
    r"|by\s+(?:the|chain|product|quotient|definition)|from\s+the|via\s+the|evaluated\s+at|at\s+(?=[A-Za-z_\\{}^0-9]{1,9}\s*=))\b"
    r"[^\n]*"
)
_DEFINITION = re.compile(r"[,;]?\s+(?:where|with|let)\b[^\n]*=")
_REASON = re.compile(r"\b(?:since|because)\b")


def without_remarks(text: str) -> str:
    """The text with the words before a formula, and a remark behind it, blanked."""
    if " " not in text or "$" in text or "\\text" in text:  # words between signs of formulas are told apart there
        return text
    lead = _LEADS.match(text)
    if lead and lead.end() < len(text):
        text = " " * lead.end() + text[lead.end() :]
    remark = _BEHIND.search(text)
    if remark is None or not text[: remark.start() + 1].strip() or _REASON.search(text, 0, remark.start()):
        return text
    kept = _DEFINITION.search(text, remark.start(), remark.end())
    end = kept.start() if kept else remark.end()
    return text[: remark.start()] + " " * (end - remark.start()) + text[end:]
