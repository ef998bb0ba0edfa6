"""Repeat victimisation: how much crime falls on people who had been victims before.

Four definitions of a repeat are in use and give different figures; each function says which is its own
(METHODS.md, "Repeat victimisation").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from srp_lib.estimates import Estimate
from srp_lib.rates import proportion


@dataclass(frozen=True)
class RepeatTable:
    """Victims, the crimes against them, and the crimes beyond each victim's first."""

    victims: float
    crimes: float
    repeats: float
    share: Estimate


def repeat_crimes(crimes: float, victims: float, confidence: float = 0.95) -> Estimate:
    """Definition (a): the share of crimes, in %, that were not a victim's first: (crimes - victims) / crimes.

    Numerator: repeat crimes; denominator: crimes. No crime gives an Estimate without a value. Raises ValueError
    for more victims than crimes or crimes without a victim. Source: Home Office crime reduction toolkit on repeat victimisation, table 3.
    """
    if victims > crimes or victims < 0:
        raise ValueError(f"{victims:g} victims can't have had {crimes:g} crimes: each victim has one at the least.")
    if crimes > 0 and victims == 0:
        raise ValueError(f"{crimes:g} crimes can't have had no victim: count the victims, or leave the crimes out.")
    share = proportion(crimes - victims, crimes, confidence)
    return replace(share, method="repeat crimes over crimes; Wilson interval")


def repeat_victims(victims: pd.Series, dates: pd.Series, first_day: str, confidence: float = 0.95) -> Estimate:
    """Definition (b): the share of victims, in %, with two or more crimes in the twelve months from `first_day`.

    `victims` has an id a crime and `dates` its date, row by row. Rows without an id or date are left out and
    counted in the note. Numerator: repeat victims; denominator: victims. Raises ValueError for columns of
    different length and for dates written otherwise than 2020-04-01.
    """
    rows, note = _crimes(victims, dates)
    start = pd.Timestamp(first_day)
    year = rows[(rows["date"] >= start) & (rows["date"] < start + pd.DateOffset(years=1))]
    each = year.groupby("victim").size()
    share = proportion(int((each > 1).sum()), len(each), confidence)
    return _say(share, "victims with two or more in twelve months; Wilson interval", note)


def repeat_follow_up(
    victims: pd.Series, dates: pd.Series, first_day: str, last_day: str, confidence: float = 0.95
) -> Estimate:
    """Definition (c): the share of victims, in %, with another crime within twelve months of their first.

    Followed are victims whose first crime on record is on or after `first_day` and twelve months or more before
    `last_day`, the end of the record, so that each is watched for as long; the others are left out. A second
    crime on the same day counts. Numerator: those with another; denominator: those followed. Other arguments as
    `repeat_victims`.
    """
    rows, note = _crimes(victims, dates)
    rows = rows[rows["date"] <= pd.Timestamp(last_day)].sort_values("date", kind="stable")
    order = rows.groupby("victim").cumcount()
    first = rows[order == 0].set_index("victim")["date"]
    second = rows[order == 1].set_index("victim")["date"].reindex(first.index)
    followed = (first >= pd.Timestamp(first_day)) & (first + pd.DateOffset(years=1) <= pd.Timestamp(last_day))
    again = followed & (second < first + pd.DateOffset(years=1))
    share = proportion(int(again.sum()), int(followed.sum()), confidence)
    return _say(share, "victims with another in the twelve months after their first; Wilson interval", note)


def repeat_to_latest(
    victims: pd.Series, dates: pd.Series, first_day: str, day_after: str, confidence: float = 0.95
) -> Estimate:
    """Definition (d): the share of a period's victims, in %, with two or more crimes in the twelve months up to their latest.

    The period runs from `first_day` up to but not including `day_after`; each of its victims is looked back on for
    twelve months from, and with, the latest crime recorded in it. `victims` and `dates` as `repeat_victims`, over as
    long a record as there is. Numerator: repeat victims; denominator: victims of the period. Source: METHODS.md.
    """
    rows, note = _crimes(victims, dates)
    start, end = pd.Timestamp(first_day), pd.Timestamp(day_after)
    latest = rows[(rows["date"] >= start) & (rows["date"] < end)].groupby("victim")["date"].max()
    if not len(latest):
        return _say(
            proportion(0, 0, confidence), "victims with two or more in the twelve months up to their latest", note
        )
    known = rows["victim"].map(latest)
    back = rows[(rows["date"] <= known) & (rows["date"] > known - pd.DateOffset(years=1))]
    again = back.groupby("victim").size().reindex(latest.index)
    share = proportion(int((again > 1).sum()), len(latest), confidence)
    return _say(share, "victims with two or more in the twelve months up to their latest; Wilson interval", note)


def repeat_table(
    people: Mapping[int, float], more_victims: float = 0, more_crimes: float = 0, confidence: float = 0.95
) -> RepeatTable:
    """Victims, crimes and repeats from a table of how many people had how many crimes.

    `people` is such as {1: 127, 2: 41}; `more_victims` and `more_crimes` are the open last class ("9 or more").
    The share is that of `repeat_crimes`. Raises ValueError for a negative number or a class below 1.
    Source: Townsley et al., table 2 (Beenleigh).
    """
    if any(times < 1 or number < 0 for times, number in people.items()) or min(more_victims, more_crimes) < 0:
        raise ValueError("A table of repeats has people with one crime or more, and no negative number.")
    victims = float(sum(people.values()) + more_victims)
    crimes = float(sum(times * number for times, number in people.items()) + more_crimes)
    return RepeatTable(victims, crimes, crimes - victims, repeat_crimes(crimes, victims, confidence))


def _crimes(victims: pd.Series, dates: pd.Series) -> tuple[pd.DataFrame, str]:
    if len(victims) != len(dates):
        raise ValueError("Each crime needs both a victim and a date.")
    rows = pd.DataFrame(
        {"victim": victims.to_numpy(), "date": pd.to_datetime(pd.Series(dates.to_numpy()), format="ISO8601")}
    )
    known = rows[rows["victim"].notna() & rows["date"].notna()]
    left = len(rows) - len(known)
    return known, f"{left} of {len(rows)} crimes lack a victim or a date and are left out." if left else ""


def _say(share: Estimate, method: str, note: str) -> Estimate:
    return replace(share, method=method, note=" ".join(filter(None, (share.note, note))))
