"""Charts of surveys: shares over waves with their intervals, and what people in wards say beside what is recorded there.

They know no extract: shares are protected before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from srp_lib.drawing import INK, NOW, QUIET, RULE, Chart, Key, fold
from srp_lib.sheet import Sheet, sheet_chart, text_size

if TYPE_CHECKING:
    import pandas as pd

    from srp_lib.display import Table
    from srp_lib.estimates import Estimate

WIDE, NARROW, GAP = 800, 288, 22
PANEL, HEAD, FOOT = 196, 42, 34  # the height of a question's panel, and what is for its name and its years
TEXT, SMALL = 13, 11
OTHERS = "#8a96a2"
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """A share at a day; `joined` says whether the point before asked the same."""

    day: date
    share: Estimate
    joined: bool


def over_waves(
    id: str, title: str, subtitle: str, alt: str, series: Mapping[str, Sequence[Point]], table: Table, note: str = ""
) -> Chart:
    """A panel for each question, all to one scale of 0 to 100%: a dot and the interval's bar for each wave.

    Raises ValueError where there is no series, and without a title or a text alternative.
    """
    if not series:
        raise ValueError(f"The chart '{id}' has no series to draw.")
    days = [point.day.toordinal() for points in series.values() for point in points]
    span = (min(days), max(max(days), min(days) + 1))

    def draw(sheet: Sheet, narrow: bool) -> None:
        across = 1 if narrow else 2
        width = (sheet.width - GAP * (across - 1)) / across
        for place, (label, points) in enumerate(series.items()):
            left, top = place % across * (width + GAP), place // across * PANEL
            words = _fitted(label, width, TEXT)
            sheet.text((left, top + text_size(words, TEXT, bold=True)[1] / 2 + 1), words, TEXT, "start", bold=True)
            _draw_waves(sheet, (left + 40, top + HEAD, width - 84, PANEL - HEAD - FOOT), points, span)

    sizes = ((wide, -(-len(series) // across) * (PANEL + 0.0)) for wide, across in ((WIDE, 2), (NARROW, 1)))
    return sheet_chart((id, title, subtitle, alt), draw, *sizes, table, note, kind="sheet")


def beside_record(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    rows: pd.DataFrame,
    axes: tuple[str, str],
    table: Table,
    note: str = "",
) -> Chart:
    """A dot for each place: what is recorded across, the share who say so up, with the share's interval as a thin bar.

    `rows` has name, rate, value, lower, upper and told (bool: named and dark). `axes` are the words of the two scales.
    Raises ValueError for no row, and without a title or a text alternative.
    """
    if not len(rows):
        raise ValueError(f"The chart '{id}' has no place to draw.")

    def draw(sheet: Sheet, narrow: bool) -> None:
        _draw_places(sheet, rows, axes, narrow)

    keys = (
        Key("A ward", sign="\N{BULLET}", ink=OTHERS),
        Key("Named: the reason is given below", sign="\N{BLACK CIRCLE}", ink=NOW),
    )
    return sheet_chart((id, title, subtitle, alt), draw, (WIDE, 420), (NARROW, 360), table, note, keys)


def _draw_waves(sheet: Sheet, box: Box, points: Sequence[Point], span: tuple[int, int]) -> None:
    """One question's waves in a box (left, top, width, height)."""
    left, top, width, height = box
    for tick in (0, 50, 100):
        level = top + height * (1 - tick / 100)
        sheet.line([np.array([(left, level), (left + width, level)])], RULE, 1)
        sheet.text((left - 5, level), f"{tick}%", SMALL, "end", QUIET)
    spots = [_spot(box, point, span) for point in points]
    runs: list[list[tuple[float, float]]] = []
    for point, spot in zip(points, spots):
        runs = [*runs[:-1], [*runs[-1], spot]] if point.joined and runs else [*runs, [spot]]
    sheet.line([np.array(run) for run in runs if len(run) > 1], NOW, 1.4)
    for point, spot in zip(points, spots):
        ends = [top + height * (1 - limit / 100) for limit in (point.share.lower, point.share.upper)]
        sheet.line([np.array([(spot[0], ends[0]), (spot[0], ends[1])])], QUIET, 1.6)
    sheet.dots(spots, NOW, 6)
    sheet.text((spots[-1][0] + 6, spots[-1][1]), f"{points[-1].share.value:.0f}%", TEXT, "start", bold=True)
    years = sorted({point.day.year for point in points})
    for year in years[:: max(1, -(-len(years) * 36 // int(width)))]:
        at = _across(box, max(date(year, 7, 1).toordinal(), span[0]), span)
        sheet.text((at, top + height + 10), str(year), SMALL, "middle", QUIET)


def _spot(box: Box, point: Point, span: tuple[int, int]) -> tuple[float, float]:
    return _across(box, point.day.toordinal(), span), box[1] + box[3] * (1 - point.share.value / 100)


def _across(box: Box, day: int, span: tuple[int, int]) -> float:
    return box[0] + box[2] * min(max((day - span[0]) / (span[1] - span[0]), 0.0), 1.0)


def _draw_places(sheet: Sheet, rows: pd.DataFrame, axes: tuple[str, str], narrow: bool) -> None:
    box = (40.0, 36.0, sheet.width - 54.0, sheet.height - 86.0)
    left, top, width, height = box
    ticks = _ticks(float(rows["rate"].max()))

    def at(rate: float, share: float) -> tuple[float, float]:
        return left + width * rate / ticks[-1], top + height * (1 - share / 100)

    for share in range(0, 101, 20):
        sheet.line([np.array([at(0, share), at(ticks[-1], share)])], RULE, 1)
        sheet.text((left - 5, at(0, share)[1]), f"{share}%", SMALL, "end", QUIET)
    for tick in ticks[:: 2 if narrow else 1]:
        sheet.text((at(tick, 0)[0], top + height + 12), f"{tick:g}", SMALL, "middle", QUIET)
    up, along = (_fitted(words, sheet.width - 8, SMALL) for words in axes[::-1])
    sheet.text((left - 36, 2 + text_size(up, SMALL)[1] / 2), up, SMALL, "start", QUIET)
    sheet.text((left + width / 2, sheet.height - 18), along, SMALL, "middle", QUIET)
    for row in rows.itertuples(index=False):
        ends = np.array([at(row.rate, row.lower), at(row.rate, row.upper)])
        sheet.line([ends], INK if row.told else RULE, 1.4 if row.told else 1)
    for told, colour, size in ((False, OTHERS, 6.0), (True, NOW, 9.0)):
        sheet.dots(
            [at(row.rate, row.value) for row in rows[rows["told"] == told].itertuples(index=False)], colour, size
        )
    _name_places(sheet, {row.name: at(row.rate, row.value) for row in rows[rows["told"]].itertuples(index=False)}, box)


def _name_places(sheet: Sheet, spots: Mapping[str, tuple[float, float]], box: Box) -> None:
    """Names beside their dots, on the side with more room, each below the one before where two would meet."""
    lowest: dict[str, float] = {}
    for name, (x, y) in sorted(spots.items(), key=lambda pair: pair[1][1]):
        side = "start" if x < box[0] + box[2] / 2 else "end"
        words = fold(name, 16)
        high = text_size(words, SMALL + 1, bold=True)[1]
        level = max(y, lowest.get(side, 0.0) + high / 2)
        lowest[side] = level + high / 2
        sheet.text((x + (8 if side == "start" else -8), level), words, SMALL + 1, side, bold=True, halo=True)


def _fitted(text: str, width: float, size: float) -> str:
    """Text in as few lines as fit a width in pixels."""
    lines = (fold(text, letters) for letters in range(len(text), 0, -1))
    return next((found for found in lines if text_size(found, size, bold=True)[0] <= width), text)


def _ticks(top: float) -> list[float]:
    """Round numbers from zero to just above `top`."""
    from matplotlib.ticker import MaxNLocator

    found = [float(tick) for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(0, top or 1.0)]
    return [tick for tick in found if tick >= 0]
