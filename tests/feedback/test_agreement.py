"""Kappa and the bound of a draw, held against textbooks and against what their definitions say."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import betainc

from grader.feedback.audit_sample import AutomaticDecision, drawn, most_wrong, seed_of
from grader.feedback.beside_hand import GradePair, agreement, cohens_kappa, weighted_kappa

# Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd edition, table 18.1: two raters
TWO_RATERS = {"pp": 75, "pn": 1, "po": 4, "np": 5, "nn": 4, "no": 1, "oo": 10}

KAPPAS = [
    # classes of the first and of the second rater, kappa, why
    ([one for told, count in TWO_RATERS.items() for one in [tuple(told)] * count], 0.676, "of the textbook: 0.68"),
    ([("a", "a"), ("b", "b")], 1.0, "the same"),
    ([("a", "b"), ("b", "a")], -1.0, "never the same"),
    ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0, "as often as by chance"),
    ([("a", "a")] * 5, None, "chance alone would agree always"),
]


@pytest.mark.parametrize(("pairs", "expected", "why"), KAPPAS, ids=[case[2] for case in KAPPAS])
def test_cohens_kappa(pairs: list[tuple[str, str]], expected: float | None, why: str) -> None:
    assert cohens_kappa(pairs) == (expected if expected is None else pytest.approx(expected, abs=5e-4)), why


def by_definition(pairs: list[tuple[float, float]]) -> float:
    """1 - sum of w p_observed / sum of w p_expected over all cells of the table, w the squared difference."""
    rows, columns = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    cells, n = Counter(pairs), len(pairs)
    observed = sum((i - j) ** 2 * cells[i, j] / n for i in rows for j in columns)
    return 1 - observed / sum((i - j) ** 2 * rows[i] * columns[j] / n**2 for i in rows for j in columns)


SHARES = st.lists(st.tuples(*[st.integers(0, 4).map(lambda k: k / 4)] * 2), min_size=2, max_size=30)


@given(SHARES)
def test_weighted_kappa_is_what_its_definition_says(pairs: list[tuple[float, float]]) -> None:
    if len({value for pair in pairs for value in pair}) == 1:
        assert weighted_kappa(pairs) is None
    else:
        assert weighted_kappa(pairs) == pytest.approx(by_definition(pairs))


def test_two_decimals_of_a_third_agree() -> None:
    pairs = [GradePair("a", "1", 1 / 3, 0.33, 1), GradePair("b", "1", 1, 0.5, 1), GradePair("c", "1", 0, 0, 1)]
    found = agreement(pairs)
    assert (found.compared, found.same) == (3, 2)
    assert found.mean_difference == pytest.approx((1 / 3 - 0.33 + 0.5) / 3)


BOUNDS = [
    # wrong, of, the upper 95 % limit (one-sided): 1 - 0.05^(1/n) for none, the usual tables else
    (0, 1, 0.95),
    (0, 10, 0.2589),
    (0, 20, 0.1391),
    (0, 100, 0.0295),
    (1, 10, 0.3942),
    (1, 20, 0.2161),
    (2, 100, 0.0616),
    (5, 20, 0.4556),
    (10, 10, 1.0),
]


@pytest.mark.parametrize(("wrong", "of", "bound"), BOUNDS)
def test_the_bound_is_that_of_the_tables(wrong: int, of: int, bound: float) -> None:
    assert most_wrong(wrong, of) == pytest.approx(bound, abs=5e-5)
    if wrong == 0 and of >= 30:
        assert most_wrong(wrong, of) == pytest.approx(3 / of, rel=0.02), "the rule of three"


@given(st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of - 1), st.just(of))))
def test_the_bound_is_a_quantile_of_the_beta_distribution(pair: tuple[int, int]) -> None:
    wrong, of = pair
    at = most_wrong(wrong, of)
    assert float(betainc(wrong + 1, of - wrong, 0, at, regularized=True)) == pytest.approx(0.95, abs=1e-9)


def decisions(number: int) -> list[AutomaticDecision]:
    verdicts = ("correct", "correct", "correct", "incorrect")
    return [AutomaticDecision(f"s{k}", f"{k % 5}", verdicts[k % 4], 0, 1, "", "") for k in range(number)]


@given(st.integers(1, 200), st.integers(1, 60), st.text(max_size=3))
def test_a_draw_has_each_outcome_by_its_share(number: int, wanted: int, seed: str) -> None:
    found = drawn(decisions(number), wanted, seed)
    assert len(set(found)) == len(found) == min(number, wanted)
    there, of = Counter(one.verdict for one in decisions(number)), Counter(one.verdict for one in found)
    for verdict, count in there.items():
        assert abs(of[verdict] - len(found) * count / number) <= 1 + 1e-9


def test_a_draw_is_the_same_for_any_order_and_each_is_as_likely() -> None:
    whole = decisions(40)
    assert drawn(whole, 7, "x") == drawn(whole[::-1], 7, "x")
    assert seed_of(whole) == seed_of(whole[::-1])
    often = Counter(one.student for k in range(2000) for one in drawn(whole, 4, str(k)))
    assert len(often) == 40
    assert max(abs(count - 200) for count in often.values()) < 5 * 200**0.5
