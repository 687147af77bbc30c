"""A seed -> a class of 1,000 students with 30 answers each, as one wide CSV file, half of the answers distinct.

``python -m benchmarks.make_class class.csv`` writes the class that `run_class` grades. Right answers are the
solver's own formulas rewritten at random, wrong ones have a random slip, numbers have random digits.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

import grader
from grader.expression.algebra.construct import mul, number
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    rebuild,
)
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.grading.rewrites import rewritten
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion

RUBRIC = Path(__file__).parents[1] / "rubrics" / "losses_and_backprop.yaml"
STUDENTS, PARTS, DISTINCT, RIGHT = 1000, 30, 0.5, 0.6
_TRIES = 8  # at a text that no one has written yet


def write_class(
    path: Path,
    key: AnswerKey,
    students: int = STUDENTS,
    parts: int = PARTS,
    seed: int = 1,
    distinct: float = DISTINCT,
) -> int:
    """Write the class as CSV, a share of its answers `distinct`; the number of distinct (part, text) pairs in it."""
    asked = [(question, part) for question in key.questions for part in question.parts][:parts]
    columns = [answers_to(question, part, students, seed, distinct) for question, part in asked]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["student", "name", *(part.part.id for _, part in asked)])
        for k, answers in enumerate(zip(*columns, strict=True), start=1):
            rows.writerow([f"s{k:04d}", f"Student {k}", *answers])
    return sum(len(set(column)) for column in columns)


def answers_to(
    question: SolvedQuestion, part: SolvedPart, students: int, seed: int, distinct: float = DISTINCT
) -> list[str]:
    """One answer a student to one part, right and wrong, a share of them, `distinct`, written by nobody else before."""
    rng = random.Random(f"{seed} {part.part.id}")
    arrays = np.random.default_rng(rng.getrandbits(64))
    write = _number if question.numeric else _formula
    pool: dict[str, None] = {}
    while len(pool) < students * distinct:
        right = rng.random() < RIGHT
        texts = [write(question, part, right, rng, arrays) for _ in range(_TRIES)]
        fresh = [text for text in texts if text not in pool]
        pool[fresh[0] if fresh else _scaled(texts[0], rng)] = None
    written = list(pool)
    answers = written + rng.choices(written, k=students - len(written))
    rng.shuffle(answers)
    return answers


def _scaled(text: str, rng: random.Random) -> str:
    """The same value under a factor that cancels, where a short formula has no rewritings left."""
    factor = rng.randrange(2, 10_000)
    return f"{factor}*({text})/{factor}" if "\\" not in text else rf"\frac{{{factor}}}{{{factor}}}\left({text}\right)"


def _number(
    question: SolvedQuestion, part: SolvedPart, right: bool, rng: random.Random, arrays: np.random.Generator
) -> str:
    del arrays
    truth = float(np.ravel(question.runs[0].values[part.name][0])[0])
    value = truth if right else truth * rng.choice([-1, 0.5, 2, 10, rng.uniform(0.2, 3)])
    if rng.random() < 0.5:
        return f"{value:.{rng.randrange(4, 7)}f}"
    return f"{value * (1 + rng.uniform(-1e-6, 1e-6)):.{rng.randrange(4, 10)}g}"


def _formula(
    question: SolvedQuestion, part: SolvedPart, right: bool, rng: random.Random, arrays: np.random.Generator
) -> str:
    formula = rewritten(part.closed, arrays)
    if not right:
        formula = slipped(formula, rng)
    return rng.choice([to_text, to_latex])(formula, question.question.model.names)


def slipped(formula: Expression, rng: random.Random) -> Expression:
    """The formula with one slip: a factor lost, a sign turned, a difference turned, a number or a sum changed."""
    places = _count(formula)
    slip = rng.choice(_SLIPS)
    for _ in range(4 * places):
        changed = _at(formula, rng.randrange(places), slip)
        if changed != formula:
            return changed
        slip = rng.choice(_SLIPS)
    return Call("neg", (formula,))


def _lose_factor(node: Expression) -> Expression:
    if isinstance(node, Product) and len(node.factors) > 1:
        return mul(*node.factors[:-1])
    return node


def _turn_sign(node: Expression) -> Expression:
    if isinstance(node, Call) and FUNCTIONS[node.function].kind == "condition":
        return node
    return node.args[0] if isinstance(node, Call) and node.function == "neg" else Call("neg", (node,))


def _turn_operator(node: Expression) -> Expression:
    other = {"add": "sub", "sub": "add", "div": "sub", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
    if isinstance(node, Call) and node.function in other:
        return replace(node, function=other[node.function])
    return node


def _change_number(node: Expression) -> Expression:
    return number(3) if isinstance(node, Number) else node


def _mistake_sum(node: Expression) -> Expression:
    return replace(node, kind="prod") if isinstance(node, Reduce) else node


def _swap_labels(node: Expression) -> Expression:
    names = {"y": "yhat", "yhat": "y"}
    match node:
        case Symbol(name=name) if name in names:
            return Symbol(names[name])
        case Indexed(base=Symbol(name=name)) if name in names:
            return replace(node, base=Symbol(names[name]))
    return node


_SLIPS: tuple[Callable[[Expression], Expression], ...] = (
    _lose_factor,
    _turn_sign,
    _turn_operator,
    _change_number,
    _mistake_sum,
    _swap_labels,
)


def _count(node: Expression) -> int:
    return 1 if _whole(node) else 1 + sum(map(_count, children(node)))


def _whole(node: Expression) -> bool:
    """Whether a slip takes a node as it is: indices are no quantities."""
    return isinstance(node, Indexed | Partial) or (isinstance(node, Call) and node.function == "kronecker")


def _at(node: Expression, place: int, slip: Callable[[Expression], Expression]) -> Expression:
    """The tree with `slip` applied to its node number `place`, counted from the root, parents first."""
    left = place

    def visit(item: Expression) -> Expression:
        nonlocal left
        left -= 1
        if left == -1:
            return slip(item)
        return item if left < 0 or _whole(item) else rebuild(item, visit)

    return visit(node)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "class.csv")
    print(write_class(target, grader.solve(grader.load_rubric(RUBRIC))), "distinct answers in", target)
