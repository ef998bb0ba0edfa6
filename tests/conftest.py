"""What several test files share: the project's folder and one report of the whole sample audit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_AUDIT_LIMIT = 240  # seconds; it takes about 15


@pytest.fixture(scope="session")
def sample_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the public pages that the command line makes from the synthetic sample.

    The audit runs once in a test session: with pytest-xdist the first worker that asks runs it,
    and the others wait for its result.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "sample audit"
    try:
        folder.mkdir()
    except FileExistsError:
        wait_for(folder / "result.txt")
    else:
        run_sample_audit(folder)
    result = (folder / "result.txt").read_text(encoding="utf-8")
    reports = sorted((folder / "out").glob("*/public"))
    if not result.startswith("exit 0") or len(reports) != 1:
        pytest.fail(f"The sample audit made {len(reports)} public reports instead of one: {result}")
    return reports[0]


def wait_for(path: Path) -> None:
    """Return when another worker has written the file; fail after the audit's time limit."""
    deadline = time.monotonic() + 2 * SAMPLE_AUDIT_LIMIT + 10
    while not path.exists():
        if time.monotonic() > deadline:
            pytest.fail(f"No result of the sample audit within {SAMPLE_AUDIT_LIMIT} seconds.")
        time.sleep(0.2)


def run_sample_audit(folder: Path) -> None:
    """Write the sample and audit it by the command line; leave exit code and output in result.txt."""
    program = [sys.executable, "-m", "srp_lib.cli"]
    written = run_command([*program, "sample", str(folder / "raw")])
    places = ["--raw", str(folder / "raw"), "--processed", str(folder / "processed"), "--out", str(folder / "out")]
    result = run_command([*program, "audit", *places]) if written.startswith("exit 0") else written
    part = folder / "result.part"
    part.write_text(result, encoding="utf-8")
    part.replace(folder / "result.txt")


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
