"""The spreadsheet: what the pages' tables say, one marked-up table a sheet, the same bytes each time, nothing that runs."""

from __future__ import annotations

import io
import re
import time
import zipfile
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from srp_lib import render, spreadsheet, verdicts, wording
from srp_lib.display import Table
from srp_lib.page_tables import PageTable, page_tables
from srp_lib.spreadsheet import columns_of, workbook

INTERVAL = "95% interval"
BANNERS = (
    render.Banner("synthetic", "Synthetic data", "Invented."),
    render.Banner("partnership", "Partnership edition: OFFICIAL-SENSITIVE", "Do not publish or forward."),
)
FRONT = render.Page(
    "What changed", "Rotherham", "2020-21", "April 2020 to March 2021", "Safer & Sound", "partnership", BANNERS,
    warnings=("Street-level crime: July 2019 is missing.",),
    sources=("Street-level crime: data.police.uk; 24 months; OGL.", "Population: ONS; mid-2020; OGL."),
)  # fmt: skip
OWN = replace(FRONT, title="Overview", sources=FRONT.sources[:1])
BY_TYPE = Table(
    "Crime by type, Rotherham, 2020-21",
    ("Type", "Count", "Per 1,000", INTERVAL, "Change", INTERVAL, "Verdict", "Overdue", "Mixed", "Remark"),
    (
        ("Burglary", "1,364", "5.15", "4.88 to 5.43", "−41.3%", "−48.9% to −32.6%", wording.marked(verdicts.LOWER), "1 of 6", "39.8%", ""),
        ("Drugs", "[c]", "–", "–", "+8.0%", "+3.0% to +13.0%", wording.marked(verdicts.HIGHER), "0 of 28", "335", "Flagged"),
    ),
    "Rates are over 264,984 residents. Higher and lower mean more than chance would explain.",
)  # fmt: skip
RATIOS = Table(
    "Rates beside one another",
    ("Area", "Times Rotherham’s", "Rank", "Year"),
    (("Sandwell", "1.43\n1.41 to 1.46", "1", "2020"), ("Derby", "1.06\n1.04 to 1.08", "4 to 7", "2021"), ("Rotherham", "1", "8", "–")),
)  # fmt: skip
EMPTY = Table("Nothing to show", ("Type", "Count"), ())


def tables_of(*shown: Table, page: str = "01_overview.html", title: str = "Overview") -> list[PageTable]:
    """Tables as they are read back from a finished page, under the heading "By type"."""
    content = "<h2>By type</h2>" + "".join(table.html() for table in shown)
    return page_tables(page, render.shell(content, replace(FRONT, title=title)))


def made(*shown: Table, front: render.Page = FRONT) -> bytes:
    return workbook(tables_of(*shown), {"01_overview.html": OWN}, front)


def sheet(book: bytes, name: str) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(name).to_python()


def parts(book: bytes, start: str) -> dict[str, str]:
    """The XML files of a workbook that begin with `start`, by name."""
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        return {name: file.read(name).decode() for name in file.namelist() if name.startswith(start)}


@pytest.fixture(scope="module")
def book() -> bytes:
    return made(BY_TYPE, RATIOS, EMPTY)


@pytest.fixture(scope="module")
def by_type(book: bytes) -> dict[str, list[object]]:
    """The first table's cells by the heading of their column."""
    rows = sheet(book, "Table 1")
    start = next(number for number, row in enumerate(rows) if row[0] == "Type")
    return {str(name): [row[at] for row in rows[start + 1 :]] for at, name in enumerate(rows[start])}


def test_it_has_a_cover_a_list_of_contents_notes_and_a_sheet_for_each_table_with_rows(book):
    names = CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names
    assert names == ["Cover", "Contents", "Notes", "Table 1", "Table 2"]
    cover = [str(row[0]) for row in sheet(book, "Cover")]
    assert cover[0] == "Tables of the annual crime audit: Rotherham, 2020-21" and "Partnership: Safer & Sound" in cover
    assert "Synthetic data. Invented." in cover and any("OFFICIAL-SENSITIVE. Do not publish" in text for text in cover)
    listed = sheet(book, "Contents")[-3:]
    assert [row[0] for row in listed] == ["Notes", "Table 1", "Table 2"] and listed[1][1:] == [
        BY_TYPE.caption,
        "Overview",
    ]


def test_numbers_are_numbers_with_their_units_in_the_headings_and_one_figure_a_cell(by_type):
    assert list(by_type) == [
        "Type", "Count", "Per 1,000", "Per 1,000: 95% interval, from", "Per 1,000: 95% interval, to", "Change (%)",
        "Change: 95% interval, from (%)", "Change: 95% interval, to (%)", "Verdict", "Overdue, number", "Overdue, out of", "Mixed", "Remark",
    ]  # fmt: skip
    rows = list(zip(*by_type.values()))
    assert rows[0] == ("Burglary", 1364, 5.15, 4.88, 5.43, -41.3, -48.9, -32.6, "Lower", 1, 6, 39.8, "[z]")
    assert rows[1] == ("Drugs", "[c]", "[x]", "[x]", "[x]", 8, 3, 13, "Higher", 0, 28, 335, "Flagged")


def test_a_figure_with_its_range_and_a_rank_in_doubt_are_told_apart_and_a_year_is_no_count():
    columns = {column.name: column.cells for column in columns_of(tables_of(RATIOS)[0])}
    assert columns["Times Rotherham’s"] == (1.43, 1.06, 1) and columns["Times Rotherham’s, from"] == (1.41, 1.04, "[z]")
    assert columns["Rank, from"] == (1, 4, 8) and columns["Rank, to"] == (1, 7, 8)
    assert columns["Year"] == ("2020", "2021", "[x]")


def told(*cells: str) -> dict[str, tuple[object, ...]]:
    """The columns that the cells of a column "Is" become."""
    table = PageTable("p.html", "P", "", "c", ("Of", "Is"), tuple(("x", cell) for cell in cells), "", ())
    return {column.name: column.cells for column in columns_of(table)[1:]}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (("▼ Lower, −12.4%", "◆ No clear change"), {"Is, verdict": ("Lower", "No clear change"), "Is (%)": (-12.4, "[z]")}),
        (
            ("0.97 0.96\u00a0to\u00a00.98 ▼ Lower", "–"),
            {"Is": (0.97, "[x]"), "Is, from": (0.96, "[x]"), "Is, to": (0.98, "[x]"), "Is, verdict": ("Lower", "[x]")},
        ),
        (
            ("▲ Higher +5.6 (+1.0 to +10.2) November 2019",),
            {"Is, verdict": ("Higher",), "Is": (5.6,), "Is, from": (1.0,), "Is, to": (10.2,), "Is, when": ("November 2019",)},
        ),
        (("8.52 per 1,000 2,159 in 2007-08", "58.0% 2019-20"), {"Is": (8.52, 58.0), "Is, unit": ("per 1,000", "[z]"), "Is, count": (2159, "[z]"), "Is, when": ("2007-08", "2019-20")}),
        (("As supplied 2020-21", "9 to 12 5 of 90 2021"), {"Is, note": ("As supplied", "[z]"), "Is, from": ("[z]", 9), "Is, to": ("[z]", 12), "Is, number": ("[z]", 5), "Is, out of": ("[z]", 90), "Is, when": ("2020-21", "2021")}),
        (("39 (23.5%)", "8 (4.8%)"), {"Is": (39, 8), "Is, in brackets (%)": (23.5, 4.8)}),
        (("95*", "1,300"), {"Is": (95, 1300), "Is, mark": ("*", "[z]")}),
        (("– Not shown by the evidence", "✓ Shown"), {"Is": ("Not shown by the evidence", "Shown")}),
        (("28 February 2021", "5 May 2021"), {"Is": ("28 February 2021", "5 May 2021")}),
        (("1.25 to 2 times", "2 times or more"), {"Is": ("1.25 to 2 times", "2 times or more")}),
    ],
)  # fmt: skip
def test_verdicts_units_and_times_have_columns_of_their_own(cells, wanted):
    assert told(*cells) == wanted


def test_a_note_on_dashes_is_said_of_what_stands_for_them_and_only_where_any_does():
    note = "A dash marks a month that is not in the extracts. All months count."
    lines = {}
    for cell in ("–", "5"):
        table = Table("By month", ("Month", "Count"), (("April", cell), ("May", "7")), note)
        lines[cell] = [str(row[0]) for row in sheet(made(table), "Table 1")]
    assert "Note: [x] marks a month that is not in the extracts." in lines["–"]
    assert not any("month that is not" in text for text in lines["5"]) and "Note: All months count." in lines["5"]
    assert not any("dash" in text.lower() for text in lines["5"])


def test_shorthand_is_explained_on_its_sheet_and_on_the_notes(book):
    told = [str(row[0]) for row in sheet(book, "Table 1")]
    assert [text for text in told if text.startswith("[")] == [f"{short}: {spreadsheet.MEANINGS[short]}" for short in ("[c]", "[x]", "[z]")]  # fmt: skip
    notes = dict(row[:2] for row in sheet(book, "Notes"))
    assert notes["Shorthand [c]"] == "Withheld to protect people." and notes["Warning"] == FRONT.warnings[0]
    assert notes["Synthetic data"] == "Invented." and "Open Government Licence" in str(notes["Licence"])


def test_each_sheet_says_what_it_is_of_and_where_its_figures_come_from(book):
    told = [str(row[0]) for row in sheet(book, "Table 1")]
    assert told[0] == "Table 1: Crime by type, Rotherham, 2020-21"
    assert "From the page Overview (01_overview.html), under the heading By type." in told
    assert (
        "Note: Rates are over 264,984 residents." in told
        and "Note: Higher and lower mean more than chance would explain." in told
    )
    assert (
        "Area and period: Rotherham, 2020-21 (April 2020 to March 2021)." in told
        and "Sources of the page: Street-level crime" in told
    )


def test_the_edition_and_invented_figures_are_marked_on_every_sheet_and_on_its_print(book):
    for name in CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names[1:]:
        assert sheet(book, name)[1][0] == "Synthetic data. Partnership edition: OFFICIAL-SENSITIVE."
    feet = [re.search("<oddFooter>(.*?)</oddFooter>", xml)[1] for xml in parts(book, "xl/worksheets/sheet").values()]
    assert len(feet) == 5 and all("OFFICIAL-SENSITIVE" in foot for foot in feet)


def test_every_table_is_marked_up_with_headings_of_its_own_and_no_gap(book):
    marked = parts(book, "xl/tables/")
    names = [re.search(r'displayName="([^"]+)"', xml)[1] for xml in marked.values()]
    assert len(names) == len(set(names)) == 4  # contents, notes and two tables
    for xml in marked.values():
        heads = [unescape(name).lower() for name in re.findall(r'<tableColumn [^>]*name="([^"]*)"', xml)]
        assert len(heads) == len(set(heads)) and all(heads)
    for xml in parts(book, "xl/worksheets/sheet").values():
        assert "mergeCell" not in xml and "<f>" not in xml
    for number, table in ((1, BY_TYPE), (2, RATIOS)):
        rows = sheet(book, f"Table {number}")
        assert all(cell != "" for row in rows[-len(table.rows) - 1 :] for cell in row)
        assert all(row[0] != "" for row in rows)


def test_headings_that_would_be_alike_are_told_apart_and_none_is_blank():
    table = replace(tables_of(RATIOS)[0], columns=("", "Same", "SAME", "x" * 400))
    names = [column.name for column in columns_of(table)]
    assert names[0] == "Of what" and len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) <= 255


def test_the_pages_that_are_not_of_figures_and_leaflets_are_left_out():
    kept = tables_of(BY_TYPE)
    others = [tables_of(BY_TYPE, page=name)[0] for name in ("00_data_quality.html", "methods_conformance.html", "wards/wath.html")]  # fmt: skip
    assert [spreadsheet.belongs(table) for table in (*kept, *others)] == [True, False, False, False]
    first = tables_of(RATIOS, page="index.html")
    assert sheet(workbook([*kept, *others, *first], {}, FRONT), "Contents")[-2][1] == RATIOS.caption


def test_the_same_pages_give_the_same_bytes_in_another_zone_at_another_time(book, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        again = made(BY_TYPE, RATIOS, EMPTY)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert again == book
    properties = "".join(parts(book, "docProps/").values())
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties)) == {"1980-01-01T00:00:00Z"}
    assert "<dc:creator>Safer &amp; Sound</dc:creator>" in properties


HOSTILE = (
    "=HYPERLINK(\"https://example.org\",\"x\")", "{=1+1}", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "=1+1", "https://example.org",
    "internal:'Notes'!A1", "file:///etc/passwd", "[x](https://example.org)", "$$note$$ and $$$", "<script>alert(1)</script>", "</t></si>",
    "a\u202eb\x07c\x0b", "_x0041_", "'quoted", "x" * 40_000, "[c](d)", "日本", "***",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12].strip() or "blank" for text in HOSTILE])
def test_no_text_runs_or_leads_away_or_breaks_the_file(text):
    table = Table(f"{text} by ward", ("Ward", text), ((text, "1,234"), ("Wath", text)), text)
    page = replace(FRONT, title=text, area=text, partnership=text, banners=(render.Banner("public", text, text),), warnings=(text,), sources=(text,))  # fmt: skip
    book = workbook([replace(tables_of(table, title="x")[0], title=text, heading=text)], {}, page)
    every = parts(book, "")
    assert not [name for name in every if "externalLink" in name or "/calcChain" in name]
    sheets = parts(book, "xl/worksheets/sheet")
    assert len(sheets) == 4 and not any("<f" in xml for xml in sheets.values())
    for xml in parts(book, "xl/worksheets/_rels").values():
        assert "hyperlink" not in xml  # links within the book need none
    links = [unescape(place) for xml in sheets.values() for place in re.findall(r'<hyperlink [^>]*location="([^"]*)"', xml)]  # fmt: skip
    assert set(links) == {"'Contents'!A1", "'Notes'!A1", "'Table 1'!A1"}
    assert all(float(high) <= 409 for xml in sheets.values() for high in re.findall(r' ht="([\d.]+)"', xml))
    rows = sheet(book, "Table 1")
    shown = spreadsheet.line(text)
    assert rows[-2][0] == shown and rows[-2][1] == 1234 and rows[-1][0] == "Wath" and rows[-1][1] == shown
    quoted = [xml for xml in parts(book, "xl/styles.xml").values() if 'quotePrefix="1"' in xml]
    assert bool(quoted) == shown.startswith(spreadsheet.FORMULA_STARTS)


def test_a_page_without_a_shell_of_its_own_says_the_reports_sources_and_a_plain_report_is_marked_too():
    plain = replace(FRONT, banners=())
    rows = [str(row[0]) for row in sheet(workbook(tables_of(BY_TYPE), {}, plain), "Table 1")]
    assert "Sources of the page: all of those on the sheet Notes." in rows and rows[1] == "Audit of crime and disorder."


@settings(max_examples=200, deadline=None)
@given(
    number=st.floats(-10_000_000, 10_000_000, allow_nan=False),
    places=st.integers(0, 3),
    signed=st.booleans(),
    percent=st.booleans(),
)
def test_a_number_is_that_of_the_page_and_no_finer(number, places, signed, percent):
    text = (wording.signed if signed else wording.decimal)(number, places) + ("%" if percent else "")
    (column,) = columns_of(PageTable("p.html", "P", "", "c", ("a", "b"), (("x", text),), "", ()))[1:]
    value, shape = column.cells[0], column.formats[0].split(";")[0]
    assert isinstance(value, int if places == 0 else float) and column.name == ("b (%)" if percent else "b")
    assert shape.lstrip("+") == "#,##0" + (f".{'0' * places}" if places else "")
    written = f"{abs(value):,.{places}f}"
    sign = "+" if text.startswith("+") else wording.MINUS if value < 0 else ""
    assert f"{sign}{written}{'%' if percent else ''}" == text
