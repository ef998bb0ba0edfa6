"""Control charts: which months are out of the ordinary, and which are only the usual ups and downs.

The rules are those of NHS England's Making Data Count (METHODS.md, "Control charts"). A series is indexed by month
("YYYY-MM") or quarter ("2024-25Q1"); a period that is absent or NaN is missing, never a zero, and no run or moving
range reaches across it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srp_lib import periods

LIMIT = 2.66  # three standard errors of a mean moving range of two: 3 / 1.128, as Making Data Count rounds it
SCREEN = 3.267  # a moving range this many times the mean one is an outlier
BIAS = 1.128  # the mean moving range of two independent normal values, in standard deviations
RUN, ENOUGH, SMALL_MEAN = 7, 13, 5
OUTSIDE, TREND, TWO_OF_THREE, SHIFT = (
    "outside the limits",
    "seven rising or falling",
    "two of three near a limit",
    "seven on one side",
)


@dataclass(frozen=True)
class ControlChart:
    """A control chart as numbers. Immutable; copy `points` before changing it.

    `points` has one row a period: value, mean, lower, upper, near_lower, near_upper, segment, special. The limits
    are NaN in a segment too short for them, and a sentence in `notes` then says so. `special` is the first rule
    that flags the period, or empty. `segment` is the name of the break the segment starts at, or empty.
    """

    points: pd.DataFrame
    method: str
    notes: tuple[str, ...] = ()

    @property
    def special(self) -> pd.Series:
        """The rule that flags each special period, by period; empty where there is none."""
        return self.points.loc[self.points["special"] != "", "special"]


def xmr(
    values: pd.Series, rebase: Mapping[str, str] | None = None, floor: float | None = 0.0, screen: bool = True
) -> ControlChart:
    """Individuals chart: mean and limits at the mean plus and minus 2.66 mean moving ranges, with special causes.

    `rebase` maps the first period of each new segment to the name of the registered break that starts it.
    `floor` is the lowest limit drawn: 0 for counts and rates, None where values can be negative. `screen` leaves
    moving ranges of at least 3.267 times the mean one out of it, once. Raises ValueError for a value below the
    floor, a break that names no break or a series out of order.
    Source: Making Data Count; NHSRplotthedots; Wheeler 2000.
    """
    if floor is not None and (values < floor).any():
        raise ValueError(f"A value is below the floor of {floor:g}: give floor=None for values that can be negative.")
    parts = _segments(values.astype(float), rebase)
    charts = [
        _rows(part, part.mean(), np.ones(len(part)), LIMIT, floor, screen).assign(segment=name) for name, part in parts
    ]
    small = (
        ["On average fewer than 5 a period: pool months to quarters."]
        if floor == 0 and len(values) and values.mean() < SMALL_MEAN
        else []
    )
    return ControlChart(pd.concat(charts), "XmR chart, Making Data Count rules", (*_undrawn(charts), *small))


def u_prime(
    events: pd.Series,
    exposure: pd.Series,
    per: float = 1000,
    rebase: Mapping[str, str] | None = None,
    screen: bool = True,
) -> ControlChart:
    """Chart of rates with large denominators: limits of each period by its exposure, with over-dispersion in sigma.

    `exposure` has the same index as `events`: people, households or days. Rates are per `per`. Limits are the
    mean rate plus and minus 3 root(mean rate / exposure) sigma_z, sigma_z the mean moving range of the
    standardised rates over 1.128. Other arguments as `xmr`. Raises ValueError for an exposure that is missing or
    not above zero, or negative events. Source: Laney 2002 (for U), with the rules of `xmr`.
    """
    if not events.index.equals(exposure.index) or not (exposure > 0).all():
        raise ValueError("Each period of a rate chart needs an exposure above zero.")
    if (events < 0).any():
        raise ValueError("A count can't be negative.")
    charts = []
    for name, part in _segments(events.astype(float), rebase):
        base = exposure[part.index].astype(float)
        centre = per * part.sum() / base[part.notna()].sum() if part.notna().any() else np.nan
        charts.append(
            _rows(part / base * per, centre, np.sqrt(per * centre / base.to_numpy()), 3 / BIAS, 0.0, screen).assign(
                segment=name
            )
        )
    return ControlChart(pd.concat(charts), "U' chart (Laney), Making Data Count rules", _undrawn(charts))


def pool_quarters(counts: pd.Series) -> pd.Series:
    """Monthly counts summed to quarters of the financial year ("2024-25Q1"), for series too small month by month.

    A quarter that lacks a month is left out, because a part of a quarter is not a quarter.
    """
    known = counts.dropna()
    codes = [_quarter(month) for month in known.index]
    sums = known.groupby(codes).agg(["sum", "size"])
    return sums.loc[sums["size"] == 3, "sum"].rename(counts.name)


def _rows(
    values: pd.Series, centre: float, sigma: np.ndarray, factor: float, floor: float | None, screen: bool
) -> pd.DataFrame:
    """One segment's rows; `sigma` is each period's standard error up to the factor that the moving ranges give."""
    joined = _neighbours(values)
    scores = (values.to_numpy() - centre) / np.where(sigma > 0, sigma, 1)
    enough = values.notna().sum() >= ENOUGH
    width = factor * sigma * (_mean_range(scores, joined, screen) if enough else np.nan)
    points = pd.DataFrame({"value": values, "mean": centre})
    for column, share in (("lower", -1), ("upper", 1), ("near_lower", -2 / 3), ("near_upper", 2 / 3)):
        points[column] = centre + share * width
    points[["lower", "near_lower"]] = points[["lower", "near_lower"]].clip(lower=floor)
    return points.assign(special=_special(points, joined))


def _mean_range(values: np.ndarray, joined: np.ndarray, screen: bool) -> float:
    """Mean moving range over neighbouring known values; NaN where there is no such pair."""
    ranges = np.abs(np.diff(values))[joined[1:]]
    if not len(ranges):
        return np.nan
    mean = ranges.mean()
    return float(ranges[ranges < SCREEN * mean].mean()) if screen and mean > 0 else float(mean)


def _special(points: pd.DataFrame, joined: np.ndarray) -> np.ndarray:
    """The first rule that flags each period, in the order of Making Data Count; none without limits."""
    values, centre = points["value"].to_numpy(), points["mean"].to_numpy()
    side = np.where(np.isclose(values, centre, rtol=1e-9, atol=0), 0, np.sign(values - centre))
    beyond = np.select([values > points["near_upper"], values < points["near_lower"]], [1, -1], 0)
    outside = ((values > points["upper"]) | (values < points["lower"])).to_numpy()
    rules = [outside, _trending(values, joined), _two_of_three(beyond, side, joined), _one_sided(side, joined)]
    drawn = points["upper"].notna().to_numpy()
    return np.select([rule & drawn for rule in rules], [OUTSIDE, TREND, TWO_OF_THREE, SHIFT], "")


def _windows(joined: np.ndarray, size: int) -> Iterator[slice]:
    """Every run of `size` neighbouring points without a gap, as a slice."""
    for end in range(size, len(joined) + 1):
        if joined[end - size + 1 : end].all():
            yield slice(end - size, end)


def _trending(values: np.ndarray, joined: np.ndarray) -> np.ndarray:
    flags = np.zeros(len(values), dtype=bool)
    for window in _windows(joined, RUN):
        steps = np.sign(np.diff(values[window]))
        flags[window] |= steps[0] != 0 and (steps == steps[0]).all()
    return flags


def _one_sided(side: np.ndarray, joined: np.ndarray) -> np.ndarray:
    flags = np.zeros(len(side), dtype=bool)
    for window in _windows(joined, RUN):
        flags[window] |= abs(side[window].sum()) == RUN
    return flags


def _two_of_three(beyond: np.ndarray, side: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Only the points beyond the near limit are flagged, though all three must be on one side of the mean."""
    flags = np.zeros(len(side), dtype=bool)
    for window in _windows(joined, 3):
        if abs(side[window].sum()) == 3 and abs(beyond[window].sum()) >= 2:
            flags[window] |= beyond[window] != 0
    return flags


def _segments(values: pd.Series, rebase: Mapping[str, str] | None) -> list[tuple[str, pd.Series]]:
    if not values.index.is_monotonic_increasing or not values.index.is_unique:
        raise ValueError("A series for a control chart must be in order of time, each period once.")
    if any(not name.strip() for name in (rebase or {}).values()):
        raise ValueError("A control chart is rebased only at a break that has a name.")
    starts = sorted((values.index.searchsorted(first), name) for first, name in (rebase or {}).items())
    starts = [(0, ""), *((at, name) for at, name in starts if at < len(values))]
    ends = [at for at, _ in starts[1:]] + [len(values)]
    return [(name, values.iloc[at:end]) for (at, name), end in zip(starts, ends) if end > at or not len(values)]


def _undrawn(charts: list[pd.DataFrame]) -> tuple[str, ...]:
    """A sentence for each segment that has no limits, so that nothing is missing in silence."""
    notes = []
    for rows in charts:
        known, name = rows.index[rows["value"].notna()], rows["segment"].iloc[0] if len(rows) else ""
        where = f" from {_span(rows.index[0], rows.index[0])} ({name})" if name else ""
        if not len(known):
            notes.append(f"No value is known{where}, so there is no usual range; {ENOUGH} are needed.")
        elif len(known) < ENOUGH:
            many = f"{len(known)} {_noun(known[0])}{'' if len(known) == 1 else 's'}"
            after = f", from {name} on," if name else ""
            span = _span(known[0], known[-1])
            notes.append(f"{span} ({many}){after} is too short for a usual range; {ENOUGH} are needed.")
        elif rows["upper"].isna().any():
            notes.append(f"No two neighbouring points are known{where}, so no limits can be drawn.")
    return tuple(notes)


def _span(first: object, last: object) -> str:
    """Two periods in words: months by name, quarters and years by their own label."""
    if _noun(first) == "month":
        return periods.month_span(str(first), str(last))
    return f"{first}" if first == last else f"{first} to {last}"


def _noun(period: object) -> str:
    if not isinstance(period, str):
        return "year"
    return {1: "month", 3: "quarter"}.get(len(_months(period)), "year")


def _neighbours(values: pd.Series) -> np.ndarray:
    """Whether each period follows the one before it without a gap, both known; False for the first."""
    known = values.notna().to_numpy()
    joined = np.array([_follows(one, two) for one, two in zip(values.index[:-1], values.index[1:])], dtype=bool)
    return np.concatenate([[False], joined & known[1:] & known[:-1]])[: len(values)]


def _follows(one: object, two: object) -> bool:
    if not isinstance(one, str) or not isinstance(two, str):
        return two == one + 1
    return periods.shift_month(_months(one)[-1], 1) == _months(two)[0]


def _months(label: str) -> tuple[str, ...]:
    return (label,) if len(label) == 7 and label[4] == "-" and "Q" not in label else periods.parse_period(label).months


def _quarter(month: str) -> str:
    _, number = periods.split_month(month)
    return f"{periods.financial_year(month)}Q{(number - 4) % 12 // 3 + 1}"
