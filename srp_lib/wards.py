"""Wards: the page that sets each ward beside the borough, and a page of its own for every ward.

A notebook opens one `Wards` and asks it for the parts of the page. Opened for one ward it tells of that ward alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar

import pandas as pd

from srp_lib import leaflets, maps, place_cautions, place_charts, wording
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.display import DASH, NOTHING, Folded, Leaflet, Leaflets, Notice, Stack, Table
from srp_lib.drawing import Chart
from srp_lib.errors import AuditError
from srp_lib.evidence import Evidence
from srp_lib.facts import Lead
from srp_lib.local import OLD_WARD, WARD, Local, open_local
from srp_lib.place_figures import Figures, Subject, doubt, limits, ranked, shown, standing_words, subjects
from srp_lib.places import WITHIN
from srp_lib.verdicts import HIGHER, LOWER

LOOKUP = "lsoa21_ward"
TWICE = 2.0
Shown = TypeVar("Shown")


def _of_all(part: Callable[..., Shown]) -> Callable[..., Shown | Notice]:
    """A part of the page of all wards: nothing where one ward was asked for, or where no lookup gives wards."""

    @wraps(part)
    def told(self: Wards, *given: object) -> Shown | Notice:
        return NOTHING if self.ward or self.local.lacking(LOOKUP) else part(self, *given)

    return told


@dataclass(frozen=True)
class Wards:
    """The wards of an audit; `ward` is the code of the one that was asked for, or blank for all."""

    local: Local
    ward: str = ""

    @property
    def evidence(self) -> Evidence:
        """The evidence of the whole borough."""
        return self.local.evidence

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """What is counted, by slug: recorded crime and anti-social behaviour first."""
        return {subject.slug: subject for subject in subjects(self.local)}

    @cached_property
    def figures(self) -> dict[str, Figures]:
        """The wards' figures by what is counted."""
        return {slug: Figures(self.local, subject) for slug, subject in self.subjects.items()}

    def lead(self) -> Lead | Notice:
        """The page's first words: how far wards differ, and which changed by more than chance."""
        if self.local.lacking(LOOKUP):
            return Notice(
                "No lookup of 2021 LSOAs to wards (extract lsoa21_ward) was supplied. It would show crime and anti-social "
                "behaviour by ward: counts, rates, ranges of rank and changes.", "missing",
            )  # fmt: skip
        if self.ward:
            return Lead(" ".join(leaflets.sentences(self.figures, self.ward)), "", {})
        told = " ".join(
            f"{_levels(self.figures[slug])} {_moves(self.figures[slug])}".strip() for slug in (RECORDED, ASB)
        )
        note = (
            f"{self._base()} Places near the top or the bottom of any list change by "
            "chance alone, so ranks are given as ranges, and verdicts allow for there being many wards to compare."
        )
        return Lead(told, note, {})

    def _base(self) -> str:
        """Whose residents rates are over, and why the borough's own is not that of other pages."""
        figures, config = self.figures[RECORDED], self.evidence.config
        if not len(figures.known):
            return ""
        rate = config.per * self.evidence.total(RECORDED) / figures.residents.sum()
        base, other = self.local.base_label, self.evidence.denominator(self.evidence.period).label
        start = f"A ward's rate is over the people who live there ({base})"
        if base == other:
            return f"{start}."
        return (
            f"{start}; {self.evidence.area_name}'s recorded crime is then {wording.decimal(rate)} for every {config.per:,}, "
            f"where other pages use {other} residents."
        )

    @_of_all
    def caveats(self) -> Notice:
        """What a reader must know of counts by ward: how neighbourhoods were fitted to wards, and visitors."""
        return Notice(
            "Before comparing wards, bear in mind:", "caveat", tuple(filter(None, place_cautions.cautions(self.local)))
        )

    @_of_all
    def map(self, slug: str) -> Chart | Notice:
        """Wards shaded by their smoothed rate over the borough's."""
        figures, shapes = self.figures[slug], self.local.shapes(WARD)
        if not shapes:
            return Notice(
                "No ward boundaries (extract boundaries) were supplied. They would show a map of rates by ward.",
                "missing",
            )
        if not len(figures.known):
            return NOTHING
        names, ratios = self.local.names(), figures.ratios
        top = ratios.idxmax()
        title = (
            f"{figures.subject.label}: {wording.decimal(ratios.min())} times the borough's rate in {names[ratios.idxmin()]}, "
            f"{wording.decimal(ratios[top])} times in {doubt(self.local, top)}"
        )
        rows = tuple(
            (names[code], wording.decimal(ratios[code], 2)) for code in figures.index if ratios[code] == ratios[code]
        )
        told = "; ".join(f"{name} {ratio}" for name, ratio in rows)
        reason = "Many who are there probably live elsewhere"
        return maps.ratio_map(
            f"map-{slug.replace('_', '-')}", title,
            f"{figures.subject.label}, smoothed rate over residents ({self.local.base_label}) as a multiple of {self.evidence.area_name}'s, the ward itself included, {self.evidence.period.label}",
            f"Map of wards. {title}. {told}.", shapes, figures.mapped, Table(f"{figures.subject.label}: times the borough's rate", ("Ward", "Times"), rows),
            labels=names, hatched=dict.fromkeys(self.local.visited(), reason), noun="wards", note=self.local.policy.brief,
        )  # fmt: skip

    @_of_all
    def map_by_year(self, slug: str) -> Chart | Notice:
        """A small map of `map` for each year of the extracts; nothing where there is one year."""
        figures, shapes, years = self.figures[slug], self.local.shapes(WARD), self.local.years
        if not shapes or len(years) < 2 or not len(figures.known):
            return NOTHING
        names, ratios = self.local.names(), figures.ratios_by_year
        twice = [code for code in figures.index if (ratios.loc[code] >= TWICE).all()]
        count = f"each of the {wording.number_word(len(years))} years"
        held = wording.listed([doubt(self.local, code) for code in twice])
        said = (
            f"{held}, had twice the borough's rate or more in {count}"
            if twice
            else f"no ward had twice the borough's rate in {count}"
        )
        title = f"{figures.subject.label}: {said}"
        rows = tuple((names[code], *_times(ratios.loc[code])) for code in figures.index)
        table = Table(f"{figures.subject.label}: times the borough's rate, by year", ("Ward", *ratios.columns), rows)
        months = f"the same {len(years[-1].months)} months of each year, residents of {self.local.base_label}"
        return maps.small_maps(
            f"map-years-{slug.replace('_', '-')}", title, f"{figures.subject.label}, smoothed rate as a multiple of {self.evidence.area_name}'s, by ward; {months}",
            f"A map of wards for each of {len(years)} years. {title}.", shapes, figures.mapped_by_year, table,
            note=" ".join(filter(None, [place_cautions.gap(self.local), self.local.policy.brief])),
        )  # fmt: skip

    @_of_all
    def level(self, slug: str) -> Table:
        """Count, rate, smoothed rate, range of rank and standing of each ward; carries the facts of count and rate."""
        return self._level(self.figures[slug])

    @_of_all
    def change(self, slug: str) -> Table | Notice:
        """Each ward's change on the year with a verdict over all wards; nothing where there is no comparator."""
        return self._change(self.figures[slug])

    @_of_all
    def changes(self, slug: str) -> Chart | Notice:
        """Each ward's change with its interval."""
        figures = self.figures[slug]
        table = figures.changes if self.evidence.comparison.possible else pd.DataFrame()
        kept = table[table["value"].notna()] if len(table) else table
        if kept.empty:
            return NOTHING
        names, rows = self.local.names(), kept.sort_values("value")
        moved = [int((figures.changes["verdict"] == verdict).sum()) for verdict in (LOWER, HIGHER)]
        fell, rose = (wording.number_word(number) if number else "none" for number in moved)
        title = f"{figures.subject.label} fell by more than chance in {fell} of {len(figures.index)} wards and rose so in {rose}"
        drawn = pd.DataFrame(
            {"name": [names[code] for code in rows.index], "value": rows["value"], "lower": rows["lower"], "upper": rows["upper"],
             "highlight": rows["verdict"].isin((HIGHER, LOWER))}, index=rows.index,
        )  # fmt: skip
        told = "; ".join(f"{row.name} {wording.signed(row.value)}%" for row in drawn.itertuples(index=False))
        return place_charts.ranges(
            f"changes-{slug.replace('_', '-')}", title,
            f"{figures.subject.label}, change on {self.evidence.comparison.basis} with 95% interval, by ward, {self.evidence.period.label}",
            f"Intervals by ward. {title}. {told}.", drawn, self._change(figures, facts=False), note=f"{place_cautions.STRICTER} {self.local.policy.brief}".strip(), reference=0.0, unit="%",
        )  # fmt: skip

    @_of_all
    def months(self, slug: str) -> Chart:
        """A small line for each ward over all months of the extracts, each to its own scale."""
        figures, names = self.figures[slug], self.local.names()
        series, step = leaflets.monthly(self.local, figures.subject.slugs)
        title = _since(figures) or f"{figures.subject.label} by {step} in each ward"
        rows = tuple((names[code], *(shown(value) for value in figures.by_year.loc[code])) for code in figures.index)
        columns = ("Ward", *(year.label for year in self.local.years))
        table = Table(
            f"{figures.subject.label} by ward and year, over the same {len(self.local.years[-1].months)} months of each",
            columns,
            rows,
        )
        return place_charts.panels(
            f"months-{slug.replace('_', '-')}", title,
            f"{figures.subject.label}, count a {step}, each ward to its own scale, {leaflets.span(self.evidence)}",
            f"A small line for each of {len(rows)} wards. {title}.", {names[code]: series[code] for code in figures.index}, table,
            note=" ".join(filter(None, [place_cautions.gap(self.local), self.local.policy.brief])),
        )  # fmt: skip

    @_of_all
    def by_type(self) -> Folded:
        """Level and change of every other type, one to open at a time."""
        parts: list[tuple[str, Table]] = []
        for slug, figures in self.figures.items():
            if slug in (RECORDED, ASB):
                continue
            parts.append((f"{figures.subject.label}: counts and rates by ward", self._level(figures)))
            moved = self._change(figures)
            parts += [(f"{figures.subject.label}: change by ward", moved)] if isinstance(moved, Table) else []
        return Folded(tuple(parts))

    @_of_all
    def groups(self) -> Folded | Notice:
        """Recorded crime and anti-social behaviour by each grouping of wards that was supplied."""
        if not self.local.groupings:
            return Notice(
                "No groups of wards (extract ward_groups) were supplied. They would show the same figures by policing "
                "locality, former Area Assembly or any other grouping.", "missing",
            )  # fmt: skip
        parts = []
        for name in self.local.groupings:
            for slug in (RECORDED, ASB):
                figures = Figures(self.local, self.subjects[slug], name)
                parts.append((f"{name}: {figures.subject.label.lower()}", self._level(figures, name)))
                moved = self._change(figures, name)
                parts += (
                    [(f"{name}: change in {figures.subject.label.lower()}", moved)] if isinstance(moved, Table) else []
                )
        return Folded(tuple(parts))

    def profiles(self) -> Leaflets | Leaflet | Notice:
        """A page for each ward; where one ward was asked for, its content."""
        if self.local.lacking(LOOKUP):
            return NOTHING
        if self.ward:
            return leaflets.leaflet(self.local, self.figures, self.ward)
        made = tuple(leaflets.leaflet(self.local, self.figures, code) for code in self.figures[RECORDED].index)
        return Leaflets("wards", "One printable page for each ward:", made)

    @_of_all
    def balance(self) -> Stack:
        """The wards and the unallocated against the borough, for every type; held for every month before it is shown."""
        cells, rows = self.local.balance()
        notice = Notice(
            f"{wording.whole(cells)} sums were held against {self.evidence.area_name}'s own counts, each type in each month of "
            f"the extracts ({wording.whole(rows)} rows): wards and unallocated give the borough in every one."
        )
        loose = {slug: int(self.local.unallocated(slug).sum()) for slug in measures()}
        # Beside an exact borough, all wards together would tell how many are unallocated, who live in one or two places.
        told = not self.local.policy.protects or not any(loose.values())
        lines = []
        for slug, measure in measures().items():
            whole = self.evidence.total(slug)
            within = (wording.whole(whole - loose[slug]),) if told else ()
            lines.append((measure.label, *within, self.local.policy.count(loose[slug]).text, wording.whole(whole)))
        note = "Unallocated are rows in the borough whose LSOA changed irregularly between 2011 and 2021 or is in no lookup."
        caption = f"{'Wards, unallocated' if told else 'Unallocated'} and borough, {self.evidence.period.label}"
        columns = ("Type", *(("All wards",) if told else ()), "Unallocated", self.evidence.area_name)
        return Stack((notice, Table(caption, columns, tuple(lines), note)))

    @_of_all
    def fit(self) -> Table:
        """How well neighbourhoods fit wards: residents counted in each ward beside the publisher's own estimate."""
        estimates = self.local.ward_estimates
        lines = []
        for code, row in self.local.wards.iterrows():
            own = estimates[1].get(code) if estimates else None
            gap = f"{wording.signed(100 * (row['residents'] / own - 1))}%" if own else DASH
            people = wording.whole(row["residents"]) if row["residents"] == row["residents"] else DASH
            lines.append((row["name"], str(row["neighbourhoods"]), people, wording.whole(own) if own else DASH, gap))
        known = f"the ONS estimate of {estimates[0]}" if estimates else "an ONS estimate, which was not supplied"
        columns = ("Ward", "Neighbourhoods", "Their residents", "The ward's residents", "Difference")
        note = f"Residents of neighbourhoods are of {self.local.base_label or 'no table that was supplied'}; those of wards are {known}. {_parted(self.local)}"
        return Table("How well neighbourhoods fit wards", columns, tuple(lines), note)

    def former(self) -> Folded | Notice:
        """Counts by the wards of the lookup of 2011 LSOAs, over the years of the extracts."""
        if self.ward:
            return NOTHING
        if self.local.lacking("lsoa11_ward"):
            return Notice(
                "No lookup of 2011 LSOAs to wards (extract lsoa11_ward) was supplied. It would show the former wards.",
                "missing",
            )
        names, parts = self.local.names(OLD_WARD), []
        for subject in subjects(self.local, OLD_WARD)[:2]:
            figures = Figures(self.local, subject, OLD_WARD)
            rows = tuple(
                (names[code], *(shown(value) for value in figures.by_year.loc[code])) for code in figures.index
            )
            label = figures.subject.label
            caption = f"{label} by the {len(rows)} former wards, over the same {len(self.local.years[-1].months)} months of each year"
            parts.append(
                (
                    f"{label} by former ward",
                    Table(caption, ("Ward", *(year.label for year in self.local.years)), rows, self.local.policy.note),
                )
            )
        return Folded(tuple(parts))

    def _level(self, figures: Figures, kind: str = "Ward") -> Table:
        names, config = self.local.names(figures.by), self.evidence.config
        several = f"of {len(figures.known)}"
        columns = (
            kind,
            "Count",
            f"Per {config.per:,}",
            f"{config.confidence:.0%} interval",
            "Smoothed",
            f"Rank {several}",
            "Times the rest",
            "Against the rest",
        )
        rows, anchors, facts = [], [], []
        for code, made in zip(figures.index, figures.facts, strict=True):
            rate, standing = figures.rate.loc[code], figures.standing.loc[code]
            known = code in figures.known
            rows.append((
                self._named(code, figures.by, names), shown(figures.count[code]), wording.decimal(rate["value"]) if known else DASH, limits(rate),
                wording.decimal(figures.smoothed[code]) if known else DASH, ranked(figures.ranks.loc[code]) if known else DASH,
                wording.decimal(standing["value"], 2) if standing["value"] == standing["value"] else DASH, standing_words(standing),
            ))  # fmt: skip
            anchors.append(("", made[0].anchor, made[1].anchor, *[""] * 5))
            facts += made[:2]
        note = (
            f"Rates are over residents ({self.local.base_label or 'not supplied'}). Smoothed: drawn towards the borough's rate, the more so the fewer residents. "
            f"Rank: 1 is the highest rate; the range is where it could as well lie. Against the rest: by more than chance and the usual ups and downs between years explain, "
            f"with at most 5% false alarms among those marked. {self._rounded()}"
        )
        caption = f"{figures.subject.label} by {kind.lower()}, {self.evidence.area_name}, {self.evidence.period.label}"
        return Table(caption, columns, tuple(rows), note.strip(), tuple(facts), tuple(anchors))

    def _change(self, figures: Figures, kind: str = "Ward", facts: bool = True) -> Table | Notice:
        comparison = self.evidence.comparison
        if not comparison.possible:
            return NOTHING
        names = self.local.names(figures.by)
        months = "" if comparison.whole else f", same {len(comparison.now)} months"
        columns = (
            kind,
            f"{comparison.comparator.label}{months}",
            f"{self.evidence.period.label}{months}",
            "Change",
            "95% interval",
            "Verdict",
        )
        rows, anchors = [], []
        made = figures.facts if facts else [()] * len(figures.index)
        for code, own in zip(figures.index, made, strict=True):
            row = figures.changes.loc[code]
            size = f"{wording.signed(row['value'])}%" if row["value"] == row["value"] else DASH
            rows.append(
                (
                    names[code],
                    shown(figures.then[code]),
                    shown(figures.now[code]),
                    size,
                    limits(row, 1, True),
                    wording.marked(row["verdict"]),
                )
            )
            anchors.append(("", "", "", own[2].anchor if facts else "", "", ""))
        note = (
            f"Higher and lower mean more than chance would explain, with at most 5% false alarms among those so marked (false-discovery control). "
            f"{place_cautions.STRICTER} {self._rounded()}"
        )
        caption = f"{figures.subject.label}: change by {kind.lower()}, {self.evidence.area_name}, {self.evidence.period.label}"
        return Table(
            caption, columns, tuple(rows), note.strip(), tuple(own[2] for own in made if facts), tuple(anchors)
        )

    def _rounded(self) -> str:
        """What protection does to counts and verdicts; empty where nothing is protected."""
        return (
            f"{self.local.policy.note} Verdicts too are of rounded counts and can differ from exact ones near the line."
            if self.local.policy.protects
            else ""
        )

    def _named(self, code: str, by: str, names: dict[str, str]) -> str:
        """A ward's name with what makes its rate doubtful beneath."""
        marks = place_cautions.marks(self.local, code) if by == WARD else []
        return "\n".join([names[code], *marks])


def open_wards(evidence: Evidence, ward: str = "") -> Wards:
    """The wards of an audit, or the one of them that is named (by name or code, whatever its letters' case).

    Raises AuditError where there is no such ward, with the names that there are.
    """
    local = open_local(evidence)
    if not ward:
        return Wards(local)
    names = local.names()
    found = [
        code
        for code, name in names.items()
        if ward.strip().lower() in (code.lower(), name.lower(), wording.slug_of(name))
    ]
    if not found:
        raise AuditError(
            f"There is no ward '{ward}' in {evidence.area_name}. There are: {wording.listed(sorted(names.values()))}."
        )
    return Wards(local, found[0])


def _since(figures: Figures) -> str:
    """In how many wards the period had fewer than the year before it in the extracts; empty where there is none."""
    labels = [year.label for year in figures.local.years][-2:]
    counts = figures.by_year[labels].dropna()
    if len(labels) < 2 or counts.empty:
        return ""
    fewer, more = (
        int(one.sum()) for one in (counts[labels[1]] < counts[labels[0]], counts[labels[1]] > counts[labels[0]])
    )
    side, number = ("fewer", fewer) if fewer >= more else ("more", more)
    return f"{wording.upper_first(wording.number_word(number))} of {len(counts)} wards had {side} {figures.subject.noun} in {labels[1]} than in {labels[0]}"


def _times(ratios: pd.Series) -> list[str]:
    """Ratios for a table's cells."""
    return [wording.decimal(ratio, 2) if ratio == ratio else DASH for ratio in ratios]


def _levels(figures: Figures) -> str:
    """How many wards are above and below the rest, and the extremes, in a sentence; empty without rates."""
    if not len(figures.known):
        return ""
    words, names = figures.standing["verdict"], figures.local.names()
    rate, config = figures.rate["value"], figures.local.evidence.config
    high, low = int((words == HIGHER).sum()), int((words == LOWER).sum())
    stand = [names[code] for code in figures.known if figures.standing.loc[code, "stands_out"] != WITHIN]
    apart = (
        f"; {wording.listed(stand)} {'stands' if len(stand) == 1 else 'stand'} out even among wards" if stand else ""
    )
    return (
        f"{figures.subject.label} ranged from {wording.decimal(rate.min())} for every {config.per:,} residents in {names[rate.idxmin()]} to "
        f"{wording.decimal(rate.max())} in {doubt(figures.local, rate.idxmax())}. {wording.upper_first(wording.number_word(high))} of {len(figures.known)} wards had a clearly "
        f"higher rate than the rest of the borough and {wording.number_word(low)} a lower one{apart}."
    )


def _moves(figures: Figures) -> str:
    """Which wards changed by more than chance, in a sentence; empty without a comparator."""
    comparison = figures.local.evidence.comparison
    if not comparison.possible:
        return ""
    names, told = figures.local.names(figures.by), []
    for verdict, verb in ((HIGHER, "rose"), (LOWER, "fell")):
        moved = figures.changes[figures.changes["verdict"] == verdict]
        ordered = moved["value"].abs().sort_values(ascending=False).index
        if len(ordered):
            first = [f"{names[code]} ({wording.signed(moved.loc[code, 'value'], 0)}%)" for code in ordered[:3]]
            rest = f" and {wording.number_word(len(ordered) - 3)} more" if len(ordered) > 3 else ""
            told.append(f"{verb} by more than chance in {', '.join(first) if rest else wording.listed(first)}{rest}")
    clear = int(figures.changes["verdict"].isin((HIGHER, LOWER)).sum())
    noun = figures.subject.noun
    if not told:
        return f"Against {comparison.basis}, no ward's {noun} changed by more than chance would explain."
    others = len(figures.index) - clear
    tail = f"; in the other {wording.number_word(others)} the change could be chance" if others else ""
    return f"Against {comparison.basis}, {noun} {' and '.join(told)}{tail}."


def _parted(local: Local) -> str:
    """What was done with neighbourhoods that lie in two wards."""
    if not local.parted:
        return ""
    names = local.names("unit")
    where = wording.listed(
        [f"{names[unit]} in {local.names()[local.units.loc[unit, 'ward']]}" for unit in local.parted]
    )
    return f"LSOAs that were split between 2011 and 2021 are kept together, though their parts now lie in different wards: {where}."
