"""Control charts, season, trend, forecast and displacement: known answers, laws, and what happens at the edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srp_lib import control, displacement, forecast, periods, trends

MONTHS = periods.month_range("2016-04", "2024-03")
whole = st.lists(st.integers(0, 500), min_size=13, max_size=40)


def series(values: object, first: str = "2016-04") -> pd.Series:
    values = np.asarray(values, dtype=float)
    return pd.Series(values, index=periods.month_range(first, periods.shift_month(first, len(values) - 1)))


def noise(mean: float = 100, months: int = 96, seed: int = 1) -> pd.Series:
    return series(np.random.default_rng(seed).poisson(mean, months))


@given(whole, st.integers(2, 9))
def test_a_chart_in_other_units_flags_the_same_months(values: list[int], times: int) -> None:
    one, other = control.xmr(series(values)), control.xmr(times * series(values))
    assert other.special.to_dict() == one.special.to_dict()
    assert other.points["upper"].tolist() == [pytest.approx(times * limit) for limit in one.points["upper"]]
    assert (
        (one.points["lower"] >= 0).all()
        and (one.points["lower"] <= one.points["mean"]).all()
        and (one.points["mean"] <= one.points["upper"] + 1e-9).all()
    )


def test_each_rule_flags_what_it_should_in_order() -> None:
    calm = [10, 12, 9, 11, 10, 12, 8, 11, 9, 10, 12, 9]
    assert control.xmr(series([*calm, 40, *calm])).special.to_dict() == {MONTHS[12]: control.OUTSIDE}
    rising = control.xmr(series([12, 8, 12, 8, 9, 10, 11, 12, 13, 14, 9, 12, 9, 12]))
    assert rising.special.to_dict() == dict.fromkeys(MONTHS[3:10], control.TREND)
    shifted = control.xmr(series([8, 12, 8, 9, 12, 8, *[11, 12, 11, 12, 11, 12, 11], 8, 9, 8, 11, 8]))
    assert set(shifted.special.to_dict().items()) >= {(month, control.SHIFT) for month in MONTHS[6:13]}


def test_two_of_three_flags_only_those_beyond_the_near_limit() -> None:
    calm = [9, 11] * 7
    chart = control.xmr(series([*calm, 14.8, 11, 14.8, *calm]))
    assert chart.points["near_upper"].iloc[0] < 14.8 < chart.points["upper"].iloc[0]
    assert chart.special.to_dict() == {MONTHS[14]: control.TWO_OF_THREE, MONTHS[16]: control.TWO_OF_THREE}
    assert control.xmr(series([*calm, 14.8, 9, 14.8, *calm])).special.empty  # the one between is on the other side


def test_a_point_on_the_mean_or_a_gap_breaks_a_run() -> None:
    calm, high = [8, 12] * 5, [12, 11, 12, 11, 12, 11, 12]
    values = series([*calm, *high, *calm])
    assert (control.xmr(values).special == control.SHIFT).sum() >= 7
    assert control.xmr(values.drop(MONTHS[14])).special.empty
    on_mean = series([*high[:3], 10, *high[3:6], 8, 9, 8, 10, 9, 8, 9])
    assert on_mean.mean() == 10 and control.xmr(on_mean).special.empty


def test_a_missing_month_is_no_zero_and_no_range_bridges_it() -> None:
    values = noise()
    gappy = values.copy()
    gappy.iloc[15] = np.nan
    dropped = values.drop(values.index[15])
    for column in ("mean", "lower", "upper"):
        assert control.xmr(gappy).points[column].iloc[0] == pytest.approx(control.xmr(dropped).points[column].iloc[0])
    alternate = series([5.0, 5.0] * 13).iloc[::2]
    assert control.xmr(alternate).points["upper"].isna().all() and "neighbouring" in control.xmr(alternate).notes[0]


def test_a_short_segment_is_provisional_and_a_break_has_a_name() -> None:
    chart = control.xmr(noise(months=30), {"2018-04": "New recording system"})
    assert chart.points["upper"].isna().sum() == 6 and "New recording system" in chart.notes[0]
    assert chart.points["segment"].unique().tolist() == ["", "New recording system"]
    with pytest.raises(ValueError, match="has a name"):
        control.xmr(noise(), {"2018-04": " "})
    with pytest.raises(ValueError, match="order of time"):
        control.xmr(noise().iloc[::-1])
    assert "April to September 2018 (6 months), from New recording system on, is too short" in chart.notes[0]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (noise().iloc[:0], "No value is known, so there is no usual range; 13 are needed."),
        (noise().iloc[:1], "April 2016 (1 month) is too short for a usual range; 13 are needed."),
        (noise().iloc[21:24], "January to March 2018 (3 months) is too short for a usual range; 13 are needed."),
        (
            control.pool_quarters(noise(months=12)),
            "2016-17Q1 to 2016-17Q4 (4 quarters) is too short for a usual range; 13 are needed.",
        ),
        (
            pd.Series([5.0, 6.0], index=[2018, 2019]),
            "2018 to 2019 (2 years) is too short for a usual range; 13 are needed.",
        ),
    ],
)
def test_a_series_too_short_for_limits_is_named(values: pd.Series, why: str) -> None:
    assert control.xmr(values).notes[0] == why


def test_a_value_below_the_floor_is_refused() -> None:
    with pytest.raises(ValueError, match="below the floor of 0"):
        control.xmr(noise() - 200)
    assert (control.xmr(noise() - 200, floor=None).points["mean"] < 0).all()


def test_rebasing_gives_each_segment_its_own_limits() -> None:
    values = noise()
    values.iloc[48:] /= 2
    chart = control.xmr(values, {"2020-04": "Covid-19", "2030-01": "not yet"})
    alone = control.xmr(values.iloc[48:])
    assert chart.points["upper"].iloc[-1] == pytest.approx(alone.points["upper"].iloc[-1])
    assert len(chart.special) < len(control.xmr(values).special)


def test_small_counts_are_to_be_pooled_to_quarters() -> None:
    assert "pool" in control.xmr(series([1, 2, 0, 3] * 6)).notes[0]
    quarters = control.pool_quarters(noise(months=30).drop("2017-05"))
    assert "2017-18Q1" not in quarters.index and quarters["2016-17Q1"] == noise().iloc[:3].sum()
    assert control.xmr(control.pool_quarters(noise())).points["upper"].notna().all()


def test_the_rate_chart_is_the_plain_one_where_exposure_is_even_and_widens_where_it_is_small() -> None:
    counts, people = noise(), pd.Series(250_000.0, index=MONTHS)
    plain, rate = control.xmr(counts / 250), control.u_prime(counts, people)
    assert rate.points["upper"].tolist() == [pytest.approx(limit, rel=1e-3) for limit in plain.points["upper"]]
    people.iloc[5] /= 4
    uneven = control.u_prime(counts, people).points
    assert uneven["upper"].iloc[5] - uneven["mean"].iloc[5] == pytest.approx(
        2 * (uneven["upper"].iloc[6] - uneven["mean"].iloc[6])
    )
    assert control.u_prime(0 * counts, people).special.empty
    with pytest.raises(ValueError, match="exposure above zero"):
        control.u_prime(counts, 0 * people)


def test_over_dispersion_of_big_rates_raises_no_alarms() -> None:
    draw = np.random.default_rng(4)
    counts = series(draw.negative_binomial(20_000 / 9, 1 / 10, 60))
    people = pd.Series(265_000.0, index=counts.index)
    assert len(control.u_prime(counts, people).special) <= 4  # Poisson limits would flag some thirty of the sixty


def test_rolling_years_need_all_twelve_months() -> None:
    values = noise(months=30)
    rolled = trends.rolling_twelve(values.drop("2017-07"))
    assert (
        rolled.index[0] == "2017-03"
        and "2017-07" not in rolled
        and "2018-06" not in rolled
        and rolled["2018-07"] == values["2017-08":"2018-07"].sum()
    )
    assert trends.rolling_twelve(values.iloc[:11]).empty and trends.rolling_twelve(values.iloc[:0]).empty


def test_seasonal_adjustment_takes_out_the_season_and_says_when_it_can_not() -> None:
    wave = 20 * np.sin(np.arange(96) / 12 * 2 * np.pi)
    adjusted = trends.seasonally_adjusted(series(200 + wave)).months
    assert np.allclose(adjusted["adjusted"], 200, atol=0.5) and np.allclose(
        adjusted["adjusted"] + adjusted["season"], adjusted["observed"]
    )
    for short, why in (
        (noise().drop("2018-05"), "May 2018 is missing"),
        (noise(months=23), "24 are needed"),
        (noise().iloc[:0], "0 months"),
    ):
        result = trends.seasonally_adjusted(short)
        assert result.months.empty and why in result.note
    assert not trends.seasonally_adjusted(0 * noise()).months.isna().any().any()
    with pytest.raises(ValueError, match="order of time"):
        trends.seasonally_adjusted(noise().iloc[::-1])


def test_five_perfect_years_are_a_trend_and_four_are_not() -> None:
    years = pd.Series([5.0, 6, 7, 8, 9], index=["2018-19", "2019-20", "2020-21", "2021-22", "2022-23"])
    trend = trends.trend_over_years(years)
    assert (trend.slope.value, trend.tau, trend.p, trend.verdict) == (
        pytest.approx(1),
        pytest.approx(1),
        pytest.approx(2 / math.factorial(5)),
        trends.RISING,
    )
    assert "There is 1 year and 5" in trends.trend_over_years(years.iloc[:1]).slope.note
    four = trends.trend_over_years(years.iloc[:4])
    assert four.verdict == trends.TOO_FEW and four.slope.value is None and "0.08" in four.slope.note
    assert trends.trend_over_years(-years).verdict == trends.FALLING
    assert trends.trend_over_years(0 * years).verdict == trends.UNCLEAR
    gap = pd.Series([1.0, 2, 4, 5, 6], index=[2010, 2011, 2013, 2014, 2015])
    assert trends.trend_over_years(gap).slope.value == pytest.approx(1)
    for wrong in (years.iloc[::-1], pd.Series([1.0] * 5, index=list("abcde"))):
        with pytest.raises(ValueError):
            trends.trend_over_years(wrong)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=5, max_size=12))
def test_a_trend_is_blind_to_level_and_mirrors_its_mirror(values: list[int]) -> None:
    years = pd.Series(values, index=range(2000, 2000 + len(values)), dtype=float)
    one, raised, mirrored = (trends.trend_over_years(each) for each in (years, years + 100, -years))
    assert raised.slope.value == pytest.approx(one.slope.value) and raised.p == pytest.approx(one.p)
    assert mirrored.slope.value == pytest.approx(-one.slope.value) and mirrored.p == pytest.approx(one.p)


def test_the_model_finds_trend_and_break() -> None:
    at = np.arange(96)
    mean = 300 * np.exp(0.05 * at / 12 + 0.2 * np.sin(at / 12 * 2 * np.pi))
    mean[47:72] *= 0.7
    values = series(np.random.default_rng(2).poisson(mean))
    fit = trends.poisson_trend(
        values,
        {"Covid-19": ("2020-03", "2022-03"), "never": ("2040-01", "2041-01")},
        pd.Series(250_000.0, index=MONTHS),
    )
    assert fit.yearly.lower < 100 * math.expm1(0.05) < fit.yearly.upper and set(fit.breaks) == {"Covid-19"}
    assert fit.breaks["Covid-19"].lower < -30 < fit.breaks["Covid-19"].upper and 1 <= fit.dispersion < 1.4
    gappy = trends.poisson_trend(values.drop("2019-07"), {"Covid-19": ("2020-03", "2022-03")})
    assert gappy.yearly.value == pytest.approx(fit.yearly.value, abs=0.3)


@pytest.mark.parametrize(
    ("values", "breaks", "why"),
    [
        (noise(0.1), {}, "events"), (noise(months=20), {}, "24 are needed"), (noise().iloc[:0], {}, "0 months"), (noise().where(np.arange(96) % 12 != 3, 0), {}, "no event at all"),
        (noise(months=24), {f"b{at}": (MONTHS[at], MONTHS[at]) for at in range(12)}, "can't be told apart"),
    ],
)  # fmt: skip
def test_the_model_says_when_there_is_none(values: pd.Series, breaks: dict, why: str) -> None:
    fit = trends.poisson_trend(values, breaks)
    assert fit.yearly.value is None and why in fit.yearly.note and fit.dispersion is None


def test_the_forecast_is_the_last_year_with_a_band_from_past_changes() -> None:
    flat = forecast.forecast_year(series([100] * 48))
    chance = math.exp(1.959964 * math.sqrt(2 / 1200))  # a band is never narrower than chance alone would make it
    assert (flat.total.value, flat.total.lower) == (1200, pytest.approx(1200 / chance))
    assert flat.total.upper == pytest.approx(1200 * chance)
    assert forecast.forecast_year(series([100] * 72)).coverage.value == 100
    assert flat.months[0] == "2020-04" and len(flat.months) == 12
    doubling = forecast.forecast_year(series(np.repeat([100, 200, 400, 800], 12)))
    assert doubling.total.upper / doubling.total.value == pytest.approx(doubling.total.value / doubling.total.lower)
    wider = forecast.forecast_year(noise(), confidence=0.99)
    assert wider.total.lower < forecast.forecast_year(noise()).total.lower


def test_the_forecast_refuses_what_it_can_not_know() -> None:
    for values, why in (
        (noise().iloc[:0], "no months"),
        (noise(months=30), "12 are needed"),
        (noise(1), "fewer than 50"),
        (noise().drop("2023-09"), "not all there"),
    ):
        assert forecast.forecast_year(values).total.value is None and why in forecast.forecast_year(values).total.note
    assert "too short" in forecast.forecast_year(noise(months=36)).coverage.note
    for months, ranges in ((44, "1 past range"), (54, "11 past ranges")):
        tested = forecast.forecast_year(noise(months=months)).coverage
        assert (tested.value, tested.note) == (None, f"Only {ranges} can be tested, too few for a share.")
    assert forecast.forecast_year(noise(months=55)).coverage.denominator == 12
    assert "There is 1 past change" in forecast.forecast_year(noise(months=21)).total.note
    with pytest.raises(ValueError, match="order of time"):
        forecast.forecast_year(noise().iloc[::-1])


def test_the_forecast_learns_like_for_like_and_not_from_excluded_months() -> None:
    values = noise()
    values.loc["2019-04":"2020-03"] /= 4
    calm = forecast.forecast_year(values, exclude=periods.month_range("2019-04", "2020-03"))
    shaken = forecast.forecast_year(values)
    assert calm.total.upper - calm.total.lower < (shaken.total.upper - shaken.total.lower) / 3
    assert forecast.forecast_year(noise().drop("2018-07")).total.denominator > 60


def test_displacement_edges() -> None:
    wdd = displacement.weighted_displacement_difference
    assert (
        wdd((20, 20), (20, 10)).effect.value == -10 and wdd((20, 20), (20, 20), (20, 20), (20, 10)).effect.value == -10
    )
    assert "fewer than 5" in wdd((20, 20), (3, 1)).effect.note
    assert (
        wdd((20, 20), (200, 100)).verdict.startswith("fewer") and wdd((20, 20), (20, 21)).verdict == "no clear effect"
    )
    halves = wdd((20, 40), (20, 40), time_weights=(1, 2))
    assert halves.effect.value == 0
    for wrong in (
        lambda: wdd((1, -1), (1, 1)),
        lambda: wdd((0, 0), (0, 0)),
        lambda: wdd((1, 1), (1, 1), area_weights=(1, 1, 1, 0)),
        lambda: wdd((math.nan, 1), (1, 1)),
    ):
        with pytest.raises(ValueError):
            wrong()
