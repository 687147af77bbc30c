r"""The last formula of a text in words that can't be read as a whole: ``the score is s_i, hence -1/n \sum_i s_i x_i``.

What stands around it has not been understood, so that the formula may earn credit and can't be wrong by itself.
"""

from __future__ import annotations

import re

from grader.expression.language.functions import SPELLINGS
from grader.expression.reading.functions_in_words import names_function
from grader.expression.reading.lexing.tokens import LONGEST

LAST_FORMULA = "last_formula"  # the note on a reading that holds only the last formula of its text
_DERIVATIVE = r"(?:the\s+)?(?:(?:final|total|full|whole)\s+)?(?:gradient|derivative|answer|result|sum|update)"
# what a text comes to stands behind one of these
_COMES_TO = re.compile(
    r"(?:(?<![\w.])i\.\s?e\.|\b(?:that\s+is|in\s+other\s+words|equivalently|hence|thus|so|therefore|consequently|together"
    r"|altogether|finally|giv(?:es?|ing)|yield(?:s|ing)?|this\s+is|we\s+(?:get|have|obtain|find)|comes?\s+out\s+as|ends?\s+up\s+as)\b"
    r"|[,;]\s+(?=(?:d\w{1,8}\s*/\s*d\w|\\[dt]?frac\s*\{\s*(?:\\partial|d)|\\partial|\\nabla|∂|∇)[^\n=]{0,60}=)"
    r"|=>|⇒|⟹|→|∴|\\(?:Rightarrow|implies|therefore|Longrightarrow)\b|(?<=\s)[\w.]+\)?:(?=\s)|[;.](?=\s)|\n)"
    rf"(?:\s*,|\s*:|\s+(?:that|just|simply|then|overall)\b|\s+{_DERIVATIVE}\s+(?:is|equals|becomes)\b)*\s*",
    re.IGNORECASE,
)
# "..., theta the Heaviside step", "(component l)": an explanation behind the formula
_EXPLAINS = re.compile(
    r"(?:\s*[,;.]\s+(?:\\q?quad\s*)?(?:where|since|because|with|as|using|by|here|which)\b[^\n]*"
    r"|\s+\((?=[^()]*[A-Za-z]{3})[^()+^_]*\)"
    r"|\.\s+(?:The|This|It|That|Here|There|Nothing|All|Both|No)\s(?![^\n]*\b(?:multipl|divi[ds]|averag|mean|add|subtract|tak[ei]|flip"
    r"|chang|doubl|halv|forg|miss|answer|correct|result))[A-Za-z']+(?:,?\s[A-Za-z']+){1,20}\.?"
    r"|\s*[,;]\s+(?!(?:so|and|hence|thus|then|therefore|we|i\.e\.|i|this|it|for|in|at|on|from|by|of|to)\b)\S{1,12}\s+(?:the|an?|being)\s[^=]*)\s*$",
    re.IGNORECASE,
)
_ORDINARY = re.compile(
    rf"(?<![\w\\{{])(?!(?:{'|'.join(sorted(SPELLINGS, key=len, reverse=True))})\b)[a-z]{{2,}}(?![\w(])", re.IGNORECASE
)
_CHANGES = re.compile(
    r"\b(?:times|minus|plus|twice|half|third|negative|negated?|opposite|inverse|reciprocal|doubled?|halved|up\s+to|sign"
    r"|proportional|transposed?|square[ds]?|root|without|except|almost|about|similar|like|missing|missed|still)\b",
    re.IGNORECASE,
)
_HOLDS = re.compile(r":\s*$|\bis\s*$|\bbecomes?\s*$|\bequals\s*$")  # what stands before says what the formula is
# a text that says when its formulas hold, or what they are not
_DEPENDS = re.compile(
    r"\b(?:if|unless|otherwise|else|when|whenever|except|cases?|only|not|wrong|instead|but|forgot"
    r"|for\s+(?:\w+\s+in|\w+\s*=\s*\d+\s*:\s*\w+|all|each|every|any)|def|return|lambda(?=\s+\w+\s*:)|while)\b|[-+*/]=|≠|\\neq?\b",
    re.IGNORECASE,
)
# "only the second term depends on q, so ...", "\sum_{i \ne j}": no condition of what the text comes to
_NO_CONDITION = re.compile(
    r"_\{[^{}]*\}|\b(?:do(?:es)?\s+not|don't|doesn't)\s+(?:depend|involve|contain|enter|appear|matter)\w*"
    r"|\b(?:everything|all)\s+(?:but|except(?:\s+for)?)\s+(?=the\s+\w+\s+(?:term|part|sum|summand)\b)"
    r"|\bonly\s+(?=\S[^\n:.]{0,60}\s(?:matters?|remains?|survives?|counts?|contributes?|is\s+left)\b)|\bonly\s(?=(?!(?:for|if|when|in|at|up|on|with|by|valid|true|right|correct|holds?|half|twice|minus|not)\b)"
    r"[^\n:]{1,120}(?::\s|\n|\b(?:so|hence|thus|therefore)\b))"
)
_GIVEN = re.compile(
    r"\b(?:with|where|let|define|defining|setting|taking|and)\s+(?:(?:the|[a-z]{3,})\s+){0,3}"
    r"((?:\\?[A-Za-z]\w{0,7}(?:\^\w|_\{\w+\})?|[α-ωΑ-Ω]\w?)\s*=\s*[^=]+?)"
    r"(?=,?\s+(?:we|this|so|it|the|gives?|yields?|one|and|hence|i\.e\.)\b|[;,.:]\s|$)",
    re.IGNORECASE,
)


# an equation of a derivative at the end of a text: what is claimed, whatever leads there
_SIDE = (
    r"(?:(?:d|∂)(?:\^?[2²])?\s?\\?[A-Za-z]\w{0,9}\s*/\s*(?:d|∂)\s?\\?[A-Za-z][\w'^]{0,9}(?:\^\{?[2²]\}?)?"
    r"|\\[dt]?frac\s*\{\s?(?:\\partial|d|∂)(?:[^{}=]|\{[^{}=]*\}){1,40}\}\s*\{\s?(?:\\partial|d|∂)(?:[^{}=]|\{[^{}=]*\}){1,40}\}"
    r"|(?:\\nabla|∇)\s?_?\s?(?:\{[^{}=]{1,20}\}|\\?\w{1,9})\s*\\?\w{0,9})"
)
_CLAIM = re.compile(rf"(?:(?<=[\s,;:.$])|^)\$?\s*{_SIDE}\s*&?\s*=(?!=)(?=[^\n]*$)")
# what a lead may say that bears on the equation behind it: a condition, a definition, a change, a denial
BEARS = re.compile(
    r"\b(?:if|unless|otherwise|else|when|whenever|cases?|not|no|never|wrong|instead|forg\w+|let|where|with\s+\S+\s*(?:=|(?:the|an?|as|being|denoting|standing)\b)|denot\w+|defin\w+"
    r"|call\w*|nam(?:e|ed|ing)|writ\w+|put\w*|sett?(?:ing)?|while|assum\w+|given|suppos\w+|times|minus|plus|twice|half|halv\w+"
    r"|doubl\w+|negat\w+|up\s+to|ignor\w+|neglect\w+|drop\w*|except|apart|approximat\w*|about|provided|sum\w*|mean\w*"
    r"|averag\w+|transpos\w+|sign|multipl\w+|divid\w+|for\s+(?:all|each|every|any|most|some|positive|negative|others?|\\?\w{1,2}|\S+\s*(?:=|[<>≠≤≥∈]))(?!\w)|at\s+\S+\s*=)(?!\w)"
    r"|\b(?:is|are|be|equals?|becomes?)\s+(?![a-z]{3,}\b|an?\b|in\b|of\b|on\b)\S",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(?:do(?:es)?\s+not|don't|doesn't)\s+[a-z]{3,}", re.IGNORECASE)  # of another quantity


def claimed(text: str) -> int | None:
    """Where the equation of a derivative that a text ends with begins, if no word before bears on it; else None."""
    begins = [found.start() for found in _CLAIM.finditer(text)]
    return begins[-1] if begins and not BEARS.search(DENIES.sub(" ", text[: begins[-1]])) else None


def last_formula(text: str) -> tuple[str, ...]:
    """The text with all but its last formula blanked: with what its words define, and alone; none where it depends."""
    if len(text) > LONGEST:
        return ()
    claim = claimed(text)
    if claim and _ORDINARY.search(text, 0, claim) and not _CHANGES.search(text, claim) and "," not in text[claim:]:
        return (" " * claim + text[claim:].rstrip(" .;"),)
    if _DEPENDS.search(_NO_CONDITION.sub(" ", text)):
        return ()
    explained = _EXPLAINS.search(text)
    end = explained.start() if explained and text[: explained.start()].strip() else len(text)
    if _CHANGES.search(text, end) or names_function(text[end:]):
        return ()
    told = _ORDINARY.search(text)  # formulas beside each other without a word are two answers
    begins = [
        found.end()
        for found in _COMES_TO.finditer(text, 0, end)
        if told and told.end() <= found.end() and text[found.end() : end].strip(" .,;$")
    ]
    begin = begins[-1] if begins else 0
    clause = re.split(r"[.;\n]\s", text[:begin])[-1] if _HOLDS.search(text, 0, begin) else ""
    if _CHANGES.search(clause):
        return ()
    if not begin and end == len(text):
        return ()
    last = " " * begin + text[begin:end].rstrip(" .,;") + " " * (len(text) - end)
    given = [found[1] for found in _GIVEN.finditer(text) if not begin <= found.start(1) < end]
    return (f"{last} where {'; '.join(given)}", last) if given else (last,)
