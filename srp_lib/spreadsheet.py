"""Spreadsheet: the tables of a report's finished pages as one accessible workbook, tables.xlsx.

Made of what the pages show and of nothing else, so it holds no figure that they do not. One table a sheet, each marked
up as a table, laid out as the government's guidance on statistics in spreadsheets asks: a cover, a list of contents,
notes, no merged cell, no blank row or column within a table.
"""

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from srp_lib import wording
from srp_lib.disclosure import MARK
from srp_lib.display import DASH
from srp_lib.page_checks import UNSEEN
from srp_lib.schedule import METHODS, QUALITY

if TYPE_CHECKING:
    from gptables import GPWorkbook
    from gptables.core.wrappers import GPWorksheet

    from srp_lib.page_tables import PageTable
    from srp_lib.render import Page

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"
NO_FIGURE, NOTHING = "[x]", "[z]"
MEANINGS = {
    MARK: "Withheld to protect people.",
    NO_FIGURE: "No figure can be given. The page shows a dash.",
    NOTHING: "Nothing to say. The page has no word or figure here.",
}
READING = (
    "Numbers are as rounded on the pages; nothing here is finer.",
    "Where a page shows several figures in one cell each has a column here: 5 to 7 is from 5 to 7, and 5 of 68 is number 5 out of 68. "
    "A verdict, a unit and the time of a figure have columns of their own too. Sentences, and lists of several things, stay as they are.",
    "Sources on a sheet are those of the whole page that its table is from; one table may rest on few of them.",
    "In a column marked (%) the number 12.3 is 12.3%. Marks such as triangles before a verdict are left out; its words stand.",
    "The pages on data quality and on methods, and the leaflets of single wards, have tables of their own that are not here: read them on their pages. "
    "What the leaflets show of counts and rates is in the tables by ward.",
    "The headline figures with their definitions are in key_facts.csv, beside this file.",
)
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."
FORMULA_STARTS = ("=", "+", "-", "@")
NUMBER = rf"[+{wording.MINUS}]?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,3}})(?:\.\d+)?%?"
ONE = re.compile(NUMBER, re.ASCII)
PERIOD = r"(?:Year ending )?(?:[A-Z][a-z]+ )?\d{4}(?:-\d\d(?:Q\d)?)?(?: to [A-Z][a-z]+ \d{4})?"
VERDICT = r"Higher|Lower|No clear (?:change|difference)|Too few to say(?:, stands out)?|Not met|On course|Not on course|Can't tell|Met|No fact|First wave"
DASHED = re.compile(r"\ba dash\b", re.I)
MARKED = re.compile(rf"(?:(?<= )|^)[{''.join(map(re.escape, (*wording.MARKS.values(), DASH)))}] (?=[A-Za-z])")
UNIT = r"per \d[\d,]*|percentage points"
RANGE = ", from", ", to"
# Cells of several figures or words, the parts that a cell may lack in (?:...)?, and what the heading of the column of
# each part says beside the column's own. The first shape that all cells of a column have is the column's.
SHAPES = tuple(
    (re.compile(shape.replace("PERIOD", PERIOD).replace("VERDICT", VERDICT).replace("UNIT", UNIT).replace("NUMBER", NUMBER), re.ASCII), words)
    for shape, words in (
        ("(NUMBER) to (NUMBER)", RANGE),
        ("(NUMBER) of (NUMBER)", (", number", ", out of")),
        ("(NUMBER)(?: (NUMBER) to (NUMBER))?(?: (VERDICT))?", ("", ", from", ", to", ", verdict")),
        ("(VERDICT)(?:,? (NUMBER))?", (", verdict", "")),
        (r"(VERDICT) (NUMBER) \((NUMBER) to (NUMBER)\) (PERIOD)", (", verdict", "", ", from", ", to", ", when")),
        ("(VERDICT)(?: (PERIOD))?", (", verdict", ", when")),
        (r"(NUMBER)(?: \((NUMBER)\))?", ("", ", in brackets")),
        (r"(NUMBER)(\*)?", ("", ", mark")),
        (r"(NUMBER)(?: (mid-\d{4}))?", ("", ", as at")),
        ("(NUMBER)(?: (flagged))?", ("", ", mark")),
        (r"(NUMBER)(?: (UNIT))?(?:(?: (NUMBER) in)? (\d{4}(?:-\d\d)?))?", ("", ", unit", ", count", ", when")),
        (r"(NUMBER)(?: (UNIT))? ((?:above|below) the target) \((worse|better)\)", ("", ", unit", ", direction", ", worse or better")),
        ("(?:(As supplied)|(NUMBER) to (NUMBER)) ?(?:(NUMBER) )?(?:of (NUMBER) )?(PERIOD)", (", note", ", from", ", to", ", number", ", out of", ", when")),
        ("(Not raised)|(NUMBER) of (NUMBER) events", (", note", ", number", ", out of")),
        ("(NUMBER) to (NUMBER) after (NUMBER)", (", from", ", to", ", after")),
    )
)  # fmt: skip
ENDS = tuple(
    sorted({word for _, words in SHAPES for word in words} - {""})
)  # of the headings of parts of a page's cells
LONGEST_CELL, LONGEST_HEADING, LONGEST_LINE = 32_000, 250, 160
LEAST, WIDEST = 8, 60  # letters in a line of a cell
LETTER, LINE = 1.2, 16.0  # the width of a letter, in those of a spreadsheet's, and the height of a line in points
NARROWER = 1.25  # how many more letters a line of words holds, which are narrower than its figures
HIGHEST = 409.0  # points; a spreadsheet has no higher row
LARGER = 1.4  # the height of a title's line, of a line's
SOURCES = "Sources of the page: "
ALL_SOURCES = f"{SOURCES}all of those on the sheet {NOTES}."
READ_ME = f"This sheet holds one table. Shorthand and rules are explained on the sheet {NOTES}."
A4 = 9
WRITING = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MADE = datetime(1980, 1, 1)  # a file of the same figures is the same file, whenever it is made

Cell = str | int | float


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, its cells and the number format of each, "" for text."""

    name: str
    cells: tuple[Cell, ...]
    formats: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it is a column of numbers, of which shorthand and the heading stand at the right too."""
        return any(self.formats) and all(shape or cell in MEANINGS for cell, shape in zip(self.cells, self.formats))


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table: its name, its title, what the report is marked as and the lines of text between.

    `links` says that the first column names sheets and leads to them.
    """

    name: str
    title: str
    told: tuple[str, ...]
    columns: tuple[Column, ...]
    marking: str
    links: bool = False


def workbook(tables: Sequence[PageTable], pages: Mapping[str, Page], front: Page) -> bytes:
    """tables.xlsx as bytes, the same for the same pages whenever and wherever it is made.

    `tables` are those of the finished pages in the order of the sheets, the index's apart, which stand first; the ones that do not belong here (of the data
    quality and methods pages, of leaflets and other pages below a folder, and tables without a row) are left out.
    `pages` has what stands around each page by its file, such as "01_overview.html", and `front` is the index's: its
    banners, warnings and sources are those of the whole report. Percentages are numbers of percent: 12.3 for 12.3%.
    """
    from gptables import GPWorkbook

    wanted = sorted(filter(belongs, tables), key=lambda table: table.page != "index.html")
    sheets = [
        _sheet(number, table, columns_of(table), pages.get(table.page, front), front)
        for number, table in enumerate(wanted, 1)
    ]
    file, cover = io.BytesIO(), _cover(front)
    book = GPWorkbook(file, options=WRITING)
    _add_cover(book, cover)
    for sheet in (_contents(sheets, wanted, front), _notes(front), *sheets):
        _add(book, sheet)
    foot = f"{_marking(front)} {line(front.area)}, {line(front.period)}"[:200].replace("&", "&&")
    for page in book.worksheets():
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L{foot}&R&P of &N")
    told = {"author": line(front.partnership), "keywords": _marking(front), "created": MADE}
    book.set_properties({"title": cover["title"], **told})
    book.close()
    return file.getvalue()


def belongs(table: PageTable) -> bool:
    """Whether a table of a page has a sheet."""
    return bool(table.rows) and "/" not in table.page and table.page not in (f"{QUALITY}.html", f"{METHODS}.html")


def name_of(number: int) -> str:
    """The name of the sheet of a table, by its place among them from 1 on."""
    return f"Table {number}"


def line(text: str, longest: int = LONGEST_CELL) -> str:
    """A text as a cell may hold it: without characters that are not seen, and without what the writer takes for a link or a note."""
    plain = UNSEEN.sub("", text).replace("\N{NO-BREAK SPACE}", " ").replace("\N{ZERO WIDTH SPACE}", "")
    plain = re.sub(r"\s+", " ", plain).strip().replace("](", "] (")
    plain = re.sub(r"\$(?=\$)", "$ ", plain)
    return plain if len(plain) <= longest else plain[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def columns_of(table: PageTable) -> list[Column]:
    """A page's table as columns: numbers as numbers, units in the headings, one figure a cell, no two headings alike."""
    made: list[Column] = []
    for place, name in enumerate(_named(table.columns)):
        cells = [_shown(row[place]) for row in table.rows]
        parts = _parts(cells) if place else {}
        made += [_column(name + word, figures, numbers=True) for word, figures in parts.items()]
        if not parts:
            made.append(_column(name, cells, numbers=place > 0))
    return _distinct(made)


def _parts(cells: Sequence[str]) -> dict[str, list[str]]:
    """The figures of a column whose cells hold several, by what its heading gains; nothing where they don't.

    A cell of a column of ranges may be a single number, such as a rank without doubt or what others are compared with.
    """
    for shape, words in SHAPES:
        found = [shape.fullmatch(cell) for cell in cells]
        several = any(match and sum(part is not None for part in match.groups()) > 1 for match in found)
        rest = [cell for cell, match in zip(cells, found) if not match and cell not in MEANINGS]
        if several and (not rest or (words == RANGE and all(map(ONE.fullmatch, rest)))):
            figures = [
                [part or NOTHING for part in match.groups()] if match else [cell] * len(words)
                for cell, match in zip(cells, found)
            ]
            columns = {word: [row[place] for row in figures] for place, word in enumerate(words)}
            return {word: told for word, told in columns.items() if not {NOTHING}.issuperset(told)}
    return {}


def _shown(text: str) -> str:
    """A cell as text: shorthand for a dash and for nothing, words without the mark before them."""
    plain = MARKED.sub("", line(text))
    return {DASH: NO_FIGURE, "": NOTHING}.get(plain, plain)


def _named(names: Sequence[str]) -> list[str]:
    """Headings: each has text, and one that stands twice, as the interval of several figures does, says of what it is."""
    plain = [line(name, LONGEST_HEADING // 2) or "Of what" for name in names]
    told, last = [], ""
    for name in plain:
        repeated = plain.count(name) > 1
        told.append(f"{last}: {name}" if repeated and last else name)
        last = last if repeated else name
    return told


def _distinct(columns: Sequence[Column]) -> list[Column]:
    """Columns of which no two headings are alike, capitals apart: a spreadsheet refuses such a table."""
    seen: set[str] = set()
    made = []
    for column in columns:
        name, copy = column.name[:LONGEST_HEADING], 2
        while name.casefold() in seen or name.lower() in seen:
            name, copy = f"{column.name[: LONGEST_HEADING - 6]} ({copy})", copy + 1
        seen |= {name.casefold(), name.lower()}
        made.append(Column(name, column.cells, column.formats))
    return made


def _column(name: str, cells: Sequence[str], numbers: bool) -> Column:
    """A column from its texts: the sign of percent goes to the heading where all of its numbers have it."""
    figures = [cell for cell in cells if numbers and ONE.fullmatch(cell)]
    percent = bool(figures) and all(cell.endswith("%") for cell in figures)
    told = f"{name} (%)" if percent and not name.endswith(("%", "(%)")) else name
    made = [_number(cell, not percent) if numbers and ONE.fullmatch(cell) else (cell, "") for cell in cells]
    return Column(told, tuple(value for value, _ in made), tuple(shape for _, shape in made))


def _number(text: str, mixed: bool) -> tuple[Cell, str]:
    """The number that a text writes and the format that shows it as the page does; `mixed` keeps its sign of percent."""
    digits = text.rstrip("%").lstrip("+").replace(",", "").replace(wording.MINUS, "-")
    decimals = len(digits.partition(".")[2])
    shape = "#,##0" + ("." + "0" * decimals if decimals else "") + ('"%"' if mixed and text.endswith("%") else "")
    value = float(digits) if decimals else int(digits)
    return value, f"+{shape};-{shape};{shape}" if text.startswith("+") else shape


def _sheet(number: int, table: PageTable, columns: Sequence[Column], page: Page, front: Page) -> Sheet:
    """The sheet of one table: its caption, where it stands, its notes and sources, the table."""
    used = {cell for column in columns for cell in column.cells if cell in MEANINGS}
    under = f", under the heading {line(table.heading)}" if table.heading else ""
    told = (
        f"From the page {line(table.title)} ({table.page}){under}.",
        *(f"Note: {sentence}" for sentence in note_of(table, columns)),
        *(f"{short}: {meaning}" for short, meaning in MEANINGS.items() if short in used),
        _scope(page),
        *(_sources(page) if page.sources != front.sources else [ALL_SOURCES]),
    )
    return Sheet(name_of(number), f"{name_of(number)}: {line(table.caption)}", told, tuple(columns), _marking(page))


def _contents(sheets: Sequence[Sheet], tables: Sequence[PageTable], front: Page) -> Sheet:
    """The list of sheets, each with a link to it."""
    names = (NOTES, *(sheet.name for sheet in sheets))
    captions = ("How to read the tables; sources and warnings", *(line(table.caption) for table in tables))
    titles = ("All", *(line(table.title) for table in tables))
    columns = (_texts("Sheet", names), _texts("Table", captions), _texts("Page", titles))
    return Sheet(CONTENTS, CONTENTS, (_scope(front),), columns, _marking(front), links=True)


def _notes(front: Page) -> Sheet:
    """What the shorthand means, what was done to the figures, what they rest on."""
    rows = [
        *((f"Shorthand {short}", meaning) for short, meaning in MEANINGS.items()),
        *((banner.label, banner.text) for banner in front.banners),
        *(("Reading", text) for text in READING),
        *(("Warning", text) for text in front.warnings),
        *(("Source", text) for text in front.sources),
        ("Licence", LICENCE),
    ]
    columns = _texts("Kind", [kind for kind, _ in rows]), _texts("Note", [text for _, text in rows])
    return Sheet(NOTES, NOTES, (_scope(front),), columns, _marking(front))


def _texts(name: str, cells: Sequence[str]) -> Column:
    return Column(name, tuple(map(line, cells)), ("",) * len(cells))


def _cover(front: Page) -> dict[str, Any]:
    """The cover's texts."""
    banners = [f"{line(banner.label)}. {line(banner.text)}" for banner in front.banners]
    warned = f"Warnings about the data: {len(front.warnings)}, on the sheet {NOTES}."
    return {
        "title": f"Tables of the {line(front.product).lower()}: {line(front.area)}, {line(front.period)}",
        "intro": [f"Partnership: {line(front.partnership)}", _scope(front), *banners],
        "about": [
            "One sheet for each table of the report's pages. The pages themselves say what the figures mean.",
            f"The sheets are listed on [{CONTENTS}](internal:'{CONTENTS}'!A1).",
            f"Shorthand, rules and sources are on [{NOTES}](internal:'{NOTES}'!A1).",
            *([warned] if front.warnings else []),
        ],
    }


def _add_cover(book: GPWorkbook, texts: Mapping[str, Any]) -> None:
    """Write the cover: under its title a row for each text, in two parts with a heading each."""
    from gptables import Cover

    page = book.add_worksheet(COVER)
    page.write_cover(Cover(**texts))
    letters = int(Cover("").width)
    for row, text in enumerate(("", *texts["intro"], "", *texts["about"]), 1):
        page.set_row(row, _height([(text or "A heading", letters)]) * (1 if text else LARGER))
    page.set_row(0, LINE * LARGER)


def _add(book: GPWorkbook, sheet: Sheet) -> None:
    """Write a sheet: a line of text a row, the table right below, marked up as one.

    gptables' own writer of tables takes five times as long, for formats of single cells that no table here has.
    """
    page, theme = book.add_worksheet(sheet.name), book.theme
    page.set_default_row(LINE)
    page.set_row(0, LINE * LARGER)
    page.write_string(0, 0, sheet.title, book.add_format(theme.title_format))
    page.write_string(1, 0, sheet.marking, book.add_format(theme.subtitle_format))
    for row, text in enumerate((READ_ME, *sheet.told), 2):
        page.write_string(row, 0, text, book.add_format(theme.legend_format))
    back = 3 + len(sheet.told)
    if sheet.name != CONTENTS:
        _link(book, page, (back, 0), CONTENTS, "Back to the contents")
    _write_table(book, page, sheet, back + (sheet.name != CONTENTS))


def _write_table(book: GPWorkbook, page: GPWorksheet, sheet: Sheet, top: int) -> None:
    """Write the cells of a table from row `top` on (from 0) and mark them up as a table."""
    letters = [_letters(column) for column in sheet.columns]
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, letters[at] * LETTER + 2)
        for row, (cell, shape) in enumerate(zip(column.cells, column.formats), top + 1):
            if sheet.links and at == 0:
                _link(book, page, (row, at), str(cell), str(cell))
            elif isinstance(cell, str):
                page.write_string(row, at, cell, _look(book, book.theme.data_format, column, at, text=cell))
            else:
                page.write_number(row, at, cell, _look(book, book.theme.data_format, column, at, shape=shape))
    lines = [[one.name for one in sheet.columns], *zip(*(one.cells for one in sheet.columns))]
    for row, cells in enumerate(lines, top):
        page.set_row(row, _height(zip(map(str, cells), letters)))
    bold = {**book.theme.column_heading_format, "bold": True}
    heads = [
        {"header": one.name, "header_format": _look(book, bold, one, at, text=one.name)}
        for at, one in enumerate(sheet.columns)
    ]
    options = {"columns": heads, "autofilter": False, "style": None}
    options["name"] = sheet.name.lower().replace(" ", "_")
    page.add_table(top, 0, top + len(lines) - 1, len(heads) - 1, options)


def _look(
    book: GPWorkbook, base: Mapping[str, Any], column: Column, at: int, text: str = "", shape: str = ""
) -> object:
    """How a cell is written: numbers and their shorthand at the right, words at the left, the first column bold.

    A text that begins as a formula does is held to be text even when a reader edits the cell.
    """
    look = {"text_wrap": True, "valign": "top", "align": "right" if column.right else "left"}
    look |= {"bold": True} if at == 0 else {"indent": 0 if column.right else 1}
    look |= {"num_format": shape} if shape else {}
    look |= {"quote_prefix": True} if text.startswith(FORMULA_STARTS) else {}
    return book.add_format({**base, **look})


def _link(book: GPWorkbook, page: GPWorksheet, place: tuple[int, int], sheet: str, text: str) -> None:
    """Write a link to another sheet of the workbook."""
    shown = book.add_format({**book.theme.legend_format, "underline": True, "font_color": "blue", "valign": "top"})
    page.write_url(*place, f"internal:'{sheet}'!A1", shown, text)


def _letters(column: Column) -> int:
    """How many letters a line of a column holds: its longest text up to a limit, beyond which it wraps."""
    heading = max(*map(len, column.name.split()), math.ceil(len(column.name) / 3))
    return min(max(heading, *(len(str(cell)) for cell in column.cells), LEAST), WIDEST)


def _height(texts: Iterable[tuple[str, int]]) -> float:
    """The height of a row in points, from its texts and the letters in a line of each: not every program fits it itself."""
    lines = max(len(textwrap.wrap(text, int(letters * NARROWER) + 1)) for text, letters in texts)
    return min(LINE * lines, HIGHEST)


def _marking(page: Page) -> str:
    """What every sheet says of the whole report: whether its figures are invented, and which edition they are of."""
    return " ".join(f"{line(banner.label)}." for banner in page.banners) or "Audit of crime and disorder."


def _scope(page: Page) -> str:
    span = f" ({line(page.span)})" if page.span != page.period else ""
    return f"Area and period: {line(page.area)}, {line(page.period)}{span}."


def _sources(page: Page) -> list[str]:
    """The names of a page's sources, as many to a line as can be read without scrolling."""
    lines: list[str] = []
    for name in dict.fromkeys(line(source.partition(":")[0]) for source in page.sources):
        if lines and len(lines[-1]) + len(name) < LONGEST_LINE:
            lines[-1] += f"; {name}"
        else:
            lines.append(f"{SOURCES}{name}")
    return lines


def note_of(table: PageTable, columns: Sequence[Column]) -> list[str]:
    """The sentences of a page's note as its sheet has them: what they say of a dash is said of what stands for one here.

    Such a sentence is left out where no cell of `columns`, the sheet's, has any.
    """
    dashes = any(NO_FIGURE in column.cells for column in columns)
    told = sentences(table.note)
    return [DASHED.sub(NO_FIGURE, sentence) for sentence in told if dashes or not DASHED.search(sentence)]


def sentences(text: str) -> list[str]:
    """A note as its sentences, each for a line of its own."""
    return [part for part in re.split(r"(?<=[.!?]) (?=[A-Z])", line(text)) if part]
