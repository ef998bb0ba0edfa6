"""Concentration: how few places hold most of the crime, and whether that changes from year to year.

Formulas: METHODS.md, "Places". A count of several years may be missing (NaN or <NA>): withheld, or not supplied. Such
a place is left out of everything, and the note says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srp_lib.estimates import Estimate, absent
from srp_lib.places import SEED, known_counts, nonnegative, yearly_spread


@dataclass(frozen=True)
class ConcentrationChange:
    """How the share of places that hold half of the crime moved from the first to the last year, in % of places.

    `difference` is last less first, with its 95% limits and the two-sided `p`; it is None where it can't be told,
    and `note` then says why. `stable` is whether the interval holds no difference.
    """

    first: float | None
    last: float | None
    difference: float | None
    lower: float | None
    upper: float | None
    p: float | None
    stable: bool
    note: str


def concentration(counts: pd.Series | Sequence[float], share: float = 0.5) -> Estimate:
    """The smallest share of places, in %, that together hold at least `share` of the crime.

    Numerator: the number of those places; denominator: all places. It describes what was counted and has no
    interval; with few crimes a low figure comes by chance, which `generalised_gini` allows for. No crime gives
    an Estimate without a value. Raises ValueError for missing or negative counts or a share outside 0 to 1.
    Source: Weisburd 2015.
    """
    if not 0 < share <= 1:
        raise ValueError(f"A share of {share:g} is impossible: give one above 0 and up to 1.")
    values = np.sort(nonnegative(counts))[::-1]
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


def concentration_over_years(
    years: pd.DataFrame, draws: int = 2000, seed: int = SEED, apart: Sequence[int] = ()
) -> pd.DataFrame:
    """How concentrated crime was each year, over the places that are known in all of them.

    `years` has a row a place and a column a year, oldest first. One row a year: holding (the places that hold
    half), value (their share of places, in %), lower and upper (95%, from counts drawn again; with two years or more
    also for what places move of themselves, see `yearly_spread`, which takes `apart`), gini (generalised), crimes, places and note. A
    year without crime has NaN and a note. The same arguments give the same numbers.
    Raises ValueError for a negative number. Source: Weisburd 2015; Bernasco & Steenbeek 2017; Efron 1979.
    """
    cells, left_out = _complete(years)
    generator, rows, tau2 = np.random.default_rng(seed), [], yearly_spread(years, apart)
    for counts in cells.T:
        half, even = concentration(counts), generalised_gini(counts)
        lower, upper = _redrawn(counts, tau2, draws, generator)
        note = " ".join(filter(None, (half.note, left_out)))
        rows.append((half.numerator, half.value, lower, upper, even.value, counts.sum(), len(cells), note))
    names = ["holding", "value", "lower", "upper", "gini", "crimes", "places", "note"]
    return pd.DataFrame(rows, columns=names, index=years.columns).astype(dict.fromkeys(names[:-1], float))


def concentration_change(years: pd.DataFrame, draws: int = 2000, seed: int = SEED) -> ConcentrationChange:
    """Whether the share of places that hold half of the crime is another in the last year than in the first.

    `years` is as `concentration_over_years` takes it. The year with more crime is first thinned to as many crimes as
    the other has, because fewer crimes always look more concentrated. Then each place's two counts are swapped or
    not at the throw of a coin: the differences so made are those of places that have ups and downs but no change
    in concentration, and give the interval and p. The same arguments give the same numbers. Raises ValueError for
    a negative number. Source: Pitman 1937 (paired randomisation); METHODS.md, "Places".
    """
    cells, left_out = _complete(years)
    if cells.shape[1] < 2 or len(cells) < 2 or not cells[:, [0, -1]].sum(axis=0).all():
        why = "It takes two years with crime in them and two places to tell whether concentration changed."
        return ConcentrationChange(None, None, None, None, None, None, False, " ".join(filter(None, (why, left_out))))
    first, last = _thinned(cells[:, 0], cells[:, -1], draws, np.random.default_rng(seed))
    swap = np.random.default_rng(seed + 1).random(first.shape) < 0.5
    chance = np.abs(_half_share(np.where(swap, first, last)) - _half_share(np.where(swap, last, first)))
    before, after = float(_half_share(first).mean()), float(_half_share(last).mean())
    moved, reach = after - before, float(np.quantile(chance, 0.95))
    p = float((1 + (chance >= abs(moved) - 1e-9).sum()) / (draws + 1))
    return ConcentrationChange(before, after, moved, moved - reach, moved + reach, p, abs(moved) <= reach, left_out)


def _gini(counts: pd.Series | Sequence[float], method: str, generalised: bool) -> Estimate:
    values = np.sort(nonnegative(counts))
    places, crimes = len(values), float(values.sum())
    if places < 2 or not crimes:
        return absent("0 to 1", method, "It takes two places and one crime to be unequal.", crimes, float(places))
    ranks = np.arange(1, places + 1)
    plain = float(((2 * ranks - places - 1) * values).sum() / (places * crimes))
    value = max(1.0, places / crimes) * (plain - 1) + 1 if generalised else plain
    return Estimate(value, None, None, crimes, float(places), "0 to 1", method)


def _complete(years: pd.DataFrame) -> tuple[np.ndarray, str]:
    """The rows without a gap, and a sentence on those with one ("" where there is none)."""
    cells = known_counts(years)
    whole = np.isfinite(cells).all(axis=1)
    missing = int((~whole).sum())
    if not missing:
        return cells, ""
    return cells[whole], (
        f"{missing} of {len(cells)} places are left out, because a count of theirs is withheld or was not supplied;"
        " such places have little crime, so the share of places is if anything too high."
    )


def _half_share(counts: np.ndarray) -> np.ndarray:
    """`concentration` of each row (draws by places), in % of places; of the last place only the part that is needed.

    Whole places would move in steps, and two years that differ by less than a step can't be judged.
    """
    ordered = -np.sort(-counts, axis=1).astype(float)
    running = np.cumsum(ordered, axis=1)
    half = running[:, -1] / 2
    last = (running < half[:, None] * (1 - 1e-12)).sum(axis=1)
    row = np.arange(len(counts))
    missing = half - (running[row, last] - ordered[row, last])
    return 100 * (last + missing / ordered[row, last]) / counts.shape[1]


def _redrawn(
    counts: np.ndarray, tau2: float, draws: int, generator: np.random.Generator
) -> tuple[float | None, float | None]:
    """95% limits of `concentration` from counts drawn again, places moving of themselves by `tau2`; to whole places.

    Counts drawn again carry chance twice and look more concentrated than those found; a shift takes that off.
    """
    total, places = counts.sum(), len(counts)
    if not total:
        return None, None
    likely = counts * np.exp(np.sqrt(tau2) * generator.standard_normal((draws, places)))
    again = _half_share(generator.multinomial(round(total), likely / likely.sum(axis=1, keepdims=True)))
    shift = _half_share(counts[None, :])[0] - np.median(again)
    lower, upper = (np.quantile(again, [0.025, 0.975]) + shift) * places / 100
    return 100 * max(1.0, np.floor(lower)) / places, 100 * min(float(places), np.ceil(upper)) / places


def _thinned(
    first: np.ndarray, last: np.ndarray, draws: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Both years, draws by places, with crimes taken away at random from the one that has more until they have as many."""
    whole = [np.rint(year).astype(np.int64) for year in (first, last)]
    fewest = int(min(year.sum() for year in whole))
    return tuple(
        np.broadcast_to(year, (draws, len(year)))
        if year.sum() == fewest
        else generator.multivariate_hypergeometric(year, fewest, size=draws, method="marginals")
        for year in whole
    )
