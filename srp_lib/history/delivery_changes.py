"""Delivery changes: what is out of the ordinary in a delivery, by the profiles of it and of those before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from srp_lib.control import ENOUGH
from srp_lib.history import delivery_limits
from srp_lib.history.delivery_limits import Limits
from srp_lib.history.delivery_profile import RIPENING, UNNAMED, Profile, in_words

ROWS, BLANK, VALUE = "rows", "blank", "value"
# Not held to a range: those, and the identifier that rows of anti-social behaviour lack, as their share says it.
PASSED_OVER = (*RIPENING, "crime_id")
MOST_PERIODS = 12  # new months that are judged one by one
YES = {"Y": "yes", "N": "no"}
NAMED = 4  # columns that a line names
ENOUGH_TO_MISS = 3  # earlier months that a value must have been in, all of them, for its absence to be told


@dataclass(frozen=True)
class Finding:
    """One number of a delivery beside what is usual: `value` in rows or in % of rows, `limits` in the same.

    `period` is the month or quarter, blank for a whole extract; `kind` is ROWS, BLANK or VALUE of `column`.
    """

    extract: str
    period: str
    kind: str
    column: str
    label: str
    value: float
    limits: Limits

    @property
    def verdict(self) -> str:
        """Whether it lies above or below what is usual; blank within."""
        return self.limits.judge(self.value)


@dataclass(frozen=True)
class Category:
    """A value of a column that a delivery has and the ones before had not (`new`), or the other way round."""

    extract: str
    period: str
    column: str
    value: str
    new: bool

    @property
    def shown(self) -> str:
        """The value for a table."""
        return YES.get(self.value, self.value)


@dataclass(frozen=True)
class Judged:
    """What was judged of deliveries: every comparison, and the values that came or went."""

    findings: tuple[Finding, ...]
    categories: tuple[Category, ...]

    @property
    def outside(self) -> tuple[Finding, ...]:
        """The comparisons that lie outside their limits."""
        return tuple(one for one in self.findings if one.verdict)


def together(parts: Sequence[Judged]) -> Judged:
    """Several extracts' judgements as one."""
    found = [one for part in parts for one in part.findings]
    return Judged(tuple(found), tuple(one for part in parts for one in part.categories))


def new_periods(now: Profile, before: Profile | None) -> list[str]:
    """The months or quarters to judge: those that the check before had not, or had otherwise, else the latest.

    At most the latest 12 of them. What the police fill in as a case goes on makes no month another one.
    """
    if before is None or before.step != now.step:
        return now.periods[-1:]
    ours, theirs = _by_period(now), _by_period(before)
    fresh = [period for period in now.periods if ours[period] != theirs.get(period)]
    return fresh[-MOST_PERIODS:] or now.periods[-1:]


def _by_period(profile: Profile) -> dict[str, dict[str, int | None]]:
    """All that a profile says of each month, less what is nought and what ripens."""
    found: dict[str, dict[str, int | None]] = {
        period: {"rows": count} for period, count in zip(profile.periods, profile.counts)
    }
    lines = {f"blank {name}": counts for name, counts in profile.blank_counts.items() if name not in RIPENING}
    for column, values in profile.value_counts.items():
        if column not in RIPENING:
            lines |= {f"{column} is {value}": counts for value, counts in values.items()}
    for name, counts in lines.items():
        for period, count in zip(profile.periods, counts):
            if count:
                found[period][name] = count
    return found


def of_periods(name: str, now: Profile, before: Profile | None) -> Judged:
    """The months of an extract that are new or have changed, each held against the 13 nearest of the other months."""
    wanted = new_periods(now, before)
    near = {period: nearest(now.periods, period, wanted) for period in wanted}
    rows = now.by_period()
    found = []
    for period, others in near.items():
        limits = delivery_limits.widened(delivery_limits.of_counts(rows[others]), now.half)
        if limits:
            found.append(Finding(name, period, ROWS, "", "Rows", float(rows[period]), limits))
    found += _shares_of_periods(name, now, near)
    return Judged(tuple(found), tuple(_values_of_periods(name, now, wanted)))


def nearest(known: Sequence[str], period: str, wanted: Sequence[str]) -> list[str]:
    """The months nearest to one, less those judged, in order of time: what is long ago says little of what is usual now."""
    at = known.index(period)
    others = sorted((abs(place - at), place) for place, one in enumerate(known) if one not in wanted)
    return [known[place] for place in sorted(place for _, place in others[:ENOUGH])]


def _shares_of_periods(name: str, now: Profile, near: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Blanks and values of the months judged, as shares; `near` has what each is held against."""
    rows = now.by_period()
    for kind, column, label, counts in _series(now):
        whole = rows if kind == BLANK else _given(now, column)
        for period, others in near.items():
            base = int(whole[period])
            limits = delivery_limits.of_shares(counts[others], whole[others], base)
            if limits:
                yield Finding(name, period, kind, column, label, 100 * counts[period] / base, limits)


def _series(now: Profile) -> Iterator[tuple[str, str, str, pd.Series]]:
    """Every column's blanks and every value's rows by month, less those that ripen: kind, column, label, rows."""
    alike: dict[tuple[int, ...], list[str]] = {}
    for column, counts in now.blank_counts.items():
        if column not in PASSED_OVER:
            alike.setdefault(tuple(counts), []).append(column)
    for counts, columns in alike.items():
        yield BLANK, columns[0], blank_label(columns), pd.Series(counts, now.periods, dtype=float)
    for column, values in now.value_counts.items():
        if column in RIPENING or len(values) < 2:
            continue
        for value, counts in _told(values):
            yield VALUE, column, value_label(column, value), pd.Series(counts, now.periods, dtype=float)


def value_label(column: str, value: str) -> str:
    """What a table calls a value of a column."""
    return f"{in_words(column)}: {YES.get(value, value)}"


def blank_label(columns: Sequence[str]) -> str:
    """What a table calls blanks of columns that are blank on the same rows; of many the first few are named."""
    named = [in_words(column) for column in columns]
    shown = named[:NAMED] if len(named) <= NAMED + 1 else [*named[:NAMED], f"{len(named) - NAMED} more columns"]
    return f"Blank: {', '.join(shown if len(named) != NAMED + 1 else named)}"


def _told(values: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    """The values worth judging: of a yes and a no the yes alone, as the other says the same."""
    if set(values) == {"Y", "N"}:
        return [("Y", values["Y"])]
    return list(values.items())


def _given(now: Profile, column: str) -> pd.Series:
    """Rows by month that have a value in a column."""
    table = np.array(list(now.value_counts[column].values()), dtype=float)
    return pd.Series(table.sum(axis=0), now.periods)


def _values_of_periods(name: str, now: Profile, wanted: Sequence[str]) -> Iterator[Category]:
    """Values that no other month has, and values that every other month has and a judged one lacks."""
    judged = np.isin(now.periods, wanted)
    enough = (~judged).sum() >= ENOUGH_TO_MISS
    for column, values in now.value_counts.items():
        for value, counts in values.items() if column not in RIPENING else ():
            others = np.array(counts)[~judged]
            for period, here in zip(now.periods, counts):
                if period in wanted and (not others.any() if here else enough and others.all()):
                    yield Category(name, period, column, value, bool(here))


def of_checks(name: str, now: Profile, before: Profile) -> Judged:
    """An extract as the latest check found it beside the check before: of months in both, where it has months."""
    if replace(now, key="") == replace(before, key="") or not now.rows or not before.rows:
        return Judged((), ())
    found = list(_rows_of_checks(name, now, before))
    if not (now.blank_counts or now.value_counts):
        found += _shares_of_checks(name, now, before)
    else:
        found += _shares_in_both(name, now, before)
    return Judged(tuple(found), tuple(_values_of_checks(name, now, before)))


def _rows_of_checks(name: str, now: Profile, before: Profile) -> Iterator[Finding]:
    """The number of rows, of an extract without months; that of months is judged month by month."""
    if now.step == before.step == "none" and now.rows is not None and before.rows is not None:
        limits = delivery_limits.widened(delivery_limits.of_counts(pd.Series([before.rows])), now.half)
        if limits:
            yield Finding(name, "", ROWS, "", "Rows", float(now.rows), limits)


def _shares_of_checks(name: str, now: Profile, before: Profile) -> Iterator[Finding]:
    """Blanks and values over the whole extract, from its shares."""
    if now.rows is None or before.rows is None:
        return
    alike: dict[tuple[float | None, float | None], list[str]] = {}
    for column in dict.fromkeys((*now.blanks, *before.blanks)):
        if column not in PASSED_OVER:
            alike.setdefault((now.blanks.get(column, 0.0), before.blanks.get(column, 0.0)), []).append(column)
    for pair, columns in alike.items():
        bases = now.rows, before.rows
        yield from _share_beside(name, BLANK, columns[0], blank_label(columns), pair, bases, now.half)
    for column in sorted((set(now.shares) & set(before.shares)) - set(RIPENING)):
        for value in sorted({*now.shares[column], *before.shares[column]}):
            if {*now.shares[column], *before.shares[column]} <= {"Y", "N"} and value == "N":
                continue
            pair = now.shares[column].get(value, 0.0), before.shares[column].get(value, 0.0)
            label = value_label(column, value)
            bases = tuple(_having(one, column) for one in (now, before))
            yield from _share_beside(name, VALUE, column, label, pair, bases, now.half)


def _having(one: Profile, column: str) -> int:
    """About how many rows have a value in a column."""
    blank = one.blanks.get(column, 0.0)
    return round((one.rows or 0) * (1 - (blank or 0.0) / 100))


def _share_beside(
    name: str,
    kind: str,
    column: str,
    label: str,
    pair: tuple[float | None, float | None],
    bases: tuple[int, ...],
    half: int,
) -> Iterator[Finding]:
    """A share of counts rounded by up to `half` beside the one before it; nothing where either is withheld."""
    share, former = pair
    if share is None or former is None or not all(bases):
        return
    part = round(former * bases[1] / 100)
    known = delivery_limits.of_shares(pd.Series([part]), pd.Series([bases[1]]), bases[0])
    limits = delivery_limits.widened(known, 100 * half / bases[0], 100.0)
    if limits:
        yield Finding(name, "", kind, column, label, share, limits)


def _shares_in_both(name: str, now: Profile, before: Profile) -> Iterator[Finding]:
    """Blanks and values over the months that both checks have."""
    months = [period for period in now.periods if period in before.periods]
    if not months:
        return
    ours, theirs = (
        {(kind, column, label): counts for kind, column, label, counts in _series(one)} for one in (now, before)
    )
    for kind, column, label in sorted({*ours, *theirs}):
        numbers = []
        for one, held in ((now, ours), (before, theirs)):
            counts = held.get((kind, column, label))
            part = 0 if counts is None else int(counts[months].sum())
            whole = one.by_period() if kind == BLANK or column not in one.value_counts else _given(one, column)
            numbers.append((part, int(whole[months].sum())))
        (part, whole), (former, base) = numbers
        if whole and base:
            limits = delivery_limits.of_shares(pd.Series([former]), pd.Series([base]), whole)
            if limits:
                yield Finding(name, "", kind, column, label, 100 * part / whole, limits)


def _values_of_checks(name: str, now: Profile, before: Profile) -> Iterator[Category]:
    """Values that came or went between two checks, and columns with them."""
    for column in sorted(set(now.shares) & set(before.shares)):
        ours, theirs = set(now.shares[column]) - {UNNAMED}, set(before.shares[column]) - {UNNAMED}
        for value in sorted(ours ^ theirs):
            yield Category(name, "", column, value, value in ours)
