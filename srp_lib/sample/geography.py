"""Synthetic boundaries (a tidy tiling of the borough's box) and lookups in the ONS layouts.

Positions are whole numbers of ten-millionths of a degree, so that they are the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .authorities import authorities, lad_codes
from .draws import Draws
from .places import WARDS_2024, Link, links

MARK = "synthetic"

# The borough's box, and boxes of the other districts (west, south, east, north; millionths of a
# degree), whose LSOAs are placed in them without boundaries.
BOROUGH = (-1_455_000, 53_302_000, -1_116_000, 53_515_000)
OTHER_BOXES: dict[str, tuple[int, int, int, int]] = {
    "Barnsley": (-1_650_000, 53_490_000, -1_350_000, 53_600_000),
    "Doncaster": (-1_230_000, 53_440_000, -950_000, 53_640_000),
    "Sheffield": (-1_600_000, 53_320_000, -1_370_000, 53_450_000),
    "Wakefield": (-1_420_000, 53_630_000, -1_350_000, 53_690_000),
    "Bassetlaw": (-1_110_000, 53_310_000, -1_020_000, 53_400_000),
    "North East Derbyshire": (-1_500_000, 53_200_000, -1_400_000, 53_290_000),
    "Bolsover": (-1_260_000, 53_230_000, -1_200_000, 53_290_000),
}
_SIDE = 5

Point = tuple[int, int]


@dataclass(frozen=True)
class Cell:
    """A part of a ward: the ward's position and its span across (left, right) and up (low, high).

    Spans are per mille of the ward, which is a four-sided cell of an irregular grid.
    """

    ward: int
    left: int
    right: int
    low: int
    high: int

    def part(self, number: int, of: int) -> Cell:
        """The upright strip `number` (from 0) of `of` equal strips of this cell."""
        width = self.right - self.left
        left, right = (self.left + width * edge // of for edge in (number, number + 1))
        return Cell(self.ward, left, right, self.low, self.high)


@dataclass(frozen=True)
class Tiling:
    """The synthetic map of the borough: the grid's corners, and the cell of each link by position.

    `parts` holds the area of the link itself (a part of a split LSOA, or a parent of a merged one),
    `units` the whole that such links have in common.
    """

    corners: tuple[tuple[Point, ...], ...]
    parts: tuple[Cell, ...]
    units: tuple[Cell, ...]

    def place(self, cell: Cell, across: int, up: int) -> Point:
        """Longitude and latitude of a point, per mille across and up the cell (10**-7 degrees)."""
        x = cell.left * 1000 + (cell.right - cell.left) * across
        y = cell.low * 1000 + (cell.high - cell.low) * up
        return self._in_ward(cell.ward, x, y)

    def _in_ward(self, ward: int, x: int, y: int) -> Point:
        row, column = divmod(ward, _SIDE)
        whole = 1_000_000
        upper, lower = self.corners[row], self.corners[row + 1]
        weighted = (
            (lower[column], (whole - x) * (whole - y)),
            (lower[column + 1], x * (whole - y)),
            (upper[column], (whole - x) * y),
            (upper[column + 1], x * y),
        )
        longitude = sum(point[0] * weight for point, weight in weighted) // whole**2
        latitude = sum(point[1] * weight for point, weight in weighted) // whole**2
        return longitude, latitude

    def ring(self, cell: Cell) -> list[Point]:
        """The closed outline of a cell, anticlockwise."""
        turns = ((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0))
        return [self.place(cell, across, up) for across, up in turns]


def _corners(draws: Draws) -> tuple[tuple[Point, ...], ...]:
    west, south, east, north = (edge * 10 for edge in BOROUGH)
    wide, high = (east - west) // _SIDE, (north - south) // _SIDE
    shifts = draws.below(301, 2 * (_SIDE + 1) ** 2).tolist()
    rows = []
    for row in range(_SIDE + 1):
        points = []
        for column in range(_SIDE + 1):
            across, up = (shifts.pop() - 150 for _ in range(2))
            x = west + wide * column + (wide * across // 1000 if 0 < column < _SIDE else 0)
            y = north - high * row + (high * up // 1000 if 0 < row < _SIDE else 0)
            points.append((x, y))
        rows.append(tuple(points))
    return tuple(rows)


def _unit_cells(borough: list[Link]) -> dict[str, Cell]:
    """A cell for each unit: two rows in each ward, the upper one with the odd unit."""
    by_ward: dict[str, list[str]] = {code: [] for code, _ in WARDS_2024}
    for unit, ward in {link.unit: link.ward24[0] for link in borough}.items():
        by_ward[ward].append(unit)
    cells = {}
    for ward, units in enumerate(by_ward.values()):
        upper = (len(units) + 1) // 2
        for low, high, row in ((500, 1000, units[:upper]), (0, 500, units[upper:])):
            whole = Cell(ward, 0, 1000, low, high)
            cells.update((unit, whole.part(at, len(row))) for at, unit in enumerate(row))
    return cells


def rotherham_links() -> list[Link]:
    """The links of the borough, the first ones of `places.links()`."""
    return [link for link in links() if link.district == "Rotherham"]


@cache
def tiling(seed: int) -> Tiling:
    """The synthetic map of the borough for `seed`."""
    borough = rotherham_links()
    cells = _unit_cells(borough)
    siblings: dict[str, list[Link]] = {}
    for link in borough:
        siblings.setdefault(link.unit, []).append(link)
    parts = []
    for link in borough:
        family = siblings[link.unit]
        parts.append(cells[link.unit].part(family.index(link), len(family)))
    corners = _corners(Draws(seed, "boundaries"))
    return Tiling(corners, tuple(parts), tuple(cells[link.unit] for link in borough))


def _collection(layer: str, shapes: dict[tuple[str, str], list[Point]]) -> str:
    """A GeoJSON feature collection; `shapes` has the outline of each (code, name)."""
    import json

    features = [
        {
            "type": "Feature",
            "properties": {f"{layer}_code": code, f"{layer}_name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x / 10_000_000, y / 10_000_000] for x, y in ring]],
            },
        }
        for (code, name), ring in sorted(shapes.items())
    ]
    return json.dumps({"type": "FeatureCollection", "synthetic": True, "features": features})


def boundaries(seed: int) -> dict[str, str]:
    """GeoJSON text by file name: the borough's wards, and its LSOAs of both vintages."""
    tiles, borough = tiling(seed), rotherham_links()
    wards = {ward: tiles.ring(Cell(at, 0, 1000, 0, 1000)) for at, ward in enumerate(WARDS_2024)}
    old: dict[tuple[str, str], list[Point]] = {}
    new: dict[tuple[str, str], list[Point]] = {}
    for link, part, unit in zip(borough, tiles.parts, tiles.units, strict=True):
        old[link.lsoa11, link.name11] = tiles.ring(unit if link.change == "S" else part)
        new[link.lsoa21, link.name21] = tiles.ring(unit if link.change == "M" else part)
    return {
        "rotherham_wards21.geojson": _collection("ward21", wards),
        "rotherham_lsoa11.geojson": _collection("lsoa11", old),
        "rotherham_lsoa21.geojson": _collection("lsoa21", new),
    }


@dataclass(frozen=True)
class Table:
    """A CSV file's header and rows, its line end, and whether it begins with a byte order mark."""

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    line_end: str = "\r\n"
    mark: bool = False


def _lsoa11_lsoa21() -> Table:
    header = ("LSOA11CD", "LSOA11NM", "CHGIND", "LSOA21CD", "LSOA21NM", "LAD22CD", "LAD22NM")
    rows = [
        (k.lsoa11, k.name11, k.change, k.lsoa21, k.name21, lad_codes()[k.district], k.district, MARK) for k in links()
    ]
    return Table((*header, "SYNTHETIC"), sorted(rows))


def _lsoa11_ward() -> Table:
    header = ("LSOA11CD", "LSOA11NM", "WD18CD", "WD18NM", "WD18NMW", "LAD18CD", "LAD18NM", "FID")
    found = {(k.lsoa11, k.name11, *k.ward18, "", lad_codes()[k.district], k.district) for k in links()}
    rows = [(*row, str(at), MARK) for at, row in enumerate(sorted(found), start=1)]
    return Table((*header, "SYNTHETIC"), rows, line_end="\n", mark=True)


def _lsoa21_ward() -> Table:
    header = ("LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM")
    found = {(k.lsoa21, k.name21, *k.ward24, lad_codes()[k.district], k.district, MARK) for k in links()}
    return Table((*header, "SYNTHETIC"), sorted(found))


def _lad_csp_pfa() -> Table:
    header = ("LAD24CD", "LAD24NM", "CSP24CD", "CSP24NM", "PFA24CD", "PFA24NM")
    rows = [(a.code, a.name, a.csp, a.csp_name, a.pfa, a.force, MARK) for a in authorities()]
    return Table((*header, "SYNTHETIC"), rows)


def lookups() -> dict[str, Table]:
    """The four lookups by file name, in the layouts of the ONS."""
    return {
        "LSOA11_LSOA21_LAD22_synthetic.csv": _lsoa11_lsoa21(),
        "LSOA11_Ward18_LAD18_synthetic.csv": _lsoa11_ward(),
        "LSOA21_WD24_LAD24_synthetic.csv": _lsoa21_ward(),
        "LAD24_CSP24_PFA24_synthetic.csv": _lad_csp_pfa(),
    }
