"""Cautions of places: what must be borne in mind of counts by ward and by neighbourhood, in sentences.

Each function gives a sentence, or an empty text where there is nothing to say.
"""

from __future__ import annotations

from srp_lib import periods, wording
from srp_lib.codelists import RECORDED, breaks
from srp_lib.local import WARD, Local

POOR_FIT = 10.0  # % by which the residents of a ward's neighbourhoods may differ from the ward's before pages warn
VISITED, ROUGH = "many visitors", "rough fit"
STRICTER = "Among so many wards some intervals leave out no change by luck, so a verdict asks for more than that."


def cautions(local: Local) -> list[str]:
    """What holds for counts by ward at large."""
    names = local.names()
    visited = [names[code] for code in local.visited()]
    rough = wording.listed([f"{names[code]} ({wording.signed(gap, 0)}%)" for code, gap in misfits(local).items()])
    excluded = local.geography.excluded
    return [
        f"Open data places a crime in a neighbourhood (an LSOA, of about {local.typical_size} people), not in a ward. Each neighbourhood is counted whole in "
        "one ward, by the official best fit, so a ward's figures are approximate: crimes near its edge may be counted next door.",
        f"Marked \"{ROUGH}\": the neighbourhoods counted hold clearly more or fewer residents than the ONS estimates for the ward itself in {rough}. Rates are over the neighbourhoods' own residents, so they still fit the counts." if rough else "",
        f"Marked \"{VISITED}\": {wording.listed(visited)} {'has' if len(visited) == 1 else 'have'} so many thefts from shops and persons for each resident that many who are there probably live elsewhere, and a rate over residents then overstates the risk of those who live there." if visited else "",
        f"The codes of LSOAs whose boundaries changed irregularly are in no ward: {wording.listed(list(excluded))}." if excluded else "",
        unplaced(local),
        *unusual(local),
        left_out(local),
        outdated(local),
        f"All months are on one set of areas, the wards of {local.ward_year}, so changes of ward boundaries make no break here.",
        "Rates on the pages of other years can rest on another count of residents: compare counts with those, not rates.",
    ]  # fmt: skip


def unplaced(local: Local) -> str:
    """What share of crimes has no location, and so is in no place."""
    blank, rows = local.evidence.unlocated(RECORDED)
    if not blank:
        return ""
    return f"About {wording.decimal(100 * blank / rows)}% of the crimes in the police's files have no location and are in no ward or neighbourhood."


def unusual(local: Local) -> list[str]:
    """The registered breaks that lie in the years shown, a sentence each: which, when, and in which of the years."""
    told = []
    for one in breaks(RECORDED):
        last = one.last or "9999-12"
        touched = [year.label for year in local.years if any(one.first <= month <= last for month in year.months)]
        if touched and (one.last or len(touched) < len(local.years)):
            when = periods.month_span(one.first, one.last) if one.last else f"from {periods.month_name(one.first)}"
            told.append(
                f"{one.name} ({when}) lies in {wording.listed(touched)}: a change that is more than chance can be due to it, or to its end."
            )
    return told


def left_out(local: Local) -> str:
    """Which months are left out of every year, since one of the years lacks them; empty where none is."""
    period = local.evidence.period
    kept = {month[-2:] for month in local.years[-1].months}
    gone = [periods.month_name(month).split()[0] for month in period.months if month[-2:] not in kept]
    return (
        f"Years are compared over the same {len(kept)} months: {wording.listed(gone)} {'is' if len(gone) == 1 else 'are'} left out of each, as one of them lacks it."
        if gone
        else ""
    )


def gap(local: Local) -> str:
    """The years between the first and the last of `Local.years` that the extracts lack, as a sentence; empty where none is."""
    period, known, missing = local.evidence.period, {year.label for year in local.years}, []
    while period.label != local.years[0].label:
        missing += [] if period.label in known else [period.label]
        period = period.comparator()
    return f"The extracts lack {wording.listed(sorted(missing))}." if missing else ""


def outdated(local: Local) -> str:
    """That residents are of a time far from the period; empty where they are not."""
    away = local.base_months_away
    if away <= local.evidence.config.oldest_denominator_months:
        return ""
    return f"Rates are over the residents of {local.base_label}, {away} months from the middle of the period, because no nearer table of small areas was supplied."


def marks(local: Local, ward: str) -> list[str]:
    """What makes a ward's rate doubtful, in a word or two each."""
    return [word for word, held in ((VISITED, local.visited()), (ROUGH, misfits(local))) if ward in held]


def misfits(local: Local) -> dict[str, float]:
    """The wards whose neighbourhoods hold more or fewer residents than the ward by more than `POOR_FIT`, in %."""
    if local.ward_estimates is None:
        return {}
    people, own = local.residents(WARD), local.ward_estimates[1]
    gaps = 100 * (people / own.reindex(people.index) - 1)
    return {code: float(gaps[code]) for code in local.wards.index if abs(gaps[code]) > POOR_FIT}
