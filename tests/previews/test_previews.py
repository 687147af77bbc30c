"""A preview reads as grading does, and holds nothing of the key: it is the same for every model with these names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.batch.rubrics import read_rubric
from grader.cli import main
from grader.expression.language.nodes import ONE
from grader.previews.class_preview import preview_part, reader_of
from grader.previews.free_model import free_key
from grader.previews.public_file import parse_public, public_text
from grader.previews.public_form import public_form
from grader.problems import Problem
from grader.rubric.load import parse_rubric
from grader.rubric.model import Model, Part, Question, Rubric
from tests.cases import each

ROOT = Path(__file__).parents[2]
RUBRICS = sorted(ROOT.glob("rubrics/*.yaml")) + sorted(ROOT.glob("rubrics/examples/*.yaml"))
IDS = [path.stem for path in RUBRICS]
Output = pytest.CaptureFixture[str]


@cache
def rubric_at(path: Path) -> Rubric:
    found = read_rubric(path)
    assert isinstance(found, Rubric), found
    return found


def handed_in(rubric: Rubric) -> bytes:
    """All answers that a rubric's author gives as examples, right and wrong, a student each, as JSON lines."""
    given = [
        (part.id, example.answer)
        for question in rubric.questions
        for part in question.judged
        for example in (*part.accept, *part.reject, *part.review)
    ]
    lines = (json.dumps({"student": f"s{at:03}", "answers": {part: text}}) for at, (part, text) in enumerate(given))
    return "\n".join(lines).encode()


def previewed(folder: Path, rubric: str, capsys: Output) -> str:
    capsys.readouterr()
    assert main(["preview", rubric, str(folder / "class.jsonl")]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    return told.out


def other_definitions(text: str) -> tuple[str, int]:
    """A rubric's text with hidden definitions of other values under the same names; how many were replaced."""
    replaced = 0
    for start, end, formula in reversed(list(formulas(yaml.compose(text)))):
        other = f"{text[:start]}{json.dumps(f'tanh({formula}) / 3', ensure_ascii=False)}{text[end:]}"
        if isinstance(parse_rubric(other), Rubric):
            text, replaced = other, replaced + 1
    return text, replaced


def formulas(node: yaml.Node, under: str = "") -> Iterator[tuple[int, int, str]]:
    """Where the formulas of definitions stand in a rubric, and what they are."""
    match node:
        case yaml.SequenceNode(value=items):
            for item in items:
                yield from formulas(item, under)
        case yaml.MappingNode(value=pairs):
            for key, value in pairs:
                defined = under == "define" and isinstance(value, yaml.ScalarNode) and "=" not in value.value
                if defined or (under == "defined" and key.value == "formula"):
                    yield value.start_mark.index, value.end_mark.index, value.value
                else:
                    yield from formulas(value, "defined" if under == "define" else key.value)


@pytest.mark.parametrize("path", RUBRICS, ids=IDS)
def test_a_preview_is_the_same_from_the_rubric_its_public_form_and_other_hidden_definitions(
    path: Path, tmp_path: Path, capsys: Output
) -> None:
    rubric = rubric_at(path)
    (tmp_path / "class.jsonl").write_bytes(handed_in(rubric))
    assert main(["sheet", str(path), "--public", "--out", str(tmp_path / "public.json")]) == 0
    text, replaced = other_definitions(path.read_text("utf-8"))
    assert replaced, "no definition of this rubric was replaced"
    (tmp_path / "other.yaml").write_text(text, "utf-8")
    assert main(["sheet", str(tmp_path / "other.yaml"), "--public", "--out", str(tmp_path / "other.json")]) == 0
    assert (tmp_path / "public.json").read_bytes() == (tmp_path / "other.json").read_bytes()
    whole = previewed(tmp_path, str(path), capsys)
    assert whole.count("\n") > 2
    assert previewed(tmp_path, str(tmp_path / "public.json"), capsys) == whole
    assert previewed(tmp_path, str(tmp_path / "other.yaml"), capsys) == whole


@pytest.mark.parametrize("path", RUBRICS, ids=IDS)
def test_a_public_form_is_that_of_any_model_with_these_names_and_comes_back_from_its_file(path: Path) -> None:
    rubric = rubric_at(path)
    public = public_form(rubric)
    assert public_form(replace(rubric, questions=tuple(map(emptied, rubric.questions)))) == public
    assert parse_public(public_text(public)) == public
    assert free_key(public).certified == {}


def emptied(question: Question) -> Question:
    parts = tuple(
        replace(part, own=None if part.own is None else without_formulas(part.own)) if isinstance(part, Part) else part
        for part in question.parts
    )
    return replace(question, model=without_formulas(question.model), parts=parts)


def without_formulas(model: Model) -> Model:
    """Every definition as the number 1, and no word of how any number is made."""
    nodes = tuple(replace(node, expression=ONE, source=None) for node in model.graph.nodes)
    return replace(model, graph=replace(model.graph, nodes=nodes), places=())


@pytest.mark.parametrize("path", RUBRICS, ids=IDS)
def test_an_authors_examples_are_read_as_they_are_graded(path: Path) -> None:
    rubric = rubric_at(path)
    key, reader = grader.solve(rubric), reader_of(public_form(rubric))
    for question in rubric.questions:
        for part in question.judged:
            for example in (*part.accept, *part.reject, *part.review):
                answer = grader.grade_answer(key, part.id, example.answer).answer
                shown = [one.text for one in preview_part(reader, part.id, example.answer).readings]
                assert answer is not None
                assert answer.read_as in (shown or [""]), (part.id, example.answer)


def test_nothing_is_solved(tmp_path: Path) -> None:
    """Neither the solver's entry nor SymPy nor the files of solved questions are as much as loaded."""
    (tmp_path / "ana.md").write_text("## w1\n\n(yhat - y) w_2 x\n")
    heavy = {"grader.solver.solving", "grader.solver.certify", "grader.batch.kept_keys", "sympy"}
    argv = ["preview", str(ROOT / "rubrics/two_layer_network.yaml"), str(tmp_path / "ana.md")]
    program = (
        f"import sys; from grader.cli import main\nassert main({argv!r}) == 0\nassert not {heavy!r} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stderr) == (0, "")


@each(Path(__file__).parent / "previews.txt")
def test_what_a_preview_says(rubric: str, part: str, text: str, read_as: str, shape: str, rest: str, why: str) -> None:
    found = preview_part(reader_of(public_form(rubric_at(ROOT / "rubrics" / f"{rubric}.yaml"))), part, text)
    first = found.readings[0] if found.readings else None
    assert (first.text if first else "-") == read_as, why
    assert ((first.shape or first.unfit) if first else "-") == shape, why
    others = [f"or {one.text} ({one.when})" for one in found.readings[1:]]
    told = [*others, *found.remarks, *(f"{one.message} [{marked_place(one)}]" for one in found.problems)]
    assert (" | ".join(told) or "-") == rest, why


def marked_place(problem: Problem) -> str:
    """The piece of the text under the caret."""
    return problem.text[problem.span.start : problem.span.end] if problem.span else ""


TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*"xyzwbLhσ^_+-*/(){}[]=,. \\∂0123456789'", r"\frac", "sum_i", "yhat", "E[", "P("]))
    .map("".join)
    .filter(lambda text: len(text) < 200),
)
READERS = tuple(
    reader_of(public_form(rubric_at(ROOT / path)))
    for path in ("rubrics/two_layer_network.yaml", "rubrics/examples/word2vec_softmax.yaml")
)


@given(st.sampled_from(READERS), TEXTS)
@settings(max_examples=200)
def test_any_text_at_all_is_previewed(reader: Any, text: str) -> None:
    for part in list(reader.places)[:2]:
        found = preview_part(reader, part, text)
        assert not any("grader failed" in problem.message for problem in found.problems), found
        assert found.missing or found.by_hand or bool(found.readings) != bool(found.problems)
