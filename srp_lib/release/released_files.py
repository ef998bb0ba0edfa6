"""Released files: the numbers that a reader takes from the spreadsheet and the trace of a release.

A sheet is read back as the table of the page that it names, so that its cells are named as that table's are.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from srp_lib.display import COLUMNS, DASH
from srp_lib.extracts.registry import RECORDS
from srp_lib.page_tables import PageTable
from srp_lib.release.released_facts import Facts, Numbers, fact_of, kind_of
from srp_lib.release.released_names import Key, Names
from srp_lib.release.released_numbers import CHANGE, COUNT, OTHER, Figure, Rule, printed
from srp_lib.wording import MINUS

STREET_EXTRACT = "street_crime"
SPREADSHEET, TRACE = "tables.xlsx", "trace.json"
NUMBERED = re.compile(r"Table \d+: (?P<caption>.+)", re.S)
ORIGIN = re.compile(
    r"From the page (?P<title>.+) \((?P<page>[\w./-]+)\)(?:, under the heading (?P<heading>.+))?\.", re.S
)
NOTE, PERCENT, NO_FIGURE = "Note: ", " (%)", "[x]"
ENDS = (", from", ", to", ", number", ", out of")  # of columns that hold the ends of what is one cell in a page
PARTS = ("numerator", "denominator", "comparator")
MONTH_IN_PATH = re.compile(r"(?<!\d)(\d{4}-(?:0[1-9]|1[0-2]))(?!\d)")

Row = Sequence[object]


def sheets_of(data: bytes) -> tuple[list[PageTable], list[str]]:
    """The tables of the spreadsheet as those of its pages, and the texts of its sheets that hold none."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    tables, texts = [], []
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        table = _table(rows)
        if table is None:
            texts += [str(cell) for row in rows for cell in row if cell not in ("", None)]
        else:
            tables.append(table)
    return tables, texts


def trace_figures(text: str, facts: Facts, names: Names, rule: Rule) -> Iterator[Figure]:
    """The rows of single files in the trace, the rows that files hold, and what rules found."""
    trace: Mapping[str, Any] = json.loads(text)
    for extract, files in trace.get("files", {}).items():
        for one in files:
            key = Key(COUNT, f"rows.{extract}", f"file: {one['path']}")
            yield from _held(f"{TRACE}, files of {extract}", str(one["path"]), str(one["rows"]), key, names, rule)
    for extract, rules in trace.get("rules", {}).items():
        for one in rules:
            where = f"{TRACE}, rules of {extract}"
            yield from _told(where, str(one["rule"]), str(one["found"]))
    for id, fact in trace.get("facts", {}).items():
        yield from _used(id, fact, trace.get("files", {}), facts)
        yield from _told_otherwise(id, fact, facts, names, rule)


def _table(rows: Sequence[Row]) -> PageTable | None:
    """A sheet as the table that it holds; None for one without."""
    lines = [str(row[0]) for row in rows if row]
    named = NUMBERED.fullmatch(lines[0]) if lines else None
    origin = next((found for line in lines if (found := ORIGIN.fullmatch(line))), None)
    top = next((at for at, row in enumerate(rows) if len(row) > 1 and row[1] not in ("", None)), None)
    if named is None or origin is None or top is None:
        return None
    heads = [str(head) for head in rows[top]]
    columns = [_column(head, [row[at] for row in rows[top + 1 :]]) for at, head in enumerate(heads)]
    body = tuple(zip(*(cells for _, cells in columns), strict=True))
    note = " ".join(line.removeprefix(NOTE) for line in lines[:top] if line.startswith(NOTE))
    return PageTable(
        origin["page"], origin["title"], origin["heading"] or "", named["caption"], tuple(head for head, _ in columns), body, note,
        tuple(("",) * len(row) for row in body),
    )  # fmt: skip


def _column(head: str, cells: Sequence[object]) -> tuple[str, tuple[str, ...]]:
    """A column's heading and cells as the page has them: with the sign of percent, and with decimals that are zeros."""
    least = min((decimals for cell in cells if (decimals := _decimals(cell))), default=0)
    sign = "%" if head.endswith(PERCENT) else ""
    told = tuple(_cell(cell, least, sign) for cell in cells)
    bare = head.removesuffix(PERCENT)
    return (f"Limit: {bare}" if bare.endswith(ENDS) else bare), told


def _cell(cell: object, least: int, sign: str) -> str:
    """A cell as the page has it; a number with `least` decimals or more, as the column's others have them."""
    if isinstance(cell, (int, float)):
        return f"{cell:,.{max(least, _decimals(cell))}f}{sign}".replace("-", MINUS)
    return DASH if cell == NO_FIGURE else str(cell or "")


def _decimals(cell: object) -> int:
    """The decimals of a number in a cell; none of anything else."""
    return len(f"{cell:.10g}".partition(".")[2]) if isinstance(cell, (int, float)) else 0


def _held(where: str, cell: str, text: str, key: Key, names: Names, rule: Rule) -> Iterator[Figure]:
    """How many rows a file holds."""
    protected = names.guarded and key.subject.removeprefix("rows.") in RECORDS
    for one in printed(text):
        ends = rule.few if one.value is None else rule.count(one.value, protected)
        yield Figure(where, cell, one.text, COUNT, key.subject, key.group, "", "", *ends, one.value is None, protected)


def _told(where: str, cell: str, text: str) -> Iterator[Figure]:
    """What a rule found: numbers of rows that are of the rule alone."""
    for number, one in enumerate(printed(text), 1):
        own = f"{where}, {cell}"
        yield Figure(where, cell, one.text, OTHER, own, f"number {number}", "", "", one.value, one.value, one.value is None, one.value is None)  # fmt: skip


def _used(id: str, fact: Mapping[str, Any], files: Mapping[str, Any], facts: Facts) -> Iterator[Figure]:
    """The rows of each file that a fact counted.

    Street-level files are of a month each, so theirs are its count; rows of others can be of more than the fact counts.
    """
    if id not in facts.rows:
        return
    sides = _sides(facts.rows[id], facts.numbers[id])
    used = ((part, extract, place, rows) for part, own in fact.get("rows", {}).items() for extract, placed in own.items() for place, rows in placed)  # fmt: skip
    for part, extract, place, rows in used:
        if rows is None:
            continue
        path = str(files[extract][place]["path"])
        month, side = MONTH_IN_PATH.search(path), sides.get(part)
        key = Key(subject=f"{TRACE}, {id}, {part}", group=path)
        if extract == STREET_EXTRACT and month and side:
            key = replace(side, period=month[1])
        yield Figure(
            f"{TRACE}, {id}", f"{part}, {path}", str(rows), COUNT, key.subject, key.group, key.place, key.period, rows, rows, False, False,
        )  # fmt: skip


def _sides(row: Mapping[str, str], numbers: Numbers) -> dict[str, Key | None]:
    """What the rows of each part of a fact count, less the period."""
    changed = kind_of(row) == CHANGE
    return dict(zip(PARTS, (numbers.of, numbers.of if changed else numbers.base, numbers.of)))


def _told_otherwise(id: str, fact: Mapping[str, Any], facts: Facts, names: Names, rule: Rule) -> Iterator[Figure]:
    """The numbers of a fact that the trace gives and key_facts.csv does not, or gives otherwise."""
    known = facts.rows.get(id, {})
    differing = {
        name: f"{fact[name]:.17g}"
        for name in ("value", "lower", "upper", "numerator", "denominator", "comparator_value", "comparator_numerator")
        if fact.get(name) is not None and f"{fact[name]:.10g}" != known.get(name)
    }
    if not differing:
        return
    blank = dict.fromkeys(
        ("value", "lower", "upper", "numerator", "denominator", "comparator_value", "comparator_numerator"), ""
    )
    row = {**{name: str(fact.get(name) or "") for name in COLUMNS}, **known, **blank, **differing}
    for figure in fact_of(id, row, facts, names, rule):
        yield replace(figure, where=f"{TRACE}, {id}")
