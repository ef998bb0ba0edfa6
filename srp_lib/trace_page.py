"""Trace pages: the record of every figure of a page as a page of its own, and the quiet links that lead there.

What is in a record is for `srp_lib.trace` to say; this module only sets it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from typing import Any

from srp_lib import wording
from srp_lib.disclosure import MARK
from srp_lib.display import Notice, Table
from srp_lib.extracts import REGISTRY
from srp_lib.trace import (
    Record,
    Trace,
    held,
    not_passed,
    page_of,
    part_name,
    part_words,
    record,
    rules_words,
    short_name,
    summary,
)

LINK_NAME, DOT = "source", "\N{MIDDLE DOT}"
MARKED = r'(?: <span class="verdict [^"]*"><span aria-hidden="true">[^<]*</span>[^<]*</span>)?'
SENTENCE = re.compile(rf'<span id="fact-([^"]+)">(?:(?!</?span).)*</span>{MARKED}', re.S)
CARD = re.compile(r'(<p class="figure" id="fact-([^"]+)">(?:(?!</p>).)*)</p>', re.S)
CELL = re.compile(r'(<t[dh]\b[^>]*\bid="fact-([^"]+)"[^>]*>)((?:(?!</t[dh]>).)*)(</t[dh]>)', re.S)
HEADING = re.compile(r'<th scope="row"[^>]*>(.*?)</th>', re.S)
EXPLAINED = f'<p class="traces">Dotted figures and the word {LINK_NAME} lead to where a figure comes from.</p>'
BLOCKS = re.compile(r'<div class="scroll"|<ul class="facts">|<div class="cards?">')
NOTE = re.compile(r'\s*<p class="note">(?:(?!</p>).)*</p>', re.S)


@dataclass(frozen=True)
class TracePage:
    """The records of a notebook's figures, or of those of one ward (`place`), as the content of a page."""

    notebook: str
    place: str
    html: str


def pages(trace: Trace) -> dict[str, TracePage]:
    """Pages by name: "trace/01_overview" for each notebook that made facts, "trace/06_wards_wath" for each ward."""
    found: dict[str, dict[str, list[str]]] = {}
    for ident, fact in trace["facts"].items():
        own = found.setdefault(fact["notebook"], {page_of("", fact["notebook"]): []})
        own.setdefault(page_of(ident, fact["notebook"]), []).append(ident)
    made = {}
    for notebook, (main, *wards) in ((name, list(own)) for name, own in found.items()):
        places = {ward: _place(trace, found[notebook][ward]) for ward in wards}
        made[main] = TracePage(notebook, "", _page(trace, notebook, found[notebook][main], places))
        for ward, place in places.items():
            made[ward] = TracePage(notebook, place, _ward(trace, notebook, found[notebook][ward], place))
    return made


def linked(html: str, facts: Iterable[Mapping[str, Any]], home: str = "") -> str:
    """A page in which every figure that is a fact leads to its record: a sentence or a card by a small link at its end,
    a cell by its own number.

    What the links are is said once, below the first table or list that has one. `home` is the way from the page to the
    report's folder ("../" for a page below it). What is not among `facts` stays as it is.
    """
    known = {str(fact["id"]): fact for fact in facts}

    def sentence(found: re.Match[str]) -> str:
        return f"{found[0]}{_link(known.get(found[1]), home)}"

    def card(found: re.Match[str]) -> str:
        return f"{found[1]}{_link(known.get(found[2]), home)}</p>"

    def cell(found: re.Match[str]) -> str:
        fact = known.get(found[2])
        told = None if fact is None else _traced(fact, found[3], home, _row_heading(found))
        return found[0] if told is None else f"{found[1]}{told}{found[4]}"

    return _explained(CELL.sub(cell, CARD.sub(card, SENTENCE.sub(sentence, html))))


# --- links --------------------------------------------------------------------------------------------------------


def _link(fact: Mapping[str, Any] | None, home: str) -> str:
    """The small link at the end of a sentence; nothing for what is no fact.

    The style gives it its word, so that the text of the page, which others copy and read, is that of its figures alone.
    """
    if fact is None:
        return ""
    name = escape(f"{LINK_NAME}: {', '.join(filter(None, (fact.get('place'), short_name(fact))))}")
    return f' <a class="trace" href="{_href(fact, home)}" aria-label="{name}"></a>'


def _traced(fact: Mapping[str, Any], cell: str, home: str, row: str) -> str | None:
    """A cell whose first line leads to the record; one that leads elsewhere already has the small link after it.

    None for one whose first line has no word and no figure: a dash, a sign, a withheld count. What is more than a link is
    kept together, as a narrow page sets each part of a cell by itself.
    """
    first, mark, rest = cell.partition("<br>")
    words = _plain(first)
    if not re.search(r"\w", words.replace(MARK, "")):
        return None
    if "<a " in cell:
        return f"<span>{cell}{_link(fact, home)}</span>"
    short = short_name(fact)
    label, _, kind = short.rpartition(": ")
    said = kind if label and (label == row or label.startswith(f"{row} (")) else short
    name = escape(", ".join(filter(None, (words, row, "" if said == row else said, LINK_NAME))))
    link = f'<a class="traced" href="{_href(fact, home)}" aria-label="{name}">{first}</a>'
    return f"<span>{link}{mark}{rest}</span>" if mark else link


def _row_heading(found: re.Match[str]) -> str:
    """The heading of the row that a cell is in; "" where it has none or one that is withheld."""
    html, start = found.string, found.string.rfind("<tr", 0, found.start())
    heading = HEADING.search(html, max(start, 0), found.start())
    words = _plain(heading[1]) if heading else ""
    return "" if MARK in words else words


def _plain(html: str) -> str:
    """The words of a piece of HTML."""
    return unescape(re.sub(r"<[^>]*>", " ", html.replace("<wbr>", ""))).strip()


def _explained(html: str) -> str:
    """A page with a sentence on its links below the first list, cards or table (and its note) that has one."""
    first = html.find('<a class="trace')
    if first < 0:
        return html
    starts = [found.start() for found in BLOCKS.finditer(html, 0, first)]
    ends = [end for start in starts if (end := _end(html, start)) > first]
    end = ends[0] if ends else html.index("</p>", first) + len("</p>")
    note = NOTE.match(html, end)
    end = note.end() if note else end
    return f"{html[:end]}{EXPLAINED}{html[end:]}"


def _end(html: str, start: int) -> int:
    """Where the element that starts there ends."""
    name, depth = html[start + 1 :].partition(" ")[0], 0
    for found in re.compile(rf"<(/?){name}\b").finditer(html, start):
        depth += -1 if found[1] else 1
        if not depth:
            return html.index(">", found.end()) + 1
    return len(html)


def _href(fact: Mapping[str, Any], home: str) -> str:
    ident = str(fact["id"])
    return escape(f"{home}{page_of(ident, fact['notebook'])}.html#fact-{ident}")


# --- pages --------------------------------------------------------------------------------------------------------


def _page(trace: Trace, name: str, ids: Sequence[str], places: Mapping[str, str]) -> str:
    """The content of a notebook's page: how to read it, the records, the pages of wards, the files and the rules."""
    every = [record(trace, ident) for ident, fact in trace["facts"].items() if fact["notebook"] == name]
    used = list(dict.fromkeys(extract for one in every for extract in one.fact["extracts"]))
    ways = (
        f'<a href="../{escape(name)}.html">Back to the page</a>',
        '<a href="#files">Files</a>',
        '<a href="#rules">Rules</a>',
    )
    parts = [_opening(trace, name, ways), _places(places), _records(trace, ids, "")]
    parts += ['<h2 id="files">Files</h2>', *(_files(trace, extract) for extract in used)]
    parts += ['<h2 id="rules">Rules that the extracts were held to</h2>', *(_rules(trace, extract) for extract in used)]
    parts += ['<h2 id="cells">Lines of the notebook</h2>', _cells(trace["cells"].get(name, {}))]
    return "".join(parts)


def _ward(trace: Trace, name: str, ids: Sequence[str], place: str) -> str:
    """The content of a ward's page: its records; files, rules and lines of the notebook are on the notebook's page."""
    main = f"{escape(name)}.html"
    links = {f"../{main}": "Back to the page", main: "All wards", f"{main}#files": "Files", f"{main}#rules": "Rules"}
    ways = tuple(f'<a href="{href}">{words}</a>' for href, words in links.items())
    return _opening(trace, name, ways) + _records(trace, ids, main, place)


def _place(trace: Trace, ids: Sequence[str]) -> str:
    """What the ward of these facts is called: as they say, else as their ids do."""
    return str(trace["facts"][ids[0]].get("place") or wording.upper_first(ids[0].split(".")[1].replace("_", " ")))


def _places(places: Mapping[str, str]) -> str:
    """Links to the pages of wards; nothing where there is none."""
    links = "".join(
        f'<li><a href="{escape(page.rpartition("/")[2])}.html">{escape(place)}</a></li>'
        for page, place in places.items()
    )
    return (
        f'<h2 id="wards">Wards</h2><p>The records of each ward have a page of their own:</p><ul class="leaflets">{links}</ul>'
        if links
        else ""
    )


def _records(trace: Trace, ids: Sequence[str], main: str, place: str = "") -> str:
    """The records of these facts, after what all of them have alike; nothing for no fact.

    `main` is the page with the rules where it is another, `place` what all the records are of and need not say.
    """
    if not ids:
        return ""
    records = [record(trace, ident) for ident in ids]
    lines = {one.id: list(_lines(trace, one, main)) for one in records}
    alike = [line for line in lines[ids[0]] if len(ids) > 1 and all(line in own for own in lines.values())]
    parts = ['<h2 id="figures">Figures</h2>', _alike(alike)]
    named = {one.id: _named(one, place) for one in records}
    often = Counter(named.values())
    for one in records:
        name = named[one.id] if often[named[one.id]] == 1 else f"{named[one.id]} ({one.id.partition('.')[0]})"
        parts.append(_section(one, name, [line for line in lines[one.id] if line not in alike]))
    return "".join(parts)


def _named(found: Record, place: str) -> str:
    """The heading of a record: its short name, and its place unless that is the page's; its sentence without a label."""
    fact = {**found.fact, "id": found.id}
    own = "" if fact["place"] == place else fact["place"]
    return ", ".join(filter(None, (own, short_name(fact) if fact["label"] else str(fact["statement"]))))


def _opening(trace: Trace, name: str, ways: Sequence[str]) -> str:
    hidden = any(_rows_hidden(fact) for fact in trace["facts"].values() if fact["notebook"] == name)
    items = (
        "Each figure of the page has its definition, how it was made and how many rows of which files it rests on, a row "
        "counted once. "
        "Files are called by their number in the lists of files, which have their fingerprints (SHA-256).",
        "Where disclosure control protects a figure, every file that was looked through is named, also one of another year "
        "that holds none of its rows: which files do, and how many rows each, could tell a small count. The partnership "
        "edition tells it."
        if hidden
        else "",
        "A person counts once, in the file of their first record. Where rows do not add up to a figure, it was worked out "
        "from what they hold: a row can have a sum, a share or an estimate.",
        "Figures are rounded as in their sentences; key_facts.csv has all their digits. 'srp trace' with the name of a figure, "
        "which stands below its heading, prints the same.",
    )
    page = f"<p>{f' {DOT} '.join(ways)}</p>"
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


def _section(found: Record, name: str, lines: Sequence[tuple[str, str]]) -> str:
    told = str(found.fact["statement"])
    sentence = "" if name == told else f"<p>{escape(told)}</p>"
    return (
        f'<section id="{escape(found.anchor)}"><h3><a href="../{escape(found.where)}">{escape(name)}</a></h3>'
        f'<p class="ident">{escape(found.id)}</p>{sentence}{_described(lines)}</section>'
    )


def _lines(trace: Trace, found: Record, main: str) -> Iterator[tuple[str, str]]:
    """The lines of a record as names and HTML: what `summary` tells, with the rows after the method."""
    told = dict(summary(found))
    after = ("Rests on", "Disclosure", "Made by", "Shown in")
    yield from ((name, escape(text)) for name, text in told.items() if name not in after)
    for part in found.parts:
        yield part_name(found, part), _part(trace, found, part)
    if found.fact["rests_on"]:
        yield "Made from", _facts(trace, found.fact["rests_on"])
    yield "Rules passed", "; ".join(_extract(found, name, main) for name in found.rules)
    yield "Disclosure", escape(told["Disclosure"])
    yield "Made by", escape(f"{told['Made by']}, cell {found.fact['cell']}")


def _part(trace: Trace, found: Record, part: str) -> str:
    """A part of a figure: how many rows, and of which files by their numbers."""
    rows = trace["facts"][found.id]["rows"][part]
    words = part_words(found, part)
    told = [f"{name} {_numbered(files)}" for name, files in rows.items()]
    return escape(f"{words}{'' if words.endswith(':') else ':'} {'; '.join(told)}.")


def _numbered(files: Sequence[Sequence[int | None]]) -> str:
    """Files by their numbers with their rows: "file 25 has 1,723, file 26 has 1,650"; without rows "files 25 to 36"."""
    if len(files) == 1 or any(rows is None for _, rows in files):
        return f"{_called(len(files))} {_runs([place + 1 for place, _ in files])}"
    return ", ".join(f"file {place + 1} has {wording.whole(rows)}" for place, rows in files)


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
        where = "" if fact is None else f"{page_of(ident, fact['notebook']).rpartition('/')[2]}.html#fact-{ident}"
        told.append(f'<a href="{escape(where)}">{escape(ident)}</a>' if where else escape(ident))
    return ", ".join(told)


def _extract(found: Record, name: str, main: str) -> str:
    """An extract with what came of its rules, and the way to them: why a failure is excepted stands there."""
    failed = [
        line.partition(" excepted ")[0] + " excepted" if " excepted " in line else line
        for line in not_passed(found.rules[name])
    ]
    link = f'<a href="{main}#rules-{escape(name)}">{rules_words(found.rules[name])}</a>'
    return f"{escape(name)} {link}" + (f" ({escape(', '.join(failed))})" if failed else "")


def _files(trace: Trace, extract: str) -> str:
    rows = tuple(
        (str(number), f"{one['path']}\n{one['sha256']}", held(trace, extract, one["rows"]))
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
    return f'<details class="rules" id="rules-{escape(extract)}"><summary>{escape(title)}</summary>{table.html()}</details>'


def _cells(cells: Mapping[str, str]) -> str:
    return "".join(
        f'<details class="rules"><summary>{escape(cell)}</summary><pre tabindex="0">{escape(source)}</pre></details>'
        for cell, source in cells.items()
    )
