"""Which local authorities are most alike: ONS demographic neighbours and DfE statistical neighbours.

ONS gives codes (AREACD, then 1, 2, 3 and so on), DfE its own numbers (LA num, LA Name, then SN1 and its closeness SNP).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import open_tables, text
from .lookups import MARK
from .model import FaultError, RawFile, Reading, Tidy

if TYPE_CHECKING:
    import pyarrow as pa

ONS = "ONS demographic neighbours"
DFE = "DfE statistical neighbours"
_RANK = {ONS: re.compile(r"([1-9]\d?)"), DFE: re.compile(r"sn([1-9]\d?)", re.IGNORECASE)}
_AREA = {
    ONS: {"area_code": r"area(cd|code)", "area_name": r"area(nm|name)"},
    DFE: {"number": r"la(num|number|no)", "area_name": r"la(name|nm)"},
}
_NEEDED = {ONS: {"area_code": "AREACD"}, DFE: {"number": "LA num", "area_name": "LA Name"}}
_CLOSENESS = re.compile(r"snp\d*", re.IGNORECASE)
# ONS publishes neighbours by other measures in the same layout
_KIND = re.compile(r"(?<![a-z])(demographic|economic|education|global|health)[ _-]*neighbours?")
_NAME = re.compile(r"neighbours?(?![a-z])")


def recognise(names: Sequence[str]) -> bool:
    """Whether columns are those of one of the two layouts."""
    return bool(_layout(names))


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of neighbours."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row an area and neighbour, nearest first.

    Raises FaultError: as all text files, columns when the year of DfE's neighbours can't be told, and truncated
    when a neighbour's number is of no authority in the file.
    """
    data = text.checked(data)
    names = _apart(text.given_names(data))
    layout = _layout(names)
    if not layout:
        raise FaultError(
            "columns",
            "has neither the columns of ONS neighbours (AREACD, 1, 2 and so on) nor those of DfE neighbours "
            f"(LA num, LA Name, SN1, SNP and so on): {text.AGAIN}",
        )
    source = _source(layout, file)
    areas, ranks, closeness = _choose(layout, names)
    wanted = areas | {f"rank {rank}": name for rank, name in ranks.items()}
    cells = open_tables.read(data, names, wanted | {f"closeness {rank}": name for rank, name in closeness.items()})
    records = _by_number(cells, len(ranks)) if layout == DFE else _by_code(cells, len(ranks))
    return Reading(_table(records, (file.path, source)), {"vintage": source, "synthetic": MARK in names})


def schema() -> pa.Schema:
    """The tidy columns: codes are null in DfE's file, closeness in ONS's, names where the file has none."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string()) for name in ("file", "source", "area_code", "area_name")]
    more = [pa.field(name, pa.string()) for name in ("neighbour_code", "neighbour_name", "closeness")]
    return pa.schema([*fields, pa.field("rank", pa.int64(), False), *more])


def _apart(names: Sequence[str]) -> list[str]:
    """Names told apart: the second “SNP” is “SNP (2)”."""
    return [
        name if name not in names[:at] else f"{name} ({names[: at + 1].count(name)})" for at, name in enumerate(names)
    ]


def _layout(names: Sequence[str]) -> str:
    held = {name.lower() for name in names}
    if {"areacd", "1"} <= held:
        return ONS
    return DFE if "sn1" in held and any(_CLOSENESS.fullmatch(name) for name in held) else ""


def _source(layout: str, file: RawFile) -> str:
    if layout == ONS:
        kind = _KIND.search(file.name.lower())
        return ONS.replace("demographic", kind[1]) if kind else ONS
    year = re.search(r"(?<!\d)(20\d\d)(?!\d)", file.name) or re.search(r"(?<!\d)(20\d\d)(?!\d)", file.path)
    if not year:
        raise FaultError(
            "columns", "does not say of which year its neighbours are: put the year, as in “2021”, in its name."
        )
    return f"{DFE} {year[1]}"


def _choose(layout: str, names: Sequence[str]) -> tuple[dict[str, str], dict[int, str], dict[int, str]]:
    """The columns of the area, of each neighbour by its rank, and of each neighbour's closeness. Raises FaultError."""
    areas = open_tables.found(names, _AREA[layout])
    ranks, closeness = {}, {}
    for name, following in zip(names, [*names[1:], ""]):
        rank = _RANK[layout].fullmatch(name)
        if rank:
            ranks[int(rank[1])] = name
            if _CLOSENESS.fullmatch(following.partition(" ")[0]):
                closeness[int(rank[1])] = following
    missing = [spelt for tidy, spelt in _NEEDED[layout].items() if tidy not in areas]
    prefix = "SN" if layout == DFE else ""
    missing += [f"{prefix}{rank}" for rank in range(1, max(ranks)) if rank not in ranks]
    text.refuse_missing(missing)
    return areas, dict(sorted(ranks.items())), closeness


def _by_code(cells: open_tables.Cells, number: int) -> list[tuple[Tidy, ...]]:
    cells.words("area_code")
    rows = cells.table.to_pylist()
    names = {row["area_code"]: row.get("area_name") for row in rows}
    return [
        (row["area_code"], row.get("area_name"), other, names.get(other), None, rank)
        for row in rows
        for rank in range(1, number + 1)
        if (other := row[f"rank {rank}"])
    ]


def _by_number(cells: open_tables.Cells, number: int) -> list[tuple[Tidy, ...]]:
    """DfE's rows with names for numbers; headings between the authorities are left out."""
    import pyarrow.compute as pc

    numbers, given = cells.table.column("number"), cells.table.column("area_name")
    cells.refuse("area_name", pc.and_(pc.is_valid(numbers), pc.is_null(given)), "a blank")
    rows = [row | {"number": _number(row["number"])} for row in cells.table.to_pylist() if row["number"]]
    names = {row["number"]: row["area_name"] for row in rows}
    records: list[tuple[Tidy, ...]] = []
    for row in rows:
        for rank in range(1, number + 1):
            other = _number(row[f"rank {rank}"])
            if other and other not in names:
                raise FaultError(
                    "truncated",
                    "names as neighbours authorities that have no row of their own, so rows are missing "
                    f"(column “{cells.given[f'rank {rank}']}”): {text.AGAIN}",
                )
            if other:
                records.append((None, row["area_name"], None, names[other], row.get(f"closeness {rank}"), rank))
    return records


def _number(cell: str | None) -> str:
    """A number as text, without the “.0” that a spreadsheet may have added; "" for a blank."""
    return (cell or "").removesuffix(".0")


def _table(records: Sequence[tuple[Tidy, ...]], start: tuple[str, str]) -> pa.Table:
    import pyarrow as pa

    if not records:
        raise FaultError("empty", f"has a header and no neighbours: {text.AGAIN}")
    names = ("area_code", "area_name", "neighbour_code", "neighbour_name", "closeness", "rank")
    types = {field.name: field.type for field in schema()}
    held = {name: pa.array(column, types[name]) for name, column in zip(names, zip(*records, strict=True), strict=True)}
    return open_tables.filled(held, dict(zip(("file", "source"), start, strict=True)), schema())
