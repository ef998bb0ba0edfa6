"""Charts of calls to 101: a share or a wait by month as a control chart, in the look of the charts of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srp_lib import periods, wording
from srp_lib.calls import EXTRACT, FIGURES, Calls
from srp_lib.control import OUTSIDE, ControlChart
from srp_lib.display import DASH, Table
from srp_lib.drawing import INK, NOW, PALE, QUIET, Chart, at, make_chart, top_of
from srp_lib.series_charts import break_lines, drawn_breaks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NAMES = {
    "abandoned_share": ("Share of calls to 101 that were abandoned", "the share of calls abandoned"),
    "answered_share": ("Share of calls to 101 that were answered", "the share of calls answered"),
    "mean_wait": ("Mean wait for an answer on 101", "the mean wait"),
}
# How a title says that a figure was high, or low, in some months.
MOVED = {
    "abandoned_share": ("More calls were abandoned", "Fewer calls were abandoned"),
    "answered_share": ("More calls were answered", "Fewer calls were answered"),
    "mean_wait": ("Callers waited longer", "Callers waited less"),
}
LEVEL_FROM = 0.5  # the share of months out of the ordinary above which a level moved, and not a few months
ALL_MONTHS = "The usual range is of all months alike and makes no allowance for the time of year."
SPELL = (
    "More than half the months are out of the ordinary. A spell so long moves the average and the usual range themselves, "
    "so the range is not that of quiet times."
)
RINGS = "A ring marks a month outside the usual range, or one of a run of months that chance would hardly make."


def by_month(calls: Calls, name: str) -> Chart:
    """A figure of `calls.FIGURES` by month up to the end of the period, with its usual range.

    The audited period is set off, gaps are left open, breaks are drawn and months out of the ordinary are ringed.
    Raises ValueError where no month of the period has the figure.
    """
    values = calls.table[name].dropna()
    own = [month for month in calls.months if month in values.index]
    if not own:
        raise ValueError(f"No month of {calls.evidence.period.label} has {NAMES[name][1]}.")
    found, span = calls.control(name), periods.month_range(values.index[0], values.index[-1])
    title, unit = _title(calls, name, own, found.points), FIGURES[name][0]
    subtitle = f"{NAMES[name][0]}, {unit}, by month, {periods.month_span(span[0], span[-1])}. {_key(found, span)}"
    alt = f"Line of {NAMES[name][1]} by month. {title}. {wording.upper_first(_extremes(values.loc[own], unit))}."
    note = " ".join(filter(None, [_gaps(span, values), *found.notes, ALL_MONTHS, *_odd_said(found)]))

    def draw(axes: Axes, narrow: bool) -> None:
        _draw(axes, narrow, span, values, found.points, calls.evidence.period)

    return make_chart(f"calls-{name.replace('_', '-')}", title, subtitle, alt, draw, _table(values, name), note)


def _draw(
    axes: Axes, narrow: bool, span: Sequence[str], values: pd.Series, points: pd.DataFrame, period: periods.Period
) -> None:
    inside = [place for place, month in enumerate(span) if month in period.months]
    axes.axvspan(inside[0] - 0.5, inside[-1] + 0.5, color=PALE, zorder=0)
    whole, places = points.reindex(span), range(len(span))
    axes.fill_between(places, whole["lower"], whole["upper"], color=QUIET, alpha=0.13, linewidth=0, step="mid")
    mean = whole["mean"].where(whole["upper"].notna())
    axes.plot(places, mean, color=QUIET, linewidth=1, drawstyle="steps-mid")
    axes.plot(places, [at(values, month) for month in span], color=NOW, linewidth=1.8, marker="o", markersize=2.5)
    odd = [
        place
        for place, month in enumerate(span)
        if isinstance(whole["special"].iloc[place], str) and whole["special"].iloc[place]
    ]
    rings = {"marker": "o", "markersize": 8, "markerfacecolor": "none", "markeredgecolor": INK}
    axes.plot(odd, [values[span[place]] for place in odd], linestyle="", **rings)
    break_lines(axes, span, EXTRACT, narrow)
    middle = ((inside[0] + inside[-1]) / 2, 1.01)
    axes.annotate(period.short, middle, xycoords=("data", "axes fraction"), ha="center", va="bottom", color=INK)
    starts = [place for place, month in enumerate(span) if month.endswith("-04")] or [0, len(span) - 1]
    keep = starts[:: -(-len(starts) // (4 if narrow else 8))]
    axes.set_xticks(keep, [f"{periods.month_name(span[place])[:3]} {span[place][:4]}" for place in keep])
    axes.set_ylim(0, top_of([*values, *points["upper"]], 1.12))


def _title(calls: Calls, name: str, own: Sequence[str], points: pd.DataFrame) -> str:
    """Which months were outside the usual range, or that the level moved, or the highest and the lowest month.

    The level moved where more than half the months drawn are out of the ordinary and one of the period lies outside it; the
    side then told is that of more months of the period.
    """
    subject, label = wording.upper_first(NAMES[name][1]), calls.evidence.period.label
    outside, above = points["special"] == OUTSIDE, points["value"] > points["mean"]
    sides = {side: points.index[outside & which] for side, which in enumerate((above, ~above))}
    met = {side: months for side, months in sides.items() if months.isin(own).any()}
    if met and _mostly_odd(points):
        side = max(met, key=lambda one: met[one].isin(own).sum())
        return _level(name, MOVED[name][side], points["value"], met[side])
    if met:
        words = ("unusually high", "unusually low")
        told = [f"{words[side]} in {periods.list_months(months[months.isin(own)])}" for side, months in met.items()]
        return f"{subject} was {wording.listed(told)}"
    if points["upper"].isna().all() or _mostly_odd(points):
        return f"{subject}: {_extremes(points['value'].loc[list(own)], FIGURES[name][0])}"
    return f"{subject} stayed within its usual range in {label}"


def _level(name: str, words: str, values: pd.Series, months: pd.Index) -> str:
    """That a figure was higher, or lower, in some months than in all others drawn, with the span of either."""
    spells, unit = periods.runs(months), FIGURES[name][0]
    when = (
        f"from {periods.list_months(months)}" if len(spells) == 1 < len(months) else f"in {periods.list_months(months)}"
    )
    own, rest = (_span(part, unit) for part in (values[months], values.drop(months)))
    return f"{words} {when} ({own}) than in other months ({rest})"


def _span(values: pd.Series, unit: str) -> str:
    """The lowest and the highest of some values, in words."""
    low, high = (wording.decimal(one) for one in (values.min(), values.max()))
    if unit == "%":
        return f"{low}% to {high}%" if low != high else f"{high}%"
    return f"{low} to {high} {unit}" if low != high else f"{high} {unit}"


def _mostly_odd(points: pd.DataFrame) -> bool:
    """Whether more than half the months are out of the ordinary."""
    return bool((points["special"] != "").mean() > LEVEL_FROM)


def _odd_said(found: ControlChart) -> list[str]:
    """What rings mark, and what so many of them mean."""
    if not (found.points["special"] != "").any():
        return []
    return [RINGS, *([SPELL] if _mostly_odd(found.points) else [])]


def _extremes(values: pd.Series, unit: str) -> str:
    """The highest and the lowest month."""
    high, low = values.idxmax(), values.idxmin()
    sign = "%" if unit == "%" else f" {unit}"
    if len(values) == 1:
        return f"{periods.month_name(high)} had {wording.decimal(values[high])}{sign}"
    return (
        f"highest in {periods.month_name(high)} ({wording.decimal(values[high])}{sign}), "
        f"lowest in {periods.month_name(low)} ({wording.decimal(values[low])}{sign})"
    )


def _key(found: ControlChart, span: Sequence[str]) -> str:
    """What is drawn besides the line, in a sentence."""
    drawn = ["the blue band is the audited period"]
    if found.points["upper"].notna().any():
        drawn.append("the grey line is the average and the grey band the usual range")
    if (found.points["special"] != "").any():
        drawn.append("rings mark months out of the ordinary")
    if drawn_breaks(span, EXTRACT):
        drawn.append("upright dashes mark breaks in the series")
    return f"{wording.upper_first('; '.join(drawn))}."


def _gaps(span: Sequence[str], values: pd.Series) -> str:
    """Which months have no figure, as a sentence."""
    gone = [month for month in span if month not in values.index]
    return f"No figure for {periods.list_months(gone)}: not in the extract, and not zero." if gone else ""


def _table(values: pd.Series, name: str) -> Table:
    """The figure, a row for each financial year."""
    names = [month[:3] for month in (*periods.NAMES[3:], *periods.NAMES[:3])]
    years = sorted({periods.financial_year(month) for month in values.index})
    rows = tuple(
        (
            year,
            *(
                wording.decimal(values[month]) if month in values.index else DASH
                for month in periods.parse_period(year).months
            ),
        )
        for year in years
    )
    caption = f"{NAMES[name][0]} ({FIGURES[name][0]}) by month"
    return Table(caption, ("Year", *names), rows, "A dash marks a month that is not in the extract.")
