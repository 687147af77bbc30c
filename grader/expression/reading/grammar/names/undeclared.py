r"""Names where nothing is declared: ``x_i`` is itself, and the entry i of x where a sum of the text binds i."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.nodes import Expression, Indexed, Symbol
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.grammar.names import unknown
from grader.expression.reading.grammar.names.arguments import (
    holds_arguments,
    holds_commas,
    round_bracket_ahead,
    skip_arguments,
)
from grader.expression.reading.grammar.names.subscripts import entries_in, index, subscript_in_code
from grader.expression.reading.lexing.tokens import RESHAPES, fail
from grader.expression.reading.spelling.scripts import Shape
from grader.problems import Span, did_you_mean

_SHIFTED = re.compile(r"[A-Za-z][+-]\d").fullmatch
_CONDITIONAL = re.compile(r"([A-Za-z])(?:=|!=|<=?|>=?)\w+").fullmatch


def free_name(p: Cursor, shape: Shape, span: Span) -> Expression:
    """The symbol or entry that a name is by itself; a function that is called by no name of the list is refused."""
    if unknown.reserved(shape.base):
        fail(f"'{shape.base}' is a word, not a name", "write only the formula", span.start, span.end)
    if fused := unknown.fused(shape.base):
        fail(f"the function '{fused[1]}' needs brackets", f"write {fused[1]}({fused[2]})", span.start, span.end)
    while below := subscript_in_code(p):
        shape = shape._replace(below=f"{shape.below},{below}" if shape.below else below)
        span = Span(span.start, p.tokens[p.pos - 1].end)
    conditional = None if shape.below.isalnum() else _CONDITIONAL(shape.below)
    if conditional:
        p.note("index_condition")
        shape = shape._replace(below=conditional[1])
    entry = _entry_of_sum(p, shape, span) if p.bound else None
    if entry is not None:
        return entry
    if p.in_partial and round_bracket_ahead(p) and holds_arguments(p, p.pos):
        skip_arguments(p)
    elif round_bracket_ahead(p) and (holds_commas(p, p.pos) or _is_call(p, shape)):
        fail(
            f"the function '{shape.display}' is not known",
            "leave it out: a formula's shapes follow from its operands"
            if shape.base in RESHAPES
            else did_you_mean(shape.display, SPELLINGS) or "is an operator missing before the bracket?",
            span.start,
            span.end,
        )
    return Symbol(shape.display, span)


def _is_call(p: Cursor, shape: Shape) -> bool:
    """Whether a name of three letters or more touches its bracket: no factor, but a function that no list knows."""
    bare = not (shape.above or shape.primes) and (not shape.below or (len(shape.below) > 2 and shape.below.isalpha()))
    word = bare and len(shape.base) > 2 and shape.base.isalpha() and shape.base not in GREEK
    return word and p.touches() and shape.base not in p.defined and not shape.base.endswith(("hat", "bar", "tilde"))


def _entry_of_sum(p: Cursor, shape: Shape, span: Span) -> Expression | None:
    """The entry where a sum of the text binds a letter of the subscript; None where it does not."""
    letters = _letters(shape.below)
    if letters and any(letter in p.bound for letter in letters) and all(len(letter) == 1 for letter in letters):
        indices: tuple[Expression, ...] = tuple(map(index, letters))
        if len(shape.above) == 1 and shape.above.isalpha():
            indices = (Symbol(shape.above), *indices)
        return Indexed(Symbol(Shape(shape.base, "", "", shape.primes).display, span), indices, span)
    if shape.below[:1] in p.bound and _SHIFTED(shape.below):
        entries = entries_in(shape.below, 1)[0]
        if entries:
            return Indexed(Symbol(Shape(shape.base, shape.above, "", shape.primes).display, span), entries, span)
    if shape.above in p.bound:
        base = Symbol(Shape(shape.base, "", shape.below, shape.primes).display, span)
        return Indexed(base, (Symbol(shape.above),), span)
    return None


@lru_cache(maxsize=1024)
def _letters(below: str) -> tuple[str, ...]:
    return tuple(letter for letter in re.split(r",|(?<=[a-z])(?=[a-z])", below) if letter)
