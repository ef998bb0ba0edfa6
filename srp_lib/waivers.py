"""Waivers: failures of critical rules that a role or a post accepts for one audit, until a day, with the reason.

They stand in expectations/waivers.toml. A waiver turns the failure into an exception that every page prints; one that
has run out, that holds for too long or that matches nothing refuses the extracts, so that the file never holds more
than is needed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from srp_lib import periods
from srp_lib.errors import AuditError
from srp_lib.extracts import REGISTRY
from srp_lib.gate import NOT_EVALUATED, RuleResult
from srp_lib.quality import read_suite
from srp_lib.row_counts import rule_name

FILE = "waivers.toml"
NAME = f"expectations/{FILE}"
LONGEST = 300  # characters of a text, which is printed on every page that uses the extract
EXAMPLE = "until = 2026-12-31"
DAYS = 366  # after the day of a check: a waiver is for one audit, and one that outlives the next is forgotten
# Beside the faults of reading: rules without which rows are missing, of another kind or counted twice.
NEVER = (
    "exact_columns", "month_valid", "file_has_rows", "rows_present", "one_edition_a_vintage", "one_scale", "one_ward",
    "id_given", "ends_whole", "area_present", "month_matches_file", "reported_by_given", "crime_type_given",
)  # fmt: skip
TWICE = ("_once", "once_")  # how the names of rules against doubles end or begin


@dataclass(frozen=True)
class Waiver:
    """A failure of a critical rule that is accepted; `number` is its place in the file, from 1.

    `period` is the code of the audited period that it holds for, `who` the role or post that accepts the failure (no
    person's name, as every page prints it), and `until` the last day on which it does.
    """

    number: int
    rule: str
    extract: str
    period: str
    reason: str
    who: str
    until: date

    @property
    def said(self) -> str:
        """By whom, until when and why: "by the analyst until 31 December 2026 for this audit: the reason"."""
        return f"by {self.who} until {_day(self.until)} for this audit: {self.reason}"

    @property
    def named(self) -> str:
        """The waiver as a sentence names it."""
        return f"Waiver {self.number} of {NAME} ({self.rule} of {self.extract}, for {self.period})"


@dataclass(frozen=True)
class Excepted:
    """Results with the failures that are waived marked so, and a sentence for each waiver that does not hold."""

    results: tuple[RuleResult, ...]
    faults: tuple[str, ...] = ()


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file in its order; none where there is no file.

    Raises AuditError, with the waiver's number and the remedy, for what is no TOML, a key that is missing or not
    known, a text that is blank, too long or not on one line, a period or date that is none, and the same twice.
    """
    try:
        tree = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise AuditError(f"{NAME} cannot be read: {why}. Mend it or restore it from the repository.") from error
    rows = tree.pop("waiver", [])
    if tree or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise AuditError(f"{NAME}: write each waiver below a line [[waiver]] and nothing outside of one.")
    made = tuple(_waiver(number, row) for number, row in enumerate(rows, 1))
    _refuse_doubles(made)
    return made


def _waiver(number: int, row: Mapping[str, Any]) -> Waiver:
    """One waiver of the file. Raises AuditError."""
    where = f"{NAME}, waiver {number}"
    wanted = [field.name for field in fields(Waiver) if field.name != "number"]
    missing = [name for name in wanted if name not in row]
    unknown = [name for name in row if name not in wanted]
    if missing:
        raise AuditError(f"{where}: it lacks {', '.join(missing)}. A waiver has {', '.join(wanted)}.")
    if unknown:
        raise AuditError(f"{where}: it has a key that is not known. A waiver has {', '.join(wanted)} and no other.")
    if type(row["until"]) is not date:
        raise AuditError(f"{where}: until must be a date without quotation marks, such as {EXAMPLE}.")
    texts = {name: _text(row[name], f"{where}: {name}") for name in wanted if name != "until"}
    try:
        periods.parse_period(texts["period"])
    except periods.PeriodError as error:
        raise AuditError(f"{where}: period must be the code of the audited period. Write {periods.FORMS}.") from error
    return Waiver(number, **texts, until=row["until"])


def _text(value: object, where: str) -> str:
    """A text that can be printed. Raises AuditError."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST or not text.isprintable():
        raise AuditError(f"{where} must be a text on one line, not blank and of at most {LONGEST} characters.")
    return text


def _refuse_doubles(made: Sequence[Waiver]) -> None:
    """Raise AuditError where two waivers are of the same rule, extract and period."""
    seen: dict[tuple[str, str, str], int] = {}
    for one in made:
        first = seen.setdefault((one.extract, one.rule, one.period), one.number)
        if first != one.number:
            raise AuditError(f"{NAME}, waiver {one.number}: it is the same as waiver {first}. Keep one of them.")


def expired(waivers: Iterable[Waiver], today: date) -> tuple[str, ...]:
    """A sentence for each waiver that had its last day before `today`."""
    return tuple(f"{one.named} {_untimely(one, today)}" for one in waivers if one.until < today)


def apply(
    results: Sequence[RuleResult],
    waivers: Sequence[Waiver],
    *,
    period: Callable[[], str],
    today: date,
    supplied: Iterable[str],
    suites: Path,
    synthetic: bool = False,
) -> Excepted:
    """The results as the waivers in force leave them, and what is wrong with the waivers.

    `period` gives the code of the audited period, "" where there is none (asked only where there is a waiver);
    `supplied` has the extracts that are there and `suites` is the folder of their suites. What is wrong: a waiver whose
    extract or rule does not exist, or whose rule is never waived or only warns; one that has run out, or holds for more
    than a year from `today`; and, of those for the audited period whose extract was supplied, one whose rule did not
    fail or could not be evaluated. `synthetic` extracts are not those that waivers were agreed for: there a waiver that
    fits no failure does nothing, whatever its day.
    """
    if not waivers:
        return Excepted(tuple(results))
    code, held = period(), set(supplied)
    failed = {(one.extract, one.rule): one for one in results if not one.passed}
    faults: list[str] = []
    matched: dict[tuple[str, str], Waiver] = {}
    for one in waivers:
        key, due = (one.extract, one.rule), one.period == code and one.extract in held
        found = failed.get(key) if due else None
        wrong = _unfit(one, suites)
        if not wrong and (found or not synthetic):
            wrong = _untimely(one, today) or (_unmatched(found) if due else "")
        if wrong:
            faults.append(f"{one.named} {wrong}")
        elif found:
            matched[key] = one
    return Excepted(tuple(_marked(result, matched) for result in results), tuple(faults))


def _untimely(waiver: Waiver, today: date) -> str:
    """Why a waiver does not hold on a day; "" where it does."""
    last = today + timedelta(DAYS)
    if waiver.until < today:
        remedy = "What to do: take it out; or agree it anew and give it a later day."
        return f"ran out on {_day(waiver.until)}. {remedy}"
    if waiver.until > last:
        remedy = f"What to do: give it a day up to {_day(last)}, and agree it anew when the next audit needs it."
        return f"holds until {_day(waiver.until)}, more than {DAYS} days after the day of this check. {remedy}"
    return ""


def _unfit(waiver: Waiver, suites: Path) -> str:
    """Why a waiver can hold in no audit; "" where it can."""
    if waiver.extract not in REGISTRY:
        return f"is of an extract that is not known. What to do: write one of {', '.join(REGISTRY)}."
    if waiver.rule == rule_name(waiver.extract):
        return "is of the numbers of rows, which are not waived. What to do: take it out, and run 'srp check --accept'."
    rules = {one["meta"]["rule"]: one for one in read_suite(suites, waiver.extract)["expectations"]}
    rule = rules.get(waiver.rule)
    if rule is None:
        return f"is of a rule that expectations/{waiver.extract}.json does not have. What to do: correct its name."
    if never_waived(rule):
        return (
            "is of a rule that is never waived, as rows would be missing, misread or counted twice. What to do: take "
            f"the waiver out, and mend the files: {rule['meta']['remedy']}"
        )
    if rule["meta"]["severity"] != "critical":
        return "is of a rule that only warns and stops nothing. What to do: take it out."
    return ""


def _unmatched(result: RuleResult | None) -> str:
    """Why a waiver for this audit has nothing to except; "" where it has. `result` is that of the rule, failed."""
    if result is None:
        return "matches nothing, because the rule passed. What to do: take it out."
    if result.observed == NOT_EVALUATED:
        return "cannot hold, because the rule could not be evaluated and so nobody knows what it would except."
    return ""


def never_waived(rule: Mapping[str, Any]) -> bool:
    """Whether an expectation of a suite can't be waived: without it figures would be made from damaged rows.

    These are the faults of reading a file, rows that are absent, and files, tables, keys and the identifiers of
    partners' records that are there twice or blank, which tables are joined by.
    """
    _, _, name = rule["meta"]["rule"].partition(".")
    return (
        rule["kwargs"].get("column") == "fault" or name in NEVER or name.endswith(TWICE[0]) or name.startswith(TWICE[1])
    )


def _marked(result: RuleResult, matched: Mapping[tuple[str, str], Waiver]) -> RuleResult:
    waiver = matched.get((result.extract, result.rule))
    return replace(result, waived=waiver.said) if waiver else result


def _day(day: date) -> str:
    return f"{day.day} {periods.NAMES[day.month - 1]} {day.year}"
