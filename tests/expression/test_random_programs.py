"""Programs drawn at random have the value that NumPy gives to them, or none."""

from __future__ import annotations

from collections import Counter

import numpy as np

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.names import Declared, ModelNames
from grader.expression.reading.code.python_text import read_code
from tests.expression.random_programs import PLACES, SHAPES, SIZES, Values, is_ordinary, programs, run

SEED, MANY, LEAST = 5, 150, 80
NAMES = ModelNames(
    (
        *(Declared(name, len(axes), axes=axes, places_of=PLACES.get(name, "")) for name, axes in SHAPES.items()),
        *(Declared(name, role="size") for name in SIZES),
    )
)


def read(text: str, values: Values) -> np.ndarray | None:
    """What our reader makes of a program; None where it leaves it to a person."""
    reading = read_code(f"np.pi\n{text}", NAMES)
    if reading is None or reading.problems:
        return None
    told = {name: np.asarray(value)[None] + 1.0 * (name in PLACES) for name, value in values.items()}
    try:
        found = evaluate(reading.chain[-1], Environment(told, SIZES, {}))
    except ShapeError:
        return None
    return np.broadcast_to(found.data, (1, *found.shape))[0]


def judged(text: str, values: Values) -> str:
    """How a program comes out: agreed, unread, or contradicted.

    Axes of length 1 are dropped by whoever compares answers. What is declared as a column may be a vector of the
    program, as long as nothing takes in what NumPy makes of the two.
    """
    found = read(text, values)
    if found is None:
        return "unread"
    flat = {name: np.ravel(value) if "1" in SHAPES[name] else value for name, value in values.items()}
    for wanted in (run(text, values), run(text, flat)):
        if wanted is not None and not is_ordinary(wanted):
            return "unread"
        if wanted is not None and _alike(wanted.squeeze(), found.squeeze()):
            return "agreed"
    return "contradicted"


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-7, atol=1e-9)


def count(seed: int, many: int) -> tuple[Counter[str], list[str]]:
    """How many programs come out how, and those which are contradicted."""
    found, wrong = Counter[str](), list[str]()
    for text, values in programs(seed, many):
        how = judged(text, values)
        found[how] += 1
        wrong += [text] if how == "contradicted" else []
    return found, wrong


def test_no_program_has_another_value_than_numpy_gives() -> None:
    found, wrong = count(SEED, MANY)
    assert wrong == []
    assert found["agreed"] >= LEAST
