"""The fault campaign: every kind of damage to good extracts is caught by a named rule, or harmless with proof.

How many cases were caught, were harmless, can't be told and were missed is printed after the tests; missed is zero.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import grid
import kinds
import kinds_books
import kinds_sets
import kinds_text
import kinds_values
import kinds_zips
import pytest
import yard
from conftest import without_collecting

import bench
from srp_lib import extracts
from srp_lib.extracts import REGISTRY, files, reading

MODULES = (grid, kinds_text, kinds_values, kinds_sets, kinds_books, kinds_zips)
FEWEST_KINDS = 60


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bench.Bench]:
    """The good extracts, read once, and a place to damage them in."""
    folder = tmp_path_factory.mktemp("faults")
    code = reading._code_hash()  # the readers' own source, which no case changes
    with pytest.MonkeyPatch.context() as patch, without_collecting():
        patch.setattr(reading, "_code_hash", lambda: code)
        made = bench.Bench(yard.make(folder / "sample"), folder)
        assert set(made.good.extracts) == set(REGISTRY) and not made.good.ignored
        yield made


@pytest.mark.parametrize("extract", REGISTRY)
def test_good_extracts_fail_no_critical_rule(campaign: bench.Bench, extract: str) -> None:
    assert set(campaign.good.extracts[extract].files["fault"]) == {"none"}
    critical = {one["meta"]["rule"] for one in campaign.suite(extract) if one["meta"]["severity"] == "critical"}
    views = {one["meta"]["view"] for one in campaign.suite(extract)}
    failing = {rule for view in views for rule in campaign.failing(campaign.good, extract, view)}
    assert failing & critical == set()


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_damage_is_caught_or_harmless(
    campaign: bench.Bench, kind: str, record_property: Callable[[str, object], None]
) -> None:
    found = [(case, campaign.outcome(case)) for case in kinds.KINDS[kind](campaign.yard)]
    counts = Counter(outcome.how for _, outcome in found)
    record_property("faults", dict(counts))
    missed = [f"{case.extract} {case.what}: {outcome.by}" for case, outcome in found if outcome.how == bench.MISSED]
    told = [
        f"{case.extract} {case.what}: told after all by {outcome.by}"
        for case, outcome in found
        if case.beyond and outcome.how != bench.UNTOLD
    ]
    assert found and not missed, "\n".join(missed)
    assert not told, "\n".join(told)


def test_there_are_enough_kinds_and_what_can_not_be_told_says_why(campaign: bench.Bench) -> None:
    assert len(kinds.KINDS) >= FEWEST_KINDS
    for columns, why in ((columns, why) for found in grid.UNTOLD.values() for columns, why in found.items()):
        assert len(why.split()) > 5
        for extract, column in columns:
            assert any(column in table.header for table in campaign.yard.tables[extract]), (extract, column)


@pytest.mark.parametrize(
    ("extract", "column"), [(extract, name) for extract, names in bench.UNREAD.items() for name in names]
)
def test_columns_said_to_be_read_by_rules_alone_are_in_no_module_that_makes_figures(extract: str, column: str) -> None:
    package = Path(extracts.__file__).parents[1]
    apart = {"extracts", "profiles", "sample", "templates", "codelists", "release"}  # the last reads finished reports
    modules = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in apart]
    assert len(modules) > 50
    reading_it = [
        path.name for path in modules if re.search(rf"""["']{column}["']""", path.read_text(encoding="utf-8"))
    ]
    assert reading_it == []


def test_a_huge_file_is_refused_by_its_size_and_never_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    def refuse(path: Path) -> str:
        raise AssertionError(f"{path.name} was read")

    monkeypatch.setattr(files, "file_digest", refuse)
    for name in ("2020-05-south-yorkshire-street.csv", "download.zip", "offences.xlsx"):
        place = tmp_path / name / "offences"
        place.mkdir(parents=True)
        with (place / name).open("wb") as stream:
            stream.truncate(files.MAX_FILE + 1)  # takes no room on the disk
        (listed,) = extracts.list_files(tmp_path / name)
        assert (listed.fault, listed.sha256, listed.bytes) == ("too_large", "", files.MAX_FILE + 1)
        found = extracts.read_all(tmp_path / name, tmp_path / name / "processed", files=[listed]).extracts
        ((kind, problem),) = [(row.fault, row.problem) for one in found.values() for row in one.files.itertuples()]
        assert kind == "too_large" and name in problem and "supply only" in problem
    record_property("faults", {bench.CAUGHT: 3})


@pytest.mark.skipif(sys.platform == "win32", reason="Making links needs a right of its own there.")
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    (tmp_path / "2020-05-south-yorkshire-street.csv").symlink_to(tmp_path / "gone.csv")
    (listed,) = extracts.list_files(tmp_path)
    assert listed.fault == "unreadable" and "leads nowhere" in listed.problem
    record_property("faults", {bench.CAUGHT: 1})
