"""Page tables: what a finished page shows, read back from its HTML: every table with its place, and every text.

Works on the bytes that readers get, so whatever rests on it (the spreadsheet, the attack on a release) can hold
nothing but what was published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.S)
TABLE = re.compile(r"<table\b[^>]*>(.*?)</table>", re.S)
CAPTION = re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.S)
ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.S)
CELL = re.compile(r"<t[hd]\b([^>]*)>(.*?)</t[hd]>", re.S)
IDENT = re.compile(r'\bid="([^"]*)"')
NOTE = re.compile(r'\s*(?:</div>\s*)?<p class="note">(.*?)</p>', re.S)
SPOKEN = re.compile(
    r"<(p|li|h[1-6]|title|desc|text|summary|figcaption|dt|dd|caption|td|th)\b[^>]*>(.*?)</\1>|\balt=\"([^\"]*)\"", re.S
)
BLANK_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class PageTable:
    """A table of a finished page as it is read: all cells are text, rows are as long as `columns`.

    `page` is its file, `title` the page's main heading, `heading` the second- or third-level heading it stands
    under and `note` the note right below it, both "" where there is none. `anchors` has each cell's address in the
    page, in the shape of `rows`.
    """

    page: str
    title: str
    heading: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    anchors: tuple[tuple[str, ...], ...]


def page_tables(page: str, html: str) -> list[PageTable]:
    """Every table of a finished page, in order. `page` is the page's file, `html` its content."""
    headings = [(found.start(), int(found[1]), plain(found[2])) for found in HEADING.finditer(html)]
    title = next((text for _, level, text in headings if level == 1), "")
    made = []
    for found in TABLE.finditer(html):
        above = [text for start, level, text in headings if start < found.start() and level > 1]
        below = NOTE.match(html, found.end())
        made.append(_table(page, title, above[-1] if above else "", found[1], plain(below[1]) if below else ""))
    return made


def page_text(html: str) -> list[str]:
    """The text of every paragraph, list item, heading, table cell, drawing's label and text alternative, in order.

    A text within another stands with the outer one and is not repeated.
    """
    body = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.S)
    return [text for text in _spoken(body) if text]


def plain(html: str) -> str:
    """A piece of HTML as the text that is read: a line break as a space, and no break within a word."""
    text = re.sub(r"<wbr\s*/?>", "", html)
    text = re.sub(r"<br\s*/?>|</(?:p|li|div|td|th)>", " ", text)
    return BLANK_SPACE.sub(" ", unescape(re.sub(r"<[^>]*>", "", text))).strip()


def _spoken(body: str) -> Iterator[str]:
    for found in SPOKEN.finditer(body):
        yield unescape(found[3]).strip() if found[1] is None else plain(found[2])


def _table(page: str, title: str, heading: str, inner: str, note: str) -> PageTable:
    caption = CAPTION.search(inner)
    lines = [[(_ident(found), plain(found[2])) for found in CELL.finditer(row[1])] for row in ROW.finditer(inner)]
    columns, body = (lines[0], lines[1:]) if lines else ([], [])
    return PageTable(
        page=page,
        title=title,
        heading=heading,
        caption=plain(caption[1]) if caption else "",
        columns=tuple(text for _, text in columns),
        rows=tuple(tuple(text for _, text in row) for row in body),
        note=note,
        anchors=tuple(tuple(ident for ident, _ in row) for row in body),
    )


def _ident(cell: re.Match[str]) -> str:
    """A cell's address, or else that of the first thing in it that has one."""
    found = IDENT.search(cell[1]) or IDENT.search(cell[2])
    return unescape(found[1]) if found else ""
