"""The partners' extracts: header, dates, flags and numbers as files really have them, and the data dictionary."""

from __future__ import annotations

import csv
import io
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from srp_lib import extracts
from srp_lib.extracts import dictionary, partner_schema
from srp_lib.quality_page import covers

ROOT = Path(__file__).resolve().parents[1]
SECRET = "Zebedee"  # stands for what must never be repeated
FILLED = {"date": "2020-04-21", "month": "2020-04", "whole": "3", "number": "7.5", "flag": "Y"}


def row_of(extract: str, number: int = 1, **given: object) -> dict[str, object]:
    """One sound row of an extract, with the values given instead of its own."""
    row = {}
    for column in extracts.columns(extract):
        own = f"{column.name[0].upper()}{number}" if column.identifier else (column.values or ("E01007657",))[0]
        row[column.name] = FILLED.get(column.kind, own)
    return {**row, **given}


def csv_of(rows: list[dict[str, object]], end: str = "\n", mark: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator=end, delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_book(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """A workbook whose dates are real date cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for position, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, position, value)
                    else:
                        sheet.write(number, position, value)


def table_of(rows: list[dict[str, object]]) -> list[list[object]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw", tmp_path / "processed"


def put(folders: tuple[Path, Path], path: str, content: str | bytes) -> None:
    target = folders[0] / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)


def read_one(folders: tuple[Path, Path], path: str, content: str | bytes) -> extracts.Intake:
    put(folders, path, content)
    return extracts.read_all(*folders)


def frame_of(folders: tuple[Path, Path], extract: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The tidy rows of one sound CSV file."""
    found = read_one(folders, f"{extract}/a.csv", csv_of(rows)).extracts[extract]
    assert found.files["fault"].tolist() == ["none"], found.files["problem"].tolist()
    return found.frame()


def fault_of(folders: tuple[Path, Path], extract: str, rows: list[dict[str, object]]) -> tuple[str, str]:
    """Fault and problem of one CSV file that gives no rows."""
    return fault_in(read_one(folders, f"{extract}/a.csv", csv_of(rows)), extract)


def fault_in(intake: extracts.Intake, extract: str) -> tuple[str, str]:
    found = intake.extracts[extract]
    assert len(found.files) == 1 and found.files["rows"].tolist() == [0] and not len(found.frame())
    fault, problem = found.files.iloc[0][["fault", "problem"]]
    assert problem.startswith(found.files["path"][0] + " ") and problem.endswith(".") and SECRET not in problem
    assert "download" not in problem
    return fault, problem


# every extract


@pytest.mark.parametrize("extract", extracts.PARTNER)
def test_every_extract_is_read_typed_and_in_the_schemas_order(folders, extract):
    frame = frame_of(folders, extract, [row_of(extract), row_of(extract, 2)])
    listed = extracts.columns(extract)
    assert list(frame.columns) == ["file", *(column.name for column in listed)]
    assert str(frame["file"].dtype) == "category" and set(frame["file"]) == {f"{extract}/a.csv"}
    kinds = {"flag": "category", "date": "datetime64[us]", "month": "str", "whole": "Int64", "number": "float64"}
    for column in listed:
        expected = kinds.get(column.kind, "str" if column.identifier else "category")
        assert str(frame[column.name].dtype) == expected, column.name
        assert frame[column.name].notna().all()


@pytest.mark.parametrize("extract", extracts.PARTNER)
def test_required_columns_alone_will_do_and_the_others_are_null(folders, extract):
    rows = [{name: row_of(extract)[name] for name in partner_schema.required(extract)}]
    frame = frame_of(folders, extract, rows)
    for column in extracts.columns(extract):
        assert frame[column.name].isna().all() == (not column.required), column.name
        assert str(frame[column.name].dtype) != "object"


@pytest.mark.parametrize("extract", extracts.PARTNER)
def test_each_required_column_is_missed_by_name(tmp_path, extract):
    for name in partner_schema.required(extract):
        row = row_of(extract)
        del row[name]
        fault, problem = fault_of((tmp_path / name / "raw", tmp_path / name / "processed"), extract, [row])
        assert fault == "columns" and f"lacks the column “{name}”" in problem


@pytest.mark.parametrize("extract", extracts.PARTNER)
def test_a_blank_value_is_null_in_every_column(folders, extract):
    keep = extracts.columns(extract)[0].name
    blank = {name: "" if number % 2 else "  " for number, name in enumerate(row_of(extract))}
    frame = frame_of(folders, extract, [row_of(extract), {**blank, keep: row_of(extract, 2)[keep]}])
    assert frame.iloc[0].notna().all()
    assert frame.iloc[1].drop(["file", keep]).isna().all()


@pytest.mark.parametrize("extract", extracts.PARTNER)
def test_columns_in_another_order_and_spelling_change_nothing_and_extras_stay_out(folders, extract):
    rows = [row_of(extract, n) for n in (1, 2)]
    straight = frame_of(folders, extract, rows)
    turned = [
        {name.upper().replace("_", " ") + " ": row[name] for name in reversed(row)} | {"Notes": SECRET, "MO; text": 1}
        for row in rows
    ]
    found = read_one(folders, f"{extract}/a.csv", csv_of(turned)).extracts[extract]
    assert found.frame().equals(straight)
    assert found.files["extra_columns"].tolist() == [f"Notes;column {len(rows[0]) + 2}"]
    assert SECRET.encode() not in found.parquet.read_bytes()


def test_a_header_that_is_no_name_is_not_repeated(folders):
    row = row_of("victims") | {"": 1, "12/03/1971 " + SECRET: 2, "Officer": 3, "officer ": 4}
    found = read_one(folders, "victims/a.csv", csv_of([row])).extracts["victims"]
    assert found.files["extra_columns"].tolist() == ["unnamed 12;column 13;Officer;officer"]


# where files are, and how many


def test_a_file_is_known_by_its_folder_or_else_by_its_header(folders):
    rows = {name: [row_of(name)] for name in extracts.PARTNER}
    places = {
        "offences": "offences/2020/q1/x.csv",
        "victims": "Partner files/Victims/x.txt",
        "suspects": "anything.csv",
        "asb_incidents": "ASB incidents/x.csv",
        "missing_children": "loose/x.csv",
        "fire_incidents": "victims/more/fire_incidents/x.csv",
        "services": "x.csv",
        "surveys": "y.csv",
        "calls_101": "Calls 101/x.csv",
        "consultation": "loose/y.csv",
        "indicators": "actions/indicators/x.csv",
        "actions": "actions/x.csv",
        "risk_scores": "z.txt",
        "harm_weights": "loose/z.csv",
    }
    for name, place in places.items():
        put(folders, place, csv_of(rows[name]))
    intake = extracts.read_all(*folders)
    assert {name: found.files["path"].tolist() for name, found in intake.extracts.items()} == {
        name: [place] for name, place in places.items()
    }
    assert not intake.ignored and all((found.files["fault"] == "none").all() for found in intake.extracts.values())


def test_several_files_of_all_kinds_make_one_extract(folders):
    import zipfile

    put(folders, "suspects/1.csv", csv_of([row_of("suspects", 1, sex="F"), row_of("suspects", 2, sex="M")]))
    write_book(folders[0] / "suspects/2.xlsx", {"Data": table_of([row_of("suspects", 3, sex="M")])})
    with zipfile.ZipFile(folders[0] / "more.zip", "w") as archive:
        archive.writestr("suspects/3.csv", csv_of([row_of("suspects", 4, sex="U")]))
    found = extracts.read_all(*folders).extracts["suspects"]
    frame = found.frame()
    assert found.files["path"].tolist() == ["more.zip!suspects/3.csv", "suspects/1.csv", "suspects/2.xlsx"]
    assert frame["suspect_id"].tolist() == ["S4", "S1", "S2", "S3"] and frame["sex"].tolist() == ["U", "F", "M", "M"]
    assert list(frame["sex"].cat.categories) == ["F", "M", "U"]
    assert frame["age"].tolist() == [3] * 4


def test_columns_of_another_extract_than_the_folders_are_refused_with_the_way_out(folders):
    intake = read_one(folders, "victims/x.csv", csv_of([row_of("offences")]))
    fault, problem = fault_in(intake, "victims")
    assert fault == "columns" and "move it to a folder named offences" in problem


def test_an_open_data_file_stays_what_it_is_in_any_folder(folders):
    lookup = "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM\nE01007657,a,E05012993,b,E08000018,c\n"
    put(folders, "offences/lookup.csv", lookup)
    extra = {"LSOA21CD": "E01007657", "WD24CD": "E05012993", "LAD24CD": "E08000018"}
    intake = read_one(folders, "offences/x.csv", csv_of([row_of("offences") | extra]))
    assert list(intake.extracts) == ["lsoa21_ward", "offences"]
    assert intake.extracts["offences"].files["extra_columns"].tolist() == ["LSOA21CD;WD24CD;LAD24CD"]


def test_a_loose_file_that_lacks_little_says_what(folders):
    row = row_of("asb_incidents")
    del row["category"]
    intake = read_one(folders, "loose.csv", csv_of([row]))
    assert intake.ignored == [("loose.csv", "it would be asb_incidents if it had “category”: correct its header")]


def test_papers_in_an_extracts_folder_are_left_alone(folders):
    put(folders, "victims/notes.pdf", b"%PDF-1.4 " + SECRET.encode())
    intake = extracts.read_all(*folders)
    assert not intake.extracts and [path for path, _ in intake.ignored] == ["victims/notes.pdf"]


# facts of the files


def test_months_are_those_of_the_deciding_date(folders):
    days = ["2020-05-02", "2019-12-31", "2020-05-30", ""]
    for extract, decides in (("offences", "recorded_date"), ("services", "period_end"), ("asb_incidents", "date")):
        rows = [row_of(extract, n, **{decides: day}) for n, day in enumerate(days)]
        put(folders, f"{extract}/a.csv", csv_of(rows))
        found = extracts.read_all(*folders).extracts[extract]
        file = found.files.iloc[0]
        assert (file["first_month"], file["last_month"]) == ("2019-12", "2020-05")
        assert file["inner_months"] == "2019-12;2020-05" and file["rows"] == 4
        ended = "records that ended in December 2019 to May 2020"
        assert covers(found) == (ended if extract == "services" else "December 2019 and May 2020")


def test_people_have_no_months_of_their_own(folders):
    for extract in ("victims", "suspects"):
        found = read_one(folders, f"{extract}/a.csv", csv_of([row_of(extract)])).extracts[extract]
        file = found.files.iloc[0]
        assert file["first_month"] == file["last_month"] == file["inner_months"] == ""
        assert covers(found) == "dated by their offences"


def test_the_synthetic_mark(folders):
    put(folders, "victims/1.csv", csv_of([row_of("victims") | {"SYNTHETIC": "1"}]))
    put(folders, "victims/2.csv", csv_of([row_of("victims")]))
    rows = table_of([row_of("victims")])
    write_book(folders[0] / "victims/3.xlsx", {"A": [["SYNTHETIC data, made by a program"], [], *rows]})
    write_book(folders[0] / "victims/4.xlsx", {"A": [["Extract of victims"], *rows]})
    files = extracts.read_all(*folders).extracts["victims"].files
    assert files["fault"].tolist() == ["none"] * 4
    assert files["synthetic"].tolist() == [True, False, True, False]
    assert files["extra_columns"].tolist() == [""] * 4


def test_the_same_extract_twice_is_the_same_bytes_and_is_not_read_again(folders, tmp_path):
    read_one(folders, "victims/1.csv", csv_of([row_of("victims", n) for n in range(5)]))
    first = {path.name: path.read_bytes() for path in folders[1].iterdir()}
    stamps = {path: path.stat().st_mtime_ns for path in folders[1].iterdir()}
    extracts.read_all(*folders)
    assert {path: path.stat().st_mtime_ns for path in folders[1].iterdir()} == stamps
    extracts.read_all(folders[0], tmp_path / "again")
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == first


# text, flags and numbers


def test_text_is_trimmed_and_flags_are_capitals_and_nothing_else_is_changed(folders):
    rows = [
        row_of("victims", 1, vulnerable=" y ", mental_health="n", sex=" f", relationship="Stranger "),
        row_of("victims", 2, vulnerable="Yes", mental_health="N", victim_id=" 007 "),
    ]
    frame = frame_of(folders, "victims", rows)
    assert frame["vulnerable"].tolist() == ["Y", "YES"] and frame["mental_health"].tolist() == ["N", "N"]
    assert frame["sex"].tolist() == ["f", "F"] and frame["relationship"].tolist()[0] == "Stranger"
    assert frame["victim_id"].tolist() == ["V1", "007"]
    assert list(frame["mental_health"].cat.categories) == ["N"]


@pytest.mark.parametrize(("given", "want"), [("12", 12), ("12.0", 12), ("1,234", 1234), ("-1", -1), (" 0 ", 0)])
def test_whole_numbers(folders, given, want):
    assert frame_of(folders, "offences", [row_of("offences", suspect_count=given)])["suspect_count"].tolist() == [want]


@pytest.mark.parametrize("given", ["12.5", "many", "1 2", "1e3", "٣", "nan", "9" * 40, "12,34", "0x1"])
def test_what_is_no_whole_number_is_refused(folders, given):
    rows = [row_of("victims", 1), row_of("victims", 2, age=given)]
    fault, problem = fault_of(folders, "victims", rows)
    assert fault == "values" and "row 3, column “age”" in problem and f" {given} " not in problem


@pytest.mark.parametrize(("given", "want"), [("0.5", 0.5), ("1,577", 1577), ("-3", -3), ("1e-05", 1e-05), (".5", 0.5)])
def test_numbers(folders, given, want):
    assert frame_of(folders, "services", [row_of("services", numerator=given)])["numerator"].tolist() == [want]


@pytest.mark.parametrize("given", ["ten", "inf", "nan", "12%", "1.2.3", "1,2", "1e999"])
def test_what_is_no_number_is_refused(folders, given):
    fault, problem = fault_of(folders, "services", [row_of("services", numerator=given)])
    assert fault == "values" and "row 2, column “numerator”" in problem


def test_the_row_of_a_fault_is_the_files_own_line(folders):
    rows = [row_of("victims", n) for n in range(4)] + [row_of("victims", 9, age=SECRET)]
    lines = csv_of(rows).splitlines()
    content = "\n".join([lines[0], lines[1].replace("V0", '"V\n0"'), "", *lines[2:]]) + "\n"
    fault, problem = fault_in(read_one(folders, "victims/a.csv", content), "victims")
    assert fault == "values" and "row 8," in problem


# dates


def dates_of(folders, *days: str, column: str = "date") -> list[date]:
    rows = [row_of("fire_incidents", n, **{column: day}) for n, day in enumerate(days)]
    return [stamp.date() for stamp in frame_of(folders, "fire_incidents", rows)[column]]


def test_iso_dates(folders):
    assert dates_of(folders, "2020-04-01", " 2020-02-29 ", "2020-04-13T23:59:59", "2020-04-05 07:00") == [
        date(2020, 4, 1), date(2020, 2, 29), date(2020, 4, 13), date(2020, 4, 5),
    ]  # fmt: skip


def test_uk_dates_are_read_day_first_where_one_proves_it(folders):
    assert dates_of(folders, "01/04/2020", "13/4/2020", "5/6/2020", "02/01/2020 13:45") == [
        date(2020, 4, 1), date(2020, 4, 13), date(2020, 6, 5), date(2020, 1, 2),
    ]  # fmt: skip


def test_the_proof_may_be_in_another_column_of_the_file_but_not_in_another_file(folders):
    dates = {"committed_to": "", "outcome_date": ""}
    proven = row_of("offences", 1, recorded_date="05/04/2020", committed_from="28/03/2020", **dates)
    frame = frame_of(folders, "offences", [proven])
    assert frame["recorded_date"].tolist() == [pd.Timestamp(2020, 4, 5)]
    open_ = row_of("offences", 2, recorded_date="05/04/2020", committed_from="03/04/2020", **dates)
    files = read_one(folders, "offences/b.csv", csv_of([open_])).extracts["offences"].files
    assert files["fault"].tolist() == ["none", "dates"] and "cannot be told apart" in files["problem"][1]


REFUSED = {
    "ambiguous": (["01/04/2020", "12/12/2020"], "row 2, column “date”", "cannot be told apart"),
    "ambiguous though alike": (["05/05/2020"], "row 2", "cannot be told apart"),
    "us": (["01/04/2020", "04/13/2020"], "row 3", "the month first"),
    "us and uk": (["13/04/2020", "04/13/2020"], "row 3", "others with the day first"),
    "iso and uk": (["2020-04-01", "2020-04-02", "13/04/2020"], "row 4", "in two forms"),
    "no such day": (["2020-04-30", "2020-04-31"], "row 3", "no calendar has"),
    "no such month": (["2020-13-01"], "row 2", "no calendar has"),
    "no such uk day": (["28/02/2021", "29/02/2021"], "row 3", "no calendar has"),
    "no order fits": (["28/02/2021", "13/13/2021"], "row 3", "no calendar has"),
    "no day at all": (["13/04/2021", "45/01/2021"], "row 3", "no calendar has"),
    "year 0": (["0000-01-01"], "row 2", "no calendar has"),
    "serial": (["2020-04-01", "43922"], "row 3", "not a date"),
    "two digits": (["13/04/20"], "row 2", "not a date"),
    "words": (["13 April 2020"], "row 2", "not a date"),
    "dots": (["13.04.2020"], "row 2", "not a date"),
    "run together": (["20200413"], "row 2", "not a date"),
    "a zone": (["2020-04-13T00:30:00Z"], "row 2", "not a date"),
    "other": ([SECRET], "row 2", "not a date"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_dates_that_are_refused(folders, case):
    days, where, why = REFUSED[case]
    rows = [row_of("fire_incidents", n, date=day) for n, day in enumerate(days)]
    fault, problem = fault_of(folders, "fire_incidents", rows)
    assert fault == "dates" and where in problem and why in problem
    assert not any(day in problem for day in days)


def test_dates_of_long_ago_and_far_ahead_are_left_to_the_rules(folders):
    assert dates_of(folders, "0202-04-01", "2202-04-01") == [date(202, 4, 1), date(2202, 4, 1)]


# workbooks


def book_of(folders, extract: str, sheets: dict[str, list[list[object]]]) -> extracts.Intake:
    write_book(folders[0] / f"{extract}/a.xlsx", sheets)
    return extracts.read_all(*folders)


def test_a_workbook_gives_what_the_csv_gives(folders):
    days = [date(2020, 4, 1), datetime(2020, 4, 2, 13, 45), date(1999, 12, 31)]
    rows = [row_of("offences", n, recorded_date=day, suspect_count=n, ho_code=86) for n, day in enumerate(days)]
    rows = [{**row, "committed_from": "", "committed_to": "", "outcome_date": row["recorded_date"]} for row in rows]
    sheets = {"Notes": [["About", SECRET]], "Data": [["Offences", ""], [], *table_of(rows), [], ["", "", ""]]}
    from_book = book_of(folders, "offences", sheets).extracts["offences"]
    assert from_book.files["fault"].tolist() == ["none"] and from_book.files["rows"].tolist() == [3]
    plain = [
        {name: value.strftime("%Y-%m-%d") if isinstance(value, date) else value for name, value in row.items()}
        for row in rows
    ]
    (folders[0] / "offences/a.xlsx").unlink()
    from_csv = frame_of(folders, "offences", plain)
    assert from_book.frame().drop(columns="file").equals(from_csv.drop(columns="file"))
    assert from_csv["ho_code"].tolist() == ["86"] * 3 and from_csv["suspect_count"].tolist() == [0, 1, 2]


def test_the_sheet_with_the_header_is_read_and_two_are_refused(folders):
    rows = table_of([row_of("services", 1, numerator=5)])
    found = book_of(folders, "loose", {"Cover": [["Services"]], "One": rows}).extracts["services"]
    assert found.frame()["numerator"].tolist() == [5.0] and found.files["path"].tolist() == ["loose/a.xlsx"]
    both = {"One": rows, "Two": table_of([row_of("services", 2, numerator=6)])}
    refused = book_of(folders, "loose", both).extracts["services"].files.loc[0]
    assert refused["fault"] == "columns" and "on 2 sheets" in refused["problem"] and refused["rows"] == 0


def test_a_workbook_with_a_sheet_that_is_a_chart_is_read(folders):
    with xlsxwriter.Workbook(folders[0] / "x.xlsx") as book:
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Data!$D$2:$D$2"})
        book.add_chartsheet("Chart").set_chart(chart)
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(table_of([row_of("victims")])):
            sheet.write_row(number, 0, row)
    found = extracts.read_all(*folders).extracts["victims"]
    assert found.files["fault"].tolist() == ["none"] and len(found.frame()) == 1


BOOK_FAULTS = {
    "a number for a date": ({"date": 43922}, "dates", "a number"),
    "a real date and slashes": ({"date": "13/04/2020"}, "dates", "swapped days and months"),
    "text for a date": ({"date": SECRET}, "dates", "not a date"),
    "true for a date": ({"date": True}, "dates", "not a date"),
    "decimals for a code": ({"type": 4.1}, "values", "may have changed"),
    "many digits for an id": ({"incident_id": 1234567890123456}, "values", "may have changed"),
    "a date for text": ({"type": date(2020, 1, 5)}, "values", "where text is expected"),
    "formula": ({"type": "=cmd"}, "formula", "row 3, column “type”"),
    "endless": ({"type": "x" * 1001}, "unreadable", "1,000 characters"),
}


@pytest.mark.parametrize("case", BOOK_FAULTS)
def test_cells_that_are_refused(folders, case):
    wrong, kind, why = BOOK_FAULTS[case]
    rows = [row_of("fire_incidents", 1, date=date(2020, 4, 1)), row_of("fire_incidents", 2, date=date(2020, 4, 2))]
    rows[1] |= wrong
    fault, problem = fault_in(book_of(folders, "fire_incidents", {"Data": table_of(rows)}), "fire_incidents")
    assert fault == kind and why in problem and "row 3, column" in problem


def test_real_dates_beside_iso_text_and_flags_that_are_not_text(folders):
    rows = [row_of("missing_children", 1, date=date(2020, 4, 1), cce_linked=True), row_of("missing_children", 2)]
    frame = book_of(folders, "missing_children", {"Data": table_of(rows)}).extracts["missing_children"].frame()
    assert frame["date"].tolist() == [pd.Timestamp(2020, 4, 1), pd.Timestamp(2020, 4, 21)]
    assert frame["cce_linked"].tolist() == ["TRUE", "Y"]


def test_numbers_in_a_workbook(folders):
    rows = [row_of("services", 1, numerator=0.25, denominator=4), row_of("services", 2, numerator=3, denominator="")]
    frame = book_of(folders, "services", {"Data": table_of(rows)}).extracts["services"].frame()
    assert frame["numerator"].tolist() == [0.25, 3.0] and frame["denominator"].isna().tolist() == [False, True]
    write_book(folders[0] / "victims/b.xlsx", {"Data": table_of([row_of("victims", 1, age=17.5)])})
    assert fault_in(extracts.read_all(*folders), "victims")[0] == "values"


@pytest.mark.parametrize(
    ("rows", "fault", "why"),
    [
        ([["hello", 1]], "columns", "no sheet with the columns of victims"),
        (table_of([row_of("victims")])[:1], "empty", "no rows"),
        ([*[["."]] * 20, *table_of([row_of("victims")])], "columns", "no sheet"),
        ([row[:4] for row in table_of([row_of("victims")])], "columns", "lacks the columns “vulnerable”"),
    ],
)
def test_a_workbook_without_the_table(folders, rows, fault, why):
    found = fault_in(book_of(folders, "victims", {"Data": rows}), "victims")
    assert found[0] == fault and why in found[1]


def test_a_workbook_cut_in_half(folders):
    write_book(folders[0] / "x.xlsx", {"Data": table_of([row_of("victims")])})
    whole = (folders[0] / "x.xlsx").read_bytes()
    (folders[0] / "x.xlsx").unlink()
    assert fault_in(read_one(folders, "victims/x.xlsx", whole[: len(whole) // 2]), "victims")[0] == "unreadable"


# damage of text files

GOOD = csv_of([row_of("victims", n, nationality="British") for n in range(1, 4)])
DAMAGE = {
    "utf-16": ("encoding", GOOD.encode("utf-16"), "UTF-16"),
    "latin": ("encoding", GOOD.replace("British", "Ivoiri\xe8n").encode("latin-1"), "not UTF-8"),
    "zeros": ("encoding", GOOD.encode() + b"\0", "not text"),
    "nothing": ("empty", b"", "is empty"),
    "header only": ("empty", GOOD.splitlines()[0].encode() + b"\n", "no rows"),
    "blank rows only": ("empty", (GOOD.splitlines()[0] + "\n" + "," * 10 + "\n").encode(), "no rows"),
    "cut": ("truncated", GOOD.encode()[:-30], "line 4"),
    "short line": ("unreadable", GOOD.replace("O2,V2,", "O2,").encode(), "line 3"),
    "semicolons": ("columns", GOOD.replace(",", ";").encode(), "not separated by commas"),
    "no header": ("columns", GOOD.split("\n", 1)[1].encode(), "lacks the columns"),
    "twice": ("columns", GOOD.replace("nationality", "Victim ID").encode(), "“victim_id” twice"),
    "formula": ("formula", GOOD.replace("British", "=" + SECRET).encode(), "“nationality”"),
    "endless": ("unreadable", GOOD.replace("British", "x" * 1001).encode(), "1,000 characters"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_text(folders, case):
    kind, content, why = DAMAGE[case]
    fault, problem = fault_in(read_one(folders, "victims/a.csv", content), "victims")
    assert fault == kind and why in problem


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_byte_order_marks_change_nothing(folders, end, mark, last):
    content = mark + GOOD.replace("\n", end)
    found = read_one(folders, "x.csv", content if last else content.removesuffix(end)).extracts["victims"]
    assert found.frame()["victim_id"].tolist() == ["V1", "V2", "V3"]
    assert found.frame()["exploitation_type"].notna().all()


def test_a_header_row_alone_never_tells_values(folders):
    # a file without its header has values where names should be
    row = ",".join([SECRET] * 11)
    fault, problem = fault_in(read_one(folders, "victims/a.csv", f"{row}\n{row}\n"), "victims")
    assert fault == "columns"


def test_blank_rows_of_a_spreadsheet_are_no_records(folders):
    found = read_one(folders, "victims/a.csv", GOOD + "," * 10 + "\n\n" + "  " + "," * 10 + "\n").extracts["victims"]
    assert found.files["rows"].tolist() == [3] and len(found.frame()) == 3


def test_garbage_in_an_extracts_folder_never_raises(folders):
    import random

    random_ = random.Random(7)
    write_book(folders[0] / "whole.xlsx", {"Data": table_of([row_of("victims")])})
    wholes = [GOOD.encode(), (folders[0] / "whole.xlsx").read_bytes(), random_.randbytes(3000), b'"' + GOOD.encode()]
    for number in range(40):
        data = bytearray(wholes[number % 4])
        for _ in range(random_.randrange(6)):
            data[random_.randrange(len(data))] = random_.randrange(256)
        end = (".csv", ".xlsx", ".csv", ".txt")[number % 4]
        put(folders, f"victims/{number}{end}", bytes(data[: random_.randrange(1, len(data) + 1)]))
    found = extracts.read_all(*folders).extracts["victims"]
    assert len(found.files) == 41 and set(found.files["fault"]) <= set(extracts.FAULTS)


# speed


def test_a_years_worth_is_read_fast(folders):
    first = date(2019, 4, 1)
    made = [row_of("offences", 0)]
    text = csv_of(made)
    head, line = text.splitlines()
    days = [(first + timedelta(n % 1000)).isoformat() for n in range(69_000)]
    rows = (line.replace("2020-04-21", day).replace("O0", f"O{n:08d}") for n, day in enumerate(days))
    put(folders, "offences/a.csv", "\n".join([head, *rows]) + "\n")
    listed = extracts.list_files(folders[0])
    start = time.perf_counter()
    found = extracts.read_all(*folders, files=listed).extracts["offences"]
    seconds = time.perf_counter() - start
    assert found.files["rows"].tolist() == [69_000] and found.frame()["offence_id"].is_unique
    assert seconds < 5, f"{seconds:.2f} s; it takes about 0.5 on an idle machine"


# the schema and its dictionary


def test_the_table_of_columns_is_sound():
    with partner_schema.TABLE.open(encoding="utf-8", newline="") as stream:
        assert {len(row) for row in csv.reader(stream)} == {16}
    assert partner_schema.partner_extracts() == extracts.PARTNER
    undated = ("victims", "suspects", "indicators", "actions", "harm_weights")
    names = {(column.extract, column.name) for name in extracts.PARTNER for column in extracts.columns(name)}
    for extract in extracts.PARTNER:
        listed = extracts.columns(extract)
        assert len({column.name for column in listed}) == len(listed)
        assert sum(column.decides for column in listed) == (extract not in undated)
        for column in listed:
            assert column.kind in partner_schema.KINDS and column.meaning and not column.meaning.endswith(".")
            assert column.values == ("Y", "N") if column.kind == "flag" else column.values != ("Y", "N")
            assert not column.refers_to or tuple(column.refers_to.split(".")) in names
            for other in (column.not_before, column.not_after, column.unique_with):
                assert not other or (extract, other) in names
            assert not (column.decides or column.unique) or column.required


def test_what_other_modules_need_of_the_schema():
    by_name = {column.name: column for column in extracts.columns("offences")}
    assert len(by_name) == 22
    assert by_name["offence_id"].unique and by_name["outcome_code"].least == 1 and by_name["outcome_code"].most == 22
    assert by_name["committed_to"].not_before == "committed_from"
    assert by_name["committed_to"].not_after == by_name["outcome_date"].not_before == "recorded_date"
    assert by_name["hate_strands"].several and len(by_name["hate_strands"].values) == 5
    victims = {column.name: column for column in extracts.columns("victims")}
    assert victims["offence_id"].refers_to == "offences.offence_id" and not victims["victim_id"].unique
    assert victims["victim_id"].unique_with == "offence_id" and victims["age"].most == 110
    services = {column.name: column for column in extracts.columns("services")}
    assert services["denominator"].above and services["denominator"].least == 0 and not services["numerator"].above
    with pytest.raises(KeyError):
        extracts.columns("street_crime")


def test_the_data_dictionary_is_the_one_that_the_table_makes(tmp_path):
    dictionary.write(tmp_path / "made.md")
    made = (tmp_path / "made.md").read_bytes()
    assert made == (ROOT / "docs/data_dictionary.md").read_bytes(), "run: python -m srp_lib.extracts.dictionary"
    text = made.decode()
    for extract in extracts.PARTNER:
        section = text.partition(f"\n## {extract}\n")[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [c.name for c in extracts.columns(extract)]
        assert {row.count(" | ") for row in rows} == {4}
    assert "must be one of the offence_id values of offences" in text
    assert "one or more of race, religion" in text and "more than 0" in text and "1 to 22" in text


def test_the_readme_lists_every_extract():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"\n| {name} |" in text for name in extracts.REGISTRY)
    assert "docs/data_dictionary.md" in text
