"""Street-level crime and anti-social behaviour: data.police.uk's monthly CSV files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from srp_lib import periods

from . import text, tidy
from .model import Fact, FaultError, RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = {
    "Crime ID": "crime_id",
    "Month": "month",
    "Reported by": "reported_by",
    "Falls within": "falls_within",
    "Longitude": "longitude",
    "Latitude": "latitude",
    "Location": "location",
    "LSOA code": "lsoa_code",
    "LSOA name": "lsoa_name",
    "Crime type": "crime_type",
    "Last outcome category": "outcome",
    "Context": "context",
}
ORDER = (
    "file",
    "month",
    "crime_id",
    "reported_by",
    "longitude",
    "latitude",
    "location",
    "lsoa_code",
    "lsoa_name",
    "crime_type",
    "outcome",
)
PLACED = ("lad_code", "vintage", "lsoa_known")
# the header as `files` records it
STREET_HEADER = "|".join(COLUMNS)
_MONTH = re.compile(periods.MONTH)
_NAME = re.compile(r"(\d{4}-\d{2})-(.+?)-street")


def recognise(head: str) -> bool:
    """Whether the start of a file has most of the columns of a street-level file."""
    first = head.lstrip("\ufeff\r\n").split("\n", 1)[0]
    if "Outcome type" in first:
        return False
    return sum(column in first for column in COLUMNS) >= 7


def recognise_name(name: str) -> bool:
    """Whether a file is named like a street-level file, whatever is in it."""
    return re.search(r"[-_ ]street\b", name.lower()) is not None


def name_facts(file: RawFile) -> dict[str, Fact]:
    """What the file's name and folder say: month, folder's month and force."""
    found = _NAME.match(file.name.lower())
    month = re.match(r"\d{4}-\d{2}(?!\d)", file.name)
    return {
        "columns": "",
        "name_month": month[0] if month else "",
        "folder_month": file.folder if _MONTH.fullmatch(file.folder) else "",
        "inner_months": "",
        "force": found[2] if found else "",
    }


def read(data: bytes, file: RawFile) -> Reading:
    """One month's rows, every row kept, and the facts of the file. Raises FaultError."""
    facts = name_facts(file)
    data = text.checked(data, line_end=True)
    _refuse_delimiter(data)
    names = text.header(data)
    facts["columns"] = "|".join(names)
    if "Outcome type" in names:
        raise FaultError("columns", f"holds outcomes under the name of a street-level file: {text.AGAIN}")
    text.require(names, list(COLUMNS))
    read_in = text.table(data, names, _types())
    facts |= _months(read_in)
    facts["synthetic"] = "Synthetic" in _distinct(read_in, "Context")
    return Reading(_tidy(read_in, file.path), facts)


def join(tables: Sequence[pa.Table]) -> pa.Table:
    """All files' rows in one table: dictionaries shared and sorted, so bytes don't vary."""
    return tidy.join(tables, schema())


def schema() -> pa.Schema:
    """The tidy columns before places are added."""
    import pyarrow as pa

    kinds = {"crime_id": pa.string(), "longitude": pa.float64(), "latitude": pa.float64()}
    category = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([pa.field(name, kinds.get(name, category)) for name in ORDER])


def _types() -> dict[str, pa.DataType]:
    import pyarrow as pa

    kinds = {"Crime ID": pa.string(), "Longitude": pa.float64(), "Latitude": pa.float64()}
    category = pa.dictionary(pa.int32(), pa.string())
    return {name: kinds.get(name, category) for name in COLUMNS}


def _refuse_delimiter(data: bytes) -> None:
    first = data.split(b"\n", 1)[0]
    if b"Crime ID" in first and b"," not in first:
        raise FaultError(
            "columns", f"has columns that are not separated by commas, as when a spreadsheet saved it: {text.AGAIN}"
        )


def _distinct(read_in: pa.Table, column: str) -> list[str]:
    found = read_in.column(column).unique().to_pylist()
    return sorted(str(value.as_py() if hasattr(value, "as_py") else value) for value in found if value is not None)


def _months(read_in: pa.Table) -> dict[str, str]:
    found = _distinct(read_in, "Month")
    good = [month for month in found if _MONTH.fullmatch(month)]
    # a value that is no month might be text from another column, so it isn't repeated
    shown = good + ["not a month"] * (len(good) < len(found))
    if read_in.column("Month").null_count:
        shown.append("blank")
    return {
        "inner_months": ";".join(shown),
        "first_month": good[0] if good else "",
        "last_month": good[-1] if good else "",
    }


def _tidy(read_in: pa.Table, path: str) -> pa.Table:
    renamed = read_in.rename_columns([COLUMNS[name] for name in read_in.column_names])
    files = tidy.repeated(path, read_in.num_rows)
    return renamed.append_column("file", files).select(list(ORDER)).cast(schema())
