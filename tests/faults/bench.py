"""The bench of the fault campaign: reads damaged extracts, holds them to their rules and tells what caught them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from kinds import ANY, HARMLESS, KEPT, MIXED, SET_ASIDE, Case
from test_suites import breaks
from yard import Yard

from srp_lib import gate, profiles, quality, row_counts
from srp_lib.disclosure import Policy
from srp_lib.extracts import Intake, read_all
from srp_lib.gate import NEEDS
from srp_lib.quality import read_suite

SUITES = Path(__file__).parents[2] / "expectations"
AREA, EXPECTED, TODAY = "E08000018", {"wards": 25, "lsoa11": 167, "lsoa21": 170}, date(2022, 6, 15)
PLACING = ("lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward")  # street-level rows are placed by them
PUBLIC = Policy(True)
# Columns that rules read and nothing else does: what is done to them changes no figure.
UNREAD = {
    "street_crime": ("location", "lsoa_name"),
    "small_area_population": ("lsoa_name", "households"),
    "deprivation": ("imd_score", "crime_score", "crime_rank", "crime_decile"),
    "rural_urban": ("lsoa_name",),
}
CAUGHT, NO_HARM, UNTOLD, MISSED = "caught", "harmless", "cannot be told", "missed"


@dataclass(frozen=True)
class Outcome:
    """How a case ended, and what caught it or what became of it instead."""

    how: str
    by: str = ""


@dataclass
class Bench:
    """Good extracts as read, and a place for damaged ones."""

    yard: Yard
    folder: Path
    number: int = 0
    suites: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    kept: dict[object, pd.DataFrame] = field(default_factory=dict)  # tables of the good extracts
    known: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # rules that fail on them, by extract and view
    asked: set[str] = field(default_factory=set)  # types of rules that were put to the library

    # --- reading --------------------------------------------------------------------------------------------

    @cached_property
    def good(self) -> Intake:
        """The good extracts as they are read."""
        names = dict.fromkeys((*self.yard.tables, "population", "boundaries", "risk_scale"))
        every = {path: data for name in names for path, data in self.yard.files(name).items()}
        return read_all(put(self.folder / "good" / "raw", every), self.folder / "good" / "processed")

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
        others = {name: one for name, one in self.good.extracts.items() if name != extract}
        return Intake(others | found.extracts, found.ignored)

    def frame(self, intake: Intake, extract: str, columns: Sequence[str] | None) -> pd.DataFrame:
        """Columns of an extract; those of a good one are read once."""
        held = intake.extracts[extract]
        if held is not self.good.extracts[extract]:
            return held.frame(columns)
        key = (extract, columns and tuple(columns))
        if key not in self.kept:
            self.kept[key] = held.frame(columns)
        return self.kept[key]

    def tidy(self, intake: Intake, extract: str) -> pd.DataFrame:
        """The tidy rows that figures are made of, without the names of their files; text is plain."""
        frame = self.frame(intake, extract, None).drop(columns=["file", *UNREAD.get(extract, ())])
        return frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)})

    def same_rows(self, intake: Intake, extract: str) -> bool:
        """Whether an extract was read whole and has the tidy rows of the good one, in whatever order."""
        if extract not in intake.extracts or set(intake.extracts[extract].files["fault"]) != {"none"}:
            return False
        one, other = self.tidy(intake, extract), self.tidy(self.good, extract)
        if list(one) != list(other) or len(one) != len(other):
            return False
        moved = [name for name in one if not one[name].equals(other[name])]
        if any(sorted(map(str, one[name])) != sorted(map(str, other[name])) for name in moved):
            return False
        return not moved or in_order(one).equals(in_order(other))

    # --- rules ----------------------------------------------------------------------------------------------

    def suite(self, extract: str) -> list[dict[str, Any]]:
        """An extract's expectations."""
        if extract not in self.suites:
            self.suites[extract] = read_suite(SUITES, extract)["expectations"]
        return self.suites[extract]

    def failing(self, intake: Intake, extract: str, view: str, rules: Sequence[str] = ()) -> list[str]:
        """The rules on a view, or those of them that are named, that fail; the critical ones first.

        They are worked out as the suites' tests do, without the library, which takes a hundred times as long; the
        first rule that fails of each type is put to the library too.
        """
        wanted = [one for one in self.suite(extract) if one["meta"]["view"] == view]
        wanted = [one for one in wanted if not rules or one["meta"]["rule"] in rules]
        # faults are in the view as they are in the frame of files, and most damage ends in one
        bare = {one["kwargs"].get("column") for one in wanted} == {"fault"}
        table = intake.extracts[extract].files if bare else self.derived(intake, extract, view)
        failed = [one for one in wanted if breaks(table, one)]
        for one in failed:
            if one["type"] not in self.asked:
                self.asked.add(one["type"])
                (result,) = gate.check_view(extract, table, [one])
                assert not result.passed and result.observed != "not evaluated", one["meta"]["rule"]
        return [one["meta"]["rule"] for one in sorted(failed, key=lambda one: one["meta"]["severity"])]

    def derived(self, intake: Intake, extract: str, view: str) -> pd.DataFrame:
        """The table of one view of an extract, as the gate makes it."""
        held = intake.extracts[extract]
        columns = profiles.columns_needed(extract, [view])
        frame = self.frame(intake, extract, ("file",) if columns == [] else columns)
        needs = NEEDS.get(extract, {})
        others = {name: self.frame(intake, name, needs[name]) for name in needs if name in intake.extracts}
        context = profiles.make_context(AREA, EXPECTED, TODAY, others)
        return profiles.derive(extract, view, frame, held.files.copy(), context)

    def caught(self, intake: Intake, extract: str, rules: Sequence[str] = ()) -> Iterator[str]:
        """The rules, of all or of those named, that fail and didn't on the good extract, view by view."""
        if extract not in intake.extracts:
            return
        wanted = [one for one in self.suite(extract) if not rules or one["meta"]["rule"] in rules]
        of_fault = [one["meta"]["rule"] for one in wanted if one["kwargs"].get("column") == "fault"]
        if of_fault:
            yield from self.failing(intake, extract, "files", of_fault)
        left = [one for one in wanted if one["meta"]["rule"] not in of_fault]
        blank = bool(intake.extracts[extract].files.get("blank_columns", pd.Series()).astype(bool).any())
        views = dict.fromkeys(one["meta"]["view"] for one in left)
        for view in sorted(views, key=lambda view: (view == "files") != blank):  # the view that tells soonest
            if (extract, view) not in self.known:
                self.known[extract, view] = set(self.failing(self.good, extract, view))
            for rule in self.failing(intake, extract, view, rules):
                if rule not in self.known[extract, view]:
                    yield rule

    def caught_by_any(self, intake: Intake, extract: str) -> Iterator[str]:
        """What catches it: the extract's own rules, those of extracts held against it, accepted numbers of rows."""
        yield from self.caught(intake, extract)
        for name in (name for name, needs in NEEDS.items() if extract in needs):
            yield from self.caught(intake, name)
        held, good = intake.extracts.get(extract), self.good.extracts[extract]
        if held is None or row_counts.count(held, PUBLIC) != row_counts.count(good, PUBLIC):
            yield row_counts.rule_name(extract)

    def caught_as_wanted(self, intake: Intake, case: Case) -> bool:
        """Whether the rule wanted fails, which may be of an extract that is held against the damaged one."""
        if case.wanted == row_counts.rule_name(case.extract):
            return case.wanted in self.caught_by_any(intake, case.extract)
        holding = (name for name, needs in NEEDS.items() if case.extract in needs)
        names = [name for name in (case.extract, *holding) if case.wanted in rules_of(self.suite(name))]
        return any(True for name in names for _ in self.caught(intake, name, [case.wanted]))

    # --- outcomes -------------------------------------------------------------------------------------------

    def outcome(self, case: Case) -> Outcome:
        """Read a case's files, and tell whether they are caught as wanted, harmless, beyond telling or missed."""
        intake = self.read(case.extract, case.files)
        if case.wanted == HARMLESS:
            ended = NO_HARM if self.same_rows(intake, case.extract) else ""
        elif case.wanted.startswith(KEPT):
            ended = NO_HARM if self.kept_text(intake, case) else ""
        elif case.wanted.startswith(SET_ASIDE):
            reasons = [reason for _, reason in intake.ignored]
            ended = CAUGHT if any(case.wanted.removeprefix(SET_ASIDE) in reason for reason in reasons) else ""
        elif case.wanted == MIXED:
            ended = CAUGHT if quality.mixed(intake) else ""
        elif case.wanted == ANY:
            return self.any_outcome(intake, case)
        else:
            ended = CAUGHT if self.caught_as_wanted(intake, case) else ""
        return Outcome(ended, case.wanted) if ended else self.otherwise(intake, case)

    def kept_text(self, intake: Intake, case: Case) -> bool:
        """Whether text came through letter by letter, for pages to escape as they escape all text."""
        words, good = case.wanted.removeprefix(KEPT), self.tidy(self.good, case.extract)
        frame = self.tidy(intake, case.extract)
        changed = [name for name in frame if not frame[name].equals(good[name])]
        return len(frame) == len(good) and len(changed) == 1 and bool((frame[changed[0]] == words).any())

    def any_outcome(self, intake: Intake, case: Case) -> Outcome:
        """Whatever catches it, or nothing changed."""
        if found := next(self.caught_by_any(intake, case.extract), ""):
            return Outcome(CAUGHT, found)
        if self.same_rows(intake, case.extract):
            return Outcome(NO_HARM)
        return Outcome(UNTOLD if case.beyond else MISSED)

    def otherwise(self, intake: Intake, case: Case) -> Outcome:
        """What became of a case that did not end as wanted."""
        found = list(self.caught_by_any(intake, case.extract))
        if case.beyond and not found:
            return Outcome(UNTOLD)
        instead = ", ".join(found) or ("harmless" if self.same_rows(intake, case.extract) else "told by nothing")
        return Outcome(MISSED, f"{instead} instead of {case.wanted}")


def rules_of(suite: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names of a suite's rules."""
    return {one["meta"]["rule"] for one in suite}


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in an order of their own."""
    keys = pd.Series(["\x1f".join(map(str, row)) for row in frame.itertuples(index=False)], frame.index)
    return frame.loc[keys.sort_values(kind="stable").index].reset_index(drop=True)
