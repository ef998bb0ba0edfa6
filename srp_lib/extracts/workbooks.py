"""Open spreadsheets (xls, xlsx, ods) from bytes and give their sheets as rows of plain values."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import TypeVar

from . import workbook_cells
from .model import FaultError
from .text import AGAIN, SHORTENED
from .workbook_cells import Spoilt

_Made = TypeVar("_Made")
MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SUFFIXES = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
MAX_UNPACKED = 2 * 1024**3
MAX_RATIO, RATIO_FROM = 200, 16 * 1024**2  # how often a part's size in the zip it may have, of parts that large
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook locked with a password
_LOCKED = "is locked with a password: save it without one and add it again."
_DAMAGED = f"cannot be opened as a spreadsheet, as it is damaged or cut short: {AGAIN}"


def looks_like(data: bytes, name: str) -> bool:
    """Whether a file's first bytes, or else its name, are a spreadsheet's."""
    return data.startswith(MAGIC) or name.lower().endswith(SUFFIXES)


class Workbook:
    """A spreadsheet's sheets by name. Raises FaultError (empty, unreadable, too_large)."""

    def __init__(self, data: bytes) -> None:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum

        if not data.strip(b"\0\r\n\t "):
            raise FaultError("empty", f"is empty: {AGAIN}")
        _refuse_bomb(data)
        if not data.startswith(b"PK") and _ENCRYPTED in data:
            raise FaultError("unreadable", _LOCKED)
        self._data = data
        self._book = _calm(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
        self.sheets: list[str] = list(self._book.sheet_names)
        self._rows: dict[str, list[list[object]]] = {}
        shown = _calm(lambda: [sheet.visible == SheetVisibleEnum.Visible for sheet in self._book.sheets_metadata])
        self.visible: list[str] = [name for name, seen in zip(self.sheets, shown, strict=True) if seen]

    def rows(self, sheet: str) -> list[list[object]]:
        """A sheet's cells as rows of text, numbers, dates and "" where blank; row 1 comes first."""
        # a sheet is looked at to be recognised and again to be read
        if sheet not in self._rows:
            self._rows[sheet] = _calm(lambda: self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
        return self._rows[sheet]

    def merged(self, sheet: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """A sheet's merged cells: the first and the last (row, column) of each range, counted from 0."""
        return list(_calm(lambda: self._book.get_sheet_by_name(sheet).merged_cell_ranges) or [])

    def spoilt(self, sheet: str) -> list[Spoilt]:
        """The cells of an xlsx sheet that read as blank, or as what nobody has seen, and are not.

        They are errors such as #REF!, and formulas whose result was never worked out. The old xls and the binary
        xlsb do not let them be told.
        """
        return _calm(lambda: workbook_cells.spoilt(self._data, sheet)) if self._data.startswith(b"PK") else []

    def find(self, pattern: str) -> list[str]:
        """The sheets whose names match, in the workbook's order."""
        return [name for name in self.sheets if re.search(pattern, name, re.IGNORECASE)]


def preamble(rows: Sequence[Sequence[object]], header: int) -> str:
    """The text above the header row, joined by spaces."""
    return " ".join(str(cell) for row in rows[:header] for cell in row if cell != "")


def whole(value: object) -> int | None:
    """A cell as a whole number; None where blank or shorthand such as [x].

    Text with thousands commas, spaces or ".0" is accepted. Raises ValueError otherwise.
    """
    if isinstance(value, str):
        bare = value.replace(",", "").strip()
        if re.match(SHORTENED, bare):
            raise ValueError("not all digits are there")
        if not bare or re.fullmatch(r"\[[a-z]+\]", bare):
            return None
        value = float(bare)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value != int(value):
        raise ValueError("not a whole number")
    return int(value)


def _refuse_bomb(data: bytes) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            unpacked = sum(info.file_size for info in parts)
            puffed = any(
                info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
                for info in parts
            )
    except Exception:  # any damage at all: zipfile's own errors are many
        raise FaultError("unreadable", _DAMAGED) from None
    if unpacked > MAX_UNPACKED:
        raise FaultError("too_large", f"unpacks to more than 2 GiB: {AGAIN}")
    if puffed:
        raise FaultError("too_large", f"unpacks to over {MAX_RATIO} times its size: {AGAIN}")


def _calm(action: Callable[[], _Made]) -> _Made:
    """What the action gives; the spreadsheet library's errors as one sentence.

    Damaged files can make it panic, which is not an Exception.
    """
    try:
        return action()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:
        raise FaultError("unreadable", _DAMAGED) from None
