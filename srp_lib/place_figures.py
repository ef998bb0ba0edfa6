"""Figures of places: count, rate, rank range, standing against the borough and change of each, and the key facts of them.

Everything starts from counts as they may be shown (`Local.shown`), so that no figure says more than its counts do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from srp_lib import change, maps, places, rates, wording
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.disclosure import MARK
from srp_lib.display import DASH
from srp_lib.estimates import Estimate, absent, from_row
from srp_lib.facts import KeyFact
from srp_lib.local import WARD, Local
from srp_lib.used import DENOMINATOR, NUMERATOR, Used
from srp_lib.verdicts import TOO_FEW, UNCLEAR

WITHHELD = f"The count is too small to show ({MARK})."
OTHERS = "other_types"
WHOLE = "as counted: one figure for the whole borough, of counts by place that are not shown"
MOST_WITHHELD = 0.2  # of the areas in a table


@dataclass(frozen=True)
class Subject:
    """What is counted in places: one measure, or several small ones together.

    `slug` is the measure's own, or that of the collection; `slugs` are the measures that it holds.
    """

    slug: str
    label: str
    noun: str
    slugs: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The figures of one subject for all areas of one kind (`by`), in the order of their names."""

    local: Local
    subject: Subject
    by: str = WARD

    @property
    def index(self) -> pd.Index:
        """The areas' codes, in order of name."""
        names = self.local.names(self.by)
        return pd.Index(sorted(self.local.residents(self.by).index, key=lambda code: (names[code], code)))

    @cached_property
    def count(self) -> pd.Series:
        """Counts of the period as they may be shown: Int64, <NA> where withheld."""
        return self._shown(self.local.evidence.months)

    @cached_property
    def now(self) -> pd.Series:
        """Counts of the months of the period that a change is over, as `count`."""
        return self._shown(self.local.evidence.comparison.now)

    @cached_property
    def then(self) -> pd.Series:
        """Counts of the same months of the year before, as `count`."""
        return self._shown(self.local.evidence.comparison.then)

    @cached_property
    def by_year(self) -> pd.DataFrame:
        """Counts over the months that all of `Local.years` have, as they may be shown: a row an area, a column a year."""
        return pd.DataFrame({year.label: self._shown(year.months) for year in self.local.years})

    @cached_property
    def residents(self) -> pd.Series:
        """Residents by area."""
        return self.local.residents(self.by).reindex(self.index)

    @cached_property
    def known(self) -> pd.Index:
        """The areas whose count is shown and whose residents are known: those that have a rate."""
        return self.index[self.count.notna() & (self.residents > 0)]

    @cached_property
    def rate(self) -> pd.DataFrame:
        """Rate of each area laid out as `estimates.table`, in `per` residents; without a value, and why, where there is none."""
        config = self.local.evidence.config
        table = rates.rate_table(self.count.astype(float), self.residents, config.per, config.confidence)
        return table.assign(note=table["note"].mask(self.count.isna(), WITHHELD))

    @cached_property
    def smoothed(self) -> pd.Series:
        """Empirical Bayes rates, drawn towards the rate of all areas; NaN where an area has no rate."""
        found = places.empirical_bayes(self._counted, self.residents[self.known], self.local.evidence.config.per)
        return found["smoothed"].reindex(self.index)

    @cached_property
    def spread(self) -> float:
        """How far the areas' rates move from year to year of themselves: see `places.yearly_spread`."""
        return places.yearly_spread(self.by_year.astype(float), self.local.apart)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Rank of each area's rate (1 the highest) with its 95% range: rank, low, high."""
        return places.rank_ranges(self._counted, self.residents[self.known], tau2=self.spread).reindex(self.index)

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Each area's rate over that of all others, with verdict and whether it stands out: see `places.against`."""
        return places.against(
            self._counted,
            self.residents[self.known],
            smallest_base=self.local.evidence.config.smallest_base,
            tau2=self.spread,
        ).reindex(self.index)

    @cached_property
    def ratios(self) -> pd.Series:
        """Each area's smoothed rate over the rate of all areas; NaN where an area has no rate."""
        return self._ratios(self.count)

    @cached_property
    def mapped(self) -> pd.Series:
        """`ratios` for a map. A withheld count that can't be above the map's lowest class, whatever it is, is in that class."""
        return self._mapped(self.count)

    @cached_property
    def ratios_by_year(self) -> pd.DataFrame:
        """`ratios` of each of `Local.years`, a column a year, all over the residents that the period's rates are over."""
        return self.by_year.apply(self._ratios)

    @cached_property
    def mapped_by_year(self) -> pd.DataFrame:
        """`mapped` of each of `Local.years`, as `ratios_by_year`."""
        return self.by_year.apply(self._mapped)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Change of each area with a verdict over the family of areas: see `change.change_table`.

        Months' ups and downs are those that the areas have in common.
        """
        comparison = self.local.evidence.comparison
        pairs = [self._by_month(side).to_numpy() for side in (comparison.now, comparison.then)]
        spread = change.pooled_spread(zip(*pairs)) if comparison.possible else change.Spread(1.0, 0)
        # One number for all areas together, of the counts as they are: to two digits it tells nothing of any area.
        phi = round(spread.phi, 2)
        table = change.change_table(
            self.now.astype(float), self.then.astype(float), phi,
            smallest_base=self.local.evidence.config.smallest_base, degrees=max(spread.degrees, 1),
        )  # fmt: skip
        hidden = self.now.isna() | self.then.isna()
        return table.assign(note=table["note"].where(~hidden, WITHHELD))

    @cached_property
    def slugs(self) -> dict[str, str]:
        """Each area's name in its facts' ids; with its code where two names would give the same."""
        names = self.local.names(self.by)
        plain = {code: wording.slug_of(names[code]) or wording.slug_of(code) for code in self.index}
        often = Counter(plain.values())
        return {code: slug if often[slug] == 1 else f"{slug}_{wording.slug_of(code)}" for code, slug in plain.items()}

    @cached_property
    def facts(self) -> tuple[tuple[KeyFact, ...], ...]:
        """Count, rate and, where there is a comparator, change of each area, in the order of `index`.

        Their ids are wards.<ward>.<measure>_count, _rate and _change, or the like of a group of wards.
        """
        return tuple(self._facts(code) for code in self.index)

    @property
    def prefix(self) -> str:
        """What the ids of the areas' facts begin with."""
        return "wards" if self.by == WARD else f"ward_groups.{wording.slug_of(self.by)}"

    def _ratios(self, counts: pd.Series) -> pd.Series:
        known = counts.index[counts.notna() & (self.residents > 0)]
        events, people = counts[known].astype(float), self.residents[known]
        whole = events.sum() / people.sum() if len(known) else 0
        return (places.empirical_bayes(events, people, 1)["smoothed"] / (whole or float("nan"))).reindex(counts.index)

    def _mapped(self, counts: pd.Series) -> pd.Series:
        ratios, known = self._ratios(counts), counts.index[counts.notna() & (self.residents > 0)]
        whole = counts[known].astype(float).sum() / self.residents[known].sum() if len(known) else 0
        most = (self.local.policy.smallest - 1) / self.residents / (whole or float("nan"))
        return ratios.where(counts.notna() | ~(most < maps.CLASSES[0][0]), most)

    @property
    def _counted(self) -> pd.Series:
        return self.count[self.known].astype(float)

    def _by_month(self, months: Sequence[str]) -> pd.DataFrame:
        return sum(self.local.counts(slug, self.by, list(months)) for slug in self.subject.slugs).reindex(self.index)

    def _shown(self, months: Sequence[str]) -> pd.Series:
        return self.local.shown(self._by_month(months).sum(axis=1))

    def anchors(self, code: str) -> dict[str, str]:
        """The addresses of an area's facts by their kind: "count", "rate" and, where there is one, "change"."""
        kinds = ("count", "rate", "change") if self.local.evidence.comparison.possible else ("count", "rate")
        return {kind: f"fact-{self.prefix}.{self.slugs[code]}.{self.subject.slug}_{kind}" for kind in kinds}

    def _facts(self, code: str) -> tuple[KeyFact, ...]:
        local, evidence, subject = self.local, self.local.evidence, self.subject
        name, stem = local.names(self.by)[code], f"{self.prefix}.{self.slugs[code]}.{subject.slug}"
        hidden = pd.isna(self.count[code])
        shown = local.policy.treatment(hidden)
        where = f"{definition(subject)} whose neighbourhood is counted in {name}"
        number = (
            absent(subject.noun, "count", WITHHELD)
            if hidden
            else rates.count(int(self.count[code]), subject.noun, evidence.config.confidence)
        )
        period = (evidence.period.code, where, local.sources(self.by))
        said = f"{MARK} {subject.noun}" if hidden else f"{wording.whole(self.count[code])} {subject.noun}"
        count = KeyFact(
            f"{stem}_count",
            f"{name} had {said} in {evidence.period.label}.",
            number,
            *period,
            disclosure=shown,
            label=subject.label,
            place=name,
            rows=self._used(code, evidence.months),
        )
        estimate = from_row(self.rate.loc[code])
        over = f"{where}, over residents ({local.base_label})"
        rate = replace(
            count, id=f"{stem}_rate", statement=rate_sentence(name, subject.noun, estimate, local), estimate=estimate,
            definition=over, extracts=local.sources(self.by, rated=True),
            rows=count.rows + local.residents_used([code], self.by),
        )  # fmt: skip
        return (count, rate, self._change_fact(code, count)) if evidence.comparison.possible else (count, rate)

    def _change_fact(self, code: str, count: KeyFact) -> KeyFact:
        row, comparison = self.changes.loc[code], self.local.evidence.comparison
        estimate, verdict = from_row(row), str(row["verdict"])
        hidden = pd.isna(self.now[code]) or pd.isna(self.then[code])
        name = self.local.names(self.by)[code]
        size = (
            f"{wording.signed(estimate.value)}% ({wording.interval(estimate)})"
            if estimate.value is not None
            else estimate.note
        )
        return replace(
            count, id=count.id.removesuffix("_count") + "_change", estimate=estimate, verdict=verdict,
            statement=f"{name}, {self.subject.noun} against {comparison.basis}: {size}",
            comparator_numerator=estimate.denominator, comparator_period=comparison.comparator.code,
            definition=f"{count.definition}, against the same months of the year before", disclosure=self.local.policy.treatment(hidden),
            rows=self._used(code, comparison.now) + self._used(code, comparison.then, DENOMINATOR),
        )  # fmt: skip

    def _used(self, code: str, months: Sequence[str], part: str = NUMERATOR) -> Used:
        return self.local.used(self.subject.slugs, [code], self.by, months, part)


def subjects(local: Local, by: str = WARD) -> tuple[Subject, ...]:
    """Recorded crime, anti-social behaviour, then each type that may be shown for every area, and the rest together.

    A type of which the count of more than `MOST_WITHHELD` of the areas would be withheld, in the period or the months it
    is compared with, is put with the others. In the partnership's edition every type stands alone.
    """
    known = measures()
    first = [Subject(slug, known[slug].label, known[slug].noun, (slug,)) for slug in (RECORDED, ASB)]
    types = [slug for slug in known if slug not in (RECORDED, ASB)]
    most = MOST_WITHHELD * len(local.residents(by))
    alone = [slug for slug in types if _withheld(local, slug, by) <= most]
    rest = tuple(slug for slug in types if slug not in alone)
    own = [Subject(slug, known[slug].label, known[slug].noun, (slug,)) for slug in alone]
    named = wording.listed([known[slug].label.lower() for slug in rest])
    others = [Subject(OTHERS, f"Other types together ({named})", "crimes of the other types", rest)] if rest else []
    return (*first, *own, *others)


def definition(subject: Subject) -> str:
    """What a subject counts, as key_facts.csv says it."""
    known = measures()
    if len(subject.slugs) == 1:
        return known[subject.slugs[0]].definition
    types = wording.listed([f"'{known[slug].crime_types[0]}'" for slug in subject.slugs])
    return f"Street-level rows of the crime types {types} that the area's own police force recorded and whose LSOA is in the area"


def rate_sentence(name: str, noun: str, rate: Estimate, local: Local) -> str:
    """The rate of a place in a sentence, or why it has none."""
    if rate.value is None:
        return f"{name}: no rate of {noun} can be given. {rate.note}"
    base = f"{wording.interval(rate)}; {wording.whole(rate.denominator)} residents, {local.base_label}"
    return (
        f"{name} had {wording.decimal(rate.value)} {noun} for every {local.evidence.config.per:,} residents ({base})."
    )


def shown(number: object) -> str:
    """A protected count for a table's cell."""
    return MARK if pd.isna(number) else wording.whole(number)


def limits(row: pd.Series, places_: int = 1, signed: bool = False) -> str:
    """The interval of a row for a table's cell; a dash where it has none."""
    if pd.isna(row["value"]):
        return DASH
    writer = wording.signed if signed else wording.decimal
    sign = "%" if signed else ""
    return f"{writer(row['lower'], places_)}{sign} to {writer(row['upper'], places_)}{sign}"


def standing_words(row: pd.Series) -> str:
    """How an area's rate stands to that of all others, for a table's cell; a dash where it has none."""
    if not isinstance(row["verdict"], str):
        return DASH
    apart = ", stands out" if row["stands_out"] in (places.ABOVE, places.BELOW) else ""
    words = {UNCLEAR: "No clear difference", TOO_FEW: "Too few to say"}.get(row["verdict"], row["verdict"].capitalize())
    return f"{wording.MARKS[row['verdict']]} {words}{apart}"


def ranked(row: pd.Series) -> str:
    """A range of rank for a table's cell."""
    low, high = int(row["low"]), int(row["high"])
    return str(low) if low == high else f"{low} to {high}"


def doubt(local: Local, code: str, by: str = WARD) -> str:
    """A place's name for a headline, with what makes its rate say little where something does."""
    name = local.names(by)[code]
    return f"{name}, which has many visitors" if code in local.visited(by) else name


def _withheld(local: Local, slug: str, by: str) -> int:
    """In how many areas a count of the measure is withheld, of the period or of the months that are compared."""
    comparison = local.evidence.comparison
    spans = (local.evidence.months, comparison.now, comparison.then)
    hidden = [local.shown(local.totals(slug, by, list(months))).isna() for months in spans]
    return int((hidden[0] | hidden[1] | hidden[2]).sum())
