"""Monthly means: a mean over months weighted by how much each stands for, and whether it differs from another year's.

For figures that months have and events have not, such as a share of all calls or a mean wait: with hundreds of
thousands of calls chance alone would hardly move a figure, and months differ far more than it would make them. A month is one
observation, its weight the calls that it stands for. A year has a spread of its own; a short period borrows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from srp_lib.estimates import Estimate, absent

OWN_SPREAD_FROM = 6  # months of a side from which their own spread is known well enough
METHOD = "mean over months, weighted; interval from how much months differ (Student's t)"
DIFFERENCE = "difference of weighted monthly means; interval from how much months differ"
TOO_SHORT = "The months are too few to tell a change from their own ups and downs."


@dataclass(frozen=True)
class Months:
    """The values of some months and their weights, in step. Raises ValueError unless all are known and weights positive."""

    values: Sequence[float]
    weights: Sequence[float]

    def __post_init__(self) -> None:
        """Refuse what has no mean."""
        numbers = np.array([*self.values, *self.weights], dtype=float)
        if (
            len(self.values) != len(self.weights)
            or not np.all(np.isfinite(numbers))
            or min(self.weights, default=1) <= 0
        ):
            raise ValueError("Each month of a mean needs a value that is known and a weight above zero.")

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return float(np.sum(self.weights))

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return float(np.average(self.values, weights=self.weights))

    @property
    def squares(self) -> float:
        """The weighted sum of squares about the mean."""
        return float(np.sum(np.multiply(self.weights, np.subtract(self.values, self.mean) ** 2)))


@dataclass(frozen=True)
class MonthlySpread:
    """The variance of a month of weight one about its year's mean, and on how many degrees of freedom it is known."""

    variance: float
    degrees: int


def spread(years: Iterable[Months]) -> MonthlySpread:
    """How much months differ within years: pooled over the years given, each with a mean of its own."""
    held = [year for year in years if len(year.values) > 1]
    degrees = sum(len(year.values) - 1 for year in held)
    return MonthlySpread(sum(year.squares for year in held) / degrees if degrees else 0.0, degrees)


def mean(months: Months, known: MonthlySpread, unit: str, confidence: float = 0.95) -> Estimate:
    """The weighted mean with the interval that the months' `known` spread gives it; the denominator is the weight.

    No value without a month; no interval where the spread is not known. Source: weighted least squares, as in Kutner
    et al. 2005, section 11.1.
    """
    if not len(months.values):
        return absent(unit, METHOD, "There is no month to take the mean of.")
    if known.degrees < 1:
        return Estimate(months.mean, None, None, None, months.total, unit, METHOD, confidence)
    half = _half(known, 1 / months.total, confidence)
    return Estimate(months.mean, months.mean - half, months.mean + half, None, months.total, unit, METHOD, confidence)


def change(now: Months, then: Months, known: MonthlySpread, unit: str, confidence: float = 0.95) -> Estimate:
    """The mean of `now` less that of `then`, with the interval that the months' `known` spread gives the difference.

    No value where either side has no month, or the spread is known on fewer than five degrees of freedom. Source: as
    `mean`, with one mean for each side.
    """
    method = f"{DIFFERENCE} (Student's t)"
    if not (len(now.values) and len(then.values)):
        return absent(unit, method, "One of the two sides has no month.")
    if known.degrees < OWN_SPREAD_FROM - 1:
        return absent(unit, method, TOO_SHORT)
    gap, half = now.mean - then.mean, _half(known, 1 / now.total + 1 / then.total, confidence)
    return Estimate(gap, gap - half, gap + half, None, None, unit, method, confidence)


def change_of_years(now: Months, then: Months, unit: str, confidence: float = 0.95) -> Estimate:
    """The mean of `now` less that of `then`, each with the spread of its own months, which need not be the same.

    No value where either side has fewer than OWN_SPREAD_FROM months. Source: Welch 1947, with Satterthwaite's degrees
    of freedom (1946); the variance of a weighted mean is that of weighted least squares.
    """
    method = f"{DIFFERENCE} in each year (Welch)"
    if min(len(now.values), len(then.values)) < OWN_SPREAD_FROM:
        return absent(unit, method, TOO_SHORT)
    own = [(spread([side]), side.total) for side in (now, then)]
    parts = [(known.variance / total, known.degrees) for known, total in own]
    variance = sum(part for part, _ in parts)
    degrees = variance**2 / sum(part**2 / free for part, free in parts) if variance else sum(free for _, free in parts)
    gap, half = now.mean - then.mean, float(stats.t.isf((1 - confidence) / 2, degrees)) * math.sqrt(variance)
    return Estimate(gap, gap - half, gap + half, None, None, unit, method, confidence)


def _half(known: MonthlySpread, share: float, confidence: float) -> float:
    """Half the width of an interval."""
    return float(stats.t.isf((1 - confidence) / 2, known.degrees)) * math.sqrt(known.variance * share)
