r"""All rules of the grammar by name: at ``|`` the parser calls `bar`, behind an operand at ``'`` it calls `prime`.

How to add a notation. Say, ``\binom{n}{k}``:

1. If a sign is new, give it a kind: a row in ``lexing/latex_commands.py``, ``"binom": ("binom", "binom")``, and in
   ``lexing/tokens.py`` for a sign of Unicode.
2. Write the rule into a file of its own under ``rules/``. It gets the parser with the sign ahead (``p.token``), moves
   ``p.pos`` behind what it read, and returns an expression with ``p.span(start)``. What it needs of others it asks the
   parser for: ``p.value()`` any clause, ``p.sum()``, ``p.term()``, ``p.power()`` one rung of the ladder,
   ``p.operand()`` one operand, ``p.bracket()`` what brackets hold, ``p.signed(PRODUCT)`` a rung with signs before it.
   What surrounds the place changes inside ``with p.nested(...)`` or ``with p.deeper()`` only. No rule imports another.
3. List it here: in `PREFIX` what begins an operand, in `POSTFIX` what acts on the operand before it (the rule gets
   that operand and the token it begins at, and returns None where the sign is not for it). A kind that may stand
   beside another factor without a sign belongs into `parser.STARTS` too.
4. Add rows to ``tests/expression/readings.txt`` and ``unreadable.txt``.

A binary operator is no rule: it has its place on the ladder, in `parser` and in ``language/precedence.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from grader.expression.language.nodes import Expression
from grader.expression.reading.grammar.parser import Parser, Rules
from grader.expression.reading.grammar.refusals import expected
from grader.expression.reading.grammar.rules.brackets import bar, bracket, group
from grader.expression.reading.grammar.rules.branches import branches
from grader.expression.reading.grammar.rules.calls import applied, function, function_sign, implicit
from grader.expression.reading.grammar.rules.derivatives import fraction_of_differentials, nabla, slashed
from grader.expression.reading.grammar.rules.environments import cases, matrix_environment
from grader.expression.reading.grammar.rules.fractions import binomial, fraction, root
from grader.expression.reading.grammar.rules.indicators import indicator, number_or_ones
from grader.expression.reading.grammar.rules.named_signs import named_derivative, named_determinant, named_sum
from grader.expression.reading.grammar.rules.powers import degrees, superscript
from grader.expression.reading.grammar.rules.quantities import quantity
from grader.expression.reading.grammar.rules.suffixes import (
    entered,
    factorial,
    method,
    percent,
    prime,
    subscript,
    transpose_sign,
)
from grader.expression.reading.grammar.rules.sums import big_operator, extremum
from grader.expression.reading.lexing.linking import Linked
from grader.expression.reading.spelling.spelled import Spellings

# an operand that begins with a token of this kind; any other kind begins none
PREFIX: defaultdict[str, Callable[[Parser], Expression]] = defaultdict(lambda: expected)
PREFIX |= {
    "num": number_or_ones,
    "name": quantity,
    "word": quantity,
    "accent": quantity,
    "fn": function_sign,
    "(": group,
    "|": bar,
    "‖": bar,
    "frac": fraction,
    "binom": binomial,
    "sqrt": root,
    "sum": big_operator,
    "partial": slashed,
    "nabla": nabla,
    "ind": indicator,
    "det": named_determinant,
    # not by the kind of a token: the brackets of these environments, a \frac whose sides are differentials, and names
    # before a bracket
    "cases": cases,
    "matrix": matrix_environment,
    "derivative": fraction_of_differentials,
    "diff": named_derivative,
    "ranged": named_sum,
}

# what acts on the operand before it
POSTFIX: Mapping[str, Callable[[Parser, Expression, int], Expression | None]] = {
    "^": superscript,
    "°": degrees,
    "_": subscript,
    "'": prime,
    "%": percent,
    "!": factorial,
    "method": method,
    "name": transpose_sign,
    "(": entered,
}

RULES = Rules(
    prefix=PREFIX,
    postfix=POSTFIX,
    bracket=bracket,
    branches=branches,
    function=function,
    applied=applied,
    implicit=implicit,
    extremum=extremum,
)


def parser_of(linked: Linked, table: Spellings | None) -> Parser:
    """A parser with all rules at the first of the tokens; `table` holds the declared names."""
    return Parser(linked, table, RULES)
