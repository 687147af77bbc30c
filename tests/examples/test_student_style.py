"""Labelled answers as students write them: no right one is marked wrong, no wrong one credited, few go to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.labels import judged_table, share_decided

STYLE = Path(__file__).parents[2] / "benchmarks" / "student_style"


@pytest.mark.no_cover  # many rows through the same lines; being watched takes more than twice the time
@pytest.mark.parametrize(
    ("name", "decided"), [("plain", 0.95), ("second", 0.95), ("courses", 0.93), ("latex", 0.95), ("third", 0.98)]
)
def test_labels(name: str, decided: float) -> None:
    found = judged_table(STYLE / f"{name}.txt")
    assert [(item.id, item.fault) for item in found if item.fault in ("wrong credit", "wrong deduction")] == []
    assert share_decided(found) >= decided
