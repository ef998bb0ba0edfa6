"""Drawing: what a chart is, how it becomes SVG, and the small pieces of axes that all charts share.

A chart is inline SVG, drawn once for wide and once for narrow pages. Nothing that must be read is in pixels: title,
subtitle, note and data are text, and the description states the finding. Text in the SVG stays text, in the page's
own font. No colour says whether a change is welcome, and none is the only sign of anything.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from srp_lib import wording
from srp_lib.display import DASH, Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Draw = Callable[..., None]  # an axes, or several, and whether the page is narrow
NOW, THEN, PALE, INK, QUIET, RULE = "#0b5394", "#b45f06", "#dce6f1", "#1d2733", "#5a6672", "#d5dbe1"
WIDE, NARROW, SERIES_HEIGHT = 7.6, 3.3, 3.3
TALL = 4.2  # inches; a drawing above this is given more of a printed page
STYLE = {
    "svg.hashsalt": "srp", "svg.fonttype": "none", "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a name with two dollar signs is a name
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": QUIET, "axes.axisbelow": True,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": RULE,
    "xtick.color": INK, "ytick.color": INK, "text.color": INK,
}  # fmt: skip


# matplotlib's rule for every element, which in a page would reach the other drawings too: it becomes the drawing's own.
WHOLE_PAGE = r"<defs>\s*<style[^>]*>\*\{stroke-linejoin: round; stroke-linecap: butt\}</style>\s*</defs>"


@dataclass(frozen=True)
class Key:
    """A line of a chart's legend: a swatch, and what is drawn so.

    The swatch is a patch of colour (`fill`), patterned ("stripes" or "dots") or not, with a `sign` in it; a `line`
    ("solid" or "dashed"); or the sign alone. `narrow` is a line that only a narrow page needs, and
    `ink` the sign's colour where the usual one could not be read on the fill.
    """

    text: str
    fill: str = ""
    pattern: str = ""
    sign: str = ""
    line: str = ""
    narrow: bool = False
    ink: str = ""

    def html(self) -> str:
        """The line as an item of a list; the swatch is for the eye alone."""
        kinds = " ".join(filter(None, ["swatch", self.pattern, self.line, "" if self.fill or self.line else "bare"]))
        looks = filter(None, [self.fill and f"background-color:{self.fill}", self.ink and f"color:{self.ink}"])
        style = f' style="{";".join(looks)}"' if self.fill or self.ink else ""
        only = ' class="only-narrow"' if self.narrow else ""
        swatch = f'<span class="{kinds}"{style} aria-hidden="true">{escape(self.sign)}</span>'
        return f"<li{only}>{swatch}<span>{escape(self.text)}</span></li>"


@dataclass(frozen=True)
class Chart:
    """A drawn figure with everything a reader needs who can't see it.

    `id` is unique in the page; `title` states the finding and `subtitle` the measure, unit, area and period;
    `alt` is the text alternative; `table` holds the data drawn; `wide` and `narrow` are SVG. `legend` says what
    colours and marks mean; `kind` is how the page lays the chart out: "", "map" (its legend beside it where the page
    is wide) or "sheet" (up to a whole printed page).
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
    legend: tuple[Key, ...] = ()
    kind: str = ""

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
        if self.legend:
            keys = "".join(key.html() for key in self.legend)
            drawings = f'<div class="drawn"><ul class="legend">{keys}</ul>{drawings}</div>'
        data = f"<details><summary>Show the figures behind this chart</summary>{self.table.html()}</details>"
        kind = " ".join(filter(None, ["chart", "tall" if self.tall else "", self.kind]))
        return f'<figure class="{kind}" id="chart-{self.id}"><figcaption>{finding}</figcaption>{drawings}{note}{data}</figure>'

    def _drawing(self, kind: str, svg: str) -> str:
        """One drawing, named and described, with ids of its own so that several can stand in one page."""
        own = f"{self.id}-{kind}"
        body = re.sub(r"^.*?<svg", "<svg", svg, flags=re.S)
        body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
        body = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{own}-", body)
        body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
        body, restyled = re.subn(WHOLE_PAGE, "", body)
        names = f'<title id="{own}-title">{escape(self.title)}</title><desc id="{own}-desc">{escape(self.alt)}</desc>'
        ends = ' stroke-linejoin="round" stroke-linecap="butt"' if restyled else ""
        start = f'<svg class="{kind}" role="img" aria-labelledby="{own}-title" aria-describedby="{own}-desc"{ends}'
        return re.sub(r"<svg([^>]*)>", lambda found: f"{start}{found[1]}>{names}", body, count=1)


def make_chart(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    draw: Draw,
    table: Table,
    note: str = "",
    height: float = SERIES_HEIGHT,
    panels: tuple[int, int] = (1, 1),
    legend: tuple[Key, ...] = (),
) -> Chart:
    """Draw a chart twice and gather it with its words and its data.

    `draw` is called with an axes, or with a list of them where `panels` asks for several, and with whether the page is
    narrow. `height` is in inches, of the wide drawing; `panels` is how many panels, and how many side by side on a wide
    page; `legend` says what colours and marks mean. Raises ValueError without a title or a text alternative.
    """
    number, across = panels
    narrow_height = height if height == SERIES_HEIGHT else 1.25 * height
    if across > 1:  # two beside one another on a narrow page
        narrow_height = height * across / 2
    wide = _svg(draw, (WIDE, height), False, number, across)
    narrow = _svg(draw, (NARROW, narrow_height), True, number, min(across, 2))
    return Chart(id, title, subtitle, alt, wide, narrow, table, note, height > TALL, legend)


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


def row_height(number: int, lines: int = 2) -> float:
    """The height in inches of a chart with so many rows, of names folded to so many lines at most (2 fit anyhow)."""
    return 0.8 + 0.31 * number * max(lines, 2) / 2


def names_up(axes: Axes, names: Sequence[str], width: int) -> None:
    """Name the rows of a chart at its left, from the lowest row up, each folded to `width` characters."""
    axes.set_yticks(range(len(names)), [fold(name, width) for name in names])
    axes.set_ylim(-0.6, len(names) - 0.4)


def bar_values(axes: Axes, bars: Sequence[tuple[int, float, str]], room: float, gap: float = 0.01) -> None:
    """Write each bar's value (row, length, text) at its end, in place of an axis.

    `room` is the width of the axes and `gap` the space before the text, both in lengths of the longest bar.
    """
    top = top_of((value for _, value, _ in bars), 1)
    for place, value, text in bars:
        axes.text(value + gap * top, place, text, va="center", color=INK)
    axes.set_xlim(0, top * room)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)


def count_axis(axes: Axes, values: Iterable[float], times: float) -> None:
    """An upright axis of counts: from zero, with thousands commas."""
    axes.set_ylim(0, top_of(values, times))
    axes.yaxis.set_major_formatter(lambda value, _: wording.whole(value))


def top_of(values: Iterable[float], times: float) -> float:
    """The top of an axis: the largest value with room above it; 1 where nothing is above zero."""
    return max((value for value in values if value == value), default=0) * times or 1


def fold(text: str, width: int) -> str:
    """Text broken into lines of at most `width` characters, at spaces; its own line breaks are kept."""
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, width)) or text


def at(series: pd.Series, month: str) -> float:
    """A series' value in a month (or a quarter); NaN, which leaves a gap in a line, where it has none."""
    return float(series[month]) if month in series.index else float("nan")


def percent(part: float, whole: float) -> str:
    """A share for a table's cell, to a decimal; a dash where there is nothing to have a share of."""
    return f"{wording.decimal(100 * part / whole)}%" if whole else DASH
