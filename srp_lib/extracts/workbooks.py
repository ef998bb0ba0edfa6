"""Open spreadsheets (xls, xlsx, ods) from bytes and give their sheets as rows of plain values."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import TypeVar

from .model import FaultError
from .text import AGAIN

_Made = TypeVar("_Made")
MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SUFFIXES = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
MAX_UNPACKED = 2 * 1024**3
_DAMAGED = f"cannot be opened as a spreadsheet, as it is damaged or cut short: {AGAIN}"


def looks_like(data: bytes, name: str) -> bool:
    """Whether a file's first bytes, or else its name, are a spreadsheet's."""
    return data.startswith(MAGIC) or name.lower().endswith(SUFFIXES)


class Workbook:
    """A spreadsheet's sheets by name. Raises FaultError (empty, unreadable, too_large)."""

    def __init__(self, data: bytes) -> None:
        from python_calamine import CalamineWorkbook

        if not data.strip(b"\0\r\n\t "):
            raise FaultError("empty", f"is empty: {AGAIN}")
        _refuse_bomb(data)
        self._book = _calm(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
        self.sheets: list[str] = list(self._book.sheet_names)
        self._rows: dict[str, list[list[object]]] = {}

    def rows(self, sheet: str) -> list[list[object]]:
        """A sheet's cells as rows of text, numbers, dates and "" where blank; row 1 comes first."""
        # a sheet is looked at to be recognised and again to be read
        if sheet not in self._rows:
            self._rows[sheet] = _calm(lambda: self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
        return self._rows[sheet]

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
            unpacked = sum(info.file_size for info in archive.infolist())
    except Exception:  # any damage at all: zipfile's own errors are many
        raise FaultError("unreadable", _DAMAGED) from None
    if unpacked > MAX_UNPACKED:
        raise FaultError("too_large", f"unpacks to more than 2 GiB: {AGAIN}")


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
