r"""Brackets behind a quantity: ``f(x_i, w)`` is the declared f at i, in ``L(1 - y)`` the bracket is a factor."""

from __future__ import annotations

import re

from grader.expression.language.names import Declared
from grader.expression.language.nodes import Expression, Indexed, Symbol
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.spelling.scripts import Shape, lookalikes, shape_of
from grader.expression.reading.spelling.spelled import Found, key_of
from grader.problems import Span

_LISTED = frozenset(("name", "word", "accent", ",", ";", "_", "(", ")", "'", "num"))


def round_bracket_ahead(p: Cursor) -> bool:
    """Whether round brackets open here."""
    return p.kinds[p.pos] == "(" and p.token.text == "("


def holds_list_of_names(p: Cursor) -> bool:
    """Whether the brackets ahead hold names parted by commas, as arguments do."""
    kinds = p.kinds[p.pos + 1 : p.match[p.pos]]
    return p.token.text == "(" and "," in kinds and all(kind in _LISTED for kind in kinds)


def holds_commas(p: Cursor, opener: int) -> bool:
    """Whether commas part what stands in the brackets, leaving out those in brackets of their own."""
    at, close = opener + 1, p.match[opener]
    while at < close:
        if p.kinds[at] == ",":
            return True
        at = p.match.get(at, at) + 1
    return False


def holds_arguments(p: Cursor, opener: int) -> bool:
    """Whether brackets hold arguments only, ``L(y, f(x_i; w))``: in ``L(2)`` and ``L(1 - y)`` they hold a factor."""
    at, close = opener + 1, p.match[opener]
    while at < close:
        shape = p.scan(at)
        if shape is None and p.kinds[at] != "joint":  # J(\cdot)
            return False
        at = at + 1 if shape is None else shape.end
        if p.kinds[at] == "(" and holds_arguments(p, at):
            at = p.match[at] + 1
        if at == close:
            return True
        if p.kinds[at] not in (",", ";", "|"):
            return False
        at += 1
    return False


def skip_arguments(p: Cursor) -> None:
    """Step over the round brackets ahead."""
    if round_bracket_ahead(p):
        p.pos = p.match[p.pos] + 1


def differentiated_by(p: Cursor, declared: Declared, opener: int | None, span: Span) -> Expression:
    """What ``f'`` differentiates by: its one argument as written, else the last one that is declared."""
    shape = None if opener is None else p.scan(opener + 1)
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


def entries_by_arguments(
    p: Cursor, found: Found, entries: tuple[Expression, ...], lenient: bool
) -> tuple[Expression, ...]:
    """Read ``(x_i, w)`` behind a quantity: its arguments mean the quantity itself, a letter in them its entry.

    `lenient`: other brackets are a factor, to be read later, and no mistake.
    """
    declared = found.declared
    opener, close = p.pos, p.match[p.pos]
    arguments = _own_arguments(p, declared.name)
    if arguments is None:
        if p.in_partial and holds_arguments(p, opener):
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
    return _with_letter(declared, entries, arguments)


def _with_letter(
    declared: Declared, entries: tuple[Expression, ...], arguments: list[Shape | Found]
) -> tuple[Expression, ...]:
    """The entries, with the letters that enter the arguments: ``f(x_i, w)`` is f at i, ``N(x_i; mu_k)`` at i, k."""
    signs = [sign for shape in arguments for sign in (shape.above, shape.below) if len(sign) == 1 and sign.isalpha()]
    letters, left = list(dict.fromkeys(signs)), declared.rank - len(entries)
    if len(letters) != left > 1:
        letters = letters[: min(left, 1)]
    return (*entries, *map(Symbol, letters)) if left > 0 else entries


def entries_at_arguments(p: Cursor, declared: Declared) -> tuple[Expression, ...]:
    """Step over the round brackets ahead where they hold arguments of the quantity only; the entries that they give."""
    arguments = _own_arguments(p, declared.name)
    if arguments is None:
        return ()
    p.pos = p.match[p.pos] + 1
    return _with_letter(declared, (), arguments)


def skip_own_arguments(p: Cursor, name: str) -> None:
    """Step over the round brackets ahead where they hold arguments of the quantity only, as in ``h^2(z)``."""
    if p.table is not None and round_bracket_ahead(p) and _own_arguments(p, name) is not None:
        p.pos = p.match[p.pos] + 1


def skip_arguments_of(p: Cursor, node: Expression) -> None:
    """Step over them behind a quantity or an entry of one, as in ``(a_1)_{ni}(X)``."""
    base = node.base if isinstance(node, Indexed) else node
    if isinstance(base, Symbol):
        skip_own_arguments(p, base.name)


def _own_arguments(p: Cursor, name: str) -> list[Shape | Found] | None:
    """The names in the brackets ahead, where all of them are arguments of the quantity; else None.

    Of one that is declared with its subscript, ``o(z_o)``, the subscript is no letter that enters it.
    """
    table = p.table
    assert table is not None
    allowed = table.arguments.get(name, frozenset())
    at, close = p.pos + 1, p.match[p.pos]
    shapes: list[Shape | Found] = []
    while at < close:
        if p.kinds[at] == "num" and shapes and p.kinds[at + 1] in (",", ";", ")"):  # N(x_i; mu_k, 1)
            at += 2
            continue
        shape = p.scan(at)
        end = None if shape is None else shape.end if p.kinds[shape.end] != "^" else p.script(shape.end + 1)[1]
        if shape is None or end is None or p.kinds[end] not in (",", ";", ")"):
            return None
        bases = {shape.base, key_of(shape.base, shape.above, shape.below)}
        bases |= {base for base, _ in lookalikes(shape.base)}
        known = table.find(shape.base, shape.above, shape.below, 0)
        if known is not None:
            bases.add(known.declared.name)
        if not bases & allowed and not p.in_partial:
            return None
        shapes.append(known or shape)
        if p.kinds[end] == ")":
            break
        at = end + 1
    return shapes
