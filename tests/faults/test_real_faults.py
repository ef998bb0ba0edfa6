"""A dozen and more kinds of damage to real files of real size: street-level months, lookups, population."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import grid
import pytest
from conftest import without_collecting
from kinds import ANY, HARMLESS, Case
from kinds_sets import OTHER_FORCE, of_force
from kinds_text import in_place, of_table
from yard import Table, Yard, read_table

import bench

pytestmark = pytest.mark.skipif(
    "SRP_REAL_DATA" not in os.environ, reason="SRP_REAL_DATA does not name the folder of real files."
)
MONTHS = ("2024-11", "2024-12", "2025-01")
LOOKUPS = {"lsoa11_lsoa21": "LSOA11_LSOA21*", "lsoa21_ward": "LSOA21_WD*"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bench.Bench]:
    """Three real months, the lookups that place them, the boundaries and the population, read once."""
    folder = Path(os.environ["SRP_REAL_DATA"])
    months = tuple(_month(folder, month) for month in MONTHS)
    lookups = {
        name: (read_table(next(iter(sorted((folder / "geography").glob(pattern)))), name),)
        for name, pattern in LOOKUPS.items()
    }
    paths = [*sorted((folder / "boundaries").iterdir()), max((folder / "population").glob("*.xls*"))]
    others = {f"{path.parent.name}/{path.name}": (path.parent.name, path.read_bytes()) for path in paths}
    with without_collecting():
        yield bench.Bench(Yard({"street_crime": months, **lookups}, {}, others), tmp_path_factory.mktemp("real faults"))


def _month(folder: Path, month: str) -> Table:
    path = folder / f"police_uk/{month}/{month}-south-yorkshire-street.csv"
    return replace(read_table(path, "street_crime"), path=f"police_uk/{month}/{path.name}")


def as_text(yard: Yard) -> Iterator[Case]:
    """Damage to a month and a lookup as text."""
    for name, columns, whole, encoding in (
        ("street_crime", "street.exact_columns", "street.file_whole", "street.file_encoding"),
        ("lsoa21_ward", "lsoa21_ward.file_columns", ANY, "lsoa21_ward.file_encoding"),
    ):
        table = yard.one(name)
        data = table.encoded()
        yield in_place(yard, name, table.encoded(mark=";"), columns, "semicolons")
        yield in_place(yard, name, data.decode().encode("utf-16"), encoding, "UTF-16")
        yield in_place(yard, name, data[: len(data) // 2 + 7], whole, "cut off")
        yield in_place(yard, name, b"\xef\xbb\xbf" + table.encoded(end="\n"), HARMLESS, "mark and line ends")
        yield in_place(yard, name, gzip.compress(data, mtime=0), ANY, "packed")
        yield in_place(yard, name, b"Title\r\n" + data, columns, "a title")
        yield of_table(
            yard, replace(table, rows=(*table.rows, ("Total", *[""] * (len(table.header) - 1)))), ANY, "totals"
        )
        yield of_table(yard, replace(table, rows=table.rows[: len(table.rows) // 2]), ANY, "half of the rows")


def in_columns(yard: Yard) -> Iterator[Case]:
    """Each column of a month and a lookup removed, blanked, and turned round by a row."""
    for name in ("street_crime", "lsoa21_ward"):
        table = yard.one(name)
        for column in grid.columns(table):
            for damage in (grid.removed, grid.blanked, grid.rotated):
                yield of_table(yard, damage(table, column), ANY, f"{column} {damage.__name__}")


def of_months(yard: Yard) -> Iterator[Case]:
    """Damage to what a month says."""
    table = yard.one("street_crime")
    lookup = yard.one("lsoa11_lsoa21")
    old = next(row[lookup.at("LSOA11CD")] for row in lookup.rows if "S" in row)
    asb = table.changed(
        "Crime type", lambda values: ["Other crime" if one.startswith("Anti") else one for one in values]
    )
    yield of_table(yard, asb, "street.crime_id_given", "anti-social behaviour as crime")
    yield of_table(yard, of_force(table, OTHER_FORCE), "street.force_matches_file", "another force")
    yield of_table(yard, table.cell(3, "LSOA code", old), ANY, "an LSOA of 2011")
    signless = table.changed("Longitude", lambda values: [one.lstrip("-") for one in values])
    yield of_table(yard, signless, "street.place_in_area", "longitudes without their sign")
    other = yard.tables["street_crime"][1]
    files = yard.files("street_crime") | {table.path: other.encoded(end="\n")}
    yield Case("street_crime", files, "street.month_matches_file", "another month")
    twice = yard.files("street_crime") | {f"copies/{table.path.rpartition('/')[2]}": table.encoded(end="\n")}
    yield Case("street_crime", twice, "street.month_once", "a month twice")
    yield of_table(
        yard,
        replace(table, rows=tuple(row for row in table.rows if row[9] != "Shoplifting")),
        "street_crime.rows_as_accepted",
        "an offence left out",
    )


def of_population(yard: Yard) -> Iterator[Case]:
    """Damage to the workbook of the population."""
    path, data = next((path, data) for path, (name, data) in yard.others.items() if name == "population")
    for end in (0, 100, len(data) // 2, len(data) - 100):
        yield Case("population", {path: data[:end]}, ANY, f"after {end:,} bytes")
    yield Case(
        "population",
        {path: data, f"population/copy of {path.rpartition('/')[2]}": data},
        "population.file_once",
        "twice",
    )


@pytest.mark.parametrize("kinds", [as_text, in_columns, of_months, of_population])
def test_damage_to_real_files_is_caught_or_harmless(
    real: bench.Bench, kinds: Callable[[Yard], Iterator[Case]], record_property: Callable[[str, object], None]
) -> None:
    found = [(case, real.outcome(case)) for case in kinds(real.yard)]
    record_property("faults", dict(Counter(outcome.how for _, outcome in found)))
    assert found
    missed = [f"{case.extract} {case.what}: {outcome.by}" for case, outcome in found if outcome.how == bench.MISSED]
    assert not missed, "\n".join(missed)


def test_real_files_as_they_are_have_no_fault(real: bench.Bench) -> None:
    for name, extract in real.good.extracts.items():
        assert set(extract.files["fault"]) == {"none"}, name
    assert set(real.good.extracts) == {"street_crime", "lsoa11_lsoa21", "lsoa21_ward", "boundaries", "population"}
