"""Pairs of formulas and the decision they must get: a table by hand, and a sample labelled by mpmath at 50 digits."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from grader.comparison import equivalent
from tests.cases import each

HERE = Path(__file__).parent
SECONDS = 1.0


def sampled() -> list[dict[str, object]]:
    """Pairs as benchmarks.pairs makes them, each with its label."""
    return [json.loads(line) for line in (HERE / "pairs" / "sample.jsonl").read_text("utf-8").splitlines()]


@each(HERE / "free_pairs.txt", HERE / "equivalences.txt")
def test_decision(reference: str, answer: str, domain: str, decision: str, why: str) -> None:
    domains = dict(part.split("=", 1) for part in domain.split())
    began = time.thread_time()
    found = equivalent(reference, answer, domains)
    assert found.decision == decision, f"{why}: {found}"
    assert time.thread_time() - began < SECONDS


@pytest.mark.parametrize("pair", sampled(), ids=lambda pair: pair["id"])
def test_the_oracle_agrees(pair: dict[str, str]) -> None:
    found = equivalent(pair["reference"], pair["answer"], pair.get("domain"))
    assert found.decision == pair["label"], f"{pair['why']}: {found}"


LONG = {
    "a sum of a hundred terms": (" + ".join(f"{k} x" for k in range(100)), "4950 x", "equivalent"),
    "a sum of a hundred terms, one off": (" + ".join(f"{k} x" for k in range(100)), "4951 x", "not_equivalent"),
    "fifty brackets": ("(" * 50 + "x" + ")" * 50, "x", "equivalent"),
    "a product of a hundred factors": ("*".join(["x"] * 100), "x^100", "equivalent"),
    "a hundred thousand signs": ("x", "x+" * 50_000 + "x", "unreadable"),
    "ten thousand brackets": ("x", "(" * 10_000 + "x", "unreadable"),
    "a chain of fifty steps": ("x", " = ".join(["x + 0"] * 50), "equivalent"),
}


@pytest.mark.parametrize(("reference", "answer", "decision"), LONG.values(), ids=LONG)
def test_long_answers_are_decided_in_bounded_time(reference: str, answer: str, decision: str) -> None:
    began = time.thread_time()
    assert equivalent(reference, answer).decision == decision
    assert time.thread_time() - began < SECONDS
