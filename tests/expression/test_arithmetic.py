"""Arithmetic that Python reads as well comes to the same value: ``-2 ** 2 / 4 - -.5`` is -1/2 to both.

Python's side is its own syntax tree, evaluated here over exact fractions; nothing is ever run.
"""

from __future__ import annotations

import ast
from fractions import Fraction

import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from grader.expression.language.nodes import Call, Expression, Number, Product
from grader.expression.reading.read import read

LARGEST_EXPONENT = 9


def raised(base: Fraction, exponent: Fraction) -> Fraction:
    """A power, where it is rational and of bearable size."""
    if exponent.denominator != 1 or abs(exponent) > LARGEST_EXPONENT:
        raise ArithmeticError("no power to compare")
    return base ** int(exponent)


def python_value(node: ast.expr, text: str) -> Fraction:
    """The value of Python's syntax tree; decimals are taken as typed."""
    match node:
        case ast.Constant():
            return Fraction(ast.get_source_segment(text, node) or "")
        case ast.UnaryOp(op=sign, operand=operand):
            value = python_value(operand, text)
            return -value if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=operator, right=right):
            one, other = python_value(left, text), python_value(right, text)
            match operator:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
                case ast.Div():
                    return one / other
                case ast.Pow():
                    return raised(one, other)
    raise AssertionError(ast.dump(node))


def our_value(node: Expression) -> Fraction:
    """The value of a tree of numbers and operators."""
    match node:
        case Number(value=value):
            return value
        case Product(factors=factors):
            value = Fraction(1)
            for factor in factors:
                value *= our_value(factor)
            return value
        case Call(function=name, args=args):
            values = [our_value(arg) for arg in args]
            match name, values:
                case "neg", [value]:
                    return -value
                case "add", [one, other]:
                    return one + other
                case "sub", [one, other]:
                    return one - other
                case "div", [one, other]:
                    return one / other
                case "pow", [one, other]:
                    return raised(one, other)
    raise AssertionError(node)


space = st.sampled_from(["", "", " "])
numbers = st.one_of(
    st.integers(0, 30).map(str),
    st.builds(lambda whole, digits: f"{whole}.{digits:02d}", st.integers(0, 9), st.integers(0, 99)),
    st.builds(lambda digit: f".{digit}", st.integers(0, 9)),
    st.builds(lambda digit, power: f"{digit}e{power}", st.integers(1, 9), st.integers(-3, 3)),
)
exponents = st.one_of(
    st.integers(0, 3).map(str),
    st.integers(1, 3).map(lambda value: f"-{value}"),
    st.builds(lambda a, b: f"({a}-{b})", st.integers(0, 5), st.integers(0, 5)),
    st.just("2**2"),
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joint = st.sampled_from(["+", "-", "*", "/"])
    return st.one_of(
        st.builds(lambda a, s, sign, t, b: f"{a}{s}{sign}{t}{b}", inner, space, joint, space, inner),
        st.builds(lambda sign, s, a: f"{sign}{s}{a}", st.sampled_from("-+"), space, inner),
        st.builds(lambda s, a: f"({s}{a})", space, inner),
        st.builds(lambda a, s, b: f"{a}{s}**{s}{b}", inner, space, exponents),
    )


texts = st.recursive(numbers, lambda inner: st.deferred(lambda: _larger(inner)), max_leaves=12)


@pytest.mark.parametrize("notation", ["plain", "latex"])
@settings(max_examples=300)
@given(text=texts)
@example(text="-2 ** 2 / 4 - -.5")
@example(text="2**-1**2")
@example(text="8/4/2*3")
@example(text="2*-3+-+4")
@example(text="5*10**-2**2")
def test_arithmetic_agrees_with_python(notation: str, text: str) -> None:
    try:
        expected = python_value(ast.parse(text.strip(), mode="eval").body, text.strip())
    except ArithmeticError:  # a division by zero, or a power without a rational value
        reject()
    reading = read(text, notation=notation)
    assert reading.expression is not None, reading.problems
    assert our_value(reading.expression) == expected


@pytest.mark.parametrize("notation", ["plain", "latex"])
@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("-2**2", Fraction(-4), "a power binds tighter than the sign"),
        ("2**3**2", Fraction(512), "powers group to the right"),
        ("2**-2", Fraction(1, 4), "a sign in an exponent"),
        ("8/4/2", Fraction(1), "quotients group to the left"),
        ("8/4*2", Fraction(4), "a product behind a quotient multiplies it"),
        ("2-3-4", Fraction(-5), "differences group to the left"),
        ("1 - -1", Fraction(2), "two signs"),
        ("3*-2", Fraction(-6), "a signed factor"),
        ("1e-3", Fraction(1, 1000), "a power of ten"),
        (".5 + 3.", Fraction(7, 2), "points at either end"),
    ],
)
def test_arithmetic(notation: str, text: str, value: Fraction, why: str) -> None:
    reading = read(text, notation=notation)
    assert reading.expression is not None, reading.problems
    assert our_value(reading.expression) == value, why
