"""Waivers: what they except, what they never can, and that one which no longer holds stops the audit."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from srp_lib import evidence, page_checks, quality, quality_page, render, row_counts, waivers
from srp_lib.checks import Checks
from srp_lib.disclosure import Policy
from srp_lib.errors import AuditError
from srp_lib.extracts import REGISTRY, Intake
from srp_lib.gate import NOT_EVALUATED, RuleResult
from srp_lib.quality_page import QualityPage
from srp_lib.report import INDEX, SUMMARY, Shell
from srp_lib.waivers import Excepted, Waiver

SUITES = Path(__file__).resolve().parents[1] / "expectations"
TODAY = date(2026, 3, 1)
WAIVER = Waiver(
    1,
    "street.row_count",
    "street_crime",
    "2020-21",
    "The force says it is whole",
    "Head of Community Safety",
    date(2026, 12, 31),
)
SAID = "by Head of Community Safety until 31 December 2026 for this audit: The force says it is whole"
TEXT = """[[waiver]]
rule = "street.row_count"
extract = "street_crime"
period = "2020-21"
reason = "The force says it is whole"
who = "Head of Community Safety"
until = 2026-12-31
"""


def result(rule: str = WAIVER.rule, **other: object) -> RuleResult:
    """A failed critical rule of street-level crime; `other` changes that."""
    failed = RuleResult(
        "street_crime", rule, "files", "completeness", "critical", "Why.", "Mend it.", False, 5, 1, "1 of 5 files"
    )
    return replace(failed, **other)


def judge(
    results: list[RuleResult],
    *held: Waiver,
    period: str = "2020-21",
    today: date = TODAY,
    supplied: tuple[str, ...] = ("street_crime",),
    synthetic: bool = False,
) -> Excepted:
    """The results as the waivers leave them."""
    return waivers.apply(
        results, held, period=lambda: period, today=today, supplied=supplied, suites=SUITES, synthetic=synthetic
    )


def written(folder: Path, text: str) -> Path:
    """A file of waivers."""
    path = folder / waivers.FILE
    path.write_text(text, encoding="utf-8")
    return path


# --- the file -------------------------------------------------------------------------------------------------


def test_a_waiver_is_read_as_written(tmp_path: Path) -> None:
    assert waivers.read_waivers(written(tmp_path, TEXT)) == (WAIVER,)
    second = TEXT.replace("2020-21", "2020-21Q3")
    assert [one.period for one in waivers.read_waivers(written(tmp_path, TEXT + second))] == ["2020-21", "2020-21Q3"]
    assert waivers.read_waivers(tmp_path / "absent") == waivers.read_waivers(written(tmp_path, "# none\n")) == ()


def test_the_project_s_own_file_is_sound_and_its_example_could_be_used(tmp_path: Path) -> None:
    waivers.read_waivers(SUITES / waivers.FILE)
    lines = (SUITES / waivers.FILE).read_text(encoding="utf-8").splitlines()
    start = lines.index("# [[waiver]]")
    example = "\n".join(line.removeprefix("# ") for line in lines[start : start + 7])
    (one,) = waivers.read_waivers(written(tmp_path, example))
    assert judge([result(one.rule, extract=one.extract)], one).faults == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("reason = ", "reson = ", "waiver 1: it lacks reason. A waiver has rule, extract, period, reason, who, until."),
        ("[[waiver]]", '[[waiver]]\nseverity = "warning"', "waiver 1: it has a key that is not known. A waiver has"),
        ("2026-12-31", '"2026-12-31"', "waiver 1: until must be a date without quotation marks, such as until ="),
        ("2026-12-31", "2026-12-31T10:00:00", "waiver 1: until must be a date"),
        ('"Head of Community Safety"', '" "', "waiver 1: who must be a text on one line"),
        ('"Head of Community Safety"', "7", "waiver 1: who must be a text on one line"),
        (
            '"Head of Community Safety"',
            f'"{"x" * 301}"',
            "waiver 1: who must be a text on one line, not blank and of at most 300",
        ),
        ('"The force says', '"The\\nforce says', "waiver 1: reason must be a text on one line"),
        ('"The force says', '"The\\u202eforce says', "waiver 1: reason must be a text on one line"),
        ('"2020-21"', '"*"', "waiver 1: period must be the code of the audited period. Write 2020-21 (financial year)"),
        ('"2020-21"', '"2020"', "waiver 1: period must be the code of the audited period."),
        ("[[waiver]]", "[waiver]", "write each waiver below a line [[waiver]] and nothing outside of one."),
        ("[[waiver]]", "[[waivers]]", "write each waiver below a line [[waiver]] and nothing outside of one."),
        ("[[waiver]]", "[[waiver]", "cannot be read"),
        (TEXT, TEXT + TEXT, "waiver 2: it is the same as waiver 1. Keep one of them."),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_remedy(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(AuditError) as caught:
        waivers.read_waivers(written(tmp_path, TEXT.replace(old, new)))
    assert told in str(caught.value) and "expectations/waivers.toml" in str(caught.value)
    assert "201" not in str(caught.value).replace("2020-21", "")  # the forms of a period apart, no value is told


# --- what a waiver does ---------------------------------------------------------------------------------------


def test_a_matching_waiver_turns_the_failure_into_an_exception_and_leaves_the_others() -> None:
    other, sound = result("street.month_once"), result("street.blank_share", passed=True)
    assert judge([result()], WAIVER) == Excepted((replace(result(), waived=SAID),))
    found = judge([result(), other, sound], WAIVER)
    assert found.results[1:] == (other, sound) and found.faults == ()
    assert "street.month_once" in quality.refusal(found.results)
    assert "street.row_count" not in quality.refusal(found.results)
    assert quality.refusal(found.results[:1]) is None
    assert quality.from_records(json.loads(json.dumps(quality.to_records(found.results)))) == list(found.results)


def test_a_rule_of_another_extract_with_the_same_failure_is_not_excepted() -> None:
    elsewhere = result("street.row_count", extract="offences")
    assert judge([result(), elsewhere], WAIVER).results[1] == elsewhere


@pytest.mark.parametrize("day", [1, 2])
def test_a_waiver_holds_through_its_last_day_and_refuses_from_the_next(day: int) -> None:
    found = judge([result()], replace(WAIVER, until=date(2026, 3, 1)), today=date(2026, 3, day))
    assert bool(found.results[0].waived) == (day == 1)
    told = (
        "Waiver 1 of expectations/waivers.toml (street.row_count of street_crime, for 2020-21) ran out on 1 March "
        "2026. What to do: take it out; or agree it anew and give it a later day."
    )
    assert found.faults == (() if day == 1 else (told,))


@pytest.mark.parametrize("days", [366, 367])
@pytest.mark.parametrize("period", ["2020-21", "2019-20"])
def test_a_waiver_holds_for_a_year_at_most(days: int, period: str) -> None:
    long = replace(WAIVER, until=TODAY + timedelta(days), period=period)
    found = judge([result()], long)
    assert bool(found.results[0].waived) == (days == 366 and period == "2020-21")
    told = (
        f"Waiver 1 of expectations/waivers.toml (street.row_count of street_crime, for {period}) holds until 3 March "
        "2027, more than 366 days after the day of this check. What to do: give it a day up to 2 March 2027, and agree "
        "it anew when the next audit needs it."
    )
    assert found.faults == (() if days == 366 else (told,))


@pytest.mark.parametrize("until", [WAIVER.until, date(2026, 2, 28), date(2099, 1, 1)])
def test_a_waiver_for_real_extracts_leaves_the_synthetic_sample_alone(until: date) -> None:
    held = replace(WAIVER, until=until)
    assert judge([], held, synthetic=True) == Excepted(())
    assert judge([result()], replace(held, period="2019-20"), synthetic=True) == Excepted((result(),))
    assert judge([], held).faults


def test_a_waiver_of_what_does_not_exist_refuses_synthetic_extracts_too() -> None:
    for change in ({"rule": "street.rowcount"}, {"extract": "street_crimes"}):
        assert judge([], replace(WAIVER, **change), synthetic=True).faults
    assert judge([result()], WAIVER, synthetic=True).results[0].waived == SAID
    late = judge([result()], replace(WAIVER, until=date(2026, 2, 28)), synthetic=True)
    assert "ran out" in late.faults[0] and late.results[0].refuses


def test_a_waiver_that_ran_out_refuses_an_audit_of_any_period() -> None:
    late = replace(WAIVER, until=date(2026, 2, 28), period="2019-20")
    assert judge([], late).faults == waivers.expired([WAIVER, late], TODAY) != ()
    assert waivers.expired([WAIVER], TODAY) == ()


@pytest.mark.parametrize(
    ("change", "results", "told"),
    [
        ({}, [], "matches nothing, because the rule passed. What to do: take it out."),
        ({}, [result(passed=True)], "matches nothing, because the rule passed."),
        ({"rule": "street.rowcount"}, [result()], "is of a rule that expectations/street_crime.json does not have."),
        ({"rule": "offences.id_once"}, [result()], "is of a rule that expectations/street_crime.json does not have."),
        ({"extract": "street_crimes"}, [result()], "is of an extract that is not known. What to do: write one of"),
        ({"rule": "street.file_whole"}, [result("street.file_whole")], "is of a rule that is never waived, as rows"),
        ({"rule": "street.months_present"}, [], "is of a rule that only warns and stops nothing."),
        ({"rule": "street_crime.rows_as_accepted"}, [], "and run 'srp check --accept'."),
        ({}, [result(observed=NOT_EVALUATED)], "cannot hold, because the rule could not be evaluated"),
    ],
)
def test_a_waiver_that_matches_no_failure_refuses(change: dict, results: list[RuleResult], told: str) -> None:
    found = judge(results, replace(WAIVER, **change))
    (fault,) = found.faults
    assert told in fault and fault.startswith("Waiver 1 of expectations/waivers.toml (")
    assert found.results == tuple(results)


@pytest.mark.parametrize("change", [{"rule": "street.rowcount"}, {"rule": "street.file_whole"}])
def test_a_waiver_that_could_hold_nowhere_refuses_whatever_is_audited(change: dict[str, str]) -> None:
    assert judge([], replace(WAIVER, **change), period="2023-24", supplied=("population",)).faults


@pytest.mark.parametrize(
    "audited", [{"period": "2021-22"}, {"period": "2020-21Q3"}, {"period": ""}, {"supplied": ("population",)}]
)
def test_a_waiver_of_another_audit_or_of_what_is_not_supplied_does_nothing(audited: dict) -> None:
    failed = [] if "supplied" in audited else [result()]
    assert judge(failed, WAIVER, **audited) == Excepted(tuple(failed))


def test_the_period_is_not_asked_for_where_there_is_no_waiver() -> None:
    def fail() -> str:
        pytest.fail("nothing needs the period")

    kept = waivers.apply([result()], (), period=fail, today=TODAY, supplied=["street_crime"], suites=SUITES)
    assert kept == Excepted((result(),))


def test_no_rule_that_guards_against_damaged_or_doubled_rows_can_be_waived() -> None:
    rules = {one["meta"]["rule"]: one for name in REGISTRY for one in quality.read_suite(SUITES, name)["expectations"]}
    never = {name for name, rule in rules.items() if waivers.never_waived(rule)}
    ends = ("file_readable", "file_encoding", "file_whole", "file_not_empty", "file_size", "no_formula", "file_once")
    for end in (*ends, "file_has_rows", "rows_present"):
        assert len([name for name in never if name.endswith(f".{end}")]) == len(REGISTRY)
    for of_street in ("street.exact_columns", "street.month_once", "street.month_valid"):
        assert of_street in never
    of_keys = {"offences.id_once", "offences.id_given", "victims.once_an_offence", "lsoa11_ward.one_ward"}
    assert {"offences.file_dates", "offences.file_values", "population.year_once", "neighbours.source_once"} <= never
    assert of_keys <= never
    assert never.isdisjoint({"street.row_count", "street.crime_id_unique", "offences.lsoa_shape"})


# --- where it is told -----------------------------------------------------------------------------------------


@pytest.fixture
def excepted() -> RuleResult:
    """A failure that is waived, for a reason that would break a page."""
    hostile = replace(WAIVER, reason="<script>alert(1)</script> & more")
    return judge([result(details=("May 2019 is far off.",))], hostile).results[0]


def test_every_page_that_uses_the_extract_tells_the_exception_among_its_warnings(excepted: RuleResult) -> None:
    (sentence,) = quality_page.warnings([excepted], {"street_crime"})
    assert sentence == (
        "Exception: Street-level crime and anti-social behaviour: May 2019 is far off. This breaks the critical rule "
        "street.row_count. Accepted by Head of Community Safety until 31 December 2026 for this audit: "
        "<script>alert(1)</script> & more."
    )
    assert quality_page.exceptions([excepted, replace(excepted, waived="")], {"street_crime"}) == [sentence]
    assert quality_page.exceptions([excepted], {"population"}) == []
    assert quality_page.warnings([excepted], {"population"}) == []
    protected = quality.protected([replace(excepted, extract="offences", view="rows")], Policy(True))
    assert protected[0].waived == excepted.waived


def test_an_exception_of_a_rule_without_sentences_says_what_the_rule_found(excepted: RuleResult) -> None:
    bare = replace(excepted, details=(), waived=SAID, why="The same crime in two rows would be counted twice.")
    found = quality_page.warnings([replace(bare, observed="598 of 116,381 rows with a crime id")], {"street_crime"})
    assert found == [
        "Exception: Street-level crime and anti-social behaviour: 598 of 116,381 rows with a crime id break the "
        "critical rule street.row_count. Why it matters: The same crime in two rows would be counted twice. Accepted "
        "by Head of Community Safety until 31 December 2026 for this audit: The force says it is whole."
    ]


def test_a_sheet_of_paper_has_all_exceptions_in_one_short_sentence(excepted: RuleResult) -> None:
    other = replace(excepted, extract="population")
    (said,) = quality_page.exceptions_in_short([excepted, excepted, other], {"street_crime", "population"})
    title = REGISTRY["street_crime"].title
    assert said.startswith("Exception: faults in ") and said.count(title) == 1 and len(said) < 250
    assert quality_page.exceptions_in_short([excepted], {"offences"}) == []
    (short,) = quality_page.exceptions_in_short([excepted], {"street_crime"})
    heads = [Shell(None, {})._excepted(name)([excepted], {"street_crime"}) for name in (SUMMARY, INDEX)]
    assert heads == [[short], quality_page.exceptions([excepted], {"street_crime"})]


PAGE = render.Page("One", "Here", "2020/21", "2020/21", "Partnership", "public")


def test_a_page_has_its_exceptions_near_its_top(excepted: RuleResult) -> None:
    said = quality_page.exceptions([excepted], {"street_crime"})
    html = render.shell("<h2>First</h2><p>Text</p>", replace(PAGE, exceptions=tuple(said), warnings=tuple(said)))
    notice = html.index('<p class="notice caveat accepted">Exception: Street-level crime')
    assert html.index("<h1>") < notice < html.index("<h2") and "&lt;script&gt;" in html and "<script" not in html
    assert html.count("Exception: Street") == 2 and page_checks.page_faults(html) == []
    assert "Exception" not in render.shell("<p>Text</p>", PAGE)


@pytest.mark.parametrize("above", ["", "<p>Headline</p>"])
def test_the_index_has_exceptions_first_of_what_to_bear_in_mind(above: str) -> None:
    page = replace(PAGE, exceptions=("Exception: one.",))
    summaries = {"01_x": {"lead": "Lead.", "caveats": ["A caveat."]}, "02_y": {}}
    themes = {"01_x": "X", "02_y": "Y"}
    html = render.index_page([], {name: f"{name}.html" for name in themes}, page, themes, summaries, {}, above)
    boxed = "bear in mind:</p><ul><li>Exception: one.</li><li>A caveat.</li>" in html
    assert html.count("Exception: one.") == 1 and boxed == (not above)
    assert boxed or html.index("Exception: one.") < html.index("Headline")  # the quarter's begins with its headlines


def test_the_quality_page_marks_it_excepted_and_is_no_refusal(excepted: RuleResult) -> None:
    sound = result("street.blank_share", passed=True)
    page = QualityPage(Intake({"street_crime": None}, []), (excepted, sound), notes=("A note.",))
    verdict = page.verdict()
    assert not page.refused and "Of 2 critical rules 1 passed and the one that failed is excepted" in verdict.text
    assert '<p class="notice caveat">A note.</p>' in verdict.html
    shown = page.not_passed().html
    assert '<p class="notice caveat">Excepted: 1 of 5 files.</p>' in shown and "notice refused" not in shown
    assert (
        "Accepted by Head of Community Safety until 31 December 2026 for this audit: &lt;script&gt;" in shown
        and "<script" not in shown
    )
    assert "Excepted</td>" in page.rules().html and "1 of 2 rules passed" in page.rules().html
    several = replace(page, results=(excepted, excepted, sound)).verdict().text
    assert "Of 3 critical rules 1 passed and the two that failed are excepted" in several


def test_a_fault_of_a_waiver_refuses_on_the_quality_page(excepted: RuleResult) -> None:
    page = QualityPage(Intake({}, []), (excepted,), ("Waiver 1 ran out.",))
    assert page.refused and "was refused" in page.verdict().text
    assert '<p class="notice refused">Waiver 1 ran out.</p>' in page.verdict().html


@pytest.mark.parametrize("waived", [True, False])
def test_notebooks_may_use_extracts_whose_failure_is_excepted(excepted: RuleResult, waived: bool) -> None:
    records = quality.to_records([excepted if waived else replace(excepted, waived="")])
    told = pytest.raises(AuditError, match=r"failed the critical rules street\.row_count of street_crime")
    with nullcontext() if waived else told:
        evidence._require_sound(Checks({}, "E1", records, ()), Intake({}, []), "E1")


def test_accepted_numbers_of_rows_have_a_rule_of_their_own_name() -> None:
    named = {row_counts.rule_name(name) for name in REGISTRY}
    rules = {one["meta"]["rule"] for name in REGISTRY for one in quality.read_suite(SUITES, name)["expectations"]}
    assert len(named) == len(REGISTRY) and named.isdisjoint(rules)
