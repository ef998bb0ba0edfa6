"""Every rule of every suite fails on one bad row, and none fails on good ones.

GOOD builds a small sound set of tables for each extract; CASES spoils one row (or one file's row) for each rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import without_collecting

from srp_lib import codelists, gate, profiles
from srp_lib.extracts import FAULTS, REGISTRY
from srp_lib.extracts.partner_schema import partner_extracts
from srp_lib.profiles import AGES, ASB, C2_COUNTS, STREET_HEADER
from srp_lib.quality import read_suite

SUITES = Path(__file__).parent.parent / "expectations"
AREA = "E08000018"
OLD, NEW = ["E01007657", "E01007658", "E01007659"], ["E01007657", "E01007658", "E01035001", "E01035002"]
WARDS = ["E05012993", "E05012994"]
CONTEXT = profiles.Context(
    AREA,
    date(2022, 6, 15),
    expected={"wards": 2, "lsoa11": 3, "lsoa21": 4},
    lsoas={"2011": frozenset(OLD), "2021": frozenset(NEW), "ward2011": frozenset(OLD), "ward2021": frozenset(NEW)},
    area_lsoas={"2011": frozenset(OLD), "2021": frozenset(NEW)},
    area_wards={"2021 2024": frozenset(WARDS)},
    others={
        "boundaries": pd.DataFrame({"code": ["E01007657"], "min_lon": [-1.5], "max_lon": [-1.3], "min_lat": [53.4], "max_lat": [53.5]}),
        "lsoa11_lsoa21": pd.DataFrame({"lsoa11_code": OLD, "lsoa11_name": OLD}),
        "lsoa11_ward": pd.DataFrame({"lsoa11_code": OLD, "lsoa11_name": OLD}),
        "population": pd.DataFrame({"area_code": [AREA], "area_name": [AREA]}),
        "lad_csp_pfa": pd.DataFrame({"lad_code": [AREA], "lad_name": [AREA], "csp_code": ["E22000261"], "csp_name": ["One"], "pfa_code": ["E23000011"]}),
    },
)  # fmt: skip
Tables = tuple[pd.DataFrame, pd.DataFrame]
# The extracts whose cases are in test_place_suites.py.
PLACES = {"deprivation", "neighbours", "ward_groups", "rural_urban", "ward_population"}
# The extracts whose cases are in test_plan_suites.py.
PLAN = {
    "surveys", "calls_101", "consultation", "indicators", "actions", "risk_scores", "risk_scale", "harm_weights",
}  # fmt: skip
SQUARE = [[-1.4, 53.4], [-1.3, 53.4], [-1.3, 53.5], [-1.4, 53.5], [-1.4, 53.4]]


# --- good tables --------------------------------------------------------------------------------------------


def files_of(frame: pd.DataFrame, **more: object) -> pd.DataFrame:
    """The files frame that goes with a tidy frame."""
    rows = []
    for number, (path, group) in enumerate(frame.groupby("file", sort=True)):
        base = {
            "path": path,
            "sha256": f"{number:064x}",
            "bytes": 100,
            "rows": len(group),
            "first_month": "",
            "last_month": "",
            "vintage": "",
        }
        rows.append({**base, "synthetic": False, "fault": "none", "problem": "", **more})
    return pd.DataFrame(rows)


def street_month(month: str, force: str, slug: str, lad: str) -> list[dict[str, object]]:
    """Twelve crimes and eight anti-social behaviour rows, one of them without a location."""
    rows = []
    for number in range(20):
        asb, blank = number >= 12, number == 19
        key = f"{abs(hash_of(month, slug, number)):064x}"
        rows.append({
            "file": f"{month}/{month}-{slug}-street.csv", "month": month, "crime_id": None if asb else key, "reported_by": force,
            "longitude": None if blank else -1.351234 - number % 3 / 1000, "latitude": None if blank else 53.451234 + number % 3 / 1000,
            "location": "No Location" if blank else f"On or near Street {number % 3}",
            "lsoa_code": None if blank else OLD[number % 3], "lsoa_name": None if blank else f"Rotherham 00{number % 3}A", "crime_type": ASB if asb else ("Burglary" if number % 2 else "Robbery"),
            "outcome": None if asb else "Under investigation", "lad_code": None if blank else lad, "vintage": "" if blank else "2011", "lsoa_known": True,
        })  # fmt: skip
    return rows


def hash_of(month: str, slug: str, number: int) -> int:
    """A number that is different for every row and the same in every run."""
    return int(month.replace("-", "")) * 10_000 + len(slug) * 100 + number


def street() -> Tables:
    """Five months of the area's force and three of another."""
    rows = [
        row
        for month in ("2020-01", "2020-02", "2020-03", "2020-04", "2020-05")
        for row in street_month(month, "South Yorkshire Police", "south-yorkshire", AREA)
    ]
    rows += [
        row
        for month in ("2020-03", "2020-04", "2020-05")
        for row in street_month(month, "Derbyshire Constabulary", "derbyshire", "E07000034")
    ]
    frame = pd.DataFrame(rows)
    files = files_of(frame, columns=STREET_HEADER, force="")
    for name in ("first_month", "last_month", "name_month", "folder_month", "inner_months"):
        files[name] = files["path"].str[:7]
    return frame, files


def population() -> Tables:
    """Two years of the area and of one other."""
    rows = []
    for year in (2020, 2021):
        for code, name in ((AREA, "Rotherham"), ("E07000034", "Chesterfield")):
            for sex, people in (("persons", 2), ("females", 1), ("males", 1)):
                ages = dict.fromkeys(AGES, people) | {"age_0": people * (year - 2019)}
                rows.append(
                    {
                        "file": f"mye{year}.xlsx",
                        "year": year,
                        "area_code": code,
                        "area_name": name,
                        "geography": "District",
                        "sex": sex,
                        "all_ages": sum(ages.values()),
                        **ages,
                    }
                )
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


def small_areas() -> Tables:
    """Residents by age of the 2011 LSOAs, residents and households of the 2021 ones."""
    old = [
        {
            "file": "mid2020.csv",
            "vintage": "2011",
            "reference": "mid-2020",
            "lsoa_code": code,
            "lsoa_name": code,
            "residents": 91,
            "households": None,
            **dict.fromkeys(AGES, 1),
        }
        for code in OLD
    ]
    new = [
        {
            "file": "census.csv",
            "vintage": "2021",
            "reference": "Census 2021",
            "lsoa_code": code,
            "lsoa_name": None,
            "residents": 90,
            "households": 40,
            **dict.fromkeys(AGES),
        }
        for code in NEW
    ]
    frame = pd.DataFrame(old + new)
    frame[["households", *AGES]] = frame[["households", *AGES]].astype("Int64")
    return frame, files_of(frame)


def lsoa_change() -> Tables:
    """Two LSOAs of the area unchanged, one split in two, and two of elsewhere merged into one."""
    pairs = [
        (OLD[0], "U", NEW[0], AREA),
        (OLD[1], "U", NEW[1], AREA),
        (OLD[2], "S", NEW[2], AREA),
        (OLD[2], "S", NEW[3], AREA),
    ]
    pairs += [
        ("E01000001", "M", "E01035009", "E07000034"),
        ("E01000002", "M", "E01035009", "E07000034"),
        ("E01000003", "X", "E01035010", "E07000034"),
    ]
    rows = [
        {
            "file": "change.csv",
            "lsoa11_code": old,
            "lsoa11_name": old,
            "change": flag,
            "lsoa21_code": new,
            "lsoa21_name": new,
            "lad_code": lad,
            "lad_name": lad,
            "lad_year": 2022,
        }
        for old, flag, new, lad in pairs
    ]
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


def lsoa_ward(lsoa: str) -> Tables:
    """The area's LSOAs in its two wards, and one LSOA of elsewhere."""
    codes = OLD if lsoa == "lsoa11" else NEW
    rows = [
        {
            f"{lsoa}_code": code,
            f"{lsoa}_name": code,
            "ward_code": WARDS[number % 2],
            "ward_name": f"Ward {number % 2}",
            "lad_code": AREA,
            "lad_name": "Rotherham",
        }
        for number, code in enumerate(codes)
    ]
    rows.append(
        {
            f"{lsoa}_code": "E01000001",
            f"{lsoa}_name": "Elsewhere",
            "ward_code": "E05000001",
            "ward_name": "Elsewhere",
            "lad_code": "E07000034",
            "lad_name": "Chesterfield",
        }
    )
    frame = pd.DataFrame(rows).assign(file="wards.csv", ward_year=2024, lad_year=2024)
    return frame, files_of(frame)


def partnerships() -> Tables:
    """Two years; a local authority of elsewhere has two partnerships, as some have."""
    triples = [
        (AREA, "E22000261", "E23000011"),
        ("E06000058", "E22000063", "E23000039"),
        ("E06000058", "E22000067", "E23000039"),
    ]
    rows = [
        {
            "file": f"csp{year}.csv",
            "lad_code": lad,
            "lad_name": lad,
            "csp_code": csp,
            "csp_name": csp,
            "pfa_code": pfa,
            "pfa_name": pfa,
            "year": year,
        }
        for year in (2016, 2024)
        for lad, csp, pfa in triples
    ]
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


def boundaries() -> Tables:
    """The area's wards and LSOAs of both vintages."""
    layers = [("ward", "2022", WARDS), ("lsoa", "2011", OLD), ("lsoa", "2021", NEW), ("lad", "2024", [AREA])]
    rows = []
    for layer, vintage, codes in layers:
        for code in codes:
            shape = json.dumps({"type": "Polygon", "coordinates": [SQUARE]})
            rows.append({
                "file": f"{layer}{vintage}.geojson", "layer": layer, "vintage": vintage, "code": code, "name": code, "geometry": shape, "points": 5,
                "min_lon": -1.4, "max_lon": -1.3, "min_lat": 53.4, "max_lat": 53.5,
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


def c2_counts(times: int) -> dict[str, int]:
    """Counts in which every part is `times` and every total is what its parts add up to."""
    counts = dict.fromkeys(C2_COUNTS, times)
    counts |= {"violence_against_the_person": 5 * times, "burglary": 2 * times, "theft_offences": 7 * times}
    return counts | {"total": 19 * times}


def table_c2() -> Tables:
    """Two forces, each with two partnerships and what is assigned to none (of which one gives no counts)."""
    rows = []
    for pfa, mine in (("E23000011", AREA), ("E23000018", "E07000034")):
        base = {"file": "c2.csv", "period_end": "2021-12", "pfa_code": pfa, "pfa_name": f"Force {pfa}"}
        lines = [
            ("force", None, None, 5),
            ("partnership", "One", mine, 2),
            ("partnership", "Two", "E08000019", 2),
            ("unassigned", "Unassigned", None, 1),
        ]
        rows += [
            {
                **base,
                "csp_code": {"One": "E22000261", "Two": "E22000262"}.get(name),
                "csp_name": name,
                "lad_code": lad,
                "lad_name": lad,
                "level": level,
                **c2_counts(times),
            }
            for level, name, lad, times in lines
        ]
    blank = {**rows[-1], "csp_name": "Unassigned elsewhere", **dict.fromkeys(C2_COUNTS)}
    frame = pd.DataFrame([*rows, blank])
    frame[C2_COUNTS] = frame[C2_COUNTS].astype("Int64")
    return frame, files_of(frame)


GOOD: dict[str, Callable[[], Tables]] = {
    "street_crime": street, "population": population, "small_area_population": small_areas, "lsoa11_lsoa21": lsoa_change, "lsoa11_ward": lambda: lsoa_ward("lsoa11"),
    "lsoa21_ward": lambda: lsoa_ward("lsoa21"), "lad_csp_pfa": partnerships, "boundaries": boundaries, "recorded_crime_csp": table_c2,
}  # fmt: skip


# --- one bad row for each rule ------------------------------------------------------------------------------

Spoil = Callable[[pd.DataFrame, pd.DataFrame], Tables]


def row(column: str, value: object, at: int = 0, **more: object) -> Spoil:
    """Put a value in one row of the tidy frame."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        for name, new in {column: value, **more}.items():
            frame[name] = frame[name].astype(object)
            frame.loc[at, name] = new
        return frame, files

    return spoil


def file(column: str, value: object, at: int = 0) -> Spoil:
    """Put a value in one row of the files frame."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        files[column] = files[column].astype(object)
        files.loc[at, column] = value
        return frame, files

    return spoil


def fault(kind: str) -> Spoil:
    """Make the first file faulty; its rows are not there."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        path = files.loc[0, "path"]
        files.loc[0, ["fault", "rows", "problem"]] = [kind, 0, f"{path} is wrong: download it again."]
        return frame[frame["file"] != path].reset_index(drop=True), files

    return spoil


def again(at: int = 0, **changed: object) -> Spoil:
    """Repeat one row, with some of its values changed."""
    return lambda frame, files: (pd.concat([frame, frame.loc[[at]].assign(**changed)], ignore_index=True), files)


def without(at: int) -> Spoil:
    """Drop one row."""
    return lambda frame, files: (frame.drop(index=at).reset_index(drop=True), files)


def no_rows(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
    """Drop every row."""
    return frame.iloc[:0], files


def same_file_twice(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
    """Deliver the first file under a second name."""
    copy = files.loc[[0]].assign(path="copy of it")
    rows = frame[frame["file"] == files.loc[0, "path"]].assign(file="copy of it")
    return pd.concat([frame, rows], ignore_index=True), pd.concat([files, copy], ignore_index=True)


def without_month(month: str) -> Spoil:
    """Leave one month of the area's force out."""
    name = f"{month}/{month}-south-yorkshire-street.csv"
    return lambda frame, files: (
        frame[frame["file"] != name].reset_index(drop=True),
        files[files["path"] != name].reset_index(drop=True),
    )


def half(name: str) -> Spoil:
    """Keep half of one file's rows."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        mine = frame.index[frame["file"] == name]
        return frame.drop(index=mine[::2]).reset_index(drop=True), files

    return spoil


def half_elsewhere(month: str) -> Spoil:
    """Place half of one month's rows of the area's force in another area; the file keeps its size."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        mine = frame.index[frame["file"] == f"{month}/{month}-south-yorkshire-street.csv"]
        frame.loc[mine[::2], "lad_code"] = "E08000019"
        return frame, files

    return spoil


def in_month(month: str, **values: object) -> Spoil:
    """Set columns in all of one month's rows of the area's force."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        mine = frame["file"] == f"{month}/{month}-south-yorkshire-street.csv"
        for name, value in values.items():
            frame[name] = frame[name].astype(object).where(~mine, value)
        return frame, files

    return spoil


def blank(number: int) -> Spoil:
    """Take the location from so many rows of the last month of the area's force (80 to 99)."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        for name in ("lsoa_code", "longitude", "latitude", "lad_code"):
            frame.loc[list(range(80, 80 + number)), name] = None
        return frame, files

    return spoil


def shape(**geometry: object) -> Spoil:
    """Give the first feature another geometry."""
    return row("geometry", json.dumps({"type": "Polygon", "coordinates": [SQUARE], **geometry}))


def common(prefix: str, *more: str) -> dict[str, Spoil]:
    """The cases of the rules that every suite has, on its files and on its rows."""
    faults = {
        "file_readable": "unreadable",
        "file_encoding": "encoding",
        "file_whole": "truncated",
        "file_not_empty": "empty",
        "file_size": "too_large",
        "no_formula": "formula",
    }
    cases = {f"{prefix}.{rule}": fault(kind) for rule, kind in faults.items()}
    cases |= {f"{prefix}.{name}": fault("columns") for name in more or ("file_columns",)}
    if prefix not in ("street", "population", "boundary"):
        cases[f"{prefix}.file_ended"] = lambda frame, files: (frame, files.assign(open_end=True))
    return cases | {
        f"{prefix}.file_once": same_file_twice,
        f"{prefix}.file_has_rows": file("rows", 0),
        f"{prefix}.rows_present": no_rows,
    }


def codes(prefix: str, **columns: str) -> dict[str, Spoil]:
    """The cases of the rules that a code is given and has its shape."""
    cases: dict[str, Spoil] = {}
    for rule, column in columns.items():
        cases[f"{prefix}.{rule}_given"] = row(column, None)
        cases[f"{prefix}.{rule}_shape"] = row(column, "E01007657\n")
    return cases


CASES: dict[str, dict[str, Spoil]] = {
    "street_crime": {
        **common("street", "exact_columns"),
        "street.month_valid": file("inner_months", "2020-01;not a month"),
        "street.one_month_a_file": file("inner_months", "2020-01;2020-02"),
        "street.month_matches_file": file("name_month", "2020-02"),
        "street.month_matches_folder": file("folder_month", "2020-02"),
        "street.force_matches_file": file("force", "derbyshire"),
        "street.not_after_today": file("last_month", "2022-07"),
        "street.month_once": row("file", "2020-01/2020-01-south-yorkshire-street.csv", 25, month="2020-02"),
        "street.row_count": half("2020-02/2020-02-south-yorkshire-street.csv"),
        "street.row_count_elsewhere": half("2020-04/2020-04-derbyshire-street.csv"),
        "street.area_present": in_month("2020-02", lad_code="E08000019"),
        "street.area_row_count": half_elsewhere("2020-02"),
        "street.ends_whole": in_month("2020-02", lsoa_code="E01007657"),
        "street.months_present": without_month("2020-03"),
        "street.crime_type_given": row("crime_type", None),
        "street.crime_type_known": row("crime_type", "Jaywalking"),
        "street.reported_by_given": row("reported_by", None),
        "street.reported_by_known": row("reported_by", "Toytown Police"),
        "street.crime_id_given": row("crime_id", None),
        "street.crime_id_blank_for_asb": row("crime_id", "a" * 64, 12),
        "street.crime_id_shape": row("crime_id", "a" * 63 + "\n"),
        "street.crime_id_unique": again(month="2020-02", file="2020-02/2020-02-south-yorkshire-street.csv"),
        "street.lsoa_shape": row("lsoa_code", "S01007657"),
        "street.lsoa_known": row("lsoa_known", False),
        "street.one_vintage": row("vintage", "2021", lsoa_code="E01035001"),
        "street.blank_share": blank(4),
        "street.blank_share_stable": blank(2),
        "street.longitude_in_britain": row("longitude", 53.45),
        "street.latitude_in_britain": row("latitude", -1.35),
        "street.point_in_one_lsoa": row("lsoa_code", OLD[1]),
        "street.point_whole": row("latitude", 53.49),
        "street.place_in_area": row("longitude", 1.351234),
        "street.place_exact": in_month("2020-02", latitude=53.45),
        "street.lsoa_named": row("lsoa_name", None),
        "street.lsoa_named_once": row("lsoa_name", "Rotherham 009Z"),
        "street.point_of_one_street": row("location", "On or near Elsewhere"),
        "street.location_named": row("location", "44013.5"),
        "street.location_whole": row("longitude", None),
        "street.asb_present": in_month("2020-02", crime_type="Robbery"),
        "street.outcome_given": row("outcome", None),
        "street.outcome_known": row("outcome", "Suspect taken by pirates"),
    },
    "population": {
        **common("population"),
        "population.not_after_today": row("year", 2023),
        "population.year_once": row("file", "mye2020 revised.xlsx"),
        "population.year_of_its_own": row("age_0", 2, 6, all_ages=182),
        "population.area_present": without(0),
        "population.area_code_given": row("area_code", None),
        "population.area_code_shape": row("area_code", f"{AREA}\n"),
        "population.sex_given": row("sex", None),
        "population.sex_known": row("sex", "other"),
        "population.row_once": again(),
        "population.sexes_present": without(4),
        "population.total_given": row("all_ages", None),
        "population.ages_complete": row("age_90", None),
        "population.ages_add_up": row("age_17", 3),
        "population.sexes_add_up": row("age_17", 3, age_18=1),
        "population.not_negative": row("age_17", -1, age_18=5),
        "population.area_change": row("all_ages", 200),
        "population.change": row("all_ages", 400, 3),
    },
    "small_area_population": {
        **common("small_area"),
        "small_area.vintage_known": row("vintage", "2001"),
        "small_area.code_given": row("lsoa_code", None),
        "small_area.code_shape": row("lsoa_code", "E02007657"),
        "small_area.code_known": row("lsoa_code", "E01099999"),
        "small_area.code_once": again(),
        "small_area.residents_given": row("residents", None),
        "small_area.residents_not_negative": row("residents", -1),
        "small_area.households_not_negative": row("households", -1, 3),
        "small_area.households_within_residents": row("households", 91, 3),
        "small_area.ages_complete": row("age_90", None),
        "small_area.ages_add_up": row("age_17", 2),
        "small_area.ages_not_negative": row("age_17", -1),
        "small_area.names_agree": row("lsoa_name", "Rotherham 009Z"),
        "small_area.area_complete": without(0),
    },
    "lsoa11_lsoa21": {
        **common("lsoa_change"),
        **codes("lsoa_change", lsoa11="lsoa11_code", lsoa21="lsoa21_code", lad="lad_code"),
        "lsoa_change.flag_given": row("change", None),
        "lsoa_change.flag_known": row("change", "Z"),
        "lsoa_change.names_given": row("lsoa21_name", "12"),
        "lsoa_change.named_once": row("lad_name", "Elsewhere"),
        "lsoa_change.names_agree": row("lsoa11_name", "Rotherham 009Z"),
        "lsoa_change.pair_once": again(),
        "lsoa_change.unchanged_one_to_one": row("lsoa21_code", "E01099999"),
        "lsoa_change.split_has_parts": without(3),
        "lsoa_change.merged_has_parents": without(5),
        "lsoa_change.all_present": without(0),
        "lsoa_change.area_complete": row("lad_code", "E07000034"),
    },
    **{
        f"lsoa{vintage}_ward": {
            **common(f"lsoa{vintage}_ward"),
            **codes(f"lsoa{vintage}_ward", lsoa=f"lsoa{vintage}_code", ward="ward_code", lad="lad_code"),
            f"lsoa{vintage}_ward.ward_name_given": row("ward_name", None),
            f"lsoa{vintage}_ward.names_given": row(f"lsoa{vintage}_name", "12"),
            f"lsoa{vintage}_ward.named_once": row("ward_name", "Ward 1"),
            f"lsoa{vintage}_ward.lsoa_once": again(),
            f"lsoa{vintage}_ward.one_ward": again(ward_code=WARDS[1]),
            f"lsoa{vintage}_ward.ward_in_one_authority": row("lad_code", "E07000034"),
            f"lsoa{vintage}_ward.area_lsoas": without(0),
        }
        for vintage in ("11", "21")
    },
    "lad_csp_pfa": {
        **common("partnership"),
        **codes("partnership", lad="lad_code", csp="csp_code", pfa="pfa_code"),
        "partnership.names_given": row("lad_name", None),
        "partnership.named_once": row("pfa_name", "Elsewhere"),
        "partnership.area_named": row("lad_name", "Elsewhere"),
        "partnership.pair_once": again(),
        "partnership.one_force": again(1, pfa_code="E23000001"),
        "partnership.area_once": without(0),
    },
    "boundaries": {
        **common("boundary"),
        "boundary.layer_known": row("layer", "parish"),
        "boundary.vintage_shape": row("vintage", "22"),
        "boundary.code_shape": row("code", "E01007657"),
        "boundary.name_given": row("name", None),
        "boundary.feature_once": again(),
        "boundary.polygon": shape(type="Point", coordinates=[-1.4, 53.4]),
        "boundary.ring_points": shape(coordinates=[[SQUARE[0], SQUARE[1], SQUARE[0]]]),
        "boundary.rings_closed": shape(coordinates=[SQUARE[:4]]),
        "boundary.west": row("min_lon", -9.0),
        "boundary.east": row("max_lon", 53.4),
        "boundary.south": row("min_lat", -1.4),
        "boundary.north": row("max_lat", 61.0),
        "boundary.area_complete": without(0),
    },
    "recorded_crime_csp": {
        **common("c2"),
        "c2.not_after_today": row("period_end", "2022-07"),
        "c2.period_given": row("period_end", ""),
        "c2.period_once": row("file", "c2 revised.csv"),
        "c2.table_rows": lambda frame, files: (frame.iloc[:1], files),
        "c2.area_present": without(1),
        "c2.area_counts_given": row("robbery", None, 1),
        "c2.level_known": row("level", "region"),
        "c2.force_code_given": row("pfa_code", None),
        "c2.force_code_shape": row("pfa_code", "E22000011"),
        "c2.force_name_given": row("pfa_name", " "),
        "c2.area_force_named_once": row("pfa_name", "Elsewhere"),
        "c2.area_named": row("csp_name", "Elsewhere", 1),
        "c2.partnership_code_shape": row("csp_code", "E23000011", 1),
        "c2.authority_code_shape": row("lad_code", "E22000261", 2),
        "c2.row_once": again(),
        "c2.counts_given": row("robbery", None),
        "c2.not_negative": row("robbery", -1),
        "c2.violence_adds_up": row("homicide", 9),
        "c2.theft_adds_up": row("shoplifting", 9),
        "c2.burglary_adds_up": row("residential_burglary", 9),
        "c2.total_adds_up": row("robbery", 9),
        "c2.area_force_adds_up": row("robbery", 9, 1),
        "c2.forces_add_up": row("robbery", 9, 5),
    },
}
CASES["lsoa21_ward"]["lsoa21_ward.area_wards"] = row("ward_code", "E05099999")


# --- the checks ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="module")
def quickly() -> Iterator[None]:
    """Check without the garbage collector's walks."""
    with without_collecting():
        yield


CATEGORIES = {
    "street_crime": [
        "file",
        "month",
        "reported_by",
        "location",
        "lsoa_code",
        "lsoa_name",
        "crime_type",
        "outcome",
        "lad_code",
        "vintage",
    ]
}


def check(
    extract: str, tables: Tables, rules: set[str] | None = None, context: profiles.Context = CONTEXT
) -> dict[str, gate.RuleResult]:
    """The results of an extract's rules (all, or those named) on its tables, by rule."""
    frame, files = tables
    frame = frame.astype(dict.fromkeys(CATEGORIES.get(extract, []), "category"))
    wanted = [
        one for one in read_suite(SUITES, extract)["expectations"] if rules is None or one["meta"]["rule"] in rules
    ]
    found: dict[str, gate.RuleResult] = {}
    for view in dict.fromkeys(one["meta"]["view"] for one in wanted):
        table = profiles.derive(extract, view, frame, files, context)
        found |= {
            result.rule: result
            for result in gate.check_view(extract, table, [one for one in wanted if one["meta"]["view"] == view])
        }
    return found


def breaks(table: pd.DataFrame, one: dict[str, Any]) -> bool:
    """Whether a table breaks an expectation, worked out without the library, in a hundredth of its time."""
    how, kwargs = one["type"], one["kwargs"]
    low, high = kwargs.get("min_value", float("-inf")), kwargs.get("max_value", float("inf"))
    if how == "expect_table_row_count_to_be_between":
        return len(table) < low
    if how == "expect_compound_columns_to_be_unique":
        return bool(table.duplicated(kwargs["column_list"]).any())
    values = table[kwargs["column"]]
    if how == "expect_column_values_to_not_be_null":
        return bool(values.isna().any())
    values = values.dropna()
    if how == "expect_column_values_to_match_regex":
        return any(not re.search(kwargs["regex"], value) for value in values)
    if how == "expect_column_values_to_be_between":
        return bool(((values < low) | (values > high) | (kwargs.get("strict_min", False) & (values == low))).any())
    inside = values.isin(kwargs["value_set"])
    return not inside.all() if how == "expect_column_values_to_be_in_set" else bool(inside.any())


@cache
def firsts(extracts: tuple[str, ...]) -> set[tuple[str, str]]:
    """An extract and rule for each rule that these extracts' suites share: the same name, kind, limits and view."""
    seen: dict[str, tuple[str, str]] = {}
    for extract in extracts:
        for one in read_suite(SUITES, extract)["expectations"]:
            rule, view = one["meta"]["rule"], one["meta"]["view"]
            shared = json.dumps([rule.partition(".")[2], view, one["type"], one["kwargs"]], sort_keys=True)
            seen.setdefault(shared, (extract, rule))
    return set(seen.values())


def first_of_its_kind(extract: str, rule: str, extracts: tuple[str, ...]) -> bool:
    """Whether no extract before this one has the same rule on the same view and column."""
    return (extract, rule) in firsts(extracts)


@pytest.mark.parametrize("extract", GOOD)
def test_good_tables_pass_every_rule(extract: str) -> None:
    assert {
        rule: result.observed for rule, result in check(extract, GOOD[extract]()).items() if not result.passed
    } == {}


@pytest.mark.parametrize(("extract", "rule"), [(extract, rule) for extract, rules in CASES.items() for rule in rules])
def test_rule_fails_on_one_bad_row(extract: str, rule: str) -> None:
    spoilt = CASES[extract][rule](*GOOD[extract]())
    if not first_of_its_kind(extract, rule, tuple(CASES)):  # suites share rules, so the library is asked for one
        (one,) = [one for one in read_suite(SUITES, extract)["expectations"] if one["meta"]["rule"] == rule]
        assert breaks(profiles.derive(extract, one["meta"]["view"], *spoilt, CONTEXT), one)
        return
    result = check(extract, spoilt, {rule})[rule]
    assert not result.passed
    assert result.failing >= 1
    assert result.observed != "not evaluated"


def test_every_rule_has_a_case_and_every_extract_a_suite() -> None:
    suites = {path.stem for path in SUITES.glob("*.json")}
    assert suites == set(REGISTRY) == set(profiles.VIEWS)
    assert suites - set(partner_extracts()) - PLACES - PLAN == set(CASES) == set(GOOD)
    for extract in CASES:
        assert {one["meta"]["rule"] for one in read_suite(SUITES, extract)["expectations"]} == set(CASES[extract]), (
            extract
        )


@pytest.mark.parametrize("extract", REGISTRY)
def test_suite_is_complete_and_readable(extract: str) -> None:
    text = (SUITES / f"{extract}.json").read_text(encoding="utf-8")
    suite = json.loads(text)
    assert text == json.dumps(suite, indent=2, ensure_ascii=False) + "\n"
    assert suite["name"] == extract and set(suite) == {"name", "expectations", "meta"}
    for one in suite["expectations"]:
        assert set(one) == {"type", "kwargs", "meta"} and set(one["meta"]) == set(gate.META)
        assert one["meta"]["dimension"] in gate.DIMENSIONS and one["meta"]["severity"] in gate.SEVERITIES
        assert one["meta"]["view"] in profiles.VIEWS[extract]
        assert one["meta"]["why"].endswith(".") and one["meta"]["remedy"].endswith(".")
        assert "$" not in one["kwargs"].get("regex", "") and one["kwargs"].get("regex", r"\A\Z").endswith(r"\Z")
    types = {one["type"] for one in suite["expectations"] if one["meta"]["view"] == "rows"}
    assert "expect_table_row_count_to_be_between" in types


@pytest.mark.parametrize("extract", GOOD)
def test_an_empty_table_is_refused_and_nothing_breaks(extract: str) -> None:
    results = check(extract, no_rows(*GOOD[extract]()))
    assert [result for result in results.values() if result.observed == "not evaluated"] == []
    failed = {rule for rule, result in results.items() if not result.passed}
    assert {rule.split(".")[1] for rule in failed} - {"all_present", "area_complete"} == {"rows_present"}


def test_lists_in_the_street_suite_are_those_of_the_code_lists() -> None:
    values = {
        one["meta"]["rule"]: one["kwargs"].get("value_set")
        for one in read_suite(SUITES, "street_crime")["expectations"]
    }
    types = {name for measure in codelists.measures().values() for name in measure.crime_types}
    assert set(values["street.crime_type_known"]) == types
    assert set(values["street.outcome_known"]) == set(codelists.outcome_group())
    assert len(values["street.reported_by_known"]) == 45
    assert set(values["street.file_readable"]) == set(FAULTS) - {"unreadable", "dates", "values"}


def test_failing_rows_are_counted_by_file_even_across_files() -> None:
    tables = CASES["street_crime"]["street.crime_id_unique"](*street())
    result = check("street_crime", tables, {"street.crime_id_unique"})["street.crime_id_unique"]
    assert result.failing == 2
    assert result.files == (
        ("2020-01/2020-01-south-yorkshire-street.csv", 1),
        ("2020-02/2020-02-south-yorkshire-street.csv", 1),
    )


def test_missing_months_are_named_and_judged_by_force() -> None:
    frame, files = street()
    gone = frame["file"].isin(
        [
            "2020-02/2020-02-south-yorkshire-street.csv",
            "2020-04/2020-04-south-yorkshire-street.csv",
            "2020-04/2020-04-derbyshire-street.csv",
        ]
    )
    result = check("street_crime", (frame[~gone].reset_index(drop=True), files), {"street.months_present"})[
        "street.months_present"
    ]
    assert (result.severity, result.failing) == ("warning", 3)
    assert set(result.details) == {
        "South Yorkshire Police: February 2020 and April 2020 missing.",
        "Derbyshire Constabulary: April 2020 missing.",
    }


def test_an_unknown_outcome_is_shown_by_name_with_its_rows_and_free_text_is_not() -> None:
    tables = in_month("2020-02", outcome="Suspect taken by pirates")(*street())
    result = check("street_crime", tables, {"street.outcome_known"})["street.outcome_known"]
    assert result.failing == 20
    assert result.details == ("'Suspect taken by pirates' is on 20 rows.",)
    free = check("street_crime", row("outcome", "see 12 High Street")(*street()), {"street.outcome_known"})[
        "street.outcome_known"
    ]
    assert "High Street" not in json.dumps(free.details)


def test_another_force_without_locations_or_asb_is_no_fault() -> None:
    frame, files = street()
    other = frame["reported_by"] == "Derbyshire Constabulary"
    frame.loc[other, ["lsoa_code", "longitude", "latitude", "lad_code"]] = None
    frame.loc[other, "crime_type"] = "Robbery"
    rules = {"street.blank_share", "street.blank_share_stable", "street.asb_present"}
    assert all(result.passed for result in check("street_crime", (frame, files), rules).values())


@pytest.mark.parametrize("share", [0.85, 1.3])
def test_row_counts_as_far_off_as_covid_pass(share: float) -> None:
    frame, files = street()
    mine = frame[frame["file"].str.startswith("2020-02")]
    more = pd.concat(
        [frame.drop(index=mine.index), mine.sample(frac=share, replace=True, random_state=1)], ignore_index=True
    )
    assert check("street_crime", (more, files), {"street.row_count"})["street.row_count"].passed


def test_what_a_lookup_that_is_absent_would_decide_is_not_judged() -> None:
    bare = profiles.Context(AREA, date(2022, 6, 15))
    for extract in ("small_area_population", "boundaries", "lsoa11_lsoa21", "lsoa21_ward"):
        assert all(result.passed for result in check(extract, GOOD[extract](), context=bare).values()), extract


def test_an_area_that_no_file_has_is_refused_and_nothing_breaks() -> None:
    elsewhere = profiles.Context(
        "E08000099",
        date(2022, 6, 15),
        expected=CONTEXT.expected,
        area_lsoas={"2011": frozenset(), "2021": frozenset()},
        area_wards={},
    )
    failing = set()
    for extract, tables in GOOD.items():
        results = check(extract, tables(), context=elsewhere)
        assert "not evaluated" not in {result.observed for result in results.values()}
        failing |= {rule for rule, result in results.items() if not result.passed}
    wanted = {
        "population.area_present",
        "small_area.area_complete",
        "lsoa_change.area_complete",
        "lsoa11_ward.area_lsoas",
        "lsoa21_ward.area_lsoas",
    }
    assert failing == wanted | {
        "lsoa21_ward.area_wards",
        "partnership.area_once",
        "c2.area_present",
        "street.area_present",
    }


def test_context_is_gathered_from_the_lookups() -> None:
    lookups = {"lsoa11_lsoa21": lsoa_change()[0], "lsoa21_ward": lsoa_ward("lsoa21")[0]}
    context = profiles.make_context(AREA, {"wards": 2}, date(2022, 6, 15), lookups)
    assert context.area_lsoas == {"2011": frozenset(OLD), "2021": frozenset(NEW)}
    assert context.area_wards == {"2021 2024": frozenset(WARDS)}
    assert "ward2021" in context.lsoas and "ward2011" not in context.lsoas


def test_an_expectation_that_cannot_be_evaluated_fails() -> None:
    meta = {
        "rule": "x.y",
        "view": "rows",
        "dimension": "validity",
        "severity": "critical",
        "why": "Why.",
        "remedy": "Do.",
    }
    one = {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "absent", "value_set": [1]}, "meta": meta}
    (result,) = gate.check_view("x", pd.DataFrame({"file": ["a"], "present": [1]}), [one])
    assert not result.passed and result.failing == 1 and result.observed == "not evaluated"
