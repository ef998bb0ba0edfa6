"""Quality over time: what is kept of a check, what a profile says, which limits apply, and what the page tells of it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom, nbinom

from srp_lib import checking, periods, publish
from srp_lib.config import load_config
from srp_lib.disclosure import Policy
from srp_lib.display import DASH
from srp_lib.errors import AuditError
from srp_lib.extracts import Extract, Intake
from srp_lib.history import (
    delivery_changes,
    delivery_chart,
    delivery_limits,
    delivery_profile,
    history_page,
    quality_history,
)
from srp_lib.page_tables import PageTable, page_tables
from srp_lib.quality import RuleResult
from srp_lib.subject import Subject

DAY = date(2026, 3, 1)
MONTHS = periods.month_range("2020-01", "2021-04")
OPEN, PUBLIC = Policy(False), Policy(True)
Change = Callable[[pd.DataFrame], pd.DataFrame]


def street(months: tuple[str, ...] = MONTHS, rows: int = 200) -> pd.DataFrame:
    """Made-up street-level rows: a tenth without a location, a quarter of them drugs."""
    each = np.arange(len(months) * rows)
    month = np.repeat(months, rows)
    lsoa = np.where(each % 10 == 0, None, "E01000001")
    kind = np.where(each % 4 == 0, "Drugs", "Robbery")
    frame = pd.DataFrame({"file": month, "month": month, "crime_id": each.astype(str), "lsoa_code": lsoa})
    return frame.assign(crime_type=kind, outcome="Under investigation", lad_code="E08000018")


def victims(rows: int = 400, few: int = 3) -> pd.DataFrame:
    """Made-up victims, a few of them of unknown sex, each under a pseudonym."""
    sex = np.where(np.arange(rows) < few, "U", np.where(np.arange(rows) % 2, "F", "M"))
    age = pd.array([None if place < few else 30 for place in range(rows)], dtype="Int64")
    return pd.DataFrame(
        {"file": "v.csv", "victim_id": [f"pseudonym-{place}" for place in range(rows)], "sex": sex, "age": age}
    )


def extract(folder: Path, name: str, frame: pd.DataFrame, key: str = "") -> Extract:
    """Rows stored as an extract of files by their column `file`; the key is new where the rows are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    frame.to_parquet(path, index=False)
    digest = str(pd.util.hash_pandas_object(frame.astype(str)).sum())
    sizes = frame.groupby("file").size()
    files = pd.DataFrame({"path": sizes.index, "sha256": digest, "rows": sizes.to_numpy()})
    extra = {"inner_months": "", "last_month": "", "vintage": "", "synthetic": False, "fault": "none"}
    return Extract(name, key or digest, files.assign(**extra), path)


def result(rule: str = "street.one", passed: bool = True, severity: str = "warning", failing: int = 0) -> RuleResult:
    observed = f"{failing} of 100 rows"
    details = () if passed else ("Twelve rows are odd.",)
    return RuleResult(
        "street_crime", rule, "rows", "validity", severity, "It matters.", "Mend it.", passed, 100, failing, observed, (), details
    )  # fmt: skip


def subject(
    folder: Path, edition: str = "partnership", results: tuple[RuleResult, ...] = (result(),), **frames: pd.DataFrame
) -> Subject:
    """A subject over made-up extracts, stored in `folder`."""
    config = load_config()
    made = {name: extract(folder, name, frame) for name, frame in (frames or {"street_crime": street()}).items()}
    return Subject(config, config.area_code, edition, Intake(made, []), results, (), False)


def tables(page: str) -> dict[str, PageTable]:
    return {table.caption: table for table in page_tables("index.html", page)}


# --- what is kept ---


def test_a_check_is_kept_once_and_again_when_anything_differs(tmp_path: Path) -> None:
    kept, first = tmp_path / "kept", subject(tmp_path / "a")
    path = quality_history.keep(kept, first, DAY)
    assert path and path.name.startswith("2026-03-01-001-") and quality_history.NAME.fullmatch(path.name)
    assert quality_history.keep(kept, first, date(2026, 4, 1)) is None
    rekeyed = replace(first.intake.extracts["street_crime"], key="another code read it")
    assert quality_history.keep(kept, replace(first, intake=Intake({"street_crime": rekeyed}, [])), DAY) is None
    warned = replace(first, results=(result(passed=False, failing=12),))
    assert quality_history.keep(kept, warned, DAY)
    assert quality_history.keep(kept, first, DAY), "what is as it was two checks ago is a change from the last one"
    assert quality_history.keep(kept, replace(first, synthetic=True), DAY)
    read = quality_history.read(kept)
    assert [one.file[:14] for one in read] == [f"2026-03-01-00{number}" for number in (1, 2, 3, 4)]
    assert [one.tally["Warning"] for one in read] == [0, 1, 0, 0]
    assert quality_history.newest(read, True) == read[3] and quality_history.newest(read, False) == read[2]


def test_a_kept_check_has_the_results_and_no_row(tmp_path: Path) -> None:
    own = subject(
        tmp_path / "a",
        results=(result(), result("street.two", False, "critical", 12)),
        street_crime=street(),
        victims=victims(),
    )
    path = quality_history.keep(tmp_path / "kept", own, DAY)
    text = path.read_text(encoding="utf-8")
    tree = json.loads(text)
    assert tree["checked"] == "2026-03-01" and len(text) < 10_000
    two = tree["rules"]["street_crime"]["street.two"]
    assert (two["outcome"], two["failing"], two["details"]) == ("Failed", 12, ["Twelve rows are odd."])
    assert "pseudonym" not in text and "E01000001" not in text
    assert quality_history.read(tmp_path / "kept")[0].refused


def test_a_profile_that_did_not_change_is_kept_once_and_missed_where_its_check_has_gone(tmp_path: Path) -> None:
    kept, first = tmp_path / "kept", subject(tmp_path / "a")
    whole = quality_history.keep(kept, first, DAY)
    second = quality_history.keep(kept, replace(first, results=(result(passed=False),)), DAY)
    third = quality_history.keep(kept, first, DAY)
    assert [json.loads(path.read_text())["profiles"]["street_crime"] for path in (second, third)] == [whole.name] * 2
    one, two, three = quality_history.read(kept)
    assert one.profiles == two.profiles == three.profiles and one.profiles["street_crime"].rows == 3200
    whole.unlink()
    with pytest.raises(AuditError, match=f"{second.name} rests on {whole.name}, which is not beside it"):
        quality_history.read(kept)


def test_rules_that_passed_are_kept_by_name_and_read_back_whole(tmp_path: Path) -> None:
    many = tuple(result(f"street.rule_{place}", severity=("warning", "critical")[place % 2]) for place in range(40))
    untold = replace(result("bare"), checked=None)
    path = quality_history.keep(tmp_path / "kept", subject(tmp_path / "a", results=(*many, untold)), DAY)
    rules = quality_history.read(tmp_path / "kept")[0].rules["street_crime"]
    assert rules["street.rule_7"] == {"outcome": "Passed", "severity": "critical", "checked": 100}
    assert rules["bare"]["checked"] is None and len(rules) == 41
    assert len(json.dumps(json.loads(path.read_text())["passed"])) < 30 * len(rules)


def test_a_check_kept_rule_by_rule_as_it_was_once_is_read_too(tmp_path: Path) -> None:
    path = quality_history.keep(tmp_path / "kept", subject(tmp_path / "a"), DAY)
    tree = json.loads(path.read_text(encoding="utf-8"))
    one = {"outcome": "Passed", "severity": "warning", "checked": 100}
    tree |= {"passed": {}, "rules": {"street_crime": {"street.one": one}}}
    tree["profiles"]["street_crime"]["files"][0][1] = "0123456789abcdef" * 4
    del tree["passed"]
    path.write_text(json.dumps(tree), encoding="utf-8")
    found = quality_history.read(tmp_path / "kept")[0]
    assert found.rules == {"street_crime": {"street.one": one}}
    assert found.profiles["street_crime"].files[0][1] == "0123456789abcdef"


def test_a_check_waits_for_another_run_that_shares_the_folder_of_reports(tmp_path: Path, monkeypatch) -> None:
    """While another holds the lock nothing is written below the reports; afterwards all is."""
    own = subject(tmp_path / "a")
    kept = quality_history.folder_of(tmp_path / "out", own.edition)
    done = []
    with publish.placing(tmp_path / "out"):
        run = threading.Thread(target=lambda: done.append(checking.keep_history(tmp_path / "out", kept, own, DAY)))
        run.start()
        run.join(0.3)
        assert run.is_alive() and not kept.exists()
    run.join()
    assert done == [kept / history_page.INDEX] and len(quality_history.read(kept)) == 1


def test_outcomes_by_severity_and_waiver() -> None:
    failed = result(passed=False, severity="critical")
    assert [quality_history.outcome(one) for one in (result(), result(passed=False), failed)] == [
        "Passed",
        "Warning",
        "Failed",
    ]
    assert quality_history.outcome(replace(failed, waived="until 31 December 2026, by X: a reason")) == "Excepted"


def test_a_damaged_kept_check_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "2026-03-01-001-0123456789ab.json").write_text("{}", encoding="utf-8")
    with pytest.raises(AuditError, match="2026-03-01-001-0123456789ab.json is not whole .* move it"):
        quality_history.read(tmp_path)


# --- profiles ---


def test_a_profile_counts_rows_blanks_and_values_by_month(tmp_path: Path) -> None:
    found = delivery_profile.profile(extract(tmp_path, "street_crime", street()), OPEN)
    assert (found.rows, found.step, tuple(found.periods)) == (3200, "month", MONTHS)
    assert (
        found.counts == [200] * 16
        and found.blanks == {"lsoa_code": 10.0}
        and found.blank_counts == {"lsoa_code": [20] * 16}
    )
    assert found.shares["crime_type"] == {"Drugs": 25.0, "Robbery": 75.0}
    assert found.value_counts["crime_type"]["Drugs"] == [50] * 16
    assert set(found.shares) == {"crime_type", "outcome"}, (
        "identifiers, places and the columns that the audit adds are not looked into"
    )
    assert delivery_profile.from_tree(json.loads(json.dumps(found.tree()))) == found


def test_a_value_that_is_no_category_is_not_named(tmp_path: Path) -> None:
    """A name, a number or free text that strayed into a column of categories is counted, and not told."""
    frame = street()
    frame.loc[:2, "crime_type"] = "Jane Doe of Clifton"
    frame.loc[10:30, "crime_type"] = "07700 900123"
    frame.loc[40:60, "crime_type"] = "Drug offences"
    found = delivery_profile.profile(extract(tmp_path, "street_crime", frame), OPEN).shares["crime_type"]
    assert set(found) == {"Drugs", "Robbery", "Drug offences", delivery_profile.UNNAMED}
    assert found[delivery_profile.UNNAMED] == pytest.approx(100 * 24 / 3200, abs=1e-4)


def test_partners_records_are_protected_in_the_public_edition(tmp_path: Path) -> None:
    own = extract(tmp_path, "victims", victims(403))
    shown = delivery_profile.profile(own, delivery_profile.protects("victims", PUBLIC))
    assert shown.rows == 405 and shown.files[0][2] == 405 and shown.protected
    assert shown.shares["sex"]["U"] is None and shown.blanks["age"] is None
    assert sum(share is None for share in shown.shares["sex"].values()) > 1, (
        "one withheld share would follow from the rest"
    )
    exact = delivery_profile.profile(own, delivery_profile.protects("victims", OPEN))
    assert exact.rows == 403 and exact.shares["sex"]["U"] == pytest.approx(100 * 3 / 403, abs=1e-4)
    assert not delivery_profile.protects("street_crime", PUBLIC).protects, "street-level rows are open data"


def test_months_of_partners_records_are_pooled_or_left_out(tmp_path: Path) -> None:
    days = pd.date_range("2020-04-01", "2021-03-31", periods=60)
    frame = pd.DataFrame({"file": "m.csv", "date": days, "cce_linked": "N"})
    own = extract(tmp_path, "missing_children", frame)
    shown = delivery_profile.profile(own, PUBLIC)
    assert shown.step == "quarter" and shown.counts == [15] * 4 and not shown.value_counts
    few = delivery_profile.profile(extract(tmp_path, "missing_children", frame.iloc[:20]), PUBLIC)
    assert (few.step, few.periods, few.counts) == ("none", [], [])


# --- limits ---


def test_thirteen_deliveries_have_control_limits_and_fewer_those_of_chance() -> None:
    counts = pd.Series([100.0, 110.0] * 7, index=periods.month_range("2020-01", "2021-02"))
    limits = delivery_limits.of_counts(counts)
    assert (limits.method, limits.earlier) == (delivery_limits.CONTROL, 14)
    assert (limits.lower, limits.upper) == (pytest.approx(105 - 26.6), pytest.approx(105 + 26.6))
    assert [limits.judge(number) for number in (78, 105, 132)] == ["below", "", "above"]
    chance = delivery_limits.of_counts(counts.iloc[:12])
    assert chance.method == delivery_limits.CHANCE and chance.lower < 80 < 130 < chance.upper
    assert delivery_limits.of_counts(counts.iloc[:0]) is None


def test_limits_of_chance_are_the_exact_prediction_limits() -> None:
    """Outside them the exact conditional test of the two counts has a tail of at most 0.1%, and on them it has more."""
    from scipy.stats import binom

    total, number = 100, 1
    limits = delivery_limits.of_counts(pd.Series([100.0]))
    upper, lower = int(limits.upper), int(limits.lower)
    assert (
        binom.sf(upper, total + upper + 1, 1 / (number + 1))
        <= 0.001
        < binom.sf(upper - 1, total + upper, 1 / (number + 1))
    )
    assert (
        binom.cdf(lower - 1, total + lower - 1, 1 / (number + 1))
        <= 0.001
        < binom.cdf(lower, total + lower, 1 / (number + 1))
    )
    assert upper == nbinom.ppf(0.999, 101, 0.5)


@pytest.mark.parametrize(
    ("part", "whole", "base"), [(0, 50, 80), (50, 50, 80), (3, 400, 300), (150, 400, 1000), (1, 1, 0)]
)
def test_limits_of_shares_agree_with_the_beta_binomial_of_scipy(part: int, whole: int, base: int) -> None:
    lower, upper = delivery_limits.prediction(part, whole, base)
    assert lower == (betabinom.ppf(0.001, base, part, whole - part + 1) if part and base else 0)
    assert upper == (betabinom.ppf(0.999, base, part + 1, whole - part) if part < whole and base else base)


def test_a_rounded_count_is_judged_with_room_for_the_rounding(tmp_path: Path) -> None:
    """60 stands for 58 to 62: where 62 is usual it may be; open data, which are not rounded, have no such room."""
    days = [
        day for month in range(1, 6) for day in [f"2021-{3 * month - 2:02d}-10" if month < 5 else "2022-01-10"] * 75
    ]
    frame = pd.DataFrame({"file": "m.csv", "date": pd.to_datetime(days), "cce_linked": "N"})
    own = extract(tmp_path, "missing_children", frame)
    shown, exact = (
        delivery_profile.profile(own, delivery_profile.protects("missing_children", one)) for one in (PUBLIC, OPEN)
    )
    assert (shown.half, exact.half) == (2, 0)
    (wide, *_), (narrow, *_) = (
        delivery_changes.of_periods("missing_children", one, None).findings for one in (shown, exact)
    )
    assert (wide.limits.lower, wide.limits.upper) == (narrow.limits.lower - 2, narrow.limits.upper + 2)
    usual = delivery_limits.Limits(62, 89, 75, 4, delivery_limits.CHANCE)
    assert usual.judge(60) == "below" and delivery_limits.widened(usual, 2).judge(60) == ""
    assert delivery_limits.widened(replace(usual, lower=1, upper=99.5), 2, 100) == replace(usual, lower=0, upper=100)


def test_shares_have_one_decimal_and_what_rounding_sets_on_a_limit_is_just_beyond_it() -> None:
    limits = delivery_limits.Limits(2.34, 4.0, 3.0, 13, delivery_limits.CONTROL)
    assert delivery_chart.cells(2.31, limits, "%") == ("2.3%", "2.3% to 4.0%")
    told = [delivery_chart.verdict(share, limits, "%") for share in (2.31, 1.0, 3.0, 4.04, 9.0)]
    assert told == ["Just below the usual", "Below the usual", "As usual", "Just above the usual", "Above the usual"]
    assert delivery_chart.cells(0.04, replace(limits, lower=0.0), "%") == ("under 0.1%", "0% to 4.0%")


def test_a_rare_value_has_limits_of_chance_however_many_months() -> None:
    months = list(periods.month_range("2020-01", "2021-12"))
    rare, whole = pd.Series([1.0, 3.0] * 12, months), pd.Series(500.0, months)
    assert delivery_limits.of_shares(rare, whole, 500).method == delivery_limits.CHANCE
    common = delivery_limits.of_shares(rare * 50, whole, 500)
    assert common.method == delivery_limits.CONTROL and common.lower == 0 and common.upper <= 100


# --- what is out of the ordinary ---


def judged(tmp_path: Path, change: Change) -> delivery_changes.Judged:
    """What is said of two new months after 16 like ones, the first of the two changed."""
    months = periods.month_range("2020-01", "2021-06")
    frame = street(months)
    at = frame["month"] == "2021-05"
    frame = pd.concat([frame[~at], change(frame[at].copy())])
    now = delivery_profile.profile(extract(tmp_path / "now", "street_crime", frame), OPEN)
    before = delivery_profile.profile(extract(tmp_path / "before", "street_crime", street()), OPEN)
    assert delivery_changes.new_periods(now, before) == ["2021-05", "2021-06"]
    return delivery_changes.of_periods("street_crime", now, before)


def test_months_like_the_others_are_within_their_limits(tmp_path: Path) -> None:
    found = judged(tmp_path, lambda rows: rows)
    assert len(found.findings) == 8 and not found.outside and not found.categories


@pytest.mark.parametrize(
    ("change", "label", "verdict"),
    [
        (lambda rows: rows.iloc[:100], "Rows", "below"),
        (lambda rows: pd.concat([rows, rows]), "Rows", "above"),
        (lambda rows: rows.assign(lsoa_code=None), "Blank: LSOA code", "above"),
        (lambda rows: rows.assign(crime_type="Robbery"), "Crime type: Drugs", "below"),
    ],
)
def test_a_month_out_of_the_ordinary_is_found(tmp_path: Path, change: Change, label: str, verdict: str) -> None:
    found = {(one.period, one.label): one.verdict for one in judged(tmp_path, change).outside}
    assert found[("2021-05", label)] == verdict
    assert all(period == "2021-05" for period, _ in found)


def test_values_that_come_and_go_are_told(tmp_path: Path) -> None:
    found = judged(tmp_path, lambda rows: rows.assign(crime_type=rows["crime_type"].replace("Drugs", "Drug offences")))
    told = {(one.period, one.value, one.new) for one in found.categories}
    assert told == {("2021-05", "Drug offences", True), ("2021-05", "Drugs", False)}


def test_a_month_delivered_anew_is_judged_and_outcomes_ripen_in_peace(tmp_path: Path) -> None:
    before = delivery_profile.profile(extract(tmp_path / "a", "street_crime", street()), OPEN)
    riper = street().assign(outcome="Local resolution")
    again = delivery_profile.profile(extract(tmp_path / "b", "street_crime", riper), OPEN)
    assert delivery_changes.new_periods(again, before) == [MONTHS[-1]]
    frame = street()
    frame.loc[frame["month"] == "2020-03", "lsoa_code"] = None
    changed = delivery_profile.profile(extract(tmp_path / "c", "street_crime", frame), OPEN)
    assert delivery_changes.new_periods(changed, before) == ["2020-03"]
    of_both = delivery_changes.of_checks("street_crime", changed, before)
    assert [(one.label, one.verdict) for one in of_both.outside] == [("Blank: LSOA code", "above")]


# --- the page ---


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """The pages after one check and after three, and the folder that has the checks."""
    folder = tmp_path_factory.mktemp("history")
    kept, two = folder / "kept", result("street.two", False, "critical", 12)
    first = subject(
        folder / "a",
        "public",
        (result(), replace(two, passed=True, failing=0)),
        street_crime=street(),
        victims=victims(),
    )
    one = history_page.record(kept, first, DAY).read_text(encoding="utf-8")
    frame = street(periods.month_range("2020-01", "2021-05"))
    frame.loc[frame["month"] == "2021-05", "crime_type"] = "Drug offences"
    worse = subject(folder / "b", "public", (result(), two), street_crime=frame, victims=victims(few=200))
    history_page.record(kept, worse, date(2026, 6, 1))
    waived = (result(), replace(two, waived="until 31 December 2026, by the data lead: being mended"))
    last = subject(folder / "c", "public", waived, street_crime=frame)
    return one, history_page.record(kept, last, date(2026, 6, 1)).read_text(encoding="utf-8"), kept


def test_the_first_check_is_set_beside_nothing(pages: tuple[str, str, Path]) -> None:
    assert "It is the first check that was kept" in pages[0]
    assert "What changed since the check before" not in pages[0]
    assert "In the latest check, of 1 March 2026, 2 of 2 rules passed. The extracts may be used." in pages[0]


def test_the_page_tells_each_rule_over_the_checks(pages: tuple[str, str, Path]) -> None:
    found = tables(pages[1])["Rules for street_crime that did not pass every time"]
    assert found.columns == ("Rule", "1 June 2026 (2)", "1 June 2026 (1)", "1 March 2026", "Over all checks")
    assert found.rows == (
        ("It matters. street.two", "Excepted: 12 of 100 rows", "Failed: 12 of 100 rows", "Passed", "passed 1 of 3"),
    )
    moved = tables(pages[1])["Rules with another result"].rows
    assert [row[1:4] for row in moved] == [("It matters. street.two", "Failed", "Excepted")]
    assert "Excepted until 31 December 2026, by the data lead: being mended." in moved[0][4]


def test_the_page_says_why_each_rule_is_there_and_the_method_once(pages: tuple[str, str, Path]) -> None:
    page = pages[1]
    assert (
        "<summary>Passed every time: 1 rule</summary><ul><li>It matters. <code>street.<wbr>one</code></li></ul>" in page
    )
    assert (
        page.count("control limits") == 1 and "Usual range" in tables(page)["Months that are out of the usual"].columns
    )
    assert "such as 2020-21/public/index.html" in page


def test_the_usual_range_is_drawn_beside_the_month_that_it_holds_for(pages: tuple[str, str, Path]) -> None:
    """17 months of 47.06 units: the judged one is the last, held against the 13 before it; 14 of 17 are 658.8 wide."""
    spans = {
        (float(one), float(two))
        for one, two in re.findall(r'<line x1="([\d.]+)" x2="([\d.]+)"[^>]*stroke-dasharray', pages[1])
    }
    assert (141.2, 800.0) in spans and len(spans) == 2


def test_the_page_lists_the_checks_and_leads_to_what_was_kept(pages: tuple[str, str, Path]) -> None:
    rows = tables(pages[1])["Checks kept, the latest first"].rows
    assert [row[1:] for row in rows] == [
        ("1", "0", "0", "1", "1", "May be used"), ("1", "0", "1", "0", "2", "Could not be audited"), ("2", "0", "0", "0", "2", "May be used"),
    ]  # fmt: skip
    names = [path.name for path in pages[2].glob("*.json")]
    assert len(names) == 3 and all(f'href="{name}"' in pages[1] for name in names)


def test_the_page_tells_which_extracts_and_values_changed(pages: tuple[str, str, Path]) -> None:
    gone = tables(pages[1])["Extracts whose files are not as they were"].rows
    assert gone == (("Victims of recorded offences", "0", "400", DASH, DASH, "Not supplied any more"),)
    page = (pages[2] / history_page.INDEX).read_text(encoding="utf-8")
    assert page == pages[1] and 'class="banner public"' in page


def test_what_differs_between_two_checks_is_named(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    history_page.record(kept, subject(tmp_path / "a", street_crime=street(), victims=victims()), DAY)
    frame = street(periods.month_range("2020-01", "2021-05"))
    frame.loc[frame["month"] == "2021-05", "crime_type"] = "Drug offences"
    own = subject(tmp_path / "b", street_crime=frame, victims=victims(few=200))
    found = tables(history_page.record(kept, own, date(2026, 6, 1)).read_text(encoding="utf-8"))
    files = found["Extracts whose files are not as they were"].rows
    assert files[0][:5] == ("Street-level crime and anti-social behaviour", "17", "3,200", "3,400", "+200")
    assert files[0][5].startswith("1 added: 2021-05 16 changed: ")
    assert found["Values that came or went since the check before"].rows[0][1:] == ("Crime type", "Drug offences", DASH)
    outside = {row[1] for row in found["Rows, blanks and values that are not as they were"].rows}
    assert outside == {"Blank: Age", "Sex: F", "Sex: M", "Sex: U"}
    odd = {row[1:3] for row in found["Months that are out of the usual"].rows}
    assert ("May 2021", "Crime type: Drugs") in odd and ("May 2021", "Crime type: Drug offences") in odd


def test_a_page_that_stands_is_not_written_again_and_a_lost_one_is(tmp_path: Path) -> None:
    kept, own = tmp_path / "kept", subject(tmp_path / "a")
    page = history_page.record(kept, own, DAY)
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "<!-- untouched -->", encoding="utf-8")
    assert history_page.record(kept, own, DAY).read_text(encoding="utf-8").endswith("<!-- untouched -->")
    page.unlink()
    assert history_page.record(kept, own, DAY).read_text(encoding="utf-8") == text
    (kept / history_page.DELIVERIES).write_text("", encoding="utf-8")
    assert 'href="deliveries.html"' in history_page.refresh(kept, own).read_text(encoding="utf-8")


def test_a_folder_without_checks_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="No check is kept .* run 'srp check' first"):
        history_page.history_page(tmp_path, subject(tmp_path / "a"))
