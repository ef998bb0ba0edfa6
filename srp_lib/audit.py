"""The run: the order of work from raw extracts to finished report, and what stops it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib import commentary, periods, provenance, publish
from srp_lib.checks import Checks, write_checks
from srp_lib.config import AREA_CODE, CODE_WANTED, EDITIONS, Config, load_config
from srp_lib.earlier import Earlier, read_earlier, require_like
from srp_lib.errors import AuditError

if TYPE_CHECKING:
    from srp_lib.extracts import Intake, RawFile
    from srp_lib.gate import RuleResult
    from srp_lib.kernels import KernelServer
    from srp_lib.notebooks import NotebookResult
    from srp_lib.report import Fact
    from srp_lib.schedule import Schedule, Task
    from srp_lib.subject import Subject

Progress = Callable[[str, int, int], None]
QUALITY = "00_data_quality"
WORKERS = 3
FILES_NAMED = 5


class Refused(AuditError):
    """The extracts failed a critical rule; `page` is the data-quality page that says which."""

    def __init__(self, text: str, page: Path) -> None:
        super().__init__(text)
        self.page = page


@dataclass(frozen=True)
class Request:
    """What was asked for; None or blank takes the default of audit.toml."""

    raw: Path | None = None
    out: Path | None = None
    processed: Path | None = None
    year: str = ""
    edition: str = ""
    area: str = ""
    force: bool = False
    commentary: Path | None = None  # the folder of the commentaries; that of the project where None
    previous: Path | None = None  # the folder of an earlier report, whose figures are compared with this one's


@dataclass(frozen=True)
class Checked:
    """Extracts read and held to their rules."""

    intake: Intake
    results: tuple[RuleResult, ...]
    synthetic: bool
    faults: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the extracts cannot be audited, a paragraph a fault; empty where they can."""
        from srp_lib import quality

        return "\n".join([*self.faults, *filter(None, [quality.refusal(self.results)])])


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


@dataclass
class _Setting:
    """The request with every default filled in; `base` holds the area's reports, below `out`."""

    config: Config
    raw: Path
    out: Path
    base: Path
    processed: Path
    year: str
    edition: str
    area: str
    force: bool
    files: Sequence[RawFile]
    commentary: Path
    previous: Earlier | None
    progress: Progress
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, said: str = "") -> Iterator[None]:
        """Note how long a step took, for run.json, and tell of it where it has words."""
        start = time.perf_counter()
        if said:
            self.progress(said, 0, 1)
        try:
            yield
        finally:
            self.timings[name] = round(time.perf_counter() - start, 3)
        if said:
            self.progress(said, 1, 1)


def check(request: Request, progress: Progress | None = None) -> Checked:
    """Read the extracts and hold them to their rules; nothing is audited and no notebook runs.

    Raises AuditError where there is nothing to check.
    """
    setting = _settle(request, progress or _silent)
    with publish.one_run(setting.processed):
        _supply(setting)
        return _check(setting)


def audit(request: Request, progress: Progress | None = None) -> Report:
    """Make the report that was asked for, or find that it is already there and whole.

    Raises Refused where a critical rule fails, PeriodError where the period cannot be audited and AuditError
    where a notebook or a page fails. In each case an earlier report stays as it was.
    """
    begun = time.perf_counter()
    setting = _settle(request, progress or _silent)
    with publish.one_run(setting.processed):
        publish.recover(setting.out)
        _supply(setting)
        folder, reused = _report(setting, begun)
        publish.clear_refusal(setting.base, setting.edition)
    return _as_report(folder, reused, time.perf_counter() - begun)


def _report(setting: _Setting, begun: float) -> tuple[Path, bool]:
    """The report's folder, and whether it was there already."""
    commentary.check_names(setting.commentary)
    parameters = {"year": setting.year, "edition": setting.edition, "area": setting.area}
    if setting.previous:
        parameters["previous"] = setting.previous.digest
    key = provenance.run_key(setting.config.root, [(file.path, file.sha256) for file in setting.files], parameters)
    current = None if setting.force else _current(setting, key)
    if current:
        return current, True
    from srp_lib.kernels import KernelServer

    with KernelServer() as server:
        checked = _check(setting)
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


def _settle(request: Request, progress: Progress) -> _Setting:
    """Fill in defaults and list the raw files; writes nothing. Raises AuditError."""
    config = load_config()
    edition = request.edition or config.edition
    if edition not in EDITIONS:
        raise AuditError(f"There is no edition '{edition}': write --edition {' or --edition '.join(EDITIONS)}.")
    if request.year:
        periods.parse_period(request.year)
    area = request.area or config.area_code
    if not AREA_CODE.fullmatch(area):
        raise AuditError(f"'{area}' is not the code of an area: give --area {CODE_WANTED}.")
    begun = time.perf_counter()
    raw, files = _raw(request, config)
    out = (request.out or config.reports).resolve()
    return _Setting(
        config=config,
        raw=raw,
        out=out,
        base=out if area == config.area_code else out / area,
        processed=(request.processed or config.processed).resolve(),
        year=request.year,
        edition=edition,
        area=area,
        force=request.force,
        files=files,
        commentary=(request.commentary or config.root / commentary.FOLDER).resolve(),
        previous=read_earlier(request.previous.resolve()) if request.previous else None,
        progress=progress,
        timings={"hash inputs": round(time.perf_counter() - begun, 3)},
    )


def _raw(request: Request, config: Config) -> tuple[Path, list[RawFile]]:
    """The raw folder and the files in it, hashed. Raises AuditError where a folder was named that gives none."""
    from srp_lib.extracts import list_files

    raw = request.raw or config.raw
    if not raw.is_dir():
        raise AuditError(f"The raw folder {raw} does not exist: give --raw the folder that holds the extracts.")
    files = list_files(raw.resolve())
    if request.raw and not files:
        raise AuditError(
            f"The raw folder {raw} holds no file. Put the extracts in it, or leave --raw out to audit data/raw, "
            "or the synthetic sample where that is empty."
        )
    return raw.resolve(), files


def _supply(setting: _Setting) -> None:
    """Where the raw folder holds nothing, make the sample and audit that."""
    if setting.files:
        return
    from srp_lib.extracts import list_files
    from srp_lib.sample import ensure_sample

    with setting.step("sample", "Writing the synthetic sample"):
        setting.raw = ensure_sample(setting.processed / "sample")
        setting.files = list_files(setting.raw)


def _check(setting: _Setting) -> Checked:
    """Read and validate, and keep beside the extracts what was found. Raises AuditError."""
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
            today=date.today(),
            suites=setting.config.root / "expectations",
            cache=setting.processed,
            force=setting.force,
        )
    keys = intake.keys
    write_checks(setting.processed, Checks(keys, setting.area, quality.to_records(results), faults))
    synthetic = any(bool(extract.files["synthetic"].any()) for extract in intake.extracts.values())
    return Checked(intake, tuple(results), synthetic, faults)


def _nothing_known(intake: Intake) -> str:
    named = [path for path, _ in intake.ignored[:FILES_NAMED]]
    more = len(intake.ignored) - len(named)
    held = f" (it holds {', '.join(named)}{f' and {more} more' if more else ''})" if named else ""
    return (
        f"No file in the raw folder is an extract that this audit knows{held}. "
        "The README's table of extracts says which files are wanted."
    )


def _require_area(setting: _Setting, intake: Intake, faults: Sequence[str]) -> None:
    """Raise ExtractError for an area that no extract knows, unless what is missing explains that."""
    from srp_lib.evidence import area_name

    unread = any((extract.files["fault"] != "none").any() for extract in intake.extracts.values())
    if not faults and not unread:
        area_name(intake, setting.config, setting.area)


def _period(setting: _Setting, checked: Checked) -> periods.Period:
    from srp_lib.evidence import available_months

    available = available_months(checked.intake, setting.area)
    period = periods.parse_period(setting.year) if setting.year else periods.latest_complete_year(available)
    periods.require_period(period, available, setting.config.minimum_share)
    return period


def _require_comparable(setting: _Setting, checked: Checked, period: periods.Period) -> None:
    """Raise AuditError for an earlier report that is not like this one, or that this one would take the place of."""
    if setting.previous is None:
        return
    require_like(setting.previous, setting.area, setting.edition, checked.synthetic)
    if setting.previous.folder == setting.base / period.code / setting.edition:
        raise AuditError(
            f"The earlier report {setting.previous.folder} is the one that this run would replace, and the next run would "
            "find nothing moved: copy it to another folder and give that with --previous."
        )


def _commentary(setting: _Setting, period: periods.Period, plan: Schedule) -> commentary.Commentary:
    """What analysts wrote about the period, for this edition. Raises AuditError where it has no place in the pages."""
    pages = commentary.page_headings(plan.pages)
    rules = commentary.Rules(setting.edition, setting.config.smallest_count)
    return commentary.read(setting.commentary, period.code, pages, rules)


def _run_notebooks(
    setting: _Setting, checked: Checked, plan: Schedule, server: KernelServer
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


def _schedule(setting: _Setting, checked: Checked, period: periods.Period) -> Schedule:
    from srp_lib.evidence import available_months
    from srp_lib.schedule import schedule

    parameters = {"processed": str(setting.processed), "edition": setting.edition, "area": setting.area}
    available = available_months(checked.intake, setting.area)
    return schedule(setting.config.root / "notebooks", period, available, setting.config.minimum_share, parameters)


def _run_together(
    setting: _Setting, tasks: Sequence[Task], server: KernelServer, before: int, number: int
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


def _keep_facts(setting: _Setting, checked: Checked, tasks: Sequence[Task], results: Sequence[NotebookResult]) -> None:
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


def _publish(setting: _Setting, made: _Made, begun: float) -> Path:
    """Render every page, then put the report in its place; returns its folder."""
    from srp_lib import report

    subject = replace(_subject(setting, made.checked, made.period), commentary=made.commentary)
    notebooks = {name: result.notebook for name, result in made.notebooks.items()}
    with setting.step("render"):
        files, facts = report.report_files(
            subject, notebooks, lambda done, of: setting.progress("Rendering pages", done, of)
        )
    setting.timings["all"] = round(time.perf_counter() - begun, 3)
    folder = setting.base / made.period.code / setting.edition
    publish.publish(setting.out, folder, files, lambda built: _record(setting, made, subject, facts, built))
    return folder


def _subject(setting: _Setting, checked: Checked, period: periods.Period | None) -> Subject:
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


def _write_refusal(setting: _Setting, checked: Checked) -> Path:
    """The data-quality page of extracts that cannot be audited, in <base>/refused/<edition>/."""
    from srp_lib import quality, report

    folder, name = setting.base / publish.REFUSED / setting.edition, f"{QUALITY}.html"
    subject = _subject(setting, checked, None)
    page = report.refusal_page(subject)
    told = {"refused": True, "results": quality.to_records(subject.results), "faults": list(checked.faults)}
    publish.publish(setting.out, folder, {name: page}, lambda built: told)
    return folder / name


def _record(setting: _Setting, made: _Made, subject: Subject, facts: Sequence[Fact], built: Path) -> dict[str, Any]:
    """run.json: everything that made the report, and how long it took."""
    from srp_lib import quality, render, report

    pages = sorted((path.name for path in built.glob("*.html")), key=lambda name: (name != "index.html", name))
    titles = {name: render.page_title((built / name).read_text(encoding="utf-8")) for name in pages}
    checked, key = made.checked, made.key
    parameters = {"period": made.period.code, "edition": setting.edition, "area": setting.area}
    each = {name: round(result.seconds, 3) for name, result in made.notebooks.items()}
    return {
        "key": key.digest,
        "key_parts": {name: getattr(key, name) for name in ("inputs", "code", "parameters", "versions", "commentary")},
        "parameters": {"year": setting.year, **parameters},
        **({"previous": setting.previous.digest} if setting.previous else {}),
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


def _current(setting: _Setting, key: provenance.RunKey) -> Path | None:
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


def _silent(step: str, done: int, total: int) -> None:
    """No progress is shown."""
