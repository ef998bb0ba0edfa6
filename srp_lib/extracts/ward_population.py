"""Residents of wards, all ages: mid-year estimates or the census. Column names vary with who collected the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import open_tables, text
from .lookups import MARK
from .model import FaultError, RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

_WARD, _YEAR = r"(electoral)?(ward|wd)", r"(20)?(\d\d)?"
SPELLINGS = {
    "ward_code": rf"{_WARD}{_YEAR}(code|cd){_YEAR}",
    "ward_name": rf"{_WARD}{_YEAR}(name|nm){_YEAR}",
    "lad_code": rf"(lad|ltla|la|localauthority(district)?){_YEAR}(code|cd){_YEAR}",
    "residents": r"(mid20\d\d)?(total|usual)?(residents?|population|allages|allpersons)(mid20\d\d)?",
}
_NEEDED = {"ward_code": "ward code", "ward_name": "ward name", "residents": "residents"}
_NAME = re.compile(
    r"(?<![a-z])wards?(?![a-z]).*(census|population|residents|mid[ _-]?(20)?\d\d)"
    r"|(census|population|residents|mid[ _-]?(20)?\d\d).*(?<![a-z])wards?(?![a-z])"
)


def recognise(names: Sequence[str]) -> bool:
    """Whether columns hold wards with their residents."""
    held = set(open_tables.found(names, SPELLINGS))
    return bool(held & {"ward_code", "ward_name"}) and "residents" in held


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of the population of wards."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row a ward with its residents.

    Raises FaultError: as all text files, and columns when the wards' year or the population's can't be told.
    """
    data = text.checked(data)
    names = text.header(data)
    given = open_tables.found(names, SPELLINGS)
    text.refuse_missing([spelt for tidy, spelt in _NEEDED.items() if tidy not in given])
    year = _ward_year(given["ward_code"], file)
    reference = open_tables.reference(file, names)
    cells = open_tables.read(data, names, given)
    tidy = {name: cells.words(name) for name in ("ward_code", "ward_name")}
    tidy["residents"] = cells.numbers("residents")
    if "lad_code" in given:
        tidy["lad_code"] = cells.table.column("lad_code")
    constants = {"file": file.path, "ward_year": year, "reference": reference}
    return Reading(open_tables.filled(tidy, constants, schema()), {"vintage": reference, "synthetic": MARK in names})


def schema() -> pa.Schema:
    """The tidy columns: only the authority's code may be null."""
    import pyarrow as pa

    words = [pa.field(name, pa.string()) for name in ("reference", "ward_code", "ward_name", "lad_code")]
    start = [pa.field("file", pa.string()), pa.field("ward_year", pa.int64(), False)]
    return pa.schema([*start, *words, pa.field("residents", pa.int64(), False)])


def _ward_year(column: str, file: RawFile) -> int:
    """The year of the wards, as the code's column or else the file's name says it."""
    year = re.search(r"(?<!\d)(?:20)?(\d\d)(?!\d)", column) or re.search(
        r"(?:wards?|wd)[ _-]?(?:20)?(\d\d)(?!\d)", file.name.lower()
    )
    if year:
        return 2000 + int(year[1])
    raise FaultError("columns", "does not say of which year its wards are: put the year, as in “ward22”, in its name.")
