"""Trend and season: rolling years, seasonally adjusted months, the trend over years and over months.

Formulas: METHODS.md, "Trend and season". A monthly series is indexed by month ("YYYY-MM"); a month that is absent
or NaN is missing, never a zero.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from srp_lib import periods
from srp_lib.estimates import Estimate, absent

RISING, FALLING, UNCLEAR, TOO_FEW = "rising", "falling", "no clear trend", "too few years to say"
LEAST_MONTHS, LEAST_YEARS, LEAST_EVENTS = 24, 5, 50


@dataclass(frozen=True)
class Adjusted:
    """A seasonally adjusted series. Immutable; copy `months` before changing it.

    `months` has observed, adjusted, trend and season by month, and observed = adjusted + season. It is empty
    where the series can't be adjusted, and `note` then says why.
    """

    months: pd.DataFrame
    method: str
    note: str = ""


@dataclass(frozen=True)
class Trend:
    """The trend over years: its slope with an interval, Kendall's tau with its p, and the verdict in words."""

    slope: Estimate
    tau: float | None
    p: float | None
    verdict: str


@dataclass(frozen=True)
class ModelledTrend:
    """The trend over months from a model: yearly change, the effect of each break, and the over-dispersion.

    `yearly` and each of `breaks` are % changes; `dispersion` is Pearson's chi-squared over its degrees of
    freedom, 1 at the least, or None where no model was fitted and `yearly.note` says why.
    """

    yearly: Estimate
    breaks: Mapping[str, Estimate] = field(default_factory=dict)
    dispersion: float | None = None


def rolling_twelve(counts: pd.Series) -> pd.Series:
    """The sum of the twelve months ending with each month; a month whose twelve are not all known is left out."""
    known = _monthly(counts).dropna()
    months = set(known.index)
    whole = [
        month for month in known.index if months.issuperset(periods.month_range(periods.shift_month(month, -11), month))
    ]
    position = {month: at for at, month in enumerate(known.index)}
    sums = [float(known.iloc[position[month] - 11 : position[month] + 1].sum()) for month in whole]
    return pd.Series(sums, index=pd.Index(whole, dtype=object), dtype=float, name=counts.name)


def seasonally_adjusted(counts: pd.Series) -> Adjusted:
    """The series without its usual ups and downs of the year, by STL with a period of 12, robust to odd months.

    Needs 24 months in a row and none missing; otherwise `months` is empty and `note` says why. Raises ValueError
    for months out of order. Source: Cleveland et al. 1990; `statsmodels.tsa.seasonal.STL`.
    """
    method, known = "STL, period 12, robust", _monthly(counts).dropna()
    gaps = sorted(set(periods.month_range(known.index[0], known.index[-1])) - set(known.index)) if len(known) else []
    if gaps:
        return Adjusted(
            pd.DataFrame(),
            method,
            f"Not seasonally adjusted: {periods.list_months(gaps)} {'is' if len(gaps) == 1 else 'are'} missing.",
        )
    if len(known) < LEAST_MONTHS:
        return Adjusted(
            pd.DataFrame(),
            method,
            f"Not seasonally adjusted: there are {len(known)} months and {LEAST_MONTHS} are needed.",
        )
    from statsmodels.tsa.seasonal import STL

    fit = STL(known.to_numpy(), period=12, robust=True).fit()
    months = pd.DataFrame(
        {"observed": known, "adjusted": known - fit.seasonal, "trend": fit.trend, "season": fit.seasonal}
    )
    return Adjusted(months, method)


def trend_over_years(years: pd.Series, unit: str = "a year", confidence: float = 0.95) -> Trend:
    """Whether a yearly series rises or falls: Kendall's tau, exact where no two years are equal, and Theil-Sen.

    `years` is indexed by year (2019) or financial year ("2019-20"), in order; a missing year leaves its gap. The
    slope is in `unit`, its interval Sen's. Fewer than five years is no trend claim: the slope has no value.
    Raises ValueError for years out of order. Source: Kendall 1938; Sen 1968.
    """
    known = years.dropna().astype(float)
    at = np.array([_year(label) for label in known.index], dtype=float)
    if np.any(np.diff(at) <= 0):
        raise ValueError("The years of a trend must be in order, each once.")
    method = "Theil-Sen slope with Kendall's tau"
    if len(known) < LEAST_YEARS:
        found = "There is 1 year" if len(known) == 1 else f"There are {len(known)} years"
        note = f"{found} and {LEAST_YEARS} are needed: even a perfect run of four could be chance (p = 0.08)."
        return Trend(absent(unit, method, note), None, None, TOO_FEW)
    values = known.to_numpy()
    if np.all(values == values[0]):
        return Trend(Estimate(0.0, 0.0, 0.0, values.sum(), len(values), unit, method, confidence), 0.0, 1.0, UNCLEAR)
    test = stats.kendalltau(at, values, method="auto" if len(set(values)) < len(values) else "exact")
    slope, _, low, high = (float(number) for number in stats.theilslopes(values, at, alpha=confidence))
    estimate = Estimate(slope, low, high, float(values.sum()), float(len(values)), unit, method, confidence)
    verdict = UNCLEAR if test.pvalue >= 1 - confidence else RISING if test.statistic > 0 else FALLING
    return Trend(estimate, float(test.statistic), float(test.pvalue), verdict)


def poisson_trend(
    counts: pd.Series,
    breaks: Mapping[str, tuple[str, str]] | None = None,
    population: pd.Series | None = None,
    confidence: float = 0.95,
) -> ModelledTrend:
    """Yearly change of a monthly series, season and registered breaks allowed for: a quasi-Poisson model.

    log mean = level + trend + calendar month + one step for each break + log population. `breaks` maps a break's
    name to its first and last month; one without a month in the series, or with all of them, is left out.
    `population` is by month. Intervals are widened by the root of the over-dispersion. Needs 24 months, each
    calendar month and break with an event, and 50 events; otherwise the yearly change has no value and a note.
    Source: McCullagh & Nelder 1989, chapter 6; `statsmodels` GLM.
    """
    known = _monthly(counts).dropna()
    design = _design(known.index, breaks or {})
    reason = _no_model(known, design)
    if reason:
        return ModelledTrend(absent("% a year", "Poisson model", reason, float(known.sum()), float(len(known))))
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    offset = None if population is None else np.log(_people(population, known.index))
    model = sm.GLM(known.to_numpy(), design.to_numpy(), family=sm.families.Poisson(), offset=offset)
    with warnings.catch_warnings():
        # Counts that the model gives back exactly are no fault here: every effect is identified by `_no_model`.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = model.fit()
    phi, z = max(1.0, float(fit.pearson_chi2 / fit.df_resid)), float(stats.norm.isf((1 - confidence) / 2))
    errors = np.sqrt(np.diag(fit.normalized_cov_params) * phi)
    method = f"quasi-Poisson model with calendar months; over-dispersion {phi:.2f}; breaks: {', '.join(design.columns[13:]) or 'none'}"
    effects = {}
    for name, middle, half in zip(design.columns, fit.params, z * errors):
        unit, times = ("% a year", 12) if name == "trend" else ("% change", 1)
        value, lower, upper = (100 * math.expm1(times * float(step)) for step in (middle, middle - half, middle + half))
        effects[name] = Estimate(value, lower, upper, float(known.sum()), float(len(known)), unit, method, confidence)
    return ModelledTrend(effects["trend"], {name: effects[name] for name in design.columns[13:]}, phi)


def _design(months: pd.Index, breaks: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Level, trend in months, eleven calendar months, then the breaks that tell some months from others."""
    order = np.array([year * 12 + month for year, month in map(periods.split_month, months)], dtype=float)
    columns = {"level": np.ones(len(months)), "trend": order - (order.mean() if len(order) else 0)}
    columns |= {f"month {number}": (order % 12 == number % 12).astype(float) for number in range(2, 13)}
    for name, (first, last) in breaks.items():
        inside = np.array([first <= month <= last for month in months], dtype=float)
        if 0 < inside.sum() < len(months):
            columns[name] = inside
    return pd.DataFrame(columns, index=months)


def _no_model(known: pd.Series, design: pd.DataFrame) -> str:
    if (known < 0).any():
        raise ValueError("A count can't be negative.")
    if len(known) < LEAST_MONTHS:
        return f"There are {len(known)} months and {LEAST_MONTHS} are needed for a trend with season."
    if known.sum() < LEAST_EVENTS:
        return f"There are {known.sum():g} events and {LEAST_EVENTS} are needed for a trend with season."
    groups = design.iloc[:, 2:].to_numpy(dtype=bool)
    january = ~groups[:, :11].any(axis=1)
    if known[january].sum() == 0 or any(known[inside].sum() == 0 for inside in groups.T):
        return "A calendar month or a break has no event at all, so its effect can't be told."
    if np.linalg.matrix_rank(design.to_numpy()) < design.shape[1] or design.shape[1] >= len(known):
        return "Trend, season and breaks can't be told apart with these months."
    return ""


def _people(population: pd.Series, months: pd.Index) -> np.ndarray:
    people = population.reindex(months).to_numpy(dtype=float)
    if not np.all(people > 0):
        raise ValueError("Each month of the model needs a population above zero.")
    return people


def _monthly(counts: pd.Series) -> pd.Series:
    for month in counts.index:
        periods.split_month(month)
    if not counts.index.is_monotonic_increasing or not counts.index.is_unique:
        raise ValueError("A monthly series must be in order of time, each month once.")
    return counts.astype(float)


def _year(label: object) -> int:
    found = re.fullmatch(r"(\d{4})(?:-\d{2})?", str(label))
    if not found:
        raise ValueError(f"'{label}' is not a year: write 2019 or 2019-20.")
    return int(found[1])
