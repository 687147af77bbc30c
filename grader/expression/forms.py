r"""The larger forms: big operators, branches, matrices, norms, indicators and derivatives.

``\sum_{k \ne i} a_k`` is a `Reduce` with a condition, ``\begin{cases}`` a `Cases`, ``dL/dz`` a `Partial`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expression import quantities
from grader.expression.functions import FUNCTIONS, SPELLINGS
from grader.expression.nodes import Call, Cases, Expression, Matrix, Partial, Reduce, Symbol, integer
from grader.expression.resolve import raw_script, scan
from grader.expression.tokens import GREEK, Token, fail
from grader.problems import Span

if TYPE_CHECKING:
    from grader.expression.parser import Parser

CONDITIONS = frozenset(row.name for row in FUNCTIONS.values() if row.kind == "condition")


def as_value(node: Expression) -> Expression:
    """A condition in a place for values is 1 where it holds and 0 elsewhere."""
    if isinstance(node, Call) and node.function in CONDITIONS:
        return Call("iverson", (node,), 0, node.span)
    return node


def quotient(p: Parser, top: Expression, below: Expression) -> Expression:
    """Two sides of a fraction that were read already."""
    return Call("div", (top, below), 0, Span(top.span.start, p.tokens[p.pos - 1].end))


# --- big operators ----------------------------------------------------------------------------------------------------


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
    while (script := p.kinds[p.pos]) in ("_", "^"):
        if script == "_":
            letters, lower, condition = _range(p)
        else:
            p.pos += 1
            upper = _upper(p)
    if (isinstance(upper, Symbol) and not upper.name) or (upper is not None and not letters):
        upper = lower = None
    if p.kinds[p.pos] not in ("-", "+") and p.kinds[p.pos] in ("end", ")", "=", ",", "joint", "/"):
        token = p.tokens[start]
        fail(f"nothing stands behind '{token.text}' to be summed", "", token.start, p.tokens[p.pos - 1].end)
    p.deeper()
    bracketed = only_bracket and p.kinds[p.pos] == "("
    body = p.power() if bracketed else p.signed(p.term)
    p.depth -= 1
    span = p.span(start)
    for place, letter in enumerate(reversed(letters or [""])):
        body = Reduce(kind, letter, body, lower, upper, condition if place == 0 else None, span)
    return body


def _range(p: Parser) -> tuple[list[str], Expression | None, Expression | None]:
    """The letters, lower bound and condition under a big operator."""
    p.pos += 1
    token = p.token
    if token.kind != "(":
        if token.kind not in ("name", "word"):
            fail("an index letter is expected here", r"such as \sum_i", token.start, token.end)
        p.pos += 1
        following = p.token
        text = token.text
        pair = following.kind in ("name", "word") and following.start == token.end and len(text) == 1
        if pair and len(following.text) == 1 and following.text in "jkluv" and text in "ijku":
            p.pos += 1
            text += following.text
        return _letters(text), None, None
    close = p.match[p.pos]
    p.pos += 1
    letters: list[str] = []
    lower: Expression | None = None
    condition: Expression | None = None
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
        if token.kind not in ("name", "word"):
            fail("an index letter is expected here", r"such as \sum_{i=1}^n", token.start, token.end)
        names = _letters(token.text)
        after = p.tokens[at + 1]
        seen = bool(letters) and names[0] in letters
        if after.kind == "rel" and after.text == "in":
            p.pos += 2
            while p.pos < close and p.kinds[p.pos] not in (",", "row"):
                p.pos += 1
        elif after.kind == "=" and not seen:
            p.pos += 2
            lower = p.sum()
        elif after.kind in ("rel", "="):
            test = p.relation()
            condition = test if condition is None else Call("and", (condition, test))
        else:
            p.pos += 1
        letters += [name for name in names if name not in letters]
        if p.pos < close and p.kinds[p.pos] not in (",", ";", "row", "quad", "name", "word"):
            fail("this range of a sum can't be read", r"write \sum_{i=1}^n", p.token.start, p.token.end)
    p.pos = close + 1
    p.inner, p.commas = inner, commas
    return letters, lower, condition


def _letters(text: str) -> list[str]:
    if text in GREEK or len(text) > 3 or not text.isalpha():
        return [text]
    return list(text)


def _upper(p: Parser) -> Expression:
    """The upper bound; a lone letter the model does not know means the whole axis."""
    token = p.token
    group = token.kind == "(" and token.text == "{"
    inner = p.tokens[p.pos + 1 : p.match[p.pos]] if group else [token]
    if len(inner) == 1:
        only = inner[0]
        p.pos += 3 if group else 1
        if only.kind == "num":
            return (
                integer(int(only.text))
                if only.text.isdigit() and len(only.text) < 9
                else fail("this bound can't be read", "", only.start, only.end)
            )
        if only.kind in ("name", "word"):
            found = None if p.table is None else p.table.find(only.text, "", "", 0)
            if found is not None:
                return Symbol(found.declared.name, p.span(p.pos - 1))
            if p.table is None:
                return Symbol(only.text, p.span(p.pos - 1))
            p.note(f"range:{only.text}")
            return Symbol("")
        fail("this bound can't be read", "name the last index", only.start, only.end)
    return p.bracket() if group else p.power()


# --- branches ---------------------------------------------------------------------------------------------------------


def bracketed(p: Parser, opener: Token, close: int) -> Expression:
    """The content of a pair of brackets, up to and without the closing one."""
    if (
        opener.text in (r"\{", ".")
        and p.kinds[p.pos] == "("
        and p.token.text == "matrix"
        and p.match[p.pos] == close - 1
    ):
        return environment(p, as_cases=True)
    if p.pos == close:
        p.expected()
    first = side(p)
    if p.kinds[p.pos] == "over":
        p.pos += 1
        return quotient(p, first, p.value())
    separators = (",", ";", "quad", "num") if opener.text == "[" else (",", ";")
    if p.pos == close or p.kinds[p.pos] not in separators:
        match opener.text:
            case "|":
                return Call("abs", (first,), 0, p.span(p.pos - 1))
            case "⟨":
                fail("an inner product needs two sides", "write ⟨a, b⟩", opener.start, opener.end)
        return first
    rows: list[list[Expression]] = [[first]]
    while p.pos < close:
        kind = p.kinds[p.pos]
        if kind == ";":
            rows.append([])
        elif kind not in separators:
            p.stuck()
        if kind != "num":
            p.pos += 1
        if p.pos < close:
            rows[-1].append(p.value())
    span = p.span(p.pos - 1)
    if opener.text == "⟨":
        if len(rows) == 1 and len(rows[0]) == 2:
            return Call("inner", tuple(rows[0]), 0, span)
        fail("an inner product has two sides", "write ⟨a, b⟩", opener.start, p.tokens[close].end)
    if len(rows) == 1 and opener.text == "[" and all(isinstance(e, Matrix) and len(e.rows) == 1 for e in rows[0]):
        rows = [list(entry.rows[0]) for entry in rows[0] if isinstance(entry, Matrix)]
    return _matrix(p, [row for row in rows if row], opener)


def side(p: Parser) -> Expression:
    """A value, or branches in running text."""
    return branches(p, None if p.kinds[p.pos] == "key" else p.clause())


def branches(p: Parser, value: Expression | None) -> Expression:
    """Branches in running text, ``1 if x > 0 else 0`` or ``1, x > 0; 0, x <= 0``; `value` is what was read already."""
    kind = p.kinds[p.pos]
    if kind == "key" and p.token.text == "for" and value is not None and _quantifier(p):
        return as_value(value)
    if value is not None and kind not in ("key", ":") and not (kind in (",", ";") and _condition_follows(p, p.pos + 1)):
        return as_value(value)
    start = p.pos
    found: list[tuple[Expression, Expression]] = []
    otherwise: Expression | None = None
    p.inner += 1
    while True:
        kind, text = p.kinds[p.pos], p.token.text
        if value is None:
            if kind == "key" and text in ("if", "elif", "for"):
                p.pos += 1
                test = p.condition(p.clause(), start)
                while p.kinds[p.pos] in (":", ",", "=") or (p.kinds[p.pos] == "key" and p.token.text == "then"):
                    p.pos += 1
                found.append((p.value(), test))
            elif kind == "key" and text == "else":
                p.pos += 1
                if p.kinds[p.pos] == "key" and p.token.text == "if":
                    continue
                while p.kinds[p.pos] in (":", ",", "="):
                    p.pos += 1
                otherwise = p.value()
                if p.kinds[p.pos] == "key" and p.token.text == "if":  # a if c else b if d else e
                    value, otherwise = otherwise, None
                    continue
            else:
                value = p.clause()
                continue
        elif isinstance(value, Call) and value.function in CONDITIONS and kind == ":":
            p.pos += 1
            found.append((p.value(), value))
            value = None
        else:
            if kind in (",", ":", "&"):
                p.pos += 1
                kind, text = p.kinds[p.pos], p.token.text
            if kind == "key" and text == "else":
                p.pos += 1
                otherwise = as_value(value)
            else:
                if kind == "key" and text in ("if", "for"):
                    p.pos += 1
                found.append((as_value(value), p.condition(p.clause(), p.pos)))
            value = None
        if p.kinds[p.pos] in (",", ";", ".") and p.kinds[p.pos + 1] not in ("end", ")"):
            if otherwise is not None:
                break
            p.pos += 1
        elif p.kinds[p.pos] != "key" or otherwise is not None or p.token.text not in ("else", "elif", "if", "for"):
            break
    p.inner -= 1
    if not found:
        token = p.tokens[start]
        fail("branches need a condition", "write 1 if x > 0 else 0", token.start, token.end)
    return Cases(tuple(found), otherwise, p.span(start))


def _quantifier(p: Parser) -> bool:
    """Step over a remark such as "for all i" at the end; False where "for" begins a condition."""
    end = p.pos + 1
    while p.kinds[end] not in ("end", "nl", "key", ";"):
        end += 1
    rest = p.tokens[p.pos + 1 : end]
    every = rest and rest[0].text in ("all", "any", "each", "every", "word")
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


def environment(p: Parser, as_cases: bool = False) -> Expression:
    """A ``cases`` or matrix environment whose ``begin`` is the token ahead."""
    start, opener = p.pos, p.token
    close = p.match[start]
    bars, inner, commas = p.bars, p.inner, p.commas
    p.bars, p.inner, p.commas = 0, inner + 1, False
    p.pos += 1
    node = _cases(p, close, opener) if as_cases or opener.text == "cases" else _table(p, close, opener)
    p.bars, p.inner, p.commas = bars, inner, commas
    if p.pos != close:
        p.stuck()
    p.pos += 1
    return node


def _cases(p: Parser, close: int, opener: Token) -> Expression:
    start = p.pos
    found: list[tuple[Expression, Expression]] = []
    otherwise: Expression | None = None
    while True:
        while p.kinds[p.pos] in ("row", "&", ";"):
            p.pos += 1
        if p.pos >= close:
            break
        if otherwise is not None:
            token = p.token
            fail("a branch stands behind the last one", "put 'otherwise' at the end", token.start, token.end)
        p.inner -= 1  # "= 1" inside a branch continues a chain: its last side counts
        level, p.inner = p.inner, 0
        value = p.clause()
        while p.kinds[p.pos] == "=":
            p.pos += 1
            value = p.clause()
        p.inner = level + 1
        while p.kinds[p.pos] in (",", "&", ":", ";"):
            p.pos += 1
        kind, text = p.kinds[p.pos], p.token.text
        if kind == "key" and text == "else":
            p.pos += 1
            while p.kinds[p.pos] == "key" and p.token.text == "where":
                p.pos += 1
            otherwise = as_value(value)
        elif p.pos >= close or kind == "row":
            otherwise = as_value(value)
        else:
            while p.kinds[p.pos] in ("key", "&"):
                p.pos += 1
            test = _conditions(p)
            found.append((as_value(value), test))
        while p.kinds[p.pos] in (",", ";", ".", "&"):
            p.pos += 1
        if p.pos < close and p.kinds[p.pos] != "row":
            p.stuck()
    if not found:
        fail("these cases have no condition", "write x > 0 behind a branch", opener.start, opener.end)
    return Cases(tuple(found), otherwise, p.span(start))


def _conditions(p: Parser) -> Expression:
    start = p.pos
    test = p.condition(p.clause(), start)
    while p.kinds[p.pos] == "," and p.kinds[p.pos + 1] not in (")", "row", "end"):
        p.pos += 1
        at = p.pos
        test = Call("and", (test, p.condition(p.clause(), at)), 0, p.span(start))
    return test


def _table(p: Parser, close: int, opener: Token) -> Expression:
    rows: list[list[Expression]] = [[]]
    while p.pos < close:
        kind = p.kinds[p.pos]
        if kind == "row":
            rows.append([])
            p.pos += 1
        elif kind in ("&", ","):
            p.pos += 1
        else:
            rows[-1].append(p.value())
            if p.kinds[p.pos] not in ("row", "&", ",") and p.pos != close:
                p.stuck()
    return _matrix(p, [row for row in rows if row], opener)


def _matrix(p: Parser, rows: list[list[Expression]], opener: Token) -> Expression:
    end = p.tokens[p.pos].end
    if not rows:
        fail("this matrix is empty", "", opener.start, end)
    if len({len(row) for row in rows}) != 1:
        fail("the rows of this matrix differ in length", "", opener.start, end)
    return Matrix(tuple(map(tuple, rows)), Span(opener.start, end))


# --- small forms ------------------------------------------------------------------------------------------------------


def holds_condition(p: Parser, at: int) -> bool:
    """Whether the brackets at token `at` hold a relation."""
    close = p.match.get(at)
    return close is not None and any(kind in ("rel", "=", "logic") for kind in p.kinds[at + 1 : close])


def condition_in_bracket(p: Parser) -> Expression:
    """The condition between the brackets ahead."""
    start, close = p.pos, p.match[p.pos]
    inner, bars = p.inner, p.bars
    p.inner, p.bars = inner + 1, 0
    p.deeper()
    p.pos += 1
    test = _conditions(p)
    if p.pos != close:
        p.stuck()
    p.pos += 1
    p.depth -= 1
    p.inner, p.bars = inner, bars
    del start
    return test


def indicator(p: Parser) -> Expression:
    r"""``\mathbb 1[c]``, ``\mathbf 1_{c}``: 1 where c holds; without a condition the vector of ones, or the identity."""
    start, token = p.pos, p.token
    p.pos += 1
    at = p.pos + (p.kinds[p.pos] == "_")
    if p.kinds[at] == "(" and holds_condition(p, at):
        p.pos = at
        return Call("iverson", (condition_in_bracket(p),), 0, p.span(start))
    sizes: tuple[Expression, ...] = ()
    if p.kinds[p.pos] == "_":
        raw, after = raw_script(p.tokens, p.match, p.pos + 1)
        sizes = (integer(int(raw)) if raw.isdigit() and len(raw) < 9 else Symbol(raw),)
        p.pos = after
    return Call("ones" if token.text == "1" else "identity", sizes, 0, p.span(start))


def norm(p: Parser, node: Expression, start: int) -> Expression:
    """A norm around `node`, with the order that its subscript names."""
    args: tuple[Expression, ...] = (node,)
    if p.kinds[p.pos] == "_":
        raw, after = raw_script(p.tokens, p.match, p.pos + 1)
        if raw == "1":
            args = (node, integer(1))
        elif raw not in ("2", "F"):
            fail(f"the norm with subscript '{raw}' can't be computed", "use 1, 2 or F", *p.token[2:])
        p.pos = after
    return Call("norm", args, 0, p.span(start))


def argument(p: Parser) -> Expression:
    r"""One argument of a LaTeX command: a group, a digit, a letter, or a command with its own."""
    token = p.token
    if token.kind == "(" and token.text == "{":
        return p.bracket()
    if token.kind in ("num", "word") and len(token.text) > 1 and (token.kind == "word" or token.text.isdigit()):
        head, rest = token.text[0], token.text[1:]
        kind = "name" if token.kind == "word" and len(rest) == 1 else token.kind
        node: Expression
        if token.kind == "num":
            node = integer(int(head))
        else:
            p.replace(p.pos, Token("name", head, token.start, token.start + 1))
            at = p.pos
            node = quantities.alone(p)
            p.pos = at
        p.replace(p.pos, Token(kind, rest, token.start + 1, token.end))
        return node
    if token.kind in ("name", "num", "frac", "sqrt", "word", "accent", "fn"):
        return p.atom() if token.kind != "name" else quantities.alone(p)
    p.expected()


def root(p: Parser) -> Expression:
    r"""``\sqrt{x}``, ``\sqrt[3]{x}``, ``√x``."""
    start, token = p.pos, p.token
    p.pos += 1
    degree: Expression | None = None
    if token.text == "sqrt" and p.kinds[p.pos] == "(" and p.token.text == "[":
        degree = p.bracket()
    p.deeper()
    body = argument(p) if token.text == "sqrt" and p.token.text != "(" else p.postfix()
    p.depth -= 1
    if degree is None:
        return Call("sqrt", (body,), 0, p.span(start))
    return Call("pow", (body, Call("div", (integer(1), degree), 0, p.span(start))), 0, p.span(start))


def fraction(p: Parser) -> Expression:
    r"""``\frac{a}{b}``, or a derivative where both sides begin with d, ∂ or δ."""
    start = p.pos
    if is_derivative(p):
        p.pos += 1
        return _derivative(p, start)
    p.pos += 1
    p.deeper()
    top = argument(p)
    if p.kinds[p.pos] in ("end", ")", "=", "+", "-", "joint"):
        fail("this fraction has no denominator", r"write \frac{a}{b}", p.tokens[start].start, p.tokens[p.pos - 1].end)
    below = argument(p)
    p.depth -= 1
    return Call("div", (top, below), 0, p.span(start))


# --- derivatives ------------------------------------------------------------------------------------------------------


def leads(p: Parser, at: int) -> bool:
    """Whether the token at `at` begins a differential: ``∂``, a lone ``d``, or ``d`` joined to a name."""
    token = p.tokens[at]
    if token.kind == "partial":
        return True
    if token.kind not in ("name", "word") or token.text[0] != "d" or p.declared(token.text):
        return False
    if token.text == "d":
        return p.kinds[at + 1] in ("name", "word", "accent", "(", ")", "/", "^", "fn")
    rest = token.text[1:]
    if not rest[0].isalpha() or token.text in GREEK or token.text in SPELLINGS:
        return False
    if p.table is None:
        return True
    shape = scan(p.tokens, p.match, at, lambda *_: False)
    if shape is None:
        return False
    base = shape.base[1:]
    if p.table.find(base, shape.above, shape.below, shape.primes) or base in p.defined:
        return True
    return any(p.table.find(other, shape.above, shape.below, 0) for other, _ in quantities.lookalikes(base))


def differential_ahead(p: Parser, at: int) -> bool:
    """Whether ``dL/dz`` stands at `at`: a differential, a single slash, and another differential."""
    token = p.tokens[at]
    if token.text[:1] != "d" or token.text in GREEK or p.declared(token.text) or token.text in SPELLINGS:
        return False
    end = at + 1
    if token.text == "d":
        if p.kinds[end] == "^":
            end = raw_script(p.tokens, p.match, end + 1)[1]
        if p.kinds[end] == "/":
            return leads(p, end + 1)
        shape = scan(p.tokens, p.match, end, lambda *_: False)
        if shape is None:
            return False
        end = shape.end
    else:
        if not token.text[1].isalpha():
            return False
        shape = scan(p.tokens, p.match, at, lambda *_: False)
        if shape is None:
            return False
        end = shape.end
    if p.kinds[end] == "(" and p.tokens[end].text == "(":
        end = p.match[end] + 1
    return p.kinds[end] == "/" and leads(p, end + 1)


def is_derivative(p: Parser) -> bool:
    r"""Whether the ``\frac`` ahead is a derivative."""
    top = p.pos + 1
    if p.kinds[top] != "(" or p.tokens[top].text != "{":
        return False
    below = p.match[top] + 1
    if p.kinds[below] != "(" or p.tokens[below].text != "{":
        return False
    if p.tokens[top + 1].text == "delta" == p.tokens[below + 1].text and not p.declared("delta"):
        named = ("name", "word", "accent", "fn")
        return p.kinds[top + 2] in named and p.kinds[below + 2] in named
    if not leads(p, below + 1):
        return False
    first = p.tokens[top + 1]
    if first.kind == "partial" or (first.text == "d" and leads(p, top + 1)):
        return True
    return first.kind in ("name", "word") and first.text[0] == "d" and len(first.text) > 1 and first.text not in GREEK


def _prefix(p: Parser) -> None:
    """Step over the ∂ or d ahead; ``dL`` leaves ``L``."""
    token = p.token
    if token.kind == "partial" or token.text in ("d", "delta"):
        p.pos += 1
        return
    rest = token.text[1:]
    p.replace(p.pos, Token("name" if len(rest) == 1 else token.kind, rest, token.start + 1, token.end))


def _order(p: Parser) -> int:
    """The order in ``∂^2`` ahead, 1 where none is written."""
    if p.kinds[p.pos] != "^":
        return 1
    raw, after = raw_script(p.tokens, p.match, p.pos + 1)
    if raw not in ("1", "2", "3", "4"):
        fail("the order of a derivative is a small number", "", *p.token[2:])
    p.pos = after
    return int(raw)


def _derivative(p: Parser, start: int) -> Expression:
    r"""Both groups of a ``\frac`` that is a derivative; the first group is the token ahead."""
    close = p.match[p.pos]
    p.deeper()
    kept = (p.in_partial, p.inner, p.bars)
    p.pos += 1
    _prefix(p)
    order = _order(p)
    numerator: Expression | None = None
    if p.pos < close:
        p.in_partial, p.inner, p.bars = True, p.inner + 1, 0
        numerator = p.value()
        if p.pos != close:
            p.stuck()
    p.pos = close + 1
    close = p.match[p.pos]
    p.pos += 1
    p.in_partial = True
    variables: list[Expression] = []
    while p.pos < close:
        if not (leads(p, p.pos) or p.token.text == "delta"):
            fail("a derivative is taken by one variable", r"write \partial before each variable", *p.token[2:])
        _prefix(p)
        variables += _variable(p)
    if not variables:
        fail("this derivative has no variable", "", *p.tokens[close][2:])
    p.pos = close + 1
    p.in_partial, p.inner, p.bars = kept
    return _partial(p, numerator, variables, order, start)


def _variable(p: Parser) -> list[Expression]:
    """One variable of a denominator, as often as its exponent says."""
    p.in_partial = False  # a bracket behind the variable is what is differentiated
    variable = p.bracket() if p.kinds[p.pos] == "(" else quantities.quantity(p) if _named(p) else p.postfix()
    return [variable] * _order(p)


def _named(p: Parser) -> bool:
    return p.kinds[p.pos] in ("name", "word", "accent")


def _partial(
    p: Parser, numerator: Expression | None, variables: list[Expression], order: int, start: int
) -> Expression:
    if order > len(variables) > 1 or (order > 1 and order != len(variables)):
        token = p.tokens[start]
        fail("the orders above and below differ", r"write \frac{\partial^2 L}{\partial w^2}", token.start, token.end)
    if numerator is None:
        following = p.kinds[p.pos] == "(" and p.token.text not in ("matrix", "cases")
        numerator = p.power() if following else quantities.implicit(p, "d/dx")
    p.depth -= 1
    node = numerator
    for variable in reversed(variables):
        node = Partial(node, variable, p.span(start))
    return node


def slashed(p: Parser) -> Expression:
    """``∂L/∂w`` and ``dL/dw`` in running text."""
    start, token = p.pos, p.token
    p.deeper()
    kept = p.in_partial
    p.in_partial = True
    _prefix(p)
    order = _order(p)
    numerator: Expression | None = None
    if p.kinds[p.pos] != "/":
        numerator = quantities.quantity(p) if _named(p) else p.postfix()
    if p.kinds[p.pos] != "/" or not leads(p, p.pos + 1):
        fail("this derivative has no denominator", "write ∂L/∂w", token.start, p.tokens[p.pos - 1].end)
    p.pos += 1
    _prefix(p)
    variables = _variable(p)
    p.in_partial = kept
    return _partial(p, numerator, variables, order, start)


def nabla(p: Parser) -> Expression:
    r"""``\nabla_W L``: the derivative of what follows by what stands below."""
    start, token = p.pos, p.token
    p.pos += 1
    if p.kinds[p.pos] != "_":
        fail("by which variable is this gradient taken?", r"write \nabla_w L", token.start, token.end)
    p.pos += 1
    p.deeper()
    variable = p.bracket() if p.kinds[p.pos] == "(" else quantities.alone(p)
    if not (_named(p) or p.kinds[p.pos] == "("):
        fail("of what is this gradient taken?", r"write \nabla_w L", token.start, p.tokens[p.pos - 1].end)
    kept = p.in_partial
    p.in_partial = True
    numerator = quantities.quantity(p) if _named(p) else p.bracket()
    p.in_partial = kept
    p.depth -= 1
    return Partial(numerator, variable, p.span(start))
