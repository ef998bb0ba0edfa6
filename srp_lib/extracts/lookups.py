"""ONS geography lookups: LSOA to LSOA, LSOA to ward, local authority to partnership to force.

Their column names carry a year (WD24CD); any year is accepted and recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import text
from .model import RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

MARK = "SYNTHETIC"
_COLUMN = re.compile(r"(LSOA|WD|LAD|LTLA|CSP|PFA)(\d\d)(CD|NM)", re.IGNORECASE)
_CHANGE = re.compile(r"CHN?GIND", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """The areas a lookup joins, first to last, its year columns and how its name is known."""

    areas: tuple[str, ...]
    years: Mapping[str, str]
    main: str
    change: bool
    name: str


LAYOUTS: dict[str, Layout] = {
    "lsoa11_lsoa21": Layout(("lsoa11", "lsoa21", "lad"), {"lad_year": "lad"}, "lad", True, r"lsoa(20)?11.*lsoa(20)?21"),
    "lsoa11_ward": Layout(
        ("lsoa11", "ward", "lad"), {"ward_year": "ward", "lad_year": "lad"}, "ward", False, r"lsoa(20)?11.*(ward|wd)"
    ),
    "lsoa21_ward": Layout(
        ("lsoa21", "ward", "lad"), {"ward_year": "ward", "lad_year": "lad"}, "ward", False, r"lsoa(20)?21.*(ward|wd)"
    ),
    "lad_csp_pfa": Layout(("lad", "csp", "pfa"), {"year": "lad"}, "lad", False, r"(lad|ltla).*csp"),
}
_FAMILIES = {"WD": "ward", "LAD": "lad", "LTLA": "lad", "CSP": "csp", "PFA": "pfa"}


def recognise(names: Sequence[str]) -> str:
    """The extract whose areas these column names hold, or ""; a missing column is no matter."""
    held = {area for area, _, _ in _parsed(names).values()}
    if "csp" in held or {"lad", "pfa"} <= held:
        return "lad_csp_pfa"
    if {"lsoa11", "lsoa21"} <= held and "ward" not in held:
        return "lsoa11_lsoa21"
    if any(_CHANGE.fullmatch(name) for name in names) and held & {"lsoa11", "lsoa21"}:
        return "lsoa11_lsoa21"
    for vintage in ("lsoa21", "lsoa11"):
        if {vintage, "ward"} <= held:
            return f"{vintage}_ward"
    return ""


def recognise_name(name: str) -> str:
    """The lookup that a file's name speaks of, or ""."""
    if not name.lower().endswith((".csv", ".txt")):
        return ""
    return next((extract for extract, layout in LAYOUTS.items() if re.search(layout.name, name.lower())), "")


def read(data: bytes, file: RawFile, extract: str) -> Reading:
    """The lookup's rows with tidy names and the years of its columns. Raises FaultError."""
    layout = LAYOUTS[extract]
    data = text.checked(data)
    names = text.header(data)
    columns, years = _choose(layout, names)
    read_in = text.text_table(data, names, [*columns.values()])
    tidy = read_in.rename_columns(list(columns))
    for name, area in layout.years.items():
        tidy = tidy.append_column(name, _repeat(years[area], tidy.num_rows))
    tidy = tidy.append_column("file", _repeat(file.path, tidy.num_rows))
    facts = {"vintage": str(years[layout.main]), "synthetic": MARK in names}
    return Reading(tidy.select(schema(extract).names), facts)


def schema(extract: str) -> pa.Schema:
    """The tidy columns of one lookup: all text but the years."""
    import pyarrow as pa

    layout = LAYOUTS[extract]
    names = ["file"]
    for area in layout.areas:
        if layout.change and area == "lsoa21":
            names.append("change")
        names += [f"{area}_code", f"{area}_name"]
    fields = [pa.field(name, pa.string()) for name in names]
    return pa.schema([*fields, *(pa.field(year, pa.int64(), False) for year in layout.years)])


def _parsed(names: Sequence[str]) -> dict[str, tuple[str, int, str]]:
    """Column name to (area, year, CD or NM), for the columns that are an area's."""
    parsed = {}
    for name in names:
        found = _COLUMN.fullmatch(name)
        if not found:
            continue
        family, year, part = found[1].upper(), found[2], found[3].upper()
        area = f"lsoa{year}" if family == "LSOA" else _FAMILIES[family]
        parsed[name] = (area, 2000 + int(year), part)
    return parsed


def _choose(layout: Layout, names: Sequence[str]) -> tuple[dict[str, str], dict[str, int]]:
    """Tidy name to the file's column, and area to year: the latest where there are several."""
    parsed = _parsed(names)
    columns: dict[str, str] = {}
    years: dict[str, int] = {}
    missing = []
    for area in layout.areas:
        years[area] = max((year for held, year, _ in parsed.values() if held == area), default=0)
        for part, tidy in (("CD", "code"), ("NM", "name")):
            found = [name for name, value in parsed.items() if value == (area, years[area], part)]
            columns |= {f"{area}_{tidy}": name for name in found[:1]}
            missing += [] if found else [_spell(area, years[area], part)]
    if layout.change:
        found = [name for name in names if _CHANGE.fullmatch(name)]
        if found:
            columns["change"] = found[0]
        else:
            missing.append("CHGIND")
    text.refuse_missing(missing)
    return columns, years


def _spell(area: str, year: int, part: str) -> str:
    if area.startswith("lsoa"):
        return f"{area.upper()}{part}"
    family = next(name for name, held in _FAMILIES.items() if held == area)
    return f"{family}{year % 100:02d}{part}" if year else f"{family}..{part}"


def _repeat(value: str | int, times: int) -> pa.Array:
    import pyarrow as pa

    return pa.repeat(pa.scalar(value, pa.int64() if isinstance(value, int) else pa.string()), times)
