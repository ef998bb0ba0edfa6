"""Maps: areas shaded by how their rate compares with the whole's, year by year or as kinds of hot spot.

A map knows no extract: shapes, figures and words are the caller's, so figures that are protected before they come
here stay protected. Shading is in five fixed classes that say what they are, from light to dark in one hue, so that
a map means the same in every report and holds in grey. Only whole areas are shaded, and no point within one is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from srp_lib.drawing import INK, QUIET, Chart, Key, fold
from srp_lib.sheet import DOTS, STRIPES, Draw, Sheet, sheet_chart, text_size

if TYPE_CHECKING:
    import pandas as pd

    from srp_lib.display import Table

Shapes = Mapping[str, Sequence[np.ndarray]]  # an area's rings of (longitude, latitude), outer and inner alike
Box = tuple[float, float, float, float]  # left, top, right, bottom
NONE: Mapping[str, object] = MappingProxyType({})
CLASSES = (  # up to but not including this many times the whole's rate, words, colour
    (0.5, "Under half {0}", "#eef3f9"),
    (0.8, "Half to 0.8 of {0}", "#c6d8ec"),
    (1.25, "About {0} (0.8 to 1.25 times)", "#8fb3d9"),
    (2.0, "1.25 to 2 times {0}", "#3f7cb8"),
    (math.inf, "2 times {0} or more", "#123f6d"),
)
NOT_SHOWN = "Not shown: withheld or not known"
DARK = 3  # the class from which on marks are white
WHITE, EDGE, STRIPED = "#ffffff", "#7d8996", "#c6d8ec"
KINDS = (  # fill, pattern's colour, pattern, letter's colour, for up to four kinds in order
    ("#123f6d", "", "", WHITE),
    ("#9dbfe0", INK, STRIPES, INK),
    ("#e4ecf5", QUIET, DOTS, INK),
    ("#6b7681", "", "", WHITE),
)
WIDE, NARROW, WHOLE_PAGE = (
    620,
    288,
    800,
)  # the width of a map in pixels: beside its legend, on a narrow page, small maps
LOWEST = 0.55  # of a map's width, the least that it is high
GAP = 12  # pixels between small maps
FOLD = 12  # characters in a line of a label
NUDGES = [(0.0, 0.0)] + [(x * step, y * step) for step in (7, 14, 21) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]


@dataclass(frozen=True)
class Plane:
    """Where longitudes and latitudes lie on a sheet: a plane true about the middle latitude, north at the top."""

    west: float
    north: float
    across: float
    scale: float
    left: float = 0.0
    top: float = 0.0

    def rings(self, rings: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Rings of longitude and latitude as rings of x and y on the sheet."""
        return [
            np.column_stack(
                (
                    self.left + (ring[:, 0] - self.west) * self.across * self.scale,
                    self.top + (self.north - ring[:, 1]) * self.scale,
                )
            )
            for ring in rings
        ]


@dataclass(frozen=True)
class Extent:
    """The box of longitudes and latitudes that holds all shapes."""

    shapes: Shapes

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """West, east, south, north. Raises ValueError where there is no shape."""
        rings = [ring for rings in self.shapes.values() for ring in rings]
        if not rings:
            raise ValueError("The map has no shapes: supply the boundaries of its areas.")
        every = np.concatenate(rings)
        west, south = every.min(axis=0)
        east, north = every.max(axis=0)
        return float(west), float(east), float(south), float(north)

    @cached_property
    def across(self) -> float:
        """The length of a degree of longitude over that of a degree of latitude, at the middle latitude."""
        return math.cos(math.radians((self.box[2] + self.box[3]) / 2))

    def height(self, width: float) -> float:
        """How high the map is for a width, at most as high as wide."""
        west, east, south, north = self.box
        return width * min(1.0, max(LOWEST, (north - south) / ((east - west) * self.across)))

    def plane(self, width: float, height: float, left: float = 0.0, top: float = 0.0, margin: float = 2.0) -> Plane:
        """The plane on which the shapes fill a box of the sheet, in its middle."""
        west, east, south, north = self.box
        wide, high = (east - west) * self.across, north - south
        scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
        left, top = left + (width - wide * scale) / 2, top + (height - high * scale) / 2
        return Plane(west, north, self.across, scale, left, top)


def label_point(rings: Sequence[np.ndarray]) -> tuple[float, float]:
    """A point well inside an area (in the rings' own coordinates): of a grid of points, that farthest from its edge.

    `rings` are outer and inner rings alike. Raises ValueError where there is none.
    """
    if not len(rings):
        raise ValueError("An area without a shape has no point inside: supply its boundary.")
    starts = np.concatenate(list(rings))
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    low, high = starts.min(axis=0), starts.max(axis=0)
    best = (low + high) / 2
    for _ in range(3):
        steps = np.linspace(0.02, 0.98, 22)
        grid = np.array([(x, y) for y in low[1] + steps * (high - low)[1] for x in low[0] + steps * (high - low)[0]])
        depth = _depth(grid, starts, ends)
        best = grid[int(depth.argmax())]
        reach = (high - low) / 12
        low, high = best - reach, best + reach
    return float(best[0]), float(best[1])


def class_of(ratio: float) -> int | None:
    """Which of the five classes a ratio is in, 0 the lowest; None where it is NaN. A limit is in the class above it."""
    if ratio != ratio:
        return None
    return next(place for place, (limit, _, _) in enumerate(CLASSES) if ratio < limit or limit == math.inf)


def ratio_map(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    shapes: Shapes,
    ratios: pd.Series,
    table: Table,
    *,
    labels: Mapping[str, str] = NONE,
    outlines: Shapes = NONE,
    hatched: Mapping[str, str] = NONE,
    whole: str = "the borough's rate",
    noun: str = "areas",
    note: str = "",
) -> Chart:
    """Areas shaded by their rate over the whole's, in five fixed classes; those without a ratio are dotted.

    `ratios` is indexed by the codes of `shapes`: NaN is withheld or not known, as is an area that it lacks. `labels`
    names areas, or `outlines` (areas drawn over the others, such as wards over neighbourhoods): in words on a wide
    page, by number with a key on a narrow one. `hatched` has the areas in which a rate means little, each with the
    reason: they are striped, and the legend says why. `whole` ends the classes' words and `noun` is the plural of what
    is shaded. Raises ValueError for a code without a shape, or without a title or a text alternative.
    """
    _known(shapes, [*ratios.index, *hatched], "shape")
    _known({**shapes, **outlines}, labels, "shape")
    ranks = {code: class_of(float(ratios.get(code, math.nan))) for code in shapes}
    extent = Extent({**shapes, **outlines})

    def draw(sheet: Sheet, narrow: bool) -> None:
        plane = extent.plane(sheet.width, sheet.height)
        _shade(sheet, plane, shapes, ranks, hatched)
        _outline(sheet, plane, outlines, narrow)
        _name(sheet, plane, {code: (outlines.get(code) or shapes[code]) for code in labels}, labels, narrow)

    legend = (*_classes(ranks.values(), whole, noun), *_reasons(hatched), *_numbers(labels))
    return _chart((id, title, subtitle, alt), draw, extent, table, note, legend)


def small_maps(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    shapes: Shapes,
    ratios: pd.DataFrame,
    table: Table,
    *,
    outlines: Shapes = NONE,
    whole: str = "the borough's rate",
    note: str = "",
) -> Chart:
    """A small map for each column of `ratios` (areas x years, oldest first), all in the classes of `ratio_map`.

    Each year's ratio is over that year's rate of the whole. Raises ValueError for a code without a shape, for no
    year, or without a title or a text alternative.
    """
    _known(shapes, ratios.index, "shape")
    if not len(ratios.columns):
        raise ValueError(f"The maps '{id}' have no year to draw: give a column for each.")
    extent = Extent({**shapes, **outlines})
    ranks = [{code: class_of(float(ratios[year].get(code, math.nan))) for code in shapes} for year in ratios.columns]

    def draw(sheet: Sheet, narrow: bool) -> None:
        across = _across(len(ranks), narrow)
        width, size = (sheet.width - GAP * (across - 1)) / across, 13
        height = extent.height(width)
        for place, (year, own) in enumerate(zip(ratios.columns, ranks)):
            left, top = place % across * (width + GAP), place // across * (height + 2 * size + GAP)
            sheet.text((left + width / 2, top + size), str(year), size, bold=True)
            plane = extent.plane(width, height, left, top + 2 * size)
            _shade(sheet, plane, shapes, own, {}, 0.4)
            _outline(sheet, plane, outlines, narrow=True)

    every = [rank for own in ranks for rank in own.values()]
    sizes = ((width, _maps_height(extent, len(ranks), width, width == NARROW)) for width in (WHOLE_PAGE, NARROW))
    return sheet_chart((id, title, subtitle, alt), draw, *sizes, table, note, _classes(every, whole), "sheet")


def kind_map(
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    shapes: Shapes,
    kinds: Mapping[str, str] | pd.Series,
    meanings: Mapping[str, str],
    table: Table,
    *,
    rest: str = "Neither",
    labels: Mapping[str, str] = NONE,
    outlines: Shapes = NONE,
    noun: str = "areas",
    note: str = "",
) -> Chart:
    """Areas of up to four kinds, told apart by tone, by pattern and by a letter in each.

    `kinds` has the kind of each area by its code ("" or none for the `rest`) and `meanings` what each kind is, in
    the order of the legend: {"persistent": "hot in every year"}. A kind's letter is its first. `labels` and `outlines`
    are as in `ratio_map`. Raises ValueError for a code without a shape, a kind without a meaning, more than four
    kinds, two with one letter, or without a title or a text alternative.
    """
    own = {str(code): str(kind) for code, kind in kinds.items() if kind}
    _known(shapes, own, "shape")
    _known({**shapes, **outlines}, labels, "shape")
    _known(meanings, own.values(), "meaning")
    letters = _first_letters(id, meanings)
    extent = Extent({**shapes, **outlines})

    def draw(sheet: Sheet, narrow: bool) -> None:
        plane = extent.plane(sheet.width, sheet.height)
        _shade_kinds(sheet, plane, shapes, own, list(meanings))
        _outline(sheet, plane, outlines, narrow)
        taken = _letters(sheet, plane, shapes, own, letters, 10 if narrow else 12)
        named = {code: (outlines.get(code) or shapes[code]) for code in labels}
        _name(sheet, plane, named, labels, narrow, taken)

    others = Key(f"{rest} ({_many(len(shapes) - len(own), noun)})", WHITE)
    legend = (*_kind_keys(own, meanings, letters, noun), others, *_numbers(labels))
    return _chart((id, title, subtitle, alt), draw, extent, table, note, legend)


# --- drawing --------------------------------------------------------------------------------------------------


def _chart(
    words: tuple[str, str, str, str], draw: Draw, extent: Extent, table: Table, note: str, legend: tuple[Key, ...]
) -> Chart:
    """One map on a wide page, beside its legend, and on a narrow one."""
    sizes = ((width, extent.height(width)) for width in (WIDE, NARROW))
    return sheet_chart(words, draw, *sizes, table, note, legend, "map")


def _shade(
    sheet: Sheet,
    plane: Plane,
    shapes: Shapes,
    ranks: Mapping[str, int | None],
    hatched: Mapping[str, str],
    width: float = 0.8,
) -> None:
    """Every area in the colour of its class; dots where it has none, stripes where a rate means little."""
    for place, (_, _, fill) in enumerate(CLASSES):
        sheet.shape(_of(plane, shapes, (code for code in shapes if ranks[code] == place)), fill, EDGE, width)
    unknown = _of(plane, shapes, (code for code in shapes if ranks[code] is None))
    sheet.shape(unknown, WHITE, EDGE, width)
    sheet.shape(unknown, QUIET, pattern=DOTS)
    for dark, colour in ((False, INK), (True, WHITE)):
        striped = (code for code in hatched if (ranks[code] is not None and ranks[code] >= DARK) == dark)
        sheet.shape(_of(plane, shapes, striped), colour, pattern=STRIPES)


def _shade_kinds(sheet: Sheet, plane: Plane, shapes: Shapes, own: Mapping[str, str], kinds: Sequence[str]) -> None:
    sheet.shape(_of(plane, shapes, (code for code in shapes if code not in own)), WHITE, EDGE)
    for kind, (fill, colour, pattern, _) in zip(kinds, KINDS):
        rings = _of(plane, shapes, (code for code in shapes if own.get(code) == kind))
        sheet.shape(rings, fill, EDGE)
        if pattern:
            sheet.shape(rings, colour, INK, pattern=pattern)


def _first_letters(id: str, meanings: Mapping[str, str]) -> dict[str, str]:
    """The letter of each kind of a map."""
    letters = {kind: kind[0].upper() for kind in meanings}
    if len(meanings) > len(KINDS) or len(set(letters.values())) < len(letters):
        raise ValueError(
            f"The map '{id}' can show {len(KINDS)} kinds at most, and each needs a first letter of its own."
        )
    return letters


def _kind_keys(
    own: Mapping[str, str], meanings: Mapping[str, str], letters: Mapping[str, str], noun: str
) -> Iterable[Key]:
    """The legend's line of each kind, with how many areas are of it."""
    held = list(own.values())
    for (kind, meaning), (fill, _, pattern, ink) in zip(meanings.items(), KINDS):
        words = f"{kind.capitalize()}: {meaning} ({_many(held.count(kind), noun)})"
        yield Key(words, fill, pattern, letters[kind], ink=ink)


def _letters(
    sheet: Sheet,
    plane: Plane,
    shapes: Shapes,
    own: Mapping[str, str],
    letters: Mapping[str, str],
    size: float,
) -> list[Box]:
    """The letter of its kind in each area, and the boxes that the letters take up."""
    kinds, boxes = list(letters), []
    for code, kind in own.items():
        _, _, pattern, colour = KINDS[kinds.index(kind)]
        point = label_point(plane.rings(shapes[code]))
        sheet.text(point, letters[kind], size, colour=colour, bold=True, halo=bool(pattern))
        boxes.append(_box(point, letters[kind], size, bold=True))
    return boxes


def _outline(sheet: Sheet, plane: Plane, outlines: Shapes, narrow: bool) -> None:
    """Areas drawn over the others, as a dark line on a pale one so that it shows on every class."""
    rings = _of(plane, outlines, outlines)
    sheet.line(rings, WHITE, 2.4 if narrow else 3.2)
    sheet.line(rings, INK, 1.0 if narrow else 1.4)


def _name(
    sheet: Sheet,
    plane: Plane,
    shapes: Shapes,
    labels: Mapping[str, str],
    narrow: bool,
    taken: Sequence[Box] = (),
) -> None:
    """Each label in its area, small areas first, moved a little where it would stand on another; numbers if narrow."""
    size, boxes = 11 if narrow else 12, list(taken)
    words = {
        code: str(number) if narrow else fold(label, FOLD) for number, (code, label) in enumerate(labels.items(), 1)
    }
    rings = {code: plane.rings(shapes[code]) for code in labels}
    for code in sorted(labels, key=lambda code: float(np.ptp(np.concatenate(rings[code]), axis=0).prod())):
        middle = label_point(rings[code])
        places = [_within(sheet, (middle[0] + x, middle[1] + y), words[code], size, narrow) for x, y in NUDGES]
        costs = [_cost(_box(place, words[code], size, narrow), boxes) + math.dist(place, middle) for place in places]
        best = places[costs.index(min(costs))]
        boxes.append(_box(best, words[code], size, narrow))
        sheet.text(best, words[code], size, bold=narrow, halo=True)


def _box(middle: Sequence[float], words: str, size: float, bold: bool) -> Box:
    """Left, top, right and bottom of words about a point."""
    width, height = text_size(words, size, bold)
    return middle[0] - width / 2, middle[1] - height / 2, middle[0] + width / 2, middle[1] + height / 2


def _within(sheet: Sheet, middle: tuple[float, float], words: str, size: float, bold: bool) -> tuple[float, float]:
    """The point nearest to another about which words stand on the sheet."""
    width, height = text_size(words, size, bold)
    return (
        max(min(middle[0], sheet.width - width / 2), width / 2),
        max(min(middle[1], sheet.height - height / 2), height / 2),
    )


def _cost(box: Box, others: Iterable[Box]) -> float:
    """How badly a label would stand: what it covers of others, in square pixels."""
    return sum(
        max(0.0, min(box[2], one[2]) - max(box[0], one[0])) * max(0.0, min(box[3], one[3]) - max(box[1], one[1]))
        for one in others
    )


def _of(plane: Plane, shapes: Shapes, codes: Iterable[str]) -> list[np.ndarray]:
    """The rings of some areas, on the sheet."""
    return [ring for code in codes for ring in plane.rings(shapes[code])]


def _depth(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How far points lie from the nearest edge of an area: above zero inside it, below zero outside."""
    (x, y), (x1, y1), (x2, y2) = (points.T[:, :, None], starts.T, ends.T)
    across = np.where(y1 == y2, 1, y2 - y1)
    crossed = ((y1 > y) != (y2 > y)) & (x < x1 + (x2 - x1) * (y - y1) / across)
    inside = crossed.sum(axis=1) % 2 == 1
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / np.where(length == 0, 1, length)
    along = np.clip(along, 0, 1)
    near = np.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)).min(axis=1)
    return np.where(inside, near, -near)


# --- legends --------------------------------------------------------------------------------------------------


def _classes(ranks: Iterable[int | None], whole: str, noun: str = "") -> tuple[Key, ...]:
    """A line for each class, the highest first, with how many areas are in it where `noun` says of what."""
    every = list(ranks)
    places = [(place, words.format(whole), fill, "") for place, (_, words, fill) in enumerate(CLASSES)]
    if None in every:
        places.insert(0, (None, NOT_SHOWN, WHITE, DOTS))
    return tuple(
        Key(f"{words} ({_many(every.count(place), noun)})" if noun else words, fill, pattern)
        for place, words, fill, pattern in reversed(places)
    )


def _reasons(hatched: Mapping[str, str]) -> list[Key]:
    """A line for stripes: each reason with how many areas it is of."""
    reasons = list(hatched.values())
    told = [f"{reason} ({reasons.count(reason)})" for reason in dict.fromkeys(reasons)]
    return [Key(f"Striped: the rate means little. {'; '.join(told)}", STRIPED, STRIPES)] if told else []


def _numbers(labels: Mapping[str, str]) -> list[Key]:
    """What the numbers of a narrow map stand for."""
    return [
        Key(" ".join(label.split()), sign=str(number), narrow=True) for number, label in enumerate(labels.values(), 1)
    ]


def _many(number: int, noun: str) -> str:
    return f"{number} {noun.removesuffix('s') if number == 1 else noun}"


def _maps_height(extent: Extent, number: int, width: float, narrow: bool) -> float:
    """How high so many small maps stand on a sheet of a width."""
    across = _across(number, narrow)
    each = extent.height((width - GAP * (across - 1)) / across) + 26 + GAP
    return -(-number // across) * each - GAP


def _across(number: int, narrow: bool) -> int:
    """How many small maps stand beside one another."""
    return min(number, 2 if narrow else 4)


def _known(held: Mapping[str, object], wanted: Iterable[str], what: str) -> None:
    missing = sorted({str(code) for code in wanted} - set(held))
    if missing:
        raise ValueError(f"{len(missing)} of the map's areas have no {what}, such as '{missing[0]}': supply it.")
