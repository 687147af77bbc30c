r"""A formula of the author -> the one expression that it says; what a student's answer may leave open is refused here.

Of ``sigmoid(zz)`` where only z is declared it says ``the name 'zz' is not known here (did you mean 'z'?)``; in an
answer it would be z times z.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from grader.expression.language.functions import CONSTANTS, SPELLINGS
from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Partial, Symbol, children
from grader.expression.language.words import GREEK_LETTERS
from grader.expression.reading.read import Reading, read
from grader.expression.reading.sources import prepared
from grader.expression.reading.spelling.scripts import shape_of
from grader.expression.reading.spelling.spelled import Spellings
from grader.expression.reading.spelling.spellings import spellings_of
from grader.problems import NOWHERE, Problem, Span, did_you_mean
from grader.rubric.fields import RubricPlace
from grader.rubric.tree import Text

MAX_LISTED = 12
_UNKNOWN = re.compile(r"the name '(.+)' is not known here")
_INDICES = re.compile(r"'([^']+'*)' has \d+ ind|'([^']+'*)' is known, but without these indices")
_OFFERED = re.compile(r"did you mean '(.+)'\?")
_RENAMED = re.compile(r"(?:case|renamed):(.+)->(.+)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_CALL_OF_SUM = re.compile(r"(?<![\\A-Za-z])(sum|prod|mean|max|min)_(\{[^{}]*\}|\w+)\(")
_POWER = re.compile(r"\s*(\^|\*\*)\s*(\{[^{}]*\}|\w+)?")
_OPENED = re.compile(r"\s*(?:\\(?:left|[bB]ig+l?)\s*)?\(")
_RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Known:
    """What a formula's messages may go by.

    `above` are the names that a hint may offer, `failed` those of which a mistake is noted already, so that nothing
    that follows from it is; `told` are the messages of the model so far.
    """

    above: Names
    failed: Set[str] = frozenset()
    told: set[str] = field(default_factory=set)
    free: frozenset[str] = frozenset()  # the letters of the left side
    made_of: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by a definition, all that it is computed from


def read_formula(text: Text, names: Names, place: RubricPlace, known: Known | None = None) -> Expression | None:
    """A formula of the author; notes what can't be read, and where."""
    text = text.stripped()
    known = known or Known(names)
    reading = read(text.value, names, free=known.free)
    problems = list(_problems(reading, names)) or list(_calls(reading, names, known.made_of))
    for problem in problems:
        problem = _with_hint(problem, known.above)
        if str(problem) not in known.told and not _follows(problem, known.failed):
            place.note(text, problem)
        known.told.add(str(problem))
    return None if problems else reading.chain[0]


def problems_of(text: str, names: Names) -> tuple[Problem, ...]:
    """All that is wrong with a formula, each with its place in the text."""
    return tuple(_problems(read(text, names), names))


def _follows(problem: Problem, failed: Set[str]) -> bool:
    """Whether a problem is that a name has no such indices of which the definition could not be read."""
    found = _INDICES.search(f"{problem.message} {problem.hint}")
    return found is not None and (found[1] or found[2]) in failed


def _problems(reading: Reading, names: Names) -> Iterator[Problem]:
    """All that is wrong with a formula, each in its place."""
    strange = list(_computed_places(reading.text, names))
    if strange or reading.problems:
        yield from strange or map(_with_index, reading.problems)
        return
    source = prepared(reading.text, names, [])
    if len(reading.chain) != 1 or reading.definitions:
        at = max(source.find("="), 0)
        yield Problem("one expression without '=' is expected here", "", span=Span(at, at + 1), text=source)
        return
    found = [*_left_open(reading.notes, source), *_double(source)]
    found += _other_names(reading, source, spellings_of(names))
    yield from (replace(problem, text=source) for problem in found)


_STRIDE = re.compile(r"\s*-?\s*\d*\s*\*?\s*([A-Za-z])\s*(?:[+-]\s*\w+\s*)?")
_IN_CODE = re.compile(r"([A-Za-z]\w*)\[([^\[\],]*[*-][^\[\],]*|\s*\d+\s*[A-Za-z][^\[\],]*)\]")
_TOO_MANY = re.compile(r"('.+') has (\d+ ind\w+), here are more")
_BELOW = re.compile(r"_(?:\{(.*)\}|\((.*)\)|(\w+))")
_PLACE = "an index is a letter, a number, or made of them by + - * / in a subscript, as in x_{2i}"


def _computed_places(source: str, names: Names) -> Iterator[Problem]:
    """Places that code would compute, ``x[2*i]``, which would be read as a factor."""
    ranks = {declared.name: declared.rank for declared in names}
    for found in _IN_CODE.finditer(source):
        inner = _STRIDE.fullmatch(found[2])
        if ranks.get(found[1]) and inner and not ranks.get(inner[1]) and not re.fullmatch(r"\s*\w[+-]\w+\s*", found[2]):
            message = f"the index '{found[2].strip()}' of '{found[1]}' can't be read"
            yield Problem(message, _PLACE, span=Span(*found.span(2)), text=source)


def _with_index(problem: Problem) -> Problem:
    """That there are too many indices, said of one that is no index at all: the 2i of ``x_{2i}``."""
    more, span = _TOO_MANY.fullmatch(problem.message), problem.span
    below = _BELOW.search(problem.text, span.start, span.end) if more and span else None
    if more is None or below is None:
        return problem
    parts = next(text for text in below.groups() if text is not None).split(",")
    raw = next((part for part in parts if re.search(r"\d\s*\*?\s*[A-Za-z]|[*/]|^\s*-", part)), "")
    if not raw:
        return problem
    at = problem.text.index(raw, below.start())
    message = f"the index '{raw}' of {more[1]}, which has {more[2]}, can't be read"
    return replace(problem, message=message, hint=_PLACE, span=Span(at, at + len(raw)))


def _left_open(notes: tuple[str, ...], source: str) -> Iterator[Problem]:
    """What was supplied, passed over or guessed."""
    if "bracket_supplied" in notes:
        at = _open_bracket(source)
        hint = f"add '{_CLOSING.get(source[at], ')')}' where it ends"
        yield Problem(f"the bracket '{source[at]}' is never closed", hint, span=Span(at, at + 1))
    if "prose" in notes:
        yield Problem("words beside the formula are not read", "write the formula alone", span=Span(0, len(source)))
    if "ambiguous_exponent" in notes:
        at = max(source.find("^"), 0)
        yield Problem("where this exponent ends can't be told", "put it in brackets", span=Span(at, at + 1))


def _open_bracket(source: str) -> int:
    """Where the bracket stands that nothing closes."""
    opened: list[int] = []
    for at, sign in enumerate(source):
        if sign in _CLOSING:
            opened.append(at)
        elif sign in _CLOSING.values() and opened:
            opened.pop()
    return opened[-1] if opened else 0


def _double(source: str) -> Iterator[Problem]:
    """``sum_i(r_i)^2``, which is a sum of squares or the square of a sum."""
    for found in _CALL_OF_SUM.finditer(source):
        end = _end_of(source, found.end() - 1)
        power = _POWER.match(source, end)
        if power:
            head, inner = source[found.start() : found.end() - 1], source[found.end() : end - 1]
            sign = power[0].strip()
            written = source[found.start() : power.end()].strip()
            message = f"'{written}' may be a power of the {found[1]} or of its terms"
            hint = f"write ({head}({inner})){sign} or {head}(({inner}){sign})"
            yield Problem(message, hint, span=Span(power.start(1), power.end()))


def _end_of(source: str, opener: int) -> int:
    """The place behind the bracket that closes the one at `opener`."""
    depth = 0
    for at in range(opener, len(source)):
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        if not depth:
            return at + 1
    return len(source)


def _other_names(reading: Reading, source: str, table: Spellings) -> Iterator[Problem]:
    """Names that are not written as they are declared."""
    renamed = [found for note in reading.notes if (found := _RENAMED.fullmatch(note))]
    for note in renamed:
        yield _look_alike(note[1], note[2], source, table)
    if renamed:
        return
    if "arguments" in reading.notes:
        yield from _called(reading.chain[0], source)
    for symbol, derived in _symbols(reading.chain[0]):
        if symbol.span != NOWHERE and symbol.name in table.exact:
            yield from _respelled(symbol, derived, source, table)


def _look_alike(written: str, meant: str, source: str, table: Spellings) -> Problem:
    """A name that differs by its case, or by a Greek letter, from a declared one."""
    signs = "".join(sign for sign, name in GREEK_LETTERS.items() if name == written)
    pattern = rf"(?<![\\A-Za-z_{{^]){re.escape(written)}[A-Za-z0-9]*|\\{re.escape(written)}\b"
    found = re.search(f"{pattern}|[{signs}]" if signs else pattern, source) or re.search(re.escape(written), source)
    span = Span(*found.span()) if found else Span(0, len(source))
    name = source[span.start : span.end]
    longer = len(name.lstrip("\\")) > len(written)
    hint = did_you_mean(name, table.candidates()) if longer else f"did you mean '{meant}'?"
    return Problem(f"the name '{name}' is not known here", hint, span=span)


def _called(expression: Expression, source: str) -> Iterator[Problem]:
    """Brackets with a list behind a number: it is no function, and they were passed over."""
    for symbol, _ in _symbols(expression):
        behind = source[symbol.span.end :].lstrip()
        if symbol.span != NOWHERE and behind.startswith("(") and "," in behind:
            name = source[symbol.span.start : symbol.span.end]
            hint = "leave them out; what an answer may write there is said under 'arguments'"
            message = f"'{name}' is no function: the brackets behind it say nothing"
            yield Problem(message, hint, span=symbol.span)


def _calls(reading: Reading, names: Names, made_of: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Definitions before brackets that hold what they are made of, ``h(x)``: not h at x, as no alias says so."""
    source, table = prepared(reading.text, names, []), spellings_of(names)
    for symbol, derived in _symbols(reading.chain[0]):
        opened = _OPENED.match(source, symbol.span.end) if symbol.name in made_of and symbol.span != NOWHERE else None
        if opened is None or derived:
            continue
        end = _end_of(source, opened.end() - 1)
        pieces = re.split(r"[,;|]", re.sub(r"\\(?:right|[bB]ig+r?)\s*$", "", source[opened.end() : end - 1]))
        allowed = table.arguments.get(symbol.name, frozenset())
        held = [_declared_as(piece.strip(), table) for piece in pieces]
        if all(one in made_of[symbol.name] and one not in allowed for one in held):
            written = source[symbol.span.start : end]
            name, inner = source[symbol.span.start : symbol.span.end], " * ".join(piece.strip() for piece in pieces)
            message = f"'{written}' may be '{symbol.name}', which is made of what is in the brackets, or a product"
            hint = f"give '{symbol.name}' the alias '{written}', or write {name} * {inner} for the product"
            yield Problem(message, hint, span=Span(symbol.span.start, end), text=source)


def _declared_as(text: str, table: Spellings) -> str:
    """The name of the quantity that a text spells, its entries among them; empty where it spells none."""
    shape = shape_of(text)
    found = table.find(shape.base, shape.above, shape.below, shape.primes) if shape is not None else None
    return "" if found is None else found.declared.name


def _symbols(expression: Expression) -> Iterator[tuple[Symbol, bool]]:
    """Every symbol where it stands, and whether it is a side of a derivative."""
    pending = [(expression, False)]
    while pending:
        node, derived = pending.pop()
        if isinstance(node, Symbol):
            yield node, derived
        inner = isinstance(node, Partial) or (derived and not isinstance(node, Symbol))
        pending.extend((child, inner) for child in reversed(children(node)))


def _respelled(symbol: Symbol, derived: bool, source: str, table: Spellings) -> Iterator[Problem]:
    """What is wrong with how a symbol is written: cut from a run of letters, or with its indices joined on."""
    start, end = symbol.span.start, symbol.span.end
    left = start
    while left and source[left - 1].isalnum() and source[left - 1].isascii():
        left -= 1
    if not source[start : start + 1].isalpha() or (left and source[left - 1] in "^_\\"):
        return
    left += len(source[left:start]) - len(source[left:start].lstrip("0123456789"))
    found = _RUN.match(source, left)
    if found is None or (derived and source[left:start] == "d"):
        return
    run = found[0]
    if left == start and found.end() < end:
        return  # an index stands behind it
    if left == start and found.end() == end:
        shape = shape_of(run)
        if shape is None or table.find(shape.base, shape.above, shape.below, shape.primes) is not None:
            return
        hint = f"an index stands behind '_': {symbol.name}_{run.removeprefix(symbol.name)}"
        yield Problem(f"the name '{run}' is not known here", hint, span=Span(start, end))
        return
    pieces = table.pieces(run) or ()
    if pieces and len(set(pieces)) == len(pieces) and all(table.knows(one) or one in CONSTANTS for one in pieces):
        return
    hint = did_you_mean(run, table.candidates()) or "a product of names has a sign or a space between them"
    yield Problem(f"the name '{run}' is not known here", hint, span=Span(left, found.end()))


def _with_hint(problem: Problem, above: Names) -> Problem:
    """The problem with a hint that offers only names that are defined by then."""
    unknown = _UNKNOWN.fullmatch(problem.message)
    offered = _OFFERED.fullmatch(problem.hint)
    if unknown is None or not (offered or problem.hint.startswith("known are ")):
        return problem
    known = spellings_of(above).candidates()
    if offered and (offered[1] in known or offered[1] in SPELLINGS):
        return problem
    listed = "known are " + ", ".join(known) if known and len(known) <= MAX_LISTED else ""
    return replace(problem, hint=did_you_mean(unknown[1], known) or listed)
