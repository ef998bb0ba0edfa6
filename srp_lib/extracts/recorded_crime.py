"""Table C2 of the ONS police force area data tables: recorded crime by partnership area.

Read from the workbook's sheet or from that sheet saved as CSV: a preamble, a header on several
lines, thousands commas, [x] where there is no figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from srp_lib import periods

from . import text, workbooks
from .model import FaultError, RawFile, Reading, Tidy
from .workbooks import Workbook

if TYPE_CHECKING:
    import pyarrow as pa

AREAS = {
    "pfa_code": r"police force area code",
    "pfa_name": r"police force area name",
    "csp_code": r"(community safety partnership|csp) code",
    "csp_name": r"(community safety partnership|csp) name",
    "lad_code": r"local authority code",
    "lad_name": r"local authority name",
}
OFFENCES = {
    "total": r"total recorded crime.*",
    "violence_against_the_person": r"violence against the person",
    "homicide": r"homicide",
    "death_or_serious_injury_driving": r"death or serious injury.*driving",
    "violence_with_injury": r"violence with injury",
    "violence_without_injury": r"violence without injury",
    "stalking_and_harassment": r"stalking and harassment",
    "sexual_offences": r"sexual offences",
    "robbery": r"robbery",
    "theft_offences": r"theft offences",
    "burglary": r"burglary",
    "residential_burglary": r"residential burglary",
    "non_residential_burglary": r"non-residential burglary",
    "vehicle_offences": r"vehicle offences",
    "theft_from_the_person": r"theft from the person",
    "bicycle_theft": r"bicycle theft",
    "shoplifting": r"shoplifting",
    "all_other_theft": r"(all )?other theft( offences)?",
    "criminal_damage_and_arson": r"criminal damage and arson",
    "drug_offences": r"drug offences",
    "possession_of_weapons": r"possession of weapons( offences)?",
    "public_order_offences": r"public order offences",
    "miscellaneous_crimes": r"miscellaneous crimes( against society)?",
}
_SHEET = r"(^|[^A-Z0-9])C2($|[^A-Z0-9])"
_PERIOD = re.compile(r"year ending\s+([A-Z][a-z]+)\s+(20\d\d)")
_NAME = re.compile(r"(table|^|[^a-z0-9])[ _-]?c2(?![0-9a-z])|tablec2|police[ _-]?force[ _-]?area|pfatables")


def recognise(head: str) -> bool:
    """Whether text begins as table C2 does."""
    return re.search(r"Table C2\b", head) is not None or ("Community Safety" in head and "Total recorded crime" in head)


def recognise_book(book: Workbook) -> bool:
    """Whether the workbook has the sheet C2, or is that sheet alone."""
    return bool(_sheets(book))


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of table C2."""
    return bool(_NAME.search(name.lower()))


def read_csv(data: bytes, file: RawFile) -> Reading:
    """The table from a CSV export. Raises FaultError."""
    return _read(text.rows(text.checked(data)), file, exact=True)


def read_book(book: Workbook, file: RawFile) -> Reading:
    """The table from the workbook's sheet. Raises FaultError."""
    sheets = _sheets(book)
    if not sheets:
        raise FaultError("columns", f"lacks the sheet “Table C2”: {text.AGAIN}")
    return _read(book.rows(sheets[0]), file, exact=False)


def schema() -> pa.Schema:
    """The tidy columns; counts may be null."""
    import pyarrow as pa

    words = [pa.field(name, pa.string()) for name in ("file", "period_end", *AREAS, "level")]
    return pa.schema([*words, *(pa.field(name, pa.int64()) for name in OFFENCES)])


def _sheets(book: Workbook) -> list[str]:
    named = book.find(_SHEET)
    if named or len(book.sheets) > 3:
        return named
    return [name for name in book.sheets if recognise(workbooks.preamble(book.rows(name), 15))]


def _read(rows: list[list[object]], file: RawFile, exact: bool) -> Reading:
    import pyarrow as pa

    at, columns = _header(rows)
    above = workbooks.preamble(rows, at)
    period = _period(above)
    records = []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if not any(str(cell).strip() for cell in row):
            continue
        if exact and len(row) != len(rows[at]):
            raise _uneven(len(row), len(rows[at]), number, number == len(rows))
        records += _record([row[position] for position in columns], number, file.path, period)
    if not records:
        raise FaultError("empty", f"has a header and no rows: {text.AGAIN}")
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*records, strict=True), schema(), strict=True)]
    facts = {"synthetic": "SYNTHETIC" in above, **_period_facts(period)}
    return Reading(pa.table(arrays, schema=schema()), facts)


def _uneven(actual: int, expected: int, number: int, last: bool) -> FaultError:
    what = f"has {actual} values where the header has {expected} columns, in row {number}"
    what = "stops in the middle of its last line" if last else what
    return FaultError("truncated", f"{what}: {text.AGAIN}")


def _header(rows: Sequence[Sequence[object]]) -> tuple[int, list[int]]:
    """The header row's index and the positions of the areas' and offences' columns."""
    tried = (_positions(row) for row in rows[:60])
    at, found = next(
        ((at, found) for at, found in enumerate(tried) if sum(map(bool, found.values())) >= len(found) / 2), (0, {})
    )
    if not found:
        raise FaultError(
            "columns",
            f"has no header row with the columns of table C2 (partnership codes, then offences): {text.AGAIN}",
        )
    missing = [name.replace("_", " ") for name, positions in found.items() if not positions]
    text.refuse_missing(missing)
    return at, [positions[0] for positions in found.values()]


def _positions(row: Sequence[object]) -> dict[str, list[int]]:
    """Where a row has the label of each wanted column."""
    labels = [text.plain(cell) for cell in row]
    return {
        name: [n for n, label in enumerate(labels) if re.fullmatch(spelling, label)]
        for name, spelling in (AREAS | OFFENCES).items()
    }


def _period(above: str) -> str:
    found = _PERIOD.search(above)
    if not found or found[1].title() not in periods.NAMES:
        raise FaultError(
            "columns", f"does not say its period (as in “year ending June 2025”) above the header: {text.AGAIN}"
        )
    return f"{found[2]}-{periods.NAMES.index(found[1].title()) + 1:02d}"


def _period_facts(period: str) -> dict[str, str]:
    return {
        "first_month": periods.shift_month(period, -11),
        "last_month": period,
        "vintage": f"year ending {periods.month_name(period)}",
    }


def _record(cells: Sequence[object], number: int, path: str, period: str) -> list[tuple[Tidy, ...]]:
    """One tidy row, or none for a note below the table."""
    words = [str(cell).strip() or None for cell in cells[: len(AREAS)]]
    area = dict(zip(AREAS, words, strict=True))
    if not re.fullmatch(r"[A-Z]\d{8}", area["pfa_code"] or "") and not any(words[1:]):
        return []
    text.refuse_formula(words, f"row {number}")
    counts = []
    for name, cell in zip(OFFENCES, cells[len(AREAS) :], strict=True):
        try:
            counts.append(workbooks.whole(cell))
        except (ValueError, OverflowError):
            raise FaultError(
                "unreadable",
                f"has a value that is not a whole number in row "
                f"{number}, column “{name.replace('_', ' ')}”: "
                f"{text.AGAIN}",
            ) from None
    return [(path, period, *words, _level(area), *counts)]


def _level(area: dict[str, str | None]) -> str:
    """A row with neither code nor name of a partnership is the force's own total."""
    if not area["csp_code"] and not area["csp_name"]:
        return "force"
    unassigned = (area["csp_name"] or "").lower().startswith("unassigned")
    # places such as an airport have a name, no codes and no partnership
    return "unassigned" if unassigned or not area["csp_code"] else "partnership"
