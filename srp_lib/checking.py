"""Checking: extracts read, held to their rules and to what was said of them, and what was found kept.

An audit begins with it; `srp check` ends with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib import periods, publish
from srp_lib.checks import Checks, write_checks
from srp_lib.errors import AuditError
from srp_lib.history import quality_history
from srp_lib.setting import Progress, Request, Setting, settle, silent, supply

if TYPE_CHECKING:
    from datetime import date

    from srp_lib.extracts import Intake
    from srp_lib.gate import RuleResult
    from srp_lib.periods import Period
    from srp_lib.subject import Subject

FILES_NAMED = 5


@dataclass(frozen=True)
class Compared:
    """What a delivery changed against an earlier one: the page, and a line a month as the edition may show it."""

    page: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""  # what the edition does to counts


@dataclass(frozen=True)
class Checked:
    """Extracts read and held to their rules."""

    intake: Intake
    results: tuple[RuleResult, ...]
    synthetic: bool
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    accepted: int = 0  # how many numbers of rows were written down
    deliveries: Compared | None = None

    @property
    def refusal(self) -> str:
        """Why the extracts cannot be audited, a paragraph a fault; empty where they can."""
        from srp_lib import quality

        return "\n".join([*self.faults, *filter(None, [quality.refusal(self.results)])])


def check(request: Request, progress: Progress | None = None) -> Checked:
    """Read the extracts and hold them to their rules; nothing is audited and no notebook runs.

    Raises AuditError where there is nothing to check.
    """
    setting = settle(request, progress or silent)
    with publish.one_run(setting.processed):
        supply(setting)
        checked = check_extracts(setting)
        return replace(checked, deliveries=_compare(setting, checked, request.earlier)) if request.earlier else checked


def _compare(setting: Setting, checked: Checked, earlier: Path) -> Compared:
    """Hold the street-level months against those of an earlier delivery; writes the page. Raises AuditError."""
    from srp_lib import disclosure
    from srp_lib.history import deliveries, deliveries_page

    if not earlier.is_dir():
        raise AuditError(f"The folder {earlier} does not exist: give --earlier the folder of the earlier delivery.")
    beside = setting.processed / "earlier"
    before = deliveries.read_earlier(earlier.resolve(), checked.intake, beside, setting.progress)
    found = deliveries.compare(before, deliveries.later_rows(checked.intake), setting.area)
    with publish.placing(setting.out):
        page = deliveries_page.record(_history(setting), found, subject_of(setting, checked, None))
    policy = disclosure.policy(setting.config, setting.edition)
    return Compared(page, deliveries_page.HEADS, tuple(deliveries_page.summary_rows(found, policy)), policy.note)


def check_extracts(setting: Setting) -> Checked:
    """Read and validate, and keep what was found beside the extracts and in the history. Raises AuditError."""
    from srp_lib import extracts, quality

    with setting.step("read extracts"):
        intake = extracts.read_all(setting.raw, setting.processed, setting.force, setting.progress, setting.files)
    if not intake.extracts:
        raise AuditError(_nothing_known(intake))
    faults = (*quality.missing_required(intake), *filter(None, [quality.mixed(intake)]))
    _require_area(setting, intake, faults)
    own = setting.area == setting.config.area_code
    with setting.step("validate", "Checking extracts"):
        results = quality.validate(
            intake,
            area_code=setting.area,
            area_expect=setting.config.area_counts if own else {},
            today=setting.today,
            suites=setting.suites,
            cache=setting.processed,
            force=setting.force,
        )
    checked = _judged(setting, intake, results, faults)
    kept = Checks(intake.keys, setting.area, quality.to_records(checked.results), checked.faults, checked.notes)
    write_checks(setting.processed, kept)
    with setting.step("history"):
        keep_history(setting.out, _history(setting), subject_of(setting, checked, None), setting.today)
    return checked


def keep_history(out: Path, folder: Path, subject: Subject, day: date) -> Path:
    """Keep what a check found in `folder`, below the reports' folder `out`, and write the page over all; returns its path.

    Several runs may share a folder of reports: they take turns at numbering their checks and writing the page. Raises as
    `history_page.record`.
    """
    from srp_lib.history import history_page

    with publish.placing(out):
        return history_page.record(folder, subject, day)


def _history(setting: Setting) -> Path:
    """Where the results of every check of this area and edition are kept."""
    return quality_history.folder_of(setting.base, setting.edition)


def _judged(setting: Setting, intake: Intake, results: Sequence[RuleResult], faults: Sequence[str]) -> Checked:
    """What the rules found, with the exceptions that somebody has accepted and the numbers of rows that were accepted.

    These are judged anew on every run: an exception runs out without anything else having changed.
    """
    from srp_lib import disclosure, row_counts, waivers

    synthetic = any(bool(extract.files["synthetic"].any()) for extract in intake.extracts.values())
    excepted = waivers.apply(
        results,
        waivers.read_waivers(setting.suites / waivers.FILE),
        period=lambda: _period_code(setting, intake),
        today=setting.today,
        supplied=intake.extracts,
        suites=setting.suites,
        synthetic=synthetic,
    )
    faults = (*faults, *excepted.faults)
    # The file goes into the repository with the code, so it has partners' records as the public may see them.
    policy, path, accepted = disclosure.policy(setting.config, disclosure.PUBLIC), setting.suites / row_counts.FILE, 0
    if setting.accept:
        accepted = row_counts.accept(intake, path, policy, excepted.results, faults)
    counted = row_counts.judge(intake, path, policy)
    return Checked(intake, (*excepted.results, *counted.results), synthetic, faults, counted.notes, accepted)


def _period_code(setting: Setting, intake: Intake) -> str:
    """The code of the period that exceptions are held against: the one asked for, else the latest complete year; "" for none."""
    from srp_lib.evidence import available_months

    if setting.year:
        return setting.year
    try:
        return periods.latest_complete_year(available_months(intake, setting.area)).code
    except (AuditError, KeyError):  # no complete year, or no street-level crime at all
        return ""


def _nothing_known(intake: Intake) -> str:
    named = [path for path, _ in intake.ignored[:FILES_NAMED]]
    more = len(intake.ignored) - len(named)
    held = f" (it holds {', '.join(named)}{f' and {more} more' if more else ''})" if named else ""
    return (
        f"No file in the raw folder is an extract that this audit knows{held}. "
        "The README's table of extracts says which files are wanted."
    )


def _require_area(setting: Setting, intake: Intake, faults: Sequence[str]) -> None:
    """Raise ExtractError for an area that no extract knows, unless what is missing explains that."""
    from srp_lib.evidence import area_name

    unread = any((extract.files["fault"] != "none").any() for extract in intake.extracts.values())
    if not faults and not unread:
        area_name(intake, setting.config, setting.area)


def subject_of(setting: Setting, checked: Checked, period: Period | None) -> Subject:
    """What every page of the run is about; `period` is None where nothing is audited."""
    from srp_lib import disclosure, quality
    from srp_lib.subject import Subject

    return Subject(
        config=setting.config,
        area=setting.area,
        edition=setting.edition,
        intake=checked.intake,
        results=tuple(quality.protected(checked.results, disclosure.policy(setting.config, setting.edition))),
        faults=checked.faults,
        synthetic=checked.synthetic,
        period=period,
        previous=setting.previous,
    )
