"""A small run of the experiment with misread symbols: they cost no points, nor earn any against what the scan says."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scan_noise import FAULTS, run

EXAMPLES = Path(__file__).parents[2] / "rubrics" / "examples"
# small ones: a formula of scalars, of entries, of several layers, of numbers
RUBRICS = (
    "gamma_regression",
    "kl_divergence",
    "numeric_one_output",
    "recurrent_step",
    "ridge_regression",
    "upstream_layer",
)
RATES = (2.0, 5.0)


def test_misread_symbols_cost_no_points_and_earn_none() -> None:
    tally = run(30, 7, RATES, [EXAMPLES / f"{name}.yaml" for name in RUBRICS])
    found = {what: tally.examples.get(what, []) for what in (*FAULTS, "supported, wrong")}
    assert not any(found.values()), found
    assert len(tally.counts) == 2 * len(RATES)
    for (table, rate), counts in tally.counts.items():
        assert (counts["right"], counts["wrong"]) == (30, 30), (table, rate)
        # what is plain is not left to a person
        assert counts["right, credited"] >= (15 if rate == min(RATES) else 5), (table, rate, counts)
