"""A small run of the experiment with misread symbols: they cost no points, nor earn any against what the scan says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scan_noise import FAULTS, run

EXAMPLES = Path(__file__).parents[2] / "rubrics" / "examples"
# small ones: formulas of scalars and of entries, and numbers
RUBRICS = ("kl_divergence", "numeric_one_output", "ridge_regression")


@pytest.mark.parametrize(("table", "rate", "least"), [("by hand", 5.0, 5), ("in print", 2.0, 15)])
def test_misread_symbols_cost_no_points_and_earn_none(table: str, rate: float, least: int) -> None:
    tally = run(30, 7, [rate], [EXAMPLES / f"{name}.yaml" for name in RUBRICS], [table])
    counts = tally.counts[table, rate]
    found = {what: tally.examples.get(what, []) for what in (*FAULTS, "supported, wrong")}
    assert not any(found.values()), found
    assert (counts["right"], counts["wrong"]) == (30, 30)
    assert counts["right, credited"] >= least, "what is plain is left to a person"
