"""Places: where crime is over-represented, how concentrated it is, and which areas stand out by more than chance.

Formulas: METHODS.md, "Places".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from srp_lib.estimates import Estimate, absent, frame
from srp_lib.rates import count_interval, wilson_interval

HIGHER, LOWER, WITHIN, ABSENT = (
    "higher than chance would explain",
    "lower than chance would explain",
    "within the limits",
    "no limits",
)
INNER, OUTER = 0.025, 0.001  # one-sided tail probabilities of the 95% and 99.8% limits


@dataclass(frozen=True)
class Overdispersion:
    """How much more areas differ than chance alone would make them: phi, and tau2 as a variance of log ratios."""

    phi: float
    tau2: float
    areas: int


def location_quotient(counts: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Each type's share of an area's crime over its share of all areas' crime: 1 means the same mix as elsewhere.

    `counts` has a row an area and a column a type. One row an (area, type), laid out as
    `srp_lib.estimates.table`: numerator the cell, denominator the area's total. The interval is Wilson's for the
    area's share, with the overall share taken as known. An area without crime, or a type without any, has NaN
    and a note. Raises ValueError for missing or negative counts. Source: Brantingham & Brantingham 1997.
    """
    cells = _nonnegative(counts)
    index = pd.MultiIndex.from_product([counts.index, counts.columns])
    areas, types = (
        np.broadcast_to(cells.sum(axis=1, keepdims=True), cells.shape),
        np.broadcast_to(cells.sum(axis=0), cells.shape),
    )
    known = (areas > 0) & (types > 0)
    overall = np.where(known, types, 1) / max(cells.sum(), 1)
    lower, upper = wilson_interval(np.where(known, cells, 0), np.where(known, areas, 1), confidence)
    value, low, high = (
        np.where(known, share / overall, np.nan).ravel() for share in (cells / np.where(known, areas, 1), lower, upper)
    )
    note = np.select(
        [known, areas == 0],
        ["", "The area has no crime, so it has no mix of types."],
        "No area has a crime of this type.",
    ).ravel()
    return frame(
        index,
        value=value,
        lower=low,
        upper=high,
        numerator=cells.ravel(),
        denominator=areas.ravel(),
        unit="times",
        method="location quotient; Wilson interval of the area's share",
        confidence=confidence,
        note=note,
    )


def concentration(counts: pd.Series | Sequence[float], share: float = 0.5) -> Estimate:
    """The smallest share of places, in %, that together hold at least `share` of the crime.

    Numerator: the number of those places; denominator: all places. It describes what was counted and has no
    interval; with few crimes a low figure comes by chance, which `generalised_gini` allows for. No crime gives
    an Estimate without a value. Raises ValueError for missing or negative counts or a share outside 0 to 1.
    Source: Weisburd 2015.
    """
    if not 0 < share <= 1:
        raise ValueError(f"A share of {share:g} is impossible: give one above 0 and up to 1.")
    values = np.sort(_nonnegative(counts))[::-1]
    unit, method = "% of places", f"smallest share of places with {share:.0%} of crime"
    if not values.sum():
        return absent(
            unit, method, "There is no crime in any place, so nothing is concentrated.", None, float(len(values))
        )
    holding = int(np.searchsorted(np.cumsum(values), share * values.sum() * (1 - 1e-12)) + 1)
    return Estimate(100 * holding / len(values), None, None, float(holding), float(len(values)), unit, method)


def gini(counts: pd.Series | Sequence[float]) -> Estimate:
    """Gini coefficient of crime over places: 0 where each has as much, near 1 where one has all.

    Numerator: crimes; denominator: places. It has no interval. Fewer than two places or no crime gives an
    Estimate without a value. Raises ValueError for missing or negative counts. Source: Gini 1912.
    """
    return _gini(counts, "Gini coefficient", generalised=False)


def generalised_gini(counts: pd.Series | Sequence[float]) -> Estimate:
    """Gini coefficient against the most even spread that so few crimes allow: max(1, N/C)(G - 1) + 1.

    The same as `gini` where there are at least as many crimes (C) as places (N); otherwise as it gives.
    Source: Bernasco & Steenbeek 2017.
    """
    return _gini(counts, "generalised Gini coefficient", generalised=True)


def empirical_bayes(
    counts: pd.Series | Sequence[float],
    populations: pd.Series | Sequence[float],
    per: int = 1000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Area rates drawn towards the overall rate, the more so the smaller the area: for maps, not for league tables.

    One row an area: smoothed (events per `per`), weight (0 to 1, of the area's own rate), then value, lower and
    upper of its crude rate, and note. An area without people has NaN and a note. Where areas differ no more than
    chance would make them the weight is 0 and every smoothed rate is the overall one. Raises ValueError for
    missing or negative numbers or lengths that differ. Source: Marshall 1991, with the variance cut off at zero.
    """
    events, people = _nonnegative(counts), _nonnegative(populations)
    if events.shape != people.shape:
        raise ValueError("Each area needs one count and one population.")
    peopled = people > 0
    size = np.where(peopled, people, 1)
    total = max(people.sum(), 1)
    mean, raw = events[peopled].sum() / total, events / size
    between = (people * (raw - mean) ** 2).sum() / total - mean / max(people[peopled].mean() if peopled.any() else 1, 1)
    between = max(0.0, float(between))
    weight = between / (between + mean / size) if between else np.zeros(len(size))
    lower, upper = count_interval(events, confidence)
    columns = {
        "smoothed": weight * raw + (1 - weight) * mean,
        "weight": weight,
        "value": raw,
        "lower": lower / size,
        "upper": upper / size,
    }
    scaled = {
        name: np.where(peopled, numbers * (1 if name == "weight" else per), np.nan) for name, numbers in columns.items()
    }
    index = counts.index if isinstance(counts, pd.Series) else None
    return pd.DataFrame(scaled, index=index).assign(
        note=np.where(peopled, "", "The area has no people, so it has no rate.")
    )


def funnel_limits(expected: float | np.ndarray, tail: float = INNER) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of observed over expected where only chance is at work, same shape as `expected`.

    `tail` is the probability beyond each limit: INNER (0.025) for 95% limits, OUTER (0.001) for 99.8%. Raises
    ValueError for an expected number that is not above zero. Source: Spiegelhalter 2005; FunnelPlotR.
    """
    expected = np.asarray(expected, dtype=float)
    if not np.all(expected > 0):
        raise ValueError("Funnel limits need expected numbers above zero.")
    return (stats.chi2.ppf(tail, 2 * expected) / 2 / expected)[()], (
        stats.chi2.isf(tail, 2 * expected + 2) / 2 / expected
    )[()]


def overdispersion(
    observed: pd.Series | Sequence[float], expected: pd.Series | Sequence[float], winsorise: float = 0.1
) -> Overdispersion:
    """Whether areas differ by more than chance and by how much, with the extreme `winsorise` of each tail pulled in.

    z = root(E) log(O/E), pulled in to its quantiles; phi the mean of z squared; tau2 the moment estimate of the
    variance between areas, 0 at the least. A count of zero enters as a half, since its log is infinite. Areas
    where nothing is expected are left out. Raises ValueError for missing or negative numbers.
    Source: Spiegelhalter 2005; DerSimonian & Laird 1986.
    """
    events, known = _nonnegative(observed), _nonnegative(expected)
    events, weight = events[known > 0], known[known > 0]
    number = len(weight)
    if number < 2:
        return Overdispersion(1.0, 0.0, number)
    z = np.sqrt(weight) * np.log(np.where(events > 0, events, 0.5) / weight)
    pulled = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    phi = float((pulled**2).mean())
    tau2 = (number * phi - (number - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return Overdispersion(phi, max(0.0, float(tau2)), number)


def funnel(observed: pd.Series, expected: pd.Series, winsorise: float = 0.1) -> pd.DataFrame:
    """Which areas stand out: observed over expected with 95% and 99.8% limits, over-dispersion allowed for.

    One row an area: observed, expected, ratio, lower95, upper95, lower998, upper998, tau2, verdict (beyond the
    99.8% limits or not) and note. Limits are the exact ones, or exp(-/+ z root(1/E + tau2)) where tau2 is above
    zero. An area stands out only where its count is also in the outer Poisson tail of the expected number, so that
    a zero is not low where a zero is likely. An area where nothing is expected has NaN and a note. Raises
    ValueError for missing or negative numbers or indexes that differ. Source: Spiegelhalter 2005.
    """
    if not observed.index.equals(expected.index):
        raise ValueError("Observed and expected numbers must be of the same areas in the same order.")
    events, base = _nonnegative(observed), _nonnegative(expected)
    known, size = base > 0, np.where(base > 0, base, 1)
    spread = overdispersion(observed, expected, winsorise)
    columns = {"ratio": events / size}
    for name, tail in (("95", INNER), ("998", OUTER)):
        columns["lower" + name], columns["upper" + name] = _limits(size, tail, spread.tau2)
    rows = pd.DataFrame(
        {name: np.where(known, numbers, np.nan) for name, numbers in columns.items()}, index=observed.index
    )
    high = (rows["ratio"] > rows["upper998"]) & (stats.poisson.sf(events - 1, size) < OUTER)
    low = (rows["ratio"] < rows["lower998"]) & (stats.poisson.cdf(events, size) < OUTER)
    words = np.select([~known, high, low], [ABSENT, HIGHER, LOWER], WITHIN)
    note = np.where(known, "", "Nothing was expected here, so there is no ratio.")
    return rows.assign(observed=events, expected=base, tau2=spread.tau2, verdict=words, note=note)


def _limits(expected: np.ndarray, tail: float, tau2: float) -> tuple[np.ndarray, np.ndarray]:
    if not tau2:
        return funnel_limits(expected, tail)
    half = stats.norm.isf(tail) * np.sqrt(1 / expected + tau2)
    return np.exp(-half), np.exp(half)


def _gini(counts: pd.Series | Sequence[float], method: str, generalised: bool) -> Estimate:
    values = np.sort(_nonnegative(counts))
    places, crimes = len(values), float(values.sum())
    if places < 2 or not crimes:
        return absent("0 to 1", method, "It takes two places and one crime to be unequal.", crimes, float(places))
    ranks = np.arange(1, places + 1)
    plain = float(((2 * ranks - places - 1) * values).sum() / (places * crimes))
    value = max(1.0, places / crimes) * (plain - 1) + 1 if generalised else plain
    return Estimate(value, None, None, crimes, float(places), "0 to 1", method)


def _nonnegative(values: object) -> np.ndarray:
    numbers = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
        raise ValueError("A number is missing or negative: leave the area out and say so.")
    return numbers
