"""A question that is kept comes back as it was solved: formulas, numbers to the bit, and every result of grading."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

import grader
from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.language.nodes import (
    Call,
    Cases,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
)
from grader.expression.printing.text import to_text
from grader.problems import Span
from grader.rubric.load import parse_rubric
from grader.rubric.model import Question, Rubric
from grader.solver.hashes import question_hash
from grader.solver.kept_question import decode_question, encode_question
from grader.solver.key import AnswerKey, SolvedQuestion
from grader.solver.node_table import NodeTable, add_rows, placed
from grader.solver.runs import Run
from grader.solver.session import Session
from grader.solver.solving import solve
from grader.work import at_most

ROOT = Path(__file__).parents[2]
RUBRICS = sorted((ROOT / "rubrics").rglob("*.yaml"))


@lru_cache
def solved(path: Path) -> AnswerKey:
    """The key, not certified: other tests do that."""
    rubric = grader.load_rubric(path)
    return solve(rubric, {question_hash(question): "" for question in rubric.questions}, anew=True)


@lru_cache
def records(path: Path) -> dict[str, str]:
    return {question_hash(done.question): encode_question(done) for done in solved(path).questions if done.parts}


def recalled(path: Path) -> AnswerKey:
    """The key of the rubric, read once more, with every question from its record."""
    key = solve(grader.load_rubric(path), records(path))
    assert isinstance(key, AnswerKey)
    assert key.certified == {}
    return key


def differences(one: object, other: object, partners: dict[int, object], place: str = "key") -> list[str]:
    """Where two values are not the same in type, in form and to the bit; shared parts must be shared alike."""
    if type(one) is not type(other):
        return [f"{place}: {type(one)} and {type(other)}"]
    if isinstance(one, Session):
        return []
    if isinstance(one, np.ndarray):
        forms = [(array.dtype, array.shape, array.strides, array.tobytes()) for array in (one, other)]
        return [] if forms[0] == forms[1] else [place]
    if isinstance(one, dict | MappingProxyType):
        return differences(tuple(one.items()), tuple(other.items()), partners, place)
    if isinstance(one, tuple):
        found = [] if len(one) == len(other) else [f"{place}: {len(one)} and {len(other)}"]
        for k, pair in enumerate(zip(one, other, strict=False)):
            found += differences(*pair, partners, f"{place}[{k}]")
        return found
    if not is_dataclass(one):
        return [] if repr(one) == repr(other) else [f"{place}: {one!r} and {other!r}"]
    if not isinstance(one, Number | Symbol | Slice):
        if id(one) in partners:
            return [] if partners[id(one)] is other or isinstance(one, Span) else [f"{place}: shared otherwise"]
        partners[id(one)] = other
    found = []
    for each in fields(one):
        found += differences(getattr(one, each.name), getattr(other, each.name), partners, f"{place}.{each.name}")
    return found


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_what_is_kept_comes_back_as_it_was_solved(path: Path) -> None:
    wanted, found = solved(path), recalled(path)
    assert len(found.questions) == len(wanted.questions)
    for question, other in zip(found.questions, wanted.questions, strict=True):
        assert differences(other, question, {}) == []
        assert question.session is found.session
        assert question.graph is question.question.model.graph
        assert all(run.graph is question.graph and run.session is found.session for run in question.runs)


@pytest.mark.no_cover  # many rows through the same lines; being watched takes more than twice the time
@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_answers_are_judged_alike_and_take_as_much_work(path: Path) -> None:
    for question in solved(path).questions:
        for part in question.parts[:2]:
            right = to_text(part.closed, question.question.model.names)
            for text in (right, f"2*({right})", f"{right} + 1", part.part.text):
                results = []
                for key in (solved(path), recalled(path)):
                    with at_most(1e12) as work:
                        result = grader.grade_answer(key, part.part.id, text)
                    results.append((result, repr(result), work.spent))
                assert results[0] == results[1], (part.part.id, text)


@pytest.mark.parametrize("name", ["losses_and_backprop", "examples/batch_network"])
def test_the_text_does_not_depend_on_the_hash_seed(name: str) -> None:
    program = (
        "import sys, grader; from grader.solver.kept_question import encode_question\n"
        "key = grader.solve(grader.load_rubric(sys.argv[1]))\n"
        "for name, done in key.certified.items(): print(name, encode_question(done))"
    )
    command = [sys.executable, "-c", program, str(ROOT / "rubrics" / f"{name}.yaml")]
    made = [
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] != b""


TEXT = """
title: Homework
questions:
  - id: "1"
    title: One
    prompt: the first
    model:
      sizes: [m]
      given: {x: {shape: [m]}, t: real, w: real}
      define: {yhat_i: sigma(w*x_i), J: sum_i (yhat_i - t)^2}
    parts:
      - {id: 1a, target: dJ/dw, prompt: p, points: 3, steps: [{target: dJ/dyhat_i, points: 1}]}
      - {id: 1b, target: dJ/dyhat_i, prompt: p}
"""
CHANGES = [
    ("title: One", "title: Another", True, "what pages say"),
    ("prompt: the first", "prompt: the only", True, "what pages say"),
    ("prompt: p, points: 3", "prompt: other words, points: 3", True, "what pages say"),
    ("points: 3", "points: 4", True, "what a part is worth"),
    ("points: 1}]", "points: 2}]", True, "what a step is worth"),
    ("points: 3", "points: 3, bonus: true", True, "what counts"),
    ("    prompt: the first", "    prompt: the first\n    best: 1", True, "what counts"),
    ("points: 3", "points: 3, accept: [x], reject: [y]", True, "self-tests"),
    ("points: 3", "points: 3, malrules: {sign: {points: 1}}", True, "prices"),
    ("points: 3", "points: 3, partial_credit: {cap: 0.5}, follow_through: 0.5", True, "prices"),
    ("title: Homework", "# a line more\n\ntitle: Homework", True, "line numbers"),
    ("sigma(w*x_i)", "tanh(w*x_i)", False, "the model"),
    ("sigma(w*x_i)", "sigma(w*x_i )+0", False, "the model"),
    ("sigma(w*x_i)", "sigma(w * x_i)", False, "places in its formulas"),
    ("t: real", "t: positive", False, "the domain of a quantity"),
    ("t: real", "t: {domain: real, aliases: [y]}", False, "names"),
    ("t: real", "t: {domain: real, latex: \\tau}", False, "names"),
    ("points: 3", "points: 3, tolerance: {relative: 0.01}", False, "the tolerance"),
    ("points: 3", "points: 3, layout: accept", False, "the layout"),
    ("points: 3", "points: 3, solution: hidden", False, "whether the solution is shown"),
    ("steps: [{target: dJ/dyhat_i,", "steps: [{target: yhat_i,", False, "the target of a step"),
    ("{id: 1b, target: dJ/dyhat_i,", "{id: 1b, target: dJ/dx_i,", False, "a target"),
    ("{id: 1b,", "{id: 1c,", False, "the id of a part"),
]


def rubric(text: str = TEXT) -> Rubric:
    found = parse_rubric(text, "r.yaml")
    assert isinstance(found, Rubric), found
    return found


@pytest.mark.parametrize(("old", "new", "hit", "why"), CHANGES, ids=[f"{row[3]}-{row[1][:24]}" for row in CHANGES])
def test_what_the_solution_rests_on_and_nothing_else_is_in_the_hash(old: str, new: str, hit: bool, why: str) -> None:
    assert TEXT.count(old) == 1
    changed = rubric(TEXT.replace(old, new))
    assert changed != rubric()
    assert (question_hash(changed.questions[0]) == question_hash(rubric().questions[0])) is hit, why


def test_what_the_rubric_says_is_the_new_rubrics() -> None:
    kept = {name: encode_question(done) for name, done in solve(rubric()).certified.items()}
    text = TEXT
    for old, new in (
        ("title: One", "title: Another"),
        ("    prompt: the first", "    prompt: the only\n    best: 1"),
        ("prompt: p, points: 3", "prompt: other words, points: 4, bonus: true, malrules: {sign: {points: 1}}"),
        ("points: 1}]", "points: 2}], accept: [x]"),
        ("title: Homework", "# a line more\n\ntitle: Homework"),
    ):
        text = text.replace(old, new, 1)
    key = solve(rubric(text), kept)
    assert key.certified == {}
    assert differences(solve(rubric(text)).questions, key.questions, {}) == []
    asked = key.questions[0].asked[0]
    assert (asked.prompt, asked.max_score, asked.bonus, asked.best) == ("other words", 4, True, 1)


def a_question() -> SolvedQuestion:
    return solve(rubric()).questions[0]


def test_a_record_that_is_none_is_solved_and_certified() -> None:
    name = question_hash(rubric().questions[0])
    text = encode_question(a_question())
    kept = json.loads(text)
    others = [
        "",
        "[]",
        "{}",
        text[:-1],
        json.dumps({**kept, "nodes": [["Lambda", [], []]]}),
        json.dumps({**kept, "nodes": []}),
        json.dumps({**kept, "numbers": "AAAA"}),
        json.dumps({**kept, "numbers": "?"}),
        json.dumps({**kept, "parts": kept["parts"][:1]}),
    ]
    for other in others:
        with pytest.raises(ValueError, match=r".*"):
            decode_question(other, rubric().questions[0], Session())
        key = solve(rubric(), {name: other})
        assert list(key.certified) == [name], other[:40]


ARRAYS = [
    (np.array([np.inf, -np.inf, np.nan, -0.0, 5e-324, 0.1]), "values that JSON has no name for"),
    (np.frombuffer(b"\x01\0\0\0\0\0\xf8\x7f"), "a payload of nan"),
    (np.array(2.5), "no axis"),
    (np.zeros((0, 3)), "no entry"),
    (np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1), "axes in another order"),
    (np.broadcast_to(np.eye(3), (5, 3, 3)), "one entry for many"),
    (np.arange(20.0)[3:19:4], "entries between"),
    (np.arange(20.0)[::-2], "backwards"),
    (np.arange(24.0).reshape(4, 6)[::-1, ::2].T, "all at once"),
]


@pytest.mark.parametrize(("array", "why"), ARRAYS, ids=[row[1] for row in ARRAYS])
def test_arrays_come_back_to_the_bit_and_in_their_layout(array: np.ndarray, why: str) -> None:
    done = with_values(a_question(), {"first": np.ones(3), "x": array, "last": np.full(2, 7.0)})
    found = decode_question(encode_question(done), done.question, Session())
    assert differences(done.runs, found.runs, {}) == [], why
    assert not found.runs[0].values["x"].flags.writeable


def with_values(done: SolvedQuestion, values: dict[str, np.ndarray]) -> SolvedQuestion:
    return replace(done, runs=tuple(Run(run.graph, run.sizes, values, run.points) for run in done.runs))


def test_an_array_of_another_type_is_not_kept() -> None:
    for array in (np.ones(2, dtype=np.longdouble), np.ones(2, dtype=np.int64)):
        with pytest.raises(ValueError, match="an array of"):
            encode_question(with_values(a_question(), {"x": array}))


X = Symbol("x", Span(2, 3))
NODES = [
    Number(Fraction(-355, 113), -2, Span(0, 4)),
    Number(Fraction(10**400, 3)),
    Symbol("ŷ\ud800"),
    Slice(Span(1, 2)),
    Indexed(X, (Slice(), Number(Fraction(1)))),
    Call("sigmoid", (X,), 2, Span(0, 9)),
    Product((X, X, Symbol("x")), ("", "@")),
    Reduce("sum", "i", X),
    Reduce("max", "", X, upper=Symbol("n"), condition=Call("ne", (X, Symbol("j")))),
    Cases(((X, Call("lt", (X, Symbol("y")))), (Symbol("y"), X))),
    Cases(((X, Symbol("y")),), Symbol("z")),
    Partial(Symbol("L"), Indexed(X, (Symbol("i"),)), Span(0, 5)),
    Matrix(((X, Symbol("y")), (Symbol("z"), X))),
    Matrix(()),
]


@pytest.mark.parametrize("node", NODES, ids=lambda node: type(node).__name__)
def test_every_kind_of_node_comes_back_with_its_place(node: object) -> None:
    table, again = NodeTable(), NodeTable()
    place = placed(table, node)
    add_rows(again, json.loads(json.dumps(table.rows)))
    assert differences(node, again.nodes[place], {}) == []


def test_what_stands_at_many_places_is_kept_once() -> None:
    node = Call("exp", (X,))
    for _ in range(200):
        node = Call("add", (node, node))
    table, again = NodeTable(), NodeTable()
    place = placed(table, node)
    assert len(table.rows) == 202
    add_rows(again, table.rows)
    assert differences(node, again.nodes[place], {}) == []
    assert again.nodes[place].args[0] is again.nodes[place].args[1]


def test_two_equal_formulas_stay_two() -> None:
    node = Product((Call("exp", (X,)), Call("exp", (X,))), ("",))
    table, again = NodeTable(), NodeTable()
    placed(table, node)
    add_rows(again, table.rows)
    one, other = again.nodes[-1].factors
    assert one == other
    assert one is not other


def test_a_run_of_another_model_is_not_kept() -> None:
    done = a_question()
    graph = ComputationGraph(done.graph.sizes, done.graph.leaves, (*done.graph.nodes, Node("q", (), (), X)))
    with pytest.raises(ValueError, match="another model"):
        encode_question(replace(done, runs=tuple(replace(run, graph=graph) for run in done.runs)))


def test_a_question_that_a_person_grades_is_not_kept() -> None:
    key = solve(rubric(re.sub(r"    model:.*", "    parts: [{id: 1a, by: hand, prompt: p}]", TEXT, flags=re.DOTALL)))
    assert isinstance(key.rubric.questions[0], Question)
    assert key.certified == {}
