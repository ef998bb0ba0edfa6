"""Every rule of the partners' suites fails on one bad row, alone, and none fails on good ones; no rule tells a count.

GOOD builds a sound set of every partner extract, each fitting the others; CASES spoils one row (or one file's row, or
what another extract says) for each rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import pytest
from conftest import without_collecting
from test_suites import (
    AREA,
    NEW,
    PLAN,
    SUITES,
    Spoil,
    Tables,
    again,
    breaks,
    fault,
    file,
    files_of,
    first_of_its_kind,
    no_rows,
    row,
    same_file_twice,
)

from srp_lib import gate, profiles
from srp_lib.codelists import offences as codes
from srp_lib.extracts import FAULTS
from srp_lib.extracts.partner_schema import columns, partner_extracts
from srp_lib.profiles import C2_COUNTS, offences, partner
from srp_lib.quality import read_suite

TODAY = date(2022, 6, 15)
MONTHS = pd.period_range("2020-01", "2021-02", freq="M")
KINDS = (
    ("8N", "Assault with injury"), ("105A", "Assault without injury"), ("20A", "Sexual assault on a female aged 13 and over"),
    ("19C", "Rape of a female aged 16 and over"), ("34B", "Robbery of personal property"), ("28E", "Burglary Residential"),
    ("58A", "Criminal damage to a dwelling"), ("92D", "Possession of drugs"), ("10D", "Possession of an article with a blade"),
    ("9A", "Public fear, alarm or distress"), ("45", "Theft from a vehicle"), ("106", "Modern slavery"),
)  # fmt: skip
EACH = 24  # offences a month
QUIET = 2  # a month without the flags that need a victim
NO_FLAGS = dict.fromkeys(partner.FLAGS["offences"], "N")


# --- good tables --------------------------------------------------------------------------------------------


def typed(extract: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame in the types that the readers give, columns in the schema's order after the file."""
    kinds = {"flag": "category", "date": "datetime64[us]", "whole": "Int64", "number": float}
    types = {one.name: kinds.get(one.kind, "str" if one.identifier else "category") for one in columns(extract)}
    whole = frame.assign(**{name: None for name in types if name not in frame})
    return whole[["file", *types]].astype({"file": "category", **types})


def tables(extract: str, rows: list[dict[str, object]]) -> Tables:
    """Rows in a file a calendar year, by the deciding date or the offence's number, and the files frame."""
    frame = typed(extract, pd.DataFrame(rows))
    return frame, files_of(frame.astype({"file": str}), inner_months="", extra_columns="")


def offence(number: int, kind: int) -> dict[str, object]:
    """One offence of a month: two of each code, every flag that needs a victim on some."""
    day = MONTHS[number].to_timestamp() + pd.Timedelta(days=kind)
    flags = {0: "child_abuse", 2: "cse", 4: "cce", 6: "modern_slavery"} if number != QUIET else {}
    flags |= {1: "organised_crime", 11: "modern_slavery", 9: "online"}
    code, description = KINDS[kind % len(KINDS)]
    return {
        "file": f"offences/{day.year}.csv", "offence_id": f"O{number:02}{kind:02}", "recorded_date": day,
        "committed_from": day - pd.Timedelta(days=3), "committed_to": day if kind % 3 else None, "ho_code": code, "offence": description,
        "lsoa21": None if kind == 20 else NEW[kind % 4], **NO_FLAGS, **({flags[kind]: "Y"} if kind in flags else {}),
        "hate_strands": "race;disability" if kind == 8 else None, "suspect_count": kind % 2 if kind != 5 else None,
        "outcome_code": None if kind % 6 == 5 else 1 + kind % 22, "outcome_date": None if kind % 6 == 5 else day + pd.Timedelta(days=9),
    }  # fmt: skip


def good_offences() -> Tables:
    """Fourteen months of offences, a year of them in one file."""
    return tables("offences", [offence(number, kind) for number in range(len(MONTHS)) for kind in range(EACH)])


def person(number: int, kind: int, which: str) -> dict[str, object]:
    """What victims and suspects have in common."""
    identity = {"offence_id": f"O{number:02}{kind:02}", f"{which}_id": f"P{number % 4:02}{kind:02}"}
    age = 12 if kind in (0, 2, 4) else None if kind == 22 else 20 + kind
    return {
        "file": f"{which}s/{MONTHS[number].year}.csv",
        **identity,
        "sex": "FMXU"[kind % 3 + (kind == 21)],
        "age": age,
    }


def good_victims() -> Tables:
    """A victim of every second offence of a month, the first, third and so on."""
    rows = [
        {
            **person(number, kind, "victim"), "vulnerable": "Y", "mental_health": "N", "missing_from_home": "N",
            "relationship": "stranger" if kind % 8 else None, "exploitation_type": "forced labour" if kind == 6 else None,
        }
        for number in range(len(MONTHS)) for kind in range(0, EACH, 2)
    ]  # fmt: skip
    return tables("victims", rows)


def good_suspects() -> Tables:
    """A suspect of every other second offence of a month."""
    rows = [
        {**person(number, kind, "suspect"), "drugs_intelligence": "Y", "ocg_role": "member" if kind == 1 else None}
        for number in range(len(MONTHS)) for kind in range(1, EACH, 2) if kind != 5
    ]  # fmt: skip
    return tables("suspects", rows)


def incidents(extract: str, each: Callable[[int], dict[str, object]]) -> Tables:
    """Fourteen months of 22 incidents."""
    rows = [
        {"file": f"{extract}/{month.year}.csv", "date": month.to_timestamp() + pd.Timedelta(days=number), **each(number)}
        for month in MONTHS for number in range(22)
    ]  # fmt: skip
    names = [one.name for one in columns(extract) if one.identifier]
    return tables(extract, [{**one, names[0]: f"I{at}"} for at, one in enumerate(rows)])


def good_asb() -> Tables:
    """Incidents told to the police and the council."""
    categories = ("personal", "nuisance", "environmental")
    return incidents("asb_incidents", lambda number: {
        "reported_to": ("police", "council")[number % 2], "category": categories[number % 3], "subcategory": "fly-tipping",
        "lsoa21": NEW[number % 4] if number else None,
    })  # fmt: skip


def good_missing() -> Tables:
    """Episodes of five children."""
    links = {"cce_linked": "N", "cse_linked": "Y"}
    return incidents("missing_children", lambda number: {"child_id": f"C{number % 5}", **links})


def good_fires() -> Tables:
    """Fires and hoax calls."""
    kinds = ("deliberate primary", "deliberate secondary", "hoax call")
    return incidents("fire_incidents", lambda number: {"type": kinds[number % 3], "lsoa21": NEW[number % 4]})


def good_services() -> Tables:
    """A plain count of two providers, and two shares with intervals: of the denominator, and in per cent."""
    year = {"period_start": pd.Timestamp("2020-04-01"), "period_end": pd.Timestamp("2021-03-31")}
    need = {"denominator": 1000, "estimate_low": 900, "estimate_high": 1150}
    share = {"denominator": 1500, "estimate_low": 40, "estimate_high": 55}
    lines = [
        {"measure_id": "da_referrals", "provider": "Council", "numerator": 420},
        {"measure_id": "da_referrals", "provider": "Charity", "numerator": 0},
        {"measure_id": "alcohol_dependent_in_treatment", "provider": "NHS", "numerator": 110, **need},
        {"measure_id": "opiate_crack_in_treatment", "provider": "NHS", "numerator": 810, **share},
    ]
    return tables("services", [{"file": "services/all.xlsx", **year, **line} for line in lines])


BUILD: dict[str, Callable[[], Tables]] = {
    "offences": good_offences, "victims": good_victims, "suspects": good_suspects, "asb_incidents": good_asb,
    "missing_children": good_missing, "fire_incidents": good_fires, "services": good_services,
}  # fmt: skip


@cache
def _built(extract: str) -> Tables:
    return BUILD[extract]()


def good(extract: str) -> Tables:
    """A fresh copy of an extract's sound tables."""
    frame, files = _built(extract)
    return frame.copy(), files.copy()


def table_c2(**changed: float) -> pd.DataFrame:
    """The area's row of table C2 for 2020: what the sound offences add up to, but for what is changed by a factor."""
    frame = good("offences")[0]
    year = frame[frame["recorded_date"].dt.year == 2020]
    listed = codes.classify(year["ho_code"], year["recorded_date"])
    counts = dict.fromkeys(C2_COUNTS, 0) | {"total": len(year)}
    for names, level, wanted in offences.SAME_OFFENCES.values():
        counts[names[0]] = int(listed[level].isin(wanted).sum())
    counts |= {name: round(counts[name] * by) for name, by in changed.items()}
    row = {"file": "c2.csv", "period_end": "2020-12", "lad_code": AREA, "level": "partnership", **counts}
    frame = pd.DataFrame([row, {**row, "lad_code": "E08000019", "total": 9}])
    return frame.astype(dict.fromkeys(C2_COUNTS, "Int64"))


@cache
def context() -> profiles.Context:
    """The run's context with all extracts supplied."""
    lookup = pd.DataFrame({"lsoa11_code": NEW, "lsoa21_code": NEW, "lad_code": AREA})
    others = {name: good(name)[0] for name in ("offences", "victims", "suspects")}
    supplied = {**others, "lsoa11_lsoa21": lookup, "recorded_crime_csp": table_c2()}
    return profiles.make_context(AREA, {}, TODAY, supplied)


# --- one bad row for each rule ------------------------------------------------------------------------------


def common(prefix: str) -> dict[str, Spoil]:
    """The cases of the rules that every partner suite has on its files."""
    faults = {
        "file_readable": "unreadable", "file_encoding": "encoding", "file_whole": "truncated", "file_not_empty": "empty",
        "file_columns": "columns", "file_size": "too_large", "no_formula": "formula", "file_dates": "dates", "file_values": "values",
    }  # fmt: skip
    return {f"{prefix}.{rule}": fault(kind) for rule, kind in faults.items()} | {
        f"{prefix}.file_once": same_file_twice,
        f"{prefix}.file_has_rows": file("rows", 0),
        f"{prefix}.file_ended": lambda frame, files: (frame, files.assign(open_end=True)),
        f"{prefix}.columns_filled": lambda frame, files: (frame, files.assign(blank_columns="lsoa21")),
        f"{prefix}.rows_present": no_rows,
    }


def months(prefix: str, day: str) -> dict[str, Spoil]:
    """The cases of the rules on months: one left out, and one cut to under half."""

    def cut(month: str, keep: int) -> Spoil:
        def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
            mine = frame.index[frame[day].dt.strftime("%Y-%m") == month]
            return frame.drop(index=mine[keep:]).reset_index(drop=True), files

        return spoil

    def early(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        mine = frame[day].dt.strftime("%Y-%m") == "2020-05"
        return frame.assign(
            **{day: frame[day].where(~mine, frame[day] - pd.to_timedelta(frame[day].dt.day // 2, "D"))}
        ), files

    cases = {"months_present": cut("2020-05", 0), "month_volume": cut("2021-01", 9), "month_whole": early}
    return {f"{prefix}.{rule}": spoil for rule, spoil in cases.items()}


def incident(prefix: str, identifier: str) -> dict[str, Spoil]:
    """The cases of the rules on an identifier and its date."""
    day = {"offences": "recorded_date"}.get(prefix, "date")
    return {
        f"{prefix}.id_given": row(identifier, None, 8),
        f"{prefix}.id_once": again(),
        f"{prefix}.date_given": row(day, pd.NaT),
        f"{prefix}.not_after_today": row(day if prefix != "offences" else "outcome_date", pd.Timestamp("2022-06-16"), 40),
        **months(prefix, day),
    }  # fmt: skip


def places(prefix: str) -> dict[str, Spoil]:
    """The cases of the rules on LSOAs."""
    return {
        f"{prefix}.lsoa_shape": row("lsoa21", f"{NEW[0]}\n"),
        f"{prefix}.lsoa_known": row("lsoa21", "E01099999"),
        f"{prefix}.lsoa_share": many("lsoa21", None, 40),
    }


def many(names: str | tuple[str, ...], value: object, rows: int) -> Spoil:
    """Put a value in the first rows of a column or of several."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        for name in (names,) if isinstance(names, str) else names:
            frame[name] = frame[name].astype(object)
            frame.loc[: rows - 1, name] = value
        return frame, files

    return spoil


def people(prefix: str, person: str, flag: str) -> dict[str, Spoil]:
    """The cases of the rules on people."""
    return {
        f"{prefix}.offence_given": row("offence_id", None),
        f"{prefix}.person_given": row(person, None),
        f"{prefix}.once_an_offence": again(),
        f"{prefix}.offence_known": row("offence_id", "O9999"),
        f"{prefix}.sex_given": row("sex", None),
        f"{prefix}.sex_known": row("sex", "Female"),
        f"{prefix}.age_in_range": row("age", 111),
        f"{prefix}.age_share": many("age", None, 30),
        f"{prefix}.sex_share": many("sex", "U", 30),
        f"{prefix}.flag_given": row(flag, None),
        f"{prefix}.flag_known": row(flag, "YES"),
    }


def unknown_to(who: int, number: int = QUIET) -> Spoil:
    """Give one month's offences that have victims (0) or suspects (1) identifiers that those do not have."""

    def spoil(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
        mine = frame["offence_id"].isin([f"O{number:02}{kind:02}" for kind in range(who, EACH, 2)])
        frame["offence_id"] = frame["offence_id"].where(~mine, "N" + frame["offence_id"])
        return frame, files

    return spoil


def nothing(frame: pd.DataFrame, files: pd.DataFrame) -> Tables:
    """Leave the extract as it is."""
    return frame, files


FIRST, LATER = pd.Timestamp("2019-01-01"), pd.Timestamp("2021-12-01")
CASES: dict[str, dict[str, Spoil]] = {
    "offences": {
        **common("offences"), **incident("offences", "offence_id"), **places("offences"),
        "offences.code_given": row("ho_code", None),
        "offences.description_given": row("offence", None),
        "offences.code_known": row("ho_code", "99Z"),
        "offences.flag_given": row("knife", None),
        "offences.flag_known": row("knife", "YES"),
        "offences.strand_known": row("hate_strands", "race;colour"),
        "offences.outcome_known": row("outcome_code", 23),
        "offences.suspect_count_not_negative": row("suspect_count", -1),
        "offences.lsoa_in_area": nothing,
        "offences.committed_in_order": row("committed_to", FIRST, 1),
        "offences.committed_before_recorded": row("committed_to", LATER, 1),
        "offences.outcome_after_recorded": row("outcome_date", FIRST),
        "offences.outcome_whole": row("outcome_code", None),
        "offences.committed_share": many("committed_from", None, 120),
        "offences.outcome_share": many(("outcome_code", "outcome_date"), None, 60),
        "offences.victims_cover": unknown_to(0),
        "offences.suspects_cover": unknown_to(1),
        "offences.rape_is_sexual": row("offence", "Rape of a male aged 16 and over"),
        "offences.slavery_supported": row("modern_slavery", "Y"),
        "offences.child_abuse_has_child": row("child_abuse", "Y", 8),
        "offences.cce_has_child": row("cce", "Y", 8),
        "offences.cse_has_child": row("cse", "Y", 8),
        "offences.suspect_count_enough": row("suspect_count", 0, 1),
        "offences.table_c2_total": nothing,
        "offences.table_c2_groups": nothing,
    },
    "victims": {
        **common("victims"), **people("victims", "victim_id", "vulnerable"),
        "victims.relationship_known": row("relationship", "neighbour"),
        "victims.relationship_share": many("relationship", None, 80),
    },
    "suspects": {
        **common("suspects"), **people("suspects", "suspect_id", "drugs_intelligence"),
        "suspects.role_known": row("ocg_role", "boss"),
        "suspects.role_of_organised_crime": row("ocg_role", "member", 1),
    },
    "asb_incidents": {
        **common("asb"), **incident("asb", "incident_id"), **places("asb"),
        "asb.reported_to_given": row("reported_to", None),
        "asb.reported_to_known": row("reported_to", "Police"),
        "asb.category_given": row("category", None),
        "asb.category_known": row("category", "noise"),
        "asb.subcategory_given": row("subcategory", None),
    },
    "missing_children": {
        **common("missing"), **incident("missing", "episode_id"),
        "missing.child_given": row("child_id", None),
        "missing.flag_given": row("cse_linked", None),
        "missing.flag_known": row("cse_linked", "YES"),
    },
    "fire_incidents": {
        **common("fire"), **incident("fire", "incident_id"), **places("fire"),
        "fire.type_given": row("type", None),
        "fire.type_known": row("type", "accidental"),
    },
    "services": {
        **common("services"),
        "services.measure_given": row("measure_id", None),
        "services.measure_shape": row("measure_id", "DA referrals"),
        "services.provider_given": row("provider", None),
        "services.period_given": row("period_start", None),
        "services.period_in_order": row("period_start", LATER),
        "services.not_after_today": row("period_end", pd.Timestamp("2022-07-01"), period_start=LATER),
        "services.period_of_a_year": row("period_start", FIRST),
        "services.once_a_period": again(numerator=1.0),
        "services.numerator_given": row("numerator", None),
        "services.numerator_not_negative": row("numerator", -1),
        "services.denominator_above_zero": row("denominator", 0),
        "services.in_treatment_within_need": row("numerator", 1001, 2),
        "services.interval_in_order": row("estimate_low", 1200, 2),
        "services.interval_holds_figure": row("estimate_low", 1100, 2),
    },
}  # fmt: skip
# What else fails, and rightly, with a rule's bad row.
ALSO = {
    "offences.file_once": {"offences.id_once", "offences.table_c2_total", "offences.table_c2_groups"},
    "offences.month_whole": {"offences.committed_before_recorded"},
    "victims.file_once": {"victims.once_an_offence"},
    "suspects.file_once": {"suspects.once_an_offence"},
    "asb.file_once": {"asb.id_once"},
    "missing.file_once": {"missing.id_once"},
    "fire.file_once": {"fire.id_once"},
    "services.file_once": {"services.once_a_period"},
    "offences.lsoa_shape": {"offences.lsoa_known", "offences.lsoa_in_area"},
    "asb.lsoa_shape": {"asb.lsoa_known"},
    "fire.lsoa_shape": {"fire.lsoa_known"},
    "offences.lsoa_known": {"offences.lsoa_in_area"},
    "asb.not_after_today": {"asb.months_present"},
    "missing.not_after_today": {"missing.months_present"},
    "fire.not_after_today": {"fire.months_present"},
}
# The rules that another extract's content, and no bad row, makes fail.
CONTEXTS: dict[str, Callable[[profiles.Context], profiles.Context]] = {
    "offences.lsoa_in_area": lambda known: replace(known, area_lsoas={"2021": frozenset(NEW[:3])}),
    "offences.table_c2_total": lambda known: replace(known, others={**known.others, "recorded_crime_csp": table_c2(total=1.1)}),
    "offences.table_c2_groups": lambda known: replace(known, others={**known.others, "recorded_crime_csp": table_c2(robbery=1.1)}),
}  # fmt: skip


# --- the checks ---------------------------------------------------------------------------------------------

IDENTIFIER = re.compile(r"\bN?[OPI][0-9]+\b")
FEW = re.compile(r"(?<![\w.,/-])[1-7](?![\w.,/%-])")


@pytest.fixture(autouse=True, scope="module")
def quickly() -> Iterator[None]:
    """Check without the garbage collector's walks."""
    with without_collecting():
        yield


@cache
def suite_of(extract: str) -> list[dict[str, Any]]:
    """An extract's expectations in the suite's order."""
    return read_suite(SUITES, extract)["expectations"]


def expectations(extract: str, rules: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """An extract's expectations: all, or those of some rules."""
    return [one for one in read_suite(SUITES, extract)["expectations"] if rules is None or one["meta"]["rule"] in rules]


def views(
    extract: str, spoilt: Tables, wanted: Iterable[str], within: profiles.Context | None = None
) -> dict[str, pd.DataFrame]:
    """The views asked for, each from no more than the columns that it says it needs, in the readers' types.

    A view that nothing spoilt can change is taken as it is on the sound tables, which saves most of the time.
    """
    frame, files = typed(extract, spoilt[0]), spoilt[1]
    sound, sound_files = _typed(extract)
    usual = (within is None or within is context()) and files.equals(sound_files) and len(frame) == len(sound)
    changed = {name for name in frame if not (usual and frame[name].equals(sound[name]))}
    tables = {}
    for view in wanted:
        needed = profiles.columns_needed(extract, [view])
        columns_read = list(frame) if needed is None else needed or ["file"]
        if usual and changed.isdisjoint(columns_read):
            tables[view] = _sound_view(extract, view)
        else:
            tables[view] = profiles.derive(extract, view, frame[columns_read], files, within or context())
    return tables


@cache
def _typed(extract: str) -> Tables:
    frame, files = _built(extract)
    return typed(extract, frame), files


@cache
def _sound_view(extract: str, view: str) -> pd.DataFrame:
    needed = profiles.columns_needed(extract, [view])
    frame, files = _typed(extract)
    return profiles.derive(extract, view, frame if needed is None else frame[needed or ["file"]], files, context())


def check(
    extract: str, spoilt: Tables, rules: Iterable[str] | None = None, within: profiles.Context | None = None
) -> dict[str, gate.RuleResult]:
    """The gate's results of an extract's rules (all, or those named) on its tables, by rule."""
    wanted = expectations(extract, rules)
    tables = views(extract, spoilt, dict.fromkeys(one["meta"]["view"] for one in wanted), within)
    found: list[gate.RuleResult] = []
    for view, table in tables.items():
        found += gate.check_view(extract, table, [one for one in wanted if one["meta"]["view"] == view])
    return {result.rule: result for result in found}


def failed(results: Mapping[str, gate.RuleResult]) -> set[str]:
    """The rules that failed."""
    return {rule for rule, result in results.items() if not result.passed}


ALL = [(extract, rule) for extract, rules in CASES.items() for rule in rules]


@pytest.mark.parametrize("extract", CASES)
def test_good_tables_pass_every_rule(extract: str) -> None:
    results = check(extract, good(extract))
    assert {rule: results[rule].details for rule in failed(results)} == {}
    tables = views(extract, good(extract), profiles.VIEWS[extract])
    assert not any(breaks(tables[one["meta"]["view"]], one) for one in expectations(extract))


@pytest.mark.parametrize(("extract", "rule"), ALL)
def test_one_bad_row_fails_the_rule_and_no_other(extract: str, rule: str) -> None:
    (wanted,) = expectations(extract, {rule})
    spoil, kind = CASES[extract][rule], rule.partition(".")[2]
    within = CONTEXTS.get(rule, lambda known: known)(context())
    of_a_fault = wanted["kwargs"].get("column") == "fault"  # a file that gives no row fails nothing else by its rows
    judged = views(extract, spoil(*good(extract)), ["files"] if of_a_fault else profiles.VIEWS[extract], within)
    broken = {
        one["meta"]["rule"]
        for one in expectations(extract)
        if one["meta"]["view"] in judged and breaks(judged[one["meta"]["view"]], one)
    }
    assert broken == {rule, *ALSO.get(rule, ())}, kind
    if not first_of_its_kind(extract, rule, tuple(CASES)):
        return  # suites share rules, so the library is asked for one of them
    (result,) = gate.check_view(extract, judged[wanted["meta"]["view"]], [wanted])
    assert not result.passed and result.failing >= 1 and result.observed != "not evaluated"
    assert result.details and all(text.endswith(".") for text in result.details)
    told = " ".join(result.details)
    assert kind in ("rows_present", "file_has_rows") or not FEW.search(told), told
    assert not IDENTIFIER.search(told)


def test_every_rule_has_a_case_and_every_partner_extract_a_suite() -> None:
    assert set(partner_extracts()) - PLAN == set(CASES) == set(BUILD)
    for extract, cases in CASES.items():
        assert [one["meta"]["rule"] for one in expectations(extract)] != []
        assert {one["meta"]["rule"] for one in expectations(extract)} == set(cases), extract


@pytest.mark.parametrize("extract", CASES)
def test_an_empty_table_is_refused_and_nothing_breaks(extract: str) -> None:
    results = check(extract, no_rows(*good(extract)))
    assert [result for result in results.values() if result.observed == "not evaluated"] == []
    assert {rule.partition(".")[2] for rule in failed(results)} == {"rows_present"}


@pytest.mark.parametrize("extract", CASES)
def test_what_an_extract_that_is_absent_would_decide_is_not_judged(extract: str) -> None:
    bare = profiles.make_context(AREA, {}, TODAY, {})
    tables = views(extract, good(extract), profiles.VIEWS[extract], bare)
    assert not any(breaks(tables[one["meta"]["view"]], one) for one in expectations(extract))
    emptied = profiles.make_context(AREA, {}, TODAY, {name: frame.iloc[:0] for name, frame in context().others.items()})
    tables = views(extract, good(extract), profiles.VIEWS[extract], emptied)
    assert not any(breaks(tables[one["meta"]["view"]], one) for one in expectations(extract))


# --- suites against the schema and the code lists -----------------------------------------------------------


def rules_of(extract: str, column: str) -> list[dict[str, Any]]:
    """The expectations on a column of an extract's views."""
    return [one for one in expectations(extract) if one["kwargs"].get("column") == column]


@pytest.mark.parametrize("extract", CASES)
def test_suites_follow_the_schema(extract: str) -> None:
    flags = tuple(one.name for one in columns(extract) if one.kind == "flag")
    assert flags == partner.FLAGS.get(extract, ())
    for one in columns(extract):
        if one.kind == "text" and one.values and not one.several:
            (known,) = [rule for rule in rules_of(extract, one.name) if "value_set" in rule["kwargs"]]
            assert tuple(known["kwargs"]["value_set"]) == one.values, one.name
        for rule in rules_of(extract, one.name):
            if rule["type"] == "expect_column_values_to_be_between" and rule["meta"]["view"] != "blanks":
                assert (rule["kwargs"].get("min_value"), rule["kwargs"].get("max_value")) == (one.least, one.most)
                assert rule["kwargs"].get("strict_min", False) == one.above


@pytest.mark.parametrize("extract", CASES)
def test_a_blank_in_any_required_column_fails_a_rule(extract: str) -> None:
    for one in columns(extract):
        if not one.required:
            continue
        tables = views(
            extract, row(one.name, None, 8 if extract != "services" else 0)(*good(extract)), profiles.VIEWS[extract]
        )
        broken = {rule["meta"]["rule"] for rule in expectations(extract) if breaks(tables[rule["meta"]["view"]], rule)}
        assert any(name.endswith("_given") for name in broken), one.name


def test_lists_in_the_suites_are_those_of_the_code_lists() -> None:
    (strands,) = rules_of("offences", "strand")
    assert tuple(strands["kwargs"]["value_set"]) == codes.STRANDS
    (outcomes,) = rules_of("offences", "outcome_code")
    limits = outcomes["kwargs"]["min_value"], outcomes["kwargs"]["max_value"]
    assert set(range(limits[0], limits[1] + 1)) == set(codes.outcome_types())
    listed = codes.offence_codes()
    for columns_of_c2, level, names in offences.SAME_OFFENCES.values():
        assert set(names) <= {getattr(one, level) for one in listed}
        assert set(columns_of_c2) <= set(C2_COUNTS)
    assert offences.MODERN_SLAVERY in {one.code for one in listed}
    assert {offences.SEXUAL, offences.FRAUD} <= {one.group for one in listed}
    assert offences.RAPE in {one.subgroup for one in listed}
    for extract in CASES:
        (readable,) = [one for one in expectations(extract) if one["meta"]["rule"].endswith(".file_readable")]
        assert set(readable["kwargs"]["value_set"]) == set(FAULTS) - {"unreadable"}


def test_every_group_of_table_c2_is_compared_once_and_all_its_offences_are() -> None:
    groups = [names[0] for _, level, names in offences.SAME_OFFENCES.values() if level == "group"]
    assert sorted(groups) == sorted({one.group for one in codes.offence_codes()} - {offences.FRAUD})


# --- what is told -------------------------------------------------------------------------------------------


def test_critical_rules_are_those_that_make_a_wrong_figure_in_silence() -> None:
    mild = {"calendar", "blanks", "groups", "codes", "outcomes", "strands"}
    for extract in CASES:
        for one in expectations(extract):
            if one["meta"]["view"] in mild:
                assert one["meta"]["severity"] == "warning", one["meta"]["rule"]
            told = one["meta"]["rule"].endswith((".columns_filled", ".file_ended"))
            if one["meta"]["view"] in ("files", "flags") and not told:
                assert one["meta"]["severity"] == "critical", one["meta"]["rule"]


def test_an_unknown_code_is_named_with_its_file_and_free_text_is_not() -> None:
    rule = "offences.code_known"
    named = check("offences", row("ho_code", "99Z")(*good("offences")), {rule})[rule]
    assert named.details == ("offences/2020.csv: code 99Z is not in the code list for the date recorded.",)
    assert named.files == (("offences/2020.csv", 1),)
    free = check("offences", row("ho_code", "Jo Bloggs")(*good("offences")), {rule})[rule]
    assert "Bloggs" not in json.dumps([free.details, free.observed])
    old = row("recorded_date", pd.Timestamp("2016-05-01"), 5)  # residential burglary is a code from April 2017 on
    assert not check("offences", old(*good("offences")), {rule})[rule].passed


def test_missing_months_are_named() -> None:
    rule = "asb.months_present"
    result = check("asb_incidents", CASES["asb_incidents"][rule](*good("asb_incidents")), {rule})[rule]
    assert (result.severity, result.details, result.observed) == ("warning", ("May 2020 missing.",), "1 of 14 months")


@pytest.mark.parametrize(("keep", "passes"), [(9, False), (11, True)])
def test_a_month_is_held_against_the_year_before_and_told_without_a_count(keep: int, passes: bool) -> None:
    frame, files = good("asb_incidents")
    mine = frame.index[frame["date"].dt.strftime("%Y-%m") == "2021-01"]
    cut = frame.drop(index=mine[keep:]).reset_index(drop=True), files
    result = check("asb_incidents", cut, {"asb.month_volume"})["asb.month_volume"]
    assert result.passed == passes
    assert result.details == (() if passes else ("January 2021 has far fewer records than January 2020.",))


def test_months_of_few_records_are_not_held_against_the_year_before() -> None:
    days = pd.Series(pd.to_datetime(["2020-01-01"] * 19 + ["2021-01-01"]))
    assert partner.calendar(days)["ratio"].isna().all()
    assert partner.calendar(pd.concat([days, days]))["ratio"].notna().sum() == 1


def test_a_month_without_suspects_is_told_only_where_many_would_be_expected() -> None:
    days = pd.Series(pd.date_range("2020-01-01", periods=60)).repeat(5).reset_index(drop=True)
    later = days >= "2020-02-01"
    assert partner.calendar(days, {"suspects": later})["suspects_absent"].tolist() == [True, False]
    assert not partner.calendar(days, {"suspects": later & (days.index % 29 == 0)})["suspects_absent"].any()
    assert not partner.calendar(days, {"suspects": later & False})["suspects_absent"].any()


def test_shares_of_blanks_are_not_judged_in_a_small_file_and_told_to_the_twentieth() -> None:
    frame = pd.DataFrame({"file": ["a.csv"] * 99 + ["b.csv"] * 100})
    view = partner.blanks(frame, {"age": pd.Series([True] * 12 + [False] * 87 + [True] * 12 + [False] * 88)})
    assert view["age"].isna().tolist() == [True, False]
    assert view["age_detail"][1] == "b.csv: about 10% of its records have no age."


def test_differences_from_table_c2_are_told_by_group_and_never_give_back_a_small_number() -> None:
    frame, _ = good("offences")
    table = table_c2(total=1.1, robbery=1.5, drug_offences=1.5)
    within = replace(context(), others={**context().others, "recorded_crime_csp": table})
    few = frame[(frame["ho_code"] != "92D") | (frame["offence_id"] < "O0012")]
    view = offences.offence_groups(few, pd.DataFrame(), within).set_index("offences")
    assert view.loc["Robbery", "group_difference"] == pytest.approx(1 / 3)
    assert view.loc["Robbery", "group_difference_detail"] == (
        "Robbery, year ending December 2020: about 33%, some 10, fewer offences were supplied than the 36 of table C2."
    )
    assert view.loc["Drug offences", "group_difference_detail"] == (
        "Drug offences, year ending December 2020: far fewer offences were supplied than the 36 of table C2."
    )
    assert pd.isna(view.loc["All offences", "group_difference"]) and view.loc["All offences", "total_difference"] > 0.1
    assert pd.isna(view.loc["Shoplifting", "group_difference"])  # table C2 has none


def test_table_c2_of_a_year_that_the_offences_do_not_cover_is_not_compared() -> None:
    frame, _ = good("offences")
    assert offences.offence_groups(frame[frame["recorded_date"] >= "2020-02-01"], pd.DataFrame(), context()).empty


def test_fraud_is_left_out_of_the_total_as_in_table_c2() -> None:
    frame, _ = good("offences")
    fraud = next(one.code for one in codes.offence_codes() if one.group == offences.FRAUD)
    more = pd.concat([frame, frame.head(50).assign(ho_code=fraud)], ignore_index=True)
    view = offences.offence_groups(more, pd.DataFrame(), context()).set_index("offences")
    assert view.loc["All offences", "total_difference"] == 0


def test_an_offence_of_slavery_is_supported_by_its_code_however_written_or_by_its_victim() -> None:
    frame, files = good("offences")
    written = row("ho_code", "0106", 11)(frame, files)
    rule = "offences.slavery_supported"
    assert check("offences", written, {rule})[rule].passed
    other = row("ho_code", "8N", 11)(*good("offences"))
    assert not check("offences", other, {rule})[rule].passed


def test_an_interval_may_be_of_the_share_the_rest_the_number_or_the_whole() -> None:
    frame, _ = good("services")
    one = frame.iloc[[2]]  # 110 of 1,000
    for low, high, holds in (
        (0.1, 0.2, 1),
        (0.8, 0.9, 1),
        (80, 95, 1),
        (10, 12, 1),
        (100, 120, 1),
        (950, 1050, 1),
        (20, 30, 0),
    ):
        table = partner.service_rows(one.assign(estimate_low=low, estimate_high=high), pd.DataFrame(), context())
        assert bool(table["outside_interval"][0]) == (not holds), (low, high)


def test_rows_are_counted_however_few_rows_the_view_has() -> None:
    frame, files = good("victims")
    results = check("victims", (frame, files), {"victims.rows_present", "victims.sex_known"})
    assert results["victims.rows_present"].observed == f"{len(frame)} rows"
    assert results["victims.sex_known"].checked == len(frame)
