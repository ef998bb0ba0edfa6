"""The lists of offence codes, outcome types and objective areas: what is in them, and what belongs to what."""

from __future__ import annotations

import csv
import os
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srp_lib.codelists import OUTCOME_GROUPS, offences
from srp_lib.codelists.offences import (
    HATE,
    UNLISTED,
    VICTIMS,
    AreaRule,
    ObjectiveArea,
    OffenceCode,
    canonical_code,
    classify,
    in_area,
    objective_areas,
    offence_codes,
    outcome_types,
)

REAL = os.environ.get("SRP_REAL_DATA", "")
FLAGS = (
    "domestic_abuse",
    "child_abuse",
    "cce",
    "cse",
    "online",
    "alcohol",
    "knife",
    "modern_slavery",
    "honour_based",
    "forced_marriage",
    "organised_crime",
)
WITHOUT_RULES = {
    "anti_social_behaviour": "incidents of anti-social behaviour reported to police or council",
    "counter_terrorism": "Prevent referrals",
}
THEMES = {
    "children": ("02_protecting_vulnerable_children", ["child_abuse", "cce", "cse"]),
    "adults": ("03_protecting_vulnerable_adults", ["substance_misuse", "mental_health", "modern_slavery"]),
    "communities": ("04_safer_stronger_communities", ["anti_social_behaviour", "hate_crime", "online_crime"]),
    "violence": (
        "05_violence_organised_crime",
        [
            "domestic_abuse",
            "sexual_offences",
            "women_and_girls",
            "serious_violence",
            "organised_crime",
            "counter_terrorism",
        ],
    ),
}


def groups_of(codes: list[str | None], day: str = "2020-06-01") -> pd.DataFrame:
    return classify(pd.Series(codes, dtype="str"), pd.Series(pd.to_datetime([day] * len(codes))))


def frame(rows: list[dict]) -> pd.DataFrame:
    """Offences as `in_area` is given them; what a row does not say is "N", blank or False."""
    plain = dict.fromkeys(FLAGS, "N") | {"ho_code": "46", "hate_strands": None, "recorded_date": "2020-06-01"}
    table = pd.DataFrame([plain | dict.fromkeys(VICTIMS.values(), False) | row for row in rows])
    table["recorded_date"] = pd.to_datetime(table["recorded_date"])
    for flag in FLAGS:
        table[flag] = table[flag].astype("category")
    return table.join(classify(table["ho_code"], table["recorded_date"]))


def belongs(slug: str, rows: list[dict]) -> list[bool]:
    return in_area(objective_areas()[slug], frame(rows)).tolist()


# ---------------------------------------------------------------------------- offence codes


@pytest.mark.parametrize(
    ("code", "group", "subgroup"),
    [
        ("1", "Violence against the person", "Homicide"),
        ("4.1", "Violence against the person", "Homicide"),
        ("4.2", "Violence against the person", "Homicide"),
        ("4.10", "Violence against the person", "Homicide"),
        ("2", "Violence against the person", "Violence with injury"),
        ("5D", "Violence against the person", "Violence with injury"),
        ("5E", "Violence against the person", "Violence with injury"),
        ("105A", "Violence against the person", "Violence without injury"),
        ("106", "Violence against the person", "Violence without injury"),
        ("8L", "Violence against the person", "Stalking and harassment"),
        ("8Q", "Violence against the person", "Stalking and harassment"),
        ("8R", "Violence against the person", "Stalking and harassment"),
        ("19C", "Sexual offences", "Rape offences"),
        ("20A", "Sexual offences", "Other sexual offences"),
        ("86", "Miscellaneous crimes", "Miscellaneous crimes"),
        ("92A", "Drug offences", "Trafficking of drugs"),
        ("34B", "Robbery", "Robbery of personal property"),
        ("UK Finance", "Fraud offences", "Fraud: UK Finance"),
    ],
)
def test_a_code_has_its_published_group_and_subgroup(code: str, group: str, subgroup: str) -> None:
    assert groups_of([code]).iloc[0].tolist() == [group, subgroup]


@pytest.mark.skipif(not REAL, reason="SRP_REAL_DATA is not set: it names the folder of real files")
def test_every_offence_the_home_office_counted_in_a_year_has_the_group_it_gave_it() -> None:
    with (Path(REAL) / "home_office" / "prc-pfa-2017-18.csv").open(encoding="utf-8-sig", newline="") as handle:
        counted = {
            (code, row["Offence Group"], row["Offence Subgroup"], int(row["Financial Quarter"]))
            for row in csv.DictReader(handle)
            if row["Number of Offences"] not in ("", "0")
            for code in row["Offence Code"].split("/")
        }
    codes, groups, subgroups, quarters = zip(*sorted(counted), strict=True)
    days = pd.to_datetime(["2017-04-01", "2017-07-01", "2017-10-01", "2018-03-31"])[np.array(quarters) - 1]
    found = classify(pd.Series(codes), pd.Series(days))
    assert len(codes) > 400
    assert found["group"].tolist() == list(groups) and found["subgroup"].tolist() == list(subgroups)


def test_every_row_of_the_list_is_complete_and_a_subgroup_has_one_group() -> None:
    for one in offence_codes():
        assert one.code and one.description and one.group and one.subgroup and one.source
        assert all(day == "" or date.fromisoformat(day) for day in (one.valid_from, one.valid_to))
        assert not one.valid_from or not one.valid_to or one.valid_from <= one.valid_to
        assert canonical_code(one.code) == one.code.upper()
    pairs = {(one.subgroup, one.group) for one in offence_codes()}
    assert len(pairs) == len({subgroup for subgroup, _ in pairs})


def test_no_code_has_two_rows_for_one_day() -> None:
    spans: dict[str, list[tuple[str, str]]] = {}
    for one in offence_codes():
        spans.setdefault(canonical_code(one.code), []).append((one.valid_from, one.valid_to or "9999-12-31"))
    for code, found in spans.items():
        ordered = sorted(found)
        assert all(before[1] < after[0] for before, after in zip(ordered, ordered[1:], strict=False)), code


def test_case_spaces_zeros_and_the_counting_rules_slash_make_no_difference() -> None:
    written = ["019C", "19c ", " 19C", "0004.1", "4/10", "2.0", "uk  finance", "ffa uk"]
    assert [canonical_code(code) for code in written] == [
        "19C",
        "19C",
        "19C",
        "4.1",
        "4.10",
        "2",
        "UK FINANCE",
        "FFA UK",
    ]
    assert groups_of(written[:6])["subgroup"].tolist() == ["Rape offences"] * 3 + ["Homicide"] * 2 + [
        "Violence with injury"
    ]
    assert belongs("serious_violence", [{"ho_code": " 05d"}, {"ho_code": "5E"}, {"ho_code": "04.10"}]) == [True] * 3


def test_a_code_that_no_list_knows_is_said_and_never_dropped() -> None:
    codes = pd.Series(["8ZZ", "46", None, "4.11", ""], index=[7, 3, 9, 1, 4], name="ho_code")
    found = classify(codes, pd.Series(pd.to_datetime(["2020-06-01"] * 5), index=codes.index))
    assert found.index.tolist() == [7, 3, 9, 1, 4] and not found.isna().any(axis=None)
    assert found["group"].tolist() == [UNLISTED, "Theft offences", UNLISTED, UNLISTED, UNLISTED]
    assert found["subgroup"].tolist() == [UNLISTED, "Shoplifting", UNLISTED, UNLISTED, UNLISTED]


def test_a_row_holds_from_its_first_day_to_the_end_of_its_last() -> None:
    assert groups_of(["28A", "28E"], "2017-03-31")["group"].tolist() == ["Theft offences", UNLISTED]
    assert groups_of(["28A", "28E"], "2017-04-01")["group"].tolist() == [UNLISTED, "Theft offences"]
    assert groups_of(["28A", "106"], "2017-03-31 23:59")["group"].tolist()[0] == "Theft offences"
    assert groups_of(["106"], "2015-03-31")["group"].tolist() == [UNLISTED]
    undated = classify(pd.Series(["106", "46"]), pd.Series(pd.to_datetime([None, None])))
    assert undated["group"].tolist() == [UNLISTED, "Theft offences"]


def test_a_code_that_changed_its_group_has_the_group_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        OffenceCode("8Q", "Stalking", "Violence", "Without injury", "", "2017-03-31", "s"),
        OffenceCode("8Q", "Stalking", "Violence", "Stalking", "2017-04-01", "", "s"),
    )
    monkeypatch.setattr(offences, "offence_codes", lambda: rows)
    offences._rows_of_code.cache_clear()
    try:
        days = pd.Series(pd.to_datetime(["2017-03-31", "2017-04-01", "2025-01-01", None]))
        found = classify(pd.Series(["8Q", "08q", "8Q", "8Q"], dtype="category"), days)
    finally:
        offences._rows_of_code.cache_clear()
    assert found["subgroup"].tolist() == ["Without injury", "Stalking", "Stalking", UNLISTED]


def test_groups_are_categories_whatever_the_codes_come_as_and_quick() -> None:
    codes = np.random.default_rng(1).choice([one.code for one in offence_codes()] + ["8ZZ"], 69_000)
    days = pd.Series(pd.date_range("2019-04-01", "2021-12-31", len(codes)))
    started = time.perf_counter()
    as_text = classify(pd.Series(codes), days)
    assert time.perf_counter() - started < 0.5
    pd.testing.assert_frame_equal(as_text, classify(pd.Series(codes, dtype="category"), days))
    assert {str(kind) for kind in as_text.dtypes} == {"category"}
    empty = classify(pd.Series([], dtype="str"), pd.Series([], dtype="datetime64[ns]"))
    assert list(empty.columns) == ["group", "subgroup"] and empty.empty


# ---------------------------------------------------------------------------- outcome types


def test_every_outcome_type_from_1_to_22_has_a_name_and_a_known_group() -> None:
    assert sorted(outcome_types()) == list(range(1, 23))
    assert all(one.code == code and one.name and one.group in OUTCOME_GROUPS for code, one in outcome_types().items())
    by_group = {code: one.group for code, one in outcome_types().items()}
    assert [by_group[code] for code in (1, 2, 3, 8, 9, 16, 18, 20)] == [
        "charged",
        "out_of_court",
        "out_of_court",
        "out_of_court",
        "not_in_public_interest",
        "unable_to_prosecute",
        "no_suspect",
        "other_action",
    ]
    # An offence without an outcome is open; no type says so.
    assert not {"open", "unknown"} & set(by_group.values())


# ---------------------------------------------------------------------------- objective areas


def test_every_objective_area_of_the_plan_is_in_its_theme_and_notebook() -> None:
    areas = objective_areas()
    assert list(areas) == [slug for _, slugs in THEMES.values() for slug in slugs]
    for theme, (notebook, slugs) in THEMES.items():
        assert {(areas[slug].theme, areas[slug].notebook) for slug in slugs} == {(theme, notebook)}
    notebooks = Path(__file__).parents[1] / "notebooks"
    assert all((notebooks / f"{notebook}.ipynb").is_file() for notebook, _ in THEMES.values())


def test_areas_that_the_methods_call_sensitive_are_marked() -> None:
    sensitive = {slug for slug, area in objective_areas().items() if area.sensitive}
    assert {"child_abuse", "cce", "cse", "modern_slavery", "hate_crime", "domestic_abuse"} <= sensitive
    assert {"sexual_offences", "women_and_girls", "mental_health", "serious_violence", "organised_crime"} <= sensitive
    assert "anti_social_behaviour" not in sensitive


def test_every_condition_of_a_rule_exists_in_the_lists_and_is_named_in_its_description() -> None:
    codes = {canonical_code(one.code) for one in offence_codes()}
    groups, subgroups = {one.group for one in offence_codes()}, {one.subgroup for one in offence_codes()}
    for area in objective_areas().values():
        assert bool(area.rules) is (area.slug not in WITHOUT_RULES)
        for rule in area.rules:
            assert rule.description and rule.source and any((rule.codes, rule.groups, rule.flags, rule.victim))
            assert set(rule.codes) <= codes and set(rule.groups) <= groups and set(rule.subgroups) <= subgroups
            assert set(rule.flags) <= {*FLAGS, HATE} and rule.victim in ("", *VICTIMS)
            named = [*rule.codes, *(name.lower() for name in (*rule.groups, *rule.subgroups)), *rule.flags]
            assert all(name in rule.description for name in named)
            assert not rule.victim or rule.victim in rule.description


def test_a_definition_says_which_offences_are_counted() -> None:
    areas = objective_areas()
    assert areas["cse"].definition == "offences with cse = Y"
    assert areas["modern_slavery"].definition == "offences with modern_slavery = Y, or with code 106"
    assert {slug: areas[slug].definition for slug in WITHOUT_RULES} == WITHOUT_RULES


@pytest.mark.parametrize(
    ("slug", "flag"),
    [
        ("child_abuse", "child_abuse"),
        ("cce", "cce"),
        ("cse", "cse"),
        ("online_crime", "online"),
        ("domestic_abuse", "domestic_abuse"),
        ("organised_crime", "organised_crime"),
        ("modern_slavery", "modern_slavery"),
        ("substance_misuse", "alcohol"),
    ],
)
def test_a_flag_of_y_and_nothing_else_makes_the_area(slug: str, flag: str) -> None:
    assert belongs(slug, [{flag: "Y"}, {flag: "N"}, {flag: None}, {flag: "YES"}]) == [True, False, False, False]


def test_areas_of_codes_and_groups() -> None:
    assert belongs("modern_slavery", [{"ho_code": "106"}, {"ho_code": "105A"}]) == [True, False]
    assert belongs("substance_misuse", [{"ho_code": "92A"}, {"ho_code": "92E"}, {"ho_code": "46"}]) == [
        True,
        True,
        False,
    ]
    assert belongs("sexual_offences", [{"ho_code": "19C"}, {"ho_code": "20A"}, {"ho_code": "86"}]) == [
        True,
        True,
        False,
    ]


def test_hate_crime_is_any_strand() -> None:
    strands = ["race", "race;religion", "", "  ", None]
    assert belongs("hate_crime", [{"hate_strands": one} for one in strands]) == [True, True, False, False, False]


def test_serious_violence_is_the_named_codes_or_a_knife_in_violence_or_robbery() -> None:
    inside = [{"ho_code": code} for code in ("1", "4.1", "4.2", "4.10", "2", "5D", "5E")]
    knives = [{"ho_code": code, "knife": "Y"} for code in ("8N", "105A", "34A", "34B")]
    assert belongs("serious_violence", inside + knives) == [True] * 11
    outside = [{"ho_code": code} for code in ("8N", "34B", "4.3", "3A")]
    elsewhere = [{"ho_code": code, "knife": "Y"} for code in ("19C", "10D", "58D", "8ZZ")]
    assert belongs("serious_violence", outside + elsewhere) == [False] * 8


def test_violence_against_women_and_girls_needs_a_female_victim() -> None:
    kinds = [
        {"ho_code": "8N"},
        {"ho_code": "19C"},
        {"domestic_abuse": "Y"},
        {"honour_based": "Y"},
        {"forced_marriage": "Y"},
    ]
    assert belongs("women_and_girls", [one | {"victim_female": True} for one in kinds]) == [True] * 5
    assert belongs("women_and_girls", kinds) == [False] * 5
    assert belongs("women_and_girls", [{"victim_female": True}, {"victim_female": True, "knife": "Y"}]) == [False] * 2


def test_mental_health_is_of_the_victims_and_empty_without_them() -> None:
    assert belongs("mental_health", [{"victim_mental_health": True}, {}]) == [True, False]
    alone = frame([{"ho_code": "8N", "domestic_abuse": "Y"}]).drop(columns=list(VICTIMS.values()))
    counted = {slug: bool(in_area(area, alone).any()) for slug, area in objective_areas().items()}
    assert not counted["mental_health"] and not counted["women_and_girls"] and counted["domestic_abuse"]


def test_the_index_is_kept_and_an_area_without_rules_has_no_offences() -> None:
    table = frame([{"cse": "Y"}, {}]).set_axis([12, 5])
    assert in_area(objective_areas()["cse"], table).to_dict() == {12: True, 5: False}
    assert not in_area(objective_areas()["counter_terrorism"], table).any()
    assert in_area(objective_areas()["cse"], table.iloc[:0]).dtype == bool


def test_a_rule_holds_between_its_dates_only() -> None:
    rule = AreaRule("with cse = Y", flags=("cse",), valid_from="2020-04-01", valid_to="2021-03-31")
    area = ObjectiveArea("a", "A", "offences", "children", "02", True, (rule,))
    days = ["2020-03-31", "2020-04-01", "2021-03-31", "2021-04-01", None]
    table = frame([{"cse": "Y", "recorded_date": day} for day in days])
    assert in_area(area, table).tolist() == [False, True, True, False, False]


RULE = st.builds(
    AreaRule,
    description=st.just("of any kind"),
    codes=st.sampled_from([(), ("2",), ("2", "46")]),
    groups=st.sampled_from([(), ("Theft offences",), ("Theft offences", "Sexual offences")]),
    subgroups=st.sampled_from([(), ("Rape offences",), ("Shoplifting", "Violence with injury")]),
    flags=st.sampled_from([(), ("cse",), ("cse", "online"), (HATE,)]),
    victim=st.sampled_from(["", "female", "mental_health"]),
)
OFFENCE = st.fixed_dictionaries(
    {
        "ho_code": st.sampled_from(["2", "46", "19C", "8ZZ"]),
        "cse": st.sampled_from(["Y", "N", None]),
        "online": st.sampled_from(["Y", "N"]),
        "hate_strands": st.sampled_from(["race", "", None]),
        "victim_female": st.booleans(),
        "victim_mental_health": st.booleans(),
    }
)


@given(st.lists(RULE, max_size=3), st.lists(OFFENCE, min_size=1, max_size=6))
def test_an_offence_is_in_the_area_when_any_rule_holds_in_every_condition(
    rules: list[AreaRule], rows: list[dict]
) -> None:
    table = frame(rows)

    def meets(rule: AreaRule, row: dict) -> bool:
        return (
            (not rule.codes or row["ho_code"] in rule.codes)
            and (not rule.groups or row["group"] in rule.groups)
            and (not rule.subgroups or row["subgroup"] in rule.subgroups)
            and all(row["hate_strands"] == "race" if flag == HATE else row[flag] == "Y" for flag in rule.flags)
            and (not rule.victim or row[VICTIMS[rule.victim]])
        )

    by_hand = [any(meets(rule, row) for rule in rules) for row in table.to_dict("records")]
    area = ObjectiveArea("a", "A", "offences", "children", "02", True, tuple(rules))
    assert in_area(area, table).tolist() == by_hand


def test_a_rule_of_an_area_that_is_not_listed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {
        "objective_areas.csv": [],
        "objective_area_rules.csv": [{"area": "piracy", "victim": ""}],
        "outcome_types.csv": [{"code": "1", "name": "Charged", "group": "guessed"}],
    }
    monkeypatch.setattr(offences, "read_table", lambda name: rows[name])
    with pytest.raises(ValueError, match="piracy"):
        objective_areas.__wrapped__()
    with pytest.raises(ValueError, match="guessed"):
        outcome_types.__wrapped__()
