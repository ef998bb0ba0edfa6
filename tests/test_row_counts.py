"""Row counts: which numbers are kept for review, and that every period is held to them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from srp_lib import quality, row_counts
from srp_lib.config import load_config
from srp_lib.disclosure import PUBLIC, Policy, policy
from srp_lib.errors import AuditError
from srp_lib.extracts import Extract, Intake, load
from srp_lib.gate import RuleResult

ROOT = Path(__file__).resolve().parents[1]
SHOWN = Policy(True, 8, 5)


class Held(Extract):
    """An extract whose rows are given by hand; `parquet` is the frame."""

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows."""
        return self.parquet if columns is None else self.parquet[list(columns)]


def held(name: str, table: pd.DataFrame, vintages: Sequence[tuple[str, int]] = (), synthetic: bool = False) -> Extract:
    """An extract with these rows and files of these vintages and numbers of rows."""
    files = pd.DataFrame(vintages or [("", len(table))], columns=["vintage", "rows"]).assign(synthetic=synthetic)
    return Held(name, "key", files, table)  # type: ignore[arg-type]


def street(synthetic: bool = False, **months: int) -> Extract:
    """Street-level rows by month, such as m2020_03=5."""
    rows = [name[1:].replace("_", "-") for name, number in months.items() for _ in range(number)]
    return held("street_crime", pd.DataFrame({"month": pd.Categorical(rows)}), synthetic=synthetic)


def intake(*extracts: Extract) -> Intake:
    """What was supplied."""
    return Intake({one.name: one for one in extracts}, [])


def fires(*days: str | None) -> Extract:
    """Fires on these days."""
    dates = [datetime.fromisoformat(day) if day else None for day in days]
    return held("fire_incidents", pd.DataFrame({"date": pd.to_datetime(pd.Series(dates, dtype="datetime64[us]"))}))


def population(*years: tuple[str, int]) -> Extract:
    """Estimates of these years, with their rows."""
    return held("population", pd.DataFrame(), years)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of accepted numbers, for two months of street-level rows and two years of estimates."""
    supplied = intake(street(m2020_03=1200, m2020_04=7), population(("mid-2019", 300), ("mid-2020", 310)))
    row_counts.accept(supplied, tmp_path / row_counts.FILE, SHOWN)
    return tmp_path / row_counts.FILE


# --- what is counted and kept ---------------------------------------------------------------------------------


def test_rows_are_counted_by_month_or_by_the_vintage_of_their_files() -> None:
    assert row_counts.count(street(m2020_04=2, m2020_03=3), SHOWN) == {"2020-03": 3, "2020-04": 2}
    assert list(row_counts.count(street(m2020_04=2, m2020_03=3), SHOWN)) == ["2020-03", "2020-04"]
    boundaries = held("boundaries", pd.DataFrame(), [("2021", 170), ("2011", 167), ("2021", 25), ("", 2)])
    assert row_counts.count(boundaries, SHOWN) == {"2011": 167, "2021": 195, "undated": 2}
    victims = held("victims", pd.DataFrame(), [("dated by their offences", 100)])
    assert row_counts.count(victims, SHOWN) == {"dated by their offences": 100}


def test_rows_whose_date_is_blank_or_none_are_undated() -> None:
    assert row_counts.count(street(m2020_03=3, mnone=2), SHOWN) == {"2020-03": 3, "undated": 2}
    dated = fires(*["2021-05-03"] * 20, *["2021-06-30"] * 3, *[None] * 9)
    assert row_counts.count(dated, Policy(False)) == {"2021-05": 20, "2021-06": 3, "undated": 9}


def test_a_vintage_that_a_spreadsheet_would_run_is_kept_as_text() -> None:
    risky = held("risk_scale", pd.DataFrame(), [("=2+3 of a\nfile", 5)])
    assert row_counts.count(risky, SHOWN) == {"2+3 of a file": 5}


def test_numbers_of_partners_records_are_kept_as_the_public_edition_shows_them(tmp_path: Path) -> None:
    supplied = intake(fires(*["2021-05-03"] * 23, *["2021-06-30"] * 3), population(("mid-2020", 3)))
    path = tmp_path / row_counts.FILE
    assert row_counts.accept(supplied, path, SHOWN) == 3
    assert path.read_bytes() == (
        b"extract,period,rows\nfire_incidents,2021-05,25\nfire_incidents,2021-06,[c]\npopulation,mid-2020,3\n"
    )
    assert all(one.passed for one in row_counts.judge(supplied, path, SHOWN).results)
    changed = intake(fires(*["2021-05-03"] * 33, *["2021-06-30"] * 13), population(("mid-2020", 3)))
    told = row_counts.judge(changed, path, SHOWN).results[-1].details
    assert told == (
        "May 2021 has about 35 rows, and about 25 rows were accepted.",
        "June 2021 has about 15 rows, and fewer than 8 rows were accepted.",
    )


def test_what_was_accepted_passes_and_is_written_alike_again(path: Path) -> None:
    assert path.read_bytes() == (
        b"extract,period,rows\npopulation,mid-2019,300\npopulation,mid-2020,310\n"
        b"street_crime,2020-03,1200\nstreet_crime,2020-04,7\n"
    )
    supplied = intake(population(("mid-2020", 310), ("mid-2019", 300)), street(m2020_04=7, m2020_03=1200))
    found = row_counts.judge(supplied, path, SHOWN)
    assert [(one.extract, one.rule, one.passed, one.observed) for one in found.results] == [
        ("street_crime", "street_crime.rows_as_accepted", True, "0 of 2 periods"),
        ("population", "population.rows_as_accepted", True, "0 of 2 periods"),
    ]
    assert found.notes == () and quality.refusal(found.results) is None
    before = path.read_bytes()
    row_counts.accept(supplied, path, SHOWN)
    assert path.read_bytes() == before


# --- how extracts are held to it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "told"),
    [
        ({"m2020_03": 1200}, "April 2020 is missing: 7 rows were accepted."),
        (
            {"m2020_03": 1200, "m2020_04": 7, "m2020_05": 1},
            "May 2020 is not expected: it has 1 row, and none was accepted.",
        ),
        ({"m2020_03": 1199, "m2020_04": 7}, "March 2020 has 1,199 rows, and 1,200 rows were accepted."),
        ({"m2020_03": 1200, "m2020_04": 7, "mx": 4}, "Undated is not expected: it has 4 rows, and none was accepted."),
    ],
)
def test_a_period_that_is_missing_unexpected_or_another_number_refuses(
    path: Path, months: dict[str, int], told: str
) -> None:
    supplied = intake(street(**months), population(("mid-2019", 300), ("mid-2020", 310)))
    of_street, of_people = row_counts.judge(supplied, path, SHOWN).results
    assert of_people.passed and not of_street.passed and of_street.severity == "critical"
    assert of_street.details == (told,) and of_street.failing == 1
    message = quality.refusal([of_street])
    assert "(street_crime), rule street_crime.rows_as_accepted: 1 of " in message and told in message
    assert "What to do: If the extracts are right as they are, run 'srp check --accept'" in message


def test_vintages_are_held_too_and_an_extract_that_is_gone_is_told(path: Path) -> None:
    supplied = intake(population(("mid-2020", 311), ("mid-2022", 320)))
    of_street, of_people = row_counts.judge(supplied, path, SHOWN).results
    assert of_people.details == (
        "Mid-2019 is missing: 300 rows were accepted.",
        "Mid-2020 has 311 rows, and 310 rows were accepted.",
        "Mid-2022 is not expected: it has 320 rows, and none was accepted.",
    )
    assert of_street.observed == "2 of 2 periods" and of_street.details[0].startswith("March 2020 is missing: 1,200")


def test_of_many_periods_the_first_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / row_counts.FILE
    row_counts.accept(intake(street(**{f"m2020_{month:02}": 1 for month in range(1, 13)})), path, SHOWN)
    (found,) = row_counts.judge(intake(street(m2020_12=1)), path, SHOWN).results
    assert (found.failing, found.checked, len(found.details)) == (11, 12, 11)
    assert found.details[0] == "January 2020 is missing: 1 row was accepted."
    assert found.details[-1] == "and 1 more like these."


def test_extracts_that_the_file_does_not_list_are_named_in_one_note_and_not_held(path: Path) -> None:
    supplied = intake(street(m2020_03=1200, m2020_04=7), population(("mid-2019", 300), ("mid-2020", 310)), fires())
    found = row_counts.judge(supplied, path, SHOWN)
    assert len(found.results) == 2 and all(one.passed for one in found.results)
    (note,) = found.notes
    assert "apart from fire_incidents, which expectations/row_counts.csv does not list" in note and "--accept" in note


@pytest.mark.parametrize("text", [None, "extract,period,rows\n"])
def test_nothing_is_held_where_nothing_was_accepted(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / row_counts.FILE
    if text:
        path.write_text(text, encoding="utf-8")
    assert row_counts.judge(intake(street(m2020_03=1)), path, SHOWN) == row_counts.Counted()


def test_no_number_of_records_is_told_more_exactly_in_a_result_than_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / row_counts.FILE
    row_counts.accept(intake(fires(*["2021-05-03"] * 1234)), path, SHOWN)
    found = row_counts.judge(intake(fires(*["2021-05-03"] * 1241, "2021-06-01")), path, SHOWN).results
    said = json.dumps(quality.to_records(found)) + path.read_text(encoding="utf-8") + str(quality.refusal(found))
    assert not re.search(r"1,?234|1,?241", said) and "about 1,240 rows" in said and "fewer than 8 rows" in said


# --- what is not accepted -------------------------------------------------------------------------------------


def test_the_synthetic_sample_is_held_to_nothing_and_never_accepted(path: Path) -> None:
    made = intake(street(synthetic=True, m2020_03=3))
    before = path.read_bytes()
    assert row_counts.judge(made, path, SHOWN) == row_counts.Counted()
    with pytest.raises(AuditError, match="synthetic extracts are not accepted.* with --raw"):
        row_counts.accept(made, path, SHOWN)
    assert path.read_bytes() == before


@pytest.mark.parametrize("waived", ["", "by her until 1 May 2030 for this audit: so"])
def test_extracts_that_are_refused_are_not_accepted(path: Path, waived: str) -> None:
    failed = RuleResult(
        "street_crime", "street.x", "rows", "validity", "critical", "Why.", "Do.", False, 9, 1, "", waived=waived
    )
    before, supplied = path.read_bytes(), intake(street(m2020_03=3))
    if waived:
        assert row_counts.accept(supplied, path, SHOWN, [failed]) == 1 and path.read_bytes() != before
        return
    with pytest.raises(AuditError, match="refused are not accepted"):
        row_counts.accept(supplied, path, SHOWN, [failed])
    with pytest.raises(AuditError, match="refused are not accepted"):
        row_counts.accept(supplied, path, SHOWN, [], ["Population is missing."])
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: the columns must be extract, period, rows."),
        ("extract,rows,period\n", "line 1: the columns must be extract, period, rows."),
        ("extract,period,rows\nstreet_crime,2020-03\n", "line 2: it must have 3 columns."),
        ("extract,period,rows\nSECRET,2020-03,5\n", "line 2: column extract: it is the name of no extract"),
        ("extract,period,rows\nstreet_crime, ,5\n", "line 2: column period: it must not be blank."),
        (
            "extract,period,rows\nstreet_crime,2020-03,5\nstreet_crime,2020-03,6\n",
            "line 3: column period: the extract has this period in a line above.",
        ),
        ('extract,period,rows\nstreet_crime,2020-03,"1,200"\n', "line 2: column rows: it must be a whole number"),
        ("extract,period,rows\nstreet_crime,2020-03,0\n", "line 2: column rows: it must be a whole number above 0"),
        ("extract,period,rows\nstreet_crime,2020-03,[c]\n", "line 2: column rows: it must be a whole number"),
        ('extract,period,rows\n"street_crime\n', "cannot be read as CSV in UTF-8."),
        ("extract,period,rows\nstreet_crime,\udcff,5\n", "cannot be read as CSV in UTF-8."),
    ],
)
def test_a_file_of_another_form_is_refused_by_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / row_counts.FILE
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(AuditError) as caught:
        row_counts.judge(intake(street(m2020_03=5)), path, SHOWN)
    assert told in str(caught.value) and str(caught.value).startswith("expectations/row_counts.csv")
    assert "Restore expectations/row_counts.csv" in str(caught.value) and "SECRET" not in str(caught.value)


def test_the_project_s_own_file_can_be_read() -> None:
    found = row_counts.read_counts(ROOT / "expectations" / row_counts.FILE)
    assert all(found.values())


@pytest.mark.skipif(not os.environ.get("SRP_REAL_DATA"), reason="SRP_REAL_DATA names no folder of real extracts")
def test_real_extracts_are_accepted_and_a_month_taken_away_is_told(real_checked: Path, tmp_path: Path) -> None:
    supplied, path = load(real_checked), tmp_path / row_counts.FILE
    shown = policy(load_config(ROOT), PUBLIC)
    lines = row_counts.accept(supplied, path, shown)
    kept = row_counts.read_counts(path)
    assert lines == sum(map(len, kept.values())) and set(kept) == set(supplied.extracts)
    files = supplied.extracts["street_crime"].files
    assert sum(kept["street_crime"].values()) == files["rows"].sum() and "2019-07" not in kept["street_crime"]
    assert all(one.passed for one in row_counts.judge(supplied, path, shown).results)
    path.write_text(path.read_text(encoding="utf-8") + "street_crime,2019-07,15000\n", encoding="utf-8")
    told = [one.details for one in row_counts.judge(supplied, path, shown).results if not one.passed]
    assert told == [("July 2019 is missing: 15,000 rows were accepted.",)]
