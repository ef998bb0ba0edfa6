"""A report made again and compared; run.json's companion, which other tools read."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from srp_lib import audit, crate, provenance, publish, verify
from srp_lib.audit import Request
from srp_lib.commentary import FOLDER
from srp_lib.display import COLUMNS
from srp_lib.errors import AuditError
from srp_lib.extracts import list_files

ROOT = Path(__file__).resolve().parents[1]
DAY = "2026-03-01"
Verify = Callable[..., verify.Verdict]


def page(first: str, second: str) -> str:
    return f"<title>One</title><h1>One</h1>\n<h2 id='a'>Burglary &amp; robbery</h2>\n<p>{first}</p>\n<h2>Fire</h2>\n<p>{second}</p>\n"


def workbook(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<same/>")
        archive.writestr(zipfile.ZipInfo("xl/worksheets/sheet2.xml"), text)
    return out.getvalue()


def write_report(request: Request) -> Path:
    """Publish a small report of the raw files a.csv and b.csv, with a run.json such as an audit writes."""
    assert request.raw and request.out and request.today and request.commentary
    said = {file.path: (request.raw / file.path).read_text() for file in list_files(request.raw)}
    files: dict[str, str | bytes] = {
        "01_one.html": page(said.get("a.csv", ""), said.get("b.csv", "")),
        "key_facts.csv": f"id,value\none,1\ntwo,{said.get('b.csv', '')}\n",
        "tables.xlsx": workbook(said.get("a.csv", "")),
    }
    asked = {"year": request.year, "edition": request.edition, "area": request.area}
    key = provenance.run_key(ROOT, [(file.path, file.sha256) for file in list_files(request.raw)], asked)

    def record(built: Path) -> dict[str, Any]:
        named = [
            {"path": one.path, "sha256": one.sha256} for one in list_files(request.raw) if one.path != "letter.doc"
        ]
        stray = [{"sha256": one.sha256} for one in list_files(request.raw) if one.path == "letter.doc"]
        return {
            "key": key.digest,
            "key_parts": vars(key),
            "parameters": {**asked, "period": request.year},
            "checked_on": request.today.isoformat(),
            "synthetic": False,
            "inputs": named + stray,
            "outputs": provenance.outputs(built),
            "versions": provenance.versions(),
            "code_commit": "0123abc",
            "machine": provenance.machine(),
        }

    folder = request.out / request.year / request.edition
    publish.publish(request.out, folder, files, record)
    return folder


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Verify of a small report in tmp_path/out/2020-21/public, of raw files in tmp_path/raw, by a stand-in for the audit."""
    monkeypatch.setattr(provenance, "code_digest", lambda root: "0" * 64)
    monkeypatch.setattr(provenance, "code_commit", lambda root: "0123abc")

    def again(request: Request, progress: object = None) -> audit.Report:
        return audit.Report(write_report(request), (), 0, (), False, False, 0.0)

    monkeypatch.setattr(audit, "audit", again)
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, text in (("a.csv", "burglars"), ("b.csv", "flames"), ("letter.doc", "secret")):
        (raw / name).write_text(text, encoding="utf-8")
    request = Request(raw, tmp_path / "out", None, "2020-21", "public", "E08000018", commentary=tmp_path / FOLDER)
    write_report(replace(request, today=date.fromisoformat(DAY)))
    return lambda **given: verify.verify(tmp_path / "out" / "2020-21" / "public", raw, None, tmp_path / FOLDER, **given)


def report_of(tmp_path: Path) -> Path:
    return tmp_path / "out" / "2020-21" / "public"


def change_record(report: Path, **changes: object) -> None:
    record = json.loads((report / "run.json").read_text(encoding="utf-8"))
    (report / "run.json").write_text(json.dumps({**record, **changes}), encoding="utf-8")


# --- verify ----------------------------------------------------------------------------------------------------


def test_an_untouched_report_is_reproduced(made: Verify, tmp_path: Path) -> None:
    found = made()
    assert (found.status, found.files, found.why, found.differs, found.altered) == (0, 3, (), (), ())
    assert found.text() == (
        f"Reproduced: made again, the 3 files of {report_of(tmp_path)} are the same, byte for byte "
        "(run.json and ro-crate-metadata.json, which tell of the run, apart)."
    )


def test_it_is_made_again_as_of_the_day_of_its_run(made: Verify, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []

    def noted(request: Request, progress: object = None) -> audit.Report:
        asked.append(request)
        raise AuditError("Nothing was made.")

    monkeypatch.setattr(audit, "audit", noted)
    found = made()
    assert found.status == 2 and found.text().endswith("could not be made again. Nothing was made.")
    assert (str(asked[0].today), asked[0].year, asked[0].edition, asked[0].area) == (
        DAY,
        "2020-21",
        "public",
        "E08000018",
    )
    assert asked[0].out and not asked[0].out.parent.exists()


def test_a_changed_input_is_named_with_what_it_changed(made: Verify, tmp_path: Path) -> None:
    (tmp_path / "raw" / "b.csv").write_text("smoke and ash", encoding="utf-8")
    found = made(anyway=True)
    assert found.status == 1 and found.altered == ()
    assert [one.split(" (")[0] for one in found.why] == ["Input b.csv has changed"]
    assert found.differs == ('01_one.html: from "Fire" on.', "key_facts.csv: from line 3 on.")
    assert found.text().startswith("Not reproduced: 2 of the 3 files of ") and "ash" not in found.text()


def test_a_changed_input_that_a_workbook_shows(made: Verify, tmp_path: Path) -> None:
    (tmp_path / "raw" / "a.csv").write_text("thieves", encoding="utf-8")
    assert made(anyway=True).differs == (
        '01_one.html: from "Burglary & robbery" on.',
        "tables.xlsx: from its part xl/worksheets/sheet2.xml on.",
    )


def never(request: Request, progress: object = None) -> audit.Report:
    """In the place of the audit where none may be begun."""
    pytest.fail("it was made again")


def test_a_report_of_other_inputs_is_not_made_again(
    made: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "audit", never)
    (tmp_path / "raw" / "b.csv").write_text("smoke and ash", encoding="utf-8")
    (report_of(tmp_path) / "key_facts.csv").unlink()
    monkeypatch.setattr(provenance, "code_digest", lambda root: "1" * 64)
    found = made()
    lines = found.text().splitlines()
    assert found.status == 1 and found.differs == () and found.altered == ("key_facts.csv was removed.",)
    assert lines[0].startswith("Not reproduced, and not made again: ") and "--anyway" in lines[0]
    assert lines[2].startswith("  Input b.csv has changed") and lines[3].startswith("  Code, settings or suites")


@pytest.mark.parametrize("stray", [True, False])
def test_a_file_more_is_another_input_unless_it_took_a_stray_one_s_place(
    made: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stray: bool
) -> None:
    if stray:
        (tmp_path / "raw" / "letter.doc").write_text("another letter", encoding="utf-8")
        assert made().status == 0 and made().why[1] == "Input letter.doc was not there."
        return
    monkeypatch.setattr(audit, "audit", never)
    for number in range(20):
        (tmp_path / "raw" / f"c{number:02}.csv").write_text(str(number), encoding="utf-8")
    found = made()
    assert found.other_inputs and found.why[0] == "Input c00.csv was not there."
    assert found.why[-1] == "And 8 more inputs are not as they were." and len(found.why) == 13


def test_missing_moved_and_new_inputs_are_told_apart(made: Verify, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "b.csv").unlink()
    (raw / "letter.doc").rename(raw / "note.doc")
    (raw / "c.csv").write_text("new", encoding="utf-8")
    (raw / "sub").mkdir()
    (raw / "a.csv").rename(raw / "sub" / "a.csv")
    found = made()
    assert found.status == 1 and found.why == (
        "Input a.csv is missing; it is now sub/a.csv.",
        "Input b.csv is missing.",
        "Input c.csv was not there.",
    )
    (raw / "note.doc").write_text("another secret", encoding="utf-8")
    last = made().why[2:]
    assert last[0].startswith("A file that no extract used (SHA-256 ") and last[0].endswith(
        " is missing or has changed."
    )
    assert last[1:] == ("Input c.csv was not there.", "Input note.doc was not there.")


def test_a_missing_input_that_stops_the_audit_is_a_difference(
    made: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(request: Request, progress: object = None) -> audit.Report:
        raise AuditError("No population was supplied.")

    monkeypatch.setattr(audit, "audit", stopping)
    (tmp_path / "raw" / "a.csv").unlink()
    found = made(anyway=True)
    assert found.status == 1 and "could not be made again. No population was supplied." in found.text()
    assert "  Input a.csv is missing." in found.text().splitlines()


def test_another_version_is_named(made: Verify, monkeypatch: pytest.MonkeyPatch) -> None:
    here = provenance.versions()
    monkeypatch.setattr(provenance, "versions", lambda: {**here, "pandas": "0.1"})
    found = made()
    assert found.why == (f"Versions: pandas {here['pandas']} then, 0.1 now. {verify.MENDED}",)
    assert found.status == 0 and "What follows made no difference." in found.text()


def test_a_version_that_was_edited_in_the_record_is_seen(made: Verify, tmp_path: Path) -> None:
    change_record(report_of(tmp_path), versions={**provenance.versions(), "pandas": "0.1"})
    found = made()
    assert found.status == 1 and found.why[0].startswith("Versions: pandas 0.1 then")
    assert found.altered == ("run.json was changed: its key does not fit its parameters and versions.",)
    assert "are the same, but what is told of the run is not as it was" in found.text()


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("0123abc", verify.MENDED),
        ("unknown", "The report was made outside the repository; find the folder that it was made in."),
        ("0123abc45678+changes", "changes that were not committed, so only who made it has them."),
    ],
)
def test_changed_code_is_named_by_both_digests_and_commits(
    made: Verify, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, then: str, said: str
) -> None:
    change_record(report_of(tmp_path), code_commit=then)
    (report_of(tmp_path) / provenance.COMPANION).write_text(
        crate.crate_text(json.loads((report_of(tmp_path) / "run.json").read_text(encoding="utf-8"))), encoding="utf-8"
    )
    monkeypatch.setattr(provenance, "code_digest", lambda root: "1" * 64)
    monkeypatch.setattr(provenance, "code_commit", lambda root: "89def")
    found = made()
    assert found.status == 0 and len(found.why) == 1 and found.why[0].endswith(said)
    shown = then.replace("45678", "")
    told = (
        f"The report's have SHA-256 000000000000... (commit {shown}); those here have 111111111111... (commit 89def)."
    )
    assert told in found.why[0]


def test_a_page_that_was_edited_is_told_from_a_run_that_differs(made: Verify, tmp_path: Path) -> None:
    report = report_of(tmp_path)
    edited = report / "01_one.html"
    edited.write_text(edited.read_text(encoding="utf-8").replace("flames", "sparks"), encoding="utf-8")
    (report / "key_facts.csv").unlink()
    (report / "more.html").write_text("<p>", encoding="utf-8")
    found = made()
    assert found.status == 1 and found.why == () and found.as_recorded
    assert found.altered == (
        "01_one.html was changed.",
        "key_facts.csv was removed.",
        "more.html was added.",
    )
    assert found.differs == (
        '01_one.html: from "Fire" on.',
        "key_facts.csv: made again, and not in the report.",
        "more.html: in the report, and not made again.",
    )
    assert found.text().startswith(
        "The run is reproduced: its files, made again, are those that run.json tells of, but "
    )


def test_a_difference_without_a_reason_says_so(made: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_verify.page", lambda *_: "<h1>Another</h1>")
    found = made()
    assert found.status == 1 and found.why == () and found.differs == ("01_one.html: above the first heading.",)
    assert "Inputs, code, versions and parameters are as they were." in found.text()
    monkeypatch.setattr(provenance, "machine", lambda: {"system": "Plan 9"})
    assert made().why[0].startswith("Machine, system: ")


@pytest.mark.parametrize("spoilt", [None, "{}"])
def test_the_companion_must_tell_what_the_record_tells(made: Verify, tmp_path: Path, spoilt: str | None) -> None:
    companion = report_of(tmp_path) / provenance.COMPANION
    companion.unlink() if spoilt is None else companion.write_text(spoilt, encoding="utf-8")
    found = made()
    assert found.status == 1 and found.differs == ()
    assert found.altered[0].startswith("ro-crate-metadata.json is missing or does not tell what run.json tells")


def test_commentary_and_earlier_report_are_compared(made: Verify, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "2020-21.md").write_text("## Fire\nMore.", encoding="utf-8")
    assert made().why == ("The commentary 2020-21.md was not there.",)
    with pytest.raises(AuditError, match="compared with no earlier one: leave --previous out"):
        verify.verify(report_of(tmp_path), tmp_path / "raw", tmp_path)
    change_record(report_of(tmp_path), previous="0" * 64)
    with pytest.raises(AuditError, match="give that one's folder with --previous"):
        made()
    other = shutil.copytree(report_of(tmp_path), tmp_path / "other")
    (other / "key_facts.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    change_record(other, outputs=provenance.outputs(other))
    found = verify.verify(report_of(tmp_path), tmp_path / "raw", other, tmp_path / FOLDER)
    assert "The earlier report that was given is not the one that this report was compared with." in found.why


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"checked_on": None}, "lacks checked_on"),
        ({"checked_on": "yesterday"}, "is damaged"),
        ({"inputs": [{"path": "a.csv"}]}, "is damaged"),
        ({"inputs": ["a.csv"]}, "is damaged"),
        ({"versions": {"pandas": 3}}, "is damaged"),
        ({"refused": True}, "refused its extracts"),
        ({"outputs": []}, "does not say what the report there is of"),
    ],
)
def test_what_is_no_report_can_not_be_tried(
    made: Verify, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    change_record(report_of(tmp_path), **changes)
    with pytest.raises(AuditError, match=said):
        made()


def test_folders_that_are_not_there_can_not_be_tried(made: Verify, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="is not a folder, so there is no report to verify"):
        verify.verify(tmp_path / "none", tmp_path / "raw")
    with pytest.raises(AuditError, match="There is no extract in .*none: give --raw"):
        verify.verify(report_of(tmp_path), tmp_path / "none")


def test_one_file_differs_and_two_differ() -> None:
    one = verify.Verdict("here", 13, differs=("a.html.",), as_recorded=False)
    assert "1 of the 13 files of here differs." in one.text()
    assert "2 of the 13 files of here differ." in replace(one, differs=("a.html.", "b.html.")).text()


def test_long_lists_are_counted() -> None:
    found = verify.Verdict("here", 90, differs=tuple(f"{number}.html" for number in range(30)), as_recorded=False)
    assert (
        found.text().splitlines()[-1] == "  and 10 more" and "19.html" in found.text() and "20.html" not in found.text()
    )


# --- the companion ---------------------------------------------------------------------------------------------


def test_the_companion_is_read_by_other_tools(made: object, tmp_path: Path) -> None:
    from rocrate.rocrate import ROCrate

    report = report_of(tmp_path)
    read = ROCrate(report)
    held = {path.relative_to(report).as_posix() for path in report.rglob("*") if path.is_file()}
    assert {one.id for one in read.data_entities} == held - {provenance.COMPANION}
    run = read.root_dataset["mentions"]
    assert run.type == "CreateAction" and {one.id for one in run["result"]} == held - {provenance.COMPANION}
    inputs = {one["name"]: one["sha256"] for one in run["object"] if one.type == "File"}
    wanted = {file.path: file.sha256 for file in list_files(tmp_path / "raw")}
    assert inputs == {name: sha for name, sha in wanted.items() if name != "letter.doc"}
    assert run["instrument"]["softwareVersion"] == "0123abc" and run["endTime"] == DAY
    packages = {one["name"]: one["softwareVersion"] for one in run["instrument"]["softwareRequirements"]}
    assert packages == provenance.versions()
    assert {one["name"]: one["value"] for one in run["object"] if one.type == "PropertyValue"}["edition"] == "public"
    assert "letter" not in (report / provenance.COMPANION).read_text(encoding="utf-8")


def test_the_companion_says_nothing_but_what_the_record_says(made: object, tmp_path: Path) -> None:
    record = json.loads((report_of(tmp_path) / "run.json").read_text(encoding="utf-8"))
    text = (report_of(tmp_path) / provenance.COMPANION).read_text(encoding="utf-8")
    assert text == crate.crate_text(record)
    assert json.loads(text)["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    more = {"commentary": {"file": "2020-21.md", "sha256": "9" * 64}, "previous": "8" * 64, "synthetic": True}
    told = crate.crate_text({**record, **more})
    assert "#commentary/2020-21.md" in told and "#parameter-previous" in told and "synthetic extracts" in told
    assert "says how it may be used" in told
    asked = {**record["parameters"], "edition": "partnership"}
    assert "not to be published or forwarded" in crate.crate_text({**record, "parameters": asked})
    assert not crate.is_of_a_report({"refused": True, "outputs": {}}) and crate.is_of_a_report(record)


def test_a_refusal_has_no_companion(tmp_path: Path) -> None:
    publish.publish(
        tmp_path, tmp_path / "refused" / "public", {"page.html": b"\xff\x00"}, lambda built: {"refused": True}
    )
    assert sorted(path.name for path in (tmp_path / "refused" / "public").iterdir()) == ["page.html", "run.json"]
    assert (tmp_path / "refused" / "public" / "page.html").read_bytes() == b"\xff\x00"


# --- a real report ---------------------------------------------------------------------------------------------


def test_the_report_of_the_sample_is_verified(sample_report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def copied(request: Request, progress: object = None) -> audit.Report:
        assert request.out
        shutil.copytree(sample_report, request.out / "copy")
        return audit.Report(request.out / "copy", (), 0, (), True, False, 0.0)

    monkeypatch.setattr(audit, "audit", copied)
    found = verify.verify(sample_report, sample_report.parents[2] / "raw")
    assert (found.status, found.why, found.altered) == (0, (), ()) and found.files > 40
