"""Rates, shares and changes: the laws that any interval obeys, and what happens at the edges."""
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srp_lib import change, rates
from srp_lib.estimates import Estimate, absent

counts = st.integers(0, 100_000)


@given(counts, st.floats(0.5, 0.98))
def test_count_interval_holds_the_count_and_widens_with_confidence(count: int, confidence: float) -> None:
    low, high = rates.count_interval(count, confidence)
    wider = rates.count_interval(count, confidence + 0.015)
    assert 0 <= wider[0] <= low <= count <= high <= wider[1]


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_stays_within_a_share_and_narrows_with_size(part: int, more: int) -> None:
    whole = part + more
    low, high = rates.wilson_interval(part, whole)
    low4, high4 = rates.wilson_interval(4 * part, 4 * whole)
    assert 0 <= low <= part / whole <= high <= 1
    assert high4 - low4 < high - low


@given(counts, st.integers(1, 10**7))
def test_a_change_of_unit_changes_nothing_else(count: int, population: int) -> None:
    per_thousand, per_million = rates.crude_rate(count, population, 1000), rates.crude_rate(count, population, 10**6)
    for side in ("value", "lower", "upper"):
        assert getattr(per_million, side) == pytest.approx(1000 * getattr(per_thousand, side))
    assert (per_million.numerator, per_million.denominator) == (per_thousand.numerator, per_thousand.denominator)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_ratio_limits_turned_round_are_those_of_the_ratio_turned_round(k1: int, k2: int) -> None:
    low, high = rates.ratio_interval(k1, k2)
    back_low, back_high = rates.ratio_interval(k2, k1)
    assert low <= high
    assert low == pytest.approx(1 / back_high if back_high else math.inf, rel=1e-6)
    assert high == pytest.approx(1 / back_low if back_low else math.inf, rel=1e-6)


def test_arrays_give_what_single_numbers_give() -> None:
    numbers = np.array([0, 3, 9, 10, 250])
    low, high = rates.count_interval(numbers)
    assert [(a, b) for a, b in zip(low, high)] == [tuple(map(float, rates.count_interval(number))) for number in numbers]


def test_zero_count_has_a_rate_and_an_upper_limit() -> None:
    estimate = rates.crude_rate(0, 1000)
    assert (estimate.value, estimate.lower) == (0, 0)
    assert estimate.upper == pytest.approx(3.688879454, rel=1e-9)  # -ln(0.025), the exact limit of a zero count


def test_no_base_means_no_figure_and_a_reason() -> None:
    assert rates.crude_rate(5, 0).value is None and "population is zero" in rates.crude_rate(5, 0).note
    assert rates.proportion(0, 0).value is None and "base is zero" in rates.proportion(0, 0).note


def test_impossible_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        rates.proportion(5, 4)
    with pytest.raises(ValueError, match="negative"):
        rates.count_interval(-1)
    with pytest.raises(ValueError, match="align them first"):
        change.year_on_year([1, 2], [1])
    with pytest.raises(ValueError, match="must say why"):
        Estimate(None, None, None, 1, 2, "%", "m")
    with pytest.raises(ValueError, match="does not hold the value"):
        Estimate(5, 6, 7, 1, 2, "%", "m")


def test_change_on_even_months_is_the_exact_interval() -> None:
    estimate = change.year_on_year([100] * 12, [80] * 12)
    low, high = rates.ratio_interval(1200, 960)
    assert estimate.value == pytest.approx(25)
    assert (estimate.lower, estimate.upper) == (pytest.approx(100 * (low - 1)), pytest.approx(100 * (high - 1)))
    assert change.verdict(estimate) == change.HIGHER


def test_dispersion_by_hand() -> None:
    # 10, 30 against 20, 20: expected 15, 25 in each year, so chi-squared = 4 * 25/15 ... = 2*25/15 + 2*25/25 = 5.3333, on 1 degree.
    assert change.dispersion([10, 30], [20, 20]) == pytest.approx(2 * 25 / 15 + 2 * 25 / 25)


def test_uneven_months_widen_the_interval_by_the_root_of_the_dispersion() -> None:
    now, then = [300, 40, 60, 200], [100, 120, 130, 150]
    estimate = change.year_on_year(now, then)
    low, high = rates.ratio_interval(600, 500)
    root = math.sqrt(change.dispersion(now, then))
    assert root > 1
    assert math.log(1 + estimate.upper / 100) - math.log(1.2) == pytest.approx(root * (math.log(high) - math.log(1.2)))
    assert math.log(1.2) - math.log(1 + estimate.lower / 100) == pytest.approx(root * (math.log(1.2) - math.log(low)))


@pytest.mark.parametrize(("now", "then", "verdict"), [([49], [500], "too few to say"), ([500], [49], "too few to say"), ([0], [0], "too few to say"), ([], [], "too few to say"), ([50], [500], "lower"), ([500], [500], "no clear change"), ([700], [500], "higher")])
def test_verdicts(now: list[int], then: list[int], verdict: str) -> None:
    estimate = change.year_on_year(now, then)
    assert change.verdict(estimate) == verdict
    assert bool(estimate.note) == (verdict == "too few to say")


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=12), st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_change_never_fails_and_holds_its_value(now: list[int], then: list[int]) -> None:
    months = min(len(now), len(then))
    estimate = change.year_on_year(now[:months], then[:months])
    if estimate.value is not None:
        assert estimate.lower <= estimate.value <= estimate.upper


def test_false_alarms_stay_near_the_stated_level() -> None:
    # Two years of the same underlying level, 12 months each: about one in twenty should be called a change.
    draw = np.random.default_rng(7).poisson(60, size=(2000, 2, 12))
    alarms = sum(change.verdict(change.year_on_year(now, then)) in (change.HIGHER, change.LOWER) for now, then in draw)
    assert 0.01 <= alarms / len(draw) <= 0.055


def test_absent_carries_its_reason() -> None:
    estimate = absent("%", "proportion", "The base is zero.")
    assert estimate.value is None and estimate.note == "The base is zero."
