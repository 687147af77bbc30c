r"""Clauses beside a formula that say nothing of its value: ``$X^\top G$ because $Z$ is linear in $W$``.

A reason begins with a word such as *because*; other clauses lead to a formula (``W is frozen, so``) or stand behind it
with a verb that tells nothing of it (``, the bias does not enter``). One that changes or restricts what the formula
says (``up to sign``, ``only if``) is none, nor is one that tells what a name of the formula is. What a clause supplies
that the formula may lack (``the sum is understood``) is heard where the formula is wrong.
"""

from __future__ import annotations

import re

from grader.expression.language.functions import SPELLINGS
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import CONDITIONS

_MATHS = "\x1a"  # stands for each character of a formula between its signs
_DELIMITED = re.compile(r"\$\$[^$]+\$\$|\$[^$]+\$|`[^`\n]+`|\\\((?:(?!\\\)).)+\\\)|\\\[(?:(?!\\\]).)+\\\]", re.DOTALL)
_TEXT = re.compile(r"(\\(?:text|mathrm|textrm|mbox)\s*\{)([^{}]*)\}")
# the formula is another one, or holds under a condition
_CHANGES = re.compile(
    r"\b(?:times|minus|plus|twice|half|third|negative|negat\w+|opposite|inverse|reciprocal|doubled?|halved|up\s+to|signs?"
    r"|proportional|transposed?|square[ds]?|root|without|except|almost|about|similar|like|missing|missed|still|if|unless"
    r"|otherwise|else|when|whenever|cases?|wrong|instead|but|forgot\w*|let|factors?|multipl\w+|divided?|answer|result|same"
    r"|left|leave|leaving|later|approx\w*|roughly|assum\w+|suppos\w+|provided|apart|besides|beside|ignor\w+|neglect\w*|omit\w*"
    r"|drop(?!s?\s+out)\w*|skip\w*|miss\w*|lack\w*|correct\w*|right(?!\s+class)|true|false|maybe|perhaps|guess|sure|define\w*|denote\w*"
    r"|not(?!\s+(?:depend|involve|contain|enter|appear|a\s+function|trained|learned|regulari[sz]ed|penali[sz]ed|needed)))\b"
    r"|\bonly\s+(?:for|if|when|in|at|up|on|by|valid|true|holds?)\b",
    re.IGNORECASE,
)
# what a formula may lack
_SUPPLIES = re.compile(
    rf"\b(?:{CONDITIONS}|where|with|add\w*|again|rest|remaining|others?|understood|implied|implicit\w*|averaged?|means?|summ?(?:ed|ing|ation)?"
    r"|only|just|diagonal|count\w*|contribut\w+|switched|for|own|whose"
    r"|batch\w*|repeat\w*|calls?|called|stands?|named?|writ\w+|notation|no(?!\s+(?:dependence|role|influence|effect)\b)|is\s+the\s+(?:log-?\s?)?likelihood|maximi[sz]\w+|ascent|direction|per)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:wrong|incorrect|mistakes?|attempts?|nonsense|scratch|not\s+(?:right|correct|true|valid))\b", re.IGNORECASE
)
# phrases with such words that say nothing
_HARMLESS = re.compile(
    r"\bthe\s+(?:minus|sign|factor|square)(?:\s+\S{1,9})?\s+(?:comes|stems|is\s+due|cancels)\b|\bnot\s+in\s+the\s+\w+"
    r"|(?<!only\s)\b(?:as\s+)?(?:for|in|of|on)\s+(?:every|each|all|any|the|a|this|that)\b(?!\s+(?:others?|rest|remaining))"
    r"|\bonly\s+(?=(?:enters?|depends?|appears?)\b)|\bonly\s+(?=(?:the\s+)?\w+\s+(?:is|are)\s+(?:trained|learned|updated)\b)"
    r"|\b(?:everything|all)\s+(?:but|except(?:\s+for)?)\s+(?=the\s+\w+\s+(?:term|part|sum|summand)\b)"
    r"|\bonly\s+(?=(?:the\s+)?(?:[a-z]+\s+){1,2}(?:contains?|involves?|has|have)\b)"
    r"|\bcontributes?\s+(?=\x1a)|\bits\s+own\s+\w+\s+only\b|\b(?:is|are|being)\s+added\b|\bfactors?\b(?=[^,.;]{1,30}\bcancel)"
    r"|\bthe\s+square\s+of\s+(?:an?|the)\s+[a-z]+|\bsquare\s+cancels\b|\b(?!(?:it|this|that|all|everything)\s)\w+\s+(?:is|are)\s+multiplied\s+(?:with|by)\b"
    r"|\bsum\s+of\s+(?:squares|(?:the\s+)?losses)\b|\bfor\s+example\b|\bregulari[sz]ed\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:so|hence|thus|therefore|consequently|gives?|gets?|yields?|obtain|follows)\b|[,;)]\s*[-+*/=]\s", re.IGNORECASE
)
_AS = (
    r"as\s+(?:in|for|usual|before|expected|required|it|this|that|the|each|every|both|all|no)\b"
    r"|as\s+(?-i:(?=[\x1aA-Z\d]))|as\s+(?=[\w{}^\\]{1,9}(?:\([^()]*\))?\s*(?:[=/]|(?:does|do|is|are|only|enters|depends)\b))"
)
_OPENS = rf"(?:since|because|due\s+to|thanks\s+to|{_AS})"
_SAYS_WHY = re.compile(r"(?:since|because|due|thanks)\b", re.IGNORECASE)
_DERIVATIVE = r"(?:d\w{1,8}\s*/\s*d\w|\\[dt]?frac\s*\{\s*(?:\\partial|d)|\\partial|\\nabla|∂|∇)[^\n=]{0,60}="
_FORMULA = rf"(?=[{_MATHS}\\(\d-]|[A-Za-z]\w*[_^(/]|[A-Za-z]{{1,2}}\s*[\\*+=-])"
_COMES = (
    r"(?:so|hence|thus|therefore|consequently|we\s+(?:get|have|obtain|find)|it\s+follows\s+that|this\s+gives"
    r"|the\s+(?:gradient|derivative)\s+is)\b"
)
_GIVES = r"(?:gives?|yields?|leads?\s+to|results?\s+in|combines?\s+to|simplif(?:y|ies)\s+to)\b"
_FUNCTIONS = "|".join(sorted(SPELLINGS, key=len, reverse=True))
# words beside each other, as a sentence begins: "The bias is", "s_1 enters"
_WORDS = rf"(?:[A-Za-z][\w'’-]*|{_MATHS}+),?\s+(?!(?:{_FUNCTIONS})(?![\w-]))[a-z'’-]{{2,}}(?=[\s,:])"
_ORDINARY = re.compile(rf"(?<![\\\w])(?!(?:{_FUNCTIONS})\b)[a-z]{{3,}}|{_MATHS}", re.IGNORECASE)
_REASON_BEHIND = re.compile(
    rf"(?<=[\w)\]}}'{_MATHS}])[\s,;.(]*[\s,;(](?={_OPENS})(?P<clause>[^\n;$]{{4,300}}?)\)?\s*\.?\s*$", re.IGNORECASE
)
_REASON_BEFORE = re.compile(
    rf"\s*(?P<clause>{_OPENS}(?:[^\n;$,]{{3,300}}?(?:(?<!\\),\s*|:\s+)|[^\n;$]{{3,300}}?[,\s]\s*(?={_COMES})))"
    rf"(?:{_COMES}[\s,:]*)*{_FORMULA}",
    re.IGNORECASE,
)
_LEADS = re.compile(
    rf"\s*(?P<clause>(?!{_OPENS}|(?:for|at|in|on|if|when|where|while|let|with|under)\b|(?:the\s+)?(?:averaged?|means?|sum(?:med)?|row|column|entry)\b){_WORDS}[^\n$]{{0,300}}?)"
    rf"(?:[,;.]?\s+{_COMES}[\s,:]*(?:{_COMES}[\s,:]*)*{_FORMULA}|:\s+{_FORMULA}|\s+(?P<gives>{_GIVES}):?\s+{_FORMULA}|\.\s+(?=[{_MATHS}]|{_DERIVATIVE}))",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\b(?:together|combined|altogether)\s*$", re.IGNORECASE)
_TELLS_NOTHING = (
    r"(?:(?:do(?:es)?\s+not|don't|doesn't|never)\s+(?:depend|involve|contain|enter|appear|matter)\w*"
    r"|(?:is|are|being)\s+(?:a\s+)?(?:constants?|fixed|frozen|given|independent|(?:treated|seen|regarded|taken)\s+as\s+(?:an?\s+)?(?:number|constant|fixed))"
    r"|not\s+depending|play(?:s|ing)?\s+no\s+role|ha(?:s|ve|ving)\s+no\s+(?:influence|effect)|cancel(?:s|ling|ing)?|drop(?:s|ping)?\s+out"
    r"|(?:comes?|stems?|coming|stemming)\s+from)\b"
)
_NO_SIGN = rf"(?:[\w\s\\{{}}^'’{_MATHS}]|(?<=[a-z])-(?=[a-z]))"  # nothing of a formula but its names
_REMARK = re.compile(
    rf"(?<=[\w)\]}}'{_MATHS}])\s*[,;.(]\s*(?:(?:with|where)\s+)?(?P<clause>(?:[A-Za-z][\w{{}}^]*|\\[a-z]+|[{_MATHS}]+)\s{_NO_SIGN}{{0,120}}?"
    rf"\b{_TELLS_NOTHING}{_NO_SIGN}{{0,80}}?)\)?\s*\.?\s*$",
    re.IGNORECASE,
)
# what an index of a sum runs over, where that is all there is
_EVERY = (
    r"(?:examples|samples|data(?:\s+points)?|points|classes|rows|columns|entries|units|cent(?:re|er)s|components|features|words|tokens|steps"
    r"|outputs?|inputs?|channels|heads|indices|positions|layers|hidden\s+units|batch|training\s+(?:examples|set|data)|data\s*set|dimensions|observations)"
)
_RUNS = re.compile(
    rf"(?<=[\w)\]}}'{_MATHS}])\s*[,;(]?\s+(?P<clause>(?:where|with)?\s*(?:the|each|every|all)\s+sums?\s+(?:runs?|running|is|are|goes|being|taken|ranges?)\s+"
    rf"(?:(?:taken|running)\s+)?over\s+(?:all\s+(?:the\s+)?|the\s+|every\s+|each\s+)(?:[A-Za-z]\s+)?{_EVERY})\)?\s*\.?\s*$",
    re.IGNORECASE,
)
# what a definition is called: "with d = p - y, the gradient by z"
_CALLED = re.compile(
    rf"(?P<before>\b(?:where|with|let)\s[^\n;]*?[\w)\]}}{_MATHS}])(?P<clause>(?:\s*,|\s+(?:is|denotes|being))\s+(?:just\s+)?the\s+(?:gradient|derivative|sensitivity)"
    rf"\s+(?:by|of|for|at|in|with\s+respect\s+to|w\.r\.t\.)\s+(?:the\s+)?(?:[a-z]+\s+)?(?:[{_MATHS}]+|[\\\w{{}}]{{1,12}}))\s*\.?\s*$",
    re.IGNORECASE,
)
# what is called a vector of ones
_ONES = re.compile(
    rf"(?<=[\w)\]}}'{_MATHS}])\s*[,;(]?\s+(?P<clause>(?:where|with)\s+(?:(?:the|a)\s+)?(?:column|vector|row)?\s*(?:{_MATHS}+|\\mathbf\{{1\}}|1)\s+"
    rf"(?:is\s+|being\s+|denotes\s+)?(?:(?:the|a)\s+)?(?:(?:column|row)?\s*(?:vector|column|row)\s+)?(?:of|with)\s+(?:all\s+)?(?:[{_MATHS}A-Za-z]+\s+)?ones)\)?\s*\.?\s*$",
    re.IGNORECASE,
)
_RELATION = re.compile(r"[<>≤≥≠∈]|\\(?:leq?|geq?|neq?|lt|gt|in|notin)\b")  # in a formula: a condition
_EQUATION = re.compile(r"\s*([^=<>]+?)\s*:?=(?!=)")
_BARE_EQUATION = re.compile(r"(\S+)\s*(?<![<>!:=])=(?!=)")
_AT_ITS_END = re.compile(r"(\\?[A-Za-z]\w{0,9}(?:_\{\w+\})?)\s*=\s*((?:(?![A-Za-z]{4,})[^=,;])+)$")
_SIGNS = re.compile(r"[=+*/^\\_<>]")
_ENTRY = re.compile(r"\\?[A-Za-z]\w*?_(?:\w{1,3}\b|\{\w{1,3}\})")  # w_k, which is no formula
_TEST = re.compile(
    r"(?:1|\\mathbf\s*\{1\}|\\mathbb\s*\{1\}|\\mathbbm\s*\{1\}|I)\s*(?:\\left)?[\[({][^\])}]*[=<>][^\])}]*"
)


def without_clauses(text: str, wrong: bool = False) -> str:
    """The text with the clauses beside its formula blanked; the same text where it holds none.

    Beside a `wrong` formula stay those that may say what it lacks, and go the words that lead to formulas in signs.
    """
    if len(text) > LONGEST or _TAKEN_BACK.search(text):
        return text
    masked = _DELIMITED.sub(lambda found: _MATHS * len(found[0]), text)
    masked = _TEXT.sub(lambda found: f"{' ' * len(found[1])}{found[2]} ", masked)
    for pattern in (_CALLED, _RUNS, _ONES, _REMARK, _REASON_BEHIND, _REASON_BEFORE, _LEADS):
        found = pattern.match(masked) if pattern in (_REASON_BEFORE, _LEADS) else pattern.search(masked)
        if found is None or (pattern is _LEADS and _MATHS in masked and not wrong):
            continue  # the words between signs of formulas are told apart later
        begin, end = found.start("clause") if pattern is _CALLED else found.start(), found.end()
        if pattern is _CALLED and "=" not in text[found.start() : begin]:
            continue
        rest = text[:begin] + text[end:]
        said = pattern in (_RUNS, _ONES) or _is_inert(found["clause"], wrong, rest)
        if wrong and pattern is _LEADS and found["gives"] and not _WHOLE.search(found["clause"]):
            continue  # "The first term gives"
        apart = text[begin:end].count("(") == text[begin:end].count(")") and rest.strip(" \n\t.,;$")
        mixed = _MATHS in masked and _SIGNS.search(masked[begin:end])
        words = pattern is not _REASON_BEFORE or all(map(_ORDINARY.search, found["clause"].rstrip(" ,").split(",")))
        if not (said and apart and words) or mixed:
            continue
        kept = ""
        if pattern is _LEADS and _MATHS not in masked and _SIGNS.search(found["clause"]):
            equation = _AT_ITS_END.search(found["clause"])
            derived = re.match(_DERIVATIVE, text[end:]) is not None
            named = _SIGNS.search(_ENTRY.sub("", found["clause"])) is None
            missing = wrong and any(entry not in rest for entry in _ENTRY.findall(found["clause"]))
            told = equation is not None or "=" not in found["clause"]
            if not (derived and told) and (not named or missing):  # "each term has an x_k"
                continue
            kept = f"{equation[0]}; " if equation else ""
        elif pattern is not _LEADS and _tells_of(text[begin:end], rest):
            continue
        text = text[:begin] + kept.rjust(end - begin) + text[end:]
        masked = masked[:begin] + kept.rjust(end - begin) + masked[end:]
    return text


def _is_inert(clause: str, wrong: bool, rest: str) -> bool:
    """Whether nothing in a clause changes the formula beside it or, if that is `wrong`, may say what it lacks."""
    words = _HARMLESS.sub(" ", clause)
    if _CHANGES.search(words) or _GOES_ON.search(words):
        return False
    if not wrong or _SAYS_WHY.match(clause) or _SUPPLIES.search(words) is None:
        return True
    counted = re.fullmatch(r"\s*only\s+(.+?)\s+counts?", words, re.IGNORECASE)  # of which the formula has a test
    letters = set(re.findall(r"\b[a-z]\b", counted[1])) - {"a"} if counted else set()
    return any(letters.intersection(re.findall(r"[a-z]", test)) for test in _TEST.findall(rest))


def _tells_of(reason: str, rest: str) -> bool:
    """Whether a reason holds a condition, or an equation whose left side stands in the rest: it says what that is."""
    spaced = re.sub(r"\s", "", rest)
    signed = _DELIMITED.findall(reason)
    if not signed:
        lefts = [found[1] for found in _BARE_EQUATION.finditer(reason)]
        return _RELATION.search(reason) is not None or any(left.strip(",;(") in spaced for left in lefts)
    for piece in signed:
        left = _EQUATION.match(piece.strip("$`"))
        if _RELATION.search(piece):
            return True
        if left is not None and re.sub(r"\s", "", left[1]) in spaced:
            return True
    return False
