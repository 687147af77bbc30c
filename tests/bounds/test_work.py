"""The count of work: limits in one another, and the same charge for what is recalled as for what is worked out."""

from __future__ import annotations

import gc

import pytest

from grader.work import (
    GARBAGE,
    HELD,
    TooMuchWork,
    at_hand,
    at_most,
    counting,
    recalled,
    seldom_collected,
    spend,
    uncounted,
)


def test_a_limit_ends_the_work() -> None:
    with at_most(100) as work:
        spend(60)
        with pytest.raises(TooMuchWork):
            spend(60)
    assert work.spent > 100


def test_without_a_limit_nothing_is_counted() -> None:
    spend(10**12)
    at_hand().room(10**12)


def test_a_block_spends_no_more_than_is_left_around_it_and_charges_no_more_than_its_limit() -> None:
    with at_most(100) as outer:
        spend(30)
        with pytest.raises(TooMuchWork), at_most(1000) as inner:
            spend(71)
        assert inner.limit == 70
    with at_most(100) as outer:
        with pytest.raises(TooMuchWork), at_most(40):
            spend(10**9)
        assert outer.spent == 40
        spend(60)


def test_what_is_recalled_costs_what_it_cost() -> None:
    worked_out = []

    @recalled(maxsize=8)
    def inner(number: int) -> int:
        worked_out.append(number)
        spend(10)
        return number

    @recalled(maxsize=8)
    def outer(number: int) -> int:
        spend(1)
        return inner(number) + inner(number + 1)

    costs = []
    for _ in range(2):
        with counting() as work:
            assert outer(3) == 7
        costs.append(work.spent)
    assert costs == [21, 21]
    with counting() as work:
        assert outer(4) == 9  # of which the half is known
    assert work.spent == 21
    assert worked_out == [3, 4, 5]


@pytest.mark.parametrize("known", [False, True])
def test_what_is_recalled_breaks_the_same_limit(known: bool) -> None:
    @recalled(maxsize=8)
    def function() -> None:
        spend(50)

    if known:
        function()
    with at_most(40), pytest.raises(TooMuchWork):
        function()
    with at_most(50) as work:
        function()
    assert work.spent == 50


def test_what_raises_is_charged_each_time() -> None:
    @recalled(maxsize=8)
    def function() -> None:
        spend(50)
        raise ValueError

    with counting() as work:
        for _ in range(2):
            with pytest.raises(ValueError):
                function()
    assert work.spent == 100


def test_what_belongs_to_the_key_is_charged_to_nobody() -> None:
    with at_most(10) as work:
        with uncounted():
            spend(100)
        assert work.spent == 0


def test_a_large_array_is_refused_before_it_is_made() -> None:
    with at_most(10**12) as work:
        work.room(HELD // 8)
        with pytest.raises(TooMuchWork):
            work.room(HELD // 8 + 1)
        work.held = HELD // 2
        with pytest.raises(TooMuchWork):
            work.room(HELD // 16 + 1)


@pytest.mark.parametrize("before", [(700, 10, 10), (0, 10, 10), (10**6, 5, 5)])
def test_garbage_is_looked_for_as_before_once_it_is_solved(before: tuple[int, int, int]) -> None:
    usual = gc.get_threshold()
    try:
        gc.set_threshold(*before)
        with pytest.raises(ValueError), seldom_collected():
            assert gc.get_threshold()[0] == (before[0] and max(before[0], GARBAGE))
            raise ValueError
        assert gc.get_threshold() == before
    finally:
        gc.set_threshold(*usual)
