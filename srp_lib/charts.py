"""Charts of the open data: each is made from an `Evidence` and states its finding.

How they are drawn is in `drawing`, and the control chart that they share with the charts of records in `series_charts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srp_lib import change, periods, wording
from srp_lib.codelists import ASB, OUTCOME_GROUPS, RECORDED, breaks, dummies
from srp_lib.display import Notice, Table
from srp_lib.drawing import (
    INK,
    NOW,
    QUIET,
    RULE,
    THEN,
    Chart,
    at,
    bar_values,
    count_axis,
    fold,
    make_chart,
    names_up,
    percent,
    row_height,
)
from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence
from srp_lib.facts import change_of
from srp_lib.series_charts import Subject, break_lines, cell, control_chart, gap_note
from srp_lib.trends import poisson_trend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = {change.HIGHER: "^", change.LOWER: "v", change.UNCLEAR: "o"}
PANELS = 3  # beside one another on a wide page


def monthly(evidence: Evidence, slug: str) -> Chart:
    """The measure by month over all months of the extracts, as a control chart up to the end of the period.

    The audited period is set off, gaps are left open, each registered break is drawn and named, and the band is
    the usual range between breaks; months out of the ordinary are ringed. Where the months around the period run
    unbroken for three years, they are drawn without their season too.
    """
    measure, name = evidence.measure(slug), f"monthly-{_css(slug)}"
    about = (name, measure.label, measure.noun, evidence.area_name, evidence.period, slug)
    return control_chart(Subject(*about, evidence.series(slug)), _total_sentence(evidence, slug))


def types_by_month(evidence: Evidence, slugs: Sequence[str]) -> Chart:
    """A small drawing for each measure by month, each to its own scale, with breaks drawn and what they did beside."""
    every = {slug: evidence.series(slug) for slug in slugs}
    first, last = min(one.index[0] for one in every.values()), max(one.index[-1] for one in every.values())
    span, effects = periods.month_range(first, last), _break_effects(evidence, slugs)
    gaps = [month for month in span if not any(month in series.index for series in every.values())]

    def draw(panels: Sequence[Axes], narrow: bool) -> None:
        for axes, (slug, series) in zip(panels, every.items()):
            axes.plot(range(len(span)), [at(series, month) for month in span], color=NOW, linewidth=1.2)
            found = [effect for effect in effects if effect.slug == slug]
            sizes = "".join(f" {wording.signed(effect.estimate.value, 0)}%" for effect in found)
            title = fold(evidence.measure(slug).label + sizes, 18 if narrow else 26)
            axes.set_title(title, fontsize="medium", loc="left", color=INK)
            break_lines(axes, span, slug, narrow, named=False)
            count_axis(axes, series, 1.15)
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
    return make_chart("types-by-month", title, subtitle, alt, draw, _break_table(evidence, effects), note, **shape)


def two_years(evidence: Evidence, slug: str) -> Chart:
    """The measure by calendar month, the period's line over that of the year before, each labelled on the line."""
    measure, comparison, series = evidence.measure(slug), evidence.comparison, evidence.series(slug)
    before = comparison.comparator
    now = [at(series, month) for month in evidence.period.months]
    then = [at(series, month) for month in before.months] if comparison.possible else []
    names = [periods.month_name(month)[:3] for month in evidence.period.months]
    lines = ((then, before.short, THEN, (0, (4, 2)), "s"), (now, evidence.period.short, NOW, "-", "o"))

    def draw(axes: Axes, narrow: bool) -> None:
        for values, _, colour, dash, marker in lines:
            axes.plot(
                range(len(values)), values, color=colour, linestyle=dash, linewidth=1.8, marker=marker, markersize=3.5
            )
        step = 3 if narrow and len(names) > 6 else 1
        axes.set_xticks(range(0, len(names), step), names[::step])
        count_axis(axes, now + then, 1.15)
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
    return make_chart(f"years-{_css(slug)}", title, subtitle, alt, draw, _two_years_table(evidence, slug), note)


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
        names_up(axes, [evidence.measure(slug).label for slug in shown], 16 if narrow else 30)
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
    return make_chart(
        "change-by-type",
        title,
        subtitle,
        alt,
        draw,
        _change_table(evidence, found, shown),
        note,
        row_height(len(shown)),
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

        labels = [fold(evidence.measure(slug).label, 16 if narrow else 30) for slug in reversed(shown)]
        seaborn.barplot(
            x=[totals[slug] for slug in reversed(shown)], y=labels, color=NOW, saturation=1, orient="h", ax=axes
        )
        axes.set(xlabel="", ylabel="")
        bar_values(
            axes,
            [(place, totals[slug], wording.whole(totals[slug])) for place, slug in enumerate(reversed(shown))],
            1.2 if narrow else 1.1,
        )

    rows = tuple(
        (evidence.measure(slug).label, wording.whole(totals[slug]), percent(totals[slug], whole))
        for slug in reversed(shown)
    )
    table = Table(f"Counts by type, {evidence.period.label}", ("Type", "Count", f"Share of {base}"), rows)
    subtitle = f"Count by type, {evidence.area_name}, {evidence.period.label}"
    alt = f"Bars by type. {title}. {'; '.join(f'{name} {count}' for name, count, _ in rows)}."
    return make_chart("counts-by-type", title, subtitle, alt, draw, table, height=row_height(len(shown)))


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
        axes.barh([fold(names[group], 18 if narrow else 40) for group in shown], shares, color=NOW)
        bar_values(axes, [(place, share, f"{wording.decimal(share)}%") for place, share in enumerate(shares)], 1.25)

    title = f"{names[top]}: the most common ending, {wording.whole(100 * counts[top] / total)}% of {measure.noun}"
    rows = tuple(
        (names[group], wording.whole(counts[group]), percent(counts[group], total)) for group in reversed(shown)
    )
    table = Table(f"Last outcome of {measure.noun}, {evidence.period.label}", ("Outcome", "Count", "Share"), rows)
    note = "Outcomes are as they stood when each file was published. Newer crimes have had less time to reach one, so shares of different years cannot be compared."
    alt = f"Bars of outcomes. {title}. {'; '.join(f'{name} {share}' for name, _, share in rows)}."
    subtitle = f"Share of {measure.noun} by last outcome, {evidence.area_name}, {evidence.period.label}"
    return make_chart(f"outcomes-{_css(slug)}", title, subtitle, alt, draw, table, note, row_height(len(shown)))


def _interval_mark(axes: Axes, place: int, estimate: Estimate) -> None:
    """One change: its interval as a bar and its value as a mark, filled where it is more than chance."""
    verdict = change.verdict(estimate)
    colour = QUIET if verdict == change.UNCLEAR else NOW
    face = "white" if verdict == change.UNCLEAR else colour
    axes.plot([estimate.lower, estimate.upper], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.plot(estimate.value, place, marker=MARKERS[verdict], markersize=7, color=colour, markerfacecolor=face)


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
            fold(label, 10 if narrow else 16),
            (months - (0.4 if narrow else 0.7), height),
            color=colour,
            va="center",
            annotation_clip=False,
        )
    axes.set_xlim(-0.3, months * (1.35 if narrow else 1.2))


# --- drawing, findings and data ----------------------------------------------------------------------------------------


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


def _two_years_table(evidence: Evidence, slug: str) -> Table:
    comparison, series = evidence.comparison, evidence.series(slug)
    heads, rows = ("Month", evidence.period.label), []
    if comparison.possible:
        heads = (*heads, comparison.comparator.label)
    for now, then in zip(evidence.period.months, comparison.comparator.months):
        cells = (periods.month_name(now).split()[0], cell(series, now), cell(series, then))
        rows.append(cells[: len(heads)])
    return Table(f"{evidence.measure(slug).label} by month, {evidence.area_name}", heads, tuple(rows), gap_note())


def _css(slug: str) -> str:
    return "asb" if slug == ASB else slug.replace("_", "-")
