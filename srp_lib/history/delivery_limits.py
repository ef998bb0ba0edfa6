"""Limits of deliveries: what earlier deliveries of an extract lead one to expect of the next. Numbers only.

With enough earlier deliveries the limits are those of a control chart. With fewer they are prediction limits that
know only chance, and deliveries differ by more than chance: outside them is a question and not yet a fault.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from srp_lib import control
from srp_lib.control import ENOUGH, SMALL_MEAN

LEVEL = 0.998  # of the limits that know only chance: those of a control chart leave out about as much
REACH = 20  # standard deviations beyond which a count is never looked for
CONTROL, CHANCE = "control limits", "chance alone"
ABOVE, BELOW = "above", "below"


@dataclass(frozen=True)
class Limits:
    """The range that `earlier` deliveries with mean `mean` lead one to expect; `method` is CONTROL or CHANCE."""

    lower: float
    upper: float
    mean: float
    earlier: int
    method: str

    def judge(self, value: float) -> str:
        """Where a value lies: ABOVE, BELOW, or blank within the limits."""
        slack = 1e-9 * max(1.0, abs(value))
        return ABOVE if value > self.upper + slack else BELOW if value < self.lower - slack else ""


def widened(limits: Limits | None, half: float, top: float = np.inf) -> Limits | None:
    """The same limits where what they judge is rounded by up to `half` either way; not below nought or above `top`."""
    if limits is None or not half:
        return limits
    return replace(limits, lower=max(limits.lower - half, 0.0), upper=min(limits.upper + half, top))


def of_counts(earlier: pd.Series) -> Limits | None:
    """Limits of the next delivery's number of rows, from those of earlier ones in order of time; None where none is.

    From 13 on: control limits (XmR). Fewer: exact prediction limits of a Poisson count at 99.8%, from the total of
    the earlier ones. Source: control charts, Making Data Count; prediction limits, Thatcher 1964 in their Poisson form.
    """
    if not len(earlier):
        return None
    mean = float(earlier.mean())
    if len(earlier) >= ENOUGH and mean >= SMALL_MEAN:
        found = _control(earlier)
        if found:
            return found
    from scipy.stats import nbinom

    total, number = int(earlier.sum()), len(earlier)
    share, tail = number / (number + 1), (1 - LEVEL) / 2
    lower = float(nbinom.ppf(tail, total, share)) if total else 0.0
    return Limits(lower, float(nbinom.ppf(1 - tail, total + 1, share)), mean, number, CHANCE)


def of_shares(parts: pd.Series, wholes: pd.Series, base: int) -> Limits | None:
    """Limits, in %, of the share that a part has in the next delivery of `base` rows; None where there is nothing to go by.

    `parts` and `wholes` are the earlier deliveries' counts in order of time. From 13 deliveries with at least five of
    the part on average: control limits (XmR) of the shares. Else exact prediction limits of a binomial count at
    99.8%, from all earlier rows together. Source: as `of_counts`.
    """
    known = wholes > 0
    parts, wholes = parts[known], wholes[known]
    if not len(parts) or base <= 0:
        return None
    if len(parts) >= ENOUGH and parts.mean() >= SMALL_MEAN:
        found = _control(100 * parts / wholes)
        if found:
            return Limits(found.lower, min(found.upper, 100.0), found.mean, found.earlier, CONTROL)
    part, whole = int(parts.sum()), int(wholes.sum())
    lower, upper = prediction(part, whole, base)
    return Limits(100 * lower / base, 100 * upper / base, 100 * part / whole, len(parts), CHANCE)


def prediction(part: int, whole: int, base: int, level: float = LEVEL) -> tuple[int, int]:
    """The least and the most of the next `base` rows that `part` of `whole` rows lead one to expect by chance.

    Raises ValueError for a part that does not fit in its whole. Source: Thatcher 1964, exact prediction limits.
    """
    if not 0 <= part <= whole or base < 0:
        raise ValueError("A part must fit in its whole, and the rows to come can't be fewer than none.")
    tail = (1 - level) / 2
    lower = _quantile(base, part, whole - part + 1, tail) if part else 0
    upper = _quantile(base, part + 1, whole - part, 1 - tail) if part < whole else base
    return lower, upper


def _quantile(base: int, first: float, second: float, level: float) -> int:
    """The least count whose distribution function, beta-binomial, reaches `level`."""
    from scipy.special import betaln, gammaln

    mean = base * first / (first + second)
    spread = mean * second / (first + second) * (first + second + base) / (first + second + 1)
    reach = REACH * np.sqrt(spread) + REACH
    count = np.arange(max(0, int(mean - reach)), min(base, int(mean + reach)) + 1)
    ways = gammaln(base + 1) - gammaln(count + 1) - gammaln(base - count + 1)
    chances = np.exp(ways + betaln(count + first, base - count + second) - betaln(first, second))
    return int(count[min(np.searchsorted(np.cumsum(chances), level * (1 - 1e-12)), len(count) - 1)])


def _control(values: pd.Series) -> Limits | None:
    """Control limits of a series indexed by month or quarter; None where no two of its periods are neighbours."""
    points = control.xmr(values).points.iloc[-1]
    if pd.isna(points["upper"]):
        return None
    return Limits(float(points["lower"]), float(points["upper"]), float(points["mean"]), len(values), CONTROL)
