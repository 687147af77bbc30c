"""Index letters exchanged, doubled and dropped in the key of every indexed part: nothing raises, nothing wrong passes.

``(yhat_ji - y_ji)/m`` for ``dJ/dz_ij`` is of another shape than the gradient, wherever the axes differ in length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest

import grader
from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError, spread
from grader.expression.language.nodes import Expression, Indexed, Symbol, indices, rebuild, walk
from grader.expression.printing.text import to_text
from grader.solver.hashes import question_hash
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.runs import environment, extents
from grader.solver.solving import solve

ROOT = Path(__file__).parents[2]
RUBRICS = {path.stem: path for path in sorted((ROOT / "rubrics").glob("**/*.yaml"))}
FOREIGN = "q"


def key_of(rubric: str) -> AnswerKey:
    """The key; every shipped rubric is certified by the tests of `grader check`, so not here."""
    loaded = grader.load_rubric(RUBRICS[rubric])
    return solve(loaded, {question_hash(question): "certified" for question in loaded.questions}, anew=True)


def letters_of(node: Expression) -> list[str]:
    """The index letters that are free in a formula or a target."""
    found = {place.name for item in walk(node) for place in indices(item) if isinstance(place, Symbol)}
    return sorted(found & free_symbols(node))


def exchanged(part: SolvedPart) -> Iterator[Expression]:
    """The closed form with the target's letters permuted: every two, and all of them in turn."""
    own = sorted({place.name for place in indices(part.part.target) if isinstance(place, Symbol)})
    turns = [own[k:] + own[:k] for k in range(1, len(own))]
    for some, new in [*((pair, pair[::-1]) for pair in combinations(own, 2)), *((own, turn) for turn in turns)]:
        yield substitute(part.closed, {a: Symbol(b) for a, b in zip(some, new, strict=True)})


def slips(part: SolvedPart) -> Iterator[Expression]:
    """The closed form with one letter for another, or one entry of an array with an index left out, doubled, moved."""
    for old, new in permutations([*letters_of(part.part.target), FOREIGN], 2):
        yield substitute(part.closed, {old: Symbol(new)})
    first = {item.base: item for item in reversed(list(walk(part.closed))) if isinstance(item, Indexed)}
    for entry in first.values():
        head, *rest = entry.indices
        yield put(part.closed, entry, replace(entry, indices=entry.indices[::-1]))
        yield put(part.closed, entry, replace(entry, indices=tuple(rest)) if rest else entry.base)
        yield put(part.closed, entry, replace(entry, indices=(head,) * len(entry.indices)))


def put(node: Expression, old: Expression, new: Expression) -> Expression:
    return new if node == old else rebuild(node, lambda child: put(child, old, new))


def same_value(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> bool:
    """Whether the answer is the truth with every letter standing for itself."""
    run = question.runs[0]
    env = environment(run, extents(run, part.part.target))
    try:
        truth, value = evaluate(part.closed, env), evaluate(answer, env)
    except ShapeError:
        return False
    if sorted(value.letters) != sorted(truth.letters):
        return False
    data, wanted = spread(value, truth.letters), truth.data
    return data.shape == wanted.shape and np.allclose(data, wanted, equal_nan=True)


@pytest.mark.parametrize("rubric", RUBRICS)
def test_letters_out_of_place(rubric: str) -> None:
    key = key_of(rubric)
    for question in key.questions:
        names = question.question.model.names
        for part in question.parts:
            swapped = dict.fromkeys(exchanged(part))
            for answer in dict.fromkeys((*swapped, *slips(part))):
                text = to_text(answer, names)
                result = grader.grade_answer(key, part.part.id, text)
                if answer in swapped and answer != part.closed:
                    right = same_value(question, part, answer)
                    assert right == (result.verdict == "correct"), f"{part.part.id}: {text}: {result.message}"


SQUARE = """\
title: A square array, where every letter fits every axis
questions:
  - id: q
    model:
      sizes: [n]
      given: {x: {shape: [n]}, u: {shape: [n]}, W: {shape: [n, n]}}
      define: {L: "sum_j sum_k W_jk x_j u_k"}
    parts: [{id: dW, target: dL/dW_jk}]
"""
IN_A_SQUARE = [
    ("x_j u_k", "correct", "equivalent", "in the target's letters"),
    ("x_k u_j", "incorrect", "malrule/transposed", "exchanged: another value"),
    ("x_j u_l", "correct", "renamed", "one letter of its own"),
    ("x_k u_l", "undecided", "own_letter", "each letter one place on"),
    ("x_p u_q", "undecided", "ambiguous_indices", "none of the target's letters"),
    ("x_k u_l + 1", "incorrect", "not_equivalent", "wrong in whatever letters"),
]


@pytest.mark.parametrize(("answer", "verdict", "note", "why"), IN_A_SQUARE)
def test_letters_of_a_square_array(tmp_path: Path, answer: str, verdict: str, note: str, why: str) -> None:
    path = tmp_path / "square.yaml"
    path.write_text(SQUARE, encoding="utf-8")
    result = grader.grade_answer(grader.solve(grader.load_rubric(path)), "dW", answer)
    assert (result.verdict, result.note) == (verdict, note), why
