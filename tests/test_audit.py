"""The whole audit: pages, facts, identical bytes, refusals, and the real data where it is at hand."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from conftest import checking_here, only_notebooks

from srp_lib import (
    audit,
    checking,
    cli,
    display,
    evidence,
    extracts,
    performance,
    periods,
    provenance,
    publish,
    render,
    report,
)
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.config import load_config
from srp_lib.errors import AuditError
from srp_lib.extracts import ExtractError, Intake, RawFile
from srp_lib.schedule import schedule
from srp_lib.subject import Subject

ROOT = Path(__file__).resolve().parents[1]
REAL = os.environ.get("SRP_REAL_DATA")
needs_real = pytest.mark.skipif(not REAL, reason="SRP_REAL_DATA is not set: it names the folder of real files")
STREET = "south-yorkshire-street.csv"
Capture = pytest.CaptureFixture[str]


def facts_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row for row in csv.DictReader(handle)}


def run(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    out = capsys.readouterr()
    return status, out.out, out.err


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a report but run.json and its companion, by its path in it."""
    dated = ("run.json", "ro-crate-metadata.json")
    found = (path for path in folder.rglob("*") if path.is_file() and path.name not in dated)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


@pytest.fixture(scope="module")
def sample_raw(sample_report: Path) -> Path:
    return sample_report.parents[2] / "raw"


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Leave of the notebooks those whose names begin with what is given."""
    return lambda *named: only_notebooks(monkeypatch, *named)


@pytest.fixture
def warm(sample_report: Path, tmp_path: Path) -> Path:
    """A processed folder of one's own in which the sample has been read and checked."""
    return copied(sample_report.parents[2] / "processed", tmp_path / "warm")


def copied(processed: Path, to: Path) -> Path:
    """A copy of a processed folder, without the lock of who uses it."""
    return Path(shutil.copytree(processed, to, ignore=shutil.ignore_patterns("*.lock")))


# --- the sample audit -----------------------------------------------------------------------------------------


def test_the_sample_audit_makes_every_page_and_each_is_sound(sample_report: Path) -> None:
    pages = {path.name for path in sample_report.glob("*.html")}
    made = {f"{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert pages == {"index.html", "summary.html", "disclosure.html", *made}
    for page in pages:
        html = (sample_report / page).read_text(encoding="utf-8")
        assert render.page_faults(html) == []
        assert "Synthetic data" in html and "Safer Rotherham Partnership" in html and "2020-21" in html
        assert not re.search(r"https?://(?!data\.police\.uk)", re.sub(r'xmlns(:\w+)?="[^"]+"', "", html))


def test_links_between_pages_lead_somewhere(sample_report: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in sample_report.rglob("*.html")}
    ids = {path: set(re.findall(r'\bid="([^"]+)"', html)) for path, html in pages.items()}
    for path, html in pages.items():
        for href in re.findall(r'href="([^"]+)"', html):
            target, _, anchor = href.partition("#")
            led = (path.parent / target).resolve() if target else path
            assert led in ids or led.name in ("tables.xlsx", "key_facts.csv") and led.is_file(), f"{path.name}: {href}"
            assert not anchor or anchor in ids[led], f"{path.name} links to {href}"


def test_every_ward_has_a_page_of_its_own_that_the_wards_page_links_to(sample_report: Path) -> None:
    pages = sorted((sample_report / "wards").glob("*.html"))
    assert len(pages) == load_config().area_counts["wards"]
    wards = (sample_report / "06_wards.html").read_text(encoding="utf-8")
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert f'href="wards/{page.name}"' in wards and render.page_faults(html) == []
        assert "Synthetic data" in html and 'href="../index.html"' in html and "Bear in mind" in html


def test_every_fact_stands_once_with_its_columns_and_at_its_address(sample_report: Path) -> None:
    with (sample_report / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == display.COLUMNS
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    types = ["asb" if slug == ASB else slug for slug in measures()]
    assert {f"overview.{name}.{kind}" for name in types for kind in ("count", "rate", "change")} | {
        "communities.asb.change"
    } <= set(ids)
    for row in rows:
        html = (sample_report / f"{row['notebook']}.html").read_text(encoding="utf-8")
        assert f'id="fact-{row["id"]}"' in html, row["id"]
        assert row["statement"] and row["definition"] and row["extracts"] and row["cell"] and row["disclosure"]


def test_figures_of_the_sample(sample_report: Path) -> None:
    found = facts_of(sample_report)
    change = found["communities.asb.change"]
    assert (
        round(float(change["value"])) == 22 and change["verdict"] == "higher"
    )  # what the partnership printed, and the sample is made to give
    assert float(change["value"]) == pytest.approx(
        100 * (float(change["numerator"]) / float(change["comparator_numerator"]) - 1)
    )
    crimes = sum(
        int(found[f"overview.{slug}.count"]["numerator"]) for slug in measures() if slug not in (RECORDED, ASB)
    )
    assert int(found["overview.recorded_crime.count"]["numerator"]) == crimes
    rate = found["overview.recorded_crime.rate"]
    assert float(rate["value"]) == pytest.approx(1000 * crimes / 264_984) and "mid-2020" in rate["statement"]


def test_the_run_record_names_inputs_versions_and_outputs(sample_report: Path) -> None:
    record = json.loads((sample_report / "run.json").read_text(encoding="utf-8"))
    made = {path.relative_to(sample_report).as_posix() for path in sample_report.rglob("*") if path.is_file()}
    assert set(record["outputs"]) == made - {"run.json", "ro-crate-metadata.json"}
    assert all(re.fullmatch("[0-9a-f]{64}", entry["sha256"]) for entry in record["inputs"]) and record["inputs"]
    assert record["parameters"] == {"year": "", "period": "2020-21", "edition": "public", "area": "E08000018"}
    assert record["synthetic"] is True and record["versions"]["pandas"] and set(record["timings"]["each_notebook"])
    assert not re.search(r"/(home|root|tmp|work|Users)/", json.dumps(record["outputs"]) + json.dumps(record["inputs"]))


def test_warnings_and_sources_stand_on_the_pages_that_use_the_extract(sample_report: Path) -> None:
    overview = (sample_report / "01_overview.html").read_text(encoding="utf-8")
    footer = overview[overview.index("<footer>") :]
    assert "Warnings about the data on this page" in footer and "November 2018" in footer
    assert "LSOA 2011 to LSOA 2021" in footer  # it decides which rows are in the area, though no figure names it
    index = (sample_report / "index.html").read_text(encoding="utf-8")
    listed = index[index.index('id="sources"') :]
    assert "Street-level crime" in listed and "Boundaries of wards" in listed and "OS data" in listed  # for the maps


def stopped(text: str) -> Callable[..., None]:
    """A step of the audit that stops it with these words."""

    def step(*arguments: object) -> None:
        raise AuditError(text)

    return step


@pytest.mark.usefixtures("in_process")
def test_two_runs_give_identical_bytes_and_a_third_does_nothing(
    sample_report: Path, sample_raw: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--raw", sample_raw, "--processed", tmp_path / "processed", "--out", tmp_path / "out")
    status, out, err = run(capsys, "audit", *where)
    again = tmp_path / "out" / "2020-21" / "public"
    assert status == 0 and out.strip().endswith("index.html")
    assert "SYNTHETIC DATA" in err and re.search("^Warning: .*November 2018", err, re.M)
    assert contents(sample_report) == contents(again)
    before = (again / "run.json").stat().st_mtime_ns
    request = audit.Request(raw=sample_raw, processed=tmp_path / "processed", out=tmp_path / "out")
    found = audit.audit(request)
    assert found.reused and found.warnings and (again / "run.json").stat().st_mtime_ns == before
    (again / "index.html").write_text("spoiled", encoding="utf-8")
    monkeypatch.setattr(audit, "_run_notebooks", stopped("It is made anew."))
    with pytest.raises(AuditError, match="made anew"):
        audit.audit(request)


@pytest.mark.usefixtures("in_process")
def test_another_area_has_its_own_folder_name_and_edition(
    warm: Path, sample_raw: Path, tmp_path: Path, capsys: Capture, only: Callable[..., None]
) -> None:
    only("00_", "01_", "02_")  # its own page, one of open data and one of the partners' records
    where = ("--raw", sample_raw, "--processed", warm, "--out", tmp_path / "out")
    status, out, _ = run(capsys, "audit", *where, "--area", "E08000016", "--edition", "partnership")
    folder = tmp_path / "out" / "E08000016" / "2020-21" / "partnership"
    assert status == 0 and Path(out.strip()) == folder / "index.html"
    for page in sorted(folder.glob("*.html")):
        html = page.read_text(encoding="utf-8")
        assert "Barnsley Community Safety Partnership" in html and "Safer Rotherham" not in html, page.name
        assert "OFFICIAL-SENSITIVE" in html and "Barnsley, 2020-21" in html, page.name
    assert names(tmp_path / "out") == ["E08000016"] and "quality" in names(tmp_path / "out" / "E08000016")
    assert facts_of(folder)["overview.asb.count"]["statement"].startswith("Barnsley had ")
    with pytest.raises(ExtractError, match="checked for E08000016 and E08000018 is asked for"):
        evidence.open_evidence(str(warm))


def test_notebooks_run_in_jupyter_as_they_are(warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default parameters, no papermill: the processed data below the project's folder are what they use."""
    import nbclient

    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # where the library is, as in the environment that run.py makes
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    folder = tmp_path / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / "audit.toml", tmp_path)
    (tmp_path / "data").mkdir()
    warm.rename(tmp_path / "data" / "processed")

    # All in one kernel, emptied in between: ten that import everything would take most of the time. Of all but the
    # first what depends on how they are started: their parameters, the evidence and the first that it shows.
    whole, ends = nbformat.v4.new_notebook(), []
    for path in sorted(folder.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell for cell in cells if cell.cell_type == "code"]
        taken = code if path.name.startswith(("00_", "02_")) else code[:4]
        whole.cells += [*taken, nbformat.v4.new_code_cell("%reset -f")]
        ends.append(len(whole.cells))
    place = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(whole, timeout=120, kernel_name="python3", resources=place).execute()
    for first, last in zip([0, *ends], ends):
        outputs = [output for cell in whole.cells[first:last] for output in cell.get("outputs", [])]
        assert any("text/html" in output.get("data", {}) for output in outputs)


def test_committed_notebooks_are_clean() -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["metadata"].get("tags") for cell in code].index(["parameters"]) == 0, path.name
        assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code), path.name
        assert not any(re.search(r"^\s*(def|class) |import \*", "".join(cell["source"]), re.M) for cell in code), (
            path.name
        )
        text = "".join("".join(cell["source"]) for cell in notebook["cells"])
        assert not re.search(r"\b20\d\d\b", text), f"{path.name} names a year"


# --- refusals -------------------------------------------------------------------------------------------------


@pytest.fixture
def spoiled(sample_raw: Path, tmp_path: Path) -> Path:
    """The sample with a file cut in half whose name is made to break a page, and a stray file."""
    raw = Path(shutil.copytree(sample_raw, tmp_path / "raw"))
    whole = next(raw.rglob(f"2020-05-{STREET}"))
    cut = whole.rename(
        whole.with_name("2020-05 & 'onerror=1'-street.csv" if os.name == "nt" else "<img onerror=1>-street.csv")
    )
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    (raw / "letter to a Mrs Jones.docx").write_bytes(b"Dear Mrs Jones")
    return raw


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do without the kernels that an audit starts while it checks: what is refused runs no notebook."""
    monkeypatch.setattr("srp_lib.kernels.KernelServer", nullcontext)


@pytest.mark.usefixtures("in_process", "no_kernels")
def test_a_refusal_names_the_file_writes_the_page_and_leaves_the_earlier_report(
    sample_report: Path, sample_raw: Path, spoiled: Path, warm: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out"
    earlier = Path(shutil.copytree(sample_report, out / "2020-21" / "public"))
    pages = {}
    for edition in ("public", "partnership"):
        where = ("--raw", spoiled, "--processed", warm, "--out", out, "--edition", edition)
        status, stdout, err = run(capsys, "audit", *where)
        assert status == 1 and stdout == "" and "-street.csv" in err and "What to do" in err
        pages[edition] = (out / "refused" / edition / "00_data_quality.html").read_text(encoding="utf-8")
    for page in pages.values():
        assert render.page_faults(page) == [] and "<img" not in page and "onerror=1" in page
        assert (
            "<h1>Extracts refused</h1>" in page
            and "Rotherham, no audit made" in page
            and "The audit was refused" in page
        )
    assert "Mrs Jones" not in pages["public"] and "Mrs Jones" in pages["partnership"]
    assert contents(earlier) == contents(sample_report)
    with pytest.raises(ExtractError, match="failed the critical rule"):
        evidence.open_evidence(str(warm))
    shutil.copytree(sample_report.parents[2] / "processed", warm, dirs_exist_ok=True)
    report = audit.audit(audit.Request(raw=sample_raw, processed=warm, out=out))
    assert (
        report.reused and names(out) == ["2020-21", "quality", "refused"] and names(out / "refused") == ["partnership"]
    )


def test_stray_files_are_named_on_the_terminal_and_not_in_the_record(
    sample_raw: Path, tmp_path: Path, capsys: Capture
) -> None:
    raw = tmp_path / "raw"
    (raw / "population").mkdir(parents=True)
    for path in (sample_raw / "population").iterdir():
        shutil.copy(path, raw / "population")
    (raw / "letter to a Mrs Jones.docx").write_bytes(b"Dear Mrs Jones")
    status, out, err = run(capsys, "check", "--raw", raw, "--processed", tmp_path / "p")
    assert status == 1 and "Not used: letter to a Mrs Jones.docx: " in out
    assert "SYNTHETIC DATA" in err and "Street-level crime and anti-social behaviour (street_crime) is missing" in err
    inputs = audit._inputs(extracts.list_files(raw), extracts.load(tmp_path / "p"))
    assert [set(entry) for entry in inputs][-1] == {"sha256"} and "Jones" not in json.dumps(inputs)
    assert sum("path" in entry for entry in inputs) == len(inputs) - 1 > 0


@pytest.mark.parametrize(
    "ignored, held",
    [([], "knows. The"), ([("a.txt", "")] * 7, "(it holds a.txt, a.txt, a.txt, a.txt, a.txt and 2 more)")],
)
def test_nothing_known_never_prints_an_empty_bracket(ignored: list[tuple[str, str]], held: str) -> None:
    assert held in checking._nothing_known(Intake({}, ignored))


def test_an_area_that_no_extract_knows_is_one_sentence_before_any_rule(
    warm: Path, sample_raw: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srp_lib.quality.validate", lambda *_, **__: pytest.fail("validated"))
    where = ("--raw", sample_raw, "--processed", warm, "--out", tmp_path / "out")
    status, _, err = run(capsys, "audit", *where, "--area", "W06000099")
    assert status == 2 and err == (
        "No extract knows the area W06000099: check --area, or add a lookup that has it to the raw folder.\n"
    )


def test_failed_notebooks_are_a_line_each_and_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(jobs: Sequence[object], *_: object) -> list[SimpleNamespace]:
        first = sorted(jobs, key=lambda job: job.source.name)[:2]
        return [SimpleNamespace(job=job, error=f"{job.source.name} failed.") for job in reversed(first)]

    monkeypatch.setattr("srp_lib.notebooks.run_notebooks", failing)
    parameters = {"processed": "p", "edition": "public", "area": "E08000018"}
    plan = schedule(ROOT / "notebooks", periods.parse_period("2020-21"), (), 0.75, parameters)
    with pytest.raises(AuditError) as raised:
        audit._run_notebooks(SimpleNamespace(progress=audit.silent), None, plan, None)
    first, second, remedy = str(raised.value).splitlines()
    assert (first, second) == (
        "00_data_quality.ipynb failed.",
        "01_overview.ipynb failed.",
    ) and "--force" in remedy


def test_force_reads_again_what_is_there_and_whole(
    sample_report: Path, sample_raw: Path, warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(sample_report, tmp_path / "out" / "2020-21" / "public")
    asked: list[bool] = []

    def reading(raw: Path, processed: Path, force: bool, *_: object) -> Intake:
        asked.append(force)
        return Intake({}, [])

    monkeypatch.setattr("srp_lib.extracts.read_all", reading)
    request = {"raw": sample_raw, "processed": warm, "out": tmp_path / "out"}
    assert audit.audit(audit.Request(**request)).reused and asked == []
    with pytest.raises(AuditError, match="No file in the raw folder is an extract"):
        audit.audit(audit.Request(**request, force=True))
    assert asked == [True]


@pytest.mark.parametrize("left", [[], ["README.txt", "Thumbs.db", ".DS_Store"]])
def test_where_data_raw_holds_nothing_the_sample_is_audited(
    left: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "audit.toml", tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    for name in left:
        (tmp_path / "data" / "raw" / name).write_bytes(b"x")
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "some.csv").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    asked: list[Path] = []
    monkeypatch.setattr("srp_lib.sample.ensure_sample", lambda folder: asked.append(folder) or tmp_path / "made")
    monkeypatch.setattr(
        checking, "check_extracts", lambda setting: (setting.raw, [file.path for file in setting.files])
    )
    steps: list[tuple[str, int, int]] = []
    found = checking.check(audit.Request(), lambda *step: steps.append(step))
    assert found == (tmp_path / "made", ["some.csv"]) and asked == [tmp_path / "data" / "processed" / "sample"]
    assert steps == [("Writing the synthetic sample", 0, 1), ("Writing the synthetic sample", 1, 1)]


# --- the report's files ---------------------------------------------------------------------------------------


def test_a_spreadsheet_finds_no_formula_in_the_facts() -> None:
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "x=1"]
    fact = dict.fromkeys(display.COLUMNS, "") | {
        "extracts": (),
        "value": -1.23456789012,
        "numerator": -3,
        "lower": None,
    }
    made = report.facts_csv([{**fact, "statement": text} for text in texts], Intake({}, []))
    rows = list(csv.DictReader(io.StringIO(made, newline="")))
    assert [row["statement"] for row in rows] == [*(f"'{text}" for text in texts[:5]), "'\nx", "x=1"]
    assert {(row["value"], row["numerator"], row["lower"]) for row in rows} == {("-1.23456789", "-3", "")}


def test_a_fact_that_names_an_extract_that_was_not_supplied_is_refused() -> None:
    fact = {"id": "wards.wath.burglary_count", "notebook": "06_wards", "extracts": ["ward_groups"]}
    with pytest.raises(
        AuditError, match="wards.wath.burglary_count of 06_wards names the extract ward_groups, which was not"
    ):
        report.facts_csv([fact], Intake({}, []))


def test_a_fact_made_twice_is_refused_with_both_notebooks() -> None:
    twice = [{"id": "overview.asb.count", "notebook": name} for name in ("01_overview", "04_safer")]
    with pytest.raises(AuditError, match="overview.asb.count is made twice, in 01_overview and in 04_safer"):
        report._refuse_doubles(twice)


def notebook(*named: str) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title")])
    made.metadata["srp"] = {"extracts": list(named)}
    return made


def test_a_page_uses_what_it_names_and_the_lookups_that_place_its_rows(sample_report: Path) -> None:
    intake = extracts.load(sample_report.parents[2] / "processed")
    subject = Subject(load_config(ROOT), "E08000018", "public", intake, (), (), True, periods.parse_period("2020-21"))
    pages = {
        "00_data_quality": notebook(),
        "01_crime": notebook("street_crime", "not supplied"),
        "02_other": notebook("population"),
    }
    shell = report.Shell(subject, pages)
    placing = {"lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward"}
    assert shell.used("01_crime") == {"street_crime", *placing} and shell.used("02_other") == {"population"}
    assert shell.used("index") == {"street_crime", "population", *placing}
    assert shell.used("00_data_quality") == set(intake.extracts)
    assert len(shell.page("02_other").sources) == 1 and not shell.page("index").ordnance
    assert [link.href for link in shell.links("index")] == [
        "index.html",
        "summary.html",
        "01_crime.html",
        "02_other.html",
        "00_data_quality.html",
        "disclosure.html",
    ]


# --- quarters and earlier reports ---------------------------------------------------------------------------------


def test_a_quarter_is_a_headline_page_and_one_for_the_lead_of_each_theme(
    sample_raw: Path, warm: Path, tmp_path: Path, capsys: Capture, only: Callable[..., None]
) -> None:
    only("02_", "10_")
    where = ("--raw", sample_raw, "--processed", warm, "--out", tmp_path / "out")
    status, _, err = run(capsys, "audit", *where, "--year", "2020-21Q3")
    assert status == 0, err
    folder = tmp_path / "out" / "2020-21Q3" / "public"
    themes = ("children", "adults", "communities", "violence")
    leads = [f"10_performance_{theme}.html" for theme in themes]
    assured = {"disclosure.html", "trace", "trace.json", "tables.xlsx", "ro-crate-metadata.json"}
    assert set(names(folder)) == {"index.html", *leads, "key_facts.csv", "run.json", *assured}
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "<h1>Quarterly report to the board</h1>" in index and "Quarterly performance report" in index
    assert [index.index(f'href="{lead}"') for lead in leads] == sorted(index.index(f'href="{lead}"') for lead in leads)
    for theme, lead in zip(themes, leads):
        html = (folder / lead).read_text(encoding="utf-8")
        assert render.page_faults(html) == [] and "00_data_quality.html" not in html
        assert f"<h1>{performance.THEMES[theme]}</h1>" in html
    children = (folder / leads[0]).read_text(encoding="utf-8")
    assert 'id="fact-children.child_abuse.count"' in children and "October to December 2020" in children
    with (folder / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        facts = {row["id"]: row for row in csv.DictReader(handle)}
    assert facts["children.child_abuse.count"]["notebook"] == "10_performance_children"
    assert facts["children.child_abuse.count"]["period"] == "2020-21Q3"
    # Targets are set for years: what is held against them is of the twelve months to the quarter's end.
    missing = next(
        row for name, row in facts.items() if name.startswith("children.performance.") and row["unit"] == "%"
    )
    assert missing["period"] == "ye-2020-12"


def test_an_earlier_report_gives_a_page_of_how_far_its_figures_have_moved(
    sample_raw: Path, sample_report: Path, warm: Path, tmp_path: Path, capsys: Capture, only: Callable[..., None]
) -> None:
    only("02_")
    where = ("--raw", sample_raw, "--processed", warm, "--out", tmp_path / "out", "--year", "2020-21")
    status, _, err = run(capsys, "audit", *where, "--previous", sample_report)
    assert status == 0, err
    page = (tmp_path / "out" / "2020-21" / "public" / "revisions.html").read_text(encoding="utf-8")
    assert render.page_faults(page) == [] and "has moved" in page
    record = json.loads((tmp_path / "out" / "2020-21" / "public" / "run.json").read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{64}", record["previous"])


def test_an_earlier_report_of_another_edition_is_refused_before_any_notebook_runs(
    sample_raw: Path, sample_report: Path, warm: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srp_lib.audit._run_notebooks", lambda *_: pytest.fail("ran"))
    where = ("--raw", sample_raw, "--processed", warm, "--out", tmp_path / "out", "--edition", "partnership")
    status, _, err = run(capsys, "audit", *where, "--previous", sample_report)
    assert status == 2 and "public edition" in err and not (tmp_path / "out" / "2020-21").exists()
    status, _, err = run(capsys, "audit", *where, "--previous", tmp_path / "none")
    assert status == 2 and "is not a folder" in err
    own = tmp_path / "out" / "2020-21" / "public"
    shutil.copytree(sample_report, own)
    status, _, err = run(capsys, "audit", *where[:-2], "--previous", own)
    assert status == 2 and "is the one that this run would replace" in err and contents(own) == contents(sample_report)


# --- publishing -----------------------------------------------------------------------------------------------


def test_publishing_replaces_whole_folders_and_leaves_nothing_beside(tmp_path: Path) -> None:
    folder = tmp_path / "2020-21" / "public"
    for text in ("one", "two"):
        publish.publish(tmp_path, folder, {"index.html": text}, lambda built: {"made": names(built)})
        assert (folder / "index.html").read_text(encoding="utf-8") == text

    def no_record(built: Path) -> object:
        raise RuntimeError("no record")

    with pytest.raises(RuntimeError):
        publish.publish(tmp_path, folder, {"index.html": "three"}, no_record)
    assert (folder / "index.html").read_text(encoding="utf-8") == "two"
    assert [path.name for path in folder.parent.iterdir()] == ["public"]


@pytest.mark.parametrize("area", ["", "E08000016"])
def test_a_run_that_was_killed_while_it_published_is_undone(tmp_path: Path, area: str) -> None:
    period = tmp_path / area / "2020-21"
    for name in (
        ".public.123.old",
        ".public.123.new",
        "partnership",
        ".partnership.45.old",
        ".partnership.45.new",
        ".own",
    ):
        (period / name).mkdir(parents=True)
        (period / name / "index.html").write_text(name, encoding="utf-8")
    publish.recover(tmp_path)
    assert names(period) == [".own", "partnership", "public"]
    assert (period / "public" / "index.html").read_text(encoding="utf-8") == ".public.123.old"
    assert (period / "partnership" / "index.html").read_text(encoding="utf-8") == "partnership"
    publish.recover(tmp_path / "not there")
    assert not (tmp_path / "not there").exists()


def test_two_audits_do_not_share_a_processed_folder(sample_raw: Path, tmp_path: Path, capsys: Capture) -> None:
    with publish.one_run(tmp_path / "p"):
        status, _, err = run(capsys, "check", "--raw", sample_raw, "--processed", tmp_path / "p")
    assert status == 2 and err == (
        f"Another audit is using {tmp_path / 'p'}; wait for it or give --processed another folder.\n"
    )
    with publish.one_run(tmp_path / "p"):
        assert names(tmp_path / "p") == []


# --- provenance -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [OSError("no git"), subprocess.TimeoutExpired("git", 20), subprocess.CalledProcessError(128, "git")],
)
def test_a_commit_that_git_can_not_tell_is_unknown(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", failing)
    assert provenance.code_commit(ROOT) == "unknown"


def test_a_commit_says_whether_the_work_tree_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[str] = iter(["abc\n", "", "abc\n", " M srp_lib/audit.py\n"])
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=next(answers)))
    assert [provenance.code_commit(ROOT), provenance.code_commit(ROOT)] == ["abc", "abc+changes"]


def test_a_run_s_key_changes_with_each_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    def key(files: list[RawFile], year: str = "2020-21") -> str:
        return provenance.run_key(ROOT, [(file.path, file.sha256) for file in files], {"year": year}).digest

    one, two = RawFile("a", "1", 1), RawFile("a", "2", 1)
    found = [key([one]), key([two]), key([one], "2021-22"), key([RawFile("b", "1", 1)])]
    monkeypatch.setattr(provenance, "versions", lambda: {"python": "0"})
    assert len({*found, key([one])}) == 5 and key([one]) == key([one])


# --- the real data --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_processed(real_checked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A processed folder of this file's own in which the real files have been read and checked."""
    return copied(real_checked, tmp_path_factory.mktemp("real") / "processed")


@needs_real
def test_real_2020_21_is_compared_over_eleven_months(
    real_processed: Path, tmp_path: Path, only: Callable[..., None]
) -> None:
    only("00_", "01_", "04_", "07_")
    report = audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path, year="2020-21"))
    found = facts_of(report.folder)["communities.anti_social_behaviour.change"]
    assert (found["numerator"], found["comparator_numerator"], round(float(found["value"]), 1)) == (
        "6164",
        "5103",
        20.8,
    )
    for page in ("index.html", "01_overview.html", "04_safer_stronger_communities.html"):
        html = (report.folder / page).read_text(encoding="utf-8")
        assert "the same 11 months" in html and "July 2019 is missing" in html and "Synthetic data" not in html
    assert "July 2019" in (report.folder / "00_data_quality.html").read_text(encoding="utf-8") and report.warnings


@needs_real
def test_real_2024_25_has_no_comparator_and_says_why(
    real_processed: Path, tmp_path: Path, only: Callable[..., None]
) -> None:
    only("00_", "01_")
    report = audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path))
    assert report.folder.parent.name == "2024-25"
    found = facts_of(report.folder)["overview.recorded_crime.change"]
    assert found["value"] == "" and "none of the 12 months of 2023-24" in found["definition"]
    assert "the extracts have none of the 12 months of 2023-24" in (report.folder / "index.html").read_text(
        encoding="utf-8"
    )


@needs_real
def test_real_half_year_is_refused_and_its_year_to_date_is_not(
    real_processed: Path, tmp_path: Path, only: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    only("00_", "01_")
    with pytest.raises(periods.PeriodError, match="6 of its 12 months.*ytd-2021-09"), monkeypatch.context() as patch:
        patch.setattr("srp_lib.kernels.KernelServer", nullcontext)
        audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path, year="2021-22"))
    assert names(tmp_path) == ["quality"]
    report = audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path, year="ytd-2021-09"))
    assert report.folder.parent.name == "ytd-2021-09"


def _column_removed(path: Path) -> Path:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(",".join(line.split(",")[:-1]) for line in lines) + "\n", encoding="utf-8")
    return path


def _cut_in_half(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def _renamed(path: Path) -> Path:
    return path.rename(path.with_name(f"2020-12-{STREET}"))


def _duplicated(path: Path) -> Path:
    return Path(shutil.copy(path, path.with_name("copy of june.csv")))


def _saved_as_utf_16(path: Path) -> Path:
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")
    return path


def _of_the_future(path: Path) -> Path:
    folder = path.parents[1] / "2099-01"
    folder.mkdir()
    new = folder / f"2099-01-{STREET}"
    new.write_text(path.read_text(encoding="utf-8").replace("2020-06", "2099-01"), encoding="utf-8")
    path.unlink()
    return new


@pytest.fixture(scope="module")
def real_spring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three sound months of real files (raw), and of what they are when read and checked (processed)."""
    base = tmp_path_factory.mktemp("spring")
    raw = base / "raw"
    for month in ("2020-05", "2020-06", "2020-07"):
        folder = raw / "police_uk" / month
        folder.mkdir(parents=True)
        shutil.copy(Path(REAL) / "police_uk" / month / f"{month}-{STREET}", folder)
    for name in ("geography/LSOA11_LSOA21_LAD22_EW.csv", "population/mye22final.xlsx"):
        shutil.copy(Path(REAL) / name, raw)
    with checking_here():
        assert checking.check(audit.Request(raw=raw, processed=base / "processed")).refusal == ""
    return base


@needs_real
@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    "damage", [_column_removed, _cut_in_half, _renamed, _duplicated, _saved_as_utf_16, _of_the_future]
)
def test_real_files_with_damage_are_refused_by_name_with_a_remedy(
    damage: Callable[[Path], Path],
    real_spring: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if damage is not _cut_in_half:  # which is told by the whole audit
        request.getfixturevalue("no_kernels")
    raw = Path(shutil.copytree(real_spring / "raw", tmp_path / "raw"))
    copied(real_spring / "processed", tmp_path / "processed")
    damaged = damage(raw / "police_uk" / "2020-06" / f"2020-06-{STREET}")
    status, _, err = run(
        capsys,
        "audit",
        "--raw",
        raw,
        "--processed",
        tmp_path / "processed",
        "--out",
        tmp_path / "out",
        "--year",
        "2020-21Q1",
    )
    assert status == 1 and damaged.name in err and "What to do" in err
    assert names(tmp_path / "out") == ["quality", "refused"]


OF_THE_RUN = {"ipykernel", "jupyter-client", "jupyter-core", "rich"}  # they run kernels and print to terminals


def test_every_package_that_makes_pages_is_in_the_key_of_a_run() -> None:
    own, used = metadata.packages_distributions(), set()
    for path in (ROOT / "srp_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            used |= {dist.lower().replace("_", "-") for name in names for dist in own.get(name.split(".")[0], ())}
    used -= {"srp-audit", *OF_THE_RUN}
    assert {"pandas", "statsmodels"} <= used <= set(provenance.PACKAGES)
