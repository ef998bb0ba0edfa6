"""A small good set of extracts, cut from the synthetic sample: what the fault campaign damages.

Partners' workbooks become CSV files, as tables of text are easier to damage; the campaign makes workbooks of them
where the damage is of workbooks. Some hundred rows an extract are enough for every rule to have something to judge.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from srp_lib.extracts import PARTNER, REGISTRY
from srp_lib.sample import write_sample

MONTHS = ("2020-01", "2020-02", "2020-03", "2020-04", "2020-05")
KEPT_AREAS = 30  # areas of the population workbooks, of which there are 83
KEPT_OFFENCES = 60  # one offence in so many
KEPT_INCIDENTS = {"asb_incidents": 60, "fire_incidents": 8, "missing_children": 25}
YEARS = ("2019", "2020")
Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A CSV file: its path in the raw folder, what stands above its header, its header and its rows."""

    extract: str
    path: str
    header: Row
    rows: tuple[Row, ...]
    above: tuple[Row, ...] = ()

    def encoded(self, mark: str = ",", end: str = "\r\n") -> bytes:
        """The file's bytes, with another mark between cells or another end of lines if asked for."""
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=mark, lineterminator=end).writerows([*self.above, self.header, *self.rows])
        return out.getvalue().encode("utf-8")

    def at(self, column: str) -> int:
        """The position of a column."""
        return self.header.index(column)

    def column(self, name: str) -> list[str]:
        """The values of a column."""
        return [row[self.at(name)] for row in self.rows]

    def changed(self, name: str, change: Callable[[list[str]], Sequence[str]]) -> Table:
        """The table with a column's values changed all together."""
        at = self.at(name)
        values = change(self.column(name))
        rows = tuple((*row[:at], value, *row[at + 1 :]) for row, value in zip(self.rows, values, strict=True))
        return replace(self, rows=rows)

    def cell(self, row: int, name: str, value: str) -> Table:
        """The table with one cell changed."""
        return self.changed(name, lambda values: [value if n == row else one for n, one in enumerate(values)])

    def workbook(self, **options: object) -> bytes:
        """The table as a workbook of one sheet."""
        return book({"Sheet1": [*self.above, self.header, *self.rows]}, **options)


Sheets = Mapping[str, Sequence[Sequence[object]]]


def book(sheets: Sheets, change: Callable[[xlsxwriter.Workbook], None] | None = None) -> bytes:
    """A workbook of some sheets; `change` may do more to it before it is closed."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for at, row in enumerate(rows):
            for position, value in enumerate(row):
                _put(sheet, at, position, value, day)
    if change:
        change(made)
    made.close()
    return out.getvalue()


def _put(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, day: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif value not in ("", None):
        sheet.write_string(row, column, str(value))


@dataclass(frozen=True)
class Yard:
    """The good extracts: tables by extract (several files of one extract each), and other files as bytes."""

    tables: Mapping[str, tuple[Table, ...]]
    books: Mapping[str, Sheets]
    others: Mapping[str, tuple[str, bytes]]
    written: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def files(self, extract: str) -> dict[str, bytes]:
        """The good files of one extract by path."""
        if extract not in self.written:
            self.written[extract] = self._write(extract)
        return dict(self.written[extract])

    def _write(self, extract: str) -> dict[str, bytes]:
        held = {table.path: table.encoded() for table in self.tables.get(extract, ())}
        held |= {path: book(sheets) for path, sheets in self.books.items() if extract == "population"}
        return held | {path: data for path, (name, data) in self.others.items() if name == extract}

    def one(self, extract: str) -> Table:
        """The first table of an extract."""
        return self.tables[extract][0]


def make(folder: Path) -> Yard:
    """Cut the good extracts from a sample that is written to `folder`."""
    write_sample(folder)
    offences = [
        _thin(read_table(folder / f"offences/offences_{year}.csv", "offences"), KEPT_OFFENCES)
        for year in ("2019-20", "2020-21")
    ]
    kept = {one for table in offences for one in table.column("offence_id")}
    tables = {"street_crime": tuple(_street(folder, month) for month in MONTHS), "offences": tuple(offences)}
    for name in PARTNER:
        if name not in tables:
            tables[name] = tuple(_partner(folder, path, name, kept) for path in sorted((folder / name).iterdir()))
    tables |= _open_tables(folder)
    books = dict(_population(folder, year) for year in YEARS)
    others = {
        f"boundaries/{path.name}": ("boundaries", path.read_bytes())
        for path in sorted((folder / "boundaries").iterdir())
    }
    others["risk_scale.toml"] = ("risk_scale", (folder / "risk_scale.toml").read_bytes())
    return Yard({name: tables[name] for name in REGISTRY if name in tables}, books, others)


def read_table(path: Path, extract: str, header: int = 0) -> Table:
    """A CSV file as a table, under the name of its folder and its own."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [tuple(row) for row in csv.reader(stream)]
    named = f"{path.parent.name}/{path.name}"
    return Table(extract, named, rows[header], tuple(rows[header + 1 :]), tuple(rows[:header]))


def _thin(table: Table, every: int) -> Table:
    return replace(table, rows=table.rows[::every])


def _street(folder: Path, month: str) -> Table:
    """A month's rows of one LSOA in twelve and those without one, which stay last."""
    path = folder / f"police_uk/{month}/{month}-south-yorkshire-street.csv"
    table = read_table(path, "street_crime")
    at = table.at("LSOA code")
    rows = tuple(row for row in table.rows if int(row[at][-6:] or 0) % 12 == 0)
    blank = [number for number, row in enumerate(rows) if not row[at]]
    dropped = set(blank[len(rows) // 30 :])
    return replace(
        table,
        path=f"police_uk/{month}/{path.name}",
        rows=tuple(row for number, row in enumerate(rows) if number not in dropped),
    )


def _partner(folder: Path, path: Path, name: str, offences: set[str]) -> Table:
    table = read_table(path, name) if path.suffix == ".csv" else _from_book(path, name)
    if "offence_id" in table.header:
        at = table.at("offence_id")
        return replace(table, rows=tuple(row for row in table.rows if row[at] in offences))
    return _thin(table, KEPT_INCIDENTS.get(name, 1))


def _from_book(path: Path, name: str) -> Table:
    """A partner's workbook as a CSV table that says SYNTHETIC."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    at = next(number for number, row in enumerate(rows) if all(row))
    made = [tuple(map(_plain, row)) for row in rows[at + 1 :]]
    header = (*map(str, rows[at]), "SYNTHETIC")
    return Table(name, f"{name}/{path.stem}.csv", header, tuple((*row, "synthetic") for row in made))


def _plain(value: object) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _open_tables(folder: Path) -> dict[str, tuple[Table, ...]]:
    """The open tables by extract."""
    places = {
        "small_area_population": ("population/census2021*", "population/population20*"),
        "lsoa11_lsoa21": ("geography/LSOA11_LSOA21*",),
        "lsoa11_ward": ("geography/LSOA11_Ward*",),
        "lsoa21_ward": ("geography/LSOA21*",),
        "lad_csp_pfa": ("geography/LAD*",),
        "recorded_crime_csp": ("csp_tables/*",),
        "deprivation": ("deprivation/*2019*", "deprivation/*2025*"),
        "neighbours": ("neighbours/ons*", "neighbours/dfe*"),
        "ward_groups": ("ward_groups/*",),
        "rural_urban": ("rural_urban/*",),
        "ward_population": ("population/*ward21*",),
    }
    header = {"recorded_crime_csp": 8}
    return {
        name: tuple(read_table(next(iter(folder.glob(one))), name, header.get(name, 0)) for one in patterns)
        for name, patterns in places.items()
    }


def _population(folder: Path, year: str) -> tuple[str, Sheets]:
    path = next(iter(folder.glob(f"population/*mid{year}*")))
    opened = CalamineWorkbook.from_path(path)
    sheets = {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}
    return f"population/{path.name}", {name: [*rows[: KEPT_AREAS + 4], *rows[-1:]] for name, rows in sheets.items()}
