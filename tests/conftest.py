"""What several test files share: the project's folder, one report of the whole sample audit, and quick checks."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from srp_lib.evidence import Evidence

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "srp_lib.cli"]
SAMPLE_AUDIT_LIMIT = 240  # seconds; it takes about 15
# One worker makes the sample's report for the first of these files, while the other works on the next two.
FIRST = ("test_accessibility.py", "test_quality.py", "test_partner_suites.py", "test_audit.py", "test_partner_set.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no worker waits for another at the start or the end."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how the cases of the fault campaign ended, where it was run."""
    passed = (report for how in ("passed", "failed") for report in terminalreporter.getreports(how))
    found = [value for one in passed for name, value in one.user_properties if name == "faults" and one.when == "call"]
    if found:
        total: Counter[str] = sum(map(Counter, found), Counter())
        said = [f"{how} {total[how]:,}" for how in ("caught", "harmless", "cannot be told", "missed")]
        terminalreporter.write_line(f"Faults: {len(found)} kinds; {', '.join(said)}")


@contextlib.contextmanager
def checking_here() -> Iterator[None]:
    """Hold extracts to their rules in this process, which saves starting workers that import the library each."""
    from srp_lib import gate, quality

    def here(jobs: Iterable[Mapping[str, object]]) -> list[quality.RuleResult]:
        return [result for job in jobs for result in gate.run_job(json.loads(json.dumps(job)))]

    with pytest.MonkeyPatch.context() as patch, without_collecting():
        patch.setattr(quality, "_run_worker", here)
        patch.setattr(quality, "_workers", lambda _: 1)
        yield


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking through the library's many objects: half of the time otherwise."""
    from srp_lib import gate

    gate.import_gx()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@pytest.fixture
def in_process() -> Iterator[None]:
    """Check in this process, which saves starting a worker for each test."""
    with checking_here():
        yield


@pytest.fixture(scope="session")
def real_checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A processed folder in which `srp check` has read and checked the real files; copy it before writing in it."""
    folder = session_folder(tmp_path_factory) / "real"
    result = folder / "check.txt"
    places = ["--raw", os.environ["SRP_REAL_DATA"], "--processed", str(folder / "processed")]
    by_the_first(folder / "begun", result, lambda: run_command([*PROGRAM, "check", *places]))
    said = result.read_text(encoding="utf-8")
    if not said.startswith("exit 0"):
        pytest.fail(f"The real files were not found sound: {said}")
    return folder / "processed"


@pytest.fixture(scope="session")
def sample_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the public pages that the command line makes from the synthetic sample.

    The audit runs once in a test session: with pytest-xdist the first worker that asks runs it,
    and the others wait for its result.
    """
    folder = session_folder(tmp_path_factory) / "sample audit"
    once(folder, "public", lambda: run_command([*PROGRAM, "sample", str(folder / "raw")]))
    return the_report(folder, "public")


@pytest.fixture(scope="session")
def sample_partnership(sample_report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the partnership's pages of the same sample, made once in a test session."""
    folder = session_folder(tmp_path_factory) / "sample audit"
    once(folder, "partnership", lambda: "exit 0")
    return the_report(folder, "partnership")


@pytest.fixture(scope="session")
def processed(sample_report: Path) -> str:
    """The folder of the sample's tidy extracts, checked, as notebooks are told of it."""
    return str(sample_report.parents[2] / "processed")


def lacking(evidence: Evidence, *names: str) -> Evidence:
    """The evidence as it is where these extracts were not supplied."""
    from srp_lib.extracts import Intake

    held = {name: extract for name, extract in evidence.intake.extracts.items() if name not in names}
    return replace(evidence, intake=Intake(held, []))


def only_notebooks(patch: pytest.MonkeyPatch, *named: str) -> None:
    """Leave of the notebooks that an audit runs those whose names begin with what is given."""
    from srp_lib import audit
    from srp_lib.schedule import Schedule, Task

    every = audit._schedule

    def left(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
        return tuple(task for task in tasks if task.job.source.stem.startswith(named))

    def fewer(*given: object) -> Schedule:
        plan = every(*given)
        return Schedule(left(plan.first), left(plan.then))

    patch.setattr(audit, "_schedule", fewer)


def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of the session share."""
    shared = tmp_path_factory.getbasetemp()
    return shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared


def once(folder: Path, edition: str, before: Callable[[], str]) -> None:
    """Audit the sample in `folder` in an edition, after `before`; by the first who asks, while others wait."""
    places = ["--raw", str(folder / "raw"), "--processed", str(folder / "processed"), "--out", str(folder / "out")]

    def work() -> str:
        said = before()
        return run_command([*PROGRAM, "audit", *places, "--edition", edition]) if said.startswith("exit 0") else said

    by_the_first(folder / f"{edition} begun", folder / f"{edition}.txt", work)


def by_the_first(begun: Path, result: Path, work: Callable[[], str]) -> None:
    """Do work and write what it said to `result`: by the first worker who asks, while others wait."""
    try:
        begun.mkdir(parents=True)
    except FileExistsError:
        wait_for(result)
        return
    part = result.with_suffix(".part")
    part.write_text(work(), encoding="utf-8")
    part.replace(result)


def the_report(folder: Path, edition: str) -> Path:
    """The one report of an edition below `folder`; the test fails with what the command said where there is none."""
    result = (folder / f"{edition}.txt").read_text(encoding="utf-8")
    reports = [path.parent for path in sorted((folder / "out").glob(f"*/{edition}/key_facts.csv"))]
    if not result.startswith("exit 0") or len(reports) != 1:
        pytest.fail(f"The sample audit made {len(reports)} {edition} reports instead of one: {result}")
    return reports[0]


def wait_for(path: Path) -> None:
    """Return when another worker has written the file; fail after the audit's time limit."""
    deadline = time.monotonic() + 2 * SAMPLE_AUDIT_LIMIT + 10
    while not path.exists():
        if time.monotonic() > deadline:
            pytest.fail(f"No result of the sample audit within {SAMPLE_AUDIT_LIMIT} seconds.")
        time.sleep(0.2)


def run_command(command: list[str]) -> str:
    """Exit code and the end of a command's output, as text."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=child_environment(), capture_output=True, text=True, timeout=SAMPLE_AUDIT_LIMIT
        )
    except subprocess.TimeoutExpired:
        return f"stopped after {SAMPLE_AUDIT_LIMIT} seconds: {' '.join(command)}"
    return f"exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def child_environment() -> dict[str, str]:
    """Environment variables with which a child process finds srp_lib and keeps its bytecode."""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    paths = [str(ROOT), variables.get("PYTHONPATH", "")]
    variables["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
    return variables
