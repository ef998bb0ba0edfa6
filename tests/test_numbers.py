"""Rates, shares and changes: the laws that any interval obeys, and what happens at the edges."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srp_lib import change, estimates, periods, rates
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
    assert [(a, b) for a, b in zip(low, high)] == [
        tuple(map(float, rates.count_interval(number))) for number in numbers
    ]


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


def test_uneven_months_widen_the_interval_by_the_root_of_the_dispersion_and_students_t() -> None:
    now, then = [300, 40, 60, 200], [100, 120, 130, 150]
    estimate = change.year_on_year(now, then)
    low, high = rates.ratio_interval(600, 500)
    # Student's t at 2.5% on three degrees of freedom is 3.18245, the normal quantile 1.95996.
    root = math.sqrt(change.dispersion(now, then)) * 3.182446305284263 / 1.959963984540054
    assert root > 3
    assert math.log(1 + estimate.upper / 100) - math.log(1.2) == pytest.approx(root * (math.log(high) - math.log(1.2)))
    assert math.log(1.2) - math.log(1 + estimate.lower / 100) == pytest.approx(root * (math.log(1.2) - math.log(low)))


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [
        ([49], [500], "too few to say"),
        ([500], [49], "too few to say"),
        ([0], [0], "too few to say"),
        ([], [], "too few to say"),
        ([50], [500], "lower"),
        ([500], [500], "no clear change"),
        ([700], [500], "higher"),
    ],
)
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


def test_rates_import_nothing_heavy() -> None:
    heavy = "import sys, srp_lib.rates; print([m for m in ('statsmodels', 'great_expectations', 'matplotlib', 'papermill', 'pandas') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize("missing", [math.nan, math.inf])
def test_a_missing_count_is_refused_and_never_a_zero(missing: float) -> None:
    for call in (
        lambda: rates.count_interval(missing),
        lambda: rates.wilson_interval(1, missing),
        lambda: rates.crude_rate(1, missing),
        lambda: rates.ratio_interval([1, missing], [2, 2]),
    ):
        with pytest.raises(ValueError, match="missing"):
            call()
    with pytest.raises(ValueError, match="a gap is not a zero"):
        change.year_on_year([math.nan, 100], [100, 100])
    with pytest.raises(ValueError, match="not a number"):
        Estimate(math.nan, None, None, 1, 2, "%", "m")


def test_counts_above_their_base() -> None:
    assert rates.crude_rate(250, 220, 1000).value == pytest.approx(250 / 220 * 1000)
    with pytest.raises(ValueError, match="above its base"):
        rates.wilson_interval([1, 5], [4, 4])
    with pytest.raises(ValueError, match="can't be negative"):
        rates.crude_rate(1, -5)


@given(st.integers(0, 400), st.integers(30, 400), st.floats(1, 4))
def test_a_survey_share_widens_with_the_design_effect(part: int, more: int, effect: float) -> None:
    plain, designed = rates.survey_proportion(part, part + more), rates.survey_proportion(part, part + more, effect)
    assert designed.value == plain.value == pytest.approx(rates.proportion(part, part + more).value)
    assert designed.lower <= plain.lower + 1e-9 and plain.upper <= designed.upper + 1e-9


def test_base_rules_of_a_survey() -> None:
    assert rates.survey_proportion(10, 29).value is None and "under 30" in rates.survey_proportion(10, 29).note
    assert "caution" in rates.survey_proportion(10, 99).note and not rates.survey_proportion(10, 100).note
    with pytest.raises(ValueError, match="design effect"):
        rates.survey_proportion(10, 100, 0)


@given(st.integers(0, 2000), st.integers(1, 10**6), st.integers(1, 2000), st.integers(1, 10**6), st.integers(2, 50))
def test_a_rate_ratio_does_not_mind_the_units_of_its_denominators(
    k1: int, n1: int, k2: int, n2: int, times: int
) -> None:
    one, other = rates.rate_ratio(k1, n1, k2, n2), rates.rate_ratio(k1, times * n1, k2, times * n2)
    assert (other.value, other.lower, other.upper) == (
        pytest.approx(one.value),
        pytest.approx(one.lower),
        pytest.approx(one.upper),
    )
    assert one.value == pytest.approx(rates.crude_rate(k1, n1).value / rates.crude_rate(k2, n2).value)


@given(st.integers(0, 2000), st.integers(1, 10**5), st.integers(0, 2000), st.integers(1, 10**5))
def test_a_rate_difference_turned_round_is_its_mirror(k1: int, n1: int, k2: int, n2: int) -> None:
    one, back = rates.rate_difference(k1, n1, k2, n2), rates.rate_difference(k2, n2, k1, n1)
    assert (one.value, one.lower, one.upper) == (
        pytest.approx(-back.value),
        pytest.approx(-back.upper),
        pytest.approx(-back.lower),
    )
    million = rates.rate_difference(k1, n1, k2, n2, 10**6)
    assert million.upper == pytest.approx(1000 * one.upper)


def test_ratios_that_can_not_be_given_say_why() -> None:
    assert "at least" in rates.rate_ratio(5, 100, 0, 100).note
    assert rates.rate_ratio(0, 100, 0, 100).value is None and rates.rate_ratio(1, 0, 1, 9).value is None
    assert rates.rate_difference(1, 0, 1, 9).value is None
    assert rates.standardised_ratio(5, 0).value is None
    with pytest.raises(ValueError, match="above zero"):
        rates.ratio_interval(1, 2, 0, 1)


def test_expected_events_are_the_reference_rates_on_the_areas_people() -> None:
    assert rates.expected_events([100, 200], [10, 40], [1000, 1000]) == pytest.approx(1 + 8)
    assert rates.expected_events([100, 0], [10, 0], [1000, 0]) == pytest.approx(1)
    with pytest.raises(ValueError, match="no people"):
        rates.expected_events([100, 5], [10, 0], [1000, 0])
    with pytest.raises(ValueError, match="same strata"):
        rates.expected_events([100], [10, 0], [1000, 5])


def test_repeat_events_widen_the_interval() -> None:
    assert rates.repeat_factor({1: 500}) == 1
    assert rates.repeat_factor({1: 100, 3: 10}) == pytest.approx(math.sqrt((100 + 90) / (100 + 30)))
    plain = rates.count(130, "crimes")
    wide = rates.widen(plain, rates.repeat_factor({1: 100, 3: 10}))
    assert (
        wide.value == plain.value
        and wide.lower < plain.lower
        and wide.upper > plain.upper
        and "repeat events" in wide.method
    )
    assert rates.widen(rates.count(3, "crimes"), 5).lower == 0
    assert rates.widen(rates.crude_rate(1, 0), 2) == rates.crude_rate(1, 0)
    for wrong in (lambda: rates.widen(plain, 0.5), lambda: rates.repeat_factor({1: 0})):
        with pytest.raises(ValueError):
            wrong()


def test_tables_give_what_single_figures_give_and_say_what_is_missing() -> None:
    counts = pd.DataFrame({"burglary": [0, 12, np.nan], "drugs": [5, 9, 10]}, index=["a", "b", "c"])
    people = pd.Series({"a": 1000, "b": 2000, "c": 500})
    cells = rates.rate_table(counts, people)
    for area, kind in (("a", "burglary"), ("b", "burglary"), ("b", "drugs"), ("c", "drugs")):
        assert estimates.from_row(cells.loc[(area, kind)]) == rates.crude_rate(counts.loc[area, kind], people[area])
    assert cells.loc[("c", "burglary"), "note"] == "The count was not supplied."
    assert "zero" in rates.rate_table(counts, people.replace(500, 0)).loc[("c", "drugs"), "note"]
    assert "population was not supplied" in rates.rate_table(counts["drugs"], people.drop("c")).loc["c", "note"]
    shares = rates.share_table(counts, 20)
    assert estimates.from_row(shares.loc[("b", "drugs")]) == rates.proportion(9, 20)
    assert "base is zero" in rates.share_table(counts["drugs"], 0.0 * people).note.iloc[0]
    assert rates.rate_table(counts.iloc[:0], people).empty and rates.share_table(counts.iloc[:0], 20).empty


def test_a_frame_of_estimates_keeps_every_field_and_refuses_silence() -> None:
    both = [rates.crude_rate(5, 100), rates.crude_rate(5, 0)]
    rows = estimates.table(both, ["x", "y"])
    assert estimates.from_row(rows.loc["x"]) == both[0] and estimates.from_row(rows.loc["y"]).note == both[1].note
    assert estimates.table([], []).empty
    with pytest.raises(ValueError, match="must say why"):
        estimates.frame(
            pd.Index(["x"]), value=np.nan, lower=np.nan, upper=np.nan, numerator=1, denominator=2, confidence=0.95
        )


def test_ten_thousand_cells_in_well_under_a_second() -> None:
    import time

    draw = np.random.default_rng(5)
    counts = pd.DataFrame(draw.poisson(80, (250, 40)).astype(float))
    start = time.perf_counter()
    now = rates.rate_table(counts, 5000.0)["numerator"]
    assert len(change.change_table(now, now * 1.0)) == 10_000
    assert time.perf_counter() - start < 1


def test_dispersion_of_many_cells_is_that_of_each() -> None:
    draw = np.random.default_rng(6).poisson(4, (20, 2, 12))
    draw[0], draw[1, 0], draw[2, :, 1:] = 0, 0, 0
    together = change.dispersions(draw[:, 0], draw[:, 1])
    assert together.tolist() == [pytest.approx(change.dispersion(*cell)) for cell in draw]
    with pytest.raises(ValueError, match="align them first"):
        change.dispersions(draw[:, 0], draw[:, 1, :3])


@settings(deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000))
def test_p_is_below_five_in_a_hundred_where_the_interval_leaves_out_no_change(k1: int, k2: int) -> None:
    low, high = rates.ratio_interval(k1, k2)
    p = change.interval_p(k1, k2)
    assert (p < 0.05) == (low > 1 or high < 1)
    assert change.interval_p(k2, k1) == pytest.approx(p) and change.interval_p(k1, k2, 2.0) >= p - 1e-12
    assert change.exact_test(k1, k2) == pytest.approx(p, rel=1e-6)


def test_tests_of_two_rates_at_the_edges() -> None:
    assert change.e_test(0, 0) == change.exact_test(0, 0) == 1
    assert change.e_test(20_000, 20_600) == pytest.approx(0.0029034, rel=1e-3)  # scipy's own sum gives 0.002903454
    for wrong in (lambda: change.e_test(1.5, 2), lambda: change.exact_test(-1, 2), lambda: change.e_test(1, 2, 0, 1)):
        with pytest.raises(ValueError, match="A test of two"):
            wrong()


def test_false_discovery_follows_benjamini_and_hochberg() -> None:
    # The fifteen p values of Benjamini and Hochberg (1995), section 4.1: the first four are flagged at 5%.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert change.false_discovery(p).tolist() == [True] * 4 + [False] * 11
    assert change.false_discovery([None, 0.01, math.nan]).tolist() == [False, True, False]
    assert change.false_discovery([]).tolist() == [] and change.false_discovery([None]).tolist() == [False]
    with pytest.raises(ValueError, match="between 0 and 1"):
        change.false_discovery([1.2])


@pytest.mark.parametrize("rule", change.RULES)
def test_a_family_of_wards_gives_few_false_alarms_and_finds_what_is_there(rule: str) -> None:
    draw = np.random.default_rng(8).poisson(60, size=(40, 25, 2, 12))
    alarms = 0
    for year in draw:
        verdicts = change.family_verdicts({f"ward {at}": (now, then) for at, (now, then) in enumerate(year)}, rule)
        alarms += any(one in (change.HIGHER, change.LOWER) for one in verdicts.values())
    assert alarms <= 6  # one ward at a time, 29 of the 40 years would have one
    sides = {
        "up": ([200] * 12, [100] * 12),
        "same": ([100] * 12, [100] * 12),
        "few": ([1] * 12, [2] * 12),
        "down": ([60] * 12, [100] * 12),
    }
    assert list(change.family_verdicts(sides, rule).values()) == [
        change.HIGHER,
        change.UNCLEAR,
        change.TOO_FEW,
        change.LOWER,
    ]
    totals = [pd.Series({name: float(sum(both[side])) for name, both in sides.items()}) for side in (0, 1)]
    cells = change.change_table(*totals, rule=rule)
    assert cells["verdict"].to_dict() == change.family_verdicts(sides, rule) and set(cells["rule"]) == {rule}
    single = change.year_on_year(*sides["up"], confidence=cells["confidence"].iloc[0])
    assert (cells.loc["up", "value"], cells.loc["up", "lower"]) == (
        pytest.approx(single.value),
        pytest.approx(single.lower),
    )


def test_a_family_needs_a_known_rule_and_like_cells() -> None:
    with pytest.raises(ValueError, match="not a rule"):
        change.family_verdicts({}, "intervals overlap")
    with pytest.raises(ValueError, match="same cells"):
        change.change_table(pd.Series([1.0], index=["a"]), pd.Series([1.0], index=["b"]))
    empty = change.change_table(pd.Series(dtype=float), pd.Series(dtype=float))
    assert empty.empty and change.family_verdicts({}) == {}
    gap = change.change_table(pd.Series([np.nan, 90.0]), pd.Series([100.0, 0.0]))
    assert gap["verdict"].tolist() == [change.TOO_FEW] * 2 and all(gap["note"])


def test_change_of_a_series_is_like_for_like() -> None:
    months = periods.month_range("2018-04", "2020-03")
    counts = pd.Series(100.0, index=months).drop("2018-07")
    counts.loc["2019-04":] = 150.0
    now, then, comparison = change.like_for_like(counts, periods.parse_period("2019-20"))
    assert len(now) == len(then) == 11 and "2019-07" in comparison.left_out
    estimate = change.change_in(counts, periods.parse_period("2019-20"))
    assert estimate.value == pytest.approx(50) and "July 2018 is missing" in estimate.note
    alone = change.change_in(counts.loc["2019-04":], periods.parse_period("2019-20"))
    assert alone.value is None and "no comparison" in alone.note
    nothing = change.change_in(counts.iloc[:0], periods.parse_period("2019-20"))
    assert nothing.value is None and change.verdict(nothing) == change.TOO_FEW


@pytest.mark.parametrize("base", [0, 100])
@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_a_count_that_is_no_count_is_refused_even_without_a_base(wrong: float, base: float) -> None:
    for refused in (
        lambda: rates.crude_rate(wrong, base),
        lambda: rates.standardised_ratio(wrong, base),
        lambda: rates.proportion(wrong, base),
        lambda: rates.rate_ratio(wrong, base, 1, 1),
        lambda: rates.rate_ratio(1, 1, wrong, base),
        lambda: rates.rate_difference(wrong, base, 1, 1),
        lambda: rates.rate_difference(1, 0, wrong, base),
    ):
        with pytest.raises(ValueError, match="can't be negative|not a finite number"):
            refused()


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_a_change_of_what_is_no_count_is_refused(wrong: float) -> None:
    months = [100.0] * 12
    bad = [*months[:-1], wrong]
    for refused in (
        lambda: change.year_on_year(bad, months),
        lambda: change.year_on_year(months, bad),
        lambda: change.dispersions(np.array([months]), np.array([bad])),
        lambda: change.pooled_spread([(bad, months)]),
        lambda: change.interval_p(wrong, 5),
        lambda: change.e_test(5, wrong),
        lambda: change.exact_test(wrong, 5),
    ):
        with pytest.raises(ValueError, match=r"\.$"):
            refused()
    now, then = pd.Series([100.0, wrong]), pd.Series([100.0, 100.0])
    if math.isnan(wrong):
        assert "not supplied" in change.change_table(now, then)["note"].iloc[1]
    else:
        with pytest.raises(ValueError, match="count of the comparison"):
            change.change_table(now, then)


def test_an_estimate_has_no_base_that_is_not_a_number() -> None:
    for base in ((math.nan, 1.0), (1.0, math.nan)):
        with pytest.raises(ValueError, match="not a number"):
            Estimate(1.0, None, None, *base, "%", "method")


def test_without_a_smallest_base_only_zero_has_no_percentage() -> None:
    zero = "One of the two counts is zero, so there is no percentage."
    assert change.year_on_year([0], [5], smallest_base=0).note == zero
    assert change.change_table(pd.Series([0]), pd.Series([5]), smallest_base=0)["note"].tolist() == [zero]
    assert change.year_on_year([1], [5], smallest_base=0).value == pytest.approx(-80)


def test_widening_cuts_at_zero_only_what_can_not_be_negative() -> None:
    assert rates.widen(rates.crude_rate(2, 1000), 5).lower == 0
    fall = rates.rate_difference(50, 1000, 100, 1000)
    assert rates.widen(fall, 2).lower == pytest.approx(fall.value - 2 * (fall.value - fall.lower))
    unclear = rates.rate_difference(101, 1000, 100, 1000)
    assert rates.widen(unclear, 2).lower < unclear.lower < 0


def test_a_short_change_in_a_series_is_judged_by_all_its_years() -> None:
    months = periods.month_range("2016-04", "2020-03")
    counts = pd.Series(np.random.default_rng(5).negative_binomial(50, 0.2, 48).astype(float), index=months)
    quarter = periods.parse_period("2019-20Q4")
    pairs = change.pairs_of_years(counts, "2020-03")
    assert [(len(now), len(then)) for now, then in pairs] == [(12, 12)] * 3
    assert pairs[0] == (counts.iloc[36:].tolist(), counts.iloc[24:36].tolist())
    pooled = change.pooled_spread(pairs)
    assert (pooled.degrees, pooled.phi > 2) == (33, True)
    now, then, _ = change.like_for_like(counts, quarter)
    assert change.change_in(counts, quarter) == change.year_on_year(now, then, known=pooled)
    short = change.change_in(counts.loc[["2019-01", "2019-02", "2019-03", "2020-01", "2020-02", "2020-03"]], quarter)
    assert short.value is None and short.note.startswith("3 months are too few") and short.numerator == sum(now)
    assert change.pairs_of_years(counts.iloc[:0], "2020-03") == []
    gappy = change.pairs_of_years(counts.drop("2019-05"), "2020-03")
    assert [len(now) for now, _ in gappy] == [11, 12, 12]


STATISTICS = (
    "change", "concentration", "control", "displacement", "forecast", "harm", "history/delivery_limits", "hot_spots", "lag", "monthly_means", "places",
    "ratio_estimates", "rates", "release/attack", "repeats", "risk", "survey_tests", "targets", "trends", "vulnerability",
)  # fmt: skip
GROUND = ("estimates", "periods", "verdicts")


@pytest.mark.parametrize("module", STATISTICS)
def test_statistics_rest_on_statistics_alone(module: str) -> None:
    tree = ast.parse((Path(rates.__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
    named = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("srp_lib")
        for name in ([one.name for one in node.names] if node.module == "srp_lib" else [node.module.split(".")[1]])
    }
    assert named <= {*STATISTICS, *GROUND}, f"{module} imports what is above it"
