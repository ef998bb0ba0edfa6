"""Released sheets: the tables of a release's spreadsheet, read back as those of the pages that they name.

A sheet is read back as the table of the page that it names, so that its cells are named as that table's are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import lru_cache

from srp_lib.display import DASH
from srp_lib.errors import AuditError
from srp_lib.page_tables import PageTable
from srp_lib.spreadsheet import ENDS
from srp_lib.wording import MINUS

SPREADSHEET = "tables.xlsx"
NUMBERED = re.compile(r"Table \d+: (?P<caption>.+)", re.S)
ORIGIN = re.compile(
    r"From the page (?P<title>.+) \((?P<page>[\w./-]+)\)(?:, under the heading (?P<heading>.+))?\.", re.S
)
NOTE, PERCENT, NO_FIGURE = "Note: ", " (%)", "[x]"
AT_ONCE = 8  # workbooks kept in mind

Row = Sequence[object]


@lru_cache(AT_ONCE)
def rows_of(data: bytes) -> tuple[tuple[str, tuple[tuple[object, ...], ...]], ...]:
    """The sheets of a workbook by name with all their cells from the first on. Raises AuditError for what is no workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise AuditError(
            f"{SPREADSHEET} can't be read as a workbook: it was cut short or damaged. Give the folder as the run left it."
        ) from error
    return tuple((name, tuple(map(tuple, rows))) for name, rows in sheets)


def sheets_of(data: bytes) -> tuple[list[PageTable], list[str]]:
    """The tables of the spreadsheet as those of its pages, and the texts of its sheets that hold none."""
    tables, texts = [], []
    for _, rows in rows_of(data):
        table = _table(rows)
        if table is None:
            texts += [str(cell) for row in rows for cell in row if cell not in ("", None)]
        else:
            tables.append(table)
    return tables, texts


def _table(rows: Sequence[Row]) -> PageTable | None:
    """A sheet as the table that it holds; None for one without."""
    lines = [str(row[0]) for row in rows if row]
    named = NUMBERED.fullmatch(lines[0]) if lines else None
    origin = next((found for line in lines if (found := ORIGIN.fullmatch(line))), None)
    top = next((at for at, row in enumerate(rows) if len(row) > 1 and row[1] not in ("", None)), None)
    if named is None or origin is None or top is None:
        return None
    heads = [str(head) for head in rows[top]]
    columns = [_column(head, [row[at] for row in rows[top + 1 :]]) for at, head in enumerate(heads)]
    body = tuple(zip(*(cells for _, cells in columns), strict=True))
    note = " ".join(line.removeprefix(NOTE) for line in lines[:top] if line.startswith(NOTE))
    return PageTable(
        origin["page"], origin["title"], origin["heading"] or "", named["caption"], tuple(head for head, _ in columns), body, note,
        tuple(("",) * len(row) for row in body),
    )  # fmt: skip


def _column(head: str, cells: Sequence[object]) -> tuple[str, tuple[str, ...]]:
    """A column's heading and cells as the page has them: with the sign of percent, and with decimals that are zeros."""
    least = min((decimals for cell in cells if (decimals := _decimals(cell))), default=0)
    sign = "%" if head.endswith(PERCENT) else ""
    told = tuple(_cell(cell, least, sign) for cell in cells)
    bare = head.removesuffix(PERCENT)
    return (f"Limit: {bare}" if bare.endswith(ENDS) else bare), told


def _cell(cell: object, least: int, sign: str) -> str:
    """A cell as the page has it; a number with `least` decimals or more, as the column's others have them."""
    if isinstance(cell, (int, float)):
        return f"{cell:,.{max(least, _decimals(cell))}f}{sign}".replace("-", MINUS)
    return DASH if cell == NO_FIGURE else str(cell or "")


def _decimals(cell: object) -> int:
    """The decimals of a number in a cell; none of anything else."""
    return len(f"{cell:.10g}".partition(".")[2]) if isinstance(cell, (int, float)) else 0
