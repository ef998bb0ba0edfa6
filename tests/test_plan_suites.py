"""Every rule on surveys, calls, consultation, indicators, actions and risk scores fails on one bad row, alone.

BUILD makes a small sound table of each extract; CASES spoils one row (or one file's row, or what another extract
says) for each rule. None of the sentences names who scored or tells how many people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import pytest
from conftest import without_collecting
from test_partner_suites import FEW
from test_partner_suites import common as partner_common
from test_suites import (
    AREA,
    PLAN,
    SUITES,
    WARDS,
    Spoil,
    Tables,
    again,
    breaks,
    files_of,
    first_of_its_kind,
    no_rows,
    row,
    without,
)

from srp_lib import gate, profiles
from srp_lib.disclosure import Policy
from srp_lib.extracts import FAULTS, risk_scale
from srp_lib.extracts.partner_schema import columns, partner_extracts
from srp_lib.profiles import plan
from srp_lib.quality import protected, read_suite

TODAY = date(2022, 6, 15)
NEXT_DAY = pd.Timestamp("2022-06-16")
NINE = risk_scale.dimensions()
PARTS = dict(zip(NINE, ["harm"] * 4 + ["shown"] + ["likelihood"] * 2 + ["shown"] * 2, strict=True))
SCORERS = ("Constabulary of Toytown", "Toytown Council")
KINDS = {"flag": "category", "date": "datetime64[us]", "month": "str", "whole": "Int64", "number": float}


# --- good tables --------------------------------------------------------------------------------------------


def typed(extract: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame in the types that the readers give, columns in the schema's order after the file."""
    if extract not in partner_extracts():
        return frame.astype({"score": "Int64", "weight": float, "file": "category"})
    types = {one.name: KINDS.get(one.kind, "str" if one.identifier else "category") for one in columns(extract)}
    whole = frame.assign(**{name: None for name in types if name not in frame})
    return whole[["file", *types]].astype({"file": "category", **types})


def good_surveys() -> list[dict[str, object]]:
    """Two waves of a survey by group and ward, and one question of another survey."""
    asb = {
        "survey": "Residents",
        "question_id": "asb_problem",
        "question": "Is it a problem? Yes",
        "design_effect": 1.4,
    }
    rows: list[dict[str, object]] = [
        {
            **asb, "file": f"surveys/{day[:4]}.csv", "wave": pd.Timestamp(day), "group": group, "positive": 30.5,
            "base": base,
        }
        for day in ("2020-05-01", "2021-05-01")
        for group, base in ((None, 900), ("women", 450), (WARDS[0], 31), (WARDS[1], 30.6))
    ]  # fmt: skip
    other = {
        "file": "surveys/2021.csv",
        "survey": "Victims",
        "wave": pd.Timestamp("2021-03-31"),
        "positive": 0,
        "base": 99,
    }
    return [*rows, {**other, "question_id": "feel_safer", "question": "Do you feel safer? Yes"}]


def good_calls() -> list[dict[str, object]]:
    """Fourteen months of calls, the last of them just over."""
    return [
        {
            "file": f"calls_101/{month.year}.csv", "month": str(month), "offered": 9000 + 10 * month.month,
            "answered": 8000, "abandoned": 700, "mean_wait_seconds": 61.5,
        }
        for month in pd.period_range("2021-04", "2022-05", freq="M")
    ]  # fmt: skip


def good_consultation() -> list[dict[str, object]]:
    """Events of each method, one of them a public meeting."""
    methods = ("meeting", "survey", "focus group", "written response")
    return [
        {
            "file": f"consultation/{year}.csv", "event_id": f"E{year}-{number}",
            "date": pd.Timestamp(f"{year}-0{number + 1}-11"), "method": method, "group": "young people",
            "participants": number, "priorities_raised": "Burglary;Noise",
            "public_meeting": None if number else "Y",
        }
        for year in (2020, 2021) for number, method in enumerate(methods)
    ]  # fmt: skip


def good_indicators() -> list[dict[str, object]]:
    """A rate with its counts, a share, a count without a target, and one in the unit of what measures it."""
    base = {"file": "indicators/all.csv", "theme": "violence", "objective": "Serious violence", "name": "Assaults"}
    rate = {"unit": "per 1,000", "baseline": 8.52, "baseline_count": 2159, "target": 8.04, "target_count": 2042}
    return [
        {**base, **rate, "indicator_id": "assault", "fact_id": "services.assault", "good": "down",
         "baseline_period": "2007-08", "target_period": "2010-11"},
        {**base, "indicator_id": "asb_problem", "fact_id": "voices.asb_problem.share", "good": "down", "unit": "%",
         "baseline": 28, "baseline_period": "2008", "target": 25, "target_period": "2010"},
        {**base, "indicator_id": "in_treatment", "theme": "adults", "fact_id": "in_treatment", "good": "up",
         "unit": "count", "baseline": 1256, "baseline_period": "ye-2008-03"},
        {**base, "indicator_id": "harm", "theme": "children", "fact_id": "children.cse.harm", "good": "up",
         "baseline": 4, "baseline_period": "2019-20Q2", "target": 4, "target_period": "ytd-2020-09"},
    ]  # fmt: skip


def good_actions() -> list[dict[str, object]]:
    """An action of each status, and one that starts after today."""
    statuses = ("not started", "on track", "at risk", "off track", "complete", "not started")
    return [
        {
            "file": f"actions/{'late' if number > 2 else 'early'}.csv", "action_id": f"VAWG-{number}",
            "theme": "violence", "objective": "Sexual offences", "commitment": "Be believed",
            "activity": "Train officers", "measure_of_success": "Trained",
            "lead_partner": "Toytown Council", "start": pd.Timestamp("2021-04-01" if number < 5 else "2023-04-01"),
            "due": pd.Timestamp("2023-04-01"), "status": status, "updated": pd.Timestamp("2022-03-01"),
        }
        for number, status in enumerate(statuses)
    ]  # fmt: skip


def good_scores() -> list[dict[str, object]]:
    """Two issues that two organisations scored on every dimension, in a file each."""
    return [
        {
            "file": f"risk_scores/{number}.csv", "issue": issue, "organisation": scorer,
            "scored_on": pd.Timestamp("2022-01-10"), "dimension": name, "score": 1 + at % 5,
            "evidence": "violence.domestic_abuse.change",
        }
        for number, scorer in enumerate(SCORERS)
        for issue in ("Domestic abuse", "E-scooters (new)") for at, name in enumerate(NINE)
    ]  # fmt: skip


def good_scale() -> list[dict[str, object]]:
    """The nine dimensions on a scale of five."""
    return [
        {
            "file": "risk_scale.toml", "title": "Scale of Toytown", "dimension": name, "part": part, "weight": 1.0,
            "reversed": False, "meaning": "How bad it is", "score": score, "label": f"Level {score}",
            "score_meaning": None, "within": "mean", "across": "product",
        }
        for name, part in PARTS.items() for score in range(1, 6)
    ]  # fmt: skip


def good_weights() -> list[dict[str, object]]:
    """One version with three codes."""
    codes = {"8N": 184, "105A": 0, "19C": 2681.5}
    base = {"file": "harm_weights/all.csv", "version": "Weights of Toytown, 2021"}
    return [{**base, "ho_code": code, "weight": weight} for code, weight in codes.items()]


BUILD: dict[str, Callable[[], list[dict[str, object]]]] = {
    "surveys": good_surveys, "calls_101": good_calls, "consultation": good_consultation, "indicators": good_indicators,
    "actions": good_actions, "risk_scores": good_scores, "risk_scale": good_scale, "harm_weights": good_weights,
}  # fmt: skip


@cache
def _built(extract: str) -> Tables:
    frame = typed(extract, pd.DataFrame(BUILD[extract]()))
    return frame, files_of(frame.astype({"file": str}))


def good(extract: str) -> Tables:
    """A fresh copy of an extract's sound tables."""
    frame, files = _built(extract)
    return frame.copy(), files.copy()


@cache
def context() -> profiles.Context:
    """The run's context with all that these extracts are held against."""
    offences = pd.DataFrame({"ho_code": ["019C", "8N", "8N", "105A"]})
    wards = pd.DataFrame(
        {"lsoa21_code": ["E01007657", "E01007658"], "ward_code": WARDS, "lad_code": AREA, "ward_year": 2024}
    )
    supplied = {"risk_scale": good("risk_scale")[0], "offences": offences, "lsoa21_ward": wards}
    return profiles.make_context(AREA, {"wards": 2}, TODAY, supplied)


# --- one bad row for each rule ------------------------------------------------------------------------------


def common(prefix: str) -> dict[str, Spoil]:
    """The cases of the rules on files; a file without dates has none of dates, and a scale has no columns."""
    absent = {
        "risk_scale": ("file_dates", "columns_filled", "file_ended"),
        "indicators": ("file_dates",),
        "harm_weights": ("file_dates",),
    }
    left = absent.get(prefix, ())
    return {rule: spoil for rule, spoil in partner_common(prefix).items() if rule.partition(".")[2] not in left}


def leave_out(**values: object) -> Spoil:
    """Drop the rows that have all of these values."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        mine = pd.concat([frame[name] == value for name, value in values.items()], axis=1).all(axis=1)
        return frame[~mine].reset_index(drop=True), files

    return spoil


def weightless(part: str) -> Spoil:
    """Give all dimensions of a part of the risk no weight."""
    return lambda frame, files: (frame.assign(weight=frame["weight"].where(frame["part"] != part, 0)), files)


def again_in(name: str) -> Spoil:
    """Repeat every row in another file."""
    return lambda frame, files: (pd.concat([frame, frame.assign(file=name)], ignore_index=True), files)


def nothing(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
    """Leave the extract as it is."""
    return frame, files


def given(extract: str) -> dict[str, Spoil]:
    """The cases of the rules that a column is filled."""
    return {f"{extract}.{rule}_given": row(column, None) for rule, column in BLANKS[extract].items()}


# The columns of each extract that may not be blank, by the name of the rule.
BLANKS: dict[str, dict[str, str]] = {
    "surveys": {
        "survey": "survey", "question_id": "question_id", "question": "question", "wave": "wave",
        "positive": "positive", "base": "base",
    },
    "calls_101": {
        "month": "month", "offered": "offered", "answered": "answered", "abandoned": "abandoned",
        "wait": "mean_wait_seconds",
    },
    "consultation": {
        "id": "event_id", "date": "date", "method": "method", "group": "group", "participants": "participants",
    },
    "indicators": {
        "id": "indicator_id", "theme": "theme", "objective": "objective", "name": "name", "fact": "fact_id",
        "good": "good", "baseline": "baseline", "baseline_period": "baseline_period",
    },
    "actions": {
        "id": "action_id", "theme": "theme", "status": "status", "objective": "objective", "commitment": "commitment",
        "activity": "activity", "lead": "lead_partner", "measure": "measure_of_success", "start": "start", "due": "due",
        "updated": "updated",
    },
    "risk_scores": {
        "issue": "issue", "organisation": "organisation", "date": "scored_on", "dimension": "dimension",
        "score": "score", "evidence": "evidence",
    },
    "risk_scale": {
        "dimension": "dimension", "part": "part", "weight": "weight", "score": "score", "within": "within",
        "across": "across",
    },
    "harm_weights": {"version": "version", "code": "ho_code", "weight": "weight"},
}  # fmt: skip


CASES: dict[str, dict[str, Spoil]] = {
    "surveys": {
        **common("surveys"),
        **given("surveys"),
        "surveys.question_id_shape": row("question_id", "feel safer", 8),
        "surveys.not_after_today": row("wave", NEXT_DAY, 8),
        "surveys.answer_once": again(1, group="Women "),
        "surveys.positive_not_negative": row("positive", -1),
        "surveys.base_above_zero": row("base", 0, 8),
        "surveys.positive_within_base": row("positive", 900.5),
        "surveys.positive_is_a_number": row("positive", 0.28),
        "surveys.design_effect_at_least_one": row("design_effect", 0.9),
        "surveys.base_large_enough": row("base", 29.9, 8),
        "surveys.group_known": row("group", "e05099999", 2),
        "surveys.question_worded_once": row("question", "Is it a big problem? Yes"),
        "surveys.question_of_one_survey": row("survey", "Victims"),
    },
    "calls_101": {
        **common("calls_101"),
        **given("calls_101"),
        "calls_101.month_given": again(13, month=None),
        "calls_101.month_shape": again(13, month="2022-13"),
        "calls_101.month_once": again(),
        "calls_101.month_over": again(13, month="2022-06"),
        "calls_101.offered_not_negative": row("offered", -9000, answered=None, abandoned=None),
        "calls_101.answered_not_negative": row("answered", -1),
        "calls_101.abandoned_not_negative": row("abandoned", -1),
        "calls_101.wait_not_negative": row("mean_wait_seconds", -0.5),
        "calls_101.answered_within_offered": row("answered", 9041),
        "calls_101.more_answered": row("abandoned", 1, answered=0),
        "calls_101.parts_within_offered": row("abandoned", 1041),
        "calls_101.months_present": without(5),
        "calls_101.month_volume": row("offered", 18_081, 12),
    },
    "consultation": {
        **common("consultation"),
        **given("consultation"),
        "consultation.id_once": again(),
        "consultation.not_after_today": row("date", NEXT_DAY),
        "consultation.method_known": row("method", "workshop", 1),
        "consultation.participants_not_negative": row("participants", -1),
        "consultation.public_meeting_known": row("public_meeting", "yes"),
        "consultation.public_meeting_is_a_meeting": row("public_meeting", "Y", 1),
    },
    "indicators": {
        **common("indicators"),
        **given("indicators"),
        "indicators.id_shape": row("indicator_id", "NI 20"),
        "indicators.id_once": again(),
        "indicators.theme_known": row("theme", "violent crime"),
        "indicators.fact_shape": row("fact_id", "see the youth justice return"),
        "indicators.good_known": row("good", "lower"),
        "indicators.period_readable": row("target_period", "soon"),
        "indicators.target_later": row("target_period", "2007-08Q4"),
        "indicators.target_has_period": row("target_period", None),
        "indicators.target_better_than_baseline": row("target", 28.1, 1),
        "indicators.unit_known": row("unit", "percent", 1),
        "indicators.baseline_count_not_negative": row("baseline_count", -1),
        "indicators.target_count_not_negative": row("target_count", -1),
        "indicators.count_has_rate": row("baseline_count", 1256, 2),
        "indicators.percent_of_a_hundred": row("baseline", 0.28, 0, target=0.2, unit="%", baseline_count=None, target_count=None),
        "indicators.same_population": row("baseline_count", 2200),
    },
    "actions": {
        **common("actions"),
        **given("actions"),
        "actions.id_once": again(),
        "actions.theme_known": row("theme", "Violence"),
        "actions.status_known": row("status", "done"),
        "actions.due_after_start": row("due", pd.Timestamp("2021-03-31")),
        "actions.not_after_today": row("updated", NEXT_DAY),
        "actions.complete_after_start": row("updated", pd.Timestamp("2021-03-31"), 4),
    },
    "risk_scores": {
        **common("risk_scores"),
        **given("risk_scores"),
        "risk_scores.not_after_today": row("scored_on", NEXT_DAY),
        "risk_scores.dimension_known": row("dimension", "harm"),
        "risk_scores.score_on_scale": row("score", 6),
        "risk_scores.score_once": again(score=3),
        "risk_scores.dimension_on_scale": nothing,
        "risk_scores.evidence_shape": row("evidence", "professional judgement"),
        "risk_scores.scale_given": nothing,
        "risk_scores.issue_scored_whole": leave_out(issue="Domestic abuse", dimension="trend"),
        "risk_scores.several_scored": leave_out(issue="Domestic abuse", organisation=SCORERS[1]),
        "risk_scores.names_spelt_once": row("organisation", SCORERS[0].upper()),
    },
    "risk_scale": {
        **common("risk_scale"),
        **given("risk_scale"),
        "risk_scale.dimension_given": again(dimension=None),
        "risk_scale.dimension_known": again(dimension="harm"),
        "risk_scale.part_known": row("part", "Harm"),
        "risk_scale.weight_not_negative": row("weight", -1),
        "risk_scale.score_once": again(),
        "risk_scale.within_known": row("within", "median"),
        "risk_scale.across_known": row("across", "times"),
        "risk_scale.parts_made": weightless("likelihood"),
        "risk_scale.one_scale": again_in("older/risk_scale.toml"),
    },
    "harm_weights": {
        **common("harm_weights"),
        **given("harm_weights"),
        "harm_weights.code_given": again(ho_code=None),
        "harm_weights.weight_not_negative": row("weight", -1),
        "harm_weights.code_once": again(ho_code="08n"),
        "harm_weights.code_known": again(ho_code="99Z"),
        "harm_weights.one_version": again(version="Weights of Toytown, 2020"),
        "harm_weights.offences_covered": without(2),
    },
}  # fmt: skip
# What else fails, and rightly, with a rule's bad row.
ALSO = {
    "surveys.file_once": {"surveys.answer_once"},
    "calls_101.file_once": {"calls_101.month_once"},
    "consultation.file_once": {"consultation.id_once"},
    "indicators.file_once": {"indicators.id_once"},
    "actions.file_once": {"actions.id_once"},
    "risk_scores.file_once": {"risk_scores.score_once"},
    "risk_scale.file_once": {"risk_scale.one_scale"},
    "harm_weights.file_once": {"harm_weights.code_once"},
    "calls_101.offered_not_negative": {"calls_101.answered_given", "calls_101.abandoned_given"},
    "risk_scores.dimension_known": {"risk_scores.dimension_on_scale"},
    "harm_weights.version_given": {"harm_weights.offences_covered"},
}


def with_scale(known: profiles.Context, scale: pd.DataFrame) -> profiles.Context:
    """The context with another scale."""
    return replace(known, others={**known.others, "risk_scale": scale})


def without_dimension(name: str) -> pd.DataFrame:
    """The scale without one of its dimensions."""
    return leave_out(dimension=name)(*good("risk_scale"))[0]


# The rules that another extract's content, and no bad row, makes fail.
CONTEXTS: dict[str, Callable[[profiles.Context], profiles.Context]] = {
    "risk_scores.dimension_on_scale": lambda known: with_scale(known, without_dimension("mitigation")),
    "risk_scores.scale_given": lambda known: with_scale(known, good("risk_scale")[0].iloc[:0]),
}  # fmt: skip


# --- the checks ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="module")
def quickly() -> Iterator[None]:
    """Check without the garbage collector's walks."""
    with without_collecting():
        yield


@cache
def rules(extract: str) -> dict[str, dict[str, Any]]:
    """The expectations of an extract's suite, by rule."""
    return {one["meta"]["rule"]: one for one in read_suite(SUITES, extract)["expectations"]}


def view_of(extract: str, view: str, tables: Tables, within: profiles.Context | None = None) -> pd.DataFrame:
    """One view, from no more than the columns that it says it needs, in the readers' types.

    A view that nothing spoilt can change is taken as it is on the sound tables, which saves most of the time.
    """
    needed = profiles.columns_needed(extract, [view])
    sound, sound_files = _built(extract)
    read, usual = list(sound) if needed is None else needed or ["file"], within is None or within is context()
    if usual and tables[1].equals(sound_files) and tables[0][read].equals(sound[read]):
        return _sound_view(extract, view)
    return profiles.derive(extract, view, typed(extract, tables[0])[read], tables[1], within or context())


@cache
def _sound_view(extract: str, view: str) -> pd.DataFrame:
    frame, files = _built(extract)
    needed = profiles.columns_needed(extract, [view])
    return profiles.derive(extract, view, frame if needed is None else frame[needed or ["file"]], files, context())


def broken(
    extract: str, tables: Tables, within: profiles.Context | None = None, only: tuple[str, ...] = ()
) -> dict[str, pd.DataFrame]:
    """The rules that tables break, worked out without the library, each with its view; of some views, or of all."""
    made = {view: view_of(extract, view, tables, within) for view in only or profiles.VIEWS[extract]}
    held = {rule: one for rule, one in rules(extract).items() if one["meta"]["view"] in made}
    return {rule: made[one["meta"]["view"]] for rule, one in held.items() if breaks(made[one["meta"]["view"]], one)}


def failed(extract: str, tables: Tables, within: profiles.Context | None = None) -> set[str]:
    """The rules on rows and on what is made of them that tables break; the files are sound."""
    return set(broken(extract, tables, within, tuple(view for view in profiles.VIEWS[extract] if view != "files")))


def check(extract: str, tables: Tables, rule: str, within: profiles.Context | None = None) -> gate.RuleResult:
    """The gate's result of one rule."""
    one = rules(extract)[rule]
    (result,) = gate.check_view(extract, view_of(extract, one["meta"]["view"], tables, within), [one])
    return result


@cache
def asked(extract: str) -> set[str]:
    """The rules that the library itself is asked for: the first of a type on a view that no other suite shares."""
    firsts: dict[tuple[str, str], str] = {}
    for rule, one in rules(extract).items():
        if first_of_its_kind(extract, rule, tuple(CASES)):
            firsts.setdefault((one["meta"]["view"], one["type"]), rule)
    return set(firsts.values())


@pytest.mark.parametrize("extract", BUILD)
def test_good_tables_pass_every_rule(extract: str) -> None:
    assert broken(extract, good(extract)) == {}
    for rule, one in rules(extract).items():  # and every rule on a column would tell what is wrong
        assert "column" not in one["kwargs"] or f"{one['kwargs']['column']}_detail" in view_of(
            extract, one["meta"]["view"], good(extract)
        ), rule
    of_rows = [one for one in rules(extract).values() if one["meta"]["view"] == "rows"]
    results = gate.check_view(extract, view_of(extract, "rows", good(extract)), of_rows)
    assert {result.rule: result.observed for result in results if not result.passed} == {}


@pytest.mark.parametrize(("extract", "rule"), [(extract, rule) for extract, cases in CASES.items() for rule in cases])
def test_one_bad_row_fails_the_rule_and_no_other(extract: str, rule: str) -> None:
    spoilt, within = CASES[extract][rule](*good(extract)), CONTEXTS.get(rule, lambda known: known)(context())
    one = rules(extract)[rule]
    view, column = one["meta"]["view"], one["kwargs"].get("column")
    faulty = column in ("fault", "no_rows")  # a file that gives no row fails nothing else by its rows
    found = broken(extract, spoilt, within, ("files",) if faulty else ())
    assert set(found) == {rule, *ALSO.get(rule, ())}
    told = " ".join(found[rule].get(f"{column}_detail", ""))
    assert view == "files" or not FEW.search(told) and "Toytown" not in told
    if rule not in asked(extract):
        return
    (result,) = gate.check_view(extract, found[rule], [one])
    assert not result.passed and result.failing >= 1 and result.observed != "not evaluated"
    assert result.details and all(text.endswith(".") for text in result.details)


def test_every_rule_has_a_case_and_every_extract_a_suite() -> None:
    assert set(CASES) == set(BUILD) == PLAN
    for extract in CASES:
        assert set(rules(extract)) == set(CASES[extract]), extract


@pytest.mark.parametrize("extract", BUILD)
def test_an_empty_table_is_refused_and_nothing_breaks(extract: str) -> None:
    assert failed(extract, no_rows(*good(extract))) == {f"{extract}.rows_present"}


@pytest.mark.parametrize("extract", BUILD)
def test_what_an_extract_that_is_absent_would_decide_is_not_judged(extract: str) -> None:
    left = {"risk_scores.scale_given"} if extract == "risk_scores" else set()
    assert failed(extract, good(extract), profiles.make_context(AREA, {}, TODAY, {})) == left
    emptied = {name: frame.iloc[:0] for name, frame in context().others.items()}
    assert failed(extract, good(extract), profiles.make_context(AREA, {}, TODAY, emptied)) == left


@pytest.mark.parametrize("extract", BUILD)
def test_the_context_that_a_run_gathers_has_what_the_views_read(extract: str) -> None:
    wanted, supplied = gate.NEEDS.get(extract, {}), context().others
    others = {name: supplied[name][list(names)] for name, names in wanted.items() if name in supplied and names}
    assert failed(extract, good(extract), profiles.make_context(AREA, {"wards": 2}, TODAY, others)) == set()


# --- suites against the schema and the code lists -----------------------------------------------------------


@pytest.mark.parametrize("extract", [name for name in BUILD if name != "risk_scale"])
def test_suites_follow_the_schema(extract: str) -> None:
    judged = {"weight": "weight_of_offence"}
    for one in columns(extract):
        name = judged.get(one.name, one.name)
        on_column = [rule for rule in rules(extract).values() if rule["kwargs"].get("column") == name]
        if one.values:
            (known,) = [rule for rule in on_column if "value_set" in rule["kwargs"]]
            assert tuple(known["kwargs"]["value_set"]) == one.values, one.name
        limits = [rule["kwargs"] for rule in on_column if rule["type"] == "expect_column_values_to_be_between"]
        assert bool(limits) == (one.least is not None), one.name
        for limit in limits:
            assert (limit["min_value"], limit.get("max_value")) == (one.least, one.most)
            assert limit.get("strict_min", False) == one.above
        assert not one.required or one.name in BLANKS[extract].values()


def test_the_scale_is_held_to_the_words_that_its_reader_knows() -> None:
    known = {rule: one["kwargs"].get("value_set") for rule, one in rules("risk_scale").items()}
    assert tuple(known["risk_scale.dimension_known"]) == NINE
    assert tuple(known["risk_scale.part_known"]) == risk_scale.PARTS
    assert plan.RISK_PARTS == risk_scale.PARTS[:2]
    assert tuple(known["risk_scale.within_known"]) == risk_scale.WITHIN
    assert tuple(known["risk_scale.across_known"]) == risk_scale.ACROSS


@pytest.mark.parametrize("extract", BUILD)
def test_no_fault_of_a_file_is_passed_over(extract: str) -> None:
    on_faults = [one for one in rules(extract).values() if one["kwargs"].get("column") == "fault"]
    assert {one["meta"]["severity"] for one in on_faults} == {"critical"}
    (passing,) = [one["kwargs"]["value_set"] for one in on_faults if "not_be" not in one["type"]]
    refused = {kind for one in on_faults if "not_be" in one["type"] for kind in one["kwargs"]["value_set"]}
    assert set(passing) - refused == {"none"} and refused | {"none", "unreadable", "dates"} == set(FAULTS)


# --- what is told -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extract", "rule", "sentence"),
    [
        ("surveys", "surveys.base_large_enough",
         "surveys/2021.csv, feel_safer: a base is under 30, so its share is left out."),
        ("surveys", "surveys.question_worded_once", "asb_problem: the question is there in more than one wording."),
        ("calls_101", "calls_101.parts_within_offered",
         "calls_101/2021.csv, April 2021: answered and abandoned calls together are more than those offered."),
        ("calls_101", "calls_101.months_present", "September 2021 missing."),
        ("calls_101", "calls_101.month_volume", "April 2022 has far more calls offered than April 2021."),
        ("indicators", "indicators.id_shape",
         "indicators/all.csv, an indicator: an indicator_id is not in small letters, digits and underscores."),
        ("indicators", "indicators.target_better_than_baseline",
         "indicators/all.csv, asb_problem: the target is worse than the baseline."),
        ("actions", "actions.measure_given", "actions/early.csv, VAWG-0: no measure of success was agreed."),
        ("risk_scores", "risk_scores.score_on_scale",
         "risk_scores/0.csv, Domestic abuse: a score is not on the scale of risk_scale.toml."),
        ("risk_scores", "risk_scores.issue_scored_whole", "Domestic abuse: nobody scored trend."),
        ("risk_scores", "risk_scores.several_scored", "Only one organisation scored Domestic abuse."),
        ("risk_scores", "risk_scores.names_spelt_once", "organisation: a name is written in more than one way."),
        ("risk_scale", "risk_scale.parts_made",
         "risk_scale.toml: no dimension with a weight above zero is in the part likelihood."),
        ("harm_weights", "harm_weights.code_once",
         "harm_weights/all.csv, 8N: a code has more than one weight in a version."),
        ("harm_weights", "harm_weights.offences_covered", "Code 19C is among the offences and has no weight."),
    ],
)  # fmt: skip
def test_a_failure_is_told_by_file_and_by_what_it_is_about(extract: str, rule: str, sentence: str) -> None:
    one = rules(extract)[rule]
    made, column = view_of(extract, one["meta"]["view"], CASES[extract][rule](*good(extract))), one["kwargs"]["column"]
    passing = one["kwargs"].get("value_set") == [True]
    if one["type"] == "expect_column_values_to_be_between":
        wrong = made[column].notna() & ~made[column].between(
            one["kwargs"]["min_value"], one["kwargs"].get("max_value", 1e9)
        )
    else:
        wrong = made[column].astype(object) != passing if made[column].dtype == bool else made[column].notna()
    assert sentence in set(made.loc[wrong, f"{column}_detail"])


@pytest.mark.parametrize(
    ("extract", "column", "text"),
    [
        ("surveys", "question_id", "ask Jo Bloggs"),
        ("risk_scores", "issue", "Jo Bloggs, 07700 900123; <b>"),
        ("actions", "action_id", "Jo Bloggs"),
    ],
)
def test_free_text_in_the_place_of_a_name_is_not_repeated(extract: str, column: str, text: str) -> None:
    spoilt = row(column, text)(*good(extract))
    for table in (view_of(extract, view, spoilt) for view in profiles.VIEWS[extract]):
        told = table[[name for name in table if name.endswith("_detail")]]
        assert "Bloggs" not in json.dumps(told.to_dict("list"))


def test_critical_rules_are_those_that_would_make_a_figure_wrong() -> None:
    told = {"questions", "calendar", "issues", "names", "versions", "coverage"}
    for extract in BUILD:
        for rule, one in rules(extract).items():
            if one["meta"]["view"] in told:
                assert one["meta"]["severity"] == "warning", rule
    stops = {rule for extract in BUILD for rule, one in rules(extract).items() if one["meta"]["severity"] == "critical"}
    assert {"risk_scores.score_on_scale", "surveys.positive_within_base", "actions.due_after_start"} <= stops
    assert not {"surveys.base_large_enough", "actions.measure_given", "indicators.same_population"} & stops


def test_numbers_of_rows_that_are_no_persons_are_shown_in_the_public_edition() -> None:
    found = check("actions", CASES["actions"]["actions.measure_given"](*good("actions")), "actions.measure_given")
    assert protected([found], Policy(True, 8, 5)) == [found] and found.observed == "1 of 6 rows"
    of_people = replace(found, extract="victims")
    assert protected([of_people], Policy(True, 8, 5))[0].observed != of_people.observed


# --- surveys and calls --------------------------------------------------------------------------------------


def test_a_question_typed_in_otherwise_is_the_same_question() -> None:
    typed_in = row("question", "is it a  problem? YES.")(*good("surveys"))
    assert failed("surveys", typed_in) == set()


def test_a_blank_group_and_all_are_the_same_and_another_group_is_not() -> None:
    assert failed("surveys", again(0, group="All")(*good("surveys"))) == {"surveys.answer_once"}
    assert failed("surveys", again(0, group="men")(*good("surveys"))) == set()


def test_a_ward_is_known_by_any_ward_lookup_and_not_judged_in_an_audit_of_another_area() -> None:
    old = replace(context(), area_wards={**context().area_wards, "2011 2018": frozenset(["E05001026"])})
    spoilt = row("group", "E05001026", 2)(*good("surveys"))
    assert failed("surveys", spoilt, old) == set()
    assert failed("surveys", spoilt) == {"surveys.group_known"}
    elsewhere = replace(context(), expected={}, area_wards={"2021 2024": frozenset(["E05009999"])})
    assert failed("surveys", good("surveys"), elsewhere) == set()


def test_a_month_without_calls_is_not_held_against_the_year_before() -> None:
    none = row("offered", 0, 0, answered=0, abandoned=0)(*good("calls_101"))
    assert failed("calls_101", none) == set()
    assert failed("calls_101", row("offered", 4600, 12, answered=4000, abandoned=0)(*good("calls_101"))) == set()


# --- indicators ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "baseline", "counted", "target", "to_count", "differs"),
    [
        ("per 1,000", 19.52, 4943, 17.5, 4443, False),
        ("per 1,000", 8.52, 2159, 8.04, 2042, False),
        ("per 100,000", 2140, 580, 1900, 536, True),
        ("per 1,000", 10, 1000, 10, 1009.9, False),
        ("per 1,000", 10, 1000, 10, 1010.1, True),
        ("per 1,000", 0, 1000, 10, 1000, False),
        ("per 1,000", 10, 0, 10, 1000, False),
        ("count", 10, 1000, 10, 2000, False),
    ],
)
def test_populations_that_baseline_and_target_imply_are_compared(
    unit: str, baseline: float, counted: float, target: float, to_count: float, differs: bool
) -> None:
    spoilt = row("unit", unit, 0, baseline=baseline, baseline_count=counted, target=target, target_count=to_count)
    assert ("indicators.same_population" in failed("indicators", spoilt(*good("indicators")))) == differs


@pytest.mark.parametrize(
    "text", ["2007-08", "2008", "2020-21Q3", "ye-2024-09", "ytd-2024-09", "2007/08", "2019-04 to 2020-03"]
)
def test_every_form_of_a_period_is_read(text: str) -> None:
    spoilt = row("baseline_period", text, 2)(*good("indicators"))
    assert failed("indicators", spoilt) == set()


@pytest.mark.parametrize("text", ["08", "2008-13", "Place Survey 2008", "2008 and 2009"])
def test_another_form_of_a_period_is_not_guessed(text: str) -> None:
    assert failed("indicators", row("baseline_period", text, 2)(*good("indicators"))) == {"indicators.period_readable"}


def test_a_target_at_the_baseline_is_not_worse_in_either_direction() -> None:
    for good_way, target, worse in (("up", 27, True), ("up", 28, False), ("down", 28, False), ("down", 29, True)):
        spoilt = row("good", good_way, 1, target=target)(*good("indicators"))
        assert ("indicators.target_better_than_baseline" in failed("indicators", spoilt)) == worse


# --- risk scores and weights --------------------------------------------------------------------------------


def test_one_scorer_of_all_issues_is_told_in_one_sentence() -> None:
    alone = leave_out(organisation=SCORERS[1])(*good("risk_scores"))
    result = check("risk_scores", alone, "risk_scores.several_scored")
    assert (result.failing, result.details) == (2, ("Only one organisation scored.",))


def test_a_dimension_that_one_scorer_left_out_or_that_is_only_shown_is_not_lacking() -> None:
    for values in ({"organisation": SCORERS[0], "dimension": "trend"}, {"dimension": "confidence"}):
        assert failed("risk_scores", leave_out(**values)(*good("risk_scores"))) == set()
    blank = leave_out(organisation=SCORERS[1], issue="Domestic abuse", dimension="trend")(*good("risk_scores"))
    at = blank[0].index[(blank[0]["issue"] == "Domestic abuse") & (blank[0]["dimension"] == "trend")][0]
    assert "risk_scores.issue_scored_whole" in failed("risk_scores", row("score", None, at)(*blank))


def test_scores_are_not_held_to_a_scale_that_was_not_supplied() -> None:
    bare = profiles.make_context(AREA, {}, TODAY, {})
    result = check("risk_scores", row("score", 77)(*good("risk_scores")), "risk_scores.scale_given", bare)
    assert (result.severity, result.details) == ("warning", ("No file risk_scale.toml was supplied.",))
    assert check("risk_scores", row("score", 77)(*good("risk_scores")), "risk_scores.score_on_scale", bare).passed


def test_offences_are_held_against_the_version_that_is_used() -> None:
    frame, files = good("harm_weights")
    newer = pd.concat([frame, frame.iloc[:2].assign(version="Weights of Toytown, 2022")], ignore_index=True)
    assert failed("harm_weights", (newer, files)) == {"harm_weights.one_version", "harm_weights.offences_covered"}
    older = pd.concat([frame, frame.iloc[:2].assign(version="Weights of Toytown, 2019")], ignore_index=True)
    assert failed("harm_weights", (older, files)) == {"harm_weights.one_version"}
