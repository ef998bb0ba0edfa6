"""Released cover: whether every withheld count of a release is among the figures that were read from it.

An attack that has not read a mark says nothing of it, so it must fail where one was missed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from srp_lib.disclosure import MARK
from srp_lib.page_tables import SPOKEN, TABLE
from srp_lib.provenance import COMPANION, RUN
from srp_lib.release.released_facts import FILE
from srp_lib.release.released_files import TRACE, read_json
from srp_lib.release.released_numbers import Figure
from srp_lib.release.released_pages import UNREAD, tables_in, texts_in
from srp_lib.release.released_sheets import SPREADSHEET, sheets_of
from srp_lib.release.released_tables import cells_of
from srp_lib.release.released_text import by_start, explained, opening, unstated

Covered = frozenset[tuple[str, str]]
ELSEWHERE = ("disclosure.html", RUN, COMPANION)  # held to closed lists of what may stand in them
ATTRIBUTE = re.compile(r"\b(?!alt=)[\w-]+=\"[^\"]*\[c\][^\"]*\"")


def unread(files: Mapping[str, str | bytes], figures: Sequence[Figure]) -> list[str]:
    """The places with "[c]" that no figure covers, each as file and place; none of them holds a value.

    The page on the attack itself, run.json and its companion are left out.
    """
    covered = frozenset((one.where, one.cell) for one in figures if one.withheld)
    lines = list(csv.DictReader(io.StringIO(text_of(files.get(FILE, "")))))
    found: list[str] = []
    for name, content in files.items():
        if name == SPREADSHEET:
            found += _sheets(bytes(content), covered)
        elif name in ELSEWHERE or MARK not in text_of(content):
            continue
        elif name.endswith(".html"):
            found += _page(name, text_of(content), lines, covered)
        elif name == FILE:
            found += _lines(lines, covered)
        elif name == TRACE:
            found += _trace(text_of(content), lines, covered)
        else:
            found.append(f"{name}: no file of which figures are read")
    return found


def text_of(content: str | bytes) -> str:
    """A file's content as text; bytes that are no text stand as replacement characters."""
    return content if isinstance(content, str) else content.decode("utf-8", errors="replace")


def _page(name: str, html: str, lines: Sequence[Mapping[str, str]], covered: Covered) -> Iterator[str]:
    """What is missed of a page: cells, texts, and what stands in neither."""
    tables = tables_in(name, html)
    own = {cell for table in tables for row in table.rows for cell in row}
    for table in tables:
        where = f"{name}, {table.caption}"
        told = ((cell, text) for cell, _, _, _, text in cells_of(table))
        yield from (f"{where}: {cell}" for cell, text in told if MARK in text and (where, cell) not in covered)
        yield from (f"{where}: a row's heading" for row in table.rows if row and MARK in row[0])
    yield from _texts(name, [text for text in texts_in(html) if text not in own], lines, covered)
    rest = SPOKEN.sub("", TABLE.sub("", UNREAD.sub("", html)))
    if MARK in re.sub(r"<[^>]*>", "", rest):
        yield f"{name}: beside its tables, paragraphs, lists and drawings"
    if any(MARK in explained(one) for one in ATTRIBUTE.findall(html)):
        yield f"{name}: in an attribute"


def _texts(name: str, texts: Sequence[str], lines: Sequence[Mapping[str, str]], covered: Covered) -> Iterator[str]:
    """What is missed of texts outside tables; a fact's statement is held against key_facts.csv instead."""
    known, places = by_start([row["statement"] for row in lines]), {where for where, _ in covered}
    for text in texts:
        where = f"{name}, text: {opening(text)}"
        if MARK in text and MARK in explained(unstated(text, known)) and where not in places:
            yield where


def _lines(lines: Sequence[Mapping[str, str]], covered: Covered) -> Iterator[str]:
    """The lines of key_facts.csv with a mark of which no withheld figure was read."""
    places = {where for where, _ in covered}
    for row in lines:
        where = f"{FILE}, {row['id']}"
        if any(MARK in (cell or "") for cell in row.values()) and where not in places:
            yield where


def _sheets(data: bytes, covered: Covered) -> Iterator[str]:
    """The cells of the spreadsheet with a mark that no figure covers."""
    tables, texts = sheets_of(data)
    for table in tables:
        where = f"{SPREADSHEET}, {table.caption}"
        told = ((cell, text) for cell, _, _, _, text in cells_of(table))
        yield from (f"{where}: {cell}" for cell, text in told if MARK in text and (where, cell) not in covered)
    yield from _texts(SPREADSHEET, texts, (), covered)


def _trace(text: str, lines: Sequence[Mapping[str, str]], covered: Covered) -> Iterator[str]:
    """The entries of the trace with a mark that neither key_facts.csv tells in the same words nor a figure covers."""
    trace = read_json(TRACE, text)
    known = {cell for row in lines for cell in row.values()}
    definitions = " ".join(row["definition"] for row in lines)
    for id, fact in trace.get("facts", {}).items():
        own = [told for told in fact.values() if isinstance(told, str) and MARK in explained(told)]
        if any(told not in known and told not in definitions for told in own):
            yield f"{TRACE}, {id}"
    for kind in ("files", "rules"):
        for extract, entries in trace.get(kind, {}).items():
            for one in entries:
                where = f"{TRACE}, {kind} of {extract}"
                if MARK in json.dumps(one) and (where, str(one.get("path") or one.get("rule"))) not in covered:
                    yield f"{where}: {one.get('path') or one.get('rule')}"
