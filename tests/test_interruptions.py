"""A run that is killed, finds the disk full or closed, or meets another: reports stay whole and the next run succeeds."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, child_environment

from srp_lib import cli, publish
from srp_lib.files import write_json

posix = pytest.mark.skipif(os.name != "posix", reason="processes are forked and killed")

# Publishes in forked children, each of which is stopped at another step: "kill" ends the child there, a number is the
# error that the system gives there, and with "on" at every later step too. Prints what each child left.
STEPS = """
import json, os, sys
from pathlib import Path
from srp_lib import provenance, publish

out, fault, lasting, exchange = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "on", sys.argv[4] == "exchange"
folder = out / "2020-21" / "public"
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "ctypes.dlsym")
if not exchange:
    publish._exchange = lambda one, other: False

def put(text):
    files = {"index.html": text * 9, "wards/a.html": text, "tables.xlsx": text.encode() + b"\\xff"}
    record = lambda built: {"said": text, "outputs": provenance.outputs(built)}
    publish.recover(out)
    publish.publish(out, folder, files, record)

def child(text, stop):
    done = 0
    def hook(event, given):
        nonlocal done
        if event not in STEPS or (event == "open" and not str(given[0]).startswith(str(out))):
            return
        done += 1
        if done == stop or (lasting and done > stop):
            if fault == "kill":
                os._exit(9)
            raise OSError(int(fault), os.strerror(int(fault)), str(given[0]))
    pid = os.fork()
    if pid == 0:
        sys.addaudithook(hook) if stop else None
        try:
            put(text)
        except OSError:
            os._exit(5)
        os._exit(7 if done < stop else 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def held():
    try:
        record = json.loads((folder / "run.json").read_text())
    except OSError:
        return "none"
    return record["said"] if record["outputs"] == provenance.outputs(folder) else "torn"

child("one", 0)
found, stop, status = [], 1, -1
while status != 7:  # as long as there was such a step
    status = child("two", stop)
    after = held()
    again = child("one", 0)
    found.append([status, after, again, held(), sorted(path.name for path in folder.parent.iterdir())])
    stop += 1
print(json.dumps(found))
"""

# The audit in forked children, with stand-ins for the notebooks and their pages: each report is another than the one
# before. Children are killed at random moments; then one finishes, then two at once. Prints what they left.
AUDITS = """
import json, os, random, signal, sys, time
from pathlib import Path
from srp_lib import kernels
with kernels.quiet_imports():
    import nbformat, pandas, pyarrow.parquet
    from srp_lib import audit, disclosure, evidence, extracts, gate, provenance, publish, quality, schedule

raw, base = Path(sys.argv[1]), Path(sys.argv[2])
out = base / "out"

class Server:
    __enter__ = __exit__ = lambda *given: None

def put(setting, made, begun):
    folder, text = setting.base / made.period.code / setting.edition, str(time.monotonic_ns())
    files = {f"{name}.html": text * 1000 for name in range(40)}
    record = lambda built: {"key": text, "outputs": provenance.outputs(built), "pages": [], "facts": 0,
                            "warnings": [], "synthetic": True}
    publish.publish(setting.out, folder, files, record)
    return folder

audit._run_notebooks, audit._publish, kernels.KernelServer = lambda *given: {}, put, Server

def child(processed, turns):
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            for turn in range(turns):
                audit.audit(audit.Request(raw, out, base / processed, "2020-21"))
                os.write(done, b".")
            code = 0
        finally:
            os._exit(code)
    os.close(done)
    return pid, ready

def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def whole():
    folder = out / "2020-21" / "public"
    return json.loads((folder / "run.json").read_text())["outputs"] == provenance.outputs(folder)

moments, killed = random.Random(2026), []
for turn in range(6):
    pid, ready = child("one", 1000)
    os.read(ready, 1)  # there is a report to lose now
    time.sleep(moments.uniform(0, 0.6))
    os.kill(pid, signal.SIGKILL)
    killed.append([ended(pid), whole()])
next_one = [ended(child("one", 1)[0]), whole()]
both = [ended(pid) for pid, _ in [child("one", 2), child("two", 2)]]
print(json.dumps([killed, next_one, both, whole(), sorted(os.listdir(out / "2020-21"))]))
"""


def steps(out: Path, fault: str, lasting: bool, exchange: bool) -> list[list[Any]]:
    """What STEPS prints: exit status, report left, exit status of the next run, its report, what is in the folder."""
    how = (fault, "on" if lasting else "once", "exchange" if exchange else "two renames")
    return list(script(STEPS, str(out), *how))


def script(code: str, *given: str) -> Any:
    """What a script prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *given],
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# --- while a report is put in its place ------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("exchange", [True, False])
def test_killed_at_any_step_of_publishing_leaves_one_whole_report(tmp_path: Path, exchange: bool) -> None:
    if exchange and not can_exchange(tmp_path):
        pytest.skip("this system can't exchange two folders in one step")
    found = steps(tmp_path / "out", "kill", False, exchange)
    killed = found[:-1]
    assert len(killed) > 15 and all(status == 9 for status, *_ in killed) and found[-1][:2] == [7, "two"]
    # Without an exchange there is a moment in which the former report has lost its name; the next run gives it back.
    allowed = {"one", "two"} if exchange else {"one", "two", "none"}
    assert {after for _, after, *_ in killed} == allowed
    assert all(then == [0, "one", ["public"]] for _, _, *then in found)


@posix
@pytest.mark.parametrize(("fault", "lasting"), [(errno.ENOSPC, False), (errno.EROFS, True)])
def test_refused_at_any_step_of_publishing_leaves_one_whole_report(tmp_path: Path, fault: int, lasting: bool) -> None:
    found = steps(tmp_path / "out", str(fault), lasting, can_exchange(tmp_path))
    assert len(found) > 15 and {status for status, *_ in found[:-1]} <= {0, 5} and found[-1][:2] == [7, "two"]
    assert {after for _, after, *_ in found} == {"one", "two"}
    assert all(then == [0, "one", ["public"]] for _, _, *then in found)


def can_exchange(folder: Path) -> bool:
    for name in ("one", "other"):
        (folder / name).mkdir()
    done = publish._exchange(folder / "one", folder / "other")
    for name in ("one", "other"):
        (folder / name).rmdir()
    return done


@pytest.mark.parametrize("exchange", [True, False])
def test_folders_change_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    if not exchange:
        monkeypatch.setattr(publish, "_exchange", lambda one, other: False)
    folder, beside = tmp_path / "public", tmp_path / ".public.1.new"
    for number in ("one", "two"):
        beside.mkdir()
        (beside / number).touch()
        publish._place(beside, folder)
        publish._tidy(tmp_path)
        assert [path.name for path in folder.iterdir()] == [number]
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_the_disk_fills_up_at_any_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "2020-21" / "public"

    def put(text: str) -> None:
        files = {"index.html": text, "wards/a.html": text, "tables.xlsx": text.encode()}
        publish.publish(tmp_path, folder, files, lambda built: {"said": text})

    put("one")
    said = []
    for room in range(6):
        with monkeypatch.context() as patch:
            patch.setattr(io, "open", filling_up(room))
            try:
                put("two")
            except OSError as error:
                said.append(cli._plainly(error))
                assert (folder / "index.html").read_text(encoding="utf-8") == "one"
        assert [path.name for path in folder.parent.iterdir()] == ["public"]
    # Three files and run.json: the fifth time there is room for them all.
    assert len(said) == 4 and (folder / "index.html").read_text(encoding="utf-8") == "two"
    assert set(said) == {
        "The disk is full. Free some space, or name folders on another disk with --out and --processed. Earlier reports are as they were."
    }


def filling_up(room: int) -> Callable[..., Any]:
    """Stands in for io.open: after `room` writes there is space for half of what comes next, then for nothing."""
    opened, left = io.open, room

    def limited(*given: Any, **named: Any) -> Any:
        stream = opened(*given, **named)
        whole = stream.write

        def write(data: bytes) -> int:
            nonlocal left
            left -= 1
            if left >= 0:
                return int(whole(data))
            whole(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return Limited(stream, write) if "b" in (given[1] if len(given) > 1 else named.get("mode", "r")) else stream

    return limited


class Limited:
    """An open file whose writes are another's."""

    def __init__(self, stream: Any, write: Callable[[bytes], int]) -> None:
        self.stream, self.write = stream, write

    def __enter__(self) -> Limited:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def test_a_closed_disk_is_told_before_the_work_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[object] = []
    monkeypatch.setattr("srp_lib.audit._report", lambda *given: begun.append(given))
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.csv").touch()
    (tmp_path / "file").touch()
    where = ["audit", "--raw", str(tmp_path / "raw"), "--processed", str(tmp_path / "processed"), "--out"]
    assert cli.main([*where, str(tmp_path / "file" / "out")]) == 2
    assert "A file stands where a folder is wanted. Name another folder: " in capsys.readouterr().err
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and real(path, mode))
    assert cli.main([*where, str(tmp_path / "new" / "out")]) == 2
    said = capsys.readouterr().err
    assert "see that you have leave to read and write there" in said and said.endswith(
        "Earlier reports are as they were.\n"
    )
    assert not begun and not (tmp_path / "new").exists()


# --- at any moment of a run ------------------------------------------------------------------------------------


@posix
def test_killed_at_random_moments_of_a_run_and_two_at_once(sample_report: Path, tmp_path: Path) -> None:
    base = sample_report.parents[2]
    for name in ("one", "two"):
        shutil.copytree(base / "processed", tmp_path / name)
    killed, after, both, whole, held = script(AUDITS, str(base / "raw"), str(tmp_path))
    assert killed == [[-9, True]] * 6 and after == [0, True]
    assert both == [0, 0] and whole and held == ["public"]


def test_what_a_killed_run_left_in_the_processed_folder_is_removed(tmp_path: Path) -> None:
    kept = (".own.txt", ".notes.123", "crime.parquet", ".crime.parquet", ".sample.json")
    for name in (*kept, ".crime.parquet.4711", ".checks.json.4711"):
        write_json(tmp_path / name, {})
    (tmp_path / ".sample-ab1_x").mkdir()
    (tmp_path / ".sample-ab1_x" / "new").touch()
    with publish.one_run(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted((*kept, publish.BUSY))
