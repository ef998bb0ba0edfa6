"""The run: the order of work from raw extracts to finished report, and what stops it.

Nothing is written into a report's folder until every page is made and checked: outputs are built beside it and
moved into place.
"""
from __future__ import annotations

import csv
import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from srp_lib import periods, provenance
from srp_lib.config import EDITIONS, Config, load_config
from srp_lib.errors import AuditError

Progress = Callable[[str, int, int], None]
QUALITY = "00_data_quality"
WORKERS = 3


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


@dataclass(frozen=True)
class Checked:
    """Extracts read and held to their rules."""

    intake: object
    results: tuple[object, ...]
    synthetic: bool
    faults: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the extracts can't be audited, a paragraph a fault; empty where they can."""
        from srp_lib import quality

        return "\n".join([*self.faults, *filter(None, [quality.refusal(self.results)])])


@dataclass(frozen=True)
class Report:
    """A finished report."""

    folder: Path
    pages: tuple[tuple[str, str], ...]
    facts: int
    warnings: int
    synthetic: bool
    reused: bool
    seconds: float


@dataclass
class _Setting:
    """The request with every default filled in."""

    config: Config
    raw: Path
    out: Path
    processed: Path
    year: str
    edition: str
    area: str
    force: bool
    sample: bool
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long a step took, for run.json."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[step] = round(time.perf_counter() - start, 3)


def check(request: Request, progress: Progress | None = None) -> Checked:
    """Read the extracts and hold them to their rules; nothing is audited and no notebook runs.

    Raises AuditError where there is nothing to check.
    """
    return _check(_settle(request), progress or _silent)


def audit(request: Request, progress: Progress | None = None) -> Report:
    """Make the report that was asked for, or find that it is already there and whole.

    Raises Refused where a critical rule fails, PeriodError where the period can't be audited and AuditError
    where a notebook or a page fails. In each case an earlier report stays as it was.
    """
    from srp_lib.extracts import list_files

    begun, progress = time.perf_counter(), progress or _silent
    setting = _settle(request)
    with setting.timed("hash inputs"):
        inputs = [(file.path, file.sha256) for file in list_files(setting.raw)]
        key = provenance.run_key(setting.config.root, inputs, {"year": setting.year, "edition": setting.edition, "area": setting.area})
    current = None if setting.force else _current(setting, key)
    if current:
        return _as_report(current, True, time.perf_counter() - begun)
    from srp_lib.kernels import KernelServer

    with KernelServer() as server:
        checked = _check(setting, progress)
        if checked.refusal:
            raise Refused(checked.refusal, _write_refusal(setting, checked))
        period = _period(setting, checked)
        with setting.timed("notebooks"):
            results = _run_notebooks(setting, period, server, progress)
    folder = setting.out / period.code / setting.edition
    with setting.timed("render"):
        files, facts = _render(setting, period, checked, results)
    setting.timings["all"] = round(time.perf_counter() - begun, 3)
    _publish(folder, files, lambda built: _record(setting, period, checked, key, inputs, facts, results, built))
    return _as_report(folder, False, time.perf_counter() - begun)


def _settle(request: Request) -> _Setting:
    """Fill in defaults; make the sample where data/raw holds nothing. Raises AuditError."""
    config = load_config()
    edition = request.edition or config.edition
    if edition not in EDITIONS:
        raise AuditError(f"There is no edition '{edition}': write --edition {' or --edition '.join(EDITIONS)}.")
    if request.year:
        periods.parse_period(request.year)
    processed = (request.processed or config.processed).resolve()
    raw = (request.raw or config.raw).resolve()
    if not raw.is_dir():
        raise AuditError(f"The raw folder {request.raw or config.raw} does not exist: give --raw the folder that holds the extracts.")
    sample = _is_empty(raw)
    if sample and request.raw:
        raise AuditError(f"The raw folder {request.raw} holds no file. Put the extracts in it, or leave --raw out to audit data/raw, or the synthetic sample where that is empty.")
    if sample:
        from srp_lib.sample import ensure_sample

        raw = ensure_sample(processed / "sample")
    return _Setting(config, raw, (request.out or config.reports).resolve(), processed, request.year, edition, request.area or config.area_code, request.force, sample)


def _is_empty(raw: Path) -> bool:
    return not any(path.is_file() and not path.name.startswith(".") and path.name.lower() != "readme.md" for path in raw.rglob("*"))


def _check(setting: _Setting, progress: Progress) -> Checked:
    from srp_lib import extracts, quality
    from srp_lib.quality_page import RESULTS

    with setting.timed("read extracts"):
        progress("Reading extracts", 0, 1)
        intake = extracts.read_all(setting.raw, setting.processed, setting.force)
        progress("Reading extracts", 1, 1)
    if not intake.extracts:
        taken = ", ".join(path for path, _ in intake.ignored[:5])
        raise AuditError(f"No file in the raw folder is an extract that this audit knows (it holds {taken}). The README's table of extracts says which files are wanted.")
    with setting.timed("validate"):
        progress("Checking extracts", 0, 1)
        results = quality.validate(
            intake, area_code=setting.area, area_expect=setting.config.area_counts if setting.area == setting.config.area_code else {},
            today=date.today(), suites=setting.config.root / "expectations", cache=setting.processed, force=setting.force,
        )  # fmt: skip
        provenance.write_json(setting.processed / RESULTS, quality.to_records(results))
        progress("Checking extracts", 1, 1)
    faults = (*quality.missing_required(intake), *filter(None, [quality.mixed(intake)]))
    synthetic = any(bool(extract.files["synthetic"].any()) for extract in intake.extracts.values())
    return Checked(intake, tuple(results), synthetic, tuple(faults))


def _period(setting: _Setting, checked: Checked) -> periods.Period:
    from srp_lib.evidence import available_months

    available = available_months(checked.intake)
    period = periods.parse_period(setting.year) if setting.year else periods.latest_complete_year(available)
    periods.require_period(period, available, setting.config.minimum_share)
    return period


def _run_notebooks(setting: _Setting, period: periods.Period, server: object, progress: Progress) -> list[object]:
    """Run every notebook; raises AuditError naming the first cell that failed."""
    from srp_lib.notebooks import NotebookJob, run_notebooks

    sources = sorted((setting.config.root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    wanted = {"processed": str(setting.processed), "period": period.code, "area": setting.area, "edition": setting.edition}
    jobs = [NotebookJob(path, {"processed": wanted["processed"]} if path.stem == QUALITY else wanted, setting.config.root / "notebooks") for path in sources]
    done: list[str] = []
    progress("Running notebooks", 0, len(jobs))

    def finished(result: object) -> None:
        done.append(result.job.source.stem)
        progress("Running notebooks", len(done), len(jobs))

    results = run_notebooks(jobs, server, WORKERS, finished)
    failed = [result.error for result in results if result.error]
    if failed:
        raise AuditError(" ".join(failed))
    return results


def _render(setting: _Setting, period: periods.Period, checked: Checked, results: Sequence[object]) -> tuple[dict[str, str], list[dict[str, object]]]:
    """Every file of the report but run.json, by name, and the facts. Raises AuditError for a page that fails a check."""
    from srp_lib import render

    names = {result.job.source.stem: result.notebook for result in results}
    titles = {name: render.notebook_title(notebook) for name, notebook in names.items()}
    facts = [record for name, notebook in names.items() for record in render.notebook_facts(name, notebook)]
    _refuse_doubles(facts)
    shorts = {name: render.notebook_short(names[name]) for name in sorted(names, key=lambda name: (name == QUALITY, name))}
    shell = _Shell(setting, period.code, period.label, period.span, checked, titles, shorts)
    try:
        files = {f"{name}.html": render.notebook_page(notebook, shell.page(name, notebook)) for name, notebook in names.items()}
        files["index.html"] = render.index_page(facts, {name: f"{name}.html" for name in names}, shell.page("index"), {name: title for name, title in titles.items() if name != QUALITY}, {name: render.notebook_summary(notebook) for name, notebook in names.items()})
    except render.RenderError as error:
        raise AuditError(str(error)) from error
    files["key_facts.csv"] = facts_csv(facts, checked.intake)
    return files, facts


def facts_csv(facts: Sequence[Mapping[str, object]], intake: object) -> str:
    """key_facts.csv as text: one line a fact, columns srp_lib.facts.COLUMNS, numbers to ten digits, extracts with digest."""
    from srp_lib.facts import COLUMNS

    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for fact in facts:
        names = ";".join(f"{name}:{intake.extracts[name].key[:12]}" for name in fact["extracts"])
        writer.writerow({name: _plain(value) for name, value in {**fact, "extracts": names}.items()})
    return out.getvalue()


@dataclass(frozen=True)
class _Shell:
    """Makes what stands around each page's content."""

    setting: _Setting
    code: str
    label: str
    span: str
    checked: Checked
    titles: Mapping[str, str]
    shorts: Mapping[str, str]

    def page(self, name: str, notebook: object = None) -> object:
        """The shell of one page: banners, navigation, warnings and sources of the extracts it uses."""
        from srp_lib import render
        from srp_lib.evidence import area_name
        from srp_lib.quality_page import warnings

        config, extracts = self.setting.config, self.checked.intake.extracts
        used = set(extracts) if notebook is None or name == QUALITY else set(notebook.metadata.get("srp", {}).get("extracts", ())) & set(extracts)
        place = area_name(self.checked.intake, config, self.setting.area) if self.code else config.area_name
        links = [render.Link("index.html", "Summary", name == "index"), *(render.Link(f"{key}.html", short, key == name) for key, short in self.shorts.items())]
        return render.Page(
            self.titles.get(name, "What changed, and what it rests on"), place, self.label, self.span, config.partnership, self.setting.edition,
            self.banners(), tuple(links if self.titles else ()), tuple(warnings(self.checked.results, used)), tuple(self.sources(used)), bool(used & {"boundaries"}),
        )  # fmt: skip

    def banners(self) -> tuple[object, ...]:
        """What must be said at the top of every page."""
        from srp_lib.render import Banner

        synthetic = Banner("synthetic", "Synthetic data", "These figures come from invented extracts made for demonstration. They describe no real event or person and must not be quoted.")
        partnership = Banner("partnership", "Partnership edition: OFFICIAL-SENSITIVE", "Not disclosure-controlled. For the partners' own use; do not publish or forward.")
        return tuple(([synthetic] if self.checked.synthetic else []) + ([partnership] if self.setting.edition == "partnership" else []))

    def sources(self, used: set[str]) -> list[str]:
        """A line for each extract used: title, publisher, what it covers, licence."""
        from srp_lib.extracts import REGISTRY
        from srp_lib.quality_page import covers

        extracts = self.checked.intake.extracts
        made = " Synthetic, in the publisher's layout." if self.checked.synthetic else ""
        return [f"{REGISTRY[name].title}: {REGISTRY[name].publisher}; {covers(extract)}; {REGISTRY[name].licence}.{made}" for name, extract in extracts.items() if name in used]


def _refuse_doubles(facts: Sequence[Mapping[str, object]]) -> None:
    seen: dict[object, object] = {}
    for fact in facts:
        if fact["id"] in seen:
            raise AuditError(f"The key fact {fact['id']} is made twice, in {seen[fact['id']]} and in {fact['notebook']}: give one of them another id.")
        seen[fact["id"]] = fact["notebook"]


def _write_refusal(setting: _Setting, checked: Checked) -> Path:
    """The data-quality page of extracts that can't be audited, in <out>/refused/; no notebook runs for it."""
    from html import escape

    from srp_lib import render
    from srp_lib.quality_page import QualityPage

    parts = QualityPage(checked.intake, checked.results, checked.faults).parts()
    content = "".join(
        (f'<h2 id="part-{number}">{escape(heading)}</h2>' if heading else "") + part._repr_mimebundle_()["text/html"] for number, (heading, part) in enumerate(parts)
    )
    shell = _Shell(setting, "", "audit refused", "audit refused", checked, {}, {})
    page = render.shell(content, shell.page("refused"))
    _publish(setting.out / "refused", {"00_data_quality.html": page.replace('href="00_data_quality.html"', 'href="#main"')}, lambda built: {"refused": True, "results": _results(checked)})
    return setting.out / "refused" / "00_data_quality.html"


def _publish(folder: Path, files: Mapping[str, str], record: Callable[[Path], dict[str, object]]) -> None:
    """Write files and run.json into a folder beside `folder`, then put it in its place; the old one goes last."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    former = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir()
        for name, text in files.items():
            (beside / name).write_text(text, encoding="utf-8", newline="\n")
        provenance.write_json(beside / provenance.RUN, record(beside))
        if folder.exists():
            folder.rename(former)
        beside.rename(folder)
    finally:
        if former.exists() and not folder.exists():
            former.rename(folder)
        for left in (beside, former):
            shutil.rmtree(left, ignore_errors=True)


def _record(setting: _Setting, period: periods.Period, checked: Checked, key: provenance.RunKey, inputs: Sequence[tuple[str, str]], facts: Sequence[object], results: Sequence[object], built: Path) -> dict[str, object]:
    """run.json: everything that made the report, and how long it took."""
    from srp_lib import render

    built_pages = [path.name for path in built.glob("*.html")]
    return {
        "key": key.digest, "key_parts": {"inputs": key.inputs, "code": key.code, "parameters": key.parameters, "versions": key.versions},
        "parameters": {"year": setting.year, "period": period.code, "edition": setting.edition, "area": setting.area},
        "synthetic": checked.synthetic, "inputs": [{"path": path, "sha256": sha} for path, sha in inputs],
        "extracts": {name: extract.key for name, extract in checked.intake.extracts.items()},
        "pages": [{"file": name, "title": render.page_title((built / name).read_text(encoding="utf-8"))} for name in sorted(built_pages, key=lambda name: (name != "index.html", name))],
        "results": _results(checked), "facts": len(facts), "outputs": provenance.outputs(built),
        "versions": provenance.versions(), "code_commit": provenance.code_commit(setting.config.root), "machine": provenance.machine(),
        "timings": {**setting.timings, "each_notebook": {result.job.source.stem: round(result.seconds, 3) for result in results}},
    }  # fmt: skip


def _results(checked: Checked) -> list[dict[str, object]]:
    from srp_lib import quality

    return quality.to_records(checked.results)


def _current(setting: _Setting, key: provenance.RunKey) -> Path | None:
    """The report that this very run made before, whole; the period's folder is not known when no year was named."""
    for folder in sorted(setting.out.glob(f"*/{setting.edition}")):
        if provenance.is_current(folder, key):
            return folder
    return None


def _as_report(folder: Path, reused: bool, seconds: float) -> Report:
    record = json.loads((folder / provenance.RUN).read_text(encoding="utf-8"))
    warned = sum(not result["passed"] for result in record["results"])
    pages = tuple((page["file"], page["title"]) for page in record["pages"])
    return Report(folder, pages, record["facts"], warned, record["synthetic"], reused, seconds)


def _plain(value: object) -> object:
    """A cell of key_facts.csv: numbers without noise in their last digits, nothing for None."""
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else value


def _silent(step: str, done: int, total: int) -> None:
    """No progress is shown."""
