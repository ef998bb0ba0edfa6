"""Charts: figures drawn once for wide and once for narrow pages, with their title, data and text alternative in HTML.

A chart is inline SVG. Nothing that must be read is in pixels: title, subtitle, note and data are text, and the
description states the finding. Text in the SVG stays text, in the page's own font.
"""
from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from srp_lib import change, periods, wording
from srp_lib.codelists import ASB, OUTCOME_GROUPS, RECORDED
from srp_lib.evidence import Evidence
from srp_lib.tables import Notice, Table

CHARTS = "application/vnd.srp.chart+json"
NOW, THEN, PALE, INK, QUIET = "#0b5394", "#b45f06", "#dce6f1", "#1d2733", "#5a6672"
VERDICT_COLOURS = {change.HIGHER: "#a61c3c", change.LOWER: "#0b6e4f", change.UNCLEAR: QUIET, change.TOO_FEW: QUIET}
WIDE, NARROW = (7.6, 3.4), (3.3, 3.3)
Draw = Callable[[object, bool], None]


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

    def __post_init__(self) -> None:
        """Refuse a chart without a title or a text alternative: a page with one must not be built."""
        if not self.title.strip() or not self.alt.strip():
            raise ValueError(f"The chart '{self.id}' needs a title and a text alternative that states its finding.")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run checks."""
        return {"text/plain": f"{self.title} ({self.subtitle})", "text/html": self.html(), CHARTS: {"id": self.id, "title": self.title, "alt": self.alt}}

    def html(self) -> str:
        """The figure: caption first, both drawings, the note, and the data on demand."""
        caption = f'<figcaption><strong class="finding">{escape(self.title)}</strong><span class="measure">{escape(self.subtitle)}</span></figcaption>'
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        drawings = "".join(self._drawing(kind, svg) for kind, svg in (("wide", self.wide), ("narrow", self.narrow)))
        return f'<figure class="chart" id="chart-{self.id}">{caption}{drawings}{note}<details><summary>Show the figures behind this chart</summary>{self.table.html()}</details></figure>'

    def _drawing(self, kind: str, svg: str) -> str:
        """One drawing with its ids made unique, hidden from print and screen by width, named and described."""
        own = f"{self.id}-{kind}"
        body = re.sub(r"^.*?<svg", "<svg", svg, flags=re.S)
        body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
        body = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{own}-", body)
        body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
        names = f'<title id="{own}-title">{escape(self.title)}</title><desc id="{own}-desc">{escape(self.alt)}</desc>'
        return re.sub(r"<svg([^>]*)>", rf'<svg class="{kind}" role="img" aria-labelledby="{own}-title {own}-desc"\1>{names}', body, count=1)


def monthly(evidence: Evidence, slug: str) -> Chart:
    """The measure by month over all months of the extracts, the audited period set off, gaps left open."""
    measure, series = evidence.measure(slug), evidence.series(slug)
    span = periods.month_range(series.index[0], series.index[-1])
    values = [float(series[month]) if month in series.index else float("nan") for month in span]
    inside = [place for place, month in enumerate(span) if month in evidence.period.months]
    high, low = series.loc[list(evidence.months)].idxmax(), series.loc[list(evidence.months)].idxmin()
    gaps = [month for month in span if month not in series.index]
    title = (
        f"{evidence.period.label}: most {measure.noun} in {periods.month_name(high)} ({wording.whole(series[high])}), "
        f"fewest in {periods.month_name(low)} ({wording.whole(series[low])})"
        if series[high] > series[low]
        else f"{evidence.period.label}: {wording.whole(series[high])} {measure.noun} in every month"
    )
    note = f"No figures for {periods.list_months(gaps)}: not in the extracts, and not zero." if gaps else ""

    def draw(axes: object, narrow: bool) -> None:
        axes.axvspan(inside[0] - 0.5, inside[-1] + 0.5, color=PALE, zorder=0)
        axes.plot(range(len(span)), values, color=NOW, linewidth=1.8, marker="o", markersize=2.5)
        axes.annotate(evidence.period.label, (sum(inside) / len(inside), 1.01), xycoords=("data", "axes fraction"), ha="center", va="bottom", color=INK)
        starts = [place for place, month in enumerate(span) if month.endswith("-04")]
        keep = starts[:: max(1, -(-len(starts) // (4 if narrow else 8)))]
        axes.set_xticks(keep, [periods.month_name(span[place])[:3] + " " + span[place][:4] for place in keep])
        _count_axis(axes, values, 1.12)

    return _chart(f"monthly-{_css(slug)}", title, f"{measure.label}, count a month, {evidence.area_name}, {periods.list_months(series.index)}", f"{title}. {note}".strip(), draw, _monthly_table(evidence, slug), note)


def two_years(evidence: Evidence, slug: str) -> Chart:
    """The measure by calendar month, the period's line over that of the year before, each labelled on the line."""
    measure, comparison = evidence.measure(slug), evidence.comparison
    now = [_at(evidence, slug, month) for month in evidence.period.months]
    then = [_at(evidence, slug, month) for month in comparison.comparator.months] if comparison.possible else []
    names = [periods.month_name(month)[:3] for month in evidence.period.months]
    title = _two_years_title(evidence, slug)

    def draw(axes: object, narrow: bool) -> None:
        for values, label, colour, dash, marker in ((then, comparison.comparator.label, THEN, (0, (4, 2)), "s"), (now, evidence.period.label, NOW, "-", "o")):
            if values:
                axes.plot(range(len(values)), values, color=colour, linestyle=dash, linewidth=1.8, marker=marker, markersize=3.5, label=label)
        step = 3 if narrow and len(names) > 6 else 1
        axes.set_xticks(range(0, len(names), step), names[::step])
        _count_axis(axes, now + then, 1.15)
        _label_lines(axes, names, [(then, comparison.comparator.label, THEN), (now, evidence.period.label, NOW)], narrow)

    subtitle = f"{measure.label}, count a month, {evidence.area_name}, {evidence.period.span}" + (f" and {comparison.comparator.span}" if then else "")
    gap = [month for month in (*comparison.comparator.months, *evidence.period.months) if month in comparison.missing] if comparison.possible else []
    note = f"No figure for {periods.list_months(gap)}." if gap else ""
    return _chart(f"years-{_css(slug)}", title, subtitle, f"{title}. {note}".strip(), draw, _two_years_table(evidence, slug), note)


def change_by_type(evidence: Evidence, slugs: Sequence[str]) -> Chart | Notice:
    """Each measure's change on the year with its interval; measures too few for a percentage are named in the note.

    Where there is no comparator, or every measure is too few, the reason stands in the chart's place.
    """
    if not evidence.comparison.possible:
        return Notice(evidence.comparison.reason, "missing")
    changes = {slug: change.year_on_year(*evidence.both_years(slug), evidence.config.smallest_base, evidence.config.confidence) for slug in slugs}
    shown = sorted((slug for slug in slugs if changes[slug].value is not None), key=lambda slug: changes[slug].value)
    if not shown:
        return Notice("Every type has too few for a percentage change.", "missing")
    verdicts = {slug: change.verdict(changes[slug]) for slug in shown}
    title = _moved(evidence, verdicts)
    few = [evidence.measure(slug).label.lower() for slug in slugs if changes[slug].value is None]
    note = f"Too few to give a percentage: {wording.listed(few)}." if few else ""

    def draw(axes: object, narrow: bool) -> None:
        axes.axvline(0, color=INK, linewidth=1)
        for place, slug in enumerate(shown):
            estimate, verdict = changes[slug], verdicts[slug]
            axes.plot([estimate.lower, estimate.upper], [place, place], color=VERDICT_COLOURS[verdict], linewidth=2.2, solid_capstyle="butt")
            axes.plot(estimate.value, place, marker={change.HIGHER: "^", change.LOWER: "v"}.get(verdict, "o"), markersize=7, color=VERDICT_COLOURS[verdict], markerfacecolor="white" if verdict == change.UNCLEAR else None)
        axes.set_yticks(range(len(shown)), [_fold(evidence.measure(slug).label, 16 if narrow else 30) for slug in shown])
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.xaxis.set_major_formatter(lambda value, _: f"{wording.signed(value, 0)}%")
        axes.grid(axis="x", color="#d5dbe1", linewidth=0.8)
        axes.grid(visible=False, axis="y")

    rows = tuple((evidence.measure(slug).label, wording.signed(changes[slug].value) + "%", f"{wording.signed(changes[slug].lower)}% to {wording.signed(changes[slug].upper)}%", wording.marked(verdicts[slug])) for slug in reversed(shown))
    table = Table(f"Change on {evidence.comparison.basis}", ("Type", "Change", f"{evidence.config.confidence:.0%} interval", "Verdict"), rows)
    subtitle = f"Change on {evidence.comparison.basis}, with {evidence.config.confidence:.0%} interval, {evidence.area_name}, {evidence.period.label}. Triangles mark changes that are more than chance"
    return _chart("change-by-type", title, subtitle, f"{title}. {note}".strip(), draw, table, note, height=1.0 + 0.31 * len(shown), narrow_height=1.0 + 0.4 * len(shown))


def counts_by_type(evidence: Evidence, slugs: Sequence[str]) -> Chart:
    """Bars of the period's counts, most first, and a mark for the year before where every month takes part."""
    totals = {slug: evidence.total(slug) for slug in slugs}
    shown = sorted(slugs, key=lambda slug: (totals[slug], slug))
    whole, top = sum(totals.values()), shown[-1]
    share = f", {wording.whole(100 * totals[top] / whole)}% of the {wording.whole(whole)} shown" if whole else ""
    title = f"{evidence.measure(top).label} came first with {wording.whole(totals[top])}{share}" if whole else f"None was recorded in {evidence.period.label}"

    def draw(axes: object, narrow: bool) -> None:
        import seaborn

        labels = [_fold(evidence.measure(slug).label, 16 if narrow else 30) for slug in shown]
        seaborn.barplot(x=[totals[slug] for slug in reversed(shown)], y=labels[::-1], color=NOW, orient="h", ax=axes)
        for place, slug in enumerate(reversed(shown)):
            axes.text(totals[slug] + 0.01 * max(totals.values()), place, wording.whole(totals[slug]), va="center", color=INK)
        axes.set_xlim(0, _room(totals.values(), 1.2 if narrow else 1.1))
        axes.set(xlabel="", ylabel="")
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False)

    rows = tuple((evidence.measure(slug).label, wording.whole(totals[slug]), f"{wording.decimal(100 * totals[slug] / whole)}%" if whole else "") for slug in reversed(shown))
    table = Table(f"Counts in {evidence.period.label}", ("Type", "Count", "Share"), rows)
    return _chart("counts-by-type", title, f"Count by type, {evidence.area_name}, {evidence.period.label}", f"{title}.", draw, table, height=0.6 + 0.31 * len(shown), narrow_height=0.6 + 0.4 * len(shown))


def outcomes(evidence: Evidence, slug: str = RECORDED) -> Chart | Notice:
    """How the period's crimes ended: a bar for each group of outcomes, as a share of all."""
    counts, measure = evidence.outcomes(slug), evidence.measure(slug)
    names = {**OUTCOME_GROUPS, "unlisted": "Outcome not in the code list"}
    shown = [group for group in counts.sort_values(kind="stable").index if counts[group]]
    if not shown:
        return Notice(f"There were no {measure.noun} in {evidence.period.label}, so there are no outcomes to show.", "missing")
    total, top = int(counts.sum()), shown[-1]
    title = f"{names[top]}: the most common ending, {wording.whole(100 * counts[top] / total)}% of {measure.noun}"

    def draw(axes: object, narrow: bool) -> None:
        shares = [100 * counts[group] / total for group in shown]
        axes.barh([_fold(names[group], 18 if narrow else 40) for group in shown], shares, color=NOW)
        for place, share in enumerate(shares):
            axes.text(share + 0.8, place, f"{wording.decimal(share)}%", va="center", color=INK)
        axes.set_xlim(0, _room(shares, 1.25))
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False)

    rows = tuple((names[group], wording.whole(counts[group]), f"{wording.decimal(100 * counts[group] / total)}%") for group in reversed(shown))
    table = Table(f"Last outcome of {measure.noun} in {evidence.period.label}", ("Outcome", "Count", "Share"), rows)
    note = "Outcomes are as they stood when each file was published. Recent months have more cases still open, and the police revise past months."
    return _chart(f"outcomes-{_css(slug)}", title, f"Share of {measure.noun} by last outcome, {evidence.area_name}, {evidence.period.label}", f"{title}.", draw, table, note, height=0.7 + 0.34 * len(shown), narrow_height=0.8 + 0.48 * len(shown))


def _chart(id: str, title: str, subtitle: str, alt: str, draw: Draw, table: Table, note: str = "", height: float = WIDE[1], narrow_height: float = NARROW[1]) -> Chart:
    wide, narrow = (_svg(draw, size, small) for size, small in (((WIDE[0], height), False), ((NARROW[0], narrow_height), True)))
    return Chart(id, title, subtitle, alt, wide, narrow, table, note)


def _svg(draw: Draw, size: tuple[float, float], narrow: bool) -> str:
    """One drawing as SVG text, the same bytes for the same figures."""
    import matplotlib
    from matplotlib.figure import Figure

    style = {
        "svg.hashsalt": "srp", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9 if narrow else 10, "axes.spines.top": False, "axes.spines.right": False,
        "axes.edgecolor": QUIET, "xtick.color": INK, "ytick.color": INK, "text.color": INK, "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#d5dbe1", "axes.axisbelow": True,
    }  # fmt: skip
    with matplotlib.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        draw(axes, narrow)
        axes.tick_params(length=0)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _label_lines(axes: object, names: Sequence[str], lines: Sequence[tuple[list[float], str, str]], narrow: bool) -> None:
    """Name each line at its right end, in its colour, apart from one another where the ends are close."""
    ends = [(next((value for value in reversed(values) if value == value), None), label, colour) for values, label, colour in lines if values]
    top = axes.get_ylim()[1]
    placed: list[float] = []
    for end, label, colour in sorted((item for item in ends if item[0] is not None), key=lambda item: item[0]):
        height = max(end, placed[-1] + 0.09 * top) if placed else end
        placed.append(height)
        axes.annotate(_fold(label, 14), (len(names) - 0.7, height), color=colour, va="center", annotation_clip=False)
    axes.set_xlim(-0.3, len(names) * (1.3 if narrow else 1.2))


def _two_years_title(evidence: Evidence, slug: str) -> str:
    measure, comparison = evidence.measure(slug), evidence.comparison
    if not comparison.possible:
        return f"{wording.whole(evidence.total(slug))} {measure.noun} in {evidence.period.label}"
    now, then = evidence.both_years(slug)
    more = int((now > then).sum())
    share = "none" if more == 0 else "every one" if more == len(now) else str(more)
    return f"{measure.label}: above the year before in {share} of {len(now)} months"


def _moved(evidence: Evidence, verdicts: dict[str, str]) -> str:
    counts = {verdict: sum(value == verdict for value in verdicts.values()) for verdict in (change.HIGHER, change.LOWER, change.UNCLEAR)}
    return f"Of {len(verdicts)} types, {counts[change.HIGHER]} rose and {counts[change.LOWER]} fell by more than chance; {counts[change.UNCLEAR]} did not clearly change"


def _monthly_table(evidence: Evidence, slug: str) -> Table:
    series = evidence.series(slug)
    years = sorted({periods.financial_year(month) for month in series.index})
    heads = [name[:3] for name in (*periods.NAMES[3:], *periods.NAMES[:3])]
    cells = [tuple([year, *(_cell(series, month) for month in periods.parse_period(year).months)]) for year in years]
    return Table(f"{evidence.measure(slug).label} by month, {evidence.area_name}", ("Year", *heads), tuple(cells), "A dash marks a month that is not in the extracts.")


def _two_years_table(evidence: Evidence, slug: str) -> Table:
    comparison, series = evidence.comparison, evidence.series(slug)
    heads = ["Month", evidence.period.label] + ([comparison.comparator.label] if comparison.possible else [])
    rows = [
        (periods.month_name(now).split()[0], _cell(series, now), *([_cell(series, then)] if comparison.possible else []))
        for now, then in zip(evidence.period.months, comparison.comparator.months)
    ]
    return Table(f"{evidence.measure(slug).label} by month, {evidence.area_name}", tuple(heads), tuple(rows), "A dash marks a month that is not in the extracts.")


def _cell(series: object, month: str) -> str:
    return wording.whole(series[month]) if month in series.index else "\N{EN DASH}"


def _count_axis(axes: object, values: Iterable[float], times: float) -> None:
    """An upright axis of counts: from zero, with thousands commas."""
    axes.set_ylim(0, _room(values, times))
    axes.yaxis.set_major_formatter(lambda value, _: wording.whole(value))


def _room(values: Iterable[float], times: float) -> float:
    """The top of an axis: the largest value with room above it; 1 where nothing is above zero."""
    return max((value for value in values if value == value), default=0) * times or 1


def _at(evidence: Evidence, slug: str, month: str) -> float:
    series = evidence.series(slug)
    return float(series[month]) if month in series.index else float("nan")


def _css(slug: str) -> str:
    return "asb" if slug == ASB else slug.replace("_", "-")


def _fold(text: str, width: int) -> str:
    """Text broken into lines of at most `width` characters, at spaces."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width)) or text
