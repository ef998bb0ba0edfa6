"""Score checks: where the partners' scores have no evidence, speak against it, or are old. Each function is a part of the page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from srp_lib import disclosure, wording
from srp_lib.display import DASH, NOTHING, Folded, Notice, Table
from srp_lib.issues import COUNT, DOWN, UP
from srp_lib.scored import Scored

TREND, FREQUENCY = "trend", "frequency"
OLD_MONTHS = 12  # scores further than this before the end of the period are pointed out


def contradictions(scored: Scored) -> Notice:
    """Where the scored trend or frequency does not fit the issue's key facts, a sentence each."""
    if scored.lacking or not scored.ledger.entries:
        return NOTHING
    items = (*_trends(scored).values(), *_frequencies(scored).values())
    if not items:
        return Notice("No score of trend or frequency speaks against the key facts of its issue.")
    text = (
        "Here scores and evidence point different ways. Either can be right: scorers may know what records do not show."
    )
    return Notice(text, "caveat", items)


def contrary(scored: Scored) -> list[str]:
    """The issues of which scores and evidence point different ways, in the order of the plan."""
    if scored.lacking:
        return []
    found = {**_trends(scored), **_frequencies(scored)}
    return [slug for slug in scored.issues if slug in found]


def uncited(scored: Scored) -> tuple[int, int]:
    """How many scores cite no id or one that no key fact has, and how many scores there are."""
    none, unknown = _support(scored)
    return int((none | unknown).sum()), len(scored.rows)


def without_evidence(scored: Scored) -> Table | Notice:
    """Scores that cite no key fact, and those that cite one that was not made, by issue."""
    if scored.rows.empty:
        return NOTHING
    none, unknown = _support(scored)
    if not (none | unknown).any():
        found = "" if scored.ledger.entries else f" Whether there is such a fact can't be told. {scored.ledger.why}"
        return Notice(f"Every score cites a key fact.{found}")
    told = scored.evidence.edition != disclosure.PUBLIC
    columns = ("Issue", "Scores", "Cite nothing", "Cite a figure that does not exist", *(("The ids",) if told else ()))
    rows = []
    for slug in scored.issues:
        own = scored.rows["issue"] == slug
        lost = scored.rows.loc[own & unknown, "evidence"]
        if (own & (none | unknown)).any():
            ids = (_breakable(wording.listed(list(dict.fromkeys(lost)))) or DASH,) if told else ()
            rows.append(
                (scored.label(slug), *(wording.whole(one.sum()) for one in (own, own & none, own & unknown)), *ids)
            )
    note = "" if scored.ledger.entries else scored.ledger.why
    return Table("Scores without evidence", columns, tuple(rows), note)


def scorers(scored: Scored) -> Table | Notice:
    """Who scored, when and how much; in the public edition how many did, unnamed."""
    if scored.rows.empty:
        return NOTHING
    dates = pd.to_datetime(scored.rows["scored_on"])
    by = len(scored.scorers)
    number = "One partner" if by == 1 else f"{wording.upper_first(wording.number_word(by))} partners"
    said = f"{number} scored, {_days(dates)}.{_old(scored, dates)}"
    if by == 1:
        said += " The scores of one partner have no spread, and nothing shows how far others would agree."
    if scored.evidence.edition == disclosure.PUBLIC:
        return Notice(said)
    none, unknown = _support(scored)
    rows = []
    for name in scored.scorers:
        own = scored.rows["organisation"] == name
        numbers = (scored.rows.loc[own, "issue"].nunique(), own.sum(), (own & (none | unknown)).sum())
        rows.append((name, *map(wording.whole, numbers), _days(dates[own])))
    return Table("Who scored", ("Organisation", "Issues", "Scores", "Without evidence", "When"), tuple(rows), said)


def in_full(scored: Scored) -> Folded | Notice:
    """Every partner's scores and reasons, an issue at a time; in the partnership's edition alone."""
    if scored.rows.empty or scored.evidence.edition == disclosure.PUBLIC:
        return NOTHING
    slugs = [slug for slug in scored.issues if slug in set(scored.rows["issue"])]
    parts = []
    for slug in slugs:
        own = scored.rows[scored.rows["issue"] == slug]
        parts.append((f"{scored.label(slug)}: scores", _all_scores(scored, slug, own)))
        reasons = own.dropna(subset=["rationale"])
        if len(reasons):
            rows = tuple((row.organisation, _name(row.dimension), row.rationale) for row in reasons.itertuples())
            caption = f"Reasons given for scores of {scored.label(slug)}"
            parts.append(
                (f"{scored.label(slug)}: reasons", Table(caption, ("Organisation", "Dimension", "Reason"), rows))
            )
    return Folded(tuple(parts))


def _all_scores(scored: Scored, slug: str, own: pd.DataFrame) -> Table:
    """The scores of an issue, a row a dimension and a column a partner."""
    given = own.set_index(["dimension", "organisation"])["score"]
    order = [one.name for one in scored.scale.dimensions] if scored.scale else []
    names = [*order, *sorted(set(own["dimension"]) - set(order))]
    rows = tuple(
        (_name(name), *(f"{given[name, who]:.0f}" if (name, who) in given.index else DASH for who in scored.scorers))
        for name in names
    )
    return Table(f"Scores of {scored.label(slug)}", ("Dimension", *scored.scorers), rows)


def _support(scored: Scored) -> tuple[pd.Series, pd.Series]:
    """Of each score, whether it cites nothing, and whether it cites an id that no key fact has."""
    ids = scored.rows["evidence"]
    return ids.isna(), ids.notna() & ids.map(lambda ident: ident is not None and scored.unknown(str(ident))).astype(
        bool
    )


def _trends(scored: Scored) -> dict[str, str]:
    """By issue: the trend scored above the middle of the scale where the evidence points down, or the reverse."""
    found = {}
    for slug, score in _levels(scored, TREND).items():
        way = scored.issues[slug].outlook
        scored_way = _side(scored, score)
        if way and scored_way and way != scored_way:
            words = "rising" if scored_way == UP else "falling"
            found[slug] = (
                f"{scored.label(slug)}: its trend is scored as {words} ({wording.decimal(score)} of {_top(scored)}), but {scored.issues[slug].why}."
            )
    return found


def _frequencies(scored: Scored) -> dict[str, str]:
    """By issue: frequency scored above the middle where records are the fewest, or below it where they are the most."""
    counts = {slug: one.facts[COUNT].estimate.value for slug, one in scored.issues.items() if COUNT in one.facts}
    known = {slug: count for slug, count in counts.items() if count is not None}
    levels = {slug: score for slug, score in _levels(scored, FREQUENCY).items() if slug in known}
    if len(levels) < 2:
        return {}
    ends = {UP: (min(known[slug] for slug in levels), "fewest"), DOWN: (max(known[slug] for slug in levels), "most")}
    found = {}
    for slug, score in levels.items():
        way = _side(scored, score)
        if way and known[slug] == ends[way][0] and ends[UP][0] < ends[DOWN][0]:
            words = "high" if way == UP else "low"
            found[slug] = (
                f"{scored.label(slug)}: its frequency is scored {words} ({wording.decimal(score)} of {_top(scored)}), but it has the {ends[way][1]} records of the issues scored ({wording.whole(known[slug])})."
            )
    return found


def _levels(scored: Scored, dimension: str) -> dict[str, float]:
    """The mean score of each issue on a dimension, a high one meaning more risk; none where the scale lacks it."""
    own = next((one for one in scored.scale.dimensions if one.name == dimension), None) if scored.scale else None
    if own is None or scored.scale is None:
        return {}
    turned = scored.scale.turned(scored.means[dimension].dropna(), own)
    return {slug: float(turned[slug]) for slug in scored.issues if slug in turned.index}


def _side(scored: Scored, score: float) -> str:
    middle = scored.scale.middle if scored.scale else score
    return UP if score > middle else DOWN if score < middle else ""


def _top(scored: Scored) -> str:
    return str(scored.scale.highest) if scored.scale else ""


def _old(scored: Scored, dates: pd.Series) -> str:
    """How many scores were old at the end of the period."""
    old = int((dates < scored.end - pd.DateOffset(months=OLD_MONTHS)).sum())
    if not old:
        return ""
    verb = "was" if old == 1 else "were"
    return f" {wording.whole(old)} of {wording.whole(len(dates))} scores {verb} more than {OLD_MONTHS} months old at the end of {scored.evidence.period.label}."


def _days(dates: Sequence[pd.Timestamp] | pd.Series) -> str:
    first, last = min(dates), max(dates)
    return f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"


def _name(dimension: str) -> str:
    return wording.upper_first(dimension.replace("_", " "))


def _breakable(ids: str) -> str:
    return ids.replace("_", "_\N{ZERO WIDTH SPACE}").replace(".", ".\N{ZERO WIDTH SPACE}")
