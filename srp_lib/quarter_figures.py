"""Quarter figures: a theme's counts and changes of a quarter, for a report that lacks the pages that made them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from srp_lib import wording
from srp_lib.codelists.offences import area_named
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.evidence import Evidence
from srp_lib.ledger import Entry, Ledger
from srp_lib.verdicts import CHANGE, HIGHER, LOWER

COUNTED, CHANGED, RATED = "count", "change", "rate"
OWN = (".performance.", ".performance_past.")  # in the ids of the facts of the page itself
Pair = tuple[Entry, Entry | None]


@dataclass(frozen=True)
class Carried:
    """A key fact that a page not in the report has made, told on this one."""

    entry: Entry

    @property
    def anchor(self) -> str:
        """The fact's permanent address in the page."""
        return str(self.entry.record["anchor"])

    def record(self) -> dict[str, Any]:
        """The fact as it was made; where it stands is for this run to say."""
        return {name: value for name, value in self.entry.record.items() if name not in ("notebook", "cell", "page")}


@dataclass(frozen=True)
class QuarterFigures:
    """The key facts of one theme that the ledger has of the quarter."""

    evidence: Evidence
    ledger: Ledger
    theme: str

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The theme's key facts of the quarter itself, less those of the page of targets."""
        own = self.evidence.period.code
        every = self.ledger.starting(f"{self.theme}.")
        return tuple(one for one in every if one.period == own and not any(part in one.id for part in OWN))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The theme's counts, each with its change where one was made."""
        return tuple((one, self._change_of(one)) for one in self.entries if one.id.endswith(f".{COUNTED}"))

    def counts(self) -> Table | Notice:
        """How many there were of each, and how many a year before; carries the facts."""
        if not self.pairs:
            why = self.ledger.why or "No extract of the theme was supplied."
            return Notice(f"The quarter's figures of this theme cannot be shown. {why}", "missing")
        rows, anchors, carried = [], [], []
        for count, change in self.pairs:
            facts = [Carried(one) for one in (count, change) if one is not None]
            rows.append((_name(count), _number(count), _before(count, change), _moved(change), _marked(change)))
            anchors.append(("", facts[0].anchor, "", facts[1].anchor if len(facts) > 1 else "", ""))
            carried += facts
        columns = ("Recorded", "Count", self._year_before, "Change", "Verdict")
        caption = f"What was recorded in {self.evidence.period.label}"
        return Table(caption, columns, tuple(rows), "", tuple(carried), tuple(anchors))

    def others(self) -> Table | Notice:
        """The theme's other figures that moved by more than chance, as sentences; carries the facts."""
        used = {one.id for pair in self.pairs for one in pair if one is not None}
        told = [
            one
            for one in self.entries
            if one.id not in used and not one.id.endswith(f".{RATED}") and one.verdict in (HIGHER, LOWER)
        ]
        if not told:
            return NOTHING
        carried = tuple(map(Carried, told))
        rows = tuple((_about(one), one.statement, wording.marked(one.verdict)) for one in told)
        anchors = tuple(("", one.anchor, "") for one in carried)
        caption = f"Other figures of {self.evidence.period.label} that moved by more than chance"
        return Table(caption, ("Of", "Figure", "Verdict"), rows, "", carried, anchors)

    @property
    def _year_before(self) -> str:
        comparison = self.evidence.comparison
        return wording.upper_first(comparison.basis) if comparison.possible else "A year before"

    def _change_of(self, count: Entry) -> Entry | None:
        """The change of a count: that of its own name, else one of the same two counts under another."""
        stem = count.id.removesuffix(f".{COUNTED}")
        own = self.ledger.get(f"{stem}.{CHANGED}")
        if own is not None and own in self.entries:
            return own
        numbers = count.estimate.value, count.comparator_value
        alike = (
            one
            for one in self.entries
            if None not in numbers and one.id.startswith(f"{stem}.") and one.estimate.unit == CHANGE
            and (one.estimate.numerator, one.estimate.denominator) == numbers
        )  # fmt: skip
        return next(alike, None)


def _name(entry: Entry) -> str:
    return entry.label or _about(entry)


def _about(entry: Entry) -> str:
    """What a figure is of: the objective area as the plan calls it, else the fact's own label, else its name."""
    area = area_named(entry.id.split(".")[1])
    return area.label if area else entry.label or wording.upper_first(entry.id.split(".")[1].replace("_", " "))


def _number(count: Entry) -> str:
    """A count for a cell; "[c]" where it is withheld."""
    if count.estimate.value is not None:
        return wording.whole(count.estimate.value)
    return MARK if count.protected else DASH


def _before(count: Entry, change: Entry | None) -> str:
    """The count of the same months a year before, where either fact has it."""
    told = [count.comparator_value, None if change is None else change.record["comparator_numerator"]]
    return next((wording.whole(number) for number in told if number is not None), DASH)


def _moved(change: Entry | None) -> str:
    """A change for a cell, in whole per cent where the counts behind it are rounded."""
    if change is None or change.estimate.value is None:
        return DASH
    return f"{wording.signed(change.estimate.value, 0 if change.protected else 1)}%"


def _marked(change: Entry | None) -> str:
    return DASH if change is None else wording.marked(change.verdict)
