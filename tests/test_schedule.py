"""Which notebooks a run takes: those that rest on facts come after those that make them; a quarter has a page a theme."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from srp_lib.periods import month_range, parse_period
from srp_lib.schedule import Schedule, schedule

MONTHS = month_range("2019-04", "2021-12")
WANTED = {"processed": "p", "edition": "public", "area": "E08000018"}
THEMES = ["children", "adults", "communities", "violence"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Notebooks of every kind, by what their metadata says."""
    marks = {
        "00_data_quality": {},
        "05_theme": {"quarterly": True},
        "06_places": {},
        "09_ranking": {"stage": 2},
        "10_targets": {"stage": 2, "themes": True},
        "methods_conformance": {},
    }
    for name, said in marks.items():
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"metadata": {"srp": said}}), encoding="utf-8")
    return tmp_path


def planned(folder: Path, code: str, months: tuple[str, ...] = MONTHS) -> Schedule:
    return schedule(folder, parse_period(code), months, 0.75, WANTED)


def runs(tasks: tuple) -> set[tuple[str, str, str]]:
    return {(task.job.source.stem, task.period, task.page) for task in tasks}


def test_a_year_has_a_page_of_every_notebook_and_those_that_rest_on_facts_come_last(folder: Path) -> None:
    plan = planned(folder, "2020-21")
    first = ("00_data_quality", "05_theme", "06_places", "methods_conformance")
    assert runs(plan.first) == {(name, "2020-21", name) for name in first}
    assert runs(plan.then) == {(name, "2020-21", name) for name in ("09_ranking", "10_targets")}
    assert plan.number == 6 and set(plan.pages) == {path.stem for path in folder.iterdir()}


def test_a_quarter_has_a_page_for_the_lead_of_each_theme_and_nothing_else(folder: Path) -> None:
    plan = planned(folder, "2020-21Q3")
    assert runs(plan.first) == {("05_theme", "2020-21Q3", ""), ("05_theme", "ye-2020-12", "")}
    assert [task.page for task in plan.then] == [f"10_targets_{theme}" for theme in THEMES]
    assert [task.job.parameters["theme"] for task in plan.then] == THEMES
    assert all(task.job.parameters["period"] == "2020-21Q3" for task in plan.then)
    assert set(plan.pages) == {f"10_targets_{theme}" for theme in THEMES}


def test_a_period_of_fewer_months_has_the_facts_of_its_twelve_as_targets_are_of_years(folder: Path) -> None:
    plan = planned(folder, "ytd-2021-12")
    assert ("05_theme", "ye-2021-12", "") in runs(plan.first) and ("06_places", "ye-2021-12", "") not in runs(
        plan.first
    )


def test_twelve_months_that_the_extracts_lack_are_not_run(folder: Path) -> None:
    plan = planned(folder, "2019-20Q1")
    assert runs(plan.first) == {("05_theme", "2019-20Q1", "")}


def test_each_notebook_gets_the_parameters_that_it_takes(folder: Path) -> None:
    given = {task.job.source.stem: dict(task.job.parameters) for task in planned(folder, "2020-21").first}
    assert given["05_theme"] == {**WANTED, "period": "2020-21"}
    assert given["00_data_quality"] == {"processed": "p", "edition": "public"} and given["methods_conformance"] == {}


def test_a_notebook_that_is_damaged_is_run_all_the_same_so_that_its_run_says_so(folder: Path) -> None:
    (folder / "05_theme.ipynb").write_text("{", encoding="utf-8")
    assert ("05_theme", "2020-21", "05_theme") in runs(planned(folder, "2020-21").first)
