"""Actions: how the plan's actions stand at the end of the period, by theme.

Nothing depends on the clock: an action is overdue where it was due before the last day of the period and is not complete.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import periods, wording
from srp_lib.codelists.offences import objective_areas
from srp_lib.disclosure import PUBLIC
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact
from srp_lib.records import Records
from srp_lib.used import NUMERATOR, in_files

EXTRACT = "actions"
COMPLETE = "complete"
STATUSES = ("not started", "on track", "at risk", "off track", COMPLETE)
IN_DOUBT = ("at risk", "off track")
UNTROUBLED = ("not started", "on track")  # reported so, an action says nothing of being late
DISCLOSURE = "as supplied: actions, not people"
QUARTER_MONTHS = 3
Column = tuple[str, Callable[[pd.Series], str]]


@dataclass(frozen=True)
class Actions:
    """The actions of an audit at the end of its period; `themes` are those that the page is about."""

    evidence: Evidence
    themes: tuple[str, ...]

    @cached_property
    def lacking(self) -> str:
        """Why there are none: the extract was not supplied or is of another area; blank where there are."""
        return Records(self.evidence).lacking(EXTRACT).get(EXTRACT, "")

    @cached_property
    def as_at(self) -> pd.Timestamp:
        """The last day of the period."""
        return _month_end(self.evidence.period.months[-1])

    @cached_property
    def quarter_start(self) -> pd.Timestamp:
        """The first day of the quarter that ends with the last day of the period, or holds it."""
        year, month = periods.split_month(self.evidence.period.months[-1])
        return pd.Timestamp(year, month - (month - 1) % QUARTER_MONTHS, 1)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The actions of the themes in the order of the file, text as text and blanks as blank."""
        texts = ["action_id", "theme", "objective", "commitment", "activity", "measure_of_success", "lead_partner", "status", "progress"]  # fmt: skip
        dates = ["start", "due", "updated"]
        if self.lacking:
            return pd.DataFrame(columns=[*texts, *dates, "open", "overdue"]).astype({"open": bool, "overdue": bool})
        rows = self.evidence.intake.extracts[EXTRACT].frame()
        rows = rows.assign(
            **{name: _texts(rows, name) for name in texts}, **{name: pd.to_datetime(rows[name]) for name in dates}
        )
        rows = rows[rows["theme"].isin(self.themes)].reset_index(drop=True)
        unfinished = rows["status"] != COMPLETE
        return rows.assign(open=unfinished, overdue=unfinished & (rows["due"] < self.as_at))

    @cached_property
    def overdue(self) -> pd.DataFrame:
        """Those due before the last day of the period and not complete, the longest overdue first."""
        return self.rows[self.rows["overdue"]].sort_values("due", kind="stable")

    @property
    def unmeasured(self) -> pd.DataFrame:
        """Those without a measure of success."""
        return self.rows[self.rows["measure_of_success"] == ""]

    @property
    def stale(self) -> pd.DataFrame:
        """Those not complete that were last updated before the quarter, the oldest first."""
        kept = self.rows[self.rows["open"] & (self.rows["updated"] < self.quarter_start)]
        return kept.sort_values("updated", kind="stable")

    @property
    def in_doubt(self) -> pd.DataFrame:
        """Those at risk or off track."""
        return self.rows[self.rows["status"].isin(IN_DOUBT)]

    @property
    def behind(self) -> pd.DataFrame:
        """Those at risk, off track or overdue, the first due first."""
        rows = self.rows
        return rows[rows["overdue"] | rows["status"].isin(IN_DOUBT)].sort_values("due", kind="stable")

    @property
    def soon(self) -> pd.DataFrame:
        """Those not complete that are due on the last day of the period or in the three months after it, in order."""
        end = _month_end(periods.shift_month(self.evidence.period.months[-1], QUARTER_MONTHS))
        kept = self.rows[self.rows["open"] & (self.rows["due"] >= self.as_at) & (self.rows["due"] <= end)]
        return kept.sort_values("due", kind="stable")

    def facts(self, theme: str) -> tuple[KeyFact, KeyFact, KeyFact, KeyFact]:
        """How many actions a theme has, and how many of them are complete, overdue, and at risk or off track."""
        rows = self.rows[self.rows["theme"] == theme]
        kept = (rows, rows[~rows["open"]], rows[rows["overdue"]], rows[rows["status"].isin(IN_DOUBT)])
        number, *parts = map(len, kept)
        done_of, late_of, doubt_of = (_of_all(part, number) for part in parts)
        told = {
            "actions": (f"The theme had {number} action{'' if number == 1 else 's'} {self.when}.", "Actions of the theme"),
            "actions_complete": (f"{done_of} complete {self.when}.", f"Actions with the status {COMPLETE}"),
            "actions_overdue": (f"{late_of} overdue at {day(self.as_at)}{self._reported}.", "Actions due before the last day of the period and not complete"),
            "actions_behind": (f"{doubt_of} {' or '.join(IN_DOUBT)} {self.when}.", f"Actions with the status {' or '.join(IN_DOUBT)}"),
        }  # fmt: skip
        return tuple(
            KeyFact(
                f"{theme}.performance.{name}", statement, _plain(len(own)), self.evidence.period.code, definition, (EXTRACT,),
                disclosure=DISCLOSURE, label=wording.upper_first(name.replace("_", " ")),
                rows=in_files(NUMERATOR, EXTRACT, own["file"]),
            )
            for own, (name, (statement, definition)) in zip(kept, told.items(), strict=True)
        )  # fmt: skip

    def told_behind(self) -> tuple[tuple[str, ...], ...]:
        """Those at risk, off track or overdue in words: activity, lead partner, date due, status; all of it public."""
        columns = (LEAD, DUE, STATUS)
        return tuple((row["activity"], *(told(row) for _, told in columns)) for _, row in self.behind.iterrows())

    @property
    def later(self) -> pd.DataFrame:
        """Those that were updated after the period, so that their status is of a later day."""
        return self.rows[self.rows["updated"] > self.as_at]

    @property
    def when(self) -> str:
        """The day that the statuses are of, for the end of a caption or a sentence."""
        if self.later.empty:
            return f"at {day(self.as_at)}"
        return f"as last reported, up to {day(self.later['updated'].max())}"

    @property
    def _reported(self) -> str:
        """That statuses are of a later day, in brackets; blank where none is."""
        return "" if self.later.empty else f" ({self.when})"

    # --- parts of the page ----------------------------------------------------------------------------------------

    def missing(self) -> Notice:
        """That the extract was not supplied, and what it would show; nothing where it was."""
        if not self.lacking:
            return NOTHING
        return Notice(
            f"No actions can be shown: the extract {EXTRACT} {self.lacking}. It would show the plan's actions by theme with "
            "their status, and which are overdue, without a measure of success or not updated.", "missing",
        )  # fmt: skip

    def counts(self, names: Sequence[str]) -> Table | Notice:
        """Each theme's actions by status; `names` are what the themes are called. Carries the themes' facts."""
        if self.lacking:
            return self.missing()
        rows, anchors, carried = [], [], []
        for theme, name in zip(self.themes, names, strict=True):
            own, made = self.rows[self.rows["theme"] == theme], self.facts(theme)
            every, done, late, doubt = made
            by_status = own["status"].value_counts()
            numbers = (int(by_status.get(status, 0)) for status in STATUSES)
            ends = (late.estimate.value, doubt.estimate.value)
            rows.append((name, *map(wording.whole, (len(own), *numbers, *ends))))
            anchors.append(("", every.anchor, *([""] * (len(STATUSES) - 1)), done.anchor, late.anchor, doubt.anchor))
            carried += made
        columns = ("Theme", "Actions", *map(wording.upper_first, STATUSES), "Overdue", "At risk or off track")
        caption = f"Actions by theme and status {self.when}"
        return Table(caption, columns, tuple(rows), self._later(), tuple(carried), tuple(anchors))

    def overdue_table(self) -> Table | Notice:
        """The overdue actions and by how many days."""
        late = ("Days overdue", lambda row: wording.whole((self.as_at - row["due"]).days))
        caption = f"Actions overdue at {day(self.as_at)}{self._reported}"
        return self._table(self.overdue, caption, "overdue", (DUE, late, STATUS))

    def unmeasured_table(self) -> Table | Notice:
        """The actions without a measure of success."""
        return self._table(
            self.unmeasured,
            "Actions without a measure of success",
            "without a measure of success",
            (COMMITMENT, STATUS),
        )

    def stale_table(self) -> Table | Notice:
        """The actions that nobody has updated in the quarter."""
        updated = ("Last updated", lambda row: day(row["updated"]))
        caption = f"Actions not complete and last updated before {day(self.quarter_start)}"
        what = "left without an update in the quarter"
        return self._table(self.stale, caption, what, (updated, DUE, STATUS), self._untold())

    def doubt_table(self) -> Table | Notice:
        """The actions at risk or off track."""
        return self._table(
            self.in_doubt, f"Actions at risk or off track {self.when}", "at risk or off track", (STATUS, DUE)
        )

    def soon_table(self) -> Table | Notice:
        """The actions due in the next quarter, with those due on the last day of this one."""
        months = self.evidence.period.months
        first, last = (periods.shift_month(months[-1], by) for by in (1, QUARTER_MONTHS))
        now = f"on {day(self.as_at)} or " if (self.soon["due"] == self.as_at).any() else ""
        when = f"{now}in {periods.month_span(first, last)}"
        return self._table(self.soon, f"Actions due {when}", f"due {when}", (DUE, STATUS))

    def _table(
        self, rows: pd.DataFrame, caption: str, what: str, more: Sequence[Column], note: str = ""
    ) -> Table | Notice:
        """The actions of some rows; a sentence where there is none."""
        if self.lacking:
            return NOTHING
        if rows.empty:
            return Notice(f"No {'other ' if note else ''}action is {what}. {note}".rstrip())
        noted = () if self.evidence.edition == PUBLIC else (PROGRESS,)
        columns = (OBJECTIVE, LEAD, *more, *noted)
        cells = tuple((row["activity"], *(told(row) for _, told in columns)) for _, row in rows.iterrows())
        return Table(caption, ("Action", *(name for name, _ in columns)), cells, note)

    def _later(self) -> str:
        """That some rows were written after the period, so that their status is of a later day; blank where none was."""
        number = len(self.later)
        if not number:
            return ""
        was = (
            f"{wording.number_word(number)} action{' was' if number == 1 else 's were'} updated after {day(self.as_at)}"
        )
        told = "the extract has the status of that later day, and an action completed since then does not count as overdue."
        return wording.upper_first(f"{was}: {told}")

    def _untold(self) -> str:
        """That it can't be told of some whether they had been updated in the quarter; blank where it can of all."""
        number = int(self.later["open"].sum())
        if not number:
            return ""
        one = number == 1
        was = f"{'was' if one else 'were'} updated after {day(self.as_at)}"
        left = f"so whether {'it was' if one else 'they were'} updated in the quarter too can't be told"
        number_of = f"{wording.number_word(number)} of those not complete"
        return wording.upper_first(f"{number_of} {was}, {left}: {'it is' if one else 'they are'} left out here.")


def day(one: pd.Timestamp) -> str:
    """A day in words, such as "5 April 2021"."""
    return f"{one.day} {periods.NAMES[one.month - 1]} {one.year}"


def _objective(row: pd.Series) -> str:
    """The objective as the plan calls it, where the extract has its short name."""
    known = objective_areas().get(row["objective"])
    return known.label if known else row["objective"]


def _status(row: pd.Series) -> str:
    """The status as reported, with a word where the date speaks against it."""
    reported = wording.upper_first(row["status"])
    return f"{reported}, but past its date" if row["overdue"] and row["status"] in UNTROUBLED else reported


OBJECTIVE: Column = ("Objective", _objective)
LEAD: Column = ("Lead partner", lambda row: row["lead_partner"] or DASH)
DUE: Column = ("Due", lambda row: day(row["due"]))
STATUS: Column = ("Status", _status)
COMMITMENT: Column = ("Commitment", lambda row: row["commitment"] or DASH)
PROGRESS: Column = ("Progress", lambda row: row["progress"] or DASH)


def _of_all(part: int, number: int) -> str:
    """The start of a sentence: "1 of 6 actions was", "0 of 6 actions were"."""
    return f"{part} of {number} action{'' if number == 1 else 's'} {'was' if part == 1 else 'were'}"


def _plain(number: int) -> Estimate:
    """A count of what the plan itself holds, which chance has no part in."""
    return Estimate(float(number), None, None, float(number), None, "actions", "count of rows of the plan")


def _month_end(month: str) -> pd.Timestamp:
    return pd.Timestamp(f"{month}-01") + pd.offsets.MonthEnd(0)


def _texts(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column as plain text, blank where it is empty or, being optional, not there."""
    if name not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    values = rows[name].astype(object)
    return values.where(values.notna(), "").astype(str).str.strip()
