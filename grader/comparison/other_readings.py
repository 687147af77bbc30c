r"""Other readings of two texts that differ at first sight: ``lr`` may be a name or a product, ``1,500`` one and a half.

What only one of both texts names can be no variable of the other: its E is Euler's number, its ``2asin(x)`` may be
twice a times a sine, its ``gamma(5)`` the function.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from grader.comparison.common_vocabulary import free_names
from grader.comparison.typed_out import only_rounds
from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Matrix,
    Product,
    Symbol,
    integer,
    rebuild,
    rewritten,
    walk,
)
from grader.expression.language.words import GREEK
from grader.expression.reading.read import Reading, read
from grader.expression.reading.sources import with_other_commas

BELOW = 4  # factors behind a slash that may be meant below it
_SPLIT = re.compile(r"(?<![A-Za-z\\])a(?=(?:sin|cos|tan|sec|csc|cot)h?\()")
_LETTER_CALLED = re.compile(r"(?<![A-Za-z\\])gamma(?=\()")
_MIXED = re.compile(r"(\s*\$?\s*-?\s*)(\d+)(\s*\\[dt]?frac\s*(?:\d\s*\d|\{\d+\}\s*\{\d+\})\s*\$?\s*)")  # 2\frac{1}{2}
_RUN_RAISED = re.compile(r"\^([a-z])(?=[a-z]{2})")
_EULER_OR_TEN = re.compile(r"(?<=\d)e(?=[+-]\d)")
_NUMBERED = re.compile(r"[A-Za-z]_\d")
_BASE_BEHIND = re.compile(r"(?<![A-Za-z\\])(lg\([^(),]+),(?=\d+\))")


def read_otherwise(
    reference: str, answer: str, first: Reading, second: Reading, given: Collection[str]
) -> Iterator[tuple[Reading, Reading]]:
    """Other readings of a reference and an answer that are `first` and `second`; `given` are names with a domain."""
    if first.expression is None or second.expression is None:
        return
    if _words(first.expression) ^ _words(second.expression):
        yield read(reference, notation="latex"), read(answer, notation="latex")
    yield from ((first, read(text)) for text in _other_texts(answer, first.expression, second.expression))
    yield from ((read(text), second) for text in _other_texts(reference, second.expression, first.expression))
    if only_rounds(second):
        yield first, replace(second, chain=second.chain[:-1])
    if "E" not in given and _only_here("E", second, first.expression):
        yield first, _with_euler(second)


def _words(formula: Expression) -> frozenset[str]:
    """The names of several letters: ``ab`` is one in code, and a product of two letters by hand."""
    return frozenset(name for name in free_symbols(formula) if len(name) > 1 and name.isalpha() and name not in GREEK)


def _other_texts(text: str, beside: Expression, formula: Expression) -> Iterator[str]:
    """Ways to write what a text may mean, `beside` being what it is compared with."""
    yield from with_other_commas(text)
    if mixed := _MIXED.fullmatch(text):
        yield f"{mixed[1]}({mixed[2]} + {mixed[3].replace('$', '')})"
    if _BASE_BEHIND.search(text):
        yield _BASE_BEHIND.sub(r"\1, ", text)
    there, here = free_symbols(beside), free_symbols(formula)
    if "a" in there - here and _SPLIT.search(text):
        yield _SPLIT.sub("a ", text)
    if "gamma" in here - there and _LETTER_CALLED.search(text):
        yield _LETTER_CALLED.sub("Gamma", text)


def _only_here(name: str, reading: Reading, beside: Expression) -> bool:
    """Whether a reading has a name that the formula beside it lacks."""
    return any(name in free_names(side) for side in reading.chain[-1:]) and name not in free_symbols(beside)


def _with_euler(reading: Reading) -> Reading:
    """The reading with E as Euler's number."""
    chain = tuple(substitute(side, {"E": Symbol("e")}) for side in reading.chain)
    return replace(reading, chain=chain)


def doubtful(text: str, reading: Reading, beside: Expression) -> Iterator[Reading]:
    """What a text may mean as well, against how it is read: where that is right, a person decides.

    ``1/2x`` divides by 2 alone, and may mean ``1/(2x)``; ``e^xsinx`` has one exponent, or one of a letter;
    an E in a reference may be Euler's number; ``x2`` is a name, and may have lost its sign; ``2e+3`` is 2000, and may
    be twice e and 3.
    """
    if _only_here("E", reading, beside):
        yield _with_euler(reading)
    if "ambiguous_slash" in reading.notes:
        yield with_more_below(reading, BELOW)
    if "\\" not in text and _RUN_RAISED.search(text):
        yield read(_RUN_RAISED.sub(r"^\1 ", text))
    if _EULER_OR_TEN.search(text):
        yield read(_EULER_OR_TEN.sub(" e ", text))
    there = free_symbols(beside)
    lost = {name: name[0] for name in _typed_together(reading, text) if name not in there and name[0] in there}
    for sign in ("*", "^") if lost else ():
        changes: dict[str, Expression] = {
            name: Product((Symbol(base), integer(int(name[2:]))), ("*",))
            if sign == "*"
            else Call("pow", (Symbol(base), integer(int(name[2:]))))
            for name, base in lost.items()
        }
        yield replace(reading, chain=tuple(substitute(side, changes) for side in reading.chain))


def _typed_together(reading: Reading, text: str) -> list[str]:
    """The names of a letter and a number, ``x_2``, that stand without their underscore in a text."""
    names = {name for side in reading.chain for name in free_symbols(side) if _NUMBERED.fullmatch(name)}
    return sorted(name for name in names if re.search(rf"(?<![A-Za-z\\]){name[0]}{name[2:]}", text))


def as_vectors(reading: Reading) -> Reading | None:
    r"""The reading with ``\langle a, b \rangle`` as a vector, not as an inner product; None where there is none."""
    if not any(isinstance(item, Call) and item.function == "inner" for side in reading.chain for item in walk(side)):
        return None
    return replace(reading, chain=tuple(map(_vectors, reading.chain)))


def _vectors(node: Expression) -> Expression:
    if isinstance(node, Call) and node.function == "inner":
        return Matrix((tuple(map(_vectors, node.args)),), node.span)
    return rebuild(node, _vectors)


def with_more_below(reading: Reading, most: int) -> Reading:
    """The reading with at most so many factors that follow a slash below it: ``1/(w x)`` for ``1/w x`` and 1."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Product):
            return node
        factors, joints, left = [node.factors[0]], list[str](), most
        for joint, factor in zip(node.joints, node.factors[1:], strict=True):
            match factors[-1]:
                case Call("div", (above, below)) if joint == "" and left:
                    factors[-1], left = Call("div", (above, Product((below, factor), ("",))), span=node.span), left - 1
                case _:
                    factors.append(factor)
                    joints.append(joint)
                    left = most
        return Product(tuple(factors), tuple(joints), node.span) if joints else factors[0]

    definitions = tuple((left, rewritten(right, rule)) for left, right in reading.definitions)
    return replace(reading, chain=tuple(rewritten(side, rule) for side in reading.chain), definitions=definitions)
