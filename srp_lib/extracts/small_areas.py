"""Population of LSOAs: Census 2021 residents and households, or mid-year estimates by age.

Column names vary with who collected the table: ONS's spellings and plain ones are accepted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import open_tables, text
from .lookups import MARK
from .model import AGES, FaultError, RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

_LSOA = r"(lowerlayersuperoutputareas?|lsoa|geography)"
_YEAR = r"(20)?(11|21)?"
_SPELLINGS = {
    "lsoa_code": rf"{_LSOA}{_YEAR}(code|cd){_YEAR}",
    "lsoa_name": rf"{_LSOA}{_YEAR}(name|nm){_YEAR}|lowerlayersuperoutputareas",
    "residents": r"(mid20\d\d)?(total)?(residents?|population|allages|allpersons|persons)|total"
    r"|usualresidents|observation",
    "households": r"(total|numberof|all)?households",
}
_AGE = re.compile(r"(?:age|aged)?[ _]*(\d{1,2})[ _]*(\+|plus|and over|& over)?")
_NAME = re.compile(
    r"lsoa.*(census|population|residents|households)"
    r"|(census|population|residents|households).*lsoa"
)


def recognise(names: Sequence[str]) -> bool:
    """Whether the columns hold LSOAs with residents, households or ages."""
    held = _columns(names)
    areas = {"lsoa_code", "lsoa_name"} & set(held)
    ages = sum(age in held for age in AGES)
    return bool(areas) and ("residents" in held or "households" in held or ages > 45)


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of the population of LSOAs."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row an LSOA with residents, households and ages, null where not given.

    Raises FaultError: as all text files, and columns when the year can't be told.
    """
    data = text.checked(data)
    names = text.header(data)
    given = _columns(names)
    _require(given)
    vintage = open_tables.vintage(given["lsoa_code"], file.path)
    # only a census counts the households of an LSOA
    reference = open_tables.reference(file, names, "Census 2021" if "households" in given else "")
    cells = open_tables.read(data, names, given)
    tidy = {
        name: cells.table.column(name) if name.startswith("lsoa_") else cells.numbers(name, blanks=name != "residents")
        for name in given
    }
    constants = {"file": file.path, "vintage": vintage, "reference": reference}
    return Reading(open_tables.filled(tidy, constants, schema()), {"vintage": vintage, "synthetic": MARK in names})


def schema() -> pa.Schema:
    """The tidy columns: counts may be null, but for residents."""
    import pyarrow as pa

    words = [pa.field(name, pa.string()) for name in ("file", "vintage", "reference", "lsoa_code", "lsoa_name")]
    counts = [pa.field(name, pa.int64()) for name in ("households", *AGES)]
    return pa.schema([*words, pa.field("residents", pa.int64(), False), *counts])


def _columns(names: Sequence[str]) -> dict[str, str]:
    """Tidy name to the file's column, for each column that is known."""
    held = open_tables.found(names, _SPELLINGS)
    for name in names:
        age = _AGE.fullmatch(name.lower())
        if age and int(age[1]) <= 90 and bool(age[2]) == (int(age[1]) == 90):
            held.setdefault(f"age_{int(age[1])}", name)
    return held


def _require(given: dict[str, str]) -> None:
    missing = [spelt for tidy, spelt in (("lsoa_code", "LSOA code"), ("residents", "residents")) if tidy not in given]
    absent = [age.removeprefix("age_") for age in AGES if age not in given]
    if len(absent) < len(AGES):
        missing += [f"age {'90+' if age == '90' else age}" for age in absent]
    if missing:
        raise FaultError("columns", f"lacks {text.listed(missing)}: {text.AGAIN}")
