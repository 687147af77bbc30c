r"""A text to expressions: ``\delta x`` with "where \delta = \hat y - y" is a chain and a definition.

>>> read("dL/dz = yhat - y").chain[0]
Partial(numerator=Symbol(name='L'), denominator=Symbol(name='z'))
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Number, Symbol, children
from grader.expression.language.words import is_word
from grader.expression.reading import sources
from grader.expression.reading.grammar import atoms, branches, derivatives, forms, index_sizes, updates
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.statements import (
    Statement,
    bound_letters,
    paired_letters,
    script_letters,
    statements,
)
from grader.expression.reading.lexing import lexer_plain
from grader.expression.reading.lexing.tokens import Token, Unreadable, fail, link
from grader.expression.reading.spelling.dashes import with_dashes
from grader.expression.reading.spelling.scripts import scan
from grader.expression.reading.spelling.spellings import spellings_of
from grader.problems import Problem, Span

MAX_TREE = 200
_LATEX = re.compile(r"\\[A-Za-z({\[\\_%,;|!]|\$|`|\{,\}|(?<!&)&(?!&)")
_MARKS = ("\\", "$", "`", "&", "{,}")  # one of them stands in all that looks like LaTeX
_DASH = re.compile(r"\S[-−–—]\d")  # touching both sides, as in Z_1-1
_PROSE = frozenset(
    [
        "the",
        "is",
        "of",
        "we",
        "so",
        "get",
        "to",
        "this",
        "that",
        "because",
        "answer",
        "gradient",
        "derivative",
        "therefore",
        "hence",
        "by",
        "using",
        "thus",
        "it",
        "as",
        "are",
        "which",
        "have",
        "has",
        "know",
        "idea",
        "sorry",
        "dont",
        "don't",
        "can't",
        "not",
        "sure",
        "then",
        "our",
        "since",
        "rule",
        "chain",
        "apply",
    ]
) - {"not", "then"}
_LIKE_PROSE = ("this looks like prose, not like a formula", "write the formula only, or put it between $ signs")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says.

    `chain` holds the sides of ``a = b = c``, the last being the answer; `definitions` pairs ``(name, value)``;
    `notes` are stable strings on how it was read; with any `problems` the text counts as unreadable.
    """

    text: str
    chain: tuple[Expression, ...] = ()
    definitions: tuple[tuple[Expression, Expression], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def expression(self) -> Expression | None:
        """The answer: the last side of the chain."""
        return self.chain[-1] if self.chain else None


def read(text: str, names: Names | None = None, notation: str | None = None) -> Reading:
    """Read a text in either notation ("plain", "latex", None: whichever it looks like).

    With `names` every symbol must be one of them (under any spelling); without, every free name is itself.
    """
    notes: list[str] = []
    parser: Parser | None = None
    source = text
    try:
        source = sources.prepared(text, notes)
        tokens = _tokens(source, names, notation, notes)
        table = None if names is None else spellings_of(names)
        if table is not None and table.dashed and _DASH.search(source):
            tokens = with_dashes(tokens, table, notes)
        linked = link(tokens)
        parts = statements(linked)
        pairs = paired_letters(linked)
        parser = Parser(linked, table, bound_letters(linked, pairs), pairs)
        chain, definitions = _parse(parser, parts, "prose" in notes)
        if parser.ranges and (meant := index_sizes.sizes(parser)):
            chain = tuple(index_sizes.sized(side, meant) for side in chain)
            definitions = tuple((left, index_sizes.sized(right, meant)) for left, right in definitions)
        if len(linked.tokens) > MAX_TREE // 2:
            _check_depth(parser, (*chain, *(side for pair in definitions for side in pair)))
    except Unreadable as stop:
        problems = [*(parser.problems if parser else ()), stop.problem]
        return _failed(text, source, problems, notes)
    notes += [note for note in parser.notes if note not in notes]
    problems = [*parser.problems, *_inconsistent(parser)]
    if problems:
        return _failed(text, source, problems, notes)
    return Reading(text, chain, definitions, tuple(notes))


def read_expression(text: str, names: Names | None = None) -> Expression | Problem:
    """Exactly one expression without ``=``, as rubrics hold them."""
    reading = read(text, names)
    if reading.problems:
        return reading.problems[0]
    if len(reading.chain) != 1 or reading.definitions:
        return Problem("one expression without '=' is expected here", "", span=Span(0, len(text)), text=text)
    return reading.chain[0]


def plain_name(text: str) -> str:
    """The plain spelling under which a free name is read: ``\\hat{y}`` is ``yhat``, ``w1`` is ``w_1``."""
    reading = read(text)
    return reading.chain[0].name if len(reading.chain) == 1 and isinstance(reading.chain[0], Symbol) else text


def _failed(text: str, source: str, problems: list[Problem], notes: list[str]) -> Reading:
    placed = tuple(replace(problem, text=source) for problem in problems)
    return Reading(text, (), (), tuple(dict.fromkeys(notes)), placed)


def _tokens(source: str, names: Names | None, notation: str | None, notes: list[str]) -> list[Token]:
    if notation == "latex" or (notation is None and any(mark in source for mark in _MARKS) and _LATEX.search(source)):
        return sources.latex_tokens(source, names, notes)
    tokens = lexer_plain.lex(source)
    runs = [at for at, token in enumerate(tokens) if token[3] - token[2] > 1 and token[0] == "name"]
    for at in runs:
        token = tokens[at]
        word = source[token.start : token.end].lower()  # as typed: t̂ is spelled "that"
        if word in _PROSE and all(declared.name != token.text for declared in names or ()):
            fail(*_LIKE_PROSE, token.start, token.end)
    if names is None:
        for at, following in pairwise(runs):
            if following == at + 1 and is_word(tokens[at].text) and is_word(tokens[following].text):
                fail(*_LIKE_PROSE, tokens[at].start, tokens[following].end)
    return tokens


def _parse(
    p: Parser, parts: list[Statement], lenient: bool
) -> tuple[tuple[Expression, ...], tuple[tuple[Expression, Expression], ...]]:
    """Parse the statements of a text: the answer's chain, and definitions before or behind it."""
    if len(parts) == 1 and not parts[0].definition:
        p.kinds[parts[0].end] = "end"
        return _answer(p, parts[0]), ()
    for part in parts:
        p.kinds[part.end] = "end"
    mains = [part for part in parts if not part.definition]
    if not mains:
        first = p.tokens[0]
        fail("here is a definition but no answer", "write the formula itself", first.start, p.tokens[-1].end)
    named = {part: _left(p, part) for part in parts}
    answers = [part for part in mains if not named[part]] or mains[-1:]
    # x^T dz, dz = ...: what has no left side is the answer
    answer = mains[0] if not mains[0].equals and _adjoint(p, answers[-1]) else answers[-1]
    for part, name in named.items():
        if part is not answer and (name := name or _adjoint(p, part)):
            p.defined[name] = name
    definitions: list[tuple[Expression, Expression]] = []
    for part in parts:
        if part is answer:
            continue
        sides = _earlier(p, part, lenient or part.step)
        if sides is None:
            continue
        if len(sides) > 1 and isinstance(sides[0], Number) is False:
            definitions.append((sides[0], sides[-1]))
        elif lenient or part.step:
            p.note("prose" if lenient else "steps")
        else:
            token = p.tokens[answer.start]
            fail("a second formula begins here", "give one answer, or join the lines with =", token.start, token.end)
    return _answer(p, answer), tuple(definitions)


def _adjoint(p: Parser, part: Statement) -> str:
    """The name that ``dz2 = ...`` of code defines, where nothing of that name is declared."""
    shape = scan(p.tokens, p.match, part.start, lambda *_: False) if part.equals and p.table is not None else None
    if shape is None or shape.end != part.equals or p.kinds[part.start] not in ("name", "word"):
        return ""
    assert p.table is not None
    known = p.table.find(shape.base, shape.above, shape.below, shape.primes)
    return "" if known is not None or len(shape.base) < 2 else shape.display


def _answer(p: Parser, part: Statement) -> tuple[Expression, ...]:
    """The chain of the answer; an update rule is the gradient in it."""
    if not updates.is_update(p, part):
        return _chain(p, part)
    size = updates.step_size(p, part)
    if size:
        p.defined[size] = size
    chain = _chain(p, part)
    found = updates.gradient(chain[0], chain[-1], size)
    if found is None and size:
        fail(f"the name '{size}' is not known here", "write the gradient alone", *p.tokens[part.start][2:])
    if found is None or not (size or "update" in p.notes):
        return chain
    return (Symbol("", chain[0].span), found)


def _earlier(p: Parser, part: Statement, lenient: bool) -> tuple[Expression, ...] | None:
    """The sides of a statement that is not the answer; None where prose may hold what can't be read."""
    problems = len(p.problems)
    try:
        sides = _chain(p, part)
    except Unreadable:
        if lenient and not part.definition:
            del p.problems[problems:]
            return None
        raise
    if lenient and not part.definition and len(p.problems) > problems:
        del p.problems[problems:]
        return None
    return sides


def _left(p: Parser, part: Statement) -> str:
    """The name that a statement ``name = ...`` would define, or an empty string."""
    if not part.equals:
        return ""
    shape = scan(p.tokens, p.match, part.start, lambda *_: False)
    if shape is None or shape.end != part.equals or derivatives.leads(p, part.start):
        return ""
    if p.table is not None and len(shape.below) <= 3 and shape.below.isalpha() and shape.below.islower():
        return shape.base
    return shape.display


def _chain(p: Parser, part: Statement) -> tuple[Expression, ...]:
    """The sides of ``a = b = c``; what only names the left side need not be known."""
    p.pos = part.start
    p.depth = p.inner = p.bars = 0
    sides: list[Expression] = []
    while True:
        first = not sides and part.equals > 0
        problems, renamed = len(p.problems), dict(p.renamed)
        try:
            side = branches.side(p)
            if p.kinds[p.pos] == "over":
                p.pos += 1
                side = forms.quotient(p, side, p.value())
            if p.kinds[p.pos] not in ("=", "end"):
                atoms.stuck(p)
        except Unreadable:
            if not first or "," in _top(p, part.start, part.equals):
                raise
            sign = p.tokens[part.equals - 1]
            if sign.kind in ("-", "/", "joint") and sign.end == p.tokens[part.equals].start:  # W -= ...
                fail(f"'{sign.text}=' changes a value that is not shown", "write what it becomes", *sign[2:])
            p.pos = part.equals
            p.depth = p.inner = p.bars = 0
            p.in_partial = False
            side = Symbol("", Span(p.tokens[part.start].start, p.tokens[part.equals].start))
            p.note("left_side")
        if first and p.kinds[p.pos] == "=":
            del p.problems[problems:]
            p.renamed = renamed  # `H = ... h ...`: a left side may be called what it likes
        lettered = isinstance(side, Symbol) and len(side.name) == 1 and len(p.problems) == problems + 1
        if sides and lettered and p.kinds[p.pos] == "=":  # \nabla^2 J = H = ...: only another name for both sides
            del p.problems[problems:]
            p.note("left_side")
        else:
            sides.append(side)
        token = p.token
        if p.kinds[p.pos] == "end":
            return tuple(sides)
        if token.text == "approx":
            p.note("approx")
        elif token.text == ":=":
            p.note("update")
        p.pos += 1


def _top(p: Parser, at: int, end: int) -> list[str]:
    """The kinds of the tokens outside of brackets."""
    found = []
    while at < end:
        found.append(p.kinds[at])
        at = p.match.get(at, at) + 1
    return found


def _inconsistent(p: Parser) -> list[Problem]:
    """Look-alikes are only accepted where the name they stand for is not used beside them."""
    if not p.renamed:
        return []
    entering = script_letters(p, 0, len(p.tokens))
    found = [
        Problem(f"the letter '{written}' is an index elsewhere", "", span=Span(token.start, token.end))
        for written, (_, token) in p.renamed.items()
        if written in entering and written not in p.ranges  # the N above a sum is no index
    ]
    found += [
        Problem(
            f"the name '{written}' is not known here",
            f"'{name}' stands beside it: which is meant?",
            span=Span(token.start, token.end),
        )
        for written, (name, token) in p.renamed.items()
        if name in p.used
    ]
    meant = [name for name, _ in p.renamed.values()]
    found += [
        Problem(f"'{written}' and another name both look like '{name}'", "which is meant?", span=Span(*token[2:]))
        for written, (name, token) in p.renamed.items()
        if meant.count(name) > 1
    ]
    return found


def _check_depth(p: Parser, chain: tuple[Expression, ...]) -> None:
    pending = [(side, 1) for side in chain]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_TREE:
            fail("this is nested too deep", f"at most {MAX_TREE} levels", p.tokens[0].start, p.tokens[-1].end)
        pending += [(child, depth + 1) for child in children(node)]
