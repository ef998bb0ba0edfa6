"""Change on the year: how much, with what interval, and whether it is more than chance.

Formulas: METHODS.md section 2. The two sides are monthly counts of the same calendar months, already paired
like for like by `srp_lib.periods.compare`.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from srp_lib.estimates import Estimate, absent
from srp_lib.rates import ratio_interval

HIGHER, LOWER, UNCLEAR, TOO_FEW = "higher", "lower", "no clear change", "too few to say"
UNIT = "% change"


def dispersion(now: Sequence[float], then: Sequence[float]) -> float:
    """How many times more the months vary than chance alone would make them; 1 at the least.

    Pearson's chi-squared over its degrees of freedom for months by two years: the quasi-Poisson fit with a
    factor for the calendar month and one for the year, in closed form. Months that are zero in both years
    carry no information and are left out. Source: McCullagh & Nelder 1989, section 6.2.3.
    """
    table = np.array([now, then], dtype=float)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or np.any(table.sum(axis=1) == 0):
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return max(1.0, float(((table - expected) ** 2 / expected).sum() / (table.shape[1] - 1)))


def year_on_year(now: Sequence[float], then: Sequence[float], smallest_base: int = 50, confidence: float = 0.95) -> Estimate:
    """The change from `then` to `now`, in %, with an exact interval widened for over-dispersion.

    The Estimate's numerator is the sum of `now` and its denominator the sum of `then`. It has no value where
    either sum is below `smallest_base`. Raises ValueError unless both sides have the same months.
    Source: METHODS.md section 2; the exact interval is that of R's poisson.test.
    """
    if len(now) != len(then):
        raise ValueError(f"{len(now)} months can't be compared with {len(then)}: align them first.")
    k1, k2 = float(np.sum(now)), float(np.sum(then))
    method = "ratio of counts; exact conditional interval"
    if not len(now):
        return absent(UNIT, method, "There is no month that both periods have.", k1, k2)
    if min(k1, k2) < smallest_base:
        return absent(UNIT, method, f"One of the two counts is below {smallest_base}, too few for a percentage.", k1, k2)
    phi, ratio = dispersion(now, then), k1 / k2
    lower, upper = (ratio * (limit / ratio) ** np.sqrt(phi) for limit in ratio_interval(k1, k2, confidence=confidence))
    widened = f"{method}, widened {np.sqrt(phi):.2f} times for over-dispersion" if phi > 1 else method
    return Estimate(_percent(ratio), _percent(lower), _percent(upper), k1, k2, UNIT, widened, confidence)


def verdict(change: Estimate) -> str:
    """The change in words: higher, lower, no clear change (the interval holds no change), or too few to say."""
    if change.value is None:
        return TOO_FEW
    if change.lower > 0:
        return HIGHER
    return LOWER if change.upper < 0 else UNCLEAR


def _percent(ratio: float) -> float:
    return float(100 * (ratio - 1))
