"""Tell which extract a file belongs to: by what is in it first, by its name when broken."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass

from . import (
    boundaries,
    deprivation,
    lookups,
    neighbours,
    partner,
    population,
    recorded_crime,
    risk_scale,
    rural_urban,
    small_areas,
    street,
    text,
    ward_groups,
    ward_population,
)
from .model import FaultError, RawFile, Reading
from .registry import PARTNER
from .workbooks import Workbook, looks_like

UNKNOWN = "its content matches no extract that this audit uses"
# plain tables that are told by their columns, each read by a module with the same four functions
TABLES = {
    "small_area_population": small_areas,
    "deprivation": deprivation,
    "neighbours": neighbours,
    "ward_groups": ward_groups,
    "rural_urban": rural_urban,
    "ward_population": ward_population,
}
_UNUSED = (
    ("Outcome type", "outcomes: the street-level files give each crime's last outcome"),
    ("Object of search", "stop and search records: not used by this audit"),
    ("Offence Subgroup", "Home Office open data by force: not used by this audit"),
    ("Table P1", "recorded crime by force: only table C2 is used by this audit"),
)


@dataclass(frozen=True)
class Found:
    """A file's extract with the reader to call, or the reason why it is left unused.

    The reader returns None when a closer look shows that the file is of no use.
    """

    extract: str
    read: Callable[[], Reading | None] | None = None
    reason: str = ""


def recognise(data: bytes, file: RawFile) -> Found:
    """The extract of one file's content."""
    if file.name.lower().endswith(".zip"):
        what = "a zip with no files in it, or inside another: unpack it"
        return Found(partner.folder(file), _raiser(FaultError("unreadable", f"is {what}.")), what)
    if looks_like(data, file.name):
        return _workbook(data, file)
    head = text.head(data)
    if risk_scale.looks_like(head, file.name):
        return Found("risk_scale", lambda: risk_scale.read(data, file))
    if boundaries.looks_like(head, file.name):
        return Found("boundaries", lambda: boundaries.read(data, file))
    # a partner's header is exact, where those of open data vary and could be among a partner's extra columns
    for choose in (_by_header, _by_content, _by_name):
        extract, read = choose(data, file, head)
        if extract:
            return Found(extract, read)
    return Found("", reason=_unused(head))


def by_name(file: RawFile) -> str:
    """The extract that a file's folder or name speaks of, or ""; a zip is taken for data.police.uk's."""
    if risk_scale.recognise_name(file.name):
        return "risk_scale"
    if held := partner.folder(file):
        return held
    name = file.name
    refused = file.container != "" and file.fault != "none"
    if street.recognise_name(name) or name.lower().endswith(".zip") or refused:
        return "street_crime"
    if boundaries.recognise_name(name):
        return "boundaries"
    if small_areas.recognise_name(name):
        return "small_area_population"
    if population.recognise_name(name):
        return "population"
    if recorded_crime.recognise_name(name):
        return "recorded_crime_csp"
    tables = (extract for extract, table in TABLES.items() if table.recognise_name(name))
    return lookups.recognise_name(name) or next(tables, "")


_Choice = tuple[str, Callable[[], Reading | None] | None]


def _by_header(data: bytes, file: RawFile, head: str) -> _Choice:
    found = partner.recognise(_names(head))
    if not found:
        return "", None
    extract = partner.folder(file) or found
    return extract, lambda: partner.read_csv(data, file, extract)


def _by_content(data: bytes, file: RawFile, head: str) -> _Choice:
    if street.recognise(head):
        return "street_crime", lambda: street.read(data, file)
    if recorded_crime.recognise(head):
        return "recorded_crime_csp", lambda: recorded_crime.read_csv(data, file)
    names = _names(head)
    lookup = lookups.recognise(names)
    if lookup:
        return lookup, lambda: lookups.read(data, file, lookup)
    for extract, table in TABLES.items():
        if table.recognise(names):
            return extract, lambda table=table: table.read(data, file)
    return "", None


def _by_name(data: bytes, file: RawFile, head: str) -> _Choice:
    extract = by_name(file)
    readers: dict[str, Callable[[], Reading | None]] = {
        "street_crime": lambda: street.read(data, file),
        "boundaries": lambda: boundaries.read(data, file),
        "recorded_crime_csp": lambda: recorded_crime.read_csv(data, file),
    }
    if extract in lookups.LAYOUTS:
        return extract, lambda: lookups.read(data, file, extract)
    if extract in TABLES:
        return extract, lambda: TABLES[extract].read(data, file)
    if extract in PARTNER:
        return extract, lambda: partner.read_csv(data, file, extract)
    return extract, readers.get(extract)


def _workbook(data: bytes, file: RawFile) -> Found:
    named = by_name(file)
    try:
        book = Workbook(data)
        if population.recognise(book):
            return Found("population", lambda: population.read(book, file))
        if recorded_crime.recognise_book(book):
            return Found("recorded_crime_csp", lambda: recorded_crime.read_book(book, file))
        extract = partner.folder(file) or partner.recognise_book(book)
        if extract:
            return Found(extract, lambda: partner.read_book(book, file, extract))
    except FaultError as fault:
        return Found(named, _raiser(fault), f"it {fault.sentence}")
    if named == "street_crime":
        fault = FaultError("unreadable", f"is a spreadsheet and a CSV file is expected: {text.AGAIN}")
        return Found(named, _raiser(fault))
    return Found("", reason="a spreadsheet without a sheet that this audit uses (MYE2, C2 or a partner's extract)")


def _raiser(fault: FaultError) -> Callable[[], Reading | None]:
    def read() -> Reading | None:
        raise fault

    return read


def _names(head: str) -> list[str]:
    first = head.lstrip("\ufeff\r\n").split("\n", 1)[0].strip("\r")
    mark = max(",;\t", key=first.count)  # a spreadsheet may have changed the commas
    try:
        return [name.strip() for name in next(csv.reader([first], delimiter=mark), [])]
    except csv.Error:
        return []


def _unused(head: str) -> str:
    start = head[:2000]
    for words, reason in _UNUSED:
        if words in start:
            return reason
    if near := partner.nearly(_names(head)):
        return near
    return "an empty file" if not re.search(r"\S", start) else UNKNOWN
