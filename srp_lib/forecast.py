"""The next twelve months: a forecast with an empirical band, and how often such a band has held so far.

Method: METHODS.md, "Forecast". A monthly series is indexed by month ("YYYY-MM"); a month that is absent or NaN is
missing, never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from srp_lib import periods
from srp_lib.estimates import Estimate, absent
from srp_lib.rates import proportion

LEAST_BASE, LEAST_RATIOS, LEAST_SHARE, LEAST_TESTS = 50, 12, 0.75, 12
METHOD, UNIT = "last twelve months, band from past year-on-year changes", "events in twelve months"
BACK_TEST, TOO_SHORT = "back-test of the band", "The series is too short to test the band on its own past."


@dataclass(frozen=True)
class Forecast:
    """The total of the next twelve months and how far to trust it.

    `total` has the forecast as its value, in events, and its band as its interval; its numerator is the last
    twelve months and its denominator the number of past changes the band rests on. `coverage` is the share of
    past twelve-month totals that fell in the band drawn for them beforehand, where twelve or more can be tested;
    neither is ever without a reason.
    """

    total: Estimate
    coverage: Estimate
    months: tuple[str, ...]


def forecast_year(counts: pd.Series, exclude: Collection[str] = (), confidence: float = 0.95) -> Forecast:
    """The next twelve months taken to be like the last twelve, with a band as wide as years have differed before.

    Band: last twelve months x exp(-/+ z rms), rms the root mean square of the logarithms of past year-on-year
    ratios of rolling twelve months, like for like (at least nine of the twelve months on both sides), and at the
    least root(2 / last twelve months), which chance alone gives the ratio of two such totals. `exclude`
    has months that no past ratio may use, such as those of a registered break. Needs the last twelve months
    complete, 50 events in them and twelve past ratios; otherwise there is no value and a note.
    Source: METHODS.md, "Forecast"; the idea of an empirical band is Williams & Goodman 1971.
    """
    known = counts.dropna().astype(float)
    if (known < 0).any() or not known.index.is_monotonic_increasing or not known.index.is_unique:
        raise ValueError("A forecast needs counts that aren't negative, in order of time, each month once.")
    if not len(known):
        return Forecast(
            absent(UNIT, METHOD, "There are no months, so there is no forecast."), absent("%", BACK_TEST, TOO_SHORT), ()
        )
    months = periods.month_range(known.index[0], known.index[-1])
    values = known.reindex(months).to_numpy()
    usable = np.where(np.isin(months, list(exclude)), np.nan, values)
    bands = _bands(values, usable, confidence)
    coming = periods.month_range(periods.shift_month(months[-1], 1), periods.shift_month(months[-1], 12))
    return Forecast(_total(bands, confidence), _back_test(bands, confidence), coming)


@dataclass(frozen=True)
class _Bands:
    """For each month: its last twelve months' total, the past ratios known by then, and the band's factor."""

    totals: np.ndarray
    ratios: np.ndarray
    spread: np.ndarray

    @property
    def drawn(self) -> np.ndarray:
        """Whether a band can be drawn at the end of each month."""
        return (np.nan_to_num(self.totals) >= LEAST_BASE) & (self.ratios >= LEAST_RATIOS)


def _bands(values: np.ndarray, usable: np.ndarray, confidence: float) -> _Bands:
    totals = np.where(_rolling(~np.isnan(values)) == 12, _rolling(np.nan_to_num(values)), np.nan)
    then = np.concatenate([np.full(12, np.nan), usable])[: len(usable)]
    paired = ~np.isnan(usable) & ~np.isnan(then)
    above, below = _rolling(np.where(paired, usable, 0)), _rolling(np.where(paired, then, 0))
    known = (_rolling(paired) >= 12 * LEAST_SHARE) & (above > 0) & (below > 0)
    squares = np.where(known, np.log(np.where(known, above, 1) / np.where(known, below, 1)) ** 2, 0)
    ratios = np.cumsum(known)
    chance = 2 / np.maximum(np.nan_to_num(totals), 1)
    rms = np.sqrt(np.maximum(np.cumsum(squares) / np.maximum(ratios, 1), chance))
    return _Bands(totals, ratios, np.exp(stats.norm.isf((1 - confidence) / 2) * rms))


def _total(bands: _Bands, confidence: float) -> Estimate:
    base, ratios, spread = (float(numbers[-1]) for numbers in (bands.totals, bands.ratios, bands.spread))
    if math.isnan(base):
        return absent(UNIT, METHOD, "The last twelve months are not all there, so there is no forecast.", None, ratios)
    if base < LEAST_BASE:
        return absent(
            UNIT,
            METHOD,
            f"The last twelve months have fewer than {LEAST_BASE} events, too few for a forecast.",
            base,
            ratios,
        )
    if ratios < LEAST_RATIOS:
        return absent(
            UNIT,
            METHOD,
            f"{'There is 1 past change' if ratios == 1 else f'There are {ratios:g} past changes'} on the year and "
            f"{LEAST_RATIOS} are needed for a band.",
            base,
            ratios,
        )
    return Estimate(base, base / spread, base * spread, base, ratios, UNIT, METHOD, confidence)


def _back_test(bands: _Bands, confidence: float) -> Estimate:
    """The share of past totals inside the band drawn twelve months before, as a proportion with its base."""
    coming = np.concatenate([bands.totals[12:], np.full(12, np.nan)])[: len(bands.totals)]
    tried = bands.drawn & ~np.isnan(coming)
    inside = tried & (coming >= bands.totals / bands.spread) & (coming <= bands.totals * bands.spread)
    held, tests = float(inside.sum()), int(tried.sum())
    if not tests:
        return absent("%", BACK_TEST, TOO_SHORT, 0.0, 0.0)
    if tests < LEAST_TESTS:
        ranges = "1 past range" if tests == 1 else f"{tests} past ranges"
        return absent("%", BACK_TEST, f"Only {ranges} can be tested, too few for a share.", held, float(tests))
    share = proportion(held, tests, confidence)
    return replace(
        share,
        method=BACK_TEST,
        note="The tests overlap in time, so they are worth fewer than their number and the interval is too narrow.",
    )


def _rolling(values: np.ndarray) -> np.ndarray:
    """Sum of the last twelve values, or of as many as there are."""
    total = np.cumsum(values.astype(float))
    return total - np.concatenate([np.zeros(12), total])[: len(total)]
