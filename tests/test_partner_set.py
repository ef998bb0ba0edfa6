"""Partner extracts that somebody else made: the audit gives the answers worked out by hand, and keeps their secrets."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from conftest import checking_here, only_notebooks
from partner_set import ANSWERS, FOLDERS, IDS, NOTE, UNKNOWN_CODE, register, write_partner_set
from python_calamine import CalamineWorkbook
from test_public_edition import given_back, small_counts

from srp_lib import cli
from srp_lib.extracts.registry import REGISTRY

AREA, YEAR = "E08000018", "2020-21"
THEMES = ("02_", "03_", "04_", "05_")
# What is left of the seven extracts in each case, and some facts that it must still give.
LEFT = {
    "only offences": (
        ("offences",),
        ("communities.hate_crime.change", "violence.sexual_offences.change", "children.cse.non_recent_share"),
    ),
    "none": ((), ()),
}


def facts_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row for row in csv.DictReader(handle)}


def number(text: str) -> float | None:
    return float(text) if text else None


def audited(base: Path, edition: str) -> Path:
    """Audit base/raw into base/out, all but the pages of places and of the plan, and return the report's folder; fails with what the command said."""
    places = ["--raw", base / "raw", "--processed", base / "processed", "--out", base / "out"]
    said = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        checking_here(),
    ):
        only_notebooks(patch, "00_", "01_", *THEMES)
        status = cli.main(["audit", *map(str, places), "--year", YEAR, "--edition", edition])
    if status:
        pytest.fail(f"The audit of the set made by hand ended with {status}: {said.getvalue()[-3000:]}")
    return base / "out" / YEAR / edition


def places(raw: Path) -> list[str]:
    """The 2021 LSOAs of the area, from the sample's own lookup."""
    (path,) = (raw / "geography").glob("LSOA21_WD*.csv")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [row["LSOA21CD"] for row in csv.DictReader(handle) if row["LAD24CD"] == AREA]


def females(raw: Path) -> float:
    """Female residents of the area at mid-2020, from the sample's own workbook."""
    (path,) = (raw / "population").glob("ukmidyearestimates_mid2020*.xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("MYE2 - Females").to_python()
    (head,) = (row for row in rows if row and row[0] == "Code")
    (area,) = (row for row in rows if row and row[0] == AREA)
    return float(area[head.index("All ages")])


@pytest.fixture(scope="module")
def base(sample_report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's open data with the set made by hand in place of the sample's partner extracts."""
    sample, base = sample_report.parents[2], tmp_path_factory.mktemp("made by hand")
    shutil.copytree(sample / "raw", base / "raw")
    shutil.copytree(sample / "processed", base / "processed", ignore=shutil.ignore_patterns("*.lock"))
    for name in FOLDERS:
        shutil.rmtree(base / "raw" / name, ignore_errors=True)
    write_partner_set(base / "raw", places(base / "raw"))
    return base


@pytest.fixture(scope="module")
def partnership(base: Path) -> Path:
    return audited(base, "partnership")


@pytest.fixture(scope="module")
def public(base: Path, partnership: Path) -> Path:
    return audited(base, "public")


@pytest.fixture(scope="module", params=list(LEFT))
def partial(
    request: pytest.FixtureRequest, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The name of a case of LEFT and its report, in the partnership's edition: the overview and the themes."""
    own = tmp_path_factory.mktemp("some missing")
    shutil.copytree(base / "raw", own / "raw")
    shutil.copytree(base / "processed", own / "processed", ignore=shutil.ignore_patterns("*.lock"))
    for name in set(FOLDERS) - set(LEFT[request.param][0]):
        shutil.rmtree(own / "raw" / name)
    yield request.param, audited(own, "partnership")
    shutil.rmtree(own)


# --- the answers ----------------------------------------------------------------------------------------------


def test_the_set_is_what_it_says() -> None:
    made = register()
    assert len(ANSWERS) == 58 and None in {answer.value for answer in ANSWERS.values()}
    days = [row["recorded_date"] for row in made.offences]
    months = Counter((day.year, day.month) for day in days if date(2019, 4, 1) <= day <= date(2021, 3, 31))
    assert len(months) == 24 and sum(months.values()) == len(days) - 2  # one in March 2019 and one in April 2021
    known = {row["offence_id"] for row in made.offences}
    for rows, name in ((made.victims, "victim_id"), (made.suspects, "suspect_id")):
        pairs = [(row["offence_id"], row[name]) for row in rows]
        assert len(set(pairs)) == len(pairs) and {offence for offence, _ in pairs} <= known
    texts = [str(value) for row in made.offences + made.victims for value in row.values()]
    assert all(any(text.startswith(secret) for text in texts) for secret in (IDS["offence"], IDS["victim"], NOTE))


@pytest.mark.parametrize("name", ANSWERS)
def test_the_audit_gives_the_answer_worked_out_by_hand(name: str, base: Path, partnership: Path) -> None:
    answer, found = ANSWERS[name], facts_of(partnership)[name]
    got = {column: number(found[column]) for column in ("value", "numerator", "denominator", "comparator_numerator")}
    if answer.kind == "rate":
        people = females(base / "raw")
        wanted = {
            "value": 1000 * answer.numerator / people,
            "numerator": answer.numerator,
            "denominator": people,
        }
    elif answer.kind == "change":
        wanted = {
            "value": answer.value,
            "numerator": answer.numerator,
            "comparator_numerator": answer.denominator,
        }
    elif answer.kind == "share":
        wanted = {
            "value": answer.value,
            "numerator": answer.numerator,
            "denominator": answer.denominator,
        }
    else:
        wanted = {"value": answer.value}
    assert {column: got[column] for column in wanted} == {
        column: value if value is None else pytest.approx(value, rel=1e-8) for column, value in wanted.items()
    }


def test_a_code_that_no_list_knows_is_counted_and_reported(partnership: Path) -> None:
    page = (partnership / "00_data_quality.html").read_text(encoding="utf-8")
    assert re.search(rf"{UNKNOWN_CODE}|not in the code list", page, re.IGNORECASE)


# --- what must not come out -----------------------------------------------------------------------------------


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file of a report, and each file within one that is an archive, as a workbook is."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield path.name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path.name}: {member}", archive.read(member)) for member in archive.namelist())


def refuse_secrets(folder: Path) -> None:
    """Fail where a file holds a record's id, a person's or what an officer noted."""
    files = list(bytes_of(folder))
    assert len(files) > 5
    for name, content in files:
        held = [secret for secret in (*IDS.values(), NOTE) if secret.encode() in content]
        assert not held, f"{name} holds {held}"


def test_no_id_and_no_note_is_in_any_file_of_a_report(partnership: Path, public: Path) -> None:
    refuse_secrets(partnership)
    refuse_secrets(public)


def test_the_public_edition_of_the_set_has_the_same_facts(partnership: Path, public: Path) -> None:
    assert set(ANSWERS) <= set(facts_of(public)) <= set(facts_of(partnership))
    for name, found in facts_of(public).items():
        assert found["statement"], name


# --- with some extracts missing -------------------------------------------------------------------------------


def test_the_public_edition_of_the_set_holds_no_small_count(partnership: Path, public: Path) -> None:
    assert small_counts(public) == []
    assert given_back(public, partnership) == []
    assert len(small_counts(partnership)) > 100


def notices(folder: Path) -> list[str]:
    """The text of each notice of something missing on the pages of the four themes."""
    found: list[str] = []
    for path in sorted(folder.glob("*.html")):
        if path.name.startswith(THEMES):
            html = path.read_text(encoding="utf-8")
            parts = re.findall(r'<(p|div) class="notice missing">(.*?)</\1>', html, re.DOTALL)
            found += [unescape(re.sub(r"<[^>]+>", " ", text)).lower() for _, text in parts]
    return found


def test_pages_name_what_is_missing_and_what_it_would_show(partial: tuple[str, Path]) -> None:
    case, folder = partial
    refuse_secrets(folder)
    said = notices(folder)
    for name in set(FOLDERS) - set(LEFT[case][0]):
        title = REGISTRY[name].title.lower()
        naming = [text for text in said if title in text or name in text]
        assert naming, f"{case}: no page says that {name} is missing"
        assert any(len(text.split()) >= len(title.split()) + 8 for text in naming), f"{case}: {name}: {naming}"


def test_what_is_there_is_right_and_what_is_missing_has_no_value(partial: tuple[str, Path]) -> None:
    case, folder = partial
    left, still = LEFT[case]
    found = facts_of(folder)
    gone = set(FOLDERS) - set(left)
    for name, row in found.items():
        used = {part.split(":")[0] for part in row["extracts"].split(";")}
        if gone & used:
            assert row["value"] == "", f"{case}: {name} has a value without one of its extracts"
        elif name in ANSWERS and ANSWERS[name].kind in ("share", "change") and used & set(FOLDERS):
            assert (number(row["numerator"]), number(row["denominator"])) == (
                ANSWERS[name].numerator,
                ANSWERS[name].denominator,
            )
    assert all(found[name]["value"] for name in still)


def test_open_data_are_audited_as_before(partial: tuple[str, Path], sample_report: Path) -> None:
    before, after = facts_of(sample_report), facts_of(partial[1])
    same = [name for name in before if name.startswith("overview.")]
    assert same and [before[name]["value"] for name in same] == [after[name]["value"] for name in same]
