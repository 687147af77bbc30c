r"""Definitions that words make as formulas: ``D is the diagonal matrix with entries y_n`` is ``D = diag(y_n)``.

So are ``s is the sigmoid function``, which names what is called, and ``Let e = y - t be the error``.
"""

from __future__ import annotations

import re

from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import PLAIN_WORD

_NAME = r"\\?[A-Za-z]{1,12}(?:_\{?\w{1,6}\}?|\^\{?[\w()\[\]]{1,6}\}?){0,2}'?(?:\s?\([^()]{1,24}\))?"
_DIAGONAL = re.compile(
    rf"(?P<name>{_NAME})\$?\s*(?P<open>\\(?:text|mathrm)\s*\{{\s*)?\b(?:is|denotes|being)\s+(?:(?:the|an?)\s+)?"
    r"(?:\$?\w{1,6}\s*(?:x|×|by|\\times)\s*\w{1,6}\$?\s+)?(?:square\s+)?(?:diagonal\s+matrix|matrix|diagonal)\s+"
    r"(?:with|of|whose|having)\s+(?:(?:the|its|all)\s+)?"
    r"(?P<entries>(?:diagonal\s+)?(?:entries|elements|values|components|entry|element)\b\s*)?"
    r"(?:on\s+(?:the|its)\s+(?:main\s+)?diagonal\b\s*)?(?:(?:are|is|equal\s+to|given\s+by)\b\s*)?:?\s*(?P<close>\})?\s*\$?"
)
_ON_IT = re.compile(
    r"\s*(?:\\text\s*\{\s*)?(?:on|along)\s+(?:the|its)\s+(?:main\s+)?diagonal(?:\s+and\s+(?:0|zeros?)\s+else\w*)?\s*\}?"
)
_ENTRY = re.compile(r"(?P<base>\\?[A-Za-z]+(?:_\w)?)_\{?(?P<at>[a-z]),?\s?(?P=at)\}?\s*=")
_CLAUSE_ENDS = re.compile(r"[,;\n$]|\.(?=\s|$)|\\text\b|\s(?:and|where|with|so|on|along)\s|\\q?quad\b")
_ONE_HOT = re.compile(
    rf"(?P<name>{_NAME})\$?\s+(?:is|denotes|being)\s+(?:the|a)\s+one-?\s?hot\s+(?:(?:vector|encoding|column|row|label)\s+)?(?:of|for)\s+"
    r"(?:the\s+)?(?:(?:class|label|index|word)\s+)?\$?(?P<of>\\?[A-Za-z](?:_\w)?)\$?(?=\s*(?:$|[.,;)]))"
)
_SUCH_THAT = r"(?:with|where|for\s+which|such\s+that|that\s+satisfy|satisfying|whose)"
# "where V is the set of points with y_i f_i < 1" of a sum over i in V
_SET = re.compile(
    r"\b(?P<name>[A-Z])\$?\s+(?:is|denotes|being)\s+the\s+(?:index\s+)?set\s+of\s+(?:all\s+)?(?:the\s+)?"
    rf"(?:[a-z]{{2,12}}\s+){{0,2}}(?:\$?[a-z]\$?\s+)?{_SUCH_THAT}\s+\$?(?P<test>[^,;\n$]{{3,120}}?)\$?\s*\.?\s*$"
)
# "(number of classes j != y with s_j > 0)"
_NUMBER = re.compile(
    r"\(\s*(?:the\s+)?number\s+of\s+(?:[a-z]{2,12}\s+){0,2}(?P<letter>[a-z])\b(?P<under>[^()]{0,30}?)\s+"
    rf"{_SUCH_THAT}\s+(?P<test>(?:[^()]|\([^()]{{0,60}}\)){{3,120}}?)\s*\)"
)
_EQUALS = r"\s*(?:_\{?\\?\w{1,6}\}?|\^\{?[\w*()]{1,6}\}?){0,2}\s*:?=(?!=)"
_LEFT = rf"\$?(?:\\(?:hat|bar|tilde|mathcal|mathbf|mathbb)\s*\{{?\s*)?(?:\\?[A-Za-z]\w{{0,8}}|[α-ωΑ-Ω]){_EQUALS}"
# "mit r_i = ...", "wobei", "avec", "donde": where-words of other languages before an equation
_ELSEWHERE = re.compile(
    r"(?<=[\w)\]}$])[\s,;]*(?:\\q?quad\b\s*|\\[,;: ]\s*){0,3}(?:\\(?:text|mathrm)\s*\{\s*)?"
    r"\b(?:mit|wobei|worin|avec|où|donde|siendo|dove|onde|waarbij|met|hvor)\b\s*:?\s*(?P<close>\})?\s*(?:\\[,;: ]\s*)?"
    rf"(?=(?:\\?\s)?{_LEFT})",
    re.IGNORECASE,
)
# "with the advantage A_a = r_a - V": what a name is called, before it
_CALLED_BEFORE = re.compile(
    rf"\b(?P<where>where|with|let|and|define|using)\s+(?:the|an?|our|its)\s+(?:{PLAIN_WORD}\s+){{1,3}}(?={_LEFT})",
    re.IGNORECASE,
)
# "where v = ... is the ML estimate", "V = \{...\} are the margin violators"
_CALLED_BEHIND = re.compile(
    r"(?:(?<=[\w)\]}$])\s{0,9}(?:\\(?:text|mathrm)\s*\{\s*)?\b(?:is|are|be|denotes?)\s+|(?:(?<=[)\]}$\d])|(?<=[^A-Za-z][A-Za-z]))"
    r"\s{0,9},?\s{1,9}(?:\\text\s*\{\s*)?(?=the\b))(?:just\s+|simply\s+)?"
    r"(?:the|an?|our|its)\s+"
    rf"(?:{PLAIN_WORD}\s+){{0,7}}{PLAIN_WORD}\s*(?P<close>\}})?\s*(?=\.?\s*$|[;.]\s)"
)
# ", \hat a and \hat b the unit vectors"
_HAT = r"\\hat\s*(?:\{\s*\\?[A-Za-z]+\s*\}|\\?[A-Za-z]+)"
_UNIT_VECTORS = re.compile(
    rf"(?<=[\w)\]}}$])[\s,;.]*(?:\\[,;: ]\s*)?(?:\\text\s*\{{\s*)?(?:\b(?:where|with|here)\b)?[\s}}$]*"
    rf"(?P<hats>{_HAT}(?:[\s,$]*(?:\\text\s*\{{\s*and\s*\}}|and)?[\s$]*{_HAT}){{0,3}})[\s$]*(?P<open>\\text\s*\{{\s*)?(?:(?:is|are|being|denotes?)\s+)?(?:the|an?)?\s*"
    r"(?:corresponding\s+|normali[sz]ed\s+)?unit\s+vectors?(?:\s+along\s+(?:it|them))?\s*(?P<close>\})?\s*\.?\s*$",
)
_SAME = re.compile(
    r"\s*\(\s*(?:which\s+is\s+|it\s+is\s+)?(?:the\s+same|equal|identical|constant)\s+(?:for|in|over|along)\s+"
    r"(?:(?:all|every|each|any)\s+)?(?:\$?[a-z]\$?|rows?|columns?|examples?|entries)\s*\)\s*\.?\s*$",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"(?<!\\)\$\$?.+?(?<!\\)\$\$?|\\\[.+?\\\]|\\\(.+?\\\)", re.DOTALL)
# "Let q = 1-p." beside a formula between signs of its own
_UNSIGNED = re.compile(
    r"(?P<lead>(?<!not )\b(?:let|with|where|set|setting|define|writing|put)\s+)"
    r"(?P<left>(?:\\\w+\s*\{?\s*)?\\?[A-Za-z]\w{0,8}\}?(?:_\{?\w{1,6}\}?)?)"
    r"\s*:?=\s*(?P<right>[^\s=,;$][^=;$\n]*?)(?P<end>[.,;](?=\s|$)|(?=\s+(?:so|then|we|and|gives?)\b)|\s*$)",
    re.IGNORECASE,
)
_MAKING = re.compile(
    r"\b(?:let|writing|write|setting|set|defining|define|denoting|denote|call|calling|where|with)\b", re.IGNORECASE
)
_AT_FIRST = re.compile(
    r"\s*(?:writing|write|setting|defining|denoting|calling|call)\s+(?=\\?[A-Za-z]\w{0,8}\s*=)", re.IGNORECASE
)
# "Let e = y - t be the error.": what a name is called
_CALLED = re.compile(
    r"(?<=[\w)\]}])\s+(?:be|for|as)\s+(?:the|our|this|its)\s+[A-Za-z][A-Za-z -]{0,40}?(?=\s*(?:[.,;:](?=\s)|$))"
)
_COMES_OUT = re.compile(
    r"[,.;:]\s+(?:then\s+|so\s+)?(?:the\s+(?:gradient|derivative|answer|result|solution)\s+(?:is|equals|becomes)"
    r"|(?:we|this)\s+(?:get|have|obtain|gives?))\s+",
    re.IGNORECASE,
)
# what stands before brackets that are no factor, and what defines a name in them
_APART = re.compile(r"(?:[\s,;.~]|\\q?quad\b|\\[,;:! ]|\b(?:with|where|for)\s){1,9}$")
_IS_DEFINITION = re.compile(
    r"\s*(?:(?:with|where|and|let|so)\s+)?(?:\\[A-Za-z]+\s*)?[\w{}\\^']+(?:\[[\w, :]{1,9}\])?\s*:?=(?![=<>])\s*[^=<>]+$"
)
_PIECES = re.compile(r"[,;](?=\\?\s)|\sand\s|\\[,;: ]|\\q?quad\b")
_IS_PLACE = re.compile(r"\s*[a-z]\s*=\s*[a-z](?:_\w|_\{\w\})?\s*")  # i = j, k = y_i


def with_spoken_definitions(text: str) -> str:
    """The text with its definitions in words as equations; the same text where it holds none."""
    if len(text) > LONGEST:
        return text
    if "=" in text and text.rstrip(" .$").endswith(")"):
        text = _without_brackets_behind(text)
    if " " not in text:
        return text
    if "unit vector" in text and "\\hat" in text:
        text = _UNIT_VECTORS.sub(_with_norms, text)
    if "=" in text:
        text = _with_plain_leads(text)
    if "diagonal" in text:
        text = _with_diagonal(text)
    if "hot" in text:
        text = _ONE_HOT.sub(lambda found: f"{found['name']} = onehot({found['of']})", text)
    if " set of " in text or "number of " in text:
        text = _SET.sub(lambda found: _set_of(text, found), text)
        text = _NUMBER.sub(lambda found: f"(#{{{found['letter']}{found['under']} : {found['test']}}})", text)
    if "=" in text and _MAKING.search(text):
        text = _AT_FIRST.sub(lambda found: "let ".rjust(len(found[0])), text, count=1)
        text = _CALLED.sub(lambda found: " " * len(found[0]), text)
        making = _MAKING.search(text)
        if making and not text[: making.start()].strip():
            text = _COMES_OUT.sub(lambda found: " then ".ljust(len(found[0])), text, count=1)
    return text


def _without_brackets_behind(text: str) -> str:
    r"""The text with equations in brackets at its end behind ``where``: ``q - p \quad (q = softmax(s))``."""
    end = text.rindex(")")
    depth, begin = 1, end
    while depth and begin:
        begin -= 1
        depth += (text[begin] == ")") - (text[begin] == "(")
    said = text[begin + 1 : end]
    if depth or not _APART.search(text[:begin]):
        return text
    pieces = [piece for piece in _PIECES.split(said) if piece.strip(" \\,;")]
    if not pieces or not all(map(_defines, pieces)) or any(map(_IS_PLACE.fullmatch, pieces)):
        return text
    special = re.search(r"=\s*[-+]?[\d.]+\s*$", said)
    word = "for" if special else "where"
    where = rf" \text{{ {word} }} " if "\\" in text else f" {word} "
    return _APART.sub("", text[:begin]) + where + said + text[end + 1 :]


def _defines(piece: str) -> bool:
    r"""Whether a text is a name, ``=`` and a formula; the bound of ``\sum_{i=1}^n`` is none."""
    left = piece.partition("=")[0]
    return _IS_DEFINITION.match(piece) is not None and left.count("{") == left.count("}") and "sum" not in left


def _with_plain_leads(text: str) -> str:
    """The text with definitions behind ``where``: not ``mit``, ``with the advantage``, nor ``is the mean``."""
    text = _SAME.sub("", text)
    text = _ELSEWHERE.sub(lambda found: _where(text, found), text)
    text = _CALLED_BEFORE.sub(lambda found: f"{found['where']} ".ljust(len(found[0])), text)
    behind = _CALLED_BEHIND.search(text)
    if behind is not None and bool(behind["close"]) == (r"\text" in behind[0] or r"\mathrm" in behind[0]):
        before = text[: behind.start()]
        clause = re.split(r"\b(?:where|with|let|and)\b", before, flags=re.IGNORECASE)[1:]
        if before.endswith("}") or (clause and "=" in clause[-1]):
            text = before + " " * len(behind[0]) + text[behind.end() :]
    return _with_signs_of_definitions(text)


def _with_norms(found: re.Match[str]) -> str:
    r"""What unit vectors are: ``\hat a = a/\|a\|``."""
    if bool(found["open"]) != bool(found["close"]):
        return found[0]
    whole = [re.sub(r"\\hat|[{}\s]", "", hat) for hat in re.findall(_HAT, found["hats"])]
    return r" \text{ where } " + "; ".join(rf"\hat{{{one}}} = \frac{{{one}}}{{\|{one}\|}}" for one in whole)


def _where(text: str, found: re.Match[str]) -> str:
    """The word ``where`` for one of another language; braces of words stay closed."""
    opened = r"\text" in found[0] or r"\mathrm" in found[0]
    if bool(found["close"]) != opened:
        return found[0]
    return r" \text{ where } " if "\\" in text else " where "


def _with_signs_of_definitions(text: str) -> str:
    r"""The text with dollar signs round definitions beside formulas in signs: ``Let q = 1-p. Then \[...\]``."""
    signed = [*_SIGNS.finditer(text)]
    if not signed:
        return text
    out, at = [], 0
    for place in signed:
        out += [_signed(text[at : place.start()]), place[0]]
        at = place.end()
    return "".join([*out, _signed(text[at:])])


def _signed(words: str) -> str:
    if "=" not in words or re.search(r"[$`]|\\[\[\]()]", words):
        return words
    return _UNSIGNED.sub(lambda found: f"{found['lead']}${found['left']} = {found['right']}${found['end']}", words)


def _set_of(text: str, found: re.Match[str]) -> str:
    """A set that words describe as one in braces, by the letter that a sum counts it with; as it is without one."""
    letter = re.search(rf"([a-z])\s*(?:\\in\b|∈)\s*{found['name']}\b", text)
    return rf"{found['name']} = \{{{letter[1]} : {found['test']}\}}" if letter else found[0]


def _with_diagonal(text: str) -> str:
    """The first matrix that words call diagonal by its formula."""
    found = _DIAGONAL.search(text)
    if found is None or "diagonal" not in found[0] or bool(found["open"]) != bool(found["close"]):
        return text
    entry = _ENTRY.match(text, found.end())
    if entry is not None:
        return text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]
    end = _end_of_clause(text, found.end())
    body = text[found.end() : end].strip()
    behind = _ON_IT.match(text, end)
    if not body or (found["entries"] is None and behind is None):
        return text
    return f"{text[: found.start()]}{found['name']} = diag({body}){text[behind.end() if behind else end :]}"


def _end_of_clause(text: str, begin: int) -> int:
    """Where the formula from a place on ends: at a separator outside of brackets, or with the text."""
    depth = 0
    for at in range(begin, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth < 0 or (depth == 0 and _CLAUSE_ENDS.match(text, at)):
            return at
    return len(text)
