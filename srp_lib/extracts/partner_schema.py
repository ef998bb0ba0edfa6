"""The columns of the partners' extracts, as `codelists/partner_columns.csv` lists them.

That table is the one source: the reader, the rules' tests and the data dictionary follow it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[1] / "codelists" / "partner_columns.csv"
KINDS = ("text", "flag", "date", "month", "whole", "number")
MARK = "synthetic"


@dataclass(frozen=True)
class Column:
    """One column of a partner extract.

    `kind` is one of KINDS. `values` are the allowed ones, none where any is allowed, and with `several` a cell
    may hold more than one, joined by ";". `least` and `most` bound a number; with `above` it must be more than
    `least`. `unique_with` names the column with which its values are unique, `refers_to` the "extract.column"
    that holds them, `not_before` and `not_after` the dates that bound it. An `identifier` is a pseudonym of a
    record or a person. The column that `decides` is the date or month that an extract is counted by. `form` and
    `meaning` are for readers.
    """

    extract: str
    name: str
    kind: str
    required: bool
    values: tuple[str, ...]
    unique: bool
    refers_to: str
    least: float | None
    most: float | None
    meaning: str
    form: str = ""
    several: bool = False
    above: bool = False
    unique_with: str = ""
    not_before: str = ""
    not_after: str = ""
    identifier: bool = False
    decides: bool = False


@cache
def partner_extracts() -> tuple[str, ...]:
    """The names of the partners' extracts, in the table's order."""
    return tuple(_by_extract())


def columns(extract: str) -> tuple[Column, ...]:
    """The columns of one extract, in the table's order. Raises KeyError for an extract that is no partner's."""
    return _by_extract()[extract]


@cache
def required(extract: str) -> tuple[str, ...]:
    """The names of the columns that a file of the extract must have."""
    return tuple(column.name for column in columns(extract) if column.required)


@cache
def deciding(extract: str) -> str:
    """The column of dates or months that an extract is counted by, or "" where it has none of its own."""
    return next((column.name for column in columns(extract) if column.decides), "")


def plain(name: object) -> str:
    """A header's cell in the schema's spelling: small letters, underscores for spaces."""
    return re.sub(r"\s+", "_", str(name).strip().lower())


@cache
def _by_extract() -> dict[str, tuple[Column, ...]]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        made = [_column(row) for row in csv.DictReader(stream)]
    names = dict.fromkeys(column.extract for column in made)
    return {name: tuple(column for column in made if column.extract == name) for name in names}


def _column(row: dict[str, str]) -> Column:
    unique = row["unique"]
    least = row["least"].removeprefix("above ")
    return Column(
        extract=row["extract"],
        name=row["column"],
        kind=row["type"],
        required=row["required"] == "yes",
        values=tuple(filter(None, row["values"].split("|"))),
        unique=unique == "yes",
        refers_to=row["refers_to"],
        least=float(least) if least else None,
        most=float(row["most"]) if row["most"] else None,
        meaning=row["meaning"],
        form=row["form"],
        several=row["several"] == "yes",
        above=least != row["least"],
        unique_with=unique.removeprefix("with ") if unique.startswith("with ") else "",
        not_before=row["not_before"],
        not_after=row["not_after"],
        identifier=row["identifier"] == "yes",
        decides=row["decides"] == "yes",
    )
