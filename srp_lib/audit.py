"""The run: the order of work from raw extracts to finished report, and what stops it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib import commentary, periods, provenance, publish
from srp_lib.checking import Checked, check_extracts, subject_of
from srp_lib.config import PUBLIC
from srp_lib.earlier import PROTECTION, require_like
from srp_lib.errors import AuditError
from srp_lib.setting import Progress, Request, Setting, settle, silent, supply

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from srp_lib.extracts import Intake, RawFile
    from srp_lib.kernels import KernelServer
    from srp_lib.notebooks import NotebookResult
    from srp_lib.report import Fact
    from srp_lib.schedule import Schedule, Task
    from srp_lib.subject import Subject

QUALITY = "00_data_quality"
ATTACK = "disclosure.html"
WORKERS = 3


class Refused(AuditError):
    """The extracts failed a critical rule, or the release an attack; `page` is the page that says which."""

    def __init__(self, text: str, page: Path) -> None:
        super().__init__(text)
        self.page = page


@dataclass(frozen=True)
class Report:
    """A finished report; `pages` pairs each page's file with its title, `warnings` has a sentence each."""

    folder: Path
    pages: tuple[tuple[str, str], ...]
    facts: int
    warnings: tuple[str, ...]
    synthetic: bool
    reused: bool
    seconds: float


def audit(request: Request, progress: Progress | None = None) -> Report:
    """Make the report that was asked for, or find that it is already there and whole.

    Raises Refused where a critical rule fails, PeriodError where the period cannot be audited and AuditError
    where a notebook or a page fails. In each case an earlier report stays as it was.
    """
    begun = time.perf_counter()
    setting = settle(request, progress or silent)
    with publish.one_run(setting.processed):
        publish.recover(setting.out)
        supply(setting)
        folder, reused = _report(setting, begun)
        publish.clear_refusal(setting.base, setting.edition)
    return _as_report(folder, reused, time.perf_counter() - begun)


def _report(setting: Setting, begun: float) -> tuple[Path, bool]:
    """The report's folder, and whether it was there already."""
    from srp_lib import waivers

    commentary.check_names(setting.commentary)
    parameters = {"year": setting.year, "edition": setting.edition, "area": setting.area}
    if setting.previous:
        parameters["previous"] = setting.previous.digest
    key = provenance.run_key(setting.config.root, [(file.path, file.sha256) for file in setting.files], parameters)
    stale = waivers.expired(waivers.read_waivers(setting.suites / waivers.FILE), setting.today)
    current = None if setting.force or stale else _current(setting, key)
    if current:
        return current, True
    from srp_lib.kernels import KernelServer

    with KernelServer() as server:
        checked = check_extracts(setting)
        if checked.refusal:
            raise Refused(checked.refusal, _write_refusal(setting, checked))
        period = _period(setting, checked)
        _require_comparable(setting, checked, period)
        plan = _schedule(setting, checked, period)
        said = _commentary(setting, period, plan)
        with setting.step("notebooks"):
            results = _run_notebooks(setting, checked, plan, server)
    key = replace(key, commentary=said.sha256)
    return _publish(setting, _Made(period, checked, key, results, said), begun), False


def _period(setting: Setting, checked: Checked) -> periods.Period:
    from srp_lib.evidence import available_months

    available = available_months(checked.intake, setting.area)
    period = periods.parse_period(setting.year) if setting.year else periods.latest_complete_year(available)
    periods.require_period(period, available, setting.config.minimum_share)
    return period


def _require_comparable(setting: Setting, checked: Checked, period: periods.Period) -> None:
    """Raise AuditError for an earlier report that is not like this one, or that this one would take the place of."""
    if setting.previous is None:
        return
    require_like(setting.previous, setting.area, setting.edition, checked.synthetic)
    if setting.previous.folder == setting.base / period.code / setting.edition:
        raise AuditError(
            f"The earlier report {setting.previous.folder} is the one that this run would replace, and the next run would "
            "find nothing moved: copy it to another folder and give that with --previous."
        )


def _commentary(setting: Setting, period: periods.Period, plan: Schedule) -> commentary.Commentary:
    """What analysts wrote about the period, for this edition. Raises AuditError where it has no place in the pages."""
    pages = commentary.page_headings(plan.pages)
    rules = commentary.Rules(setting.edition, setting.config.smallest_count)
    return commentary.read(setting.commentary, period.code, pages, rules)


def _run_notebooks(
    setting: Setting, checked: Checked, plan: Schedule, server: KernelServer
) -> dict[str, NotebookResult]:
    """Run every notebook, those that rest on the facts of others last; returns the results of those that make pages.

    Raises AuditError with a line for each that failed.
    """
    pages: dict[str, NotebookResult] = {}
    done = 0
    setting.progress("Running notebooks", done, plan.number)
    for tasks in filter(None, (plan.first, plan.then)):
        results = _run_together(setting, tasks, server, done, plan.number)
        done += len(tasks)
        if tasks is plan.first and plan.then:
            _keep_facts(setting, checked, tasks, results)
        pages |= {task.page: result for task, result in zip(tasks, results) if task.page}
    return {page: pages[page] for page in plan.pages}


def _schedule(setting: Setting, checked: Checked, period: periods.Period) -> Schedule:
    from srp_lib.evidence import available_months
    from srp_lib.schedule import schedule

    parameters = {"processed": str(setting.processed), "edition": setting.edition, "area": setting.area}
    available = available_months(checked.intake, setting.area)
    return schedule(setting.config.root / "notebooks", period, available, setting.config.minimum_share, parameters)


def _run_together(
    setting: Setting, tasks: Sequence[Task], server: KernelServer, before: int, number: int
) -> list[NotebookResult]:
    """Run notebooks that need nothing of one another. Raises AuditError with a line for each that failed."""
    from srp_lib.notebooks import run_notebooks

    done: list[NotebookResult] = []

    def finished(result: NotebookResult) -> None:
        done.append(result)
        setting.progress("Running notebooks", before + len(done), number)

    results = run_notebooks([task.job for task in tasks], server, WORKERS, finished)
    failed = sorted({result.error for result in results if result.error})
    if failed:
        remedy = (
            "No page was written and an earlier report is as it was. Run the audit again with --force; if it fails "
            "in the same cell, open the notebook with 'python3 run.py lab' and run it there."
        )
        raise AuditError("\n".join([*failed, remedy]))
    return results


def _keep_facts(setting: Setting, checked: Checked, tasks: Sequence[Task], results: Sequence[NotebookResult]) -> None:
    """Keep the facts made so far, by the period that they are of, for the notebooks that rest on them."""
    from srp_lib import render
    from srp_lib.ledger import write_ledger

    found: dict[str, list[dict[str, object]]] = {}
    for task, result in sorted(zip(tasks, results), key=lambda pair: pair[0].job.source.name):
        records = render.notebook_facts(task.job.source.stem, result.notebook)
        found.setdefault(task.period, []).extend(records)
    for code, records in found.items():
        write_ledger(setting.processed, setting.area, code, setting.edition, checked.intake.keys, records)


@dataclass(frozen=True)
class _Made:
    """What a run made that its report is of."""

    period: periods.Period
    checked: Checked
    key: provenance.RunKey
    notebooks: Mapping[str, NotebookResult]
    commentary: commentary.Commentary


def _publish(setting: Setting, made: _Made, begun: float) -> Path:
    """Render every page, then put the report in its place; returns its folder."""
    from srp_lib import report

    subject = replace(subject_of(setting, made.checked, made.period), commentary=made.commentary)
    notebooks = {name: result.notebook for name, result in made.notebooks.items()}
    with setting.step("render"):
        files, facts = report.report_files(
            subject, notebooks, lambda done, of: setting.progress("Rendering pages", done, of)
        )
    if setting.edition == PUBLIC:
        files[ATTACK] = _attacked(setting, made, subject, notebooks, files)
    report.require_whole(files)
    setting.timings["all"] = round(time.perf_counter() - begun, 3)
    folder = setting.base / made.period.code / setting.edition
    publish.publish(setting.out, folder, files, lambda built: _record(setting, made, subject, facts, built))
    return folder


def _attacked(
    setting: Setting,
    made: _Made,
    subject: Subject,
    notebooks: Mapping[str, NotebookNode],
    files: Mapping[str, str | bytes],
) -> str:
    """The page on the attack on a public release. Raises Refused, with that page placed, where it worked something out."""
    from srp_lib import report
    from srp_lib.release import disclosure_page
    from srp_lib.release.released import release_files

    with setting.step("attack", "Attacking the release"):
        earlier = release_files(setting.previous.folder) if setting.previous else None
        attack = disclosure_page.attack(files, setting.config, earlier)
    page = report.attack_page(subject, notebooks, attack)
    if attack.passed:
        return page
    folder = setting.base / publish.REFUSED / setting.edition
    told = {"refused": True, "period": made.period.code, "attack": "failed"}
    publish.publish(setting.out, folder, {ATTACK: page}, lambda built: told)
    raise Refused(attack.refusal, folder / ATTACK)


def _write_refusal(setting: Setting, checked: Checked) -> Path:
    """The data-quality page of extracts that cannot be audited, in <base>/refused/<edition>/."""
    from srp_lib import quality, report

    folder, name = setting.base / publish.REFUSED / setting.edition, f"{QUALITY}.html"
    subject = subject_of(setting, checked, None)
    page = report.refusal_page(subject)
    told = {"refused": True, "results": quality.to_records(subject.results), "faults": list(checked.faults)}
    publish.publish(setting.out, folder, {name: page}, lambda built: told)
    return folder / name


def _record(setting: Setting, made: _Made, subject: Subject, facts: Sequence[Fact], built: Path) -> dict[str, Any]:
    """run.json: everything that made the report, and how long it took."""
    from srp_lib import quality, render, report

    pages = sorted((path.name for path in built.glob("*.html")), key=lambda name: (name != "index.html", name))
    titles = {name: render.page_title((built / name).read_text(encoding="utf-8")) for name in pages}
    checked, key = made.checked, made.key
    parameters = {"period": made.period.code, "edition": setting.edition, "area": setting.area}
    each = {name: round(result.seconds, 3) for name, result in made.notebooks.items()}
    record = {
        "key": key.digest,
        "key_parts": {name: getattr(key, name) for name in ("inputs", "code", "parameters", "versions", "commentary")},
        "parameters": {"year": setting.year, **parameters},
        **({"previous": setting.previous.digest} if setting.previous else {}),
        **_protection(setting),
        "checked_on": setting.today.isoformat(),
        "synthetic": checked.synthetic,
        "inputs": _inputs(setting.files, checked.intake),
        **({"commentary": {"file": f"{made.period.code}.md", "sha256": key.commentary}} if key.commentary else {}),
        "extracts": checked.intake.keys,
        "pages": [{"file": name, "title": title} for name, title in titles.items()],
        "results": quality.to_records(subject.results),
        "warnings": report.data_warnings(subject),
        "facts": len(facts),
        "outputs": provenance.outputs(built),
        "versions": provenance.versions(),
        "code_commit": provenance.code_commit(setting.config.root),
        "machine": provenance.machine(),
        "timings": {**setting.timings, "each_notebook": each},
    }
    _require_closed(setting, record)
    return record


def _require_closed(setting: Setting, record: Mapping[str, Any]) -> None:
    """Raise AuditError where run.json of a public report would hold what it must not: it is published with the pages."""
    from srp_lib.release.closed_record import record_faults
    from srp_lib.release.released_numbers import Rule

    config = setting.config
    faults = (
        record_faults(record, Rule(config.smallest_count, config.rounding_base)) if setting.edition == PUBLIC else []
    )
    if faults:
        raise AuditError(
            f"The public report was not written, because of what its record would hold: {'; '.join(faults[:5])}."
        )


def _protection(setting: Setting) -> dict[str, Any]:
    """By what rule the public edition protects counts: who reads it later must know, though the settings may be others."""
    if setting.edition != PUBLIC:
        return {}
    return {"protection": {name: getattr(setting.config, name) for name in PROTECTION}}


def _inputs(files: Sequence[RawFile], intake: Intake) -> list[dict[str, str]]:
    """Path and digest of each file that an extract used, then the digests of the others.

    The name of a stray file can say what is nobody's business, and run.json is published with the pages.
    """
    used = {path for extract in intake.extracts.values() for path in extract.files["path"]}
    named = [{"path": file.path, "sha256": file.sha256} for file in files if file.path in used]
    return [
        *named,
        *({"sha256": sha} for sha in sorted(file.sha256 for file in files if file.path not in used)),
    ]


def _current(setting: Setting, key: provenance.RunKey) -> Path | None:
    """The report that this very run made before, whole; the period's folder is not known when no year was named."""
    for folder in sorted(setting.base.glob(f"*/{setting.edition}")):
        said = commentary.digest(setting.commentary, folder.parent.name)
        if provenance.is_current(folder, replace(key, commentary=said)):
            return folder
    return None


def _as_report(folder: Path, reused: bool, seconds: float) -> Report:
    record = json.loads((folder / provenance.RUN).read_text(encoding="utf-8"))
    pages = tuple((page["file"], page["title"]) for page in record["pages"])
    return Report(folder, pages, record["facts"], tuple(record["warnings"]), record["synthetic"], reused, seconds)
