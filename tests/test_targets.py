"""Targets: every branch of the rule by hand-made cases, its symmetries, and the plan's published populations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from srp_lib import rates, targets
from srp_lib.estimates import Estimate, absent
from srp_lib.periods import Period, month_range, parse_period
from srp_lib.targets import DOWN, UP, Goal, Judgement, judge
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE, TARGETS

BASE, MIDWAY, DUE = (parse_period(code) for code in ("2018-19", "2019-20", "2022-23"))
AFTER = parse_period("2023-24")


def figure(value: float, lower: float | None, upper: float | None) -> Estimate:
    return Estimate(value, lower, upper, value, None, "events", "by hand")


def goal(good: str = UP, baseline: float = 100, target: float | None = 140, due: Period | None = DUE) -> Goal:
    return Goal(good, baseline, BASE, target, due)


# The line goes from 100 to 140 in four years, so it is at 110 (give or take a leap day) a year on and at 140 at last.
@pytest.mark.parametrize(
    ("ends", "measured", "expected"),
    [
        ((141, 150), MIDWAY, (MET, targets.AT_TARGET)),
        ((140, 150), MIDWAY, (MET, targets.AT_TARGET)),  # at the target is enough
        ((112, 150), MIDWAY, (ON_COURSE, targets.AT_LINE)),
        ((112, 120), MIDWAY, (ON_COURSE, targets.AT_LINE)),
        ((95, 105), MIDWAY, (NOT_ON_COURSE, targets.AT_LINE)),
        ((105, 115), MIDWAY, (CANT_TELL, targets.AT_LINE)),
        ((105, 139), DUE, (NOT_MET, targets.AT_TARGET)),
        ((130, 139), AFTER, (NOT_MET, targets.AT_TARGET)),
        ((130, 145), DUE, (CANT_TELL, targets.AT_TARGET)),
        ((130, 140), AFTER, (CANT_TELL, targets.AT_TARGET)),  # reaches it, so not wholly short
        ((141, 150), AFTER, (MET, targets.AT_TARGET)),
        ((112, 120), BASE, (CANT_TELL, targets.NO_LINE)),  # no later than the baseline
        ((141, 150), BASE, (MET, targets.AT_TARGET)),
        ((112, 120), None, (CANT_TELL, targets.NO_LINE)),
    ],
)
def test_the_whole_interval_decides(
    ends: tuple[float, float], measured: Period | None, expected: tuple[str, str]
) -> None:
    latest = figure(sum(ends) / 2, *ends)
    got = judge(latest, measured, goal())
    assert (got.verdict, got.held) == expected
    mirrored = Estimate(-latest.value, -ends[1], -ends[0], None, None, "events", "by hand")
    assert judge(mirrored, measured, goal(DOWN, -100, -140)).verdict == got.verdict


def test_what_is_wanting_is_said() -> None:
    latest = figure(120, 115, 125)
    assert judge(latest, MIDWAY, goal(target=None)) == Judgement(CANT_TELL, targets.NO_TARGET)
    assert judge(None, MIDWAY, goal()) == Judgement(CANT_TELL, targets.NO_FIGURE)
    assert judge(absent("events", "count", "Too few."), MIDWAY, goal()) == Judgement(CANT_TELL, targets.NO_FIGURE)
    assert judge(figure(150, None, None), MIDWAY, goal()) == Judgement(CANT_TELL, targets.NO_INTERVAL)
    assert judge(latest, MIDWAY, goal(due=None)) == Judgement(CANT_TELL, targets.NO_LINE)
    assert judge(latest, MIDWAY, replace(goal(), since=None)) == Judgement(CANT_TELL, targets.NO_LINE)
    assert judge(latest, MIDWAY, replace(goal(), since=AFTER)) == Judgement(CANT_TELL, targets.NO_LINE)
    with pytest.raises(ValueError, match="not 'higher'"):
        goal("higher")


def test_the_line_runs_between_the_middles_and_stays_at_the_target() -> None:
    # 1 October 2018 to 1 October 2022 is 1,461 days, of which 365 are gone a year on and 1,050 on 16 August 2021.
    assert targets.line_at(goal(), MIDWAY) == pytest.approx(100 + 40 * 365 / 1461)
    quarter = parse_period("2021-22Q2")
    assert quarter.middle.isoformat() == "2021-08-16"
    assert targets.line_at(goal(), quarter) == pytest.approx(100 + 40 * 1050 / 1461)
    late = parse_period("2022-23Q3")  # its middle is after the target's, which is not over yet
    assert targets.line_at(goal(), late) == 140 and not targets.is_over(DUE, late)
    assert targets.is_over(DUE, parse_period("2022-23Q4")) and not targets.is_over(None, MIDWAY)


def test_a_figure_of_the_baselines_own_time_has_no_line() -> None:
    since = Period("2008", "span", month_range("2008-01", "2008-12"))
    aim = Goal(DOWN, 28, since, 25, parse_period("2010-11"))
    within, after = (Period(code, "span", (code,)) for code in ("2008-12", "2009-01"))
    assert targets.line_at(aim, within) is None and targets.line_at(aim, after) < 28
    assert judge(figure(28, 25.5, 30), within, aim) == Judgement(CANT_TELL, targets.NO_LINE)


def test_a_target_is_long_over_after_two_years() -> None:
    assert not targets.long_over(DUE, parse_period("2024-25")) and targets.long_over(DUE, parse_period("2025-26Q1"))
    assert not targets.long_over(None, AFTER) and not targets.long_over(AFTER, BASE)


def test_widening_an_interval_never_makes_a_verdict() -> None:
    draws = np.random.default_rng(6)
    order = {MET: 2, ON_COURSE: 1, CANT_TELL: 0, NOT_ON_COURSE: -1, NOT_MET: -1}
    seen = set()
    for _ in range(600):
        value, below, above, more, further = draws.uniform([80, 0, 0, 0, 0], [160, 25, 25, 25, 25])
        measured = (MIDWAY, DUE, AFTER, BASE)[draws.integers(4)]
        good = (UP, DOWN)[draws.integers(2)]
        aim = goal(good, 100, 140) if good == UP else goal(good, 140, 100)
        narrow = judge(figure(value, value - below, value + above), measured, aim).verdict
        wide = judge(figure(value, value - below - more, value + above + further), measured, aim).verdict
        seen.add(narrow)
        if narrow == CANT_TELL:
            assert wide == CANT_TELL
        assert order[wide] == 0 or np.sign(order[wide]) == np.sign(order[narrow])
        assert abs(order[wide]) <= abs(order[narrow])
    assert seen == set(TARGETS)


def test_mirroring_values_and_direction_gives_the_same_verdict() -> None:
    draws = np.random.default_rng(7)
    for _ in range(300):
        value, below, above, baseline, target = draws.uniform([80, 0, 0, 80, 80], [160, 25, 25, 160, 160])
        measured, ends = (MIDWAY, DUE, AFTER)[draws.integers(3)], (value - below, value + above)
        one = judge(figure(value, *ends), measured, goal(UP, baseline, target))
        other = Estimate(-value, -ends[1], -ends[0], None, None, "events", "by hand")
        assert one.verdict == judge(other, measured, goal(DOWN, -baseline, -target)).verdict
        assert one.held == judge(other, measured, goal(DOWN, -baseline, -target)).held


@pytest.mark.parametrize(
    ("count", "rate", "unit", "people"),
    [
        (4943, 19.52, "per 1,000", 253_227),
        (4443, 17.5, "per 1,000", 253_886),
        (2159, 8.52, "per 1,000", 253_404),
        (2042, 8.04, "per 1,000", 253_980),
        (580, 2140, "per 100,000", 27_103),
        (536, 1900, "per 100,000", 28_211),
    ],
)
def test_the_populations_of_the_plan_of_2010(count: float, rate: float, unit: str, people: int) -> None:
    assert round(targets.implied_population(count, rate, unit)) == people


def test_populations_differ_beyond_one_in_a_hundred() -> None:
    assert targets.differ(27_103, 28_211)
    assert not targets.differ(253_227, 253_886) and not targets.differ(253_404, 253_980)
    assert not targets.differ(100, 101) and not targets.differ(100, 99) and targets.differ(100, 98.9)
    assert targets.implied_population(None, 8.52, "per 1,000") is None
    assert targets.implied_population(2159, 0, "per 1,000") is None
    assert targets.implied_population(1256, 1256, "count") is None
    assert targets.implied_population(30, 12, "%") == 250


def test_rates_are_put_in_one_another_and_nothing_else() -> None:
    rate = rates.crude_rate(580, 27_103, 100_000)
    thousands = targets.in_unit(rate, "per 1,000")
    assert thousands.unit == "per 1,000" and thousands.value == pytest.approx(21.4, abs=0.01)
    assert thousands.upper == pytest.approx(rate.upper / 100) and thousands.denominator == 27_103
    assert targets.in_unit(thousands, "per 100,000").value == pytest.approx(rate.value)
    assert targets.in_unit(rate, "%") is None and targets.in_unit(rate, "count") is None
    counted, share = rates.count(580, "young people"), rates.proportion(28, 100)
    assert targets.kind(counted) == "count" and targets.in_unit(counted, "count") is counted
    assert targets.in_unit(share, "%") is share and targets.in_unit(share, "per 1,000") is None
    assert targets.in_unit(counted, "per 1,000") is None
    assert (
        targets.kind(figure(3, 2, 4)) == "count" and targets.kind(replace(figure(3, 2, 4), numerator=9.0)) == "events"
    )


def test_the_shortfall_counts_towards_the_good() -> None:
    assert targets.shortfall(1256, 1320, UP) == 64 and targets.shortfall(28, 25, DOWN) == 3
    assert targets.shortfall(8.0, 8.04, DOWN) == pytest.approx(-0.04)


def test_a_calendar_year_can_be_a_baseline() -> None:
    since = Period("2008", "span", month_range("2008-01", "2008-12"))
    aim = Goal(DOWN, 28, since, 25, parse_period("2010-11"))
    share = rates.proportion(270, 1000)
    assert judge(share, parse_period("2010-11"), aim).verdict == CANT_TELL  # 24.3% to 29.8%
    assert judge(rates.proportion(300, 1000), parse_period("2010-11"), aim).verdict == NOT_MET
