"""A second count of places, made from the raw files with nothing of the audit's own.

The units come from a graph whose edges are the rows of the lookup of 2011 to 2021 LSOAs, and not from the flags'
rules: whatever codes hang together are one unit, and the irregular rows are no edges. Files are known by their
headings, so the same code reads the publisher's files, the synthetic sample and a set made by hand.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

ASB = "Anti-social behaviour"
Row = dict[str, str]
Ring = list[list[float]]


@dataclass(frozen=True)
class Unit:
    """Codes of 2011 and of 2021 that can't be told apart over both vintages."""

    code: str
    name: str
    lsoa11: tuple[str, ...]
    lsoa21: tuple[str, ...]

    @property
    def change(self) -> str:
        """U, S or M by the number of codes on either side."""
        return "U" if len(self.lsoa11) == len(self.lsoa21) == 1 else "S" if len(self.lsoa11) == 1 else "M"


@dataclass(frozen=True)
class Recount:
    """The raw files below a folder, counted for one local authority."""

    raw: Path
    area: str

    def rows(self, folder: str, *columns: str) -> list[Row]:
        """Rows of the first CSV file that has these headings, years left out of them: "WDCD" for WD24CD."""
        return rows_with(self.raw / folder, columns)

    @cached_property
    def lookup(self) -> list[Row]:
        """The authority's rows of the lookup of 2011 to 2021 LSOAs."""
        found = self.rows("geography", "LSOA11CD", "CHGIND", "LSOA21CD")
        return [row for row in found if row["LADCD"] == self.area]

    @cached_property
    def borough(self) -> frozenset[str]:
        """Every LSOA of either vintage in the authority."""
        return frozenset(row[column] for row in self.lookup for column in ("LSOA11CD", "LSOA21CD"))

    @cached_property
    def irregular(self) -> tuple[str, ...]:
        """Codes that only irregular rows have."""
        regular = {code for unit in self.units.values() for code in (*unit.lsoa11, *unit.lsoa21)}
        return tuple(sorted(self.borough - regular))

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units by code: the connected parts of the graph of codes."""
        edges = defaultdict(set)
        for row in self.lookup:
            if row["CHGIND"] != "X":
                old, new = ("11", row["LSOA11CD"]), ("21", row["LSOA21CD"])
                edges[old].add(new)
                edges[new].add(old)
        names = {row["LSOA21CD"]: row["LSOA21NM"] for row in self.lookup}
        found, seen = {}, set()
        for start in edges:
            if start not in seen:
                part = self._reached(start, edges)
                seen |= part
                new = tuple(sorted(code for vintage, code in part if vintage == "21"))
                old = tuple(sorted(code for vintage, code in part if vintage == "11"))
                label = folded([names[code] for code in new])
                found["+".join(new)] = Unit("+".join(new), label, old, new)
        return dict(sorted(found.items()))

    @staticmethod
    def _reached(start: tuple[str, str], edges: Mapping) -> set[tuple[str, str]]:
        reached, ahead = set(), [start]
        while ahead:
            at = ahead.pop()
            if at not in reached:
                reached.add(at)
                ahead += edges[at]
        return reached

    @cached_property
    def unit_of(self) -> dict[str, str]:
        """The unit of each LSOA of either vintage."""
        return {code: unit.code for unit in self.units.values() for code in (*unit.lsoa11, *unit.lsoa21)}

    # --- people ---------------------------------------------------------------------------------------------

    @cached_property
    def residents21(self) -> dict[str, float]:
        """Residents of each 2021 LSOA at the census."""
        found = self.rows("population", "lsoa21_code", "total_residents")
        return {
            row["lsoa21_code"]: float(row["total_residents"]) for row in found if row["lsoa21_code"] in self.borough
        }

    @cached_property
    def residents11(self) -> dict[str, float]:
        """Residents of each 2011 LSOA in mid-2020."""
        found = self.rows("population", "lsoa11_code", "total_population")
        return {
            row["lsoa11_code"]: float(row["total_population"]) for row in found if row["lsoa11_code"] in self.borough
        }

    def people(self, vintage: str) -> dict[str, float]:
        """Residents of each unit by the table of a vintage."""
        table = self.residents11 if vintage == "2011" else self.residents21
        return {
            unit.code: sum(table[code] for code in (unit.lsoa11 if vintage == "2011" else unit.lsoa21))
            for unit in self.units.values()
        }

    @cached_property
    def published_wards(self) -> dict[str, float]:
        """The publisher's estimate of the residents of each ward."""
        found = self.rows("population", "ward_code", "all_ages")
        return {row["ward_code"]: float(row["all_ages"]) for row in found if row["lad_code"] == self.area}

    def deprivation(self, start: str, vintage: str) -> dict[str, float]:
        """Each unit's score by the file that begins like this: its LSOAs' scores, averaged over their residents."""
        (path,) = (self.raw / "deprivation").glob(f"{start}*.csv")
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        rank = next(name for name in rows[0] if "(IMD) Rank" in name)
        wanted = {row[f"LSOA code ({vintage})"]: float(row[rank]) for row in rows}
        people = self.residents11 if vintage == "2011" else self.residents21
        found = {}
        for unit in self.units.values():
            lsoas = unit.lsoa11 if vintage == "2011" else unit.lsoa21
            made = sum(score(wanted[code], len(wanted)) * people[code] for code in lsoas)
            found[unit.code] = made / sum(people[code] for code in lsoas)
        return found

    # --- wards ----------------------------------------------------------------------------------------------

    @cached_property
    def ward_of_lsoa21(self) -> dict[str, str]:
        """The ward of each 2021 LSOA."""
        return {row["LSOA21CD"]: row["WDCD"] for row in self.rows("geography", "LSOA21CD", "WDCD")}

    @cached_property
    def old_ward_of_lsoa11(self) -> dict[str, str]:
        """The former ward of each 2011 LSOA."""
        return {row["LSOA11CD"]: row["WDCD"] for row in self.rows("geography", "LSOA11CD", "WDCD")}

    @cached_property
    def parted(self) -> tuple[str, ...]:
        """Units whose 2021 LSOAs lie in more than one ward."""
        return tuple(
            unit.code
            for unit in self.units.values()
            if len({self.ward_of_lsoa21[code] for code in unit.lsoa21 if code in self.ward_of_lsoa21}) > 1
        )

    @cached_property
    def ward_of(self) -> dict[str, str]:
        """The ward of each unit: of most residents; where the publisher says how many live in each ward, parted
        units lie where all wards together come nearest to that, of every way to place them."""
        chosen = {unit.code: most(unit.lsoa21, self.ward_of_lsoa21, self.residents21) for unit in self.units.values()}
        chosen = {unit: ward for unit, ward in chosen.items() if ward}
        if not self.published_wards or not self.parted:
            return chosen
        options = [sorted({self.ward_of_lsoa21[code] for code in self.units[one].lsoa21}) for one in self.parted]
        ways = [chosen | dict(zip(self.parted, way)) for way in itertools.product(*options)]
        return min(ways, key=self.far_off)

    def far_off(self, ward_of: Mapping[str, str]) -> float:
        """How many residents of the published wards are in another one."""
        people = self.people("2021")
        made = Counter()
        for unit, ward in ward_of.items():
            made[ward] += people[unit]
        return sum(abs(made[ward] - wanted) for ward, wanted in self.published_wards.items())

    @cached_property
    def old_ward_of(self) -> dict[str, str]:
        """The former ward of each unit, that of most residents."""
        found = {u.code: most(u.lsoa11, self.old_ward_of_lsoa11, self.residents11) for u in self.units.values()}
        return {unit: ward for unit, ward in found.items() if ward}

    # --- crime ----------------------------------------------------------------------------------------------

    @cached_property
    def street(self) -> pd.DataFrame:
        """How many rows each LSOA of the borough has, by type and month: columns lsoa, type, month, rows."""
        columns = {"LSOA code": "lsoa", "Crime type": "type", "Month": "month"}
        files = sorted(self.raw.glob("police_uk/*/*-street.csv"))
        tables = [pd.read_csv(path, usecols=list(columns), dtype=str, engine="pyarrow") for path in files]
        every = pd.concat(tables, ignore_index=True).rename(columns=columns)
        return every[every["lsoa"].isin(self.borough)].value_counts().rename("rows").reset_index()

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Rows by type and unit ("" for irregular LSOAs), a column a month."""
        unit = self.street["lsoa"].map(self.unit_of).fillna("").rename("unit")
        return self.street.pivot_table("rows", ["type", unit], "month", aggfunc="sum", fill_value=0)

    @property
    def months(self) -> list[str]:
        """The months that have rows of the borough."""
        return list(self.cells.columns)

    @cached_property
    def measures(self) -> dict[str, list[str]]:
        """The types of each measure, by the measure's slug."""
        types = list(self.cells.index.unique("type"))
        one = {re.sub(r"[ -]", "_", name.lower()): [name] for name in types}
        return {"recorded_crime": [name for name in types if name != ASB], **one}

    def by_unit(self, slug: str, months: Sequence[str] | None = None) -> pd.DataFrame:
        """Rows of a measure by unit ("" for irregular LSOAs) and month."""
        rows = self.cells[self.cells.index.get_level_values("type").isin(self.measures[slug])]
        return rows.groupby("unit").sum().reindex(columns=months or self.months, fill_value=0)

    def counts(self, slug: str, area_of_unit: Mapping[str, str], months: Sequence[str] | None = None) -> pd.DataFrame:
        """Rows of a measure by area and month."""
        rows = self.by_unit(slug, months)
        return rows.groupby(rows.index.map(area_of_unit)).sum()

    def total(self, slug: str, months: Sequence[str] | None = None) -> pd.Series:
        """Rows of a measure in the whole authority by month, those of irregular LSOAs included."""
        return self.by_unit(slug, months).sum()

    # --- outlines -------------------------------------------------------------------------------------------

    def outlines(self, layer: str) -> dict[str, list[Ring]]:
        """The rings of each feature of the latest boundary file by code, outer and inner; `layer` is in its name."""
        path = max((self.raw / "boundaries").glob(f"*_{layer}.geojson"))
        found = defaultdict(list)
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            code = next(value for name, value in feature["properties"].items() if name.endswith("_code"))
            shape = feature["geometry"]
            for part in [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]:
                found[code] += part
        return dict(found)

    def ground(self, layer: str) -> dict[str, float]:
        """The ground that each feature without a hole covers, in units of its own."""
        return {code: sum(map(ground, rings)) for code, rings in self.outlines(layer).items()}


@cache
def rows_with(folder: Path, columns: tuple[str, ...]) -> list[Row]:
    """Rows of the first CSV file in a folder that has these headings; none where no file has."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            lines = csv.reader(handle)
            header = [re.sub(r"^(WD|LAD|ward)\d\d(?=CD|NM|_)|^mid\d{4}_", r"\1", name) for name in next(lines)]
            if set(columns) <= set(header):
                return [dict(zip(header, line)) for line in lines]
    return []


def most(lsoas: Iterable[str], area_of: Mapping[str, str], people: Mapping[str, float]) -> str | None:
    """The area that most residents of these LSOAs live in, the first by code where equal or where nobody knows how
    many live there; None where no area is known."""
    votes = Counter()
    for code in lsoas:
        if code in area_of:
            votes[area_of[code]] += people.get(code, 0)
    return min(votes, key=lambda area: (-votes[area], area)) if votes else None


def folded(names: Sequence[str]) -> str:
    """Names as one, with what they begin with said once: "Rotherham 001F + 001G"."""
    return " + ".join([names[0], *(name.rpartition(" ")[2] for name in names[1:])])


def ground(ring: Ring) -> float:
    """The area within a ring of longitudes and latitudes, which are scaled to be alike at 53.4 degrees north."""
    pairs = zip(ring, ring[1:])
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2 * math.cos(math.radians(53.4))


def score(rank: float, number: int) -> float:
    """The Indices of Deprivation's own transformation of a rank (1 = most deprived) to 0 to 100."""
    share = 1 - (rank - 1) / number
    return -23 * math.log(1 - share * (1 - math.exp(-100 / 23)))
