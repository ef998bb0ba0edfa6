"""Places, repeats, report lag and harm: known answers, laws, and what happens at the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from srp_lib import concentration, harm, hot_spots, lag, places, rates, ratio_estimates, repeats, verdicts

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
    for measure in (concentration.gini, concentration.concentration):
        one = measure(counts)
        assert measure([times * count for count in reversed(counts)]).value == (
            None if one.value is None else pytest.approx(one.value)
        )
    plain, general = concentration.gini(counts), concentration.generalised_gini(counts)
    if plain.value is not None:
        assert -1e-9 <= general.value <= plain.value + 1e-9 <= 1


def test_concentration_by_hand_and_at_the_edges() -> None:
    half = concentration.concentration([50, 30, 10, 10])
    assert (half.value, half.numerator, half.denominator) == (25, 1, 4)
    assert concentration.concentration([1, 1, 1, 1]).value == 50 and concentration.concentration([7]).value == 100
    assert concentration.gini([3, 3, 3]).value == 0
    for none in (
        concentration.concentration([]),
        concentration.concentration([0, 0]),
        concentration.gini([5]),
        concentration.generalised_gini([0, 0]),
    ):
        assert none.value is None and none.note
    with pytest.raises(ValueError, match="A share of"):
        concentration.concentration([1], 0)


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
        rows["verdict"].iloc[0] == places.ABOVE
        and (rows["verdict"] == places.ABOVE).sum() + (rows["verdict"] == places.BELOW).sum() <= 3
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
        and concentration.gini([1, 2]).method
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
    if verdict == places.BELOW:
        assert stats.poisson.cdf(events, expected) < places.OUTER
    if verdict == places.ABOVE:
        assert stats.poisson.sf(events - 1, expected) < places.OUTER


def test_crimes_need_a_victim() -> None:
    with pytest.raises(ValueError, match="5 crimes can't have had no victim"):
        repeats.repeat_crimes(5, 0)
    assert repeats.repeat_crimes(0, 0).value is None


def wards(number: int = 25, seed: int = 4) -> tuple[pd.Series, np.random.Generator]:
    draw = np.random.default_rng(seed)
    return pd.Series(draw.uniform(7_000, 15_000, number), [f"W{one:02d}" for one in range(number)]), draw


def moved_by(draw: np.random.Generator, mean: np.ndarray, tau: float) -> np.ndarray:
    """Counts whose means move of themselves by a log-normal of standard deviation `tau`."""
    return draw.poisson(mean * np.exp(draw.normal(0, tau, mean.shape) - tau**2 / 2))


def test_rank_ranges_by_hand_and_the_same_twice() -> None:
    people = pd.Series({"a": 1000.0, "b": 1000.0, "c": 2000.0, "d": 1000.0})
    counts = pd.Series({"a": 900, "b": 100, "c": 200, "d": 10})
    rows = places.rank_ranges(counts, people)
    assert rows["rank"].tolist() == [1, 2, 2, 4]  # b and c have one rate and share the lower number
    assert rows[["low", "high"]].to_numpy().tolist() == [[1, 1], [2, 3], [2, 3], [4, 4]]
    assert rows["first"].tolist() == [1, 0, 0, 0] and (rows["note"] == "").all()
    assert rows.equals(places.rank_ranges(counts, people))
    even = places.rank_ranges(pd.Series([50, 50]), pd.Series([1e4, 1e4]))["first"]
    assert even.tolist() == [pytest.approx(0.5, abs=0.02)] * 2
    two = places.rank_ranges(pd.Series([60, 40]), pd.Series([1e4, 1e4]))["first"].iloc[0]
    assert two == pytest.approx(stats.beta.sf(0.5, 60.5, 40.5), abs=0.01)  # Gamma over the sum of both is Beta


def test_rank_ranges_leave_out_what_is_not_known() -> None:
    counts = pd.Series([30, pd.NA, 20, 5], dtype="Int64")
    rows = places.rank_ranges(counts, pd.Series([1000.0, 1000.0, 1000.0, 0.0]))
    assert rows["rank"].isna().tolist() == [False, True, False, True] and rows["rank"].dropna().tolist() == [1, 2]
    assert rows["note"].tolist() == ["", places.WITHHELD, "", places.NO_PEOPLE]
    none = places.rank_ranges(pd.Series([0, 0]), pd.Series([10.0, 20.0]))
    assert none["rank"].isna().all() and none["note"].str.contains("no order").all()
    one = places.rank_ranges(pd.Series([3]), pd.Series([10.0]))
    assert one[["rank", "low", "high", "first"]].to_numpy().tolist() == [[1, 1, 1, 1]]
    assert places.rank_ranges(pd.Series(dtype=float), pd.Series(dtype=float)).empty
    for wrong in (lambda: places.rank_ranges(-counts, counts), lambda: places.rank_ranges(counts, counts, tau2=-1)):
        with pytest.raises(ValueError, match="negative|impossible"):
            wrong()


@pytest.mark.parametrize(
    ("tau", "told", "least", "most"), [(0, 0, 0.95, 1), (0.15, 0, 0, 0.7), (0.15, 0.15**2, 0.93, 1)]
)
def test_rank_ranges_hold_the_true_rank_where_the_spread_is_told(
    tau: float, told: float, least: float, most: float
) -> None:
    people, draw = wards()
    held = []
    for _ in range(40):
        true = np.exp(draw.normal(0, 0.4, 25))
        counts = pd.Series(moved_by(draw, 0.1 * people.to_numpy() * true, tau), people.index)
        rows = places.rank_ranges(counts, people, draws=400, tau2=told)
        rank = stats.rankdata(-true)
        held.append(((rank >= rows["low"]) & (rank <= rows["high"])).mean())
    assert least <= np.mean(held) <= most


def test_against_by_hand() -> None:
    people = pd.Series({"a": 1000.0, "b": 3000.0, "c": 6000.0})
    rows = places.against(pd.Series({"a": 300, "b": 300, "c": 600}), people)
    assert rows["value"].tolist() == pytest.approx([3.0, (300 / 3000) / (900 / 7000), (600 / 6000) / (600 / 4000)])
    assert rows["numerator"].tolist() == [300, 300, 600] and rows["denominator"].tolist() == [900, 900, 600]
    assert rows.loc["a", ["lower", "upper"]].tolist() == pytest.approx(
        [float(limit) for limit in rates.ratio_interval(300, 900, 1000, 9000, 0.998)]
    )
    assert rows["verdict"].tolist() == [verdicts.HIGHER, verdicts.LOWER, verdicts.LOWER]
    assert rows["p"].iloc[0] == pytest.approx(2 * stats.binom.sf(299, 1200, 0.1))
    wider = places.against(pd.Series({"a": 300, "b": 300, "c": 600}), people, tau2=0.05)
    assert (wider["lower"] < rows["lower"]).all() and (wider["upper"] > rows["upper"]).all()
    assert (wider["p"] > rows["p"]).all() and wider["method"].str.contains("widened").all()


def test_against_at_the_edges() -> None:
    counts = pd.Series([200, pd.NA, 20, 80, 90], dtype="Int64")
    rows = places.against(counts, pd.Series([1000.0, 1000.0, 1000.0, 1000.0, 0.0]))
    assert rows["denominator"].tolist()[0] == 100 and rows["note"].iloc[1] == places.WITHHELD
    assert rows["note"].iloc[4] == places.NO_PEOPLE and rows["value"].isna().tolist() == [
        False,
        True,
        False,
        False,
        True,
    ]
    assert (
        rows["verdict"].iloc[2] == verdicts.TOO_FEW and "below 50" in rows["note"].iloc[2] and rows["value"].iloc[2] > 0
    )
    assert rows["stands_out"].iloc[1] == places.ABSENT
    alone = places.against(pd.Series([7]), pd.Series([10.0]))
    assert alone["verdict"].tolist() == [verdicts.TOO_FEW] and "other areas" in alone["note"].iloc[0]
    zeros = places.against(pd.Series([0, 0]), pd.Series([10.0, 10.0]))
    assert zeros["value"].isna().all() and (zeros["note"] != "").all()
    none_here = places.against(pd.Series([0, 500]), pd.Series([100.0, 100.0]), tau2=0.1)
    assert none_here["value"].iloc[0] == 0 and none_here["lower"].iloc[0] == 0 and 0 < none_here["upper"].iloc[0] < 1
    far = places.against(pd.Series([90_000, 10_000]), pd.Series([1e5, 1e5]), tau2=4.0)
    assert far["p"].iloc[0] == pytest.approx(2 * stats.norm.sf(np.log(9) / np.sqrt(8)), rel=0.01)  # no underflow to 0
    assert places.against(pd.Series(dtype=float), pd.Series(dtype=float)).empty


@pytest.mark.parametrize(("tau", "told", "least", "most"), [(0, 0, 0, 0.08), (0.1, 0, 0.9, 1), (0.1, 0.1**2, 0, 0.12)])
def test_areas_that_are_alike_are_seldom_told_apart(tau: float, told: float, least: float, most: float) -> None:
    people, draw = wards()
    families = [
        places.against(pd.Series(moved_by(draw, 0.1 * people.to_numpy(), tau), people.index), people, tau2=told)
        for _ in range(60)
    ]
    flagged = [rows["verdict"].isin([verdicts.HIGHER, verdicts.LOWER]).any() for rows in families]
    assert least <= np.mean(flagged) <= most
    assert np.mean([rows["stands_out"].isin([places.ABOVE, places.BELOW]).any() for rows in families]) <= 0.15


def test_pulled_in_limits_keep_their_level_only_when_restored() -> None:
    people, draw = wards(60)
    plain, restored = [], []
    for _ in range(60):
        expected = 0.1 * people
        observed = pd.Series(moved_by(draw, expected.to_numpy(), 0.3), people.index)
        plain.append(places.overdispersion(observed, expected).tau2)
        restored.append(places.overdispersion(observed, expected, restore=True).tau2)
    assert np.mean(plain) < 0.07 and np.mean(restored) == pytest.approx(0.09, rel=0.1)
    alike = pd.Series(draw.poisson(0.1 * people), people.index)
    assert places.overdispersion(alike, 0.1 * people, restore=True).tau2 < 0.001


def areas_over_years(tau: float = 0.1, number: int = 120, years: int = 4) -> tuple[pd.DataFrame, pd.Series]:
    draw = np.random.default_rng(17)
    people = pd.Series(draw.uniform(1200, 2200, number), [f"E{one:03d}" for one in range(number)])
    mean = 0.07 * people.to_numpy() * np.exp(draw.normal(0, 0.2, number))
    table = {f"year {one}": moved_by(draw, mean * (1 + 0.1 * one), tau) for one in range(years)}
    return pd.DataFrame(table, people.index), people


def test_yearly_spread_finds_how_far_rates_move() -> None:
    for tau in (0.0, 0.15, 0.3):
        table, _ = areas_over_years(tau, 400)
        assert places.yearly_spread(table) == pytest.approx(tau**2, rel=0.2, abs=0.003)
    assert places.yearly_spread(table.iloc[:, :1]) == 0 and places.yearly_spread(table.iloc[:2]) == 0
    assert places.yearly_spread(0 * table) == 0 and places.yearly_spread(table.where(table > 1e9)) == 0


def test_a_gap_of_years_does_not_count_as_one_year_s_move() -> None:
    draw, mean = np.random.default_rng(23), np.full(400, 150.0)
    walk = mean[:, None] * np.exp(np.cumsum(draw.normal(0, 0.2, (400, 7)), axis=1))  # a rate that goes its own way
    table = pd.DataFrame(draw.poisson(walk[:, [0, 1, 2, 6]]), columns=list("abcd"))
    near = places.yearly_spread(table.iloc[:, :3])
    assert places.yearly_spread(table, (1, 1, 4)) == near and places.yearly_spread(table) > 1.4 * near
    assert places.yearly_spread(table[["c", "d"]], [4]) == pytest.approx(places.yearly_spread(table[["c", "d"]]) / 4)
    assert places.yearly_spread(table[["c", "d"]], [4]) == pytest.approx(near, rel=0.4)
    both = places.yearly_spread(table[["a", "c", "d"]], (2, 4))  # none a year apart: each by its own years
    parts = [places.yearly_spread(table[["a", "c"]], [2]), places.yearly_spread(table[["c", "d"]], [4])]
    assert both == pytest.approx(np.mean(parts))
    for wrong in ((1, 1), (1, 0, 4), (1, 1, 1, 1)):
        with pytest.raises(ValueError, match="steps of a year"):
            places.yearly_spread(table, wrong)


def test_hot_spots_and_concentration_take_how_far_years_are_apart() -> None:
    table, people = areas_over_years(0.3)
    moved = table.assign(**{"year 3": table["year 3"].to_numpy()[::-1]})  # all that moves is in the last pair
    plain, told = hot_spots.hot_spots(moved, people), hot_spots.hot_spots(moved, people, apart=(1, 1, 4))
    assert (told.rows["p_now"] <= plain.rows["p_now"] + 1e-12).all() and (
        told.rows["p_now"] < plain.rows["p_now"]
    ).any()
    limits = [
        rows["upper"] - rows["lower"]
        for rows in (concentration.concentration_over_years(moved, 300, apart=one) for one in ((), (1, 1, 4)))
    ]
    assert (limits[1] <= limits[0]).all()


def test_hot_spots_that_last_that_are_new_and_that_cool() -> None:
    table, people = areas_over_years()
    table.iloc[0] *= 6
    table.iloc[1, 3] *= 8
    table.iloc[2, :2] *= 8
    found = hot_spots.hot_spots(table, people)
    assert found.years == ("year 0", "year 1", "year 2", "year 3") and found.note == ""
    assert found.hot.iloc[:3].to_numpy().tolist() == [[True] * 4, [False] * 3 + [True], [True] * 2 + [False] * 2]
    assert found.rows["kind"].iloc[:2].tolist() == [hot_spots.PERSISTENT, hot_spots.EMERGING]
    assert found.rows["direction"].iloc[:3].tolist() == ["", hot_spots.RISING, hot_spots.FALLING]
    assert found.rows["kind"].iloc[2] == hot_spots.COOLING and found.rows["hot_years"].iloc[:3].tolist() == [4, 1, 2]
    assert not found.hot.iloc[3:].any(axis=None) and (found.rows["kind"].iloc[3:] == "").all()
    row = found.rows.iloc[1]
    own = table.iloc[1, 3] / table.iloc[1, :3].sum()
    rest = (table["year 3"].sum() - table.iloc[1, 3]) / (table.iloc[:, :3].sum().sum() - table.iloc[1, :3].sum())
    assert row["change"] == pytest.approx(100 * (own / rest - 1)) and 0 < row["lower"] < row["change"] < row["upper"]


def test_hot_spots_at_the_edges() -> None:
    table, people = areas_over_years()
    short = hot_spots.hot_spots(table.iloc[:, :2], people)
    assert "3 years" in short.note and (short.rows["kind"] == "").all() and short.rows["change"].isna().all()
    one = hot_spots.hot_spots(table.iloc[:1], people)
    assert one.rows["hot_years"].tolist() == [0] and one.rows["note"].iloc[0] == "There is no crime to compare."
    nothing = hot_spots.hot_spots(0 * table, people)
    assert not nothing.hot.any(axis=None) and nothing.rows["p_now"].isna().all()
    gappy = table.astype("Int64")
    gappy.iloc[0, 1] = pd.NA
    people.iloc[1] = 0
    left = hot_spots.hot_spots(gappy, people)
    assert left.rows["note"].iloc[:2].tolist() == [places.WITHHELD, places.NO_PEOPLE] and "2 of 120" in left.note
    assert left.rows["change"].isna().iloc[:2].all() and left.rows["p_now"].isna().iloc[:2].tolist() == [False, True]
    few = hot_spots.hot_spots(table // 40, people)
    assert few.rows["note"].str.contains("below 50").any() and few.rows["p_change"].notna().any()
    assert hot_spots.hot_spots(table.iloc[:0], people).rows.empty
    assert "only chance" in hot_spots.hot_spots(table.iloc[:, :1], people).note
    with pytest.raises(ValueError, match="no year"):
        hot_spots.hot_spots(table.iloc[:, :0], people)
    with pytest.raises(ValueError, match="negative"):
        hot_spots.hot_spots(-table, people)


def test_few_hot_spots_and_few_moves_are_false_alarms() -> None:
    draw, number = np.random.default_rng(8), 120
    hot, moved = [], []
    for _ in range(40):
        people = pd.Series(draw.uniform(1200, 2200, number))
        mean = 0.06 * people.to_numpy() * np.exp(draw.normal(0, 0.3, number))
        mean[:30] = 0.06 * people[:30]
        # The first thirty have exactly the rate from which an area is hot, the worst that can be and still be none.
        others = mean[30:].sum()
        mean[:30] *= hot_spots.HOT * others / (people.sum() - hot_spots.HOT * people[:30].sum()) / 0.06
        table = pd.DataFrame({year: moved_by(draw, mean, 0.12) for year in range(4)})
        found = hot_spots.hot_spots(table, people)
        hot.append(found.hot.iloc[:30].any(axis=0).mean())
        moved.append((found.rows["direction"] != "").any())
    assert np.mean(hot) <= 0.07 and np.mean(moved) <= 0.125


def test_concentration_over_the_years() -> None:
    years = pd.DataFrame({"2019": [50, 30, 10, 10], "2020": [25, 25, 25, 25], "2021": [0, 0, 0, 0]})
    rows = concentration.concentration_over_years(years)
    assert rows["holding"].tolist()[:2] == [1, 2] and rows["value"].tolist()[:2] == [25, 50]
    assert rows["crimes"].tolist() == [100, 100, 0] and rows["places"].tolist() == [4, 4, 4]
    assert np.isnan(rows["value"].iloc[2]) and "no crime" in rows["note"].iloc[2] and np.isnan(rows["lower"].iloc[2])
    assert rows["gini"].iloc[0] == pytest.approx(concentration.generalised_gini([50, 30, 10, 10]).value)
    known = rows.iloc[:2]
    assert ((known["lower"] <= known["value"]) & (known["value"] <= known["upper"])).all()
    assert rows.equals(concentration.concentration_over_years(years))
    gap = concentration.concentration_over_years(years.astype(float).where(years != 30))
    assert gap["places"].tolist() == [3, 3, 3] and gap["note"].str.contains("1 of 4 places").all()


def test_whether_concentration_changed() -> None:
    draw = np.random.default_rng(21)
    base = np.exp(draw.normal(0, 0.7, 120))
    false = []
    for _ in range(40):
        same = pd.DataFrame({1: moved_by(draw, 100 * base, 0.15), 2: moved_by(draw, 45 * base, 0.15)})
        false.append(not concentration.concentration_change(same, draws=200).stable)
    assert np.mean(false) <= 0.125
    steeper = base**1.5 * base.sum() / (base**1.5).sum()
    apart = pd.DataFrame({1: moved_by(draw, 100 * base, 0.15), 2: moved_by(draw, 100 * steeper, 0.15)})
    found = concentration.concentration_change(apart)
    assert not found.stable and found.difference < 0 and found.upper < 0 and found.p < 0.01
    assert found == concentration.concentration_change(apart)
    fewer = concentration.concentration_change(
        pd.DataFrame({1: 100 * np.ones(100), 2: np.r_[np.zeros(50), 2 * np.ones(50)]})
    )
    assert fewer.first < 45 and fewer.last == 25  # a hundred crimes over a hundred places look concentrated by chance


def test_concentration_change_at_the_edges() -> None:
    for none in ({1: [5, 3]}, {1: [5, 3], 2: [0, 0]}, {1: [5], 2: [7]}, {1: [5, np.nan], 2: [7, 2]}):
        found = concentration.concentration_change(pd.DataFrame(none))
        assert found.difference is None and not found.stable and "two years" in found.note
    alike = concentration.concentration_change(pd.DataFrame({1: [9, 4, 2], 2: [9, 4, 2]}))
    assert alike.difference == 0 and alike.stable and alike.p == 1


# --- classes of areas ----------------------------------------------------------------------------------------------


def test_the_ratio_of_two_classes_is_that_of_hand() -> None:
    events, people = np.array([12.0, 8, 10, 9, 11, 30, 20, 25, 24, 26, 25]), np.array([100.0] * 5 + [125.0] * 6)
    inside = np.arange(11) < 5
    found = ratio_estimates.class_ratio(events, people, inside)
    assert found.estimate.value == pytest.approx((50 / 500) / (150 / 750))
    assert (found.estimate.numerator, found.estimate.denominator) == (50, 150)
    own = 5 / 4 * 10 / 50**2 + 6 / 5 * 52 / 150**2  # m/(m-1) sum((O - R n)^2) / sum(O)^2 in each
    common = (5 / 500**2 + 6 / 750**2) * (10 / 0.1**2 + 52 / 0.2**2) / 9
    reach = max(np.sqrt(own) * stats.t.isf(0.025, 4), np.sqrt(common) * stats.t.isf(0.025, 9))
    assert found.estimate.upper == pytest.approx(0.5 * np.exp(reach))
    assert found.estimate.lower == pytest.approx(0.5 * np.exp(-reach)) and found.p < 0.002
    turned = ratio_estimates.class_ratio(events, people, ~inside)
    assert turned.estimate.value == pytest.approx(2) and turned.p == pytest.approx(found.p)


def test_p_is_in_step_with_the_interval_and_small_classes_have_none() -> None:
    draw = np.random.default_rng(29)
    for _ in range(60):
        events, people = draw.negative_binomial(2, 0.02, 40), draw.uniform(1200, 2200, 40)
        found = ratio_estimates.class_ratio(events, people, draw.permutation(40) < 9)
        assert (found.p < 0.05) == (not found.estimate.lower <= 1 <= found.estimate.upper)
    few = ratio_estimates.class_ratio(events, people, np.arange(40) < 4)
    assert few.p is None and few.estimate.value is None and "fewer than 5 areas" in few.estimate.note
    gone = ratio_estimates.class_ratio(events, np.where(np.arange(40) < 36, people, 0), np.arange(40) >= 32)
    assert gone.p is None  # four of the eight have no residents
    none = ratio_estimates.class_ratio(np.where(np.arange(40) < 9, 0, events), people, np.arange(40) < 9)
    assert none.p is None and "has none" in none.estimate.note
    alike = ratio_estimates.class_ratio(people, people, np.arange(40) < 9)
    assert alike.estimate.value == pytest.approx(1) and alike.p > 0.9
    for wrong in (
        (events, people[:5], people > 0),
        (-events, people, people > 0),
        (events * np.nan, people, people > 0),
    ):
        with pytest.raises(ValueError):
            ratio_estimates.class_ratio(*wrong)


def test_labels_put_on_at_random_hardly_ever_make_a_difference() -> None:
    draw = np.random.default_rng(31)
    people = draw.uniform(1200, 2200, 166)
    rates_ = 0.08 * np.exp(draw.normal(0, 0.6, 166))
    rates_[:3] *= 8  # a town centre
    events, alarms, poisson = draw.poisson(rates_ * people), [], []
    for _ in range(400):
        inside = draw.permutation(166) < 27
        alarms.append(ratio_estimates.class_ratio(events, people, inside).p < 0.05)
        sides = (
            [events[which].sum() for which in (inside, ~inside)],
            [people[which].sum() for which in (inside, ~inside)],
        )
        poisson.append(not np.prod([limit - 1 for limit in rates.ratio_interval(*sides[0], *sides[1])]) < 0)
    assert np.mean(alarms) <= 0.07 and np.mean(poisson) > 0.7  # independent events would make nearly every split differ
