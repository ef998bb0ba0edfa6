"""Sheet: an empty drawing, of a size in pixels, on which maps and many-panelled charts are put down as SVG.

Where matplotlib would bring axes that a map has not, or thirty sets of them, a sheet holds only what is drawn:
a few kilobytes, in milliseconds, the same bytes each time. x runs to the right and y down, from the upper left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from srp_lib.drawing import INK, Chart, Key

if TYPE_CHECKING:
    from srp_lib.display import Table

STRIPES, DOTS = "stripes", "dots"
PATTERNS = {  # the size of a tile, its turn and what is drawn in it
    STRIPES: (6, 45, '<path d="M3 0v6" stroke="{0}" stroke-width="1.6"/>'),
    DOTS: (6, 0, '<circle cx="3" cy="3" r="1.1" fill="{0}"/>'),
}
LINE_HEIGHT = 1.15  # of the size of the letters
LETTER, CAPITAL, BOLD = 0.63, 0.76, 1.13  # widths in the widest usual face (DejaVu Sans), of the size of the letters
OTHER_LETTERS = {
    **dict.fromkeys("ijlIJ.,:;'’| ", 0.33), **dict.fromkeys("frt-–()/", 0.43), **dict.fromkeys("mwMW%@+−—", 0.96),
}  # fmt: skip


@dataclass
class Sheet:
    """A drawing in the making: `width` and `height` in pixels; each method puts one thing on top of those before."""

    width: float
    height: float
    _parts: list[str] = field(default_factory=list)
    _patterns: dict[str, str] = field(default_factory=dict)

    def shape(
        self, rings: Iterable[np.ndarray], fill: str, edge: str = "", width: float = 0.8, pattern: str = ""
    ) -> None:
        """Closed rings (arrays of x, y) filled as one, with an edge or without; what two rings hold both is a hole.

        With a `pattern` (STRIPES or DOTS) `fill` is the colour of its marks, on what is already there.
        """
        path = "".join(_path(ring, closed=True) for ring in rings)
        if not path:
            return
        paint = self._pattern(pattern, fill) if pattern else fill
        line = f' stroke="{edge}" stroke-width="{width:g}" stroke-linejoin="round"' if edge else ""
        self._parts.append(f'<path fill="{paint}" fill-rule="evenodd"{line} d="{path}"/>')

    def line(self, runs: Iterable[np.ndarray], colour: str, width: float = 1.0, dash: str = "") -> None:
        """Lines through points (arrays of x, y), the same for all; a run of one point is a dot as wide as the line."""
        path = "".join(_path(run, closed=False) for run in runs)
        dashes = f' stroke-dasharray="{dash}"' if dash else ' stroke-linecap="round"'
        if path:
            style = f'stroke="{colour}" stroke-width="{width:g}"{dashes} stroke-linejoin="round"'
            self._parts.append(f'<path fill="none" {style} d="{path}"/>')

    def dots(self, points: Iterable[Sequence[float]], colour: str, size: float) -> None:
        """Round dots of a diameter, all of one colour."""
        self.line([np.array([point]) for point in points], colour, size)

    def text(
        self,
        at: Sequence[float],
        words: str,
        size: float,
        anchor: str = "middle",
        colour: str = INK,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Words at a point: their middle, start or end across, and the middle of their lines upright.

        Line breaks are kept. A `halo` is a white edge that parts the letters from what they stand on.
        """
        lines = words.split("\n")
        first = at[1] + size * (0.35 - LINE_HEIGHT * (len(lines) - 1) / 2)
        look = f' font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"'
        look += ' font-weight="bold"' if bold else ""
        look += ' paint-order="stroke" stroke="#fff" stroke-width="3" stroke-linejoin="round"' if halo else ""
        spans = "".join(
            f'<tspan x="{_tenth(at[0])}" y="{_tenth(first + place * size * LINE_HEIGHT)}">{escape(line)}</tspan>'
            for place, line in enumerate(lines)
        )
        self._parts.append(f"<text{look}>{spans}</text>")

    def svg(self) -> str:
        """The drawing as SVG text."""
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        patterns = f"<defs>{''.join(self._patterns.values())}</defs>" if self._patterns else ""
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{patterns}{"".join(self._parts)}</svg>'

    def _pattern(self, kind: str, colour: str) -> str:
        tile, turn, marks = PATTERNS[kind]
        name = f"{kind}-{colour.lstrip('#')}"
        self._patterns[name] = (
            f'<pattern id="{name}" width="{tile}" height="{tile}" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({turn})">{marks.format(colour)}</pattern>'
        )
        return f"url(#{name})"


Draw = Callable[[Sheet, bool], None]  # onto a sheet, for a narrow page or not


def sheet_chart(
    words: tuple[str, str, str, str],
    draw: Draw,
    wide: tuple[float, float],
    narrow: tuple[float, float],
    table: Table,
    note: str = "",
    legend: Sequence[Key] = (),
    kind: str = "",
) -> Chart:
    """A chart drawn on sheets of two sizes, for wide and for narrow pages.

    `words` are its id, title, subtitle and text alternative, and `kind` as in `Chart`. Raises ValueError without a
    title or a text alternative.
    """
    sheets = Sheet(*wide), Sheet(*narrow)
    for sheet, is_narrow in zip(sheets, (False, True)):
        draw(sheet, is_narrow)
    return Chart(*words, *(sheet.svg() for sheet in sheets), table, note, legend=tuple(legend), kind=kind)


def text_size(words: str, size: float, bold: bool = False) -> tuple[float, float]:
    """How wide and how high words stand, in pixels, in the widest usual face; line breaks are kept."""
    lines = words.split("\n")
    width = max(sum(_letter(letter) for letter in line) for line in lines)
    return width * size * (BOLD if bold else 1), len(lines) * LINE_HEIGHT * size


def _letter(letter: str) -> float:
    return OTHER_LETTERS.get(letter, CAPITAL if letter.isupper() or letter == "&" else LETTER)


def _path(points: np.ndarray, closed: bool) -> str:
    """Points to a tenth of a pixel as steps from one to the next; points that fall together are one."""
    tenths = np.rint(np.asarray(points, dtype=float) * 10).astype(int)
    moved = np.diff(tenths, axis=0)
    steps = moved[moved.any(axis=1)]
    if closed and len(steps) and not (tenths[0] - tenths[-1]).any():
        steps = steps[:-1]  # closing draws the last one
    start = f"M{_pair(tenths[0])}"
    drawn = f"l{' '.join(map(_pair, steps.tolist()))}".replace(" -", "-") if len(steps) else "h0"
    return start + drawn + ("z" if closed else "")


def _pair(tenths: Sequence[int]) -> str:
    return f"{_number(tenths[0])} {_number(tenths[1])}".replace(" -", "-")


def _tenth(value: float) -> str:
    return _number(round(value * 10))


def _number(tenths: int) -> str:
    """A number of tenths, as short as SVG allows."""
    whole, rest = divmod(abs(int(tenths)), 10)
    text = f"{whole or ''}.{rest}" if rest else f"{whole}"
    return f"-{text}" if tenths < 0 else text
