"""Every gradient of every rubric agrees with the same model, written again by hand, differentiated by HIPS autograd."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import grader
from grader.expression.language.nodes import Partial, head, partial_name, sides
from tests.examples.autodiff import affine, derivative

ROOT = Path(__file__).parents[2]
RUBRICS = sorted((ROOT / "rubrics").glob("**/*.yaml"))
POINTS = 20
RELATIVE = 1e-9
NOISE = 1e-6  # of a saturated unit nothing but rounding is left: 1e-15 beside quantities of the order of 1


def models(path):
    """The hand-written models of a rubric by question id."""
    return import_module(f"tests.examples.models.{path.stem}").MODELS


def questions(path):
    key = grader.solve(grader.load_rubric(path))
    return key.questions


def targets(question):
    """Every derivative asked for in a question, in a part or a step."""
    found = {}
    for part in question.question.parts:
        for target in (part.target, *(step.target for step in part.steps)):
            if isinstance(target, Partial):
                found[head(target)] = tuple(map(head, sides(target)))
    return found


def with_opaque(model, graph, run, point):
    """The model with each opaque function an affine one that has the run's value and partials at this point."""
    leaves = [leaf for leaf in graph.leaves if leaf.of]

    def filled(q, at):
        for leaf in leaves:
            value = run.values[leaf.name][point]
            for argument in leaf.of:
                slope = run.values[partial_name(leaf.name, argument)][point]
                value = affine(value, slope, getattr(q, argument), run.values[argument][point])
            setattr(q, leaf.name, at(leaf.name, value))
        model(q, at)

    return filled if leaves else model


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_every_question_has_a_model(path):
    assert set(models(path)) == {question.id for question in grader.load_rubric(path).questions}


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_gradients_agree(path):
    for question in questions(path):
        model = models(path)[question.question.id]
        given = [leaf.name for leaf in question.graph.leaves if not leaf.of]
        for run in question.runs:
            for point in range(min(POINTS, run.points)):
                leaves = {name: run.values[name][point] for name in given}
                filled = with_opaque(model, question.graph, run, point)
                for name, names in targets(question).items():
                    expected = derivative(filled, leaves, *names)
                    found = run.values[name][point]
                    assert found.shape == expected.shape, (question.question.id, name)
                    size = max(np.abs(expected).max(initial=0.0), NOISE)
                    gap = np.abs(found - expected).max(initial=0.0)
                    assert gap <= RELATIVE * size, (question.question.id, name, point, found, expected)
