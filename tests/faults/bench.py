"""The bench of the fault campaign: reads damaged extracts, holds them to their rules and tells what caught them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from kinds import ANY, HARMLESS, KEPT, SET_ASIDE, Case
from test_suites import breaks
from yard import Yard

from srp_lib import gate, profiles, quality, row_counts
from srp_lib.disclosure import Policy
from srp_lib.extracts import Extract, Intake, read_all
from srp_lib.gate import NEEDS
from srp_lib.quality import read_suite

SUITES = Path(__file__).parents[2] / "expectations"
RUN = {"area_code": "E08000018", "expected": {"wards": 25, "lsoa11": 167, "lsoa21": 170}, "today": "2022-06-15"}
PLACING = ("lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward")
PUBLIC = Policy(True)
# Columns that rules read and nothing else does: what is done to them changes no figure.
UNREAD = {
    "street_crime": ("location", "lsoa_name"),
    "small_area_population": ("lsoa_name", "households"),
    "deprivation": ("imd_score", "crime_score", "crime_rank", "crime_decile"),
}
CAUGHT, HARMLESS_TOO, BEYOND, MISSED = "caught", "harmless", "cannot be told", "missed"


@dataclass(frozen=True)
class Outcome:
    """How a case ended, what caught it and the first sentence that tells of it."""

    how: str
    by: str = ""
    said: str = ""


@dataclass
class Bench:
    """Good extracts as read, and a place for damaged ones."""

    yard: Yard
    folder: Path
    number: int = 0
    good_failures: dict[str, set[str]] = field(default_factory=dict)
    suites: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    @cached_property
    def good(self) -> Intake:
        """The good extracts as they are read."""
        every = {path: data for name in (*self.yard.tables, "population", "boundaries", "risk_scale") for path, data in self.yard.files(name).items()}
        raw = put(self.folder / "good" / "raw", every)
        return read_all(raw, self.folder / "good" / "processed")

    def failing_when_good(self, extract: str) -> set[str]:
        """The rules that fail on the good extract: none is critical, and none counts as having caught anything."""
        if extract not in self.good_failures:
            self.good_failures[extract] = set(self.failing(self.good, extract))
        return self.good_failures[extract]

    def read(self, extract: str, files: Mapping[str, bytes]) -> Intake:
        """The good extracts with one of them read anew from other files."""
        self.number += 1
        place = self.folder / f"case {self.number}"
        lookups = PLACING if extract == "street_crime" else ()
        around = {path: data for name in lookups for path, data in self.yard.files(name).items()}
        try:
            found = read_all(put(place / "raw", around | dict(files)), place / "processed")
        finally:
            shutil.rmtree(place / "raw")
        return Intake({**{k: v for k, v in self.good.extracts.items() if k != extract}, **found.extracts}, found.ignored)

    def failing(self, intake: Intake, extract: str, rules: Sequence[str] = ()) -> dict[str, str]:
        """The rules of an extract, or those of the named ones, that fail, each with its severity.

        They are worked out as the suites' tests do, without the library, which takes a hundred times as long; the
        first rule that fails of each type is put to the library too.
        """
        wanted = [one for one in self.suite(extract) if not rules or one["meta"]["rule"] in rules]
        views = derived(intake, extract, {one["meta"]["view"] for one in wanted})
        failed = [one for one in wanted if breaks(views[one["meta"]["view"]], one)]
        for one in failed:
            if one["type"] not in self.asked:
                self.asked.add(one["type"])
                (result,) = gate.check_view(extract, views[one["meta"]["view"]], [one])
                assert not result.passed and result.observed != "not evaluated", one["meta"]["rule"]
        return {one["meta"]["rule"]: one["meta"]["severity"] for one in failed}

    def suite(self, extract: str) -> list[dict[str, Any]]:
        """An extract's expectations."""
        if extract not in self.suites:
            self.suites[extract] = read_suite(SUITES, extract)["expectations"]
        return self.suites[extract]

    def caught_by(self, intake: Intake, extract: str, rules: Sequence[str] = ()) -> list[str]:
        """The rules, of all or of those named, that fail and didn't on the good extract; the critical ones first."""
        if extract not in intake.extracts:
            return []
        known = self.failing_when_good(extract)
        failed = self.failing(intake, extract, rules)
        return sorted((name for name in failed if name not in known), key=lambda name: failed[name])

    def same_rows(self, intake: Intake, extract: str) -> bool:
        """Whether the tidy rows that figures are made of are those of the good extract, whatever their files are called."""
        held = intake.extracts.get(extract)
        return held is not None and same(tidy(held), tidy(self.good.extracts[extract]))

    def told_by_number(self, intake: Intake, extract: str) -> bool:
        """Whether accepted numbers of rows tell it, which are rounded for records of people."""
        held, good = intake.extracts.get(extract), self.good.extracts[extract]
        return held is None or row_counts.count(held, PUBLIC) != row_counts.count(good, PUBLIC)

    def outcome(self, case: Case) -> Outcome:
        """Read a case's files, and tell whether they are caught as wanted, harmless, beyond telling or missed."""
        intake = self.read(case.extract, case.files)
        if case.wanted.startswith(SET_ASIDE):
            return self._set_aside(case, intake)
        if case.wanted.startswith(KEPT):
            return self._kept(case, intake)
        if case.wanted == HARMLESS:
            sound = case.extract in intake.extracts and set(intake.extracts[case.extract].files["fault"]) == {"none"}
            found = sound and self.same_rows(intake, case.extract)
            return Outcome(HARMLESS_TOO) if found else self._otherwise(case, intake)
        if case.wanted == "mixed":
            found = quality.mixed(intake)
            return Outcome(CAUGHT, "synthetic and other extracts are mixed", found) if found else self._otherwise(case, intake)
        if case.wanted == ANY:
            return self._any(case, intake)
        caught = self.caught_by(intake, case.extract, [case.wanted]) if case.wanted in self.rules(case.extract) else []
        caught = caught or self._elsewhere(intake, case)
        if case.wanted == row_counts.rule_name(case.extract) and self.told_by_number(intake, case.extract):
            caught = [case.wanted]
        if caught:
            return Outcome(CAUGHT, caught[0])
        return self._otherwise(case, intake)

    def rules(self, extract: str) -> set[str]:
        """The rules of an extract's suite."""
        return {one["meta"]["rule"] for one in self.suite(extract)}

    def _elsewhere(self, intake: Intake, case: Case) -> list[str]:
        """The rule wanted, where it is of an extract that is held against the damaged one."""
        holding = [name for name, needs in NEEDS.items() if case.extract in needs and case.wanted in self.rules(name)]
        return [one for name in holding for one in self.caught_by(intake, name, [case.wanted])]

    def _whoever(self, intake: Intake, extract: str) -> list[str]:
        """The rules that catch it: those of its files, else of its rows, else of the extracts that are held against it."""
        if extract not in intake.extracts:
            return []
        of_files = [one["meta"]["rule"] for one in self.suite(extract) if one["meta"]["view"] == "files"]
        holding = [name for name, needs in NEEDS.items() if extract in needs]
        tries = [(extract, of_files), (extract, ()), *((name, ()) for name in holding)]
        return next((found for name, rules in tries if (found := self.caught_by(intake, name, rules))), [])

    def _any(self, case: Case, intake: Intake) -> Outcome:
        """Whatever catches it, or nothing changed."""
        if self.same_rows(intake, case.extract):
            return Outcome(HARMLESS_TOO)
        if caught := self._whoever(intake, case.extract):
            return Outcome(CAUGHT, caught[0])
        if self.told_by_number(intake, case.extract):
            return Outcome(CAUGHT, row_counts.rule_name(case.extract))
        return Outcome(BEYOND if case.beyond else MISSED)

    def _set_aside(self, case: Case, intake: Intake) -> Outcome:
        reasons = [reason for _, reason in intake.ignored]
        found = any(case.wanted.removeprefix(SET_ASIDE) in reason for reason in reasons)
        return Outcome(CAUGHT, "set aside", reasons[0]) if found else self._otherwise(case, intake)

    def _kept(self, case: Case, intake: Intake) -> Outcome:
        """Whether text came through letter by letter, for pages to escape as they escape all text."""
        words = case.wanted.removeprefix(KEPT)
        frame = tidy(intake.extracts[case.extract])
        found = any((frame[name] == words).any() for name in frame if frame[name].dtype == object)
        return Outcome(HARMLESS_TOO) if found and len(frame) == len(tidy(self.good.extracts[case.extract])) else self._otherwise(case, intake)

    def _otherwise(self, case: Case, intake: Intake) -> Outcome:
        """What became of a case that didn't end as wanted."""
        caught = self.caught_by(intake, case.extract)
        if case.beyond and not caught and not self.told_by_number(intake, case.extract):
            return Outcome(BEYOND)
        problems = list(intake.extracts[case.extract].files["problem"]) if case.extract in intake.extracts else intake.ignored
        by = caught or ([row_counts.rule_name(case.extract)] if self.told_by_number(intake, case.extract) else [])
        same_rows = self.same_rows(intake, case.extract)
        return Outcome(MISSED, f"not as wanted ({case.wanted}): {by or ('harmless' if same_rows else 'nothing')}", str([p for p in problems if p][:2]))


def derived(intake: Intake, extract: str, views: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The tables of some views of an extract, as the gate makes them."""
    held, names = intake.extracts[extract], list(views)
    frame = held.frame(profiles.columns_needed(extract, names) or None)
    needs = NEEDS.get(extract, {})
    others = {name: intake.extracts[name].frame(columns) for name, columns in needs.items() if name in intake.extracts}
    context = profiles.make_context(RUN["area_code"], RUN["expected"], date.fromisoformat(RUN["today"]), others)
    return {name: profiles.derive(extract, name, frame, held.files.copy(), context) for name in names}


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def tidy(extract: Extract) -> pd.DataFrame:
    """The tidy rows of an extract without the names of their files; text is plain."""
    frame = extract.frame().drop(columns=["file", *UNREAD.get(extract.name, ())])
    kinds = {name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    return frame.astype(kinds)


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two tables hold the same rows, in whatever order."""
    if list(one) != list(other) or len(one) != len(other):
        return False
    return one.equals(other) or _sorted(one).equals(_sorted(other))


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in an order of their own."""
    keys = pd.Series(["\x1f".join(map(str, row)) for row in frame.itertuples(index=False)], frame.index)
    return frame.loc[keys.sort_values(kind="stable").index].reset_index(drop=True)
