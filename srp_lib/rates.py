"""Rates and shares: a count over its base, with the interval that the field's guides prescribe.

Formulas: METHODS.md, "Rates", "Shares" and "Rate ratios and differences". Every function takes single numbers;
`count_interval`, `wilson_interval` and `ratio_interval` also take arrays, and `rate_table` and `share_table` take
whole tables of counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from srp_lib.estimates import Estimate, absent, frame

if TYPE_CHECKING:
    import pandas as pd

EXACT_BELOW = 10
HIDDEN_BASE, SMALL_BASE = 30, 100  # a survey's base: below the first nothing is shown, below the second it is flagged


def count_interval(count: float | np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of a count taken as Poisson, same shape as `count`.

    Exact (chi-squared) below 10 and Byar's approximation from 10. Raises ValueError for a negative or missing
    count. Source: Breslow & Day 1987 (Byar); Armitage & Berry 2002 (exact).
    """
    count = _counts(count)
    alpha, z = 1 - confidence, stats.norm.isf((1 - confidence) / 2)
    safe, above = np.maximum(count, 1.0), count + 1
    byar = (
        safe * (1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))) ** 3,
        above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3,
    )
    exact = np.where(count > 0, stats.chi2.ppf(alpha / 2, 2 * safe) / 2, 0.0), stats.chi2.isf(alpha / 2, 2 * above) / 2
    small = count < EXACT_BELOW
    return np.where(small, exact[0], byar[0])[()], np.where(small, exact[1], byar[1])[()]


def count(number: float, unit: str, confidence: float = 0.95) -> Estimate:
    """A count with the interval of the rate of events behind it. Source: as `count_interval`."""
    lower, upper = count_interval(number, confidence)
    return Estimate(
        float(number), float(lower), float(upper), float(number), None, unit, _count_method(number), confidence
    )


def crude_rate(number: float, population: float, per: int = 1000, confidence: float = 0.95) -> Estimate:
    """`number` events per `per` of `population`, with the count's limits over the same base.

    A population of zero gives an Estimate without a value; a count above the population is no error, because
    one person can have several events. Raises ValueError for a negative or missing number.
    Source: APHO Technical Briefing 3; OHID.
    """
    unit, (lower, upper) = f"per {per:,}", count_interval(number, confidence)
    if _counts(population, "A population") == 0:
        return absent(unit, "crude rate", "The population is zero, so there is no rate.", number, population)
    scale = per / population
    return Estimate(
        number * scale,
        float(lower) * scale,
        float(upper) * scale,
        float(number),
        float(population),
        unit,
        f"crude rate; {_count_method(number)}",
        confidence,
    )


def wilson_interval(
    part: float | np.ndarray, whole: float | np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of part/whole as fractions, same shape as the arguments; NaN where whole is 0.

    Raises ValueError where a part is more than its whole or a number is negative or missing.
    Source: Wilson 1927; Newcombe & Altman 2000.
    """
    part, whole = _counts(part), _counts(whole)
    if np.any(part > whole):
        raise ValueError("A part does not fit in its whole: one of the counts is above its base.")
    z = stats.norm.isf((1 - confidence) / 2)
    size = np.where(whole > 0, whole, np.nan)
    spread = z * np.sqrt(z**2 + 4 * part * (1 - part / size))
    below, base = 2 * (size + z**2), 2 * part + z**2
    lower = np.where(part == 0, 0.0, (base - spread) / below)
    upper = np.where(part == size, 1.0, (base + spread) / below)
    return np.where(np.isnan(size), np.nan, lower)[()], np.where(np.isnan(size), np.nan, upper)[()]


def proportion(part: float, whole: float, confidence: float = 0.95) -> Estimate:
    """The share of `whole` that is `part`, in %, with Wilson's interval.

    A base of zero gives an Estimate without a value. Raises ValueError when the part is more than the whole or a
    number is negative or missing.
    """
    _counts([part, whole])
    if part > whole:
        raise ValueError(f"A part of {part:g} does not fit in a whole of {whole:g}.")
    if whole == 0:
        return absent("%", "proportion", "The base is zero, so there is no share.", part, whole)
    lower, upper = wilson_interval(part, whole, confidence)
    return Estimate(
        100 * part / whole,
        100 * float(lower),
        100 * float(upper),
        float(part),
        float(whole),
        "%",
        "proportion; Wilson interval",
        confidence,
    )


def ratio_interval(
    k1: float | np.ndarray, k2: float | np.ndarray, n1: float = 1.0, n2: float = 1.0, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits of (k1/n1)/(k2/n2) for two Poisson counts, same shape as the counts; 0 or infinity at zero ends.

    Clopper-Pearson on k1 given k1 + k2, as R's poisson.test. Both counts zero gives 0 to infinity. Raises
    ValueError for a negative or missing count and for a denominator that is not above zero.
    """
    k1, k2 = _counts(k1), _counts(k2)
    if not (np.all(np.asarray(n1) > 0) and np.all(np.asarray(n2) > 0)):
        raise ValueError("A ratio of rates needs denominators above zero.")
    alpha = 1 - confidence
    low = np.where(k1 > 0, stats.beta.ppf(alpha / 2, np.maximum(k1, 1), k2 + 1), 0.0)
    high = np.where(k2 > 0, stats.beta.isf(alpha / 2, k1 + 1, np.maximum(k2, 1)), 1.0)
    with np.errstate(divide="ignore"):
        return (low / (1 - low) * n2 / n1)[()], (high / (1 - high) * n2 / n1)[()]


def survey_proportion(part: float, whole: float, design_effect: float = 1.0, confidence: float = 0.95) -> Estimate:
    """The share of `whole` respondents who gave an answer, in %, with Wilson's interval on the effective base.

    The effective base is the number of respondents over the design effect. A base under 30 gives an Estimate
    without a value; one under 100 is flagged in the note. `part` may be weighted, and need not be whole.
    Raises ValueError where the part is more than the whole or the design effect is not above zero.
    Source: Kish 1965 (design effect); Wilson 1927.
    """
    if not design_effect > 0:
        raise ValueError(
            f"A design effect of {design_effect:g} is impossible: it is above zero, and 1 for a simple random sample."
        )
    whole_share = proportion(part, whole, confidence)
    if whole < HIDDEN_BASE:
        return absent(
            "%",
            "survey proportion",
            f"Only {whole:g} people answered, and a base under {HIDDEN_BASE} is not shown.",
            part,
            whole,
        )
    lower, upper = wilson_interval(part / design_effect, whole / design_effect, confidence)
    note = f"The base is under {SMALL_BASE}: treat with caution." if whole < SMALL_BASE else ""
    method = f"survey proportion; Wilson interval, design effect {design_effect:g}"
    return replace(whole_share, lower=100 * float(lower), upper=100 * float(upper), method=method, note=note)


def rate_ratio(k1: float, n1: float, k2: float, n2: float, confidence: float = 0.95) -> Estimate:
    """The rate k1/n1 as a multiple of the rate k2/n2, with the exact conditional interval of `ratio_interval`.

    Numerator and denominator are the two counts. A zero denominator or a zero k2 gives an Estimate without a
    value, whose note says what can be said. Raises ValueError for a negative or missing number.
    """
    unit, method = "times", "ratio of rates; exact conditional interval"
    _counts([k1, k2])
    if _counts([n1, n2], "A denominator").min() == 0:
        return absent(unit, method, "One of the two denominators is zero, so there is no rate to compare.", k1, k2)
    lower, upper = ratio_interval(k1, k2, n1, n2, confidence)
    if k2 == 0:
        least = (
            f"; the first is at least {float(lower):.2g} times the second at {confidence:.0%} confidence" if k1 else ""
        )
        return absent(unit, method, f"There are no events in the second group, so there is no ratio{least}.", k1, k2)
    return Estimate((k1 / n1) / (k2 / n2), float(lower), float(upper), float(k1), float(k2), unit, method, confidence)


def share_difference(part1: float, whole1: float, part2: float, whole2: float, confidence: float = 0.95) -> Estimate:
    """The share part1/whole1 less the share part2/whole2, in percentage points, by Newcombe's hybrid score interval.

    Numerator and denominator are the two parts. A base of zero gives an Estimate without a value. Raises ValueError
    as `proportion` does. Source: Newcombe 1998, method 10.
    """
    first, second = proportion(part1, whole1, confidence), proportion(part2, whole2, confidence)
    unit, method = "percentage points", "difference of shares; Newcombe's hybrid score interval"
    if first.value is None or second.value is None:
        return absent(unit, method, "One of the two bases is zero, so there is no share to compare.", part1, part2)
    gap = first.value - second.value
    below = math.hypot(first.value - first.lower, second.upper - second.value)
    above = math.hypot(first.upper - first.value, second.value - second.lower)
    return Estimate(gap, gap - below, gap + above, part1, part2, unit, method, confidence)


def over_representation(
    part: float, whole: float, part_of_all: float, all_of_them: float, confidence: float = 0.95
) -> Estimate:
    """How many times as large a group's share part/whole is as the share part_of_all/all_of_them that holds it too.

    With p the group's share and q that of the others, and w the group's weight, the ratio is 1/(w + (1-w)/(p/q)): it
    rises with p/q, so the limits of p/q on the log scale (Katz) give its own. Numerator: part; denominator: whole. No
    value where a share is zero or the group is all or none of them. Raises ValueError where a part is more than its
    whole or the group's numbers are more than all. Source: Katz et al. 1978 for p/q.
    """
    unit, method = "times", "ratio of a group's share to that of all; log interval of group against others"
    rest, others = part_of_all - part, all_of_them - whole
    _counts([part, whole, rest, others])
    if part > whole or rest > others:
        raise ValueError("A group's part does not fit in its whole, or in that of all.")
    if min(part, whole, rest, others) == 0:
        return absent(
            unit, method, "The group or the others have none, so their shares cannot be set in relation.", part, whole
        )
    weight, ratio = whole / all_of_them, (part / whole) / (rest / others)
    spread = stats.norm.isf((1 - confidence) / 2) * math.sqrt(1 / part - 1 / whole + 1 / rest - 1 / others)
    value, lower, upper = (
        1 / (weight + (1 - weight) / one) for one in (ratio, ratio * math.exp(-spread), ratio * math.exp(spread))
    )
    return Estimate(value, lower, upper, part, whole, unit, method, confidence)


def rate_difference(k1: float, n1: float, k2: float, n2: float, per: int = 1000, confidence: float = 0.95) -> Estimate:
    """The rate k1/n1 less the rate k2/n2, in events per `per`, from the two rates' own intervals (MOVER).

    Numerator and denominator are the two counts. A zero denominator gives an Estimate without a value. Raises
    ValueError for a negative or missing number. Source: Zou & Donner 2008; Donner & Zou 2012.
    """
    first, second = crude_rate(k1, n1, per, confidence), crude_rate(k2, n2, per, confidence)
    unit, method = f"more per {per:,}", "difference of rates; interval from those of both rates (MOVER)"
    if first.value is None or second.value is None:
        return absent(unit, method, "One of the two denominators is zero, so there is no rate to compare.", k1, k2)
    gap = first.value - second.value
    below = math.hypot(first.value - first.lower, second.upper - second.value)
    above = math.hypot(first.upper - first.value, second.value - second.lower)
    return Estimate(gap, gap - below, gap + above, float(k1), float(k2), unit, method, confidence)


def expected_events(
    populations: np.ndarray | pd.Series,
    reference_events: np.ndarray | pd.Series,
    reference_populations: np.ndarray | pd.Series,
) -> float:
    """Events an area would have at the reference rates, summed over strata (such as ages) in the same order.

    Raises ValueError for strata of unequal number, a negative or missing number, or people where the reference
    has none. Source: APHO Technical Briefing 3.
    """
    people, events, reference = _counts(populations), _counts(reference_events), _counts(reference_populations)
    if not people.shape == events.shape == reference.shape:
        raise ValueError("The area and the reference must have the same strata.")
    if np.any((reference == 0) & (people > 0)):
        raise ValueError("The reference has no people in a stratum that the area has, so it has no rate there.")
    return float((people * events / np.where(reference > 0, reference, 1)).sum())


def standardised_ratio(observed: float, expected: float, per: float = 100, confidence: float = 0.95) -> Estimate:
    """Observed over expected events, times `per`: 100 means as many as the reference rates would give.

    The interval is the observed count's over the expected number, which is taken as known. Nothing expected
    gives an Estimate without a value. Raises ValueError for a negative or missing number.
    Source: APHO Technical Briefing 3; Breslow & Day 1987.
    """
    unit, method = f"per {per:,g} expected", "indirectly standardised ratio"
    _counts(observed)
    if _counts(expected, "An expected number") == 0:
        return absent(unit, method, "No events were expected, so there is no ratio.", observed, expected)
    lower, upper = (float(limit) * per / expected for limit in count_interval(observed, confidence))
    return Estimate(
        observed * per / expected,
        lower,
        upper,
        float(observed),
        float(expected),
        unit,
        f"{method}; {_count_method(observed)}",
        confidence,
    )


def repeat_factor(people: Mapping[int, float]) -> float:
    """How many times wider an interval must be because one person can have several events; 1 with no repeats.

    `people` has the number of people with exactly that many events, such as {1: 200, 2: 31}. The factor is
    the root of sum(f^2 v_f) / sum(f v_f). Raises ValueError where nobody has an event.
    Source: PHEindicatormethods, non-independent events.
    """
    events, persons = _counts(list(people)), _counts(list(people.values()))
    total = float((events * persons).sum())
    if not total:
        raise ValueError("Nobody has an event, so nothing can be said about repeats.")
    return math.sqrt(float((events**2 * persons).sum()) / total)


def widen(estimate: Estimate, factor: float, why: str = "repeat events") -> Estimate:
    """The Estimate with both sides of its interval `factor` times as far from the value.

    An interval that lies above zero, as that of a rate does, stops at zero; one that reaches below it is of a
    figure that can be negative and is not cut. An Estimate without a value comes back as it is. Raises ValueError for a factor below 1.
    """
    if not factor >= 1:
        raise ValueError(f"A factor of {factor:g} would narrow the interval.")
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return estimate
    lower = estimate.value - factor * (estimate.value - estimate.lower)
    upper = estimate.value + factor * (estimate.upper - estimate.value)
    lower = max(0.0, lower) if estimate.lower >= 0 else lower
    return replace(
        estimate, lower=lower, upper=upper, method=f"{estimate.method}, widened {factor:.2f} times for {why}"
    )


def rate_table(
    counts: pd.Series | pd.DataFrame, populations: pd.Series | float, per: int = 1000, confidence: float = 0.95
) -> pd.DataFrame:
    """`crude_rate` of every cell of a table, one row a cell, laid out as `srp_lib.estimates.table`.

    A frame of areas by types gives rows indexed by (area, type); `populations` are by area, or one number for
    all. A cell that is missing or has no people has NaN for a rate and a note. Raises ValueError for negatives.
    """
    numbers = _long(counts)
    people = _by_row(populations, numbers.index)
    known = np.isfinite(numbers) & np.isfinite(people) & (people != 0)
    lower, upper = count_interval(np.where(known, numbers, 0), confidence)
    scale = np.where(known, per / _counts(np.where(known, people, 1), "A population"), np.nan)
    note = np.select(
        [known, ~np.isfinite(numbers), ~np.isfinite(people)],
        ["", "The count was not supplied.", "The population was not supplied."],
        "The population is zero, so there is no rate.",
    )
    method = np.where(numbers < EXACT_BELOW, "crude rate; exact Poisson interval", "crude rate; Byar's interval")
    return frame(
        numbers.index, value=numbers.to_numpy() * scale, lower=lower * scale, upper=upper * scale, numerator=numbers.to_numpy(),
        denominator=people, unit=f"per {per:,}", method=method, confidence=confidence, note=note,
    )  # fmt: skip


def share_table(parts: pd.Series | pd.DataFrame, wholes: pd.Series | float, confidence: float = 0.95) -> pd.DataFrame:
    """`proportion` of every cell of a table, one row a cell, laid out and indexed as `rate_table` does.

    `wholes` are by row, or one number for all. A cell that is missing or has no base has NaN for a share and a
    note. Raises ValueError where a part is more than its whole or a number is negative.
    """
    numbers = _long(parts)
    base = _by_row(wholes, numbers.index)
    known = np.isfinite(numbers) & np.isfinite(base) & (base != 0)
    part, whole = np.where(known, numbers, 0), np.where(known, base, 1)
    lower, upper = (np.where(known, 100 * limit, np.nan) for limit in wilson_interval(part, whole, confidence))
    note = np.select(
        [known, ~np.isfinite(numbers), ~np.isfinite(base)],
        ["", "The count was not supplied.", "The base was not supplied."],
        "The base is zero, so there is no share.",
    )
    return frame(
        numbers.index, value=np.where(known, 100 * part / whole, np.nan), lower=lower, upper=upper, numerator=numbers.to_numpy(),
        denominator=base, unit="%", method="proportion; Wilson interval", confidence=confidence, note=note,
    )  # fmt: skip


def _counts(values: object, what: str = "A count") -> np.ndarray:
    numbers = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{what} is missing or not a finite number: leave it out and say so, it is not a zero.")
    if np.any(numbers < 0):
        raise ValueError(f"{what} can't be negative.")
    return numbers


def _long(cells: pd.Series | pd.DataFrame) -> pd.Series:
    import pandas as pd

    if isinstance(cells, pd.Series):
        return cells.astype(float)
    index = pd.MultiIndex.from_product([cells.index, cells.columns])
    return pd.Series(cells.to_numpy(dtype=float).ravel(), index=index)


def _by_row(values: pd.Series | float, index: pd.Index) -> np.ndarray:
    if not hasattr(values, "reindex"):
        return np.full(len(index), float(values))
    labels = index.get_level_values(0) if index.nlevels > values.index.nlevels else index
    return values.reindex(labels).to_numpy(dtype=float)


def _count_method(number: float) -> str:
    return "exact Poisson interval" if number < EXACT_BELOW else "Byar's interval"
