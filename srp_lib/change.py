"""Change on the year: how much, with what interval, and whether it is more than chance.

Formulas: METHODS.md, "Change on the year" and "Many comparisons at once". The two sides are monthly counts of the
same calendar months, paired like for like by `srp_lib.periods.compare`; `like_for_like` pairs a series by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from srp_lib import periods
from srp_lib.estimates import Estimate, absent, frame
from srp_lib.rates import rate_ratio, ratio_interval
from srp_lib.verdicts import CHANGE as UNIT
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

if TYPE_CHECKING:
    import pandas as pd

STRICT, FALSE_DISCOVERY = "99.8% interval", "Benjamini-Hochberg, 5% false discoveries"
RULES = (STRICT, FALSE_DISCOVERY)
STRICT_CONFIDENCE, DISCOVERY_RATE = 0.998, 0.05
OWN_SPREAD_FROM = 6  # months of a comparison from which its own dispersion is known well enough to be used
LARGE = 5000  # above this the E-test's distribution is the normal one to three digits, and takes no time


@dataclass(frozen=True)
class Spread:
    """How many times more months vary than chance alone would make them (`phi`, 1 at the least), and on how many
    degrees of freedom that is known.
    """

    phi: float
    degrees: int

    def widening(self, confidence: float = 0.95) -> float:
        """By how much a Poisson interval is widened on the log scale: 1, or the root of phi times Student's t over z.

        t and not z because phi is itself estimated. Source: McCullagh & Nelder 1989, section 4.5.2.
        """
        if self.phi <= 1 or self.degrees < 1:
            return 1.0
        tail = (1 - confidence) / 2
        return float(math.sqrt(self.phi) * stats.t.isf(tail, self.degrees) / stats.norm.isf(tail))


def spread(now: Sequence[float], then: Sequence[float]) -> Spread:
    """The `Spread` of one comparison: the dispersion of its own months."""
    used = int((np.add(now, then) > 0).sum()) if len(now) else 0
    return Spread(dispersion(now, then), max(used - 1, 0)) if used else Spread(1.0, 0)


def pooled_spread(pairs: Iterable[tuple[Sequence[float], Sequence[float]]]) -> Spread:
    """The `Spread` over several pairs of years, for a comparison too short to show its own.

    Pearson's statistics and degrees of freedom are summed over the pairs; phi is floored at 1 after that. Raises
    ValueError for a count that is negative or missing.
    """
    statistic, degrees = 0.0, 0
    for now, then in pairs:
        table = np.array([_counted(now), _counted(then)])
        table = table[:, table.sum(axis=0) > 0]
        if table.shape[1] < 2 or np.any(table.sum(axis=1) == 0):
            continue
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        statistic += float(((table - expected) ** 2 / expected).sum())
        degrees += table.shape[1] - 1
    return Spread(max(1.0, statistic / degrees), degrees) if degrees else Spread(1.0, 0)


def dispersion(now: Sequence[float], then: Sequence[float]) -> float:
    """How many times more the months vary than chance alone would make them; 1 at the least.

    Pearson's chi-squared over its degrees of freedom for months by two years: the quasi-Poisson fit with a
    factor for the calendar month and one for the year, in closed form. Months that are zero in both years
    carry no information and are left out. Source: McCullagh & Nelder 1989, section 6.2.3.
    """
    return float(dispersions(np.atleast_2d(now), np.atleast_2d(then))[0])


def dispersions(now: np.ndarray, then: np.ndarray) -> np.ndarray:
    """`dispersion` of many cells at once: one row a cell and one column a month on both sides; one number a cell.

    Raises ValueError unless both sides have the same shape and for a count that is negative or missing.
    """
    now, then = _counted(now), _counted(then)
    if now.shape != then.shape:
        raise ValueError(f"Months of shape {now.shape} can't be compared with {then.shape}: align them first.")
    month, year1, year2 = now + then, now.sum(axis=1, keepdims=True), then.sum(axis=1, keepdims=True)
    degrees = (month > 0).sum(axis=1) - 1
    usable = (degrees > 0) & (year1[:, 0] > 0) & (year2[:, 0] > 0)
    # With two years the statistic has one term a month: (x2 n1 - x1 n2)^2 / (n1 n2 (x1 + x2)).
    top = (then * year1 - now * year2) ** 2
    bottom = np.where(month > 0, month, 1) * np.where(usable[:, None], year1 * year2, 1)
    phi = (np.where(month > 0, top / bottom, 0)).sum(axis=1) / np.where(usable, degrees, 1)
    return np.where(usable, np.maximum(phi, 1.0), 1.0)


def year_on_year(
    now: Sequence[float],
    then: Sequence[float],
    smallest_base: int = 50,
    confidence: float = 0.95,
    known: Spread | None = None,
) -> Estimate:
    """The change from `then` to `now`, in %, with an exact interval widened for over-dispersion.

    The months' own `spread` widens it, or `known`, that of a longer series, where it is given.

    The Estimate's numerator is the sum of `now` and its denominator the sum of `then`. It has no value where
    either sum is below `smallest_base` or zero. Raises ValueError unless both sides have the same months, all known
    and none negative.
    Source: METHODS.md, "Change on the year"; the exact interval is that of R's poisson.test.
    """
    if len(now) != len(then):
        raise ValueError(f"{len(now)} months can't be compared with {len(then)}: align them first.")
    k1, k2 = float(_counted(now).sum()), float(_counted(then).sum())
    method = "ratio of counts; exact conditional interval"
    if not len(now):
        return absent(UNIT, method, "There is no month that both periods have.", k1, k2)
    if min(k1, k2) < max(smallest_base, 1):
        return absent(UNIT, method, _below(smallest_base), k1, k2)
    ratio, times = k1 / k2, (known or spread(now, then)).widening(confidence)
    lower, upper = (ratio * (limit / ratio) ** times for limit in ratio_interval(k1, k2, confidence=confidence))
    widened = f"{method}, widened {times:.2f} times for over-dispersion" if times > 1 else method
    return Estimate(_percent(ratio), _percent(lower), _percent(upper), k1, k2, UNIT, widened, confidence)


def like_for_like(
    counts: pd.Series, period: periods.Period, share: float = 0.75
) -> tuple[list[float], list[float], periods.Comparison]:
    """The months of a period and those a year before that `counts` has on both sides, and how they were paired.

    `counts` is indexed by month ("YYYY-MM"); a month that is absent or NaN is missing, never a zero. Both lists
    are empty where fewer than `share` of the months pair up, and the Comparison then carries the reason.
    """
    known = counts.dropna()
    comparison = periods.compare(period, known.index, share)
    now, then = ([float(known[month]) for month in side] for side in (comparison.now, comparison.then))
    return now, then, comparison


def pairs_of_years(counts: pd.Series, last: str) -> list[tuple[list[float], list[float]]]:
    """Every year of a monthly series that ends as `last` does, against the year before, for `pooled_spread`.

    `counts` is as `like_for_like` takes it and `last` a month. Each pair has the months that both years have, from
    the latest pair to the earliest; none where no two years share a month.
    """
    known, pairs = counts.dropna(), []
    have, first = set(known.index), min(known.index, default=last)
    while last > first:
        months = periods.month_range(periods.shift_month(last, -11), last)
        both = [(month, periods.shift_month(month, -12)) for month in months]
        kept = [(float(known[now]), float(known[then])) for now, then in both if {now, then} <= have]
        if kept:
            pairs.append(([now for now, _ in kept], [then for _, then in kept]))
        last = periods.shift_month(last, -12)
    return pairs


def change_in(
    counts: pd.Series, period: periods.Period, share: float = 0.75, smallest_base: int = 50, confidence: float = 0.95
) -> Estimate:
    """`year_on_year` of a period from a monthly series, like for like; the note says which months are left out.

    `counts` is as `like_for_like` takes it. A comparison of fewer than six months is judged by the ups and downs of
    all years of the series. No comparison, or no longer series to judge a short one by, gives an Estimate without
    a value.
    """
    now, then, comparison = like_for_like(counts, period, share)
    method = "ratio of counts; exact conditional interval"
    if not comparison.possible:
        return absent(UNIT, method, comparison.reason)
    known = None if len(now) >= OWN_SPREAD_FROM else pooled_spread(pairs_of_years(counts, period.months[-1]))
    if known and known.degrees < OWN_SPREAD_FROM - 1:
        few = "One month is" if len(now) == 1 else f"{len(now)} months are"
        why = f"{few} too few to tell a change from the months' own ups and downs, and there is no longer series."
        return absent(UNIT, method, why, float(np.sum(now)), float(np.sum(then)))
    estimate = year_on_year(now, then, smallest_base, confidence, known)
    return replace(estimate, note=" ".join(filter(None, (estimate.note, comparison.caveat))))


def exact_test(k1: float, k2: float, n1: float = 1.0, n2: float = 1.0) -> float:
    """Two-sided p that the rates k1/n1 and k2/n2 are the same: the exact conditional test of R's poisson.test.

    1 where neither has an event. Raises ValueError for counts that are not whole or denominators not above zero.
    """
    _whole(k1, k2, n1, n2)
    return float(stats.binomtest(int(k1), int(k1 + k2), n1 / (n1 + n2)).pvalue) if k1 + k2 else 1.0


def e_test(k1: float, k2: float, n1: float = 1.0, n2: float = 1.0) -> float:
    """Two-sided p that the rates k1/n1 and k2/n2 are the same: the E-test, more powerful than the exact one.

    From `scipy.stats.poisson_means_test`; with more than 5,000 events on either side the same statistic is
    referred to the normal distribution. 1 where neither has an event. Raises ValueError as `exact_test`.
    Source: Krishnamoorthy & Thomson 2004.
    """
    _whole(k1, k2, n1, n2)
    if k1 + k2 == 0:
        return 1.0
    if max(k1, k2) <= LARGE:
        return float(stats.poisson_means_test(int(k1), n1, int(k2), n2).pvalue)
    return float(2 * stats.norm.sf(abs(k1 / n1 - k2 / n2) / math.sqrt(k1 / n1**2 + k2 / n2**2)))


def interval_p(
    k1: float | np.ndarray, k2: float | np.ndarray, phi: float | np.ndarray = 1.0, degrees: float | np.ndarray = np.inf
) -> np.ndarray:
    """Two-sided p that two counts have the same mean, in step with the interval of `year_on_year`; arrays welcome.

    Twice the smaller exact conditional tail, so that p < 5% where the 95% interval leaves out no change; where
    the months are over-dispersed by `phi`, known on `degrees` of freedom, its normal equivalent is divided by the
    root of `phi` and referred to Student's t, as the interval is widened. Raises ValueError for a count that is
    negative or missing. Source: Clopper & Pearson 1934; METHODS.md, "Change on the year".
    """
    k1, k2 = _counted(k1), _counted(k2)
    tail = np.minimum(stats.binom.cdf(k1, k1 + k2, 0.5), stats.binom.sf(k1 - 1, k1 + k2, 0.5))
    exact = np.minimum(1.0, 2 * tail)
    widened = 2 * stats.t.sf(stats.norm.isf(exact / 2) / np.sqrt(phi), np.maximum(degrees, 1))
    return np.where(np.asarray(phi) > 1, widened, exact)[()]


def change_p(now: Sequence[float], then: Sequence[float], smallest_base: int = 50) -> float | None:
    """The p of `year_on_year` on the same months, for a family of comparisons; None where it gives no change."""
    if year_on_year(now, then, smallest_base).value is None:
        return None
    own = spread(now, then)
    return float(interval_p(np.sum(now), np.sum(then), own.phi, own.degrees))


def false_discovery(p: Sequence[float | None], rate: float = DISCOVERY_RATE) -> np.ndarray:
    """Which of a family of tests to flag so that at most `rate` of those flagged are false alarms on average.

    One truth value a test, in order; None or NaN was not tested and is neither flagged nor counted. Raises
    ValueError for a p outside 0 to 1. Source: Benjamini & Hochberg 1995.
    """
    values = np.array([np.nan if one is None else one for one in p], dtype=float)
    tested = ~np.isnan(values)
    if np.any((values[tested] < 0) | (values[tested] > 1)):
        raise ValueError("A p value lies between 0 and 1.")
    flags = np.zeros(len(values), dtype=bool)
    if tested.any():
        flags[tested] = stats.false_discovery_control(values[tested]) <= rate
    return flags


def family_verdicts(
    sides: Mapping[str, tuple[Sequence[float], Sequence[float]]], rule: str = FALSE_DISCOVERY, smallest_base: int = 50
) -> dict[str, str]:
    """The verdict on each of a family of changes, such as 25 wards, with few false alarms over the whole family.

    `sides` has the months of now and then under each name, as `year_on_year` takes them. `rule` is one of
    RULES: `STRICT` asks for a 99.8% interval that leaves out no change, `FALSE_DISCOVERY` for
    Benjamini-Hochberg at 5%; print it beside the verdicts. Raises ValueError for another rule.
    """
    _known_rule(rule)
    if rule == STRICT:
        return {name: verdict(year_on_year(*both, smallest_base, STRICT_CONFIDENCE)) for name, both in sides.items()}
    flagged = false_discovery([change_p(*both, smallest_base) for both in sides.values()])
    verdicts = {name: verdict(year_on_year(*both, smallest_base)) for name, both in sides.items()}
    return {
        name: verdicts[name] if clear or verdicts[name] == TOO_FEW else UNCLEAR for name, clear in zip(sides, flagged)
    }


def ratio_verdicts(
    sides: Iterable[Sequence[float]], smallest: float = 50, confidence: float = 0.95, rate: float = DISCOVERY_RATE
) -> list[str]:
    """The verdict on each of a family of ratios of rates, each given as count, people, other count and other people.

    Higher or lower where Benjamini-Hochberg at `rate` flags the exact conditional test and the interval leaves out 1;
    too few to say where either count is below `smallest` or missing (NaN). In the order given. Raises ValueError as
    `exact_test`.
    """
    sides = list(sides)
    tried = [not math.isnan(k1 + k2) and min(k1, k2) >= smallest for k1, _, k2, _ in sides]
    flags = false_discovery(
        [exact_test(k1, k2, n1, n2) if use else None for use, (k1, n1, k2, n2) in zip(tried, sides)], rate
    )
    return [
        flagged_verdict(rate_ratio(*side, confidence), flag) if use else TOO_FEW
        for side, flag, use in zip(sides, flags, tried)
    ]


def flagged_verdict(ratio: Estimate, flagged: bool) -> str:
    """The word for a ratio of a family: higher or lower where its test is flagged and its interval leaves out 1."""
    if not flagged or ratio.value is None or ratio.lower <= 1 <= ratio.upper:
        return UNCLEAR
    return HIGHER if ratio.value > 1 else LOWER


def change_table(
    now: pd.Series,
    then: pd.Series,
    phi: float | np.ndarray = 1.0,
    rule: str = FALSE_DISCOVERY,
    smallest_base: int = 50,
    degrees: float | np.ndarray = np.inf,
) -> pd.DataFrame:
    """Change of every cell of a table with a verdict over the family: thousands of cells at once.

    `now` and `then` are totals with the same index; `phi` the cells' over-dispersion (see `dispersions`) or one
    number for all, known on `degrees` of freedom (months less one where it is each cell's own). Columns are those of
    `srp_lib.estimates.table`, then `p`, `verdict` and `rule`. The interval is 95%, or 99.8% under the strict rule. A cell below `smallest_base` on either side or missing has NaN and a
    note. Raises ValueError for an unknown rule, indexes that differ, or a count that is negative or infinite.
    """
    _known_rule(rule)
    if not now.index.equals(then.index):
        raise ValueError("Both sides of a change must have the same cells in the same order.")
    confidence = STRICT_CONFIDENCE if rule == STRICT else 0.95
    k1, k2, known = now.to_numpy(dtype=float), then.to_numpy(dtype=float), (now.notna() & then.notna()).to_numpy()
    _counted(k1[~np.isnan(k1)]), _counted(k2[~np.isnan(k2)])
    enough = known & (np.where(known, np.minimum(k1, k2), 0) >= max(smallest_base, 1))
    safe1, safe2 = np.where(enough, k1, 1), np.where(enough, k2, 1)
    limits = _widened(safe1, safe2, phi, degrees, confidence)
    value, lower, upper = (np.where(enough, 100 * (number - 1), np.nan) for number in limits)
    note = np.select([enough, known], ["", _below(smallest_base)], "One of the two counts was not supplied.")
    cells = frame(
        now.index, value=value, lower=lower, upper=upper, numerator=k1, denominator=k2, unit=UNIT,
        method="ratio of counts; exact conditional interval", confidence=confidence, note=note,
    )  # fmt: skip
    p = np.where(enough, interval_p(safe1, safe2, phi, degrees), np.nan)
    clear = false_discovery(p) if rule == FALSE_DISCOVERY else enough & (p < 1 - STRICT_CONFIDENCE)
    words = np.select([~enough, clear & (value > 0), clear & (value < 0)], [TOO_FEW, HIGHER, LOWER], UNCLEAR)
    return cells.assign(p=p, verdict=words, rule=rule)


def verdict(change: Estimate) -> str:
    """The change in words: higher, lower, no clear change (the interval holds no change), or too few to say."""
    if change.value is None:
        return TOO_FEW
    if change.lower > 0:
        return HIGHER
    return LOWER if change.upper < 0 else UNCLEAR


def _widened(
    k1: np.ndarray, k2: np.ndarray, phi: float | np.ndarray, degrees: float | np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ratios of counts, all above zero, and their limits, widened for over-dispersion as `Spread.widening` does."""
    tail, ratio = (1 - confidence) / 2, k1 / k2
    student = stats.t.isf(tail, np.maximum(degrees, 1)) / stats.norm.isf(tail)
    root = np.where(np.asarray(phi) > 1, np.sqrt(phi) * student, 1.0)
    lower, upper = (ratio * (limit / ratio) ** root for limit in ratio_interval(k1, k2, confidence=confidence))
    return ratio, lower, upper


def _percent(ratio: float) -> float:
    return float(100 * (ratio - 1))


def _below(smallest_base: float) -> str:
    """Why there is no percentage where one of the two counts is below the smallest base."""
    if smallest_base <= 1:
        return "One of the two counts is zero, so there is no percentage."
    return f"One of the two counts is below {smallest_base}, too few for a percentage."


def _counted(values: object) -> np.ndarray:
    """The counts of a comparison as numbers, all known, finite and not negative; ValueError otherwise."""
    numbers = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(numbers)):
        raise ValueError(
            "A count of the comparison is missing or not finite: align the two sides first, a gap is not a zero."
        )
    if np.any(numbers < 0):
        raise ValueError("A count of the comparison is negative, which a count can't be.")
    return numbers


def _known_rule(rule: str) -> None:
    if rule not in RULES:
        raise ValueError(f"'{rule}' is not a rule for many comparisons: use one of {', '.join(RULES)}.")


def _whole(k1: float, k2: float, n1: float, n2: float) -> None:
    if not all(math.isfinite(number) for number in (k1, k2, n1, n2)):
        raise ValueError("A test of two rates needs numbers that are known and finite.")
    if min(k1, k2) < 0 or k1 != int(k1) or k2 != int(k2):
        raise ValueError("A test of two counts needs whole numbers that aren't negative.")
    if min(n1, n2) <= 0:
        raise ValueError("A test of two rates needs denominators above zero.")
