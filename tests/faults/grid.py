"""Damage to one column at a time: each kind is done to every column of every table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from kinds import ANY, Case, kind
from yard import Table, Yard

Damage = Callable[[Table, str], Table]
# Of columns that are many and alike, those that stand for all.
STANDING_FOR_ALL = {
    "small_area_population": lambda name: not name.isdigit() or name in ("0", "45"),
    "neighbours": lambda name: name in ("AREACD", "1", "2", "20", "LA num", "LA Name", "SN1", "SN10", "GOReg"),
}


def columns(table: Table) -> Iterator[str]:
    """The columns of a table that are damaged one by one; those whose name is there twice are left out."""
    chosen = STANDING_FOR_ALL.get(table.extract, lambda _: True)
    return (name for name in table.header if name and name not in ("SYNTHETIC", "Context") and chosen(name) and table.header.count(name) == 1)


def tables(yard: Yard) -> Iterator[Table]:
    """The tables that are damaged: the first file of an extract, or each where an extract's files differ in columns."""
    for held in yard.tables.values():
        seen: set[tuple[str, ...]] = set()
        for table in held:
            if table.header not in seen:
                seen.add(table.header)
                yield table


def untold(name: str, table: Table, column: str) -> str:
    """Why a damage to a column can't be told, or ""."""
    return ""


def removed(table: Table, name: str) -> Table:
    """The column is not there."""
    at = table.at(name)
    rows = tuple(row[:at] + row[at + 1 :] for row in table.rows)
    above = tuple(row[:at] + row[at + 1 :] for row in table.above)
    return replace(table, header=table.header[:at] + table.header[at + 1 :], rows=rows, above=above)


def renamed(table: Table, name: str) -> Table:
    """The column has a name that says nothing."""
    return replace(table, header=tuple("Column1" if one == name else one for one in table.header))


def retyped(table: Table, name: str) -> Table:
    """Numbers where words were, words where numbers were."""
    values = [value for value in table.column(name) if value]
    number = all(_is_number(value) for value in values) if values else False
    return table.changed(name, lambda column: ["several" if number else "44013.5" for _ in column])


def blanked(table: Table, name: str) -> Table:
    """The column is there and nothing is in it."""
    return table.changed(name, lambda column: ["" for _ in column])


def shifted(table: Table, name: str) -> Table:
    """A cell was put in at the top of the column, so that all its values are a row too low."""
    values = ["", *table.column(name)]
    longer = replace(table, rows=(*table.rows, tuple("" for _ in table.header)))
    return longer.changed(name, lambda _: values)


def rotated(table: Table, name: str) -> Table:
    """The column's values are those of the row above, and the first has the last row's."""
    return table.changed(name, lambda column: [column[-1], *column[:-1]])


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


DAMAGES: dict[str, Damage] = {
    "column removed": removed,
    "column renamed": renamed,
    "column retyped": retyped,
    "column blanked": blanked,
    "column shifted down a row": shifted,
    "column turned round by a row": rotated,
}


def cases(yard: Yard, name: str) -> Iterator[Case]:
    """A case for every column of every table that a damage changes; whichever rule tells it will do."""
    for table in tables(yard):
        for column in columns(table):
            damaged = DAMAGES[name](table, column)
            if damaged != table:
                files = yard.files(table.extract) | {table.path: damaged.encoded()}
                yield Case(table.extract, files, ANY, column, untold(name, table, column))


for _name in DAMAGES:
    kind(_name)(partial(cases, name=_name))
