"""Closed sheets: what the spreadsheet of a public release may hold: the tables of its pages and what is said around them.

What each sheet must hold is made again from the pages and compared cell by cell; what else a workbook can carry (a
hidden sheet, a note on a cell, a drawing, a property, a text that no cell shows) is told by the parts of the file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from srp_lib import spreadsheet
from srp_lib.disclosure import MARK
from srp_lib.errors import AuditError
from srp_lib.extracts.registry import REGISTRY
from srp_lib.page_tables import PageTable
from srp_lib.release.released_sheets import NOTE, ORIGIN, SPREADSHEET, rows_of

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core)\.xml|xl/(?:workbook|styles|sharedStrings|theme/theme1)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/worksheets/sheet\d+\.xml|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/tables/table\d+\.xml"
)
SHEET_PART, TABLE_PART = re.compile(r"xl/worksheets/sheet\d+\.xml"), re.compile(r"xl/tables/table\d+\.xml")
TAGS = re.compile(r"<([a-zA-Z][\w:]*)")
OF_SHEETS = frozenset(
    "c col cols dimension headerFooter hyperlink hyperlinks oddFooter pageMargins pageSetUpPr pageSetup row sheetData "
    "sheetFormatPr sheetPr sheetView sheetViews tablePart tableParts v worksheet ignoredErrors ignoredError".split()
)
OF_BOOKS = frozenset("workbook fileVersion workbookPr bookViews workbookView sheets sheet calcPr".split())
OF_TABLES = frozenset("table tableColumns tableColumn tableStyleInfo".split())
OF_STRINGS = frozenset("sst si t".split())
FORMAT = re.compile(r"(?:\+?#,##0(?:\.0+)?(?:\"%\")?|\+(#,##0(?:\.0+)?(?:\"%\")?);-\1;\1)")
PROPERTIES = frozenset(("Microsoft Excel", "false", "true", "0", "Worksheets", "12.0000", ""))
SCOPE = "Area and period: "
SOURCES = (spreadsheet.SOURCES, "Source: ")  # as workbooks have it, and had it
ALL_SOURCES = (spreadsheet.ALL_SOURCES, f"Sources: all of those on the sheet {spreadsheet.NOTES}.")
SPLIT = re.compile(r" \(|\)\.|, |\.$")
TOKEN = re.compile(r"[^\W\d_]+|\d[\d,]*(?:\.\d+)?")
INTRODUCTION = ("Introductory information", "About these data")


def sheet_faults(data: bytes, tables: Sequence[PageTable], said: Collection[str]) -> list[str]:
    """What the workbook holds that its pages do not, each as a place in it; no values.

    `tables` are those of the release's pages in order, `said` the texts of its front page. Raises AuditError for what
    is no workbook.
    """
    sheets = rows_of(data)
    book = _Book.of(data, {str(cell) for _, rows in sheets for row in rows for cell in row})
    return [*book.faults([name for name, _ in sheets]), *_Sheets(tables, " \n".join(said), sheets).faults()]


@dataclass(frozen=True)
class _Book:
    """The parts of the file by name, and every text that a cell shows."""

    parts: Mapping[str, str]
    cells: Collection[str]
    odd: Sequence[str]

    @classmethod
    def of(cls, data: bytes, cells: Collection[str]) -> _Book:
        """Unpack the file. Raises AuditError where it can't be."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                names = file.namelist()
                odd = [name for name in names if not PARTS.fullmatch(name)]
                odd += [name for name in set(names) if names.count(name) > 1]
                odd += ["a note on the file"] if file.comment or any(one.comment for one in file.infolist()) else []
                return cls({name: file.read(name).decode("utf-8") for name in names if name not in odd}, cells, odd)
        except (
            zipfile.BadZipFile,
            zlib.error,
            UnicodeDecodeError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ) as error:
            raise AuditError(
                f"{SPREADSHEET} can't be read as a workbook: it was cut short or damaged. Give the folder as the run left it."
            ) from error

    def faults(self, names: Sequence[str]) -> Iterator[str]:
        """What the parts hold that a report's workbook has not."""
        yield from (f"{SPREADSHEET}: the part {name[:60]}" for name in self.odd)
        for name, text in self.parts.items():
            if "<!" in text or text.count("<?") > 1 or not self._holds(name, text):
                yield f"{SPREADSHEET}: the part {name} holds what a report's has not"
        properties = set(_texts(self.parts.get("docProps/app.xml", ""))) - PROPERTIES - {*names, str(len(names))}
        told = {text for text in _texts(self.parts.get("docProps/core.xml", "")) if text != "1980-01-01T00:00:00Z"}
        known = {*self.cells, *(cell.removeprefix("Partnership: ") for cell in self.cells)}
        if properties or told - known:
            yield f"{SPREADSHEET}: the properties of the file"

    def _holds(self, name: str, text: str) -> bool:
        """Whether a part has the elements that a report's has, and shows what cells do."""
        tags = set(TAGS.findall(text))
        if SHEET_PART.fullmatch(name):
            return tags <= OF_SHEETS and self._shown(text)
        if TABLE_PART.fullmatch(name):
            return tags <= OF_TABLES and set(map(unescape, re.findall(r"<tableColumn [^>]*?\bname=\"([^\"]*)\"", text))) <= self.cells  # fmt: skip
        if name == "xl/sharedStrings.xml":
            return (
                tags <= OF_STRINGS
                and {unescape(one) for one in re.findall(r"<t\b[^>]*>([^<]*)</t>", text)} <= self.cells
            )
        if name == "xl/workbook.xml":
            return tags <= OF_BOOKS and "state=" not in text
        if name == "xl/styles.xml":
            return all(FORMAT.fullmatch(unescape(one)) for one in re.findall(r"formatCode=\"([^\"]*)\"", text))
        return "TargetMode" not in text and (name.startswith("docProps/") or not any(_texts(text)))

    def _shown(self, text: str) -> bool:
        """Whether the links of a sheet lead to sheets, and its foot has what its marking and its scope have."""
        links = (dict(re.findall(r"(\w+)=\"([^\"]*)\"", one)) for one in re.findall(r"<hyperlink ([^>]*)/>", text))
        inside = all(
            set(one) <= {"ref", "location", "display"} and unescape(one.get("display", "")) in self.cells
            for one in links
        )
        foot = "".join(re.findall(r"<oddFooter>([^<]*)</oddFooter>", text))
        words = unescape(unescape(foot)).removeprefix("&L").removesuffix("&R&P of &N").replace("&&", "&")
        scopes = [cell.removeprefix(SCOPE) for cell in self.cells if cell.startswith(SCOPE)]
        shown = not words or any(words.endswith(f" {SPLIT.split(one)[0]}, {SPLIT.split(one)[1]}") for one in scopes)
        return inside and shown and words.rpartition(". ")[0] + "." in {*self.cells, "."}


def _tokens(texts: Iterable[object]) -> Counter[object]:
    """The words and numbers of some cells, with how often each is there."""
    found: Counter[object] = Counter()
    for text in texts:
        told = [abs(text)] if isinstance(text, (int, float)) else TOKEN.findall(str(text))
        found.update(float(str(one).replace(",", "")) if str(one)[:1].isdigit() else one for one in told)
    return found


def _within(row: Sequence[object], own: Sequence[str], heading: bool) -> bool:
    """Whether a row of a sheet has nothing that the page's own row has not, or has less often.

    Versions cut a page's cells into columns in ways of their own, whose headings have words of their own but no number.
    """
    if heading:
        numbers = {one for one in _tokens(row) if isinstance(one, float)}
        return numbers <= set(_tokens(own)) | {2.0, 3.0}
    twice = {at for at in range(1, len(row)) if row[at] == row[at - 1]}  # a rank without doubt is from and to
    cells = (
        cell for at, cell in enumerate(row) if at not in twice and (cell not in spreadsheet.MEANINGS or cell == MARK)
    )
    return _tokens(cells) <= _tokens(own)


def _is_reading(text: str) -> bool:
    """Whether a text has only the words and numbers by which workbooks say how they are to be read, in this version or another."""
    return set(_tokens([text])) <= READING


def _texts(xml: str) -> list[str]:
    """The texts between the elements of a part."""
    return [text for one in re.split(r"<[^>]*>", xml) if (text := unescape(one).strip())]


TITLES = frozenset(spreadsheet.line(source.title) for source in REGISTRY.values())
READING = frozenset(
    _tokens([*spreadsheet.READING, *spreadsheet.MEANINGS, *spreadsheet.MEANINGS.values(), "leaves a the empty"])
)


@dataclass(frozen=True)
class _Sheets:
    """The sheets beside the tables of the pages; `said` is what the front page says."""

    tables: Sequence[PageTable]
    said: str
    sheets: Sequence[tuple[str, Sequence[Sequence[object]]]]

    def faults(self) -> list[str]:
        """The sheets, and cells of them, that hold something else than they must."""
        left: dict[tuple[str, str, str], list[PageTable]] = defaultdict(list)
        for table in filter(spreadsheet.belongs, self.tables):
            left[table.page, spreadsheet.line(table.heading), spreadsheet.line(table.caption)].append(table)
        faults, listed = [], [(spreadsheet.NOTES, "How to read the tables; sources and warnings", "All")]
        for number, (name, rows) in enumerate(self.sheets):
            if name in (spreadsheet.COVER, spreadsheet.CONTENTS, spreadsheet.NOTES):
                continue
            table = self._table_of(name, rows, left)
            if table is None:
                faults.append(f"{SPREADSHEET}: the sheet number {number + 1} has no table of a page")
                continue
            listed.append((name, spreadsheet.line(table.caption), spreadsheet.line(table.title)))
            faults += [f"{SPREADSHEET}, {name}: {fault}" for fault in self._table_faults(name, rows, table)]
        return [*faults, *self._front_faults(listed)]

    def _table_of(
        self, name: str, rows: Sequence[Sequence[object]], left: Mapping[tuple[str, str, str], list[PageTable]]
    ) -> PageTable | None:
        """The page's table that a sheet says it has; it is taken out of those that are `left`."""
        origin = next((found for row in rows[2:6] if row and (found := ORIGIN.fullmatch(str(row[0])))), None)
        caption = str(rows[0][0]).removeprefix(f"{name}: ") if rows else ""
        named = re.fullmatch(r"Table \d+", name) and origin and str(rows[0][0]).startswith(f"{name}: ")
        found = left.get((origin["page"], origin["heading"] or "", caption), []) if named and origin else []
        return found.pop(0) if found else None

    def _table_faults(self, name: str, rows: Sequence[Sequence[object]], table: PageTable) -> Iterator[str]:
        """What the page's own table has not, and lines around it that the page has not."""
        columns = spreadsheet.columns_of(table)
        wanted = [tuple(one.name for one in columns), *zip(*(one.cells for one in columns))]
        top = len(rows) - len(wanted)
        if top < 3:
            yield "more or fewer rows than its page's table has"
            return
        if [tuple(row) for row in rows[top:]] != wanted:
            shown = (table.columns, *table.rows)
            yield from (f"row {at} of the table has what its page has not" for at, (row, own) in enumerate(zip(rows[top:], shown)) if not _within(row, own, at == 0))  # fmt: skip
        known = {
            f"{name}: {spreadsheet.line(table.caption)}", spreadsheet.READ_ME, "Back to the contents", *ALL_SOURCES,
            *(f"{NOTE}{sentence}" for sentence in (*spreadsheet.sentences(table.note), *spreadsheet.note_of(table, columns))),
        }  # fmt: skip
        for row in rows[:top]:
            text = str(row[0])
            beside = any(cell not in ("", None) for cell in row[1:])
            if beside or not (text in known or ORIGIN.fullmatch(text) or self._around(text)):
                yield "a line around its table that its page has not"

    def _around(self, text: str) -> bool:
        """Whether a line is the marking, the area and the period, what a shorthand means, or the names of sources."""
        if text.startswith(SCOPE):
            return all(part in self.said for part in SPLIT.split(text.removeprefix(SCOPE)))
        start = next((one for one in SOURCES if text.startswith(one)), "")
        if start:
            return set(text.removeprefix(start).split("; ")) <= TITLES
        if text.startswith(tuple(f"{short}: " for short in spreadsheet.MEANINGS)):
            return _is_reading(text)
        return all(part in self.said for part in filter(None, text.rstrip(".").split(". ")))

    def _front_faults(self, listed: Sequence[tuple[str, str, str]]) -> Iterator[str]:
        """What the cover, the contents and the notes hold that they should not."""
        held = dict(self.sheets)
        fixed = {
            *INTRODUCTION, *spreadsheet.READING, spreadsheet.LICENCE, spreadsheet.READ_ME, spreadsheet.CONTENTS, spreadsheet.NOTES,
            "Back to the contents", "Sheet", "Table", "Page", "Kind", "Note", "Reading", "Warning", "Source", "Licence",
            "One sheet for each table of the report's pages. The pages themselves say what the figures mean.",
            f"The sheets are listed on {spreadsheet.CONTENTS}.", f"Shorthand, rules and sources are on {spreadsheet.NOTES}.",
            *(f"Shorthand {short}" for short in spreadsheet.MEANINGS), *spreadsheet.MEANINGS.values(), "",
        }  # fmt: skip
        for name in (spreadsheet.COVER, spreadsheet.CONTENTS, spreadsheet.NOTES):
            for row in held.get(name, ()):
                told = [str(cell) for cell in row]
                if tuple(told) not in listed and not all(
                    text in fixed or self._front_says(text) or _is_reading(text) for text in told
                ):
                    yield f"{SPREADSHEET}: the sheet {name}"
                    break

    def _front_says(self, text: str) -> bool:
        """Whether the front page has a text of the cover or the notes, or every part of it."""
        bare = re.sub(r"^(?:Tables of the [a-z ]+: |Partnership: |Area and period: )", "", text)
        if text in self.said or all(part in self.said for part in SPLIT.split(bare)):
            return True
        label, _, rest = text.partition(". ")
        return (label in self.said and rest in self.said) or re.fullmatch(rf"Warnings about the data: \d+, on the sheet {spreadsheet.NOTES}\.", text) is not None  # fmt: skip
