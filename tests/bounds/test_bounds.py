"""Answers that would take seconds or gigabytes cost what one answer may, are rightly judged or go to a person."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import pairwise

import pytest

import grader
from grader.expression.language.nodes import Call, Expression, Product, Symbol, depth, walk
from grader.expression.printing.latex import to_latex
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.expression.reading.read import MAX_TREE, read
from grader.grading.definitions import with_definitions
from grader.grading.grade import find_part, judge_answer
from grader.results import GradeReport, PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission
from grader.work import ANSWER, CARRIED, counting
from tests.bounds.written_out import ROOT, TABLES, rubric_path, written_out
from tests.cases import each

grading = import_module("grader.grading.grade")  # the package's own `grade` is the function
carrying = import_module("grader.grading.carried")
SMALL = ROOT / "tests" / "diagnosis" / "models.yaml"


@cache
def key_of(rubric: str) -> AnswerKey:
    return grader.solve(grader.load_rubric(rubric_path(rubric)))


def counted(key: AnswerKey, part: str, text: str) -> tuple[PartResult, int]:
    """The result of an answer and the units that it took."""
    with counting() as work:
        result = grader.grade_answer(key, part, text)
    return result, work.spent


@each(*TABLES)
def test_a_costly_answer_stays_within_its_bounds(rubric: str, part: str, answer: str, note: str, why: str) -> None:
    key = key_of(rubric)
    part = key.questions[0].parts[0].part.id if part == "*" else find_part(key, part)[1].part.id
    result, units = counted(key, part, written_out(answer))
    kind = str(result.note.kind)
    assert kind not in ("grader_failed", "timeout"), (result.problems, why)
    assert kind == note or note == "-"
    assert units <= ANSWER or kind == "too_much_work"
    if kind == "too_much_work":
        assert (result.verdict, result.review, result.score) == ("undecided", True, 0)
        assert result.message == "To judge this takes more work than is spent on one answer; a person will look at it."


def test_a_chain_of_definitions_costs_by_its_length() -> None:
    key = key_of("losses")

    def cost(length: int) -> int:
        lines = [f"u_{{{k}}} = u_{{{k - 1}}} + u_{{{k - 1}}}\n" for k in range(1, length + 1)]
        result, units = counted(key, "1a", f"u_0 = x\n{''.join(lines)}ds/dx = u_{{{length}}}")
        note = str(result.note)  # a text, so that no failure prints the formula itself
        assert note == "partly_read"
        return units

    costs = [cost(length) for length in (30, 60, 120)]
    assert all(longer < 4 * shorter for shorter, longer in pairwise(costs))


def test_a_definition_stays_one_formula_however_often_it_is_used() -> None:
    lines = "".join(f"u_{k} = sigma(u_{k - 1}) + u_{k - 1}\n" for k in range(1, 41))
    reading = read(f"u_0 = x\n{lines}u_40 * u_40")
    assert reading.expression is not None
    found = with_definitions(reading.expression, reading.definitions)
    assert len({id(item) for item in walk(found)}) < 200
    assert depth(found) < MAX_TREE


DEFINED = [
    ("a = x; a = a + 1; y = a", "x + 1"),
    ("a = b + 1; b = x; y = a", "x + 1"),
    ("a = x; b = a; a = 2; y = a + b", "2 + x"),
    ("d = e*x; x_e = 1; y = d", "e*x"),
]


@pytest.mark.parametrize(("text", "expected"), DEFINED)
def test_definitions_are_put_in(text: str, expected: str) -> None:
    reading = read(text.replace("; ", "\n"))
    assert reading.expression is not None
    assert to_text(with_definitions(reading.expression, reading.definitions)) == expected


INDEXED = [
    "d_{ij} = yhat_{ij} - y_{ij}; dJ/dz_{ij} = d_{ij}/m",
    "d_{ji} = yhat_{ji} - y_{ji}; dJ/dz_{ij} = d_{ij}/m",
    "d_{ab} = yhat_{ab} - y_{ab}; e_{kl} = d_{kl}/m; dJ/dz_{ij} = e_{ij}",
    "s_i = sum_j(y_{ij}); dJ/dz_{ij} = (s_i yhat_{ij} - y_{ij})/m",
    "s_j = sum_k(y_{jk}); dJ/dz_{ij} = (yhat_{ij} s_i - y_{ij})/m",
    "t_k = y_{kk} - y_{kk}; dJ/dz_{ij} = (yhat_{ij} - y_{ij})/m",
    "d = yhat - y; dJ/dz_{ij} = d_{ij}/m",
]


@pytest.mark.parametrize("text", INDEXED)
def test_definitions_with_indices_are_put_in(text: str) -> None:
    assert grader.grade_answer(key_of("losses"), "2a", text.replace("; ", "\n")).verdict == "correct"


@pytest.mark.parametrize("text", ["u = sin(u)", "a = b\nb = a\nu = a", "u = v_1\nv_i = w_i\nw_k = v_k"])
def test_a_name_defined_by_itself_is_told_as_such(text: str) -> None:
    reading = f"{text}\nds/dx = sigma(x) u"
    result = grader.grade_answer(key_of("losses"), "1a", reading.replace("w", "z"))
    assert (result.verdict, result.review) == ("unreadable", True)
    assert "is defined by itself" in result.problems[0].message


def doublings(count: int, build: type[Call] | type[Product] = Call) -> Expression:
    node: Expression = Symbol("x")
    for _ in range(count):
        node = Call("add", (node, node)) if build is Call else Product((node, node), ("*",))
    return node


@pytest.mark.parametrize("build", [Call, Product])
def test_a_formula_without_end_is_printed_with_dots(build: type[Call] | type[Product]) -> None:
    node = doublings(150, build)
    for code in (to_text(node), to_latex(node), to_mathml(node)):
        assert "…" in code or r"\ldots" in code or "dots" in code
        assert len(code) < 1_000_000


def test_formulas_that_share_their_parts_are_told_apart_at_once() -> None:
    one, other = doublings(150), doublings(150)
    assert one == other and hash(one) == hash(other)
    assert one != doublings(149)
    assert Call("add", (one, Symbol("x"))) != Call("add", (other, Symbol("y")))


SHEET = {"f-z": "w*x + b", "f-a": "y - a", "f-dz": "(y-a)*(1-a^2)", "f-dw": "(y-a)*(1-a^2)*x", "f-dx": "dL/da da/dx"}
TEXTS = (*SHEET.values(), "|a - y|", "dL/da da/dz dz/dw", "db/dx", "max(0, w) dL/da (1 - a^2)", "tanh''(z)")


def test_an_answer_costs_the_same_whoever_asked_before() -> None:
    """A hit and a miss of what is remembered count alike, in any order and after the whole sheet of another."""
    costs = []
    for step in (1, -1, 0):
        key = grader.solve(grader.load_rubric(SMALL))
        if not step:
            answers = tuple(Answer(*pair) for pair in SHEET.items())
            grader.grade(key, Submission("s", answers=answers))
        pairs = [(part, text) for part in SHEET for text in TEXTS][:: step or 1]
        costs.append({pair: counted(key, *pair)[1] for pair in pairs})
    assert costs[0] == costs[1]
    known = {pair: units for pair, units in costs[2].items() if pair not in SHEET.items()}
    assert known.items() <= costs[0].items()


@pytest.mark.parametrize("text", TEXTS)
def test_a_limit_changes_nothing_but_who_decides(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short of work, an answer is judged as ever, or without its diagnosis, or by a person."""
    key = grader.solve(grader.load_rubric(SMALL))
    whole, units = counted(key, "f-dw", text)
    seen = set()
    for share in range(20):
        monkeypatch.setattr(grading, "ANSWER", units * share // 19 + share)
        found = judge_answer(
            grader.solve(grader.load_rubric(SMALL)) if share == 10 else fresh(key), "f-dw", text
        ).result
        if found == whole:
            seen.add("as ever")
        elif found.note == "too_much_work":
            seen.add("person")
            assert found.review and found.verdict == "undecided"
        else:
            seen.add("no diagnosis")
            assert found.diagnosis is None and found.message.endswith("was not looked for to the end.")
            same = replace(whole, note=found.note, message=found.message, diagnosis=None, lines=found.lines)
            assert replace(found, review=whole.review) == same
    assert {"person"} <= seen


def fresh(key: AnswerKey) -> AnswerKey:
    """The key without what was worked out for it."""
    key.session.memos.clear()
    return key


def test_a_mistake_that_is_priced_and_was_not_looked_for_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of("two")
    part = find_part(key, "b2")[1]
    assert not part.part.malrules
    free = grader.grade_answer(key, "b2", "y - yhat")
    assert (free.note, free.review) == ("malrule/sign", False)

    def endless(*_: object) -> None:
        raise grading.TooMuchWork

    monkeypatch.setattr(grading, "diagnosed", endless)
    left = judge_answer(fresh(key), "b2", "y - yhat").result
    assert (left.verdict, left.note, left.review) == ("incorrect", "not_equivalent", False)
    monkeypatch.setattr(grading, "_free", lambda _: False)
    assert judge_answer(fresh(key), "b2", "y - yhat").result.review


def test_credit_that_takes_too_much_to_find_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    key = grader.solve(grader.load_rubric(SMALL))
    sheet = Submission("s", answers=tuple(Answer(*pair) for pair in SHEET.items()))
    assert by_part(grader.grade(key, sheet))["f-dz"].note == "follow_through"
    monkeypatch.setattr(carrying, "CARRIED", 10)
    left = by_part(grader.grade(fresh(key), sheet))["f-dz"]
    assert (left.verdict, left.review, left.problems) == ("incorrect", True, ())
    assert left.message.endswith("could not be checked; a person will look at it.")
    assert CARRIED < ANSWER


def by_part(report: GradeReport) -> dict[str, PartResult]:
    return {part.asked.part: part for part in report.parts}


def test_two_formulas_have_the_same_bounds() -> None:
    wide = " + ".join(f"sum_{{k=1}}^{{9000}} (x/k)^k * {n}" for n in range(30))
    assert grader.equivalent("x", wide).note == "too_much_work"
    assert grader.equivalent("x", "sum_{k=1}^{9999} sum_{l=1}^{9999} x/(k l)").note == "too_much_work"
    assert grader.equivalent("x", "x + 0*x").decision == "equivalent"


def test_the_stack_does_not_decide() -> None:
    """The deepest chain that is judged leaves room for whoever calls."""
    lines = "".join(f"u_{{{k}}} = cos(u_{{{k - 1}}})\n" for k in range(1, MAX_TREE - 2))
    text = f"u_0 = x\n{lines}ds/dx = u_{{{MAX_TREE - 3}}}"

    def deeper(levels: int) -> PartResult:
        return deeper(levels - 1) if levels else grader.grade_answer(fresh(key_of("losses")), "1a", text)

    assert sys.getrecursionlimit() >= 1000
    for levels in (0, 100):
        note = str(deeper(levels).note)
        assert note == "partly_read"
