"""The gate from raw files to the sentence that stops an audit: damage, caching, workers, and what is never said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from srp_lib import gate, quality
from srp_lib.disclosure import Policy
from srp_lib.display import Notice
from srp_lib.extracts import REGISTRY, Intake, load, read_all
from srp_lib.profiles import STREET_HEADER
from srp_lib.quality import RuleResult
from srp_lib.quality_page import QualityPage

ROOT = Path(__file__).parent.parent
SUITES = ROOT / "expectations"
LOOKUP = "LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM\n" + "".join(
    f"E0100765{number},Rotherham 00{number}A,U,E0100765{number},Rotherham 00{number}A,E08000018,Rotherham\n"
    for number in range(7, 10)
)
MONTHS = ("2020-01", "2020-02", "2020-03", "2020-04", "2020-05")
SECRET = "Quentin Zebedee 07700900123"


def path_of(month: str) -> str:
    """Where a month's file is, as the publisher's zip has it."""
    return f"police_uk/{month}/{month}-south-yorkshire-street.csv"


def month_text(month: str, rows: int = 40) -> str:
    """A month's file: three crimes to each anti-social behaviour row, all but the last of them placed, as the publisher orders them."""
    lines = [STREET_HEADER.replace("|", ",")]
    for number in range(rows):
        asb = number % 4 == 3
        key = "" if asb else f"{int(month.replace('-', '')) * 1000 + number:064x}"
        tail = "Anti-social behaviour,," if asb else "Burglary,Under investigation,"
        place = (
            f"-1.35{number % 3}123,53.451234,On or near Street {number % 3},E0100765{7 + number % 3},Rotherham 00{number % 3}A"
            if number < rows - 1
            else ",,No Location,,"
        )
        lines.append(f"{key},{month},South Yorkshire Police,South Yorkshire Police,{place},{tail}")
    return "\n".join(lines) + "\n"


def write(raw: Path, path: str, content: str | bytes) -> None:
    """Write one raw file."""
    target = raw / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Five sound months and the lookup that places them."""
    folder = tmp_path / "raw"
    write(folder, "geography/LSOA11_LSOA21_LAD22_EW.csv", LOOKUP)
    for month in MONTHS:
        write(folder, path_of(month), month_text(month))
    return folder


def check(raw: Path, force: bool = False, today: date = date(2022, 6, 15), suites: Path = SUITES) -> list[RuleResult]:
    """Read the raw folder and check it."""
    processed = raw.parent / "processed"
    intake = read_all(raw, processed)
    return quality.validate(
        intake, area_code="E08000018", area_expect={}, today=today, suites=suites, cache=processed, force=force
    )


def failed(results: list[RuleResult]) -> set[str]:
    """The rules that failed."""
    return {result.rule for result in results if not result.passed}


# --- six ways to damage a file ------------------------------------------------------------------------------


def column_removed(raw: Path) -> str:
    """Take the column of outcomes out of one month."""
    lines = [line.split(",") for line in month_text("2020-03").splitlines()]
    write(raw, path_of("2020-03"), "\n".join(",".join(line[:10] + line[11:]) for line in lines) + "\n")
    return path_of("2020-03")


def cut_between_rows(raw: Path) -> str:
    """Keep the first half of a month's rows, whole."""
    write(raw, path_of("2020-03"), month_text("2020-03", 20))
    return path_of("2020-03")


def cut_within_a_row(raw: Path) -> str:
    """Keep the first half of a month's bytes."""
    text = month_text("2020-03")
    write(raw, path_of("2020-03"), text[: len(text) // 2])
    return path_of("2020-03")


def renamed(raw: Path) -> str:
    """Give one month the name of another, in that month's folder."""
    write(raw, path_of("2020-03"), month_text("2020-02"))
    return path_of("2020-03")


def delivered_twice(raw: Path) -> str:
    """Put a copy of one month beside the others."""
    write(raw, "police_uk/copy of march.csv", month_text("2020-03"))
    return "police_uk/copy of march.csv"


def saved_as_utf16(raw: Path) -> str:
    """Save one month in another encoding."""
    write(raw, path_of("2020-03"), month_text("2020-03").encode("utf-16"))
    return path_of("2020-03")


def month_to_come(raw: Path) -> str:
    """Add a month that has not come yet."""
    write(raw, path_of("2022-07"), month_text("2022-07"))
    return path_of("2022-07")


DAMAGE: dict[Callable[[Path], str], tuple[str, str]] = {
    column_removed: ("street.exact_columns", "Last outcome category"),
    cut_between_rows: ("street.row_count", "50%"),
    cut_within_a_row: ("street.file_whole", "before the end of its last line"),
    renamed: ("street.month_matches_file", "its rows say 2020-02"),
    delivered_twice: ("street.file_once", "same content"),
    saved_as_utf16: ("street.file_encoding", "UTF-16"),
    month_to_come: ("street.not_after_today", "2022-07"),
}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_refused_by_name_with_the_remedy(raw: Path, damage: Callable[[Path], str]) -> None:
    path = damage(raw)
    results = check(raw)
    rule, words = DAMAGE[damage]
    assert rule in failed(results)
    message = quality.refusal(results)
    assert message is not None
    paragraph = next(part for part in message.split("\n\n") if f"rule {rule}:" in part)
    result = next(result for result in results if result.rule == rule)
    assert path in paragraph and words in paragraph and "street_crime" in paragraph
    assert result.why in paragraph and f"What to do: {result.remedy}" in paragraph
    assert path in dict(result.files)


@pytest.mark.usefixtures("in_process")
def test_sound_files_pass_and_nothing_is_refused(raw: Path) -> None:
    results = check(raw)
    assert failed(results) == set()
    assert quality.refusal(results) is None
    rules = [
        one["meta"]["rule"]
        for name in ("street_crime", "lsoa11_lsoa21")
        for one in quality.read_suite(SUITES, name)["expectations"]
    ]
    assert [result.rule for result in results] == rules


@pytest.mark.usefixtures("in_process")
def test_a_missing_month_and_an_unknown_outcome_warn_and_refuse_nothing(raw: Path) -> None:
    (raw / path_of("2020-03")).unlink()
    write(raw, path_of("2020-02"), month_text("2020-02").replace("Under investigation", "Taken by pirates"))
    results = check(raw)
    warned = {result.rule: result for result in results if not result.passed}
    assert set(warned) == {"street.months_present", "street.outcome_known"}
    assert {result.severity for result in warned.values()} == {"warning"}
    assert warned["street.months_present"].details == ("South Yorkshire Police: March 2020 missing.",)
    assert warned["street.outcome_known"].details == ("'Taken by pirates' is on 30 rows.",)
    assert quality.refusal(results) is None


@pytest.mark.usefixtures("in_process")
def test_two_of_a_month_are_told_even_when_their_bytes_differ(raw: Path) -> None:
    write(raw, "police_uk/march again.csv", month_text("2020-03").replace("Under investigation", "Local resolution"))
    results = {result.rule: result for result in check(raw)}
    assert results["street.file_once"].passed
    assert not results["street.month_once"].passed and not results["street.crime_id_unique"].passed
    assert dict(results["street.crime_id_unique"].files) == {"police_uk/march again.csv": 30, path_of("2020-03"): 30}
    assert any(
        "police_uk/march again.csv" in text and path_of("2020-03") in text
        for text in results["street.month_once"].details
    )


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("columns", [(1,), (2,), (0, 6, 7, 8, 9, 10)], ids=["month", "force", "the others"])
def test_no_value_of_a_row_is_ever_told(raw: Path, columns: Sequence[int]) -> None:
    lines = [line.split(",") for line in month_text("2020-03").splitlines()]
    for number, column in enumerate(columns, 5):  # a row each, as one fault can hide another of its row
        lines[number][column] = SECRET
    write(raw, path_of("2020-03"), "\n".join(",".join(line) for line in lines) + "\n")
    results = check(raw)
    kept = "".join(path.read_text(encoding="utf-8") for path in (raw.parent / "processed").glob("*.quality.json"))
    for text in (json.dumps(quality.to_records(results)), kept, quality.refusal(results) or ""):
        assert "Zebedee" not in text and "07700900123" not in text


@pytest.mark.skipif(not os.environ.get("SRP_REAL_DATA"), reason="SRP_REAL_DATA names no folder of real extracts")
def test_real_extracts_pass_every_critical_rule_and_warn_of_the_missing_months(
    real_checked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "_run_worker", lambda jobs: pytest.fail("`srp check` has left other results"))
    intake = load(real_checked)
    results = quality.validate(
        intake,
        area_code="E08000018",
        area_expect={"wards": 25, "lsoa11": 167, "lsoa21": 170},
        today=date.today(),
        suites=SUITES,
        cache=real_checked,
    )
    assert quality.refusal(results) is None
    assert quality.missing_required(intake) == [] and quality.mixed(intake) is None
    warned = {result.rule: result.details for result in results if not result.passed}
    assert set(warned) == {"street.months_present", "c2.forces_add_up"}
    assert warned["street.months_present"] == (
        "South Yorkshire Police: July 2019 and October 2021 to March 2024 missing.",
    )
    assert len(warned["c2.forces_add_up"]) == 2  # one crime of Gwent stands under South Wales in the published table


# --- caching and workers ------------------------------------------------------------------------------------

SCRIPT = """
import json, sys
from datetime import date
from pathlib import Path
from srp_lib import extracts, quality
processed, suites = map(Path, sys.argv[1:3])
results = quality.validate(extracts.load(processed), area_code="E08000018", area_expect={}, today=date(2022, 6, 15), suites=suites, cache=processed)
heavy = [name for name in ("great_expectations", "scipy", "matplotlib") if name in sys.modules]
json.dump({"rules": len(results), "failed": [result.rule for result in results if not result.passed], "heavy": heavy}, sys.stdout)
"""


def run_script(processed: Path, env: dict[str, str] | None = None) -> tuple[dict[str, object], str]:
    """Validate in a fresh process; what it found, and what was printed on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(processed), str(SUITES)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=env,
        check=True,
    )
    return json.loads(done.stdout), done.stderr


def test_workers_do_the_checks_and_a_second_run_uses_what_they_found(raw: Path) -> None:
    (raw / path_of("2020-03")).unlink()
    processed = raw.parent / "processed"
    read_all(raw, processed)
    first, errors = run_script(processed)
    assert (first["heavy"], first["failed"], errors) == ([], ["street.months_present"], "")
    written = {path.name: path.stat().st_mtime_ns for path in processed.glob("*.quality.json")}
    assert set(written) == {"street_crime.quality.json", "lsoa11_lsoa21.quality.json"}
    second, errors = run_script(processed)
    assert (second, errors) == (first, "")
    assert {path.name: path.stat().st_mtime_ns for path in processed.glob("*.quality.json")} == written


@pytest.mark.usefixtures("in_process")
def test_the_cache_is_used_until_something_that_matters_changes(
    raw: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, asked = check(raw), []
    run = quality._run_worker
    monkeypatch.setattr(quality, "_run_worker", lambda jobs: asked.extend(job["extract"] for job in jobs) or run(jobs))
    assert check(raw) == first and check(raw, today=date(2022, 6, 30)) == first and asked == []
    check(raw, today=date(2022, 7, 1))
    assert set(asked) == {"street_crime", "lsoa11_lsoa21"}
    asked.clear()
    suites = tmp_path / "suites"
    suites.mkdir()
    for name in ("street_crime", "lsoa11_lsoa21"):
        (suites / f"{name}.json").write_text(
            (SUITES / f"{name}.json").read_text(encoding="utf-8").replace("0.65", "0.66"), encoding="utf-8"
        )
    check(raw, today=date(2022, 7, 1), suites=suites)
    assert set(asked) == {"street_crime"}
    asked.clear()
    (raw.parent / "processed" / "lsoa11_lsoa21.quality.json").write_text("not json", encoding="utf-8")
    check(raw, today=date(2022, 7, 1), suites=suites)
    assert asked == ["lsoa11_lsoa21"]
    asked.clear()
    check(raw, force=True, today=date(2022, 7, 1), suites=suites)
    assert set(asked) == {"street_crime", "lsoa11_lsoa21"}


# --- extracts held against each other -----------------------------------------------------------------------

OFFENCE = (
    "offence_id,recorded_date,committed_from,committed_to,ho_code,offence,lsoa21,domestic_abuse,child_abuse,cce,cse,hate_strands,online,alcohol,"
    "knife,modern_slavery,honour_based,forced_marriage,organised_crime,suspect_count,outcome_code,outcome_date\n"
)
VICTIM = "offence_id,victim_id,sex,age,vulnerable,mental_health,missing_from_home,relationship\n"
SUSPECT = "offence_id,suspect_id,sex,age,ocg_role,drugs_intelligence\n"


def partners(raw: Path, child: int = 12, offences: int = 3) -> None:
    """Three offences, the first against a child and by an organised group, each with a victim and a suspect."""
    flags = [("Y" if number == 0 else "N", number) for number in range(offences)]
    lines = [
        f"O{number},2021-04-1{number},,,8N,Assault with injury,E01007657,N,{yes},N,N,,N,N,N,N,N,N,{yes},1,1,2021-04-20\n"
        for yes, number in flags
    ]
    write(raw, "offences/2021.csv", OFFENCE + "".join(lines))
    people = [f"O{number},V{number},F,{child if number == 0 else 30},N,N,N,stranger\n" for number in range(3)]
    write(raw, "victims/2021.csv", VICTIM + "".join(people))
    members = [f"O{number},S{number},M,30,{'member' if number == 0 else ''},N\n" for number in range(3)]
    write(raw, "suspects/2021.csv", SUSPECT + "".join(members))


@pytest.mark.usefixtures("in_process")
def test_partner_extracts_that_fit_each_other_pass(raw: Path) -> None:
    partners(raw)
    results = check(raw)
    blank = {"offences.columns_filled", "victims.columns_filled"}  # optional columns in which there is nothing
    assert failed(results) == blank
    assert {result.extract for result in results} >= {"offences", "victims", "suspects"}


@pytest.mark.usefixtures("in_process")
def test_partner_extracts_that_do_not_fit_are_told_by_file_without_an_identifier(raw: Path) -> None:
    partners(raw, child=21, offences=2)
    results = check(raw)
    wrong = {"offences.child_abuse_has_child", "victims.offence_known", "suspects.offence_known"}
    assert failed(results) == wrong | {"offences.columns_filled", "victims.columns_filled"}
    message = quality.refusal(results)
    assert message is not None and "victims/2021.csv" in message and "O2" not in message and "V2" not in message
    assert "offences.child_abuse_has_child" not in message  # a warning refuses nothing


@pytest.mark.usefixtures("in_process")
def test_a_change_in_what_an_extract_is_held_against_checks_it_again(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners(raw)
    check(raw)
    run, asked = quality._run_worker, []
    monkeypatch.setattr(quality, "_run_worker", lambda jobs: asked.extend(job["extract"] for job in jobs) or run(jobs))
    check(raw)
    assert asked == []
    partners(raw, child=13)  # the victims change, which offences are held against; suspects are not
    check(raw)
    assert sorted(asked) == ["offences", "victims"]
    asked.clear()
    write(
        raw,
        "geography/LSOA11_LSOA21_LAD22_EW.csv",
        LOOKUP + "E01000001,Elsewhere,U,E01000001,Elsewhere,E07000034,There\n",
    )
    check(raw)
    assert sorted(asked) == ["lsoa11_lsoa21", "offences", "street_crime"]
    asked.clear()
    (raw / "victims/2021.csv").unlink()
    check(raw)
    assert asked == ["offences"]
    asked.clear()
    check(raw, today=date(2022, 6, 16))  # only extracts with days in them depend on the day
    assert asked == ["offences"]


@pytest.mark.usefixtures("in_process")
def test_only_the_columns_needed_of_other_extracts_are_read(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partners(raw)
    read, asked = gate._read, {}
    monkeypatch.setattr(
        gate,
        "_read",
        lambda path, columns: asked.setdefault(Path(path).stem, []).append(columns) or read(path, columns),
    )
    check(raw)
    assert asked["suspects"].count(("offence_id",)) == 1
    assert ("offence_id", "age", "exploitation_type") in asked["victims"]
    assert ("offence_id",) in asked["offences"] and ("offence_id", "organised_crime") in asked["offences"]


def test_what_extracts_are_held_against_is_supplied_by_the_registry() -> None:
    for name, others in gate.NEEDS.items():
        assert {name, *others} <= set(REGISTRY) and name not in set(others) - {"lsoa11_lsoa21"}
    for name in quality.BY_THE_DAY:
        assert name in REGISTRY


def test_a_worker_that_stops_is_told_in_a_sentence(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(raw / "no python"))
    with pytest.raises(quality.QualityError, match="could not be started"):
        check(raw)


def test_a_worker_tells_the_place_of_an_error_and_not_its_message(raw: Path) -> None:
    processed = raw.parent / "processed"
    intake = read_all(raw, processed)
    broken = replace(intake.extracts["street_crime"], parquet=intake.extracts["lsoa11_lsoa21"].parquet)
    with pytest.raises(quality.QualityError, match=r"rules of street_crime could not be checked \(\w+ at [\w.]+:\d+\)"):
        quality.validate(
            Intake({"street_crime": broken}, []),
            area_code="E08000018",
            area_expect={},
            today=date(2022, 6, 15),
            suites=SUITES,
            cache=processed,
        )


def test_heavy_work_is_shared_between_two_workers_and_light_work_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[list[int]] = []

    def work(jobs: Iterable[dict]) -> list[int]:
        shares.append([job["number"] for job in jobs])
        return shares[-1]

    monkeypatch.setattr(quality, "_run_worker", work)
    monkeypatch.setattr(quality.os, "cpu_count", lambda: 2)

    def jobs(rules: int) -> list[dict]:
        suite = {"expectations": [{}] * rules}
        return [{"number": number, "parquet": str(tmp_path / "absent"), "suite": suite} for number in range(5)]

    assert quality._run(jobs(2)) == [0, 1, 2, 3, 4] and len(shares) == 1
    shares.clear()
    assert sorted(quality._run(jobs(60))) == [0, 1, 2, 3, 4] and len(shares) == 2


# --- what is said -------------------------------------------------------------------------------------------

RESULT = RuleResult(
    "street_crime",
    "street.x",
    "rows",
    "validity",
    "critical",
    "It matters.",
    "Do this.",
    False,
    1200,
    3,
    "3 of 1,200 rows",
    (("a.csv", 2), ("b.csv", 1)),
    (),
)


def test_refusal_names_extract_rule_files_counts_and_remedy() -> None:
    message = quality.refusal(
        [RESULT, replace(RESULT, rule="street.y", severity="warning"), replace(RESULT, rule="street.z", passed=True)]
    )
    assert message == (
        "Street-level crime and anti-social behaviour (street_crime), rule street.x: 3 of 1,200 rows failed, in a.csv (2), b.csv (1). "
        "It matters. What to do: Do this."
    )
    many = replace(RESULT, files=tuple((f"{number}.csv", 1) for number in range(8)))
    assert "4.csv (1), 3 more files." in quality.refusal([many])


def test_refusal_adds_counts_where_the_details_do_not_name_every_file() -> None:
    told = replace(RESULT, details=("a.csv is wrong: x.", "b.csv is wrong: y."))
    assert quality.refusal([told]).count("a.csv") == 1
    assert "3 of 1,200 rows failed. a.csv is wrong" in quality.refusal([told])
    partly = replace(RESULT, details=("a.csv is wrong: x.",))
    assert "b.csv (1)" in quality.refusal([partly])


def test_results_survive_being_written_and_read() -> None:
    results = [RESULT, replace(RESULT, rule="street.y", details=("One.", "Two."))]
    assert quality.from_records(json.loads(json.dumps(quality.to_records(results)))) == results


def test_the_page_says_why_the_files_are_not_held_against_the_official_count(raw: Path) -> None:
    page = QualityPage(read_all(raw, raw.parent / "processed"), (), area="E08000018")
    assert "Table C2" in page.reconciliation().html and "not supplied" in page.reconciliation().html
    refused = dict(replace(page, results=(RESULT,)).parts())["Against the official count"]
    assert isinstance(refused, Notice) and "refused" in refused.text
    assert page.refused is False and replace(page, faults=("Two editions are mixed.",)).refused


def test_missing_required_extracts_are_named_with_where_to_get_them(raw: Path) -> None:
    (raw / path_of("2020-05")).unlink()
    intake = read_all(raw, raw.parent / "processed")
    (sentence,) = [text for text in quality.missing_required(intake) if "(population)" in text]
    assert "missing" in sentence and "What to add:" in sentence and "https://" in sentence
    assert not any("street_crime" in text for text in quality.missing_required(intake))


def test_synthetic_files_beside_others_are_told(raw: Path) -> None:
    assert quality.mixed(read_all(raw, raw.parent / "processed")) is None
    lines = month_text("2020-05").splitlines()
    write(raw, path_of("2020-05"), "\n".join([lines[0], *(f"{line}Synthetic" for line in lines[1:])]) + "\n")
    sentence = quality.mixed(read_all(raw, raw.parent / "processed"))
    assert sentence is not None and path_of("2020-05") in sentence and "What to do:" in sentence


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda suite: suite["expectations"][0]["meta"].pop("remedy"), "lacks remedy"),
        (lambda suite: suite["expectations"][0]["meta"].update(severity="fatal"), "severity other than"),
        (lambda suite: suite["expectations"].append(suite["expectations"][0]), "twice"),
        (lambda suite: suite["expectations"].clear(), "has no rule"),
        (lambda suite: suite.pop("expectations"), "missing or is not a suite"),
    ],
)
def test_a_suite_that_lacks_something_is_refused(tmp_path: Path, change: Callable[[dict], object], words: str) -> None:
    suite = json.loads((SUITES / "population.json").read_text(encoding="utf-8"))
    change(suite)
    (tmp_path / "population.json").write_text(json.dumps(suite), encoding="utf-8")
    with pytest.raises(quality.QualityError, match=words) as caught:
        quality.read_suite(tmp_path, "population")
    assert "population.json" in str(caught.value)


def test_a_rounded_multiple_of_the_rows_does_not_tell_how_many_there_are() -> None:
    def one(view: str, checked: int) -> RuleResult:
        meta = {"dimension": "validity", "severity": "warning", "why": "x", "remedy": "y"}
        return RuleResult(
            "offences", f"a.{view}", view, **meta, passed=True, checked=checked, failing=0, observed=f"0 of {checked} x"
        )

    shown = quality.protected([one("rows", 69_911), one("flags", 11 * 69_911), one("codes", 64_312)], Policy(True))
    assert [each.checked for each in shown] == [69_910, 11 * 69_910, 64_310]
    assert quality.protected([one("flags", 11 * 69_911)], Policy(False))[0].checked == 11 * 69_911
