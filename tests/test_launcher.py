"""run.py: which Python it asks for, when it installs, what it hands over, and a real clean folder."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script")


@pytest.fixture
def run() -> ModuleType:
    """run.py as a fresh module."""
    spec = importlib.util.spec_from_file_location("srp_run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where SRP_VENV says the environment is: nothing there yet."""
    path = tmp_path / "an environment"
    monkeypatch.setenv("SRP_VENV", str(path))
    return path


def finished(run: ModuleType, folder: Path, stamp: str | None = None) -> Path:
    """A stand-in for a finished environment; with `stamp`, one made from another lock."""
    python = Path(run.environment_program(str(folder), "python"))
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv | sed "s/^/env /"\nexit 7\n')
    python.chmod(0o755)
    (folder / run.OWNER).write_text("")
    (folder / run.STAMP).write_text(stamp or run.wanted_stamp())
    return python


def recording(commands: list[list[str]], fails: str = "", stops: str = ""):
    """A stand-in for run.run: notes the commands; fails or is interrupted where a word occurs in one."""

    def run_step(command: list[str], folder: str) -> int:
        commands.append(command)
        if stops and stops in command:
            raise KeyboardInterrupt
        return 1 if fails and fails in command else 0

    return run_step


def copy_of_project(target: Path) -> Path:
    """Copy the files that git tracks or would track to `target`, as a clone would have them."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, os.fsdecode(listing.stdout).split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def launch(project: Path, *arguments: str, cwd: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a copy's run.py as a user does, with the Python that this environment was made from."""
    variables = {k: v for k, v in os.environ.items() if k not in ("SRP_VENV", "VIRTUAL_ENV")} | changes
    return subprocess.run(
        [BASE_PYTHON, str(project / "run.py"), *arguments],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        timeout=180,
    )


# Which Python


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13), (3, 14, 0)])
def test_unsuitable_python_gets_a_sentence_and_exit_2(run, capsys, version):
    run.sys = SimpleNamespace(version_info=version, stderr=sys.stderr)
    assert run.main(["audit"]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"The audit needs Python 3.11 to 3.13, and this is Python {version[0]}.{version[1]}.")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_suitable_python_passes(run, version):
    assert run.python_problem(version) == ""


def test_the_sentence_names_a_python_that_is_there(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "python.org" in run.python_problem((3, 8, 0))
    (tmp_path / "python3.12").write_text("")
    (tmp_path / "python3.12").chmod(0o755)
    assert "run 'python3.12 run.py'" in run.python_problem((3, 8, 0))


def test_any_python_can_read_the_launcher():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 0))
    for node in ast.walk(tree):
        assert not isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.Nonlocal, ast.NamedExpr)), ast.dump(node)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None and not node.args.kwonlyargs, f"{node.name} has Python 3 syntax"
            assert all(a.annotation is None for a in node.args.args), f"{node.name} has annotations"


def test_the_launcher_imports_only_the_standard_library():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]


def test_a_python_without_venv_is_told_the_remedy(run, folder, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run.main(["audit"]) == 1
    assert "sudo apt install python3." in capsys.readouterr().err
    assert not folder.exists()


# When it installs


@POSIX_ONLY
def test_up_to_date_environment_is_handed_the_arguments_as_they_came(run, folder, monkeypatch):
    finished(run, folder)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    arguments = ["audit", "--raw", "a folder with spaces", "--year", "2020-21", "", "it's"]
    done = subprocess.run([BASE_PYTHON, str(ROOT / "run.py"), *arguments], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    given = [line for line in lines if not line.startswith("env ")]
    assert done.returncode == 7
    assert given == ["-P", "-m", "srp_lib.cli", *arguments]
    assert done.stderr == ""
    assert f"env VIRTUAL_ENV={folder}" in lines
    assert not [line for line in lines if line.startswith(("env PYTHONDONTWRITE", "env PYTHONPATH"))]


@POSIX_ONLY
def test_up_to_date_environment_costs_nothing_noticeable(run, folder):
    finished(run, folder)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        assert run.is_current(str(folder))
        run.command_line(str(folder), "audit", [])
        run.child_environment(str(folder))
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.05


@POSIX_ONLY
def test_windows_passes_the_exit_code_on(run, folder):
    python = finished(run, folder)
    run.WINDOWS = True
    assert run.hand_over([str(python), "audit"], dict(os.environ)) == 7


def test_stale_stamp_brings_the_environment_up_to_date(run, folder):
    finished(run, folder, stamp="made from another lock")
    commands: list[list[str]] = []
    run.run = recording(commands)
    run.prepare(str(folder))
    sync = next(c for c in commands if "sync" in c)
    assert "--require-hashes" in sync and run.LOCK in sync
    assert [c for c in commands if "--editable" in c and "--no-deps" in c and "--no-build-isolation" in c]
    assert not [c for c in commands if "venv" in c], "it was made afresh, where an update is enough"
    assert run.is_current(str(folder))


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_stamp_follows_the_files_the_place_and_the_python(run, tmp_path, name):
    for file in ("requirements.lock", "pyproject.toml"):
        (tmp_path / file).write_text("1")
    before = run.wanted_stamp()
    run.ROOT = str(tmp_path)
    moved = run.wanted_stamp()
    assert moved == run.wanted_stamp() != before
    (tmp_path / name).write_text("2")
    changed = run.wanted_stamp()
    assert changed != moved
    run.sys = SimpleNamespace(version="3.12.0 (another)", platform=sys.platform)
    assert run.wanted_stamp() != changed


@pytest.mark.parametrize("step", ["venv", "sync", "--editable"])
def test_interrupted_install_leaves_no_stamp_and_the_next_run_heals_it(run, folder, capsys, step):
    run.run = recording([], stops=step)
    assert run.main(["audit"]) == 130
    assert "Stopped" in capsys.readouterr().err
    assert (folder / run.OWNER).exists() and not (folder / run.STAMP).exists()
    (folder / "half a package").mkdir()
    commands: list[list[str]] = []
    run.run = recording(commands)
    run.prepare(str(folder))
    assert [c for c in commands if "venv" in c]
    assert not (folder / "half a package").exists()
    assert (folder / run.STAMP).read_text().strip() == run.wanted_stamp()


def test_interrupted_update_leaves_no_stamp(run, folder):
    finished(run, folder, stamp="made from another lock")
    run.run = recording([], stops="sync")
    assert run.main(["audit"]) == 130
    assert not (folder / run.STAMP).exists()


def test_without_uv_pip_installs_the_same_packages(run, folder, capsys):
    commands: list[list[str]] = []
    run.run = recording(commands, fails=":all:")
    run.prepare(str(folder))
    by_pip = next(c for c in commands if str(folder / "srp-pip.txt") in c)
    assert "--require-hashes" in by_pip
    names = set(run.lock_entries((folder / "srp-pip.txt").read_text()))
    assert names == set(run.lock_entries(run.read(run.LOCK))) - {"uv"}
    assert "pip" in capsys.readouterr().err
    assert (folder / run.STAMP).exists()


def test_uv_is_installed_from_its_own_lines_of_the_lock(run, folder):
    commands: list[list[str]] = []
    run.run = recording(commands)
    run.prepare(str(folder))
    command = next(c for c in commands if str(folder / "srp-uv.txt") in c)
    text = (folder / "srp-uv.txt").read_text()
    assert "--require-hashes" in command
    assert list(run.lock_entries(text)) == ["uv"] and "--hash=sha256:" in text


def test_failed_install_is_a_sentence_with_exit_1(run, folder, capsys):
    calls: list[list[str]] = []

    def only_the_empty_environment_works(command: list[str], folder: str) -> int:
        calls.append(command)
        return 0 if "venv" in command else 1

    run.run = only_the_empty_environment_works
    assert run.main(["test"]) == 1
    assert "Check the network connection" in capsys.readouterr().err
    assert not (folder / run.STAMP).exists()
    assert [c for c in calls if "-qq" in c and "--require-hashes" in c]


def test_a_folder_that_run_py_did_not_make_is_left_alone(run, folder, capsys):
    folder.mkdir()
    (folder / "thesis.odt").write_text("years of work")
    assert run.main(["audit"]) == 1
    assert "was not made by run.py" in capsys.readouterr().err
    assert [p.name for p in folder.iterdir()] == ["thesis.odt"]


def test_two_at_once_install_once(run, folder, capsys):
    commands: list[list[str]] = []
    run.run = recording(commands)
    with run.only_one(str(folder)):
        second = threading.Thread(target=run.prepare, args=(str(folder),))
        second.start()
        time.sleep(0.3)
        assert second.is_alive() and not commands
        finished(run, folder)
    second.join(timeout=10)
    assert not second.is_alive() and not commands
    assert "waiting for it" in capsys.readouterr().err


# What it hands over


@pytest.mark.parametrize("name", ["audit", "check", "trace", "verify", "attack", "sample"])
def test_commands_of_the_audit_go_to_its_command_line(run, name):
    assert run.command_line("env", name, ["--x", "a b"])[1:] == ["-P", "-m", "srp_lib.cli", name, "--x", "a b"]


def test_lab_opens_the_notebooks_folder(run):
    command = run.command_line("env", "lab", ["--no-browser"])
    assert command[2:] == ["-m", "jupyterlab", str(ROOT / "notebooks"), "--no-browser"]


def test_tests_run_from_the_project_whatever_the_folder(run, folder, tmp_path, monkeypatch):
    finished(run, folder)
    monkeypatch.chdir(tmp_path)
    handed = []
    run.hand_over = lambda command, variables: handed.append((command[1:], os.getcwd())) or 0
    assert run.main(["test", "-k", "a and b"]) == 0
    assert handed == [(["-P", "-m", "pytest", "-k", "a and b"], str(ROOT))]


def test_unknown_command_lists_the_commands(run, capsys):
    assert run.main(["report"]) == 2
    assert "no command 'report'" in capsys.readouterr().err


LOCK_TEXT = """# header
aio==1.0 ; python_full_version < '3.12' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via x
aio==2.0 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
uv==3.0 \\
    --hash=sha256:dd
    # via srp-audit (pyproject.toml)
"""


def test_lock_is_split_by_package(run):
    entries = run.lock_entries(LOCK_TEXT)
    assert list(entries) == ["aio", "uv"]
    assert "".join(entries["uv"]) == "uv==3.0 \\\n    --hash=sha256:dd\n"
    assert sum("--hash" in line for line in entries["aio"]) == 3


def test_conda_environment_is_made_from_the_lock(run):
    text = run.environment_yaml(LOCK_TEXT)
    assert "- \"aio==1.0 ; python_full_version < '3.12'\"" in text
    assert '- "uv==3.0"' in text and "--hash" not in text.split("dependencies:")[1]
    assert text.endswith("      - -e .\n")


# A clean folder


def test_help_needs_no_environment(tmp_path):
    project = copy_of_project(tmp_path / "a clean folder")
    done = launch(project, "--help", cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    for word in ("audit", "check", "trace", "verify", "attack", "sample", "test", "lab"):
        assert f"\n  {word} " in done.stdout
    assert not (project / ".venv").exists() and not (project / "__pycache__").exists()


@pytest.mark.skipif(bool(os.environ.get("SRP_OFFLINE")), reason="SRP_OFFLINE is set, and packages must be fetched")
def test_clean_folder_gets_a_working_environment(tmp_path):
    project = copy_of_project(tmp_path / "a clean folder")
    first = launch(project, "sample", "--help", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "usage" in first.stdout.lower() and "Making the environment" in first.stderr
    again = launch(project, "sample", "--help", cwd=project)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == first.stdout
    check_installed(project)


def check_installed(project: Path) -> None:
    """The environment has the project as an editable install with its command, and the locked uv."""
    programs = project / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    assert list(programs.glob("srp*")) and list(programs.glob("uv*"))
    code = "import srp_lib, os; print(os.path.realpath(list(srp_lib.__path__)[0]))"
    done = subprocess.run([str(python), "-c", code], cwd=project.parent, capture_output=True, text=True)
    assert done.stdout.strip() == os.path.realpath(project / "srp_lib"), done.stderr
