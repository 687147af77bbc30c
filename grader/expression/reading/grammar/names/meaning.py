r"""Names in a formula to symbols, entries and calls: ``\hat y_{ij}`` is ``yhat`` at (i, j), ``e`` a constant.

The order is the one of the semantics: what the text defines, what the model declares, functions and constants, names
in a run of letters, look-alikes; what is left is unknown and a Problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from grader.expression.language.functions import CONSTANTS
from grader.expression.language.names import Declared
from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Slice, Symbol, integer
from grader.expression.reading.grammar.bound_letters import script_letters
from grader.expression.reading.grammar.names import unknown
from grader.expression.reading.grammar.names.arguments import holds_commas, skip_own_arguments
from grader.expression.reading.grammar.names.class_labels import beside_place, label, one_hot
from grader.expression.reading.grammar.names.declared import quantity, transposed
from grader.expression.reading.grammar.names.numbered import numbered
from grader.expression.reading.grammar.names.subscripts import (
    as_layers,
    enters_every_axis,
    entries_in,
    entries_of,
    index,
    indices,
    marked_pair,
    marking_row,
    place_of,
    row_of_defined,
    takes_indices,
)
from grader.expression.reading.grammar.names.undeclared import free_name
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.lexing.tokens import Token, fail
from grader.expression.reading.spelling.scripts import Shape, lookalikes, shape_of
from grader.problems import Span

MAX_NAME = 80
SCRIPTS = frozenset(("_", "^", "'"))


def meaning(p: Parser, shape: Shape, span: Span, start: int) -> Expression:
    """What the name written as `shape` means; the token behind it is ahead, and it began at token `start`."""
    if len(shape.base) + len(shape.below) + len(shape.above) + shape.primes > MAX_NAME:
        fail("this name is too long", f"at most {MAX_NAME} letters", span.start, span.end)
    if p.defined and (display := shape.display) in p.defined:
        return transposed(p, Symbol(display, span), shape)
    if "," in shape.below and p.defined and (row := row_of_defined(p, shape, span)) is not None:
        return transposed(p, row, shape)
    if p.table is None:
        special = _delta_or_identity(p, shape, span, start) if shape.base == "delta" or shape.base == "I" else None
        return special if special is not None else transposed(p, free_name(p, shape, span), shape)
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes)
    if (found is None or found.below) and (node := _with_parameters(p, shape, span)) is not None:
        return node
    if found is not None and takes_indices(p, found):
        p.used.add(found.declared.name)
        return quantity(p, found, shape, span)
    for step in _STEPS:
        node = step(p, shape, span, start)
        if node is not None:
            return node
    unknown.report(p, shape, span, found)
    return transposed(p, Symbol(shape.display, span), shape)


def _with_parameters(p: Parser, shape: Shape, span: Span) -> Expression | None:
    r"""``\pi_\theta(a)``: an array in an index's place is what the quantity depends on, a letter in brackets enters.

    A single letter may be an index and a quantity, and is an index there.
    """
    if p.table is None or len(shape.below) < 2 or shape.above or shape.primes:
        return None
    below, base = p.table.exact.get(shape.below), p.table.exact.get(shape.base)
    if below is None or not below.rank or below.role != "quantity" or base is None or base.rank != 1:
        return None
    p.used.add(base.name)
    whole = Symbol(base.name, span)
    inside = p.tokens[p.pos + 1 : p.match.get(p.pos, p.pos)]
    if p.token.text != "(" or len(inside) != 1 or inside[0].kind != "name" or len(inside[0].text) != 1:
        return whole
    p.pos += 3
    return Indexed(whole, (Symbol(inside[0].text, span),), span)


def name_alone(p: Parser) -> Expression:
    """The name ahead without anything behind it, as the argument of a command takes it."""
    token = p.token
    p.pos += 1
    return meaning(p, Shape(token.text), Span(token.start, token.end), p.pos - 1)


def _is_bare(shape: Shape) -> bool:
    return not (shape.above or shape.below or shape.primes)


def _constant_or_bound(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    """``e``, ``pi``, and a letter that a sum of the text binds."""
    if _is_bare(shape) and (shape.base in CONSTANTS or shape.base in p.bound):
        return transposed(p, Symbol(shape.base, span), shape)
    return None


def _delta_or_identity(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    """Kronecker's delta, the indicator and the identity written as letters."""
    if shape.base == "delta" and not shape.above and not shape.primes and "delta" not in p.defined:
        pair = kronecker_pair(shape.below) or indices(p, shape.below, 2) or marked_pair(p, shape.below)
        if pair is not None and len(pair) == 2:
            return transposed(p, Call("kronecker", pair, 0, span), shape)
    if shape.base == "I" and not shape.primes and not shape.above:
        if p.kinds[p.pos] == "(" and p.holds_condition(p.pos):
            return Call("iverson", (p.condition_in_bracket(),), 0, span)
        if p.table is not None:
            size = shape.below
            place = p.table.exact.get(size)
            if place is not None and not place.rank and place.role == "quantity":  # row k of I, of a class k
                return Indexed(Call("identity", (), 0, span), (Symbol(place.name, span),), span)
            entries = indices(p, size, 2) if len(size) > 1 and not p.declared(size) else None
            if entries is not None and len(entries) == 2:
                return Indexed(Call("identity", (), 0, span), entries, span)
            sizes = (index(size) if size.isdigit() else meaning(p, Shape(size), span, p.pos),) if size else ()
            return transposed(p, Call("identity", sizes, 0, span), shape)
    return None


@lru_cache(maxsize=1024)
def kronecker_pair(below: str) -> tuple[Expression, ...] | None:
    r"""The letters of ``\delta_{ij}``, or two places ``\delta_{j,i+k-1}``; None where the subscript is no pair."""
    pair = re.fullmatch(r"([A-Za-z0-9])(?:,|=)?([A-Za-z0-9])", below)
    if pair and not below.isdigit():
        return index(pair[1]), index(pair[2])
    found = entries_in(below, 2)[0] if below.count(",") == 1 else None
    return found if found is not None and len(found) == 2 and not any(isinstance(one, Slice) for one in found) else None


def _of_series(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    r"""``h_t`` under a sum over t, where h_1, h_2 and h_3 are declared and no array h."""
    node = None if shape.base in p.defined else numbered(p, shape, span)
    return None if node is None else transposed(p, node, shape)


def _unit_vector(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    r"""``e_k`` with a k of the model, where no e is one: 1 at k and 0 elsewhere, row k of I; ``e_y`` of a label."""
    place = _spelled(p, shape.below) if shape.base == "e" and "e" not in p.defined else None
    entry = place_of(p, shape.below) if shape.base == "e" and not shape.primes and shape.above in ("", "T") else None
    known = None if entry is None else label(p, entry)
    if entry is not None and known is not None:
        return transposed(p, one_hot(known.places_of, entry), shape)
    row = marking_row(p, shape.below) if shape.base == "e" and len(shape.below) > 1 and place is None else None
    if row is not None and row[0].axes and not shape.primes and shape.above in ("", "T") and "e" not in p.defined:
        return transposed(p, one_hot(row[0].axes[-1], row[1]), shape)
    if (
        place is None
        or place.rank - ("1" in place.axes) > 1
        or place.role != "quantity"
        or shape.primes
        or shape.above not in ("", "T")
    ):
        return None
    return transposed(p, Indexed(Call("identity", (), 0, span), (Symbol(place.name, span),), span), shape)


def _spelled(p: Parser, text: str) -> Declared | None:
    """The quantity that a text spells and nothing else."""
    shape = shape_of(as_layers(text)) if text and p.table is not None else None
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes) if shape and p.table else None
    return None if found is None or found.below or found.above else found.declared


_PARTS = frozenset((",", ";", "logic", "&", "row", "nl", "key", "end", "(", ")", "start", "|"))
_OF_PLACES = frozenset(("num", "frac", "+", "-", "joint", "/", "(", ")"))


def _letter_of_index(p: Parser, shape: Shape, span: Span, start: int) -> Expression | None:
    """An undeclared letter in a comparison of indices: ``u = i``, ``j != 1``, ``i < j``, ``t > 1`` beside ``x_t``."""
    if _is_bare(shape) and _compares_indices(p, shape.base, start):
        return transposed(p, Symbol(shape.base, span), shape)
    return None


def _compares_indices(p: Parser, letter: str, at: int) -> bool:
    if len(letter) != 1 or not p.inner:
        return False
    for relation, other in ((at + 1, at + 2), (at - 1, at - 2)):
        if not (0 <= other < len(p.kinds)):
            continue
        kind = p.kinds[relation]
        equality = kind == "=" or (kind == "rel" and p.tokens[relation].text == "ne")
        numbered = equality or letter in script_letters(p, 0, len(p.tokens))  # t > 1 beside an x_t
        kinds = ("name", "num") if numbered else ("name",)
        if p.kinds[other - 1 if other < at else other + 1] in SCRIPTS:  # the index of something
            continue
        single = p.kinds[other] == "num" or len(p.tokens[other].text) == 1  # vi may be v at i
        if (equality or kind == "rel") and p.kinds[other] in kinds and single:
            return True
    return beside_place(p, at) or _among_places(p, at)


def _among_places(p: Parser, at: int) -> bool:
    r"""Whether a letter is compared with places alone: ``i - 2 = j + 1``, or stands alone beside ``argmax_k z_k``."""
    begin, end, relations = _comparison(p, at, at)
    while not relations and begin and p.match.get(begin - 1) == end:  # i in floor((i - 1)/m) = 1
        begin, end, relations = _comparison(p, begin - 1, end)
    if len(relations) != 1:
        return False
    (relation,) = relations
    sides = (begin, relation), (relation + 1, end)
    if all(_is_place(p, *side) for side in sides):
        letters = {token.text for token in p.tokens[begin:end] if token.kind == "name"}
        return len(letters) > 1 or not letters.isdisjoint(script_letters(p, 0, len(p.tokens)))  # q > 0 tells nothing
    own, other = sides if at < relation else sides[::-1]
    return own == (at, at + 1) and p.tokens[other[0]].text.lower() in ("argmax", "argmin")


def _comparison(p: Parser, first: int, last: int) -> tuple[int, int, list[int]]:
    """Where what stands round some tokens in the same brackets begins and ends, and its signs of relations."""
    openers = {close: opener for opener, close in p.match.items()}
    begin, end = first, last + 1
    while begin and (begin - 1 in openers or p.kinds[begin - 1] not in _PARTS):
        begin = openers.get(begin - 1, begin - 1)
    while end in p.match or p.kinds[end] not in _PARTS:
        end = p.match.get(end, end) + 1
    relations, inner = [], begin
    while inner < end:
        relations += [inner] if p.kinds[inner] in ("=", "rel") else []
        inner = p.match.get(inner, inner) + 1
    return begin, end, relations


def _is_place(p: Parser, begin: int, end: int) -> bool:
    """Whether tokens are letters, numbers and the four signs, and none of them an array."""
    for at in range(begin, end):
        token = p.tokens[at]
        if token.kind == "name" and len(token.text) == 1:
            known = p.table.exact.get(token.text) if p.table is not None else None
            if known is not None and known.role != "size" and not known.places_of:
                return False
        elif token.kind not in _OF_PLACES and token.text != "floor":
            return False
    return begin < end


def _entry_of_defined(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    """An entry of a name that the text defines."""
    if shape.base + ("'" * shape.primes) in p.defined and (shape.below or shape.above):
        indices = entries_of(p, shape.above, shape.below, 4)
        if indices:
            return transposed(p, Indexed(Symbol(shape.base + "'" * shape.primes, span), indices, span), shape)
    return None


def _derivative_in_code(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    """``dL_dz``, as code has it."""
    if shape.below[:1] == "d" == shape.base[:1] and not (shape.above or shape.primes) and p.table is not None:
        pair = [p.table.find(name[1:], "", "", 0) for name in (shape.base, shape.below)]
        if all(pair):
            sides = [quantity(p, found, Shape(found.declared.name), span) for found in pair if found]
            return transposed(p, Partial(sides[0], sides[1], span), shape)
    return None


def _derivative_by_subscript(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    r"""``f_w(x, w)`` is the derivative by w of an opaque f of x and w."""
    if p.table is None or not shape.below or shape.above or shape.primes:
        return None
    function, variable = p.table.exact.get(shape.base), p.table.exact.get(shape.below)
    if function is None or variable is None or function.role != "opaque" or function.rank:
        return None
    if variable.name not in p.table.arguments.get(function.name, frozenset()):
        return None
    if p.kinds[p.pos] == "(":
        skip_own_arguments(p, function.name)
    return Partial(Symbol(function.name, span), Symbol(variable.name, span), span)


def _indices_joined_on(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    """``yij`` is y at (i, j) where y has two axes and none has that name, ``xi`` row i of X or an entry of a column."""
    if not _is_bare(shape) or p.table is None:
        return None
    for size in (1, 2, 3):
        base, letters = shape.base[:-size], shape.base[-size:]
        found = p.table.find(base, "", letters, 0) if base and letters.islower() and letters.isalpha() else None
        if found is None or found.below != letters or not takes_indices(p, found):
            continue
        rank = found.declared.rank
        if size in (rank, rank - found.declared.axes.count("1")) or (size == len(base) == 1 and rank == 2):
            p.used.add(found.declared.name)
            return quantity(p, found, shape, span)
    return None


def _lookalike(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    r"""``\omega`` for a declared w, ``X`` for a declared x: noted and remembered, lest both stand in the text."""
    called = p.kinds[p.pos] == "(" and p.token.text == "(" and p.touches() and holds_commas(p, p.pos)
    for base, note in () if called else lookalikes(shape.base):  # B(a, b) is no b
        other = p.table.find(base, shape.above, shape.below, shape.primes) if p.table is not None else None
        if other is not None and takes_indices(p, other) and enters_every_axis(p, other, shape.base):
            token = Token("name", shape.base, span.start, span.end)
            p.renamed.setdefault(shape.base, (other.declared.name, token))
            p.note(note)
            return quantity(p, other, shape, span)
    return None


def _starred(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    r"""``\beta^*`` for a declared \beta that stands nowhere without its star, which marks one without biases, say."""
    found = p.table.find(shape.base, "", shape.below, shape.primes) if shape.above == "*" and p.table else None
    if found is None or not takes_indices(p, found):
        return None
    p.renamed.setdefault(f"{shape.base}^*", (found.declared.name, Token("name", shape.base, span.start, span.end)))
    p.note("renamed:*->")
    return quantity(p, found, shape._replace(above=""), span)


def _squared(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    """``y^{(2)}`` where no such layer is declared: a square, with a note."""
    if shape.above.isdigit() and len(shape.above) < 3 and p.table is not None:
        squared = p.table.find(shape.base, "", shape.below, shape.primes)
        if squared is not None and takes_indices(p, squared):
            p.note("ambiguous_superscript")
            p.used.add(squared.declared.name)
            return Call("pow", (quantity(p, squared, shape, span), integer(int(shape.above))), 0, span)
    return None


def _power_of_square(p: Parser, shape: Shape, span: Span, _: int) -> Expression | None:
    r"""``\sigma^4`` of a variance that is called ``\sigma^2``, where no sigma is declared, is its square."""
    if p.table is None or shape.above or shape.primes or p.kinds[p.pos] != "^":
        return None
    raw, after = p.script(p.pos + 1)
    squared = p.table.find(shape.base, "2", shape.below, 0) if raw.isdigit() and len(raw) < 3 else None
    layers = {above for base, above in p.table.raised if base == shape.base}
    if squared is None or squared.above or int(raw) % 2 or layers - {"2"} or not takes_indices(p, squared):
        return None
    p.pos = after
    p.used.add(squared.declared.name)
    return Call("pow", (quantity(p, squared, shape, span), integer(int(raw) // 2)), 0, p.span(p.pos - 1))


# what a name may mean where the model declares none of that spelling, in this order
_STEPS: tuple[Callable[[Parser, Shape, Span, int], Expression | None], ...] = (
    _constant_or_bound,
    _delta_or_identity,
    _letter_of_index,
    _of_series,
    _unit_vector,
    _entry_of_defined,
    _derivative_in_code,
    _derivative_by_subscript,
    _indices_joined_on,
    _power_of_square,
    _lookalike,
    _starred,
    _squared,
)
