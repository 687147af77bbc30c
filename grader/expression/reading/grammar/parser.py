r"""Tokens to the tree, by precedence: ``- x ^ 2 / m`` is ``neg(div(pow(x, 2), m))``.

The parser climbs the ladder of `precedence` and leaves what stands at its foot to rules: ``rules.prefix[kind]`` reads
an operand that begins with such a token, ``rules.postfix[kind]`` what acts on an operand from behind. Rules call back:
``p.value()``, ``p.power()``, ``p.bracket()``. Which rules there are, `table` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from grader.expression.algebra.construct import CONDITIONS, as_value
from grader.expression.language.derived import DERIVED
from grader.expression.language.nodes import ONE, Call, Expression, Matrix, Number, Product
from grader.expression.language.precedence import ATOM, LOGIC, NOT, POWER, PRODUCT, RELATION, SUM
from grader.expression.reading.grammar import numbers
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.grammar.refusals import close
from grader.expression.reading.lexing.linking import Linked
from grader.expression.reading.lexing.tokens import MAX_DEPTH, Token, fail, span_of
from grader.expression.reading.spelling.spelled import Spellings
from grader.problems import Span

# what begins a factor that stands beside another without a sign
STARTS = frozenset(
    (
        "num",
        "name",
        "word",
        "fn",
        "(",
        "frac",
        "binom",
        "sqrt",
        "accent",
        "sum",
        "partial",
        "nabla",
        "ind",
        "det",
        "|",
        "‖",
        "inf",
    )
)
_GOES_ON = STARTS | {"joint", "/", "mod"}
_COMPARES = frozenset(("rel", "=", "logic"))
_BRANCHING = frozenset(("key", ":", ",", ";"))  # what may stand between a value and its condition
_RUNS_ON = frozenset(("name", "word", "num", "accent", "fn"))
MAX_TERMS = 150


class Rules(NamedTuple):
    """What the parser finds operands by: two tables by the kind of a token, and the rules that others call by name."""

    prefix: Mapping[str, Callable[[Parser], Expression]]
    postfix: Mapping[str, Callable[[Parser, Expression, int], Expression | None]]  # None: not for this rule
    bracket: Callable[[Parser], Expression]
    branches: Callable[[Parser, Expression | None], Expression]
    function: Callable[[Parser, str], Expression]
    applied: Callable[[Parser, str, int, int, Expression | None, str], Expression]
    implicit: Callable[[Parser, str], Expression]
    extremum: Callable[[Parser, str], Expression]


def _is_condition(node: Expression) -> bool:
    return isinstance(node, Call) and (node.function in CONDITIONS or node.function == "iverson")


class Parser(Cursor):
    """A cursor that climbs: one method for each rung of the ladder, and one for each rule that others call."""

    __slots__ = ("postfix_rules", "prefix_rules", "rules")

    def __init__(self, linked: Linked, table: Spellings | None, rules: Rules) -> None:
        Cursor.__init__(self, linked, table)
        self.rules = rules
        self.prefix_rules = rules.prefix
        self.postfix_rules = rules.postfix

    # --- conditions: LOGIC, NOT, RELATION --------------------------------------------------------------------------

    def value(self) -> Expression:
        """A clause as a value: a condition counts 1 where it holds and 0 elsewhere."""
        return as_value(self.clause())

    def side(self) -> Expression:
        """A value, or branches in running text."""
        if self.kinds[self.pos] == "key":
            return self.rules.branches(self, None)
        value = self.clause()
        return self.rules.branches(self, value) if self.kinds[self.pos] in _BRANCHING else as_value(value)

    def clause(self) -> Expression:
        """A value or a condition: ``a < b and c = d``; an *and* binds before an *or*."""
        start = first = self.pos
        either: Expression | None = None
        left = self.sum() if self.kinds[start] != "logic" else self.relation()
        kind = self.kinds[self.pos]
        if kind not in _COMPARES:
            return left
        if kind != "logic":
            left = self._compared(left, start)
        while self.kinds[self.pos] == "logic" and self.token.text != "not" and not self._branch_at(self.pos + 1):
            start, word = self.pos, self.token.text
            self.pos += 1
            if word == "or":
                either, left = self._either(either, left, first, start), self.relation()
            else:
                both = self.condition(left, start), self.condition(self.relation(), start)
                left = Call(word, both, 0, self.span(start))
        return left if either is None else self._either(either, left, first, self.pos)

    def _either(self, either: Expression | None, last: Expression, first: int, at: int) -> Expression:
        """What an *or* joins so far, from token `first` on, with one more condition."""
        known = self.condition(last, at)
        return known if either is None else Call("or", (either, known), 0, self.span(first))

    def _branch_at(self, at: int) -> bool:
        """Whether a value and its branch word stand at `at`, as in ``1 if x > 0 and 0 otherwise``."""
        if self.kinds[at] == "(" and self.holds_condition(at):
            return False
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
            with self.deeper():
                inner = self.condition(self.relation(), start)
            return Call("not", (inner,), 0, self.span(start))
        return self._compared(self.sum(), start)

    def _compared(self, left: Expression, start: int) -> Expression:
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

    def conditions(self) -> Expression:
        """Conditions parted by commas, all of which hold."""
        start = self.pos
        test = self._of_all(start)
        while self.kinds[self.pos] == "," and self.kinds[self.pos + 1] not in (")", "row", "end"):
            self.pos += 1
            at = self.pos
            test = Call("and", (test, self.condition(self.clause(), at)), 0, self.span(start))
        return test

    def _of_all(self, start: int) -> Expression:
        """A condition on one value or on several before it, ``a, b <= 0``."""
        found = self.clause()
        several: list[Expression] = []
        while self.kinds[self.pos] == "," and not _is_condition(found):
            several.append(found)
            self.pos += 1
            found = self.clause()
        test = self.condition(found, start)
        if several and not (isinstance(test, Call) and len(test.args) == 2 and test.function not in ("and", "or")):
            self.condition(several[0], start)  # which none is
        for value in reversed(several):
            one = Call(found.function, (value, found.args[1]), 0, found.span) if isinstance(found, Call) else value
            test = Call("and", (one, test), 0, self.span(start))
        return test

    def condition_in_bracket(self) -> Expression:
        """The condition between the brackets ahead."""
        end = self.match[self.pos]
        with self.nested(self.commas):
            self.pos += 1
            test = self.conditions()
            close(self, end)
        return test

    def holds_condition(self, at: int) -> bool:
        """Whether the brackets at token `at` hold a relation."""
        end = self.match.get(at)
        return end is not None and any(kind in ("rel", "=", "logic") for kind in self.kinds[at + 1 : end])

    # --- arithmetic: SUM, SIGN, PRODUCT, POWER, ATOM -----------------------------------------------------------------

    def sum(self) -> Expression:
        """Terms joined by + and -."""
        begin = self.tokens[self.pos][2]  # before a run of letters is cut there
        kind = self.kinds[self.pos]
        left = self.signed(PRODUCT) if kind == "-" or kind == "+" else self.term()
        terms = 1
        while (kind := self.kinds[self.pos]) == "+" or kind == "-":
            self.pos += 1
            following = self.kinds[self.pos]
            right = self.signed(PRODUCT) if following == "-" or following == "+" else self.term()
            span = span_of(begin, self.tokens[self.pos - 1][3])
            left = Call("add" if kind == "+" else "sub", (left, right), 0, span)
            terms += 1
            if terms > MAX_TERMS:
                fail("this sum has too many terms", f"at most {MAX_TERMS}", *self.token[2:])
        return left

    def signed(self, level: int) -> Expression:
        """What holds together as tightly as `level`, behind any number of signs."""
        return self.behind_signs(LADDER[level])

    def behind_signs(self, operand: Callable[[Parser], Expression]) -> Expression:
        """What `operand` reads, behind any number of signs."""
        start = self.pos
        minus = 0
        while (kind := self.kinds[self.pos]) == "-" or kind == "+":
            minus += kind == "-"
            self.pos += 1
        if minus > MAX_DEPTH:
            fail("too many signs in a row", "", self.tokens[start].start, self.token.end)
        node = operand(self)
        for _ in range(minus):
            node = Call("neg", (node,), 0, self.span(start))
        return node

    def term(self) -> Expression:
        """Factors joined by product signs, division, or nothing at all."""
        start, kinds = self.pos, self.kinds
        begin = self.tokens[start][2]  # before a run of letters is cut there
        first = self.prefix_rules[kinds[start]](self)
        kind = kinds[self.pos]
        if kind in self.postfix_rules:
            first = self.raised(first, start)
            kind = kinds[self.pos]
        if kind not in _GOES_ON:
            return first
        factors: list[Expression] = [first]
        joints: list[str] = []
        while True:
            if kind == "joint":
                joint = self.tokens[self.pos][1]
                self.pos += 1
                following = kinds[self.pos]
                factor = self.signed(POWER) if following == "-" or following == "+" else self.power()
                merged = numbers.scientific(factors[-1], factor, joint) if type(factors[-1]) is Number else None
                if merged is not None and (not joints or joints[-1] != ""):
                    factors[-1] = merged
                else:
                    joints.append(joint)
                    factors.append(factor)
            elif kind == "/":
                factors, joints = [self._divided(factors, joints, begin)], []
            elif kind == "mod":
                factors, joints = [self._remainder(factors, joints, begin)], []
            elif kind not in STARTS or ((kind == "|" or kind == "‖") and self.bars):
                break
            else:
                self._side_by_side(factors, joints)
            kind = kinds[self.pos]
        return product(factors, joints, span_of(begin, self.tokens[self.pos - 1][3])) if joints else factors[0]

    def _divided(self, factors: list[Expression], joints: list[str], begin: int) -> Expression:
        """The product so far, which begins at `begin` in the text, over the factor behind the slash ahead."""
        self.pos += 1
        below = self.pos
        following = self.kinds[below]
        denominator = self.signed(POWER) if following == "-" or following == "+" else self.power()
        span = span_of(begin, self.tokens[self.pos - 1][3])
        top = product(factors, joints, span) if joints else factors[0]
        if self.kinds[self.pos] in _RUNS_ON and self.touches() and self.kinds[below] != "(":
            self.note("ambiguous_slash")
        return Call("div", (top, denominator), 0, span)

    def _remainder(self, factors: list[Expression], joints: list[str], begin: int) -> Expression:
        """What the product so far leaves when it is divided by the factor behind the ``mod`` ahead."""
        span = span_of(begin, self.tokens[self.pos - 1][3])
        self.pos += 1
        return DERIVED["mod"].formula(product(factors, joints, span), self.signed(POWER))

    def _side_by_side(self, factors: list[Expression], joints: list[str]) -> None:
        """Add the factor ahead, which no sign joins to the last one."""
        at = self.pos
        token, before = self.tokens[at], self.tokens[at - 1]
        if token[0] == "num" and before[0] == "num" and (before.end < token.start or not token.text.isdigit()):
            fail("two numbers stand side by side", "is an operator missing?", *token[2:])
        factor = self.power()
        if type(factor) is Call and factors[-1] == ONE and self._is_test(factor, at):
            factors[-1] = factor  # 1(x > 0) is an indicator, not a product
        else:
            joints.append("")
            factors.append(factor)

    def _is_test(self, factor: Call, at: int) -> bool:
        """Whether `factor`, which begins at token `at`, is a condition in brackets and no indicator of its own."""
        if factor.function != "iverson" or self.kinds[at] != "(":
            return False
        own = self.tokens[at + 1].text in ("1", "I") and self.match.get(at + 2, -1) == self.match[at] - 1
        return not own

    def power(self) -> Expression:
        """An atom with its exponents: right to left, but a transpose acts at once."""
        start = self.pos
        base = self.prefix_rules[self.kinds[start]](self)
        return self.raised(base, start) if self.kinds[self.pos] in self.postfix_rules else base

    def raised(self, node: Expression, start: int) -> Expression:
        """The atom `node`, which begins at token `start`, with what acts on it from behind."""
        kinds, rules = self.kinds, self.postfix_rules
        while (kind := kinds[self.pos]) in rules:
            found = rules[kind](self, node, start)
            if found is None:
                break
            node = found
        return node

    def postfix(self) -> Expression:
        """An atom with primes, indices on brackets, ``.T`` and percent behind it, but no exponent."""
        start = self.pos
        node = self.operand()
        while (kind := self.kinds[self.pos]) in self.postfix_rules and kind != "^":
            found = self.postfix_rules[kind](self, node, start)
            if found is None:
                break
            node = found
        return node

    # --- rules by name -----------------------------------------------------------------------------------------------

    def operand(self) -> Expression:
        """One operand."""
        return self.prefix_rules[self.kinds[self.pos]](self)

    def quantity(self) -> Expression:
        """The symbol, entry, call or derivative that begins at a name, an accent, or a brace round one."""
        return self.prefix_rules["name"](self)

    def bracket(self) -> Expression:
        """What stands in the brackets ahead."""
        return self.rules.bracket(self)

    def cut_off(self, first: Expression, begin: int, end: int) -> Expression:
        """The name `first` times the names behind it that were cut from the same letters, `begin` to `end` in text."""
        factors = [first]
        while self.token.start < end and self.kinds[self.pos] in ("name", "word"):
            factors.append(self.power())
        return product(factors, [""] * (len(factors) - 1), span_of(begin, self.tokens[self.pos - 1].end))


# what the rungs of the ladder are read by; OPEN, a term that ends in a sum, is read with PRODUCT
LADDER: Mapping[int, Callable[[Parser], Expression]] = {
    LOGIC: Parser.clause,
    NOT: Parser.relation,
    RELATION: Parser.relation,
    SUM: Parser.sum,
    PRODUCT: Parser.term,
    POWER: Parser.power,
    ATOM: Parser.postfix,
}


def product(factors: list[Expression], joints: list[str], span: Span) -> Expression:
    """The product of `factors`, which is the one factor where there is no joint."""
    return Product(tuple(factors), tuple(joints), span) if joints else factors[0]


def matrix(p: Parser, rows: list[list[Expression]], opener: Token) -> Expression:
    """The matrix of `rows` between `opener` and the token ahead; rows of different lengths are refused."""
    end = p.tokens[p.pos].end
    rows = [row for row in rows if row]
    if not rows:
        fail("this matrix is empty", "", opener.start, end)
    if len({len(row) for row in rows}) != 1:
        fail("the rows of this matrix differ in length", "", opener.start, end)
    return Matrix(tuple(map(tuple, rows)), Span(opener.start, end))
