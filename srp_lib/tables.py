"""Tables: HTML tables with caption and scopes, made from plain cells, and the notes that stand where data is missing."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from srp_lib import facts, periods, rates, wording
from srp_lib.codelists import RECORDED, Break, breaks, measures
from srp_lib.evidence import Evidence
from srp_lib.facts import FACTS, SUMMARY, KeyFact

NUMBER = ' class="number"'
FIGURE = rf"[+{wording.MINUS}]?\d[\d,]*(?:\.\d+)?%?"
FIGURES = rf"{FIGURE}(?: (?:to|of) {FIGURE})?|–|"


@dataclass(frozen=True)
class Table:
    """A table of text: the first cell of each row is its heading. Rows as long as `columns`.

    `facts` are key facts that the table shows in its cells; the run collects them from it.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    facts: tuple[KeyFact, ...] = ()
    anchors: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table without a caption or with a row of another length."""
        if not self.caption.strip():
            raise ValueError("A table needs a caption.")
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"Row {number} of the table '{self.caption}' has {len(row)} cells and {len(self.columns)} are wanted.")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        bundle: dict[str, object] = {"text/plain": self.caption, "text/html": self.html()}
        return {**bundle, FACTS: [fact.record() for fact in self.facts]} if self.facts else bundle

    def html(self) -> str:
        """The table in a box of its own that scrolls sideways where the page is narrow."""
        numeric = self._numeric
        head = "".join(f'<th scope="col"{NUMBER if right else ""}>{escape(column)}</th>' for column, right in zip(self.columns, numeric))
        body = "".join(self._row(number, row) for number, row in enumerate(self.rows))
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        label = escape(self.caption, quote=True)
        return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table><caption>{escape(self.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}'

    @property
    def _numeric(self) -> list[bool]:
        """Which columns hold nothing but figures: those are set right so that their digits line up."""
        return [bool(self.rows) and place > 0 and all(re.fullmatch(FIGURES, row[place]) for row in self.rows) for place in range(len(self.columns))]

    def _row(self, number: int, row: Sequence[str]) -> str:
        anchors = self.anchors[number] if self.anchors else ("",) * len(row)
        first = f'<th scope="row">{escape(row[0])}</th>'
        cells = (f'<td{_anchor(anchor)}{NUMBER if right else ""}>{escape(cell)}</td>' for cell, anchor, right in zip(row[1:], anchors[1:], self._numeric[1:]))
        return f"<tr>{first}{''.join(cells)}</tr>"


@dataclass(frozen=True)
class Notice:
    """A short text set off from the rest: what is missing, what to bear in mind. `kind` is "missing", "caveat" or,
    for what every reader of the report must know, "caveats", which the index repeats.
    """

    text: str
    kind: str = "caveat"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows."""
        html = f'<p class="notice {self.kind}">{escape(self.text)}</p>' if self.text else ""
        bundle: dict[str, object] = {"text/plain": self.text, "text/html": html}
        return {**bundle, SUMMARY: {"caveat": self.text}} if self.kind == "caveats" else bundle


def by_type(evidence: Evidence, slugs: Sequence[str], theme: str = "overview", headline: bool = False) -> Table:
    """Count, rate, change and verdict of each measure, one line each; carries their key facts.

    `headline` says whether the index shows them.
    """
    trios = [tuple(replace(fact, headline=headline) for fact in facts.trio(evidence, slug, theme)) for slug in slugs]
    rows = tuple((evidence.measure(slug).label, *_trio_cells(trio)) for slug, trio in zip(slugs, trios))
    anchors = tuple(("", count.anchor, rate.anchor, "", change_fact.anchor, "", "") for count, rate, change_fact in trios)
    level = f"{evidence.config.confidence:.0%} interval"
    columns = ("Type", "Count", f"Rate per {evidence.config.per:,}", level, "Change", level, "Verdict")
    people = evidence.denominator(evidence.period)
    note = (
        f"Rates are over {wording.whole(people.residents)} residents ({people.label}). "
        f"Higher and lower mean more than chance would explain. {evidence.comparison.caveat}"
    ).strip()
    caption = f"Crime by type, {evidence.area_name}, {evidence.period.label}"
    return Table(caption, columns, rows, note, tuple(fact for trio in trios for fact in trio), anchors)


def reconciliation(evidence: Evidence, slugs: Sequence[str]) -> Table | Notice:
    """Street-level counts beside table C2 where both are of the same twelve months; else the reason why not."""
    line = evidence.table_c2()
    if line is None:
        return Notice(_no_reconciliation(evidence), "missing")
    rows = []
    for slug in (RECORDED, *slugs):
        measure, street = evidence.measure(slug), evidence.total(slug)
        published = [line[column] for column in measure.table_c2]
        known = all(value == value and value is not None for value in published)
        official = int(sum(published)) if known else 0
        share = f"{wording.signed(100 * (street / official - 1))}%" if official else "not published"
        rows.append((measure.label, wording.whole(street), wording.whole(official) if known else "not published", wording.signed(street - official, 0) if known else "", share))
    note = "Street-level files leave out crimes that could not be placed on a map and some offence types, and both are revised at different times, so they undercount the official table."
    return Table(f"Street-level files beside the official count, {evidence.area_name}, {evidence.period.label}", ("Group", "Street-level", "Table C2", "Difference", "Share"), tuple(rows), note)


def outcomes_by_type(evidence: Evidence, slugs: Sequence[str]) -> Table:
    """The share of each crime type charged, closed with no suspect and still open, with Wilson's interval for the first."""
    rows = []
    for slug in slugs:
        counts = evidence.outcomes(slug)
        total, confidence = int(counts.sum()), evidence.config.confidence
        charged, unknown, still = (rates.proportion(int(counts[group]), total, confidence) for group in ("charged", "no_suspect", "open"))
        shares = [f"{wording.decimal(share.value)}%" if total else "\N{EN DASH}" for share in (charged, unknown, still)]
        limits = f"{wording.decimal(charged.lower)}% to {wording.decimal(charged.upper)}%" if total else "\N{EN DASH}"
        rows.append((evidence.measure(slug).label, wording.whole(total), shares[0], limits, *shares[1:]))
    columns = ("Type", "Crimes", "Charged", f"{evidence.config.confidence:.0%} interval", "No suspect", "Still open")
    note = "Shares are of all crimes of the type, as they stood when each file was published."
    return Table(f"How crimes ended by type, {evidence.area_name}, {evidence.period.label}", columns, tuple(rows), note)


def unlocated(evidence: Evidence) -> Notice:
    """How many rows of the period have no place, so that nobody can say which area they belong to."""
    blank, rows = evidence.unlocated()
    share = wording.decimal(100 * blank / rows) if rows else "0.0"
    return Notice(
        f"{wording.whole(blank)} of the {wording.whole(rows)} rows that the files hold for {evidence.period.label} ({share}%) have no location. "
        f"They can't be placed in {evidence.area_name} or anywhere else and are in no figure here, so the true counts are a little higher."
    )


def caveats(evidence: Evidence) -> Notice:
    """What a reader must know before comparing: months left out, breaks in the series, an old denominator."""
    people = evidence.denominator(evidence.period)
    parts = [evidence.comparison.caveat, *(_break_sentence(one) for one in breaks() if _touches(one, evidence))]
    if evidence.short:
        gone = [month for month in evidence.period.months if month not in evidence.months]
        parts.append(f"{evidence.period.label} itself lacks {wording.listed([periods.month_name(month) for month in gone])}: its counts and rates are of {len(evidence.months)} months.")
    if people.months_away > evidence.config.oldest_denominator_months:
        parts.append(f"Rates use the {people.label} population, {people.months_away} months from the middle of the period, because no nearer estimate was supplied.")
    return Notice(" ".join(filter(None, parts)), "caveats")


def not_supplied(evidence: Evidence, extract: str, would_show: str) -> Notice:
    """One line for a section that needs a partner extract: which one, and what it would show."""
    return Notice(f"Needs the partner extract '{extract}', which was not supplied. It would show {would_show}.", "missing")


def _trio_cells(trio: tuple[KeyFact, KeyFact, KeyFact]) -> tuple[str, ...]:
    count, rate, moved = (fact.estimate for fact in trio)
    known = moved.value is not None
    return (
        wording.whole(count.value), wording.decimal(rate.value, 2), f"{wording.decimal(rate.lower, 2)} to {wording.decimal(rate.upper, 2)}",
        f"{wording.signed(moved.value)}%" if known else "\N{EN DASH}",
        f"{wording.signed(moved.lower)}% to {wording.signed(moved.upper)}%" if known else "\N{EN DASH}",
        wording.marked(trio[2].verdict),
    )  # fmt: skip


def _touches(one: Break, evidence: Evidence) -> bool:
    of_a_measure = any(one.covers(slug) for slug in measures())
    return of_a_measure and one.touches((*evidence.months, *evidence.comparison.then))


def _break_sentence(one: Break) -> str:
    if not one.last:
        return f"{one.note} (from {periods.month_name(one.first)}): the months before are counted otherwise, and a change measures that as much as anything else."
    return f"{one.note} ({periods.month_span(one.first, one.last)}): months in that span are in these figures, and a change measures that as much as anything else."


def _no_reconciliation(evidence: Evidence) -> str:
    if not evidence.has_table_c2:
        return "Table C2 (recorded crime by Community Safety Partnership) was not supplied, so these counts are not reconciled with the official ones."
    return f"Table C2 was supplied for the {wording.listed(evidence.table_c2_periods())} and this audit is of {evidence.period.label}, so they are not compared: only the same twelve months can be."


def _anchor(anchor: str) -> str:
    return f' id="{escape(anchor, quote=True)}"' if anchor else ""

