r"""The words of a sentence round a formula: ``So dy/dx = 2x, which is 4 at x = 2`` says ``dy/dx = 2x``.

What is dropped is blanked, so that places stay; a definition in a remark stays: ``by the chain rule, where u = x^2``.
Of what can't be read with its words, ``**Answer:** so the gradient w.r.t. w is 2x``, more of them are dropped, though
none that a formula may hold (``if``, ``times``, ``not``).
"""

from __future__ import annotations

import re

from grader.expression.language.names import Names
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import PLAIN_WORD, batch_size, plain_spelling, quantities_by_spelling

_LEADS = re.compile(
    r"\s*(?:(?:So|Thus|Hence|Therefore|Finally|Then|Now|And)\b,?\s+(?=\S)"
    r"|(?:(?:so|thus|hence|therefore|finally|then|and|now|so that),?\s+)?"
    r"(?:we|I|this|that|it|which|one)\s+(?:get|gets|got|have|has|obtain|obtains|find|finds|found|gives|yields|follows|means)"
    r"(?:\s+that)?\b\s*[,:]?\s+"
    r"|(?:the\s+)?(?:final\s+)?(?:gradient|derivative|answer|result|solution|partial(?:\s+derivative)?)"
    r"(?:\s+(?:of|with|respect|to|wrt|w\.r\.t\.|by|for|the|in|\S{1,6}))*?\s+(?:is|equals|=|:)\s*(?:given\s+by\s+)?:?\s*)+",
)
_BEHIND = re.compile(
    r"(?<=[\w)\]}.,;'!])[ \t]*[,;(]?[ \t]+(?:which\s+"
    r"(?!(?:is|are)\s+(?:not|wrong|incorrect|false)\b)(?:is|are|equals?|gives|means|becomes|vanishes|simplifies|we)"
    r"|using|recalling|recall\s+that|due\s+to|thanks\s+to|as\s+(?:we|the|in|required|desired|shown|expected|before)"
    r"|by\s+(?:the|chain|product|quotient|definition)|from\s+the|via\s+the|evaluated\s+at|at\s+(?=[A-Za-z_\\{}^0-9]{1,9}\s*=))\b"
    r"[^\n]*"
)
_DOTS = ("dots", "..", "…", "⋯")
# of which each alternative begins with one
_BEGIN_REASON = ("because", "since", "as", "using", "by", "from", "recall", "note", "due")
_BEGIN_BEHIND = ("which", "using", "recall", "due", "thanks", "as", "by", "from", "via", "evaluated", "at")
# "0 for every other word"
_OTHERS = re.compile(
    r"(?:\bfor\s+(?:(?:every|each|all|any|the)\s+)*(?:others?|rest)"
    r"|\bin\s+(?:all|any|every|the)\s+other\s+cases?|\beverywhere\s+else)\b"
    r"(?:\s+(?:words?|class(?:es)?|ind(?:ex|ices)|entr(?:y|ies)|rows?|columns?|units?|values?)\b)?"
    r"(?:\s*(?:\}\s*)?(?<![A-Za-z])[A-Za-z](?![A-Za-z(_^])(?:\s*(?:\\neq?\b|≠|!=)\s*\w+)?)?"
)
# "dh/dz = 1 - h^2, so dL/dz = ...": words between two equations, the second of a derivative
_BETWEEN = re.compile(
    r"(?<=[\w)\]}!])(?:\s*[,;.])?\s+(?:and\s+)?(?:(?:so|thus|hence|therefore|consequently)(?:\s+that)?"
    r"|which\s+(?:gives|yields|means|implies)(?:\s+that)?|giving|yielding|implying|(?:so\s+)?we\s+(?:get|have|obtain|find))\b[,:]?\s+"
    r"(?=(?:d\w{1,8}\s*/\s*d\w|\\[dt]?frac\s*\{\s*(?:\\partial|d)|\\partial|\\nabla|∂|∇)[^\n=]{0,60}=)",
    re.IGNORECASE,
)
_RANGE = r"[A-Za-z]\s*=\s*[01]\s*,\s*(?:\d\s*,\s*)?(?:\\[lc]?dots|\.{2,3}|…|⋯)\s*,?\s*\w+"
_RANGES = re.compile(
    r"(?<=[\w)\]}])[\s,;~]*(?:\\q?quad\b\s*|\\[,;:! ]\s*)*"
    rf"(?:\(\s*(?:for\s+)?{_RANGE}\s*\)|\b(?:where|with)\s+{_RANGE})\s*\.?\s*$"
)
_REASON_IN_BRACKETS = re.compile(
    r"(?<=[\w)\]}])\s+\((?:because|since|as|using|by|from|recall|note|due\s+to)\b(?:[^()\n]|\([^()\n]*\))*\)\s*\.?\s*$"
)
# "using the chain rule (1 - h^2)", "which is + 4": a factor or a term may be hidden behind the words
_WHICH = re.compile(r"[\s,;(]*which\s+\w+")
_OPERATOR = re.compile(r"\s*(?:[+*/]|(?:plus|minus|times)\b)")
_FORMULA = re.compile(r"[()^*/+]|-\s*[\w\\(]|\\[a-z]|\b(?:plus|minus|times)\b")
_LECTURE = re.compile(r"\((?:\d+[a-z]?|[a-z]|[ivx]+|see\b[^()]*)\)|\w-(?=[a-z]{3})")  # (3), (see the notes), chain-rule
_AT = re.compile(r"[\s,;(]*(?:evaluated\s+)?at\b")
_EQUALS = re.compile(r"(?<![<>=!:])=(?!=)")
_LEFT_SIDE = re.compile(
    r"\s*(?:d\w*\s*/\s*d\w+|\\[dt]?frac\s*\{[^=]*\}|\\?(?:partial|nabla)[^=]*|[∂∇][^=]*|[\w\\{}^']+)\s*="
)
_DEFINITION = re.compile(r"[,;]?\s+(?:where|with|let)\b[^\n]*=")
_REASON = re.compile(r"\b(?:since|because)\b")


# "where e_u is the u-th unit vector": what a name stands for, in words
_NAME = r"(?P<{}>\\?[A-Za-z]\w*|\\\w+\s*\{{\s*\\?\w+\s*\}})"
_IN_WORDS = re.compile(
    r"(?<=[\w)\]}$])[\s,;.]*(?:\\q?quad\b\s*)?(?:\\text\s*\{\s*)?\b(?:where|here|with)\b[\s$}]*"
    + _NAME.format("first")
    + r"?[^=\n]*\b(?:is|are|denotes?|stands?\s+for)\b"
    r"(?:\s+(?:the|an?|all|its|row|column|entry|example)\b)(?:[^=\n]*|\s+(?:index|class|word|label|example|position|one)\b[^\n]*)$"
    r"|(?<=[\w)\]}$])\s*(?:\\q?quad\b\s*)?\(\s*(?:where\s+)?\$?"
    + r"(?!(?:the|but)\b)(?![^()]*\b(?:signs?|minus|negative|half|twice|missing|wrong|opposite|flipped)\b)"
    + _NAME.format("second")
    + r"[^()=\n]{0,12}?(?:\\text\s*\{\s*)?\b(?:is|are|being|denotes)\s[^()=]*\)\s*\.?\s*$"
)
_BEYOND = r"(?:outside|out[- ]of[- ](?:range|bounds)|beyond)"
_OUTSIDE = rf"(?:{_BEYOND}|else(?:where)?|otherwise|[<>]|\\notin|\\not\s*\\in|∉|\\(?:leq?|geq?|lt|gt)\b)"
# "where g_i = 0 for i < 1 or i > 5", "(terms outside of 1..5 are zero)", "with zero padding"
_PADDED = re.compile(
    r"(?<=[\w)\]}])[\s,;.]*(?:\\q?quad\s*)?(?:\\text\s*\{\s*)?"
    r"(?:(?:\(\s*)?(?:\(|\b(?:where|with|taking|setting)\b)\s*\}?\s*(?:"
    rf"(?P<name>\\?[A-Za-z]+)(?:_\{{?\\?[A-Za-z]\}}?)?\s*:?=\s*0\b[^=\n]*?{_OUTSIDE}[^=\n]*"
    r"|(?P<listed>\\?[A-Za-z]+)_\{?-?\d+\}?\s*=(?:\s*(?P=listed)_\{?-?\d+\}?\s*=)*\s*0\b[\s)}.]*)"
    rf"|\(?(?:terms|entries|values|indices|everything)\b[^=\n]*?{_BEYOND}[^=\n]*?"
    r"\b(?:zero|0|ignored|dropped|left\s+out)\b[\s)}.]*"
    rf"|\(?(?:zero|0)\s+{_BEYOND}[^=\n]*|\(?(?:with\s+)?zero[- ]padd(?:ing|ed)[^=\n]*)$",
    re.IGNORECASE,
)
PADDED = "padded:"  # the note on a name whose entries outside of its range are 0, or on all
IN_WORDS = "in_words:"  # the note on a name that words explain


def said_of_names(text: str) -> tuple[str, ...]:
    """Notes on what remarks say of names: that o ``is the observed word``, that ``g_i = 0`` outside of its range."""
    notes: list[str] = []
    if len(text) > LONGEST:
        return ()
    explained = _IN_WORDS.search(text) if _explains(text) else None
    if explained is not None:
        written = explained["first"] or explained["second"] or ""
        notes.append(IN_WORDS + re.sub(r"\\(?:\w+\s*\{\s*)?|[{}\s]", "", written).partition("_")[0])
    padded = _PADDED.search(text)
    if padded is not None:
        notes.append(PADDED + (padded["name"] or padded["listed"] or "").lstrip("\\"))
    return tuple(notes)


def _explains(text: str) -> bool:
    return any(word in text for word in (" is ", " are ", "denote", " stands for ", " being "))


def without_remarks(text: str) -> str:
    """The text with the words before a formula, and a remark behind it, blanked."""
    if len(text) > LONGEST:
        return text
    if "0" in text or "zero" in text:
        text = _PADDED.sub(lambda found: " " * len(found[0]), text)
    if _explains(text):
        text = _IN_WORDS.sub(lambda found: " " * len(found[0]), text)
    if " other" in text or " rest" in text or " else" in text:
        text = _OTHERS.sub(_otherwise, text)
    if "=" in text and any(dots in text for dots in _DOTS):
        text = _RANGES.sub(lambda found: " " * len(found[0]), text)
    if "(" in text and any(word in text for word in _BEGIN_REASON):
        text = _REASON_IN_BRACKETS.sub(lambda found: " " * len(found[0]), text)
    if " " not in text or "$" in text or "\\text" in text:  # words between signs of formulas are told apart there
        return text
    lead = _LEADS.match(text)
    if lead and lead.end() < len(text):
        text = " " * lead.end() + text[lead.end() :]
    if "=" in text:
        text = _BETWEEN.sub(lambda found: ";".ljust(len(found[0])), text)
    remark = _BEHIND.search(text) if any(word in text for word in _BEGIN_BEHIND) else None
    if remark is None or not text[: remark.start() + 1].strip() or _REASON.search(text, 0, remark.start()):
        return text
    if _goes_on(remark[0]):
        return text
    kept = _DEFINITION.search(text, remark.start(), remark.end())
    end = kept.start() if kept else remark.end()
    begin = _special_value(text, remark.start()) if _AT.match(remark[0]) else remark.start()
    return text[:begin] + " " * (end - begin) + text[end:]


def _goes_on(remark: str) -> bool:
    """Whether the formula may go on in a remark, which holds operators and no equation."""
    if which := _WHICH.match(remark):
        return _OPERATOR.match(remark, which.end()) is not None
    return "=" not in remark and _FORMULA.search(_LECTURE.sub("", remark)) is not None


def _special_value(text: str, end: int) -> int:
    """Where the side begins that only holds at a point, in ``2 x = 4`` before ``at x = 2``; `end` where none does."""
    sides = [found.start() for found in _EQUALS.finditer(text, 0, end)]
    whole = len(sides) > 1 or (len(sides) == 1 and not _LEFT_SIDE.match(text))
    return sides[-1] if whole else end


def _otherwise(found: re.Match[str]) -> str:
    """``for every other i`` as ``otherwise``, at the same length."""
    word = "otherwise}" if "}" in found[0] else "otherwise"
    return word.ljust(len(found[0]))


# --- the words round a formula that can't be read with them -----------------------------------------------------------

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
LEADING_WORDS = frozenset(re.findall(r"\S+", _WORDS))
_WORD = (
    "(?:"
    + "|".join(sorted(map(re.escape, LEADING_WORDS), key=len, reverse=True))
    + r"|ends?\s+up\s+with|turns?\s+out|leads?\s+to|results?\s+in|comes?\s+out)\b(?!\s*[=_^']|\()"
)
# what a derivative is taken of and by: "of J with respect to w", "w.r.t. \hat y"
_OF = (
    r"(?:(?:of|for|wrt\.?|w\.r\.t\.?|with\s+respect\s+to)\s+(?:the\s+)?[^\s,:=]{1,24}\s*[,:]?\s+)+"
    r"(?=(?:is|are|equals|becomes|we)\b|(?<=:\s))"
)
_TALK = re.compile(rf"\s*(?:{_WORD}(?:\s*[,.:;]+(?=\s))?\s+|{_OF})+", re.IGNORECASE)
_LABEL = re.compile(
    r"\s*(?:(?:the|my)\s+)?(?:final\s+)?(?:answer|ans|solution|result)(?:\s+(?:to|for))?"
    r"(?:\s+(?:part|question))?(?:\s+\(?\w{1,3}\))?(?:\s+is)?\s*[:=]\s*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\s*(?:#{1,6}\s+|>\s+)?(?:(?:Q|Question|Problem|Exercise|Ex)\.?\s*\d+\s*[.:,]?\s*)?"
    r"(?:Part\s+)?(?:\(?[A-Za-z0-9]{1,2}\)\s+|(?<=[Pp]art )\w{1,2}\s*[:.]\s*)?(?=\S)",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"\s+is\s+(?:the|our|my)\s+(?:final\s+)?(?:answer|gradient|derivative|result|solution)\b[\w\s.]*$"
    r"|\s*(?::-?\)|Q\.?E\.?D\.?|□|∎|■)\s*$"
)
_ENTRY_BY_ENTRY = r"(?:(?:entry|element|component)(?:-?\s?wise|\s+by\s+(?:entry|element|component)))"
_ENTRYWISE_BEFORE = re.compile(rf"\s*{_ENTRY_BY_ENTRY}\s*[:,]\s+", re.IGNORECASE)
_ENTRYWISE = re.compile(
    rf"(?<=[\w)\]}}'])\s*[,;(]\s*(?:(?:all|everything|each|always|taken|both|[*∘⊙]|\\(?:odot|circ)\b)\s*(?:is\s|means\s)?)?\s*{_ENTRY_BY_ENTRY}\s*\)?\s*\.?\s*$",
    re.IGNORECASE,
)
# what a formula is called, if that says no other one: "the identity", "the mean"
_CALLED = (
    r"(?!(?:identity|inner|dot|cross|inverse|scalar|zeros?|ones?|constant|mean|average\w*|norm|determinant|trace|ratio|max\w*|min\w*"
    rf"|matrix|vector|sum|product|difference|total|tanh|relu|cosine|sine|exponential|hessian|jacobian|diagonal)\b){PLAIN_WORD}"
)
# ", read as its j-th entry", ", i.e. the outer product": which entry is asked for, and what such a formula is called
_READ_AS = re.compile(
    r"(?<=[\w)\]}'])\s{0,3}[,;]?\s{1,3}\(?\s{0,3}(?:(?:read|taken|meant|understood)\s+as\s+(?:its|the)\s+\$?[a-z]\$?\s?-?\s?th\s+(?:entry|component|row|column)"
    rf"|(?:i\.\s?e\.|that\s+is),?\s+(?:the|an?)(?:\souter\sproduct|(?:\s+{_CALLED}){{1,6}}))\s?\)?\s?\.?\s*$",
    re.IGNORECASE,
)
# "the average error, 1/n * ...": what a formula is called, before it
_TOPIC = re.compile(rf"\s*(?:the|an?)\s+(?:{PLAIN_WORD}\s+){{0,5}}{PLAIN_WORD}\s*[,:]\s+(?=[-−\w\\(\[])", re.IGNORECASE)
_IS = re.compile(
    r"(?<=[\w)\]}])\s(?:is|equals|becomes)(?:\s+equal\s+to)?\s"
    r"(?=\S)(?!(?:strictly|positive|negative|non|at\s|less|greater|larger|smaller|bigger|above|below|over|under|not)\b)"
)
ALONE = re.compile(r"\s*\\?[A-Za-z]+(?:_\w|_\{\w+\})?\s*")
_EMPHASIS = re.compile(r"(?<![\w*)\]])(\*{2,3}|__)(?=[^\s*_])([^*\n]*?[^\s*])\1(?![\w*(])")
_ALL_EMPHASIS = re.compile(r"\s*\*([^*\n]+)\*\s*$")


def without_words(text: str) -> str:
    """The text with its emphasis, and the words before and behind its formula, blanked."""
    if "$" in text and all(ALONE.fullmatch(inside) for inside in text.split("$")[1::2]):  # The largest $n$ is 34.
        text = text.replace("$", " ")
    text = _EMPHASIS.sub(lambda found: found[2].center(len(found[0])), text)
    text = _ALL_EMPHASIS.sub(lambda found: found[0].replace("*", " "), text)
    topic = _TOPIC.match(text) if len(text) <= LONGEST else None
    begin = topic.end() if topic else 0
    for lead in (_NUMBERED, _LABEL, _TALK, _LABEL, _TALK, _ENTRYWISE_BEFORE):
        found = lead.match(text, begin)
        begin = found.end() if found else begin
    end = len(text)
    for remark in (_AFTERWARDS, _READ_AS, _ENTRYWISE) if len(text) <= LONGEST else ():
        behind = remark.search(text, begin, end)
        end = behind.start() if behind else end
    kept = _IS.sub(lambda found: "=".center(len(found[0])), text[begin:end], count=1)
    return " " * begin + kept + " " * (len(text) - end) if kept.strip() else text


# --- shapes that are the model's: "X^T r, where X is n x d" -----------------------------------------------------------

_ARRAY = r"\$?(?:\\[A-Za-z]+\s?\{?\s?)?\\?[A-Za-z]\w{0,3}(?:_\{?\w{1,3}\}?)?\}?\$?"
_SIZE = r"\$?(?:[A-Za-z]|\d)\$?"
_SHAPE = rf"\(?\$?{_SIZE}\s?(?:x|×|by|\\times\b|,)\s?{_SIZE}\$?\)?"
_VERB = r"\s(?:is|being|has(?:\s+the)?\s+(?:shape|size)|(?:is\s+)?of\s+(?:shape|size))\s(?:an?\s)?"
_ONE_SHAPE = rf"{_ARRAY}{_VERB}{_SHAPE}(?:\s(?:matrix|array))?"
_SHAPES = rf"{_ONE_SHAPE}(?:\s?(?:,|and|, and)\s{_ONE_SHAPE}){{0,3}}"
_SHAPE_BEFORE = re.compile(rf"\s{{0,9}}\(\s?({_SHAPES})\s?\)\s?[:,;]?\s(?=\S)")
_SHAPE_BEHIND = re.compile(
    r"(?<=[\w)\]}'$])\s{0,3}[,;]?\s{1,3}"
    rf"(?:\(\s?(?:(?:where|with|here)\s)?({_SHAPES})\s?\)|(?:where|with|here)\s({_SHAPES}))\s?\.?\s{{0,9}}$"
)
_EACH_SHAPE = re.compile(rf"({_ARRAY}){_VERB}\(?\$?({_SIZE})\s?(?:x|×|by|\\times\b|,)\s?({_SIZE})")
_VERBS = (" is ", " of ", " has ", " being ", " have ", " are ")
# "X has the rows x^{(i)}": which way the examples lie in a matrix
_ROWS = re.compile(
    rf"(?<=[\w)\]}}'$])\s{{0,3}}[,;]?\s{{1,3}}(?:(?:where|with|here)\s)?(?:(?P<first>{_ARRAY})\s(?:has|having)\s(?:the\s)?rows"
    rf"|(?:the\s)?rows\sof\s(?P<second>{_ARRAY})\s(?:are|being))\s(?:the\s)?(?:examples|{_ARRAY}(?:\^\{{?\(?[a-z]\)?\}}?)?)\s?\.?\s{{0,9}}$"
)


def without_known_shapes(text: str, names: Names | None) -> str:
    """The text without a remark on shapes that are those of the model; the same text where one is another.

    Another shape than the model's may mean that all else is meant otherwise too: a person reads it.
    """
    if names is None or len(text) > LONGEST or not any(verb in text for verb in _VERBS):
        return text
    for remark in (_SHAPE_BEFORE.match(text), _SHAPE_BEHIND.search(text)):
        if remark is not None and _as_declared(next(filter(None, remark.groups())), names):
            text = text[: remark.start()] + " " * len(remark[0]) + text[remark.end() :]
    rows = _ROWS.search(text) if "rows" in text else None
    if rows is not None and _has_examples_as_rows(rows["first"] or rows["second"], names):
        text = text[: rows.start()].ljust(len(text))
    return text


def _has_examples_as_rows(written: str, names: Names) -> bool:
    """Whether a matrix is one of the model with an example on each row, or one that the model lacks."""
    declared = quantities_by_spelling(names).get(plain_spelling(written.strip("$")))
    return declared is None or bool(declared.axes and batch_size(names, frozenset(declared.axes[:1])))


def _as_declared(words: str, names: Names) -> bool:
    known = quantities_by_spelling(names)
    for found in _EACH_SHAPE.finditer(words):
        declared = known.get(plain_spelling(found[1].strip("$")))
        if declared is None or declared.axes != (found[2].strip("$"), found[3].strip("$")):
            return False
    return True
