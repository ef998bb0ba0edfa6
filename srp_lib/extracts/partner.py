"""The partners' own extracts: one reader for all of them, which follows `partner_schema`.

A file is a CSV or a workbook with a header in any order. Columns that the schema doesn't have never leave
the file; no sentence repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from . import partner_dates, partner_values, tidy, workbook_cells, workbooks
from . import text as texts
from .model import Fact, FaultError, RawFile, Reading
from .partner_schema import MARK, Column, columns, deciding, partner_extracts, plain, required
from .partner_values import Cells
from .registry import RECORDS
from .workbooks import Workbook

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".csv", ".txt", ".zip", *workbooks.SUFFIXES, *texts.PACKED)
HEADER_ROWS = 20
LONGEST_NOTE = 10_000  # bytes
AGAIN = "ask the partner that supplied it for a corrected file."
# rows without a date of their own are of the same time as the offences they name, or of no one time
UNDATED = "dated by their offences"
STANDING = "as supplied, for every period"
_SHOWN = re.compile(r"[A-Za-z][A-Za-z0-9_ ()/-]{0,39}")


def folder(file: RawFile) -> str:
    """The extract whose name the nearest of the folders above a CSV, workbook or zip bears, or ""."""
    if not file.name.lower().endswith(SUFFIXES):
        return ""
    path = f"{file.container}/../{file.member}" if file.container else file.path
    above = [plain(part) for part in path.split("/")[:-1]]
    return next((name for name in reversed(above) if name in partner_extracts()), "")


def recognise(names: Iterable[object]) -> str:
    """The extract whose required columns are all in a header, or ""; of several the one with most columns."""
    have = set(map(plain, names))
    fitting = [name for name in partner_extracts() if have.issuperset(required(name))]
    return max(fitting, key=lambda name: len(required(name)), default="")


def recognise_book(book: Workbook) -> str:
    """The extract whose header is in the first rows of a sheet, or ""."""
    tops = (row for sheet in book.visible for row in _rows(book, sheet)[:HEADER_ROWS])
    return next(filter(None, map(recognise, tops)), "")


def nearly(names: Iterable[object]) -> str:
    """Why a header that has most of an extract's required columns isn't taken for that extract, or ""."""
    have = set(map(plain, names))
    for name in partner_extracts():
        missing = [column for column in required(name) if column not in have]
        if len(missing) * 2 < len(required(name)) and len(required(name)) - len(missing) > 2:
            return f"it would be {name} if it had {texts.listed(missing)}: correct its header"
    return ""


def remedy(sentence: str) -> str:
    """A reader's sentence with what helps when a partner, and no publisher, has made the file."""
    return sentence.replace(texts.AGAIN, AGAIN).replace("the publisher's files never", "such extracts never")


def schema(extract: str) -> pa.Schema:
    """The tidy columns of one extract: `file`, then those of the schema in its order, any of them null."""
    import pyarrow as pa

    fields = [pa.field(column.name, partner_values.arrow_type(column)) for column in columns(extract)]
    return pa.schema([pa.field("file", tidy.category()), *fields])


def read_csv(data: bytes, file: RawFile, extract: str) -> Reading:
    """The extract's rows from CSV bytes. Raises FaultError."""
    checked = texts.checked(data)
    body = checked.lstrip(b"\r\n")
    given = texts.given_names(body)
    _refuse_header(given, extract, checked)
    # names of the file's own making would be quoted in sentences and can be there twice
    keys = _keys(given, extract)
    wanted = [column for column in columns(extract) if column.name in keys]
    types = dict.fromkeys([column.name for column in wanted], tidy.category())
    read_in = texts.table(body, keys, types, _longest(extract))
    received = []
    for column in wanted:
        coded = tidy.one_array(read_in.column(column.name))
        words = coded.dictionary.to_pylist()
        received.append(Cells(column, words, coded.indices, lambda row: _line(checked, row)))
    return _reading(received, file, extract, given, MARK in map(plain, given))


def read_book(book: Workbook, file: RawFile, extract: str) -> Reading:
    """The extract's rows from the first sheet that has its header. Raises FaultError."""
    sheet, at = _find(book, extract)
    rows = book.rows(sheet)
    given = [str(cell).strip() or f"unnamed {n}" for n, cell in enumerate(rows[at], 1)]
    _refuse_header(given, extract)
    keys = _keys(given, extract)
    _refuse_unread(book, sheet, at, keys)
    received = [
        _cells(rows[at + 1 :], keys.index(column.name), column, lambda row: at + 2 + row)
        for column in columns(extract)
        if column.name in keys
    ]
    synthetic = MARK in map(plain, given) or MARK.upper() in workbooks.preamble(rows, at)
    return _reading(received, file, extract, given, synthetic)


def _find(book: Workbook, extract: str) -> tuple[str, int]:
    """The sheet with the extract's header, or else with most of it, and the header's row; hidden sheets are not read.

    Raises FaultError where several sheets have the header, as the rows of one alone would be read.
    """
    held = _headers(book, extract)
    best = max(held.values(), key=lambda found: found[0], default=(0, 0))
    if not best[0]:
        named = texts.listed(required(extract))
        raise FaultError("columns", f"has no sheet with the columns of {extract} ({named}): {AGAIN}")
    fitting = [name for name, (most, _) in held.items() if most == len(required(extract))]
    if len(fitting) > 1:
        raise FaultError(
            "columns",
            f"has the columns of {extract} on {len(fitting)} sheets, of which only one would be read: put the rows of "
            "all on one sheet, or each sheet in a file of its own.",
        )
    return next((name, at) for name, (most, at) in held.items() if (most, at) == best)


def _headers(book: Workbook, extract: str) -> dict[str, tuple[int, int]]:
    """Of each sheet that is not hidden: how many required columns its header has, and the header's row."""
    wanted = set(required(extract))
    found = {}
    for sheet in book.visible:
        counts = [len(set(map(plain, row)) & wanted) for row in _rows(book, sheet)[:HEADER_ROWS]]
        most = max(counts, default=0)
        found[sheet] = (most, counts.index(most) if counts else 0)
    return found


def _refuse_unread(book: Workbook, sheet: str, at: int, keys: Sequence[str]) -> None:
    """Raise FaultError for cells from the header down that would be read as blank and are not: merged ones in any
    column, and errors and formulas without a result in the extract's columns."""
    for (first, _), (last, _) in book.merged(sheet):
        if last >= at:
            where = f"row {max(first, at) + 1}"
            raise FaultError("values", f"has merged cells in {where}, of which all but one read as blank: {AGAIN}")
    for cell in book.spoilt(sheet):
        if cell.row is None or cell.column is None:
            raise _spoilt(cell.kind, "a cell")
        if cell.row > at and cell.column < len(keys) and not keys[cell.column].startswith("other "):
            raise _spoilt(cell.kind, f"row {cell.row + 1}, column “{keys[cell.column]}”")


def _spoilt(kind: str, where: str) -> FaultError:
    if kind == workbook_cells.ERROR:
        return FaultError("values", f"has an error in place of a value in {where}: correct it.")
    what = f"has a formula in {where} whose result was not worked out"
    return FaultError("formula", f"{what}: open it in a spreadsheet, save it with values alone and add it again.")


def _rows(book: Workbook, sheet: str) -> list[list[object]]:
    """A sheet's rows; none of a sheet without cells, such as a chart's."""
    try:
        return book.rows(sheet)
    except FaultError:
        return []


def _keys(given: Sequence[str], extract: str) -> list[str]:
    """The schema's names where a header has them, and names of no meaning for the other columns."""
    known = {column.name for column in columns(extract)}
    return [plain(name) if plain(name) in known else f"other {n}" for n, name in enumerate(given, 1)]


def _refuse_header(given: Sequence[str], extract: str, data: bytes = b"") -> None:
    keys = _keys(given, extract)
    twice = [column.name for column in columns(extract) if keys.count(column.name) > 1]
    if twice:
        raise FaultError("columns", f"has the column {texts.listed(twice)} twice: {AGAIN}")
    missing = [name for name in required(extract) if name not in keys]
    other = recognise(given)
    if missing and other:
        here = f"has the columns of {other} and is in the folder of {extract}"
        raise FaultError("columns", f"{here}: move it to a folder named {other}.")
    if missing and data and b"," not in data.split(b"\n", 1)[0]:
        raise FaultError("columns", f"has columns that are not separated by commas: {AGAIN}")
    texts.refuse_missing(missing)


def _line(data: bytes, row: int) -> int:
    """The line of a CSV file on which a row of values ends; the first row of values is row 0."""
    import csv
    import io

    lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    filled = (lines.line_num for fields in lines if fields)
    return next((line for number, line in enumerate(filled) if number == row + 1), row + 2)


def _cells(rows: Sequence[Sequence[object]], position: int, column: Column, row_number: Callable[[int], int]) -> Cells:
    """One column of a sheet; 1, 1.0 and true are told apart."""
    import pyarrow as pa

    found: dict[tuple[type, object], int] = {}
    at: list[int | None] = []
    for row in rows:
        value = row[position]
        at.append(None if value == "" else found.setdefault((type(value), value), len(found)))
    cells = Cells(column, [value for _, value in found], pa.array(at, pa.int32()), row_number)
    for number, value in enumerate(cells.values):
        _refuse_odd(value, cells, number)
    return cells


def _longest(extract: str) -> int:
    """How many bytes a text may have: notes and the words of a plan run to paragraphs, fields of a record don't."""
    return texts.LONGEST_TEXT if extract in RECORDS else LONGEST_NOTE


def _refuse_odd(value: object, cells: Cells, number: int) -> None:
    if not isinstance(value, str):
        return
    if re.match(texts.FORMULA, value):
        raise texts.formula_fault(cells.where(number))
    if re.search(texts.ODD, value):
        raise FaultError("unreadable", f"has {texts.ODD_TEXT} in {cells.where(number)}: {AGAIN}")
    longest = _longest(cells.column.extract)
    if len(value.encode()) > longest:
        what = f"has a value of over {longest:,} characters"
        raise FaultError("unreadable", f"{what} in {cells.where(number)}: {AGAIN}")


def _reading(received: Sequence[Cells], file: RawFile, extract: str, given: Sequence[str], synthetic: bool) -> Reading:
    import pyarrow as pa

    arrays = partner_values.typed(received)
    size = len(received[0].at)
    held = schema(extract)
    made = [arrays[field.name] if field.name in arrays else pa.nulls(size, field.type) for field in list(held)[1:]]
    table = _without_blank_rows(pa.table([tidy.repeated(file.path, size), *made], schema=held))
    if not table.num_rows:
        raise FaultError("empty", f"has a header and no rows: {AGAIN}")
    blank = [name for name in table.column_names if table.column(name).null_count == table.num_rows]
    facts: dict[str, Fact] = {"synthetic": synthetic, "extra_columns": _extra(given, extract)}
    facts["blank_columns"] = ";".join(blank)
    return Reading(table, facts | _months(table, extract))


def _without_blank_rows(table: pa.Table) -> pa.Table:
    """The rows that have a value: spreadsheets leave blank rows below a table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    blank = pa.repeat(pa.scalar(True), table.num_rows)
    for column in table.columns[1:]:
        if not column.null_count:
            return table
        blank = pc.and_(blank, pc.is_null(column))
    return table.filter(pc.invert(blank))


def _extra(given: Sequence[str], extract: str) -> str:
    """The names of columns that the schema doesn't have; those that might be no name are numbered."""
    known = {column.name for column in columns(extract)} | {MARK}
    others = [(n, name) for n, name in enumerate(given, 1) if plain(name) not in known]
    return ";".join(name if _SHOWN.fullmatch(name) else f"column {n}" for n, name in others)


def _months(table: pa.Table, extract: str) -> dict[str, Fact]:
    decides = deciding(extract)
    if not decides:
        named = any(column.refers_to.startswith("offences.") for column in columns(extract))
        return {"inner_months": "", "vintage": UNDATED if named else STANDING}
    months = partner_dates.months(table.column(decides).unique().to_pylist())
    ends = {"first_month": months[0], "last_month": months[-1]} if months else {}
    return {"inner_months": ";".join(months), **ends}
