"""The command line and the settings: what they accept, and the one sentence for everything that they do not."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from srp_lib import audit, checking, cli, config, verify
from srp_lib.checking import Checked
from srp_lib.extracts import Intake
from srp_lib.gate import RuleResult
from srp_lib.quality import QualityError
from srp_lib.render import RenderError

ROOT = Path(__file__).resolve().parents[1]
Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def run(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    out = capsys.readouterr()
    return status, out.out, out.err


def raising(error: Exception) -> object:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def a_report(folder: Path, **other: object) -> audit.Report:
    made = {
        "pages": (("index.html", "What [red]changed[/red]"),),
        "facts": 1,
        "warnings": (),
        "synthetic": False,
    }
    return audit.Report(folder, **{**made, "reused": False, "seconds": 1.25, **other})


def on_a_terminal(monkeypatch: Patch) -> None:
    """Have standard output and error taken for a terminal that is wide enough for any table."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TERM", "dumb")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)


# --- what is asked for ----------------------------------------------------------------------------------------


def test_help_lists_commands_and_periods(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert stop.value.code == 0 and all(word in out for word in ("audit", "check", "sample", "ytd-2025-12"))


@pytest.mark.parametrize("command", list(cli.EXAMPLES))
def test_the_help_of_a_command_has_its_own_examples_alone(command: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    out = capsys.readouterr().out
    assert f"  srp {command} " in out and f"exit status: {cli.STATUS[command]}" in out
    assert not any(f"  srp {other} " in out for other in cli.EXAMPLES if other != command)


def report_record(folder: Path, **other: object) -> Path:
    """A folder with a run.json that tells of a public report."""
    asked = {"period": "2020-21", "area": "E08000018", "edition": "public", **other}
    folder.mkdir()
    text = json.dumps({"parameters": asked, "outputs": {}, "synthetic": False})
    (folder / "run.json").write_text(text, encoding="utf-8")
    return folder


def test_only_a_public_report_is_attacked(tmp_path: Path, capsys: Capture) -> None:
    partnership, public = report_record(tmp_path / "a", edition="partnership"), report_record(tmp_path / "b")
    (tmp_path / "empty").mkdir()
    for given, told in (
        ((tmp_path / "none",), "is not a folder: give that of a public report"),
        ((tmp_path / "empty",), "run.json in "),
        ((partnership,), "is of the partnership edition, which withholds nothing"),
        ((public, "--previous", partnership), "is of the partnership edition, which withholds nothing"),
        ((public, "--previous", tmp_path / "empty"), "run.json in "),
        ((public, "--previous", public), "key_facts.csv in "),
    ):
        status, out, err = run(capsys, "attack", *given)
        assert (status, out) == (2, "") and told in err and err.count("\n") == 1


def test_whether_to_make_it_again_anyway_reaches_verify(capsys: Capture, monkeypatch: Patch) -> None:
    asked: list[object] = []

    def verifying(*given: object, anyway: bool, **_: object) -> verify.Verdict:
        asked.append(anyway)
        return verify.Verdict("here", 2)

    monkeypatch.setattr(verify, "verify", verifying)
    assert run(capsys, "verify", "here")[0] == run(capsys, "verify", "here", "--anyway")[0] == 0
    assert asked == [False, True]


def test_every_argument_reaches_the_request(capsys: Capture, monkeypatch: Patch, tmp_path: Path) -> None:
    asked: list[audit.Request] = []
    monkeypatch.setattr(audit, "audit", lambda request, _: asked.append(request) or a_report(tmp_path))
    given = (
        "--raw",
        "r",
        "--out",
        "o",
        "--processed",
        "p",
        "--year",
        "2020-21Q1",
        "--edition",
        "partnership",
    )
    assert run(capsys, "audit", *given, "--area", "E08000016", "--force")[0] == 0
    assert run(capsys, "audit")[0] == 0
    wanted = audit.Request(Path("r"), Path("o"), Path("p"), "2020-21Q1", "partnership", "E08000016", True)
    assert asked == [wanted, audit.Request()]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("--year", "2020-2021"), "'2020-2021' is not a period"),
        (
            ("--area", "../../elsewhere"),
            "'../../elsewhere' is not the code of an area: give --area a local authority's",
        ),
        (("--area", "e08000018"), "'e08000018' is not the code of an area"),
        (("--raw", "no such folder"), "The raw folder no such folder does not exist: give --raw"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_any_work(
    arguments: Sequence[str], told: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "some.csv").write_text("a\n", encoding="utf-8")
    where = ("--raw", tmp_path, "--processed", tmp_path / "p", "--out", tmp_path / "o")
    status, out, err = run(capsys, "audit", *where, *arguments)
    assert status == 2 and out == "" and err.startswith(told) and err.count("\n") == 1
    assert not (tmp_path / "p").exists() and not (tmp_path / "o").exists()


def test_an_edition_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(audit.AuditError, match="no edition 'secret': write --edition public or --edition partnership"):
        checking.check(audit.Request(raw=tmp_path, edition="secret"))


@pytest.mark.parametrize("left", [[], ["README.txt", "Thumbs.db"]])
def test_the_sample_is_audited_only_where_no_folder_is_named(left: list[str], tmp_path: Path, capsys: Capture) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in left:
        (raw / name).write_bytes(b"x")
    status, _, err = run(capsys, "audit", "--raw", raw, "--out", tmp_path / "out", "--processed", tmp_path / "p")
    assert status == 2 and "holds no file" in err and sorted(path.name for path in tmp_path.iterdir()) == ["raw"]


def test_a_folder_without_a_known_extract_is_named(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "letters.txt").write_text("Dear all\n", encoding="utf-8")
    where = ("--raw", tmp_path / "raw", "--processed", tmp_path / "p", "--out", tmp_path / "o")
    status, _, err = run(capsys, "audit", *where)
    assert status == 2 and "(it holds letters.txt)" in err


def test_sample_refuses_a_folder_that_is_not_empty(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "own.csv").write_text("mine", encoding="utf-8")
    status, _, err = run(capsys, "sample", tmp_path)
    assert status == 2 and "empty folder" in err and [path.name for path in tmp_path.iterdir()] == ["own.csv"]


def test_sample_says_how_many_files_are_where(tmp_path: Path, capsys: Capture, monkeypatch: Patch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("srp_lib.sample.write_sample", lambda folder: [folder / "a.csv", folder / "b.csv"])
    status, out, _ = run(capsys, "sample", "new")
    assert (status, out) == (0, "2 synthetic files are in new\n")


# --- what goes wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [QualityError("The suite is broken."), RenderError("The page is broken.")])
def test_every_failure_of_ours_is_a_sentence(error: Exception, capsys: Capture, monkeypatch: Patch) -> None:
    monkeypatch.setattr(audit, "audit", raising(error))
    assert run(capsys, "audit") == (2, "", f"{error}\n")


def test_a_suite_that_is_broken_is_a_sentence_from_end_to_end(
    sample_report: Path, tmp_path: Path, capsys: Capture, monkeypatch: Patch
) -> None:
    shutil.copy(ROOT / "audit.toml", tmp_path)
    shutil.copytree(sample_report.parents[2] / "processed", tmp_path / "data" / "processed")
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "check", "--raw", sample_report.parents[2] / "raw")
    assert status == 2 and out == "" and "street_crime.json is missing" in err and "restore" in err


def test_stopping_is_not_a_failure_of_the_reports(capsys: Capture, monkeypatch: Patch) -> None:
    monkeypatch.setattr(checking, "check", raising(KeyboardInterrupt()))
    assert run(capsys, "check") == (130, "", "Stopped. Earlier reports are as they were.\n")


@pytest.mark.parametrize(
    "number, told",
    [
        (errno.ENOSPC, "The disk is full. Free some space"),
        (errno.EACCES, "A file or folder cannot be used. Close it where it is open in another program"),
        (errno.ENOTEMPTY, "A file or folder cannot be used."),
        (errno.EROFS, "The disk cannot be written to."),
        (errno.ENOENT, "A file or folder has gone."),
        (errno.EIO, f"The system refused a file operation ({os.strerror(errno.EIO)}). Check the disk"),
    ],
)
def test_what_the_system_refuses_is_a_sentence_with_a_remedy(
    number: int, told: str, capsys: Capture, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(audit, "audit", raising(OSError(number, os.strerror(number), "reports")))
    status, out, err = run(capsys, "audit")
    assert (status, out) == (2, "") and err.startswith(told)
    assert err.endswith(": reports. Earlier reports are as they were.\n") and "Errno" not in err


def test_a_system_error_without_a_number_or_a_file_is_a_sentence_too(capsys: Capture, monkeypatch: Patch) -> None:
    monkeypatch.setattr(audit, "audit", raising(OSError()))
    assert run(capsys, "audit")[2].startswith("The system refused a file operation (OSError). Check the disk")


def test_a_processed_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "some.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    status, out, err = run(capsys, "check", "--raw", tmp_path / "raw", "--processed", tmp_path / "file")
    assert status == 2 and out == "" and err.count("\n") == 1 and "Errno" not in err
    assert err.startswith("A file stands where a folder is wanted. Name another folder: ")


def test_a_character_that_the_code_page_lacks_does_not_end_the_run(monkeypatch: Patch) -> None:
    narrow = [io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", narrow[0])
    monkeypatch.setattr(sys, "stderr", narrow[1])
    monkeypatch.setattr(audit, "audit", raising(audit.AuditError("The file Łódź.csv is broken.")))
    assert cli.main(["audit"]) == 2
    narrow[1].flush()
    assert narrow[1].buffer.getvalue() == "The file \\u0141ód\\u017a.csv is broken.\n".encode("cp1252")


def test_a_stream_that_was_replaced_is_left_alone(monkeypatch: Patch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(audit, "audit", raising(audit.AuditError("No.")))
    assert cli.main(["audit"]) == 2 and sys.stderr.getvalue() == "No.\n"


# --- what is told ---------------------------------------------------------------------------------------------


def test_off_a_terminal_the_index_is_all_that_standard_output_has(
    tmp_path: Path, capsys: Capture, monkeypatch: Patch
) -> None:
    long = "July 2019 is missing. " + "and so on " * 60
    monkeypatch.setattr(audit, "audit", lambda *_: a_report(tmp_path, synthetic=True, warnings=(long, "Short.")))
    status, out, err = run(capsys, "audit")
    synthetic, first, second = err.splitlines()
    assert status == 0 and out == f"{tmp_path / 'index.html'}\n" and synthetic.startswith("SYNTHETIC DATA")
    assert first.startswith("Warning: July 2019 is missing.") and first.endswith(" ...") and len(first) <= 200
    assert second == "Warning: Short."


def test_an_exception_is_never_cut_and_is_no_warning(tmp_path: Path, capsys: Capture, monkeypatch: Patch) -> None:
    excepted = f"Exception: {'and so on ' * 60}Accepted by Head of Community Safety until 31 December 2026: so."
    found = a_report(tmp_path, warnings=(excepted, "Short."))
    monkeypatch.setattr(audit, "audit", lambda *_: found)
    assert run(capsys, "audit")[2].splitlines() == [excepted, "Warning: Short."]
    on_a_terminal(monkeypatch)
    assert "1 key fact, 1 data warning, 1 exception, made in 1.2 s." in run(capsys, "audit")[1]


def test_on_a_terminal_a_table_shows_pages_and_takes_no_markup(
    tmp_path: Path, capsys: Capture, monkeypatch: Patch
) -> None:
    on_a_terminal(monkeypatch)
    folder = tmp_path / "[bold]out[/bold]"

    def auditing(request: audit.Request, progress: audit.Progress) -> audit.Report:
        for done in (0, 1):
            progress("Reading [red]files[/red]", done, 1)
        return a_report(folder, warnings=("One.",))

    monkeypatch.setattr(audit, "audit", auditing)
    status, out, err = run(capsys, "audit")
    assert status == 0 and "What [red]changed[/red]" in out and "[bold]out[/bold]" in out
    assert "1 key fact, 1 data warning, made in 1.2 s. Open" in out and "Warning: One." in err
    monkeypatch.setattr(audit, "audit", lambda *_: a_report(folder, reused=True, facts=1234))
    assert "1,234 key facts, 0 data warnings, nothing had changed in" in run(capsys, "audit")[1]


def result(rule: str, severity: str, passed: bool) -> RuleResult:
    return RuleResult("population", rule, "rows", "validity", severity, "Why.", "Mend it.", passed, 9, 3, "3 of 9 rows")


ACCEPTED = "by Head of Community Safety until 31 December 2026 for this audit: they are estimates"


@pytest.mark.parametrize("synthetic", [True, False])
def test_check_tells_of_warnings_and_of_files_that_were_not_used(
    synthetic: bool, capsys: Capture, monkeypatch: Patch
) -> None:
    on_a_terminal(monkeypatch)
    ignored = [(f"stray {number}.txt", "not an extract") for number in range(52)]
    intake = Intake({"population": None}, ignored)
    results = (result("population.sexes", "critical", True), result("population.change", "warning", False))
    excepted = replace(result("population.ages", "critical", False), waived=ACCEPTED)
    checked = Checked(intake, (*results, excepted), synthetic)
    monkeypatch.setattr(checking, "check", lambda *_: checked)
    status, out, err = run(capsys, "check")
    assert status == 0 and ("SYNTHETIC DATA" in err) == synthetic
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "Not used: stray 0.txt: not an extract" in lines and "Not used: 2 more files" in lines
    assert "Warning: population, population.change: 3 of 9 rows" in lines
    assert lines[-1] == "The extracts may be used: 3 rules, 1 warning."
    assert any(line.replace("│", " ").split() == ["population", "3", "1", "1", "0"] for line in lines)
    (told,) = (line for line in lines if line.startswith("Exception:"))
    assert told.endswith(f"Accepted {ACCEPTED}.") and "3 of 9 rows break the critical rule population.ages." in told
    checked = replace(checked, faults=("Population is missing.",))
    assert run(capsys, "check")[0] == 1


def test_the_sample_check_says_that_it_is_synthetic(sample_report: Path, tmp_path: Path, capsys: Capture) -> None:
    shutil.copytree(sample_report.parents[2] / "processed", tmp_path / "p")
    status, out, err = run(capsys, "check", "--raw", sample_report.parents[2] / "raw", "--processed", tmp_path / "p")
    assert status == 0 and err.startswith("SYNTHETIC DATA: these extracts are invented")
    assert "Warning: street_crime, " in out and "November 2018" in out and "The extracts may be used" in out


def test_a_refusal_names_the_page(tmp_path: Path, capsys: Capture, monkeypatch: Patch) -> None:
    monkeypatch.setattr(audit, "audit", raising(audit.Refused("Rule x failed.", tmp_path / "page.html")))
    assert run(capsys, "audit") == (
        1,
        "",
        f"Rule x failed.\nThe whole account is on {tmp_path / 'page.html'}\n",
    )


# --- settings -------------------------------------------------------------------------------------------------


def settings(folder: Path, old: str = "", new: str = "") -> Path:
    text = (ROOT / "audit.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "audit.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_the_settings_of_the_project_are_sound(tmp_path: Path) -> None:
    found = config.load_config(settings(tmp_path))
    assert (found.area_code, found.edition, found.minimum_share) == ("E08000018", "public", 0.75)
    assert (found.raw, found.reports) == (tmp_path / "data" / "raw", tmp_path / "reports")


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("[area]", "area = 3\n[other]", "audit.toml: 'area' must be a table, written [area], found 3."),
        ('code = "E08000018"', "", "[area] code: a text is wanted, found nothing."),
        (
            'code = "E08000018"',
            'code = "Rotherham"',
            "[area] code: it must be a local authority's code of nine",
        ),
        ('name = "Rotherham"', 'name = " "', "[area] name: it must be not blank, found ' '."),
        ("wards = 25", "wards = 0", "[area] wards: it must be above 0, found 0."),
        ("wards = 25", "wards = true", "[area] wards: a whole number is wanted, found True."),
        ("per = 1000", "per = 10.5", "[figures] per: a whole number is wanted, found 10.5."),
        ("per = 1000", "per = -1", "[figures] per: it must be above 0, found -1."),
        ("smallest_base = 50", "smallest_base = 0", "[figures] smallest_base: it must be above 0, found 0."),
        (
            "confidence = 0.95",
            "confidence = 95",
            "[figures] confidence: it must be between 0 and 1, found 95.0.",
        ),
        (
            "confidence = 0.95",
            "confidence = 1",
            "[figures] confidence: it must be between 0 and 1, found 1.0.",
        ),
        (
            "confidence = 0.95",
            "confidence = nan",
            "[figures] confidence: it must be between 0 and 1, found nan.",
        ),
        ("confidence = 0.95", 'confidence = "95%"', "[figures] confidence: a number is wanted, found '95%'."),
        (
            "minimum_share_of_months = 0.75",
            "minimum_share_of_months = 0",
            "minimum_share_of_months: it must be a share",
        ),
        (
            "minimum_share_of_months = 0.75",
            "minimum_share_of_months = 1.1",
            "minimum_share_of_months: it must be a share",
        ),
        (
            "oldest_denominator_months = 18",
            "oldest_denominator_months = -3",
            "oldest_denominator_months: it must be",
        ),
        (
            'default = "public"',
            'default = "secret"',
            "[editions] default: it must be public or partnership, found 'secret'.",
        ),
        ("number = 15", "number = 0", "[similar_areas] number: it must be above 0, found 0."),
        ('group = "ONS demographic neighbours"', 'group = " "', "[similar_areas] group: it must be not blank"),
        (
            "codes = []",
            'codes = ["Barnsley"]',
            "[similar_areas] codes: a list is wanted, each a local authority's code",
        ),
        ("codes = []", 'codes = ["E08000016", "E08000016"]', "[similar_areas] codes: E08000016 must be there once."),
        ("\ncrime = 1.0", "\ncrime = -1", "[vulnerability] crime: it must be 0 or above"),
        ("\ncrime = 1.0", "\ncrime = inf", "[vulnerability] crime: it must be 0 or above and not infinite"),
        ("[figures]", "[figures", "audit.toml cannot be read: "),
    ],
)
def test_a_setting_at_fault_is_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError) as raised:
        config.load_config(settings(tmp_path, old, new))
    assert told in str(raised.value) and str(raised.value).startswith("audit.toml")


def test_an_index_needs_a_weight_and_a_group_may_be_chosen_by_hand(tmp_path: Path) -> None:
    text = (ROOT / "audit.toml").read_text(encoding="utf-8")
    own = text.replace("codes = []", 'codes = ["E08000016"]')
    (tmp_path / "audit.toml").write_text(own, encoding="utf-8")
    assert config.load_config(tmp_path).similar_codes == ("E08000016",)
    for name in config.VULNERABILITY:
        own = own.replace(f"\n{name} = 1.0", f"\n{name} = 0")
    (tmp_path / "audit.toml").write_text(own, encoding="utf-8")
    with pytest.raises(config.ConfigError, match=r"\[vulnerability\]: at least one weight must be above 0"):
        config.load_config(tmp_path)


def test_settings_that_are_absent_or_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="audit.toml cannot be read: .*Mend it or restore it"):
        config.load_config(tmp_path)
    (tmp_path / "audit.toml").write_bytes(b'[area]\nname = "\xff"\n')
    with pytest.raises(config.ConfigError, match="audit.toml cannot be read: .*Mend it or restore it"):
        config.load_config(tmp_path)


def test_the_project_is_found_upward_and_else_beside_the_library(tmp_path: Path, monkeypatch: Patch) -> None:
    below = settings(tmp_path) / "notebooks" / "deeper"
    below.mkdir(parents=True)
    assert config.find_root(below) == tmp_path.resolve()
    (tmp_path / "audit.toml").unlink()
    assert config.find_root(below) == ROOT
    monkeypatch.setattr(config, "__file__", str(tmp_path / "elsewhere" / "config.py"))
    with pytest.raises(config.ConfigError, match="was not found in this folder or above it"):
        config.find_root(below)
