"""Labelled answers as students write them: no right one is marked wrong, no wrong one credited, few go to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.labels import judged_table, share_decided

STYLE = Path(__file__).parents[2] / "benchmarks" / "student_style"


@pytest.mark.parametrize(("name", "decided"), [("plain", 0.95), ("second", 0.95), ("courses", 0.9), ("latex", 0.93)])
def test_labels(name: str, decided: float) -> None:
    found = judged_table(STYLE / f"{name}.txt")
    known = KNOWN.get(name, ())
    assert {item.id: item.fault for item in found if item.fault in ("wrong credit", "wrong deduction")} == dict(known)
    assert share_decided(found) >= decided


KNOWN = {
    "latex": [
        ("latex:189", "wrong deduction"),  # g_1 x_k + g_2 x_{k+1} + ... where k takes the range of x
    ],
}
