"""Report lag: how long after a crime it was recorded, and how much of what is recorded is not recent.

Definitions: METHODS.md, "Report lag and non-recent crime". A crime's date is the last on which it can have happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from srp_lib.estimates import Estimate, absent
from srp_lib.rates import proportion

NON_RECENT_DAYS = 30
# Classes of delay in order, with the last day of each; NON_RECENT_DAYS ends a class in both tables.
DELAYS = {
    "Same day": 0,
    "Within a week": 7,
    f"8 to {NON_RECENT_DAYS} days": NON_RECENT_DAYS,
    f"{NON_RECENT_DAYS + 1} days to a year": 365,
    "Over a year": float("inf"),
}
COARSE_DELAYS = {f"Within {NON_RECENT_DAYS} days": NON_RECENT_DAYS, f"Over {NON_RECENT_DAYS} days": float("inf")}
NO_DATE = "No date"


@dataclass(frozen=True)
class Lag:
    """Days from the last possible date of a crime to its record: quartiles over the rows that have both dates.

    `missing` rows lack a date and `impossible` rows were recorded before the crime; neither is in the figures.
    `median` carries the number of rows as its denominator, and the quartiles as lower and upper.
    """

    median: Estimate
    missing: int
    impossible: int


def report_lag(last_possible: pd.Series, recorded: pd.Series) -> pd.Series:
    """Whole days from the last date a crime can have happened to the date it was recorded, row by row.

    Missing where either date is; negative where it was recorded before it happened, which is an error in the
    data that `lag_summary` counts. Raises ValueError for columns of different length and for dates written
    otherwise than 2020-04-01.
    """
    if len(last_possible) != len(recorded):
        raise ValueError("Each crime needs both a last possible date and a recorded date.")
    happened, noted = (pd.to_datetime(dates, format="ISO8601") for dates in (last_possible, recorded))
    return (noted.dt.normalize() - happened.dt.normalize()).dt.days.astype("Int64")


def lag_summary(last_possible: pd.Series, recorded: pd.Series) -> Lag:
    """Median and quartiles of `report_lag` in days, and how many rows it could not use."""
    days = report_lag(last_possible, recorded)
    usable = days[days.ge(0).fillna(False)].astype(float)
    missing, impossible = int(days.isna().sum()), int(days.lt(0).fillna(False).sum())
    if not len(usable):
        return Lag(
            absent("days", "median lag", "No crime has both dates in a possible order.", None, 0.0), missing, impossible
        )
    low, middle, high = (float(value) for value in usable.quantile([0.25, 0.5, 0.75]))
    return Lag(
        Estimate(middle, low, high, None, float(len(usable)), "days", "median lag; quartiles", 0.5), missing, impossible
    )


def non_recent(
    last_possible: pd.Series, recorded: pd.Series, days: int = NON_RECENT_DAYS, confidence: float = 0.95
) -> Estimate:
    """The share of crimes, in %, recorded more than `days` days after the last date they can have happened.

    Rows without both dates, or recorded before they happened, are left out and counted in the note. Numerator:
    non-recent crimes; denominator: crimes with usable dates. Raises ValueError for a negative number of days.
    Source: METHODS.md, "Report lag and non-recent crime".
    """
    if days < 0:
        raise ValueError("A crime can't be recorded a negative number of days ago: give days of 0 or more.")
    lag = report_lag(last_possible, recorded)
    usable = lag[lag.ge(0).fillna(False)]
    share = proportion(int((usable > days).sum()), len(usable), confidence)
    left = len(lag) - len(usable)
    note = (
        f"{left} of {len(lag)} crimes lack a date or were recorded before they happened and are left out."
        if left
        else ""
    )
    method = f"recorded more than {days} days after the last possible date; Wilson interval"
    return replace(share, method=method, note=" ".join(filter(None, (share.note, note))))
