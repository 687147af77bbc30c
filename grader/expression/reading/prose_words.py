r"""What readers of sentences share: which words change what a formula is, and how names may be written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import lru_cache
from types import MappingProxyType

from grader.expression.language.names import Declared, Names, kept_by_names

_NOUN = (
    r"(?!(?:we|it|this|that|is|up|only|take|get|then|now|with|minus|plus|times|half|twice|signs?|two|three|rate|in|following|an?"
    r"|are|be|has|have)\b)[a-z-]{2,}"
)
_NOUNS = rf"(?:(?:the|an?|its|his|her|their|our|all)\s+)?(?:{_NOUN}\s+){{0,3}}{_NOUN}"
# "the observed vector minus the expected one": what a formula is, in words
IN_NOUNS = re.compile(
    rf"(?:^|[,;:.(]|\b(?:is|as|of|viz|contributes?|gives?|gets?|remains?))\s*{_NOUNS}\s+(?:(?:minus|plus|over|times)\s+{_NOUNS}\s*)+"
    rf"(?:(?:over|of|in|from)\s+{_NOUNS}\s*)?(?=[:;,.)]|$)",
    re.IGNORECASE,
)
# what may be the formula itself, and what a formula may be said to be or not to be
_WHOLE = r"it|this|that|these|which|what|all|everything|answer|result|solution|formula|gradient|derivative|expression"
_JUDGES = r"right|correct|true|valid|sure|quite|exactly|only|just|simply|really|yet|equal|the"
# phrases with words of the classes below that say nothing of a formula
NO_CHANGE = re.compile(
    r"_\{[^{}]*\}|(?<=[\w})$]\s)(?:do(?:es)?|did)(?:\s+not|n't)\s+[a-z]+"
    rf"|\b(?!(?:{_WHOLE}|signs?)\s)[a-z]+\s+(?:is|are)\s+not\s+(?!(?:{_JUDGES})\b)(?:an?\s+)?[a-z]{{4,}}\b|\bnot\s+at\s+all\b"
    r"|\b(?:everything|all)\s+(?:but|except(?:\s+for)?)\s+(?=the\s+\w+\s+(?:term|part|sum|summand)\b)"
    r"|\bonly\s+(?=(?:the\s+)?(?:(?!(?:right|wrong|true|own|other|first|last|next|new|old|class|entry|index|diagonal)\b)[a-z]{2,}\s+){0,3}"
    r"(?:enters?|depends?|appears?|acts?|occurs?|touch(?:es)?|affects?|influences?|gets?|needs?|contains?|involves?|sees?|uses?"
    r"|has|have(?!\s+(?:an?\s+)?(?:gradient|derivative)))\b)"
    r"|\b(?:depends?|enters?|appears?|occurs?|is|are)\s+(?:(?:on|in)\s+(?:[a-z]+\s+){0,2})?\s*only\s+(?=(?:via|through|over|once|by|in\s+the)\b)"
    r"|\b(?:in\s+the\s+)?[a-z]+\s+only(?=\s*,\s*(?:so|hence|thus|therefore)\b)"
    rf"|\b(?!(?:{_WHOLE})\s)[a-z]+(?:\s+and\s+[a-z]+)?\s+(?:is|are)\s+(?:seen\s+as\s+|taken\s+as\s+|treated\s+as\s+)?(?:an?\s+)?constants?\b"
    r"|\b(?:the\s+)?same(?:\s+[a-z]+)?\s+as\s+(?:(?:in|for|with|by)\s+)?(?:the\s+)?(?:usual\s+|standard\s+|plain\s+)?[a-z-]{4,}(?:\s+[a-z-]{4,}){0,2}(?=\s*[).,;]|\s*$)"
    r"|\b(?:is|are)\s+added\s+to\s+(?=(?:every|each|all)\b)|\bnot\s+(?:depend|involv|contain|enter|appear)ing\b|\bno\s+(?:dependence|role|influence|effect)\b"
    r"|\bthe\s+(?:minus|sign|square)(?:\s+\S{1,9})?\s+(?:comes|stems|is\s+due|cancels)\b|\bfactors?\b(?=[^,.;]{1,30}\bcancel)"
    r"|\bthe\s+(?:scaled|weighted|normali[sz]ed)\s+(?=[a-z]+\b)|\bdrops?\s+out(?:\s+of\s+it)?\b"
    r"|\bnegative\s+log\b|\bsum\s+of\s+(?:squares|(?:the\s+)?losses)\b|\bfor\s+example\b|\bas\s+for\b|\bsquare\s+root\b"
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
# a verb by which a clause is a sentence of its own: "v_i enters with a minus, so the sign flips: F"
TELLS = re.compile(
    r"\b(?:is|are|was|has|have|had|gets?|gives?|brings?|comes?|enters?|flips?|stands?|appears?|occurs?|needs?|must|can|will|contributes?"
    r"|counts?|pulls?|depends?|cancels?|combines?|becomes?|goes|go|adds?|multipl(?:y|ies)|divides?|differentiates?|uses?|makes?|leads?"
    r"|remains?|means|takes?|sits?|shares?|keeps?|reaches|flows?|passes|vanish(?:es)?|drops?|(?:we|I|you|one)\s+[a-z]+)\b|^\s*with\s+(?:the|an?|its|their)\b",
    re.IGNORECASE,
)
_ALL = rf"(?:{_WHOLE}|those|following|above|below|whole|previous|last|same)"
_OPERATES = rf"{_SCALES}|minus|plus|negative|opposite|{_TURNS}"
# in a sentence of its own: what leaves the formula behind it in doubt, or makes another one of all that is asked
OPERATES_ON_ALL = re.compile(
    rf"\b(?:(?<!is\s)(?<!are\s)not|wrong|incorrect|false|instead|mistakes?|attempts?|guess\w*|maybe|perhaps|probably|sure|missing|missed|without|except|apart"
    r"|besides|up\s+to|almost|approx\w*|roughly|or|still|unless|if|when|otherwise|else|similar|rest|remaining)\b|\?"
    rf"|\b(?:{_OPERATES})\s+(?:(?:of|by|with|to|for|in)\s+)?(?:(?:the|our|its|a)\s+)?(?:[a-z]+\s+)?{_ALL}\b"
    rf"|\b(?:factors?|(?:{_OPERATES}|multiply|divide)\s+(?:by|with))\s+(?:of\s+)?[\d/]+\s*$"
    rf"|\b{_ALL}\s+(?:[a-z]+\s+){{0,4}}(?:{_OPERATES})\b"
    r"|(?<!with\s)(?<!minus\s)(?<!\ba\s)(?<!the\s)(?<!(?-i:[A-Z])\s)\b(?:times|minus|plus|twice|half|negative|opposite|transposed|inverse|squared|signs?|factors?)\s*$",
    re.IGNORECASE,
)
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
# words that say over what something is summed or averaged, or when it holds: a formula may have in signs what they say
_SUMS = (
    r"one\s+(?:example|sample|point|observation|row|step|word|class)|single|sum\w*|totals?|over|all|each|every"
    r"|accumulat\w*|collect\w*|contribut\w+|counts?|counted|repeat\w*|several|many|number"
)
_MEANS = r"means?|averag\w*|expect\w+|batch\w*|per|normali[sz]\w*|divid(?:es?|ed|ing)|scal(?:es?|ed|ing)"
_TESTS = (
    rf"over\s+(?:(?:all|the|those)\s+)*[a-z]+\s+(?:with|where|that|which|whose|having|in|inside|below|above)|{CONDITIONS}"
    r"|if|when|otherwise|else|unless|where|only|whose|below|above|cases?|certain|valid|holds?|switched|diagonal|nothing"
    r"|elsewhere"
)
_LESS = r"minus|negative|signs?"
SAID_IN_SIGNS = MappingProxyType(
    {
        kind: re.compile(words, re.IGNORECASE)
        for kind, words in (("sum", _SUMS), ("mean", _MEANS), ("test", _TESTS), ("less", _LESS))
    }
)
# words of other kinds that may say what a formula lacks: what multiplies it, what is added, how it is laid out
_FACTORS = (
    rf"{_SCALES}|multipl(?:y|ies|ying)|scal(?:es?|ing)|divid(?:es?|ing)|halv(?:es?|ing)|doubl(?:es?|ing)|coefficients?|rate|weighted"
    r"|weighting|shared?|inverse|inverted|reciprocal|denominator|front"
)
_POWERS = r"square[ds]?|square\s+of|root"
_TERMS = (
    r"plus|besides|apart|others?|rest|remaining|add(?:s|ed|ing)?|subtract\w*|one\s+(?:term|part)|both|terms?|parts?|pieces?|summands?"
    r"|branch\w*|paths?|further|later|left|leav\w+|end|joins?|include[sd]?|including|handled|separate(?:ly)?|un(?:penali|regulari)[sz]ed"
)
_LAYOUT = r"transposed?|flip\w*|revers\w+|rows?|columns?|reshap\w*|shapes?|layout|outer|inner|swap\w*|order"
_DIRECTIONS = (
    rf"{_LESS}|negated?|opposite|flip\w*|revers\w+|subtract\w*|ascent|descent|direction|maximi[sz]\w*|likelihood"
)
KINDS_OF_WORDS = MappingProxyType(
    {
        "sum": _SUMS,
        "mean": _MEANS,
        "test": _TESTS,
        "less": _DIRECTIONS,
        "factor": _FACTORS,
        "power": _POWERS,
        "term": _TERMS,
        "layout": _LAYOUT,
    }
)
# words of no kind, which may say anything: that a formula is in doubt, or what its names mean
_ANYTHING = (
    r"not|wrong|incorrect|false|instead|mistakes?|attempts?|guess\w*|maybe|perhaps|probably|sure|without|except|missing|missed"
    rf"|replac\w+|shift\w*|chang\w+|old|new|{_NEARS}|miss(?:es)?|lack\w*|forg[eo]t\w*|omit\w*|ignor\w+|neglect\w*|drop(?:ped|ping)?|skip\w*"
    r"|same|own|easy|hard|denot\w+|defin\w+|let|call\w*|named?|notation|writ\w+|stands?|short|meant|understood|implied|implicit\w*"
    r"|assum\w+|suppos\w+|provided|place|optimi[sz]ers?|to\s+come|target|fixed|step\s+(?:along|towards?)|no|viz"
    r"|for(?!\s+(?:example|the\s+(?:derivative|gradient))\b)"
)


@lru_cache(maxsize=64)
def _any_of(kinds: frozenset[str]) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{'|'.join((_ANYTHING, *(KINDS_OF_WORDS[kind] for kind in sorted(kinds))))})\b|\?", re.IGNORECASE
    )


ALL_KINDS = frozenset(KINDS_OF_WORDS)


def supplied(
    words: str, has: Set[str] = frozenset(), read: Set[str] = frozenset(), kinds: frozenset[str] = ALL_KINDS
) -> str:
    """The first word of a sentence that may say what its formula lacks; empty where none does.

    No word does of a kind of SAID_IN_SIGNS that the formula `has`, and none that was `read`. Where it is known what
    the formula lacks, only words of these `kinds` may say it, and those that may say anything.
    """
    for found in _any_of(kinds).finditer(NO_CHANGE.sub(" ", words)):
        if found[0].lower() not in read and not any(SAID_IN_SIGNS[kind].fullmatch(found[0]) for kind in has):
            return found[0]
    return ""


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
