"""Charts: figures drawn once for wide and once for narrow pages, with their title, data and text alternative in HTML.

A chart is inline SVG. Nothing that must be read is in pixels: title, subtitle, note and data are text, and the
description states the finding. Text in the SVG stays text, in the page's own font. No colour says whether a change
is welcome: direction is in the mark.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from srp_lib import change, periods, wording
from srp_lib.codelists import ASB, OUTCOME_GROUPS, RECORDED, Break, breaks, dummies, rebasing
from srp_lib.control import OUTSIDE, SHIFT, TREND, TWO_OF_THREE, ControlChart, xmr
from srp_lib.display import DASH, Notice, Table
from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence
from srp_lib.facts import change_of
from srp_lib.trends import poisson_trend, seasonally_adjusted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Draw = Callable[..., None]  # an axes, or several, and whether the page is narrow
NOW, THEN, PALE, INK, QUIET, RULE = "#0b5394", "#b45f06", "#dce6f1", "#1d2733", "#5a6672", "#d5dbe1"
MARKERS = {change.HIGHER: "^", change.LOWER: "v", change.UNCLEAR: "o"}
WIDE, NARROW, SERIES_HEIGHT = 7.6, 3.3, 3.3
PANELS = 3  # beside one another on a wide page
SEASON_FROM = 36  # months; with two years alone the season takes up nearly all that the months do
TALL = 4.2  # inches; a drawing above this is given more of a printed page
STYLE = {
    "svg.hashsalt": "srp", "svg.fonttype": "none", "font.family": "DejaVu Sans",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": QUIET, "axes.axisbelow": True,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": RULE,
    "xtick.color": INK, "ytick.color": INK, "text.color": INK,
}  # fmt: skip
GAP = "A dash marks a month that is not in the extracts."


@dataclass(frozen=True)
class Chart:
    """A drawn figure with everything a reader needs who can't see it.

    `id` is unique in the page; `title` states the finding and `subtitle` the measure, unit, area and period;
    `alt` is the text alternative; `table` holds the data drawn; `wide` and `narrow` are SVG.
    """

    id: str
    title: str
    subtitle: str
    alt: str
    wide: str
    narrow: str
    table: Table
    note: str = ""
    tall: bool = False

    def __post_init__(self) -> None:
        """Refuse a chart without a title or a text alternative: a page with one must not be built."""
        if not self.title.strip() or not self.alt.strip():
            raise ValueError(f"The chart '{self.id}' needs a title and a text alternative that states its finding.")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What Jupyter shows."""
        return {"text/plain": f"{self.title} ({self.subtitle})", "text/html": self.html()}

    def html(self) -> str:
        """The figure: caption first, both drawings, the note, and the data on demand."""
        finding = (
            f'<strong class="finding">{escape(self.title)}</strong><span class="measure">{escape(self.subtitle)}</span>'
        )
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        drawings = self._drawing("wide", self.wide) + self._drawing("narrow", self.narrow)
        data = f"<details><summary>Show the figures behind this chart</summary>{self.table.html()}</details>"
        kind = "chart tall" if self.tall else "chart"
        return f'<figure class="{kind}" id="chart-{self.id}"><figcaption>{finding}</figcaption>{drawings}{note}{data}</figure>'

    def _drawing(self, kind: str, svg: str) -> str:
        """One drawing, named and described, with ids of its own so that several can stand in one page."""
        own = f"{self.id}-{kind}"
        body = re.sub(r"^.*?<svg", "<svg", svg, flags=re.S)
        body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
        body = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{own}-", body)
        body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
        names = f'<title id="{own}-title">{escape(self.title)}</title><desc id="{own}-desc">{escape(self.alt)}</desc>'
        start = f'<svg class="{kind}" role="img" aria-labelledby="{own}-title" aria-describedby="{own}-desc"'
        return re.sub(r"<svg([^>]*)>", lambda found: f"{start}{found[1]}>{names}", body, count=1)


def monthly(evidence: Evidence, slug: str) -> Chart:
    """The measure by month over all months of the extracts, as a control chart up to the end of the period.

    The audited period is set off, gaps are left open, each registered break is drawn and named, and the band is
    the usual range between breaks; months out of the ordinary are ringed. Where the months around the period run
    unbroken for three years, they are drawn without their season too.
    """
    measure, series = evidence.measure(slug), evidence.series(slug)
    span = periods.month_range(series.index[0], series.index[-1])
    control = xmr(series[series.index <= evidence.period.months[-1]], rebasing(slug))
    season = _adjusted(evidence, series)
    gaps = [month for month in span if month not in series.index]

    def draw(axes: Axes, narrow: bool) -> None:
        inside = [place for place, month in enumerate(span) if month in evidence.period.months]
        axes.axvspan(inside[0] - 0.5, inside[-1] + 0.5, color=PALE, zorder=0)
        _control_band(axes, span, control.points)
        counts = [_at(series, month) for month in span]
        axes.plot(range(len(span)), counts, color=NOW, linewidth=1.8, marker="o", markersize=2.5)
        if len(season):
            adjusted = [_at(season, month) for month in span]
            axes.plot(range(len(span)), adjusted, color=THEN, linewidth=1.4, linestyle=(0, (4, 2)))
        _breaks(axes, span, slug, narrow)
        middle = ((inside[0] + inside[-1]) / 2, 1.01)
        axes.annotate(
            evidence.period.short, middle, xycoords=("data", "axes fraction"), ha="center", va="bottom", color=INK
        )
        _april_ticks(axes, span, 4 if narrow else 8)
        _count_axis(axes, [*series, *control.points["upper"]], 1.12)

    title, extremes = _out_of_the_ordinary(evidence, slug, control), _extremes(evidence, slug)
    covered = f"{measure.label}, count a month, {evidence.area_name}, {periods.month_span(span[0], span[-1])}"
    missing = f"No figures for {periods.list_months(gaps)}: not in the extracts, and not zero." if gaps else ""
    seasons = "The usual range makes no allowance for the time of year."
    unadjusted = "" if len(season) else f"Not drawn without its season: that needs {SEASON_FROM} months in a row."
    note = " ".join(filter(None, [missing, *control.notes, seasons, unadjusted]))
    told = f"{title}." if title == extremes else f"{title}. {extremes}."
    alt = f"Line of {measure.noun} by month. {told} {_total_sentence(evidence, slug)} {missing}".strip()
    subtitle = f"{covered}. {_key(control, season, slug, span)}"
    return _chart(f"monthly-{_css(slug)}", title, subtitle, alt, draw, _monthly_table(evidence, slug), note)


def types_by_month(evidence: Evidence, slugs: Sequence[str]) -> Chart:
    """A small drawing for each measure by month, each to its own scale, with breaks drawn and what they did beside."""
    every = {slug: evidence.series(slug) for slug in slugs}
    first, last = min(one.index[0] for one in every.values()), max(one.index[-1] for one in every.values())
    span, effects = periods.month_range(first, last), _break_effects(evidence, slugs)
    gaps = [month for month in span if not any(month in series.index for series in every.values())]

    def draw(panels: Sequence[Axes], narrow: bool) -> None:
        for axes, (slug, series) in zip(panels, every.items()):
            axes.plot(range(len(span)), [_at(series, month) for month in span], color=NOW, linewidth=1.2)
            found = [effect for effect in effects if effect.slug == slug]
            sizes = "".join(f" {wording.signed(effect.estimate.value, 0)}%" for effect in found)
            title = _fold(evidence.measure(slug).label + sizes, 18 if narrow else 26)
            axes.set_title(title, fontsize="medium", loc="left", color=INK)
            _breaks(axes, span, slug, narrow, named=False)
            _count_axis(axes, series, 1.15)
            axes.set_yticks([series.max()], [wording.whole(series.max())])
            starts = [place for place, month in enumerate(span) if month.endswith("-04")][::2]
            axes.set_xticks(starts, [span[place][:4] for place in starts])

    title = _break_title(evidence, slugs, effects)
    sized = " The percentage is what the break did while it lasted." if effects else ""
    marks = "Upright dashes mark registered breaks; ticks mark April."
    subtitle = f"Count a month by type, each to its own scale, {evidence.area_name}, {periods.month_span(first, last)}. {marks}{sized}"
    note = " ".join(
        filter(
            None,
            [f"No figures for {periods.list_months(gaps)}." if gaps else "", _break_note(evidence, slugs, effects)],
        )
    )
    told = "; ".join(
        f"{evidence.measure(effect.slug).label} {wording.signed(effect.estimate.value)}%" for effect in effects
    )
    alt = f"Small lines by type. {title}. {told}".strip()
    rows = -(-len(slugs) // PANELS)
    shape = {"height": 1.35 * rows, "panels": (len(slugs), PANELS)}
    return _chart("types-by-month", title, subtitle, alt, draw, _break_table(evidence, effects), note, **shape)


def two_years(evidence: Evidence, slug: str) -> Chart:
    """The measure by calendar month, the period's line over that of the year before, each labelled on the line."""
    measure, comparison, series = evidence.measure(slug), evidence.comparison, evidence.series(slug)
    before = comparison.comparator
    now = [_at(series, month) for month in evidence.period.months]
    then = [_at(series, month) for month in before.months] if comparison.possible else []
    names = [periods.month_name(month)[:3] for month in evidence.period.months]
    lines = ((then, before.short, THEN, (0, (4, 2)), "s"), (now, evidence.period.short, NOW, "-", "o"))

    def draw(axes: Axes, narrow: bool) -> None:
        for values, _, colour, dash, marker in lines:
            axes.plot(
                range(len(values)), values, color=colour, linestyle=dash, linewidth=1.8, marker=marker, markersize=3.5
            )
        step = 3 if narrow and len(names) > 6 else 1
        axes.set_xticks(range(0, len(names), step), names[::step])
        _count_axis(axes, now + then, 1.15)
        _label_lines(
            axes, len(names), [(values, label, colour) for values, label, colour, _, _ in lines if values], narrow
        )

    title = _against(evidence, slug)
    subtitle = f"{measure.label}, count a month, {evidence.area_name}, {evidence.period.span}" + (
        f" and {before.span}" if then else ""
    )
    gap = [month for month in comparison.missing if comparison.possible or month in evidence.period.months]
    note = f"No figure for {periods.list_months(gap)}." if gap else ""
    alt = f"{'Two lines' if then else 'Line'} of {measure.noun} by month. {title}. {_total_sentence(evidence, slug)} {note}".strip()
    return _chart(f"years-{_css(slug)}", title, subtitle, alt, draw, _two_years_table(evidence, slug), note)


def change_by_type(evidence: Evidence, slugs: Sequence[str]) -> Chart | Notice:
    """Each measure's change on the year with its interval; measures too few for a percentage are named in the note.

    Nothing where there is no comparator (the page's caveats say why); a notice where every measure is too few.
    """
    if not evidence.comparison.possible:
        return Notice("")
    found = {slug: change_of(evidence, slug) for slug in slugs}
    shown = sorted((slug for slug in slugs if found[slug].value is not None), key=lambda slug: found[slug].value)
    if not shown:
        return Notice("Every type has too few for a percentage change.", "missing")

    def draw(axes: Axes, narrow: bool) -> None:
        for place, slug in enumerate(shown):
            _interval_mark(axes, place, found[slug])
        _names_up(axes, [evidence.measure(slug).label for slug in shown], 16 if narrow else 30)
        axes.axvline(0, color=INK, linewidth=1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{wording.signed(value, 0)}%")
        axes.grid(axis="x", color=RULE, linewidth=0.8)
        axes.grid(visible=False, axis="y")

    title, level = _tally(evidence, found, shown), f"{evidence.config.confidence:.0%} interval"
    few = [evidence.measure(slug).label.lower() for slug in slugs if found[slug].value is None]
    alarms = len(shown) * (1 - evidence.config.confidence)
    chance = f"Even if nothing had really changed, about {wording.decimal(alarms)} of these {len(shown)} types would look like a change by chance."
    note = f"{chance} No percentage can be given for {wording.listed(few)}." if few else chance
    subtitle = f"Change on {evidence.comparison.basis}, with {level}, {evidence.area_name}, {evidence.period.label}. Triangles mark changes that are more than chance"
    alt = f"{title}. {'; '.join(f'{evidence.measure(slug).label} {wording.signed(found[slug].value)}%' for slug in reversed(shown))}."
    return _chart(
        "change-by-type", title, subtitle, alt, draw, _change_table(evidence, found, shown), note, _rows(len(shown))
    )


def counts_by_type(evidence: Evidence, slugs: Sequence[str], of: str = RECORDED) -> Chart:
    """Bars of the period's counts, most first, with each one's share of the measure `of`, which must hold them all."""
    totals, whole = {slug: evidence.total(slug) for slug in slugs}, evidence.total(of)
    shown = sorted(slugs, key=lambda slug: (totals[slug], slug))
    top, base = shown[-1], evidence.measure(of).label.lower()
    share = (
        f"{wording.whole(100 * totals[top] / whole)}% of {base} ({wording.whole(totals[top])} of {wording.whole(whole)})"
        if whole
        else ""
    )
    title = (
        f"{wording.upper_first(evidence.measure(top).noun)} were {share}"
        if whole
        else f"No {evidence.measure(of).noun} in {evidence.period.label}"
    )

    def draw(axes: Axes, narrow: bool) -> None:
        import seaborn

        labels = [_fold(evidence.measure(slug).label, 16 if narrow else 30) for slug in reversed(shown)]
        seaborn.barplot(
            x=[totals[slug] for slug in reversed(shown)], y=labels, color=NOW, saturation=1, orient="h", ax=axes
        )
        axes.set(xlabel="", ylabel="")
        _bar_values(
            axes,
            [(place, totals[slug], wording.whole(totals[slug])) for place, slug in enumerate(reversed(shown))],
            1.2 if narrow else 1.1,
        )

    rows = tuple(
        (evidence.measure(slug).label, wording.whole(totals[slug]), _percent(totals[slug], whole))
        for slug in reversed(shown)
    )
    table = Table(f"Counts by type, {evidence.period.label}", ("Type", "Count", f"Share of {base}"), rows)
    subtitle = f"Count by type, {evidence.area_name}, {evidence.period.label}"
    alt = f"Bars by type. {title}. {'; '.join(f'{name} {count}' for name, count, _ in rows)}."
    return _chart("counts-by-type", title, subtitle, alt, draw, table, height=_rows(len(shown)))


def outcomes(evidence: Evidence, slug: str = RECORDED) -> Chart | Notice:
    """How the period's crimes ended: a bar for each group of outcomes, as a share of all."""
    counts, measure = evidence.outcomes(slug), evidence.measure(slug)
    names = {**OUTCOME_GROUPS, "unlisted": "Outcome not in the code list"}
    shown = [group for group in counts.sort_values(kind="stable").index if counts[group]]
    if not shown:
        return Notice(
            f"There were no {measure.noun} in {evidence.period.label}, so there are no outcomes to show.", "missing"
        )
    total, top = int(counts.sum()), shown[-1]

    def draw(axes: Axes, narrow: bool) -> None:
        shares = [100 * counts[group] / total for group in shown]
        axes.barh([_fold(names[group], 18 if narrow else 40) for group in shown], shares, color=NOW)
        _bar_values(axes, [(place, share, f"{wording.decimal(share)}%") for place, share in enumerate(shares)], 1.25)

    title = f"{names[top]}: the most common ending, {wording.whole(100 * counts[top] / total)}% of {measure.noun}"
    rows = tuple(
        (names[group], wording.whole(counts[group]), _percent(counts[group], total)) for group in reversed(shown)
    )
    table = Table(f"Last outcome of {measure.noun}, {evidence.period.label}", ("Outcome", "Count", "Share"), rows)
    note = "Outcomes are as they stood when each file was published. Newer crimes have had less time to reach one, so shares of different years cannot be compared."
    alt = f"Bars of outcomes. {title}. {'; '.join(f'{name} {share}' for name, _, share in rows)}."
    subtitle = f"Share of {measure.noun} by last outcome, {evidence.area_name}, {evidence.period.label}"
    return _chart(f"outcomes-{_css(slug)}", title, subtitle, alt, draw, table, note, _rows(len(shown)))


# --- drawing --------------------------------------------------------------------------------------------------


def _chart(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    draw: Draw,
    table: Table,
    note: str = "",
    height: float = SERIES_HEIGHT,
    panels: tuple[int, int] = (1, 1),
) -> Chart:
    number, across = panels
    narrow_height = height if height == SERIES_HEIGHT else 1.25 * height
    if across > 1:  # two beside one another on a narrow page
        narrow_height = height * across / 2
    wide = _svg(draw, (WIDE, height), False, number, across)
    narrow = _svg(draw, (NARROW, narrow_height), True, number, min(across, 2))
    return Chart(id, title, subtitle, alt, wide, narrow, table, note, height > TALL)


def _svg(draw: Draw, size: tuple[float, float], narrow: bool, panels: int = 1, across: int = 1) -> str:
    """One drawing as SVG text, the same bytes for the same figures; of several panels where so many are asked for."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**STYLE, "font.size": 9 if narrow else 10}):
        # Fitting many panels to their labels takes seconds; they are alike, so their margins can be fixed.
        figure = Figure(figsize=size, layout="constrained" if panels == 1 else None)
        if panels > 1:
            figure.subplots_adjust(0.45 / size[0], 0.3 / size[1], 1 - 0.1 / size[0], 1 - 0.4 / size[1], 0.32, 1.05)
        grid = figure.subplots(-(-panels // across), across, squeeze=False)
        used, unused = grid.flat[:panels], grid.flat[panels:]
        draw(used[0] if panels == 1 else used, narrow)
        for axes in used:
            axes.tick_params(length=0)
        for axes in unused:
            axes.remove()
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _control_band(axes: Axes, span: Sequence[str], points: pd.DataFrame) -> None:
    """The usual range of each segment as a band about its mean, and a ring about each month out of the ordinary."""
    whole = points.reindex(span)
    axes.fill_between(
        range(len(span)), whole["lower"], whole["upper"], color=QUIET, alpha=0.13, linewidth=0, step="mid"
    )
    axes.plot(
        range(len(span)), whole["mean"].where(whole["upper"].notna()), color=QUIET, linewidth=1, drawstyle="steps-mid"
    )
    odd = [place for place, month in enumerate(span) if month in points.index and points.at[month, "special"]]
    axes.plot(
        odd,
        [points.at[span[place], "value"] for place in odd],
        linestyle="",
        marker="o",
        markersize=8,
        markerfacecolor="none",
        markeredgecolor=INK,
    )


def _breaks(axes: Axes, span: Sequence[str], slug: str, narrow: bool, named: bool = True) -> None:
    """A dashed line where each registered break begins and, for one that ends, where it ends."""
    for one in _drawn_breaks(span, slug):
        start = span.index(one.first) if one.first in span else 0
        for month in filter(None, (one.first, periods.shift_month(one.last, 1) if one.last else "")):
            if month in span:
                axes.axvline(span.index(month) - 0.5, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
        if named and one.last and periods.shift_month(one.last, 1) in span:
            ends = (span.index(periods.shift_month(one.last, 1)) - 0.3, 0.02)
            axes.annotate("ends", ends, xycoords=("data", "axes fraction"), fontsize="small", color=INK, va="bottom")
        if named:
            text = _fold(one.name, 9 if narrow else 16)
            axes.annotate(
                text, (start - 0.3, 0.02), xycoords=("data", "axes fraction"), fontsize="small", color=INK, va="bottom"
            )


def _rows(number: int) -> float:
    """The height in inches of a chart with so many rows."""
    return 0.8 + 0.31 * number


def _names_up(axes: Axes, names: Sequence[str], width: int) -> None:
    axes.set_yticks(range(len(names)), [_fold(name, width) for name in names])
    axes.set_ylim(-0.6, len(names) - 0.4)


def _interval_mark(axes: Axes, place: int, estimate: Estimate) -> None:
    """One change: its interval as a bar and its value as a mark, filled where it is more than chance."""
    verdict = change.verdict(estimate)
    colour = QUIET if verdict == change.UNCLEAR else NOW
    face = "white" if verdict == change.UNCLEAR else colour
    axes.plot([estimate.lower, estimate.upper], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.plot(estimate.value, place, marker=MARKERS[verdict], markersize=7, color=colour, markerfacecolor=face)


def _bar_values(axes: Axes, bars: Sequence[tuple[int, float, str]], room: float) -> None:
    """Write each bar's value at its end, in place of an axis."""
    top = _room((value for _, value, _ in bars), 1)
    for place, value, text in bars:
        axes.text(value + 0.01 * top, place, text, va="center", color=INK)
    axes.set_xlim(0, top * room)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)


def _april_ticks(axes: Axes, span: Sequence[str], most: int) -> None:
    """A tick at the start of each financial year, or of every second or third where there are many; else at the ends."""
    starts = [place for place, month in enumerate(span) if month.endswith("-04")] or [0, len(span) - 1]
    keep = starts[:: -(-len(starts) // most)]
    axes.set_xticks(keep, [f"{periods.month_name(span[place])[:3]} {span[place][:4]}" for place in keep])


def _label_lines(axes: Axes, months: int, lines: Sequence[tuple[list[float], str, str]], narrow: bool) -> None:
    """Name each line at its right end, in its colour, apart from one another where the ends are close."""
    ends = [
        (next((value for value in reversed(values) if value == value), 0.0), label, colour)
        for values, label, colour in lines
    ]
    apart, least = (0.13 if narrow else 0.09) * axes.get_ylim()[1], 0.0
    for end, label, colour in sorted(ends):
        height = max(end, least)
        least = height + apart
        axes.annotate(
            _fold(label, 10 if narrow else 16),
            (months - (0.4 if narrow else 0.7), height),
            color=colour,
            va="center",
            annotation_clip=False,
        )
    axes.set_xlim(-0.3, months * (1.35 if narrow else 1.2))


def _count_axis(axes: Axes, values: Iterable[float], times: float) -> None:
    """An upright axis of counts: from zero, with thousands commas."""
    axes.set_ylim(0, _room(values, times))
    axes.yaxis.set_major_formatter(lambda value, _: wording.whole(value))


def _room(values: Iterable[float], times: float) -> float:
    """The top of an axis: the largest value with room above it; 1 where nothing is above zero."""
    return max((value for value in values if value == value), default=0) * times or 1


def _fold(text: str, width: int) -> str:
    """Text broken into lines of at most `width` characters, at spaces."""
    return "\n".join(textwrap.wrap(text, width)) or text


# --- findings and data ----------------------------------------------------------------------------------------


def _drawn_breaks(span: Sequence[str], slug: str) -> list[Break]:
    """The registered breaks of a measure that begin or end within the months drawn."""
    return [one for one in breaks(slug) if any(span[0] < month <= span[-1] for month in (one.first, one.last))]


def _adjusted(evidence: Evidence, series: pd.Series) -> pd.Series:
    """The unbroken run of months that holds the period, without its season; empty where it is too short."""
    last = evidence.period.months[-1]
    runs = (pair for pair in periods.runs(series.index) if pair[0] <= last <= pair[1])
    run = next((pair for pair in runs if len(periods.month_range(*pair)) >= SEASON_FROM), None)
    adjusted = seasonally_adjusted(series.loc[run[0] : run[1]]).months if run else series.iloc[:0].to_frame("adjusted")
    return adjusted["adjusted"] if len(adjusted) else series.iloc[:0]


def _key(control: ControlChart, season: pd.Series, slug: str, span: Sequence[str]) -> str:
    """What is drawn besides the counts, in a sentence."""
    drawn = ["the blue band is the audited period"]
    drawn += [
        "the grey line is the average and the grey band the usual range"
        if control.points["upper"].notna().any()
        else ""
    ]
    drawn += ["rings mark months out of the ordinary" if (control.points["special"] != "").any() else ""]
    drawn += ["the brown dashed line leaves the season out, and knows of no break" if len(season) else ""]
    drawn += ["upright dashes mark breaks in the series" if _drawn_breaks(span, slug) else ""]
    return wording.upper_first("; ".join(filter(None, drawn))) + "."


def _out_of_the_ordinary(evidence: Evidence, slug: str, control: ControlChart) -> str:
    """Which months of the period are out of the ordinary and how; where none is or can be told, the extremes."""
    own = control.points.loc[list(evidence.months)]
    alone, above = own["special"].isin([OUTSIDE, TWO_OF_THREE]), own["value"] > own["mean"]
    found = [
        ("unusually high in", own.index[alone & above]),
        ("unusually low in", own.index[alone & ~above]),
        ("seven months or more above average, at", own.index[(own["special"] == SHIFT) & above]),
        ("seven months or more below average, at", own.index[(own["special"] == SHIFT) & ~above]),
        ("seven months in a row rising or falling, at", own.index[own["special"] == TREND]),
    ]
    told = [f"{words} {periods.list_months(months)}" for words, months in found if len(months)]
    if not told:
        return _extremes(evidence, slug)
    return f"{wording.upper_first(evidence.measure(slug).noun)}: {wording.listed(told[:2])}"


@dataclass(frozen=True)
class _Effect:
    """What one break did to one measure while it lasted: the step of the trend model, in %."""

    slug: str
    name: str
    months: tuple[str, ...]
    supplied: tuple[str, ...]
    estimate: Estimate


def _break_effects(evidence: Evidence, slugs: Sequence[str]) -> list[_Effect]:
    """The effect of each break that lies in the period and ends, on each measure that a model can be made for."""
    found = []
    for slug in slugs:
        series = evidence.series(slug)
        model = poisson_trend(series, dummies(slug))
        for one in breaks(slug):
            estimate = model.breaks.get(one.name)
            if one.last and estimate is not None and one.touches(evidence.months):
                months = periods.month_range(one.first, one.last)
                found.append(
                    _Effect(slug, one.name, months, tuple(month for month in months if month in series.index), estimate)
                )
    return found


def _break_title(evidence: Evidence, slugs: Sequence[str], effects: Sequence[_Effect]) -> str:
    """How many measures a break left lower and higher; the largest measure where no break is in the period."""
    if not effects:
        top = max(slugs, key=evidence.total)
        average = wording.whole(evidence.total(top) / len(evidence.months))
        return f"{evidence.measure(top).label} had the most in {evidence.period.label}, {average} a month on average"
    verdicts = [change.verdict(effect.estimate) for effect in effects]
    spans = dict.fromkeys(
        f"{effect.name} ({periods.month_span(effect.supplied[0], effect.supplied[-1])} in the extracts)"
        for effect in effects
    )
    number = len({effect.slug for effect in effects})
    lower, higher = verdicts.count(change.LOWER), verdicts.count(change.HIGHER)
    return (
        f"During {wording.listed(list(spans))}, {wording.number_word(lower)} of {number} types were lower and "
        f"{wording.number_word(higher)} higher than trend and season would give"
    )


def _break_note(evidence: Evidence, slugs: Sequence[str], effects: Sequence[_Effect]) -> str:
    """What the effects rest on, which measures have none, and how many would seem to differ by chance."""
    if not effects:
        return ""
    one = effects[0]
    alarms = wording.decimal(len(effects) * (1 - evidence.config.confidence))
    without = [
        evidence.measure(slug).label.lower() for slug in slugs if slug not in {effect.slug for effect in effects}
    ]
    return (
        f"One average step over the {len(one.supplied)} of {len(one.months)} months of the break that were supplied, against all other "
        f"months in the extracts, later ones too, trend and season allowed for. By chance alone about {alarms} of {len(effects)} would differ."
        + (f" No model can be made for {wording.listed(without)}." if without else "")
    )


def _break_table(evidence: Evidence, effects: Sequence[_Effect]) -> Table:
    rows = tuple(
        (
            evidence.measure(effect.slug).label,
            effect.name,
            f"{wording.signed(effect.estimate.value)}%",
            f"{wording.signed(effect.estimate.lower)}% to {wording.signed(effect.estimate.upper)}%",
            wording.marked(change.verdict(effect.estimate)),
        )
        for effect in effects
    )
    columns = ("Type", "Break", "While it lasted", f"{evidence.config.confidence:.0%} interval", "Verdict")
    return Table("What each break in the series did", columns, rows)


def _extremes(evidence: Evidence, slug: str) -> str:
    """The months with most and fewest in the period; one sentence where all are alike."""
    noun, series = evidence.measure(slug).noun, evidence.series(slug, evidence.months)
    high, low = series.idxmax(), series.idxmin()
    if series[high] == series[low]:
        return f"{evidence.period.label}: {wording.whole(series[high])} {noun} in every month"
    most, fewest = (f"{periods.month_name(month)} ({wording.whole(series[month])})" for month in (high, low))
    return f"{evidence.period.label}: most {noun} in {most}, fewest in {fewest}"


def _against(evidence: Evidence, slug: str) -> str:
    """In how many of the months compared the measure was above and below the year before."""
    if not evidence.comparison.possible:
        series = evidence.series(slug, evidence.months)
        average, low, high = (wording.whole(number) for number in (series.mean(), series.min(), series.max()))
        noun = wording.upper_first(evidence.measure(slug).noun)
        return f"{noun}: {average} a month on average in {evidence.period.label}, from {low} to {high}"
    now, then = evidence.both_years(slug)
    noun, months = wording.upper_first(evidence.measure(slug).noun), len(now)
    above, below = int((now > then).sum()), int((now < then).sum())
    for count, word in ((above, "above"), (below, "below")):
        if count == months:
            return f"{noun} were {word} the year before in all {months} months compared"
    return f"{noun}: above the year before in {above} of the {months} months compared, below in {below}"


def _tally(evidence: Evidence, found: dict[str, Estimate], shown: Sequence[str]) -> str:
    """How many of the types rose, fell and did neither, leaving out what is none."""
    verdicts = [change.verdict(found[slug]) for slug in shown]
    if len(shown) == 1:
        word = {change.HIGHER: "rose by more than chance", change.LOWER: "fell by more than chance"}.get(
            verdicts[0], "did not clearly change"
        )
        return f"{evidence.measure(shown[0]).label} {word}"
    rose, fell, neither = (verdicts.count(verdict) for verdict in (change.HIGHER, change.LOWER, change.UNCLEAR))
    if not rose and not fell:
        return f"None of the {len(shown)} types clearly changed"
    moved = wording.listed(
        [f"{wording.number_word(count)} {verb}" for count, verb in ((rose, "rose"), (fell, "fell")) if count]
    )
    parts = [
        f"{moved} by more than chance" if moved else "",
        f"{wording.number_word(neither)} did not clearly change" if neither else "",
    ]
    return f"Of {len(shown)} types, {'; '.join(filter(None, parts))}"


def _total_sentence(evidence: Evidence, slug: str) -> str:
    measure = evidence.measure(slug)
    return f"In all, {wording.whole(evidence.total(slug))} {measure.noun} in {evidence.period.label}."


def _change_table(evidence: Evidence, found: dict[str, Estimate], shown: Sequence[str]) -> Table:
    rows = tuple(
        (
            evidence.measure(slug).label, f"{wording.signed(found[slug].value)}%",
            f"{wording.signed(found[slug].lower)}% to {wording.signed(found[slug].upper)}%", wording.marked(change.verdict(found[slug])),
        )
        for slug in reversed(shown)
    )  # fmt: skip
    columns = ("Type", "Change", f"{evidence.config.confidence:.0%} interval", "Verdict")
    return Table(f"Change on {evidence.comparison.basis}", columns, rows)


def _monthly_table(evidence: Evidence, slug: str) -> Table:
    series = evidence.series(slug)
    years = sorted({periods.financial_year(month) for month in series.index})
    heads = [name[:3] for name in (*periods.NAMES[3:], *periods.NAMES[:3])]
    rows = [(year, *(_cell(series, month) for month in periods.parse_period(year).months)) for year in years]
    return Table(
        f"{evidence.measure(slug).label} by month, all years, {evidence.area_name}", ("Year", *heads), tuple(rows), GAP
    )


def _two_years_table(evidence: Evidence, slug: str) -> Table:
    comparison, series = evidence.comparison, evidence.series(slug)
    heads, rows = ("Month", evidence.period.label), []
    if comparison.possible:
        heads = (*heads, comparison.comparator.label)
    for now, then in zip(evidence.period.months, comparison.comparator.months):
        cells = (periods.month_name(now).split()[0], _cell(series, now), _cell(series, then))
        rows.append(cells[: len(heads)])
    return Table(f"{evidence.measure(slug).label} by month, {evidence.area_name}", heads, tuple(rows), GAP)


def _cell(series: pd.Series, month: str) -> str:
    return wording.whole(series[month]) if month in series.index else DASH


def _at(series: pd.Series, month: str) -> float:
    return float(series[month]) if month in series.index else float("nan")


def _percent(part: float, whole: float) -> str:
    return f"{wording.decimal(100 * part / whole)}%" if whole else DASH


def _css(slug: str) -> str:
    return "asb" if slug == ASB else slug.replace("_", "-")
