"""Rural and urban: the rates of the borough's rural neighbourhoods over those of its towns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import change, wording
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate, absent
from srp_lib.facts import KeyFact
from srp_lib.local import UNIT, Local
from srp_lib.neighbourhoods import THEME, Neighbourhoods
from srp_lib.place_figures import WITHHELD, shown
from srp_lib.ratio_estimates import SMALLEST_CLASS, ClassRatio, class_ratio
from srp_lib.used import DENOMINATOR, NUMERATOR, Used
from srp_lib.verdicts import TOO_FEW, UNCLEAR

CLASS = ("Rural", "Urban")


@dataclass(frozen=True)
class Rural:
    """Rural and urban neighbourhoods of an audit, by the ONS classification."""

    page: Neighbourhoods

    def table(self) -> Table | Notice:
        """Rural and urban neighbourhoods side by side, with the facts of recorded crime and anti-social behaviour."""
        if self.local.rural is None:
            return Notice(
                "No classification of LSOAs into rural and urban (extract rural_urban) was supplied. It would show how crime and anti-social "
                "behaviour in the borough's rural neighbourhoods compare with its towns.", "missing",
            )  # fmt: skip
        if not self.local.base_label:
            return NOTHING
        if not all(self.residents.get(name, 0) > 0 for name in CLASS):
            return Notice(
                "All neighbourhoods with known residents are of one class, so rural and urban are not compared."
            )
        rows = tuple(
            (self.page.subjects[slug].label, *self._counts(slug), *_cells(*found))
            for slug, found in self.ratios.items()
        )
        made = {slug: self._fact(slug, *self.ratios[slug]) for slug in (RECORDED, ASB)}
        anchors = tuple(("",) * 5 + (made[slug].anchor if slug in made else "", "", "") for slug in self.ratios)
        per = f"per {self.page.evidence.config.per:,}"
        columns = (
            "Type",
            "Rural count",
            f"Rural {per}",
            "Urban count",
            f"Urban {per}",
            "Rural over urban",
            "95% interval",
            "Rural against urban",
        )
        return Table(
            f"Rural and urban neighbourhoods, {self._where}", columns, rows, self._note, tuple(made.values()), anchors
        )

    @property
    def local(self) -> Local:
        """The places of the audit."""
        return self.page.local

    @property
    def _where(self) -> str:
        return f"{self.page.evidence.area_name}, {self.page.evidence.period.label}"

    @property
    def _note(self) -> str:
        number, policy = self.classes.value_counts(), self.local.policy
        told = [
            f"{wording.whole(number[name])} with {wording.whole(self.residents[name])} residents are {name.lower()}"
            for name in CLASS
        ]
        judged = (
            "Higher and lower: by more than neighbourhoods of one class, which differ much among themselves, would explain, with at most 5% false alarms over the rows."
            if self.comparable
            else f"With fewer than {SMALLEST_CLASS} neighbourhoods of a class it cannot be told how much they differ among themselves, so no verdict is given."
        )
        stands = (
            f"How much they differ is measured by shown counts, a withheld one standing as {policy.smallest / 2:g}."
            if policy.protects and self.comparable
            else ""
        )
        return " ".join(
            f"Of the neighbourhoods {wording.listed(told)} ({self.local.base_label}), by the ONS classification. {judged} {stands} {policy.note}".split()
        )

    @cached_property
    def classes(self) -> pd.Series:
        """The class of each neighbourhood whose class and residents are known."""
        rural, people = self.local.rural, self.local.residents(UNIT)
        return rural[rural.isin(CLASS) & (people.reindex(rural.index) > 0)]

    @cached_property
    def residents(self) -> pd.Series:
        """Residents of rural and of urban neighbourhoods."""
        return self._by_class(self.local.residents(UNIT))

    @property
    def comparable(self) -> bool:
        """Whether both classes have neighbourhoods enough for a verdict."""
        return bool(self.classes.value_counts().reindex(CLASS, fill_value=0).min() >= SMALLEST_CLASS)

    def by_class(self, slug: str) -> pd.Series:
        """Counts of rural and urban neighbourhoods as they may be shown: where one is withheld, so is the other."""
        known = self.local.shown(self._by_class(self.local.totals(slug, UNIT)).reindex(list(CLASS), fill_value=0))
        return known if known.notna().all() else known.mask(known > 0)

    @cached_property
    def ratios(self) -> dict[str, tuple[Estimate, str]]:
        """By what is counted, the rural rate over the urban one and the verdict over all of them; "" where not compared."""
        made = {slug: self._ratio(slug) for slug in self.page.subjects}
        smallest = self.page.evidence.config.smallest_base
        few = {slug: one.p is None or self.by_class(slug).min() < smallest for slug, one in made.items()}
        flags = change.false_discovery([None if few[slug] else one.p for slug, one in made.items()])
        too_few = TOO_FEW if self.comparable else ""
        return {
            slug: (one.estimate, too_few if few[slug] else change.flagged_verdict(one.estimate, flag))
            for (slug, one), flag in zip(made.items(), flags)
        }

    def _by_class(self, values: pd.Series) -> pd.Series:
        return values[self.classes.index].groupby(self.classes.to_numpy()).sum()

    def _ratio(self, slug: str) -> ClassRatio:
        """The rural rate over the urban one, with neighbourhoods as the unit; of shown counts alone.

        The shown counts of neighbourhoods are scaled to the shown count of their class, which is nearer to the truth than
        their sum; a withheld one stands as the middle of what it may be.
        """
        classes, whole = self.classes, self.by_class(slug)
        if whole.isna().any():
            return ClassRatio(absent("times", "ratio of rates", WITHHELD), None)
        shown = self.local.shown(self.local.totals(slug, UNIT)[classes.index]).astype("Float64")
        events = shown.fillna(self.local.policy.smallest / 2).astype(float)
        scale = (whole.astype(float) / self._by_class(events).replace(0, 1.0)).reindex(CLASS, fill_value=0.0)
        return class_ratio(
            events * classes.map(scale).astype(float), self.local.residents(UNIT)[classes.index],
            classes == CLASS[0], self.page.evidence.config.confidence,
        )  # fmt: skip

    def _counts(self, slug: str) -> tuple[str, ...]:
        cells: list[str] = []
        for name, number in self.by_class(slug).items():
            rate = (
                DASH
                if pd.isna(number)
                else wording.decimal(self.page.evidence.config.per * number / self.residents[name])
            )
            cells += [shown(number), rate]
        return tuple(cells)

    def _fact(self, slug: str, ratio: Estimate, verdict: str) -> KeyFact:
        label = self.page.subjects[slug].label
        if ratio.value is None:
            statement = f"{label}: rural and urban neighbourhoods cannot be compared. {ratio.note}"
        else:
            statement = f"{label} for each resident of rural neighbourhoods was {wording.decimal(ratio.value, 2)} times that of urban ones ({wording.interval(ratio, 2)})."
        return KeyFact(
            f"{THEME}.{slug}.rural_ratio", statement, ratio, self.page.evidence.period.code,
            f"{measures()[slug].definition}: the rate over residents of rural neighbourhoods over that of urban ones, by the ONS rural-urban classification",
            (*self.local.sources(UNIT, rated=True), "rural_urban"), verdict=verdict,
            disclosure=self.local.policy.treatment(ratio.value is None), label=label,
            rows=self._used(slug, CLASS[0], NUMERATOR) + self._used(slug, CLASS[1], DENOMINATOR),
        )  # fmt: skip

    def _used(self, slug: str, name: str, part: str) -> Used:
        """The rows in the neighbourhoods of a class, by file."""
        return self.local.used([slug], self.classes.index[self.classes == name], UNIT, part=part)


def _cells(ratio: Estimate, verdict: str) -> tuple[str, str, str]:
    words = "No clear difference" if verdict == UNCLEAR else wording.upper_first(verdict)
    told = f"{wording.MARKS[verdict]} {words}" if verdict else "Not compared"
    if ratio.value is None:
        return DASH, DASH, told
    return (
        wording.decimal(ratio.value, 2),
        f"{wording.decimal(ratio.lower, 2)} to {wording.decimal(ratio.upper, 2)}",
        told,
    )
