r"""Spellings that are no name, as declared -> the name in their place: ``\pi(a|s)``, ``|V|``, ``2N``, ``p(h_j = 1)``.

The tokens of such a spelling are replaced before anything is read. Where its quantity is an array by the letters of its
definition, these letters stand for any place: ``\pi(k|s_t)`` of a pi_tk finds ``\pi(a_t|s_t)`` as pi at (t, a_t).
A name with a dash that was typed without braces, ``Z_1-1``, is the declared ``Z_{1-1}`` likewise, not a difference.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from grader.expression.language.names import Names, kept_by_names
from grader.expression.reading.lexing import lexer_latex, lexer_plain
from grader.expression.reading.lexing.tokens import Token, Unreadable
from grader.expression.reading.spelling.spelled import Spellings

_BRACES = frozenset("{}")
_NAMES = frozenset(("name", "word"))
_PLACES = frozenset(("name", "num"))
_SCRIPT = frozenset(("^", "_"))
LOGARITHMS = frozenset(("log", "ln", "\\log", "\\ln"))
MOST = 40  # tokens of a phrase
MOST_PLACES = 4  # letters that run together below a name


class Phrase(NamedTuple):
    """A spelling as the texts of its tokens, and which of `letters` stands at a place (else -1)."""

    name: str
    texts: tuple[str, ...]
    letters: tuple[int, ...]
    rank: int


def seen(tokens: list[Token]) -> list[int]:
    """The tokens without braces, which say nothing of what is written, nor has the ``^`` before a prime."""
    found = [at for at, token in enumerate(tokens) if token.text not in _BRACES]
    raised = {one for one, other in pairwise(found) if tokens[one].kind == "^" and tokens[other].kind == "'"}
    return [at for at in found if at not in raised]


def _by_letters(tokens: list[Token]) -> tuple[list[Token], list[int]]:
    r"""The tokens with the letters of a subscript apart and without commas between them, and where each comes from.

    So ``z_{nk}`` has places n and k, which ``z_{n,k}`` and ``z_{ij}`` have as well.
    """
    found, origins, below = list[Token](), list[int](), list[bool]()
    for at, token in enumerate(tokens):
        scripted = bool(below and below[-1]) or bool(at and tokens[at - 1].kind == "_")
        if token.text == "{":
            below.append(bool(at) and tokens[at - 1].kind == "_")
        elif token.text == "}" and below:
            below.pop()
        elif scripted and token.kind == ",":
            continue
        letters = token.text if scripted and token.kind in _NAMES and token.text.isalpha() else ""
        if 1 < len(letters) == token.end - token.start <= MOST_PLACES:
            found += [Token("name", sign, token.start + k, token.start + k + 1) for k, sign in enumerate(letters)]
        else:
            found.append(token)
        origins += [at] * (len(found) - len(origins))
    return found, origins


def phrase_tokens(text: str) -> list[Token]:
    """The tokens of a spelling that is no name and may stand for one; none of any other text."""
    try:
        tokens = lexer_latex.lex(text)[0] if "\\" in text or "{" in text else lexer_plain.lex(text)
    except Unreadable:
        return []
    apart = _by_letters(tokens)[0]
    return [apart[at] for at in seen(apart)] if _is_phrase([tokens[at] for at in seen(tokens)]) else []


def _is_phrase(found: list[Token]) -> bool:
    """Whether tokens are a number of a name, what bars enclose, a call, or the logarithm of one."""
    kinds = [token.kind for token in found]
    if not 1 < len(found) <= MOST:
        return False
    if found[0].text == "|" == found[-1].text:
        return len(found) > 2 and all(token.text != "|" for token in found[1:-1])
    if kinds[1] == "^" and len(found) == 3:  # L^{CLIP}: a word above a name is no power
        return kinds[0] in _NAMES and kinds[2] in _NAMES and len(found[2].text) > 2 and found[2].text.isalpha()
    if kinds[0] == "num":
        return kinds[1:] in (["name"], ["joint", "name"])
    if found[0].text in LOGARITHMS:  # \log q(x) of a density that has no name of its own
        found, kinds = found[1:], kinds[1:]
        if kinds and kinds[0] in _NAMES and all(one in _SCRIPT or other in _SCRIPT for one, other in pairwise(kinds)):
            return True
    if kinds[-2] == "^" and kinds[-1] == "num" and len(found) > 3:  # \sigma(x_i)^2 of a variance
        found, kinds = found[:-2], kinds[:-2]
    while kinds and kinds[0] == "accent":  # \hat y(x)
        found, kinds = found[1:], kinds[1:]
    opener = _opener(found)
    depth = [(token.text == "(") - (token.text == ")") for token in found[opener:-1]]
    whole = found[-1].text == ")" and all(sum(depth[:end]) > 0 for end in range(1, len(depth) + 1))
    name = [kind for kind in kinds[:opener] if kind != ")"]
    while name[-1:] == ["'"]:  # u''(x) of a derivative
        name.pop()
    scripted = all(one in _SCRIPT or other in _SCRIPT or one == "(" for one, other in pairwise(name))
    return bool(kinds) and kinds[0] in _NAMES and opener > 0 and scripted and whole and len(depth) > 1


def _opener(found: list[Token]) -> int:
    """Where the brackets of a call open, those of a script left out, as in ``z^{(1)}(x)``; 0 where none do."""
    at = 0
    while at < len(found):
        if found[at].text == "(":
            if not at or found[at - 1].kind not in _SCRIPT:
                return at
            at = next((end for end in range(at, len(found)) if found[end].text == ")"), len(found))
        at += 1
    return 0


@kept_by_names
def phrases_of(names: Names) -> tuple[Phrase, ...]:
    """The phrases of a model, the longest first."""
    found = []
    for declared in names:
        for text, letters in declared.phrases:
            tokens = phrase_tokens(text)
            places = tuple(
                letters.index(token.text) if token.kind == "name" and token.text in letters and at else -1
                for at, token in enumerate(tokens)
            )
            found.append(Phrase(declared.name, tuple(token.text for token in tokens), places, len(letters)))
    return tuple(sorted(found, key=lambda phrase: (-len(phrase.texts), phrase.name)))


def with_phrases(tokens: list[Token], names: Names) -> list[Token]:
    """The tokens with the names of the model in the places of its phrases."""
    phrases = phrases_of(names)
    if not phrases or not {phrase.texts[0] for phrase in phrases} & {token.text for token in tokens}:
        return tokens
    whole = tokens
    tokens, origins = _by_letters(whole)
    visible, made, at, done = seen(tokens), list[Token](), 0, 0
    while at < len(visible):
        first = visible[at]
        for phrase in phrases:
            match = _matched(tokens, visible, at, phrase)
            if match is not None:
                at, entries = match
                made += whole[done : origins[first]]
                last = _last(tokens, first, visible[at - 1]) or visible[at - 1]
                done = origins[last] + 1
                made += _in_place(phrase.name, tokens[first].start, tokens[last].end, entries)
                break
        else:
            at += 1
    return [*made, *whole[done:]]


def is_phrase(text: str, names: Names) -> bool:
    """Whether a text is a phrase of the model and nothing else."""
    phrases = phrases_of(names)
    tokens = phrase_tokens(text) if phrases else []
    ends = [_matched(tokens, seen(tokens), 0, phrase) for phrase in phrases] if tokens else []
    return any(end is not None and end[0] == len(tokens) for end in ends)


def _matched(
    tokens: list[Token], visible: list[int], at: int, phrase: Phrase
) -> tuple[int, tuple[tuple[Token, ...], ...]] | None:
    """Where a phrase that begins at a visible token ends, with what stands for its letters; None where it does not."""
    start = at
    if tokens[visible[at]].text != phrase.texts[0] or not _may_begin(tokens, visible[at]):
        return None
    entries: dict[int, tuple[Token, ...]] = {}
    for text, letter in zip(phrase.texts, phrase.letters, strict=True):
        if at >= len(visible):
            return None
        token = tokens[visible[at]]
        if letter < 0:
            if token.text != text:
                return None
            at += 1
            continue
        taken = [token]
        if token.kind not in _PLACES:
            return None
        behind = [tokens[place] for place in visible[at + 1 : at + 3]]
        if len(behind) == 2 and behind[0].kind == "_" and behind[1].kind in _PLACES:
            taken += behind
        if [one.text for one in entries.setdefault(letter, tuple(taken))] != [one.text for one in taken]:
            return None
        at += len(taken)
    if _last(tokens, visible[start], visible[at - 1]) is None or len(entries) != phrase.rank:
        return None
    return at, tuple(entries[letter] for letter in range(phrase.rank))


def _last(tokens: list[Token], start: int, last: int) -> int | None:
    """The last token of a phrase, with the braces that close what it opens; None where they don't follow at once."""
    inside = [token.text for token in tokens[start : last + 1]]
    opened = inside.count("{") - inside.count("}")
    closed = all(token.text == "}" for token in tokens[last + 1 : last + 1 + opened])
    return last + opened if opened >= 0 and closed else None


def _may_begin(tokens: list[Token], at: int) -> bool:
    """Whether a phrase may begin at a token: no bar that closes others, no number in a script, no accent before it."""
    before = next((token.kind for token in reversed(tokens[:at]) if token.text != "{"), "")
    if before == "accent":
        return False
    if tokens[at].text == "|":
        return tokens[at].kind == "(" or not sum(token.kind == "|" for token in tokens[:at]) % 2
    return tokens[at].kind != "num" or not at or tokens[at - 1].kind not in _SCRIPT


def _in_place(name: str, start: int, end: int, entries: tuple[tuple[Token, ...], ...]) -> list[Token]:
    """A name with its entries, as tokens from `start` to `end`."""
    if not entries:
        return [Token("name", name, start, end)]
    inside: list[Token] = []
    for taken in entries:
        inside += [*([Token(",", ",", end, end)] if inside else []), *taken]
    begin = [Token("name", name, start, end), Token("_", "_", end, end), Token("(", "{", end, end)]
    return [*begin, *(token._replace(start=end, end=end) for token in inside), Token(")", "}", end, end)]


def with_dashes(tokens: list[Token], table: Spellings, notes: list[str]) -> list[Token]:
    """Braces round the subscript of ``Z_1-1`` where a quantity is declared as ``Z_{1-1}``: that name wins, noted."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        below = at + 2 if tokens[at + 1 : at + 2] and tokens[at + 1].kind == "_" else at
        run = tokens[below : below + 3]
        if (
            token.kind not in ("name", "word")
            or [piece.kind for piece in run[1:]] != ["-", "num"]
            or not run[0].end == run[1].start < run[1].end == run[2].start
        ):
            out.append(token)
            at += 1
            continue
        letters = token.text if below > at else token.text.rstrip("0123456789")
        first = run[0].text if below > at else token.text[len(letters) :]
        if not _dashed(table, letters, f"{first}-{run[2].text}", "" if below > at else token.text):
            out.append(token)
            at += 1
            continue
        cut = run[0].start if below > at else token.start + len(letters)
        out += [Token(token.kind, letters, token.start, cut), Token("_", "_", cut, cut), Token("(", "{", cut, cut)]
        out += [Token("num", first, cut, run[0].end), run[1], run[2], Token(")", "}", run[2].end, run[2].end)]
        if "dash_in_name" not in notes:
            notes.append("dash_in_name")
        at = below + 3
    return out


def _dashed(table: Spellings, letters: str, below: str, plain: str) -> bool:
    """Whether a name with such a subscript is declared; `plain` is the rival, a name without its dash."""
    for base in (letters, letters[1:] if letters[:1] == "d" else ""):
        if base and any(other + below in table.keys for other in (base, base.swapcase())):
            return not plain or table.find(base + plain[len(letters) :], "", "", 0) is None
    return False
