"""Provenance: what a run was made of, so that anyone can tell whether two runs are the same, and run.json says so."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from srp_lib.files import file_digest, is_noise

PACKAGES = (
    "fkscore",
    "gptables",
    "great-expectations",
    "jinja2",
    "markupsafe",
    "matplotlib",
    "mistune",
    "nbclient",
    "nbconvert",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "python-calamine",
    "rocrate",
    "scipy",
    "seaborn",
    "statsmodels",
    "xlsxwriter",
)
RUN = "run.json"
COMPANION = "ro-crate-metadata.json"  # what run.json tells, in a vocabulary that other tools read


@dataclass(frozen=True)
class RunKey:
    """What decides every byte of a report, each as a digest; the commentary's is blank where there is none."""

    inputs: str
    code: str
    parameters: str
    versions: str
    commentary: str = ""

    @property
    def digest(self) -> str:
        """One digest over all five."""
        return digest_of([self.inputs, self.code, self.parameters, self.versions, self.commentary])


def digest_of(parts: Iterable[str]) -> str:
    """SHA-256 over texts, each ended by a zero byte so that no two lists of texts run together."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8") + b"\0")
    return whole.hexdigest()


def digest_of_settings(settings: Mapping[str, str]) -> str:
    """SHA-256 over names and their values, in the order of the names."""
    return digest_of(f"{name}={value}" for name, value in sorted(settings.items()))


def code_digest(root: Path) -> str:
    """SHA-256 over the library, notebooks, suites, settings and lock, by path and content; no bytecode."""
    folders = (Path(__file__).parent, root / "notebooks", root / "expectations")
    files = [
        (path.relative_to(folder.parent), path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not _is_derived(path)
    ]
    files += [(Path(name), root / name) for name in ("audit.toml", "requirements.lock") if (root / name).is_file()]
    return digest_of(text for name, path in sorted(files) for text in (name.as_posix(), file_digest(path)))


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that can change a figure or a page."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def code_commit(root: Path) -> str:
    """The commit that the code is at, with "+changes" where the work tree differs; "unknown" where git cannot tell."""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return commit + ("+changes" if changed else "")


def run_key(root: Path, inputs: Iterable[tuple[str, str]], parameters: Mapping[str, str]) -> RunKey:
    """The key of a run on `inputs` (pairs of path and SHA-256) with `parameters`."""
    return RunKey(
        digest_of(text for pair in sorted(inputs) for text in pair),
        code_digest(root),
        digest_of_settings(parameters),
        digest_of_settings(versions()),
    )


def outputs(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a report folder by its path in it, run.json and its companion apart."""
    return {
        path.relative_to(folder).as_posix(): file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in (folder / RUN, folder / COMPANION)
    }


def is_current(folder: Path, key: RunKey) -> bool:
    """Whether the report in `folder` is what a run with `key` would make: same key, and no file changed since."""
    try:
        record = json.loads((folder / RUN).read_text(encoding="utf-8"))
        whole = (folder / COMPANION).is_file() and record.get("outputs") == outputs(folder)
        return record.get("key") == key.digest and whole
    except (OSError, ValueError):  # none there, or another run is just putting its own in its place
        return False


def machine() -> dict[str, str]:
    """The kind of machine, for run.json alone: no name, no path. The spreadsheet's bytes depend on zlib's build."""
    return {
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "system": platform.system(),
        "architecture": platform.machine(),
        "implementation": sys.implementation.name,
    }


def _is_derived(path: Path) -> bool:
    """Whether a file is bytecode, a checkpoint, or what an editor, a system or a killed run left."""
    made = "__pycache__" in path.parts or ".ipynb_checkpoints" in path.parts or path.suffix in (".pyc", ".pyo")
    return made or is_noise(path.name)


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(root), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
    ).stdout.strip()
