"""Groups that wards belong to, such as localities: the partnership's own table, one row a ward and grouping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import open_tables, text
from .lookups import MARK
from .model import RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

AGAIN = "correct it and add it again."
SPELLINGS = {
    "ward_code": r"(ward|wd)(20)?(\d\d)?(code|cd)(20)?(\d\d)?",
    "ward_name": r"(ward|wd)(20)?(\d\d)?(name|nm)(20)?(\d\d)?",
    "grouping": r"grouping",
    "group_name": r"group(name)?",
}
_NEEDED = {"ward_code": "ward_code", "grouping": "grouping", "group_name": "group"}
_NAME = re.compile(r"ward[ _-]*group")


def recognise(names: Sequence[str]) -> bool:
    """Whether a column tells the grouping and others the ward or the group."""
    held = open_tables.found(names, SPELLINGS)
    return "grouping" in held and len(held) > 1


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of groups of wards."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row a ward and grouping. Raises FaultError."""
    data = text.checked(data)
    names = text.header(data)
    given = open_tables.found(names, SPELLINGS)
    text.refuse_missing([spelt for tidy, spelt in _NEEDED.items() if tidy not in given])
    cells = open_tables.read(data, names, given)
    tidy = {name: cells.words(name) if name in _NEEDED else cells.table.column(name) for name in given}
    year = re.search(r"(?:20)?(\d\d)", given["ward_code"])
    facts = {"vintage": f"wards of 20{year[1]}" if year else "wards as listed", "synthetic": MARK in names}
    return Reading(open_tables.filled(tidy, {"file": file.path}, schema()), facts)


def schema() -> pa.Schema:
    """The tidy columns: all text, of which only the ward's name may be null."""
    import pyarrow as pa

    return pa.schema([pa.field(name, pa.string()) for name in ("file", *SPELLINGS)])


def remedy(sentence: str) -> str:
    """A reader's sentence with what helps when the partnership, and no publisher, has made the file."""
    return sentence.replace(text.AGAIN, AGAIN).replace("the publisher's files never", "such files never")
