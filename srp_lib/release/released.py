"""Released: every number that a reader can take from a release, from the published bytes alone.

Pages and leaflets, key_facts.csv, the spreadsheet and the trace are read as an attacker reads them: which number each
is of, and what is said of the true one. The attack on a release starts from these figures.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from srp_lib.errors import AuditError
from srp_lib.provenance import RUN
from srp_lib.release.closed_record import record_texts
from srp_lib.release.released_cover import text_of, unread
from srp_lib.release.released_facts import FILE, Facts, fact_figures, read_facts
from srp_lib.release.released_files import TRACE, read_json, trace_figures, trace_texts
from srp_lib.release.released_names import Names
from srp_lib.release.released_numbers import KINDS, Figure, Rule
from srp_lib.release.released_pages import all_texts, tables_in
from srp_lib.release.released_sheets import SPREADSHEET, sheets_of
from srp_lib.release.released_tables import learn, table_figures
from srp_lib.release.released_text import Page, page_of, text_figures

__all__ = ["DISCLOSURE", "KINDS", "Figure", "read_release", "release_files", "unread"]

Files = Mapping[str, str | bytes]
TEXTS = (".html", ".csv", ".json")
DISCLOSURE = "disclosure.html"  # tells of the attack itself, so nothing is gathered from it


def read_release(files: Files, smallest: int, base: int) -> tuple[Figure, ...]:
    """Every figure of a release, given as its files by name.

    Counts under `smallest` are withheld in it, and other protected counts rounded to the nearest `base`. Raises
    AuditError for a file that is damaged.
    """
    return tuple(
        _figures({name: content for name, content in files.items() if name != DISCLOSURE}, Rule(smallest, base))
    )


def release_files(folder: Path) -> dict[str, str | bytes]:
    """The files of a report's folder by name, texts as text: what `read_release` takes.

    Raises AuditError where there is no such folder, and for a text that is not UTF-8.
    """
    if not folder.is_dir():
        raise AuditError(f"{folder} is not a folder: give the folder of a report as the run left it.")
    found: dict[str, str | bytes] = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        found[name] = path.read_bytes()
        if path.suffix in TEXTS:
            found[name] = _text(name, path.read_bytes())
    return found


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise AuditError(
            f"{name} is not text in UTF-8: it is damaged, or another program saved it. Give the folder as the run left it."
        ) from error


def _figures(files: Files, rule: Rule) -> Iterator[Figure]:
    names = Names()
    html = {name: text_of(content) for name, content in files.items() if name.endswith(".html")}
    tables = {name: tables_in(name, page) for name, page in html.items()}
    flat = [table for own in tables.values() for table in own]
    learn(flat, names)
    facts = read_facts(text_of(files.get(FILE, "")), names)
    yield from fact_figures(facts, names, rule)
    yield from table_figures(flat, facts, names, rule)
    pages = [page_of(name, all_texts(page), tables[name]) for name, page in html.items()]
    pages += yield from _spreadsheet(files, facts, names, rule)
    pages += _records(files, facts)
    yield from text_figures(pages, [row["statement"] for row in facts.rows.values()], names, rule)
    if TRACE in files:
        yield from trace_figures(text_of(files[TRACE]), facts, names, rule)


def _spreadsheet(files: Files, facts: Facts, names: Names, rule: Rule) -> Generator[Figure, None, list[Page]]:
    """The figures of the spreadsheet's tables; gives back its other texts as a page."""
    if SPREADSHEET not in files:
        return []
    tables, texts = sheets_of(bytes(files[SPREADSHEET]))
    yield from table_figures(tables, facts, names, rule, SPREADSHEET)
    return [page_of(SPREADSHEET, texts, [])]


def _records(files: Files, facts: Facts) -> list[Page]:
    """What the trace and run.json say in words."""
    pages = []
    if TRACE in files:
        pages.append(page_of(TRACE, trace_texts(read_json(TRACE, text_of(files[TRACE])), facts), []))
    if RUN in files:
        pages.append(page_of(RUN, record_texts(read_json(RUN, text_of(files[RUN]))), []))
    return pages
