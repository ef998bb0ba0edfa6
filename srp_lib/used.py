"""Rows used: from which file of which extract, and how many of its rows, a figure was made.

Whoever makes a key fact says so; the record of the fact carries it, and `srp_lib.trace` shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

NUMERATOR, DENOMINATOR, COMPARATOR = "numerator", "denominator", "comparator"
PARTS = (NUMERATOR, DENOMINATOR, COMPARATOR)
PROTECTED = "protected"  # begins what is said of a figure that disclosure control withheld or rounded


@dataclass(frozen=True)
class RowsUsed:
    """So many rows of one file went into one part of a figure.

    `part` is one of PARTS, `file` the path relative to the raw folder; `rows` is 0 for a file that was looked through and
    had none.
    """

    part: str
    extract: str
    file: str
    rows: int


Used = tuple[RowsUsed, ...]


def in_files(part: str, extract: str, files: pd.Series) -> Used:
    """The rows whose files are given, one value a row; a file that is a category and has no row comes with 0."""
    return of_files(part, extract, files.value_counts(sort=False, dropna=True).items())


def of_files(part: str, extract: str, numbers: Iterable[tuple[object, int]]) -> Used:
    """Numbers of rows by file, in the order of the files' paths."""
    return tuple(RowsUsed(part, extract, str(file), int(number)) for file, number in sorted(numbers, key=_path))


def packed(used: Sequence[RowsUsed], hidden: bool) -> dict[str, dict[str, dict[str, int | None]]]:
    """Rows by part, extract and file, as a record keeps them; without files that have no row, unless none has one.

    Where `hidden` the numbers are None and every file that was looked through is there: which files have a row could
    tell a small count.
    """
    some = {(one.part, one.extract) for one in used if one.rows}
    found: dict[str, dict[str, dict[str, int | None]]] = {}
    for one in used:
        if hidden or one.rows or (one.part, one.extract) not in some:
            found.setdefault(one.part, {}).setdefault(one.extract, {})[one.file] = None if hidden else one.rows
    return found


def unpacked(record: Mapping[str, Mapping[str, Mapping[str, int | None]]]) -> Used:
    """What `packed` kept of a record; a number that it hid is 0."""
    return tuple(
        RowsUsed(part, extract, file, rows or 0)
        for part, extracts in record.items()
        for extract, files in extracts.items()
        for file, rows in files.items()
    )


def _path(pair: tuple[object, int]) -> str:
    return str(pair[0])
