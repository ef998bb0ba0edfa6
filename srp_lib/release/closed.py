"""Closed: what a public release may be made of: a closed list of files, each with a closed list of what may be in it.

The attack can only weigh what it reads. So whatever stands in a place where no part of a report has anything is a fault
in itself, though nobody knows whether it tells of anyone.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator, Mapping

from srp_lib.display import COLUMNS
from srp_lib.errors import AuditError
from srp_lib.page_checks import page_faults
from srp_lib.provenance import COMPANION, RUN
from srp_lib.release.closed_record import companion_faults, record_faults, require_record
from srp_lib.release.closed_sheets import sheet_faults
from srp_lib.release.closed_trace import require_trace, trace_faults
from srp_lib.release.released import DISCLOSURE
from srp_lib.release.released_cover import text_of
from srp_lib.release.released_facts import FILE
from srp_lib.release.released_files import TRACE, read_json
from srp_lib.release.released_numbers import Rule
from srp_lib.release.released_pages import attributes_in, beside_in, code_in, tables_in, texts_in
from srp_lib.release.released_sheets import SPREADSHEET

Files = Mapping[str, str | bytes]
PAGE = re.compile(r"(?:wards/[a-z0-9-]+|trace/[a-z0-9_]+|[a-z0-9_]+)\.html")
OTHERS = (FILE, SPREADSHEET, TRACE, RUN, COMPANION)
SKIP = "Skip to the content"
# Attributes of elements, of drawings, and those that are read out.
ATTRIBUTES = frozenset(
    "class id role scope style href lang charset name content http-equiv tabindex open colspan rowspan width height src alt "
    "aria-label aria-labelledby aria-describedby aria-hidden aria-current data-label media type "
    "xmlns xmlns:xlink xlink:href version viewBox preserveAspectRatio x y x1 x2 y1 y2 cx cy r rx ry dx dy d points transform offset "
    "fill fill-rule fill-opacity stroke stroke-width stroke-opacity stroke-linejoin stroke-linecap stroke-dasharray stroke-miterlimit "
    "opacity clip-path clip-rule mask marker-start marker-mid marker-end paint-order patternUnits patternTransform gradientUnits "
    "stop-color stop-opacity font-size font-weight font-family font-style text-anchor dominant-baseline".split()
)


def require_release(files: Files) -> None:
    """Raise AuditError for files that are no public report, and for one of them that is damaged."""
    if FILE not in files:
        raise AuditError(
            f"There is no {FILE}, so this is no report: give the folder of a public report as the run left it."
        )
    _lines(files)
    if RUN in files:
        require_record(read_json(RUN, text_of(files[RUN])))
    if TRACE in files:
        require_trace(read_json(TRACE, text_of(files[TRACE])))


def strange(files: Files, rule: Rule) -> list[str]:
    """The places of a release that hold what no part of a report has there, each once; none of them holds a value.

    Raises AuditError as `require_release`.
    """
    require_release(files)
    return list(dict.fromkeys(_strange(files, rule)))


def _strange(files: Files, rule: Rule) -> Iterator[str]:
    trace = read_json(TRACE, text_of(files[TRACE])) if TRACE in files else None
    for name, content in files.items():
        if PAGE.fullmatch(name):
            yield from _page_faults(name, text_of(content))
        elif name not in OTHERS:
            yield f"{re.sub('[0-9]+', '…', name)[:80]}: no file that a report has"
    if trace is not None:
        yield from trace_faults(trace, _lines(files), rule)
    if SPREADSHEET in files:
        pages = {
            name: text_of(content) for name, content in files.items() if name.endswith(".html") and name != DISCLOSURE
        }
        said = (
            [text for page in pages.values() for text in texts_in(page)]
            if "index.html" not in pages
            else list(texts_in(pages["index.html"]))
        )
        yield from sheet_faults(
            bytes(files[SPREADSHEET]), [table for name, page in pages.items() for table in tables_in(name, page)], said
        )
    if RUN in files:
        record = read_json(RUN, text_of(files[RUN]))
        yield from record_faults(record, rule)
        yield from (
            f"{name}: {RUN} does not tell of it" for name in files if name not in (RUN, COMPANION, *record["outputs"])
        )
        if COMPANION in files:
            yield from companion_faults(text_of(files[COMPANION]), record)
    elif COMPANION in files:
        yield f"{COMPANION}: there is no {RUN} that it goes with"


def _page_faults(name: str, html: str) -> Iterator[str]:
    """What a page holds that no page of a report has."""
    yield from (f"{name}: {fault}" for fault in page_faults(html))
    names, _, plain = attributes_in(html)
    if names - ATTRIBUTES:
        yield f"{name}: attributes that no page has"
    if not plain:
        yield f"{name}: elements that are not written as those of pages are"
    if any(text != SKIP for text in beside_in(html)):
        yield f"{name}: a text beside its tables, paragraphs, lists and drawings"
    if not all(map(_is_code, code_in(html))):
        yield f"{name}: program lines that are none"


def _is_code(text: str) -> bool:
    """Whether a text is lines of a program, as the cells of notebooks are, and not data alone."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not any(
        isinstance(line, ast.Expr) and isinstance(line.value, (ast.Constant, ast.Dict, ast.List, ast.Tuple))
        for line in body
    )


def _lines(files: Files) -> dict[str, dict[str, str]]:
    """The lines of key_facts.csv by id. Raises AuditError where it is no such table."""
    lines = list(csv.DictReader(io.StringIO(text_of(files[FILE])), restkey="…"))
    for number, line in enumerate(lines, 1):
        if tuple(line) != COLUMNS or None in line.values() or not _is_numeric(line):
            raise AuditError(
                f"{FILE} has not the columns of a report's figures in row {number}: it is damaged or of another version."
            )
    return {line["id"]: line for line in lines}


def _is_numeric(line: Mapping[str, str]) -> bool:
    """Whether the numbers of a line are numbers."""
    numbers = ("value", "lower", "upper", "numerator", "denominator", "comparator_value", "comparator_numerator")
    try:
        return all(float(line[name] or 0) == float(line[name] or 0) for name in numbers)
    except ValueError:
        return False
