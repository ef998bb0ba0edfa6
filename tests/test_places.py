"""Places, repeats, report lag and harm: known answers, laws, and what happens at the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from srp_lib import harm, lag, places, rates, repeats

tallies = st.lists(st.integers(0, 300), min_size=2, max_size=30)
WEIGHTS = harm.Weights("made up for tests, 1", {"theft": 1.0, "violence": 20.0, "homicide": 2000.0})


@given(st.lists(st.lists(st.integers(0, 200), min_size=3, max_size=3), min_size=2, max_size=8), st.integers(2, 5))
def test_location_quotients_do_not_mind_how_much_crime_there_is(rows: list[list[int]], times: int) -> None:
    counts = pd.DataFrame(rows, columns=["a", "b", "c"])
    one, more = places.location_quotient(counts), places.location_quotient(times * counts)
    assert np.allclose(one["value"], more["value"], equal_nan=True)
    known = one.dropna(subset="value")
    assert (known["lower"] <= known["value"] + 1e-9).all() and (known["value"] <= known["upper"] + 1e-9).all()
    assert (one["note"] != "").equals(one["value"].isna())


def test_location_quotient_by_hand() -> None:
    cells = places.location_quotient(pd.DataFrame({"burglary": [30, 10], "drugs": [70, 90]}, index=["x", "y"]))
    assert cells.loc[("x", "burglary"), "value"] == pytest.approx((30 / 100) / (40 / 200))
    assert places.location_quotient(pd.DataFrame({"a": [5]})).loc[(0, "a"), "value"] == 1
    assert places.location_quotient(pd.DataFrame({"a": [0, 0]}))["note"].str.contains("no crime").all()
    with pytest.raises(ValueError, match="missing or negative"):
        places.location_quotient(pd.DataFrame({"a": [np.nan]}))


@given(tallies, st.integers(2, 9))
def test_inequality_does_not_mind_units_or_order(counts: list[int], times: int) -> None:
    for measure in (places.gini, places.concentration):
        one = measure(counts)
        assert measure([times * count for count in reversed(counts)]).value == (
            None if one.value is None else pytest.approx(one.value)
        )
    plain, general = places.gini(counts), places.generalised_gini(counts)
    if plain.value is not None:
        assert -1e-9 <= general.value <= plain.value + 1e-9 <= 1


def test_concentration_by_hand_and_at_the_edges() -> None:
    half = places.concentration([50, 30, 10, 10])
    assert (half.value, half.numerator, half.denominator) == (25, 1, 4)
    assert places.concentration([1, 1, 1, 1]).value == 50 and places.concentration([7]).value == 100
    assert places.gini([3, 3, 3]).value == 0
    for none in (
        places.concentration([]),
        places.concentration([0, 0]),
        places.gini([5]),
        places.generalised_gini([0, 0]),
    ):
        assert none.value is None and none.note
    with pytest.raises(ValueError, match="A share of"):
        places.concentration([1], 0)


def test_empirical_bayes_keeps_to_the_range_and_never_goes_below_zero() -> None:
    draw = np.random.default_rng(3)
    people = pd.Series(draw.integers(500, 20_000, 25).astype(float))
    alike = places.empirical_bayes(pd.Series(draw.poisson(people * 0.01)), people)
    assert (alike["smoothed"] >= 0).all() and alike["weight"].max() < 0.6
    apart = places.empirical_bayes(pd.Series(draw.poisson(people * 0.01 * draw.gamma(2, 0.5, 25))), people)
    assert apart["smoothed"].between(apart["value"].min(), apart["value"].max()).all()
    assert apart["weight"].corr(people, method="spearman") == pytest.approx(1)


def test_empirical_bayes_at_the_edges() -> None:
    assert places.empirical_bayes([3], [1000])["smoothed"].tolist() == [3]
    assert places.empirical_bayes([0, 0], [10, 20])["smoothed"].tolist() == [0, 0]
    empty_area = places.empirical_bayes([3, 0], [1000, 0])
    assert np.isnan(empty_area["smoothed"].iloc[1]) and "no people" in empty_area["note"].iloc[1]
    assert places.empirical_bayes([], []).empty
    with pytest.raises(ValueError, match="one count and one population"):
        places.empirical_bayes([1], [1, 2])


@given(st.floats(0.5, 5000), st.floats(1.5, 20))
def test_funnel_limits_hold_one_and_narrow_with_size(expected: float, times: float) -> None:
    low, high = places.funnel_limits(expected)
    far_low, far_high = places.funnel_limits(expected, places.OUTER)
    more_low, more_high = places.funnel_limits(expected * times)
    assert far_low <= low < 1 < high <= far_high and more_high - more_low < high - low


def test_the_funnel_allows_for_over_dispersion_and_still_finds_an_outlier() -> None:
    draw = np.random.default_rng(9)
    expected = pd.Series(draw.uniform(100, 900, 60))
    chance = pd.Series(draw.poisson(expected))
    observed = pd.Series(draw.poisson(expected * np.exp(draw.normal(0, 0.2, 60))), dtype=float)
    assert places.overdispersion(chance, expected).tau2 < 0.002
    spread = places.overdispersion(observed, expected)
    assert 0.015 < spread.tau2 < 0.06 and spread.areas == 60
    observed.iloc[0], expected.iloc[1] = 4 * expected.iloc[0], 0
    rows = places.funnel(observed, expected)
    assert (
        rows["verdict"].iloc[0] == places.HIGHER
        and (rows["verdict"] == places.HIGHER).sum() + (rows["verdict"] == places.LOWER).sum() <= 3
    )
    assert rows["verdict"].iloc[1] == places.ABSENT and "expected" in rows["note"].iloc[1]
    exact = places.funnel(pd.Series([24.0, 26.0]), pd.Series([25.0, 25.0]))
    assert exact["upper95"].iloc[0] == pytest.approx(places.funnel_limits(25.0)[1])


def test_the_funnel_at_the_edges() -> None:
    assert places.overdispersion([0, 0], [5, 9]).phi > 1  # zeros enter as a half, not as minus infinity
    assert places.overdispersion([5], [4]) == places.Overdispersion(1.0, 0.0, 1)
    assert places.funnel(pd.Series(dtype=float), pd.Series(dtype=float)).empty
    with pytest.raises(ValueError, match="same areas"):
        places.funnel(pd.Series([1.0]), pd.Series([1.0], index=[5]))
    with pytest.raises(ValueError, match="above zero"):
        places.funnel_limits(0)


CRIMES = pd.DataFrame(
    [("a", "2020-04-01"), ("a", "2021-03-31"), ("b", "2020-05-01"), ("c", "2020-06-01"), ("c", "2021-06-01"), (None, "2020-07-01"), ("d", None), ("e", "2021-05-01"), ("e", "2021-05-01")],
    columns=["victim_id", "recorded_date"],
)  # fmt: skip


def test_three_definitions_of_a_repeat_give_three_figures() -> None:
    victims, dates = CRIMES["victim_id"], CRIMES["recorded_date"]
    year = repeats.repeat_victims(victims, dates, "2020-04-01")
    assert (year.numerator, year.denominator) == (
        1,
        3,
    ) and "2 of 9 crimes lack" in year.note  # a; c's second is in the next year
    followed = repeats.repeat_follow_up(victims, dates, "2020-04-01", "2022-03-31")
    assert (followed.numerator, followed.denominator) == (
        1,
        3,
    )  # a; c's second came a year to the day after; e is not yet followed for a year
    assert repeats.repeat_follow_up(victims, dates, "2020-04-01", "2022-05-01").numerator == 2
    assert repeats.repeat_crimes(459, 250).numerator == 209


def test_repeats_at_the_edges() -> None:
    empty = CRIMES.iloc[:0]
    assert repeats.repeat_victims(empty["victim_id"], empty["recorded_date"], "2020-04-01").value is None
    assert (
        repeats.repeat_follow_up(empty["victim_id"], empty["recorded_date"], "2020-04-01", "2021-04-01").value is None
    )
    assert repeats.repeat_crimes(0, 0).value is None and repeats.repeat_table({}).share.value is None
    for wrong in (
        lambda: repeats.repeat_crimes(5, 6),
        lambda: repeats.repeat_table({0: 5}),
        lambda: repeats.repeat_victims(CRIMES["victim_id"], empty["recorded_date"], "2020-04-01"),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_report_lag_and_the_non_recent_split() -> None:
    happened = pd.Series(["2020-01-01", "2020-01-01", "2020-01-01", "2020-01-01", None])
    noted = pd.Series(["2020-01-01 23:50", "2020-01-31", "2020-02-01", "2019-12-31", "2020-01-01"])
    assert (
        lag.report_lag(happened, noted).tolist()[:4] == [0, 30, 31, -1]
        and lag.report_lag(happened, noted).isna().sum() == 1
    )
    share = lag.non_recent(happened, noted)
    assert (share.numerator, share.denominator) == (1, 3) and "2 of 5 crimes lack" in share.note
    assert lag.non_recent(happened, noted, days=0).numerator == 2
    summary = lag.lag_summary(happened, noted)
    assert (summary.median.value, summary.missing, summary.impossible) == (30, 1, 1)
    assert (
        lag.non_recent(happened[:0], noted[:0]).value is None
        and lag.lag_summary(happened[:0], noted[:0]).median.value is None
    )
    for wrong in (lambda: lag.report_lag(happened, noted[:2]), lambda: lag.non_recent(happened, noted, -1)):
        with pytest.raises(ValueError):
            wrong()


@given(st.integers(0, 400), st.floats(0.1, 50))
def test_harm_of_one_kind_is_its_exact_count_interval_times_the_weight(count: int, weight: float) -> None:
    score = harm.harm({"theft": count}, harm.Weights("one", {"theft": weight})).score
    assert score.value == pytest.approx(weight * count)
    assert score.lower == pytest.approx(weight * (stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0))
    assert score.upper == pytest.approx(weight * stats.chi2.isf(0.025, 2 * count + 2) / 2)


@given(st.integers(0, 500), st.integers(0, 50), st.integers(0, 3), st.floats(2, 9))
def test_harm_does_not_mind_the_unit_of_its_weights(theft: int, violence: int, homicide: int, times: float) -> None:
    counts = {"theft": theft, "violence": violence, "homicide": homicide}
    scaled = harm.Weights("scaled", {name: times * weight for name, weight in WEIGHTS.weights.items()})
    one, other = harm.harm(counts, WEIGHTS).score, harm.harm(counts, scaled).score
    assert (other.value, other.lower, other.upper) == (
        pytest.approx(times * one.value),
        pytest.approx(times * one.lower),
        pytest.approx(times * one.upper),
    )
    wider = harm.harm(counts, WEIGHTS, 0.99).score
    assert wider.lower <= one.lower and wider.upper > one.upper


def test_harm_names_what_has_no_weight_and_never_mixes_versions() -> None:
    unweighed = harm.harm({"theft": 3, "arson": 2, "fraud": 0}, WEIGHTS)
    assert unweighed.score.value is None and "arson" in unweighed.score.note and "fraud" not in unweighed.score.note
    assert harm.harm({}, WEIGHTS).score.value is None and harm.harm({"theft": 0}, WEIGHTS).score.upper == pytest.approx(
        3.688879454
    )
    now, then = (
        harm.harm({"theft": 120, "violence": 10}, WEIGHTS),
        harm.harm(pd.Series({"theft": 100, "violence": 10}), WEIGHTS),
    )
    moved = harm.harm_change(now, then)
    assert moved.value == pytest.approx(100 * (320 / 300 - 1)) and moved.lower < 0 < moved.upper
    assert harm.harm_series({"2019-20": then, "2020-21": now})["value"].tolist() == [300, 320]
    other = harm.harm({"theft": 100}, harm.Weights("version 2", {"theft": 1.0}))
    for mixed in (lambda: harm.harm_change(now, other), lambda: harm.harm_series({"a": now, "b": other})):
        with pytest.raises(ValueError, match="version 2"):
            mixed()
    nothing = harm.harm({"theft": 0}, WEIGHTS)
    assert (
        harm.harm_change(now, nothing).value is None and harm.harm_change(unweighed, now).note == unweighed.score.note
    )


def test_weights_need_a_version_and_can_not_be_changed() -> None:
    for wrong in (
        lambda: harm.Weights(" ", {}),
        lambda: harm.Weights("v", {"a": -1.0}),
        lambda: harm.Weights("v", {"a": float("nan")}),
        lambda: harm.harm({"theft": -1}, WEIGHTS),
    ):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(TypeError):
        WEIGHTS.weights["theft"] = 5.0


def test_all_of_these_are_estimates_with_a_method() -> None:
    assert (
        rates.count(3, "crimes").method
        and places.gini([1, 2]).method
        and WEIGHTS.version in harm.harm({"theft": 1}, WEIGHTS).score.method
    )


def test_a_zero_is_low_only_where_it_is_unlikely() -> None:
    areas = list("abcdef")
    expected = pd.Series([0.5, 3.0, 6.9, 7.0, 100.0, 100.0], index=areas)
    rows = places.funnel(pd.Series([0, 0, 0, 0, 100, 100], index=areas, dtype=float), expected)
    assert rows.loc[["a", "b"], "verdict"].tolist() == [places.WITHIN] * 2  # exp(-E) is above 0.001
    plain = places.funnel(pd.Series([0.0, 0.0], index=["a", "b"]), pd.Series([6.9, 7.0], index=["a", "b"]))
    assert plain.loc["a", "verdict"] == places.WITHIN
    many = pd.Series([1.0, 4.0, 100.0], index=list("abc"))
    assert places.funnel(many, pd.Series([0.5, 0.5, 104.0], index=many.index))["verdict"].iloc[0] == places.WITHIN


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.floats(0.1, 40))
def test_an_area_stands_out_only_in_the_outer_tail(events: int, expected: float) -> None:
    verdict = places.funnel(pd.Series([float(events)]), pd.Series([expected]))["verdict"].iloc[0]
    if verdict == places.LOWER:
        assert stats.poisson.cdf(events, expected) < places.OUTER
    if verdict == places.HIGHER:
        assert stats.poisson.sf(events - 1, expected) < places.OUTER


def test_crimes_need_a_victim() -> None:
    with pytest.raises(ValueError, match="5 crimes can't have had no victim"):
        repeats.repeat_crimes(5, 0)
    assert repeats.repeat_crimes(0, 0).value is None
