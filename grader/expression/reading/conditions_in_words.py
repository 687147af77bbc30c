r"""Conditions said in words as signs: ``1 if x is positive`` is ``1 if x > 0``, ``for every i other than k`` is i != k.

What a branch is called before its value, ``if x > 0 the slope is 1``, says nothing.
"""

from __future__ import annotations

import re

from grader.expression.language.names import Names
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import PLAIN_WORD

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
# If y = 1: D. If y = 0: D - m.
_SENTENCES = re.compile(r"\s*(?:if|for|when)\b[^.;\n]*:(?=\s)", re.IGNORECASE)
_NEXT = re.compile(r"(?<=[\w)\]}'])\.\s+(?=(?:if|for|when|otherwise|else)\b)", re.IGNORECASE)
_AS_LONG_AS = re.compile(r"\b(?:as\s+long\s+as|provided(?:\s+that)?|in\s+case|given\s+that)\b", re.IGNORECASE)
_NOUGHT = re.compile(r"\bzero(?=\s+(?:otherwise|else|elsewhere|if|when|for)\b)|(?<=\botherwise\s)zero\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=[<>=])\s*zero\b|(?<=[<>=])\s*one\b", re.IGNORECASE)
_RELATION = r"(?:[<>=≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b)"
# "for the negatives j != c", "if the margin y f < 1"
_NOUNS = re.compile(
    r"\b(if|when|whenever|for)\s+(?:(?:the|a|an|all|any|each|every|its|those)\s+)*"
    r"(?:(?:wrong|correct|true|right|positive|negative|other|target|observed|remaining|incorrect)\s+)*"
    r"(?:margins?|class(?:es)?|labels?|keys?|negatives?|positives?|words?|ind(?:ex|ices)|entr(?:y|ies)|units?|scores?"
    r"|components?|inputs?|arguments?|values?|samples?|examples?|rows?|columns?|case)\s+(?:where\s+|with\s+|that\s+)?"
    rf"(?=\(?\\?[A-Za-z][^,;.\n]*{_RELATION})",
    re.IGNORECASE,
)
# "if the margin is violated (D + m > 0)"
_EXPLAINED = re.compile(
    r"\b(if|when|whenever|for)\s+(?:[A-Za-z]+\s+){1,6}\("
    rf"(?=[^()]*{_RELATION})(?P<test>(?:[^()]|\([^()]{{0,40}}\)){{3,80}})\)(?!\s*:)",
    re.IGNORECASE,
)
_WHAT = r"(?:the\s+)?(?:(?:sub)?gradient|derivative|slope|value|result|answer|function|it|this|we\s+(?:get|have))"
_WORTH = r"\s+(?:simply\s+|just\s+)?(?:is|equals|becomes)\s+"
# "if x > 0 the slope is 1"
_CALLED = re.compile(
    rf"(?P<test>\b(?:if|when|whenever|for)\b[^,;.\n]*?{_RELATION}\s*[-\w\\{{}}^.]+(?:\s+(?:and|or)\s[^,;\n]*?)?)"
    rf"\s*[,:]?\s+(?:then\s+)?{_WHAT}{_WORTH}",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(rf"\b(otherwise|else)\s*[,:]?\s+(?:then\s+)?{_WHAT}{_WORTH}", re.IGNORECASE)
_NOT_SO = re.compile(
    r"\b(?:if|when)\s+(?:it|this|that)\s+(?:is(?:\s+(?:larger|smaller|greater|less|bigger|lower|not))?|isn't|does(?:\s+not|n't))"
    r"(?=\s*[.,;]?\s*$)",
    re.IGNORECASE,
)
_IT = re.compile(rf"\b(if|when|whenever|for)\s+it(?=\s*{_RELATION})", re.IGNORECASE)
_FIRST = re.compile(rf"\b(?:if|when|whenever|for)\s+([^<>=≤≥≠\n,;]+?)\s*{_RELATION}", re.IGNORECASE)
_LEAD = re.compile(rf"\s*(?:the\s+)?{_WHAT}{_WORTH}(?=[^\n=]*\b(?:if|when|for|whenever)\b)", re.IGNORECASE)
_KINK = re.compile(
    r"\s*[,;]?\s*\((?=[^\n]*\b(?:exists?|defined|undefined|differentiable|subgradient|kink)\b)"
    r"(?:[^()]|\([^()]*\))*\)\s*\.?\s*$"
    r"|\s*[,;]\s+(?:and\s+)?(?:it\s+)?(?:is\s+)?(?:not\s+defined|undefined|not\s+differentiable|does\s+not\s+exist|doesn't\s+exist)"
    r"\s+at\s+[^,;.\n]*\.?\s*$"
)


# "if the loss is positive", "while the loss L stays above 0"
_LOSS = re.compile(
    r"\b(?P<when>if|when|whenever|while|as\s+long\s+as|provided(?:\s+that)?|in\s+case|for)\s+the\s+(?:(?:triplet|total|whole)\s+)?loss"
    r"(?:\s+\$?(?P<name>[A-Z])\$?)?\s+(?:is|stays|remains)\s+(?P<nought>(?:zero|0)\b)?",
    re.IGNORECASE,
)
# p (1 - p) (i = j), -p q (i != j)
_IN_BRACKETS = re.compile(
    r"(?<=[\w)\]}'])\s{1,9}(?:\\q?quad\s{0,9})?\(\s?(?P<when>(?:if|for|when)\s)?"
    rf"(?P<test>(?:[^()=<>≤≥≠]|\([^()]{{0,40}}\)){{1,60}}{_RELATION}(?:[^()]|\([^()]{{0,40}}\)){{1,60}})\)"
    r"(?=\s{0,9}(?:[,;.\n]|\\\\|\\q?quad|and\b|otherwise\b|else\b|$))"
)
_EQUATIONS_AT_MOST = 12  # signs of equality that are looked at
_JOIN_AT_MOST = 40  # characters before it that join it to what is before
_LEFT_AT_MOST = 80  # characters of a left side said again
_WHEN = re.compile(r"\b(?:if|else|for|when|whenever|where|unless)\b")
_LOSSES = ("L", "J", "loss", "ell")
# "D_ij = G_ij if Z_ij > 0 and D_ij = 0 otherwise": a left side said again for its other cases
_EQUALS = re.compile(r"(?<![<>!:=])=(?!=)")
_JOIN = re.compile(
    r"(?:\s*\n|\s*\\\\|\s*\$?\s*[,;.](?=\s)(?:\s*\\q?quad\b)?|(?<=\s)(?=(?:and|but|while)\b)|\$\s*(?=(?:and|but|while)\b))"
    r"\s*(?:(?:and|but|while)\b)?\s*\$?\s*$"
)
_LED = re.compile(r"(?:^|[\s,;])(?:if|for|when)\s[^:\n]{3,60}:\s*\$?\s*$", re.IGNORECASE)
_TESTED = re.compile(r"\b(?:if|for|when|where)\s|\$\s*(?:if|for|when)\b")
_CONDITION_AHEAD = re.compile(r"[^\n=]{1,200}?\b(?:otherwise|else|elsewhere|if|for|when|where)\b")
_LEFT_BEGINS = re.compile(r"(?:\s|(?:and|but|while|where|with|let|so)\b)*", re.IGNORECASE)
_CLAUSE = re.compile(r"\bwhere\b|\bwith\b|\blet\b|[;\n]", re.IGNORECASE)
# "G_ij where Z_ij > 0, and 0 elsewhere"
_WHERE = re.compile(
    r"\bwhere(?P<test>\s[^,;=\n]{0,60}?(?:[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b|!=)\s?[^,;=\s][^,;=\n]{0,60}?)(?:\s?,\s(?:and\s)?|\sand\s)\s?"
    r"(?=[^,;=\n]{1,60}\s(?:elsewhere|otherwise|else)\b)"
)
_ELSEWHERE = re.compile(r"\belsewhere\b", re.IGNORECASE)
# "0 if u != i (another sample)"
_ASIDE = re.compile(
    rf"(?P<test>\b(?:if|for|when)\s[^,;()\n]{{1,60}}?{_RELATION}[^,;()\n]{{1,60}}?)\s\((?P<said>{PLAIN_WORD}(?:\s{PLAIN_WORD}){{1,6}})\)"
    r"(?=\s*(?:[,;.]|$|and\b|otherwise\b|else\b))",
    re.IGNORECASE,
)
_OF_CASES = "for if when whenever and otherwise else elsewhere it is the derivative gradient slope we have get where"
_PIECES_OF_CASES = frozenset(re.findall(r"\w+", _OF_CASES))
_TEST_BEHIND = re.compile(rf"\b(?:for|if|when|whenever)\s+\$[^$]{{1,80}}{_RELATION}")
# "G, except where Z < 0: there it is 0"
_EXCEPT = re.compile(
    r"(?P<value>[^\n]+?)\s*,?\s+except\s+(?:where|if|when|for|at)\s+(?P<test>[^:\n]+?)\s*(?:[:,]\s+(?:there|where|then)\s+it\s+(?:is|equals)"
    r"|:)\s+(?P<other>[^\n]+?)\s*\.?\s*$",
    re.IGNORECASE,
)
# "p for a wrong class, and the same minus 1 for the right class i = k"
_CLASSES = re.compile(
    r"(?P<value>[^\n]+?)\s+for\s+(?:an?|the|every|each|all|any)\s+(?:wrong|incorrect|other)\s+class(?:es)?\s*[,;]?\s+(?:(?:and|but|while)\s+)?"
    r"(?P<other>[^\n]+?)\s+for\s+the\s+(?:right|correct|true)\s+class,?\s+(?P<letter>[a-z])\s*=\s*(?P<at>[a-z])\s*\.?\s*$",
    re.IGNORECASE,
)
_THE_SAME = re.compile(r"the\s+same(?:\s+(?P<sign>minus|plus|times)\s+(?=\S))?", re.IGNORECASE)
_WORD_OF_SIGN = {"minus": "-", "plus": "+", "times": "*"}
_RELATED = re.compile(rf"{_RELATION}")
_ALSO = re.compile(r",?\s+and\s+(?=(?:0|zero)\s+(?:otherwise|else)\b)", re.IGNORECASE)


def _without_brackets(text: str) -> str:
    """The text with the conditions of its cases out of brackets, where it has several or words say so."""
    found = [*_IN_BRACKETS.finditer(text)]
    told = any(one["when"] for one in found) or re.search(r"\b(?:otherwise|else)\b", text)
    ends = (0, *(one.end() for one in found))
    clauses = (re.split(r"[,;.\n]", text[end : one.start()])[-1] for end, one in zip(ends, found, strict=False))
    if (len(found) < 2 and not (found and told)) or any(map(_WHEN.search, (*clauses, *(one["test"] for one in found)))):
        return text
    return _IN_BRACKETS.sub(lambda one: f" if {one['test']} ".ljust(len(one[0])), text)


def _said_once(text: str) -> str:
    """The text with each left side that stands before several cases said once."""
    equals = [found.start() for found in _EQUALS.finditer(text)][:_EQUATIONS_AT_MOST]
    for at, first in enumerate(equals):
        for second in equals[at + 1 :]:
            begin = _begin_of_same(text, first, second)
            if begin >= 0 and _CONDITION_AHEAD.match(text, second + 1):
                text = _blanked_join(text, begin, second, first)
    return text


def _begin_of_same(text: str, first: int, second: int) -> int:
    """Where the left side before an ``=`` begins that stands before an earlier one too, as its next case; else -1."""
    one, other = text[:first].rstrip(), text[:second].rstrip()
    length = 0
    while length < min(len(one), len(other) - first, _LEFT_AT_MOST) and one[-1 - length] == other[-1 - length]:
        if one[-1 - length] in "=<>,;:\n$":
            break
        length += 1
    same = one[len(one) - length :]
    length -= len(_LEFT_BEGINS.match(same)[0])  # type: ignore[index]
    before, between = one[: len(one) - length], text[first + 1 : len(other) - length]
    if length < 1 or one[-length].isdigit() or re.search(r"[\w\\}']$", before):
        return -1
    if _LED.search(before) and _LED.search(between):
        return len(other) - length
    clause = _CLAUSE.split(before)[-1]
    begin = len(other) - length
    cased = not _WHEN.search(clause) and _TESTED.search(between) and _join(text, first, begin)
    return begin if cased else -1


def _join(text: str, first: int, begin: int) -> re.Match[str] | None:
    """What joins a left side said again to what is behind an ``=``."""
    return _JOIN.search(text, max(first + 1, begin - _JOIN_AT_MOST), begin)


def _blanked_join(text: str, begin: int, equals: int, first: int) -> str:
    """The text without a left side said again, and a comma for the ``and`` before it."""
    blank = " " * (equals + 1 - begin)
    join = _join(text, first, begin)
    if join is None:  # each stands behind its condition
        own = len(text[:first].rstrip()) - len(text[begin:equals].rstrip())
        return text[:own] + " " * (first + 1 - own) + text[first + 1 : begin] + blank + text[equals + 1 :]
    start = join.start()
    signs = re.sub(r"[^$]", " ", text[start:begin])
    comma = signs.find(" ", signs.find("$") + 1 if signs.count("$") == 2 else 0)
    return text[:start] + signs[:comma] + "," + signs[comma + 1 :] + blank + text[equals + 1 :]


def _without_dollars(text: str) -> str:
    """The text without the dollar signs round the pieces of its cases: ``$1$ for $x > 0$ and $0$ for $x < 0$``."""
    outside = " ".join(text.split("$")[::2])
    words = re.findall(r"[A-Za-z]+", outside)
    told = _TEST_BEHIND.search(text) and _PIECES_OF_CASES.issuperset(map(str.lower, words))
    return text.replace("$", " ") if told and text.count("$") % 2 == 0 and "$$" not in text else text


def _with_exceptions(text: str) -> str:
    """The text with a value for most and another one for the rest as cases; the same text where it holds none."""
    bare = text.replace("$", " ")
    found = _EXCEPT.fullmatch(bare) or _CLASSES.fullmatch(bare)
    if found is None or _WHEN.search(found["value"]) or _WHEN.search(found["other"]):
        return text
    at = found["value"].rfind("=") + 1
    left, value = found["value"][:at], found["value"][at:].strip()
    same = _THE_SAME.match(found["other"])
    other = found["other"]
    if same is not None:
        other = f"({value}) {_WORD_OF_SIGN[same['sign'].lower()] if same['sign'] else ''} {other[same.end() :]}"
    if found.re is _CLASSES:
        letter, place = found["letter"], found["at"]
        return f"{left} {value} if {letter} != {place}, {other} if {letter} = {place}"
    if _RELATED.search(found["test"]) is None:
        return text
    explained = re.fullmatch(rf"\s*(?:{PLAIN_WORD}\s+){{1,6}}\((.+)\)\s*", found["test"])  # the clipping acts (r > 1)
    test = re.sub(r",\s+(?=(?:or|and)\s)", " ", explained[1] if explained else found["test"])
    return f"{left} {other} if {test}, {value} otherwise"


def _with_cases(text: str, names: Names) -> str:
    """The text with its cases in one form: a left side once, no dollar signs between, no words behind a condition."""
    if "=" in text:
        text = _said_once(text)
    if "$" in text:
        text = _without_dollars(text)
    if "where" in text:
        text = _WHERE.sub(lambda found: f"if{found['test']}, ".ljust(len(found[0])), text)
        text = _ELSEWHERE.sub("otherwise", text)
    known = {one.name for one in names}
    return _ASIDE.sub(
        lambda found: found[0] if known.intersection(found["said"].split()) else found["test"].ljust(len(found[0])),
        text,
    )


def with_conditions(text: str, names: Names | None = None) -> str:
    """The text with signs for conditions in words; the same text where it holds none."""
    if len(text) > LONGEST:
        return text
    if " except " in text or " class" in text:
        text = _with_exceptions(text)
    if _WHEN.search(text):
        text = _with_cases(text, names or ())
    if _SENTENCES.match(text):
        text = _NEXT.sub(lambda found: ";".ljust(len(found[0])), text)
    if " (" in text:
        text = _without_brackets(text)
    if " " not in text or _WORTH_A_LOOK.search(text) is None:
        return text
    if "loss" in text:
        text = _with_loss(text, names or ())
    text = _ALSO.sub(lambda found: ", ".ljust(len(found[0])), text)
    text = _KINK.sub(lambda found: " " * len(found[0]), text)
    for words, sign in _SIGNS:
        text = words.sub(lambda found, sign=sign: f" {sign} ".ljust(len(found[0])), text)  # type: ignore[misc]
    text = _AS_LONG_AS.sub(lambda found: "if".ljust(len(found[0])), text)
    text = _NOUGHT.sub(lambda found: "0".ljust(len(found[0])), text)
    text = _NUMBER.sub(lambda found: ("0" if found[0].strip().lower() == "zero" else "1").rjust(len(found[0])), text)
    text = _EXPLAINED.sub(lambda found: f"{found[1]} {found['test']}".ljust(len(found[0])), text)
    text = _NOUNS.sub(lambda found: found[1].ljust(len(found[0])), text)
    lead = _LEAD.match(text)
    if lead:
        text = " " * lead.end() + text[lead.end() :]
    text = _CALLED.sub(lambda found: f"{found['test']}, ".ljust(len(found[0])), text)
    text = _OTHERWISE.sub(lambda found: found[1].ljust(len(found[0])), text)
    text = _NOT_SO.sub(lambda found: "otherwise".ljust(len(found[0])), text)
    first = _FIRST.search(text)
    if first is not None and _IT.search(text):
        text = _IT.sub(lambda found: f"{found[1]} {first[1]}", text)
    return text


def _with_loss(text: str, names: Names) -> str:
    """The text with the name of the only loss of a model for ``the loss`` in a condition."""
    known = [one.name for one in names if one.name in _LOSSES and one.rank == 0 and one.role == "quantity"]

    def named(found: re.Match[str]) -> str:
        fits = len(known) == 1 and found["name"] in (None, known[0])
        return f"if {known[0]} {'= 0' if found['nought'] else 'is '}" if fits else found[0]

    return _LOSS.sub(named, text)
