"""Charts of places: many small series, funnels of rates over population, and intervals side by side.

They know no extract: figures and words are the caller's, so figures that are protected before they come here stay
protected in the chart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from srp_lib import periods, wording
from srp_lib.drawing import INK, NOW, QUIET, RULE, Chart, Key, fold
from srp_lib.sheet import OTHER_LETTERS, Sheet, sheet_chart, text_size

if TYPE_CHECKING:
    import pandas as pd

    from srp_lib.display import Table

WIDE, NARROW = 800, 288  # pixels
SMALL, TEXT = 11, 13  # the size of letters: of axes, of the rest
PANEL, FEW, GAP = 58, 96, 14  # the height of a small series among many and among few, and what parts panels
ROW = 22  # the least height of a line of intervals
NAMES = 210, 104  # the width of the names of intervals, on a wide page and on a narrow one
OTHERS, LIMIT, WIDE_LIMIT = "#b3bdc7", "#8a96a2", "#5a6672"
MANY = 6  # from so many panels on, more of them stand side by side
Points = Mapping[str, tuple["pd.DataFrame", "pd.Series", float]]
Place = Callable[[float], float]


def panels(
    id: str, title: str, subtitle: str, alt: str, series: Mapping[str, pd.Series], table: Table, *, note: str = ""
) -> Chart:
    """A small line for each series over the same span of time, each to its own scale from zero.

    `series` maps a label to counts by month ("2020-04") or by quarter ("2020-21Q1"), in order; a step or a count
    that is missing leaves a gap. The largest count stands beside its height. Raises ValueError where there is no
    series, and without a title or a text alternative.
    """
    if not series:
        raise ValueError(f"The chart '{id}' has no series to draw.")
    series = {label: one.dropna().astype(float) for label, one in series.items()}
    times = {label: [_time(name) for name in one.index] for label, one in series.items()}
    every = [time for own in times.values() for time in own] or [2.0]  # no January, which would be named
    span = (min(every), max(max(every), min(every) + 1))

    def draw(sheet: Sheet, narrow: bool) -> None:
        across = _across(len(series), narrow)
        width, lines = (sheet.width - GAP * (across - 1)) / across, _lines(series, sheet.width, across)
        for place, (label, one) in enumerate(series.items()):
            left, top = place % across * (width + GAP), place // across * _panel_height(lines, len(series))
            sheet.text((left, top + TEXT * lines * 0.6), _title(label, width), TEXT - 1, "start", bold=True)
            box = (left, top + TEXT * lines * 1.2 + 8, width, _series_height(len(series)))
            _draw_series(sheet, box, times[label], one, span)

    sizes = []
    for width, narrow in ((WIDE, False), (NARROW, True)):
        across = _across(len(series), narrow)
        sizes.append((width, -(-len(series) // across) * _panel_height(_lines(series, width, across), len(series))))
    return sheet_chart(
        (id, title, subtitle, alt), draw, *sizes, table, note, kind="sheet" if len(series) >= MANY else ""
    )


def ranges(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    rows: pd.DataFrame,
    table: Table,
    *,
    note: str = "",
    reference: float | None = None,
    unit: str = "",
) -> Chart:
    """Intervals beneath one another, the last of `rows` at the top, with an upright line at `reference`.

    `rows` has name, value, lower, upper and highlight (bool: filled and dark). `unit` follows each value. Limits that
    are not finite are drawn to the edge. Raises ValueError for no row, and without a title or a text alternative.
    """
    if not len(rows):
        raise ValueError(f"The chart '{id}' has no interval to draw.")
    ticks = _ticks_of(rows, reference)
    told = [_value(value, unit, reference) for value in rows["value"]]
    right = 14 + max(text_size(value, SMALL, bold=True)[0] for value in told)

    def draw(sheet: Sheet, narrow: bool) -> None:
        left, bottom = NAMES[narrow], sheet.height - 26
        scale = _scale(ticks[0], ticks[-1], left + 6, sheet.width - max(right, 48 if narrow else 64))
        _upright_ticks(sheet, ticks, scale, bottom, lambda tick: _value(tick, unit, reference))
        if reference is not None:
            sheet.line([np.array([(scale(reference), 0), (scale(reference), bottom)])], INK, 1.2)
        below = 0.0
        for row, value in zip(rows.iloc[::-1].itertuples(index=False), told[::-1]):
            name, size = _row_name(row.name, left)
            high = _row_height(name)
            sheet.text((left - 6, below + high / 2), name, size, "end")
            _draw_range(sheet, row, below + high / 2, scale, (ticks[0], ticks[-1]), value)
            below += high

    wide, small = (sum(_row_height(_row_name(name, left)[0]) for name in rows["name"]) + 26 for left in NAMES)
    return sheet_chart(
        (id, title, subtitle, alt), draw, (WIDE, wide), (NARROW, small), table, note, kind="sheet" if wide > 300 else ""
    )


def funnel(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    rows: pd.DataFrame,
    names: Mapping[str, str],
    own: str,
    group: Collection[str],
    populations: pd.Series,
    rate: float,
    table: Table,
    note: str = "",
    per: int = 1000,
) -> Chart:
    """Rates of areas over their populations with the limits of a funnel, both axes in equal ratios.

    `rows` is laid out by `places.funnel` and indexed by area, as `populations` is; `rate` is that of all areas, by
    person. The area `own` is named, those of `group` have a shape of their own; a rate of zero lies on the lower edge.
    Raises ValueError where `own` has no ratio among the rows or `rate` is zero, and without a title or a text
    alternative.
    """
    _require_own(id, rows, own, rate)

    def draw(sheet: Sheet, narrow: bool) -> None:
        box = (44.0, 6.0, sheet.width - 60.0, sheet.height - 48.0)
        across, up = _draw_funnel(sheet, box, (rows, populations, rate), own, group, per)
        at = across(populations[own]), up(rows.loc[own, "ratio"] * rate * per)
        _name_own(sheet, at, names[own], box, TEXT if narrow else TEXT + 1)
        sheet.text((box[0] + box[2] / 2, sheet.height - 8), "Residents", SMALL, colour=QUIET)

    sizes = (WIDE, 430), (NARROW, 330)
    return sheet_chart(
        (id, title, subtitle, alt), draw, *sizes, table, note, _funnel_keys(names[own], bool(group)), "sheet"
    )


def funnels(
    id: str, title: str, subtitle: str, alt: str, points: Points, own: str, group: Collection[str], name: str, table: Table,
    note: str = "", per: int = 1000,
) -> Chart:  # fmt: skip
    """A small `funnel` for each of several kinds of offence: label to rows, populations and rate, as `funnel` takes them.

    `name` is that of the area `own`, for the legend. Raises ValueError as `funnel`, and where there is none to draw.
    """
    if not points:
        raise ValueError(f"The chart '{id}' has no funnel to draw.")
    for rows, _, rate in points.values():
        _require_own(id, rows, own, rate)
    high = 126

    def draw(sheet: Sheet, narrow: bool) -> None:
        across = 2 if narrow else 4
        width, titles = (sheet.width - GAP * (across - 1)) / across, titles_height(sheet.width, across)
        for place, (label, point) in enumerate(points.items()):
            left, top = place % across * (width + GAP), place // across * (titles + high + 18 + GAP)
            sheet.text((left, top + titles / 2), _title(label, width), TEXT - 1, "start", bold=True)
            _draw_funnel(sheet, (left + 26, top + titles, width - 40, high), point, own, group, per, small=True)

    def titles_height(width: float, across: int) -> float:
        return TEXT * 1.2 * _lines(points, width, across) + 6

    sizes = (
        (width, -(-len(points) // across) * (titles_height(width, across) + high + 18 + GAP))
        for width, across in ((WIDE, 4), (NARROW, 2))
    )
    return sheet_chart((id, title, subtitle, alt), draw, *sizes, table, note, _funnel_keys(name, bool(group)), "sheet")


# --- drawing --------------------------------------------------------------------------------------------------


def _draw_series(
    sheet: Sheet,
    box: tuple[float, float, float, float],
    times: Sequence[float],
    one: pd.Series,
    span: tuple[float, float],
) -> None:
    """One line in its box (left, top, width, height), with its largest count and the years beneath."""
    left, top, width, height = box
    step = 3 if len(one) and "Q" in one.index[0] else 1
    peak = float(one.max()) if len(one) else 0.0
    across, up = _scale(*span, left, left + width - 4), _scale(0, peak or 1.0, top + height - 14, top + 4)
    base = top + height - 14
    sheet.line([np.array([(left, base), (left + width, base)])], RULE, 1)
    for year in _years(span, width):
        sheet.line([np.array([(across(year[0]), base), (across(year[0]), base + 3)])], QUIET, 1)
        anchor = _anchor(across(year[0]), year[1], SMALL - 2, (left, left + width))
        sheet.text((across(year[0]), base + 9), year[1], SMALL - 2, anchor, QUIET)
    if len(one):
        sheet.line(_runs(times, [up(value) for value in one], across, step), NOW, 1.4)
        at, told = across(times[int(np.argmax(one.to_numpy()))]), wording.whole(peak)
        anchor = _anchor(at, told, SMALL - 1, (left, left + width))
        sheet.text((at, up(peak) - 5), told, SMALL - 1, anchor, INK, halo=True)


def _draw_range(sheet: Sheet, row: object, height: float, scale: Place, edges: tuple[float, float], told: str) -> None:
    """One interval with its value at the right; `height` is that of its middle."""
    colour = NOW if row.highlight else QUIET
    low, high = (
        min(max(limit, edges[0]), edges[1]) if math.isfinite(limit) else edge
        for limit, edge in zip((row.lower, row.upper), edges)
    )
    sheet.line([np.array([(scale(low), height), (scale(high), height)])], colour, 2.6)
    sheet.dots([(scale(row.value), height)], colour, 9)
    if not row.highlight:
        sheet.dots([(scale(row.value), height)], "#ffffff", 5)
    sheet.text((sheet.width, height), told, SMALL, "end", INK, bold=bool(row.highlight))


def _draw_funnel(
    sheet: Sheet, box: tuple[float, float, float, float], point: tuple[pd.DataFrame, pd.Series, float], own: str,
    group: Collection[str], per: int, small: bool = False,
) -> tuple[Place, Place]:  # fmt: skip
    """Limits, areas and axes in a box (left, top, width, height); gives the two scales."""
    rows, people, rate = point[0], point[1].reindex(point[0].index).astype(float), point[2]
    left, top, width, height = box
    shown = rows["ratio"].notna() & (people > 0)
    rates = rows["ratio"][shown] * rate * per
    least = rates[rates > 0].min() if (rates > 0).any() else rate * per
    across = _log_scale(people[shown].min() * 0.85, people[shown].max() * 1.15, left, left + width)
    up = _log_scale(min(least, rate * per / 2) * 0.9, max(rates.max(), rate * per * 2) * 1.1, top + height, top)
    bottom, right = top + height, left + width
    for tick in _log_ticks(up.low, up.high, 3 if small else 6):
        sheet.line([np.array([(left, up(tick)), (right, up(tick))])], RULE, 0.8)
        sheet.text((left - 4, up(tick)), f"{tick:g}", SMALL - 1 if small else SMALL, "end", QUIET)
    for tick in _log_ticks(across.low, across.high, 3 if small else 6):
        sheet.text((across(tick), bottom + 10), _people(tick), SMALL - 1 if small else SMALL, "middle", QUIET)
    ordered = people[shown].sort_values(kind="stable").index
    for name, colour, dash in (("95", LIMIT, "4 3"), ("998", WIDE_LIMIT, "")):
        for side in ("lower", "upper"):
            limit = (rows.loc[ordered, side + name] * rate * per).clip(up.low, up.high)
            sheet.line([np.array([(across(people[code]), up(limit[code])) for code in ordered])], colour, 1.1, dash)
    sheet.line([np.array([(left, up(rate * per)), (right, up(rate * per))])], INK, 1)
    spots = {code: (across(people[code]), up(rates[code])) for code in ordered}
    size = 4.0 if small else 6.0
    sheet.dots([spot for code, spot in spots.items() if code not in group and code != own], OTHERS, size)
    for code in sorted(set(group) & set(spots) - {own}):
        sheet.shape([_diamond(spots[code], size * 0.9)], "#ffffff", INK, 1.2)
    if own in spots:
        sheet.dots([spots[own]], NOW, 2 * size)
    return across, up


def _name_own(sheet: Sheet, at: tuple[float, float], name: str, box: Sequence[float], size: float) -> None:
    """The name of the area beside its dot, on the right if it fits there, in lines that stay on the sheet."""
    rooms = sheet.width - 2 - (at[0] + 11), at[0] - 11 - box[0]
    right = rooms[0] >= min(text_size(name, size, bold=True)[0], rooms[1])
    words = _folded(name, rooms[0] if right else rooms[1], size, bold=True)
    half = text_size(words, size)[1] / 2
    height = min(max(at[1], half), box[1] + box[3] - half)
    place = (at[0] + (11 if right else -11), height)
    sheet.text(place, words, size, "start" if right else "end", bold=True, halo=True)


class _Log:
    """A scale in equal ratios, from `low` to `high`, onto pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self._start, self._end = low, high, start, end

    def __call__(self, value: float) -> float:
        share = math.log(min(max(value, self.low), self.high) / self.low) / math.log(self.high / self.low)
        return self._start + share * (self._end - self._start)


def _log_scale(low: float, high: float, start: float, end: float) -> _Log:
    return _Log(float(low), float(high), start, end)


def _scale(low: float, high: float, start: float, end: float) -> Place:
    return lambda value: start + (value - low) / ((high - low) or 1) * (end - start)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from just below `low` to just above `high`."""
    from matplotlib.ticker import MaxNLocator

    return [
        float(tick) for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high if high > low else low + 1)
    ]


def _ticks_of(rows: pd.DataFrame, reference: float | None) -> list[float]:
    """Round numbers around all values and limits that are finite, and the reference."""
    asked = [] if reference is None else [reference]
    known = np.array([*rows["value"], *rows["lower"], *rows["upper"], *asked], dtype=float)
    known = known[np.isfinite(known)]
    return _ticks(float(known.min()), float(known.max()))


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers (1, 2 and 5 times a power of ten) between two, `most` of them at the most and one at the least."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [
        base * 10.0**power
        for power in range(first, last + 1)
        for base in (1, 2, 5)
        if low <= base * 10.0**power <= high
    ]
    return every[:: -(-len(every) // most)] if every else [float(f"{math.sqrt(low * high):.2g}")]


def _upright_ticks(
    sheet: Sheet, ticks: Sequence[float], scale: Place, height: float, told: Callable[[float], str]
) -> None:
    """Rules with their numbers beneath: zero and every second, third or so from it where there is no room for all."""
    room = max(text_size(told(tick), SMALL)[0] for tick in ticks) + 8
    step = math.ceil(room / (scale(ticks[1]) - scale(ticks[0])))
    for tick in ticks[ticks.index(0.0) % step if 0.0 in ticks else 0 :: step]:
        sheet.line([np.array([(scale(tick), 0), (scale(tick), height)])], RULE, 0.8)
        sheet.text((scale(tick), height + 12), told(tick), SMALL, "middle", QUIET)


def _runs(times: Sequence[float], heights: Sequence[float], across: Place, step: int) -> list[np.ndarray]:
    """The points of a line, parted where more than a step of time (in months) lies between two."""
    runs: list[list[tuple[float, float]]] = []
    for place, (time, height) in enumerate(zip(times, heights)):
        if not place or time - times[place - 1] > step:
            runs.append([])
        runs[-1].append((across(time), height))
    return [np.array(run) for run in runs]


def _time(name: str) -> float:
    """Where a month or a quarter lies in time, in months; a quarter at its middle month."""
    quarter = re.fullmatch(r"(\d{4}-\d{2})Q([1-4])", name)
    month = periods.parse_period(name).months[1] if quarter else name
    year, number = periods.split_month(month)
    return float(12 * year + number)


def _years(span: tuple[float, float], width: float) -> list[tuple[float, str]]:
    """Each January in a span, or each second one and so on where there is no room for all, with its year."""
    first, last = math.ceil((span[0] - 1) / 12), math.floor((span[1] - 1) / 12)
    step = max(1, math.ceil(40 * (span[1] - span[0]) / (12 * width)))
    return [(12.0 * year + 1, str(year)) for year in range(first, last + 1, step)]


def _across(number: int, narrow: bool) -> int:
    """How many panels stand side by side."""
    if number < MANY:
        return 1 if narrow else min(number, 2)
    return 2 if narrow else 5


def _series_height(number: int) -> float:
    return PANEL if number >= MANY else FEW


def _panel_height(lines: int, number: int) -> float:
    return TEXT * lines * 1.2 + 8 + _series_height(number) + GAP


def _lines(labels: Iterable[str], width: float, across: int) -> int:
    room = (width - GAP * (across - 1)) / across
    return max(_title(label, room).count("\n") + 1 for label in labels)


def _title(label: str, width: float) -> str:
    """The title of a panel in lines that fit its width."""
    return _folded(label, width, TEXT - 1, bold=True)


def _folded(text: str, width: float, size: float, bold: bool = False) -> str:
    """Text in as few lines as fit a width in pixels; at a letter a line where nothing fits."""
    most = min(len(text), int(width / (size * min(OTHER_LETTERS.values()))) + 1)  # no line of more fits
    lines = (fold(text, letters) for letters in range(most, 0, -1))
    return next((found for found in lines if text_size(found, size, bold)[0] <= width), fold(text, 1))


def _row_name(name: str, left: float) -> tuple[str, float]:
    """An interval's name as it stands in its column, in lines, and the size of its letters."""
    if text_size(name, SMALL + 1)[0] <= left - 8:
        return name, SMALL + 1
    return _folded(name, left - 8, SMALL), SMALL


def _row_height(name: str) -> float:
    return max(ROW, text_size(name, SMALL)[1] + 5)


def _anchor(at: float, words: str, size: float, edges: tuple[float, float]) -> str:
    """How words about a place are anchored so that they stay between two edges."""
    half = text_size(words, size)[0] / 2
    return "start" if at - half < edges[0] else "end" if at + half > edges[1] else "middle"


def _value(number: float, unit: str, reference: float | None) -> str:
    """A value beside its mark: with its sign where it is a change, that is where the reference is zero."""
    return (
        f"{wording.signed(number, 0)}{unit}"
        if reference == 0
        else f"{wording.decimal(number, 1 if number % 1 else 0)}{unit}"
    )


def _people(number: float) -> str:
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}m"
    return f"{number / 1000:g}k" if number >= 1000 else f"{number:g}"


def _diamond(at: tuple[float, float], size: float) -> np.ndarray:
    return np.array(
        [
            (at[0], at[1] - size),
            (at[0] + size, at[1]),
            (at[0], at[1] + size),
            (at[0] - size, at[1]),
            (at[0], at[1] - size),
        ]
    )


def _funnel_keys(own: str, grouped: bool) -> tuple[Key, ...]:
    group = (Key("Areas compared with", sign="\N{WHITE DIAMOND}"),) if grouped else ()
    return (
        Key(own, sign="\N{BLACK CIRCLE}", ink=NOW), *group, Key("All other areas", sign="\N{BULLET}", ink=QUIET),
        Key("95% limits", line="dashed"),
        Key("Outermost: 99.8% limits, within which areas lie that differ only as areas usually do. In the middle: the rate of all together", line="solid"),
    )  # fmt: skip


def _require_own(id: str, rows: pd.DataFrame, own: str, rate: float) -> None:
    if own not in rows.index:
        raise ValueError(f"The chart '{id}' has no row of the area that it is about.")
    if rows.loc[own, "ratio"] != rows.loc[own, "ratio"] or not rate > 0:
        raise ValueError(f"The chart '{id}' has no rate to draw: leave it out where nothing was counted or expected.")
