r"""The words round a formula that can't be read with them: ``**Answer:** so the gradient w.r.t. w is 2x`` says ``2x``.

What is dropped is blanked, so that places stay. Words that a formula may hold (``if``, ``times``, ``not``) are none.
"""

from __future__ import annotations

import re

_WORDS = """
so thus hence therefore finally then now and consequently accordingly next again overall here note first
in conclusion summary total short
which that this it these we i you one my our the its to think believe local required correct whole full
get gets got have has had obtain obtains find finds found gives give yields yield follows follow means implies
is are equals becomes become reads
final gradient gradients derivative derivatives answer ans result solution partial expression formula value update
by chain product quotient power rule rules definition applying apply using use from above before
compute computed computing calculate calculating differentiate differentiating substituting substitute
simplifying simplify simplifies simplified combining combine combined putting plugging taking collecting
together all everything back given equal simply just also must should will can be
matrix vector index notation form step steps backpropagation backprop
"""
_WORD = (
    "(?:"
    + "|".join(sorted(map(re.escape, _WORDS.split()), key=len, reverse=True))
    + r"|ends?\s+up\s+with|turns?\s+out|leads?\s+to|results?\s+in|comes?\s+out)\b(?!\s*[=_^']|\()"
)
# what a derivative is taken of and by: "of J with respect to w", "w.r.t. \hat y"
_OF = (
    r"(?:(?:of|for|wrt\.?|w\.r\.t\.?|with\s+respect\s+to)\s+(?:the\s+)?[^\s,:=]{1,24}\s*[,:]?\s+)+"
    r"(?=(?:is|are|equals|becomes|we)\b|(?<=:\s))"
)
_LEAD = re.compile(rf"\s*(?:{_WORD}(?:\s*[,.:;]+(?=\s))?\s+|{_OF})+", re.IGNORECASE)
_LABEL = re.compile(
    r"\s*(?:(?:the|my)\s+)?(?:final\s+)?(?:answer|ans|solution|result)(?:\s+(?:to|for))?"
    r"(?:\s+(?:part|question))?(?:\s+\(?\w{1,3}\))?(?:\s+is)?\s*[:=]\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\s*(?:#{1,6}\s+|>\s+)?(?:(?:Q|Question|Problem|Exercise|Ex)\.?\s*\d+\s*[.:,]?\s*)?"
    r"(?:Part\s+)?(?:\(?[A-Za-z0-9]{1,2}\)\s+|(?<=[Pp]art )\w{1,2}\s*[:.]\s*)?(?=\S)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s+is\s+(?:the|our|my)\s+(?:final\s+)?(?:answer|gradient|derivative|result|solution)\b[\w\s.]*$"
    r"|\s*(?::-?\)|Q\.?E\.?D\.?|□|∎|■)\s*$"
)
_EQUALS = re.compile(r"(?<=[\w)\]}])\s(?:is|equals|becomes)(?:\s+equal\s+to)?\s(?=\S)")
_EMPHASIS = re.compile(r"(?<![\w*)\]])(\*{2,3}|__)(?=[^\s*_])([^*\n]*?[^\s*])\1(?![\w*(])")
_ALL_EMPHASIS = re.compile(r"\s*\*([^*\n]+)\*\s*$")


def without_words(text: str) -> str:
    """The text with its emphasis, and the words before and behind its formula, blanked."""
    text = _EMPHASIS.sub(lambda found: found[2].center(len(found[0])), text)
    text = _ALL_EMPHASIS.sub(lambda found: found[0].replace("*", " "), text)
    begin = 0
    for lead in (_NUMBER, _LABEL, _LEAD, _LABEL, _LEAD):
        found = lead.match(text, begin)
        begin = found.end() if found else begin
    behind = _BEHIND.search(text, begin)
    end = behind.start() if behind else len(text)
    kept = _EQUALS.sub(lambda found: "=".center(len(found[0])), text[begin:end], count=1)
    return " " * begin + kept + " " * (len(text) - end) if kept.strip() else text
