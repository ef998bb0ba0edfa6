"""Cells of an xlsx workbook that are not what they read as: errors, and formulas without a result."""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA, _RESULT = re.compile(rb"<(?:\w+:)?f[\s>/]"), re.compile(rb"<(?:\w+:)?(?:v|is)>[^<]*[^<\s]|<(?:\w+:)?is>")
_STALE = re.compile(rb"""<(?:\w+:)?calcPr\s[^>]*fullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
ERROR, UNRESOLVED = "error", "formula"


@dataclass(frozen=True)
class Spoilt:
    """A cell by its row and column, counted from 0 (None where the sheet does not say them), and what it is."""

    row: int | None
    column: int | None
    kind: str


def spoilt(data: bytes, sheet: str) -> list[Spoilt]:
    """The errors and the formulas without a result in one sheet of a workbook; none in a workbook of another kind.

    Where the workbook asks to be calculated when it is next opened, what its formulas hold was put there by the
    program that wrote them and no formula counts as worked out.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            return []
        stale = bool(_STALE.search(archive.read("xl/workbook.xml")))
        part = _part(archive, sheet)
        parts = [part] if part in names else sorted(name for name in names if name.startswith("xl/worksheets/sheet"))
        return [cell for name in parts for cell in _cells(archive.read(name), stale)]


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the zip that holds a sheet, or "" where it cannot be told."""
    listed = [_attributes(found[1]) for found in _SHEET.finditer(archive.read("xl/workbook.xml"))]
    wanted = next((one.get("r:id") or one.get("id", "") for one in listed if one.get("name") == sheet), "")
    relations = "xl/_rels/workbook.xml.rels"
    if not wanted or relations not in archive.namelist():
        return ""
    targets = [_attributes(found[1]) for found in _RELATION.finditer(archive.read(relations))]
    target = next((one.get("Target", "") for one in targets if one.get("Id") == wanted), "")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _attributes(text: bytes) -> dict[str, str]:
    found = ((one[1], one[2] or one[3] or b"") for one in _ATTRIBUTE.finditer(text))
    return {name.decode("utf-8", "replace"): html.unescape(value.decode("utf-8", "replace")) for name, value in found}


def _cells(part: bytes, stale: bool) -> Iterator[Spoilt]:
    if not _FORMULA.search(part) and b't="e"' not in part and b"t='e'" not in part:
        return
    for found in _CELL.finditer(part):
        given = _attributes(found[1])
        if given.get("t") == "e":
            yield Spoilt(*_place(given.get("r", "")), ERROR)
        elif _FORMULA.search(found[2]) and (stale or not _RESULT.search(found[2])):
            yield Spoilt(*_place(given.get("r", "")), UNRESOLVED)


def _place(reference: str) -> tuple[int | None, int | None]:
    """Row and column of a reference such as B5, counted from 0."""
    found = re.fullmatch(r"([A-Z]{1,3})([0-9]+)", reference)
    if not found:
        return None, None
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
