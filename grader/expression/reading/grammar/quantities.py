r"""Names in a formula to symbols, entries and calls: ``\hat y_{ij}`` is ``yhat`` at (i, j), ``tanh^2 x`` a power.

The order is the one of the semantics: what the text defines, what the model declares, functions and constants, cuts
of a run of letters, look-alikes; what is left is unknown and a Problem.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from grader.expression.language.functions import CONSTANTS, SPELLINGS
from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Symbol, integer
from grader.expression.reading.grammar import calls, derivatives, forms, letter_runs, unknown
from grader.expression.reading.grammar.entries import (
    argument_of,
    behind_comma,
    bracketed,
    called,
    entered,
    entries_of,
    fits,
    holds_names,
    in_code,
    index,
    listed,
    row_of_defined,
    several,
    skip_arguments,
    touches,
    whole,
)
from grader.expression.reading.lexing.tokens import RESHAPES, Token, fail, span_of
from grader.expression.reading.spelling.scripts import Shape, raw_script, scan
from grader.expression.reading.spelling.spellings import Found, Spellings, lookalikes
from grader.problems import Span, did_you_mean

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser

MAX_NAME = 80
MAX_CUTS = 1_000
SCRIPTS = frozenset(("_", "^", "'"))
_MARKS = frozenset(("hat", "bar", "tilde"))


# what may stand behind a name without a say in what it means
_CALM = frozenset(
    ("+", "-", "joint", "/", ")", "end", "=", "rel", "|", ",", ";", "name", "word", "frac", "fn", "accent", "nl", "key")
)


def _looked_at(p: Parser, start: int) -> Expression:
    """Any name, with an eye on all that stands around it."""
    token = p.tokens[start]
    kind, text = token[0], token[1]
    spelled = kind == "name" or kind == "word"
    if spelled and p.table is not None and text in p.table.functions:
        return calls.function(p, p.table.functions[text])
    if spelled and (not p.declared_quantity(text) or _calls_anyway(p, text)):
        if text[0] == "d" and p.kinds[start - 1] != "partial" and derivatives.differential_ahead(p, start):
            return derivatives.slashed(p)
        if text == "delta" and derivatives.misspelt(p, start):
            return derivatives.slashed(p)
        row = calls.function_row(p, text, start)
        if row is not None:
            return calls.function(p, row)
    if spelled and p.kinds[start + 1] == "num" and letter_runs.numbered(p, start):
        start = p.pos
        token = p.token
        text = token.text
    if text == "I" and p.kinds[start + 1] == "_" and forms.holds_condition(p, start + 2) and not p.declared("I"):
        p.replace(start, Token("ind", "1", token.start, token.end))  # I_{x > 0}
        return forms.indicator(p)
    if spelled and p.kinds[start + 1] not in SCRIPTS:
        shape: Shape | None = Shape(text, "", "", 0, False, start + 1)
    else:
        shape = scan(p.tokens, p.match, start, lambda base, below: letter_runs.lengthen(p, base, below))
    if shape is None:
        fail("this name can't be read", "check its accents and subscripts", token.start, p.tokens[start + 1].end)
    if len(text) > 1 and spelled:
        pieces = letter_runs.cut(p, token, shape)
        if len(pieces) > 1:
            head = pieces[0]
            rest = text[len(head) :]
            p.cuts += 1
            if p.cuts > MAX_CUTS:
                fail("too many names are run together", "put a sign or a space between them", token.start, token.end)
            kind = "name" if len(rest) == 1 or len(pieces) == 2 else token.kind
            p.replace(start, Token(kind, rest, token.start + len(head), token.end))
            return settled(p, Shape(head), Span(token.start, token.start + len(head)), start)
    p.pos = shape.end
    return settled(p, shape, p.span(start), start)


def quantity(p: Parser) -> Expression:
    """The symbol, entry, call or derivative that begins at a name."""
    # most names have at most a subscript and read the same whatever stands around them: a look into a table
    start, tokens, kinds, table = p.pos, p.tokens, p.kinds, p.table
    token = tokens[start]
    below, after = "", start + 1
    if p.defined:
        return _looked_at(p, start)
    if token[0] == "name" or token[0] == "word":
        text = token[1]
    elif token[0] != "accent":
        return _looked_at(p, start)
    elif kinds[after] == "name":
        text = tokens[after][1] + token[1]  # an accent and its letter
        after += 1
    elif tokens[after][1] == "{" and kinds[after + 1] == "name" and kinds[after + 2] == ")":
        text = tokens[after + 1][1] + token[1]
        after += 3
    else:
        return _looked_at(p, start)
    kind = kinds[after]
    if kind == "_":
        braced = kinds[after + 1] == "("
        below, after = raw_script(tokens, p.match, after + 1)
        kind = kinds[after]
        if not below.isalnum() or below in _MARKS or (kind in ("name", "word") and not braced):
            return _looked_at(p, start)
    if kind not in _CALM and not (kind == "^" and kinds[after + 1] == "num"):
        return _looked_at(p, start)
    if text == "delta" and token[0] == "name" and len(below) == 2 and (table is None or not _delta_known(table, below)):
        pair = _kronecker(below)
        if pair is not None:
            p.pos = after
            return Call("kronecker", pair, 0, span_of(token[2], tokens[after - 1][3]))
    if table is None:
        if not _inert(text) or (len(text) > 1 and (token[0] == "word" or text[1:] == "e")):
            return _looked_at(p, start)
        p.pos = after
        span = span_of(token[2], tokens[after - 1][3])
        if not below:
            return Symbol(Shape(text).display, span)
        return settled(p, Shape(text, "", below, 0, False, after), span, start)
    meaning = _meaning(table, text, below)
    if meaning is None:
        return _looked_at(p, start)
    name, entries = meaning
    p.used.add(name)
    p.pos = after
    span = span_of(token[2], tokens[after - 1][3])
    return Indexed(Symbol(name, span), entries, span) if entries else Symbol(name, span)


@lru_cache(maxsize=4096)
def _delta_known(table: Spellings, below: str) -> bool:
    return table.find("delta", "", below, 0) is not None or table.pieces("delta") is not None


@lru_cache(maxsize=1024)
def _kronecker(below: str) -> tuple[Expression, ...] | None:
    """The letters of ``\\delta_{ij}``."""
    pair = re.fullmatch(r"([A-Za-z0-9])(?:,|=)?([A-Za-z0-9])", below)
    return (index(pair[1]), index(pair[2])) if pair and not below.isdigit() else None


@lru_cache(maxsize=4096)
def _inert(text: str) -> bool:
    """Whether an undeclared name can be no function, differential or sign of its own."""
    called = text in SPELLINGS or (len(text) > 2 and text.lower() in SPELLINGS)
    plain = text.isalnum() and text[0] != "d" and text != "I" and len(text) < MAX_NAME // 2
    return plain and not called and not unknown.fused(text) and not unknown.reserved(text)


@lru_cache(maxsize=16384)
def _meaning(table: Spellings, text: str, below: str) -> tuple[str, tuple[Expression, ...]] | None:
    """The declared name and the entries of a usual name, None where more must be looked at."""
    known = table.knows(text)
    if text in table.functions or (text in table.letters if known else not _inert(text)):
        return None
    found = table.find(text, "", below, 0)
    if found is None:
        return (text, ()) if text in CONSTANTS and not below else None
    declared = found.declared
    if found.above or found.primes or declared.role == "function":
        return None
    entries, _ = entered(found.below, declared.rank) if found.below else ((), False)
    if entries is None or 0 < len(entries) < declared.rank:
        return None
    return declared.name, entries


def _calls_anyway(p: Parser, text: str) -> bool:
    r"""Whether a declared letter is still a function before a bracket: ``\sigma`` as the alias of an activation."""
    return p.table is not None and text in p.table.letters and text not in p.defined


def named(p: Parser) -> bool:
    """Whether the group ahead holds a name and nothing else."""
    return scan(p.tokens, p.match, p.pos, lambda *_: False) is not None


def settled(p: Parser, shape: Shape, span: Span, start: int) -> Expression:
    if len(shape.base) + len(shape.below) + len(shape.above) + shape.primes > MAX_NAME:
        fail("this name is too long", f"at most {MAX_NAME} letters", span.start, span.end)
    if p.defined and (display := shape.display) in p.defined:
        return _dressed(p, Symbol(display, span), shape)
    if "," in shape.below and p.defined and (row := row_of_defined(p, shape, span)) is not None:
        return _dressed(p, row, shape)
    if p.table is None:
        return _free(p, shape, span)
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes)
    if found is not None and fits(p, found):
        p.used.add(found.declared.name)
        return _build(p, found, shape, span)
    plain = not (shape.above or shape.below or shape.primes)
    if plain and (shape.base in CONSTANTS or shape.base in p.bound):
        return _dressed(p, Symbol(shape.base, span), shape)
    special = _special(p, shape, span)
    if special is not None:
        return special
    if plain and _is_index(p, shape.base, start):
        return _dressed(p, Symbol(shape.base, span), shape)
    if shape.base + ("'" * shape.primes) in p.defined and (shape.below or shape.above):
        indices = entries_of(p, shape.above, shape.below, 4)
        if indices:
            return _dressed(p, Indexed(Symbol(shape.base + "'" * shape.primes, span), indices, span), shape)
    if shape.below[:1] == "d" == shape.base[:1] and not (shape.above or shape.primes):  # dL_dz, as code has it
        pair = [p.table.find(name[1:], "", "", 0) for name in (shape.base, shape.below)]
        if all(pair):
            sides = [_build(p, found, Shape(found.declared.name), span) for found in pair if found]
            return _dressed(p, Partial(sides[0], sides[1], span), shape)
    run = _run_together(p, shape, span) if plain else None
    if run is not None:
        return run
    for base, note in lookalikes(shape.base):
        other = p.table.find(base, shape.above, shape.below, shape.primes)
        if other is not None and fits(p, other) and whole(p, other, shape.base):
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
    unknown.report(p, shape, span, found)
    return _dressed(p, Symbol(shape.display, span), shape)


def _free(p: Parser, shape: Shape, span: Span) -> Expression:
    """A name where nothing is declared: itself, or an entry where a sum of the text binds its subscripts."""
    special = _special(p, shape, span) if shape.base == "delta" or shape.base == "I" else None
    if special is not None:
        return special
    if unknown.reserved(shape.base):
        fail(f"'{shape.base}' is a word, not a name", "write only the formula", span.start, span.end)
    if fused := unknown.fused(shape.base):
        fail(f"the function '{fused[1]}' needs brackets", f"write {fused[1]}({fused[2]})", span.start, span.end)
    while below := in_code(p):
        shape = shape._replace(below=f"{shape.below},{below}" if shape.below else below)
        span = Span(span.start, p.tokens[p.pos - 1].end)
    conditional = None if shape.below.isalnum() else _CONDITIONAL(shape.below)
    if conditional:
        p.note("index_condition")
        shape = shape._replace(below=conditional[1])
    if p.bound and shape.below:
        letters = _letters(shape.below)
        if letters and any(letter in p.bound for letter in letters) and all(len(letter) == 1 for letter in letters):
            indices: tuple[Expression, ...] = tuple(map(index, letters))
            if len(shape.above) == 1 and shape.above.isalpha():
                indices = (Symbol(shape.above), *indices)
            base = Symbol(Shape(shape.base, "", "", shape.primes).display, span)
            return _dressed(p, Indexed(base, indices, span), shape)
    if p.bound and shape.below[:1] in p.bound and _SHIFTED(shape.below):
        entered_at = entered(shape.below, 1)[0]
        if entered_at:
            base = Symbol(Shape(shape.base, shape.above, "", shape.primes).display, span)
            return _dressed(p, Indexed(base, entered_at, span), shape)
    if p.bound and shape.above in p.bound:
        base = Symbol(Shape(shape.base, "", shape.below, shape.primes).display, span)
        return _dressed(p, Indexed(base, (Symbol(shape.above),), span), shape)
    if p.in_partial and p.kinds[p.pos] == "(" and p.token.text == "(" and holds_names(p, p.pos):
        skip_arguments(p)
    elif p.kinds[p.pos] == "(" and p.token.text == "(" and several(p, p.pos):
        fail(
            f"the function '{shape.display}' is not known",
            "leave it out: a formula's shapes follow from its operands"
            if shape.base in RESHAPES
            else did_you_mean(shape.display, SPELLINGS) or "is an operator missing before the bracket?",
            span.start,
            span.end,
        )
    return _dressed(p, Symbol(shape.display, span), shape)


_SHIFTED = re.compile(r"[A-Za-z][+-]\d").fullmatch
_CONDITIONAL = re.compile(r"([A-Za-z])(?:=|!=|<=?|>=?)\w+").fullmatch


@lru_cache(maxsize=1024)
def _letters(below: str) -> tuple[str, ...]:
    return tuple(letter for letter in re.split(r",|(?<=[a-z])(?=[a-z])", below) if letter)


def _special(p: Parser, shape: Shape, span: Span) -> Expression | None:
    """Kronecker's delta, the indicator and the identity written as letters."""
    if shape.base == "delta" and not shape.above and not shape.primes and "delta" not in p.defined:
        pair = _kronecker(shape.below)
        if pair is not None:
            return _dressed(p, Call("kronecker", pair, 0, span), shape)
    if shape.base == "I" and not shape.primes and not shape.above:
        if p.kinds[p.pos] == "(" and forms.holds_condition(p, p.pos):
            return Call("iverson", (forms.condition_in_bracket(p),), 0, span)
        if p.table is not None:
            size = shape.below
            sizes = (index(size) if size.isdigit() else settled(p, Shape(size), span, p.pos),) if size else ()
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
        if p.kinds[other - 1 if other < at else other + 1] in SCRIPTS:  # the index of something
            continue
        single = p.kinds[other] == "num" or len(p.tokens[other].text) == 1  # vi may be v at i
        if (equality or kind == "rel") and p.kinds[other] in kinds and single:
            return True
    return False


def _build(p: Parser, found: Found, shape: Shape, span: Span) -> Expression:
    declared = found.declared
    node: Expression = Symbol(declared.name, span)
    if declared.role == "function":
        return _dressed(p, calls.applied(p, declared.function, p.pos - 1, found.primes, None, declared.name), shape)
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
        if p.in_partial or declared.arguments or declared.role == "opaque":
            entries = called(p, found, entries, lenient=declared.role != "opaque")
        elif not declared.rank and listed(p) and several(p, p.pos):
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


def alone(p: Parser) -> Expression:
    """The name ahead without anything behind it, as the argument of a command takes it."""
    token = p.token
    p.pos += 1
    return settled(p, Shape(token.text), Span(token.start, token.end), p.pos - 1)
