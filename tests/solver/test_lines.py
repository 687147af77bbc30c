"""Every line of every key is true: both sides have the same values, a derivative in it being the whole derivative."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import grader
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.product_readings import readings
from grader.expression.evaluation.values import ShapeError, spread
from grader.expression.printing.text import to_text
from grader.solver.as_asked import holds
from grader.solver.runs import environment, extents, quantities

ROOT = Path(__file__).parents[2]
FOLDERS = ("rubrics", "rubrics/examples", "benchmarks/course_notation", "benchmarks/student_style")
RUBRICS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.yaml"))


def value(line, room):
    """The value of a right side; of a definition as its author wrote it, matrices without a sign between them too."""
    ways = [lambda: evaluate(line.right, room), lambda: evaluate(readings(line.right, room)[0], room)]
    if line.reason == "where":  # W h is a product of matrices, also where a column h could be spread over a square W
        ways.reverse()
    with suppress(ShapeError):
        return ways[0]()
    return ways[1]()


def same(question, part, line) -> bool:
    """Whether a line's two sides agree at the points of a run, where the part asks."""
    run = question.runs[0]
    quantities(run, (line.left, line.right), question.adjoints)
    room = environment(run, extents(run, line.left))
    left, right = evaluate(line.left, room), value(line, room)
    wanted, found = left.data, spread(right, left.letters)
    if found.shape[1 + len(left.letters) :] != wanted.shape[1 + len(left.letters) :] and found.size == wanted.size:
        found = found.reshape(wanted.shape)  # a plain vector for a row or a column
    wanted, found = np.broadcast_arrays(wanted, found)
    there = np.isfinite(wanted) & np.isfinite(found)
    if line is part.lines[-1] and part.part.condition is not None:
        there &= holds(run, part.part.condition, line.left, left)
    return bool(there.any()) and np.allclose(wanted[there], found[there], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_every_line_of_a_key_is_true(path: Path) -> None:
    for question in grader.solve(grader.load_rubric(path)).questions:
        names = question.question.model.names
        for part in question.parts:
            for line in part.lines:
                told = f"{to_text(line.left, names)} = {to_text(line.right, names)} [{line.reason}]"
                assert same(question, part, line), f"{part.part.id}: {told}"
