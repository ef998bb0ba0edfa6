"""Columns of open data whose names vary with who collected them: find them, type them, fill a tidy table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import text
from .model import FaultError, RawFile

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$"
# whole numbers from here on have lost digits in a spreadsheet
_EXACT = 10**15
_THOUSANDS = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"


@dataclass(frozen=True)
class Cells:
    """The chosen columns of a file as text under their tidy names, rows without any value left out.

    `given` has the file's own name of each column, and `rows` the file's number of each row, the header being 1.
    """

    table: pa.Table
    given: Mapping[str, str]
    rows: pa.Array

    def words(self, name: str) -> pa.ChunkedArray:
        """A column of text without blanks. Raises FaultError (unreadable)."""
        import pyarrow.compute as pc

        cells = self.table.column(name)
        self.refuse(name, pc.is_null(cells), "a blank")
        return cells

    def numbers(self, name: str, whole: bool = True, blanks: bool = False) -> pa.ChunkedArray:
        """A column as numbers (int64 when whole, else float64); "6.0" and "1,234" are whole.

        Raises FaultError (unreadable) for another value, and for a blank unless `blanks`.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        given = self.table.column(name)
        wanted = "a value that is not a whole number" if whole else "a value that is not a number"
        self.refuse(name, pc.match_substring_regex(given, text.SHORTENED), "a number that a spreadsheet has shortened")
        odd = pc.and_(pc.match_substring(given, ","), pc.invert(pc.match_substring_regex(given, _THOUSANDS)))
        self.refuse(name, odd, wanted)
        cells = pc.replace_substring(given, ",", "")
        self.refuse(name, pc.invert(pc.match_substring_regex(cells, _NUMBER)), wanted)
        values = cells.cast(pa.float64())
        self.refuse(name, pc.invert(pc.less(pc.abs(values), _EXACT)), wanted)
        if whole:
            self.refuse(name, pc.not_equal(values, pc.floor(values)), wanted)
        if not blanks:
            self.refuse(name, pc.is_null(values), "a blank")
        return values.cast(pa.int64()) if whole else values

    def refuse(self, name: str, bad: pa.ChunkedArray, what: str) -> None:
        """Raise FaultError (unreadable) naming the first row of a column for which `bad` is true, if any."""
        import pyarrow as pa
        import pyarrow.compute as pc

        first = pc.index(bad, pa.scalar(True)).as_py()
        if first >= 0:
            where = f"in the column “{self.given[name]}”, row {self.rows[first].as_py()}"
            raise FaultError("unreadable", f"has {what} {where}: {text.AGAIN}")


def found(names: Sequence[str], spellings: Mapping[str, str]) -> dict[str, str]:
    """Tidy name to the file's column, the first whose letters and digits match the spelling (in lower case) whole."""
    columns: dict[str, str] = {}
    for name in names:
        bare = re.sub(r"[^a-z0-9]", "", name.lower())
        for tidy, spelling in spellings.items():
            if re.fullmatch(spelling, bare):
                columns.setdefault(tidy, name)
    return columns


def read(data: bytes, names: Sequence[str], columns: Mapping[str, str]) -> Cells:
    """The columns of checked CSV bytes whose header is `names`. Raises FaultError as `text.table` does."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    held = text.text_table(data, names, list(columns.values())).rename_columns(list(columns))
    used = pc.is_valid(held.column(0))
    for column in held.columns[1:]:
        used = pc.or_(used, pc.is_valid(column))
    rows = pa.array(np.flatnonzero(used.to_numpy()) + 2)
    if not len(rows):
        raise FaultError("empty", f"has a header and no rows: {text.AGAIN}")
    return Cells(held.filter(used), dict(columns), rows)


def filled(tidy: Mapping[str, pa.ChunkedArray], constants: Mapping[str, str | int], schema: pa.Schema) -> pa.Table:
    """A table of the schema: columns as given, a constant in every row, and null where there is neither."""
    import pyarrow as pa

    length = len(next(iter(tidy.values())))
    arrays = []
    for field in schema:
        given = tidy.get(field.name)
        value = pa.scalar(constants.get(field.name), field.type)
        arrays.append(pa.repeat(value, length) if given is None else given)
    return pa.table(arrays, schema=schema)


def said_vintage(column: str, path: str) -> str:
    """The census year of the LSOAs, "2011" or "2021", that a column's name or else a path says, or ""."""
    for words in (column, path):
        year = re.search(r"(?:lsoas?|areas?)[^0-9]{0,8}(?:20)?(11|21)(?!\d)", words.lower())
        if year:
            return f"20{year[1]}"
    return ""


def vintage(column: str, path: str) -> str:
    """As `said_vintage`. Raises FaultError (columns) where neither says it."""
    if year := said_vintage(column, path):
        return year
    raise FaultError(
        "columns",
        "does not say whether its LSOAs are those of 2011 or of 2021: put “lsoa11” or “lsoa21” in its name.",
    )


def reference(file: RawFile, names: Sequence[str], otherwise: str = "") -> str:
    """Of when a population is, "Census 2021" or "mid-2020", by the file's name or path or its columns' names.

    Raises FaultError (columns) where none says it and there is no `otherwise`.
    """
    for words in (file.name, file.path, " ".join(names)):
        census = re.search(r"census[ _-]*(20\d\d)?", words.lower())
        if census:
            return f"Census {census[1] or 2021}"
        middle = re.search(r"(?:mid|population|pop)[ _-]*(?:20)?(\d\d)(?!\d)", words.lower())
        if middle:
            return f"mid-20{middle[1]}"
    if otherwise:
        return otherwise
    raise FaultError(
        "columns",
        "does not say of which year its population is: put “mid-2020” or “census2021”, as the case is, in its name.",
    )
