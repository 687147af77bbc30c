r"""Subscripts to entries and brackets to arguments: ``y_{ij}`` is y at (i, j), ``f(x_i, w)`` is f at i."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from grader.expression.language.names import Declared
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Slice, Symbol, integer
from grader.expression.language.words import GREEK
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.spelling.scripts import Shape, scan, shape_of
from grader.expression.reading.spelling.spellings import Found, key_of, lookalikes
from grader.problems import Span

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


def fits(p: Parser, found: Found) -> bool:
    declared = found.declared
    if found.primes and not (declared.rank or declared.role in ("opaque", "function")):
        return False
    return entries_of(p, found.above, found.below, declared.rank) is not None


def whole(p: Parser, found: Found, base: str) -> bool:
    """Whether what is left of a spelling enters every axis: a look-alike with half its indices is a guess too far.

    A small letter of the rows of its matrix is none: ``x_i`` and ``x^{(i)}`` are the samples in X.
    """
    entries = entries_of(p, found.above, found.below, found.declared.rank) or ()
    row = found.declared.rank == 2 and found.declared.name == base.upper() and len(entries) == 1
    return not entries or len(entries) == found.declared.rank or (row and isinstance(entries[0], Symbol))


def entries_of(p: Parser, above: str, below: str, rank: int) -> tuple[Expression, ...] | None:
    if not (above or below):
        return ()
    first = indices(p, above, rank) if above else ()
    if first is None:
        return None
    second = indices(p, below, rank - len(first)) if below else ()
    return None if second is None else (*first, *second)


def row_of_defined(p: Parser, shape: Shape, span: Span) -> Expression | None:
    r"""``\delta_{3,n}`` is the row n of a ``\delta_3`` that the text defines."""
    first, comma, rest = shape.below.partition(",")
    name = shape._replace(below=first).display
    entries = entries_of(p, "", rest, 4) if comma and name in p.defined else None
    return Indexed(Symbol(name, span), entries, span) if entries else None


def indices(p: Parser, raw: str, rank: int) -> tuple[Expression, ...] | None:
    """The entries that a raw subscript names, at most `rank` of them; None where it can't be indices."""
    found, conditional = entered(raw, rank)
    if conditional:
        p.note("index_condition")
    return found


@lru_cache(maxsize=4096)
def entered(raw: str, rank: int) -> tuple[tuple[Expression, ...] | None, bool]:
    """The entries of `indices`, and whether one of them came with a condition."""
    found: list[Expression] = []
    parts = raw.split(",")
    noted = False
    for part in parts:
        conditional = re.fullmatch(r"([A-Za-z])(=|!=|<=?|>=?)(\w+)", part)
        shifted = re.fullmatch(r"(?:\d{1,3}|[A-Za-z])(?:[+-](?:\d{1,3}|[A-Za-z])){1,4}", part)
        if conditional:
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
        elif shifted:
            found.append(_shift(part))
        elif re.fullmatch(r"[A-Za-z0-9:·]+", part):
            found += [index(sign) for sign in part]
        else:
            return None, False
    return (tuple(found) if len(found) <= rank else None), noted


def _shift(part: str) -> Expression:
    """``i+k-1``: letters and numbers added from left to right."""
    first, *rest = re.findall(r"[+-]?[A-Za-z0-9]+", part)
    entry = index(first)
    for term in rest:
        entry = Call("add" if term[0] == "+" else "sub", (entry, index(term[1:])))
    return entry


def index(sign: str) -> Expression:
    if sign in (":", "·"):
        return Slice()
    return integer(int(sign)) if sign.isdigit() else Symbol(sign)


def touches(p: Parser) -> bool:
    return p.tokens[p.pos - 1].end == p.token.start


def bracketed(p: Parser, rank: int) -> tuple[Expression, ...] | None:
    """The entries in the square brackets ahead, as code writes them; None where they hold something else."""
    inner = p.tokens[p.pos + 1 : p.match[p.pos]]
    if any(token.kind not in ("name", "num", ",", ":", "+", "-", "word") for token in inner):
        return None
    found = indices(p, "".join(token.text for token in inner), rank)
    numbers = [token.text for token in inner if token.kind == "num"]
    if not found or not numbers:
        return found
    if "0" not in numbers:
        p.note("ambiguous_index")  # counted from 0 or from 1
        return found
    p.note("zero_based")
    return tuple(Number(index.value + 1) if isinstance(index, Number) else index for index in found)


def listed(p: Parser) -> bool:
    """Whether the brackets ahead hold names parted by commas, as arguments do."""
    kinds = p.kinds[p.pos + 1 : p.match[p.pos]]
    return p.token.text == "(" and "," in kinds and all(kind in _LISTED for kind in kinds)


def several(p: Parser, opener: int) -> bool:
    """Whether commas part what stands in the brackets, leaving out those in brackets of their own."""
    at, close = opener + 1, p.match[opener]
    while at < close:
        if p.kinds[at] == ",":
            return True
        at = p.match.get(at, at) + 1
    return False


_LISTED = frozenset(("name", "word", "accent", ",", ";", "_", "(", ")", "'", "num"))


def behind_comma(p: Parser) -> tuple[Expression, ...]:
    """The second letter of ``y_i,j``, where nothing parts it from the first."""
    comma, after = p.token, p.tokens[p.pos + 1]
    touching = touches(p) and after.start == comma.end
    if not touching or after.kind != "name" or len(after.text) != 1 or p.declared(after.text):
        return ()
    p.pos += 2
    return (Symbol(after.text, Span(after.start, after.end)),)


def argument_of(p: Parser, declared: Declared, opener: int | None, span: Span) -> Expression:
    """What ``f'`` differentiates by: its one argument as written, else the last one that is declared."""
    shape = None if opener is None else scan(p.tokens, p.match, opener + 1, lambda *_: False)
    if opener is None or shape is None or shape.end != p.match[opener]:
        shape = (
            shape_of(re.split(r"[,;]", declared.arguments[-1].strip(" ()"))[-1].strip()) if declared.arguments else None
        )
    if shape is None:
        fail(f"by what is '{declared.name}' differentiated?", "write the partial derivative", span.start, span.end)
    found = p.table.find(shape.base, shape.above, shape.below, 0) if p.table is not None else None
    if found is None and p.table is not None:
        for base, note in lookalikes(shape.base):
            found = p.table.find(base, shape.above, shape.below, 0)
            if found is not None:
                p.note(note)
                break
    return Symbol(found.declared.name if found else shape.display, span)


def skip_arguments(p: Parser) -> None:
    if p.kinds[p.pos] == "(" and p.token.text == "(":
        p.pos = p.match[p.pos] + 1


def holds_names(p: Parser, opener: int) -> bool:
    """Whether brackets hold arguments only, ``L(y, f(x_i; w))``: in ``L(2)`` and ``L(1 - y)`` they hold a factor."""
    at, close = opener + 1, p.match[opener]
    while at < close:
        shape = scan(p.tokens, p.match, at, lambda *_: False)
        if shape is None and p.kinds[at] != "joint":  # J(\cdot)
            return False
        at = at + 1 if shape is None else shape.end
        if p.kinds[at] == "(" and holds_names(p, at):
            at = p.match[at] + 1
        if at == close:
            return True
        if p.kinds[at] not in (",", ";", "|"):
            return False
        at += 1
    return False


def in_code(p: Parser) -> str:
    """The subscript in square brackets that touch a name, ``y[i]`` or ``W[1, 2]``; stepped over. Else nothing."""
    if p.kinds[p.pos] != "(" or p.token.text != "[" or not touches(p):
        return ""
    inner = p.tokens[p.pos + 1 : p.match[p.pos]]
    single = all(token.kind == "," or (token.kind == "name" and len(token.text) == 1) for token in inner)
    if not inner or not (single or all(token.kind == "," or token.text.isdigit() for token in inner)):
        return ""
    p.pos = p.match[p.pos] + 1
    return "".join([token.text for token in inner])


def called(p: Parser, found: Found, entries: tuple[Expression, ...], lenient: bool) -> tuple[Expression, ...]:
    """Read ``(x_i, w)`` behind a quantity: its arguments mean the quantity itself, a letter in them its entry."""
    declared = found.declared
    table = p.table
    assert table is not None
    allowed = table.arguments.get(declared.name, frozenset())
    opener, close = p.pos, p.match[p.pos]
    at = opener + 1
    letters: list[str] = []
    while at < close:
        shape = scan(p.tokens, p.match, at, lambda *_: False)
        if shape is None or p.kinds[shape.end] not in (",", ";", ")"):
            at = -1
            break
        bases = {shape.base, key_of(shape.base, shape.above, shape.below)}
        bases |= {base for base, _ in lookalikes(shape.base)}
        if allowed and not bases & allowed and not (p.in_partial or shape.base in table.exact):
            at = -1
            break
        if not bases & allowed and not p.in_partial:
            at = -1
            break
        letters += [sign for sign in (shape.above, shape.below) if len(sign) == 1 and sign.isalpha()]
        at = shape.end + (p.kinds[shape.end] != ")")
        if p.kinds[shape.end] == ")":
            break
    if at == -1:
        if p.in_partial and holds_names(p, opener):
            p.pos = close + 1
            return entries
        if lenient:
            return entries
        fail(
            f"'{declared.name}' is only known at its own arguments",
            f"write {declared.name}({declared.arguments[0]})" if declared.arguments else f"write {declared.name}",
            p.tokens[opener].start,
            p.tokens[close].end,
        )
    p.pos = close + 1
    if letters and declared.rank > len(entries):
        return (*entries, Symbol(letters[0]))
    return entries
