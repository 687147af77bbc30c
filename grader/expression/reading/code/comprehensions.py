"""Sums and lists of what a generator goes through: ``sum(d @ h.T for d, h in zip(ds, hs))``, ``[f(k) for k in r]``.

The caller says how expressions and conditions are read.
"""

from __future__ import annotations

import ast
import operator as operator_functions
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

from grader.expression.algebra.construct import iverson, mul, substitute
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Product,
    Reduce,
    Symbol,
    indices,
    walk,
)
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.entering import number_of
from grader.expression.reading.code.iterating import LetterLoop, ReadAs, bind, passes_of, run_over
from grader.expression.reading.code.program_names import NotRead, ProgramNames, one_pass
from grader.expression.reading.code.sequences import listed, sum_of


def decided(test: Expression) -> bool | None:
    """Whether a test of two numbers holds; None for any other."""
    match test:
        case Call("eq" | "ne" | "lt" | "le" | "gt" | "ge" as name, (one, other)):
            a, b = number_of(one), number_of(other)
            return None if a is None or b is None else bool(getattr(operator_functions, name)(a, b))
        case Call("not", (inner,)):
            found = decided(inner)
            return None if found is None else not found
    return None


def summed(
    names: ProgramNames, part: ast.expr, loops: Sequence[ast.comprehension], formula: ReadAs, condition: ReadAs
) -> Expression:
    """``sum(f(i) for i in range(n) if i != k)``."""
    if not loops:
        return formula(names, part)
    loop, *rest = loops
    found = passes_of(names, loop.iter, formula)
    if found is not None:
        terms: list[Expression] = []
        for value in found:
            one_pass(names)
            inside = replace(names, assigned=dict(names.assigned))
            bind(inside, loop.target, value)
            terms.append(_tested(inside, loop.ifs, summed(inside, part, rest, formula, condition), condition))
        return sum_of(terms)
    run = run_over(names, loop.target, loop.iter, formula)
    return summed_over(run, _tested(run.scope, loop.ifs, summed(run.scope, part, rest, formula, condition), condition))


def check_length(run: LetterLoop, value: Expression) -> None:
    """Raise NotRead where the letter of a loop enters an axis of another length than the loop has."""
    for node in walk(value) if run.upper is not None else ():
        for base, at in entered_at(node, run.letter):
            axes = axes_of(run.scope, base)
            if axes is None or axes[at] == "?" or (axes[0] == "1" and len(axes) == 2 == 1 + len(indices(node))):
                continue  # one place of a row is that of a vector
            if size_formula(axes[at]) != run.upper:
                raise NotRead


def entered_at(node: Expression, letter: str) -> Iterator[tuple[Expression, int]]:
    if isinstance(node, Indexed):
        yield from ((node.base, at) for at, place in enumerate(node.indices) if place == Symbol(letter))


def summed_over(run: LetterLoop, body: Expression) -> Expression:
    """The sum of a value over the letter of a loop."""
    for test in run.tests:
        body = mul(iverson(test), body)
    if body == ZERO:
        return ZERO
    check_length(run, body)
    return Reduce("sum", run.letter, body, None if run.upper is None else ONE, run.upper)


def _tested(names: ProgramNames, tests: Sequence[ast.expr], body: Expression, condition: ReadAs) -> Expression:
    for test in tests:
        holds = condition(names, test)
        known = decided(holds)
        if known is False:
            return ZERO
        body = body if known else Product((iverson(holds), body), ("*",))
    return body


def made(
    names: ProgramNames, part: ast.expr, loops: Sequence[ast.comprehension], formula: ReadAs, condition: ReadAs
) -> Expression:
    """``[f(k) for k in range(3)]`` a list; of a size n an array by its entries."""
    loop, *rest = loops
    if rest:
        raise NotRead
    found = passes_of(names, loop.iter, formula)
    if found is None:
        run = run_over(names, loop.target, loop.iter, formula)
        own = Symbol(f"{run.letter}'")
        if loop.ifs and not run.tests and ast.unparse(part) == ast.unparse(loop.target):  # places where a test holds
            held = reduce(mul, (iverson(condition(run.scope, test)) for test in loop.ifs))
            return Call("places", (Call("entries", (substitute(held, {run.letter: own}), own)),))
        if loop.ifs or run.tests:
            raise NotRead
        item = formula(run.scope, part)
        check_length(run, item)
        return Call("entries", (substitute(item, {run.letter: own}), own))
    items: list[Expression] = []
    for value in found:
        one_pass(names)
        inside = replace(names, assigned=dict(names.assigned))
        bind(inside, loop.target, value)
        tests = [decided(condition(inside, test)) for test in loop.ifs]
        if None in tests:
            raise NotRead
        if all(tests):
            items.append(formula(inside, part))
    return listed(items)
