"""Tables: the audit's own tables, and the notes that stand where data is missing. What a table is, is in `display`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from srp_lib import facts, periods, rates, wording
from srp_lib.codelists import ASB, RECORDED, Break, breaks, coverage_rows, measures
from srp_lib.display import DASH, Notice, Table
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact
from srp_lib.reconciliation import lines

MOVED_SHARE = 0.01  # how far the share of crimes without a location may move before a page says what it does


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
    counts = {slug: evidence.total(slug) for slug in (RECORDED, *slugs)}
    rows = [(one.label, *one.cells()) for one in lines(counts, line)]
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
        parts.append(
            f"{evidence.period.label} itself lacks {gone}: its counts and rates are of {len(evidence.months)} months."
        )
    if people.months_away > evidence.config.oldest_denominator_months:
        parts.append(
            f"Rates use the {people.label} population, {people.months_away} months from the middle of the period, "
            "because no nearer estimate was supplied."
        )
    kept = tuple(filter(None, parts))
    return Notice("Before comparing, bear in mind:" if kept else "", "caveats", kept)


def break_caveats(evidence: Evidence) -> Notice:
    """The registered breaks that every series has in the months compared, for a page of the partners' records alone."""
    kept = tuple(_break_sentences(evidence))
    return Notice("Before comparing, bear in mind:" if kept else "", "caveats", kept)


def conformance(failures_only: bool = False) -> Table | Notice:
    """Every published number that the statistics are held to: expected, got, source; recomputed now.

    `failures_only` leaves out those that were given back.
    """
    from srp_lib.conformance import conformance as check

    results = [result for result in check() if not (failures_only and result.passed)]
    if not results:
        return Notice("Every reference number was given back.")
    rows = tuple(
        (
            f"{_words(result.function)}\n{_words(result.inputs)}",
            _words(result.output),
            f"{result.expected:.10g}",
            f"{result.got:.10g}",
            "Yes" if result.passed else "NO",
            result.source,
        )  # fmt: skip
        for result in results
    )
    columns = ("Function and inputs", "Output", "Expected", "Got", "Agrees", "Source")
    note = "Two numbers agree when they differ by less than the tolerance given in srp_lib/codelists/vectors.csv beside each."
    return Table("Reference numbers and what the functions give", columns, rows, note)


def coverage() -> Table:
    """How often each kind of 95% interval was found to hold."""
    return Table("How often 95% intervals hold", ("Interval", "Holds, of 100", "Remark"), coverage_rows())


def conformance_verdict() -> Notice:
    """How many published numbers the functions give back."""
    from srp_lib.conformance import conformance as check

    results = check()
    passed = sum(result.passed for result in results)
    kind = "caveat" if passed == len(results) else "refused"
    return Notice(f"{passed} of {len(results)} reference numbers are given back within their tolerance.", kind)


def _words(inputs: str) -> str:
    """A name or inputs with room to break after each separator."""
    return re.sub(r"([;,_])|(?<=[a-z])(\.)(?=[a-z])", "\\1\\2\N{ZERO WIDTH SPACE}", inputs.replace(";", "; "))


def _trio_cells(trio: tuple[KeyFact, ...]) -> tuple[str, ...]:
    count, rate, moved = (fact.estimate for fact in trio)
    change = (
        (f"{wording.signed(moved.value)}%", _limits(moved.lower, moved.upper))
        if moved.value is not None
        else (DASH, DASH)
    )
    per = (
        (wording.decimal(rate.value, 2), f"{wording.decimal(rate.lower, 2)} to {wording.decimal(rate.upper, 2)}")
        if rate.value is not None
        else (DASH, DASH)
    )
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
    period = f"{'the ' if evidence.period.kind == 'ending' else ''}{evidence.period.label}"
    covered = f"{_share(now, len(evidence.months))} of {period}"
    if comparison.possible:
        covered += f" and {_share(then, len(comparison.then))} it is compared with"
    tail = (
        " A change that is more than chance can be due to this, or to its end, and need not last."
        if comparison.possible
        else ""
    )
    return f"{one.note} ({periods.month_span(one.first, one.last)}), which covers {covered}.{tail}"


def _share(part: int, whole: int) -> str:
    if part == whole:
        return f"all {whole} months"
    return f"{wording.number_word(part) if part else 'none'} of the {whole} months"


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
