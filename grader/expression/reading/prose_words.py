r"""What readers of sentences share: which words change what a formula is, and how names may be written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.expression.language.names import Declared, Names, kept_by_names

_NOUN = (
    r"(?!(?:we|it|this|that|is|up|only|take|get|then|now|with|minus|plus|times|half|twice|signs?|two|three|rate|in|following|an?"
    r"|are|be|has|have)\b)[a-z-]{2,}"
)
_NOUNS = rf"(?:(?:the|an?|its|our|all)\s+)?(?:{_NOUN}\s+){{0,3}}{_NOUN}"
# "the observed vector minus the expected one": what a formula is, in words
IN_NOUNS = re.compile(
    rf"(?:^|[,;:.(]|\b(?:is|of|viz))\s*{_NOUNS}\s+(?:(?:minus|plus|over|times)\s+{_NOUNS}\s*)+(?=[:;,.)]|$)",
    re.IGNORECASE,
)
# what was done with a quantity before a formula: "each term is multiplied by x_i: F"
DONE_BEFORE = re.compile(
    r"\b(?!(?:it|this|that|all|everything|result|gradient|answer)\s)[a-z]+\s+(?:is|are)\s+(?:multiplied|divided|scaled)\s+(?:with|by)\b",
    re.IGNORECASE,
)
# phrases with words of the classes below that say nothing of a formula
NO_CHANGE = re.compile(
    r"_\{[^{}]*\}|(?<=[\w})$]\s)(?:do(?:es)?|did)(?:\s+not|n't)\s+[a-z]+"
    r"|\b(?:is|are)\s+not\s+(?:a\s+function|trained|learned|needed|involved|affected)\b"
    r"|\b(?:everything|all)\s+(?:but|except(?:\s+for)?)\s+(?=the\s+\w+\s+(?:term|part|sum|summand)\b)"
    r"|\bonly\s+(?=(?:the\s+)?(?:[a-z]+\s+)?(?:enters?|depends?|appears?|acts?|occurs?|touch(?:es)?|affects?|influences?"
    r"|gets?|needs?|contains?|involves?)\b)"
    r"|\bnot\s+(?:depend|involv|contain|enter|appear)ing\b|\bno\s+(?:dependence|role|influence|effect)\b"
    r"|\bthe\s+(?:minus|sign|square)(?:\s+\S{1,9})?\s+(?:comes|stems|is\s+due|cancels)\b|\bfactors?\b(?=[^,.;]{1,30}\bcancel)"
    r"|\bthe\s+(?:scaled|weighted|normali[sz]ed)\s+(?=[a-z]+\b)|\bdrops?\s+out(?:\s+of\s+it)?\b"
    r"|\bsum\s+of\s+(?:squares|(?:the\s+)?losses)\b|\bfor\s+example\b|\bas\s+for\b|\bsquare\s+root\b"
    r"|\bviz\s+the\s+outer\s+product\b|\b(?:acts?|behaves?|works?|looks?)\s+(?:like|as)\b",
    re.IGNORECASE,
)
_NEGATES = (
    r"not|negative|negated?|opposite|wrong|incorrect|false|instead|mistakes?|attempts?|guess\w*|maybe|perhaps|probably"
    r"|sure"
)
_SCALES = r"times|multiplied|scaled|divided|half|halved|third|twice|doubled|thrice|proportional|factors?"
_ADDS = r"minus|plus|without|except|apart|besides|missing|missed|others?|rest|remaining"
_TURNS = (
    r"transposed?|inverse|inverted|reciprocal|signs?|flip\w*|revers\w+|squared|square\s+of|root|replac\w+|shift\w*"
    r"|chang\w+|old|new"
)
_NEARS = r"up\s+to|almost|about|similar|like|approx\w*|roughly|or|still|unless|if|when|otherwise|else|but"
# a clause with one of these may make another formula of the one that it leads to
_CHANGING = rf"{_NEGATES}|{_SCALES}|{_ADDS}|{_TURNS}|{_NEARS}"
CHANGES = re.compile(rf"\b(?:{_CHANGING})\b|\?", re.IGNORECASE)
# what may be done with a formula behind which it stands
_DOES = (
    r"multipl(?:y|ies|ying)|scal(?:es?|ing)|divid(?:es?|ing)|halv(?:es?|ing)|doubl(?:es?|ing)|add(?:s|ed|ing)?|subtract\w*|miss(?:es)?|lack\w*"
    r"|forg[eo]t\w*|omit\w*|ignor\w+|neglect\w*|drop(?:ped|ping)?|skip\w*"
)
# words behind a formula that go on with it, or call it what it may not be
CHANGES_BEHIND = re.compile(
    rf"\b(?:{_CHANGING}|{_DOES}|now|then|next|also|too|again|finally|averaged|summed|normali[sz]ed|read|taken|only"
    r"|of\s+(?:this|that|it)|bars?|hats?|(?:has|have|having)\s+(?:the\s+)?(?:rows|columns)|identity|inner|dot|cross|norm|trace|determinant|zeros?|ones"
    r"|viz\s+(?:the|an?)\s+(?:means?|average|sum|total|product|difference|constant))\b|\?",
    re.IGNORECASE,
)
# a text that says when its formulas hold, or what they are not
DEPENDS = re.compile(
    r"\b(?:if|unless|otherwise|else(?:where)?|when|whenever|except|cases?|not|wrong|instead|but|forgot"
    r"|only\s+(?:for|if|when|in|at|up|on|with|by|valid|true|right|correct|holds?|half|twice|minus)"
    r"|for\s+(?:\w+\s+in|\w+\s*=\s*\d+\s*:\s*\w+|(?:all|each|every|any|the)\s+(?:others?|rest|remaining))|up\s+to|def|return|lambda(?=\s+\w+\s*:)|while)\b"
    r"|\bfor\s+[^\s:;]{1,12}\s*(?:[=<>≠≤≥]|\\(?:neq?|leq?|geq?|lt|gt|in)\b)[^\n:;]{1,30}[:;]|[-+*/]=|≠|\\neq?\b",
    re.IGNORECASE,
)
# words that say for which examples or entries something holds
CONDITIONS = (
    r"active|inactive|alive|dead|kept|positives?|negatives|\w*classified|correct|true|wherever|nonzero|non-zero|zeros?|inside|outside|within|violat\w+|clip\w*|mask\w*|select\w*|gate[sd]"
    r"|pass(?:es|ed)?|blocks?|blocked|surviv\w+|observed|ones|support"
)
# a sentence with one of these may say what a formula lacks: when it holds, over what it is summed, what its names mean
SUPPLIES = re.compile(
    rf"\b(?:{_CHANGING}|{_DOES}|{CONDITIONS}|square[ds]?|where|only|weighted|weighting"
    r"|nothing|cases?|diagonal|same|own|certain|valid|holds?|easy|hard|switched"
    r"|one\s+(?:example|sample|point|observation|row|step|word|class|term|part)|single|per|sum\w*|totals?|over|all|each|every|both|means?|averag\w*|expect\w+|batch\w*|accumulat\w*|collect\w*|contribut\w+"
    r"|counts?|counted|repeat\w*|several|many|number|terms?|parts?|pieces?|summands?|further|later|left|leav\w+|end|branch\w*|paths?"
    r"|ascent|descent|direction|maximi[sz]\w*|likelihood|normali[sz]\w*|rate|coefficients?|rows?|columns?|reshap\w*|shapes?|layout"
    r"|outer|inner|swap\w*|order|denot\w+|defin\w+|let|call\w*|named?|notation|writ\w+|stands?|short|meant|include[sd]?|including|understood|implied|implicit\w*"
    r"|assum\w+|suppos\w+|provided|place|front|handled|separate(?:ly)?|optimi[sz]ers?|elsewhere|to\s+come|joins?|shared?|denominator|target|fixed|un(?:penali|regulari)[sz]ed|step\s+(?:along|towards?)|no|viz|for(?!\s+(?:example|the\s+(?:derivative|gradient))\b))\b|\?",
    re.IGNORECASE,
)
# a noun, or what stands before one, of "the prediction error"
PLAIN_WORD = rf"(?:(?!(?:{_CHANGING}|derivative|gradient|only|no|up)\b)[A-Za-z][A-Za-z-]*)"
# what an average over the examples may run over
BATCHES = frozenset(("N", "n", "m", "M", "B", "b"))
_ACCENTS = ("hat", "bar", "tilde", "dot", "check", "vec")
_DRESS = ("mathbf", "boldsymbol", "bm", "mathrm", "mathit", "vec", "mathcal")


def plain_spelling(written: str) -> str:
    r"""A name with its accents behind it and without braces: ``hhat_j`` of ``\hat{h}_{j}``."""
    head, _, below = written.partition("_")
    parts = [part for part in re.findall(r"[A-Za-z]+|[^\s\\{}]", head) if part not in _DRESS]
    accents = [part for part in parts[:-1] if part in _ACCENTS]
    rest = [part for at, part in enumerate(parts) if not (part in _ACCENTS and at < len(parts) - 1)]
    spelled = "".join([*rest, *accents])
    return f"{spelled}_{re.sub(r'[{} ]', '', below)}" if below else spelled


@kept_by_names
def quantities_by_spelling(names: Names) -> Mapping[str, Declared]:
    """The quantities of a model by all plain spellings of their names."""
    found: dict[str, Declared] = {}
    for one in names:
        if one.role not in ("size", "macro", "function"):
            for written in (one.name, *one.aliases, one.latex):
                if written:
                    found.setdefault(plain_spelling(written), one)
    return found


def batch_size(names: Names, sizes: frozenset[str]) -> str:
    """Which of some sizes counts the examples; empty where that is not plain."""
    counted = [one.name for one in names if one.role == "size" and one.examples]
    fits = sizes & frozenset(counted or BATCHES)
    return next(iter(fits)) if len(fits) == 1 else ""
