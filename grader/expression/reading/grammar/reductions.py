r"""Big operators: ``\sum_{k \ne i} a_k`` is a `Reduce` over k with a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expression.algebra.zero_based_sums import from_one
from grader.expression.language.functions import SPELLINGS
from grader.expression.language.nodes import ONE, ZERO, Call, Expression, Reduce, Symbol, integer
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar import atoms
from grader.expression.reading.grammar.statements import is_pair
from grader.expression.reading.lexing.tokens import fail
from grader.problems import Problem, Span

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


def big_operator(p: Parser, kind: str = "") -> Expression:
    r"""``\sum_{i=1}^n body``; `kind` names a maximum or minimum whose name has been read."""
    start = p.pos
    only_bracket = bool(kind)
    if not kind:
        kind = p.token.text
        p.pos += 1
    letters: list[str] = []
    lower: Expression | None = None
    upper: Expression | None = None
    condition: Expression | None = None
    seen: list[str] = []
    while (script := p.kinds[p.pos]) in ("_", "^"):
        if script in seen:
            fail("this sum has two ranges", r"write \sum_{i=1}^n", p.tokens[start].start, p.token.end)
        seen.append(script)
        if script == "_":
            letters, lower, condition = _range(p)
        else:
            p.pos += 1
            upper = _upper(p)
    lower, upper, size = _bounds(p, lower, upper, bool(letters))
    if not seen and p.token.text == "{" and p.kinds[p.pos + 1 : p.pos + 3] == ["name", "="]:
        fail("this range does not stand under its sum", "write sum_{i=1}^m", p.token.start, p.tokens[p.pos + 2].end)
    if p.kinds[p.pos] not in ("-", "+") and p.kinds[p.pos] in ("end", ")", "=", ",", "joint", "/"):
        token = p.tokens[start]
        fail(f"nothing stands behind '{token.text}' to be summed", "", token.start, p.tokens[p.pos - 1].end)
    p.deeper()
    bracketed = only_bracket and p.kinds[p.pos] == "("
    body = p.power() if bracketed else p.signed(p.term)
    p.depth -= 1
    span = p.span(start)
    for place, letter in enumerate(reversed(letters or [""])):
        node, from_nought = from_one(Reduce(kind, letter, body, lower, upper, condition if place == 0 else None, span))
        if from_nought:
            p.note("zero_based")
        if size:
            p.ranges.setdefault(size, []).append(node)
        body = node
    return body


def _range(p: Parser) -> tuple[list[str], Expression | None, Expression | None]:
    """The letters, lower bound and condition under a big operator."""
    p.pos += 1
    token = p.token
    if token.kind != "(":
        if token.kind not in ("name", "word") or not _can_run(token.text):
            fail("an index letter is expected here", r"such as \sum_i", token.start, token.end)
        p.pos += 1
        following = p.token
        text = token.text
        if is_pair(token, following):
            p.pos += 1
            text += following.text
        return _letters(text), None, None
    close = p.match[p.pos]
    p.pos += 1
    letters: list[str] = []
    lower: Expression | None = None
    condition: Expression | None = None
    conditional = False
    inner, commas = p.inner, p.commas
    p.inner, p.commas = inner + 1, False
    while p.pos < close:
        if p.kinds[p.pos] in (",", ";", "row", "quad"):
            p.pos += 1
            continue
        at, token = p.pos, p.token
        if token.kind == "(":  # \sum_{(i,j)} or a nested group
            p.replace(at, token._replace(kind=","))
            p.replace(p.match[at], p.tokens[p.match[at]]._replace(kind=","))
            continue
        if token.kind in (":", "|") and letters:  # \sum_{i: y_i > 0}: what follows says which of them
            conditional = True
            p.pos += 1
            continue
        if (token.kind not in ("name", "word") or not _can_run(token.text)) and not conditional:
            fail("an index letter is expected here", r"such as \sum_{i=1}^n", token.start, token.end)
        if conditional or (letters and p.kinds[at + 1] in ("_", "^", "+", "-", "joint", "(")):
            test = p.condition(p.clause(), at)
            condition = test if condition is None else Call("and", (condition, test))
            continue
        names = _letters(token.text)
        after = p.tokens[at + 1]
        seen = bool(letters) and names[0] in letters
        if after.kind == "rel" and after.text == "in":
            p.pos += 2
            while p.pos < close and p.kinds[p.pos] not in (",", "row"):
                p.pos += 1
        elif after.kind == "=" and not seen:
            p.pos += 2
            start = p.sum()
            if lower not in (None, start):
                fail("two letters of this sum begin differently", "write a sum for each", token.start, p.token.start)
            lower = start
        elif after.kind in ("rel", "="):
            if token.kind == "word" and len(names) == 1:
                p.replace(at, token._replace(kind="name"))
            test = p.condition(p.clause(), at)
            if at in p.pairs:  # both letters run: for each i, every j behind it
                names = [token.text, p.tokens[at + 2].text]
                test = Call(_FLIPPED[after.text], (Symbol(names[1]), Symbol(names[0])), 0, test.span)
            condition = test if condition is None else Call("and", (condition, test))
        else:
            p.pos += 1
        letters += [name for name in names if name not in letters]
        if p.pos < close and p.kinds[p.pos] not in (",", ";", ":", "|", "row", "quad", "name", "word"):
            fail("this range of a sum can't be read", r"write \sum_{i=1}^n", p.token.start, p.token.end)
    if not letters:
        fail("an index letter is expected here", r"such as \sum_{i=1}^n", p.token.start, p.token.end)
    p.pos = close + 1
    p.inner, p.commas = inner, commas
    return letters, lower, condition


def _can_run(text: str) -> bool:
    """Whether a name may be what a sum runs over: letters, and no function."""
    return text.isalpha() and (text not in SPELLINGS or text in GREEK or len(text) < 3)


_FLIPPED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


def _letters(text: str) -> list[str]:
    return [text] if text in GREEK or len(text) > 3 else list(dict.fromkeys(text))


def _bounds(
    p: Parser, lower: Expression | None, upper: Expression | None, lettered: bool
) -> tuple[Expression | None, Expression | None, str]:
    """Bounds that mean the whole axis are left out: those of a bare sum, and 1 to a letter the model does not know.

    That letter is the third of the values, else it is empty.
    """
    if upper is None:
        return lower, None, ""
    if not lettered and not isinstance(upper, Symbol):
        fail("this sum does not say what it runs over", r"write \sum_{i=1}^n", *p.tokens[p.pos - 1][2:])
    size, first = upper, ONE
    if isinstance(upper, Call) and upper.function == "sub" and upper.args[1] == ONE:
        size, first = upper.args[0], ZERO  # 0 to n - 1
    unknown = isinstance(size, Symbol) and p.table is not None and not p.declared(size.name)
    if isinstance(size, Symbol) and ((not lettered and size is upper) or (unknown and lower in (None, first))):
        p.note(f"range:{size.name}")
        return (ZERO if first == ZERO else None), None, size.name if unknown else ""
    if isinstance(size, Symbol) and unknown:
        p.problems.append(Problem(f"the name '{size.name}' is not known here", "", span=size.span))
    return lower or integer(1), upper, ""


def _upper(p: Parser) -> Expression:
    """The upper bound: a number, a letter, or a group."""
    token = p.token
    group = token.kind == "(" and token.text == "{"
    close = p.match[p.pos] if group else p.pos
    inner = p.tokens[p.pos + 1 : close] if group else [token]
    if p.table is not None and len(inner) == 3 and [t.kind for t in inner[1:]] == ["-", "num"] and inner[2].text == "1":
        p.pos += 1
        last = _upper(p) if p.kinds[p.pos] in ("name", "word") else p.power()
        p.pos = close + 1
        return Call("sub", (last, ONE), 0, Span(inner[0].start, inner[2].end))
    if len(inner) != 1:
        return atoms.bracket(p) if group else p.power()
    only = inner[0]
    p.pos += 3 if group else 1
    span = Span(only.start, only.end)
    if only.kind == "num" and only.text.isdigit() and len(only.text) < 9:
        return integer(int(only.text))
    if only.kind not in ("name", "word"):
        fail("this bound can't be read", "name the last index", only.start, only.end)
    found = None if p.table is None else p.table.find(only.text, "", "", 0)
    return Symbol(found.declared.name if found else only.text, span)
