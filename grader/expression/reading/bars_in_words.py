r"""Bars that words explain as means: ``\overline{h_j} (bars: average over n)`` is ``\frac{1}{N} \sum_n h_{nj}``.

A bar over a product of vectors needs no words, ``g_i - \overline{g \hat x}``: it is no name, and an adjoint of none.
"""

from __future__ import annotations

import re

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Declared, Names
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import batch_size, plain_spelling, quantities_by_spelling

BARS = "bars"  # the note on bars that were taken as means where nothing says so
_MOST = 8  # bars of a text
_BEGINS = re.compile(
    r"(?<=[\w)\]}])[\s,;.]{0,9}(?:\\q?quad\b\s{0,3}|\\[,;: ]\s{0,3}){0,3}(?:\\text\s?\{\s?)?\(?\s?(?:\\text\s?\{\s?)?"
    r"(?:\b(?:where|with|here|and)\b[\s}$]{0,5})?(?:(?:(?:the|all)\s)?\b(?:over-?)?(?:bars?|lines?)\b"
    r"|\\(?:bar|overline)\s*\{?\s*\\?[A-Za-z]+\s*\}?(?:_\{?\w\}?)?[\s$]*(?:\\text\s*\{\s*)?\b(?:is|denotes|being|the)\b)",
    re.IGNORECASE,
)
_DRESS = re.compile(r"\\(?:text|mathrm|q?quad)\b|\\[,;: ]|[{}$()~.,;:=]")
_OVER = (
    r"(?: (?:taken )?(?:over|across|along) (?:the |all |every )*"
    r"(?:(?P<examples>examples?|samples?|(?:mini-?)?batch|data)"
    r"|(?P<entries>features?|entries|components?|units?|coordinates|vector|axis)"
    r"|(?:index |examples? )?(?P<letter>[a-zA-Z])))?"
)
_SAID = re.compile(
    r"\s*(?:where |with |here |and )?"
    r"(?:(?:the |all )?(?:over-?)?(?:bars?|lines?)|\\(?:bar|overline) ?\\?[A-Za-z]+(?:_ ?\w)?) "
    r"(?:(?:is|are|denotes?|denoting|for|means?|meaning|being|stands? for|indicates?) )?(?:taken as )?(?:the |an? )?"
    rf"(?P<batch>(?:mini-?)?batch |sample )?(?:means?|averages?|averaging)"
    rf"(?: of (?:the |all )*(?:\\?\w+))?{_OVER}\s*",
    re.IGNORECASE,
)
_BAR = re.compile(r"\\(?:overline|bar)\s*(?=\{)|\\bar\s*(?P<bare>\\[A-Za-z]+|[A-Za-z])")
_BELOW = re.compile(r"\s*_\s*(?:\{\s*([a-z]{1,3})\s*\}|([a-z]))(?![A-Za-z])")
_PIECE = re.compile(
    r"(?P<name>(?:\\(?:hat|tilde|mathbf|boldsymbol)\s*(?:\{\s*\\?[A-Za-z]+\s*\}|\\?[A-Za-z]+)"
    r"|\\(?!cdot|odot|circ|left|right)[A-Za-z]+|[A-Za-z]))(?P<below>\s*_\s*(?:\{\s*[a-z]{1,3}\s*\}|[a-z](?![A-Za-z])))?"
    r"|(?P<other>\\(?:cdot|odot|circ|left|right|[,;!])|[\d()+\-*\s])"
)


def with_means_of_bars(text: str, names: Names | None, notes: list[str]) -> str:
    """The text with sums for its bars, where words, or a bar over a product, say that they are means."""
    if ("\\overline" not in text and "\\bar" not in text) or names is None or len(text) > LONGEST:
        return text
    begins = _BEGINS.search(text)
    said = _SAID.fullmatch(" ".join(_DRESS.sub(" ", text[begins.start() :]).split())) if begins else None
    if said is None and (begins or not _over_a_product(text)):
        return text
    formula = text[: begins.start()] if begins else text
    changed = _changed(formula, names, said)
    if changed is None:
        return text
    if said is None:
        notes.append(BARS)
    return changed


def _over_a_product(text: str) -> bool:
    """Whether a bar of the text is over more than one name."""
    for found in _BAR.finditer(text):
        body, _ = _body(text, found)
        if len([piece for piece in _PIECE.finditer(body) if piece["name"]]) > 1:
            return True
    return False


def _changed(text: str, names: Names, said: re.Match[str] | None) -> str | None:
    """The text with a sum for each bar; None where one of them can't be told."""
    at = count = 0
    while found := _BAR.search(text, at):
        body, end = _body(text, found)
        if plain_spelling(text[found.start() : end].replace("overline", "bar")) in quantities_by_spelling(names):
            at = end
            continue
        below = _BELOW.match(text, end)
        outer = (below[1] or below[2]) if below else ""
        mean = _mean(body, outer, text, names, said) if count < _MOST else ""
        if not mean:
            return None
        text = text[: found.start()] + mean + text[below.end() if below else end :]
        at, count = found.start() + len(mean), count + 1
    return text if count else None


def _body(text: str, found: re.Match[str]) -> tuple[str, int]:
    """What stands below a bar, and the place behind it."""
    if found["bare"]:
        return found["bare"], found.end()
    depth = 0
    for at in range(found.end(), len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return text[found.end() + 1 : at], at + 1
    return "", len(text)


def _mean(body: str, outer: str, text: str, names: Names, said: re.Match[str] | None) -> str:
    """The sum for one bar over `body`, whose names have the letters `outer` or their own; empty where none fits."""
    known, at, pieces = quantities_by_spelling(names), 0, []
    while at < len(body):
        piece = _PIECE.match(body, at)
        if piece is None:
            return ""
        declared = known.get(plain_spelling(piece["name"])) if piece["name"] else None
        if piece["name"] and declared is None and piece["name"].lstrip("\\") not in SPELLINGS:
            return ""
        pieces.append((piece, declared))
        at = piece.end()
    arrays = [(piece, one, _letters(piece, one, outer)) for piece, one in pieces if one is not None and one.axes]
    summed = _summed(arrays, said)
    if summed:
        return rf"\left(\frac{{1}}{{{summed}}}\sum_{{{said['letter']}}} ({body})\right)" if said and not outer else ""
    size = _size(arrays, text, names, said)
    letter = next(
        (
            sign
            for sign in "abcdefghijklmnopqrstuvwxyz"
            if not re.search(rf"(?<![A-Za-z]){sign}|_\{{?[a-z]*{sign}", text)
        ),
        "",
    )
    if not size or not letter:
        return ""
    out = []
    for piece, one in pieces:
        letters = _letters(piece, one, outer) if one is not None else ""
        if one is None or size not in one.axes:
            out.append(piece[0] if not letters or piece["below"] else f"{piece[0]}_{{{letters}}}")
            continue
        if one.axes.count(size) > 1 or len(letters) != len(one.axes) - 1:
            return ""
        place = one.axes.index(size)
        out.append(f"{piece['name']}_{{{letters[:place]}{letter}{letters[place:]}}}")
    return rf"\left(\frac{{1}}{{{size}}}\sum_{{{letter}}} ({''.join(out)})\right)"


def _summed(arrays: list[tuple[re.Match[str], Declared, str]], said: re.Match[str] | None) -> str:
    """The size that the letter of a mean counts where all that has its axis has that letter; else empty."""
    letter = said["letter"] if said is not None else None
    if not letter:
        return ""
    whole = [(one.axes, letters) for _, one, letters in arrays if letter in letters and len(letters) == len(one.axes)]
    sizes = {axes[letters.index(letter)] for axes, letters in whole}
    size = sizes.pop() if len(sizes) == 1 else ""
    places = [(one.axes.index(size), letters.find(letter)) for _, one, letters in arrays if size in one.axes]
    return size if all(axis == place for axis, place in places) else ""


def _letters(piece: re.Match[str], one: Declared | None, outer: str) -> str:
    """The letters that a name below a bar has, of its own or those of the bar as far as its axes go."""
    own = re.sub(r"[^a-z]", "", piece["below"] or "")
    return own or (outer if one is not None and len(one.axes) >= max(1, len(outer)) else "")


def _size(
    arrays: list[tuple[re.Match[str], Declared, str]], text: str, names: Names, said: re.Match[str] | None
) -> str:
    """The size of the axis that a mean is over; empty where it is not plain."""
    lacking = [frozenset(one.axes) for _, one, letters in arrays if len(letters) < len(one.axes)]
    if not lacking:
        return ""
    common = frozenset.intersection(*lacking)
    if said is not None and said["letter"]:
        named = [size for size in common if size.lower() == said["letter"].lower()]
        return named[0] if len(named) == 1 else _by_letter(said["letter"], common, text, names)
    if said is not None and (said["batch"] or said["examples"]):
        return batch_size(names, common)
    alone = {axes for axes in lacking if len(axes) == 1}
    return next(iter(common)) if len(common) == 1 and alone else ""


def _by_letter(letter: str, common: frozenset[str], text: str, names: Names) -> str:
    """The size of the axis that a letter enters elsewhere in the text."""
    known = quantities_by_spelling(names)
    found = set()
    for piece in _PIECE.finditer(text):
        letters = re.sub(r"[^a-z]", "", piece["below"] or "") if piece["name"] else ""
        declared = known.get(plain_spelling(piece["name"])) if letter in letters else None
        if declared is not None and len(declared.axes) == len(letters):
            found.add(declared.axes[letters.index(letter)])
    fits = found & common
    return next(iter(fits)) if len(fits) == 1 else ""
