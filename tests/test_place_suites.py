"""Every rule of the suites on places and similar areas fails on one bad row, and none fails on good ones.

GOOD builds a small sound set of tables for each extract, in an England of a few LSOAs; CASES spoils one row (or one
file's row) for each rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import test_suites
from conftest import without_collecting
from test_suites import (
    AREA,
    NEW,
    OLD,
    PLACES,
    SUITES,
    WARDS,
    Spoil,
    Tables,
    again,
    breaks,
    check,
    codes,
    common,
    files_of,
    first_of_its_kind,
    no_rows,
    row,
    without,
)

from srp_lib import profiles
from srp_lib.gate import NEEDS
from srp_lib.profiles import deprivation, rural_urban
from srp_lib.quality import read_suite

ELSEWHERE = ["E01000001", "E01000002"]
OLD_WARDS = ["E05001026", "E05001027"]
ENGLAND = {"IoD 2019": 5, "IoD 2025": 6}
ALIKE = ("E08000003", "E08000016", "E06000003")
NAMES = ["North", "South", "Elsewhere"]
LOOKUP = pd.DataFrame({"ward_code": [*WARDS, "E05000001"], "lad_code": [AREA, AREA, "E07000034"], "ward_name": NAMES})
PEOPLE = pd.DataFrame({
    "year": 2022, "area_code": [AREA, AREA, "E07000034"], "area_name": ["Rotherham", "Rotherham", "Chesterfield"],
    "sex": ["persons", "females", "persons"], "all_ages": pd.array([20_000, 10_000, 9_000], "Int64"),
})  # fmt: skip
CONTEXT = replace(
    test_suites.CONTEXT,
    lsoas={"2011": frozenset([*OLD, *ELSEWHERE]), "2021": frozenset([*NEW, *ELSEWHERE])},
    area_wards={"2021 2024": frozenset(WARDS), "2011 2018": frozenset(OLD_WARDS)},
    others={
        "lsoa21_ward": LOOKUP,
        "population": PEOPLE,
        "lsoa11_lsoa21": pd.DataFrame({"lsoa11_code": OLD, "lsoa11_name": OLD}),
    },
)


# --- good tables --------------------------------------------------------------------------------------------


def deprived() -> Tables:
    """All of a small England in both editions: 2019 without scores and with two LSOAs that share a rank."""
    rows = []
    for reference, vintage, lsoas in (("IoD 2019", "2011", OLD), ("IoD 2025", "2021", NEW)):
        everyone, whole = [*lsoas, *ELSEWHERE], ENGLAND[reference]
        for rank, code in enumerate(everyone, 1):
            imd = 3 if reference == "IoD 2019" and rank == 4 else rank
            score = None if reference == "IoD 2019" else 90.0 - rank
            rows.append({
                "file": f"{reference}.csv", "vintage": vintage, "reference": reference, "lsoa_code": code,
                "imd_score": score, "imd_rank": imd, "imd_decile": math.ceil(10 * imd / whole),
                "crime_score": score, "crime_rank": rank, "crime_decile": math.ceil(10 * rank / whole),
            })  # fmt: skip
    frame = pd.DataFrame(rows).astype({"imd_score": float, "crime_score": float})
    return frame, files_of(frame)


def alike() -> Tables:
    """Two lists for two areas each: one of codes, one of names with words for closeness."""
    ons = [
        {
            "file": "ons.csv", "source": "ONS demographic neighbours", "area_code": area, "rank": rank,
            "neighbour_code": code,
        }
        for area in (AREA, "E07000034") for rank, code in enumerate(ALIKE, 1)
    ]  # fmt: skip
    dfe = [
        {
            "file": "dfe.csv", "source": "DfE statistical neighbours 2021", "area_name": area, "rank": rank,
            "neighbour_name": f"Area {rank}", "closeness": "Very Close",
        }
        for area in ("Rotherham", "Chesterfield") for rank in (1, 2, 3)
    ]  # fmt: skip
    names = ["area_code", "area_name", "neighbour_code", "neighbour_name", "closeness"]
    frame = pd.DataFrame(ons + dfe).astype(dict.fromkeys(names, "str"))
    return frame, files_of(frame)


def grouped() -> Tables:
    """Two groupings of the two wards."""
    rows = [
        {"file": "groups.csv", "ward_code": code, "ward_name": None, "grouping": grouping, "group_name": group}
        for grouping, groups in (
            ("Policing locality", ("Central", "North")),
            ("Former Area Assembly", ("East", "West")),
        )
        for code, group in zip(WARDS, groups, strict=True)
    ]
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


def classed() -> Tables:
    """Every class of both vintages but the rarest, by turns."""
    rows = []
    for vintage, lsoas in (("2011", OLD), ("2021", NEW)):
        known = [*sorted(rural_urban.URBAN[vintage])[:2], *sorted(rural_urban.RURAL[vintage])]
        rows += [
            {
                "file": f"ruc{vintage}.csv", "vintage": vintage, "lsoa_code": code, "lsoa_name": code,
                "class_code": known[number % len(known)], "class_name": f"Class {known[number % len(known)]}",
                "rural": known[number % len(known)] in rural_urban.RURAL[vintage],
            }
            for number, code in enumerate([*lsoas, *ELSEWHERE])
        ]  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


def peopled() -> Tables:
    """The area's two wards and one of elsewhere."""
    people = zip([*WARDS, "E05000001"], (AREA, AREA, "E07000034"), (12_000, 8_100, 5_000), NAMES, strict=True)
    rows = [
        {
            "file": "wards.csv", "ward_year": 2022, "reference": "mid-2022", "ward_code": ward, "ward_name": name,
            "lad_code": lad, "residents": residents,
        }
        for ward, lad, residents, name in people
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame, files_of(frame)


GOOD: dict[str, Callable[[], Tables]] = {
    "deprivation": deprived, "neighbours": alike, "ward_groups": grouped, "rural_urban": classed,
    "ward_population": peopled,
}  # fmt: skip


# --- one bad row for each rule ------------------------------------------------------------------------------


def in_another_file(name: str) -> Spoil:
    """Give the last row a file of its own."""
    return lambda frame, files: row("file", name, len(frame) - 1)(frame, files)


CASES: dict[str, dict[str, Spoil]] = {
    "deprivation": {
        **common("deprivation"),
        **codes("deprivation", code="lsoa_code"),
        "deprivation.code_known": row("lsoa_code", "E01099999", 3),
        "deprivation.code_once": again(),
        "deprivation.imd_rank_given": row("imd_rank", None),
        "deprivation.imd_decile_given": row("imd_decile", None),
        **{
            f"deprivation.{name}_{rule}": spoil
            for name in ("imd", "crime")
            for rule, spoil in {
                "rank_positive": row(f"{name}_rank", 0),
                "rank_within_england": row(f"{name}_rank", 6),
                "decile_in_step": row(f"{name}_decile", 3),
                "score_falls": row(f"{name}_score", 89.5, 7),
                "ranks_once": row(f"{name}_rank", 5, 1),
            }.items()
        },
        "deprivation.edition_known": row("reference", "IoD 2015"),
        "deprivation.vintage_of_edition": row("vintage", "2021"),
        "deprivation.one_edition_a_vintage": row("reference", "IoD 2025"),
        "deprivation.area_complete": without(0),
        "deprivation.crime_ranks_given": row("crime_rank", None),
    },
    "neighbours": {
        **common("neighbours"),
        "neighbours.source_given": row("source", None),
        "neighbours.source_known": row("source", "Police most similar groups"),
        "neighbours.area_given": row("area_code", None),
        "neighbours.area_shape": row("area_code", f"{AREA}\n"),
        "neighbours.neighbour_given": row("neighbour_name", " ", 6),
        "neighbours.neighbour_shape": row("neighbour_code", "E22000261"),
        "neighbours.not_its_own": row("neighbour_name", "ROTHERHAM", 6),
        "neighbours.rank_given": row("rank", None),
        "neighbours.area_list_sound": row("neighbour_code", ALIKE[0], 1),
        "neighbours.ranks_in_order": row("rank", 4, 5),
        "neighbours.neighbour_once": row("neighbour_code", ALIKE[0], 4),
        "neighbours.area_found": lambda frame, files: (frame.replace({"area_name": {"Rotherham": "Elsewhere"}}), files),
        "neighbours.source_once": in_another_file("dfe again.csv"),
    },
    "ward_groups": {
        **common("ward_groups"),
        **codes("ward_groups", ward="ward_code"),
        "ward_groups.ward_known": row("ward_code", OLD_WARDS[0]),
        "ward_groups.grouping_given": row("grouping", ""),
        "ward_groups.group_given": row("group_name", None),
        "ward_groups.ward_once": again(group_name="South"),
        "ward_groups.wards_complete": without(0),
        "ward_groups.groups_spelt_once": row("group_name", "WEST ", 2),
        "ward_groups.names_agree": row("ward_name", "Elsewhere"),
        "ward_groups.several_groups": row("group_name", "North"),
    },
    "rural_urban": {
        **common("rural_urban"),
        **codes("rural_urban", code="lsoa_code"),
        "rural_urban.vintage_known": row("vintage", "2001"),
        "rural_urban.code_known": row("lsoa_code", "E01099999"),
        "rural_urban.code_once": again(class_code="D1", rural=True),
        "rural_urban.class_given": row("class_code", None),
        "rural_urban.class_known": row("class_code", "UN1"),
        "rural_urban.rural_given": row("rural", None),
        "rural_urban.rural_fits_class": row("rural", True),
        "rural_urban.names_agree": row("lsoa_name", "Rotherham 009Z"),
        "rural_urban.class_named": row("class_name", "12"),
        "rural_urban.area_complete": without(0),
    },
    "ward_population": {
        **common("ward_population"),
        **codes("ward_population", ward="ward_code"),
        "ward_population.ward_in_force": row("ward_code", OLD_WARDS[0], lad_code=None),
        "ward_population.ward_name_given": row("ward_name", None),
        "ward_population.authority_shape": row("lad_code", "E05012993"),
        "ward_population.names_agree": row("ward_name", "Elsewhere"),
        "ward_population.ward_once": again(),
        "ward_population.residents_given": row("residents", None),
        "ward_population.residents_positive": row("residents", 0),
        "ward_population.wards_complete": without(0),
        "ward_population.in_step_with_borough": row("residents", 12_600),
        "ward_population.reference_once": row("ward_year", 2018),
    },
}


# --- the checks ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="module")
def quickly() -> Iterator[None]:
    """Check in the small England, without the garbage collector's walks."""
    with pytest.MonkeyPatch.context() as patch, without_collecting():
        patch.setattr(deprivation, "ENGLAND", ENGLAND)
        yield


@cache
def rules(extract: str) -> dict[str, dict[str, Any]]:
    """The expectations of an extract's suite, by rule."""
    return {one["meta"]["rule"]: one for one in read_suite(SUITES, extract)["expectations"]}


def failed(extract: str, tables: Tables, context: profiles.Context = CONTEXT) -> set[str]:
    """The rules that tables break, worked out without the library."""
    views = {view: profiles.derive(extract, view, *tables, context) for view in profiles.VIEWS[extract]}
    return {rule for rule, one in rules(extract).items() if breaks(views[one["meta"]["view"]], one)}


@pytest.mark.parametrize("extract", GOOD)
def test_good_tables_pass_every_rule(extract: str) -> None:
    results = check(extract, GOOD[extract](), context=CONTEXT)
    assert {rule: result.observed for rule, result in results.items() if not result.passed} == {}


@cache
def asked(extract: str) -> set[str]:
    """The rules that the library itself is asked for: the first of a type on a view that no other suite shares."""
    firsts: dict[tuple[str, str], str] = {}
    for rule, one in rules(extract).items():
        if first_of_its_kind(extract, rule, (*test_suites.CASES, *CASES)):
            firsts.setdefault((one["meta"]["view"], one["type"]), rule)
    return set(firsts.values())


@pytest.mark.parametrize(("extract", "rule"), [(extract, rule) for extract, rules in CASES.items() for rule in rules])
def test_rule_fails_on_one_bad_row(extract: str, rule: str) -> None:
    spoilt = CASES[extract][rule](*GOOD[extract]())
    one = rules(extract)[rule]
    view = profiles.derive(extract, one["meta"]["view"], *spoilt, CONTEXT)
    assert breaks(view, one)
    told = view.get(f"{one['kwargs'].get('column')}_detail", pd.Series(dtype=str))
    assert not told.astype(str).str.contains(r"[EW]0[15][0-9]{6}", regex=True).any()
    if rule not in asked(extract):
        return
    result = check(extract, spoilt, {rule}, CONTEXT)[rule]
    assert not result.passed and result.failing >= 1 and result.observed != "not evaluated"


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == set(GOOD) == PLACES
    for extract in CASES:
        assert set(rules(extract)) == set(CASES[extract])


@pytest.mark.parametrize("extract", GOOD)
def test_an_empty_table_is_refused_and_nothing_breaks(extract: str) -> None:
    assert failed(extract, no_rows(*GOOD[extract]())) == {f"{extract}.rows_present"}


@pytest.mark.parametrize("extract", GOOD)
def test_what_an_extract_that_is_absent_would_decide_is_not_judged(extract: str) -> None:
    bare = profiles.Context(AREA, CONTEXT.today, CONTEXT.expected)
    assert failed(extract, GOOD[extract](), bare) == set()


def test_the_context_that_a_run_gathers_has_what_the_views_read() -> None:
    ward21 = LOOKUP.assign(lsoa21_code=[*NEW[:2], ELSEWHERE[0]], ward_year=2024, lsoa21_name="Elsewhere 001A")
    supplied = {"lsoa21_ward": ward21, "population": PEOPLE}
    for extract in GOOD:
        others = {name: supplied[name][list(columns)] for name, columns in NEEDS[extract].items() if name in supplied}
        gathered = profiles.make_context(AREA, {"wards": 2}, CONTEXT.today, others)
        for view in profiles.VIEWS[extract]:
            assert len(profiles.derive(extract, view, *GOOD[extract](), gathered)), (extract, view)


# --- deprivation --------------------------------------------------------------------------------------------


def whole_england(number: int, tied: bool) -> pd.Series:
    """Ranks 1 to `number`, in another order than that of their size; with the second and third tied."""
    ranks = pd.Series(np.random.default_rng(1).permutation(np.arange(1, number + 1)))
    return ranks.replace(3, 2) if tied else ranks


@pytest.mark.parametrize(("edition", "number"), [("IoD 2019", 32_844), ("IoD 2025", 33_755)])
def test_all_of_england_has_each_rank_once_but_for_ties(
    monkeypatch: pytest.MonkeyPatch, edition: str, number: int
) -> None:
    monkeypatch.setattr(deprivation, "ENGLAND", {"IoD 2019": 32_844, "IoD 2025": 33_755})
    frame = pd.DataFrame(
        {"file": "a.csv", "vintage": "2011", "reference": edition, "lsoa_code": "E01000001"}, range(number)
    )
    frame = frame.assign(imd_rank=whole_england(number, True), crime_rank=whole_england(number, False))
    files = files_of(frame)
    sound = profiles.derive("deprivation", "tables", frame, files, CONTEXT).iloc[0]
    assert (sound["imd_ranks_wrong"], sound["crime_ranks_wrong"]) == (0, 0)
    fewer = profiles.derive("deprivation", "tables", frame.iloc[1:], files, CONTEXT).iloc[0]
    assert (fewer["imd_ranks_wrong"], fewer["crime_ranks_wrong"]) == (1, 1)
    moved = frame.assign(crime_rank=frame["crime_rank"].replace(9, 700))
    assert profiles.derive("deprivation", "tables", moved, files, CONTEXT)["crime_ranks_wrong"].item() == 2


def test_a_table_of_part_of_england_may_have_gaps_in_its_ranks() -> None:
    frame, files = deprived()
    frame = frame[frame["reference"] == "IoD 2025"].iloc[[0, 3]].reset_index(drop=True)
    assert failed("deprivation", (frame, files)) == {"deprivation.area_complete"}


def test_a_table_without_any_crime_rank_is_sound() -> None:
    frame, files = deprived()
    frame[["crime_rank", "crime_decile"]] = np.nan
    assert failed("deprivation", (frame, files)) == set()


# --- similar areas and wards --------------------------------------------------------------------------------


def test_a_fault_in_the_list_of_another_area_only_warns() -> None:
    severity = {rule: one["meta"]["severity"] for rule, one in rules("neighbours").items()}
    for column, value, other, mine in (("rank", 3, 4, 7), ("rank", 9, 4, 7), ("neighbour_code", ALIKE[0], 5, 2)):
        broken = failed("neighbours", row(column, value, other)(*alike()))
        assert {severity[rule] for rule in broken} == {"warning"}
        broken = failed("neighbours", row(column, value, mine)(*alike()))
        assert {rule for rule in broken if severity[rule] == "critical"} == {"neighbours.area_list_sound"}


def test_an_area_is_found_in_a_list_of_names_only_where_its_name_is_known() -> None:
    frame, files = alike()
    names = frame[frame["area_name"] != "Rotherham"].reset_index(drop=True)
    assert failed("neighbours", (names, files)) == {"neighbours.area_found"}
    nameless = replace(CONTEXT, others={})
    assert failed("neighbours", (names, files), nameless) == set()


def test_a_list_of_names_alone_is_sound() -> None:
    frame, files = alike()
    assert failed("neighbours", (frame[frame["file"] == "dfe.csv"].reset_index(drop=True), files)) == set()


def test_groups_of_wards_of_before_the_change_leave_out_every_ward() -> None:
    frame, files = grouped()
    frame["ward_code"] = OLD_WARDS * 2
    result = check("ward_groups", (frame, files), {"ward_groups.wards_complete"}, CONTEXT)["ward_groups.wards_complete"]
    assert (result.failing, result.checked) == (2, 2)
    assert result.details == ("groups.csv: a grouping leaves out 2 of the area's 2 wards.",)


def test_residents_are_held_against_the_borough_of_the_same_year_alone() -> None:
    frame, files = peopled()
    assert "ward_population.in_step_with_borough" in failed("ward_population", row("residents", 9_000)(frame, files))
    assert failed("ward_population", (frame.assign(reference="mid-2020"), files)) == set()
    nowhere = replace(CONTEXT, area_wards={})
    assert failed("ward_population", (frame.assign(lad_code=None), files), nowhere) == set()


def test_residents_of_old_wards_among_the_new_are_refused() -> None:
    frame, files = peopled()
    old = frame.iloc[:2].assign(ward_code=OLD_WARDS, lad_code=None)
    broken = failed("ward_population", (pd.concat([frame, old], ignore_index=True), files))
    assert {"ward_population.ward_in_force", "ward_population.wards_complete"} <= broken
