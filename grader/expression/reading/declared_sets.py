r"""Sets that a rubric declares: ``\sum_{u \in N(v)} h_u`` -> ``\sum_{u: A_{v,u} = 1} h_u``.

Names of a model may hold sets: they have the role "set", and as `latex` and `function` the condition that holds of what
is in the set, in LaTeX and in plain text, with MEMBER and OWNER for the letters of what is in it and whose it is. A set
of pairs has two `arguments`, and OWNER for the second of a pair.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.expression.language.names import Declared, Names, kept_by_names
from grader.expression.language.words import GREEK

MEMBER, OWNER = "membersletter", "ownersletter"
_SHAPE = re.compile(
    r"\s*(?P<base>\\[A-Za-z]+(?:\s*\{\s*[A-Za-z]+\s*\}|\s+[A-Za-z]+)?|[A-Za-z]+)\s*(?:\(\s*(?P<call>[^()]+?)\s*\)|_\s*\{?\s*(?P<below>(?:[^{}()]|\{[^{}()]*\})+?)\s*\}?)?\s*"
)
_DRESS = r"\\(?:mathcal|mathscr|mathbb|mathbf|mathrm|mathit|mathsf|text|textrm|textit|textbf|operatorname|bm|cal)\s*"
_LETTER = r"[A-Za-z]|\\[a-z]+"
_NOT_IN = r"(?P<not>\\notin(?![A-Za-z])|∉|\\not\s*\\in(?![A-Za-z])|\bnot\s+in\b)"
_IN = rf"(?P<member>[A-Za-z])\s*(?:{_NOT_IN}|\\in(?![A-Za-z])|∈|\bin\b)\s*"
_PAIR = (
    r"(?:(?P<open>\\?[({]|\\left\s*\()\s*)?(?<![A-Za-z\\])(?P<member>[A-Za-z])\s*,?\s*(?P<second>[A-Za-z])\s*"
    rf"(?(open)(?:\\right\s*)?\\?[)}}]\s*)(?:{_NOT_IN}|\\in(?![A-Za-z])|∈|\bin\b)\s*"
)
_MORE = r"(?P<more>(?:\s*\\(?:cup|setminus|backslash)\s*\\?\{\s*(?:[A-Za-z]|\\[a-z]+)\s*\\?\})?)"
_UNDER = re.compile(r"(?:sum|prod|max|min)\s*_\s*(?P<open>[{(]\s*)?$")
_OVER = (
    r"\b(?:the\s+)?(?P<what>sum|product)\s+(?:taken\s+)?over\s+(?:(?:all|the|every)\s+)*"
    r"(?:(?:pairs?|edges?|neighbou?rs?)\s+)?\$?"
)
_COUNTED = r"(?:\\?\||\\[lr]?vert\s*|\\left\s*\||\\#\s*|#\s*)\s*"
_SPARE = "wqzsrpgfcb"


def with_declared_sets(text: str, names: Names) -> str:
    """The text with the condition of a set for what is said to be in it, and a sum for how many there are."""
    for declared, counted, among, over in _patterns(names):
        if "in" in text or "∈" in text or "∉" in text:
            text = over.sub(_in_words(text, declared), text)
            text = among.sub(_condition(text, declared), text)
        if "|" in text or "vert" in text or "#" in text:
            text = counted.sub(_count(text, declared), text)
    return text


@kept_by_names
def _patterns(names: Names) -> tuple[tuple[Declared, re.Pattern[str], re.Pattern[str], re.Pattern[str]], ...]:
    """Each way to write a set, with what finds how many are in it, what is in it, and a sum over it in words."""
    found = []
    for declared in sorted(names, key=lambda one: len(one.arguments)):  # V_L before the V_v of a v
        for spelling in (declared.name, *declared.aliases) if declared.role == "set" else ():
            pairs = len(declared.arguments) == 2
            name = _name(spelling, () if pairs else declared.arguments)
            if name:
                among = (_PAIR if pairs else _IN) + name + _MORE
                counted = re.compile(rf"{_COUNTED}{name}\s*(?:\\?\||\\[lr]?vert(?![A-Za-z])|\\right\s*\||(?<=\)))")
                over = re.compile(_OVER + among + r"\$?\s+of\s+(?=\S)", re.IGNORECASE)
                found.append((declared, counted, re.compile(among), over))
    return tuple(found)


def _name(spelling: str, letters: tuple[str, ...]) -> str:
    """The pattern that finds a set: its letter in any dress, with whose it is in brackets or below."""
    shape = _SHAPE.fullmatch(spelling)
    if shape is None:
        return ""
    base = re.escape(re.sub(r"\\[A-Za-z]+|[{}\s]", "", shape["base"]) or shape["base"])
    if base in map(re.escape, GREEK):
        base = rf"\\?{base}"
    bare = base if base.startswith("\\\\") else rf"(?<![A-Za-z\\]){base}"
    head = rf"(?:{_DRESS}\{{\s*{base}\s*\}}|{_DRESS}{base}|{bare})"
    owner = shape["call"] or shape["below"]
    if owner and not letters:
        return head + _labelled(re.sub(r"\\[A-Za-z]+(?=\s*\{)|[{}\s]", "", owner))
    if not owner or not letters:
        return head + r"(?![A-Za-z(_])"
    place = re.escape(re.sub(r"[{}\s]", "", owner))
    own = re.compile(rf"(?<![A-Za-z]){letters[0]}(?![A-Za-z])")
    whose = [own.sub(lambda _, k=k: _braced(k), place) for k in "abc"]  # type: ignore[misc]
    called = rf"(?:\\left\s*)?\(\s*{whose[0]}\s*(?:\\right\s*)?\)"
    return rf"{head}\s*(?:{called}|_\s*\{{\s*{whose[1]}\s*\}}|_\s*{whose[2]})"


def _labelled(label: str) -> str:
    """The pattern of what is part of a set's name and no letter of an owner, below it or in brackets: ``V_L``."""
    bare = re.escape(label)
    dressed = rf"(?:{bare}|{_DRESS}\{{\s*{bare}\s*\}})"
    dressed = rf"(?:{dressed}|\{{\s*{dressed}\s*\}})"
    return rf"\s*(?:_\s*{dressed}|(?:\\left\s*)?\(\s*{dressed}\s*(?:\\right\s*)?\))(?![A-Za-z0-9(_])"


def _braced(place: str) -> str:
    """A letter, in braces or bare, as a group of one of two names."""
    return rf"\s*(?:\{{\s*(?P<{place}in>{_LETTER})\s*\}}|(?P<{place}bare>{_LETTER}))"


def _owner(found: re.Match[str]) -> str:
    groups = found.groupdict()
    return next((groups[name] for name in groups if name[1:] in ("in", "bare") and groups[name]), "")


def _said(text: str, declared: Declared, member: str, owner: str) -> str:
    written = declared.latex if "\\" in text else declared.function
    return written.replace(MEMBER, member).replace(OWNER, owner)


def _condition(text: str, declared: Declared) -> Callable[[re.Match[str]], str]:
    """What is put for ``u \\in N(v)``: behind a sign of a sum ``u: A_{v,u} = 1``, anywhere else the condition alone."""
    either, both = (r" \lor ", r" \land ") if "\\" in text else (" or ", " and ")

    def put(found: re.Match[str]) -> str:
        member = found["member"]
        said = _said(text, declared, member, _second(found))
        if found["more"]:
            other = re.findall(r"[A-Za-z]+", found["more"])[-1]
            said += f"{either}{member} = {other}" if "cup" in found["more"] else f"{both}{member} != {other}"
        if found["not"]:
            return rf"\lnot ({said})" if "\\" in text else f"not ({said})"
        under = _UNDER.search(text, 0, found.start())
        said = f"{_letters(found)}: {said}" if under else said
        return f"{{{said}}}" if under and not under["open"] else said

    return put


def _in_words(text: str, declared: Declared) -> Callable[[re.Match[str]], str]:
    """``sum_{u: A_vu = 1} `` for ``the sum over u in N(v) of``."""
    sign = "\\" if "\\" in text else ""

    def put(found: re.Match[str]) -> str:
        if found["not"] or found["more"]:
            return found[0]
        said = _said(text, declared, found["member"], _second(found))
        return f"{sign}{found['what'].lower().removesuffix('uct')}_{{{_letters(found)}: {said}}} "

    return put


def _letters(found: re.Match[str]) -> str:
    """What is in a set, as it stands under a sum."""
    second = found.groupdict().get("second")
    return f"({found['member']}, {second})" if second else found["member"]


def _second(found: re.Match[str]) -> str:
    """The letter of whose set it is, or the second of a pair."""
    return found.groupdict().get("second") or _owner(found)


def _count(text: str, declared: Declared) -> Callable[[re.Match[str]], str]:
    used = set(re.findall(r"[A-Za-z]", text))

    def put(found: re.Match[str]) -> str:
        letter, second = [*(one for one in _SPARE if one not in used), "w", "q"][:2]
        sign = r"\sum" if "\\" in text else "sum"
        if len(declared.arguments) == 2:
            return f"({sign}_{{({letter}, {second}): {_said(text, declared, letter, second)}}} 1)"
        return f"({sign}_{{{letter}: {_said(text, declared, letter, _owner(found))}}} 1)"

    return put
