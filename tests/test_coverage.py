"""How often intervals hold the truth: by exact sums where there are few outcomes, else by simulation with a fixed seed.

The figures are those that METHODS.md prints under "How often the intervals hold".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from srp_lib import change, forecast, harm, periods, rates

EVENTS = np.arange(0, 2000)


def held(mean: float) -> float:
    """The probability that the interval of a Poisson count with this mean holds it."""
    lower, upper = rates.count_interval(EVENTS)
    return float(stats.poisson.pmf(EVENTS, mean)[(lower <= mean) & (mean <= upper)].sum())


def test_a_count_of_ten_or_more_holds_95_to_98_in_a_hundred() -> None:
    coverage = [held(mean) for mean in np.geomspace(10, 1000, 200)]
    assert 0.95 <= min(coverage) and max(coverage) <= 0.98 and 0.95 <= np.mean(coverage) <= 0.97


def test_a_smaller_count_errs_on_the_safe_side() -> None:
    assert min(held(mean) for mean in np.geomspace(0.1, 10, 200)) >= 0.95


@pytest.mark.parametrize("size", [100, 1000])
def test_a_share_holds_93_to_98_in_a_hundred(size: int) -> None:
    parts = np.arange(size + 1)
    lower, upper = rates.wilson_interval(parts, size)
    coverage = [
        stats.binom.pmf(parts, size, share)[(lower <= share) & (share <= upper)].sum()
        for share in np.linspace(0.02, 0.98, 200)
    ]
    assert 0.93 <= min(coverage) and max(coverage) <= 0.98 and 0.945 <= np.mean(coverage) <= 0.96


def change_held(mean: float, phi: float, years: int = 4000, seed: int = 12) -> float:
    """The share of pairs of years with no change whose interval holds no change, months over-dispersed by phi."""
    draw = np.random.default_rng(seed)
    size = (years, 2, 12)
    counts = draw.poisson(mean, size) if phi == 1 else draw.negative_binomial(mean / (phi - 1), 1 / phi, size)
    now, then = counts[:, 0].sum(axis=1), counts[:, 1].sum(axis=1)
    cells = change.change_table(
        pd.Series(now), pd.Series(then), change.dispersions(counts[:, 0], counts[:, 1]), degrees=11
    )
    return float(((cells["lower"] <= 0) & (cells["upper"] >= 0)).mean())


@pytest.mark.parametrize(("mean", "most"), [(20, 0.975), (100, 0.97), (1000, 0.97)])
def test_a_change_of_independent_events_holds_93_to_97_in_a_hundred(mean: float, most: float) -> None:
    # The exact interval of few events is a little wide, as METHODS.md says.
    assert 0.93 <= change_held(mean, 1) <= most


@pytest.mark.parametrize(("mean", "phi"), [(20, 2), (100, 2), (100, 4), (1000, 4)])
def test_a_change_of_over_dispersed_months_holds_93_to_97_in_a_hundred(mean: float, phi: float) -> None:
    assert 0.93 <= change_held(mean, phi) <= 0.97


@pytest.mark.parametrize("months", [1, 3])
def test_a_short_change_takes_the_spread_of_longer_series_and_holds_as_well(months: int) -> None:
    draw = np.random.default_rng(14)
    short = draw.negative_binomial(500, 0.2, (1500, 2, months))
    years = draw.negative_binomial(500, 0.2, (1500, 4, 12))
    spreads = [change.pooled_spread([(four[0], four[1]), (four[2], four[3])]) for four in years]
    held = [change.year_on_year(now, then, known=known) for (now, then), known in zip(short, spreads)]
    assert 0.93 <= np.mean([one.lower <= 0 <= one.upper for one in held]) <= 0.97


def test_without_the_widening_over_dispersed_months_would_hold_far_less() -> None:
    counts = np.random.default_rng(13).negative_binomial(100 / 3, 1 / 4, (2000, 2, 12)).sum(axis=2)
    lower, upper = rates.ratio_interval(counts[:, 0], counts[:, 1])
    assert np.mean((lower <= 1) & (upper >= 1)) < 0.75


def forecast_held(years: int, mean: float, drift: float, walk: float, phi: float, runs: int = 200) -> float:
    """The share of simulated series whose last year falls in the band forecast from the years before it."""
    draw, length = np.random.default_rng(21), 12 * (years + 1)
    months, at = periods.month_range("2000-04", periods.shift_month("2000-04", length - 1)), np.arange(length)
    inside = 0
    for _ in range(runs):
        level = mean * np.exp(
            0.15 * np.sin(at / 6 * np.pi) + drift * at / 12 + np.cumsum(draw.normal(0, walk / np.sqrt(12), length))
        )
        counts = draw.poisson(level) if phi == 1 else draw.negative_binomial(level / (phi - 1), 1 / phi)
        total = forecast.forecast_year(pd.Series(counts[:-12].astype(float), index=months[:-12])).total
        inside += total.lower <= counts[-12:].sum() <= total.upper
    return inside / runs


@pytest.mark.parametrize(
    ("mean", "drift", "walk", "phi"), [(200, 0, 0, 1), (200, 0.05, 0.05, 2), (1500, -0.03, 0.1, 6)]
)
def test_the_forecast_band_holds_85_to_97_in_a_hundred(mean: float, drift: float, walk: float, phi: float) -> None:
    assert 0.85 <= forecast_held(8, mean, drift, walk, phi) <= 0.97


def test_a_harm_score_holds_95_in_a_hundred_or_more() -> None:
    weights, means = harm.Weights("test", {"a": 1.0, "b": 20.0, "c": 2000.0}), np.array([5000, 300, 10])
    truth = means @ [1, 20, 2000]
    scores = [
        harm.harm(dict(zip("abc", counts)), weights).score
        for counts in np.random.default_rng(2).poisson(means, (800, 3)).tolist()
    ]
    assert np.mean([score.lower <= truth <= score.upper for score in scores]) >= 0.94
