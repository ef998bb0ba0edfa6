"""Reviewed tables of codes, kept as CSV beside this file so that a change to one is a reviewed difference."""
from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ASB = "anti_social_behaviour"
RECORDED = "recorded_crime"
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
            return "Street-level rows of every crime type other than anti-social behaviour whose LSOA is in the area"
        return f"Street-level rows of crime type '{self.crime_types[0]}' whose LSOA is in the area"


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its slug: recorded crime first, then each published crime type in alphabetical order."""
    rows = _read("crime_types.csv")
    single = {
        row["slug"]: Measure(row["slug"], row["label"], row["noun"], row["theme"], (row["crime_type"],), tuple(filter(None, row["table_c2"].split("+"))))
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
    return {row["outcome"]: row["group"] for row in _read("outcomes.csv")}


@dataclass(frozen=True)
class Break:
    """A span of months in which a series is not like the rest, and why."""

    first: str
    last: str
    series: str
    kind: str
    note: str


@cache
def breaks() -> tuple[Break, ...]:
    """The register of breaks in series, in order of time; `series` is a measure's slug or "all"."""
    return tuple(sorted((Break(row["from"], row["to"], row["series"], row["kind"], row["note"]) for row in _read("breaks.csv")), key=lambda one: one.first))


def _read(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
