r"""Names in a formula to symbols, entries and calls: ``\hat y_{ij}`` is ``yhat`` at (i, j), ``tanh^2 x`` a power.

The order is the one of the semantics: what the text defines, what the model declares, functions and constants, cuts
of a run of letters, look-alikes; what is left is unknown and a Problem.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.expression import calls, derivatives, forms
from grader.expression.entries import (
    argument_of,
    behind_comma,
    bracketed,
    called,
    entries_of,
    fits,
    index,
    listed,
    skip_arguments,
    touches,
    whole,
)
from grader.expression.functions import CONSTANTS, SPELLINGS
from grader.expression.nodes import (
    Call,
    Expression,
    Indexed,
    Partial,
    Symbol,
    integer,
)
from grader.expression.resolve import (
    Found,
    Shape,
    latex_pieces,
    lookalikes,
    scan,
)
from grader.expression.tokens import Token, fail
from grader.problems import Problem, Span, did_you_mean

if TYPE_CHECKING:
    from grader.expression.parser import Parser

MAX_NAME = 80
MAX_LISTED = 12
_INDEX_PAIR = frozenset("ijkluvst")


def quantity(p: Parser) -> Expression:
    """The symbol, entry, call or derivative that begins at a name."""
    start = p.pos
    token = p.token
    text = token.text
    spelled = token.kind in ("name", "word")
    if spelled and p.table is not None and text in p.table.functions:
        return calls.function(p, p.table.functions[text])
    if spelled and not p.declared(text):
        if text[0] == "d" and derivatives.differential_ahead(p, start):
            return derivatives.slashed(p)
        row = calls.function_row(p, text, start)
        if row is not None:
            return calls.function(p, row)
    if spelled and p.kinds[start + 1] == "num" and _numbered(p, start):
        start = p.pos
        token = p.token
        text = token.text
    shape = scan(p.tokens, p.match, start, lambda base, below: _lengthen(p, base, below))
    if shape is None:
        fail("this name can't be read", "check its accents and subscripts", token.start, p.tokens[start + 1].end)
    if len(text) > 1 and spelled:
        pieces = _cut(p, token, shape)
        if len(pieces) > 1:
            head = pieces[0]
            rest = text[len(head) :]
            kind = "name" if len(rest) == 1 or len(pieces) == 2 else token.kind
            p.replace(start, Token(kind, rest, token.start + len(head), token.end))
            return settled(p, Shape(head), Span(token.start, token.start + len(head)), start)
    p.pos = shape.end
    return settled(p, shape, p.span(start), start)


def named(p: Parser) -> bool:
    """Whether the group ahead holds a name and nothing else."""
    return scan(p.tokens, p.match, p.pos, lambda *_: False) is not None


def _numbered(p: Parser, at: int) -> bool:
    """Join ``W`` and a ``2`` that touches it, as plain spelling in a LaTeX text has it."""
    token, number = p.tokens[at], p.tokens[at + 1]
    joined = token.text + number.text
    if number.start != token.end or not number.text.isdigit() or token.text in CONSTANTS:
        return False
    if not (p.declared(joined) if p.table is not None else len(token.text) == 1 or joined in p.defined):
        return False
    p.pos = at + 1
    p.replace(at + 1, Token("name", joined, token.start, number.end))
    return True


def _lengthen(p: Parser, base: str, below: str) -> bool:
    """Whether a LaTeX ``y_ij`` without braces means both letters."""
    if below in ("hat", "bar", "tilde"):
        return True
    if p.table is None:
        return set(below) <= _INDEX_PAIR
    if p.table.find(base, "", below, 0) is None:
        return False
    found = p.table.find(base, "", "", 0)
    rank = found.declared.rank if found else 0
    return rank == 0 or (rank >= len(below) and not all(p.declared(letter) for letter in below[1:]))


def _cut(p: Parser, token: Token, shape: Shape) -> tuple[str, ...]:
    text, table = token.text, p.table
    if p.defined and (text in p.defined or Shape(text).display in p.defined or shape.display in p.defined):
        return (text,)
    if table is None and len(text) == 2 and text[1] == "e" and p.kinds[p.pos + 1] == "^":
        return (text[0], "e")  # xe^{-x}
    if table is None:
        return latex_pieces(text) if token.kind == "word" and not (p.in_partial and text.isupper()) else (text,)
    if table.find(shape.base, shape.above, shape.below, shape.primes) is not None or text in CONSTANTS:
        return (text,)
    if shape.end == p.pos + 1:
        pieces = table.pieces(text)
    else:  # scripts belong to the last piece: `xw_1`
        pieces = None
        for size in range(1, min(len(text), 40)):
            head = table.pieces(text[:-size])
            tail = text[-size:]
            if head and table.find(tail, shape.above, shape.below, shape.primes):
                pieces = (*head, tail)
                break
        pieces = pieces or table.pieces(text)
    if pieces:
        return pieces
    if token.kind == "word":
        letters = latex_pieces(text)
        if all(p.declared(letter) or letter in p.bound for letter in letters):
            return letters
    return (text,)


def settled(p: Parser, shape: Shape, span: Span, start: int) -> Expression:
    if len(shape.base) + len(shape.below) + len(shape.above) + shape.primes > MAX_NAME:
        fail("this name is too long", f"at most {MAX_NAME} letters", span.start, span.end)
    if p.defined and (display := shape.display) in p.defined:
        return _dressed(p, Symbol(display, span), shape)
    if p.table is None:
        return _free(p, shape, span)
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes)
    if found is not None and fits(p, found):
        p.used.add(found.declared.name)
        return _build(p, found, shape, span)
    plain = not (shape.above or shape.below or shape.primes)
    if plain and (shape.base in CONSTANTS or shape.base in p.bound):
        return Symbol(shape.base, span)
    special = _special(p, shape, span)
    if special is not None:
        return special
    if plain and _is_index(p, shape.base, start):
        return Symbol(shape.base, span)
    if shape.base + ("'" * shape.primes) in p.defined and (shape.below or shape.above):
        indices = entries_of(p, shape.above, shape.below, 4)
        if indices:
            return _dressed(p, Indexed(Symbol(shape.base + "'" * shape.primes, span), indices, span), shape)
    if shape.below[:1] == "d" == shape.base[:1] and not (shape.above or shape.primes):  # dL_dz, as code has it
        pair = [p.table.find(name[1:], "", "", 0) for name in (shape.base, shape.below)]
        if all(pair):
            sides = [_build(p, found, Shape(found.declared.name), span) for found in pair if found]
            return Partial(sides[0], sides[1], span)
    run = _run_together(p, shape, span) if plain else None
    if run is not None:
        return run
    for base, note in lookalikes(shape.base):
        other = p.table.find(base, shape.above, shape.below, shape.primes)
        if other is not None and fits(p, other) and whole(p, other):
            token = Token("name", shape.base, span.start, span.end)
            p.renamed.setdefault(shape.base, (other.declared.name, token))
            p.note(note)
            return _build(p, other, shape, span)
    if shape.above.isdigit() and len(shape.above) < 3:
        squared = p.table.find(shape.base, "", shape.below, shape.primes)
        if squared is not None and fits(p, squared):
            p.note("ambiguous_superscript")
            p.used.add(squared.declared.name)
            return Call("pow", (_build(p, squared, shape, span), integer(int(shape.above))), 0, span)
    return _unknown(p, shape, span, found)


def _free(p: Parser, shape: Shape, span: Span) -> Expression:
    """A name where nothing is declared: itself, or an entry where a sum of the text binds its subscripts."""
    special = _special(p, shape, span)
    if special is not None:
        return special
    conditional = re.fullmatch(r"([A-Za-z])(?:=|!=|<=?|>=?)\w+", shape.below)
    if conditional:
        p.note("index_condition")
        shape = replace(shape, below=conditional[1])
    if p.bound and shape.below:
        letters = [letter for letter in re.split(r",|(?<=[a-z])(?=[a-z])", shape.below) if letter]
        if letters and any(letter in p.bound for letter in letters) and all(len(letter) == 1 for letter in letters):
            indices: tuple[Expression, ...] = tuple(map(index, letters))
            if len(shape.above) == 1 and shape.above.isalpha():
                indices = (Symbol(shape.above), *indices)
            base = Symbol(Shape(shape.base, "", "", shape.primes).display, span)
            return _dressed(p, Indexed(base, indices, span), shape)
    if p.bound and shape.above in p.bound:
        base = Symbol(Shape(shape.base, "", shape.below, shape.primes).display, span)
        return _dressed(p, Indexed(base, (Symbol(shape.above),), span), shape)
    if p.in_partial:
        skip_arguments(p)
    elif p.kinds[p.pos] == "(" and p.token.text == "(":
        inside = p.kinds[p.pos + 1 : p.match[p.pos]]
        if "," in inside and "(" not in inside:
            fail(
                f"the function '{shape.display}' is not known",
                did_you_mean(shape.display, SPELLINGS) or "is an operator missing before the bracket?",
                span.start,
                span.end,
            )
    return _dressed(p, Symbol(shape.display, span), shape)


def _special(p: Parser, shape: Shape, span: Span) -> Expression | None:
    """Kronecker's delta, the indicator and the identity written as letters."""
    if shape.base == "delta" and not shape.above and not shape.primes and "delta" not in p.defined:
        pair = re.fullmatch(r"([A-Za-z0-9])(?:,|=)?([A-Za-z0-9])", shape.below)
        if pair and not shape.below.isdigit():
            return Call("kronecker", (index(pair[1]), index(pair[2])), 0, span)
    if shape.base == "I" and not shape.primes and not shape.above:
        if p.kinds[p.pos] == "(" and forms.holds_condition(p, p.pos):
            return Call("iverson", (forms.condition_in_bracket(p),), 0, span)
        if p.table is not None:
            sizes = (settled(p, Shape(shape.below), span, p.pos),) if shape.below else ()
            return _dressed(p, Call("identity", sizes, 0, span), shape)
    return None


def _run_together(p: Parser, shape: Shape, span: Span) -> Expression | None:
    """``yij`` is y at (i, j) where y has two axes and nothing is called yij."""
    assert p.table is not None
    for size in (1, 2, 3):
        base, letters = shape.base[:-size], shape.base[-size:]
        found = p.table.find(base, "", letters, 0) if base and letters.islower() and letters.isalpha() else None
        if found is not None and found.below == letters and found.declared.rank == size and fits(p, found):
            p.used.add(found.declared.name)
            return _build(p, found, shape, span)
    return None


def _is_index(p: Parser, letter: str, at: int) -> bool:
    """Whether an undeclared letter stands in a comparison of indices: ``u = i``, ``j != 1``, ``i < j``."""
    if len(letter) != 1 or not p.inner:
        return False
    for relation, other in ((at + 1, at + 2), (at - 1, at - 2)):
        if not (0 <= other < len(p.kinds)):
            continue
        kind = p.kinds[relation]
        equality = kind == "=" or (kind == "rel" and p.tokens[relation].text == "ne")
        kinds = ("name", "num") if equality else ("name",)
        if (equality or kind == "rel") and p.kinds[other] in kinds and len(p.tokens[other].text) <= 2:
            return True
    return False


def _build(p: Parser, found: Found, shape: Shape, span: Span) -> Expression:
    declared = found.declared
    node: Expression = Symbol(declared.name, span)
    if declared.role == "function":
        return calls.applied(p, declared.function, p.pos - 1, found.primes, None, declared.name)
    entries = entries_of(p, found.above, found.below, declared.rank) or ()
    while declared.rank > len(entries) and p.kinds[p.pos] == "(" and p.token.text == "[" and touches(p):
        more = bracketed(p, declared.rank - len(entries))
        if not more:
            break
        entries += more
        p.pos = p.match[p.pos] + 1
    opener = p.pos
    if 0 < len(entries) < declared.rank and p.kinds[p.pos] == "," and not p.inner:
        entries += behind_comma(p)
    if p.kinds[p.pos] == "(" and p.token.text in ("(", "[", "{"):
        if p.in_partial:
            entries = called(p, found, entries, lenient=True)
        elif declared.arguments or declared.role == "opaque":
            entries = called(p, found, entries, lenient=declared.role != "opaque")
        elif not declared.rank and listed(p):
            p.note("arguments")
            skip_arguments(p)
    if entries:
        node = Indexed(node, entries, span)
    if found.primes and declared.role == "opaque":
        variable = argument_of(p, declared, opener if p.pos > opener else None, span)
        for _ in range(found.primes):
            node = Partial(node, variable, span)
        return _dressed(p, node, shape)
    if shape.transposed and len(entries) == declared.rank > 1:
        return Indexed(Call("transpose", (Symbol(declared.name, span),), 0, span), entries, span)
    for _ in range(found.primes):
        node = Call("transpose", (node,), 0, span)
    return _dressed(p, node, shape)


def _dressed(p: Parser, node: Expression, shape: Shape) -> Expression:
    return Call("transpose", (node,), 0, getattr(node, "span", p.span(p.pos))) if shape.transposed else node


def _unknown(p: Parser, shape: Shape, span: Span, found: Found | None) -> Expression:
    display = shape.display
    if found is not None:
        rank = found.declared.rank
        message = f"'{found.declared.name}' has {rank} ind{'ex' if rank == 1 else 'ices'}, here are more"
        hint = "check the subscripts"
    else:
        message = f"the name '{display}' is not known here"
        known = p.table.candidates() if p.table else []
        hint = did_you_mean(display, known)
        if shape.base in known and shape.base != display:
            hint = f"'{shape.base}' is known, but without these indices"
        elif not hint and len(known) <= MAX_LISTED:
            hint = "known are " + ", ".join(known)
    p.problems.append(Problem(message, hint, span=span))
    return _dressed(p, Symbol(display, span), shape)


def alone(p: Parser) -> Expression:
    """The name ahead without anything behind it, as the argument of a command takes it."""
    token = p.token
    p.pos += 1
    return settled(p, Shape(token.text), Span(token.start, token.end), p.pos - 1)
