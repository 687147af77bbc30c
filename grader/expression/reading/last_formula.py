r"""The formula that a text in words comes to: ``the score is s_i, hence -1/n \sum_i s_i x_i`` or ``F, as usual``.

A text that can't be read as a whole is cut into words and formulas. The answer is the last formula that is no name and
no definition; what it equals is known, so that words beside it need no understanding unless they are of the few that
make another formula of it (``the negative of``, ``, multiplied by``) or say when it holds (``if``).
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.words import is_word
from grader.expression.reading.functions_in_words import names_function
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import (
    CHANGES,
    CHANGES_BEHIND,
    DEPENDS,
    IN_NOUNS,
    NO_CHANGE,
    OPERATES_ON_ALL,
    TELLS,
)

PLACE = "\x1a"  # where the formula stood in what was said around it
LAST_FORMULA = "last_formula"  # the note on a reading that holds only the last formula of its text
MOST_NAMES = 12  # that an answer defines one behind the other
_SPACE = re.compile(
    r"\\(?:text|textrm|textbf|textit|mbox)\s*\{([^{}]*)\}|\\(?:q?quad|begin\{\w+\*?\}|end\{\w+\*?\}|[,;!\s()\[\]])|[$`~&]"
)
_ARROW = re.compile(r"\\(?:(?:Long)?[Rr]ightarrow|implies|therefore|leadsto)\b|=>|⇒|⟹|→|∴")
_CALL = re.compile(r"(?<=[a-z]{3})!(?=\s)")
_SHORT = re.compile(r"(?<![\w.])(?:i\.\s?e\.|e\.\s?g\.|w\.\s?r\.\s?t\.|resp\.)")
_SPELLED_OUT = {"i": "viz", "e": "like", "w": "by", "r": "or"}
_WORD = re.compile(r"(?<![\w\\^_.{])[A-Za-z][a-z]*(?:['’-][a-z]+)*(?![\w^_{\[(']|\.\w)")
_TWO = frozenset(re.findall(r"\w+", "is in of to by we so as at an on it if or no be do us my up he me am"))
_CUT = re.compile(r"\n|[;:](?=\s|$)|\.(?=\s|$)|,(?=\s)")
_EDGE = " \t\n,;:."
_NAME = r"\\?[A-Za-z]+(?:\s?\{\\?\w+\})?(?:\s?\^\{?\(?\w{1,3}\)?\}?)?(?:\s?_\{?[\w,\s]{1,8}\}?)?'*"
_NAMED = re.compile(
    rf"(?:\\(?:bar|hat|tilde|overline|mathbf|vec)\s?)?{_NAME}(?:\([\w,\s\\]{{0,12}}\))?|d\w+\s?/\s?d\w+|\(?\w\s?(?:x|×|\\times|by|,)\s?\w{{1,2}}\)?|\d{{1,3}}"
    r"|\\[dt]?frac\s?\{\s?(?:\\partial|d)[^{}]*\}\s?\{\s?(?:\\partial|d)[^{}]*\}"
)
_DERIVED = re.compile(
    r"(?:d\w{0,8}\s*/\s*d\w|\\[dt]?frac\s*\{\s*(?:\\partial|d)|\\?partial|\\?nabla|∂|∇)[^\n=]{0,60}?=|d[A-Z]\w{0,4}\s*="
)
_PARTIAL = re.compile(r"\\[dt]?frac|\\?partial|\\?nabla|∂|∇|d\w*\s*/")
_DEFINES = re.compile(rf"((?:\\(?:bar|hat|tilde|overline|mathbf|mathcal)\s?)?{_NAME})\s*:?=(?!=)")
_LET = frozenset(re.findall(r"\w+", "with where let define defining setting taking and write writing put"))
_LEADS = frozenset(
    re.findall(
        r"[\w']+",
        """is are equals becomes gives give giving yields yield get gets obtain obtains have has find finds so hence
    thus therefore consequently that then namely together altogether overall finally remains leaves leaving produces
    viz that's it's""",
    )
)
_LEADS_TO = frozenset(
    re.findall(r"\w+", "equal equals leads lead simplifies reduces comes combine combines amounts boils collapses down")
)
# "In matrices F", which no product begins with
_HOLDS_BACK = frozenset(re.findall(r"\w+", "in by via using after from as"))
_CONCLUDES = frozenset(re.findall(r"\w+", "so hence thus therefore consequently then finally altogether"))
_NO_LEAD = frozenset(
    re.findall(
        r"\w+", "of by to from with than on over in for at like without the a an and or as its per into onto under"
    )
)
_TAILS = frozenset(
    re.findall(
        r"\w+",
        """where with since because as using by which so due thanks from via here whose is and elementwise entrywise
    componentwise""",
    )
)
_EVERY = frozenset(("all", "every", "each", "any"))
_OTHER = frozenset(("other", "others", "rest", "remaining"))
_SAYS_WHAT = frozenset(re.findall(r"\w+", "is are be being denotes denote stands means the an a as has having"))
_REASONS = frozenset(re.findall(r"\w+", "as since because using by from"))
_EQUATION = re.compile(r"[^=<>]+=[^=<>]+")
_INTRODUCED = re.compile(r"\b(?:so|hence|thus|therefore|consequently|finally|giving|yielding)\b|[.;:,\n]")
_OPERATOR_AT_END = re.compile(
    r"(?:[-+*/=^_@<>|]|\\(?:cdot|times|circ|odot|otimes|le|ge|ne|lt|gt|in|sum|propto)|\bsum)$"
)
_STARTS_LATE = re.compile(r"[+*/^@<>)\]]|\\(?:cdot|times|circ|odot)\b")


@dataclass(frozen=True, slots=True)
class SaidPiece:
    """A word of a text, or a formula between its words: where it begins and ends."""

    begin: int
    end: int
    word: str = ""


def spaced(text: str) -> str:
    """A text with what only sets it out blanked, and arrows as colons, at the same length."""
    text = _SPACE.sub(lambda m: " " * (m.start(1) - m.start()) + m[1] + " " if m[1] else " " * len(m[0]), text)
    text = _ARROW.sub(lambda m: ":".ljust(len(m[0])), text)
    text = _CALL.sub(".", text)
    return _SHORT.sub(lambda m: _SPELLED_OUT[m[0][0]].ljust(len(m[0])), text)


def pieces(text: str, known: Set[str] = frozenset()) -> tuple[SaidPiece, ...]:
    """The words and formulas of a `spaced` text, in order; names that are `known` are no words."""
    found: list[SaidPiece] = []
    at = 0
    for match in _WORD.finditer(text):
        if _is_spoken(
            text, match, known, bool(found) and bool(found[-1].word) and not text[found[-1].end : match.start()].strip()
        ):
            found += _formulas(text, at, match.start())
            found.append(SaidPiece(match.start(), match.end(), match[0].lower()))
            at = match.end()
    return (*found, *_formulas(text, at, len(text)))


def _is_spoken(text: str, match: re.Match[str], known: Set[str], behind_word: bool) -> bool:
    """Whether letters are a word of a sentence, and no name or function of a formula."""
    written, behind = match[0], text[match.end() :].lstrip(" ")
    goes_on = re.match(r"[A-Za-z][a-z]+\b", behind)
    goes_on = None if goes_on and goes_on[0] in SPELLINGS else goes_on
    if written in known or (len(written) == 2 and text[: match.start()].rstrip(" ")[-1:] == "="):
        return False
    if len(written) == 1:
        article = written in "aI" and goes_on and (written == "I" or behind_word or not text[: match.start()].strip())
        return bool(article) or (written == "a" and re.search(r",\s+$", text[: match.start()]) is not None)
    if len(written) == 2:
        return written.lower() in _TWO
    if written.lower() in SPELLINGS:
        return written.lower() == "where" or goes_on is not None or not behind or behind[0] in ",.:;)\n" or behind_word
    equation = re.match(r":?=(?!=)", behind)
    if written.lower() in _LEADS:
        return True  # that's
    several = [part for part in re.split(r"['’-]", written.lower()) if len(part) > 1]
    spoken_parts = all(len(part) == 2 or is_word(part) or (part in SPELLINGS and len(several) > 1) for part in several)
    named = re.search(r"\b[a-z]-|-[a-z]\b|(?:hat|bar)-", written)
    return spoken_parts and not named and (equation is None or behind_word)


def _formulas(text: str, begin: int, end: int) -> list[SaidPiece]:
    """The formulas in a stretch without words, which commas, colons and full stops part."""
    found, depth, start = [], 0, begin
    opened = text.rfind(" (", begin, end)
    if opened > begin and text.count(")", opened, end) == 0:  # "F (* = elementwise)"
        return [*_formulas(text, begin, opened), *_formulas(text, opened + 2, end)]
    cuts = {cut.start() for cut in _CUT.finditer(text, begin, end)}
    for at in range(begin, end):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if at in cuts and depth <= 0:
            found.append((start, at))
            start = at + 1
    made = []
    for low, high in (*found, (start, end)):
        while low < high and (
            text[low] in _EDGE or (text[low] == ")" and text.count("(", low, high) < text.count(")", low, high))
        ):
            low += 1
        while low < high and (
            text[high - 1] in _EDGE
            or (text[high - 1] == "(" and text.count("(", low, high) > text.count(")", low, high))
            or (text[high - 1] == ")" and text.count("(", low, high) < text.count(")", low, high))
        ):
            high -= 1
        if low < high and re.search(r"[\w∂∇α-ωΑ-Ω]", text[low:high]):
            made.append(SaidPiece(low, high))
    return made


def last_formula(text: str, known: Set[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """The text with all but the formula that it comes to blanked, and what was blanked; none where that is not plain.

    Before it comes, where words define names, the formula with these definitions.
    """
    if len(text) > LONGEST or DEPENDS.search(NO_CHANGE.sub(" ", without_marks := spaced(text))):
        return ()
    parts = pieces(without_marks, known)
    lines = parts and "\n" in text and _DERIVED.match(without_marks, parts[-1].begin)
    if not (any(part.word for part in parts) or lines or _ARROW.search(text)):
        return ()  # formulas beside each other without a word are two answers
    for at in reversed(range(len(parts))):
        if parts[at].word or _beside(without_marks, parts, at):
            continue
        return blanked(text, without_marks, parts, at) if _is_answer(without_marks, parts, at) else ()
    return ()


def _beside(text: str, parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether a formula is a name alone in a sentence, or a definition."""
    written = text[parts[at].begin : parts[at].end]
    if _NAMED.fullmatch(written):
        return not (
            at + 1 == len(parts)
            and at
            and (parts[at - 1].word in _LEADS or ":" in text[parts[at - 1].end : parts[at].begin])
        )
    if at and text.count("(", 0, parts[at].begin) > text.count(")", 0, parts[at].begin):
        return any(not part.word for part in parts[:at])  # in a remark behind a formula
    if at and parts[at - 1].word in _REASONS and not _DERIVED.match(written) and _EQUATION.fullmatch(written):
        return at > 1  # a reason behind the formula
    return _is_defined(text, parts, at)


def _is_defined(text: str, parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether a formula is a definition that a word such as *where* introduces, or one behind another."""
    for _ in range(MOST_NAMES):
        if at <= 0:
            return False
        written = text[parts[at].begin : parts[at].end]
        if parts[at].word or _PARTIAL.match(written) or not _DEFINES.match(written):
            return False
        before = parts[at - 1]
        if before.word in _LET - {"and"}:
            return True
        if before.word not in ("", "and") or "\n" in text[before.end : parts[at].begin]:
            return False
        at -= 1 + bool(before.word)
    return False


def _is_answer(text: str, parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether nothing round a formula makes another one of it."""
    begin, end = parts[at].begin, parts[at].end
    written = text[begin:end]
    if not (begins(text, parts, at) and _ends(text, parts, at)):
        return False
    if not is_whole(written):
        return False
    before = text[:begin].rstrip(_EDGE)
    clause = before[max((found.end() for found in _INTRODUCED.finditer(before)), default=0) :]
    tail = spoken(text[end:], tuple(SaidPiece(one.begin - end, one.end - end, one.word) for one in parts[at + 1 :]))
    # what an equation of a derivative says, nothing before it changes that is apart from it
    stated = _DERIVED.match(written) and (before != text[:begin].rstrip() or (at and parts[at - 1].word in _CONCLUDES))
    gap = before != text[:begin].rstrip() or parts[max(0, at - 1)].word in _LEADS | {"to"}
    sentence = re.split(r"[.:;\n](?=\s)", before)[-1]
    if not stated and _changes(clause, gap and TELLS.search(sentence) is not None):
        return False
    if CHANGES_BEHIND.search(_meant(tail)):
        return False
    return not (names_function(text[end:]) and any(says_what(parts, number) for number in range(at + 1, len(parts))))


def is_whole(written: str) -> bool:
    """Whether a formula has both sides of its operators and brackets."""
    cut = _STARTS_LATE.match(written) or _OPERATOR_AT_END.search(written)
    return not cut and all(written.count(one) == written.count(other) for one, other in ("()", "[]", "{}"))


def _changes(clause: str, tells: bool) -> bool:
    """Whether a clause before a formula makes another one of it; one that `tells` may speak of quantities in it."""
    return (OPERATES_ON_ALL if tells else CHANGES).search(_meant(clause)) is not None


def _meant(words: str) -> str:
    """Words without the phrases that say nothing, or what a formula is."""
    return IN_NOUNS.sub(" ", NO_CHANGE.sub(" ", words))


def says_what(parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether the words behind a name say what it is: ``\\theta the Heaviside step``."""
    return (
        at + 1 < len(parts)
        and not parts[at].word
        and parts[at + 1].word in _SAYS_WHAT
        and not (at and parts[at - 1].word == "of")
    )


def is_named(written: str) -> bool:
    """Whether a formula is a name alone, a derivative that is named, or a shape."""
    return _NAMED.fullmatch(written) is not None


def spoken(text: str, parts: tuple[SaidPiece, ...]) -> str:
    """A text with its formulas blanked."""
    for part in parts:
        if not part.word:
            text = text[: part.begin] + " " * (part.end - part.begin) + text[part.end :]
    return text


def begins(text: str, parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether a formula begins where one is named, and no word before it may be a factor of it."""
    if not at:
        return True
    before, gap = parts[at - 1], text[parts[at - 1].end : parts[at].begin]
    if not before.word:
        return ":" in gap or "\n" in gap or _DERIVED.match(text, parts[at].begin) is not None
    if at == 1 and ":" in gap:
        return False  # a word alone before a colon is a label
    if any(sign in gap for sign in ",;:.\n") or before.word in _LEADS:
        return True
    if text[parts[at].begin] == "=" or (before.word == "and" and _DERIVED.match(text, parts[at].begin)):
        return True  # "the gradient = F"
    earlier = parts[at - 2] if at > 1 else None
    if earlier is None or not earlier.word:
        return False
    if before.word in _NO_LEAD:
        return (before.word == "to" and earlier.word in _LEADS_TO) or (before.word, earlier.word) == ("by", "given")
    first = next(
        i for i in range(at - 1, -1, -1) if i == 0 or re.search(r"[,;:.\n]", text[parts[i - 1].end : parts[i].begin])
    )
    # "so in total F": a word before what is concluded is no factor of it
    return parts[first].word in _HOLDS_BACK | _CONCLUDES or _DERIVED.match(text, parts[at].begin) is not None


def _ends(text: str, parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether what stands behind a formula is a remark, which holds no other one."""
    if at + 1 == len(parts):
        return True
    gap = text[parts[at].end : parts[at + 1].begin]
    if not any(sign in gap for sign in ",;:.(\n") and parts[at + 1].word not in _TAILS and not _is_anywhere(parts, at):
        return False
    return all(
        part.word
        or _NAMED.fullmatch(text[part.begin : part.end])
        or _DEFINES.match(text[part.begin : part.end])
        or (earlier.word in _REASONS and _EQUATION.search(text, part.begin, part.end))
        for earlier, part in pairwise(parts[at:])
    )


def _is_anywhere(parts: tuple[SaidPiece, ...], at: int) -> bool:
    """Whether a formula is said to hold for every index: ``F for all i``, ``F for the entry W_ij``."""
    words = [part.word for part in parts[at + 1 : at + 4]]
    every = words[:1] == ["for"] and words[1:2] and (words[1] in _EVERY or words[1:] == ["the", "entry"])
    return bool(every) and not any(part.word in _OTHER for part in parts[at + 1 :])


def blanked(text: str, plain: str, parts: tuple[SaidPiece, ...], at: int) -> tuple[tuple[str, str], ...]:
    """The formula alone at its place and, before that, with the definitions of names; and what else was said."""
    begin, end = parts[at].begin + (plain[parts[at].begin] == "="), parts[at].end
    answer = re.sub(r"[$`]", " ", text[begin:end])
    alone = " " * begin + answer + " " * (len(text) - end)
    first = _DEFINES.match(answer.strip())
    own = first[1] if first else ""
    around, needed = plain[:begin] + PLACE.ljust(end - begin) + plain[end:], False
    given: list[str] = []
    told, held = {}, answer
    for number, part in enumerate(parts):
        written = plain[part.begin : part.end]
        defined = None if part.word or number == at or written in answer else _DEFINES.match(written)
        if defined is not None and defined[1] != own and not written[defined.end() :].strip().isdigit():
            told[number] = (defined[1], written)
    for number, (name, written) in reversed(told.items()):  # one may be made of those before it
        part = parts[number]
        held_here = _holds(held, name) and not _DERIVED.match(written)
        if not (held_here or _is_defined(plain, parts, number)):
            continue
        given.insert(0, re.sub(r"[$`]", " ", text[part.begin : part.end]))
        needed = needed or held_here
        held = f"{held} ; {written.partition('=')[2]}" if held_here else held
        around = around[: part.begin] + " " * len(written) + around[part.end :]
    bare = (alone, plain[:begin] + PLACE.ljust(end - begin) + plain[end:])
    if not given:
        return (bare,)
    whole = (f"{alone.rstrip()} where {'; '.join(given)}", around)
    return (whole,) if needed else (whole, bare)


def with_definition_behind(text: str, known: Set[str] = frozenset()) -> str:
    """``With m_j = 1[s_j > 0]: F`` as ``F where m_j = 1[s_j > 0]``; empty where no name is set first."""
    plain = spaced(text)
    parts = pieces(plain, known)
    if len(text) > LONGEST or len(parts) < 5 or parts[0].word not in _LET or parts[1].word:
        return ""
    given, last = text[parts[1].begin : parts[1].end], 1
    if parts[2].word == "for" and not parts[3].word and is_named(given):  # "write v_j for 1[...]"
        given, last = f"{given} = {text[parts[3].begin : parts[3].end]}", 3
    gap = plain[parts[last].end : parts[last + 1].begin]
    if _PARTIAL.match(given) or not _DEFINES.match(given) or not any(sign in gap for sign in ":.;\n"):
        return ""
    return f"{text[parts[last].end :].strip(_EDGE)} where {given}" if "$" not in text else ""


def _holds(formula: str, name: str) -> bool:
    """Whether a name stands in a formula, however it is spaced."""
    letters = re.escape(re.sub(r"[{}\s]", "", name))
    return re.search(rf"(?<![A-Za-z\\]){letters}(?![A-Za-z'])", re.sub(r"[{}]", "", formula)) is not None
