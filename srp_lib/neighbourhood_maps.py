"""Maps and charts of neighbourhoods. What they show was protected before it came here; each has its figures as a table."""

from __future__ import annotations

import pandas as pd

from srp_lib import maps, place_charts, wording
from srp_lib.codelists import RECORDED
from srp_lib.display import DASH, NOTHING, Folded, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.local import UNIT, WARD
from srp_lib.neighbourhoods import KINDS, Neighbourhoods, many
from srp_lib.place_figures import shown

CLASSES = ("Under half", "Half to 0.8", "About the same", "1.25 to 2 times", "2 times or more")
VISITORS = "Many who are there probably live elsewhere"


def concentration(page: Neighbourhoods) -> Chart | Notice:
    """The share of neighbourhoods that held half of each measure in the latest year, the most concentrated first."""
    rows = pd.DataFrame({slug: held.iloc[-1] for slug, held in page.concentrations.items()}).T
    rows = rows[rows["crimes"].astype(float) > 0].sort_values("value", ascending=False)
    if rows.empty:
        return NOTHING
    labels = {slug: page.subjects[slug].label for slug in rows.index}
    drawn = pd.DataFrame({"name": labels, **{name: rows[name].astype(float) for name in ("value", "lower", "upper")}})
    drawn = drawn.loc[rows.index].assign(highlight=[slug == RECORDED for slug in rows.index])
    first = rows.index[-1]
    title = f"{labels[first]} is the most concentrated: {wording.whole(rows.at[first, 'holding'])} of {len(page.local.units)} neighbourhoods held half"
    told = "; ".join(f"{labels[slug]} {wording.decimal(row['value'])}%" for slug, row in rows.iterrows())
    year = page.local.years[-1]
    return place_charts.ranges(
        "concentration", title, f"Share of neighbourhoods that held half, with 95% interval, {page.evidence.area_name}, {year.label}, {len(year.months)} months",
        f"Intervals by type. {title}. Share of neighbourhoods: {told}.", drawn, _shares(page, rows), unit="%",
        note="The interval allows for chance and for the ups and downs that neighbourhoods have from year to year.",
    )  # fmt: skip


def rate_map(page: Neighbourhoods, slug: str) -> Chart | Folded | Notice:
    """Neighbourhoods shaded by their smoothed rate over the borough's, with the figures of all of them as a table.

    The table alone where there are no boundaries, and nothing where no rate can be given.
    """
    shapes, figures, subject = page.local.shapes(UNIT), page.figures[slug], page.subjects[slug]
    if not len(figures.known):
        return NOTHING
    table = _rates(page, slug)
    if not shapes:
        return Folded(((table.caption, table),))
    ratios = figures.mapped.reindex(list(page.names))
    rank = ratios.map(maps.class_of)
    high, low = int((rank == len(CLASSES) - 1).sum()), int((rank == 0).sum())
    title = f"{subject.label}: {wording.number_word(high)} of {len(ratios)} neighbourhoods had twice the borough's rate or more, {wording.number_word(low)} under half"
    top = ratios.sort_values(ascending=False).index[:5]
    told = "; ".join(f"{page.names[code]} {wording.decimal(ratios[code])} times" for code in top)
    base = f"smoothed rate over residents ({page.local.base_label}) as a multiple of {page.evidence.area_name}'s"
    return maps.ratio_map(
        f"map-{_ident(slug)}", title, f"{subject.label}, {base}, by neighbourhood, {page.evidence.period.label}",
        f"Map of neighbourhoods with the wards drawn over them. {title}. The highest: {told}.", shapes, ratios, table,
        labels=_labels(page), outlines=page.local.shapes(WARD), hatched={code: VISITORS for code in page.local.visited(UNIT) if code in shapes},
        noun="neighbourhoods", note=page.local.policy.note,
    )  # fmt: skip


def year_maps(page: Neighbourhoods, slug: str) -> Chart | Notice:
    """A small map for each year, each year beside the borough's rate of that year; nothing with a single year."""
    shapes = page.local.shapes(UNIT)
    if not shapes or not page.peopled or len(page.local.years) < 2:
        return NOTHING
    ratios, mapped = (
        own.reindex(list(page.names)) for own in (page.figures[slug].ratios_by_year, page.figures[slug].mapped_by_year)
    )
    twice = ratios >= maps.CLASSES[-2][0]
    high, always = twice.sum(), int(twice.all(axis=1).sum())
    first, last = ratios.columns[0], ratios.columns[-1]
    title = f"{page.subjects[slug].label}: {many(always)} had twice the borough's rate or more in every year"
    told = ", ".join(f"{number} in {year}" for year, number in high.items())
    rows = tuple((page.names[code], *(_class(one) for one in row)) for code, row in mapped.iterrows())
    table = Table(
        f"{page.subjects[slug].label}: class of the smoothed rate beside the borough's, {page.same_months}",
        ("Neighbourhood", *ratios.columns),
        rows,
        page.local.policy.note,
    )
    return maps.small_maps(
        f"years-{_ident(slug)}", title,
        f"{page.subjects[slug].label}, smoothed rate as a multiple of {page.evidence.area_name}'s of the year, {first} to {last}, {page.same_months}",
        f"A small map for each year. {title}; in single years {told}.", shapes, mapped, table, outlines=page.local.shapes(WARD), note=page.local.policy.brief,
    )  # fmt: skip


def kind_map(page: Neighbourhoods, slug: str) -> Chart | Notice:
    """Persistent, emerging and cooling hot spots on a map; nothing where there is none or they cannot be told."""
    shapes = page.local.shapes(UNIT)
    if not shapes or not page.can_tell_kinds or not len(page.kinds(slug)):
        return NOTHING
    kinds, label = page.kinds(slug), page.subjects[slug].label
    rows = tuple((page.names[code], kind.capitalize()) for code, kind in kinds.items())
    table = Table(f"Kinds of hot spots of {label.lower()}, {page.same_months}", ("Neighbourhood", "Kind"), rows)
    numbers = {kind: int((kinds == kind).sum()) for kind in KINDS}
    title = f"{label}: {wording.listed([f'{wording.number_word(number)} {kind}' for kind, number in numbers.items()])} hot spots"
    told = "; ".join(
        f"{kind}: {wording.listed([page.names[code] for code in kinds.index[kinds == kind]])}"
        for kind in KINDS
        if numbers[kind]
    )
    return maps.kind_map(
        f"hot-spots-{_ident(slug)}", title, f"{label}, neighbourhoods with a far higher rate than the borough's, {page.evidence.area_name}, {page.same_months}",
        f"Map of neighbourhoods. {title}. {told}.", shapes, kinds, KINDS, table, rest="None of these", labels=_labels(page), outlines=page.local.shapes(WARD),
        noun="neighbourhoods", note=page.local.policy.brief,
    )  # fmt: skip


def _shares(page: Neighbourhoods, rows: pd.DataFrame) -> Table:
    """The shares that the chart of concentration draws."""
    lines = tuple(
        (page.subjects[slug].label, wording.whole(row["holding"]), f"{wording.decimal(row['value'])}%", f"{wording.decimal(row['lower'])}% to {wording.decimal(row['upper'])}%")
        for slug, row in rows.iterrows()
    )  # fmt: skip
    caption = f"Neighbourhoods that held half, {page.evidence.area_name}, {page.local.years[-1].label}"
    return Table(caption, ("What", "Neighbourhoods", "Share of all", "95% interval"), lines)


def _labels(page: Neighbourhoods) -> dict[str, str]:
    """The wards' names, in order, for those that have an outline."""
    drawn = page.local.shapes(WARD)
    return {code: name for code, name in page.local.names().items() if code in drawn}


def _rates(page: Neighbourhoods, slug: str) -> Table:
    """Every neighbourhood's count, rate, smoothed rate and class, in order of ward and name."""
    figures, config = page.figures[slug], page.evidence.config
    rows = []
    for code in page.names:
        rate, smoothed, ratio = figures.rate.at[code, "value"], figures.smoothed[code], figures.ratios[code]
        told = [
            wording.decimal(one, places_) if one == one else DASH
            for one, places_ in ((rate, 1), (smoothed, 1), (ratio, 2))
        ]
        rows.append((page.marked(code), shown(figures.count[code]), *told, _class(figures.mapped[code])))
    columns = ("Neighbourhood", "Count", f"Per {config.per:,}", "Smoothed", "Times the borough", "Class")
    note = "Smoothed: drawn towards the borough's rate, the more so the fewer residents. Many visitors: a rate over residents means little."
    caption = f"{page.subjects[slug].label} by neighbourhood, {page.evidence.area_name}, {page.evidence.period.label}"
    return Table(caption, columns, tuple(rows), f"{note} {page.local.policy.note}".strip())


def _class(ratio: float) -> str:
    """The class of the map that a ratio is in, for a table's cell; a dash where it is not known."""
    group = maps.class_of(float(ratio))
    return DASH if group is None else CLASSES[group]


def _ident(slug: str) -> str:
    return f"neighbourhoods-{slug.replace('_', '-')}"
