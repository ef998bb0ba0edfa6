"""Display: the tables and notices that pages are made of, and the records that go to the run beside what is shown.

Knows no theme and no statistic: a table is text with a caption.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from srp_lib import wording

if TYPE_CHECKING:
    from srp_lib.drawing import Chart
    from srp_lib.facts import KeyFact

FACTS = "application/vnd.srp.facts+json"
SUMMARY = "application/vnd.srp.summary+json"
LEAFLETS = "application/vnd.srp.leaflets+json"
COLUMNS = (
    "id", "theme", "objective", "statement", "value", "lower", "upper", "numerator", "denominator", "unit", "period", "comparator_value",
    "comparator_numerator", "comparator_period", "verdict", "definition", "extracts", "notebook", "cell", "disclosure",
)  # fmt: skip
DASH = "\N{EN DASH}"
FIGURE = rf"[+{wording.MINUS}]?\d[\d,]*(?:\.\d+)?%?"
FIGURES = rf"{FIGURE}(?: (?:to|of) {FIGURE})?|{DASH}|\[c\]|"  # [c] is a count that disclosure control withholds


@dataclass(frozen=True)
class Table:
    """A table of text: the first cell of each row is its heading, rows are as long as `columns`.

    A line break in a cell is kept, and a zero-width space is where a long word may break. `facts` are key facts that the table shows in its cells; the run collects them
    from it, and `anchors` has the address of each such cell, in the shape of `rows`; `hrefs`, in the same shape, has
    where a cell leads, such as to a fact on another page.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    facts: tuple[KeyFact, ...] = ()
    anchors: tuple[tuple[str, ...], ...] = ()
    hrefs: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table without a caption or with a row of another length."""
        if not self.caption.strip():
            raise ValueError("A table needs a caption.")
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                lengths = f"{len(row)} cells and {len(self.columns)} are wanted"
                raise ValueError(f"Row {number} of the table '{self.caption}' has {lengths}.")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        bundle: dict[str, object] = {"text/plain": self.caption, "text/html": self.html()}
        return {**bundle, FACTS: [fact.record() for fact in self.facts]} if self.facts else bundle

    def html(self) -> str:
        """The table in a box of its own; where the page is narrow each row is stacked, with its headings repeated.

        The roles say what the elements say already, because a stacked table loses its own.
        """
        kinds = [_kind([row[place] for row in self.rows], place) for place in range(len(self.columns))]
        heads = "".join(
            f'<th scope="col" role="columnheader"{kind}>{escape(name)}</th>' for name, kind in zip(self.columns, kinds)
        )
        body = "".join(self._row(number, row, kinds) for number, row in enumerate(self.rows))
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        return boxed(self.caption, f'<tr role="row">{heads}</tr>', body) + note

    def without(self, empty: Collection[str]) -> Table:
        """The table less the columns, the first apart, of which every cell is one of `empty`."""
        kept = [0, *(at for at in range(1, len(self.columns)) if any(row[at] not in empty for row in self.rows))]

        def narrowed(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
            return tuple(tuple(row[at] for at in kept) for row in rows)

        columns = tuple(self.columns[at] for at in kept)
        parts = {name: narrowed(getattr(self, name)) for name in ("rows", "anchors", "hrefs")}
        return replace(self, columns=columns, **parts)

    def _row(self, number: int, row: Sequence[str], kinds: Sequence[str]) -> str:
        anchors = self.anchors[number] if self.anchors else ("",) * len(row)
        texts = list(map(_linked, row, self.hrefs[number] if self.hrefs else ("",) * len(row)))
        cells = "".join(
            f'<td role="cell" data-label="{escape(name)}"{_anchor(anchor)}{kind}>{text}</td>'
            for name, text, anchor, kind in zip(self.columns[1:], texts[1:], anchors[1:], kinds[1:])
        )
        return f'<tr role="row"><th scope="row" role="rowheader">{texts[0]}</th>{cells}</tr>'


@dataclass(frozen=True)
class Notice:
    """A short text set off from the rest; nothing at all where the text is empty.

    `kind` is "missing" (what was not supplied), "caveat" (what to bear in mind) or "caveats" (what every reader of
    the report must know: the index repeats it). `items` are listed below the text.
    """

    text: str
    kind: str = "caveat"
    items: tuple[str, ...] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the index repeats."""
        bundle: dict[str, object] = {"text/plain": " ".join([self.text, *self.items]), "text/html": self.html()}
        return {**bundle, SUMMARY: {"caveats": list(self.items)}} if self.kind == "caveats" else bundle

    def html(self) -> str:
        """A paragraph, or a paragraph over a list."""
        if not self.text:
            return ""
        if not self.items:
            return f'<p class="notice {self.kind}">{escape(self.text)}</p>'
        items = "".join(f"<li>{escape(item)}</li>" for item in self.items)
        return f'<div class="notice {self.kind}"><p>{escape(self.text)}</p><ul>{items}</ul></div>'


@dataclass(frozen=True)
class Folded:
    """Parts of a page that open on demand, each under its title: for readers who want the one that is theirs."""

    parts: tuple[tuple[str, Table | Chart | Notice], ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        html = "".join(
            f'<details class="rules"><summary>{escape(title)}</summary>{part.html()}</details>'
            for title, part in self.parts
        )
        records = [fact.record() for _, part in self.parts if isinstance(part, Table) for fact in part.facts]
        return {"text/plain": "; ".join(title for title, _ in self.parts), "text/html": html, FACTS: records}


@dataclass(frozen=True)
class Leaflet:
    """A page beside the notebook's own: the stem of its file's name, its heading and its content as HTML."""

    name: str
    title: str
    html: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows where it is looked at by itself."""
        return {"text/plain": self.title, "text/html": self.html}


@dataclass(frozen=True)
class Leaflets:
    """Pages that the run writes to a folder of their own, and the list of links to them that the page shows."""

    folder: str
    label: str
    leaflets: tuple[Leaflet, ...]

    def __post_init__(self) -> None:
        """Refuse two pages of one name: one would replace the other."""
        names = [leaflet.name for leaflet in self.leaflets]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"These pages would share a file in the folder {self.folder}: {', '.join(doubled)}.")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run writes."""
        pages = [
            {"folder": self.folder, "label": self.label, "name": one.name, "title": one.title, "html": one.html}
            for one in self.leaflets
        ]
        text = "; ".join(one.title for one in self.leaflets)
        return {"text/plain": text, "text/html": link_list(pages), LEAFLETS: pages}


@dataclass(frozen=True)
class Stack:
    """Parts shown one beneath the other as one."""

    parts: tuple[Table | Notice, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        records = [fact.record() for part in self.parts if isinstance(part, Table) for fact in part.facts]
        return {"text/plain": "", "text/html": self.html(), **({FACTS: records} if records else {})}

    def html(self) -> str:
        """All parts, one beneath the other."""
        return "".join(part.html() for part in self.parts)


NOTHING = Notice("")  # stands where a part of a page has nothing to say


def link_list(leaflets: Sequence[Mapping[str, str]]) -> str:
    """Links to leaflets, given by their records, under the words that come before them; nothing where there is none."""
    if not leaflets:
        return ""
    links = "".join(
        f'<li><a href="{escape(one["folder"])}/{escape(one["name"])}.html">{escape(one["title"])}</a></li>'
        for one in leaflets
    )
    return f'<p>{escape(leaflets[0]["label"])}</p><ul class="leaflets">{links}</ul>'


def boxed(caption: str, head: str, body: str, hidden: bool = False) -> str:
    """A table from its rows as HTML, in a box that scrolls sideways where it must; `hidden` is a caption for the ear alone."""
    named = (
        f'<caption class="hidden">{escape(caption)}</caption>' if hidden else f"<caption>{escape(caption)}</caption>"
    )
    return (
        f'<div class="scroll" role="group" aria-label="{escape(caption)}" tabindex="0"><table role="table">{named}'
        f'<thead role="rowgroup">{head}</thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _anchor(anchor: str) -> str:
    return f' id="{escape(anchor)}"' if anchor else ""


def _linked(cell: str, href: str) -> str:
    return f'<a href="{escape(href)}">{_lines(cell)}</a>' if href and cell else _lines(cell)


def _lines(cell: str) -> str:
    return escape(cell).replace("\n", "<br>").replace("\N{ZERO WIDTH SPACE}", "<wbr>")


def _kind(cells: Sequence[str], place: int) -> str:
    """How a column is set: figures to the right so that their digits line up, verdicts unbroken, words to the left."""
    if place and cells and all(re.fullmatch(FIGURES, cell) for cell in cells):
        return ' class="number"'
    marks = tuple(wording.MARKS.values())
    return ' class="mark"' if place and any(cell.startswith(marks) for cell in cells) else ""
