"""Leaflets: what one printed page says of a ward, and what must be borne in mind of any.

Everything on it is protected already: it comes from `place_figures.Figures` and `Local.shown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from srp_lib import periods, place_cautions, place_charts, wording
from srp_lib.codelists import ASB, RECORDED
from srp_lib.control import pool_quarters
from srp_lib.display import DASH, Leaflet, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import from_row
from srp_lib.evidence import Evidence
from srp_lib.facts import change_sentence
from srp_lib.local import UNIT, WARD, Local
from srp_lib.place_figures import Figures, ranked, shown, standing_words
from srp_lib.verdicts import HIGHER, LOWER, UNCLEAR


def leaflet(local: Local, figures: Mapping[str, Figures], ward: str) -> Leaflet:
    """The page of one ward: sentences, the months, every type, its neighbourhoods, and cautions."""
    name = local.names()[ward]
    parts = [
        *(f"<p>{escape(sentence)}</p>" for sentence in sentences(figures, ward)), "<h2>Over time</h2>", _months(local, figures, ward).html(),
        "<h2>By type</h2>", _types(local, figures, ward).html(), "<h2>By neighbourhood</h2>",
        _neighbourhoods(local, ward).html(), _cautions(local, ward).html(),
    ]  # fmt: skip
    return Leaflet(wording.slug_of(name).replace("_", "-"), name, "".join(parts))


def sentences(figures: Mapping[str, Figures], ward: str) -> list[str]:
    """What a ward had in the period, how that stands to the rest of the borough and how it moved: crime, then incidents."""
    return [f"{_level(figures[slug], ward)} {_move(figures[slug], ward)}".strip() for slug in (RECORDED, ASB)]


def monthly(local: Local, slugs: Sequence[str], wards: Sequence[str] = ()) -> tuple[dict[str, pd.Series], str]:
    """Counts of each ward over all months as they may be shown, and their step: "month" or "quarter".

    By quarter where a month of any ward would be withheld; a quarter that would be is left out.
    """
    months = sum(local.counts(slug, WARD, local.evidence.available) for slug in slugs)
    chosen = {code: months.loc[code] for code in (wards or months.index)}
    step = "quarter" if any(local.policy.small(number) for number in months.to_numpy().ravel()) else "month"
    if step == "quarter":
        chosen = {code: pool_quarters(series) for code, series in chosen.items()}
    return {code: local.shown(series).dropna().astype(float) for code, series in chosen.items()}, step


def span(evidence: Evidence) -> str:
    """The months that the extracts cover, in words."""
    return periods.month_span(evidence.available[0], evidence.available[-1])


def _level(figures: Figures, ward: str) -> str:
    evidence, noun = figures.local.evidence, figures.subject.noun
    name, count = figures.local.names()[ward], figures.count[ward]
    if pd.isna(count):
        return f"{name} had too few {noun} in {evidence.period.label} to show."
    start = f"{name} had {'about ' if figures.local.policy.protects else ''}{wording.whole(count)} {noun} in {evidence.period.label}"
    if ward not in figures.known:
        return f"{start}."
    rate, row = figures.rate.loc[ward, "value"], figures.standing.loc[ward]
    times = f"{wording.decimal(row['value'])} times the rate of the rest of the borough"
    words = {HIGHER: "higher by more than chance", LOWER: "lower by more than chance"}
    told = words.get(row["verdict"], "a difference that ordinary ups and downs can explain")
    per = f"{wording.decimal(rate)} for every {evidence.config.per:,} residents"
    return f"{start}, {per}. That is {times}, {told}."


def _move(figures: Figures, ward: str) -> str:
    comparison, years = figures.local.evidence.comparison, figures.local.years
    if not comparison.possible:
        told = f"No change on {comparison.comparator.label} can be given, because the extracts lack it."
        if len(years) < 2:
            return told
        then, now = (shown(figures.by_year.loc[ward, year.label]) for year in years[-2:])
        return f"{told} Over the same {len(years[-1].months)} months there were {then} in {years[-2].label} and {now} in {years[-1].label}."
    row = figures.changes.loc[ward]
    counts = f"{shown(figures.now[ward])} against {shown(figures.then[ward])}"
    told = change_sentence(figures.subject.noun, from_row(row), str(row["verdict"]), comparison.basis, counts)
    luck = row["verdict"] == UNCLEAR and (row["lower"] > 0 or row["upper"] < 0)
    return f"{told} Among so many wards an interval like this can come by luck." if luck else told


def _months(local: Local, figures: Mapping[str, Figures], ward: str) -> Chart:
    """Recorded crime and anti-social behaviour of the ward over all months."""
    series, steps = {}, []
    for slug in (RECORDED, ASB):
        found, step = monthly(local, (slug,), (ward,))
        series[f"{figures[slug].subject.label} by {step}"] = found[ward]
        steps.append(step)
    years = tuple(
        (year.label, *(shown(figures[slug].by_year.loc[ward, year.label]) for slug in (RECORDED, ASB)))
        for year in local.years
    )
    columns = ("Year", *(figures[slug].subject.label for slug in (RECORDED, ASB)))
    table = Table(f"Over the same {len(local.years[-1].months)} months of each year", columns, years)
    over = f"the same {len(local.years[-1].months)} months of each year"
    told = "; ".join(
        f"{year}: {crime} recorded crimes and {asb} incidents of anti-social behaviour" for year, crime, asb in years
    )
    first, last = years[-2:][0], years[-1]
    title = f"Recorded crime: {last[1]} in {last[0]}" + (
        f", {first[1]} in {first[0]}, over {over}" if len(years) > 1 else ""
    )
    note = " ".join(
        filter(None, [f"Over {over}: {told}." if len(years) > 1 else "", place_cautions.gap(local), local.policy.brief])
    )
    return place_charts.panels(
        "months", title, f"Counts, each to its own scale, {span(local.evidence)}", f"Two lines. {title}. Over {over}: {told}.", series, table,
        note=note,
    )  # fmt: skip


def _types(local: Local, figures: Mapping[str, Figures], ward: str) -> Table:
    config, comparison = local.evidence.config, local.evidence.comparison
    several = len(local.wards)
    moved = ("Change", "Verdict") if comparison.possible else ()
    columns = ("What", "Count", f"Per {config.per:,}", "Borough", "Rank", "Against the rest", *moved)
    rows, anchors = [], []
    for own in figures.values():
        known, addresses = ward in own.known, own.anchors(ward)
        borough = (
            config.per * sum(map(local.evidence.total, own.subject.slugs)) / own.residents.sum()
            if known
            else float("nan")
        )
        cells = (
            own.subject.label.split(" (")[0], shown(own.count[ward]), wording.decimal(own.rate.loc[ward, "value"]) if known else DASH,
            wording.decimal(borough) if known else DASH, f"{ranked(own.ranks.loc[ward])} of {len(own.known)}" if known else DASH,
            standing_words(own.standing.loc[ward]) if known else DASH,
        )  # fmt: skip
        rows.append((*cells, *(_moved(own.changes.loc[ward]) if comparison.possible else ())))
        change = (addresses["change"], "") if comparison.possible else ()
        anchors.append(("", addresses["count"], addresses["rate"], "", "", "", *change))
    against = f" Changes are against {comparison.basis}." if comparison.possible else ""
    note = (
        f"Rates are over residents ({local.base_label}). Rank 1 is the highest rate; the ward's true place could be anywhere in the range. "
        f"Verdicts allow for there being {several} wards: {place_cautions.STRICTER[0].lower()}{place_cautions.STRICTER[1:]}{against} {local.policy.note}"
    )
    caption = f"{local.names()[ward]} by type, {local.evidence.period.label}"
    return Table(caption, columns, tuple(rows), note.strip(), anchors=tuple(anchors))


def _moved(row: pd.Series) -> tuple[str, str]:
    size = f"{wording.signed(row['value'])}%" if row["value"] == row["value"] else DASH
    return size, wording.marked(row["verdict"])


def _neighbourhoods(local: Local, ward: str) -> Table:
    units = local.units[local.units["ward"] == ward].sort_values("name")
    config = local.evidence.config
    counts = {slug: local.shown(local.totals(slug, UNIT).reindex(units.index)) for slug in (RECORDED, ASB)}
    rows = []
    for code, row in units.iterrows():
        cells = [wording.whole(row["residents"]) if row["residents"] > 0 else DASH]
        for slug in (RECORDED, ASB):
            count = counts[slug][code]
            rated = not pd.isna(count) and row["residents"] > 0
            cells += [shown(count), wording.decimal(config.per * count / row["residents"]) if rated else DASH]
        marked = [place_cautions.VISITED] if code in local.visited(UNIT) else []
        rows.append((f"{local.called[code]}{', ' if marked else ''}{''.join(marked)}", *cells))
    per = f"Per {config.per:,}"
    columns = ("Neighbourhood (LSOA)", "Residents", "Recorded crime", per, "Anti-social behaviour", f"{per} residents")
    return Table(
        f"Neighbourhoods counted in {local.names()[ward]}, {local.evidence.period.label}", columns, tuple(rows)
    )


def _cautions(local: Local, ward: str) -> Notice:
    """What must be borne in mind of this ward."""
    gap = place_cautions.misfits(local).get(ward)
    said = [
        "Each neighbourhood is counted whole in one ward, so the figures are approximate near the ward's edge.",
        f"The neighbourhoods counted here have {wording.whole(abs(gap))}% {'more' if gap > 0 else 'fewer'} residents than the ward." if gap else "",
        "Many who are in this ward in the day probably live elsewhere, so a rate over residents overstates the risk of those who live there." if ward in local.visited() else "",
        place_cautions.unplaced(local),
        *place_cautions.unusual(local),
        place_cautions.left_out(local),
        place_cautions.outdated(local),
        "Anti-social behaviour is not crime and is in no count of it. Much crime is never reported.",
        f"From the street-level files of data.police.uk{f' and {local.base_label} residents of the ONS' if local.base_label else ''}. The page on all wards has the sources, the warnings about the data and the methods.",
    ]  # fmt: skip
    return Notice("Bear in mind:", "caveat", tuple(filter(None, said)))
