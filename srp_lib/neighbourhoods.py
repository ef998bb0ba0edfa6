"""Neighbourhoods: the page on where in the borough crime is found, and whether it stays there.

A notebook opens one `Neighbourhoods` and asks it for the parts of the page. A neighbourhood is a unit of
`srp_lib.vintages`. Whatever is said of one of them rests on counts as they may be shown (`Local.shown`); how
concentrated crime is over all of them is a figure of the borough, and rests on the counts as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import place_cautions, wording
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.concentration import ConcentrationChange, concentration_change, concentration_over_years
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.facts import FactGroup, KeyFact, Lead
from srp_lib.hot_spots import COOLING, EMERGING, PERSISTENT, YEARS_FOR_KINDS, HotSpots, hot_spots
from srp_lib.local import UNIT, Local, open_local
from srp_lib.place_figures import WHOLE, Figures, Subject, limits, shown
from srp_lib.used import COMPARATOR, NUMERATOR, Used
from srp_lib.verdicts import HIGHER, LOWER, UNCLEAR
from srp_lib.vintages import UNCHANGED

THEME = "neighbourhoods"
MAIN_TYPES = 3
DRAWS = 500  # of the intervals and tests of concentration, whose steps are a whole neighbourhood
KINDS = {
    PERSISTENT: "a hot spot in every year compared",
    EMERGING: "rising, and a hot spot now but not in every earlier year",
    COOLING: "falling, and a hot spot in an earlier year",
}
NO_RESIDENTS = (
    "No table of residents by LSOA (extract small_area_population) was supplied. It would show rates, maps, hot spots "
    "and the index of vulnerability."
)
NO_BOUNDARIES = (
    "No boundaries of LSOAs (extract boundaries) were supplied. They would show maps of rates and of hot spots."
)


@dataclass(frozen=True)
class Neighbourhoods:
    """The neighbourhoods of an audit."""

    local: Local

    @property
    def evidence(self) -> Evidence:
        """The evidence of the whole borough."""
        return self.local.evidence

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """What is counted, by slug: recorded crime, anti-social behaviour and the types of crime with the most."""
        known = measures()
        types = [slug for slug in known if slug not in (RECORDED, ASB)]
        main = sorted(types, key=self.evidence.total, reverse=True)[:MAIN_TYPES]
        return {slug: Subject(slug, known[slug].label, known[slug].noun, (slug,)) for slug in (RECORDED, ASB, *main)}

    @cached_property
    def figures(self) -> dict[str, Figures]:
        """The neighbourhoods' figures by what is counted."""
        return {slug: Figures(self.local, subject, UNIT) for slug, subject in self.subjects.items()}

    @property
    def names(self) -> dict[str, str]:
        """What each neighbourhood is called by its code, in order."""
        return self.local.called

    @property
    def peopled(self) -> bool:
        """Whether residents are known, without whom there is no rate."""
        return bool(self.local.base_label)

    @property
    def same_months(self) -> str:
        """Over which months years are compared, for a caption: "the same 11 months of each year"."""
        return f"the same {len(self.local.years[-1].months)} months of each year"

    def lead(self) -> Lead:
        """The page's first words: how concentrated crime is, whether that is stable, and how many lasting hot spots there are."""
        counted = " ".join(filter(None, (self._concentrated(RECORDED), self._kinds_sentence(RECORDED))))
        note = (
            "A neighbourhood here is a lower layer super output area (LSOA), the smallest area that crimes are published by: about "
            f"{self.local.typical_size} people live in each. It is called by its ward and, in brackets, the end of its official name, as 017B is of Rotherham 017B. Nothing finer is known, because each crime is moved to a nearby map point before it is published. "
            "Rates are over the people who live in a place, and not over those who visit it."
        )
        return Lead(counted, note, {})

    def missing(self) -> Notice:
        """What is not on the page because no residents of neighbourhoods, or no outlines of them, were supplied."""
        if not self.peopled:
            return Notice(NO_RESIDENTS, "missing")
        return NOTHING if self.local.shapes(UNIT) else Notice(NO_BOUNDARIES, "missing")

    @property
    def when(self) -> str:
        """The period in a sentence, owning up to months that are left out because an earlier year lacks them."""
        label, months = self.evidence.period.label, len(self.local.years[-1].months)
        return label if months == len(self.evidence.period.months) else f"{months} months of {label}"

    # --- concentration --------------------------------------------------------------------------------------

    def years(self, slug: str) -> pd.DataFrame:
        """True counts by neighbourhood and year, over the months that all years have."""
        return pd.DataFrame({year.label: self.local.totals(slug, UNIT, year.months) for year in self.local.years})

    @cached_property
    def concentrations(self) -> dict[str, pd.DataFrame]:
        """By what is counted, how many neighbourhoods held half of it: a row a year, as `concentration_over_years`."""
        return {
            slug: concentration_over_years(self.years(slug), DRAWS, apart=self.local.apart) for slug in self.subjects
        }

    @cached_property
    def moves(self) -> dict[str, ConcentrationChange]:
        """By what is counted, whether it became more or less concentrated from the first year to the last."""
        return {slug: concentration_change(self.years(slug), DRAWS) for slug in self.subjects}

    def concentration_facts(self) -> FactGroup:
        """For each measure, the share of neighbourhoods that held half of it."""
        return FactGroup(tuple(self._half_fact(slug) for slug in self.subjects))

    def concentration_table(self) -> Table:
        """How many neighbourhoods held half, year by year, and whether that moved by more than chance."""
        labels = [year.label for year in self.local.years]
        several = len(labels) > 1
        rows = []
        for slug, subject in self.subjects.items():
            held = self.concentrations[slug]
            cells = [
                f"{wording.whole(row['holding'])} ({_percent(row['value'])})" if row["crimes"] else DASH
                for _, row in held.iterrows()
            ]
            gini = wording.decimal(held["gini"].iloc[-1], 2) if held["crimes"].iloc[-1] else DASH
            rows.append((subject.label, *cells, gini, *([_moved(self.moves[slug])] if several else [])))
        moved = (f"Since {labels[0]}",) if several else ()
        note = (
            "Fewer neighbourhoods means more concentrated. Gini: 0 where every neighbourhood has as much, near 1 where one has all; it allows for a type "
            "having fewer crimes than there are neighbourhoods. A move is told only where it is more than chance would make; years with fewer "
            "crimes look more concentrated of themselves, which is allowed for."
        )
        caption = f"How many of {len(self.local.units)} neighbourhoods held half, {self.evidence.area_name}, {self.same_months}"
        return Table(caption, ("What", *labels, f"Gini, {labels[-1]}", *moved), tuple(rows), note)

    def _concentrated(self, slug: str, marked: bool = False) -> str:
        """How concentrated a measure was, and whether it still is as it was; `marked` where a verdict follows it."""
        half, subject = self.concentrations[slug].iloc[-1], self.subjects[slug]
        if not half["crimes"]:
            return f"There were no {subject.noun} in {self.when}."
        holding, number = wording.whole(half["holding"]), len(self.local.units)
        start = f"{holding} of {number} neighbourhoods ({_percent(half['value'])}) held half of all {subject.noun} in {self.when}."
        first, last = (self.concentrations[slug].iloc[place]["value"] for place in (0, -1))
        move, begun = self.moves[slug], self.local.years[0].label
        if move.difference is None:
            return start
        if move.stable:
            return (
                f"{start} In the same months of {begun} it was {_percent(first)}."
                if marked
                else f"{start} That is much as in {begun}."
            )
        words = "more" if move.difference < 0 else "less"
        return f"{start} They became {words} concentrated than in {begun} (from {_percent(first)} to {_percent(last)} of neighbourhoods)."

    def _half_fact(self, slug: str) -> KeyFact:
        held, move = self.concentrations[slug], self.moves[slug]
        half, then = held.iloc[-1], held.iloc[0]
        number, method = (
            float(len(self.local.units)),
            "smallest share of places with 50% of what was counted; interval from counts drawn again",
        )
        if half["crimes"]:
            found = (float(half[name]) for name in ("value", "lower", "upper", "holding"))
            value = Estimate(*found, number, "% of neighbourhoods", method)
        else:
            value = absent("% of neighbourhoods", method, "None were recorded.", None, number)
        compared = move.difference is not None
        verdict = (UNCLEAR if move.stable else HIGHER if move.difference > 0 else LOWER) if compared else ""
        return KeyFact(
            f"{THEME}.{slug}.half_share", self._concentrated(slug, marked=True), value, self.evidence.period.code,
            f"{measures()[slug].definition}: the smallest number of neighbourhoods that held half of them, over all neighbourhoods. The verdict is over {self.same_months}",
            self.local.sources(UNIT), comparator_value=float(then["value"]) if compared else None,
            comparator_numerator=float(then["holding"]) if compared else None,
            comparator_period=_code(self.evidence, self.local.years[0].label) if compared else "", verdict=verdict,
            disclosure=WHOLE, label=self.subjects[slug].label,
            rows=self.used(slug, -1) + (self.used(slug, 0, COMPARATOR) if compared else ()),
        )  # fmt: skip

    # --- hot spots ------------------------------------------------------------------------------------------

    def shown_years(self, slug: str) -> pd.DataFrame:
        """Counts by neighbourhood and year as they may be shown, NaN where withheld."""
        return self.figures[slug].by_year.astype("Float64").astype(float)

    @cached_property
    def spots(self) -> dict[str, HotSpots]:
        """The hot spots of recorded crime and of anti-social behaviour, from counts as they may be shown."""
        return {
            slug: hot_spots(
                self.shown_years(slug),
                self.figures[slug].residents,
                smallest_base=self.evidence.config.smallest_base,
                apart=self.local.apart,
            )
            for slug in (RECORDED, ASB)
        }

    @property
    def can_tell_kinds(self) -> bool:
        """Whether there are years enough, and residents, to tell a lasting hot spot from a new one."""
        return self.peopled and len(self.local.years) >= YEARS_FOR_KINDS

    def kinds(self, slug: str) -> pd.Series:
        """The kind of each neighbourhood that has one, in the order of KINDS and then of names."""
        found = self.spots[slug].rows["kind"]
        order = list(self.names)
        codes = sorted(found.index[found != ""], key=lambda code: (list(KINDS).index(found[code]), order.index(code)))
        return found.loc[codes]

    def hot_spot_facts(self) -> FactGroup | Notice:
        """How many neighbourhoods are hot spots of each kind; what is missing where that cannot be told."""
        if not self.peopled:
            return NOTHING
        if not self.can_tell_kinds:
            told = self.spots[RECORDED].note
            return Notice(
                f"{told} Add the street-level files of more years to see persistent, emerging and cooling hot spots.",
                "missing",
            )
        return FactGroup(tuple(self._kind_fact(slug, kind) for slug in self.spots for kind in KINDS))

    def hot_spot_table(self, slug: str) -> Table | Notice:
        """The hot spots of each kind: counts by year, and the latest year against the others beside the rest of the borough."""
        if not self.can_tell_kinds:
            return NOTHING
        kinds, rows, counts = self.kinds(slug), self.spots[slug].rows, self.shown_years(slug)
        if not len(kinds):
            return Notice(
                f"No neighbourhood is a persistent, emerging or cooling hot spot of {self.subjects[slug].label.lower()}."
            )
        lines = []
        for code, kind in kinds.items():
            moved = rows.loc[code].rename({"change": "value"})
            size = f"{wording.signed(moved['value'], 0)}%" if moved["value"] == moved["value"] else DASH
            lines.append(
                (
                    self.marked(code),
                    kind.capitalize(),
                    *(shown(number) for number in counts.loc[code]),
                    size,
                    limits(moved, 0, True),
                )
            )
        columns = ("Neighbourhood", "Kind", *counts.columns, "Change against the rest", "95% interval")
        note = (
            f"Change: {counts.columns[-1]} against the mean of the earlier years, beside the rest of the borough's change. Hot in single years: "
            f"{wording.listed([f'{number} in {year}' for year, number in self.spots[slug].hot.sum().items()])}. {self.spots[slug].note} {self.local.policy.note}"
        )
        caption = f"Hot spots of {self.subjects[slug].label.lower()}, {self.evidence.area_name}, {self.same_months}"
        return Table(caption, columns, tuple(lines), " ".join(note.split()))

    def marked(self, code: str) -> str:
        """A neighbourhood's ward and name, with what makes its rate doubtful beneath."""
        return "\n".join([self.names[code], *([place_cautions.VISITED] if code in self.local.visited(UNIT) else [])])

    def _kinds_sentence(self, slug: str) -> str:
        """How many hot spots last, come up and cool, for the head of the page; empty where it cannot be told."""
        if not self.can_tell_kinds:
            return ""
        held, begun = self.kinds(slug), self.local.years[0].label
        lasting, coming, cooling = (int((held == kind).sum()) for kind in KINDS)
        told = wording.upper_first(wording.number_word(lasting))
        has = "neighbourhood has been a hot spot" if lasting == 1 else "neighbourhoods have been hot spots"
        others = [
            f"{wording.number_word(one) if one else 'none'} {'is' if one < 2 else 'are'} {kind}"
            for one, kind in ((coming, EMERGING), (cooling, COOLING))
        ]
        return f"{told} {has} in each of the {wording.number_word(len(self.local.years))} years compared, {begun} the first; {wording.listed(others)}."

    def _kind_fact(self, slug: str, kind: str) -> KeyFact:
        codes = self.kinds(slug)
        codes = codes.index[codes == kind]
        names = wording.listed([self.names[code] for code in codes[:3]])
        more = f" and {wording.whole(len(codes) - 3)} more" if len(codes) > 3 else ""
        label, span = self.subjects[slug].label.lower(), f"{self.local.years[0].label} to {self.local.years[-1].label}"
        number = wording.number_word(len(codes)).capitalize()
        noun = "neighbourhood is a" if len(codes) == 1 else "neighbourhoods are"
        spot = "hot spot" if len(codes) == 1 else "hot spots"
        statement = f"{number} {noun} {kind} {spot} of {label}, {span}{': ' if names else ''}{names}{more}."
        value = Estimate(
            float(len(codes)),
            None,
            None,
            float(len(codes)),
            float(len(self.local.units)),
            "neighbourhoods",
            "hot spots with false-discovery control",
        )
        return KeyFact(
            f"{THEME}.{slug}.{kind}_hot_spots", statement, value, self.evidence.period.code,
            f"{measures()[slug].definition}: neighbourhoods that were {KINDS[kind]}, {self.same_months}", self.local.sources(UNIT, rated=True),
            disclosure=self.local.policy.treatment(False), label=self.subjects[slug].label,
            rows=tuple(one for place in range(len(self.local.years)) for one in self.used(slug, place)),
        )  # fmt: skip

    def used(self, slug: str, place: int, part: str = NUMERATOR) -> Used:
        """The borough's rows of one of `Local.years` by file; those that are in no neighbourhood are among them."""
        return self.evidence.used(slug, self.local.years[place].months, part)

    def caveats(self) -> Notice:
        """What to bear in mind of every figure by neighbourhood."""
        return Notice("Bear in mind:", "caveat", tuple(filter(None, self._cautions())))

    def _cautions(self) -> Sequence[str]:
        excluded, visited = self.local.geography.excluded, len(self.local.visited(UNIT))
        joined = int((self.local.units["change"] != UNCHANGED).sum())
        thefts = "so many thefts from shops and persons for each resident that many who are there must live elsewhere"
        return (
            "A crime counts where the police placed it, which is a map point near the place and sometimes in the neighbourhood "
            "next door. Crimes without a location are in no neighbourhood.",
            f"Visitors: {many(visited)} had {thefts}. Rates there overstate the risk to residents." if visited else "",
            f"Residents are those of {self.local.base_label}, the same for every year, so a place where many homes were built "
            "since looks worse than it is." if self.peopled else "",
            "A neighbourhood is counted whole in one ward, by the official best fit. Some lie across a ward's edge.",
            *place_cautions.unusual(self.local), place_cautions.left_out(self.local), place_cautions.gap(self.local), place_cautions.outdated(self.local),
            f"LSOAs that were split or merged between 2011 and 2021 are put together, so that all years have the same areas: "
            f"this makes {many(joined)} larger than the others." if joined else "",
            f"Left out, because their boundaries changed irregularly: {wording.listed(list(excluded))}." if excluded else "",
            "Counts in single neighbourhoods are small and go up and down by chance. Places at the top of one year's list tend "
            "to fall back in the next of themselves.",
            f"Counts from 1 to {self.local.policy.smallest - 1} are withheld ({MARK}) and left out of rates, maps and tests."
            if self.local.policy.protects else "",
        )  # fmt: skip


def many(number: int) -> str:
    """A number of neighbourhoods in words: "one neighbourhood", "12 neighbourhoods"."""
    return f"{wording.number_word(number)} neighbourhood{'' if number == 1 else 's'}"


def open_neighbourhoods(evidence: Evidence) -> Neighbourhoods:
    """The neighbourhoods of an audit. Raises ExtractError where the lookups have none of the area."""
    return Neighbourhoods(open_local(evidence))


def _percent(value: float) -> str:
    return f"{wording.decimal(value)}%"


def _moved(move: ConcentrationChange) -> str:
    """Whether concentration moved, for a table's cell."""
    if move.difference is None:
        return DASH
    if move.stable:
        return wording.marked(UNCLEAR)
    words = (LOWER, "Less concentrated") if move.difference > 0 else (HIGHER, "More concentrated")
    return f"{wording.MARKS[words[0]]} {words[1]}"


def _code(evidence: Evidence, label: str) -> str:
    """The code of an earlier year of the period, by its label."""
    period = evidence.period
    while period.label != label:
        period = period.comparator()
    return period.code
