"""Released tables: the figures that a reader takes from the tables of pages, with what each cell is of.

`released_grammar` knows the captions. A table that it does not know, and a column that it does not know in one that it
does, are read as counts of their own, and are told to be opaque: nobody can vouch for what they are of.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from srp_lib import periods
from srp_lib.disclosure import MARK
from srp_lib.display import DASH
from srp_lib.extracts.registry import RECORDS
from srp_lib.page_tables import PageTable
from srp_lib.release.released_facts import Facts
from srp_lib.release.released_grammar import NO_COUNTS, Layout, layout_of, own
from srp_lib.release.released_names import ALL_WARDS, RESIDENTS, Key, Names, code_of, is_local, months_of
from srp_lib.release.released_numbers import CHANGE, COUNT, OPAQUE, OTHER, SHARE, Figure, Printed, Rule, printed
from srp_lib.release.released_words import LOCAL_PAGES, Guard, guard

ANCHOR = "fact-"
ALL_YEARS = re.compile(r"(.+) by month, all years, (.+)")
BESIDE = re.compile(r"(?:about )?(\[c\]|[\d,]+) against (\[c\]|[\d,]+)")
NUMBERED = re.compile(r"[\d\[]")
BARE = re.compile(r"(?:about |fewer than )?(?:\[c\]|\d{1,3}(?:,\d{3})+|\d+)(?: \([\d.]+%\))?", re.I)
TOGETHER = "withheld with it"  # where a count is withheld to guard another, it can be of any size
ROUNDED = ("To protect people", "rounded to the nearest")


def table_figures(
    tables: Sequence[PageTable], facts: Facts, names: Names, rule: Rule, file: str = ""
) -> Iterator[Figure]:
    """Every number in the cells of the tables, each with what it is of; `file` is where they stand, if not in their pages."""
    words = guard(names, rule.smallest)
    for table in tables:
        yield from _Read(table, layout_of(table, names), facts, names, rule, file or table.page, words).figures()


def cells_of(table: PageTable) -> Iterator[tuple[str, str, str, str, str]]:
    """The cells of a table beside its rows' headings: what each is called, its row, its column, its anchor, its text.

    A row whose heading others have too is told apart by its number.
    """
    often = Counter(row[0] for row in table.rows if row)
    for number, (row, anchors) in enumerate(zip(table.rows, table.anchors), 1):
        for head, anchor, text in list(zip(table.columns, anchors, row))[1:]:
            name = row[0] if often[row[0]] == 1 else f"{row[0]} (row {number})"
            yield f"{name}, {head}", name, head, anchor, text


def learn(tables: Sequence[PageTable], names: Names) -> None:
    """What tables say of the release's words: the months that the street-level files lack, and what surveys asked."""
    for table in tables:
        found = ALL_YEARS.fullmatch(table.caption)
        if found and names.street(found[1]):
            names.area = found[2]
            layout = layout_of(table, names)
            blank = ((row[0], head) for row in table.rows for head, cell in zip(table.columns, row) if cell == DASH)
            names.missing |= {key.period for row, head in blank if (key := layout.key(row, head)) is not None}
        if table.caption.startswith("What surveys found"):
            names.questions |= {line[1].removeprefix(ANCHOR): row[0] for row, line in zip(table.rows, table.anchors)}


@dataclass(frozen=True)
class _Read:
    """One table on its way to figures."""

    table: PageTable
    layout: Layout
    facts: Facts
    names: Names
    rule: Rule
    file: str
    words: Guard

    @property
    def where(self) -> str:
        """Where the table stands."""
        return f"{self.file}, {self.table.caption}"

    def figures(self) -> Iterator[Figure]:
        """Every number in its cells; where one protected count of a column was not rounded, none of the column was."""
        columns = {head: self.layout.column(head) for head in self.table.columns[1:]}
        rows: dict[str, Key | None] = {}
        found: dict[str, list[Figure]] = defaultdict(list)
        for cell, name, head, anchor, text in cells_of(self.table):
            if not NUMBERED.search(text):
                continue
            if name not in rows:
                rows[name] = self.layout.row(name)
            key = self.layout.joined(rows[name], columns[head])
            found[head] += self._cell(cell, text, self._of(key, cell, head, anchor, text))
        for made in found.values():
            yield from self._exact(made) if any(map(self._unrounded, made)) else made

    def _of(self, key: Key | None, cell: str, head: str, anchor: str, text: str) -> Key | None:
        """What a cell is of: what its row and column say, or the fact that it holds; else, for a count, itself."""
        id = anchor.removeprefix(ANCHOR)
        fact = self.facts.key(id, self.names) if id in self.facts.rows else None
        if fact is not None and (key is None or not self.layout.known):
            stated = self.facts.rows[id]["statement"]
            return None if stated and text.startswith(stated) else fact
        bare = BARE.fullmatch(text.strip())
        counted = self.layout.counts and not NO_COUNTS.fullmatch(head)
        if key is None and bare and (MARK in text or counted):
            return Key(COUNT, f"{OPAQUE if counted else ''}{own(self.table)}", cell)
        if key is None or self.layout.known:
            return key
        return replace(key, kind=_kind_in(text, key.kind) if bare or key.kind != COUNT else OTHER)

    def _unrounded(self, one: Figure) -> bool:
        """Whether a figure is a protected count that was not rounded."""
        return one.kind == COUNT and one.protected and not one.withheld and one.low == one.high and self.rule.unrounded(one.low)  # fmt: skip

    def _exact(self, column: Sequence[Figure]) -> Iterator[Figure]:
        """The figures of a column whose counts are as printed."""
        for one in column:
            told = printed(one.text)[0].value if one.kind == COUNT and not one.withheld else None
            yield one if told is None else replace(one, low=told, high=told)

    def _cell(self, cell: str, text: str, key: Key | None) -> Iterator[Figure]:
        found = printed(text)
        if not found:
            return
        if key is None or key.kind in ("", OTHER):
            told = [one.value for one in found if one.value is not None]
            alone = replace(key or Key(subject=own(self.table), group=cell), kind=OTHER)
            if told:
                yield self._made(cell, text, alone, (min(told), max(told)), False)
            if len(told) < len(found):
                hidden = Key(COUNT, f"{'' if self.layout.known else OPAQUE}{own(self.table)}", f"in {cell}")
                yield self._made(cell, MARK, hidden, self._few, True)
        elif key.kind == CHANGE and BESIDE.fullmatch(text.strip()):
            yield from self._beside(cell, found, key)
        else:
            yield self._figure(cell, found[0], key)

    def _beside(self, cell: str, found: Sequence[Printed], key: Key) -> Iterator[Figure]:
        """Two counts in place of a change that is not given: of the period, and of the year before."""
        months = months_of(key.period)
        before = (
            code_of([periods.shift_month(month, -12) for month in months]) if months else f"{key.period}, a year before"
        )
        for told, period in zip(found, (key.period, before)):
            yield self._figure(cell, told, replace(key, kind=COUNT, period=period))

    def _figure(self, cell: str, found: Printed, key: Key) -> Figure:
        if key.kind == COUNT:
            ends = self._few if found.value is None else self.rule.count(found.value, self._protected(key))
            return self._made(cell, found.text, key, ends, found.value is None)
        if found.value is None:
            return self._made(cell, found.text, key, (None, None), True)
        ends = (found.value - found.half, found.value + found.half)
        if found.bound:
            ends = (0.0, found.value) if found.bound == "under" else (found.value, 100.0)
        return self._made(cell, found.text, key, ends, bool(found.bound) and key.kind == SHARE)

    @property
    def _few(self) -> tuple[float, float | None]:
        """What a withheld count of the table can be."""
        return (1, None) if TOGETHER in self.table.note else self.rule.few

    def _made(self, cell: str, text: str, key: Key, ends: tuple[float | None, float | None], withheld: bool) -> Figure:
        return Figure(
            self.where, cell, text, key.kind, key.subject, key.group, key.place, key.period, *ends, withheld,
            self._protected(key),
        )  # fmt: skip

    def _protected(self, key: Key) -> bool:
        """Whether a cell is of protected counts: by the table's note, by its place or by what facts or its words say of its subject."""
        if key.subject == RESIDENTS or not self.names.guarded or key.subject.startswith("c2."):
            return False
        if key.subject.startswith("rows."):
            return key.subject.removeprefix("rows.") in RECORDS
        if key.place == ALL_WARDS or (not key.place and (key.subject, key.group) in self.names.open):
            return False
        if is_local(key.subject, key.place) or any(said in self.table.note for said in ROUNDED):
            return True
        if (key.subject, key.group) in self.names.protected:
            return True
        if key.subject.endswith(own(self.table)):
            return key.kind != OTHER and (self._local or self.words.guards((key.group,)))
        stem = ".".join(key.subject.split(".")[:2])
        return stem in self.names.sensitive or key.subject.count(".") > 1

    @cached_property
    def _local(self) -> bool:
        """Whether a table of which no more is known is of what is protected, by its page, its words or its withheld cells."""
        heads = self.table.caption, self.table.heading, *self.table.columns
        marked = any(MARK in cell for row in self.table.rows for cell in row)
        return marked or self.table.page.startswith(LOCAL_PAGES) or self.words.guards(heads)


def _kind_in(text: str, kind: str) -> str:
    """The kind of a number in a table that is not known, by its dress; a number without any is what its column says."""
    told = printed(text)[:1]
    return kind if not told or told[0].kind == COUNT else told[0].kind
