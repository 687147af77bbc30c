"""Tokens to the tree, by precedence: ``- x ^ 2 / m`` is ``neg(div(pow(x, 2), m))``.

From loose to tight: or, and, relations, sums, products (with and without a sign), powers, atoms. What an atom is, its
first token says: `atoms.ATOMS` has a rule for each kind, and the rules call back into this parser.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.expression.language.conditions import CONDITIONS, as_value
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Product, Reduce, Symbol
from grader.expression.reading.grammar import atoms, calls, entries, forms, quantities
from grader.expression.reading.grammar.atoms import ATOMS
from grader.expression.reading.lexing.tokens import MAX_DEPTH, MAX_EXPONENT, Linked, Token, fail, span_of
from grader.expression.reading.spelling.scripts import TRANSPOSED, Shape, raw_script
from grader.expression.reading.spelling.spellings import Spellings
from grader.problems import Problem, Span

STARTS = frozenset(
    ("num", "name", "word", "fn", "(", "frac", "sqrt", "accent", "sum", "partial", "nabla", "ind", "|", "‖", "inf")
)
SUFFIXES = frozenset(("method", "%", "'", "name", "_"))
BEHIND = SUFFIXES | {"^"}
_BEHIND_POWER = SUFFIXES | {"^", ","}
MAX_TERMS = 150


class Parser:
    """The state of one parse: tokens, place, table of names, and what was noticed on the way."""

    __slots__ = (
        *("tokens", "kinds", "match", "pos", "table", "bound", "notes", "problems", "bars", "inner", "depth"),
        *("defined", "renamed", "used", "in_partial", "commas", "retries", "pairs", "ranges", "cuts"),
    )

    def __init__(
        self, linked: Linked, table: Spellings | None, bound: frozenset[str], pairs: frozenset[int] = frozenset()
    ) -> None:
        self.tokens = linked.tokens
        self.kinds = linked.kinds
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
        self.in_partial = False
        self.commas = True  # a comma between digits may be a decimal comma
        self.retries = self.cuts = 0
        self.ranges: dict[str, list[Reduce]] = {}  # sums by the undeclared letter that is their last index
        self.pairs = pairs  # letters of sums that bind the letter behind them too: \\sum_{i<j}

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
        last = self.pos - 1
        return span_of(self.tokens[start][2], self.tokens[last if last > start else start][3])

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
        start = self.pos
        left = self.sum() if self.kinds[start] != "logic" else self.relation()
        kind = self.kinds[self.pos]
        if kind == "rel" or kind == "=":
            left = self.compared(left, start)
        while self.kinds[self.pos] == "logic" and self.token.text != "not" and not self.branch_at(self.pos + 1):
            start, word = self.pos, self.token.text
            self.pos += 1
            right = self.relation()
            left = Call(word, (self.condition(left, start), self.condition(right, start)), 0, self.span(start))
        return left

    def branch_at(self, at: int) -> bool:
        """Whether a value and its branch word stand at `at`, as in ``1 if x > 0 and 0 otherwise``."""
        while (kind := self.kinds[at]) not in ("rel", "=", "logic", ",", ";", ")", "row", "&", "end"):
            if kind == "key":
                return self.tokens[at].text in ("if", "for", "else")
            at = self.match.get(at, at) + 1
        return False

    def relation(self) -> Expression:
        """One comparison or a chain of them, ``-1 < x < 1``."""
        start = self.pos
        if self.kinds[start] == "logic" and self.token.text == "not":
            self.pos += 1
            self.deeper()
            inner = self.condition(self.relation(), start)
            self.depth -= 1
            return Call("not", (inner,), 0, self.span(start))
        return self.compared(self.sum(), start)

    def compared(self, left: Expression, start: int) -> Expression:
        """`left`, which begins at token `start`, with all that it is compared with behind it."""
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
        return fail(
            "a condition is expected here", "such as x > 0", token.start, self.tokens[max(at, self.pos - 1)].end
        )

    def value(self) -> Expression:
        """A clause as a value: a condition counts 1 where it holds and 0 elsewhere."""
        return as_value(self.clause())

    # --- arithmetic ------------------------------------------------------------------------------------------------

    def sum(self) -> Expression:
        """Terms joined by + and -."""
        begin = self.token.start  # before a run of letters is cut there
        kind = self.kinds[self.pos]
        left = self.signed(self.term) if kind == "-" or kind == "+" else self.term()
        terms = 1
        while (kind := self.kinds[self.pos]) == "+" or kind == "-":
            self.pos += 1
            following = self.kinds[self.pos]
            right = self.signed(self.term) if following == "-" or following == "+" else self.term()
            span = span_of(begin, self.tokens[self.pos - 1][3])
            left = Call("add" if kind == "+" else "sub", (left, right), 0, span)
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
        start, kinds = self.pos, self.kinds
        begin = self.tokens[start][2]
        first = ATOMS[kinds[start]](self)
        kind = kinds[self.pos]
        if kind in BEHIND:
            first = self.raised(first, start)
            kind = kinds[self.pos]
        if kind != "joint" and kind != "/" and kind not in STARTS:
            return first
        factors: list[Expression] = [first]
        joints: list[str] = []
        while True:
            kind = kinds[self.pos]
            if kind == "joint":
                joint = self.tokens[self.pos][1]
                self.pos += 1
                following = kinds[self.pos]
                factor = self.signed(self.power) if following == "-" or following == "+" else self.power()
                if type(factors[-1]) is Number:
                    merged = atoms.scientific(factors[-1], factor, joint)
                    if merged is not None and (not joints or joints[-1] != ""):
                        factors[-1] = merged
                        continue
                joints.append(joint)
                factors.append(factor)
            elif kind == "/":
                self.pos += 1
                below = self.pos
                following = kinds[below]
                denominator = self.signed(self.power) if following == "-" or following == "+" else self.power()
                span = span_of(begin, self.tokens[self.pos - 1][3])
                top = _product(factors, joints, span) if joints else factors[0]
                factors, joints = [Call("div", (top, denominator), 0, span)], []
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
                    kind == "num"
                    and kinds[self.pos - 1] == "num"
                    and (self.tokens[self.pos - 1].end < self.token.start or not self.token.text.isdigit())
                ):
                    fail("two numbers stand side by side", "is an operator missing?", *self.token[2:])
                at = self.pos
                factor = self.power()
                if type(factor) is Call and factors[-1] == _ONE and self.conditional(factor, at):
                    factors[-1] = factor  # 1(x > 0) is an indicator, not a product
                else:
                    joints.append("")
                    factors.append(factor)
            else:
                break
        return _product(factors, joints, span_of(begin, self.tokens[self.pos - 1][3])) if joints else factors[0]

    def conditional(self, factor: Call, at: int) -> bool:
        """Whether `factor`, which begins at token `at`, is a condition in brackets and no indicator of its own."""
        if factor.function != "iverson" or self.kinds[at] != "(":
            return False
        own = self.tokens[at + 1].text in ("1", "I") and self.match.get(at + 2, -1) == self.match[at] - 1
        return not own

    def power(self) -> Expression:
        """An atom with its exponents: right to left, but a transpose acts at once."""
        start = self.pos
        base = ATOMS[self.kinds[start]](self)
        return self.raised(base, start) if self.kinds[self.pos] in BEHIND else base

    def raised(self, base: Expression, start: int) -> Expression:
        """The atom `base` with what acts on it from behind."""
        if self.kinds[self.pos] != "^":
            base = self.suffixes(base, start)
        while self.kinds[self.pos] == "^":
            if self.kinds[self.pos + 1] == "num" and self.kinds[self.pos + 2] not in _BEHIND_POWER:
                self.pos += 1
                power = atoms.number(self)
                self.check_exponent(power)
                return Call("pow", (base, power), 0, self.span(start))
            raw, after = raw_script(self.tokens, self.match, self.pos + 1)
            if (raw in TRANSPOSED and not self.declared("T")) or (raw and not raw.strip("'")):
                self.pos = after
                base = Call("transpose", (base,), 0, self.span(start))
            elif raw[:1] == "-" and raw[1:] in TRANSPOSED and not self.declared("T"):  # A^{-T}
                self.pos = after
                inverse = Call("pow", (base, Call("neg", (_ONE,))), 0, self.span(start))
                base = Call("transpose", (inverse,), 0, self.span(start))
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
            node = atoms.bracket(self)
            if self.kinds[self.pos] == "^":
                self.pos += 1
                node = Call("pow", (node, self.exponent()), 0, self.span(start))
        else:
            node = self.signed(self.run)
        self.depth -= 1
        self.check_exponent(node)
        return node

    def check_exponent(self, node: Expression) -> None:
        """Refuse a number that no power can have."""
        if isinstance(node, Number) and abs(node.value) > MAX_EXPONENT:
            fail(f"the exponent {node.value} is too large to compute with", "", node.span.start, node.span.end)

    def run(self) -> Expression:
        """A power; where a run of letters such as ``wx`` was cut into names, all of them, and a note."""
        begin, end = self.token.start, self.token.end
        first = self.power()
        if self.kinds[self.pos] not in ("name", "word") or self.token.start >= end:
            return first
        self.note("ambiguous_exponent")
        return self.cut_off(first, begin, end)

    def cut_off(self, first: Expression, begin: int, end: int) -> Expression:
        """The name `first` times the names behind it that were cut from the same letters, `begin` to `end` in text."""
        factors = [first]
        while self.token.start < end and self.kinds[self.pos] in ("name", "word"):
            factors.append(self.power())
        return _product(factors, [""] * (len(factors) - 1), span_of(begin, self.tokens[self.pos - 1].end))

    def postfix(self) -> Expression:
        """An atom with primes, indices on brackets, ``.T`` and percent behind it."""
        start = self.pos
        return self.suffixes(atoms.atom(self), start)

    def _closed(self, node: Expression) -> bool:
        """Whether a name stands in brackets of its own: a subscript behind them enters it, ``(a_1)_{ni}``."""
        return isinstance(node, Symbol) and self.tokens[self.pos - 1].text in (")", "]")

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
                elif name == "astype":
                    self.pos = self.match.get(self.pos, self.pos - 1) + 1
                else:
                    row = {"dot": "dot", "matmul": "dot", "sum": "total", "mean": "mean"}[name]
                    node = calls.applied(self, row, start, first=node)
            elif kind == "%":
                self.pos += 1
                if not isinstance(node, Number):
                    fail("'%' is a percent sign only behind a number", "", *self.tokens[self.pos - 1][2:])
                node = Number(node.value / 100, (node.place or 0) - 2, self.span(start))
            elif kind == "'" or (kind == "name" and self.token.text == "⊤"):
                self.pos += 1
                if kind == "'" and not forms.transposable(self, node):
                    hint = r"write \frac{d}{dx}(...) for a derivative, ^T for a transpose"
                    fail("is this prime a derivative or a transpose?", hint, self.tokens[start].start, self.token.start)
                node = Call("transpose", (node,), 0, self.span(start))
            elif kind == "_" and node == _ONE and forms.holds_condition(self, self.pos + 1):
                self.pos += 1
                node = Call("iverson", (forms.condition_in_bracket(self),), 0, self.span(start))
            elif kind == "_" and (not isinstance(node, (Number, Symbol)) or self._closed(node)):
                raw, after = raw_script(self.tokens, self.match, self.pos + 1)
                if self.table is None and isinstance(node, Symbol) and node.name.isalnum() and raw.isalnum():
                    self.pos = after
                    node = quantities.settled(self, Shape(node.name, "", raw), self.span(start), start)  # (z)_i
                    continue
                indices = entries.indices(self, raw, 8)
                if not indices:
                    fail(
                        "this subscript can't be read", "", self.token.start, self.tokens[max(after - 1, self.pos)].end
                    )
                self.pos = after
                node = Indexed(node, indices, self.span(start))
            else:
                return node

    def declared(self, name: str) -> bool:
        """Whether the model declares a bare name."""
        return name in self.defined or (self.table is not None and self.table.knows(name))

    def declared_quantity(self, name: str) -> bool:
        """Whether a bare name is declared, and not for a derivative."""
        return self.declared(name) and (self.table is None or not self.table.is_adjoint(name))


_ONE = Number(Fraction(1))


def _product(factors: list[Expression], joints: list[str], span: Span) -> Expression:
    return Product(tuple(factors), tuple(joints), span) if joints else factors[0]
