"""Definitions of an answer's own, put into each other: in no circle, as deep as the reader goes, and no deeper."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader.expression.language.nodes import depth
from grader.expression.reading.read import MAX_TREE, read
from grader.grading.definition_checks import problem_of_definitions
from grader.grading.definitions import with_definitions
from grader.grading.grade import find_part
from grader.solver.key import AnswerKey
from grader.work import TooMuchWork

RUBRICS = Path(__file__).parents[2] / "rubrics"
TOO_DEEP = "this is nested too deep"


@lru_cache
def key(rubric: str = "two_layer_network") -> AnswerKey:
    return grader.solve(grader.load_rubric(RUBRICS / f"{rubric}.yaml"))


def nested(levels: int, inner: str) -> str:
    return "tanh(" * levels + inner + ")" * levels


def in_each_other(lines: int, levels: int) -> list[str]:
    """``q_1 = tanh(..y..)``, then each line of the one before it."""
    return [f"q_{n + 1} = {nested(levels, f'q_{n}' if n else 'y')}" for n in range(lines)]


def terms(first: str, count: int) -> str:
    return first + " + 0*y" * count


@pytest.mark.parametrize(
    ("lines", "deep", "why"),
    [
        (in_each_other(3, 50), False, "150 levels in three lines"),
        (in_each_other(4, 50), True, "200 and the answer's own"),
        (in_each_other(12, 50), True, "far too deep"),
        (in_each_other(12, 50)[::-1], True, "used before they are defined"),
        (["q_1 = y", *[f"q_1 = {nested(50, 'q_1')}"] * 3], False, "one name, taken up again"),
        (["q_1 = y", *[f"q_1 = {nested(50, 'q_1')}"] * 9], True, "the same, too deep"),
        (["b_2 = y", *[f"b_2 = {nested(50, 'b_2')}"] * 9], True, "a name of the model's, taken up again"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_lines_in_lines(lines: list[str], deep: bool, why: str) -> None:
    last = lines[-1].partition(" = ")[0] if not lines[0].startswith("q_12") else "q_12"
    found = grader.grade_answer(key(), "b2", "; ".join([*lines, f"dL/db_2 = yhat - y + 0*({last})"]))
    assert found.verdict == ("unreadable" if deep else "correct"), why
    assert [problem.message for problem in found.problems] == ([TOO_DEEP] if deep else []), why


@pytest.mark.parametrize(("count", "deep"), [(40, False), (140, True)])
def test_derivatives_worked_out_in_lines_of_their_own(count: int, deep: bool) -> None:
    chain = terms("dL/dz' dz'/dz dz/dw_1", count)
    lines = [
        f"dL/dz' = {terms('yhat - y', count)}",
        f"dz'/dz = {terms('w_2', count)}",
        f"dz/dw_1 = {terms('x', count)}",
        f"dL/dw_1 = {chain}",
    ]
    found = grader.grade_answer(key(), "w1", "; ".join(lines))
    assert found.verdict == ("unreadable" if deep else "correct")
    assert [problem.message for problem in found.problems] == ([TOO_DEEP] if deep else [])


CIRCLES = [
    # lines, name that is told, the line that it is told at (from 0), why
    ("q = q + 1", "q", 0, "by itself"),
    ("p = 1; q = r; r = q", "q", 1, "by way of another"),
    ("q = q; q = q + 1", "q", 0, "twice"),
    ("r = y_{ij}; q = q r; r = q", "q", 1, "beside what is fine"),
    ("q = y_{ij}; r = r", "r", 1, "a name that is not used"),
    ("yhat = softmax(yhat)", "yhat", 0, "a quantity of the model"),
    ("(yhat)_{1,2} = 2; yhat_{ij} = yhat_{ij} + 1", "yhat", 1, "one entry says nothing of all"),
    ("(yhat)_{1,2} = 2; yhat = softmax(yhat)", "yhat", 1, "nor of the whole"),
    ("(yhat)_{1,j} = (yhat)_{2,j}", "yhat", 0, "an entry by another"),
    ("yhat_{ij} = z_{ij}; (yhat)_{1,2} = 3; z_{ij} = yhat_{ij}", "yhat", 0, "an entry within the circle"),
    ("yhat_{ij} = y_{ij}; (yhat)_{1,2} = z_{ij}; z_{ij} = yhat_{ij}", "yhat", 1, "a circle by an entry"),
]


@pytest.mark.parametrize(("lines", "name", "at", "why"), CIRCLES, ids=[row[-1] for row in CIRCLES])
def test_a_circle_is_told_where_it_begins(lines: str, name: str, at: int, why: str) -> None:
    *definitions, answer = [*lines.split("; "), "dJ/dz_{ij} = yhat_{ij} - y_{ij}"]
    found = grader.grade_answer(key("losses_and_backprop"), "2a", "\n".join([*definitions, answer]))
    assert (found.verdict, found.note.kind, found.review, found.score) == ("unreadable", "unreadable", True, 0), why
    (problem,) = found.problems
    assert (problem.message, problem.hint) == (f"'{name}' is defined by itself", "write what it is")
    start = sum(len(line) + 1 for line in definitions[:at])
    assert problem.span is not None
    assert (problem.span.start, problem.span.end) == (start, start + definitions[at].index(" ="))


@pytest.mark.parametrize(("place", "deep"), [("k", False), ("k+1+1", True)])
def test_what_stands_at_an_index_is_put_in_too(place: str, deep: bool) -> None:
    levels = ["y_{ii}", "v_i", "v_i", "v_i"]
    lines = [f"v_i = {nested(50 if at < 3 else 43, inner)}" for at, inner in enumerate(levels)]
    found = grader.grade_answer(
        key("losses_and_backprop"), "2a", "\n".join([*lines, f"dJ/dz_{{ij}} = sum_k (v)_{{{place}}}"])
    )
    assert [problem.message for problem in found.problems] == ([TOO_DEEP] if deep else [])
    assert found.note.kind == ("unreadable" if deep else "ill_typed")


LEFT = (
    "yhat_{ij}",
    "yhat",
    "(yhat)_{1,2}",
    "(yhat)_{1,j}",
    "z_{ij}",
    "z",
    "(z)_{1,1}",
    "v_i",
    "v_{ij}",
    "q",
    "dyhat/dz",
)
RIGHT = (*LEFT, "yhat_{ji}", "y_{ij}", "v_j", "(v)_{k+1+1}", "sum_k yhat_{ik}", "2")
SHAPES = ("%s", "%s + %s", "%s %s", nested(3, "%s"), nested(40, "%s"), "%s" + " + 2" * 30)


@st.composite
def answers(draw: st.DrawFn) -> str:
    """Lines of names that may lead to one another, and the answer."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=8))
    names = st.sampled_from(RIGHT)
    rights = [shape % tuple(draw(names) for _ in range(shape.count("%s"))) for shape in shapes]
    lefts = [draw(st.sampled_from(LEFT)) for _ in rights[1:]]
    return "\n".join(f"{left} = {right}" for left, right in zip([*lefts, "dJ/dz_{ij}"], rights, strict=True))


@given(answers())
def test_what_passes_the_check_is_put_in(text: str) -> None:
    reading = read(text, find_part(key("losses_and_backprop"), "2a")[0].question.model.names)
    if reading.expression is not None and problem_of_definitions(reading) is None:
        with suppress(TooMuchWork):  # too many within one another, or at their own places
            assert depth(with_definitions(reading.expression, reading.definitions)) <= MAX_TREE
