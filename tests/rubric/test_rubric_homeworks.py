"""The two homeworks of the project: every part is there, with its target, and its examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.expression.language.nodes import Partial
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric, Tolerance

FOLDER = Path(__file__).parents[2] / "rubrics"

FORMULA_PARTS = {
    "losses_and_backprop": "1a 1a-chain 1b 1b-chain 1c 1c-chain 2a-softmax 2a 2a-chain 2b 2b-chain 2c "
    "2c-chain 2d 2d-chain 2e 2e-chain 2f",
    "two_layer_network": "w1 b1 w2 b2",
}
NUMBER_PARTS = (
    "3-Z11 3-Z21 3-y11 3-y21 3-Z12 3-yhat 3-L 3-dyhat 3-dZ12 3-dB12 3-dW11-2 3-dW21-2 3-dy11 3-dy21 3-dZ11 "
    "3-dZ21 3-dB11 3-dB21 3-dW11-1 3-dW21-1 3-dW31-1 3-dW12-1 3-dW22-1 3-dW32-1"
)
INPUTS = {
    "x1": 0.02, "x2": 0.03, "x3": -2.06, "y": 0.61,
    "W11_1": 0.34, "W21_1": 0.74, "W31_1": -0.62, "W12_1": 0.29, "W22_1": -0.27, "W32_1": -0.84,
    "B1_1": 0.0, "B2_1": 0.17, "W11_2": 0.4, "W21_2": 1.16, "B1_2": -0.41,
}  # fmt: skip


def load(name: str) -> Rubric:
    read = parse_rubric((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    assert isinstance(read, Rubric), "\n".join(map(str, read))
    return read


@pytest.mark.parametrize("name", FORMULA_PARTS)
def test_every_part_is_there_in_order(name: str) -> None:
    ids = [part.id for question in load(name).questions for part in question.parts]
    numbers = NUMBER_PARTS.split() if name == "losses_and_backprop" else []
    assert ids == FORMULA_PARTS[name].split() + numbers


@pytest.mark.parametrize("name", FORMULA_PARTS)
def test_every_formula_part_is_a_gradient_with_examples_both_ways(name: str) -> None:
    parts = {part.id: part for question in load(name).questions for part in question.parts}
    for part in (parts[id_] for id_ in FORMULA_PARTS[name].split()):
        assert isinstance(part.target, Partial), part.id
        assert part.prompt, part.id
        assert part.accept, part.id
        assert part.reject, part.id


def test_the_network_has_its_numbers_and_is_rounded_line_by_line() -> None:
    question = load("losses_and_backprop").questions[-1]
    assert {leaf.name: leaf.value for leaf in question.model.graph.leaves} == INPUTS
    assert {part.tolerance for part in question.parts} == {Tolerance(rounding=4)}
    assert [isinstance(part.target, Partial) for part in question.parts] == [False] * 7 + [True] * 17


def test_the_two_layer_network_has_its_chain_as_steps() -> None:
    parts = load("two_layer_network").questions[0].parts
    assert [[step.text for step in part.steps] for part in parts] == [
        ["dL/dyhat", "dyhat/dz2", "dz2/dz", "dz/dw_1"],
        ["dL/dyhat", "dyhat/dz2", "dz2/dz", "dz/db_1"],
        ["dL/dyhat", "dyhat/dz2", "dz2/dw_2"],
        ["dL/dyhat", "dyhat/dz2", "dz2/db_2"],
    ]
