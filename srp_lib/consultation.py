"""Consultation: who was heard in the twelve months to the end of the period, who was not, and what they asked for.

An event is one row of the extract: one group, consulted at a time and in a way. No row leaves here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import disclosure, wording
from srp_lib.codelists.consulted import ConsultedGroup, consulted_groups, group_of
from srp_lib.codelists.offences import area_named, objective_areas
from srp_lib.disclosure import Policy
from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence
from srp_lib.periods import Period
from srp_lib.records import Records
from srp_lib.used import NUMERATOR, Used, in_files
from srp_lib.wording import slug_of

EXTRACT, POPULATION = "consultation", "population"
METHODS = ("survey", "meeting", "focus group", "written response")
PUBLIC_GROUP = "general public"


@dataclass(frozen=True)
class Raised:
    """An issue that was raised: its slug and name, whether it is an objective area of the plan, and by whom.

    `events` is how many events raised it, `first` how many put it first, `groups` has the events by group and `rows` the
    place of each among the events.
    """

    slug: str
    label: str
    planned: bool
    events: int
    first: int
    groups: Mapping[str, int]
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Consultation:
    """The consultation of an audit."""

    evidence: Evidence

    @property
    def supplied(self) -> bool:
        """Whether the extract was supplied, and is of the area audited."""
        return not Records(self.evidence).lacking(EXTRACT)

    @cached_property
    def period(self) -> Period:
        """The twelve months that end with the period."""
        return self.evidence.period.twelve_months()

    @cached_property
    def policy(self) -> Policy:
        """How counts of people are shown."""
        return disclosure.policy(self.evidence.config, self.evidence.edition)

    @cached_property
    def events(self) -> pd.DataFrame:
        """The events of the twelve months, in order of date: date, method, group, participants, file, raised, public.

        `group` is as the list of groups calls it, `raised` a tuple of texts in their order, `public` whether it was a
        meeting open to anybody.
        """
        columns = ["date", "method", "group", "participants", "file", "priorities_raised", "public_meeting"]
        if not self.supplied:
            return pd.DataFrame(columns=[*columns[:5], "raised", "public"])
        rows = self.evidence.intake.extracts[EXTRACT].frame().reindex(columns=columns)
        rows = rows.assign(date=pd.to_datetime(rows["date"]), participants=rows["participants"].astype(int))
        rows = rows[rows["date"].dt.strftime("%Y-%m").isin(self.period.months)].sort_values("date", kind="stable")
        groups = [_group_name(str(text)) for text in rows["group"]]
        raised = [_parts(text) for text in rows["priorities_raised"]]
        flags = zip(rows["public_meeting"].astype(object), rows["method"].astype(str), groups, strict=True)
        public = [_public(*one) for one in flags]
        return rows.assign(group=groups, method=rows["method"].astype(str), raised=raised, public=public)[
            [*columns[:5], "raised", "public"]
        ]

    def used(self, events: pd.DataFrame, part: str = NUMERATOR) -> Used:
        """Some of the events by file; see `srp_lib.used`."""
        return in_files(part, EXTRACT, events["file"].astype("category"))

    @property
    def held(self) -> int:
        """How many events there were."""
        return len(self.events)

    @property
    def meetings(self) -> pd.DataFrame:
        """The meetings open to anybody that somebody came to."""
        return self.events[self.events["public"].astype(bool) & (self.events["participants"] > 0)]

    @cached_property
    def participants(self) -> pd.Series:
        """True numbers of participants by group, most first, then by name; groups that nobody came from are 0."""
        sums = self.events.groupby("group")["participants"].sum().astype(int).sort_index()
        return sums.sort_values(ascending=False, kind="stable")

    @cached_property
    def shares(self) -> dict[str, Estimate]:
        """Each group's share of all participants, protected beside each other."""
        if not self.participants.sum():
            return {}
        return self.policy.shares(self.participants, self.evidence.config.confidence)

    def shown(self, group: str) -> str:
        """A group's participants for a table's cell; withheld where its share must be."""
        number = int(self.participants[group])
        share = self.shares.get(group)
        hidden = number and share is not None and share.value is None
        return disclosure.MARK if hidden else self.policy.count(number).text

    @property
    def heard(self) -> tuple[str, ...]:
        """The groups that somebody took part for, the largest first."""
        return tuple(self.participants.index[self.participants > 0])

    @property
    def expected(self) -> tuple[str, ...]:
        """The groups that a partnership is expected to hear, in the list's order."""
        return tuple(one.name for one in consulted_groups().values() if one.expected)

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of them that were not heard."""
        return tuple(name for name in self.expected if name not in self.heard)

    @property
    def unvisited(self) -> tuple[str, ...]:
        """Those of them with whom no event was held; from the others nobody came."""
        return tuple(name for name in self.missing if name not in self.participants.index)

    @property
    def attended(self) -> int:
        """How many events somebody took part in."""
        return int((self.events["participants"] > 0).sum())

    @property
    def largest(self) -> str:
        """The method of an event that more than half of all participants took part in, by the counts shown; else blank.

        Blank too where one event alone was held, or its group's count is withheld.
        """
        if self.attended < 2:
            return ""
        event = self.events.loc[self.events["participants"].idxmax()]
        own, whole = (self.policy.count(int(one)).value for one in (event["participants"], self.participants.sum()))
        if own is None or whole is None or self.shown(event["group"]) == disclosure.MARK:
            return ""
        return str(event["method"]) if 2 * own > whole else ""

    def borough_share(self, group: ConsultedGroup) -> float | None:
        """The share of residents who belong to a group, in %; None where the population estimates cannot tell."""
        if not group.sex or POPULATION not in self.evidence.intake.extracts:
            return None
        ages = [f"age_{age}" for age in range(group.first, group.last + 1)]
        people = self.evidence.intake.extracts[POPULATION].frame(["year", "area_code", "sex", "all_ages", *ages])
        year = self.evidence.denominator(self.period).year
        rows = people[(people["area_code"] == self.evidence.area_code) & (people["year"] == year)].set_index("sex")
        if not {group.sex, "persons"} <= set(rows.index) or not rows.at["persons", "all_ages"]:
            return None
        return float(100 * rows.loc[group.sex, ages].sum() / rows.at["persons", "all_ages"])

    @property
    def outspoken(self) -> pd.DataFrame:
        """The events that raised anything."""
        return self.events[self.events["raised"].map(len) > 0]

    @property
    def speaking(self) -> int:
        """How many events raised anything."""
        return len(self.outspoken)

    @cached_property
    def raised(self) -> tuple[Raised, ...]:
        """The issues raised, by how many events raised them, then by name; an event counts once for each."""
        found: dict[str, list[tuple[str, str, bool, int]]] = {}
        for row, event in enumerate(self.events.itertuples(index=False)):
            seen = set()
            for place, text in enumerate(event.raised):
                slug = area.slug if (area := area_named(text)) else slug_of(text) or "other"
                if slug not in seen:
                    found.setdefault(slug, []).append((text, event.group, not place, row))
                    seen.add(slug)
        made = [_raised(slug, told) for slug, told in found.items()]
        return tuple(sorted(made, key=lambda one: (-one.events, one.label.lower())))


def _raised(slug: str, told: list[tuple[str, str, bool, int]]) -> Raised:
    area = objective_areas().get(slug)
    groups = pd.Series([group for _, group, _, _ in told]).value_counts().sort_index()
    label = area.label if area else wording.upper_first(told[0][0])
    first, rows = sum(leads for _, _, leads, _ in told), tuple(row for _, _, _, row in told)
    numbers = {str(name): int(number) for name, number in groups.items()}
    return Raised(slug, label, area is not None, len(told), first, numbers, rows)


def _group_name(text: str) -> str:
    found = group_of(text)
    return found.name if found else " ".join(text.lower().split())


def _parts(text: object) -> tuple[str, ...]:
    return () if pd.isna(text) else tuple(filter(None, (part.strip() for part in str(text).split(";"))))


def _public(flag: object, method: str, group: str) -> bool:
    """Whether an event was a meeting open to anybody: as the flag says, else by method and group."""
    return method == "meeting" and group == PUBLIC_GROUP if pd.isna(flag) else str(flag) == "Y"
