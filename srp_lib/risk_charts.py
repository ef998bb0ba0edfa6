"""Charts of risk: issues by harm and likelihood, each named beside its dot, or numbered where the page is narrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from srp_lib.drawing import INK, NOW, QUIET, RULE, Chart, Key, fold
from srp_lib.sheet import Sheet, sheet_chart, text_size

if TYPE_CHECKING:
    import pandas as pd

    from srp_lib.display import Table
    from srp_lib.risk import Scale

WIDE, NARROW = (800, 470), (288, 320)  # pixels
SMALL, TEXT = 11, 12.5  # the size of letters: of axes, of names
MOST_TICKS, MOST_LINES = 11, 4  # of a scale with many scores
DOT, RING = 11, 6.5  # the size of a dot, and of the hole of one that is not among the highest
LETTERS = 22  # of a name in a line
Some = TypeVar("Some")
MARGIN = 0.25  # of a score, around the scale
AWAY = (8, 16, 26, 38, 52, 70, 92, 120)  # pixels from a dot to its name, nearest first
TURNS = (0, 180, 90, 270, 30, 330, 150, 210, 60, 300, 120, 240)  # degrees, the right first
ROUNDS, STEP = 3, 5  # how often names are placed anew, and pixels between points that stand for a line
Box = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]


def matrix(id: str, title: str, subtitle: str, alt: str, points: pd.DataFrame, scale: Scale, table: Table, *, note: str = "", top: str = "") -> Chart:  # fmt: skip
    """Issues as dots by likelihood (across) and harm (upright), with lines of equal risk.

    `points` has name, harm, likelihood and top (bool: filled and dark), the highest risk first; `top` says what those
    filled are. Raises ValueError for no point, and without a title or a text alternative.
    """
    if not len(points):
        raise ValueError(f"The chart '{id}' has no issue to draw.")
    legend = _keys(points, top)

    def draw(sheet: Sheet, narrow: bool) -> None:
        box = (34.0 if narrow else 118.0, 8.0, sheet.width - 10.0, sheet.height - 46.0)
        across, up = _axes(sheet, box, scale, narrow)
        taken = _equal_risk(sheet, box, scale, across, up)
        dots = [(across(row.likelihood), up(row.harm)) for row in points.itertuples()]
        names = [str(place) if narrow else fold(name, LETTERS) for place, name in enumerate(points["name"], 1)]
        _label(sheet, box, dots, names, list(points["top"]), taken)

    return sheet_chart((id, title, subtitle, alt), draw, WIDE, NARROW, table, note, legend, "sheet")


def _keys(points: pd.DataFrame, top: str) -> tuple[Key, ...]:
    """What the marks mean and, for a narrow page, whose number is whose."""
    some, all_of_them = bool(points["top"].any()), bool(points["top"].all())
    marks = [Key(top, sign="\N{BLACK CIRCLE}", ink=NOW)] if some else []
    marks += [] if all_of_them else [Key("Other issues", sign="\N{WHITE CIRCLE}", ink=QUIET)]
    numbers = [Key(name, sign=str(place), narrow=True) for place, name in enumerate(points["name"], 1)]
    return (*marks, Key("Equal risk all along a line", line="dashed"), *numbers)


def _axes(
    sheet: Sheet, box: Box, scale: Scale, narrow: bool
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Rules at every score with its number, and where the page is wide its label; how scores become pixels."""
    low, high = scale.lowest - MARGIN, scale.highest + MARGIN
    left, top, right, bottom = box

    def across(score: float) -> float:
        return left + (score - low) / (high - low) * (right - left)

    def up(score: float) -> float:
        return bottom - (score - low) / (high - low) * (bottom - top)

    room = (right - left) / (high - low)
    for score, label in _thinned(sorted(scale.scores.items()), MOST_TICKS):
        sheet.line([np.array([(across(score), top), (across(score), bottom)])], RULE, 0.8)
        sheet.line([np.array([(left, up(score)), (right, up(score))])], RULE, 0.8)
        said = f"{score} {label}".strip()
        fits = not narrow and text_size(said, SMALL)[0] <= min(room, left - 26)
        sheet.text((across(score), bottom + 12), said if fits else str(score), SMALL, colour=QUIET)
        sheet.text((left - 6, up(score)), said if fits else str(score), SMALL, "end", QUIET)
    sheet.text(((left + right) / 2, sheet.height - 10), "Likelihood \N{RIGHTWARDS ARROW}", SMALL + 1, bold=True)
    sheet.text((left + 4, top + 6), "\N{UPWARDS ARROW} Harm", SMALL + 1, "start", bold=True, halo=True)
    return across, up


def _thinned(every: Sequence[Some], most: int) -> Sequence[Some]:
    """Every one of them, or each so manieth where there are more than `most`."""
    return every[:: -(-len(every) // most)] if every else every


def _equal_risk(
    sheet: Sheet, box: Box, scale: Scale, across: Callable[[float], float], up: Callable[[float], float]
) -> list[Box]:
    """Dashed lines of equal risk through the points where harm and likelihood are the same score; what they fill."""
    left, top, right, bottom = box
    taken = [(left, top - 4, left + text_size("\N{UPWARDS ARROW} Harm", SMALL + 1, bold=True)[0] + 8, top + 16)]
    steps = np.linspace(scale.lowest - MARGIN, scale.highest + MARGIN, 60)
    for score in _thinned(sorted(scale.scores)[1:-1], MOST_LINES):
        level = float(scale.across_parts(np.array(score), np.array(score)))
        harms = level / steps if scale.across == "product" else level - steps
        line = np.array([(across(one), up(harm)) for one, harm in zip(steps, harms) if top <= up(harm) <= bottom])
        sheet.line([line], QUIET, 0.8, "3 4")
        words, (x, y) = f"risk {level:g}", line[-1]
        width, height = text_size(words, SMALL)
        x, y = min(x, right - 2), min(max(y - height / 2 - 2, top + height), bottom - height / 2)
        sheet.text((x, y), words, SMALL, "end", QUIET, halo=True)
        taken.append((x - width, y - height / 2, x, y + height / 2))
    return taken


def _label(
    sheet: Sheet, box: Box, dots: Sequence[Point], names: Sequence[str], top: Sequence[bool], taken: Sequence[Box]
) -> None:
    """The dots and, where each has room, its name: the highest risk first, a line from a dot to a name further off."""
    sizes = [text_size(name, TEXT, bold) for name, bold in zip(names, top)]
    spots = _spots(box, dots, sizes, taken)
    for dot, spot, size in zip(dots, spots, sizes):
        end = _nearest(dot, _around(spot, size))
        if math.dist(dot, end) > 1.5 * AWAY[0]:
            sheet.line([np.array([dot, end])], QUIET, 0.8)
    for kind, colour in ((True, NOW), (False, QUIET)):
        sheet.dots([dot for dot, one in zip(dots, top) if one is kind], colour, DOT)
    sheet.dots([dot for dot, one in zip(dots, top) if not one], "#fff", RING)
    for spot, name, bold in zip(spots, names, top):
        sheet.text(spot, name, TEXT, colour=INK, bold=bold, halo=True)


def _spots(box: Box, dots: Sequence[Point], sizes: Sequence[tuple[float, float]], taken: Sequence[Box]) -> list[Point]:
    """Where the middle of each dot's name stands, so that names keep off each other, the dots and the lines to names.

    Each is placed in turn, and then again as the others have come to stand.
    """
    marks = [_around(dot, (DOT, DOT)) for dot in dots]
    spots: dict[int, Point] = {}
    for _ in range(ROUNDS):
        for place, (dot, size) in enumerate(zip(dots, sizes)):
            others = [other for other in spots if other != place]
            words = [_around(spots[other], sizes[other]) for other in others]
            ends = [_nearest(dots[other], box_) for other, box_ in zip(others, words)]
            lines = [_around(point, (2, 2)) for other, end in zip(others, ends) for point in _along(dots[other], end)]
            solid = [*words, *(mark for other, mark in enumerate(marks) if other != place)] or [(0, 0, 0, 0)]
            spots[place] = _room(dot, size, box, np.array([*taken, *marks, *words, *lines]), np.array(solid))
    return [spots[place] for place in range(len(dots))]


def _room(dot: Point, size: tuple[float, float], box: Box, blocks: np.ndarray, solid: np.ndarray) -> Point:
    """The middle of the nearest place for a name about a dot that covers least and whose line crosses least.

    `blocks` are not to be covered by the name, `solid` not to be crossed by the line to it.
    """
    best, found = math.inf, dot
    for away in AWAY:
        for place, turn in enumerate(TURNS):
            angle = math.radians(turn)
            middle = tuple(at + way * (away + side / 2) for at, way, side in zip(dot, (math.cos(angle), math.sin(angle)), size))  # fmt: skip
            own = _around(middle, size)
            cost = 100 * (_overlap(own, blocks) + _outside(own, box)) + away + place
            if cost < best:
                crossed = sum(_overlap(_around(point, (2, 2)), solid) for point in _along(dot, _nearest(dot, own)))
                if cost + 100 * crossed < best:
                    best, found = cost + 100 * crossed, middle
    return found


def _around(middle: Point, size: tuple[float, float]) -> Box:
    """The box of a size about a point."""
    return middle[0] - size[0] / 2, middle[1] - size[1] / 2, middle[0] + size[0] / 2, middle[1] + size[1] / 2


def _along(start: Point, end: Point) -> list[Point]:
    """Points every few pixels along a line, without its ends."""
    number = int(math.dist(start, end) // STEP)
    return [tuple(a + (b - a) * part / (number + 1) for a, b in zip(start, end)) for part in range(1, number + 1)]


def _overlap(words: Box, blocks: np.ndarray) -> float:
    """The area, in pixels, that words share with what is there already."""
    width = np.minimum(words[2], blocks[:, 2]) - np.maximum(words[0], blocks[:, 0])
    height = np.minimum(words[3], blocks[:, 3]) - np.maximum(words[1], blocks[:, 1])
    return float((np.clip(width, 0, None) * np.clip(height, 0, None)).sum())


def _outside(words: Box, box: Box) -> float:
    """How far words stick out of the box, as an area."""
    out = max(0.0, box[0] - words[0]) + max(0.0, words[2] - box[2])
    return 20 * (out + max(0.0, box[1] - words[1]) + max(0.0, words[3] - box[3]))


def _nearest(dot: Point, words: Box) -> Point:
    """The point of a box nearest to a dot."""
    return min(max(dot[0], words[0]), words[2]), min(max(dot[1], words[1]), words[3])
