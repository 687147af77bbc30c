"""The recipes of the cookbook pass `grader check`, and their examples are what they seem to be."""

from __future__ import annotations

import re

import pytest

from grader.grading.check import check
from grader.rubric.load import parse_rubric
from grader.rubric.model import HandPart, Rubric
from grader.solver.key import AnswerKey
from grader.solver.solving import solve
from tests.console import ROOT

TEXT = (ROOT / "docs/cookbook.md").read_text("utf-8")
RECIPE = re.compile(r"^## (\d+)\. (.*?)\n\n```yaml\n(.*?)^```\n\n(.+?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
RECIPES = RECIPE.findall(TEXT)


def rubric_of(recipe: str) -> str:
    """A whole rubric with the recipe as its only question."""
    return f"title: A recipe\nquestions:\n{recipe}"


def said(problems: object) -> str:
    return "\n".join(map(str, problems)) if isinstance(problems, tuple) else ""


@pytest.mark.parametrize("recipe", [text for _, _, text, _ in RECIPES], ids=[title for _, title, _, _ in RECIPES])
def test_a_recipe_passes_check(recipe: str) -> None:
    rubric = parse_rubric(rubric_of(recipe))
    assert isinstance(rubric, Rubric), said(rubric)
    key = solve(rubric)
    assert isinstance(key, AnswerKey), said(key)
    assert check(key) == (), said(check(key))
    for part in rubric.questions[0].parts:
        assert isinstance(part, HandPart) or part.accept, f"{part.id} has no example"


def test_there_are_twenty_and_a_word_on_each() -> None:
    assert [int(number) for number, *_ in RECIPES] == list(range(1, 21))
    assert TEXT.count("```yaml") == TEXT.count("```") / 2 == len(RECIPES)
    for _, title, _, notice in RECIPES:
        assert 1 <= len(notice.split("\n")) <= 6, title


def test_all_recipes_make_one_rubric() -> None:
    """No two ids are alike, so that recipes can be put together."""
    rubric = parse_rubric(rubric_of("".join(text for _, _, text, _ in RECIPES)))
    assert isinstance(rubric, Rubric), said(rubric)
    assert len(rubric.questions) == len(RECIPES)


def test_the_contents_name_every_recipe() -> None:
    anchors = [
        "#" + re.sub(r"[^\w -]", "", f"{number}. {title}".lower()).replace(" ", "-") for number, title, *_ in RECIPES
    ]
    assert re.findall(r"\]\((#[^)]+)\)", TEXT) == anchors
