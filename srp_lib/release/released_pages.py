"""Released pages: what a page of a release holds, each page read once: tables, sentences, and texts that stand in neither."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape

from srp_lib.page_tables import SPOKEN, TABLE, PageTable, page_tables, page_text, plain

AT_ONCE = 256  # pages kept in mind: those of a report and of the one before it
UNREAD = re.compile(r"<(style|script)\b.*?</\1>", re.S)
CODE = re.compile(r"<pre\b[^>]*>(.*?)</pre>", re.S)
NAME = r"[^\s\"'<>/=]+"
TAG = re.compile(rf"<[a-zA-Z][^\s/>\"'<=]*((?:\s+{NAME}(?:=\"[^\"]*\")?)*)\s*/?>")
ANY_TAG = re.compile(r"<[a-zA-Z!?]")
ATTRIBUTE = re.compile(rf"\s({NAME})(?:=\"([^\"]*)\")?")
TRACED = re.compile(r'(<a class="traced" href="[^"]*" aria-label=")([^"]*)">(.*?)</a>', re.S)
SAID = ("aria-label", "alt", "data-label", "title", "aria-description", "aria-valuetext", "placeholder", "summary")


@lru_cache(AT_ONCE)
def tables_in(name: str, html: str) -> tuple[PageTable, ...]:
    """Every table of a page, in order."""
    return tuple(page_tables(name, html))


@lru_cache(AT_ONCE)
def texts_in(html: str) -> tuple[str, ...]:
    """Every sentence, heading, cell and text alternative of a page, in order."""
    return tuple(page_text(html))


@lru_cache(AT_ONCE)
def code_in(html: str) -> tuple[str, ...]:
    """The program lines that a page shows: the cells of its notebook."""
    return tuple(unescape(re.sub(r"<[^>]*>", "", found[1])).strip() for found in CODE.finditer(html))


@lru_cache(AT_ONCE)
def beside_in(html: str) -> tuple[str, ...]:
    """The texts of a page that stand in no table, paragraph, list, heading, drawing or program line."""
    rest = SPOKEN.sub("<>", TABLE.sub("<>", CODE.sub("<>", UNREAD.sub("<>", html))))
    return tuple(text for part in re.split(r"<[^>]*>", rest) if (text := unescape(part).strip()))


@lru_cache(AT_ONCE)
def attributes_in(html: str) -> tuple[frozenset[str], tuple[str, ...], bool]:
    """Names of all attributes of a page, the texts in those that are read out, and whether every element is written plainly.

    Plainly is `<name attribute="text">`. Instructions, comments and the like, the doctype apart, are not.
    """
    body = TRACED.sub(_less_its_cell, UNREAD.sub("", html))
    tags = TAG.findall(body)
    others = len(ANY_TAG.findall(body)) - len(tags) - body[:20].lower().startswith("<!doctype html>")
    told = {one for tag in set(tags) for one in ATTRIBUTE.findall(tag)}
    said = sorted({unescape(value).strip() for name, value in told if name.lower() in SAID})
    return frozenset(name for name, _ in told), tuple(said), not others


def all_texts(html: str) -> tuple[str, ...]:
    """All that a page says outside its tables: sentences, what attributes say, and what stands in no sentence."""
    return (*texts_in(html), *attributes_in(html)[1], *beside_in(html), *code_in(html))


def _less_its_cell(link: re.Match[str]) -> str:
    """A link to a record, its name for the ear less the cell's own words that it begins with: the cell is read by itself."""
    shown, name = plain(link[3]), unescape(link[2])
    rest = name[len(shown) + 2 :] if shown and name.startswith(f"{shown}, ") else name
    return f'{link[1]}{escape(rest)}">{link[3]}</a>'
