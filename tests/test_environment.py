"""The environment: the lock, conda's list made from it, what is installed, and the packages' licences."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")

# A copyleft licence would bind those who get the audit from the partnership. LGPL is allowed for a
# library that is used as it comes, and none is here at present.
FORBIDDEN = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )(?<!Library )(?<!Library or Lesser )General Public License")
# Licence texts that name the GPL only for compiled libraries inside the package's files.
REVIEWED_TEXTS = {
    "scipy": "bundles GCC's Fortran library, whose runtime exception lets it go with any program",
    "matplotlib": "bundles FreeType, which may be taken under its own licence instead of the GPL",
}
# Packages whose metadata name no licence at all, with the licence found in their files.
REVIEWED_SILENT: dict[str, str] = {}


@pytest.fixture(scope="module")
def run() -> ModuleType:
    """run.py as a module."""
    spec = importlib.util.spec_from_file_location("srp_run_for_environment", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pins(run: ModuleType) -> list[Requirement]:
    """The lock's requirements, each of one exact version."""
    return [Requirement(pin) for pin in run.lock_pins(LOCK_TEXT)]


def version_of(pin: Requirement) -> str:
    """The one version that a pin allows."""
    (specifier,) = pin.specifier
    assert specifier.operator == "==" and "*" not in specifier.version, f"{pin} is not one version"
    return specifier.version


def locked(pins: list[Requirement], python: str) -> dict[str, str]:
    """Versions by package name for a Python version on this system."""
    marker = {"python_full_version": python, "python_version": python.rsplit(".", 1)[0]}
    wanted = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(marker)]
    return {canonicalize_name(pin.name): version_of(pin) for pin in wanted}


def declared() -> list[Requirement]:
    """What pyproject.toml asks for, its extras included."""
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(text) for text in [*PROJECT["dependencies"], *(t for extra in extras for t in extra)]]


# The lock


def test_lock_has_hashes_for_every_package_and_nothing_else(run):
    for name, lines in run.lock_entries(LOCK_TEXT).items():
        heads = [line for line in lines if line[:1].isalnum()]
        hashes = [line.strip() for line in lines if not line[:1].isalnum()]
        assert len(hashes) >= len(heads), f"{name} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}( \\)?", text) for text in hashes), name


def test_lock_names_no_host_and_no_path():
    assert "://" not in LOCK_TEXT
    assert not re.search(r"--(index|extra-index|find-links|trusted)|file:|(^|\s)/\w|[A-Z]:\\", LOCK_TEXT)


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_holds_what_the_project_asks_for(pins, python):
    versions = locked(pins, python)
    for wanted in declared():
        found = versions.get(canonicalize_name(wanted.name))
        assert found, f"{wanted.name} is not in the lock: run 'python3 run.py lock'"
        assert wanted.specifier.contains(found), f"the lock has {wanted.name} {found}, not {wanted.specifier}"


def test_launcher_and_project_agree_on_the_pythons(run):
    allowed = SpecifierSet(PROJECT["requires-python"])
    for minor in range(8, 20):
        assert allowed.contains(f"3.{minor}.1") == (run.python_problem((3, minor, 1)) == "")


def test_build_backend_is_in_the_lock(pins):
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    for text in build["requires"]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(locked(pins, PYTHONS[0])[canonicalize_name(wanted.name)])


def test_the_project_tells_one_version():
    import srp_lib

    assert getattr(srp_lib, "__version__", PROJECT["version"]) == PROJECT["version"]


# conda


def conda_environment() -> tuple[dict, list[str]]:
    """environment.yml as data, and its list for pip."""
    data = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (lists,) = [entry["pip"] for entry in data["dependencies"] if isinstance(entry, dict)]
    return data, lists


def test_conda_users_get_the_locks_versions(pins):
    _, lines = conda_environment()
    ours = [(pin.name, version_of(pin), str(pin.marker)) for pin in pins]
    theirs = [Requirement(line) for line in lines if line != "-e ."]
    assert [(pin.name, version_of(pin), str(pin.marker)) for pin in theirs] == ours


def test_conda_environment_installs_the_project_in_a_form_that_pip_takes():
    data, lines = conda_environment()
    assert lines[-1] == "-e ."
    # pip refuses an editable install in a file where any line has a hash.
    assert not [line for line in lines if "--hash" in line or line.startswith("-r")]
    (python,) = [d for d in data["dependencies"] if isinstance(d, str) and d.startswith("python=")]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.partition("=")[2] + ".1")
    assert "pip" in data["dependencies"] and data["channels"] == ["conda-forge"]


def test_conda_environment_is_the_one_that_the_lock_makes(run):
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert text == run.environment_yaml(LOCK_TEXT), "run 'python3 run.py lock'"


# What is installed


def installed() -> dict[str, importlib.metadata.Distribution]:
    """Installed packages by name."""
    return {canonicalize_name(d.metadata["Name"]): d for d in importlib.metadata.distributions()}


def test_installed_versions_are_the_locks(pins):
    here = ".".join(map(str, sys.version_info[:3]))
    have = {name: package.version for name, package in installed().items()}
    wrong = {n: (v, have.get(n)) for n, v in locked(pins, here).items() if have.get(n) != v}
    assert not wrong, f"wanted and found differ; run the tests with 'python3 run.py test': {wrong}"


def licence_of(package: importlib.metadata.Distribution) -> str:
    """The licence that a package states: its expression, else its classifiers, else a short licence field."""
    data = package.metadata
    if data.get("License-Expression"):
        return data["License-Expression"]
    named = [c.split("::")[-1].strip() for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    if any(name != "OSI Approved" for name in named):
        return " AND ".join(named)
    text = (data.get("License") or "").strip()
    return text if len(text) < 200 else text.splitlines()[0]


def is_forbidden(licence: str) -> bool:
    """True when every alternative of a licence is GPL or AGPL in part."""
    return all(FORBIDDEN.search(choice) for choice in re.split(r"\bOR\b", licence))


@pytest.mark.parametrize(
    ("licence", "forbidden"),
    [
        ("MIT", False),
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("LGPL-2.1-or-later", False),
        ("MIT OR GPL-2.0-only", False),
        ("MIT AND GPL-2.0-only", True),
        ("", False),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GNU Library or Lesser General Public License (LGPL)", False),
    ],
)
def test_licence_rule(licence, forbidden):
    assert is_forbidden(licence) is forbidden


def test_no_package_is_under_the_gpl(run):
    have = installed()
    names = [name for name in map(canonicalize_name, run.lock_entries(LOCK_TEXT)) if name in have]
    assert len(names) > 100, "few of the lock's packages are installed: run 'python3 run.py test'"
    licences = {name: licence_of(have[name]) for name in names}
    assert {name for name, licence in licences.items() if not licence} <= set(REVIEWED_SILENT)
    assert not {name: licence for name, licence in licences.items() if is_forbidden(licence)}


def test_licence_texts_that_name_the_gpl_were_reviewed(run):
    have = installed()
    names = [name for name in map(canonicalize_name, run.lock_entries(LOCK_TEXT)) if name in have]
    naming = {name for name in names if FORBIDDEN.search(have[name].metadata.get("License") or "")}
    assert naming <= set(REVIEWED_TEXTS), "read these packages' licence texts before adding them"


# The repository


def test_ci_is_executable_and_can_be_read():
    script = ROOT / ".ci" / "run"
    assert os.name == "nt" or os.access(script, os.X_OK)
    if os.name != "nt":
        subprocess.run(["bash", "-n", str(script)], check=True)
    assert "python3 run.py test" in script.read_text(encoding="utf-8")


def test_ci_installs_the_axe_that_the_tests_name():
    named = re.search(r'AXE_PACKAGE = "(.+)"', (ROOT / "tests/test_accessibility.py").read_text(encoding="utf-8"))
    assert f'axe="{named.group(1)}"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", ["data/raw/a.csv", "data/processed/a.parquet", "reports/2020-21/public/index.html", ".venv/x", ".cache/axe"]
)
def test_extracts_and_what_is_made_from_them_are_never_committed(path):
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is not a git repository")
    assert subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT).returncode == 0
