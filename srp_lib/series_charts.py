"""Series charts: a measure by month or quarter as a control chart, with the breaks of its series drawn and named.

It knows no extract: counts come with the months that they are of. The open-data charts and those of records share it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from srp_lib import periods, wording
from srp_lib.codelists import Break, breaks, rebasing
from srp_lib.control import OUTSIDE, SHIFT, TREND, TWO_OF_THREE, ControlChart, pool_quarters, xmr
from srp_lib.display import DASH, Table
from srp_lib.drawing import INK, NOW, PALE, QUIET, THEN, Chart, at, count_axis, fold, make_chart
from srp_lib.periods import Period
from srp_lib.trends import seasonally_adjusted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SEASON_FROM = 36  # months; with two years alone the season takes up nearly all that the months do
MONTH, QUARTER = "month", "quarter"
QUARTERS = re.compile(r"\d{4}-\d{2}Q[1-4](?: to \d{4}-\d{2}Q[1-4])?")
POOL = "pool months to quarters"  # what `xmr` advises for small counts


@dataclass(frozen=True)
class Subject:
    """Counts by month ("2020-04") or by quarter ("2020-21Q1"), in order, and what they are of.

    `id` is the chart's; `noun` is the plural counted; `series` is the name by which the register of breaks knows it. A
    month or quarter that `counts` lacks is missing, never zero; at least one must lie in `period`. No month of
    `rounded` counts is called out of the ordinary, as rounding can make it look so. `brief` leaves the season unsaid.
    """

    id: str
    label: str
    noun: str
    area_name: str
    period: Period
    series: str
    counts: pd.Series
    step: str = MONTH
    rounded: bool = False
    brief: bool = False

    @cached_property
    def span(self) -> tuple[str, ...]:
        """Every month or quarter from the first to the last, those missing too."""
        first, last = self.counts.index[0], self.counts.index[-1]
        if self.step == MONTH:
            return periods.month_range(first, last)
        return whole_quarters(periods.month_range(months_of(first)[0], months_of(last)[-1]))

    @cached_property
    def own(self) -> list[str]:
        """The months of the period that have a count; quarters that lie wholly in it."""
        return [one for one in self.counts.index if set(months_of(one)) <= set(self.period.months)]

    @cached_property
    def control(self) -> ControlChart:
        """The control chart of what was known at the period's end."""
        known = [one for one in self.counts.index if months_of(one)[-1] <= self.period.months[-1]]
        found = xmr(self.counts.loc[known], self._rebasing())
        return replace(found, points=found.points.assign(special="")) if self.rounded else found

    @cached_property
    def season(self) -> pd.Series:
        """The unbroken run of months that holds the period, without its season; empty where it is too short."""
        last, nothing = self.period.months[-1], self.counts.iloc[:0]
        spans = periods.runs(self.counts.index) if self.step == MONTH else []
        around = (pair for pair in spans if pair[0] <= last <= pair[1])
        run = next((pair for pair in around if len(periods.month_range(*pair)) >= SEASON_FROM), None)
        adjusted = seasonally_adjusted(self.counts.loc[run[0] : run[1]]).months if run else nothing.to_frame("adjusted")
        return adjusted["adjusted"] if len(adjusted) else nothing

    def _rebasing(self) -> dict[str, str]:
        """Where the control chart starts anew; a quarter in which a break begins or ends belongs to the break."""
        if self.step == MONTH:
            return rebasing(self.series)
        starts = {}
        for one in breaks(self.series):
            if "rebase" in one.actions:
                starts |= dict.fromkeys([q for q in self.span if months_of(q)[-1] >= one.first][:1], one.name)
                after = [q for q in self.span if one.last and months_of(q)[0] > one.last]
                starts |= dict.fromkeys(after[:1], f"after {one.name}")
        return starts


def months_of(label: str) -> tuple[str, ...]:
    """The months of a quarter ("2020-21Q1"), or the month itself. Raises PeriodError for anything else."""
    return periods.parse_period(label).months if "Q" in label else (label,)


def whole_quarters(months: Sequence[str]) -> tuple[str, ...]:
    """The quarters of which every month is among `months`, such as "2020-21Q1", in order."""
    import pandas as pd

    return tuple(pool_quarters(pd.Series(0, index=sorted(months))).index)


def control_chart(subject: Subject, told: str = "", added: str = "") -> Chart:
    """A measure over all its months or quarters, as a control chart up to the end of the period.

    The audited period is set off, gaps are left open, each registered break is drawn and named, and the band is
    the usual range between breaks; months out of the ordinary are ringed. Where the months around the period run
    unbroken for three years, they are drawn without their season too. `told` is a sentence more for the text
    alternative and `added` one for the note. Raises ValueError where no count lies in the period.
    """
    if not subject.own:
        raise ValueError(f"The series '{subject.id}' has no {subject.step} in {subject.period.label}.")
    missing, extremes = _missing(subject), _extremes(subject)
    title = _out_of_the_ordinary(subject) or extremes
    finding = f"{title}." if title == extremes else f"{title}. {extremes}."
    alt = " ".join(filter(None, [f"Line of {subject.noun} by {subject.step}. {finding}", told, missing]))
    first, last = months_of(subject.span[0])[0], months_of(subject.span[-1])[-1]
    covered = f"{subject.label}, count a {subject.step}, {subject.area_name}, {periods.month_span(first, last)}"
    note = " ".join(filter(None, [missing, *_control_notes(subject), added]))

    def draw(axes: Axes, narrow: bool) -> None:
        _draw(axes, narrow, subject)

    return make_chart(subject.id, title, f"{covered}. {_key(subject)}", alt, draw, _table(subject), note)


# --- drawing --------------------------------------------------------------------------------------------------


def _draw(axes: Axes, narrow: bool, subject: Subject) -> None:
    span, points = subject.span, subject.control.points
    inside = [place for place, one in enumerate(span) if set(months_of(one)) <= set(subject.period.months)]
    axes.axvspan(inside[0] - 0.5, inside[-1] + 0.5, color=PALE, zorder=0)
    _control_band(axes, span, points)
    counts = [at(subject.counts, one) for one in span]
    axes.plot(range(len(span)), counts, color=NOW, linewidth=1.8, marker="o", markersize=2.5)
    if len(subject.season):
        adjusted = [at(subject.season, month) for month in span]
        axes.plot(range(len(span)), adjusted, color=THEN, linewidth=1.4, linestyle=(0, (4, 2)))
    break_lines(axes, span, subject.series, narrow)
    middle = ((inside[0] + inside[-1]) / 2, 1.01)
    axes.annotate(subject.period.short, middle, xycoords=("data", "axes fraction"), ha="center", va="bottom", color=INK)
    _ticks(axes, subject, 4 if narrow else 8)
    count_axis(axes, [*subject.counts, *points["upper"]], 1.12)


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


def break_lines(axes: Axes, span: Sequence[str], series: str, narrow: bool, named: bool = True) -> None:
    """A dashed line where each registered break begins and, for one that ends, where it ends, with its name.

    `span` has the months or quarters drawn at 0, 1, 2 and so on. A break within a quarter is drawn within it.
    """
    months = [month for one in span for month in months_of(one)]
    each = len(months) // len(span)
    for one in drawn_breaks(span, series):
        start = months.index(one.first) / each if one.first in months else 0
        after = periods.shift_month(one.last, 1) if one.last else ""
        for month in (one.first, after):
            if month in months:
                axes.axvline(months.index(month) / each - 0.5, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
        texts = [(months.index(after) / each, "ends")] if after in months else []
        for place, text in [*texts, (start, fold(one.name, 9 if narrow else 16))] if named else []:
            where = (place - 0.3, 0.02)
            axes.annotate(text, where, xycoords=("data", "axes fraction"), fontsize="small", color=INK, va="bottom")


def drawn_breaks(span: Sequence[str], series: str) -> list[Break]:
    """The registered breaks of a series that begin or end within the months or quarters drawn."""
    first, last = months_of(span[0])[0], months_of(span[-1])[-1]
    return [one for one in breaks(series) if any(first < month <= last for month in (one.first, one.last))]


def _ticks(axes: Axes, subject: Subject, most: int) -> None:
    """A tick at the start of each financial year, or of every second or third where there are many; else at the ends."""
    span, april = subject.span, "-04" if subject.step == MONTH else "Q1"
    starts = [place for place, one in enumerate(span) if one.endswith(april)] or [0, len(span) - 1]
    keep = starts[:: -(-len(starts) // most)]
    axes.set_xticks(keep, [_tick(span[place]) for place in keep])


def _tick(label: str) -> str:
    """("2020-04") -> "Apr 2020"; a quarter as its months over its year."""
    words = periods.parse_period(label).short if "Q" in label else ""
    return words.replace(" ", "\n") or f"{periods.month_name(label)[:3]} {label[:4]}"


# --- findings and data ----------------------------------------------------------------------------------------


def _missing(subject: Subject) -> str:
    """Which months have no figures, in a sentence; a quarter that lacks a month has none."""
    gaps = [month for one in subject.span if one not in subject.counts.index for month in months_of(one)]
    if not gaps:
        return ""
    if subject.step == QUARTER:
        return f"No figures for quarters that are not whole in the extracts, and not zero: {periods.list_months(gaps)}."
    return f"No figures for {periods.list_months(gaps)}: not in the extracts, and not zero."


def _control_notes(subject: Subject) -> list[str]:
    """What the usual range rests on and lacks."""
    notes = list(subject.control.notes)
    if subject.step == QUARTER:
        rough = "On average fewer than 5 a quarter, so the usual range would be rough."
        notes = [QUARTERS.sub(_in_words, rough if POOL in note else note) for note in notes]
    notes.append("The usual range makes no allowance for the time of year.")
    if subject.step == MONTH and not len(subject.season) and not subject.brief:
        notes.append(f"Not drawn without its season: that needs {SEASON_FROM} months in a row.")
    return notes


def _in_words(found: re.Match[str]) -> str:
    """One quarter's code, or two with "to" between them, as months."""
    codes = found[0].split(" to ")
    return periods.month_span(months_of(codes[0])[0], months_of(codes[-1])[-1])


def _key(subject: Subject) -> str:
    """What is drawn besides the counts, in a sentence."""
    points, step = subject.control.points, subject.step
    drawn = ["the blue band is the audited period"]
    drawn += ["the grey line is the average and the grey band the usual range" if points["upper"].notna().any() else ""]
    drawn += [f"rings mark {step}s out of the ordinary" if (points["special"] != "").any() else ""]
    drawn += ["the brown dashed line leaves the season out, and knows of no break" if len(subject.season) else ""]
    drawn += ["upright dashes mark breaks in the series" if drawn_breaks(subject.span, subject.series) else ""]
    return wording.upper_first("; ".join(filter(None, drawn))) + "."


def _out_of_the_ordinary(subject: Subject) -> str:
    """Which months of the period are out of the ordinary and how; empty where none is or can be told."""
    own, step = subject.control.points.loc[subject.own], subject.step
    alone, above = own["special"].isin([OUTSIDE, TWO_OF_THREE]), own["value"] > own["mean"]
    found = [
        ("unusually high in", own.index[alone & above]),
        ("unusually low in", own.index[alone & ~above]),
        (f"seven {step}s or more above average, at", own.index[(own["special"] == SHIFT) & above]),
        (f"seven {step}s or more below average, at", own.index[(own["special"] == SHIFT) & ~above]),
        (f"seven {step}s in a row rising or falling, at", own.index[own["special"] == TREND]),
    ]
    told = [f"{words} {_listed(odd)}" for words, odd in found if len(odd)]
    return f"{wording.upper_first(subject.noun)}: {wording.listed(told[:2])}" if told else ""


def _listed(labels: Sequence[str]) -> str:
    return periods.list_months(month for one in labels for month in months_of(one))


def _extremes(subject: Subject) -> str:
    """The months with most and fewest in the period; one sentence where all are alike."""
    noun, series = subject.noun, subject.counts.loc[subject.own]
    high, low = series.max(), series.min()
    if high == low:
        return f"{subject.period.label}: {wording.whole(high)} {noun} in every {subject.step}"
    most, fewest = (_sharing(series.index[series == count], count, subject.step) for count in (high, low))
    return f"{subject.period.label}: most {noun} in {most}, fewest in {fewest}"


def _sharing(labels: Sequence[str], count: float, step: str) -> str:
    """The months that have one and the same count, and the count; how many they are where they are many."""
    if len(labels) == 1:
        return f"{_listed(labels)} ({wording.whole(count)})"
    many = _listed(labels) if len(labels) <= 3 else f"{wording.number_word(len(labels))} {step}s"
    return f"{many} ({wording.whole(count)} each)"


def _table(subject: Subject) -> Table:
    """The counts, a row for each financial year."""
    years = sorted({periods.financial_year(months_of(one)[0]) for one in subject.counts.index})
    names = [name[:3] for name in (*periods.NAMES[3:], *periods.NAMES[:3])]
    if subject.step == QUARTER:
        names = [f"{names[place]}{DASH}{names[place + 2]}" for place in range(0, 12, 3)]
    rows = []
    for year in years:
        months = periods.parse_period(year).months
        labels = months if subject.step == MONTH else whole_quarters(months)
        rows.append((year, *(cell(subject.counts, one) for one in labels)))
    caption = f"{subject.label} by {subject.step}, all years, {subject.area_name}"
    return Table(caption, ("Year", *names), tuple(rows), gap_note(subject.step))


def cell(series: pd.Series, label: str) -> str:
    """A count for a table, or a dash where the series has none."""
    return wording.whole(series[label]) if label in series.index else DASH


def gap_note(step: str = MONTH) -> str:
    """What a dash in a table of months or quarters is."""
    whole = "is not in the extracts" if step == MONTH else "is not whole in the extracts"
    return f"A dash marks a {step} that {whole}."
