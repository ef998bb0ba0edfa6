"""Reviewed tables of codes, kept as CSV beside this file so that a change to one is a reviewed difference."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from srp_lib import periods

ASB = "anti_social_behaviour"
RECORDED = "recorded_crime"
EVERY_SERIES = "all"
ACTIONS = ("annotate", "exclude", "dummy", "rebase")
KINDS = ("covid", "recording", "IT", "boundary", "definition")
OUTCOME_GROUPS = {
    "charged": "Charged or summonsed",
    "out_of_court": "Caution or other out-of-court outcome",
    "other_action": "Passed to another organisation",
    "not_in_public_interest": "Not in the public interest to go on",
    "unable_to_prosecute": "Suspect known, unable to prosecute",
    "no_suspect": "No suspect identified",
    "open": "Still under investigation",
    "unknown": "Outcome not supplied",
}


@dataclass(frozen=True)
class Measure:
    """What is counted: a published crime type, or all of recorded crime.

    `crime_types` are the publisher's names; `table_c2` the columns of table C2 that cover the same offences.
    """

    slug: str
    label: str
    noun: str
    theme: str
    crime_types: tuple[str, ...]
    table_c2: tuple[str, ...]

    @property
    def definition(self) -> str:
        """What the figure counts, in a sentence for the page and for key_facts.csv."""
        if self.slug == RECORDED:
            return "Street-level rows of every crime type other than anti-social behaviour that the area's own police force recorded and whose LSOA is in the area"
        return f"Street-level rows of crime type '{self.crime_types[0]}' that the area's own police force recorded and whose LSOA is in the area"


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its slug: recorded crime first, then each published crime type in alphabetical order."""
    rows = read_table("crime_types.csv")
    single = {
        row["slug"]: Measure(
            row["slug"],
            row["label"],
            row["noun"],
            row["theme"],
            (row["crime_type"],),
            tuple(filter(None, row["table_c2"].split("+"))),
        )
        for row in rows
    }
    crimes = tuple(measure.crime_types[0] for slug, measure in single.items() if slug != ASB)
    return {RECORDED: Measure(RECORDED, "Recorded crime", "recorded crimes", "overview", crimes, ("total",)), **single}


def measures_of(theme: str) -> list[str]:
    """The slugs of the crime types that belong to a theme (communities, violence, adults), in the list's order."""
    return [slug for slug, measure in measures().items() if measure.theme == theme and slug != RECORDED]


@cache
def outcome_group() -> dict[str, str]:
    """The group (a key of OUTCOME_GROUPS) of every outcome that data.police.uk publishes, by its name."""
    return {row["outcome"]: row["group"] for row in read_table("outcomes.csv")}


@dataclass(frozen=True)
class Break:
    """A span of months in which a series is not like the rest, or a month from which it never is again, and why.

    `last` is empty for a lasting break. `series` has measures' slugs joined by "+", "all" for every measure, or a
    series of its own such as "wards". `actions` are some of ACTIONS: what charts, comparisons and models do.
    """

    first: str
    last: str
    series: str
    kind: str
    note: str
    name: str = ""
    actions: tuple[str, ...] = ("annotate",)
    source: str = ""

    def covers(self, series: str) -> bool:
        """Whether the break is in a series; one of "all" is in every one."""
        return self.series == EVERY_SERIES or series in self.series.split("+")

    def touches(self, months: Iterable[str]) -> bool:
        """Whether a comparison over these months is affected: one is in the span, or they lie on both sides of it."""
        asked = sorted(months)
        if not self.last:
            return bool(asked) and asked[0] < self.first <= asked[-1]
        return any(self.first <= month <= self.last for month in asked)


@cache
def breaks(series: str = "") -> tuple[Break, ...]:
    """The register of breaks, in order of time: all of it, or the breaks in one series (a measure's slug, "wards").

    Raises ValueError for an action or kind that is not in ACTIONS or KINDS.
    """
    rows = sorted((_break(row) for row in read_table("breaks.csv")), key=lambda one: one.first)
    return tuple(one for one in rows if not series or one.covers(series))


@cache
def coverage_rows() -> tuple[tuple[str, str, str], ...]:
    """How often each kind of 95% interval holds, of 100, and the remark: what tests/test_coverage.py repeats."""
    return tuple((row["interval"], row["holds"], row["remark"]) for row in read_table("coverage.csv"))


def coverage() -> dict[str, str]:
    """How often each kind of interval holds, of 100, by its name."""
    return {interval: holds for interval, holds, _ in coverage_rows()}


def rebasing(series: str) -> dict[str, str]:
    """Where a control chart of a series starts anew: the first month of each segment and the name of its break."""
    starts = {}
    for one in breaks(series):
        if "rebase" in one.actions:
            starts[one.first] = one.name
            starts |= {periods.shift_month(one.last, 1): f"after {one.name}"} if one.last else {}
    return starts


def dummies(series: str) -> dict[str, tuple[str, str]]:
    """The breaks that a model of a series allows for: name, and first and last month (9999-12 for a lasting one)."""
    return {one.name: (one.first, one.last or "9999-12") for one in breaks(series) if "dummy" in one.actions}


def excluded(series: str) -> tuple[str, ...]:
    """The months of a series that no forecast learns from. A lasting break can't be excluded."""
    spans = [
        periods.month_range(one.first, one.last) for one in breaks(series) if "exclude" in one.actions and one.last
    ]
    return tuple(sorted({month for span in spans for month in span}))


def _break(row: dict[str, str]) -> Break:
    actions = tuple(row["action"].split("+"))
    if not set(actions) <= set(ACTIONS) or row["kind"] not in KINDS:
        raise ValueError(
            f"breaks.csv, the row from {row['from']}: '{row['action']}' or '{row['kind']}' is not known. Actions are {', '.join(ACTIONS)}; kinds are {', '.join(KINDS)}."
        )
    return Break(row["from"], row["to"], row["series"], row["kind"], row["note"], row["name"], actions, row["source"])


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the CSV tables beside this file, by column."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
