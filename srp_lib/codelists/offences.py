"""Home Office offence codes and outcome types, and what the plan's objective areas count, as reviewed tables.

A code that no row of the list holds on the day is never dropped: its group is UNLISTED, which the pages and the
quality rules report. A change of a code's group is two rows, each with the dates on which it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from srp_lib.codelists import OUTCOME_GROUPS, read_table
from srp_lib.wording import slug_of

UNLISTED = "Not in the code list"
STRANDS = ("race", "religion", "disability", "sexual orientation", "transgender")
HATE = "hate"
SHORT_IDS = {"anti_social_behaviour": "asb"}  # in the ids of key facts
VICTIMS = {"female": "victim_female", "mental_health": "victim_mental_health"}
# What a code looks like; a text of another shape could be anything and is shown nowhere.
CODE_SHOWN = re.compile(r"[0-9]{1,3}[A-Z]?(?:[./][0-9]{1,2})?")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")


@dataclass(frozen=True)
class OffenceCode:
    """One row of the list: a code's description, group and subgroup, and the days on which they hold (ISO or "")."""

    code: str
    description: str
    group: str
    subgroup: str
    valid_from: str
    valid_to: str
    source: str


@dataclass(frozen=True)
class AreaRule:
    """One way into an objective area: every condition that is filled must hold.

    Of `codes`, `groups` and `subgroups` one value must match; of `flags` all must be Y ("hate": any strand);
    `victim` is a key of VICTIMS or ""; `valid_from` and `valid_to` bound the recorded date (ISO or "").
    """

    description: str
    codes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    victim: str = ""
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""


@dataclass(frozen=True)
class ObjectiveArea:
    """An objective area of the plan: its names, where it is reported, and which offences it counts.

    `noun` is the plural of what is counted; `sensitive` areas are protected in the public edition. An area without
    rules is not counted from offences.
    """

    slug: str
    label: str
    noun: str
    theme: str
    notebook: str
    sensitive: bool
    rules: tuple[AreaRule, ...] = ()

    @property
    def stem(self) -> str:
        """The start of the ids of its key facts."""
        return f"{self.theme}.{SHORT_IDS.get(self.slug, self.slug)}"

    @property
    def definition(self) -> str:
        """What is counted, as a fragment of a sentence: "offences with cse = Y"; the noun where there are no rules."""
        return f"offences {', or '.join(rule.description for rule in self.rules)}" if self.rules else self.noun


@dataclass(frozen=True)
class OutcomeType:
    """A Home Office outcome type: its number, its name and its group, a key of OUTCOME_GROUPS."""

    code: int
    name: str
    group: str


@cache
def offence_codes() -> tuple[OffenceCode, ...]:
    """The list of offence codes, in the order of the file."""
    return tuple(OffenceCode(**row) for row in read_table("offence_codes.csv"))


@cache
def outcome_types() -> dict[int, OutcomeType]:
    """Every Home Office outcome type by its number. Raises ValueError for a group that is not in OUTCOME_GROUPS."""
    types = {
        int(row["code"]): OutcomeType(int(row["code"]), row["name"], row["group"])
        for row in read_table("outcome_types.csv")
    }
    unknown = sorted({one.group for one in types.values()} - OUTCOME_GROUPS.keys())
    if unknown:
        raise ValueError(
            f"outcome_types.csv has groups that are not known: {', '.join(unknown)}. Known are {', '.join(OUTCOME_GROUPS)}."
        )
    return types


@cache
def objective_areas() -> dict[str, ObjectiveArea]:
    """Every objective area of the plan by its slug, in the plan's order.

    Raises ValueError for a rule of an area that objective_areas.csv lacks, or of a victim that is not in VICTIMS.
    """
    rules: dict[str, list[AreaRule]] = {row["area"]: [] for row in read_table("objective_areas.csv")}
    for row in read_table("objective_area_rules.csv"):
        if row["area"] not in rules or row["victim"] not in ("", *VICTIMS):
            raise ValueError(
                f"objective_area_rules.csv: area '{row['area']}' or victim '{row['victim']}' is not known. Areas are listed in objective_areas.csv; victims are {', '.join(VICTIMS)}."
            )
        rules[row["area"]].append(_rule(row))
    return {row["area"]: _area(row, tuple(rules[row["area"]])) for row in read_table("objective_areas.csv")}


def area_named(text: str) -> ObjectiveArea | None:
    """The objective area that a text names, in whatever letters; None where it names none or several.

    By its slug, its short name, its label, or the start of its label as far as a word's end.
    """
    slug, areas = slug_of(text), objective_areas()
    short = {short: areas[own] for own, short in SHORT_IDS.items()}
    labels = {slug_of(area.label): area for area in areas.values()}
    begun = [area for label, area in labels.items() if slug and label.startswith(f"{slug}_")]
    known = areas.get(slug) or short.get(slug) or labels.get(slug)
    return known or (begun[0] if len(begun) == 1 else None)


def canonical_code(code: str) -> str:
    """A code as the list writes it: "019C", "19c " and "19C" are one, "4/1" is "4.1", and "4.10" is not "4.1".

    The Counting Rules write 4/1 where the open data write 4.1. A number cell of a spreadsheet arrives as "2.0".
    """
    tidy = " ".join(code.upper().split()).replace("/", ".").removesuffix(".0")
    return _LEADING_ZEROS.sub("", tidy)


def classify(codes: pd.Series, dates: pd.Series) -> pd.DataFrame:
    """The group and subgroup of each offence, by its code and the date that decides (the recorded date).

    `codes` text or category, `dates` datetime64, row by row. Returns the columns `group` and `subgroup` (category)
    on the index of `codes`: UNLISTED where no row of the list holds for the code on that date. A row of the list
    with dates holds for no offence without one.
    """
    positions, found = pd.factorize(codes)
    days = pd.to_datetime(dates).to_numpy()
    chosen = np.full(len(codes), -1)
    for position, code in enumerate(found):
        rows = _rows_of_code().get(canonical_code(str(code)), ())
        here = np.flatnonzero(positions == position) if rows else ()
        for row in rows:
            one = offence_codes()[row]
            chosen[here[_valid(days[here], one.valid_from, one.valid_to)]] = row
    return pd.DataFrame(
        {"group": _labels(chosen, lambda one: one.group), "subgroup": _labels(chosen, lambda one: one.subgroup)},
        index=codes.index,
    )


def in_area(area: ObjectiveArea, offences: pd.DataFrame) -> pd.Series:
    """Which offences belong to an objective area: bool on the index of `offences`.

    `offences` has recorded_date, ho_code, group, subgroup, the flags, hate_strands and, where victims were supplied,
    victim_female and victim_mental_health: a rule that needs one of those matches nothing without it. An area
    without rules has no offences. Raises KeyError naming a flag's column that is missing.
    """
    inside = np.zeros(len(offences), dtype=bool)
    for rule in area.rules:
        inside |= _meets(rule, offences)
    return pd.Series(inside, index=offences.index)


def _meets(rule: AreaRule, offences: pd.DataFrame) -> np.ndarray:
    met = _valid(offences["recorded_date"].to_numpy(), rule.valid_from, rule.valid_to)
    if rule.codes:
        met &= _code_in(offences["ho_code"], rule.codes)
    if rule.groups:
        met &= offences["group"].isin(rule.groups).to_numpy()
    if rule.subgroups:
        met &= offences["subgroup"].isin(rule.subgroups).to_numpy()
    for flag in rule.flags:
        met &= _has_strand(offences) if flag == HATE else offences[flag].isin(["Y"]).to_numpy()
    if rule.victim:
        column = VICTIMS[rule.victim]
        met &= offences[column].fillna(False).to_numpy(dtype=bool) if column in offences else False
    return met


def _code_in(codes: pd.Series, wanted: tuple[str, ...]) -> np.ndarray:
    positions, found = pd.factorize(codes)
    matches = [position for position, code in enumerate(found) if canonical_code(str(code)) in wanted]
    return np.isin(positions, matches)


def _has_strand(offences: pd.DataFrame) -> np.ndarray:
    strands = offences["hate_strands"]
    blank = [value for value in strands.dropna().unique() if not str(value).strip("; ")]
    return (strands.notna() & ~strands.isin(blank)).to_numpy()


def _valid(days: np.ndarray, first: str, last: str) -> np.ndarray:
    """Which days lie from first to last, both included; "" bounds nothing, and no date lies within any bound."""
    valid = np.ones(len(days), dtype=bool)
    if first:
        valid &= days >= np.datetime64(first)
    if last:
        valid &= days < np.datetime64(last) + np.timedelta64(1, "D")
    return valid


@cache
def _rows_of_code() -> dict[str, tuple[int, ...]]:
    rows: dict[str, tuple[int, ...]] = {}
    for row, one in enumerate(offence_codes()):
        key = canonical_code(one.code)
        rows[key] = (*rows.get(key, ()), row)
    return rows


def _labels(chosen: np.ndarray, label: Callable[[OffenceCode], str]) -> pd.Categorical:
    names = [label(one) for one in offence_codes()]
    categories = [*dict.fromkeys(names), UNLISTED]
    place = {name: number for number, name in enumerate(categories)}
    # The last entry is what row -1, "no row of the list", points at.
    lookup = np.array([*(place[name] for name in names), place[UNLISTED]])
    return pd.Categorical.from_codes(lookup[chosen], categories=categories)


def _area(row: dict[str, str], rules: tuple[AreaRule, ...]) -> ObjectiveArea:
    sensitive = row["sensitive"] == "yes"
    return ObjectiveArea(row["area"], row["label"], row["noun"], row["theme"], row["notebook"], sensitive, rules)


def _rule(row: dict[str, str]) -> AreaRule:
    codes, groups, subgroups, flags = (
        tuple(filter(None, row[column].split(";"))) for column in ("codes", "groups", "subgroups", "flags")
    )
    ends = (row["victim"], row["valid_from"], row["valid_to"], row["source"])
    return AreaRule(row["description"], codes, groups, subgroups, flags, *ends)
