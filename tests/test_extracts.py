"""Readers on small hand-made files in the publishers' layouts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from srp_lib import extracts

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
FORCE = "South Yorkshire Police"
ROWS = [
    ",2020-01,{f},{f},-1.45,53.6,On or near Kent Close,E01000001,Rotherham 001A,Anti-social behaviour,,",
    ",2020-01,{f},{f},-1.45,53.6,On or near Kent Close,E01000001,Rotherham 001A,Anti-social behaviour,,",
    "a" * 64 + ",2020-01,{f},{f},,,No Location,,,Burglary,Under investigation,",
]


def street_text(month: str = "2020-01", rows: list[str] | None = None, end: str = "\n") -> str:
    """One month's street-level file."""
    filled = [row.format(f=FORCE).replace("2020-01", month) for row in rows or ROWS]
    return end.join([STREET, *filled]) + end


def put(folder: Path, path: str, content: str | bytes) -> Path:
    """Write a file below a folder, whose parents are made."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)
    return target


def write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """A smallest workbook: text inline, numbers as numbers."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbered = list(enumerate(sheets, 1))
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/><Default '
            'Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{kind}.worksheet+xml"/>'
                for n, _ in numbered
            )
            + "</Types>",
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in numbered)
            + "</sheets></workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">'
            + "".join(
                f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/s{n}.xml"/>' for n, _ in numbered
            )
            + "</Relationships>",
        )
        for n, name in numbered:
            rows = "".join("<row>" + "".join(map(_cell, row)) + "</row>" for row in sheets[name])
            book.writestr(
                f"xl/worksheets/s{n}.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
            )


def _cell(value: object) -> str:
    if isinstance(value, (int, float)):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def workbook_sheets(year: int = 2020, ages: object = str, shift: int = 0) -> dict:
    """The three sheets MYE2 with two areas; `shift` rows more above the header."""
    header = ["Code", "Name", "Geography1", "All ages", *map(ages, range(90)), "90+"]
    sheets: dict[str, list[list[object]]] = {"Contents": [["Mid-Year Population Estimates"]]}
    for sex, each in (("Persons", 2), ("Males", 1), ("Females", 1)):
        title = f"MYE2: {sex} by single year of age and sex for local authorities, mid-{year}"
        above = [[title], *([""] for _ in range(shift))]
        area = ["E08000018", " Rotherham ", "Metropolitan District", 91 * each, *[each] * 91]
        country = ["E92000001", "ENGLAND", "Country", "182.0", *["2.0"] * 91]
        sheets[f"MYE2 - {sex}"] = [*above, header, area, country, [""], ["1. A note."]]
    return sheets


LOOKUPS = {
    "changes.csv": "LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM\r\n"
    "E01000001,Rotherham 001A,U,E01000001,Rotherham 001A,E08000018,Rotherham\r\n"
    "E01000002,Rotherham 001B,S,E01000003,Rotherham 001C,E08000018,Rotherham\r\n"
    "E01000002,Rotherham 001B,S,E01000004,Rotherham 001D,E08000018,Rotherham\r\n",
    "old.csv": "\ufeffLSOA11CD,LSOA11NM,WD18CD,WD18NM,WD18NMW,LAD18CD,LAD18NM,FID\n"
    "E01000001,Rotherham 001A,E05000001,Wath,,E08000018,Rotherham,1\n"
    "E01000002,Rotherham 001B,E05000002,Swinton ,,E08000018,Rotherham,2\n",
    "new.csv": "LSOA21CD,LSOA21NM,WD31CD,WD31NM,LAD31CD,LAD31NM\n"
    "E01000001,Rotherham 001A,E05000009,Wath,E08000018,Rotherham\n"
    "E01000003,Rotherham 001C,E05000009,Wath,E08000018,Rotherham\n"
    "E01000004,Rotherham 001D,E05000009,Wath,E08000018,Rotherham\n",
    "csp16.csv": "LAD16CD,LAD16NM,CSP16CD,CSP16NM,PFA16CD,PFA16NM,FID\n"
    "E08000018,Rotherham,E22000261,Rotherham,E23000011,South Yorkshire,1\n",
    "csp24.csv": "LAD24CD,LAD24NM,CSP24CD,CSP24NM,PFA24CD,PFA24NM\n"
    "E08000018,Rotherham,E22000261,Rotherham,E23000011,South Yorkshire\n",
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw", tmp_path / "processed"


def read_one(folders: tuple[Path, Path], path: str, content: str | bytes) -> extracts.Intake:
    put(folders[0], path, content)
    return extracts.read_all(*folders)


def only_file(intake: extracts.Intake, extract: str) -> dict:
    files = intake.extracts[extract].files
    assert len(files) == 1
    return files.iloc[0].to_dict()


# street-level files


def test_street_rows_are_all_kept_and_typed(folders):
    intake = read_one(folders, "a/b/2020-01/2020-01-south-yorkshire-street.csv", street_text())
    frame = intake.extracts["street_crime"].frame()
    assert list(frame.columns) == [
        "file",
        "month",
        "crime_id",
        "reported_by",
        "longitude",
        "latitude",
        "location",
        "lsoa_code",
        "lsoa_name",
        "crime_type",
        "outcome",
        "lad_code",
        "vintage",
        "lsoa_known",
    ]
    assert len(frame) == 3  # the two equal ASB rows are two incidents
    assert frame["crime_id"].isna().tolist() == [True, True, False]
    assert frame["lsoa_code"].isna().tolist() == [False, False, True]
    assert frame["longitude"].tolist()[:2] == [-1.45, -1.45] and frame["longitude"].isna().sum() == 1
    assert str(frame["crime_type"].dtype) == "category" and str(frame["crime_id"].dtype) == "str"
    assert frame["lad_code"].isna().all()
    assert frame["lsoa_known"].tolist() == [False, False, True]
    assert (frame["vintage"] == "").all()
    file = only_file(intake, "street_crime")
    assert file["path"] == "a/b/2020-01/2020-01-south-yorkshire-street.csv"
    assert (file["name_month"], file["folder_month"], file["inner_months"]) == ("2020-01",) * 3
    assert (file["first_month"], file["last_month"], file["rows"]) == ("2020-01", "2020-01", 3)
    assert file["force"] == "south-yorkshire" and file["columns"] == STREET.replace(",", "|")
    assert file["fault"] == "none" and file["problem"] == "" and not file["synthetic"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_street_line_ends_and_byte_order_marks_change_nothing(folders, end, mark):
    content = mark + street_text(end=end)
    frame = read_one(folders, "anything.csv", content).extracts["street_crime"].frame()
    assert frame["month"].tolist() == ["2020-01"] * 3
    assert frame["outcome"].tolist()[2] == "Under investigation"


def test_street_columns_may_be_read_alone_and_in_the_order_asked(folders):
    extract = read_one(folders, "x.csv", street_text()).extracts["street_crime"]
    assert list(extract.frame(["outcome", "month"]).columns) == ["outcome", "month"]


def test_several_forces_and_months_and_a_file_twice_are_all_kept(folders):
    for path, month in (
        ("2020-01/2020-01-a-street.csv", "2020-01"),
        ("2020-01/2020-01-b-street.csv", "2020-01"),
        ("copy.csv", "2020-01"),
        ("2020-02/2020-02-a-street.csv", "2020-02"),
    ):
        put(folders[0], path, street_text(month))
    extract = extracts.read_all(*folders).extracts["street_crime"]
    assert len(extract.frame()) == 12
    assert extract.files["path"].tolist() == sorted(extract.files["path"])
    assert list(extract.frame()["month"].cat.categories) == ["2020-01", "2020-02"]


def cut(content: str) -> bytes:
    return content.encode()[: int(len(content) * 0.6)]


DAMAGED = {
    "encoding": street_text().encode("utf-16"),
    "columns": "\n".join(line.rpartition(",")[0] for line in street_text().splitlines()) + "\n",
    "truncated": cut(street_text()),
    "empty": b"",
    "formula": street_text().replace("On or near Kent Close", "=1+1"),
}


@pytest.mark.parametrize("fault", DAMAGED)
def test_a_damaged_street_file_gets_a_fault_a_sentence_and_no_rows(folders, fault):
    path = "2020-02/2020-02-south-yorkshire-street.csv"
    put(folders[0], "2020-01-south-yorkshire-street.csv", street_text())
    intake = read_one(folders, path, DAMAGED[fault])
    files = intake.extracts["street_crime"].files.set_index("path")
    assert files.loc[path, "fault"] == fault
    assert files.loc[path, "problem"].startswith(path + " ")
    assert "download it again" in files.loc[path, "problem"]
    assert files.loc[path, "rows"] == 0
    assert len(intake.extracts["street_crime"].frame()) == 3
    assert not intake.ignored


OTHER_DAMAGE = {
    "latin": ("encoding", street_text().replace("Kent", "K\xe9nt").encode("latin-1")),
    "zeros": ("empty", bytes(2000)),
    "noise": ("encoding", bytes(range(256)) * 20 + b"\n"),
    "header only": ("empty", STREET + "\n"),
    "no line end": ("truncated", street_text()[:-1]),
    "short last line": ("truncated", street_text() + ",2020-01," + FORCE + "\n"),
    "short line": ("unreadable", street_text(rows=[ROWS[0], ",2020-01,x", ROWS[1]])),
    "long line": ("unreadable", street_text(rows=[ROWS[0] + ",more", ROWS[1]])),
    "semicolons": ("columns", street_text().replace(",", ";")),
    "no header": ("columns", street_text().split("\n", 1)[1]),
    "twice": ("columns", street_text().replace("Context", "Month", 1)),
    "words": ("unreadable", street_text().replace("-1.45", "secret words")),
    "renamed": ("columns", street_text().replace("Crime type", "Type", 1)),
    "plus": ("formula", street_text().replace("Rotherham 001A", "+cmd")),
    "at": ("formula", street_text().replace("a" * 64, "@SUM(1)")),
    "tab": ("formula", street_text().replace("Rotherham 001A", "\t=cmd")),
    "minus word": ("formula", street_text().replace("Rotherham 001A", "-cmd(1)")),
    "minus sum": ("formula", street_text().replace("Rotherham 001A", "-2+3+cmd")),
    "wide": ("formula", street_text().replace("Rotherham 001A", "\uff1dcmd")),
    "endless cell": ("unreadable", street_text().replace("On or near Kent Close", "x" * 1001)),
    "rich": ("unreadable", b"PK\x03\x04" + bytes(range(200)) * 9),
}


@pytest.mark.parametrize("case", OTHER_DAMAGE)
def test_other_damage_is_told_without_any_text_of_a_row(folders, case):
    fault, content = OTHER_DAMAGE[case]
    file = only_file(read_one(folders, "2020-01-x-street.csv", content), "street_crime")
    assert file["fault"] == fault
    for words in ("secret", "Kent", "Ként", "cmd", "SUM", "aaaa", "-1.45"):
        assert words not in file["problem"]


@pytest.mark.parametrize("words", ["On or near A-B", "-", "-1.5", "- 12", "A1 (M) = B"])
def test_words_with_signs_that_no_spreadsheet_runs_are_read(folders, words):
    content = street_text().replace("On or near Kent Close", words)
    intake = read_one(folders, "x-street.csv", content)
    assert intake.extracts["street_crime"].frame()["location"].tolist()[0] == words


def test_a_line_of_the_wrong_length_is_named_by_its_number(folders):
    content = street_text(rows=[ROWS[0], ROWS[1], ",2020-01,x", ROWS[1]])
    problem = only_file(read_one(folders, "x-street.csv", content), "street_crime")["problem"]
    assert "3 values where the header has 12 columns, in line 4" in problem


def test_a_removed_column_is_named(folders):
    content = (
        "\n".join(",".join(p for n, p in enumerate(line.split(",")) if n != 9) for line in street_text().splitlines())
        + "\n"
    )
    file = only_file(read_one(folders, "nameless.csv", content), "street_crime")
    assert "lacks the column “Crime type”" in file["problem"]


def test_a_month_that_is_none_is_not_repeated(folders):
    content = street_text(rows=[ROWS[0].replace("2020-01", "12 Some Street"), ROWS[1]])
    file = only_file(read_one(folders, "x-street.csv", content), "street_crime")
    assert file["inner_months"] == "2020-01;not a month"


def test_the_synthetic_mark_of_a_street_file(folders):
    content = street_text(rows=[row + "Synthetic" for row in ROWS])
    assert only_file(read_one(folders, "x.csv", content), "street_crime")["synthetic"]


def test_outcomes_under_a_street_name_are_refused(folders):
    outcomes = STREET.replace("Crime type,Last outcome category,Context", "Outcome type")
    row = "b" * 64 + f",2020-01,{FORCE},{FORCE},,,No location,,,Suspect charged\n"
    file = only_file(read_one(folders, "2020-01-x-street.csv", f"{outcomes}\n{row}"), "street_crime")
    assert file["fault"] == "columns" and "outcomes" in file["problem"]


# zips


def test_the_download_zip_is_read_as_it_is(folders):
    with zipfile.ZipFile(folders[0] / "download.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for month in ("2020-01", "2020-02"):
            archive.writestr(f"{month}/{month}-south-yorkshire-street.csv", street_text(month))
        outcomes = STREET.replace("Crime type,Last outcome category,Context", "Outcome type")
        archive.writestr("2020-01/2020-01-south-yorkshire-outcomes.csv", outcomes + "\n")
        archive.writestr(
            "2020-01/2020-01-south-yorkshire-stop-and-search.csv",
            "Type,Date,Object of search\nPerson search,2020-01-01,\n",
        )
        archive.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    intake = extracts.read_all(*folders)
    extract = intake.extracts["street_crime"]
    assert extract.files["path"].tolist() == [
        "download.zip!2020-01/2020-01-south-yorkshire-street.csv",
        "download.zip!2020-02/2020-02-south-yorkshire-street.csv",
    ]
    assert extract.files["folder_month"].tolist() == ["2020-01", "2020-02"]
    assert len(extract.frame()) == 6
    ignored = dict(intake.ignored)
    assert "outcomes" in ignored["download.zip!2020-01/2020-01-south-yorkshire-outcomes.csv"]
    assert "not used by this audit" in ignored["download.zip!2020-01/2020-01-south-yorkshire-stop-and-search.csv"]
    assert "inside another" in ignored["download.zip!inner.zip"]
    assert sorted(path.name for path in folders[0].iterdir()) == ["download.zip"]
    import hashlib

    member = extract.files["sha256"].tolist()[0]
    assert member == hashlib.sha256(street_text("2020-01").encode()).hexdigest()


@pytest.mark.parametrize("member", ["../2020-01-x-street.csv", "/2020-01-x-street.csv", "C:\\2020-01-x-street.csv"])
def test_an_unsafe_path_in_a_zip_is_refused(folders, member):
    with zipfile.ZipFile(folders[0] / "a.zip", "w") as archive:
        archive.writestr(member, street_text())
    file = only_file(extracts.read_all(*folders), "street_crime")
    assert file["fault"] == "unreadable" and "unsafe path" in file["problem"]


def test_a_zip_bomb_is_refused_unread(folders):
    with zipfile.ZipFile(folders[0] / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.csv", bytes(5_000_000))
    file = only_file(extracts.read_all(*folders), "street_crime")
    assert file["fault"] == "too_large" and "200 times" in file["problem"]
    assert file["sha256"] == ""


def test_a_zip_cut_short_is_a_fault(folders):
    whole = folders[0] / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("2020-01/2020-01-x-street.csv", street_text())
    put(folders[0], "cut.zip", whole.read_bytes()[:300])
    whole.unlink()
    file = only_file(extracts.read_all(*folders), "street_crime")
    assert (file["path"], file["fault"]) == ("cut.zip", "truncated")


def test_a_damaged_member_is_a_fault_of_that_member(folders):
    path = folders[0] / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2020-01-x-street.csv", street_text("2020-01"))
        archive.writestr("2020-02-x-street.csv", street_text("2020-02"))
    damaged = bytearray(path.read_bytes())
    damaged[200] ^= 1
    path.write_bytes(damaged)
    files = extracts.read_all(*folders).extracts["street_crime"].files
    assert files["fault"].tolist() == ["unreadable", "none"]


def test_a_zip_or_folder_may_have_an_exclamation_mark_in_its_name(folders):
    with zipfile.ZipFile(folders[0] / "new! files.zip", "w") as archive:
        archive.writestr("2020-01/2020-01-x-street.csv", street_text())
    put(folders[0], "2020-02!/2020-02-x-street!.csv", street_text("2020-02"))
    files = extracts.read_all(*folders).extracts["street_crime"].files
    assert files["path"].tolist() == ["2020-02!/2020-02-x-street!.csv", "new! files.zip!2020-01/2020-01-x-street.csv"]
    assert files["fault"].tolist() == ["none"] * 2
    assert files["name_month"].tolist() == ["2020-02", "2020-01"]
    assert files["folder_month"].tolist() == ["", "2020-01"]
    listed = extracts.list_files(folders[0])[-1]
    assert (listed.container, listed.member) == ("new! files.zip", "2020-01/2020-01-x-street.csv")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(folders):
    with zipfile.ZipFile(folders[0] / "a.zip", "w") as archive:
        for month in ("2020-01", "2020-02"):
            archive.writestr("x-street.csv", street_text(month))
    file = only_file(extracts.read_all(*folders), "street_crime")
    assert file["fault"] == "unreadable" and "twice under one name" in file["problem"]


# files that change, and names that are no text


def zip_of(text: str) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("2020-01-x-street.csv", text)
    return out.getvalue()


@pytest.mark.parametrize(("name", "pack"), [("2020-01-x-street.csv", str.encode), ("a.zip", zip_of)])
def test_a_file_that_changed_after_it_was_hashed_is_a_fault_that_is_not_remembered(folders, name, pack):
    put(folders[0], name, pack(street_text()))
    listed = extracts.list_files(folders[0])
    put(folders[0], name, pack(street_text(rows=[ROWS[0]])))
    file = only_file(extracts.read_all(*folders, files=listed), "street_crime")
    assert (file["fault"], file["rows"]) == ("unreadable", 0)
    assert "changed while it was read: wait until it has been copied" in file["problem"]
    assert only_file(extracts.load(folders[1]), "street_crime")["fault"] == "unreadable"
    put(folders[0], name, pack(street_text()))
    file = only_file(extracts.read_all(*folders), "street_crime")
    assert (file["fault"], file["rows"]) == ("none", 3)


def test_the_list_of_files_may_be_given(folders, monkeypatch):
    put(folders[0], "x-street.csv", street_text())
    listed = extracts.list_files(folders[0])
    monkeypatch.setattr("srp_lib.extracts.reading.list_files", None)
    file = only_file(extracts.read_all(*folders, files=listed), "street_crime")
    assert file["sha256"] == listed[0].sha256 and file["rows"] == 3


def test_a_name_that_is_no_text_is_shown_and_to_be_renamed(folders):
    named = {b"\xdcber.csv": "\\xdcber.csv", b"2020-01-\xe9-street.csv": "2020-01-\\xe9-street.csv"}
    try:
        for name in named:
            put(folders[0], os.fsdecode(name), street_text())
    except OSError:
        pytest.skip("This file system has no names that are not UTF-8.")
    intake = extracts.read_all(*folders)
    file = only_file(intake, "street_crime")
    assert (file["path"], file["fault"]) == ("2020-01-\\xe9-street.csv", "unreadable")
    assert "rename it" in file["problem"]
    assert [path for path, _ in intake.ignored] == ["\\xdcber.csv"]
    assert "rename it" in intake.ignored[0][1]
    assert extracts.load(folders[1]).ignored == intake.ignored


# places


def test_the_forces_of_an_area_are_those_that_record_its_crime():
    import pandas as pd

    from srp_lib.geography import area_forces

    rows = pd.DataFrame(
        {
            "reported_by": ["South"] * 60
            + ["North"] * 30
            + ["British Transport Police"] * 4
            + ["North"] * 500
            + ["West"] * 3
            + [None],
            "lad_code": ["E1"] * 94 + ["E2"] * 500 + [None] * 4,
        }
    ).astype("category")
    assert area_forces(rows, "E1") == ("South", "North")
    assert area_forces(rows, "E2") == ("North",)
    assert area_forces(rows, "E9") == ("British Transport Police", "North", "South", "West")
    assert area_forces(rows[:0], "E1") == ()


def place_rows(codes: list[str], month: str) -> str:
    return street_text(month, [f",2020-01,{{f}},{{f}},,,x,{code},x,Drugs,," for code in codes])


def test_rows_are_placed_by_the_lookups_of_both_vintages(folders):
    for name, content in LOOKUPS.items():
        put(folders[0], name, content)
    put(folders[0], "1.csv", place_rows(["E01000001", "E01000002", ""], "2020-01"))
    put(folders[0], "2.csv", place_rows(["E01000001", "E01000003", "E01999999"], "2022-01"))
    put(folders[0], "3.csv", place_rows(["E01000001", "E01000002", "E01000004"], "2021-10"))
    intake = extracts.read_all(*folders)
    frame = intake.extracts["street_crime"].frame()
    by_month = frame.groupby("month", observed=True)["vintage"].agg(list).to_dict()
    assert by_month == {
        "2020-01": ["2011", "2011", ""],
        "2022-01": ["2021", "2021", ""],
        "2021-10": ["", "2011", "2021"],
    }
    assert frame["lsoa_known"].tolist() == [True] * 5 + [False] + [True] * 3
    assert (frame.loc[frame["lad_code"].notna(), "lad_code"] == "E08000018").all()
    assert frame["lad_code"].isna().tolist() == [False, False, True, False, False, True] + [False] * 3
    assert intake.extracts["street_crime"].files["vintage"].tolist() == ["2011", "2021", "2011;2021"]


def test_one_vintage_of_lookups_places_rows_and_claims_no_vintage(folders):
    put(folders[0], "new.csv", LOOKUPS["new.csv"])
    frame = read_one(folders, "1.csv", place_rows(["E01000001", "E01000003"], "2020-01"))
    frame = frame.extracts["street_crime"].frame()
    assert frame["lad_code"].tolist() == ["E08000018"] * 2
    assert (frame["vintage"] == "").all() and frame["lsoa_known"].all()


def test_a_new_lookup_places_the_same_street_files_again(folders):
    before = read_one(folders, "1.csv", place_rows(["E01000001"], "2020-01"))
    assert before.extracts["street_crime"].frame()["lad_code"].isna().all()
    after = read_one(folders, "old.csv", LOOKUPS["old.csv"])
    assert after.extracts["street_crime"].key != before.extracts["street_crime"].key
    assert after.extracts["street_crime"].frame()["lad_code"].tolist() == ["E08000018"]


def test_old_codes_take_the_authority_of_their_successors():
    import pandas as pd

    from srp_lib.geography import authorities

    changes = pd.DataFrame(
        {
            "lsoa11_code": ["E1", "E2", "E2"],
            "lsoa21_code": ["E1", "E3", "E4"],
            "lad_code": ["L1", "L1", "L1"],
            "lad_year": 2022,
        }
    )
    wards = pd.DataFrame({"lsoa21_code": ["E1", "E3", "E4"], "lad_code": ["L9", "L9", "L8"], "lad_year": 2024})
    found = authorities({"lsoa11_lsoa21": changes, "lsoa21_ward": wards})
    assert found == {"E1": "L9", "E2": "L1", "E3": "L9", "E4": "L8"}


# lookups


def test_lookups_of_any_year_are_found_and_told_apart(folders):
    for name, content in LOOKUPS.items():
        put(folders[0], name, content)
    found = extracts.read_all(*folders).extracts
    assert list(found) == ["lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward", "lad_csp_pfa"]
    changes = found["lsoa11_lsoa21"].frame()
    assert changes["change"].tolist() == ["U", "S", "S"] and set(changes["lad_year"]) == {2022}
    old = found["lsoa11_ward"].frame()
    assert old["ward_name"].tolist() == ["Wath", "Swinton"] and set(old["ward_year"]) == {2018}
    new = found["lsoa21_ward"].frame()
    assert set(new["ward_year"]) == {2031} and list(new.columns) == [
        "file",
        "lsoa21_code",
        "lsoa21_name",
        "ward_code",
        "ward_name",
        "lad_code",
        "lad_name",
        "ward_year",
        "lad_year",
    ]
    partnership = found["lad_csp_pfa"]
    assert partnership.frame()["year"].tolist() == [2016, 2024]
    assert partnership.files["vintage"].tolist() == ["2016", "2024"]
    assert partnership.frame()["csp_code"].tolist() == ["E22000261"] * 2


@pytest.mark.parametrize(
    ("name", "column", "extract"),
    [
        ("changes.csv", "CHGIND", "lsoa11_lsoa21"),
        ("changes.csv", "LSOA21CD", "lsoa11_lsoa21"),
        ("old.csv", "WD18CD", "lsoa11_ward"),
        ("old.csv", "LSOA11CD", "lsoa11_ward"),
        ("new.csv", "LAD31CD", "lsoa21_ward"),
        ("csp24.csv", "PFA24CD", "lad_csp_pfa"),
        ("csp24.csv", "LAD24NM", "lad_csp_pfa"),
    ],
)
def test_a_lookup_without_a_column_is_that_lookup_with_a_fault(folders, name, column, extract):
    lines = [line.split(",") for line in LOOKUPS[name].removeprefix("\ufeff").splitlines()]
    at = lines[0].index(column)
    content = "\n".join(",".join(line[:at] + line[at + 1 :]) for line in lines) + "\n"
    file = only_file(read_one(folders, "x.csv", content), extract)
    assert file["fault"] == "columns" and f"“{column}”" in file["problem"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (LOOKUPS["csp24.csv"][:-20], "truncated"),
        (LOOKUPS["csp24.csv"].replace("Rotherham,E22", "-cmd(1),E22"), "formula"),
        (LOOKUPS["csp24.csv"].encode("utf-16"), "encoding"),
        (LOOKUPS["csp24.csv"].replace(",Rotherham,E22", ",=Rotherham,E22"), "formula"),
        (b"", "empty"),
    ],
)
def test_a_damaged_lookup(folders, content, fault):
    file = only_file(read_one(folders, "LAD24_CSP24_PFA24_EW.csv", content), "lad_csp_pfa")
    assert file["fault"] == fault


@pytest.mark.parametrize("name", ["changes.csv", "new.csv", "csp24.csv"])
def test_a_lookup_whose_last_line_has_no_end_is_whole(folders, name):
    intake = read_one(folders, name, LOOKUPS[name].rstrip("\r\n"))
    (extract,) = intake.extracts.values()
    assert extract.files["fault"].tolist() == ["none"]
    assert len(extract.frame()) == len(LOOKUPS[name].splitlines()) - 1


def test_a_lookup_that_ends_after_its_header_is_empty(folders):
    header = LOOKUPS["csp24.csv"].splitlines()[0]
    assert only_file(read_one(folders, "x.csv", header), "lad_csp_pfa")["fault"] == "empty"


def test_the_synthetic_mark_of_a_lookup(folders):
    lines = LOOKUPS["csp24.csv"].splitlines()
    content = f"{lines[0]},SYNTHETIC\n{lines[1]},1\n"
    assert only_file(read_one(folders, "x.csv", content), "lad_csp_pfa")["synthetic"]


# population of small areas


def test_census_residents_and_households(folders):
    content = "lsoa21_code,total_residents,total_households\nE01000001,1474.0,837.0\n"
    intake = read_one(folders, "census2021_lsoa.csv", content)
    row = intake.extracts["small_area_population"].frame().iloc[0]
    assert (row["vintage"], row["reference"]) == ("2021", "Census 2021")
    assert (row["residents"], row["households"]) == (1474, 837)
    assert row[["lsoa_name", "age_0", "age_90"]].isna().all()


@pytest.mark.parametrize(
    "header",
    [
        "lsoa11_name,lsoa11_code,total_population,{ages},90+",
        "LSOA 2011 Name,LSOA 2011 Code,All Ages,{ages},90+",
        "LSOA11NM,LSOA11CD,Total,{ages},90 and over",
    ],
)
def test_population_by_age_in_several_spellings(folders, header):
    ages = ",".join(map(str, range(90)))
    counts = ",".join(f"{age}.0" for age in range(90))
    content = header.format(ages=ages) + f'\nRotherham 001A,E01000001,"4,010",{counts},5\n'
    intake = read_one(folders, "rotherham_population20.csv", content)
    frame = intake.extracts["small_area_population"].frame()
    row = frame.iloc[0]
    assert (row["vintage"], row["reference"], row["residents"]) == ("2011", "mid-2020", 4010)
    assert (row["age_0"], row["age_89"], row["age_90"]) == (0, 89, 5)
    assert str(frame["age_7"].dtype) == "Int64" and frame["households"].isna().all()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("p.csv", "lsoa11_code,total_population\nE01000001,5\n", "of which year"),
        ("census2021.csv", "lsoa_code,residents,households\nE01000001,5,2\n", "2011 or of 2021"),
        ("census2021.csv", "lsoa21_code,households\nE01000001,5\n", "lacks “residents”"),
        ("census2021.csv", "lsoa21_code,residents\nE01000001,5.5\n", "not a whole number"),
        ("census2021.csv", "lsoa21_code,residents\nE01000001,many\n", "not a whole number"),
        ("census2021.csv", "lsoa21_code,residents,households\nE01000001,,3\n", "has a blank"),
    ],
)
def test_a_small_area_file_that_can_not_be_used_says_why(folders, name, content, words):
    file = only_file(read_one(folders, name, content), "small_area_population")
    assert file["fault"] in ("columns", "unreadable") and words in file["problem"]


# workbooks


@pytest.mark.parametrize(("ages", "shift"), [(str, 0), (float, 5)])
def test_the_population_workbook_wherever_its_header_is(folders, ages, shift):
    write_xlsx(folders[0] / "any name.xlsx", workbook_sheets(2020, ages, shift))
    intake = extracts.read_all(*folders)
    frame = intake.extracts["population"].frame()
    assert only_file(intake, "population")["vintage"] == "mid-2020"
    assert len(frame) == 6 and set(frame["year"]) == {2020}
    rotherham = frame[frame["area_code"] == "E08000018"].set_index("sex")
    assert rotherham["all_ages"].to_dict() == {"persons": 182, "females": 91, "males": 91}
    assert rotherham.loc["persons", "area_name"] == "Rotherham"
    assert rotherham.loc["males", ["age_0", "age_90"]].tolist() == [1, 1]
    assert str(frame["age_0"].dtype) == "int64"


def damage_sheets(case: str) -> dict:
    sheets = workbook_sheets()
    persons = sheets["MYE2 - Persons"]
    if case == "sheet":
        del sheets["MYE2 - Males"]
    elif case == "column":
        sheets["MYE2 - Persons"] = [[cell for cell in row if cell != "37"] for row in persons]
    elif case == "blank":
        persons[2][9] = ""
    elif case == "words":
        persons[2][9] = "secret"
    elif case == "year":
        for name in list(sheets)[1:]:
            sheets[name][0] = ["MYE2"]
    elif case == "years":
        sheets["MYE2 - Males"][0] = ["MYE2: mid-2019"]
    elif case == "header":
        persons[1] = ["", ""]
    elif case == "formula":
        persons[3][1] = "=ENGLAND"
    elif case == "areas":
        sheets["MYE2 - Persons"] = persons[:2]
    return sheets


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("sheet", "“MYE2 - Males”"),
        ("column", "“37”"),
        ("blank", "row 3"),
        ("words", "row 3"),
        ("year", "its year"),
        ("years", "different years"),
        ("header", "header row"),
        ("areas", "no areas"),
        ("formula", "formula in row 4"),
    ],
)
def test_a_damaged_population_workbook_says_what_is_wrong(folders, case, words):
    write_xlsx(folders[0] / "x.xlsx", damage_sheets(case))
    file = only_file(extracts.read_all(*folders), "population")
    assert file["fault"] != "none" and words in file["problem"] and "secret" not in file["problem"]


def test_the_synthetic_mark_of_a_workbook(folders):
    sheets = workbook_sheets()
    sheets["MYE2 - Persons"].insert(1, ["SYNTHETIC figures, made by a program"])
    write_xlsx(folders[0] / "x.xlsx", sheets)
    assert only_file(extracts.read_all(*folders), "population")["synthetic"]


def test_a_workbook_cut_in_half_and_one_that_is_no_use(folders):
    write_xlsx(folders[0] / "mye20.xlsx", workbook_sheets())
    whole = (folders[0] / "mye20.xlsx").read_bytes()
    (folders[0] / "mye20.xlsx").write_bytes(whole[: len(whole) // 2])
    write_xlsx(folders[0] / "other.xlsx", {"Sheet1": [["hello", 1]]})
    write_xlsx(folders[0] / "2020-01-x-street.xlsx", {"Sheet1": [["hello", 1]]})
    intake = extracts.read_all(*folders)
    assert only_file(intake, "population")["fault"] == "unreadable"
    assert "CSV file is expected" in only_file(intake, "street_crime")["problem"]
    assert [path for path, _ in intake.ignored] == ["other.xlsx"]


# table C2

C2_TITLE = (
    "Table C2: Number of police recorded crimes for headline offences by Community Safety "
    "Partnership area, England and Wales, year ending June 2025 [note 1]"
)
C2_HEADER = [
    "Police Force\nArea code",
    "Police Force\nArea name",
    "Community Safety\nPartnership code",
    "Community Safety\nPartnership name",
    "Local Authority code",
    "Local Authority name",
    "Total recorded crime\n (excluding fraud) [note 2]",
    "Violence against the person",
    "Homicide",
    "Death or serious injury caused by illegal driving",
    "Violence with injury",
    "Violence without injury",
    "Stalking and harassment",
    "Sexual offences",
    "Robbery",
    "Theft offences",
    "Burglary",
    "Residential burglary",
    "Non-residential burglary",
    "Vehicle offences",
    "Theft from the person",
    "Bicycle theft",
    "Shoplifting",
    "All other theft offences",
    "Criminal damage and arson",
    "Drug offences",
    "Possession of weapons offences",
    "Public order offences",
    "Miscellaneous crimes against society",
]
SYP = ["E23000011", "South Yorkshire "]
C2_ROWS = [
    [*SYP, "", "", "", "", "26,920 ", *["1 "] * 22],
    [*SYP, "E22000261", "Rotherham", "E08000018", "Rotherham", "25,265 ", "[x]", *["2"] * 21],
    [*SYP, "", "Unassigned South Yorkshire", "", "", "1,655 ", *["0"] * 22],
    ["E23000005", "Greater Manchester", "", "Manchester Airport", "", "", 1516, *[3.0] * 22],
]


def c2_csv(rows: list[list[object]] = C2_ROWS, header: list[str] = C2_HEADER) -> str:
    import csv
    import io

    out = io.StringIO()
    blank = [""] * (len(header) - 1)
    csv.writer(out, lineterminator="\n").writerows(
        [[C2_TITLE, *blank], ["Some shorthand is used.", *blank], header, *rows]
    )
    return out.getvalue()


def check_c2(intake: extracts.Intake) -> None:
    file = only_file(intake, "recorded_crime_csp")
    assert (file["first_month"], file["last_month"]) == ("2024-07", "2025-06")
    frame = intake.extracts["recorded_crime_csp"].frame()
    assert frame["level"].tolist() == ["force", "partnership", "unassigned", "unassigned"]
    assert frame["total"].tolist() == [26920, 25265, 1655, 1516]
    assert frame["period_end"].tolist() == ["2025-06"] * 4
    assert frame["violence_against_the_person"].isna().tolist() == [False, True, False, False]
    assert frame["pfa_name"].tolist()[0] == "South Yorkshire"
    assert frame["lad_code"].isna().tolist() == [True, False, True, True]
    assert str(frame["miscellaneous_crimes"].dtype) == "Int64"


def test_table_c2_as_csv(folders):
    check_c2(read_one(folders, "any.csv", c2_csv()))


def test_table_c2_in_its_workbook(folders):
    sheet = [[C2_TITLE], ["A note"], C2_HEADER, *C2_ROWS]
    write_xlsx(folders[0] / "any.xlsx", {"Contents": [["Contents"]], "Table C2": sheet})
    check_c2(extracts.read_all(*folders))


@pytest.mark.parametrize(
    ("content", "fault", "words"),
    [
        (c2_csv(header=C2_HEADER[:-1], rows=[row[:-1] for row in C2_ROWS]), "columns", "“miscellaneous crimes”"),
        (c2_csv().replace("25,265", "secret"), "unreadable", "row 5, column “total”"),
        (c2_csv().replace("year ending June 2025", ""), "columns", "its period"),
        (c2_csv()[: len(c2_csv()) * 9 // 10], "truncated", "last line"),
        (c2_csv().encode("utf-16"), "encoding", "UTF-16"),
        (c2_csv(rows=[]), "empty", "no rows"),
        (c2_csv().replace("Rotherham", "@Rotherham", 1), "formula", "row 5"),
        (c2_csv(rows=[C2_ROWS[0][:-1], *C2_ROWS[1:]]), "truncated", "28 values"),
    ],
)
def test_a_damaged_table_c2(folders, content, fault, words):
    file = only_file(read_one(folders, "tableC2.csv", content), "recorded_crime_csp")
    assert file["fault"] == fault and words in file["problem"] and "secret" not in file["problem"]


# boundaries


def collection(properties: dict, **more: object) -> dict:
    ring = [[-1.3, 53.4], [-1.2, 53.4], [-1.2, 53.5], [-1.3, 53.4]]
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return {"type": "FeatureCollection", "features": [feature], **more}


@pytest.mark.parametrize(
    ("properties", "layer", "vintage"),
    [
        ({"ward22_code": "E05012993", "ward22_name": "Anston"}, "ward", "2022"),
        (
            {"FID": 1, "WD24CD": "E05012993", "WD24NM": "Anston", "LAD24CD": "E08000018", "LAD24NM": "Rotherham"},
            "ward",
            "2024",
        ),
        ({"LSOA21CD": "E01007657", "LSOA21NM": "Rotherham 029A", "LSOA21NMW": ""}, "lsoa", "2021"),
        ({"ltla24_code": "E08000016", "ltla24_name": "Barnsley"}, "lad", "2024"),
    ],
)
def test_boundaries_of_each_layer(folders, properties, layer, vintage):
    content = json.dumps(collection(properties, synthetic=True))
    intake = read_one(folders, "any.json", content)
    row = intake.extracts["boundaries"].frame().iloc[0]
    assert (row["layer"], row["vintage"], row["points"]) == (layer, vintage, 4)
    assert row[["min_lon", "max_lon", "min_lat", "max_lat"]].tolist() == [-1.3, -1.2, 53.4, 53.5]
    assert json.loads(row["geometry"])["type"] == "Polygon"
    file = only_file(intake, "boundaries")
    assert file["synthetic"] and file["vintage"] == vintage and file["rows"] == 1


def bad_geometry(geometry: object) -> str:
    document = collection({"ward22_code": "E05012993", "ward22_name": "Anston"})
    document["features"][0]["geometry"] = geometry
    return json.dumps(document)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{"type": "FeatureCollection", "features": [{"type"', "truncated"),
        ("{]}", "unreadable"),
        ("[1, 2]", "columns"),
        ('{"type": "Topology"}', "columns"),
        ('{"type": "FeatureCollection", "features": []}', "empty"),
        ("", "empty"),
        (json.dumps(collection({"ward22_code": "x", "ward22_name": "y"})).encode("utf-16"), "encoding"),
        (json.dumps(collection({"ward22_code": "E05012993"})), "columns"),
        (json.dumps(collection({"ward22_code": "E05012993", "ward22_name": "+Anston"})), "formula"),
        (bad_geometry(None), "columns"),
        (bad_geometry({"type": "Point", "coordinates": [1, 2]}), "columns"),
        (bad_geometry({"type": "Polygon", "coordinates": [["a"]]}), "unreadable"),
        (bad_geometry({"type": "Polygon", "coordinates": 7}), "unreadable"),
        ("[" * 100_000, "truncated"),
    ],
)
def test_damaged_boundaries(folders, content, fault):
    file = only_file(read_one(folders, "wards.geojson", content), "boundaries")
    assert file["fault"] == fault


def test_boundaries_of_something_else_are_ignored(folders):
    intake = read_one(folders, "x.geojson", json.dumps(collection({"MSOA21CD": "E02000001"})))
    assert not intake.extracts and intake.ignored[0][0] == "x.geojson"


# discovery and caches


def test_what_is_ignored_and_what_is_not_even_mentioned(folders):
    for name in (
        "README.md",
        "ReadMe.txt",
        ".gitkeep",
        ".DS_Store",
        ".sample.json",
        "Thumbs.db",
        "a/desktop.ini",
        ".hidden/x.csv",
        "~$open.xlsx",
    ):
        put(folders[0], name, "x")
    put(folders[0], "notes.csv", "a,b\n1,2\n")
    put(folders[0], "picture.png", b"\x89PNG\r\n\x1a\n\x00")
    intake = extracts.read_all(*folders)
    assert [path for path, _ in intake.ignored] == ["notes.csv", "picture.png"]
    assert all(reason for _, reason in intake.ignored)
    assert [file.path for file in extracts.list_files(folders[0])] == ["notes.csv", "picture.png"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(extracts.ExtractError, match="does not exist"):
        extracts.list_files(tmp_path / "none")


def test_nothing_changed_means_nothing_written(folders):
    put(folders[0], "new.csv", LOOKUPS["new.csv"])
    first = read_one(folders, "1.csv", street_text())
    stamps = {path: path.stat().st_mtime_ns for path in folders[1].iterdir()}
    second = extracts.read_all(*folders)
    assert {path: path.stat().st_mtime_ns for path in folders[1].iterdir()} == stamps
    assert list(second.extracts) == list(first.extracts) and second.ignored == first.ignored
    for name, extract in first.extracts.items():
        assert second.extracts[name].key == extract.key
        assert second.extracts[name].files.equals(extract.files)
    assert extracts.load(folders[1]).extracts.keys() == first.extracts.keys()
    extracts.read_all(*folders, force=True)
    assert any(path.stat().st_mtime_ns != stamps[path] for path in folders[1].iterdir())


def test_progress_is_told_for_each_file_and_each_extract(folders):
    put(folders[0], "new.csv", LOOKUPS["new.csv"])
    put(folders[0], "1-street.csv", street_text())
    told: list[tuple[str, int, int]] = []
    extracts.read_all(*folders, progress=lambda *step: told.append(step))
    assert told == [
        (extracts.READING, 1, 2),
        (extracts.READING, 2, 2),
        (extracts.STORING, 1, 2),
        (extracts.STORING, 2, 2),
    ]
    extracts.read_all(*folders, progress=lambda *step: told.append(step))
    assert len(told) == 4


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path):
    from srp_lib import files

    files.write_json(tmp_path / "a.json", {"b": "é", "a": 1})
    assert (tmp_path / "a.json").read_bytes() == '{\n "a": 1,\n "b": "é"\n}\n'.encode()

    def fail(path: Path) -> None:
        path.write_text("half")
        raise ValueError

    with pytest.raises(ValueError):
        files.write_whole(tmp_path / "a.json", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert files.file_digest(tmp_path / "a.json") == files.bytes_digest((tmp_path / "a.json").read_bytes())


def test_only_the_extract_that_changed_is_written(folders):
    put(folders[0], "csp.csv", LOOKUPS["csp24.csv"])
    read_one(folders, "1.csv", street_text())
    stamp = (folders[1] / "lad_csp_pfa.parquet").stat().st_mtime_ns
    intake = read_one(folders, "2.csv", street_text("2020-02"))
    assert (folders[1] / "lad_csp_pfa.parquet").stat().st_mtime_ns == stamp
    assert len(intake.extracts["street_crime"].frame()) == 6


def test_an_extract_no_longer_supplied_leaves_nothing_behind(folders):
    put(folders[0], "csp.csv", LOOKUPS["csp24.csv"])
    read_one(folders, "1.csv", street_text())
    (folders[0] / "csp.csv").unlink()
    assert list(extracts.read_all(*folders).extracts) == ["street_crime"]
    assert not list(folders[1].glob("lad_csp_pfa*"))


@pytest.mark.parametrize("name", ["street_crime.files.json", "intake.json", "street_crime.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"key": 1}'])
def test_a_damaged_cache_is_made_again(folders, name, content):
    read_one(folders, "1.csv", street_text())
    if content is None:
        (folders[1] / name).unlink()
    elif not name.endswith("parquet"):
        (folders[1] / name).write_bytes(content)
    assert len(extracts.read_all(*folders).extracts["street_crime"].frame()) == 3


def test_a_damaged_parquet_is_a_sentence(folders):
    extract = read_one(folders, "1.csv", street_text()).extracts["street_crime"]
    extract.parquet.write_bytes(b"PAR1")
    with pytest.raises(extracts.ExtractError, match="--force"):
        extract.frame()


def test_the_same_files_elsewhere_give_the_same_bytes(tmp_path):
    made = []
    for place in ("one", "two/deeper"):
        raw, processed = tmp_path / place / "raw", tmp_path / place / "out"
        names = list(LOOKUPS) if place == "one" else list(reversed(LOOKUPS))
        for name in names:
            put(raw, name, LOOKUPS[name])
        put(raw, "b/2020-02-x-street.csv", street_text("2020-02"))
        put(raw, "a/2020-01-x-street.csv", street_text())
        extracts.read_all(raw, processed)
        made.append({path.name: path.read_bytes() for path in processed.iterdir()})
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in b"".join(made[0].values())


def test_loading_where_nothing_was_processed_gives_nothing(tmp_path):
    intake = extracts.load(tmp_path / "none")
    assert intake.extracts == {} and intake.ignored == []


def test_the_registry_names_every_extract_in_order():
    assert list(extracts.REGISTRY) == [
        "street_crime",
        "population",
        "small_area_population",
        "lsoa11_lsoa21",
        "lsoa11_ward",
        "lsoa21_ward",
        "lad_csp_pfa",
        "boundaries",
        "recorded_crime_csp",
        "deprivation",
        "neighbours",
        "ward_groups",
        "rural_urban",
        "ward_population",
        *extracts.PARTNER,
        "risk_scale",
    ]
    for name, source in extracts.REGISTRY.items():
        assert source.wanted and source.publisher and source.licence
        made = name in (*extracts.PARTNER, "ward_groups", "risk_scale")
        assert source.url.startswith("https://") or (made and not source.required)


def test_the_door_is_light():
    code = "import sys, srp_lib.extracts; print([m for m in ('pandas', 'pyarrow', 'numpy') if m in sys.modules])"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# garbage

NAMES = (
    "2020-01-x-street.csv",
    "mye20.xls",
    "mye20.xlsx",
    "tablec2.csv",
    "tablec2.xlsx",
    "wards.geojson",
    "boundaries.json",
    "LAD24_CSP24_PFA24.csv",
    "LSOA21_WD24.csv",
    "census2021_lsoa.csv",
    "iod2025.csv",
    "neighbours.csv",
    "ward_groups.csv",
    "ruc21.csv",
    "ward22_mid2022.csv",
    "a.zip",
    "unnamed",
    "x.ods",
)


@pytest.mark.parametrize("seed", range(4))
def test_garbage_under_any_name_never_raises(folders, seed):
    import random

    random_ = random.Random(seed)
    starts = (
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{",
        STREET.encode() + b"\n",
        b"LAD24CD,CSP24CD\n",
        b"Table C2",
        b"\xff\xfe",
        b'"',
        b"lsoa21_code,residents\n",
    )
    for number, name in enumerate(NAMES):
        content = random_.choice(starts) + random_.randbytes(random_.randrange(4000))
        put(folders[0], f"{number}/{name}", content + random_.choice((b"", b"\n")))
    intake = extracts.read_all(*folders)
    told = len(intake.ignored) + sum(len(extract.files) for extract in intake.extracts.values())
    assert told == len(NAMES)
    for extract in intake.extracts.values():
        faulty = extract.files[extract.files["fault"] != "none"]
        assert set(faulty["fault"]) <= set(extracts.FAULTS) and (faulty["problem"] != "").all()


def zipped(method: int) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("2020-01/2020-01-x-street.csv", street_text())
    return out.getvalue()


@pytest.mark.parametrize("seed", range(3))
def test_real_layouts_with_bytes_changed_never_raise(folders, seed):
    import random

    random_ = random.Random(seed)
    write_xlsx(folders[0] / "mye.xlsx", workbook_sheets())
    wholes = {
        "mye.xlsx": (folders[0] / "mye.xlsx").read_bytes(),
        "C2.csv": c2_csv().encode(),
        "deflate.zip": zipped(zipfile.ZIP_DEFLATED),
        "lzma.zip": zipped(zipfile.ZIP_LZMA),
        "x-street.csv": street_text().encode(),
        "LSOA21_WD.csv": LOOKUPS["new.csv"].encode(),
        "w.geojson": json.dumps(collection({"wd22cd": "E", "wd22nm": "A"})).encode(),
    }
    for number in range(8):
        for name, whole in wholes.items():
            data = bytearray(whole)
            for _ in range(random_.randrange(1, 6)):
                data[random_.randrange(len(data))] = random_.randrange(256)
            put(folders[0], f"{number}/{name}", bytes(data[: random_.randrange(1, len(data) + 1)]))
    extracts.read_all(*folders)


# real data

REAL = os.environ.get("SRP_REAL_DATA", "")


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> extracts.Intake:
    if not REAL:
        pytest.skip("SRP_REAL_DATA is not set: it names the folder of real files")
    return extracts.read_all(Path(REAL), tmp_path_factory.mktemp("processed"))


def test_real_files_are_all_read(real):
    absent = (*extracts.PARTNER, "risk_scale", "ward_groups", "rural_urban")
    assert list(real.extracts) == [name for name in extracts.REGISTRY if name not in absent]
    for extract in real.extracts.values():
        assert (extract.files["fault"] == "none").all() and not extract.files["synthetic"].any()
    sizes = {name: len(extract.files) for name, extract in real.extracts.items()}
    assert sizes == {
        "street_crime": 57,
        "population": 4,
        "small_area_population": 2,
        "lsoa11_lsoa21": 1,
        "lsoa11_ward": 1,
        "lsoa21_ward": 1,
        "lad_csp_pfa": 2,
        "boundaries": 5,
        "recorded_crime_csp": 1,
        "deprivation": 2,
        "neighbours": 2,
        "ward_population": 1,
    }
    reasons = dict(real.ignored)
    assert "not used" in reasons["stop_and_search/2025-06-south-yorkshire-stop-and-search.csv"]
    assert not any(path.endswith("README.md") for path in reasons)


def test_real_antisocial_behaviour_in_rotherham(real):
    frame = real.extracts["street_crime"].frame(["month", "crime_type", "lad_code"])
    chosen = frame[(frame["lad_code"] == "E08000018") & (frame["crime_type"] == "Anti-social behaviour")]
    months = chosen.groupby("month", observed=True).size()
    before = months.loc["2019-04":"2020-03"].drop("2019-07", errors="ignore")
    after = months.loc["2020-04":"2021-03"].drop("2020-07")
    assert (len(before), before.sum()) == (11, 5103)
    assert (len(after), after.sum()) == (11, 6164)


def test_real_vintages_never_mix_in_a_month(real):
    extract = real.extracts["street_crime"]
    frame = extract.frame(["month", "vintage", "lsoa_known", "lsoa_code"])
    assert len(frame) == 842705 and frame["lsoa_known"].all()
    held = frame[frame["lsoa_code"].notna()].groupby("month", observed=True)["vintage"].agg(set)
    assert all(held[month] == {"2011" if month < "2022" else "2021"} for month in held.index)


def test_real_population_and_small_areas(real):
    frame = real.extracts["population"].frame(["year", "area_code", "sex", "all_ages"])
    rotherham = frame[(frame["area_code"] == "E08000018") & (frame["sex"] == "persons")]
    assert rotherham.set_index("year")["all_ages"].to_dict() == {2019: 265411, 2020: 264984, 2021: 266183, 2022: 268354}
    small = real.extracts["small_area_population"].frame()
    by_age = small[small["reference"] == "mid-2020"]
    ages = by_age[[f"age_{age}" for age in range(91)]].sum(axis=1)
    assert len(by_age) == 167 and (ages == by_age["residents"]).all()
    assert by_age["residents"].sum() == 264984
    census = small[small["reference"] == "Census 2021"]
    assert len(census) == 35672 and census["households"].notna().all()


def test_real_table_c2_adds_up(real):
    frame = real.extracts["recorded_crime_csp"].frame()
    rotherham = frame[frame["lad_code"] == "E08000018"]
    assert rotherham["total"].tolist() == [25265] and rotherham["level"].tolist() == ["partnership"]
    force = frame[frame["pfa_code"] == "E23000011"].groupby("level")["total"].sum()
    assert force["force"] == force["partnership"] + force["unassigned"] == 147756


def test_real_counts_of_places(real):
    borough = {name: real.extracts[name].frame() for name in ("lsoa11_lsoa21", "lsoa21_ward")}
    inside = {name: frame[frame["lad_code"] == "E08000018"] for name, frame in borough.items()}
    assert inside["lsoa11_lsoa21"]["lsoa11_code"].nunique() == 167
    assert inside["lsoa21_ward"]["lsoa21_code"].nunique() == 170
    assert inside["lsoa21_ward"]["ward_code"].nunique() == 25
    layers = real.extracts["boundaries"].frame().groupby(["layer", "vintage"]).size().to_dict()
    assert layers == {
        ("lad", "2024"): 4,
        ("lsoa", "2011"): 167,
        ("lsoa", "2021"): 170,
        ("ward", "2021"): 25,
        ("ward", "2022"): 25,
    }


def test_a_real_month_in_a_zip_reads_the_same(real, folders):
    month = Path(REAL) / "police_uk/2018-01/2018-01-south-yorkshire-street.csv"
    with zipfile.ZipFile(folders[0] / "d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(month, "2018-01/2018-01-south-yorkshire-street.csv")
    zipped = extracts.read_all(*folders).extracts["street_crime"]
    straight = real.extracts["street_crime"].files.iloc[0]
    assert zipped.files.iloc[0]["sha256"] == straight["sha256"]
    assert len(zipped.frame()) == straight["rows"]


def test_a_real_file_cut_in_half_or_saved_again_is_refused(real, folders):
    month = Path(REAL) / "police_uk/2018-01/2018-01-south-yorkshire-street.csv"
    data = month.read_bytes()
    put(folders[0], "1-street.csv", data[: len(data) // 2])
    put(folders[0], "2-street.csv", data.decode().encode("utf-16"))
    shutil.copy(month, folders[0] / "3-street.csv")
    files = extracts.read_all(*folders).extracts["street_crime"].files
    assert files["fault"].tolist() == ["truncated", "encoding", "none"]
