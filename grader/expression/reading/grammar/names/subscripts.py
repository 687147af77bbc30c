r"""Subscripts to entries: ``y_{ij}`` is y at (i, j), ``v_{i+1}`` v at i + 1, ``y[0]`` of code y at its first place."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.expression.language.names import Declared
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Product, Slice, Symbol, integer
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.spelling.scripts import Shape, shape_of
from grader.expression.reading.spelling.spelled import Found
from grader.problems import Span

_CONDITIONAL = re.compile(r"([A-Za-z])(=|!=|<=?|>=?)(\w+)").fullmatch
_SHIFTED = re.compile(r"(?:\d{1,3}|[A-Za-z])(?:[+-](?:\d{1,3}|[A-Za-z])){1,4}").fullmatch

_BESIDE = re.compile(r"([A-Za-z].*)([+-])(\d{1,3})").fullmatch  # a place and how far from it

MAX_SIGNS = 60
_SIGN = re.compile(r"\d{1,4}|floor(?=\()|[A-Za-z]|[-+*/()]")
_COMPUTED = re.compile(r"[-+*/()]|\d[A-Za-z]")
_LETTERS = 3  # before a place that no comma parts from them


def takes_indices(p: Cursor, found: Found) -> bool:
    """Whether what a spelling leaves over for indices and primes can stand on the quantity that it found."""
    declared = found.declared
    if found.primes and not (declared.rank or declared.role in ("opaque", "function")):
        return False
    return entries_of(p, found.above, found.below, declared.rank) is not None


def enters_every_axis(p: Cursor, found: Found, base: str) -> bool:
    """Whether what is left of a spelling enters every axis: a look-alike with half its indices is a guess too far.

    A small letter of the rows of its matrix is none: ``x_i`` and ``x^{(i)}`` are the samples in X.
    """
    entries = entries_of(p, found.above, found.below, found.declared.rank) or ()
    row = found.declared.rank == 2 and found.declared.name == base.upper() and len(entries) == 1
    return not entries or len(entries) == found.declared.rank or (row and isinstance(entries[0], Symbol))


def entries_of(p: Cursor, above: str, below: str, rank: int) -> tuple[Expression, ...] | None:
    """The entries that both scripts of a name give, at most `rank` of them; None where they can't be indices."""
    if not (above or below):
        return ()
    first = indices(p, above, rank) if above else ()
    if first is None:
        return None
    second = indices(p, below, rank - len(first)) if below else ()
    return None if second is None else (*first, *second)


def row_of_defined(p: Cursor, shape: Shape, span: Span) -> Expression | None:
    r"""``\delta_{3,n}`` is the row n of a ``\delta_3`` that the text defines."""
    first, comma, rest = shape.below.partition(",")
    name = shape._replace(below=first).display
    entries = entries_of(p, "", rest, 4) if comma and name in p.defined else None
    return Indexed(Symbol(name, span), entries, span) if entries else None


def indices(p: Cursor, raw: str, rank: int) -> tuple[Expression, ...] | None:
    """The entries that a raw subscript names, at most `rank` of them; None where it can't be indices."""
    if rank > 1 and _two_letters(p, raw):
        return tuple(map(index, raw))
    found, conditional = entries_in(raw, rank)
    if conditional:
        p.note("index_condition")
    return _nested(p, raw, rank) if found is None else found


def _nested(p: Cursor, raw: str, rank: int) -> tuple[Expression, ...] | None:
    """The entries that a raw subscript names, at least one of them a place with scripts of its own; else None."""
    if p.table is None or not any(declared.places_of for declared in p.table.names):
        return None
    found: list[Expression] = []
    for part in re.split(r",(?![^(]*\))", raw):
        entered = _with_letters(p, part)
        if entered is None:
            return None
        found += entered
    held = any(not isinstance(entry, Symbol) or p.table.exact.get(entry.name) for entry in found)
    return tuple(found) if held and len(found) <= rank else None


def _with_letters(p: Cursor, part: str) -> list[Expression] | None:
    """A part of a subscript between commas: letters and then a place, ``iy_i``."""
    for cut in range(min(_LETTERS, len(part)) + 1):
        letters = part[:cut]
        if letters and not letters.isalnum():
            break
        for end in range(len(part), max(len(part) - _LETTERS, cut), -1):
            behind = part[end:]
            place = _shifted_place(p, part[cut:end]) if behind.isalnum() or not behind else None
            if place is not None:
                return [*map(index, letters), place, *map(index, behind)]
    entries = entries_in(part, 4)[0]
    return None if entries is None else list(entries)


def _shifted_place(p: Cursor, text: str) -> Expression | None:
    r"""The place that a text spells, or one so many before or behind it: ``y_i-1`` of ``\theta_{y_i - 1}``."""
    shifted = _BESIDE(text)
    if shifted is None:
        return place_of(p, text)
    place = place_of(p, shifted[1])
    return None if place is None else Call("add" if shifted[2] == "+" else "sub", (place, integer(int(shifted[3]))))


def as_layers(raw: str) -> str:
    """A raw script with its own scripts in braces: ``y^{(1)}`` for ``y^(1)``."""
    return re.sub(r"\^(\([^()]*\))", r"^{\1}", raw)


def place_of(p: Cursor, text: str) -> Expression | None:
    """The place of the model that a text spells, with its letters where it has some; None where it spells none."""
    shape = shape_of(as_layers(text)) if text and p.table is not None else None
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes) if shape and p.table else None
    if found is None or not found.declared.places_of or found.primes:
        return None
    declared = found.declared
    entries = entries_of(p, found.above, found.below, declared.rank)
    if entries is None or len(entries) != declared.rank:
        return None
    p.used.add(declared.name)
    return Indexed(Symbol(declared.name), entries) if entries else Symbol(declared.name)


def marking_row(p: Cursor, text: str) -> tuple[Declared, Expression] | None:
    """The array that a text spells at all letters but its last: of a one-hot ``Y_ik`` the ``y_i``; else None."""
    shape = shape_of(as_layers(text)) if text and p.table is not None else None
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes) if shape and p.table else None
    if found is None or found.primes or found.declared.role != "quantity":
        return None
    declared = found.declared
    entries = entries_of(p, found.above, found.below, declared.rank)
    if entries is None or len(entries) != declared.rank - 1 or "1" in declared.axes:
        return None
    p.used.add(declared.name)
    return declared, Indexed(Symbol(declared.name), entries) if entries else Symbol(declared.name)


def marked_pair(p: Cursor, below: str) -> tuple[Expression, Expression] | None:
    r"""The letter and the marked place of ``\delta_{k, y_i}``, where a one-hot y has a row for each i; else None."""
    one, comma, other = below.partition(",")
    for letter, place in ((one, other), (other, one)):
        row = marking_row(p, place) if comma and len(letter) == 1 and letter.isalpha() and len(place) > 1 else None
        if row is not None:
            return Symbol(letter), row[1]
    return None


def _two_letters(p: Cursor, raw: str) -> bool:
    r"""Whether what spells a Greek letter is two indices: no place is \pi, and in ``\sum_n W_{nu}`` the n is one."""
    if len(raw) != 2 or raw not in GREEK or raw in p.bound:
        return False
    return raw == "pi" or not p.bound.isdisjoint(raw)


@lru_cache(maxsize=4096)
def entries_in(raw: str, rank: int) -> tuple[tuple[Expression, ...] | None, bool]:
    """The entries of `indices`, and whether one of them came with a condition."""
    found: list[Expression] = []
    parts = raw.split(",")
    noted = False
    for part in parts:
        if conditional := _CONDITIONAL(part):
            noted = True
            # y_{w=o} is y at o, y_{w!=o} is y at a w of which that is said
            place = conditional[3] if conditional[2] == "=" else conditional[1]
            found.append(index(place) if len(place) == 1 or place.isdigit() else Symbol(place))
        elif part in (":", "·"):
            found.append(Slice())
        elif part.isdigit():
            if len(parts) == 1 and len(part) == rank > 1:
                found += [integer(int(digit)) for digit in part]
            else:
                found.append(integer(int(part[:9])))
        elif part in GREEK:
            found.append(Symbol(part))
        elif _SHIFTED(part):
            found.append(_shift(part))
        elif re.fullmatch(r"[A-Za-z0-9:·]+", part):
            found += [index(sign) for sign in part]
        elif (place := computed_place(part)) is not None:
            found.append(place)
        else:
            return None, False
    if len(found) > rank >= len(parts):  # x_{2i} of a vector, Y_{2i,j}
        places = [index(part) if len(part) == 1 else computed_place(part) for part in parts]
        return (None if None in places else tuple(place for place in places if place is not None)), noted
    return (tuple(found) if len(found) <= rank else None), noted


def _shift(part: str) -> Expression:
    """``i+k-1``: letters and numbers added from left to right."""
    first, *rest = re.findall(r"[+-]?[A-Za-z0-9]+", part)
    entry = index(first)
    for term in rest:
        entry = Call("add" if term[0] == "+" else "sub", (entry, index(term[1:])))
    return entry


def index(sign: str) -> Expression:
    """One sign of a subscript: a number, a letter, or a whole axis."""
    if sign in (":", "·"):
        return Slice()
    return integer(int(sign)) if sign.isdigit() else Symbol(sign)


def second_letter(p: Cursor) -> tuple[Expression, ...]:
    """The second letter of ``y_i,j``, where nothing parts it from the first."""
    comma, after = p.token, p.tokens[p.pos + 1]
    touching = p.touches() and after.start == comma.end
    if not touching or after.kind != "name" or len(after.text) != 1 or p.declared(after.text):
        return ()
    p.pos += 2
    return (Symbol(after.text, Span(after.start, after.end)),)


def places_in_code(p: Cursor) -> bool:
    """Whether the square brackets ahead hold places alone: letters that are no array here, numbers and colons.

    Sums of places are so only where no quantity is in them: ``(y - s)[1 - s]`` is a product.
    """
    if p.table is None or not any(declared.rank for declared in p.table.exact.values()):
        return False
    inner = p.tokens[p.pos + 1 : p.match[p.pos]]
    known = [p.table.exact.get(token.text) for token in inner if token.kind in ("name", "word")]
    names = all(len(token.text) == 1 or token.text in GREEK for token in inner if token.kind in ("name", "word"))
    if any(token.kind in ("+", "-") for token in inner) and any(known):
        return False
    return bool(inner) and names and not any(declared is not None and declared.rank for declared in known)


def entries_in_code(p: Cursor, rank: int) -> tuple[Expression, ...] | None:
    """The entries in the square brackets ahead, as code writes them; None where they hold something else."""
    inner = p.tokens[p.pos + 1 : p.match[p.pos]]
    if any(token.kind not in ("name", "num", ",", ":", "+", "-", "word") for token in inner):
        return None
    found = indices(p, "".join(token.text for token in inner), rank)
    numbers = [token.text for token in inner if token.kind == "num"]
    if not found or not numbers:
        return found
    if "0" not in numbers and ("ambiguous_index" in p.notes or not _counts_from_nought(p)):
        p.note("ambiguous_index")  # counted from 0 or from 1
        return found
    p.note("zero_based")
    return tuple(Number(index.value + 1) if isinstance(index, Number) else index for index in found)


def _counts_from_nought(p: Cursor) -> bool:
    """Whether a place 0 stands in square brackets anywhere in the text: ``Y[:,0]`` says what ``Y[:,1]`` is."""
    return any(
        token.text == "[" and any(inner[:2] == ("num", "0") for inner in p.tokens[at + 1 : p.match.get(at, at)])
        for at, token in enumerate(p.tokens)
        if token.kind == "(" and at and p.tokens[at - 1].end == token.start
    )


def subscript_in_code(p: Cursor) -> str:
    """The subscript in square brackets that touch a name, ``y[i]`` or ``W[1, 2]``; stepped over. Else nothing."""
    if p.kinds[p.pos] != "(" or p.token.text != "[" or not p.touches():
        return ""
    inner = p.tokens[p.pos + 1 : p.match[p.pos]]
    single = all(token.kind == "," or (token.kind == "name" and len(token.text) == 1) for token in inner)
    if not inner or not (single or all(token.kind == "," or token.text.isdigit() for token in inner)):
        return ""
    p.pos = p.match[p.pos] + 1
    return "".join([token.text for token in inner])


def computed_place(text: str) -> Expression | None:
    """A place of one-letter names, whole numbers and the four signs; None for a text that is none."""
    if len(text) > MAX_SIGNS or _COMPUTED.search(text) is None:
        return None
    signs = _SIGN.findall(text)
    if "".join(signs) != text:
        return None
    place = _sum(signs)
    return None if signs else place


def _sum(signs: list[str]) -> Expression | None:
    """The sum that the signs begin with, which are taken off."""
    negative = signs[:1] == ["-"]
    if negative:
        signs.pop(0)
    place = _term(signs)
    if place is not None and negative:
        place = Call("neg", (place,))
    while place is not None and signs and signs[0] in "+-":
        sign = "add" if signs.pop(0) == "+" else "sub"
        term = _term(signs)
        place = None if term is None else Call(sign, (place, term))
    return place


def _term(signs: list[str]) -> Expression | None:
    """A product or a quotient: ``m(j-1)``, ``2i``, ``(i-1)/m``; two letters side by side are two places, and none."""
    place = _factor(signs)
    while place is not None and signs and (signs[0] in "*/(" or (isinstance(place, Number) and signs[0].isalpha())):
        over = signs[0] == "/"
        if signs[0] in "*/":
            signs.pop(0)
        factor = _factor(signs)
        if factor is None:
            return None
        place = Call("div", (place, factor)) if over else Product((place, factor), ("*",))
    return place


def _factor(signs: list[str]) -> Expression | None:
    sign = signs.pop(0) if signs else ""
    if sign.isdigit():
        return integer(int(sign))
    if sign == "floor" or sign == "(":
        if sign == "floor":
            signs.pop(0)
        inner = _sum(signs)
        if inner is None or not signs or signs.pop(0) != ")":
            return None
        return Call("floor", (inner,)) if sign == "floor" else inner
    return Symbol(sign) if sign.isalpha() else None
