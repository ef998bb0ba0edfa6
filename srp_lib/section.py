"""Section: what a notebook calls for one objective area. Each method is one fact, chart or table of the page.

Everything is made from the partners' extracts, and says what is missing where one was not supplied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from srp_lib import (
    control,
    lag,
    periods,
    record_changes,
    record_charts,
    record_facts,
    record_tables,
    records,
    service_facts,
    tables,
    wording,
)
from srp_lib.codelists.offences import ObjectiveArea, objective_areas
from srp_lib.display import FACTS, NOTHING, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence
from srp_lib.facts import FactGroup, KeyFact, Lead
from srp_lib.record_charts import Scope
from srp_lib.record_facts import Context, Made, Unavailable
from srp_lib.records import Records, Rows
from srp_lib.used import DENOMINATOR

OWN_EXTRACT = {"anti_social_behaviour": "asb_incidents"}
SEXES = {"F": "Females", "M": "Males"}
OLDEST = 200
# Bands from each age to the next, fine to coarse; the last age is in none.
AGES = {
    "all": ((0, 10, 18, 25, 35, 45, 55, 65, OLDEST), (0, 18, 35, 65, OLDEST), (0, 18, OLDEST)),
    "children": ((0, 5, 10, 13, 16, 18), (0, 10, 16, 18), (0, 13, 18)),
}
FEW_A_MONTH = 5  # under about this many a month, quarters say more than months


@dataclass(frozen=True)
class Facts:
    """Key facts as a list, and below it what the missing extracts would add."""

    made: tuple[KeyFact, ...]
    missing: tuple[Unavailable, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        group = FactGroup(self.made)
        text = "\n".join([*(fact.statement for fact in self.made), *(one.item for one in self.missing)])
        html = (group.html() if self.made else "") + self.notice.html()
        return {"text/plain": text, "text/html": html, FACTS: group.records()}

    @property
    def notice(self) -> Notice:
        """What cannot be shown, and which extract it wants; nothing where all is there."""
        items = tuple(dict.fromkeys(one.item for one in self.missing))
        return Notice(
            "Not available from the partners' extracts that were supplied:" if items else "", "missing", items
        )


@dataclass(frozen=True)
class Section:
    """One objective area of the plan, over the partners' extracts of one audit."""

    records: Records
    area: ObjectiveArea

    @cached_property
    def context(self) -> Context:
        """What its facts share."""
        return Context(self.records.evidence, self.area.stem, self.area.sensitive)

    @cached_property
    def rows(self) -> Rows:
        """What the area counts: its offences, or its incidents."""
        own = OWN_EXTRACT.get(self.area.slug)
        return self.records.rows(own, self.area.noun) if own else self.records.offences(self.area)

    @cached_property
    def victim_records(self) -> Rows:
        """One row for each victim of each of its offences."""
        return self.records.people_of("victims", self.rows)

    @cached_property
    def suspect_records(self) -> Rows:
        """One row for each suspect of each of its offences."""
        return self.records.people_of("suspects", self.rows)

    @cached_property
    def victims(self) -> Rows:
        """Its distinct victims in the period."""
        return self.victim_records.people("victims")

    @cached_property
    def suspects(self) -> Rows:
        """Its distinct suspects in the period."""
        return self.suspect_records.people("suspects")

    @cached_property
    def missing_children(self) -> Rows:
        """The distinct children reported missing in the period, in all areas."""
        return self.records.rows("missing_children", "missing children").people("missing_children")

    @cached_property
    def all_offences(self) -> Rows:
        """All recorded offences, of every area."""
        return self.records.offences()

    @cached_property
    def female_victims(self) -> Rows:
        """The distinct girls and women among its victims in the period."""
        return self.victims.known("sex").where(sex="F")

    @cached_property
    def knife_victims(self) -> Rows:
        """The distinct victims of offences with a knife in the period, in all areas."""
        return self.records.people_of("victims", self.all_offences.where(knife="Y")).people("victims")

    @cached_property
    def deliberate_fires(self) -> Rows:
        """The deliberate fires that the fire service attended."""
        fires = self.records.rows("fire_incidents", "fire incidents")
        return fires.where(type=("deliberate primary", "deliberate secondary"))

    @cached_property
    def all_victim_records(self) -> Rows:
        """One row for each victim of each recorded offence, of every area."""
        return self.records.people_of("victims", self.all_offences)

    def people(self, extract: str, **wanted: object) -> Rows:
        """The distinct victims or suspects of those of its offences that meet the conditions."""
        return self.records.people_of(extract, self.rows.where(**wanted)).people(extract)

    # --- facts ----------------------------------------------------------------------------------------------

    def facts(self, *items: Made) -> Facts:
        """The facts as a list, and a notice of those that cannot be made."""
        made = tuple(one for one in items if isinstance(one, KeyFact))
        return Facts(made, tuple(one for one in items if isinstance(one, Unavailable)))

    def count(self, measure: str = "count", rows: Rows | None = None, noun: str = "") -> Made:
        """How many there were; of the area itself a headline that the index shows."""
        fact = record_facts.count(self.context, measure, rows or self.rows, noun or self.area.noun)
        return self._headline(fact) if rows is None else fact

    def change(self, measure: str = "change", rows: Rows | None = None, noun: str = "") -> Made:
        """The change on the year before, with its verdict; of the area itself a headline that the index shows."""
        fact = record_changes.changed(self.context, measure, rows or self.rows, noun or self.area.noun)
        return self._headline(fact) if rows is None else fact

    def change_since(self, noun: str = "") -> Made:
        """The change in the months after the period, as far as the extract goes."""
        return record_changes.changed_since(self.context, self.rows, noun or self.area.noun)

    def share(self, measure: str, base: Rows, says: str, part: Rows | None = None, **wanted: object) -> Made:
        """The share of `base` that meets the conditions, or that is `part`, a narrowing of it."""
        column, value = next(iter(wanted.items())) if len(wanted) == 1 else ("", "")
        named = (column, str(value)) if isinstance(value, str) else ("", "")
        return record_facts.share(self.context, measure, base, part or base.where(**wanted), says, *named)

    def split_share(self, measure: str, column: str, value: str, says: str) -> Made:
        """The share of all values in cells that hold several, such as hate strands, that are `value`."""
        if self.rows.lacking:
            return Unavailable(f"what share {says}", self.rows.lacking)
        now, then = self.rows.split(column), None if self.rows.then is None else self._year_before().split(column)
        definition = (
            f"{value} among the {column} of {self.rows.text}, over all {column} recorded; an offence can have several"
        )
        used = self.rows.holding(column, value).used() + self.rows.holding(column).used(DENOMINATOR)
        return record_facts.share_of_parts(self.context, measure, (now, then), value, says, self.rows, definition, used)

    def rate(self, measure: str, noun: str, sex: str) -> Made:
        """Its events for every 1,000 residents of a sex."""
        return record_facts.rate(self.context, measure, self.rows, noun, sex)

    def over_representation(
        self, measure: str, group: Mapping[str, object], test: Mapping[str, object], says: tuple[str, str]
    ) -> Made:
        """How over-represented victims who meet `group` are among those who meet `test`, of all recorded offences."""
        everyone = self.all_victim_records
        return record_facts.ratio(self.context, measure, everyone.where(**group), everyone, test, says)

    def repeat_victims(self, noun: str = "victims", rows: Rows | None = None) -> Made:
        """The share of the period's victims, or of those of `rows`, with two or more in the twelve months up to their latest."""
        return record_facts.repeat_share(self.context, "repeat_victims_share", rows or self.victim_records, noun)

    def non_recent(self, noun: str = "") -> Made:
        """The share of offences with a usable date that were recorded long after they can last have happened."""
        days, noun = lag.NON_RECENT_DAYS, noun or self.area.noun
        says = f"of {noun} were recorded more than {days} days after the latest date on which they could have happened"
        dated = self.rows.where(said="with a usable committed date", recency=(records.CURRENT, records.NON_RECENT))
        late = f"recorded more than {days} days after committed_to (committed_from where that is blank)"
        part = dated.where(said=late, recency=records.NON_RECENT)
        return self.share("non_recent_share", dated, says, part)

    def service(self, measure: str, says: str, name: str = "", calendar: bool = False) -> Made:
        """A count that partners supplied for the period, or for the last calendar year in it.

        `says` follows the number; `name` ends the fact's id, in place of the measure's.
        """
        found = self.records.service(measure, calendar)
        return service_facts.service_count(self.context, name or measure, found, says, self._services)

    def service_since(self, measure: str, says: str) -> Made:
        """A count that partners supplied, from its first record up to the end of the period."""
        return service_facts.service_count(
            self.context, f"{measure}_so_far", self.records.service_since(measure), says, self._services
        )

    def service_gap(self, measure: str, name: str, says: str) -> Made:
        """The share of an estimated need that a service does not reach."""
        return service_facts.service_gap(self.context, name, self.records.service(measure), says, self._services)

    def hot_spots(self) -> tuple[Made, ...]:
        """How concentrated its incidents are, and what became of the neighbourhoods that had the most the year before."""
        now, then = (pd.Series(dtype=int), None) if self.rows.lacking else record_tables.place_counts(self.rows)
        return record_changes.concentrated(self.context, self.rows, self.area.noun, now, then)

    # --- charts ---------------------------------------------------------------------------------------------

    def monthly(self, rows: Rows | None = None, noun: str = "", name: str = "") -> Chart | Notice:
        """Counts by month with their usual range; by quarter where months are too few to say or to show."""
        rows = rows or self.rows
        if rows.lacking:
            return NOTHING
        policy, series = self.context.policy(rows), rows.by_month()
        shown, step = policy.months(series)
        if not policy.protects and series.mean() < FEW_A_MONTH:
            shown, step = control.pool_quarters(series), "quarter"
        scope = self._scope(rows, noun or self.area.noun, name)
        if step == "none" or not len(shown):
            return Notice(record_tables.NOT_SHOWN.format(noun=scope.noun, what="them by month"), "missing")
        return record_charts.months(scope, shown, rows.cover.available, step, self.area.slug)

    def pyramid(self, people: Rows, noun: str, bands: str = "all", name: str = "") -> Chart | Notice:
        """People by age and sex, in the finest bands of age that may be shown."""
        if people.lacking:
            return NOTHING
        known = people.known("sex").known("age").where(sex=("F", "M"))
        options = [_by_age(known.now, edges) for edges in AGES[bands]]
        counts = self.context.policy(people).finest(options)
        if counts is None:
            return Notice(record_tables.NOT_SHOWN.format(noun=noun, what="their age and sex together"), "missing")
        return record_charts.pyramid(self._scope(people, noun, name), counts)

    def lag(self) -> Chart | Notice:
        """How long after offences happened they were recorded, in the finest classes that may be shown."""
        if self.rows.lacking:
            return NOTHING
        fine = self.rows.now["delay_class"].value_counts(sort=False)
        fine = fine.set_axis(fine.index.astype(str))
        days = pd.Series(lag.DELAYS)
        recent = int(fine[days.index[days <= lag.NON_RECENT_DAYS]].sum())
        dated = pd.Series([recent, int(fine[days.index].sum()) - recent], list(lag.COARSE_DELAYS))
        none = fine[[lag.NO_DATE]]
        options = [one.to_frame("count") for one in (fine, pd.concat([dated, none]), dated)]
        counts = self.context.policy(self.rows).finest(options)
        if counts is None:
            return Notice(
                record_tables.NOT_SHOWN.format(noun=self.area.noun, what="how late they were recorded"), "missing"
            )
        return record_charts.lag(self._scope(self.rows, self.area.noun), counts["count"])

    def bars(
        self, rows: Rows, column: str, what: str, noun: str, names: Mapping[str, str] | None = None, most: int = 0
    ) -> Chart | Notice:
        """Bars of categories, most first, the small ones put together where they must be protected."""
        if rows.lacking:
            return NOTHING
        counts = rows.split(column) if column == "hate_strands" else rows.tally(column)
        counts = _named(counts, names or {}, most)
        shown = record_tables.shown_counts(self.context.policy(rows), counts)
        if not len(shown):
            return Notice(record_tables.NOT_SHOWN.format(noun=noun, what=what), "missing") if counts.sum() else NOTHING
        total = self.context.policy(rows).count(int(counts.sum())).value or 0
        return record_charts.bars(self._scope(rows, noun, column), shown, what, noun, total)

    # --- tables and notices ---------------------------------------------------------------------------------

    def breakdown(self, rows: Rows, column: str, what: str, noun: str, most: int = 0) -> Table | Notice:
        """Counts and shares of the column's values."""
        if rows.lacking:
            return NOTHING
        return record_tables.breakdown(self.context, rows, _named(rows.tally(column), {}, most), what, noun)

    def recency(self) -> Table | Notice:
        """Current offences told apart from non-recent ones."""
        return record_tables.recency(self.context, self.rows, self.area.noun)

    def outcomes(self) -> Table | Notice:
        """The share charged or summonsed by offence group, and the share still open."""
        return record_tables.outcomes(self.context, self.rows, self.area.noun)

    def priority_places(self) -> Table | Notice:
        """The neighbourhoods with the most."""
        return record_tables.priority_places(self.context, self.records, self.rows, self.area.noun)

    def caveats(self, *said: str) -> Notice:
        """What was not recorded, how much of it, and what else to bear in mind."""
        silent = self.rows.lacking if self.area.rules or self.area.slug in OWN_EXTRACT else self._services
        if silent:
            return NOTHING
        parts = (
            []
            if self.area.slug in OWN_EXTRACT or self.victims.lacking
            else [(f"the {column} of victims", self.victims, self.victims.known(column)) for column in ("sex", "age")]
        )
        return record_tables.unknowns(self.context, parts, [*said, *self._gaps()])

    def breaks(self) -> Notice:
        """What the registered breaks mean for the months compared, on a page without open data to say it."""
        return NOTHING if self.rows.lacking else tables.break_caveats(self.records.evidence)

    def unlisted(self) -> Notice:
        """The offence codes of the period that no list knows."""
        return record_tables.unlisted(self.records)

    def threat_level(self) -> Notice:
        """The UK's terrorism threat level at the end of the period, as audit.toml dates it."""
        evidence = self.records.evidence
        last = (pd.Timestamp(f"{evidence.period.months[-1]}-01") + pd.offsets.MonthEnd(0)).date()
        known = [one for one in evidence.config.threat_levels if one.start <= last]
        if not known:
            return Notice("No threat level of the time is in audit.toml, [[threat_level]].", "missing")
        one = known[-1]
        return Notice(
            f"The UK's national threat level from terrorism was {one.level.upper()}, meaning that {one.meaning}, at the end of the period "
            f"({_day(last)}). It had been so since {_day(one.start)}. It is set for the whole country and says nothing of {evidence.area_name} alone."
        )

    @cached_property
    def _services(self) -> dict[str, str]:
        return self.records.lacking("services")

    def _gaps(self) -> list[str]:
        if self.rows.lacking or len(self.rows.cover.months) == len(self.records.evidence.period.months):
            return []
        gone = [month for month in self.records.evidence.period.months if month not in self.rows.cover.months]
        return [f"The extract lacks {periods.list_months(gone)}, which no figure of this section includes."]

    def _headline(self, fact: Made) -> Made:
        """The fact as one that the index shows, under the area's name."""
        return (
            replace(fact, headline=True, label=f"{self.area.label} (partners' records)")
            if isinstance(fact, KeyFact)
            else fact
        )

    def _year_before(self) -> Rows:
        """The rows of the year before as if they were the period's."""
        cover = self.rows.cover
        return replace(self.rows, cover=replace(cover, months=cover.comparison.then))

    def _scope(self, rows: Rows, noun: str, name: str = "") -> Scope:
        evidence = self.records.evidence
        ident = "-".join(filter(None, [self.area.slug, name])).replace("_", "-")
        policy = self.context.policy(rows)
        return Scope(evidence.area_name, evidence.period, noun, policy.brief, policy.protects, id=ident)


def open_section(evidence: Evidence, area: str) -> Section:
    """The section of an objective area, by its slug. Raises KeyError naming those that exist."""
    return open_sections(evidence, area)[0]


def open_sections(evidence: Evidence, *areas: str) -> tuple[Section, ...]:
    """The sections of several objective areas over the same records. Raises KeyError naming those that exist."""
    known, opened = objective_areas(), Records(evidence)
    unknown = [area for area in areas if area not in known]
    if unknown:
        raise KeyError(f"No objective area '{unknown[0]}'; there are {', '.join(known)}.")
    return tuple(Section(opened, known[area]) for area in areas)


def lead(evidence: Evidence, *items: Made, otherwise: str = "", noted: bool = False) -> Lead | Notice:
    """A page's first words from some of its facts, without what stands in brackets; `otherwise` where none can be made.

    `noted` adds how to read the figures, where the page says it nowhere else.
    """
    told = [
        re.sub(r" \([^()]*\)", "", one.statement).replace(record_changes.BLURRED, "")
        for one in items
        if isinstance(one, KeyFact) and one.estimate.value is not None
    ]
    if not told:
        return Notice(otherwise)
    note = (
        "Figures rest on the partners' own records. Counts go up and down by chance: we say higher or lower only where a change is "
        f"larger than chance would explain, by its {evidence.config.confidence:.0%} interval."
    )
    return Lead(" ".join(told), note if noted else "", {})


def _by_age(people: pd.DataFrame, edges: Sequence[int]) -> pd.DataFrame:
    """People by band of age (index, youngest first) and sex (Females, Males); bands run from each edge to the next."""
    pairs = list(zip(edges, edges[1:]))
    names = [f"{first} and over" if after == OLDEST else f"{first} to {after - 1}" for first, after in pairs]
    band = pd.cut(people["age"].astype(float), [edge - 0.5 for edge in edges], labels=names)
    table = pd.crosstab(band, people["sex"].map(SEXES).astype(str)) if len(people) else pd.DataFrame()
    return table.reindex(index=names, columns=list(SEXES.values()), fill_value=0)


def _named(counts: pd.Series, names: Mapping[str, str], most: int) -> pd.Series:
    """Categories with first letters raised and, beyond the `most` largest, put together as other."""
    counts = counts.rename(index=lambda name: wording.upper_first(names.get(str(name), str(name))))
    if not most or len(counts) <= most:
        return counts
    rest = pd.Series({record_tables.REST: int(counts.iloc[most:].sum())})
    return pd.concat([counts.iloc[:most], rest])


def _day(day: object) -> str:
    return f"{day.day} {day:%B %Y}"  # type: ignore[attr-defined]
