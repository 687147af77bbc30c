"""What texts read as, held against two tables.

``readings.txt`` has a text, what a student is shown that it was read as, its tree, and why. The tree tells what the
shown text can't: ``(function arguments)``, a product as ``{a * b . c}`` (a dot for juxtaposition), a sum as
``<sum i:1..n body>``, an entry as ``y[i,j]``, a number with the place of its last digit as ``0.5@-1``; notes stand in
square brackets behind it. ``unreadable.txt`` has a text, the piece under the caret, the message, the hint, and why.
A section is named for the table of names that its rows are read with. `tests.cases` has the rest of the format.

``PYTHONPATH=. python tests/expression/test_reading.py`` prints the tables as they read now, to compare when the grammar
changes, and to write new rows: cells that are not known yet may be left empty.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    walk,
)
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading, plain_name, read, read_expression
from grader.problems import Problem
from tests.cases import BREAK, each, rows

HERE = Path(__file__).parent
READINGS, UNREADABLE = HERE / "readings.txt", HERE / "unreadable.txt"
MODEL: Names = (
    *(Declared(name) for name in ("w", "v", "J", "L", "delta")),
    *(Declared(name, role="size") for name in ("m", "C")),
    *(Declared(name, 2) for name in ("y", "z", "W")),
    Declared("yhat", 2, latex=r"\hat{y}"),
    Declared("x", 1),
    Declared("x1", latex="x_1"),
    Declared("w_1", latex="w_1"),
    Declared("b1", aliases=("b_1",)),
    Declared("z2", latex="z'"),
    Declared("W11_2", latex="W_{11-2}"),
    Declared("a1", 2, latex="a^{[1]}"),
    Declared("f", 1, role="opaque", arguments=("x, w", "w")),
    Declared("g", role="function", function="sigmoid"),
    Declared("h", 1, latex=r"h_\theta", arguments=("x",)),
)
NET: Names = (
    Declared("x1", latex="x_1"),
    Declared("x2", latex="x_2"),
    Declared("y"),
    Declared("L"),
    Declared("yhat", latex=r"\hat{y}"),
    Declared("W11_1", latex="W_{11-1}", aliases=("w_{11-1}", "W_{11}^{(1)}")),
    Declared("W21_1", latex="W_{21-1}"),
    Declared("W11_2", latex="W_{11-2}"),
    Declared("B1_1", latex="B_{1-1}"),
    Declared("Z11", latex="Z_{1-1}", aliases=("z_{1-1}", "z_1^{(1)}")),
    Declared("Z12", latex="Z_{1-2}"),
    Declared("y11", latex="y_{1-1}"),
)
LAYERS: Names = (
    Declared("L"),
    Declared("N", role="size"),
    *(Declared(name, 2) for name in ("y", "h")),
    Declared("x", 2, aliases=("X",)),
    Declared("yhat", 2, latex=r"\hat{y}"),
    Declared("W1", 2, latex="W^{(1)}", aliases=("W^{[1]}", "W_1")),
    Declared("W2", 2, latex="W^{(2)}", aliases=("W^{[2]}", "W_2")),
    Declared("b1", 1, latex="b^{(1)}", aliases=("b_1",)),
    Declared("b2", 1, latex="b^{(2)}", aliases=("b_2",)),
    Declared("z1", 2, latex="z^{(1)}", aliases=("z_1",)),
    Declared("delta", 2, latex=r"\delta"),
    Declared("theta", 1, latex=r"\theta"),
)
UNIT: Names = (
    *(Declared(name) for name in ("x", "w")),
    Declared("s", aliases=(r"\sigma",), arguments=("x",), called=True),
    Declared("f", role="opaque", arguments=("w",)),
)
SAMPLES: Names = (
    *(Declared(name, role="size") for name in ("m", "n")),
    *(Declared(name) for name in ("J", "b")),
    Declared("X", 2, axes=("m", "n")),
    Declared("P", 2, axes=("m", "3")),
    Declared("y", 1, axes=("m",)),
    Declared("yhat", 1, latex=r"\hat{y}", axes=("m",)),
    Declared("theta", 1, latex=r"\theta", axes=("n",)),
)
MODELS: dict[str, Names | None] = {
    "free": None,
    "model": MODEL,
    "net": NET,
    "layers": LAYERS,
    "unit": UNIT,
    "samples": SAMPLES,
}


def tree(node: Expression) -> str:
    """The tree as the tables write it."""
    match node:
        case Number(value, place):
            digits = str(value) if value.denominator == 1 else str(float(value))
            return digits if place is None else f"{digits}@{place}"
        case Symbol(name):
            return name
        case Slice():
            return ":"
        case Indexed(base, indices):
            return f"{tree(base)}[{','.join(map(tree, indices))}]"
        case Call(function, args, primes):
            return "(" + " ".join([function + "'" * primes, *map(tree, args)]) + ")"
        case Product(factors, joints):
            pairs = zip(joints, factors[1:], strict=True)
            return "{" + tree(factors[0]) + "".join(f" {joint or '.'} {tree(factor)}" for joint, factor in pairs) + "}"
        case Reduce(kind, letter, body, lower, upper, condition):
            bounds = "" if lower is None else f":{tree(lower)}.." + ("" if upper is None else tree(upper))
            return f"<{kind} {letter}{bounds}{'' if condition is None else '|' + tree(condition)} {tree(body)}>"
        case Cases(branches, otherwise):
            parts = [f"{tree(value)} if {tree(test)}" for value, test in branches]
            return "cases(" + "; ".join(parts + ([] if otherwise is None else [f"else {tree(otherwise)}"])) + ")"
        case Partial(numerator, denominator):
            return f"d{tree(numerator)}/d{tree(denominator)}"
        case Matrix(rows):
            return "[" + "; ".join(", ".join(map(tree, row)) for row in rows) + "]"


def as_tree(reading: Reading) -> str:
    """A reading as the table writes it."""
    parts = [" = ".join(map(tree, reading.chain))]
    parts += [f"where {tree(name)} := {tree(value)}" for name, value in reading.definitions]
    if reading.notes:
        parts.append("[" + ", ".join(reading.notes) + "]")
    return " ".join(parts)


def as_shown(reading: Reading, names: Names | None) -> str:
    """A reading as students see it."""
    parts = [" = ".join(to_text(side, names or ()) for side in reading.chain)]
    parts += [
        f"where {to_text(name, names or ())} := {to_text(value, names or ())}" for name, value in reading.definitions
    ]
    return " ".join(parts)


def refused(problem: Problem) -> list[str]:
    """A problem as the table writes it."""
    assert problem.span is not None
    return [problem.text[problem.span.start : problem.span.end].strip(), problem.message, problem.hint]


@each(READINGS, columns=("section", "text", "shown", "tree", "why"))
def test_text_reads_as(section: str, text: str, shown: str, tree: str, why: str) -> None:
    names = MODELS[section]
    reading = read(text, names)
    assert not reading.problems, reading.problems
    assert (as_tree(reading), as_shown(reading, names)) == (tree, shown), why


@each(UNREADABLE, columns=("section", "text", "piece", "message", "hint", "why"))
def test_text_is_refused(section: str, text: str, piece: str, message: str, hint: str, why: str) -> None:
    reading = read(text, MODELS[section])
    assert reading.chain == () and reading.expression is None
    assert refused(reading.problems[0]) == [piece, message, hint], why


@each(READINGS, columns=("section", "text"), where=lambda case: not case.known and " where " not in case["tree"])
def test_what_was_read_prints_and_reads_back(section: str, text: str) -> None:
    names = MODELS[section]
    for side in read(text, names).chain[-1:]:
        assert read(to_text(side, names or ()), names, "plain").expression == side
        assert read(to_latex(side, names or ()), names, "latex").expression == side


def test_all_unknown_names_come_at_once() -> None:
    messages = [problem.message for problem in read("bar + foo", MODEL).problems]
    assert messages == ["the name 'bar' is not known here", "the name 'foo' is not known here"]


def test_spans_point_into_the_text() -> None:
    text = r"so: $ \frac{1}{m} (\hat y_{ij} - y_{ij}) $"
    answer = read(text, MODEL).expression
    assert isinstance(answer, Product)
    assert text[answer.span.start : answer.span.end] == r"\frac{1}{m} (\hat y_{ij} - y_{ij})"
    bracket = answer.factors[1]
    assert text[bracket.span.start : bracket.span.end] == r"\hat y_{ij} - y_{ij}"


@pytest.mark.parametrize("text", ["wx", "wx + v", "wxv - 1", "wx/v", "wxv/v", "wx x1", "w x", "-wx", "2wx", "v + wx"])
def test_a_run_of_letters_stands_where_it_begins(text: str) -> None:
    answer = read(text, MODEL).expression
    assert isinstance(answer, Call | Product)
    assert text[answer.span.start : answer.span.end] == text


def test_a_rubric_expression_has_one_side() -> None:
    assert read_expression("x * w_1", MODEL) == Product((Symbol("x"), Symbol("w_1")), ("*",))
    for text in ("x = w", "x where v = w", "foo"):
        assert isinstance(read_expression(text, MODEL), Problem)


@pytest.mark.parametrize(
    ("text", "plain"),
    [(r"\hat{y}", "yhat"), ("ŷ", "yhat"), ("w1", "w_1"), (r"w_{1}", "w_1"), (r"\omega", "omega"), ("a + b", "a + b")],
)
def test_plain_names(text: str, plain: str) -> None:
    assert plain_name(text) == plain


def test_notation_can_be_given() -> None:
    assert tree(read("xy", notation="latex").chain[0]) == "{x . y}"
    assert tree(read("xy", notation="plain").chain[0]) == "xy"


if __name__ == "__main__":
    for path in (READINGS, UNREADABLE):
        for case in rows(path):
            reading = read(case["text"], MODELS[case["section"]])
            accepted = [as_shown(reading, MODELS[case["section"]]), as_tree(reading)]
            now = refused(reading.problems[0]) if reading.problems else accepted
            print(" ;; ".join([case["text"].replace("\n", BREAK), *now, case["why"]]))


@pytest.mark.parametrize("text", ["0", "-0", "7", "-12", "007", "0.0212", "-0.5", "3.14159", "999999999999999999"])
def test_a_number_alone_is_read_as_it_is_in_any_text(text: str) -> None:
    alone, behind_blank = read(text), read(f" {text}")
    assert alone.chain == behind_blank.chain and alone.problems == behind_blank.problems == ()
    (one,), (other,) = alone.chain, behind_blank.chain
    assert [(item.span.start, item.span.end) for item in walk(one)] == [
        (item.span.start - 1, item.span.end - 1) for item in walk(other)
    ]
