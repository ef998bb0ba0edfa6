"""Rates and shares: a count over its base, with the interval that the field's guides prescribe.

Formulas: METHODS.md section 1. Every function takes single numbers; `count_interval`, `wilson_interval` and
`ratio_interval` also take arrays.
"""
from __future__ import annotations

import numpy as np
from scipy import stats

from srp_lib.estimates import Estimate, absent

EXACT_BELOW = 10


def count_interval(count: float | np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of a count taken as Poisson, same shape as `count`.

    Exact (chi-squared) below 10 and Byar's approximation from 10. Raises ValueError for a negative count.
    Source: Breslow & Day 1987 (Byar); Armitage & Berry 2002 (exact).
    """
    count = np.asarray(count, dtype=float)
    if np.any(count < 0):
        raise ValueError("A count can't be negative.")
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
    return Estimate(float(number), float(lower), float(upper), float(number), None, unit, _count_method(number), confidence)


def crude_rate(number: float, population: float, per: int = 1000, confidence: float = 0.95) -> Estimate:
    """`number` events per `per` of `population`, with the count's limits over the same base.

    A population of zero gives an Estimate without a value. Source: APHO Technical Briefing 3; OHID.
    """
    unit = f"per {per:,}"
    if population <= 0:
        return absent(unit, "crude rate", "The population is zero, so there is no rate.", number, population)
    lower, upper = count_interval(number, confidence)
    scale = per / population
    return Estimate(number * scale, float(lower) * scale, float(upper) * scale, float(number), float(population), unit, f"crude rate; {_count_method(number)}", confidence)


def wilson_interval(part: float | np.ndarray, whole: float | np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of part/whole as fractions, same shape as the arguments; NaN where whole is 0.

    Source: Wilson 1927; Newcombe & Altman 2000.
    """
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    z = stats.norm.isf((1 - confidence) / 2)
    size = np.where(whole > 0, whole, np.nan)
    spread = z * np.sqrt(z**2 + 4 * part * (1 - part / size))
    below, base = 2 * (size + z**2), 2 * part + z**2
    lower = np.where(part == 0, 0.0, (base - spread) / below)
    upper = np.where(part == size, 1.0, (base + spread) / below)
    return np.where(np.isnan(size), np.nan, lower)[()], np.where(np.isnan(size), np.nan, upper)[()]


def proportion(part: float, whole: float, confidence: float = 0.95) -> Estimate:
    """The share of `whole` that is `part`, in %, with Wilson's interval.

    A base of zero gives an Estimate without a value. Raises ValueError when the part is more than the whole.
    """
    if part > whole or part < 0:
        raise ValueError(f"A part of {part:g} does not fit in a whole of {whole:g}.")
    if whole == 0:
        return absent("%", "proportion", "The base is zero, so there is no share.", part, whole)
    lower, upper = wilson_interval(part, whole, confidence)
    return Estimate(100 * part / whole, 100 * float(lower), 100 * float(upper), float(part), float(whole), "%", "proportion; Wilson interval", confidence)


def ratio_interval(k1: float | np.ndarray, k2: float | np.ndarray, n1: float = 1.0, n2: float = 1.0, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits of (k1/n1)/(k2/n2) for two Poisson counts, same shape as the counts; 0 or infinity at zero ends.

    Clopper-Pearson on k1 given k1 + k2, as R's poisson.test. Both counts zero gives 0 to infinity.
    """
    k1, k2 = np.asarray(k1, dtype=float), np.asarray(k2, dtype=float)
    alpha = 1 - confidence
    low = np.where(k1 > 0, stats.beta.ppf(alpha / 2, np.maximum(k1, 1), k2 + 1), 0.0)
    high = np.where(k2 > 0, stats.beta.isf(alpha / 2, k1 + 1, np.maximum(k2, 1)), 1.0)
    with np.errstate(divide="ignore"):
        return (low / (1 - low) * n2 / n1)[()], (high / (1 - high) * n2 / n1)[()]


def _count_method(number: float) -> str:
    return "exact Poisson interval" if number < EXACT_BELOW else "Byar's interval"
