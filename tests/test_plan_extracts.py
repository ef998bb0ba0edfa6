"""Extracts of the plan and the public's voice: surveys, calls, consultation, indicators, actions, scores and scale."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from srp_lib import extracts, quality
from srp_lib.extracts import dictionary, partner, partner_dates, partner_schema, risk_scale
from srp_lib.extracts.model import FaultError, RawFile
from srp_lib.quality_page import covers

SECRET = "Zebedee"  # stands for what must never be repeated
PLAN = ("surveys", "calls_101", "consultation", "indicators", "actions", "risk_scores", "harm_weights")
HEADERS = {
    "surveys": "survey,wave,question_id,question,group,positive,base,design_effect",
    "calls_101": "month,offered,answered,abandoned,mean_wait_seconds",
    "consultation": "event_id,date,method,group,participants,priorities_raised,public_meeting",
    "indicators": "indicator_id,theme,objective,name,fact_id,good,baseline,baseline_period,target,target_period,unit,"
    "baseline_count,target_count",
    "actions": "action_id,theme,objective,commitment,activity,measure_of_success,lead_partner,resources,start,due,"
    "status,progress,updated",
    "risk_scores": "issue,organisation,scored_on,dimension,score,evidence,rationale",
    "harm_weights": "version,ho_code,weight",
}
ROWS: dict[str, list[list[object]]] = {
    "surveys": [
        ["Voices", date(2020, 3, 31), "asb_big_problem", "Is it a very big problem?", None, 153.5, 900, 1.4],
        ["Voices", date(2020, 3, 31), "asb_big_problem", "Is it a very big problem?", "E05012993", 12, 41, None],
    ],
    "calls_101": [[date(2020, 4, 1), 21000, 18500, 2500, 95.5], [date(2020, 5, 1), 20100, 19000, 1000, 61]],
    "consultation": [
        ["C01", date(2020, 1, 16), "meeting", "general public", 34, "Speeding;Fly-tipping", "Y"],
        ["C02", date(2020, 1, 17), "focus group", "young people", 0, None, None],
    ],
    "indicators": [
        ["da_repeat", "violence", "Domestic abuse", "Repeats", "violence.domestic_abuse.repeat_victims_share", "down",
         28.4, "2019-20", 25, "2020-21", "%", 1180, None],
        ["csv", "communities", "ASB", "Reports", "communities.asb.count", "down", 14000, "2019-20", None, None, None,
         None, None],
    ],
    "actions": [
        ["A1", "adults", "Hate crime", "Raise reporting", "Train staff", "200 trained", "Council", "1 post",
         date(2020, 4, 1), date(2020, 9, 30), "on track", "Half are trained", date(2020, 7, 3)],
        ["A2", "adults", "Hate crime", "Raise reporting", "Print cards", None, "Police", None,
         date(2020, 4, 1), date(2020, 4, 1), "complete", None, date(2020, 7, 3)],
    ],
    "risk_scores": [
        ["Hate crime", "Council", date(2020, 2, 11), "trend", 4, "adults.hate_crime.change", "Rising"],
        ["Drones", "Police", date(2020, 2, 12), "physical_harm", 1, None, None],
    ],
    "harm_weights": [["Index 2019", "8N", 184.5], ["Index 2019", "105A", 0]],
}  # fmt: skip
SCALE = """title = "Scale of 2020"
synthetic = true
within_part = "mean"
across_parts = "product"
[scores]
1 = "Low"
2 = "Medium"
3 = "High"
[dimensions.trend]
part = "likelihood"
weight = 0.5
meaning = "Where it is going"
[dimensions.physical_harm]
part = "harm"
meaning = " Injury "
[dimensions.physical_harm.scores]
1 = "None"
3 = "Death"
[dimensions.mitigation]
part = "shown"
reversed = true
meaning = "How well placed partners are"
"""


def spelt(extract: str, row: Sequence[object]) -> list[object]:
    """A row as a CSV file has it."""
    of_month = [column.kind == "month" for column in extracts.columns(extract)]
    return [f"{value:%Y-%m}" if month else value for value, month in zip(row, of_month, strict=True)]


def csv_of(extract: str, rows: Sequence[Sequence[object]] | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS[extract].split(","))
    writer.writerows(rows or [spelt(extract, row) for row in ROWS[extract]])
    return out.getvalue().encode()


def book_of(header: str, rows: Sequence[Sequence[object]], above: str = "") -> bytes:
    """A workbook whose dates are date cells, with a line above the header where one is given."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate([*([[above]] if above else []), header.split(","), *rows]):
            for position, value in enumerate(row):
                write = sheet.write_string if isinstance(value, str) else sheet.write
                write(number, position, value)
    return out.getvalue()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw", tmp_path / "processed"


def read(folders: tuple[Path, Path], **files: bytes | str) -> extracts.Intake:
    """What is read of files by their paths, in which "__" stands for "/" and "_dot_" for "."."""
    for given, content in files.items():
        target = folders[0] / given.replace("__", "/").replace("_dot_", ".")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return extracts.read_all(*folders)


def fault_in(intake: extracts.Intake, extract: str) -> tuple[str, str]:
    """The kind of the one file's fault and its sentence, which repeats nothing of the file's rows."""
    found = intake.extracts[extract]
    assert len(found.files) == 1 and found.files["rows"].tolist() == [0] and not len(found.frame())
    problem = found.files["problem"].iloc[0]
    assert SECRET not in problem and problem.endswith(".")
    return found.files["fault"].iloc[0], problem


# tables


@pytest.mark.parametrize("extract", PLAN)
def test_a_workbook_and_a_csv_file_give_the_same_rows_of_every_kind(folders, extract):
    name = f"{extract}__a_dot_csv"
    from_csv = read(folders, **{name: csv_of(extract)}).extracts[extract].frame()
    (folders[0] / extract / "a.csv").unlink()
    found = read(folders, loose_dot_xlsx=book_of(HEADERS[extract], ROWS[extract], "Supplied in May")).extracts[extract]
    frame = found.frame()
    assert found.files["fault"].tolist() == ["none"], found.files["problem"].tolist()
    assert frame.drop(columns="file").equals(from_csv.drop(columns="file"))
    assert list(frame.columns) == ["file", *HEADERS[extract].split(",")]
    for column, values in zip(extracts.columns(extract), zip(*ROWS[extract], strict=True), strict=True):
        dated = {"date": pd.Timestamp, "month": "{:%Y-%m}".format}.get(column.kind, lambda value: value)
        wanted = [None if value is None else dated(value) for value in values]
        assert [None if pd.isna(value) else value for value in frame[column.name]] == wanted


def test_the_columns_are_those_agreed_and_some_may_be_left_out():
    assert extracts.PARTNER[-7:] == PLAN == tuple(HEADERS)
    assert (*extracts.RECORDS, *PLAN) == extracts.PARTNER
    assert {name: ",".join(column.name for column in extracts.columns(name)) for name in PLAN} == HEADERS
    left = {name: {c.name for c in extracts.columns(name)} - set(partner_schema.required(name)) for name in PLAN}
    assert left == {
        "surveys": {"group", "design_effect"},
        "calls_101": set(),
        "consultation": {"priorities_raised", "public_meeting"},
        "indicators": {"target", "target_period", "unit", "baseline_count", "target_count"},
        "actions": {"resources", "progress"},
        "risk_scores": {"evidence", "rationale"},
        "harm_weights": set(),
    }
    decides = {name: partner_schema.deciding(name) for name in PLAN}
    assert list(decides.values()) == ["wave", "month", "date", "", "", "scored_on", ""]
    assert len(risk_scale.dimensions()) == 9


def test_what_a_table_covers_is_said_whether_it_has_dates_or_not(folders):
    intake = read(folders, **{f"{name}__a_dot_csv": csv_of(name) for name in PLAN}, scale_dot_toml=SCALE)
    assert {name: covers(found) for name, found in intake.extracts.items()} == {
        "surveys": "March 2020",
        "calls_101": "April to May 2020",
        "consultation": "January 2020",
        "indicators": "as supplied, for every period",
        "actions": "as supplied, for every period",
        "risk_scores": "February 2020",
        "harm_weights": "as supplied, for every period",
        "risk_scale": "Scale of 2020",
    }


def test_a_table_is_known_by_its_header_and_what_was_known_before_stays_so():
    headers = {name: [column.name for column in extracts.columns(name)] for name in extracts.PARTNER}
    for name, own in headers.items():
        assert partner.recognise(own) == name
        for other in PLAN if name in extracts.RECORDS else ():
            lacked = next(column for column in partner_schema.required(other) if column not in own)
            assert partner.recognise([*own, *(column for column in headers[other] if column != lacked)]) == name
    # beside weights of its own a record's file stays what it is
    assert partner.recognise([*headers["offences"], "version", "weight"]) == "offences"
    for of_others in ("LSOA21CD,WD24CD,LAD24CD", "ward_code,ward_name,grouping,group", "Crime ID,Month,Crime type",
                      "month,offered", "version,weight", "issue,score,dimension,group"):  # fmt: skip
        assert partner.recognise(of_others.split(",")) == ""
    assert partner.nearly(["version", "ho_code"]) == ""
    assert "“score”" in partner.nearly(["issue", "organisation", "scored_on", "dimension", "risk"])


def test_the_folder_decides_before_the_header(folders):
    intake = read(folders, surveys__x_dot_csv=csv_of("risk_scores"))
    assert fault_in(intake, "surveys") == (
        "columns",
        "surveys/x.csv has the columns of risk_scores and is in the folder of surveys: "
        "move it to a folder named risk_scores.",
    )


def test_the_same_file_twice_is_kept_twice_for_the_rules_to_find(folders):
    twice = csv_of("actions")
    found = read(folders, actions__a_dot_csv=twice, actions__b_dot_csv=twice).extracts["actions"]
    assert found.files["sha256"].nunique() == 1 and found.files["rows"].tolist() == [2, 2] and len(found.frame()) == 4


# months

MONTHS = {
    "2020-04": "2020-04",
    " 2020-12 ": "2020-12",
    "2020-04-01": "2020-04",
    "": None,
    "2020-04-01 00:00": "2020-04",
}


@pytest.mark.parametrize("given", MONTHS)
def test_months_of_text(given):
    assert partner_dates.month(given, lambda: "row 2") == MONTHS[given]


def test_a_months_cell_of_a_spreadsheet():
    assert partner_dates.month(date(2020, 4, 1), lambda: "row 2") == "2020-04"
    assert partner_dates.month(datetime(2020, 12, 1), lambda: "row 2") == "2020-12"
    assert partner_dates.months(["2020-05", None, "2020-04", "2020-05"]) == ["2020-04", "2020-05"]


@pytest.mark.parametrize(
    "given",
    ["2020-13", "2020-00", "April", "Apr-20", "04/2020", "01/04/2020", "2020-4", "2020", "202004", "2020-04-30",
     "2020-13-01", SECRET, 202004, 43922.0, True, date(2020, 4, 30), "2020-04\n2020-05"],
)  # fmt: skip
def test_what_is_no_month_is_refused(given):
    with pytest.raises(FaultError) as caught:
        partner_dates.month(given, lambda: "row 7, column “month”")
    assert caught.value.kind == "dates" and "in row 7, column “month” that is not" in caught.value.sentence
    assert caught.value.sentence.endswith("save all its months as YYYY-MM and add it again.")
    assert str(given) not in caught.value.sentence.replace("YYYY-MM", "")


def test_a_wrong_month_names_file_row_and_column(folders):
    rows = [spelt("calls_101", ROWS["calls_101"][0]), ["2020-13", 1, 1, 0, 1]]
    fault, problem = fault_in(read(folders, calls_101__a_dot_csv=csv_of("calls_101", rows)), "calls_101")
    assert fault == "dates" and problem.startswith("calls_101/a.csv has a value in row 3, column “month” that is not")


# texts, damage


def action(note: str) -> list[list[object]]:
    return [[*ROWS["actions"][0][:-2], note, "2020-07-03"]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_notes_may_be_long_and_have_lines(folders, kind):
    note = "First line, in full.\nSecond line: " + "more of it. " * 300 + "End"
    made = csv_of("actions", action(note)) if kind == "csv" else book_of(HEADERS["actions"], action(note))
    found = read(folders, **{f"actions__a_dot_{kind}": made}).extracts["actions"]
    assert found.files["problem"].tolist() == [""] and found.frame()["progress"].tolist() == [note]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("note", "fault"), [("=" + SECRET, "formula"), ("- " + SECRET, "formula"), (SECRET + "x" * 10_000, "unreadable")]
)
def test_notes_that_are_refused(folders, kind, note, fault):
    made = csv_of("actions", action(note)) if kind == "csv" else book_of(HEADERS["actions"], action(note))
    found, problem = fault_in(read(folders, **{f"actions__a_dot_{kind}": made}), "actions")
    assert found == fault and "column “progress”" in problem and "ask the partner that supplied it" in problem


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "encoding": lambda data: data.decode().encode("utf-16"),
    "truncated": lambda data: data[:-4],
    "empty": lambda _: b"",
    "values": lambda data: data.replace(b"184.5", SECRET.encode()),
    "columns": lambda data: data.replace(b"ho_code", b"code"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_of_a_file_of_weights(folders, kind):
    spoilt = DAMAGE[kind](csv_of("harm_weights").replace(b"105A,0", b"105A,10.25"))
    if kind == "truncated":
        spoilt = spoilt[: spoilt.rindex(b",")]
    fault, problem = fault_in(read(folders, harm_weights__a_dot_csv=spoilt), "harm_weights")
    assert fault == kind and problem.startswith("harm_weights/a.csv ")


# the scale


def scale_of(words: str) -> list[dict[str, object]]:
    """The rows that the reader makes of a scale's text. Raises FaultError."""
    return risk_scale.read(words.encode(), RawFile("risk_scale.toml", "", 0)).table.to_pylist()


def test_a_scale_gives_one_row_per_dimension_and_score(folders):
    found = read(folders, plan__risk_scale_dot_toml=SCALE).extracts["risk_scale"]
    frame = found.frame()
    assert list(frame.columns) == (
        "file,title,dimension,part,weight,reversed,meaning,score,label,score_meaning,within,across".split(",")
    )
    assert frame["dimension"].tolist() == ["physical_harm"] * 3 + ["trend"] * 3 + ["mitigation"] * 3
    assert frame["score"].tolist() == [1, 2, 3] * 3 and frame["label"].tolist() == ["Low", "Medium", "High"] * 3
    assert frame["part"].tolist()[::3] == ["harm", "likelihood", "shown"]
    assert frame["weight"].tolist()[::3] == [1.0, 0.5, 1.0] and frame["reversed"].tolist()[::3] == [False, False, True]
    assert [None if pd.isna(one) else one for one in frame["score_meaning"]] == ["None", None, "Death", *[None] * 6]
    assert set(frame["within"]) == {"mean"} and set(frame["across"]) == {"product"} and frame["meaning"][0] == "Injury"
    assert set(frame["title"]) == {"Scale of 2020"} and set(frame["file"]) == {"plan/risk_scale.toml"}
    assert str(frame["score"].dtype) == "int64" and str(frame["reversed"].dtype) == "bool"
    assert found.files["synthetic"].tolist() == [True] and found.files["rows"].tolist() == [9]


def test_order_and_line_ends_and_a_byte_order_mark_change_nothing():
    turned = SCALE.replace('1 = "Low"\n2 = "Medium"\n', "").replace(
        '3 = "High"\n', '3 = "High"\n2 = "Medium"\n1 = "Low"\n'
    )
    assert scale_of(turned) == scale_of(SCALE) == scale_of("\ufeff" + SCALE.replace("\n", "\r\n"))
    assert scale_of(SCALE.replace("1 =", "0 =").replace("2 =", "1 =").replace("3 =", "2 ="))[0]["score"] == 0


def test_the_example_of_the_data_dictionary_is_a_sound_scale():
    section = dictionary.markdown().partition("\n## risk_scale\n")[2]
    rows = scale_of(section.partition("```toml\n")[2].partition("```")[0])
    assert [(row["dimension"], row["score"]) for row in rows] == [
        ("physical_harm", 1), ("physical_harm", 2), ("frequency", 1), ("frequency", 2),
    ]  # fmt: skip
    assert all(f"| {key} |" in section for key in (*risk_scale._TOP[:4], "part", "weight", "reversed", "meaning"))


TREND = "[dimensions.trend]\n"
# kind of fault, what is put in place of what, words of the sentence
WRONG: dict[str, tuple[str, str, str, str]] = {
    "cut in a table's name": ("truncated", SCALE[SCALE.index("ensions.mit") :], "", "stops in the middle"),
    "cut in a text": ("truncated", ' partners are"\n', "", "stops in the middle"),
    "no quotes": ("unreadable", '"Where it is going"', SECRET, "in line 12"),
    "curly quotes": ("unreadable", '"Where it is going"', f"“{SECRET}”", "straight quotes"),
    "key twice": ("unreadable", "weight = 0.5", "weight = 0.5\nweight = 1", "twice in line 12"),
    "table twice": ("unreadable", "[dimensions.mitigation]", "[dimensions.trend]", "twice in line 19"),
    "deep": ("unreadable", "weight = 0.5", "weight = " + "[" * 3000, "is not TOML"),
    "absurd number": ("unreadable", "weight = 0.5", "weight = " + "9" * 5000, "is not TOML"),
    "no title": ("columns", 'title = "Scale of 2020"', "", "lacks the key “title”"),
    "blank title": ("values", "Scale of 2020", " ", "“title” is not a text or is blank"),
    "no way within": ("columns", 'within_part = "mean"', "", "lacks the key “within_part”"),
    "way within": (
        "values",
        '"mean"',
        f'"{SECRET}"',
        "“within_part” is another word than those that it may be; write mean or highest",
    ),
    "no way across": ("columns", 'across_parts = "product"', "", "lacks the key “across_parts”"),
    "way across": ("values", '"product"', '"Product"', "write product or sum"),
    "synthetic in words": ("values", "synthetic = true", 'synthetic = "yes"', "“synthetic” is neither true nor false"),
    "no scores": ("columns", SCALE[SCALE.index("[scores]") : SCALE.index(TREND)], "", "lacks the key “scores”"),
    "blank scores": (
        "values",
        SCALE[SCALE.index("[scores]") : SCALE.index(TREND)],
        "[scores]\n",
        "“scores” is not a table",
    ),
    "one score": ("values", '2 = "Medium"\n3 = "High"\n', "", "[scores] does not hold whole numbers one after another"),
    "a gap": ("values", '2 = "Medium"\n', "", "[scores] does not hold whole numbers one after another"),
    "score in words": (
        "values",
        '2 = "Medium"',
        'two = "Medium"',
        "the key “two”, which is not a whole number from 0 to 100",
    ),
    "score below nought": ("values", '1 = "Low"', '-1 = "Low"', "“-1”, which is not a whole number"),
    "score that is half": (
        "values",
        '2 = "Medium"',
        '"2.5" = "Medium"',
        "a key that is not one plain word, which is not",
    ),
    "label is a number": ("values", '2 = "Medium"', "2 = 2", "“2” in [scores] is not a text"),
    "key below its table": ("values", TREND, f'"{SECRET} too" = "a"\n{TREND}', "which is not a whole number"),
    "unknown key": (
        "columns",
        "synthetic = true",
        "sythetic = true",
        "the key “sythetic”, which no scale has: write title, ",
    ),
    "unknown key of a dimension": (
        "columns",
        "weight = 0.5",
        "wieght = 0.5",
        "“wieght” in [dimensions.trend], which no scale has",
    ),
    "unknown dimension": (
        "columns",
        "dimensions.trend",
        "dimensions.trends",
        "“trends” in [dimensions], which no scale has: write physical_harm,",
    ),
    "key of many words": (
        "columns",
        "weight = 0.5",
        f'"{SECRET} was here" = 0.5',
        "a key that is not one plain word in [dimensions.trend]",
    ),
    "no dimensions": ("columns", SCALE[SCALE.index(TREND) :], "", "lacks the key “dimensions”"),
    "dimension in a word": (
        "values",
        SCALE[SCALE.index(TREND) :],
        '[dimensions]\ntrend = "harm"',
        "in [dimensions] is not a table",
    ),
    "part": (
        "values",
        '"likelihood"',
        '"chance"',
        "“part” in [dimensions.trend] is another word than those that it may be; write harm, likelihood or shown",
    ),
    "no part": ("columns", 'part = "likelihood"', "", "lacks the key “part” in [dimensions.trend]"),
    "no meaning": ("columns", 'meaning = "Where it is going"', "", "lacks the key “meaning” in [dimensions.trend]"),
    "weight below nought": ("values", "0.5", "-0.5", "“weight” in [dimensions.trend] is not a number from 0 to 1,000"),
    "weight that is no number": ("values", "0.5", "nan", "“weight” in [dimensions.trend]"),
    "weight without end": ("values", "0.5", "inf", "“weight” in [dimensions.trend]"),
    "weight in words": ("values", "0.5", '"0.5"', "“weight” in [dimensions.trend]"),
    "weight yes": ("values", "0.5", "true", "“weight” in [dimensions.trend]"),
    "reversed in words": (
        "values",
        "reversed = true",
        "reversed = 1",
        "“reversed” in [dimensions.mitigation] is neither",
    ),
    "no harm": ("values", '"harm"', '"shown"', "no dimension of the part “harm” with a weight above 0"),
    "no likelihood": ("values", '"likelihood"', '"shown"', "no dimension of the part “likelihood”"),
    "likelihood without weight": ("values", "0.5", "0", "no dimension of the part “likelihood” with a weight above 0"),
    "meaning off the scale": (
        "values",
        '3 = "Death"',
        '4 = "Death"',
        "[dimensions.physical_harm.scores] has the key “4”, which [scores] has not",
    ),
    "meaning that is blank": (
        "values",
        '3 = "Death"',
        '3 = ""',
        "“3” in [dimensions.physical_harm.scores] is not a text",
    ),
    "formula": ("formula", '"Where it is going"', f'"={SECRET}"', "the key “meaning” in [dimensions.trend]"),
    "endless text": ("values", '"Where it is going"', f'"{SECRET * 200}"', "longer than 1,000 characters"),
    "endless file": ("too_large", TREND, f"# {SECRET * 170_000}\n{TREND}", "larger than 1 MiB"),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_fault_of_a_scale_names_its_key_and_the_remedy(case):
    kind, old, new, told = WRONG[case]
    assert SCALE.count(old) >= 1
    with pytest.raises(FaultError) as caught:
        scale_of(SCALE.replace(old, new, 1))
    sentence = caught.value.sentence
    assert (caught.value.kind, told in sentence, SECRET in sentence) == (kind, True, False), sentence
    assert sentence.endswith(".") and ": " in sentence


def test_a_scale_is_known_by_its_tables_or_by_its_name_when_broken(folders):
    with zipfile.ZipFile(folders[0] / "more.zip", "w") as archive:
        archive.writestr("x/Risk-Scale of 2021.TOML", SCALE)
    broken = {
        "risk_scale_dot_toml": "",
        "risk_scores__risk_scale_dot_toml_dot_txt": SCALE[:100],
        "wide_dot_toml": SCALE.encode("utf-16"),
        "latin_dot_toml": SCALE.replace("Injury", "L\xe9sion").encode("latin-1"),
    }
    other = {
        "audit_dot_toml": "[area]\ncode = 1\n",
        "risk_scores__notes_dot_toml": "scores = 1",
        "risk_scale_dot_md": SCALE,
    }
    intake = read(folders, any_dot_toml=SCALE, **broken, **other)
    files = intake.extracts["risk_scale"].files.set_index("path")
    assert files["fault"].to_dict() == {
        "any.toml": "none",
        "latin.toml": "encoding",
        "more.zip!x/Risk-Scale of 2021.TOML": "none",
        "risk_scale.toml": "empty",
        "risk_scores/risk_scale.toml.txt": "truncated",
        "wide.toml": "encoding",
    }
    told = [problem for problem in files["problem"] if problem]
    assert not any("publisher" in one or "download" in one or "ask the partner" in one for one in told)
    assert sorted(path for path, _ in intake.ignored) == ["audit.toml", "risk_scale.md", "risk_scores/notes.toml"]
    assert list(intake.extracts) == ["risk_scale"] and len(intake.extracts["risk_scale"].frame()) == 18


def test_a_synthetic_scale_beside_real_scores_is_refused(folders):
    intake = read(folders, risk_scale_dot_toml=SCALE, risk_scores__a_dot_csv=csv_of("risk_scores"))
    assert "risk_scale.toml is synthetic" in (quality.mixed(intake) or "")
    real = read(folders, risk_scale_dot_toml=SCALE.replace("synthetic = true\n", ""))
    assert quality.mixed(real) is None and real.extracts["risk_scale"].files["synthetic"].tolist() == [False]
