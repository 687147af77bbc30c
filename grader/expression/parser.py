"""Tokens to the tree, by precedence: ``- x ^ 2 / m`` is ``neg(div(pow(x, 2), m))``.

From loose to tight: or, and, relations, sums, products (with and without a sign), powers, atoms. Names are settled
in `quantities`, big operators, branches, matrices and derivatives in `forms`; both call back into this parser.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from grader.expression import forms, quantities
from grader.expression.forms import CONDITIONS, as_value
from grader.expression.nodes import Call, Expression, Indexed, Number, Product, Symbol
from grader.expression.resolve import TRANSPOSED, Table, raw_script
from grader.expression.tokens import MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, Linked, Token, Unreadable, fail, shown
from grader.problems import Problem, Span

STARTS = frozenset(
    ("num", "name", "word", "fn", "(", "frac", "sqrt", "accent", "sum", "partial", "nabla", "ind", "|", "‖", "inf")
)
MAX_TERMS = 150


class Parser:
    """The state of one parse: tokens, place, table of names, and what was noticed on the way."""

    __slots__ = (
        *("tokens", "kinds", "match", "pos", "table", "bound", "notes", "problems", "bars", "inner", "depth"),
        *("defined", "renamed", "used", "quiet", "in_partial", "commas", "retries"),
    )

    def __init__(self, linked: Linked, table: Table | None, bound: frozenset[str]) -> None:
        self.tokens = linked.tokens
        self.kinds = [token.kind for token in linked.tokens]
        self.match = linked.match
        self.pos = 0
        self.table = table
        self.bound = bound  # letters that a sum of the text binds
        self.notes: list[str] = list(linked.notes)
        self.problems: list[Problem] = []
        self.bars = 0  # how many |...| are open here
        self.inner = 0  # brackets and branches around this place: '=' compares there
        self.depth = 0
        self.defined: dict[str, str] = {}  # names that the text itself defines, by display
        self.renamed: dict[str, tuple[str, Token]] = {}
        self.used: set[str] = set()
        self.quiet = False
        self.in_partial = False
        self.commas = True  # a comma between digits may be a decimal comma
        self.retries = 0

    # --- small steps -------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The token ahead."""
        return self.tokens[self.pos]

    def note(self, text: str) -> None:
        """Keep a note once."""
        if text not in self.notes:
            self.notes.append(text)

    def span(self, start: int) -> Span:
        """From token `start` to the token just read."""
        return Span(self.tokens[start].start, self.tokens[max(start, self.pos - 1)].end)

    def replace(self, at: int, token: Token) -> None:
        """Put another token in the place of one."""
        self.tokens[at] = token
        self.kinds[at] = token.kind

    def deeper(self) -> None:
        """Count one level down; whoever calls it comes up again with ``depth -= 1``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            fail("this is nested too deep", f"at most {MAX_DEPTH} levels", self.token.start, self.token.end)

    # --- conditions ----------------------------------------------------------------------------------------------

    def clause(self) -> Expression:
        """A value or a condition: ``a < b and c = d``."""
        left = self.relation()
        while self.kinds[self.pos] == "logic" and self.token.text != "not":
            start, word = self.pos, self.token.text
            self.pos += 1
            right = self.relation()
            left = Call(word, (self.condition(left, start), self.condition(right, start)), 0, self.span(start))
        return left

    def relation(self) -> Expression:
        """One comparison or a chain of them, ``-1 < x < 1``."""
        start = self.pos
        if self.kinds[start] == "logic" and self.token.text == "not":
            self.pos += 1
            self.deeper()
            inner = self.condition(self.relation(), start)
            self.depth -= 1
            return Call("not", (inner,), 0, self.span(start))
        left = self.sum()
        result: Expression | None = None
        while (kind := self.kinds[self.pos]) == "rel" or (kind == "=" and self.inner):
            operator = "eq" if kind == "=" else self.token.text
            if operator == "in":
                fail("'∈' can only stand under a sum", "write the condition with =, < or >", *self.token[2:])
            self.pos += 1
            right = self.sum()
            step = Call(operator, (left, right), 0, self.span(start))
            result = step if result is None else Call("and", (result, step), 0, self.span(start))
            left = right
        return left if result is None else result

    def condition(self, node: Expression, at: int) -> Expression:
        """`node` as a condition, or a Problem."""
        if isinstance(node, Call):
            if node.function in CONDITIONS:
                return node
            if node.function == "iverson":
                return node.args[0]
        token = self.tokens[min(at, len(self.tokens) - 1)]
        fail("a condition is expected here", "such as x > 0", token.start, self.tokens[max(at, self.pos - 1)].end)

    def value(self) -> Expression:
        """A clause as a value: a condition counts 1 where it holds and 0 elsewhere."""
        return as_value(self.clause())

    # --- arithmetic ------------------------------------------------------------------------------------------------

    def sum(self) -> Expression:
        """Terms joined by + and -."""
        start = self.pos
        left = self.signed(self.term)
        terms = 1
        while (kind := self.kinds[self.pos]) == "+" or kind == "-":
            self.pos += 1
            right = self.signed(self.term)
            left = Call("add" if kind == "+" else "sub", (left, right), 0, self.span(start))
            terms += 1
            if terms > MAX_TERMS:
                fail("this sum has too many terms", f"at most {MAX_TERMS}", *self.token[2:])
        return left

    def signed(self, operand: Callable[[], Expression]) -> Expression:
        """What `operand` reads, behind any number of signs."""
        start = self.pos
        minus = 0
        while (kind := self.kinds[self.pos]) == "-" or kind == "+":
            minus += kind == "-"
            self.pos += 1
        if minus > MAX_DEPTH:
            fail("too many signs in a row", "", self.tokens[start].start, self.token.end)
        node = operand()
        for _ in range(minus):
            node = Call("neg", (node,), 0, self.span(start))
        return node

    def term(self) -> Expression:
        """Factors joined by product signs, division, or nothing at all."""
        start = self.pos
        first = self.power()
        kinds = self.kinds
        kind = kinds[self.pos]
        if kind != "joint" and kind != "/" and kind not in STARTS:
            return first
        factors, joints = [first], []
        while True:
            kind = kinds[self.pos]
            if kind == "joint":
                joint = self.token.text
                self.pos += 1
                factor = self.signed(self.power)
                merged = _scientific(factors[-1], factor, joint)
                if merged is not None and (not joints or joints[-1] != ""):
                    factors[-1] = merged
                    continue
                joints.append(joint)
                factors.append(factor)
            elif kind == "/":
                self.pos += 1
                below = self.pos
                denominator = self.signed(self.power)
                top = _product(factors, joints, self.span(start))
                factors, joints = [Call("div", (top, denominator), 0, self.span(start))], []
                after = self.token
                if (
                    after.kind in ("name", "word", "num", "accent", "fn")
                    and after.start == self.tokens[self.pos - 1].end
                    and self.tokens[below].kind != "("
                ):
                    self.note("ambiguous_slash")
            elif kind in STARTS:
                if kind == "|" or kind == "‖":
                    if self.bars:
                        break
                elif (
                    kind == "num" and kinds[self.pos - 1] == "num" and self.tokens[self.pos - 1].end < self.token.start
                ):
                    fail("two numbers stand side by side", "is an operator missing?", *self.token[2:])
                factor = self.power()
                one = factors[-1]
                if isinstance(factor, Call) and factor.function == "iverson" and one == _ONE:
                    factors[-1] = factor  # 1(x > 0) is an indicator, not a product
                else:
                    joints.append("")
                    factors.append(factor)
            else:
                break
        return _product(factors, joints, self.span(start))

    def power(self) -> Expression:
        """An atom with its exponents: right to left, but a transpose acts at once."""
        start = self.pos
        base = self.postfix()
        while self.kinds[self.pos] == "^":
            raw, after = raw_script(self.tokens, self.match, self.pos + 1)
            if (raw in TRANSPOSED and not self.declared("T")) or (raw and not raw.strip("'")):
                self.pos = after
                base = Call("transpose", (base,), 0, self.span(start))
            else:
                self.pos += 1
                base = Call("pow", (base, self.exponent()), 0, self.span(start))
            base = self.suffixes(base, start)
        return base

    def exponent(self) -> Expression:
        """What stands behind ``^``: a group, or one signed power."""
        self.deeper()
        start = self.pos
        if self.kinds[start] == "word":
            self.replace(start, self.token._replace(kind="name"))
        if self.kinds[start] == "(" and self.token.text == "{":
            node = self.bracket()
            if self.kinds[self.pos] == "^":
                self.pos += 1
                node = Call("pow", (node, self.exponent()), 0, self.span(start))
        else:
            node = self.signed(self.power)
        self.depth -= 1
        if isinstance(node, Number) and abs(node.value) > MAX_EXPONENT:
            fail(f"the exponent {node.value} is too large to compute with", "", *self.tokens[start][2:])
        return node

    def postfix(self) -> Expression:
        """An atom with primes, indices on brackets, ``.T`` and percent behind it."""
        start = self.pos
        return self.suffixes(self.atom(), start)

    def suffixes(self, node: Expression, start: int) -> Expression:
        """Read what stands directly behind `node`."""
        while True:
            kind = self.kinds[self.pos]
            if kind == "method":
                name = self.token.text
                self.pos += 1
                if name in ("T", "transpose"):
                    if name != "T" and self.kinds[self.pos] == "(":
                        self.pos = self.match[self.pos] + 1
                    node = Call("transpose", (node,), 0, self.span(start))
                else:
                    row = {"dot": "dot", "matmul": "dot", "sum": "total", "mean": "mean"}[name]
                    node = quantities.applied(self, row, start, first=node)
            elif kind == "%":
                self.pos += 1
                if not isinstance(node, Number):
                    fail("'%' is a percent sign only behind a number", "", *self.tokens[self.pos - 1][2:])
                node = Number(node.value / 100, (node.place or 0) - 2, self.span(start))
            elif kind == "'":
                self.pos += 1
                node = Call("transpose", (node,), 0, self.span(start))
            elif kind == "_" and node == _ONE and forms.holds_condition(self, self.pos + 1):
                self.pos += 1
                node = Call("iverson", (forms.condition_in_bracket(self),), 0, self.span(start))
            elif kind == "_" and not isinstance(node, (Number, Symbol)):
                raw, after = raw_script(self.tokens, self.match, self.pos + 1)
                indices = quantities.indices(self, raw, 8)
                if not indices:
                    fail(
                        "this subscript can't be read", "", self.token.start, self.tokens[max(after - 1, self.pos)].end
                    )
                self.pos = after
                node = Indexed(node, indices, self.span(start))
            else:
                return node

    # --- atoms -----------------------------------------------------------------------------------------------------

    def atom(self) -> Expression:
        """One operand."""
        token = self.tokens[self.pos]
        match token.kind:
            case "num":
                return self.number()
            case "name" | "word" | "accent":
                return quantities.quantity(self)
            case "fn":
                return quantities.function(self, token.text)
            case "(":
                return self.bracket()
            case "frac":
                return forms.fraction(self)
            case "sqrt":
                return forms.root(self)
            case "sum":
                return forms.big_operator(self)
            case "partial":
                return forms.slashed(self)
            case "nabla":
                return forms.nabla(self)
            case "ind":
                return forms.indicator(self)
            case "|" | "‖":
                return self.bar()
        self.expected()

    def expected(self) -> NoReturn:
        """Stop where an operand should stand."""
        token = self.token
        before = self.tokens[self.pos - 1] if self.pos else token
        hint = ""
        match token.kind:
            case "end" | ")" | "nl" | "row" | "&" | "=" | "," | "key" | ";":
                what = "something is missing here"
                if self.pos and before.kind == "(":
                    what, hint = "these brackets are empty", "write what belongs between them"
                elif self.pos:
                    hint = f"behind '{shown(before)}' stands nothing"
            case "dots":
                what, hint = "an ellipsis can't be evaluated", "write the sum or all its entries"
            case "inf":
                what = "infinity is not a number to compute with"
            case "joint" | "/" | "rel":
                what = f"an operand is missing before '{shown(token)}'"
            case "^" | "_":
                what, hint = f"there is nothing for '{token.text}' to act on", "put the base before it"
            case _:
                what = f"'{shown(token)}' can't stand here"
        fail(what, hint, token.start, token.end)

    def number(self) -> Expression:
        """A number as typed, with a decimal comma or thousands marks where they can be nothing else."""
        token = self.token
        self.pos += 1
        if not self.commas or self.kinds[self.pos] != "," or "." in token.text:
            return read_number(token)
        digits, end, start = token.text, token.end, self.pos
        groups = 0
        while (
            self.kinds[self.pos] == ","
            and self.kinds[self.pos + 1] == "num"
            and self.token.start == end
            and self.tokens[self.pos + 1].start == end + 1
        ):
            following = self.tokens[self.pos + 1]
            whole = following.text.split(".")[0]
            if groups and len(whole) != 3:
                break
            groups += 1
            digits, end = digits + "," + following.text, following.end
            self.pos += 2
            if "." in following.text:
                break
        if not groups:
            return read_number(token)
        pieces = digits.split(",")
        joined = token._replace(text=digits, end=end)
        thousands = len(token.text) <= 3 and all(len(piece.split(".")[0]) == 3 for piece in pieces[1:])
        if groups == 1 and "." not in digits and (not thousands or token.text == "0"):
            return read_number(joined._replace(text=digits.replace(",", ".")))
        if thousands:
            if groups == 1 and "." not in digits:
                self.note("ambiguous_comma")
            return read_number(joined._replace(text=digits.replace(",", "")))
        self.pos = start
        return read_number(token)

    def bracket(self) -> Expression:
        """What stands in brackets: a value, a condition, branches, a vector or a matrix."""
        start, opener = self.pos, self.token
        self.deeper()
        close = self.match[start]
        if opener.text in ("cases", "matrix"):
            node = forms.environment(self)
        else:
            bars, inner, commas = self.bars, self.inner, self.commas
            self.bars, self.inner = 0, inner + 1
            self.commas = opener.text in ("(", "{") and self.kinds[start + 1 : close] != ["num", ",", "num"]
            self.pos += 1
            node = forms.bracketed(self, opener, close)
            self.bars, self.inner, self.commas = bars, inner, commas
            if self.pos != close:
                self.stuck()
            self.pos += 1
        self.depth -= 1
        return forms.norm(self, node, start) if opener.text == "‖" else node

    def bar(self) -> Expression:
        """``|x|`` and ``‖x‖``; two bars side by side are tried as a norm first."""
        start, sign = self.pos, self.token
        double = sign.kind == "|" and self.kinds[start + 1] == "|" and self.tokens[start + 1].start == sign.end
        if double and self.retries < 8:
            self.retries += 1
            problems = len(self.problems)
            kept = (self.bars, self.depth, self.inner)
            try:
                node = self.closed(start + 2, ("|", "|"))
            except Unreadable:
                node = None
            if node is not None:
                return forms.norm(self, node, start)
            del self.problems[problems:]
            self.bars, self.depth, self.inner = kept
        node = self.closed(start + 1, (sign.kind,))
        if node is None:
            fail(f"the bar '{sign.text}' is never closed", f"add '{sign.text}' where it ends", sign.start, sign.end)
        if sign.kind == "‖":
            return forms.norm(self, node, start)
        return Call("abs", (node,), 0, self.span(start))

    def closed(self, begin: int, ending: tuple[str, ...]) -> Expression | None:
        """The value from token `begin` to the signs `ending`, or None where they don't follow."""
        self.deeper()
        self.pos = begin
        self.bars += 1
        node = self.value()
        self.bars -= 1
        self.depth -= 1
        end = self.pos + len(ending)
        if tuple(self.kinds[self.pos : end]) != ending:
            return None
        self.pos = end
        return node

    def stuck(self) -> NoReturn:
        """Stop at a token that continues nothing."""
        token, before = self.token, self.tokens[self.pos - 1]
        what, hint = f"'{shown(token)}' can't stand here", ""
        match token.kind:
            case ",":
                digits = before.kind == "num" and self.kinds[self.pos + 1] == "num"
                what = "a comma can't stand here"
                hint = "write a decimal point, not a comma" if digits else "an answer is one formula"
            case ";" | "nl" | "row":
                what, hint = "a second formula begins here", "give one answer, or join the lines with ="
            case "num" if before.kind == "num":
                what, hint = "two numbers stand side by side", "is an operator missing?"
            case "dots" | "inf":
                self.expected()
            case ":":
                hint = "a branch is written as 1 if x > 0 else 0"
            case "=":
                hint = "a bracket before it may not be closed"
        fail(what, hint, token.start, token.end)

    def declared(self, name: str) -> bool:
        """Whether the model declares a bare name."""
        return name in self.defined or (self.table is not None and self.table.knows(name))


_ONE = Number(Fraction(1))


def _product(factors: list[Expression], joints: list[str], span: Span) -> Expression:
    return Product(tuple(factors), tuple(joints), span) if joints else factors[0]


def _scientific(mantissa: Expression, factor: Expression, joint: str) -> Expression | None:
    r"""``5.6 \times 10^{-5}`` is one number with the digits of its mantissa."""
    if (
        isinstance(mantissa, Number)
        and isinstance(factor, Call)
        and factor.function == "pow"
        and joint in ("times", "*", "cdot")
    ):
        base, exponent = factor.args
        sign = 1
        if isinstance(exponent, Call) and exponent.function == "neg":
            sign, exponent = -1, exponent.args[0]
        if base == _TEN and isinstance(exponent, Number) and exponent.place is None and exponent.value.denominator == 1:
            power = sign * int(exponent.value)
            if abs(power) <= MAX_EXPONENT:
                span = Span(mantissa.span.start, factor.span.end)
                return Number(mantissa.value * Fraction(10) ** power, (mantissa.place or 0) + power, span)
    return None


_TEN = Number(Fraction(10))


def read_number(token: Token) -> Number:
    """The exact value of a number token and the place of its last digit."""
    text = token.text
    if len(text) > MAX_DIGITS:
        fail(f"this number has more than {MAX_DIGITS} digits", "", token.start, token.end)
    value, place = _exact(text)
    if place is not None and abs(place) > MAX_EXPONENT + MAX_DIGITS:
        fail("the exponent of this number is too large", "", token.start, token.end)
    return Number(value, place, Span(token.start, token.end))


@lru_cache(maxsize=4096)
def _exact(text: str) -> tuple[Fraction, int | None]:
    if "/" in text:
        return Fraction(text), None
    mantissa, _, exponent = text.lower().partition("e")
    whole, point, decimals = mantissa.partition(".")
    if len(exponent) > 5:
        return Fraction(0), MAX_EXPONENT * 9
    power = int(exponent) if exponent else 0
    if abs(power) > MAX_EXPONENT:
        return Fraction(0), MAX_EXPONENT * 9
    place = power - len(decimals) if point or exponent else None
    digits = Fraction(int((whole + decimals) or "0"))
    return (digits if place is None else digits * Fraction(10) ** place), place
