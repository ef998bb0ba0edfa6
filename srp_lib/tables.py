"""Tables: HTML tables with caption and scopes, made from plain cells, and the notes that stand where data is missing."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from srp_lib import facts, periods, rates, wording
from srp_lib.codelists import ASB, RECORDED, Break, breaks, measures
from srp_lib.evidence import Evidence
from srp_lib.facts import FACTS, SUMMARY, KeyFact

DASH = "\N{EN DASH}"
MOVED_SHARE = 0.01  # how far the share of crimes without a location may move before a page says what it does
FIGURE = rf"[+{wording.MINUS}]?\d[\d,]*(?:\.\d+)?%?"
FIGURES = rf"{FIGURE}(?: (?:to|of) {FIGURE})?|{DASH}|"


@dataclass(frozen=True)
class Table:
    """A table of text: the first cell of each row is its heading, rows are as long as `columns`.

    A line break in a cell is kept, and a zero-width space is where a long word may break. `facts` are key facts that the table shows in its cells; the run collects them
    from it, and `anchors` has the address of each such cell, in the shape of `rows`.
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
                lengths = f"{len(row)} cells and {len(self.columns)} are wanted"
                raise ValueError(f"Row {number} of the table '{self.caption}' has {lengths}.")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        bundle: dict[str, object] = {"text/plain": self.caption, "text/html": self.html()}
        return {**bundle, FACTS: [fact.record() for fact in self.facts]} if self.facts else bundle

    def html(self) -> str:
        """The table in a box of its own; where the page is narrow each row is stacked, with its headings repeated.

        The roles say what the elements say already, because a stacked table loses its own.
        """
        kinds = [_kind([row[place] for row in self.rows], place) for place in range(len(self.columns))]
        heads = "".join(f'<th scope="col" role="columnheader"{kind}>{escape(name)}</th>' for name, kind in zip(self.columns, kinds))
        body = "".join(self._row(number, row, kinds) for number, row in enumerate(self.rows))
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        return boxed(self.caption, f'<tr role="row">{heads}</tr>', body) + note

    def _row(self, number: int, row: Sequence[str], kinds: Sequence[str]) -> str:
        anchors = self.anchors[number] if self.anchors else ("",) * len(row)
        cells = "".join(
            f'<td role="cell" data-label="{escape(name)}"{_anchor(anchor)}{kind}>{_lines(cell)}</td>'
            for name, cell, anchor, kind in zip(self.columns[1:], row[1:], anchors[1:], kinds[1:])
        )
        return f'<tr role="row"><th scope="row" role="rowheader">{_lines(row[0])}</th>{cells}</tr>'


@dataclass(frozen=True)
class Notice:
    """A short text set off from the rest; nothing at all where the text is empty.

    `kind` is "missing" (what was not supplied), "caveat" (what to bear in mind) or "caveats" (what every reader of
    the report must know: the index repeats it). `items` are listed below the text.
    """

    text: str
    kind: str = "caveat"
    items: tuple[str, ...] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the index repeats."""
        bundle: dict[str, object] = {"text/plain": " ".join([self.text, *self.items]), "text/html": self.html()}
        return {**bundle, SUMMARY: {"caveats": list(self.items)}} if self.kind == "caveats" else bundle

    def html(self) -> str:
        """A paragraph, or a paragraph over a list."""
        if not self.text:
            return ""
        if not self.items:
            return f'<p class="notice {self.kind}">{escape(self.text)}</p>'
        items = "".join(f"<li>{escape(item)}</li>" for item in self.items)
        return f'<div class="notice {self.kind}"><p>{escape(self.text)}</p><ul>{items}</ul></div>'


def boxed(caption: str, head: str, body: str, hidden: bool = False) -> str:
    """A table from its rows as HTML, in a box that scrolls sideways where it must; `hidden` is a caption for the ear alone."""
    named = f'<caption class="hidden">{escape(caption)}</caption>' if hidden else f"<caption>{escape(caption)}</caption>"
    return (
        f'<div class="scroll" role="group" aria-label="{escape(caption)}" tabindex="0"><table role="table">{named}'
        f'<thead role="rowgroup">{head}</thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def by_type(evidence: Evidence, slugs: Sequence[str], theme: str = "overview", headline: bool = False) -> Table:
    """Count, rate, change and verdict of each measure, one line each; carries their key facts.

    The change is left out where nothing can be compared. `headline` says whether the index shows them.
    """
    trios = [tuple(replace(fact, headline=headline) for fact in facts.trio(evidence, slug, theme)) for slug in slugs]
    level, heads = f"{evidence.config.confidence:.0%} interval", facts.headings(evidence)
    columns = ("Type", heads["count"], heads["rate"], level, heads["change"], level, "Verdict")
    shown = len(columns) if heads["change"] else 4
    rows = tuple((evidence.measure(slug).label, *_trio_cells(trio))[:shown] for slug, trio in zip(slugs, trios))
    anchors = tuple(("", count.anchor, rate.anchor, "", moved.anchor, "", "")[:shown] for count, rate, moved in trios)
    told = "Higher and lower mean more than chance would explain. " if heads["change"] else ""
    people = evidence.denominator(evidence.period)
    note = f"Rates are over {wording.whole(people.residents)} residents ({people.label}). {told}"
    what = "Anti-social behaviour and crime" if ASB in slugs else "Crime"
    caption = f"{what} by type, {evidence.area_name}, {evidence.period.label}"
    return Table(caption, columns[:shown], rows, note.strip(), tuple(fact for trio in trios for fact in trio), anchors)


def reconciliation(evidence: Evidence, slugs: Sequence[str]) -> Table | Notice:
    """Street-level counts beside table C2 where both are of the same twelve months; else the reason why not."""
    line = evidence.table_c2()
    if line is None:
        return Notice(_no_reconciliation(evidence), "missing")
    rows = []
    for slug in (RECORDED, *slugs):
        measure, street = evidence.measure(slug), evidence.total(slug)
        published = [line[column] for column in measure.table_c2]
        if any(value is None or value != value for value in published):
            rows.append((measure.label, wording.whole(street), "not published", DASH, DASH))
            continue
        official = int(sum(published))
        share = f"{wording.signed(100 * (street / official - 1))}%" if official else DASH
        rows.append((measure.label, wording.whole(street), wording.whole(official), wording.signed(street - official, 0), share))
    caption = f"Street-level files beside the official count, {evidence.area_name}, {evidence.period.label}"
    note = (
        "Street-level files leave out crimes that could not be placed on a map and some kinds of offence, and the two "
        "are revised at different times, so the files hold fewer than the official table."
    )
    return Table(caption, ("Group", "Street-level", "Table C2", "Difference", "Difference, %"), tuple(rows), note)


def outcomes_by_type(evidence: Evidence, slugs: Sequence[str]) -> Table:
    """The share of each crime type charged (with Wilson's interval), closed with no suspect, open, and not given."""
    level = f"{evidence.config.confidence:.0%} interval"
    columns = ("Type", "Crimes", "Charged", level, "No suspect", "Marked open", "Not supplied")
    note = "Shares are of all crimes of the type, as they stood when each file was published."
    caption = f"How crimes ended by type, {evidence.area_name}, {evidence.period.label}"
    return Table(caption, columns, tuple(_outcome_row(evidence, slug) for slug in slugs), note)


def _outcome_row(evidence: Evidence, slug: str) -> tuple[str, ...]:
    counts, label = evidence.outcomes(slug), evidence.measure(slug).label
    total = int(counts.sum())
    if not total:
        return label, "0", DASH, DASH, DASH, DASH, DASH
    charged = rates.proportion(int(counts["charged"]), total, evidence.config.confidence)
    limits = f"{wording.decimal(charged.lower)}% to {wording.decimal(charged.upper)}%"
    shares = (f"{wording.decimal(100 * counts[group] / total)}%" for group in ("no_suspect", "open", "unknown"))
    return label, wording.whole(total), f"{wording.decimal(charged.value)}%", limits, *shares


def unlocated(evidence: Evidence) -> Notice:
    """How many crimes of the period have no place, so that nobody can say which area they belong to."""
    blank, rows = evidence.unlocated(RECORDED)
    share = wording.decimal(100 * blank / rows) if rows else "0.0"
    return Notice(
        f"Of the {wording.whole(rows)} crimes in the files of {wording.listed(evidence.forces)} for "
        f"{evidence.period.label}, {wording.whole(blank)} ({share}%) have no location. They cannot be placed in "
        f"{evidence.area_name} or anywhere else and are in no figure here, so the true counts are a little higher."
    )


def unlocated_by_type(evidence: Evidence, slugs: Sequence[str]) -> Table | Notice:
    """The share of each measure without a location in both years, and the change that placing them alike would give.

    Nothing where there is no comparator.
    """
    if not evidence.comparison.possible:
        return Notice("")
    rows = tuple((evidence.measure(slug).label, *_placing_cells(evidence, slug)) for slug in (RECORDED, *slugs))
    before, now = evidence.comparison.comparator.label, evidence.period.label
    columns = ("Type", f"No location, {before}", f"No location, {now}", "Change shown", "Change if placed alike")
    note = (
        "The last column shares out the crimes without a location as those with one are spread. Where it differs much "
        "from the change shown, part of that change is one of recording places."
    )
    return Table("Crimes without a location, and what they do to a change", columns, rows, note)


def _placing_cells(evidence: Evidence, slug: str) -> tuple[str, ...]:
    now, then = _unplaced_shares(evidence, slug)
    estimate = facts.change_of(evidence, slug)
    shares = (f"{wording.decimal(100 * then)}%", f"{wording.decimal(100 * now)}%")
    if estimate.value is None:
        return *shares, DASH, DASH
    return *shares, f"{wording.signed(estimate.value)}%", f"{wording.signed(_placed_alike(estimate.value, now, then))}%"


def _unplaced_shares(evidence: Evidence, slug: str) -> tuple[float, float]:
    """The share of the measure's rows without a location, as fractions, over the months compared: now and then."""
    sides = (evidence.unlocated(slug, months) for months in (evidence.comparison.now, evidence.comparison.then))
    now, then = (blank / rows if rows else 0.0 for blank, rows in sides)
    return now, then


def _placed_alike(change: float, now: float, then: float) -> float:
    """A change in % had the rows without a location, as shares `now` and `then`, been placed as the others are."""
    return 100 * ((1 + change / 100) * (1 - then) / (1 - now) - 1)


def _placing_sentence(evidence: Evidence) -> str:
    """A warning where the share of crimes without a location has moved enough to move the change; else empty."""
    estimate = facts.change_of(evidence, RECORDED)
    now, then = _unplaced_shares(evidence, RECORDED)
    if estimate.value is None or abs(now - then) < MOVED_SHARE:
        return ""
    return (
        f"The share of crimes without a location went from {wording.decimal(100 * then)}% to {wording.decimal(100 * now)}%: "
        f"had they been placed as the others are, recorded crime would show {wording.signed(_placed_alike(estimate.value, now, then))}% "
        f"where it shows {wording.signed(estimate.value)}%."
    )


def caveats(evidence: Evidence) -> Notice:
    """What a reader must know before comparing: months left out, breaks in the series, an old denominator."""
    people = evidence.denominator(evidence.period)
    parts = [evidence.comparison.caveat, *_break_sentences(evidence), _placing_sentence(evidence)]
    if evidence.short:
        gone = periods.list_months(month for month in evidence.period.months if month not in evidence.months)
        parts.append(f"{evidence.period.label} itself lacks {gone}: its counts and rates are of {len(evidence.months)} months.")
    if people.months_away > evidence.config.oldest_denominator_months:
        parts.append(
            f"Rates use the {people.label} population, {people.months_away} months from the middle of the period, "
            "because no nearer estimate was supplied."
        )
    kept = tuple(filter(None, parts))
    return Notice("Before comparing, bear in mind:" if kept else "", "caveats", kept)


def not_supplied(**wanted: str) -> Notice:
    """What a section would show had the partners' extracts been supplied: one line for each, by the extract's name."""
    items = tuple(f"{wording.upper_first(what)} (extract {name})." for name, what in wanted.items())
    return Notice("Not available, because the partners' extract was not supplied:", "missing", items)


def conformance(failures_only: bool = False) -> Table | Notice:
    """Every published number that the statistics are held to: expected, got, source; recomputed now.

    `failures_only` leaves out those that were given back.
    """
    from srp_lib.conformance import conformance as check

    results = [result for result in check() if not (failures_only and result.passed)]
    if not results:
        return Notice("Every published number was given back.")
    rows = tuple(
        (
            f"{_words(result.function)}\n{_words(result.inputs)}", _words(result.output), f"{result.expected:.10g}", f"{result.got:.10g}",
            "Yes" if result.passed else "NO", result.source,
        )  # fmt: skip
        for result in results
    )
    columns = ("Function and inputs", "Output", "Published", "Got", "Agrees", "Source")
    note = "Two numbers agree when they differ by less than the tolerance given in srp_lib/codelists/vectors.csv beside each."
    return Table("Published numbers and what the functions give", columns, rows, note)


def conformance_verdict() -> Notice:
    """How many published numbers the functions give back."""
    from srp_lib.conformance import conformance as check

    results = check()
    passed = sum(result.passed for result in results)
    kind = "caveat" if passed == len(results) else "refused"
    return Notice(f"{passed} of {len(results)} published numbers are given back within their tolerance.", kind)


def _words(inputs: str) -> str:
    """A name or inputs with room to break after each separator."""
    return re.sub(r"([;,._])", "\\1\N{ZERO WIDTH SPACE}", inputs.replace(";", "; "))


def _trio_cells(trio: tuple[KeyFact, ...]) -> tuple[str, ...]:
    count, rate, moved = (fact.estimate for fact in trio)
    change = (f"{wording.signed(moved.value)}%", _limits(moved.lower, moved.upper)) if moved.value is not None else (DASH, DASH)
    per = (wording.decimal(rate.value, 2), f"{wording.decimal(rate.lower, 2)} to {wording.decimal(rate.upper, 2)}") if rate.value is not None else (DASH, DASH)
    return wording.whole(count.value), *per, *change, wording.marked(trio[2].verdict)


def _limits(lower: float, upper: float) -> str:
    return f"{wording.signed(lower)}% to {wording.signed(upper)}%"


def _break_sentences(evidence: Evidence) -> list[str]:
    """What each registered break of a measure means for the months shown and compared; none where none lies in it."""
    compared = (*evidence.months, *evidence.comparison.then)
    touched = [one for one in breaks() if any(one.covers(slug) for slug in measures()) and one.touches(compared)]
    return [_break_sentence(one, evidence) for one in touched]


def _break_sentence(one: Break, evidence: Evidence) -> str:
    comparison = evidence.comparison
    if not one.last:
        start = f"{one.note} (from {periods.month_name(one.first)})."
        return f"{start} The months before are counted otherwise, so part of a change is one of counting."
    now = sum(one.first <= month <= one.last for month in evidence.months)
    then = sum(one.first <= month <= one.last for month in comparison.then)
    covered = f"{_share(now, len(evidence.months))} of {evidence.period.label}"
    if comparison.possible:
        covered += f" and {_share(then, len(comparison.then))} it is compared with"
    tail = " A change that is more than chance can be due to this, or to its end, and need not last." if comparison.possible else ""
    return f"{one.note} ({periods.month_span(one.first, one.last)}), which covers {covered}.{tail}"


def _share(part: int, whole: int) -> str:
    if part == whole:
        return f"all {whole} months"
    return f"{wording.number_word(part)} of the {whole} months"


def _no_reconciliation(evidence: Evidence) -> str:
    if not evidence.has_table_c2:
        return (
            "Table C2 (recorded crime by Community Safety Partnership) was not supplied, so these counts are not "
            "reconciled with the official ones."
        )
    return (
        f"Table C2 was supplied for the {wording.listed(evidence.table_c2_periods())} and this audit is of "
        f"{evidence.period.label}, so they are not compared: only the same twelve months can be."
    )


def _anchor(anchor: str) -> str:
    return f' id="{escape(anchor)}"' if anchor else ""


def _lines(cell: str) -> str:
    return escape(cell).replace("\n", "<br>").replace("\N{ZERO WIDTH SPACE}", "<wbr>")


def _kind(cells: Sequence[str], place: int) -> str:
    """How a column is set: figures to the right so that their digits line up, verdicts unbroken, words to the left."""
    if place and cells and all(re.fullmatch(FIGURES, cell) for cell in cells):
        return ' class="number"'
    marks = tuple(wording.MARKS.values())
    return ' class="mark"' if place and any(cell.startswith(marks) for cell in cells) else ""
