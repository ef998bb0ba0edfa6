"""Vulnerable neighbourhoods: those with more than twice as much crime, disorder and deprivation as the rest of the borough.

There is one index for each edition of the Indices of Deprivation that was supplied, on the neighbourhoods of the page
and with the weights of audit.toml. All of it rests on counts as they may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import places, section, vulnerability, wording
from srp_lib.codelists import ASB, RECORDED
from srp_lib.config import VULNERABILITY
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate
from srp_lib.facts import FactGroup, KeyFact
from srp_lib.local import UNIT
from srp_lib.neighbourhoods import THEME, Neighbourhoods
from srp_lib.records import Rows
from srp_lib.used import Used
from srp_lib.vulnerability import TWICE
from srp_lib.wording import slug_of

CRIME_PART, ASB_PART, DEPRIVATION, PARTNER = VULNERABILITY
PARTS = {
    CRIME_PART: "Recorded crime",
    ASB_PART: "Anti-social behaviour",
    DEPRIVATION: "Deprivation",
    PARTNER: "Deliberate fires",
}
STREET = {CRIME_PART: RECORDED, ASB_PART: ASB}
POLICE_ALONE = "Without deprivation"
FIRES = "fire_incidents"
MOST_WITHHELD = (
    0.25  # share of neighbourhoods whose count of a part may be withheld before the part is left out for all
)
NEAR = 0.05  # a neighbourhood is near twice as vulnerable where this share of the weightings makes it so
SURE = 0.95  # and safely above where this share does


@dataclass(frozen=True)
class Index:
    """The index by one edition of the Indices of Deprivation, or without them.

    `rows` is laid out by `vulnerability.index` and `doubts` by `vulnerability.sensitivity`, a row a neighbourhood.
    """

    edition: str
    rows: pd.DataFrame
    doubts: pd.DataFrame

    @property
    def said(self) -> str:
        """The edition in a sentence: "by the Indices of Deprivation 2019"."""
        return (
            f"by the Indices of Deprivation {self.edition.split()[-1]}"
            if self.edition != POLICE_ALONE
            else "without deprivation"
        )

    @property
    def parts(self) -> list[str]:
        """What the index is made of."""
        return [name for name in VULNERABILITY if name in self.rows]

    @property
    def above(self) -> pd.Index:
        """The neighbourhoods more than twice as vulnerable as the rest, the most first."""
        return self.rows[self.rows["twice"]].sort_values("index", ascending=False).index

    @property
    def told(self) -> pd.Index:
        """Those above and those near, the most first."""
        near = self.rows["twice"] | (self.doubts["share"] >= NEAR)
        return self.rows[near].sort_values("index", ascending=False).index


@dataclass(frozen=True)
class Vulnerable:
    """The index of vulnerability of an audit's neighbourhoods."""

    places: Neighbourhoods

    @cached_property
    def indices(self) -> tuple[Index, ...]:
        """The index by each edition of the Indices of Deprivation, oldest first; one without them where there is none."""
        editions = self.places.local.deprivation if self.weights.get(DEPRIVATION) else {}
        tried = [(edition, self._components(editions.get(edition))) for edition in sorted(editions) or [POLICE_ALONE]]
        people = self.places.local.residents(UNIT)
        return tuple(
            Index(edition, vulnerability.index(parts, self.weights, people), vulnerability.sensitivity(parts, self.weights, people))
            for edition, parts in tried if len(parts.columns)
        )  # fmt: skip

    @property
    def weights(self) -> dict[str, float]:
        """The weights of audit.toml that are above zero."""
        return {name: weight for name, weight in self.places.evidence.config.vulnerability.items() if weight > 0}

    @cached_property
    def _fires(self) -> Rows:
        """The deliberate fires that the fire service attended."""
        return section.open_section(self.places.evidence, ASB).deliberate_fires

    @cached_property
    def counts(self) -> dict[str, pd.Series]:
        """Counts of the parts that are counted, by neighbourhood, as they may be shown; without those not supplied."""
        local, figures = self.places.local, self.places.figures
        found = {CRIME_PART: figures[RECORDED].count, ASB_PART: figures[ASB].count}
        if not self._fires.lacking:
            units = self._fires.now["lsoa21"].dropna().astype(str).map(dict(local.geography.unit_of))
            found[PARTNER] = local.shown(units.value_counts().reindex(local.units.index, fill_value=0))
        return {part: counts.reindex(local.units.index) for part, counts in found.items() if part in self.weights}

    @cached_property
    def too_small(self) -> dict[str, int]:
        """Parts left out because too many of their counts are withheld, and in how many neighbourhoods they are."""
        hidden = {part: int(counts.isna().sum()) for part, counts in self.counts.items()}
        return {part: number for part, number in hidden.items() if number > MOST_WITHHELD * len(self.counts[part])}

    def facts(self) -> FactGroup | Notice:
        """How many neighbourhoods are more than twice as vulnerable, by each edition and by all of them."""
        if not self.places.peopled or not self.indices:
            return NOTHING
        return FactGroup(
            (*(self._fact(one) for one in self.indices), *([self._agreement()] if len(self.indices) > 1 else []))
        )

    def missing(self) -> Notice:
        """What is not in the index, and what it would show."""
        if not self.places.peopled:
            return NOTHING
        items = []
        if DEPRIVATION in self.weights and not self.places.local.deprivation:
            items.append(
                "No Indices of Deprivation (extract deprivation) were supplied. They would set how deprived residents are beside how much crime there is."
            )
        if PARTNER in self.weights and PARTNER not in self.counts:
            items.append(
                "The fire service's extract (fire_incidents) was not supplied, or has too little of the period. It would add deliberate fires."
            )
        items += [
            f"{PARTS[part]}: counts are too small to be shown in {wording.whole(number)} neighbourhoods."
            for part, number in self.too_small.items()
        ]
        return Notice("Not in the index:", "missing", tuple(items)) if items else NOTHING

    def method(self) -> Notice:
        """What the index is made of, its weights, and what it cannot say."""
        if not self.places.peopled or not self.indices:
            return NOTHING
        given = wording.listed(
            [f"{PARTS[name].lower()} {wording.decimal(self.weights[name])}" for name in self._parts_used]
        )
        deprived = (
            "Deprivation is the score, from 0 to 100, that the Indices of Deprivation make of national ranks; each edition has its own areas and year. "
            "They hold a domain of crime themselves, so crime counts a little more than its weight says."
            if DEPRIVATION in self._parts_used else ""
        )  # fmt: skip
        return Notice(
            "For each part, a neighbourhood's figure is divided by the mean of the rest of the borough; the index is the weighted mean of these ratios.", "caveat",
            tuple(filter(None, (
                f"The weights, which are a judgement: {given} (audit.toml). Each was halved, doubled or something between, at random and 10,000 times: the share of "
                "these weightings in which a neighbourhood stays above 2 says how far the answer hangs on the weights.",
                "Rates are over residents and drawn towards the borough's where few live. Where many visit, the index says less of those who live there.",
                f"A count that is withheld ({MARK}) stands as {self.places.local.policy.smallest / 2:g}." if self.places.local.policy.protects else "",
                deprived,
            ))),
        )  # fmt: skip

    def table(self, place: int = 0) -> Table | Notice:
        """The neighbourhoods above 2 and near it by the edition number `place`: parts, index, and what it hangs on."""
        if not self.places.peopled or place >= len(self.indices):
            return NOTHING
        one = self.indices[place]
        if not len(one.told):
            return Notice(f"No neighbourhood is more than twice as vulnerable as the rest, or near it, {one.said}.")
        lines = tuple(self._line(one, code) for code in one.told)
        columns = (
            "Neighbourhood",
            *(PARTS[name] for name in one.parts),
            "Index",
            "Range over weightings",
            "Weightings above 2",
            "Not above 2 without",
        )
        note = (
            f"Times the rest of the borough. Shown are neighbourhoods with an index above 2 and those that at least {NEAR:.0%} of the weightings put there. "
            f"{self.places.local.policy.brief}"
        )
        where = f"{self.places.evidence.area_name}, {self.places.evidence.period.label}"
        return Table(
            f"Neighbourhoods twice as vulnerable as the rest, or near it, {one.said}, {where}",
            columns,
            lines,
            note.strip(),
        )

    @property
    def _parts_used(self) -> Sequence[str]:
        return self.indices[-1].parts

    def _components(self, deprivation: pd.Series | None) -> pd.DataFrame:
        """A column for each part that is known and has a weight, a row a neighbourhood.

        Rates are smoothed; a count that is withheld stands as the middle of what it may be.
        """
        local = self.places.local
        people, middle, parts = local.residents(UNIT), local.policy.smallest / 2, {}
        for part, counts in self.counts.items():
            if part not in self.too_small:
                known = counts.astype("Float64").fillna(middle).astype(float)
                parts[part] = places.empirical_bayes(known, people.fillna(0), self.places.evidence.config.per)[
                    "smoothed"
                ]
        if deprivation is not None:
            parts[DEPRIVATION] = deprivation
        return pd.DataFrame(
            {part: parts[part] for part in VULNERABILITY if part in parts}, index=local.units.index
        ).astype(float)

    def _line(self, one: Index, code: str) -> tuple[str, ...]:
        row, doubt = one.rows.loc[code], one.doubts.loc[code]
        ratios = [self._ratio(part, code, row[part]) for part in one.parts]
        without = [
            PARTS[part].lower()
            for part in one.parts
            if pd.notna(doubt[f"without {part}"]) and not doubt[f"without {part}"]
        ]
        held = wording.upper_first(wording.listed(without)) if row["twice"] else ""
        span = f"{wording.decimal(doubt['lowest'])} to {wording.decimal(doubt['highest'])}"
        return (
            self.places.marked(code),
            *ratios,
            wording.decimal(row["index"], 2),
            span,
            f"{100 * doubt['share']:.0f}%",
            held or DASH,
        )

    def _ratio(self, part: str, code: str, ratio: float) -> str:
        """A part's ratio for a table's cell; [c] where the count behind it is withheld."""
        if part in self.counts and pd.isna(self.counts[part][code]):
            return MARK
        return wording.decimal(ratio, 1) if ratio == ratio else DASH

    def _fact(self, one: Index) -> KeyFact:
        above = one.above
        number, whole = len(above), int(one.rows["index"].notna().sum())
        sure = int((one.doubts.loc[above, "share"] >= SURE).sum())
        visited = len(set(above) & set(self.places.local.visited(UNIT)))
        some = "all" if sure == number else wording.number_word(sure)
        kept = f"; {some} of them in at least {SURE:.0%} of other weightings too" if number else ""
        crowded = (
            f". {wording.upper_first(wording.number_word(visited))} of them {'has' if visited == 1 else 'have'} many visitors"
            if visited
            else ""
        )
        statement = f"{wording.upper_first(one.said)}, {wording.number_word(number)} of {whole} neighbourhoods {'was' if number == 1 else 'were'} more than twice as vulnerable as the rest of the borough{kept}{crowded}."
        return self._made(f"{slug_of(one.edition)}_above_twice", statement, number, whole, one, one.said)

    def _agreement(self) -> KeyFact:
        first, last = self.indices[0], self.indices[-1]
        both = set.intersection(*(set(one.above) for one in self.indices))
        either = set.union(*(set(one.above) for one in self.indices))
        match = first.rows["index"].corr(last.rows["index"], method="spearman")
        statement = (
            f"All editions agree on {wording.number_word(len(both))} of the {wording.number_word(len(either))} neighbourhoods that any of them puts above twice. "
            f"The orders of all neighbourhoods by the earliest and the latest edition have a rank correlation of {wording.decimal(min(match, 0.999) if match < 1 else match, 3)} (1 would be the same order)."
        )
        return self._made(
            "all_editions_above_twice", statement, len(both), len(first.rows), last, "by every edition supplied"
        )

    def _made(self, name: str, statement: str, number: int, whole: int, one: Index, said: str) -> KeyFact:
        parts = wording.listed(
            [f"{PARTS[part].lower()} (weight {wording.decimal(self.weights[part])})" for part in one.parts]
        )
        used = {DEPRIVATION: "deprivation", PARTNER: FIRES}
        method = "weighted mean of ratios to the resident-weighted mean of the rest of the borough"
        value = Estimate(float(number), None, None, float(number), float(whole), "neighbourhoods", method)
        return KeyFact(
            f"{THEME}.vulnerability.{name}", statement, value, self.places.evidence.period.code,
            f"Neighbourhoods whose index of {parts} is above {TWICE:g}, {said}",
            (*self.places.local.sources(UNIT, rated=True), *(extract for part, extract in used.items() if part in one.parts)),
            disclosure=self.places.local.policy.treatment(False), label="Vulnerable neighbourhoods",
            rows=self._used(one),
        )  # fmt: skip

    def _used(self, one: Index) -> Used:
        """The rows of the period that the counted parts of an index are made of, of the whole borough, by file."""
        street = [self.places.evidence.used(slug) for part, slug in STREET.items() if part in one.parts]
        fires = self._fires.used() if PARTNER in one.parts else ()
        return (*(row for used in street for row in used), *fires)
