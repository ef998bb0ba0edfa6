"""Maps and charts of places: each figure once and in its place, and words that can be read where they stand."""

from __future__ import annotations

import functools
import itertools
import math
import re
import xml.etree.ElementTree as xml
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font, LoadFlags

from srp_lib import maps, place_charts, places
from srp_lib.display import Table
from srp_lib.drawing import INK, NOW, RULE, Chart, Key
from srp_lib.maps import CLASSES, KINDS, NOT_SHOWN, class_of, kind_map, label_point, ratio_map, small_maps
from srp_lib.place_charts import LIMIT, OTHERS, WIDE_LIMIT, funnel, funnels, panels, ranges
from srp_lib.sheet import DOTS, STRIPES, Sheet, text_size

NAMES = (
    "Kilnhurst & Swinton East", "Stockton-on-Tees", "Rotherham", "Anston & Woodsetts", "North East Lincolnshire",
    "Bournemouth, Christchurch and Poole", "Wath", "King’s Lynn and West Norfolk", "Mmmmmmmmmmmmmmmm Wwwwwwwwwwwww",
)  # fmt: skip
TABLE = Table("Figures", ("Area", "Rate"), (("A", "1"),))
WORDS = ("test", "Most is here", "Rate, Rotherham, 2020-21", "Map. Most is here.")
MONTHS = pd.period_range("2019-01", periods=47, freq="M").astype(str)


def square(x: float, y: float, side: float = 1.0) -> np.ndarray:
    return np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)], dtype=float)


def grid(columns: int, rows: int, south: float = 53.0, side: float = 0.1) -> dict[str, list[np.ndarray]]:
    """Square areas "a00" on from the south-west, eastward and then north, of so many degrees."""
    places = itertools.product(range(rows), range(columns))
    return {f"a{y}{x}": [square(x * side - 1.5, south + y * side, side)] for y, x in places}


SHAPES = grid(4, 3)
RATIOS = pd.Series([0.1, 0.6, 0.7, 1.0, 1.1, 1.2, 1.5, 1.9, 2.0, 5.0, np.nan], index=list(SHAPES)[:11])
HATCHED = {"a00": "Few live here", "a21": "Few live here", "a02": "Visitors"}
LABELS = dict(zip(SHAPES, NAMES))
KIND_OF = {"a00": "persistent", "a01": "persistent", "a10": "emerging", "a23": ""}
MEANINGS = {"persistent": "hot in every year", "emerging": "hot lately"}
RANGES = pd.DataFrame(
    {
        "name": NAMES, "value": [103.4, -20, 30, 14, 5, 66, 1, 0, -88], "lower": [80, -30, 10, 4, -3, 50, -9, -40, -np.inf],
        "upper": [120, -9, 60, 25, 14, np.inf, 11, 60, -20], "highlight": [True, False, False] * 3,
    }
)  # fmt: skip
PEOPLE = pd.Series(np.geomspace(20_000, 900_000, 40).round(), index=[f"E{place}" for place in range(40)])
COUNTS = pd.Series(np.random.default_rng(1).poisson(PEOPLE * 0.01 * np.exp(np.sin(np.arange(40)) / 3)), PEOPLE.index)


def limits(counts: pd.Series, people: pd.Series = PEOPLE) -> tuple[pd.DataFrame, pd.Series, float]:
    rate = counts.sum() / people.sum()
    return places.funnel(counts, people * rate), people, rate


POINT = limits(COUNTS)


def of_ratios(words: Sequence[str] = WORDS, **more: object) -> Chart:
    return ratio_map(*words, SHAPES, RATIOS, TABLE, **{"labels": LABELS, "hatched": HATCHED, **more})


def of_years(words: Sequence[str] = WORDS, years: int = 5) -> Chart:
    return small_maps(
        *words, SHAPES, pd.DataFrame({f"20{19 + year}-{20 + year}": RATIOS for year in range(years)}), TABLE
    )


def of_kinds(words: Sequence[str] = WORDS, **more: object) -> Chart:
    return kind_map(*words, SHAPES, KIND_OF, MEANINGS, TABLE, **{"labels": LABELS, **more})


def of_series(words: Sequence[str] = WORDS, number: int = 9) -> Chart:
    rise = pd.Series(range(1_000_000, 1_000_047), index=MONTHS)
    return panels(*words, dict.fromkeys(NAMES[:number], rise), TABLE)


def of_intervals(words: Sequence[str] = WORDS, rows: pd.DataFrame = RANGES, **more: object) -> Chart:
    return ranges(*words, rows, TABLE, **more)


def of_funnel(words: Sequence[str] = WORDS, own: str = "E9", name: str = NAMES[5], point: tuple | None = None) -> Chart:
    rows, people, rate = point or POINT
    return funnel(*words, rows, dict.fromkeys(people.index, name), own, ["E3", "E4"], people, rate, TABLE)


def of_funnels(words: Sequence[str] = WORDS, own: str = "E9") -> Chart:
    labels = ("Possession of weapons", "Theft from the person", "Miscellaneous crimes against society", *NAMES[:3])
    return funnels(*words, dict.fromkeys(labels, POINT), own, ["E3"], NAMES[5], TABLE)


CHARTS = {
    "ratios": of_ratios, "years": of_years, "kinds": of_kinds, "panels": of_series,
    "few panels": lambda words=WORDS: of_series(words, 2), "changes": lambda words=WORDS: of_intervals(words, reference=0.0, unit="%"),
    "ranges": lambda words=WORDS: of_intervals(words, RANGES.assign(value=RANGES["value"] + 123_456)),
    "funnel": of_funnel, "funnels": of_funnels,
    "last in the funnel": lambda words=WORDS: of_funnel(words, "E39"), "first in the funnel": lambda words=WORDS: of_funnel(words, "E0"),
}  # fmt: skip


@functools.cache
def chart_of(kind: str) -> Chart:
    return CHARTS[kind]()


# --- reading a drawing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """A line of text of a drawing, with its box in the widest usual face."""

    text: str
    left: float
    right: float
    middle: float
    size: float
    colour: str

    def meets(self, other: Word) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > 0 and abs(self.middle - other.middle) < (self.size + other.size) * 0.4


@functools.cache
def face(bold: bool) -> FT2Font:
    font = FT2Font(str(Path(get_data_path(), "fonts/ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")))
    font.set_size(100, 72)
    return font


@functools.cache
def measured(text: str, bold: bool) -> float:
    """The width of text in DejaVu Sans, of its size."""
    face(bold).set_text(text, 0, LoadFlags.NO_HINTING)
    return face(bold).get_width_height()[0] / 64 / 100


def of_tag(svg: str, tag: str) -> list[xml.Element]:
    return list(xml.fromstring(svg).iter(f"{{http://www.w3.org/2000/svg}}{tag}"))


def words_of(svg: str) -> list[Word]:
    found = []
    for text in of_tag(svg, "text"):
        size, bold = float(text.get("font-size")), text.get("font-weight") == "bold"
        for line in text:
            width, x = measured(line.text or "", bold) * size, float(line.get("x"))
            left = x - width * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")]
            found.append(
                Word(line.text or "", left, left + width, float(line.get("y")) - 0.35 * size, size, text.get("fill"))
            )
    return found


def runs(path: str) -> list[np.ndarray]:
    """The points of each run of a path of steps."""
    found = []
    for run in re.findall(r"M([^M]*)", path):
        pairs = np.array(re.findall(r"-?(?:\d+\.?\d*|\.\d+)", run.replace("h0", "")), dtype=float).reshape(-1, 2)
        found.append(pairs.cumsum(axis=0))
    return found


def drawn(svg: str, **looks: str) -> list[np.ndarray]:
    """The runs of all paths with these attributes."""
    wanted = {name.replace("_", "-"): value for name, value in looks.items()}
    return [
        run
        for path in of_tag(svg, "path")
        if all(path.get(name) == value for name, value in wanted.items()) and path.get("d")
        for run in runs(path.get("d"))
    ]


def middles(rings: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    return sorted((round(float(x)), round(float(y))) for x, y in ((ring.min(0) + ring.max(0)) / 2 for ring in rings))


def both(chart: Chart) -> tuple[str, str]:
    return chart.wide, chart.narrow


def keys(chart: Chart) -> list[str]:
    return [key.text for key in chart.legend]


def told(chart: Chart) -> list[int]:
    """How many areas each line of a legend says."""
    return [int(found[1]) for key in keys(chart) if (found := re.search(r"\((\d+) areas?\)$", key))]


# --- every chart ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CHARTS)
def test_every_drawing_is_sound_the_same_twice_and_small(kind: str) -> None:
    chart = chart_of(kind)
    assert chart.html() == CHARTS[kind]().html()
    for svg, width in zip(both(chart), (800 if chart.kind != "map" else 620, 288)):
        root = xml.fromstring(svg)
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}" and root.get("width") == str(
            width
        )
        assert "nan" not in re.sub(r"<tspan.*?</tspan>", "", svg) and "inf" not in svg and len(svg) < 40_000
    identities = re.findall(r'\bid="([^"]+)"', chart.html())
    assert len(identities) == len(set(identities))
    assert set(re.findall(r"url\(#([^)]+)\)", chart.html())) <= set(identities)


@pytest.mark.parametrize("kind", CHARTS)
def test_no_word_runs_off_a_drawing_or_into_another(kind: str) -> None:
    for svg in both(chart_of(kind)):
        root, words = xml.fromstring(svg), words_of(svg)
        outside = [
            word
            for word in words
            if word.left < -0.1
            or word.right > float(root.get("width")) + 0.1
            or not 0.4 * word.size <= word.middle <= float(root.get("height")) - 0.4 * word.size
        ]
        assert words and not outside
        assert not [(one.text, two.text) for one, two in itertools.combinations(words, 2) if one.meets(two)]


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("lacking", [1, 3])
def test_a_chart_without_a_title_or_a_text_alternative_is_refused(kind: str, lacking: int) -> None:
    words = [word if place != lacking else " " for place, word in enumerate(WORDS)]
    with pytest.raises(ValueError, match="needs a title and a text alternative"):
        CHARTS[kind](words)


@pytest.mark.parametrize("kind", ["ratios", "years", "kinds", "funnel", "funnels"])
def test_a_legend_says_in_words_what_its_swatches_show(kind: str) -> None:
    chart = chart_of(kind)
    items = re.findall(r"<li[^>]*>(<span[^>]*>[^<]*</span>)<span>([^<]+)</span></li>", chart.html())
    assert len(items) == len(chart.legend) == len(set(keys(chart))) and all(
        'aria-hidden="true"' in one for one, _ in items
    )
    looks = [(key.fill, key.pattern, key.sign, key.line) for key in chart.legend]
    assert len(looks) == len(set(looks)) and all(any(look) for look in looks)


def test_words_are_as_wide_as_in_the_widest_usual_face_and_not_far_wider() -> None:
    for name, bold in itertools.product(NAMES, (False, True)):
        assert measured(name, bold) * 12 <= text_size(name, 12, bold)[0] <= 1.2 * measured(name, bold) * 12
    assert text_size("a\nbb", 10)[0] == text_size("bb", 10)[0] and text_size("a\nb", 10)[1] == 2 * text_size("a", 10)[1]


def test_a_name_is_never_read_as_markup() -> None:
    names = {"a00": "<script>", "a01": '"&x'}
    charts = [
        of_ratios(labels=names, hatched={"a00": "<script>"}, whole="<script>", note="<script>"),
        of_kinds(labels=names, rest="<script>"),
        panels(*WORDS, {"<script>": pd.Series([1], index=["2020-01"])}, TABLE),
        of_intervals(rows=RANGES.assign(name="<script>"), unit="<"),
        of_funnel(name="<script>"),
    ]
    for chart in charts:
        assert "<script" not in chart.html() and "&lt;script&gt;" in chart.html()
        assert any(word.text == "<script>" for word in words_of(chart.wide))


# --- shapes -----------------------------------------------------------------------------------------------------


def turns(point: tuple[float, float], ring: np.ndarray) -> int:
    """How often a ring goes round a point: 0 where the point is outside."""
    away = (ring - point) @ [1, 1j]
    return round(float(np.angle(np.roll(away, -1) / away).sum() / (2 * math.pi)))


def depth(point: tuple[float, float], rings: Sequence[np.ndarray]) -> float:
    """How far a point is from the nearest edge, by points along the edges."""
    steps = np.linspace(0, 1, 400)[:, None]
    edges = [one + steps * (two - one) for ring in rings for one, two in zip(ring, np.roll(ring, -1, axis=0))]
    return float(np.hypot(*(np.concatenate(edges) - point).T).min())


L = np.array([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2), (0, 0)], dtype=float)
U = np.array([(0, 0), (5, 0), (5, 5), (4, 5), (4, 0.5), (1, 0.5), (1, 5), (0, 5), (0, 0)], dtype=float)
CORNER = 2 - math.sqrt(2)  # of the circle that touches two sides of a corner and the point (1, 1)
INSCRIBED = {  # rings and the radius of the largest circle within them
    "square": ([square(0, 0)], 0.5),
    "3-4-5 triangle": ([np.array([(0, 0), (4, 0), (0, 3), (0, 0)], dtype=float)], 1.0),
    "L": ([L], CORNER),
    "U": ([U], 0.5 * (1 + 0.5**2) / (1 + 0.5)),
    "hole": ([square(0, 0, 3), square(1, 1)], CORNER),
    "two parts": ([square(0, 0), square(9, 9, 4)], 2.0),
    "open ring": ([square(0, 0)[:-1]], 0.5),
}


@pytest.mark.parametrize("kind", sorted(set(INSCRIBED) - {"U"}))
def test_a_label_stands_farthest_from_the_edge(kind: str) -> None:
    rings, radius = INSCRIBED[kind]
    point = label_point(rings)
    assert sum(turns(point, ring) for ring in rings) % 2 == 1
    assert depth(point, rings) == pytest.approx(radius, rel=0.02)


def test_a_label_is_in_a_leg_of_a_u_and_not_between_them() -> None:
    x, y = label_point([U])
    assert turns((x, y), U) and (x < 1 or x > 4) and depth((x, y), [U]) >= 0.49
    with pytest.raises(ValueError, match="no point inside"):
        label_point([])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.05, 1), min_size=5, max_size=14), st.floats(0.01, 50))
def test_a_label_is_inside_any_star(radii: list[float], scale: float) -> None:
    angles = np.linspace(0, 2 * math.pi, len(radii), endpoint=False)
    star = np.column_stack((np.cos(angles), np.sin(angles))) * np.array(radii)[:, None] * scale + (-1.4, 53.4)
    point = label_point([star])
    assert turns(point, star) == 1
    assert depth(point, [star]) >= 0.9 * depth((-1.4, 53.4), [star])


def area(ring: np.ndarray) -> float:
    (x, y), (x1, y1) = ring.T, np.roll(ring, -1, axis=0).T
    return float((x * y1 - x1 * y).sum() / 2)


def test_north_is_up_and_a_degree_of_longitude_is_half_as_long_at_sixty_north() -> None:
    extent = maps.Extent({"a": [square(-1, 59.5)]})
    (ring,) = extent.plane(300, 300).rings([square(-1, 59.5)])
    width, height = np.ptp(ring, axis=0)
    assert width / height == pytest.approx(math.cos(math.radians(60))) == pytest.approx(0.5)
    assert height == pytest.approx(296) and ring[0, 1] > ring[2, 1] and ring[0, 0] < ring[1, 0]
    assert ring.min(0) + ring.max(0) == pytest.approx([300, 300])
    with pytest.raises(ValueError, match="no shapes"):
        _ = maps.Extent({}).box


@pytest.mark.parametrize(("columns", "rows"), [(1, 9), (4, 3), (3, 2), (12, 1)])
def test_a_map_is_as_wide_as_its_page_at_most_as_high_and_holds_every_area(columns: int, rows: int) -> None:
    shapes = grid(columns, rows)
    chart = ratio_map(*WORDS, shapes, pd.Series(1.0, index=list(shapes)), TABLE)
    for svg in both(chart):
        width, height = (float(xml.fromstring(svg).get(name)) for name in ("width", "height"))
        assert 0.55 * width <= height <= width
        corners = np.concatenate(drawn(svg, fill=CLASSES[2][2]))
        assert len(corners) == 4 * columns * rows
        assert corners.min() >= 0 and corners[:, 0].max() <= width and corners[:, 1].max() <= height


# --- maps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "place"),
    [(-math.inf, 0), (0, 0), (0.4999, 0), (0.5, 1), (0.7999, 1), (0.8, 2), (1, 2), (1.2499, 2), (1.25, 3), (1.9999, 3), (2, 4), (math.inf, 4), (math.nan, None)],
)  # fmt: skip
def test_a_limit_is_in_the_class_above_it(ratio: float, place: int | None) -> None:
    assert class_of(ratio) == place


def test_every_area_is_drawn_once_in_the_colour_of_its_class() -> None:
    """Counts by hand: one below 0.5, two to 0.8, three to 1.25, two to 2, two above; one NaN and one without a row."""
    chart = of_ratios(labels={}, hatched={})
    for svg in both(chart):
        by_class = [len(drawn(svg, fill=fill, stroke=maps.EDGE)) for _, _, fill in CLASSES]
        assert by_class == [1, 2, 3, 2, 2] and len(drawn(svg, fill="#ffffff", stroke=maps.EDGE)) == 2
        every = drawn(svg, stroke=maps.EDGE)
        assert len(every) == len(SHAPES) == len(set(middles(every)))
    told_ = dict(zip(keys(chart), told(chart)))
    assert list(told_.values()) == [2, 2, 3, 2, 1, 2] and sum(told_.values()) == len(SHAPES)
    assert list(told_)[0].startswith("2 times the borough's rate or more") and list(told_)[-1].startswith(NOT_SHOWN)


def test_an_area_that_is_withheld_is_dotted_and_the_legend_says_so() -> None:
    chart = of_ratios(labels={}, hatched={})
    for svg in both(chart):
        dotted = drawn(svg, fill=f"url(#{DOTS}-5a6672)")
        assert middles(dotted) == middles(drawn(svg, fill="#ffffff", stroke=maps.EDGE)) and len(dotted) == 2
    assert chart.legend[-1].pattern == DOTS
    known = ratio_map(*WORDS, SHAPES, pd.Series(1.0, index=list(SHAPES)), TABLE)
    assert DOTS not in known.wide and len(known.legend) == 5 and NOT_SHOWN not in "".join(keys(known))


def test_areas_in_which_a_rate_means_little_are_striped_with_their_reasons() -> None:
    chart = of_ratios(labels={})
    pale, dark = (f"url(#{STRIPES}-{colour.lstrip('#')})" for colour in (INK, maps.WHITE))
    for svg in both(chart):
        striped = drawn(svg, fill=pale), drawn(svg, fill=dark)
        assert list(map(len, striped)) == [2, 1]  # a21 is in the darkest class
        assert middles(striped[1])[0] in middles(drawn(svg, fill=CLASSES[4][2]))
    assert keys(chart)[-1] == "Striped: the rate means little. Few live here (2); Visitors (1)"
    assert chart.legend[-1].pattern == STRIPES and sum(told(chart)) == len(SHAPES)
    assert STRIPES not in of_ratios(hatched={}).html()


def test_numbers_on_a_narrow_map_are_those_of_its_key_and_stand_in_their_areas() -> None:
    chart = of_ratios()
    key = {one.sign: one.text for one in chart.legend if one.narrow}
    assert list(key.values()) == list(LABELS.values()) and list(key) == [str(n) for n in range(1, len(NAMES) + 1)]
    assert sorted(word.text for word in words_of(chart.narrow)) == sorted(key)
    (side,) = {round(float(np.ptp(ring, axis=0)[1]), 1) for ring in drawn(chart.narrow, stroke=maps.EDGE)[:1]}
    lowest = max(ring[:, 1].max() for ring in drawn(chart.narrow, stroke=maps.EDGE))
    for word in words_of(chart.narrow):
        assert (lowest - word.middle) // side == list(LABELS.values()).index(key[word.text]) // 4  # of its row
    written = " ".join(word.text for word in words_of(chart.wide))
    assert {part for name in NAMES[:8] for part in name.replace("-", " ").split()} <= set(re.split(r"[\s-]+", written))
    assert 'class="only-narrow"' in chart.html() and chart.html().count('class="only-narrow"') == len(NAMES)


def test_a_long_name_of_a_sliver_at_the_edge_stays_on_the_map() -> None:
    shapes = {"west": [square(0, 53, 0.01)], "rest": [square(0.01, 53)]}
    chart = ratio_map(*WORDS, shapes, pd.Series(dtype=float), TABLE, labels={"west": "Christchurch"})
    (word,) = words_of(chart.wide)
    assert word.left >= 0 and word.text == "Christchurch"


def test_outlines_lie_over_areas_and_can_be_named_in_their_place() -> None:
    ward = [square(-1.5, 53, 0.2)]
    chart = of_ratios(outlines={"w1": ward}, labels={"w1": "Boston Castle"})
    assert len(drawn(chart.wide, fill="none", stroke=INK)) == 1 and keys(chart)[-1] == "Boston Castle"
    (ring,) = drawn(chart.wide, fill="none", stroke=INK)
    for word in words_of(chart.wide):
        assert ring[:, 0].min() < word.left < word.right < ring[:, 0].max()


@pytest.mark.parametrize("more", [{"labels": {"x": "X"}}, {"hatched": {"x": "Why"}}])
def test_a_code_without_a_shape_is_refused(more: dict[str, Mapping[str, str]]) -> None:
    with pytest.raises(ValueError, match="1 of the map's areas have no shape, such as 'x'"):
        of_ratios(**more)
    for draw, figures in ((ratio_map, pd.Series({"x": 1.0})), (small_maps, pd.DataFrame({"2019-20": {"x": 1.0}}))):
        with pytest.raises(ValueError, match="such as 'x': supply it"):
            draw(*WORDS, SHAPES, figures, TABLE)
    with pytest.raises(ValueError, match="no shape"):
        kind_map(*WORDS, SHAPES, {"x": "persistent"}, MEANINGS, TABLE)


def test_small_maps_are_one_for_each_year_in_the_same_classes() -> None:
    years = ["2019-20", "2020-21", "2021-22", "2022-23", "2023-24"]
    chart = of_years(years=5)
    for svg, across in zip(both(chart), (4, 2)):
        titles = words_of(svg)
        assert [word.text for word in titles] == years
        assert len({round((word.left + word.right) / 2) for word in titles}) == across
        assert len(drawn(svg, stroke=maps.EDGE)) == 5 * len(SHAPES)
        corners = np.concatenate(drawn(svg, stroke=maps.EDGE))
        size = [float(xml.fromstring(svg).get(name)) for name in ("width", "height")]
        assert corners.min() >= 0 and (corners.max(axis=0) <= size).all()
    assert len(chart.legend) == 6 and not told(chart) and chart.kind == "sheet"
    with pytest.raises(ValueError, match="have no year to draw"):
        of_years(years=0)


def test_kinds_have_a_letter_in_each_area_and_are_counted() -> None:
    chart = of_kinds(labels={})
    assert keys(chart) == [
        "Persistent: hot in every year (2 areas)", "Emerging: hot lately (1 area)", f"Neither ({len(SHAPES) - 3} areas)"
    ]  # fmt: skip
    assert [key.sign for key in chart.legend] == ["P", "E", ""]
    for svg in both(chart):
        assert sorted(word.text for word in words_of(svg)) == ["E", "P", "P"]
        boxes = drawn(svg, fill=KINDS[0][0])
        for word in words_of(svg):
            within = [
                (ring.min(0) < [word.left, word.middle]).all() and (ring.max(0) > [word.right, word.middle]).all()
                for ring in boxes
            ]
            assert sum(within) == (word.text == "P")
    assert "(1 ward)" in " ".join(keys(of_kinds(noun="wards"))) and "(2 wards)" in " ".join(
        keys(of_kinds(noun="wards"))
    )
    assert of_kinds().wide == kind_map(*WORDS, SHAPES, pd.Series(KIND_OF), MEANINGS, TABLE, labels=LABELS).wide


@pytest.mark.parametrize(
    ("meanings", "message"),
    [
        ({"persistent": "x"}, "no meaning, such as 'emerging'"),
        ({**MEANINGS, "past": "x"}, "a first letter of its own"),
        ({**MEANINGS, "a": "x", "b": "x", "c": "x"}, "can show 4 kinds at most"),
    ],
)
def test_kinds_that_could_not_be_told_apart_are_refused(meanings: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind_map(*WORDS, SHAPES, KIND_OF, meanings, TABLE)


def luminance(colour: str) -> float:
    """Relative luminance of a colour. Source: WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_classes_hold_in_grey_and_letters_can_be_read_on_their_fills() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(
        4.48, abs=0.005
    )
    grey = [luminance(fill) for _, _, fill in CLASSES]
    assert grey == sorted(grey, reverse=True)
    assert min(contrast(one[2], two[2]) for one, two in itertools.pairwise(CLASSES)) >= 1.25
    for fill, _, _, ink in KINDS:
        assert contrast(fill, ink) >= 4.5
    assert contrast(INK, maps.WHITE) >= 4.5  # names have a white edge
    for place, (_, _, fill) in enumerate(CLASSES):
        assert contrast(fill, maps.WHITE if place >= maps.DARK else INK) >= 3  # stripes
    charts = [word for kind in ("panels", "ranges", "funnel", "funnels") for word in words_of(chart_of(kind).narrow)]
    assert min(contrast(word.colour, "#ffffff") for word in charts) >= 4.5


def test_a_key_that_only_a_narrow_page_needs_and_one_with_a_line() -> None:
    assert Key("A & B", sign="1", narrow=True).html() == (
        '<li class="only-narrow"><span class="swatch bare" aria-hidden="true">1</span><span>A &amp; B</span></li>'
    )
    assert 'class="swatch dashed"' in Key("Limits", line="dashed").html()
    assert replace(of_ratios(), legend=()).html().count("<li") == 0


# --- series -----------------------------------------------------------------------------------------------------


def one_line(counts: Mapping[str, float], **others: pd.Series) -> tuple[list[np.ndarray], list[str]]:
    """The runs of a line drawn alone and what is written beside it."""
    svg = panels(*WORDS, {"Thefts": pd.Series(counts, dtype=float), **others}, TABLE).wide
    return drawn(svg, stroke=NOW), [word.text for word in words_of(svg) if word.text != "Thefts"]


@pytest.mark.parametrize(
    ("steps", "lengths"),
    [
        (["2019-11", "2019-12", "2020-01"], [3]),
        (["2019-11", "2020-01", "2020-02"], [1, 2]),
        (["2020-01", "2020-03"], [1, 1]),
        (["2020-01", "2020-05", "2020-09"], [1, 1, 1]),
        (["2019-20Q3", "2019-20Q4", "2020-21Q1"], [3]),
        (["2019-20Q3", "2020-21Q1", "2020-21Q2"], [1, 2]),
        (["2019-20Q1", "2019-20Q3"], [1, 1]),
        (["2020-06"], [1]),
    ],
)
def test_a_step_that_is_missing_leaves_a_gap(steps: list[str], lengths: list[int]) -> None:
    found, _ = one_line({step: 10.0 + place for place, step in enumerate(steps)})
    assert [len(run) for run in found] == lengths
    missing, _ = one_line({"2020-01": 4, "2020-02": math.nan, "2020-03": 5})
    assert [len(run) for run in missing] == [1, 1]


def test_heights_are_from_zero_in_proportion_and_the_largest_is_written() -> None:
    (run,), written = one_line({"2020-01": 0, "2020-02": 600, "2020-03": 1200, "2020-04": 300})
    rise = run[0, 1] - run[:, 1]
    assert rise / rise[2] == pytest.approx([0, 0.5, 1, 0.25], abs=0.005)
    assert np.diff(run[:, 0]) == pytest.approx(np.diff(run[:, 0]).mean(), abs=0.11)
    assert written == ["2020", "1,200"]


def test_a_series_of_zeros_says_zero_and_an_empty_one_nothing() -> None:
    (run,), written = one_line({"2020-01": 0, "2020-02": 0})
    assert np.ptp(run[:, 1]) == 0 and written == ["2020", "0"]
    (base,) = drawn(panels(*WORDS, {"Thefts": pd.Series({"2020-01": 0})}, TABLE).wide, stroke=RULE)
    assert run[0, 1] == base[0, 1]
    assert one_line({}) == ([], [])
    found, written = one_line({}, More=pd.Series({"2020-01": 7}))
    assert len(found) == 1 and {"More", "7"} <= set(written)
    with pytest.raises(ValueError, match="has no series to draw"):
        panels(*WORDS, {}, TABLE)


def test_a_quarter_lies_at_its_middle_month() -> None:
    months = pd.Series({"2020-02": 1, "2020-05": 1})
    svg = panels(*WORDS, {"Months": months, "Quarters": pd.Series({"2019-20Q4": 1, "2020-21Q1": 1})}, TABLE).narrow
    first, second, quarters = drawn(svg, stroke=NOW)
    assert [first[0, 0], second[0, 0]] == quarters[:, 0].tolist()


def test_panels_stand_beside_one_another_and_their_labels_are_folded_whole() -> None:
    for number, wide, narrow in ((2, 2, 1), (5, 2, 1), (9, 5, 2)):
        chart = of_series(number=number)
        for svg, across in zip(both(chart), (wide, narrow)):
            titles = [word for word in words_of(svg) if word.size == place_charts.TEXT - 1]
            assert len({word.left for word in titles}) == across
            said = re.sub(r"[\s-]", "", "".join(word.text for word in titles))
            assert said == re.sub(r"[\s-]", "", "".join(NAMES[:number]))
        assert chart.kind == ("sheet" if number > 5 else "")


# --- intervals --------------------------------------------------------------------------------------------------


def test_intervals_stand_from_the_last_row_down_about_the_reference() -> None:
    chart = of_intervals(reference=0.0, unit="%")
    for svg in both(chart):
        rules = sorted(run[0, 0] for run in drawn(svg, stroke=RULE))
        ((line, _), (_, bottom)) = drawn(svg, stroke=INK)[0]
        open_ = drawn(svg, stroke="#ffffff")  # one for each row that is not highlighted, from the top
        assert len(open_) == 6 and open_[1][0, 0] == line  # the second has the value zero
        assert bottom > max(run[:, 1].max() for run in drawn(svg, stroke=NOW))
        values = [word.text for word in words_of(svg) if word.right > float(xml.fromstring(svg).get("width")) - 1]
        assert values == ["−88%", "0%", "+1%", "+66%", "+5%", "+14%", "+30%", "−20%", "+103%"]
        bars = drawn(svg, stroke_width="2.6")
        assert len(bars) == 9 and [run[0, 1] for run in bars] == sorted(run[0, 1] for run in bars)
        assert bars[0][0, 0] <= rules[0] + 0.1 and bars[3][1, 0] >= rules[-1] - 0.1  # limits that are not finite
        assert len(drawn(svg, stroke=NOW)) == 6 and "0%" in [word.text for word in words_of(svg) if word.size == 11]


def test_an_interval_keeps_the_whole_name_and_rows_part_where_names_are_long() -> None:
    chart = of_intervals(reference=0.0)
    for svg in both(chart):
        said = re.sub(r"[\s-]", "", "".join(word.text for word in words_of(svg)))
        assert all(re.sub(r"[\s-]", "", name) in said for name in NAMES)
    short = of_intervals(rows=RANGES.assign(name="Wath"))
    assert xml.fromstring(short.narrow).get("height") == xml.fromstring(short.wide).get("height")
    assert float(xml.fromstring(chart.narrow).get("height")) > float(xml.fromstring(short.narrow).get("height"))


def test_values_have_a_sign_only_where_the_reference_is_zero() -> None:
    rows = RANGES.iloc[[2]].assign(value=30.0, upper=np.nan)
    assert "30" in [word.text for word in words_of(of_intervals(rows=rows, reference=25.0).wide)]
    assert "+30" in [word.text for word in words_of(of_intervals(rows=rows, reference=0.0).wide)]
    assert "30.5" in [word.text for word in words_of(of_intervals(rows=rows.assign(value=30.5)).wide)]
    assert not drawn(of_intervals(rows=rows).wide, stroke=INK)
    with pytest.raises(ValueError, match="has no interval to draw"):
        of_intervals(rows=RANGES.iloc[:0])


# --- funnels ----------------------------------------------------------------------------------------------------


def test_every_area_has_a_mark_and_equal_ratios_are_equal_distances() -> None:
    people = pd.Series([10_000.0, 20_000.0, 40_000.0, 80_000.0], index=list("abcd"))
    rows = places.funnel(pd.Series([50, 200, 800, 400], index=people.index), people * 0.01)
    chart = funnel(*WORDS, rows, {"a": "A"}, "a", ["b"], people, 0.01, TABLE)
    for svg in both(chart):
        own, (diamond,) = drawn(svg, stroke=NOW), drawn(svg, fill="#ffffff", stroke=INK)
        others = drawn(svg, stroke=OTHERS)
        spots = np.array([own[0][0], (diamond.min(0) + diamond.max(0)) / 2, *(run[0] for run in others)])
        assert len(own) == 1 and len(spots) == 4
        assert np.diff(spots[:, 0]) == pytest.approx(np.diff(spots[:, 0])[0], abs=0.15)  # twice the residents each
        rise = -np.diff(spots[:, 1])  # rates of 5, 10, 20 and 5 per 1,000
        assert rise == pytest.approx([rise[0], rise[0], -2 * rise[0]], abs=0.3) and rise[0] > 0
    assert keys(chart)[:3] == ["A", "Areas compared with", "All other areas"]
    alone = funnel(*WORDS, rows, {"a": "A"}, "a", [], people, 0.01, TABLE)
    assert "Areas compared with" not in keys(alone) and len(drawn(alone.wide, stroke=OTHERS)) == 3


def test_limits_are_in_order_and_narrow_as_areas_grow() -> None:
    rows, people, rate = POINT
    rows = places.funnel((people * rate).round(), people * rate)  # no more than chance, so exact limits
    for svg in both(of_funnel(point=(rows, people, rate))):
        lower95, upper95 = drawn(svg, stroke=LIMIT, stroke_dasharray="4 3")
        lower998, upper998 = drawn(svg, stroke=WIDE_LIMIT)
        mean = drawn(svg, stroke=INK, stroke_width="1")[0][0, 1]
        for across in (20, 100, 150):
            ends = [
                float(np.interp(50 + across, run[:, 0], run[:, 1])) for run in (upper998, upper95, lower95, lower998)
            ]
            assert ends[0] < ends[1] < mean < ends[2] < ends[3]
        assert upper998[0, 1] < upper998[-1, 1] and lower998[0, 1] > lower998[-1, 1]


def test_a_funnel_needs_the_area_it_is_about() -> None:
    rows, people, rate = POINT
    for draw in (of_funnel, of_funnels):
        with pytest.raises(ValueError, match="no row of the area that it is about"):
            draw(own="X")
    nothing = rows.assign(ratio=rows["ratio"].where(rows.index != "E9"))
    for point in ((nothing, people, rate), (rows, people, 0.0)):
        with pytest.raises(ValueError, match="has no rate to draw"):
            of_funnel(point=point)
    with pytest.raises(ValueError, match="has no funnel to draw"):
        funnels(*WORDS, {}, "E9", [], "A", TABLE)


def test_a_rate_of_zero_lies_on_the_lower_edge_and_an_area_without_residents_nowhere() -> None:
    point = limits(COUNTS.where(~COUNTS.index.isin(["E9", "E20"]), 0))
    svg = of_funnel(point=point).wide
    (own,), others = drawn(svg, stroke=NOW), drawn(svg, stroke=OTHERS)
    lowest = max(run[0, 1] for run in others)
    assert own[0, 1] == lowest and sum(run[0, 1] == lowest for run in others) == 1
    assert len(others) == len(PEOPLE) - 3  # the area and two that it is compared with
    rows, people, rate = POINT
    without = people.where(people.index != "E20", 0)
    assert len(drawn(of_funnel(point=(rows, without, rate)).wide, stroke=OTHERS)) == len(PEOPLE) - 4


def test_areas_all_alike_in_residents_still_have_an_axis() -> None:
    people = pd.Series(31_000.0, index=PEOPLE.index)
    svg = of_funnel(point=limits(COUNTS.clip(upper=900), people)).wide
    assert len({run[0, 0] for run in drawn(svg, stroke=OTHERS)}) == 1
    (tick,) = [word.text for word in words_of(svg) if re.fullmatch(r"[\d.]+k", word.text)]
    assert 0.85 * 31 <= float(tick[:-1]) <= 1.15 * 31


def test_a_small_funnel_for_each_kind_of_offence() -> None:
    chart = of_funnels()
    for svg in both(chart):
        assert len(drawn(svg, stroke=NOW)) == 6 and len(drawn(svg, fill="#ffffff", stroke=INK)) == 6
        assert "Miscellaneous" in " ".join(word.text for word in words_of(svg))
    assert keys(chart)[0] == NAMES[5] and chart.kind == "sheet"


# --- sheets -----------------------------------------------------------------------------------------------------


def test_a_sheet_keeps_a_tenth_of_a_pixel_and_holds_nothing_that_was_not_put_on_it() -> None:
    sheet = Sheet(10, 20)
    assert sheet.svg() == '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20"></svg>'
    sheet.shape([], "#000000")
    sheet.line([], "#000000")
    assert sheet.svg().count("<path") == 0
    points = np.array([(0.04, 0.06), (3.55, -1.25), (3.56, -1.25), (-2.0, 7.0)])
    sheet.line([points], "#000000")
    (run,) = drawn(sheet.svg(), fill="none")
    assert run == pytest.approx(np.array([(0, 0.1), (3.6, -1.2), (-2, 7)]), abs=0.05)
    sheet.dots([(5, 6)], "#123456", 3)
    assert drawn(sheet.svg(), stroke="#123456")[0].tolist() == [[5, 6]]
