"""Commentary: what analysts write about a period, in commentary/<period>.md, and its place in the pages.

The text is Markdown without HTML. All of it is escaped, no link and no image survives, and its headings become bold
paragraphs, so that nothing in it can run, fetch something or break a page's order of headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib.errors import AuditError
from srp_lib.files import bytes_digest, is_noise, shown
from srp_lib.periods import PeriodError, parse_period

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = "commentary"
LABEL = "Analyst's judgement"
PARTNERS = f"{LABEL}, for the partners only"
# Two number signs make a heading even where the blank after them was forgotten: read as text, what stands below
# would go to the section before.
_HEADING = re.compile(r" {0,3}##(?!#)[ \t]*(.*?)[ \t]*#*[ \t]*")
_PARTNERSHIP = re.compile(r"\s*\(\s*partnership\s+only\s*\)$", re.I)
_SECTION = re.compile(r"^(?=## )", re.M)

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
# Who or what a small number must not be given of.
_COUNTED = (
    "victims?|survivors?|offences?|crimes|incidents?|cases?|referrals?|child(?:ren)?|girls?|boys?|pupils?|teenagers?|"
    "people|persons?|adults?|wom[ae]n|m[ae]n|females?|males?|suspects?|offenders?|perpetrators?|"
    "rapes?|assaults?|murders?|homicides?|deaths?"
)
_BETWEEN = (
    "young|younger|older|elderly|adult|female|male|vulnerable|disabled|repeat|new|known|other|further|more|"
    "additional|different|recorded|reported|non-recent|sexual|rape|hate|violent|of (?:the|these|those)"
)
_SMALL = re.compile(
    # The end of a larger number ("twenty-one"), a share ("one in five people") and a rank are no counts of that size.
    rf"(?<!\w)(?<!\d[.,])(?P<other>(?:{_TENS})[\s-]+|(?:hundred|thousand|million)\s+(?:and\s+)?"
    rf"|(?:\d+|{'|'.join(_NUMBERS)})\s+in\s+(?:every\s+)?"
    r"|(?-i:Years?|Stage|Level|Tier|Band|Category|Phase)\s+)?"
    r"(?P<least>(?:1|one)\s*(?:to|and|-|\N{EN DASH})\s*)?"
    rf"(?P<number>\d+|{'|'.join(_NUMBERS)})\s+(?:(?:{_BETWEEN})\s+)*"
    rf"(?P<noun>{_COUNTED})\b(?!\s+(?:types?|groups?|categor(?:y|ies)|kinds?|codes?|areas?)\b)",
    re.I,
)


@dataclass(frozen=True)
class Headings:
    """The section headings of one page, in its order. `page` is the notebook's name, `short` that of the navigation."""

    page: str
    short: str
    headings: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """What an analyst says in one section of one page; `html` is safe as it stands."""

    page: str
    heading: str
    html: str
    partnership: bool = False


@dataclass(frozen=True)
class Commentary:
    """The commentary of a period as one edition shows it. `sha256` is that of the file, "" where there is none."""

    sections: tuple[Section, ...] = ()
    sha256: str = ""

    def of(self, page: str) -> tuple[Section, ...]:
        """What belongs in the page of that notebook."""
        return tuple(section for section in self.sections if section.page == page)


@dataclass(frozen=True)
class _Entry:
    """A heading of the file with the text below it; `line` counts from 1."""

    line: int
    heading: str
    partnership: bool
    text: str


@dataclass(frozen=True)
class Rules:
    """What decides which of the text is shown: the edition, and the smallest count that the public one may give."""

    edition: str
    smallest: int = 8


def digest(folder: Path, period: str) -> str:
    """SHA-256 of the period's commentary, "" where there is none. Raises AuditError where it can't be read."""
    data = _bytes(folder / f"{period}.md")
    return "" if data is None else bytes_digest(data)


def check_names(folder: Path) -> None:
    """Raise AuditError for a Markdown file that no period's audit would read, because its name is no period's code."""
    for path in sorted(folder.glob("*.[mM][dD]*")):
        if is_noise(path.name):
            continue
        try:
            period = parse_period(path.name.removesuffix(".md"))
        except PeriodError as error:
            remedy = "Name it by the period's code with .md at the end, such as 2020-21.md, or move it elsewhere."
            raise AuditError(f"{folder.name}/{shown(path.name)} belongs to no period's audit. {remedy}") from error
        if not path.name == f"{period.code}.md":
            raise AuditError(f"{folder.name}/{shown(path.name)} must be named {period.code}.md.")


def page_headings(pages: Mapping[str, Path]) -> tuple[Headings, ...]:
    """The section headings of pages, given the notebook that makes each.

    A page of a theme of its own is known by the notebook's short name and the theme's: "Performance, children".
    """
    import nbformat

    from srp_lib.render import notebook_short

    found = []
    for page, path in sorted(pages.items()):
        notebook = nbformat.read(path, as_version=4)
        heads = [_head(piece) for cell in notebook.cells for piece in _pieces(cell)]
        theme = page.removeprefix(path.stem).strip("_")
        short = ", ".join(filter(None, [notebook_short(notebook), theme]))
        found.append(Headings(page, short, tuple(filter(None, heads))))
    return tuple(found)


def read(folder: Path, period: str, pages: Sequence[Headings], rules: Rules) -> Commentary:
    """The commentary on a period (its code) for one edition; an empty one where no file is there.

    Raises AuditError, naming file, heading and remedy, for a file that is no UTF-8 text, a heading that matches no
    section or several or stands twice, text above the first heading, an image or an HTML comment and, in the public
    edition, a count below `rules.smallest` in a text that is not marked "(partnership only)".
    """
    data = _bytes(folder / f"{period}.md")
    if data is None:
        return Commentary()
    name = f"{folder.name}/{period}.md"
    sections: dict[tuple[str, str, bool], Section] = {}
    for entry in _entries(_text(data, name), name):
        page, heading = _place(entry, pages, name)
        key = (page.page, _fold(heading), entry.partnership)
        if key in sections:
            raise AuditError(f"{_where(name, entry)} stands twice in the file. Put both texts under one heading.")
        sections[key] = Section(page.page, heading, _html(entry, name), entry.partnership)
        if rules.edition == "public" and not entry.partnership:
            _refuse_small(sections[key], rules.smallest, _where(name, entry))
    kept = [section for section in sections.values() if section.html]
    public = [section for section in kept if not section.partnership]
    return Commentary(tuple(public if rules.edition == "public" else kept), bytes_digest(data))


def placed(notebook: NotebookNode, sections: Sequence[Section]) -> NotebookNode:
    """The notebook with each text as the last cell of its section; the same notebook where there is no text."""
    if not sections:
        return notebook
    import nbformat

    waiting = list(sections)
    cells: list[NotebookNode] = []
    open_section = ""

    def close() -> None:
        for section in [each for each in waiting if _fold(each.heading) == _fold(open_section)]:
            waiting.remove(section)
            number = len(sections) - len(waiting)
            raw = nbformat.v4.new_raw_cell(_block(section, number), metadata={"raw_mimetype": "text/html"})
            cells.append(nbformat.from_dict({**raw, "id": f"judgement-{number}"}))

    for cell in notebook.cells:
        for piece in _pieces(cell):
            if head := _head(piece):
                close()
                open_section = head
            cells.append(piece)
    close()
    return nbformat.from_dict({**notebook, "cells": cells})


def _block(section: Section, number: int) -> str:
    """The text set off from the page's own and named, for the eye and for a screen reader."""
    label = PARTNERS if section.partnership else LABEL
    about = f'<span class="hidden">: {escape(section.heading)}</span>'
    return (
        f'<section class="commentary" aria-labelledby="judgement-{number}">'
        f'<p class="whose" id="judgement-{number}">{label}{about}</p>\n{section.html}</section>'
    )


def _pieces(cell: NotebookNode) -> list[NotebookNode]:
    """A cell cut before each section heading in it; most are one piece and stay as they are."""
    if cell.cell_type != "markdown":
        return [cell]
    parts = [part for part in _SECTION.split(cell.source) if part]
    if len(parts) < 2:
        return [cell]
    return [
        type(cell)({**cell, "id": f"{cell.get('id', 'cell')}-{number}", "source": part})
        for number, part in enumerate(parts)
    ]


def _head(cell: NotebookNode) -> str:
    """The section heading that a cell begins with; "" where it begins with none."""
    found = re.match(r"## +(.+)", cell.source) if cell.cell_type == "markdown" else None
    return found[1].strip() if found else ""


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuditError(f"{path.parent.name}/{path.name} cannot be read: {error.strerror}.") from error


def _text(data: bytes, name: str) -> str:
    """The file as text with line feeds. Raises AuditError where it is not UTF-8."""
    remedy = "Save it again as UTF-8 text (in an editor: Save as, encoding UTF-8)."
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AuditError(f"{name}, line {line}: the file is not UTF-8 text. {remedy}") from error
    if "\0" in text:
        raise AuditError(f"{name}: the file is not UTF-8 text. {remedy}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _entries(text: str, name: str) -> Iterator[_Entry]:
    """Each heading with its text. Raises AuditError for text above the first that is no `# ` title."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _HEADING.fullmatch(line)]
    for number, line in enumerate(lines[: starts[0] if starts else None], 1):
        if line.strip() and not line.startswith("# "):
            raise AuditError(
                f"{name}, line {number}: this text stands above the first heading, so it belongs to no section. "
                "Put it below a heading '## ' with the name of a section."
            )
    for start, end in zip(starts, [*starts[1:], None]):
        written = _HEADING.fullmatch(lines[start])[1]
        heading = _PARTNERSHIP.sub("", written)
        yield _Entry(start + 1, heading, heading != written, "\n".join(lines[start + 1 : end]))


def _place(entry: _Entry, pages: Sequence[Headings], name: str) -> tuple[Headings, str]:
    """The page and the heading on it that an entry is for. Raises AuditError where it is none or several."""
    fits = [
        (page, heading)
        for page in pages
        for heading in dict.fromkeys(page.headings)
        if _fold(entry.heading) in (_fold(heading), _fold(f"{page.short}: {heading}"))
    ]
    if len({page.page for page, _ in fits}) > 1:
        ways = " or ".join(f"'## {page.short}: {heading}'" for page, heading in fits)
        raise AuditError(f"{_where(name, entry)} is on several pages. Say which: write {ways}.")
    if not fits:
        listed = (f"  {page.short}: {'; '.join(dict.fromkeys(page.headings))}" for page in pages if page.headings)
        remedy = "These are the headings, page by page; write one of them, or take the text out:"
        raise AuditError("\n".join([f"{_where(name, entry)} is that of no section. {remedy}", *listed]))
    return fits[0]


def _html(entry: _Entry, name: str) -> str:
    """An entry's text as HTML in which nothing runs; "" where it is blank. Raises AuditError."""
    if "<!--" in entry.text:
        remedy = "It would be printed as it stands: take it out."
        raise AuditError(f"{_where(name, entry)} has an HTML comment below it. {remedy}")
    try:
        return str(_markdown()(entry.text)).strip()
    except _ImageFound as error:
        remedy = "A commentary is text alone: take the image out."
        raise AuditError(f"{_where(name, entry)} has an image below it. {remedy}") from error


def _refuse_small(section: Section, smallest: int, where: str) -> None:
    """Raise AuditError for a count from 1 to below `smallest` in a text that goes public."""
    shown_text = unescape(re.sub(r"<[^>]+>", "", section.html))
    for found in _SMALL.finditer(shown_text):
        number = _number(found["number"])
        whole_band = found["least"] and number == smallest - 1
        if 1 <= number < smallest and not found["other"] and not whole_band:
            raise AuditError(
                f"{where} has a number from 1 to {smallest - 1} before the word '{found['noun']}', and the public "
                f"edition must not give so small a count. Write 'fewer than {smallest}' or leave the number out; or "
                "mark the heading '(partnership only)' to keep its text out of the public edition."
            )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBERS.index(text.lower()) + 1


def _where(name: str, entry: _Entry) -> str:
    return f"{name}, line {entry.line}: the heading '{entry.heading}'"


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


class _ImageFound(Exception):
    """The text holds an image."""


@cache
def _markdown() -> object:
    """Markdown to HTML by mistune, which is what nbconvert renders the notebooks' own text with."""
    import mistune

    class Plain(mistune.HTMLRenderer):
        """Escapes all HTML; links are told as text with their address, headings as bold paragraphs."""

        def heading(self, text: str, level: int, **attrs: object) -> str:
            return f"<p><strong>{text}</strong></p>\n"

        def link(self, text: str, url: str, title: str | None = None) -> str:
            address = escape(url.removeprefix("mailto:"))
            return text if unescape(text) == unescape(address) else f"{text} ({address})"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            raise _ImageFound

        def block_code(self, code: str, info: str | None = None) -> str:
            # A line that begins with four blanks is prose; a box that scrolls would have to be reached by keyboard.
            return f"<p>{escape(code.strip())}</p>\n"

    return mistune.create_markdown(renderer=Plain(escape=True))
