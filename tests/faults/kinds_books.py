"""Kinds of damage to workbooks: hidden and merged parts, formulas, errors, passwords, other formats under their name."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import date

import xlsxwriter
from kinds import ANY, HARMLESS, Case, kind, refused
from yard import Table, Yard, book

NAMES = ("missing_children", "services", "calls_101", "actions")
TYPED = {
    "numerator": float,
    "denominator": float,
    "offered": int,
    "answered": int,
    "abandoned": int,
    "mean_wait_seconds": float,
}
Change = Callable[[xlsxwriter.Workbook], None]


def rows_of(table: Table) -> list[list[object]]:
    """A table's header and rows with real dates and numbers."""
    return [
        list(table.header),
        *[[_typed(name, cell) for name, cell in zip(table.header, row, strict=True)] for row in table.rows],
    ]


def _typed(name: str, cell: str) -> object:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return date.fromisoformat(cell)
    return TYPED[name](cell) if name in TYPED and cell else cell


def of_book(
    yard: Yard, name: str, data: bytes, wanted: str, what: str = "", suffix: str = ".xlsx", beyond: str = ""
) -> Case:
    """A case in which a workbook stands in the place of an extract's one file."""
    path = yard.one(name).path.removesuffix(".csv") + suffix
    return Case(name, {path: data}, wanted, what, beyond)


def one_sheet(table: Table, change: Change | None = None) -> bytes:
    """The table as a workbook of one sheet."""
    return book({"Data": rows_of(table)}, change)


def patched(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(name, change(given.read(name)) if name == part else given.read(name))
    return out.getvalue()


def _sheet(made: xlsxwriter.Workbook) -> xlsxwriter.worksheet.Worksheet:
    return made.worksheets()[0]


@kind("a workbook in place of a CSV file, and under its name")
def _as_book(yard: Yard) -> Iterator[Case]:
    for name in NAMES:
        yield of_book(yard, name, one_sheet(yard.one(name)), HARMLESS)
        yield of_book(yard, name, one_sheet(yard.one(name)), HARMLESS, "named csv", ".csv")


@kind("a CSV file under the name of a workbook")
def _as_csv(yard: Yard) -> Iterator[Case]:
    for suffix in (".xlsx", ".xls", ".ods"):
        yield of_book(
            yard, "services", yard.one("services").encoded(), refused("services", "unreadable"), suffix, suffix
        )


@kind("numbers and dates as text in a workbook")
def _text_cells(yard: Yard) -> Iterator[Case]:
    for name in NAMES:
        yield of_book(yard, name, yard.one(name).workbook(), HARMLESS)


@kind("hidden rows and columns")
def _hidden_rows(yard: Yard) -> Iterator[Case]:
    def rows(made: xlsxwriter.Workbook) -> None:
        for row in range(3, 9):
            _sheet(made).set_row(row, None, None, {"hidden": True})

    def columns(made: xlsxwriter.Workbook) -> None:
        _sheet(made).set_column(1, 2, None, None, {"hidden": True})

    def filtered(made: xlsxwriter.Workbook) -> None:
        _sheet(made).autofilter(0, 0, 20, 3)
        _sheet(made).filter_column(1, "x == 1")
        rows(made)

    for name in NAMES:
        for change in (rows, columns, filtered):
            yield of_book(yard, name, one_sheet(yard.one(name), change), HARMLESS, change.__name__)


@kind("hidden sheets")
def _hidden_sheets(yard: Yard) -> Iterator[Case]:
    for name in NAMES:
        good = rows_of(yard.one(name))
        for how in ("hide", "very_hidden"):

            def change(made: xlsxwriter.Workbook, how: str = how) -> None:
                made.worksheets()[1].activate()
                getattr(made.worksheets()[0], how)()

            yield of_book(yard, name, book({"Old": good[:4], "Data": good}, change), HARMLESS, f"an old copy, {how}")

        def alone(made: xlsxwriter.Workbook) -> None:
            made.worksheets()[1].activate()
            made.worksheets()[0].hide()

        wanted = refused(name, "columns")
        yield of_book(yard, name, book({"Data": good, "Cover": [["Nothing here"]]}, alone), wanted, "the only table")


@kind("the table on several sheets")
def _several_sheets(yard: Yard) -> Iterator[Case]:
    for name in NAMES:
        good = rows_of(yard.one(name))
        half = len(good) // 2
        sheets = {"2019-20": good[:half], "2020-21": [good[0], *good[half:]]}
        yield of_book(yard, name, book(sheets), refused(name, "columns"))


@kind("other sheets: a cover, notes, a chart, a pivot table and its cache")
def _other_sheets(yard: Yard) -> Iterator[Case]:
    def chart(made: xlsxwriter.Workbook) -> None:
        made.add_chartsheet().set_chart(_chart(made))

    for name in NAMES:
        good = rows_of(yard.one(name))
        sheets = {"Cover": [["Extract"], ["Version 2"]], "Data": good, "Notes": [["Note 1"], ["Total", 99]]}
        yield of_book(yard, name, book(sheets, chart), HARMLESS)
        cached = io.BytesIO(book(sheets))
        with zipfile.ZipFile(cached, "a") as archive:
            archive.writestr("xl/pivotCache/pivotCacheDefinition1.xml", "<pivotCacheDefinition/>")
            archive.writestr(
                "xl/pivotCache/pivotCacheRecords1.xml", "<pivotCacheRecords><r><s v='O1'/></r></pivotCacheRecords>"
            )
        yield of_book(yard, name, cached.getvalue(), HARMLESS, "a pivot cache")


def _chart(made: xlsxwriter.Workbook) -> object:
    chart = made.add_chart({"type": "bar"})
    chart.add_series({"values": "=Data!$A$1:$A$2"})
    return chart


@kind("merged cells")
def _merged(yard: Yard) -> Iterator[Case]:
    for name in NAMES:
        table = yard.one(name)

        def header(made: xlsxwriter.Workbook, table: Table = table) -> None:
            _sheet(made).merge_range(0, 0, 0, 1, table.header[0])

        def body(made: xlsxwriter.Workbook, table: Table = table) -> None:
            _sheet(made).merge_range(2, 1, 5, 1, table.rows[1][1])

        for change in (header, body):
            yield of_book(yard, name, one_sheet(table, change), refused(name, "values"), change.__name__)

        def title(made: xlsxwriter.Workbook) -> None:
            _sheet(made).merge_range(0, 0, 0, 3, "Extract of records")

        above = [[""] * len(table.header), *rows_of(table)]
        yield of_book(yard, name, book({"Data": above}, title), HARMLESS, "a title above the header")


def _formula(row: int, column: int, value: object) -> Change:
    return lambda made: _sheet(made).write_formula(row, column, "=1+1", None, value)  # type: ignore[arg-type]


@kind("formulas in workbooks: with a result, without, never calculated")
def _formulas(yard: Yard) -> Iterator[Case]:
    for name, column in (("services", "numerator"), ("calls_101", "offered"), ("services", "estimate_low")):
        table = yard.one(name)
        at, value = table.at(column), table.rows[1][table.at(column)] or "0"
        data = one_sheet(table, _formula(2, at, float(value)))
        calm = patched(data, "xl/workbook.xml", lambda part: part.replace(b' fullCalcOnLoad="1"', b""))
        if table.rows[1][at]:
            yield of_book(yard, name, calm, HARMLESS, f"{column}: with its result")
        bare = patched(calm, "xl/worksheets/sheet1.xml", lambda part: re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part))
        yield of_book(yard, name, bare, refused(name, "formula"), f"{column}: without")
        yield of_book(yard, name, data, refused(name, "formula"), f"{column}: to be calculated when opened")
    outside = one_sheet(yard.one("services"), _formula(2, 20, 1))
    yield of_book(yard, "services", outside, HARMLESS, "beside the table")


@kind("errors in cells of workbooks")
def _errors(yard: Yard) -> Iterator[Case]:
    for name, column in (
        ("services", "numerator"),
        ("services", "denominator"),
        ("actions", "progress"),
        ("missing_children", "child_id"),
    ):
        table = yard.one(name)
        for error in ("#N/A", "#REF!", "#DIV/0!", "#VALUE!"):
            data = one_sheet(table, _formula(2, table.at(column), error))
            yield of_book(yard, name, data, refused(name, "values"), f"{column} {error}")


@kind("workbooks whose days count from 1904")
def _since_1904(yard: Yard) -> Iterator[Case]:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": True})
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    sheet = made.add_worksheet()
    for at, row in enumerate(rows_of(yard.one("missing_children"))):
        for position, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(at, position, cell, day)
            else:
                sheet.write(at, position, cell)
    made.close()
    yield of_book(yard, "missing_children", out.getvalue(), HARMLESS)


@kind("dates in workbooks: as serial numbers, half of them text")
def _book_dates(yard: Yard) -> Iterator[Case]:
    rows = rows_of(yard.one("missing_children"))
    at = rows[0].index("date")
    serial = [
        rows[0],
        *[[(cell - date(1899, 12, 30)).days if n == at else cell for n, cell in enumerate(row)] for row in rows[1:]],
    ]  # type: ignore[operator]
    yield of_book(
        yard, "missing_children", book({"Data": serial}), refused("missing_children", "dates"), "serial numbers"
    )
    half = [
        rows[0],
        *[
            [f"{cell:%d/%m/%Y}" if n == at and cell.day > 12 else cell for n, cell in enumerate(row)]
            for row in rows[1:]
        ],
    ]  # type: ignore[attr-defined]
    yield of_book(
        yard, "missing_children", book({"Data": half}), refused("missing_children", "dates"), "text after the 12th"
    )


@kind("numbers in workbooks where text is expected")
def _book_numbers(yard: Yard) -> Iterator[Case]:
    rows = rows_of(yard.one("missing_children"))
    long = [rows[0], [1.2345678901234567e17, *rows[1][1:]], *rows[2:]]
    yield of_book(
        yard,
        "missing_children",
        book({"Data": long}),
        refused("missing_children", "values"),
        "an identifier of 18 figures",
    )
    weights = [list(yard.one("harm_weights").header), *map(list, yard.one("harm_weights").rows)]
    weights[1][1] = 4.1
    yield of_book(yard, "harm_weights", book({"Data": weights}), refused("harm_weights", "values"), "code 4.10 as 4.1")


@kind("a row of totals, notes and blank rows in a workbook")
def _book_notes(yard: Yard) -> Iterator[Case]:
    for name, caught in (
        ("services", "services.period_given"),
        ("calls_101", "calls_101.file_dates"),
        ("actions", "actions.theme_given"),
        ("missing_children", "missing.date_given"),
    ):
        rows = rows_of(yard.one(name))
        yield of_book(yard, name, book({"Data": [*rows, ["Total", *[""] * (len(rows[0]) - 1)]]}), caught, "totals")
        yield of_book(yard, name, book({"Data": [*rows, [], ["Source: records system"]]}), caught, "a note")
        yield of_book(yard, name, book({"Data": [*rows[:5], [], [], *rows[5:], [], []]}), HARMLESS, "blank rows")


@kind("a workbook locked with a password")
def _locked(yard: Yard) -> Iterator[Case]:
    for name in ("services", "missing_children"):
        for suffix in (".xlsx", ".xls"):
            yield of_book(yard, name, encrypted(), refused(name, "unreadable"), suffix, suffix)


def encrypted() -> bytes:
    """The container of a workbook that is locked: two streams in an OLE file of 512-byte sectors, nothing readable."""
    free, end, chain = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += (
        struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
        + struct.pack("<I", 0)
        + struct.pack("<I", free) * 108
    )
    table = (
        struct.pack("<II", chain, end)
        + b"".join(struct.pack("<I", n + 1) for n in range(2, 9))
        + struct.pack("<I", end)
    )
    table += b"".join(struct.pack("<I", n + 1) for n in range(10, 17)) + struct.pack("<I", end)
    table += struct.pack("<I", free) * (128 - len(table) // 4)
    entries = (
        _entry("Root Entry", 5, 1, end, 0)
        + _entry("EncryptedPackage", 2, free, 2, 4096, 2)
        + _entry("EncryptionInfo", 2, free, 10, 4096)
    )
    return head + table + entries + bytes(128) + bytes(range(256)) * 32


def _entry(name: str, kind: int, child: int, start: int, size: int, left: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, left, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


@kind("a workbook cut off or with bytes changed")
def _cut_book(yard: Yard) -> Iterator[Case]:
    data = one_sheet(yard.one("services"))
    for end in sorted({*range(0, len(data), len(data) // 8), *range(len(data) - 200, len(data), 40)}):
        yield of_book(yard, "services", data[:end], ANY, f"after {end:,} bytes")
    for at in range(50, len(data) - 400, len(data) // 10):
        broken = data[:at] + bytes(byte ^ 0x5A for byte in data[at : at + 30]) + data[at + 30 :]
        yield of_book(yard, "services", broken, ANY, f"changed at {at:,}")


@kind("a workbook that unpacks to far more than it holds")
def _puffed(yard: Yard) -> Iterator[Case]:
    out = io.BytesIO(one_sheet(yard.one("services")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", bytes(17 * 1024**2))
    yield of_book(yard, "services", out.getvalue(), refused("services", "too_large"))


@kind("an empty workbook, and one with other tables alone")
def _empty_book(yard: Yard) -> Iterator[Case]:
    for name in NAMES:
        yield of_book(yard, name, book({"Sheet1": []}), refused(name, "columns"), "empty")
        yield of_book(yard, name, book({"Notes": [["Some", "notes"], [1, 2]]}), refused(name, "columns"), "notes")
        yield of_book(
            yard, name, book({"Data": [list(yard.one(name).header)]}), refused(name, "empty"), "a header alone"
        )


@kind("text that a spreadsheet runs, in a workbook")
def _run_text(yard: Yard) -> Iterator[Case]:
    for words in ("=cmd|' /C calc'!A0", "@SUM(1)", "+1+1"):
        table = yard.one("actions").cell(2, "progress", words)
        yield of_book(yard, "actions", one_sheet(table), refused("actions", "formula"), words)
    odd = yard.one("actions").cell(2, "progress", "As plan\u200bned")
    yield of_book(yard, "actions", one_sheet(odd), refused("actions", "unreadable"), "unseen characters")
    long = yard.one("missing_children").cell(2, "child_id", "C" * 10_000)
    yield of_book(
        yard, "missing_children", one_sheet(long), refused("missing_children", "unreadable"), "10,000 letters"
    )
