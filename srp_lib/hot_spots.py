"""Hot spots: which areas have a far higher rate than the others, and whether they last, are new or are cooling.

Formulas: METHODS.md, "Places". A count may be missing (NaN or <NA>): withheld, or not supplied. Such an area is left
out of everything, and its row says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from srp_lib.change import DISCOVERY_RATE, false_discovery
from srp_lib.places import (
    NO_PEOPLE,
    WITHHELD,
    conditional_ratio,
    known_counts,
    known_people,
    log_variance,
    spread_of_moves,
    yearly_spread,
)

RISING, FALLING = "rising", "falling"
PERSISTENT, EMERGING, COOLING = "persistent", "emerging", "cooling"
YEARS_FOR_KINDS = 3  # one latest year against at least two earlier ones
HOT = 1.5  # an area is hot from so many times the rate of all areas
HOT_COLUMNS = ["hot_years", "hot_now", "p_now", "change", "lower", "upper", "p_change", "direction", "kind", "note"]


@dataclass(frozen=True)
class HotSpots:
    """The hot spots of several years, laid out as `hot_spots` says; `note` holds what a reader must be told, or ""."""

    rows: pd.DataFrame
    hot: pd.DataFrame
    years: tuple[str, ...]
    note: str


def hot_spots(
    years: pd.DataFrame,
    populations: pd.Series,
    rate: float = DISCOVERY_RATE,
    smallest_base: int = 50,
    times: float = HOT,
    apart: Sequence[int] = (),
) -> HotSpots:
    """Areas with a far higher rate than the others, year by year, and whether they last, are new or are cooling.

    `years` has a row an area and a column a year of like months, oldest first; `populations` are by area. In `hot`
    (areas by years) an area is hot where its rate is above `times` that of all areas by more than chance and the
    areas' own ups and downs (`yearly_spread`, which takes `apart`) explain, with at most `rate` false alarms among
    those of a year.
    `rows` has hot_years, hot_now, p_now, change (the latest year against the earlier ones, relative to all other
    areas, in %, with lower and upper at 95%; not below `smallest_base`), p_change, direction ("rising",
    "falling" or "", with `rate` over all areas), kind ("persistent", "emerging", "cooling" or "") and note. Fewer
    than three years give no changes and no kinds. Raises ValueError for a negative number and for no year at all.
    Source: METHODS.md, "Places"; Benjamini & Hochberg 1995; Paule & Mandel 1982 for the spread.
    """
    if years.columns.empty:
        raise ValueError("There is no year to look for hot spots in: give a column for each.")
    cells, people = known_counts(years), known_people(populations, years.index)
    labels, tau2 = tuple(str(year) for year in years.columns), yearly_spread(years, apart)
    p = np.column_stack([_hot_p(year, people, times, tau2) for year in cells.T])
    hot = np.column_stack([false_discovery(year, rate) for year in p.T])
    complete, told = np.isfinite(cells).all(axis=1) & np.isfinite(people), len(labels) >= YEARS_FOR_KINDS
    rows = _moves(np.where(complete[:, None] & told, cells, np.nan), rate, smallest_base).set_axis(years.index)
    rows = rows.assign(
        hot_years=hot.sum(axis=1),
        hot_now=hot[:, -1],
        p_now=p[:, -1],
        kind=_kinds(hot, rows["direction"].to_numpy()) if told else "",
        note=np.select([np.isnan(people), ~complete], [NO_PEOPLE, WITHHELD], rows["note"] if told else ""),
    )
    return HotSpots(
        rows[HOT_COLUMNS], pd.DataFrame(hot, years.index, list(labels)), labels, _hot_note(len(labels), complete)
    )


def _hot_p(events: np.ndarray, people: np.ndarray, times: float, tau2: float) -> np.ndarray:
    """One-sided p that an area's rate is at most `times` that of all areas; NaN where it is left out."""
    p, known = np.full(len(events), np.nan), np.isfinite(events) & np.isfinite(people)
    count, size = events[known], people[known]
    if not count.sum():
        return p
    most = times * count.sum() * size / size.sum()
    exact = stats.poisson.sf(count - 1, most)
    far = np.log(np.maximum(count, 0.5) / most) * np.sqrt(most)
    distance = np.where(exact > 1e-290, stats.norm.isf(exact), far)
    p[known] = np.where(distance > 0, stats.norm.sf(distance / np.sqrt(1 + most * tau2)), exact)
    return p


def _moves(cells: np.ndarray, rate: float, smallest_base: int) -> pd.DataFrame:
    """The latest year against the earlier ones together, relative to the other areas; NaN in a row leaves it out."""
    now, then = cells[:, -1], cells[:, :-1].sum(axis=1)
    known = np.isfinite(now)
    others = np.nansum(now) - now, np.nansum(then) - then
    possible = known & (others[0] > 0) & (others[1] > 0) & (now + then > 0)
    sides = [np.where(possible, side, 1.0) for side in (now, then, *others)]
    extra = log_variance(sides[2], sides[3]) + spread_of_moves(now[known], then[known])
    times = np.sqrt(1 + extra / log_variance(sides[0], sides[1]))
    ratio, lower, upper, p = conditional_ratio(*sides, times, 0.95, max(int(known.sum()) - 1, 1))
    p = np.where(possible, p, np.nan)
    enough = possible & (np.minimum(sides[0], sides[1]) >= max(smallest_base, 1))
    columns = {"change": ratio, "lower": lower, "upper": upper}
    rows = pd.DataFrame({name: np.where(enough, 100 * (limit - 1), np.nan) for name, limit in columns.items()})
    clear = false_discovery(p, rate)
    few = f"One of the two counts is below {smallest_base}, too few for a percentage."
    return rows.assign(
        p_change=p,
        direction=np.select([clear & (ratio > 1), clear & (ratio < 1)], [RISING, FALLING], ""),
        note=np.select([enough, possible], ["", few], "There is no crime to compare."),
    )


def _kinds(hot: np.ndarray, direction: np.ndarray) -> np.ndarray:
    earlier = hot[:, :-1]
    cooling = (direction == FALLING) & earlier.any(axis=1)
    emerging = (direction == RISING) & hot[:, -1] & ~earlier.all(axis=1)
    return np.select([cooling, emerging, hot.all(axis=1)], [COOLING, EMERGING, PERSISTENT], "")


def _hot_note(years: int, complete: np.ndarray) -> str:
    missing, told = int((~complete).sum()), []
    if years < YEARS_FOR_KINDS:
        told.append(
            f"It takes {YEARS_FOR_KINDS} years to tell a lasting hot spot from a new one, and there are {years}."
        )
    if years == 1:
        told.append("One year does not show how far areas move of themselves, so only chance is allowed for.")
    if missing:
        told.append(
            f"{missing} of {len(complete)} areas lack a count or a population, and no change of theirs is told."
        )
    return " ".join(told)
