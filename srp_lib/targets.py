"""Targets: whether a figure has reached its target or is on course for it, and the populations that rates imply.

The rule is that of METHODS.md, "Targets": a verdict is given only where the whole interval of the figure lies on one
side of what it is held against.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from srp_lib import periods
from srp_lib.estimates import Estimate
from srp_lib.periods import Period
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE

UP, DOWN = "up", "down"
COUNT, SHARE = "count", "%"
RATE = re.compile(r"per (\d[\d,]*)")
TOLERANCE = 0.01  # by which the populations that two rates imply may differ
SLACK = 1e-9
LONG = 24  # months after which a target is for the record
# Why a verdict is what it is: what the interval was held against, or what was wanting.
NO_TARGET, NO_FIGURE, NO_INTERVAL = "no target", "no figure", "no interval"
AT_TARGET, AT_LINE, NO_LINE = "target", "line", "no line"


@dataclass(frozen=True)
class Goal:
    """What is aimed at: `target` by the period `due`, from `baseline` in the period `since`; `good` is "up" or "down".

    `target` is None where none was set; a period is None where it is not known.
    """

    good: str
    baseline: float
    since: Period | None
    target: float | None
    due: Period | None

    def __post_init__(self) -> None:
        """Refuse a direction that there is not."""
        if self.good not in (UP, DOWN):
            raise ValueError(f"An indicator gets better going {UP} or {DOWN}, not '{self.good}'.")


@dataclass(frozen=True)
class Judgement:
    """A verdict of `srp_lib.verdicts.TARGETS` and its grounds: `held` says what the interval was held against.

    `held` is AT_TARGET or AT_LINE, or what was wanting: NO_TARGET, NO_FIGURE, NO_INTERVAL or NO_LINE. `point` is the
    value that it was held against and None where something was wanting.
    """

    verdict: str
    held: str
    point: float | None = None


def judge(latest: Estimate | None, measured: Period | None, goal: Goal) -> Judgement:
    """The verdict on a target, from the latest figure with its interval and the period that it is of.

    Met where the whole interval is at or beyond the target. Where the target's period ended before or with the
    measured one, not met where the whole interval is short of it. Else the interval is held against the point that
    the straight line from baseline to target, each at the middle of its period, reaches at the middle of the measured
    period. In every other case it can't be told.
    """
    if goal.target is None:
        return Judgement(CANT_TELL, NO_TARGET)
    if latest is None or latest.value is None:
        return Judgement(CANT_TELL, NO_FIGURE)
    if latest.lower is None or latest.upper is None:
        return Judgement(CANT_TELL, NO_INTERVAL)
    side = _side(latest, goal.target, goal.good)
    if side > 0:
        return Judgement(MET, AT_TARGET, goal.target)
    if is_over(goal.due, measured):
        return Judgement(NOT_MET if side < 0 else CANT_TELL, AT_TARGET, goal.target)
    point = line_at(goal, measured)
    if point is None:
        return Judgement(CANT_TELL, NO_LINE)
    side = _side(latest, point, goal.good)
    return Judgement({1: ON_COURSE, -1: NOT_ON_COURSE}.get(side, CANT_TELL), AT_LINE, point)


def is_over(due: Period | None, measured: Period | None) -> bool:
    """Whether a target's period ended before or with the measured one; never where either is not known."""
    return due is not None and measured is not None and due.months[-1] <= measured.months[-1]


def long_over(due: Period | None, period: Period) -> bool:
    """Whether a target's period ended more than LONG months before the end of `period`; never where it is not known."""
    return due is not None and due.months[-1] < periods.shift_month(period.months[-1], -LONG)


def line_at(goal: Goal, measured: Period | None) -> float | None:
    """Where the straight line from baseline to target stands at the middle of the measured period, in their unit.

    The line runs from the middle of the baseline's period to the middle of the target's and stays at the target after
    it. None where a period is not known, the target's does not come after the baseline's, or the measured one is not
    later than the baseline's or ends within it, as its figure is then the baseline's own or one like it.
    """
    if goal.target is None or goal.since is None or goal.due is None or measured is None:
        return None
    if measured.months[-1] <= goal.since.months[-1]:
        return None
    whole, gone = ((one.middle - goal.since.middle).days for one in (goal.due, measured))
    if whole <= 0 or gone <= 0:
        return None
    return goal.baseline + (goal.target - goal.baseline) * min(1.0, gone / whole)


def shortfall(value: float, target: float, good: str) -> float:
    """How far a figure alone is short of its target; negative where it is beyond it."""
    return target - value if good == UP else value - target


def kind(estimate: Estimate) -> str:
    """What sort of number an Estimate is: "count", "%", "per 1,000" and so on, or its own unit for any other."""
    counted = estimate.denominator is None and estimate.numerator is not None and estimate.numerator == estimate.value
    return COUNT if counted else estimate.unit


def per(unit: str) -> int | None:
    """How many people a rate is for ("per 1,000" is 1000, "%" is 100); None for what is no rate."""
    found = RATE.fullmatch(unit)
    return int(found[1].replace(",", "")) if found else 100 if unit == SHARE else None


def in_unit(estimate: Estimate, unit: str) -> Estimate | None:
    """The Estimate in another unit: rates per so many people in one another and nothing else; None where it can't be."""
    own = kind(estimate)
    if own == unit or estimate.value is None:
        return estimate
    if not (RATE.fullmatch(own) and RATE.fullmatch(unit)):
        return None
    times = (per(unit) or 1) / (per(own) or 1)
    value, lower, upper = (
        None if one is None else one * times for one in (estimate.value, estimate.lower, estimate.upper)
    )
    return replace(estimate, value=value, lower=lower, upper=upper, unit=unit)


def implied_population(count: float | None, rate: float | None, unit: str) -> float | None:
    """The people that a rate was worked out over: count / rate, times what the rate is for.

    None without a count, without a rate above zero or where the unit is no rate.
    """
    base = per(unit)
    return base * count / rate if base and count is not None and rate else None


def differ(one: float, other: float, tolerance: float = TOLERANCE) -> bool:
    """Whether the second of two populations differs from the first by more than `tolerance` of the first."""
    return abs(other - one) > tolerance * abs(one)


def _side(latest: Estimate, point: float, good: str) -> int:
    """1 where the whole interval is at or beyond the point, -1 where all of it is short of it, else 0."""
    worst, best = (latest.lower, latest.upper) if good == UP else (latest.upper, latest.lower)
    slack = SLACK * max(1.0, abs(point))
    if shortfall(worst, point, good) <= slack:
        return 1
    return -1 if shortfall(best, point, good) > slack else 0
