"""Revisions: how far the figures of an earlier report have moved since, by what this report says of the same periods.

An earlier figure is met by this report's figure of the same period, or by the figure that this report compares its own
with where that is of the earlier figure's period. Both are taken as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from srp_lib import wording
from srp_lib.display import DASH, Table
from srp_lib.earlier import Earlier
from srp_lib.subject import Subject
from srp_lib.verdicts import CHANGE, TARGETS

Fact = Mapping[str, Any]
TITLE = "How far earlier figures have moved"
COUNTS, RATES, SHARES, CHANGES, RATIOS = "Counts", "Rates", "Shares", "Changes on the year", "Ratios"
SINGULAR = {COUNTS: "count", RATES: "rate", SHARES: "share", CHANGES: "change on the year", RATIOS: "ratio"}
PLACES = {COUNTS: 0, RATES: 1, SHARES: 1, CHANGES: 1, RATIOS: 2}
SHOWN = 20  # of each type; the others are folded
NAMED = 4
UNIT, DEFINITION = "Counted in another unit", "Defined otherwise"
EARLIER_BLANK, NOW_BLANK = "No figure in the earlier report", "No figure in this report"
BLANK, GONE = "No figure in either report", "Not in this report"
WITHHELD = "It is withheld or could not be given."
MEANING = {
    UNIT: "The two would measure different things.",
    DEFINITION: "The two would measure different things.",
    EARLIER_BLANK: WITHHELD,
    NOW_BLANK: WITHHELD,
    BLANK: WITHHELD,
    GONE: "No page of this report makes it.",
}


@dataclass(frozen=True)
class Moved:
    """A figure of the earlier report and what this report says of it; numbers in `unit`."""

    fact: Fact
    period: str
    unit: str
    then: float
    now: float

    @property
    def kind(self) -> str:
        """What kind of figure it is."""
        if self.unit == CHANGE:
            return CHANGES
        if self.unit.startswith("%"):
            return SHARES
        if self.unit.startswith("per "):
            return RATES
        return RATIOS if self.unit == "times" else COUNTS

    @property
    def same(self) -> bool:
        """Whether nothing moved, to the digits that key_facts.csv has."""
        return f"{self.then:.10g}" == f"{self.now:.10g}"

    @property
    def difference(self) -> float:
        """By how much it moved, in its unit; of what is in per cent, in percentage points."""
        return self.now - self.then

    @property
    def percent(self) -> float | None:
        """By how many per cent it moved; None of nothing, and of what is in per cent itself."""
        if self.kind in (SHARES, CHANGES) or not self.then:
            return None
        return 100 * self.difference / abs(self.then)

    @property
    def size(self) -> tuple[float, float]:
        """What orders revisions of one kind: in per cent, else in its unit; from nothing is most."""
        if self.kind in (SHARES, CHANGES):
            return abs(self.difference), 0.0
        return (float("inf") if self.percent is None else abs(self.percent)), abs(self.difference)

    @property
    def name(self) -> str:
        """What a table calls it."""
        objective, measure = str(self.fact["id"]).split(".", 2)[1:]
        label = str(self.fact["label"]) or wording.upper_first(objective.replace("_", " "))
        return f"{label}: {measure.replace('_', ' ').replace('.', ', ')}"


@dataclass(frozen=True)
class Revisions:
    """What moved: sentences, a table for each kind of figure, what could not be compared, and the page's content.

    `why` says why nothing was compared and is blank where something was.
    """

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    folded: tuple[Table, ...]
    omitted: Table | None
    why: str = ""
    title: str = TITLE

    @property
    def html(self) -> str:
        """The page's content."""
        parts = [
            f'<p class="lead">{escape(self.sentences[0])}</p>',
            *(f"<p>{escape(one)}</p>" for one in self.sentences[1:]),
        ]
        parts += [table.html() for table in self.tables]
        parts += [
            f'<details class="rules"><summary>{escape(one.caption)}</summary>{one.html()}</details>'
            for one in self.folded
        ]
        return "".join([*parts, self.omitted.html() if self.omitted else ""])


def revisions(earlier: Earlier, facts: Sequence[Fact], subject: Subject) -> Revisions:
    """How far each figure of an earlier report has moved, by the records of this report's facts."""
    found, omitted = compare(earlier.rows, facts)
    if not found:
        why = _nothing(earlier.period, subject.period.code if subject.period else "", omitted)
        return Revisions((why,), (), (), _omitted(omitted), why)
    moved = sorted((one for one in found if not one.same), key=lambda one: one.size, reverse=True)
    kinds = {kind: [one for one in moved if one.kind == kind] for kind in SINGULAR}
    return Revisions(
        tuple(_sentences(earlier, found, kinds, dict(subject.intake.keys))),
        tuple(_table(kind, own[:SHOWN], len(own)) for kind, own in kinds.items() if own),
        tuple(_table(kind, own[SHOWN:], 0) for kind, own in kinds.items() if own[SHOWN:]),
        _omitted(omitted),
    )  # fmt: skip


def compare(rows: Iterable[Mapping[str, str]], facts: Sequence[Fact]) -> tuple[list[Moved], dict[str, list[str]]]:
    """Each earlier figure that this report has too, and the ids of those that are not compared by the reason.

    An earlier line is met where its period is that of this report's fact, or that of the fact's comparator whose value
    is then set beside it. Where this report says nothing of that period the line is passed over.
    """
    ours = {str(fact["id"]): fact for fact in facts}
    periods = {str(fact[name]) for fact in facts for name in ("period", "comparator_period") if fact[name]}
    found: list[Moved] = []
    omitted: dict[str, list[str]] = {reason: [] for reason in MEANING}
    for row in rows:
        fact = ours.get(row["id"])
        if fact is None:
            if row["period"] in periods:
                omitted[GONE].append(row["id"])
            continue
        said = fact["period"] == row["period"]
        if not said and fact["verdict"] in TARGETS:
            continue  # what an indicator is compared with is its baseline as agreed, and nobody's later count
        now = (
            fact["value"] if said else fact["comparator_value"] if fact["comparator_period"] == row["period"] else None
        )
        if not said and now is None:
            continue
        reason = _unlike(row, fact, now)
        if reason:
            omitted[reason].append(row["id"])
        else:
            found.append(Moved(fact, row["period"], row["unit"], float(row["value"]), float(now)))
    return found, omitted


def _unlike(row: Mapping[str, str], fact: Fact, now: float | None) -> str:
    """Why a line is not compared with a fact; blank where it is."""
    if not row["value"]:
        return BLANK if now is None else EARLIER_BLANK
    if now is None:
        return NOW_BLANK
    if row["unit"] != fact["unit"]:
        return UNIT
    return DEFINITION if _plain(row["definition"]) != _plain(str(fact["definition"])) else ""


def _plain(definition: str) -> str:
    """What a definition says apart from its method and from what stands in brackets, such as the number of residents."""
    return " ".join(re.sub(r"\([^()]*\)", "", definition.split(". Method: ")[0]).split())


def _sentences(
    earlier: Earlier, found: Sequence[Moved], kinds: Mapping[str, Sequence[Moved]], extracts: Mapping[str, str]
) -> list[str]:
    """What moved, in words: how many stayed, the largest revision of each kind, and why any may have moved."""
    same = sum(one.same for one in found)
    if same == len(found):
        head = (
            f"None of the {wording.whole(len(found))} figures that both reports give has moved."
            if same > 1
            else "The one figure that both reports give has not moved."
        )
    else:
        head = f"{wording.whole(same)} of {wording.whole(len(found))} figures that both reports give are unchanged."
    said = [head, f"The earlier report is of {earlier.period}."]
    if dict(earlier.record.get("extracts") or {}) == extracts:
        said.append("Both rest on the same extracts, so whatever moved did so through the settings or the code.")
    for kind, own in kinds.items():
        if own:
            most = own[0]
            said.append(
                f"The largest revision of a {SINGULAR[kind]} is of “{most.name}” in {most.period}: from {_shown(most, most.then)} to {_shown(most, most.now)} ({_step(most)})."
            )
    return said


def _nothing(earlier: str, here: str, omitted: Mapping[str, Sequence[str]]) -> str:
    """Why no figure is compared, for reports of these periods."""
    start = f"Nothing can be compared with the earlier report, of {earlier}"
    if any(omitted.values()):
        return f"{start}: no figure of it is here in a form that is like it. The table says why."
    return f"{start}: none of its figures is of a period that this report, of {here}, has figures of."


def _table(kind: str, rows: Sequence[Moved], of: int) -> Table:
    """The revisions of one kind; `of` is how many there are in all, 0 for those that did not fit."""
    points = kind in (SHARES, CHANGES)
    columns = ("Figure", "Period", "Unit", "Earlier report", "This report", "Moved by", *(() if points else ("In %",)))
    cells = []
    for one in rows:
        percent = () if points else (DASH if one.percent is None else f"{wording.signed(one.percent)}%",)
        cells.append(
            (one.name, one.period, one.unit, _shown(one, one.then), _shown(one, one.now), _signed(one), *percent)
        )
    links = [(f"{one.fact['notebook']}.html#{one.fact['anchor']}", *("",) * (len(columns) - 1)) for one in rows]
    caption = f"{kind} that moved, the largest revision first" if of else f"{kind} that moved less"
    note = f"The {SHOWN} largest of {wording.whole(of)}." if of > len(rows) else ""
    if points:
        note = f"{note} Moved by percentage points.".strip()
    return Table(caption, columns, tuple(cells), note, hrefs=tuple(links))


def _omitted(omitted: Mapping[str, Sequence[str]]) -> Table | None:
    """What was not compared, by reason; None where all was."""
    rows = []
    for reason, ids in omitted.items():
        if ids:
            rest = len(ids) - NAMED
            named = [*ids[:NAMED], *([f"{wording.whole(rest)} more"] if rest > 0 else [])]
            rows.append(
                (
                    reason,
                    wording.whole(len(ids)),
                    MEANING[reason],
                    wording.listed(named).replace(".", ".\N{ZERO WIDTH SPACE}"),
                )
            )
    return Table("Not compared", ("Why", "Figures", "What that means", "Which"), tuple(rows)) if rows else None


def _places(one: Moved) -> int:
    """Decimals that show the revision: those of its kind, or more where it would vanish in them."""
    wanted = PLACES[one.kind]
    if one.kind == COUNTS and not (one.then.is_integer() and one.now.is_integer()):
        wanted = 1
    return next((places for places in range(wanted, 10) if round(one.then, places) != round(one.now, places)), wanted)


def _shown(one: Moved, number: float) -> str:
    return wording.decimal(number, _places(one)) + ("%" if one.kind in (SHARES, CHANGES) else "")


def _signed(one: Moved) -> str:
    """By how much it moved: a digit more than the figures where they would say that it did not."""
    places = _places(one)
    told = next((more for more in range(places, 10) if round(one.difference, more)), places)
    return wording.signed(one.difference, told)


def _step(one: Moved) -> str:
    """A revision in brackets: in per cent, or in points of what is in per cent."""
    if one.kind in (SHARES, CHANGES):
        return f"{_signed(one)} percentage points"
    return _signed(one) if one.percent is None else f"{wording.signed(one.percent)}%"
