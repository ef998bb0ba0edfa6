"""Trace pages: the record of every figure of a page as a page of its own, and the quiet links that lead there.

What is in a record is for `srp_lib.trace` to say; this module only sets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from srp_lib import wording
from srp_lib.display import Notice, Table
from srp_lib.extracts import REGISTRY
from srp_lib.trace import (
    FOLDER,
    HIDDEN,
    NAMES,
    Record,
    Trace,
    not_passed,
    part_words,
    record,
    rules_words,
    summary,
)

LINK_NAME = "source"
SHORT = 70  # letters of a statement that the name of a link has
MARKED = r'(?: <span class="verdict [^"]*"><span aria-hidden="true">[^<]*</span>[^<]*</span>)?'
SENTENCE = re.compile(rf'<span id="fact-([^"]+)">(?:(?!</?span).)*</span>{MARKED}', re.S)
CARD = re.compile(r'(<p class="figure" id="fact-([^"]+)">(?:(?!</p>).)*)</p>', re.S)
CELL = re.compile(r'(<t[dh]\b[^>]*\bid="fact-([^"]+)"[^>]*>)((?:(?!</t[dh]>).)*)(</t[dh]>)', re.S)


def pages(trace: Trace) -> dict[str, str]:
    """A page's content by its name for each notebook that made facts: "trace/01_overview" and so on."""
    found: dict[str, list[str]] = {}
    for ident, fact in trace["facts"].items():
        found.setdefault(fact["notebook"], []).append(ident)
    return {f"{FOLDER}/{name}": _page(trace, name, ids) for name, ids in found.items()}


def linked(html: str, facts: Iterable[Mapping[str, Any]], home: str = "") -> str:
    """A page in which every figure that is a fact leads to its record: a sentence or a card by a small link at its end,
    a cell by its own number.

    `home` is the way from the page to the report's folder ("../" for a page below it). What is not among `facts` stays
    as it is.
    """
    known = {str(fact["id"]): fact for fact in facts}

    def sentence(found: re.Match[str]) -> str:
        return f"{found[0]}{_link(known.get(found[1]), home)}"

    def card(found: re.Match[str]) -> str:
        return f"{found[1]}{_link(known.get(found[2]), home)}</p>"

    def cell(found: re.Match[str]) -> str:
        fact = known.get(found[2])
        return found[0] if fact is None or not found[3] else f"{found[1]}{_traced(fact, found[3], home)}{found[4]}"

    return CELL.sub(cell, CARD.sub(card, SENTENCE.sub(sentence, html)))


# --- links --------------------------------------------------------------------------------------------------------


def _link(fact: Mapping[str, Any] | None, home: str) -> str:
    """The small link at the end of a sentence; nothing for what is no fact.

    The style gives it its word, so that the text of the page, which others copy and read, is that of its figures alone.
    """
    if fact is None:
        return ""
    said = fact["label"] or fact["statement"]
    name = escape(f"{LINK_NAME}: {said if len(said) <= SHORT else said[:SHORT].rpartition(' ')[0] + '…'}")
    return f' <a class="trace" href="{_href(fact, home)}" aria-label="{name}"></a>'


def _traced(fact: Mapping[str, Any], cell: str, home: str) -> str:
    """A cell whose first line leads to the record; one that leads elsewhere already has the small link after it.

    What is more than a link is kept together, as a narrow page sets each part of a cell by itself.
    """
    if "<a " in cell:
        return f"<span>{cell}{_link(fact, home)}</span>"
    first, mark, rest = cell.partition("<br>")
    link = f'<a class="traced" href="{_href(fact, home)}">{first}</a>'
    return f"<span>{link}{mark}{rest}</span>" if mark else link


def _href(fact: Mapping[str, Any], home: str) -> str:
    return escape(f"{home}{FOLDER}/{fact['notebook']}.html#{fact['anchor']}")


# --- pages --------------------------------------------------------------------------------------------------------


def _page(trace: Trace, name: str, ids: Sequence[str]) -> str:
    """The content of one page: how to read it, the records, the files and the rules."""
    records = [record(trace, ident) for ident in ids]
    used = list(dict.fromkeys(extract for one in records for extract in one.fact["extracts"]))
    lines = {one.id: list(_lines(trace, one)) for one in records}
    alike = [line for line in lines[ids[0]] if len(ids) > 1 and all(line in own for own in lines.values())]
    parts = [_opening(trace, name), '<h2 id="figures">Figures</h2>', _alike(alike)]
    parts += [_section(one, [line for line in lines[one.id] if line not in alike]) for one in records]
    parts += ['<h2 id="files">Files</h2>', *(_files(trace, extract) for extract in used)]
    parts += ['<h2 id="rules">Rules that the extracts were held to</h2>', *(_rules(trace, extract) for extract in used)]
    parts += ['<h2 id="cells">Lines of the notebook</h2>', _cells(trace["cells"].get(name, {}))]
    return "".join(parts)


def _opening(trace: Trace, name: str) -> str:
    hidden = any(_rows_hidden(fact) for fact in trace["facts"].values() if fact["notebook"] == name)
    items = (
        "Each figure of the page has its definition, how it was made and how many rows of which files it rests on, a row "
        "counted once. "
        "Files are called by their number in the lists further down, which have their fingerprints (SHA-256).",
        f"Where disclosure control protects a figure {HIDDEN}: the partnership edition has them." if hidden else "",
        "A person counts once, in the file of their first record. Where rows do not add up to a figure, it was worked out "
        "from what they hold: a row can have a sum, a share or an estimate.",
        "'srp trace' with the name of a figure prints the same.",
    )
    page = f'<p><a href="../{escape(name)}.html">Back to the page</a> \N{MIDDLE DOT} <a href="#files">Files</a> \N{MIDDLE DOT} <a href="#rules">Rules</a></p>'
    return page + Notice("How to read this page:", "caveat", tuple(filter(None, items))).html()


def _rows_hidden(fact: Mapping[str, Any]) -> bool:
    files = (one for part in fact["rows"].values() for extract in part.values() for one in extract)
    return any(rows is None for _, rows in files)


def _alike(lines: Sequence[tuple[str, str]]) -> str:
    """What all records of a page have alike, said once; nothing where they share nothing."""
    return f"<p>All figures below have this alike.</p>{_described(lines)}" if lines else ""


def _described(lines: Iterable[tuple[str, str]]) -> str:
    """Names and HTML as a list of descriptions."""
    return f'<dl class="record">{"".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in lines)}</dl>'


def _section(found: Record, lines: Sequence[tuple[str, str]]) -> str:
    return (
        f'<section id="{escape(found.anchor)}"><h3><a href="../{escape(found.where)}">{escape(found.id)}</a></h3>'
        f"<p>{escape(found.fact['statement'])}</p>{_described(lines)}</section>"
    )


def _lines(trace: Trace, found: Record) -> Iterator[tuple[str, str]]:
    """The lines of a record as names and HTML: what `summary` tells, with the rows after the method."""
    told = dict(summary(found))
    after = ("Rests on", "Disclosure", "Made by", "Shown in")
    yield from ((name, escape(text)) for name, text in told.items() if name not in after)
    for part in found.parts:
        yield NAMES[part], _part(trace, found, part)
    if found.fact["rests_on"]:
        yield "Made from", _facts(trace, found.fact["rests_on"])
    yield "Rules passed", escape("; ".join(_extract(found, name) for name in found.rules))
    yield "Disclosure", escape(told["Disclosure"])
    yield "Made by", escape(f"{told['Made by']}, cell {found.fact['cell']}")


def _part(trace: Trace, found: Record, part: str) -> str:
    """A part of a figure: how many rows, and of which files by their numbers."""
    rows = trace["facts"][found.id]["rows"][part]
    told = [f"{name} {_numbered(files)}" for name, files in rows.items()]
    return escape(f"{part_words(found, part)}. {'; '.join(told)}")


def _numbered(files: Sequence[Sequence[int | None]]) -> str:
    """Files by their numbers with their rows: "25: 1,723, 26: 1,650"; without rows "25 to 36"."""
    if any(rows is None for _, rows in files):
        return f"{_called(len(files))} {_runs([place + 1 for place, _ in files])}"
    return f"{_called(len(files))} " + ", ".join(f"{place + 1}: {wording.whole(rows)}" for place, rows in files)


def _called(number: int) -> str:
    return "file" if number == 1 else "files"


def _runs(numbers: Sequence[int]) -> str:
    """Numbers in order, those without a gap as a run: "1, 25 to 36"."""
    runs = [[number for _, number in group] for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _facts(trace: Trace, ids: Sequence[str]) -> str:
    """Figures that a figure rests on, each a link to its record where the report has it."""
    told = []
    for ident in ids:
        fact = trace["facts"].get(ident)
        where = "" if fact is None else f"{fact['notebook']}.html#fact-{ident}"
        told.append(f'<a href="{escape(where)}">{escape(ident)}</a>' if where else escape(ident))
    return ", ".join(told)


def _extract(found: Record, name: str) -> str:
    """An extract with what came of its rules."""
    failed = not_passed(found.rules[name])
    return f"{name} {rules_words(found.rules[name])}" + (f" ({', '.join(failed)})" if failed else "")


def _files(trace: Trace, extract: str) -> str:
    rows = tuple(
        (str(number), f"{one['path']}\n{one['sha256']}", one["rows"])
        for number, one in enumerate(trace["files"][extract], 1)
    )
    table = Table(f"Files of {extract}", ("Number", "File and SHA-256", "Rows"), rows)
    title = f"{REGISTRY[extract].title} ({extract}): {len(rows)} {_called(len(rows))}"
    return f'<details class="rules"><summary>{escape(title)}</summary>{table.html()}</details>'


def _rules(trace: Trace, extract: str) -> str:
    results = trace["rules"][extract]
    title = f"{REGISTRY[extract].title} ({extract}): {rules_words(results)} rules passed"
    rows = tuple((one["rule"], one["severity"], wording.upper_first(one["result"]), one["found"]) for one in results)
    table = Table(f"Rules of {extract}", ("Rule", "Severity", "Result", "Failing"), rows)
    return f'<details class="rules"><summary>{escape(title)}</summary>{table.html()}</details>'


def _cells(cells: Mapping[str, str]) -> str:
    return "".join(
        f'<details class="rules"><summary>{escape(cell)}</summary><pre tabindex="0">{escape(source)}</pre></details>'
        for cell, source in cells.items()
    )
