"""ONS mid-year population estimates: the yearly workbook, by single year of age and sex."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import text, workbooks
from .model import AGES, SEXES, FaultError, RawFile, Reading, Tidy
from .workbooks import Workbook

if TYPE_CHECKING:
    import pyarrow as pa

_SHEET = r"^\s*MYE\s*2\b"
_YEAR = re.compile(r"(?:mid|june)[- ](20\d\d|19\d\d)", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]\d{8}")
_NAME = re.compile(r"mid-?_?year.*estimate|pop.*estimate|\bmye\d|^mye")


def recognise(book: Workbook) -> bool:
    """Whether the workbook has a sheet MYE2."""
    return bool(book.find(_SHEET))


def recognise_name(name: str) -> bool:
    """Whether a spreadsheet's name speaks of mid-year population estimates."""
    return name.lower().endswith(workbooks.SUFFIXES) and bool(_NAME.search(name.lower()))


def read(book: Workbook, file: RawFile) -> Reading:
    """One row an area and sex, with ages 0 to 90 (90 and over). Raises FaultError (columns,
    empty, unreadable)."""
    import pyarrow as pa

    records: list[tuple[Tidy, ...]] = []
    years, synthetic = set(), False
    for sex in SEXES:
        rows = _sheet(book, sex)
        at, columns = _header(rows, sex)
        above = workbooks.preamble(rows, at)
        _refuse_other_sex(above, sex)
        year = _year(above, book)
        years.add(year)
        synthetic |= "SYNTHETIC" in above
        records += _records(rows, at, columns, (file.path, year), sex)
    if len(years) > 1:
        raise FaultError("columns", f"has sheets of different years: {text.AGAIN}")
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*records, strict=True), schema(), strict=True)]
    vintage = f"mid-{years.pop()}"
    return Reading(pa.table(arrays, schema=schema()), {"vintage": vintage, "synthetic": synthetic})


def schema() -> pa.Schema:
    """The tidy columns; no count is ever null."""
    import pyarrow as pa

    words = [pa.field(name, pa.string()) for name in ("area_code", "area_name", "geography", "sex")]
    counts = [pa.field(name, pa.int64(), False) for name in ("all_ages", *AGES)]
    return pa.schema([pa.field("file", pa.string()), pa.field("year", pa.int64(), False), *words, *counts])


def _sheet(book: Workbook, sex: str) -> list[list[object]]:
    # "males" is also the end of "females": the word must stand alone
    found = [name for name in book.find(_SHEET) if re.search(rf"\b{sex}\b", name.lower())]
    if not found:
        raise FaultError("columns", f"lacks the sheet “MYE2 - {sex.title()}”: {text.AGAIN}")
    return book.rows(found[0])


def _refuse_other_sex(above: str, sex: str) -> None:
    """Raise FaultError where a sheet's title speaks of one sex and its name of another."""
    said = set(re.findall(r"\b(persons|females|males)\b", above.lower()))
    if said and sex not in said:
        raise FaultError(
            "columns",
            f"has another title above the table of its sheet “MYE2 - {sex.title()}”, so sheets are mixed up: {text.AGAIN}",
        )


def _header(rows: Sequence[Sequence[object]], sex: str) -> tuple[int, list[int]]:
    """The header row's index, and the positions of code, name, geography, all ages, 0 to 90."""
    tried = (list(map(_label, row)) for row in rows[:60])
    at, labels = next(
        ((at, labels) for at, labels in enumerate(tried) if "all ages" in labels and "code" in labels), (0, [])
    )
    if not labels:
        raise FaultError(
            "columns", f"has no header row with “Code” and “All ages” in the sheet “MYE2 - {sex.title()}”: {text.AGAIN}"
        )
    wanted = ["code", "name", "geography", "all ages", *map(str, range(90)), "90+"]
    text.refuse_missing([label for label in wanted if label not in labels], f" in the sheet “MYE2 - {sex.title()}”")
    return at, [labels.index(label) for label in wanted]


def _label(cell: object) -> str:
    """A header cell in one spelling: 0.0 is "0", "Geography1" is "geography"."""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    label = text.plain(cell)
    if re.fullmatch(r"(aged? ?)?90 ?(\+|and over|& over|plus)", label):
        return "90+"
    if age := re.fullmatch(r"(?:aged? ?)?(\d{1,2})(?:\.0)?", label):
        return age[1]
    return re.sub(r"\s*\d+$", "", label)


def _year(above: str, book: Workbook) -> int:
    found = _YEAR.search(above)
    if not found and book.sheets:
        found = _YEAR.search(workbooks.preamble(book.rows(book.sheets[0]), 20))
    if not found:
        raise FaultError(
            "columns", f"does not say its year (as in “mid-2020”) above the header of its sheets “MYE2”: {text.AGAIN}"
        )
    return int(found[1])


def _records(
    rows: Sequence[Sequence[object]], at: int, columns: Sequence[int], start: tuple[str, int], sex: str
) -> list[tuple[Tidy, ...]]:
    records = []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        code, name, geography, *counts = (row[position] for position in columns)
        if not _CODE.fullmatch(str(code).strip()):
            continue  # a note or a blank row
        words = [str(word).strip() for word in (code, name, geography)]
        text.refuse_formula(words, f"row {number} of the sheet “MYE2 - {sex.title()}”")
        records.append((*start, *words, sex, *_counts(counts, number, sex)))
    if not records:
        raise FaultError("empty", f"has no areas in the sheet “MYE2 - {sex.title()}”: {text.AGAIN}")
    return records


def _counts(cells: Sequence[object], number: int, sex: str) -> list[int]:
    try:
        counts = [workbooks.whole(cell) for cell in cells]
    except (ValueError, OverflowError):
        counts = []
    whole = [count for count in counts if count is not None]
    if len(whole) < len(cells):
        raise FaultError(
            "unreadable",
            f"has a blank, or a value that is not a whole number, in "
            f"row {number} of the sheet “MYE2 - {sex.title()}”: "
            f"{text.AGAIN}",
        )
    return whole
