"""Rural and urban: the rates of the borough's rural neighbourhoods over those of its towns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from srp_lib import change, rates, wording
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.display import DASH, Notice, Table
from srp_lib.estimates import Estimate, absent
from srp_lib.facts import CRIME, KeyFact
from srp_lib.local import UNIT, Local
from srp_lib.neighbourhoods import NOTHING, THEME, Neighbourhoods
from srp_lib.place_figures import SMALL_AREAS, WITHHELD, disclosed, shown
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

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
        number = self.local.rural.value_counts()
        told = [
            f"{wording.whole(number[name])} with {wording.whole(self.residents[name])} residents are {name.lower()}"
            for name in CLASS
        ]
        return (
            f"Of the neighbourhoods {wording.listed(told)} ({self.local.base_label}), by the ONS classification. Higher and lower: by more than chance, with "
            f"at most 5% false alarms over the rows; neighbourhoods of one class still differ much among themselves. {self.local.policy.note}"
        ).strip()

    @cached_property
    def residents(self) -> pd.Series:
        """Residents of rural and of urban neighbourhoods."""
        return self.local.residents(UNIT).groupby(self.local.rural.to_numpy()).sum()

    def by_class(self, slug: str) -> pd.Series:
        """Counts of rural and urban neighbourhoods as they may be shown: where one is withheld, so is the other."""
        counts = (
            self.local.totals(slug, UNIT).groupby(self.local.rural.to_numpy()).sum().reindex(list(CLASS), fill_value=0)
        )
        known = self.local.shown(counts)
        return known if known.notna().all() else known.mask(known > 0)

    @cached_property
    def ratios(self) -> dict[str, tuple[Estimate, str]]:
        """By what is counted, the rural rate over the urban one and the verdict over all of them."""
        config, people = self.page.evidence.config, [float(self.residents[name]) for name in CLASS]
        sides = {
            slug: [float(one) if one is not pd.NA else np.nan for one in self.by_class(slug)]
            for slug in self.page.subjects
        }
        tried = {slug: both for slug, both in sides.items() if min(both) >= config.smallest_base}
        flags = change.false_discovery([change.exact_test(*both, *people) for both in tried.values()])
        clear = dict(zip(tried, flags))
        found = {}
        for slug, (rural, urban) in sides.items():
            if np.isnan(rural + urban):
                found[slug] = absent("times", "ratio of rates", WITHHELD), TOO_FEW
                continue
            ratio = rates.rate_ratio(rural, people[0], urban, people[1], config.confidence)
            words = TOO_FEW if slug not in clear else HIGHER if ratio.value > 1 else LOWER
            found[slug] = ratio, UNCLEAR if slug in clear and not clear[slug] else words
        return found

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
            (CRIME, "lsoa11_lsoa21", SMALL_AREAS, "rural_urban"), verdict=verdict if verdict in (HIGHER, LOWER, TOO_FEW) else "",
            disclosure=disclosed(self.local, ratio.value is None), label=label,
        )  # fmt: skip


def _cells(ratio: Estimate, verdict: str) -> tuple[str, str, str]:
    words = "No clear difference" if verdict == UNCLEAR else wording.upper_first(verdict)
    told = f"{wording.MARKS[verdict]} {words}"
    if ratio.value is None:
        return DASH, DASH, told
    return (
        wording.decimal(ratio.value, 2),
        f"{wording.decimal(ratio.lower, 2)} to {wording.decimal(ratio.upper, 2)}",
        told,
    )
