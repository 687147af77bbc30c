"""Branches in running text: ``1 if x > 0 else 0`` and ``1, x > 0; 0, x <= 0`` are a `Cases`."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.expression.algebra.construct import CONDITIONS, as_branch, as_value
from grader.expression.language.nodes import Call, Cases, Expression
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.lexing.tokens import fail


def branches(p: Parser, value: Expression | None) -> Expression:
    """The branches that `value` begins, None where a branch word does; `value` itself where it begins none."""
    if value is None:
        return _running_branches(p, None)
    kind = p.kinds[p.pos]
    behind = p.pos + (kind == ",")
    if p.kinds[behind] == "key" and p.tokens[behind].text == "for" and _step_over_range(p, behind):
        return as_value(value)
    if kind in (",", ";") and not _condition_follows(p, p.pos + 1):
        return as_value(value)
    return _running_branches(p, value)


@dataclass(slots=True)
class _Branches:
    """What was read so far; `value` still waits for its condition."""

    start: int
    value: Expression | None
    found: list[tuple[Expression, Expression]] = field(default_factory=list)
    otherwise: Expression | None = None


def _running_branches(p: Parser, value: Expression | None) -> Expression:
    """Branches in running text; `value` is what was read already."""
    b = _Branches(p.pos, value)
    with p.compared(p.commas):
        while True:
            complete = _keyword_first(p, b) if b.value is None else _value_first(p, b, b.value)
            if complete and not _another(p, b):
                break
    if not b.found and b.otherwise is not None and p.kinds[p.pos] == "end":  # the other cases, in a chain of their own
        p.note("prose")
        return b.otherwise
    if not b.found:
        token = p.tokens[b.start]
        fail("branches need a condition", "write 1 if x > 0 else 0", token.start, token.end)
    return Cases(tuple(b.found), b.otherwise, p.span(b.start))


def _keyword_first(p: Parser, b: _Branches) -> bool:
    """``if c: value``, ``else value``, or a value alone; whether that completes a branch."""
    kind, text = p.kinds[p.pos], p.token.text
    if kind == "key" and text in ("if", "elif", "for"):
        p.pos += 1
        test = p.condition(p.clause(), b.start)
        while p.kinds[p.pos] in (":", ",", "=") or (p.kinds[p.pos] == "key" and p.token.text == "then"):
            p.pos += 1
        b.found.append((as_branch(p.clause()), test))
        return True
    if kind == "key" and text == "else":
        p.pos += 1
        if p.kinds[p.pos] == "key" and p.token.text == "if":
            return False
        while p.kinds[p.pos] in (":", ",", "="):
            p.pos += 1
        b.otherwise = as_branch(p.clause())
        if p.kinds[p.pos] == "key" and p.token.text == "if":  # a if c else b if d else e
            b.value, b.otherwise = b.otherwise, None
            return False
        return True
    b.value = p.clause()
    return False


def _value_first(p: Parser, b: _Branches, value: Expression) -> bool:
    """``value if c``, ``value, c``, ``value otherwise``, or ``c: value`` where what was read is a condition."""
    kind, text = p.kinds[p.pos], p.token.text
    b.value = None
    if isinstance(value, Call) and value.function in CONDITIONS and kind == ":":
        p.pos += 1
        b.found.append((as_branch(p.clause()), value))
        return True
    if kind in (",", ":", "&"):
        p.pos += 1
        kind, text = p.kinds[p.pos], p.token.text
    if kind == "key" and text == "else":
        p.pos += 1
        b.otherwise = as_branch(value)
        return True
    if kind == "key" and text in ("if", "for"):
        p.pos += 1
    b.found.append((as_branch(value), p.condition(p.clause(), p.pos)))
    return True


def _another(p: Parser, b: _Branches) -> bool:
    """Whether another branch follows; steps over what parts the two."""
    if p.kinds[p.pos] in (",", ";", ".", "logic") and p.kinds[p.pos + 1] not in ("end", ")"):
        if b.otherwise is not None:
            return False
        p.pos += 1 if p.kinds[p.pos] == "logic" or p.kinds[p.pos + 1] != "logic" else 2  # ", and"
        return True
    return p.kinds[p.pos] == "key" and b.otherwise is None and p.token.text in ("else", "elif", "if", "for")


def _step_over_range(p: Parser, at: int) -> bool:
    """Step over a remark such as "for all i" at the end; False where the "for" at `at` begins a condition."""
    end = at + 1
    while p.kinds[end] not in ("end", "nl", "key", ";"):
        end = p.match.get(end, end) + 1
    rest = p.tokens[at + 1 : end]
    every = rest and rest[0].text in ("all", "any", "each", "every", "word")
    every = every or any(token.kind == "rel" and token.text == "in" for token in rest)
    every = every or any(token.kind == "dots" for token in rest)
    if p.inner or not rest or (any(token.kind in ("rel", "=") for token in rest) and not every):
        return False
    if not every and any(token.kind not in ("name", "word", ",") for token in rest):
        return False
    p.pos = end
    p.note("prose")
    return True


def _condition_follows(p: Parser, at: int) -> bool:
    """Whether a relation or a branch word stands before the next separator."""
    level = 0
    for kind, token in zip(p.kinds[at : at + 200], p.tokens[at : at + 200], strict=True):
        if kind == "(":
            level += 1
        elif kind == ")":
            level -= 1
            if level < 0:
                return False
        elif level:
            continue
        elif kind == "rel" or (kind == "key" and token.text in ("else", "if")):
            return True
        elif kind in (",", ";", "end", "nl", "="):
            return False
    return False
