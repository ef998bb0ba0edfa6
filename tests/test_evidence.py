"""Evidence opened for real: what is counted, over which months, and when nothing may be counted at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from srp_lib import checks, config, evidence, extracts, periods
from srp_lib.codelists import ASB, RECORDED
from srp_lib.extracts import ExtractError, Intake, store

AREA, NEXT_DOOR = "E08000018", "E08000016"
SOUTH_YORKSHIRE, RAILWAY = "South Yorkshire Police", "British Transport Police"
MONTHS = [month for month in periods.month_range("2019-04", "2021-03") if month != "2019-07"]
Streets = list[dict[str, object]]


def street(month: str, times: int, **other: object) -> Streets:
    row = {
        "file": f"{month}.csv",
        "month": month,
        "crime_type": "Burglary",
        "outcome": "Under investigation",
        "lad_code": AREA,
        "reported_by": SOUTH_YORKSHIRE,
        "lsoa_code": "E01007600",
    }
    return [row | other] * times


def streets() -> Streets:
    """Twenty rows in each month of the area's force but July 2019, which only the railway's police have."""
    found: Streets = []
    for month in MONTHS:
        found += street(month, 14) + street(month, 5, crime_type="Anti-social behaviour", outcome=None)
        found += street(month, 1, lad_code=None, lsoa_code=None)
    found += street("2019-07", 1, reported_by=RAILWAY) + street("2020-06", 1, reported_by=RAILWAY)
    found += street("2020-06", 40, reported_by=RAILWAY, lad_code=None, lsoa_code=None)
    return found + street("2020-06", 6, lad_code=NEXT_DOOR, lsoa_code="E01007400")


def people() -> pd.DataFrame:
    rows = [(2019, 1000), (2020, 2000), (2021, 3000)]
    one = [
        (f"{year}.xlsx", year, AREA, "Rotherham", sex, number)
        for year, number in rows
        for sex in ("persons", "females")
    ]
    return pd.DataFrame(
        [*one, ("2020.xlsx", 2020, NEXT_DOOR, "Barnsley", "persons", 9)],
        columns=["file", "year", "area_code", "area_name", "sex", "all_ages"],
    )


def table_c2() -> pd.DataFrame:
    rows = [("2021-03", AREA, 300), ("2021-03", NEXT_DOOR, 9), ("2020-12", AREA, 280), ("2020-03", AREA, 250)]
    return pd.DataFrame(rows, columns=["period_end", "lad_code", "total"])


def partnerships() -> pd.DataFrame:
    rows = [(NEXT_DOOR, "Old name", 2016), (NEXT_DOOR, "Barnsley", 2024), (AREA, "Rotherham", 2024)]
    return pd.DataFrame(rows, columns=["lad_code", "csp_name", "year"])


def processed(folder: Path, frames: dict[str, pd.DataFrame]) -> Path:
    """A processed folder of these tidy frames, checked and found sound."""
    found = {
        name: store.write_extract(
            folder, name, f"key of {name}", [{"path": f"{name}.csv"}], pa.Table.from_pandas(frame)
        )
        for name, frame in frames.items()
    }
    store.write_index(folder, "all", Intake(found, []))
    checked(folder)
    return folder


def checked(folder: Path, **other: object) -> None:
    keys = {name: extract.key for name, extract in extracts.load(folder).extracts.items()}
    rule = {"extract": "street_crime", "rule": "street.header", "severity": "warning", "passed": False}
    checks.write_checks(folder, replace(checks.Checks(keys, AREA, [rule], []), **other))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    frames = {
        "street_crime": pd.DataFrame(streets()),
        "population": people(),
        "recorded_crime_csp": table_c2(),
        "lad_csp_pfa": partnerships(),
    }
    return processed(tmp_path, frames)


@pytest.fixture
def opened(folder: Path) -> evidence.Evidence:
    return evidence.open_evidence(str(folder))


def test_a_month_that_only_another_force_has_is_missing(opened: evidence.Evidence) -> None:
    assert opened.forces == (SOUTH_YORKSHIRE,)
    assert opened.available == tuple(MONTHS)
    assert opened.period.code == "2020-21" and opened.months == opened.period.months
    assert opened.comparison.missing == ("2019-07",) and len(opened.comparison.now) == 11
    assert "July 2019 is missing" in opened.comparison.caveat
    now, then = opened.both_years(ASB)
    assert (now.sum(), then.sum()) == (55, 55)


def test_every_force_that_records_the_area_s_crime_must_have_the_month(tmp_path: Path) -> None:
    rows = street("2020-04", 10) + street("2020-05", 10) + street("2020-05", 10, reported_by="Derbyshire Constabulary")
    intake = extracts.load(processed(tmp_path, {"street_crime": pd.DataFrame(rows)}))
    forces, months = evidence.forces_and_months(intake, AREA)
    assert set(forces) == {SOUTH_YORKSHIRE, "Derbyshire Constabulary"} and months == ("2020-05",)


def test_counts_are_of_the_area_alone(opened: evidence.Evidence) -> None:
    assert opened.total(ASB) == 12 * 5
    assert (
        opened.total(RECORDED) == 12 * 14
    )  # the one that the railway's police recorded in the area is not its own force's
    assert "2019-07" not in opened.counts.index and list(opened.series(ASB, ["2020-06"])) == [5]
    with pytest.raises(KeyError, match="No measure 'arson'"):
        opened.measure("arson")


def test_unlocated_rows_are_those_of_the_area_s_own_forces(opened: evidence.Evidence) -> None:
    assert opened.unlocated() == (12, 12 * 20 + 6)


def test_outcomes_are_grouped_and_none_is_lost(tmp_path: Path) -> None:
    rows = [row for month in periods.month_range("2020-04", "2021-03") for row in street(month, 1)]
    rows += street("2020-04", 2, outcome=None) + street("2020-04", 3, outcome="A name never seen before")
    rows += street("2020-04", 4, outcome="Suspect charged") + street("2020-04", 9, crime_type="Anti-social behaviour")
    outcomes = evidence.open_evidence(str(processed(tmp_path, {"street_crime": pd.DataFrame(rows)}))).outcomes(RECORDED)
    assert {name: number for name, number in outcomes.items() if number} == {
        "charged": 4,
        "open": 12,
        "unknown": 2,
        "unlisted": 3,
    }


@pytest.mark.parametrize(
    "period, wanted",
    [
        ("2020-21", (2020, 2000, 3)),
        ("ye-2020-12", (2020, 2000, 0)),  # its middle is 1 July, a day from the estimate's 30 June
        (
            "ye-2020-06",
            (2019, 1000, 6),
        ),  # its middle is 1 January, as far from mid-2019 as from mid-2020: the earlier
        ("ye-2030-12", (2021, 3000, 108)),
    ],
)
def test_the_denominator_is_the_nearest_mid_year(
    opened: evidence.Evidence, period: str, wanted: tuple[int, int, int]
) -> None:
    found = opened.denominator(periods.parse_period(period))
    assert (found.year, found.residents, found.months_away) == wanted and found.label == f"mid-{wanted[0]}"


def test_an_area_that_the_estimates_do_not_have_is_named(opened: evidence.Evidence) -> None:
    with pytest.raises(ExtractError, match="have no line of E08000035: add a workbook"):
        replace(opened, area_code="E08000035").denominator(opened.period)


def test_table_c2_is_given_for_its_own_year_and_no_other(folder: Path) -> None:
    year = evidence.open_evidence(str(folder), "2020-21")
    assert int(year.table_c2()["total"]) == 300
    assert year.table_c2_periods() == [f"year ending {end}" for end in ("March 2020", "December 2020", "March 2021")]
    assert int(evidence.open_evidence(str(folder), "ye-2020-12").table_c2()["total"]) == 280
    for other in ("2019-20", "2020-21Q4", "ytd-2021-03", "ye-2021-02"):
        found = evidence.open_evidence(str(folder), other).table_c2()
        assert (found is None) == (other != "ytd-2021-03"), other


def test_without_table_c2_there_is_none_to_compare(tmp_path: Path) -> None:
    opened = evidence.open_evidence(str(processed(tmp_path, {"street_crime": pd.DataFrame(streets())})))
    assert opened.table_c2() is None and opened.table_c2_periods() == [] and not opened.has_table_c2


def _never(folder: Path) -> None:
    (folder / checks.CHECKS).unlink()


def _broken(folder: Path) -> None:
    (folder / checks.CHECKS).write_text("[]", encoding="utf-8")


def _of_others(folder: Path) -> None:
    checked(folder, keys={"street_crime": "another"})


def _of_another_area(folder: Path) -> None:
    checked(folder, area=NEXT_DOOR)


def _failed(folder: Path) -> None:
    rule = {"extract": "population", "rule": "population.sexes", "severity": "critical", "passed": False}
    checked(folder, results=[rule])


def _mixed(folder: Path) -> None:
    checked(folder, faults=["Synthetic and other extracts are mixed."])


@pytest.mark.parametrize(
    "spoil, told",
    [
        (_never, "have not been checked: run 'srp check'"),
        (_broken, "have not been checked: run 'srp check'"),
        (_of_others, "have changed since they were checked: run 'srp check'"),
        (_of_another_area, f"checked for {NEXT_DOOR} and {AREA} is asked for: .* --area {AREA}"),
        (_failed, "failed the critical rules population.sexes of population. Mend or replace"),
        (_mixed, "cannot be used: Synthetic and other extracts are mixed. Mend or replace"),
    ],
)
def test_what_failed_the_gate_gives_no_figure(folder: Path, spoil: Callable[[Path], None], told: str) -> None:
    spoil(folder)
    with pytest.raises(ExtractError, match=told):
        evidence.open_evidence(str(folder))


def test_an_empty_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="No street-level crime has been processed yet: run 'srp check'"):
        evidence.open_evidence(str(tmp_path))


def test_another_area_is_opened_once_it_was_checked_for(folder: Path) -> None:
    checked(folder, area=NEXT_DOOR)
    opened = evidence.open_evidence(str(folder), "2020-21Q1", NEXT_DOOR, "partnership")
    assert (opened.area_name, opened.edition, opened.total(RECORDED)) == ("Barnsley", "partnership", 6)


def test_an_area_without_a_row_is_refused(folder: Path) -> None:
    with pytest.raises(ExtractError, match="None of the street-level rows is in E08000035: add the files"):
        evidence.available_months(extracts.load(folder), "E08000035")


def test_names_of_areas_and_partnerships(folder: Path) -> None:
    intake, settings = extracts.load(folder), config.load_config()
    assert evidence.area_name(intake, settings, AREA) == settings.area_name
    assert evidence.area_name(intake, settings, NEXT_DOOR) == "Barnsley"
    assert evidence.partnership_name(intake, settings, AREA) == "Safer Rotherham Partnership"
    assert evidence.partnership_name(intake, settings, NEXT_DOOR) == "Barnsley Community Safety Partnership"
    assert evidence.partnership_name(intake, settings, "E08000035") == "Community safety partnership"
    with pytest.raises(ExtractError, match="No extract knows the area E08000035: check --area"):
        evidence.area_name(intake, settings, "E08000035")


def test_a_railway_file_in_the_sample_s_gap_leaves_the_gap(sample_report: Path, tmp_path: Path) -> None:
    """The sample lacks November 2018; a file of British Transport Police for it must not fill the gap."""
    sample, raw = sample_report.parents[2] / "raw", tmp_path / "raw"
    shutil.copytree(sample, raw, ignore=shutil.ignore_patterns("2019-*", "2020-*", "2021-*"))
    near = next(raw.rglob("2018-12-*-street.csv"))
    lines = near.read_text(encoding="utf-8").splitlines()
    located = next(line for line in lines if "Rotherham 0" in line)
    named = located.replace("2018-12", "2018-11").replace(SOUTH_YORKSHIRE, RAILWAY)
    new = near.parents[1] / "2018-11" / "2018-11-btp-street.csv"
    new.parent.mkdir()
    new.write_text("\n".join([lines[0], named]) + "\n", encoding="utf-8")
    intake = extracts.read_all(raw, tmp_path / "processed")
    rows = intake.extracts["street_crime"].frame(["month", "reported_by", "lad_code"])
    held = rows[(rows["month"] == "2018-11") & (rows["lad_code"] == AREA)]
    assert list(held["reported_by"].astype(str)) == [RAILWAY]
    forces, months = evidence.forces_and_months(intake, AREA)
    assert forces == (SOUTH_YORKSHIRE,) and "2018-10" in months and "2018-11" not in months and "2018-12" in months
