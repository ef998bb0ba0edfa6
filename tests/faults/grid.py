"""Damage to one column at a time: each kind is done to every column of every table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from kinds import ANY, Case, kind
from yard import Table, Yard

from srp_lib.extracts import PARTNER
from srp_lib.profiles.partner import FLAGS

Damage = Callable[[Table, str], Table]
OPTIONAL = "the table may do without this column: lookups give the names and authorities of wards"
A_NOTE = "a note may be a number, and means nothing to any figure"
NOTHING_LEFT = (
    "the column's last value is blank, so that nothing is left over below, and any row may have any of its values"
)
ALONE = "its values are sound in any row, and no other column of any extract speaks of them"
# What can't be told, by kind of damage: (extract, column) -> why. The campaign fails where one of them is told after all.
_WITHOUT = {(("ward_groups", "ward_name"), ("ward_population", "lad_code")): OPTIONAL}
UNTOLD: dict[str, dict[tuple[tuple[str, str], ...], str]] = {
    "column removed": _WITHOUT,
    "column renamed": _WITHOUT,
    "column blanked": _WITHOUT,
    "column retyped": {
        (
            ("actions", "measure_of_success"), ("actions", "resources"), ("actions", "progress"), ("risk_scores", "rationale"),
        ): A_NOTE,
    },
    "column shifted down a row": {
        (
            ("offences", "hate_strands"), ("victims", "nationality"), ("victims", "exploitation_type"),
            ("services", "estimate_high"), ("surveys", "design_effect"), ("actions", "resources"),
            ("risk_scores", "evidence"), ("risk_scores", "rationale"),
        ): NOTHING_LEFT,
    },
    "column turned round by a row": {
        (
            ("small_area_population", "lsoa21_code"), ("small_area_population", "total_residents"),
            ("deprivation", "LSOA code (2011)"), ("deprivation", "LSOA code (2021)"), ("neighbours", "LA Name"),
            ("ward_groups", "grouping"), ("ward_groups", "group"), ("ward_population", "mid2020_all_ages"),
            ("victims", "sex"), ("asb_incidents", "lsoa21"), ("calls_101", "mean_wait_seconds"),
            ("risk_scores", "score"), ("harm_weights", "weight"), ("actions", "progress"), ("consultation", "participants"),
        ): ALONE,
    },
}  # fmt: skip
# The columns of partners' extracts that are turned round: most of them are sound in any row, and these stand for all.
TURNED = {
    "offences": ("offence_id", "recorded_date", "committed_to", "ho_code", "outcome_date", "suspect_count"), "victims": ("sex", "age"),
    "asb_incidents": ("lsoa21",), "calls_101": ("answered", "mean_wait_seconds"), "surveys": ("question_id", "positive"),
    "services": ("period_start", "denominator"), "indicators": ("baseline", "target"), "risk_scores": ("score",),
    "harm_weights": ("weight",), "actions": ("due", "progress"), "consultation": ("participants",),
}  # fmt: skip
# Of columns that are many and alike, those that stand for all.
STANDING_FOR_ALL = {
    "small_area_population": lambda name: not name.isdigit() or name in ("0", "45"),
    "neighbours": lambda name: name in ("AREACD", "1", "2", "20", "LA num", "LA Name", "SN1", "SN10", "GOReg"),
}


# Flags of offences and counts of table C2 are read and held to rules alike: where reading alone does not refuse the
# damage, these stand for all.
ALIKE = {
    "offences": [name for name in FLAGS["offences"] if name not in ("domestic_abuse", "modern_slavery")],
    "recorded_crime_csp": ["violence without injury", "stalking and harassment", "sexual offences", "theft offences",
        "residential burglary", "non-residential burglary", "vehicle offences", "theft from the person", "bicycle theft", "other theft",
        "drug offences", "possession of weapons", "public order offences", "violence with injury"],
}  # fmt: skip


def columns(table: Table) -> Iterator[str]:
    """The columns of a table that are damaged one by one; those whose name is there twice are left out."""
    chosen = STANDING_FOR_ALL.get(table.extract, lambda _: True)
    return (
        name
        for name in table.header
        if name and name not in ("SYNTHETIC", "Context") and chosen(name) and table.header.count(name) == 1
    )


def tables(yard: Yard) -> Iterator[Table]:
    """The tables that are damaged: the first file of an extract, or each where an extract's files differ in columns."""
    for held in yard.tables.values():
        seen: set[tuple[str, ...]] = set()
        for table in held:
            if table.header not in seen:
                seen.add(table.header)
                yield table


def untold(name: str, table: Table, column: str) -> str:
    """Why a damage to a column can't be told, or "" where it must be."""
    found = UNTOLD.get(name, {})
    return next((why for columns, why in found.items() if (table.extract, column) in columns), "")


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


def left_out(name: str, table: Table) -> set[str]:
    """The columns of a table that others stand for in a kind of damage."""
    if name in ("column removed", "column renamed"):
        return set()
    alike = {column for column in table.header if column.lower() in ALIKE.get(table.extract, ())}
    if name == "column turned round by a row" and table.extract in PARTNER:
        return set(table.header) - set(TURNED.get(table.extract, ()))
    return alike


def cases(yard: Yard, name: str) -> Iterator[Case]:
    """A case for every column of every table that a damage changes; whichever rule tells it will do."""
    for table in tables(yard):
        left = left_out(name, table)
        for column in columns(table):
            if column in left:
                continue
            damaged = DAMAGES[name](table, column)
            if damaged != table:
                files = yard.files(table.extract) | {table.path: damaged.encoded()}
                yield Case(table.extract, files, ANY, column, untold(name, table, column))


for _name in DAMAGES:
    kind(_name)(partial(cases, name=_name))
