"""The ONS Rural Urban Classification of LSOAs, of 2011 and of 2021."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import open_tables, text
from .lookups import MARK
from .model import RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

SPELLINGS = {
    "lsoa_code": r"lsoa(20)?(11|21)?(cd|code)(20)?(11|21)?",
    "lsoa_name": r"lsoa(20)?(11|21)?(nm|name)(20)?(11|21)?",
    "class_code": r"ruc(20)?(11|21)(cd|code)",
    "class_name": r"ruc(20)?(11|21)(nm|name)?",
    "flag": r"(urbanrural|ruralurban)(flag)?",
}
# of 2011: conurbations, cities and towns are A to C; of 2021, classes begin with U or R
_URBAN, _RURAL = r"^([A-C][12]|U[A-Z]*\d)$", r"^([D-F][12]|R[A-Z]*\d)$"
_NAME = re.compile(r"(?<![a-z])ruc(?![a-z])|rural[ _-]*urban|urban[ _-]*rural")


def recognise(names: Sequence[str]) -> bool:
    """Whether columns hold LSOAs with their class."""
    held = set(open_tables.found(names, SPELLINGS))
    return bool(held & {"lsoa_code", "lsoa_name"} and held & {"class_code", "class_name", "flag"})


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of the classification."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row an LSOA with its class; rural as the file's own flag says, or else as the class does.

    Raises FaultError: as all text files, and columns when the LSOAs' year can't be told.
    """
    data = text.checked(data)
    names = text.header(data)
    given = open_tables.found(names, SPELLINGS)
    year = open_tables.said_vintage(given.get("lsoa_code", ""), file.path)[-2:] or "21"
    needed = {"lsoa_code": f"LSOA{year}CD", "class_code": f"RUC{year}CD", "class_name": f"RUC{year}NM"}
    text.refuse_missing([spelt for tidy, spelt in needed.items() if tidy not in given])
    vintage = open_tables.vintage(given["lsoa_code"], file.path)
    cells = open_tables.read(data, names, given)
    tidy = {name: cells.words(name) for name in needed}
    if "lsoa_name" in given:
        tidy["lsoa_name"] = cells.table.column("lsoa_name")
    constants = {"file": file.path, "vintage": vintage}
    facts = {"vintage": vintage, "synthetic": MARK in names}
    return Reading(open_tables.filled(tidy | {"rural": _rural(cells)}, constants, schema()), facts)


def schema() -> pa.Schema:
    """The tidy columns: none but the LSOA's name is ever null."""
    import pyarrow as pa

    words = ("file", "vintage", "lsoa_code", "lsoa_name", "class_code", "class_name")
    return pa.schema([*(pa.field(name, pa.string()) for name in words), pa.field("rural", pa.bool_(), False)])


def _rural(cells: open_tables.Cells) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    name, urban, rural = (
        ("flag", "(?i)^urban$", "(?i)^rural$") if "flag" in cells.given else ("class_code", _URBAN, _RURAL)
    )
    words = cells.words(name)
    is_rural = pc.match_substring_regex(words, rural)
    either = pc.or_(is_rural, pc.match_substring_regex(words, urban))
    cells.refuse(name, pc.invert(either), "a value that is neither urban nor rural")
    return is_rural
