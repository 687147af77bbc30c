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
    r"|=>|⇒|⟹|→|∴|\\(?:Rightarrow|implies|therefore|Longrightarrow)\b|(?<=\s)[\w.]+\)?:(?=\s)|(?<=[a-z][a-z])(?<!lambda):(?=\s)|[;.](?=\s)|\n)"
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
_SAYS = re.compile(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}$")  # more than one word before a colon is no label
_HOLDS = re.compile(r":\s*$|\bis\s*$|\bbecomes?\s*$|\bequals\s*$")  # what stands before says what the formula is
# a text that says when its formulas hold, or what they are not
_DEPENDS = re.compile(
    r"\b(?:if|unless|otherwise|else|when|whenever|except|cases?|only|not|wrong|instead|but|forgot"
    r"|for\s+(?:\w+\s+in|\w+\s*=\s*\d+\s*:\s*\w+|all|each|every|any)|def|return|lambda(?=\s+\w+\s*:)|while)\b|[-+*/]=|≠|\\neq?\b",
    re.IGNORECASE,
)
# "only the second term depends on q, so ...", "\sum_{i \ne j}": no condition of what the text comes to
_NO_CONDITION = re.compile(
    r"_\{[^{}]*\}|\b(?:do(?:es)?\s+not|don't|doesn't)\s+(?:depend|involve|contain|enter|appear|matter|touch|affect|change|react|occur|reach|influence)\w*"
    r"|\b(?:everything|all)\s+(?:but|except(?:\s+for)?)\s+(?=the\s+\w+\s+(?:term|part|sum|summand)\b)"
    r"|\bonly\s+(?=\S[^\n:.]{0,60}\s(?:matters?|remains?|survives?|counts?|contributes?|is\s+left)\b)|\bonly\s(?=(?!(?:for|if|when|in|at|up|on|with|by|valid|true|right|correct|holds?|half|twice|minus|not)\b)"
    r"[^\n:]{1,120}(?::\s|\n|\b(?:so|hence|thus|therefore)\b))|\bonly\s+(?=(?:get|have|obtain|keep|need)\b)",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:with|where|let|define|defining|setting|taking|and)\s+(?:(?:the|[a-z]{3,})\s+){0,3}"
    r"((?:\\?[A-Za-z]\w{0,7}(?:\^\w|_\{\w+\})?|[α-ωΑ-Ω]\w?)\s*=\s*[^=]+?)"
    r"(?=,?\s+(?:we|this|so|it|the|gives?|yields?|one|and|hence|i\.e\.)\b|[;,.:]\s|$)",
    re.IGNORECASE,
)


def last_formula(text: str) -> tuple[str, ...]:
    """The text with all but its last formula blanked: with what its words define, and alone; none where it depends."""
    if len(text) > LONGEST or _DEPENDS.search(_NO_CONDITION.sub(" ", text)):
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
        if found[0][0] != ":" or _SAYS.search(text, 0, found.start())
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
