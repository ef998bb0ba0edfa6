"""Population of LSOAs: Census 2021 residents and households, or mid-year estimates by age.

Column names vary with who collected the table: ONS's spellings and plain ones are accepted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import text
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
    columns = _columns(names)
    areas = {"lsoa_code", "lsoa_name"} & set(columns)
    ages = sum(age in columns for age in AGES)
    return bool(areas) and ("residents" in columns or "households" in columns or ages > 45)


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of the population of LSOAs."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row an LSOA with residents, households and ages, null where not given.

    Raises FaultError: as all text files, and columns when the year can't be told.
    """
    data = text.checked(data)
    names = text.header(data)
    columns = _columns(names)
    _require(columns)
    vintage = _vintage(columns["lsoa_code"], file.path)
    reference = _reference(file, names, "households" in columns)
    tidy = _tidy(text.text_table(data, names, list(columns.values())), columns)
    constants = {"file": file.path, "vintage": vintage, "reference": reference}
    synthetic = MARK in names
    return Reading(_fill(tidy, constants), {"vintage": vintage, "synthetic": synthetic})


def schema() -> pa.Schema:
    """The tidy columns: counts may be null, but for residents."""
    import pyarrow as pa

    words = [pa.field(name, pa.string()) for name in ("file", "vintage", "reference", "lsoa_code", "lsoa_name")]
    counts = [pa.field(name, pa.int64()) for name in ("households", *AGES)]
    return pa.schema([*words, pa.field("residents", pa.int64(), False), *counts])


def _columns(names: Sequence[str]) -> dict[str, str]:
    """Tidy name to the file's column, for each column that is known."""
    columns: dict[str, str] = {}
    for name in names:
        bare = re.sub(r"[^a-z0-9]", "", name.lower())
        for tidy, spelling in _SPELLINGS.items():
            if re.fullmatch(spelling, bare):
                columns.setdefault(tidy, name)
        age = _AGE.fullmatch(name.lower())
        if age and int(age[1]) <= 90 and bool(age[2]) == (int(age[1]) == 90):
            columns.setdefault(f"age_{int(age[1])}", name)
    return columns


def _require(columns: dict[str, str]) -> None:
    missing = [spelt for tidy, spelt in (("lsoa_code", "LSOA code"), ("residents", "residents")) if tidy not in columns]
    absent = [age.removeprefix("age_") for age in AGES if age not in columns]
    if len(absent) < len(AGES):
        missing += [f"age {'90+' if age == '90' else age}" for age in absent]
    if missing:
        raise FaultError("columns", f"lacks {text.listed(missing)}: {text.AGAIN}")


def _vintage(column: str, path: str) -> str:
    for words in (column, path):
        found = re.search(r"(?:lsoas?|areas?)[^0-9]{0,8}(?:20)?(11|21)(?!\d)", words.lower())
        if found:
            return f"20{found[1]}"
    raise FaultError(
        "columns", "does not say whether its LSOAs are those of 2011 or of 2021: put “lsoa11” or “lsoa21” in its name."
    )


def _reference(file: RawFile, names: Sequence[str], households: bool) -> str:
    for words in (file.name, file.path, " ".join(names)):
        census = re.search(r"census[ _-]*(20\d\d)?", words.lower())
        if census:
            return f"Census {census[1] or 2021}"
        middle = re.search(r"(?:mid|population|pop)[ _-]*(?:20)?(\d\d)(?!\d)", words.lower())
        if middle:
            return f"mid-20{middle[1]}"
    if households:  # only a census counts the households of an LSOA
        return "Census 2021"
    raise FaultError(
        "columns",
        "does not say of which year its population is: put “mid-2020” or “census2021”, as the case is, in its name.",
    )


def _tidy(read_in: pa.Table, columns: dict[str, str]) -> dict[str, pa.Array]:
    return {
        tidy: read_in.column(name) if tidy.startswith("lsoa_") else _whole(read_in, name, tidy)
        for tidy, name in columns.items()
    }


def _whole(read_in: pa.Table, name: str, tidy: str) -> pa.Array:
    """A text column as whole numbers; "6.0" and "1,234" are whole."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        bare = pc.replace_substring(read_in.column(name), ",", "")
        whole = bare.cast(pa.float64()).cast(pa.int64())
    except pa.ArrowInvalid:
        raise FaultError(
            "unreadable", f"has a value that is not a whole number in the column “{name}”: {text.AGAIN}"
        ) from None
    if tidy == "residents" and whole.null_count:
        raise FaultError("unreadable", f"has a blank in the column “{name}”: {text.AGAIN}")
    return whole


def _fill(tidy: dict[str, pa.Array], constants: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    length = len(tidy["lsoa_code"])
    arrays = []
    for field in schema():
        given = tidy.get(field.name)
        value = pa.scalar(constants.get(field.name), field.type)
        arrays.append(pa.repeat(value, length) if given is None else given)
    return pa.table(arrays, schema=schema())
