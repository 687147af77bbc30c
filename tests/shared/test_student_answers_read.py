"""Every collected student answer reads, or gives a Problem that a person agrees with.

The answers are third-party text and no part of the project: they lie beside it, or the test is skipped.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.expression.reading.read import read

ANSWERS = Path(__file__).parents[3] / "shared" / "student_answers" / "answers.jsonl"
REFUSED = {
    "s013": "an ellipsis can't be evaluated",
    "s100": "')' does not close the '[' that was opened before it",
}


@pytest.mark.skipif(not ANSWERS.exists(), reason="the collected answers are not beside this checkout")
def test_collected_answers_read() -> None:
    rows = map(json.loads, ANSWERS.read_text(encoding="utf-8").splitlines())
    readings = {row["id"]: read(row["answer_latex"]) for row in rows}
    assert len(readings) > 100
    assert {name: got.problems[0].message for name, got in readings.items() if got.problems} == REFUSED
