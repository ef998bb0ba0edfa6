"""The whole audit: pages, facts, identical bytes, refusals, and the real data where it is at hand."""
from __future__ import annotations

import csv
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from srp_lib import audit, cli, facts, periods, render
from srp_lib.codelists import ASB, RECORDED, measures

ROOT = Path(__file__).resolve().parents[1]
REAL = os.environ.get("SRP_REAL_DATA")
needs_real = pytest.mark.skipif(not REAL, reason="SRP_REAL_DATA is not set: it names the folder of real files")
STREET = "south-yorkshire-street.csv"


def facts_of(report: Path) -> dict[str, dict[str, str]]:
    with (report / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row for row in csv.DictReader(handle)}


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    out = capsys.readouterr()
    return status, out.out, out.err


# --- the sample audit -----------------------------------------------------------------------------------------


def test_the_sample_audit_makes_every_page_and_each_is_sound(sample_report: Path) -> None:
    pages = {path.name for path in sample_report.glob("*.html")}
    assert pages == {"index.html", *(f"{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb"))}
    for page in pages:
        html = (sample_report / page).read_text(encoding="utf-8")
        assert render.page_faults(html) == []
        assert "Synthetic data" in html and "Safer Rotherham Partnership" in html and "2020-21" in html
        assert not re.search(r"https?://(?!data\.police\.uk)", re.sub(r'xmlns(:\w+)?="[^"]+"', "", html))


def test_links_between_pages_lead_somewhere(sample_report: Path) -> None:
    ids = {path.name: set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8"))) for path in sample_report.glob("*.html")}
    for path in sample_report.glob("*.html"):
        for href in re.findall(r'href="([^"]+)"', path.read_text(encoding="utf-8")):
            target, _, anchor = href.partition("#")
            assert not target or target in ids, f"{path.name} links to {href}"
            assert not anchor or anchor in ids[target or path.name], f"{path.name} links to {href}"


def test_every_fact_stands_once_with_its_columns_and_at_its_address(sample_report: Path) -> None:
    with (sample_report / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == facts.COLUMNS
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    types = ["asb" if slug == ASB else slug for slug in measures()]
    assert {f"overview.{name}.{kind}" for name in types for kind in ("count", "rate", "change")} | {"communities.asb.change"} <= set(ids)
    for row in rows:
        html = (sample_report / f"{row['notebook']}.html").read_text(encoding="utf-8")
        assert f'id="fact-{row["id"]}"' in html, row["id"]
        assert row["statement"] and row["definition"] and row["extracts"] and row["cell"] and row["disclosure"]


def test_figures_of_the_sample(sample_report: Path) -> None:
    found = facts_of(sample_report)
    change = found["communities.asb.change"]
    assert round(float(change["value"])) == 22 and change["verdict"] == "higher"  # what the partnership printed, and the sample is made to give
    assert float(change["value"]) == pytest.approx(100 * (float(change["numerator"]) / float(change["comparator_numerator"]) - 1))
    crimes = sum(int(found[f"overview.{slug}.count"]["numerator"]) for slug in measures() if slug not in (RECORDED, ASB))
    assert int(found["overview.recorded_crime.count"]["numerator"]) == crimes
    rate = found["overview.recorded_crime.rate"]
    assert float(rate["value"]) == pytest.approx(1000 * crimes / 264_984) and "mid-2020" in rate["statement"]


def test_the_run_record_names_inputs_versions_and_outputs(sample_report: Path) -> None:
    record = json.loads((sample_report / "run.json").read_text(encoding="utf-8"))
    assert set(record["outputs"]) == {path.name for path in sample_report.iterdir()} - {"run.json"}
    assert all(re.fullmatch("[0-9a-f]{64}", entry["sha256"]) for entry in record["inputs"]) and record["inputs"]
    assert record["parameters"] == {"year": "", "period": "2020-21", "edition": "public", "area": "E08000018"}
    assert record["synthetic"] is True and record["versions"]["pandas"] and set(record["timings"]["each_notebook"])
    assert not re.search(r"/(home|root|tmp|work|Users)/", json.dumps(record["outputs"]) + json.dumps(record["inputs"]))


def test_two_runs_give_identical_bytes_and_a_third_does_nothing(sample_report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = sample_report.parents[2] / "raw"
    where = ("--raw", raw, "--processed", tmp_path / "processed", "--out", tmp_path / "out")
    status, out, _ = run(capsys, "audit", *where)
    again = tmp_path / "out" / "2020-21" / "public"
    assert status == 0 and out.strip().endswith("index.html")
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run.json"} for folder in (sample_report, again))
    assert first == second
    before = (again / "run.json").stat().st_mtime_ns
    report = audit.audit(audit.Request(raw=raw, processed=tmp_path / "processed", out=tmp_path / "out"))
    assert report.reused and (again / "run.json").stat().st_mtime_ns == before
    (again / "index.html").write_text("spoiled", encoding="utf-8")
    assert audit._current(audit._settle(audit.Request(raw=raw, out=tmp_path / "out")), audit.provenance.run_key(ROOT, [], {})) is None


def test_notebooks_run_in_jupyter_as_they_are(sample_report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default parameters, no papermill: the processed data below the project's folder are what they use."""
    import nbclient
    import nbformat

    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # where the library is, as in the environment that run.py makes
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / "audit.toml", tmp_path)
    shutil.copytree(sample_report.parents[2] / "processed", tmp_path / "data" / "processed")
    for name in ("00_data_quality", "02_protecting_vulnerable_children", "03_protecting_vulnerable_adults"):
        notebook = nbformat.read(tmp_path / "notebooks" / f"{name}.ipynb", as_version=4)
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path / "notebooks")}}).execute()
        assert any("text/html" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


def test_committed_notebooks_are_clean() -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["metadata"].get("tags") for cell in code].index(["parameters"]) == 0, path.name
        assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code), path.name
        assert not any(re.search(r"^\s*(def|class) |import \*", "".join(cell["source"]), re.M) for cell in code), path.name
        text = "".join("".join(cell["source"]) for cell in notebook["cells"])
        assert not re.search(r"\b20\d\d\b", text), f"{path.name} names a year"


# --- the command line -----------------------------------------------------------------------------------------


def test_the_sample_is_audited_only_where_no_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "audit", "--raw", tmp_path, "--out", tmp_path / "out", "--processed", tmp_path / "processed")
    assert status == 2 and "holds no file" in err
    assert run(capsys, "audit", "--raw", tmp_path / "nowhere")[0] == 2


def test_a_period_that_can_not_be_read_is_refused_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "some.csv").write_text("a\n", encoding="utf-8")
    status, _, err = run(capsys, "audit", "--raw", tmp_path, "--processed", tmp_path / "p", "--out", tmp_path / "o", "--year", "2020-2021")
    assert status == 2 and "'2020-2021' is not a period" in err and not (tmp_path / "p").exists()


def test_a_folder_without_a_known_extract_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "letters.txt").write_text("Dear all\n", encoding="utf-8")
    status, _, err = run(capsys, "audit", "--raw", tmp_path / "raw", "--processed", tmp_path / "p", "--out", tmp_path / "o")
    assert status == 2 and "letters.txt" in err


def test_sample_refuses_a_folder_that_is_not_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.csv").write_text("mine", encoding="utf-8")
    status, _, err = run(capsys, "sample", tmp_path)
    assert status == 2 and "empty folder" in err and [path.name for path in tmp_path.iterdir()] == ["own.csv"]


def test_help_lists_commands_and_periods(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert stop.value.code == 0 and all(word in out for word in ("audit", "check", "sample", "ytd-2025-12"))


def test_a_refusal_names_the_file_writes_the_page_and_leaves_the_earlier_report(sample_report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    shutil.copytree(sample_report.parents[2] / "raw", raw)
    earlier = out / "2020-21" / "public"
    shutil.copytree(sample_report, earlier)
    spoiled = next(raw.rglob(f"2020-05-{STREET}"))
    text = spoiled.read_bytes()
    spoiled.write_bytes(text[: len(text) // 2])
    status, stdout, err = run(capsys, "audit", "--raw", raw, "--processed", tmp_path / "processed", "--out", out)
    assert status == 1 and stdout == ""
    assert spoiled.name in err and "What to do" in err and "Crime ID" not in err.replace("Crime ID column", "")
    page = (out / "refused" / "00_data_quality.html").read_text(encoding="utf-8")
    assert "The audit was refused" in page and spoiled.name in page and render.page_faults(page) == []
    assert {path.name: path.read_bytes() for path in earlier.iterdir()} == {path.name: path.read_bytes() for path in sample_report.iterdir()}
    assert sorted(path.name for path in out.iterdir()) == ["2020-21", "refused"]


def test_publishing_replaces_whole_folders_and_leaves_nothing_beside(tmp_path: Path) -> None:
    folder = tmp_path / "2020-21" / "public"
    for text in ("one", "two"):
        audit._publish(folder, {"index.html": text}, lambda built: {"outputs": sorted(path.name for path in built.iterdir())})
        assert (folder / "index.html").read_text(encoding="utf-8") == text
    with pytest.raises(RuntimeError):
        audit._publish(folder, {"index.html": "three"}, lambda built: (_ for _ in ()).throw(RuntimeError("no record")))
    assert (folder / "index.html").read_text(encoding="utf-8") == "two"
    assert [path.name for path in folder.parent.iterdir()] == ["public"]


# --- the real data --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real processed")


@needs_real
def test_real_2020_21_is_compared_over_eleven_months(real_processed: Path, tmp_path: Path) -> None:
    report = audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path, year="2020-21"))
    found = facts_of(report.folder)["communities.asb.change"]
    assert (found["numerator"], found["comparator_numerator"], round(float(found["value"]), 1)) == ("6164", "5103", 20.8)
    for page in ("index.html", "01_overview.html", "04_safer_stronger_communities.html"):
        html = (report.folder / page).read_text(encoding="utf-8")
        assert "the same 11 months" in html and "July 2019 is missing" in html and "Synthetic data" not in html
    assert "July 2019" in (report.folder / "00_data_quality.html").read_text(encoding="utf-8") and report.warnings


@needs_real
def test_real_2024_25_has_no_comparator_and_says_why(real_processed: Path, tmp_path: Path) -> None:
    report = audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path))
    assert report.folder.parent.name == "2024-25"
    found = facts_of(report.folder)["overview.recorded_crime.change"]
    assert found["value"] == "" and "none of the 12 months of 2023-24" in found["definition"]
    assert "the extracts have none of the 12 months of 2023-24" in (report.folder / "index.html").read_text(encoding="utf-8")


@needs_real
def test_real_half_year_is_refused_and_its_year_to_date_is_not(real_processed: Path, tmp_path: Path) -> None:
    with pytest.raises(periods.PeriodError, match="6 of its 12 months.*ytd-2021-09"):
        audit.audit(audit.Request(raw=Path(REAL), processed=real_processed, out=tmp_path, year="2021-22"))
    assert list(tmp_path.iterdir()) == []
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


@needs_real
@pytest.mark.parametrize("damage", [_column_removed, _cut_in_half, _renamed, _duplicated, _saved_as_utf_16, _of_the_future])
def test_real_files_with_damage_are_refused_by_name_with_a_remedy(damage: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = tmp_path / "raw"
    for month in ("2020-05", "2020-06", "2020-07"):
        folder = raw / "police_uk" / month
        folder.mkdir(parents=True)
        shutil.copy(Path(REAL) / "police_uk" / month / f"{month}-{STREET}", folder)
    for name in ("geography/LSOA11_LSOA21_LAD22_EW.csv", "population/mye22final.xlsx"):
        shutil.copy(Path(REAL) / name, raw)
    damaged = damage(raw / "police_uk" / "2020-06" / f"2020-06-{STREET}")
    status, _, err = run(capsys, "audit", "--raw", raw, "--processed", tmp_path / "processed", "--out", tmp_path / "out", "--year", "2020-21Q1")
    assert status == 1 and damaged.name in err and "What to do" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["refused"]
