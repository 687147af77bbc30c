r"""Statements to the chain of the answer: ``L = a b, where a = 2 x`` has the sides ``L`` and ``a b``, and defines a.

An update rule ``w := w - \eta g`` is the gradient in it; what names a left side need not be known.
"""

from __future__ import annotations

from typing import TypeAlias

from grader.expression.language.nodes import Call, Expression, Number, Product, Symbol
from grader.expression.reading.grammar import updates
from grader.expression.reading.grammar.bound_letters import script_letters
from grader.expression.reading.grammar.differentials import begins_differential
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import stuck
from grader.expression.reading.grammar.statements import Statement
from grader.expression.reading.lexing.tokens import Unreadable, fail
from grader.problems import Problem, Span

_LEFT_OUT = frozenset(("const", "constant", "constants", "C", "c"))  # what stands for terms of no interest
_DERIVED = frozenset(("partial", "nabla"))
_NAME_AT_MOST = 8  # tokens outside of brackets in what a left side may be called
Chain: TypeAlias = tuple[Expression, ...]
DefinedName: TypeAlias = tuple[Expression, Expression]


def chains(p: Parser, parts: list[Statement], lenient: bool) -> tuple[Chain, tuple[DefinedName, ...]]:
    """The answer's chain, and the definitions before or behind it; `lenient`: what can't be read may be prose."""
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
    apart = [part for part in mains if not _is_used(p, part, mains)]
    own = [part for part in mains if not named[part] and (part in apart or not _adjoint(p, part))]
    answers = own or apart[-1:] or mains[-1:]
    if len(apart) == 1 and apart[0].equals and answers[-1] is not apart[0] and answers[-1].equals:
        answers = apart  # dz1 = dz2 W^T, dz2 = ...: of the others each is used
    # x^T dz, dz = ...: what has no left side is the answer
    answer = mains[0] if not mains[0].equals and _defines_for(p, mains[0], answers[-1]) else answers[-1]
    for part, name in named.items():
        if part is not answer and (name := name or _adjoint(p, part)) and not _only_differentiated(p, part, parts):
            p.defined[name] = name
    definitions = _definitions(p, parts, answer, lenient)
    return _answer(p, answer), definitions


def _definitions(p: Parser, parts: list[Statement], answer: Statement, lenient: bool) -> tuple[DefinedName, ...]:
    """What the statements beside the answer define; one without a left side is prose, a step, or a mistake."""
    found: list[DefinedName] = []
    for part in parts:
        if part is answer:
            continue
        sides = _earlier(p, part, ((lenient or part.step) and not part.definition) or _restates(p, part, parts))
        if sides is None:
            continue
        if len(sides) > 1 and not isinstance(sides[0], Number):
            found.append((sides[0], sides[-1]))
        elif lenient or part.step:
            p.note("prose" if lenient else "steps")
        else:
            token = p.tokens[answer.start]
            fail("a second formula begins here", "give one answer, or join the lines with =", token.start, token.end)
    return tuple(found)


def _is_used(p: Parser, part: Statement, mains: list[Statement]) -> bool:
    """Whether the left side of an equation stands in a later side of another one."""
    if not part.equals:
        return False
    left = [token.text for token in p.tokens[part.start : part.equals]]
    if _adjoint(p, part):  # dZ_ij = ... of a dZ
        left = left[: left.index("_")] if "_" in left else left
    for other in mains:
        right = [token.text for token in p.tokens[other.equals + 1 if other.equals else other.start : other.end]]
        if other is not part and any(right[at : at + len(left)] == left for at in range(len(right) - len(left) + 1)):
            return True
    return False


def _restates(p: Parser, part: Statement, parts: list[Statement]) -> bool:
    r"""Whether ``L = (y - t)^2 + \dots`` leaves terms of a quantity out that stands in derivatives alone elsewhere."""
    inside = range(part.equals, part.end)
    left_out = any(p.kinds[at] == "dots" or p.tokens[at].text in _LEFT_OUT for at in inside)
    return left_out and _only_differentiated(p, part, parts)


def _only_differentiated(p: Parser, part: Statement, parts: list[Statement]) -> bool:
    """Whether a statement is on a quantity of the model that stands in derivatives alone elsewhere."""
    shape = p.scan(part.start) if part.equals and p.table is not None else None
    if shape is None or shape.end != part.equals:
        return False
    assert p.table is not None
    if p.table.find(shape.base, shape.above, shape.below, shape.primes) is None:
        return False
    rest = (at for other in parts if other is not part for at in range(other.start, other.end))
    same = [at for at in rest if p.tokens[at].text == p.tokens[part.start].text]
    return not any(_DERIVED.isdisjoint(p.kinds[max(0, at - 5) : at]) for at in same)


def _defines_for(p: Parser, first: Statement, last: Statement) -> bool:
    """Whether the last statement says what stands in the first: ``dz`` of code, or a derivative used there."""
    if _adjoint(p, last):
        return True
    derivative = last.equals > 0 and _begins_derivative(p, last.start)
    return derivative and any(_begins_derivative(p, at) for at in range(first.start, first.end))


def _begins_derivative(p: Parser, at: int) -> bool:
    return p.kinds[at] == "nabla" or begins_differential(p, at + 2 if p.kinds[at] == "frac" else at)


def _adjoint(p: Parser, part: Statement) -> str:
    """The name that ``dz2 = ...`` of code defines, where nothing of that name is declared."""
    shape = p.scan(part.start) if part.equals and p.table is not None else None
    if shape is None or shape.end != part.equals or p.kinds[part.start] not in ("name", "word"):
        return ""
    assert p.table is not None
    known = p.table.find(shape.base, shape.above, shape.below, shape.primes)
    if known is not None or len(shape.base) < 2:
        return ""
    return shape.base if _is_letters(shape.below) else shape.display


def _answer(p: Parser, part: Statement) -> Chain:
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


def _earlier(p: Parser, part: Statement, lenient: bool) -> Chain | None:
    """The sides of a statement that is not the answer; None where prose may hold what can't be read."""
    problems = len(p.problems)
    try:
        sides = _chain(p, part)
    except Unreadable:
        if lenient:
            del p.problems[problems:]
            return None
        raise
    if lenient and len(p.problems) > problems:
        del p.problems[problems:]
        return None
    return sides


def _left(p: Parser, part: Statement) -> str:
    """The name that a statement ``name = ...`` would define, or an empty string."""
    if not part.equals:
        return ""
    if (bracketed := _in_brackets(p, part)) is not None:
        return bracketed
    shape = p.scan(part.start)
    if shape is None or shape.end != part.equals or begins_differential(p, part.start):
        return ""
    return shape.base if p.table is not None and _is_letters(shape.below) else shape.display


def _is_letters(below: str) -> bool:
    """Whether a subscript may be letters of indices."""
    return len(below) <= 3 and below.isalpha() and below.islower()


def _in_brackets(p: Parser, part: Statement) -> str | None:
    """The name in ``(D_1)_{nk} = ...``; None where no left side of this kind stands."""
    close = p.match.get(part.start, 0)
    if p.tokens[part.start].text != "(" or p.kinds[close + 1] != "_":
        return None
    shape = p.scan(part.start + 1)
    after = p.script(close + 2)[1]
    if shape is None or shape.end != close or after != part.equals or begins_differential(p, part.start + 1):
        return None
    return shape.display


def _chain(p: Parser, part: Statement) -> Chain:
    """The sides of ``a = b = c``; what only names the left side need not be known."""
    p.pos = part.start
    sides: list[Expression] = []
    while True:
        problems = len(p.problems)
        further = _next_equals(p, part) if sides else 0
        side = _left_side(p, part) if not sides and part.equals > 0 else _between(p, further) if further else _side(p)
        ends = p.kinds[p.pos] == "end"
        if side is None:
            p.pos += 1
            continue
        lettered = isinstance(side, Symbol) and len(side.name) == 1 and len(p.problems) == problems + 1
        if sides and lettered and not ends:  # \nabla^2 J = H = ...: only another name for both sides
            del p.problems[problems:]
            p.note("left_side")
        else:
            sides.append(side)
        if ends:
            return tuple(sides)
        if p.token.text == "approx":
            p.note("approx")
        elif p.token.text == ":=":
            p.note("update")
        p.pos += 1


def _next_equals(p: Parser, part: Statement) -> int:
    """Where the next ``=`` of the statement stands outside of brackets; 0 where there is none."""
    at = p.pos
    while at < part.end:
        if p.kinds[at] == "=":
            return at
        at = p.match.get(at, at) + 1
    return 0


def _between(p: Parser, end: int) -> Expression | None:
    """A side between two others; None for one that can't be read, which is a step and not the answer."""
    problems, begin = len(p.problems), p.pos
    try:
        side = _side(p)
        if len(p.problems) == problems or isinstance(side, Symbol):
            return side
    except Unreadable:
        pass
    del p.problems[problems:]
    p.note("left_out" if "," in _kinds_outside_brackets(p, begin, end) else "prose")
    p.pos = end
    return None


def _side(p: Parser) -> Expression:
    """One side of a chain, up to its ``=`` or the end."""
    side = p.side()
    if p.kinds[p.pos] == "over":
        p.pos += 1
        below = p.value()
        side = Call("div", (side, below), 0, Span(side.span.start, p.tokens[p.pos - 1].end))
    if p.kinds[p.pos] not in ("=", "end"):
        stuck(p)
    return side


def _left_side(p: Parser, part: Statement) -> Expression:
    """The first side of an equation, which may be called what it likes: ``H = ... h ...``."""
    problems, renamed = len(p.problems), dict(p.renamed)
    try:
        side = _side(p)
    except Unreadable:
        if "," in _kinds_outside_brackets(p, part.start, part.equals):
            raise
        sign = p.tokens[part.equals - 1]
        if sign.kind in ("-", "/", "joint") and sign.end == p.tokens[part.equals].start:  # W -= ...
            fail(f"'{sign.text}=' changes a value that is not shown", "write what it becomes", *sign[2:])
        p.pos = part.equals
        side = Symbol("", Span(p.tokens[part.start].start, p.tokens[part.equals].start))
        p.note("left_side" if len(_kinds_outside_brackets(p, part.start, part.equals)) < _NAME_AT_MOST else "left_out")
    if p.kinds[p.pos] == "=":
        if len(p.problems) > problems and (isinstance(side, Product) or _is_operator(side)):
            p.note("left_out")  # pi_a A_a with the advantage A_a = ...
        del p.problems[problems:]
        p.renamed = renamed
    return side


def _is_operator(side: Expression) -> bool:
    return isinstance(side, Call) and side.function in ("add", "sub", "neg", "div")


def _kinds_outside_brackets(p: Parser, at: int, end: int) -> list[str]:
    """The kinds of the tokens outside of brackets."""
    found = []
    while at < end:
        found.append(p.kinds[at])
        at = p.match.get(at, at) + 1
    return found


def mixed_names(p: Parser) -> list[Problem]:
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
