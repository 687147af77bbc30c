r"""Cases that sentences tell as cases in signs: ``if x > 0 it is 1. Otherwise: a`` is ``1 if x > 0, a otherwise``.

A text is cut at the words that open a condition (``if``, ``for``, ``unless``), that mean all the rest (``otherwise``,
``for every other``, ``when not``) and that part clauses. It is left as it is unless each piece is the value of a case,
what a value is called, or a test in signs with what it is called: ``if the loss is active, i.e. D + m > 0``.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field

from grader.expression.language.names import Names
from grader.expression.language.words import is_word
from grader.expression.reading.sentence_pieces import RELATION, SentencePiece, cut_at_words, flat, outside_brackets

_MOST_PIECES = 60
_MOST_PARTS = 6  # places where equations begin that are tried as the ends of cases
_OPENING = frozenset(("open", "unless", "else", "on", "off"))
_APART = frozenset(("and", "comma", "stop"))
_LEADING = frozenset(("comma", "colon", "lead", "nothing"))
_DEFINES = re.compile(r"(?<![\\\w])(?:with|let|(?<!except )where|define|defining|since|because)(?!\w)", re.IGNORECASE)
_EQUALS = re.compile(r"(?<![<>!:=])=(?!=)")
_WORD = re.compile(r"(?<![\\\w])[A-Za-z]{2,}(?![\w(^])")
_TURNS = (
    r"(?:not|no|nor|or|never|without|except|only|but|unless|most|some|few|almost|about|twice|half|equal|of|by|than)"
)
# what is said of a test in signs: "the loss is active", "another sample"
_CALLED = re.compile(rf"(?:(?!{_TURNS}\b)[A-Za-z][A-Za-z-]*\s+)+")
# what stands before the letters of a place, "the wrong classes j", and before a quantity, "the margin y f"
_KIND = (
    r"(?:(?:the|an?(?=\s+[a-z]{3})|all|any|each|every|its|those|wrong|correct|true|right|positive|negative|other|target"
    r"|observed|incorrect)\s+)*"
)
_SUBJECT = re.compile(
    rf"(?P<called>{_KIND}(?:[a-z]{{3,}}\s+){{1,2}})(?=[a-z]\s*(?:=|!=|≠|\\neq?\b))"
    rf"|(?P<kind>{_KIND}(?:margins?|labels?|scores?|entr(?:y|ies)|units?|inputs?|arguments?|values?|samples?|examples?)\s+"
    rf"(?:(?:where|with|that)\s+)?)(?=[^\s<>=≤≥≠!])|{_KIND}",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?<=[^\s\x1a])\s+(?P<aside>\x1a+)$")
_TEST_THEN_VALUE = re.compile(r"(?P<test>(?:[A-Za-z]{2,}\s+){1,5}\x1a+)\s+(?P<value>\S)")
_PLACE = re.compile(r"\s*[a-z]\s*=\s*[a-z]\w*\s*")
_PAIR = re.compile(r"_(?:([a-z])([a-z])(?![a-z])|\{([a-z]),?\s?([a-z])\})")
_ADJECTIVE = re.compile(r"(?P<sign>positive|negative)\s+(?=\S)", re.IGNORECASE)
# what no left side has outside of brackets: a first side with one is a step to the value
_OPERATOR = re.compile(r"(?<!^)(?:[-+*]|\\cdot\b)")
_NUMBERED = re.compile(r"(?<=[<>=≤≥≠])\s*(?:zero|one)\b", re.IGNORECASE)
_SIMPLY = re.compile(r"(?:just|simply)\s+", re.IGNORECASE)
_OR = re.compile(r"^or\s+")
_THE_SAME = re.compile(r"the\s+same\s+(?P<sign>[-+]|minus\b|plus\b|times\b)", re.IGNORECASE)
_SIGN_OF_WORD = {"minus": "-", "plus": "+", "times": "*"}
_SHORT = frozenset(("as", "at", "by", "in", "is", "it", "no", "of", "on", "so", "to", "up", "we"))
_OPERATORS = frozenset(("plus", "minus", "times"))
_JOINING = _OPERATORS | {"and", "not"}
_NUMBERS = {"zero": "0", "nothing": "0", "one": "1"}


@dataclass(slots=True)
class _Cases:
    """How far the pieces of a text are read, the cases so far and the left side that they were said to be."""

    pieces: list[SentencePiece]
    known: Set[str]
    letters: tuple[str, str] | None
    at: int = 0
    left: str = ""
    first: str = ""  # what was compared in the first test
    said: str = ""  # the value before
    branches: list[tuple[str, str]] = field(default_factory=list)
    rest: str = ""

    def kind(self, ahead: int = 0) -> str:
        """The kind of a piece ahead; empty behind the last one."""
        at = self.at + ahead
        return self.pieces[at].kind if at < len(self.pieces) else ""

    def text(self) -> str:
        """The text of the piece at hand; empty behind the last one."""
        return self.pieces[self.at].text if self.at < len(self.pieces) else ""


class _NoCasesError(Exception):
    """A text is something else than cases."""


def with_cases_in_words(text: str, names: Names, free: Set[str] = frozenset()) -> str:
    """The text with the cases that its sentences tell as cases in signs; the same text where one is not understood."""
    bare, outside = flat(text)
    return (outside and _in_clauses(bare, outside, names, free)) or text


def _in_clauses(text: str, outside: str, names: Names, free: Set[str]) -> str:
    """A text with the cases in signs of each stretch between the words that make definitions; empty without any."""
    ends = [
        found
        for found in _DEFINES.finditer(outside)
        if found[0].lower() not in ("where", "with") or _is_definition(outside[found.end() :])
    ][:_MOST_PARTS]
    out, begin, changed = "", 0, False
    for found in (*ends, None):
        end = found.start() if found else len(text)
        said = _of_region(text[begin:end], outside[begin:end], names, free)
        changed = changed or bool(said)
        out += (f" {said} " if said else text[begin:end]) + (found[0] if found else "")
        begin = found.end() if found else end
    return out if changed else ""


def _is_definition(behind: str) -> bool:
    clause = re.split(r"[,;:\n]|\.\s|\b(?:and|if|for|when|where)\b", behind)[0]
    return re.search(RELATION, clause) is None and "=" in clause and not _PLACE.fullmatch(clause)


def _of_region(text: str, outside: str, names: Names, free: Set[str]) -> str:
    """One stretch of a text with its cases in signs: all of it, or those of one left side; empty where it has none."""
    pieces = cut_at_words(text, outside)
    if not any(piece.kind in _OPENING for piece in pieces) or len(pieces) > _MOST_PIECES:
        return ""
    known = frozenset(written for one in names for written in (one.name, *one.aliases))
    pairs = {(one[0] or one[2], one[1] or one[3]) for one in _PAIR.findall(text)}
    pairs = {(one, other) for one, other in pairs if one != other}
    asked = (min(free), max(free)) if len(free) == 2 and not pairs else None
    letters = pairs.pop() if len(pairs) == 1 else asked
    if letters and re.search(
        rf"(?:sum|prod|max|min|[ΣΠ∑∏])\s*_\s*(?:[{letters[0]}{letters[1]}]|\{{[^{{}}]*[{letters[0]}{letters[1]}])", text
    ):
        letters = None  # one of them is no place of the answer
    parted = [
        at + 1
        for at, piece in enumerate(pieces[:-1])
        if piece.kind in _APART
        and pieces[at + 1].kind == "formula"
        and _EQUALS.search(outside_brackets(pieces[at + 1].text))
    ][:_MOST_PARTS]
    for begin in (0, *parted):
        for end in (len(pieces), *(at for at in reversed(parted) if at > begin)):
            whole = end - begin == len(pieces)
            said = _ofpieces(_Cases(pieces[begin:end], known, letters), whole)
            if said:
                behind = text[pieces[end - 1].start :] if end < len(pieces) else ""
                return text[: pieces[begin].start] + said + behind
    return ""


def _ofpieces(cases: _Cases, whole: bool) -> str:
    """Cases in signs; empty where the pieces are something else, or have no left side and are not the whole."""
    try:
        while _case(cases):
            pass
    except _NoCasesError:
        return ""
    if len(cases.branches) + bool(cases.rest) < 2 or not cases.branches or not (whole or cases.left):
        return ""
    said = [f"{value} if {test}" for value, test in cases.branches]
    said += [f"{cases.rest} otherwise"] if cases.rest else []
    return (f"{cases.left} = " if cases.left else "") + ", ".join(said)


def _case(cases: _Cases) -> bool:
    """Read one case; whether another one may follow."""
    while cases.kind() in _APART:
        cases.at += 1
    if not cases.kind():
        return False
    if cases.kind() in ("lead", "nothing") and cases.kind(1) in ("formula", "open", "unless"):
        cases.at += 1
    if cases.kind() in _OPENING:
        unless = cases.kind() == "unless"
        test = _test(cases, False)
        apart = cases.at
        while cases.kind() in _LEADING:
            cases.at += 1
        if cases.at == apart and cases.kind() != "nought" and test and cases.pieces[apart - 1].kind == "formula":
            raise _NoCasesError
        _add(cases, _value(cases), f"not ({test})" if unless else test)
        return True
    value = _value(cases)
    if "but" in cases.text() and cases.kind(1) == "formula" and cases.kind(2) in ("open", "on", "off"):
        _add(cases, value, "")
        return True
    if cases.kind() == "comma" and cases.kind(1) in _OPENING:
        cases.at += 1
    unless = cases.kind() == "unless"
    if cases.kind() not in _OPENING:
        raise _NoCasesError
    test = _test(cases, True)
    if unless:
        _unless(cases, value, test)
    else:
        _add(cases, value, test)
    if cases.kind() not in ("", *_APART, "nothing", *_OPENING):
        raise _NoCasesError
    return True


def _unless(cases: _Cases, value: str, test: str) -> None:
    """Add a value with its exception, or what is worth what there."""
    begin = cases.at
    while cases.kind() in ("comma", "colon", "so") or [cases.kind(), cases.kind(1)] == ["open", "lead"]:
        cases.at += 1
    told = {piece.kind for piece in cases.pieces[begin : cases.at]}
    if told.isdisjoint(("colon", "so", "open")) and not cases.text().lower().startswith("then"):
        cases.at = begin
        _add(cases, value, f"not ({test})")
        return
    while cases.kind() in _LEADING:
        cases.at += 1
    cases.said = value
    _add(cases, _value(cases), test)
    _add(cases, value, "")


def _add(cases: _Cases, value: str, test: str) -> None:
    """Add a case; one without a test is the rest, of which there is one: at the end, or before a single case."""
    if cases.rest and (cases.branches or not test):
        raise _NoCasesError
    cases.said = value
    if test:
        cases.branches.append((value, test))
    else:
        cases.rest = value


def _value(cases: _Cases) -> str:
    """The value at hand without its left side, which is the same wherever it is said."""
    if cases.kind() == "nought":
        cases.at += 1
        return "0"
    if cases.kind() != "formula":
        raise _NoCasesError
    text = _SIMPLY.sub("", cases.text(), count=1)
    cases.at += 1
    sides = _EQUALS.split(outside_brackets(text))
    if re.search(RELATION, outside_brackets(text)):
        raise _NoCasesError
    if len(sides) > 1:
        left = text[: len(sides[0])].strip()
        text = text[len(text) - len(sides[-1]) :].strip()
    if len(sides) > 1 and not _OPERATOR.search(outside_brackets(left)):
        if not left or (cases.left and re.sub(r"\s", "", left) != re.sub(r"\s", "", cases.left)):
            raise _NoCasesError
        cases.left = cases.left or left
    elif len(sides) > 1 and (not (left and text) or _says_more(left, cases.known)):
        raise _NoCasesError
    same = _THE_SAME.match(text)
    if same is not None and cases.said:
        text = f"({cases.said}) {_SIGN_OF_WORD.get(same['sign'].lower(), same['sign'])} {text[same.end() :]}"
    text = _NUMBERS.get(text.lower(), text)
    if not text or _says_more(text, cases.known):
        raise _NoCasesError
    return text


def _says_more(text: str, known: Set[str], allowed: Set[str] = _OPERATORS) -> bool:
    """Whether a formula holds words that are no names."""
    words = {word.lower() for word in _WORD.findall(outside_brackets(text)) if word not in known}
    return any(is_word(word) or word in _SHORT for word in words - allowed)


def _test(cases: _Cases, behind: bool) -> str:
    """The test at hand, `behind` its value or before it, in signs; empty where it means all the rest."""
    kind = cases.kind()
    cases.at += 1
    if kind == "else":
        return ""
    if kind in ("on", "off"):
        if cases.kind() == "formula" and (own := _condition(cases, cases.text())):
            cases.at += 1
            return own
        if cases.letters is None:
            raise _NoCasesError
        return " = ".join(cases.letters) if kind == "on" else " != ".join(cases.letters)
    if cases.kind() == "lead" and cases.kind(1) == "formula" and cases.pieces[cases.at + 1].text.endswith(")"):
        cases.at += 1  # where it is off (Z < 0)
    if cases.kind() != "formula":
        raise _NoCasesError
    said = cases.text()
    parted = None if behind else _TEST_THEN_VALUE.match(outside_brackets(said))
    if parted is not None:  # for the negatives (j != c) p_j
        test = _condition(cases, said[: parted.end("test")])
        cases.pieces[cases.at] = SentencePiece("formula", said[parted.start("value") :], cases.pieces[cases.at].start)
        if not test:
            raise _NoCasesError
        return test
    cases.at += 1
    if cases.kind() == "comma" and cases.kind(1) == "that":
        cases.at += 1
    if cases.kind() == "that" and cases.kind(1) == "formula" and _CALLED.fullmatch(said + " "):
        said = cases.pieces[cases.at + 1].text
        cases.at += 2
    test = _condition(cases, said)
    while cases.kind() in ("and", "comma") and cases.kind(1) == "formula":
        joined, more = _OR.subn("", cases.pieces[cases.at + 1].text)[::-1]
        more = _condition(cases, more)
        value = cases.kind(2) in _OPENING if behind else cases.kind() == "comma" and not re.search(RELATION, more)
        if not more or value:
            break
        test = f"{test} {'or' if joined else 'and'} {more}"
        cases.at += 2
    if not test:
        raise _NoCasesError
    cases.first = cases.first or re.split(rf"{RELATION}|=", test)[0].strip()
    return test


def _condition(cases: _Cases, text: str) -> str:
    """A test in signs without what it is called and what is said beside it; empty where it has no signs."""
    text = re.sub(r"\s+equals\s+", " = ", re.sub(rf"^it(?=\s*{RELATION})", lambda _: cases.first or "it", text))
    adjective = _ADJECTIVE.match(text)
    if adjective and not re.search(rf"{RELATION}|=", text):  # for positive x
        text = f"{text[adjective.end() :]} {'>' if adjective['sign'].lower() == 'positive' else '<'} 0"
    aside = _ASIDE.search(outside_brackets(text))
    if aside is not None and text[aside.start("aside")] == "(":
        inner, before = text[aside.start("aside") + 1 : -1], text[: aside.start()]
        if re.search(rf"{RELATION}|=", inner) and _CALLED.fullmatch(before + " "):
            text = re.sub(r",\s+(?=(?:or|and)\s)", " ", inner)
        elif re.search(rf"{RELATION}|=", outside_brackets(before)) and _CALLED.fullmatch(inner + " "):
            text = before
    called = _SUBJECT.match(text)
    if called is not None and called[0]:
        if not cases.known.isdisjoint(called[0].split()) or re.search(rf"\b{_TURNS}\b", called[0]):
            return ""
        text = text[called.end() :]
    text = _NUMBERED.sub(lambda found: " " + _NUMBERS[found[0].strip().lower()], text)
    return (
        ""
        if not re.search(rf"{RELATION}|=", outside_brackets(text)) or _says_more(text, cases.known, _JOINING)
        else text
    )
