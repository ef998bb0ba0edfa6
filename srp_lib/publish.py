"""Publish: folders put in their place whole or not at all, by one run at a time.

The lock is the system's own on an open file, so it ends with the process that holds it and none is ever stale.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from srp_lib import provenance
from srp_lib.errors import AuditError
from srp_lib.files import write_json

BUSY = ".audit.lock"  # in the processed folder, for a whole run
PLACING = ".publish.lock"  # in the reports' folder, while folders are moved
REFUSED = "refused"
LEFT = re.compile(r"\.(?P<name>.+)\.\d+\.(?P<kind>new|old)")


@contextmanager
def one_run(processed: Path) -> Iterator[None]:
    """Context in which no other audit uses `processed`. Raises AuditError at once where one does."""
    processed.mkdir(parents=True, exist_ok=True)
    with (processed / BUSY).open("a+b") as handle:
        if not _take(handle, wait=False):
            raise AuditError(f"Another audit is using {processed}; wait for it or give --processed another folder.")
        yield


def publish(out: Path, folder: Path, files: Mapping[str, str], record: Callable[[Path], object]) -> None:
    """Put `files` (text by name, or by a folder and a name) and run.json in `folder`, below `out`, in place of what was there.

    All is written into a folder beside it first; `record` is given that folder and returns run.json's content.
    Where anything fails, `folder` stays as it was and the failure goes on to the caller.
    """
    with _placing(out):
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
        former = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        try:
            beside.mkdir()
            for name, text in files.items():
                (beside / name).parent.mkdir(exist_ok=True)
                (beside / name).write_text(text, encoding="utf-8", newline="\n")
            write_json(beside / provenance.RUN, record(beside))
            if folder.exists():
                folder.rename(former)
            beside.rename(folder)
        finally:
            _tidy(folder.parent)


def recover(out: Path) -> None:
    """Undo what a run that was killed while it published left below `out`: the earlier report gets its name back."""
    if out.is_dir():
        with _placing(out):
            for depth in ("*", "*/*"):
                for folder in sorted({path.parent for path in out.glob(f"{depth}/.*") if LEFT.fullmatch(path.name)}):
                    _tidy(folder)


def clear_refusal(base: Path, edition: str) -> None:
    """Remove the page of an earlier refusal of this edition below `base`; the audit that follows it succeeded."""
    shutil.rmtree(base / REFUSED / edition, ignore_errors=True)
    if (base / REFUSED).is_dir() and not any((base / REFUSED).iterdir()):
        (base / REFUSED).rmdir()


def _tidy(parent: Path) -> None:
    """Give a former folder its name back where nothing took its place; remove whatever else was left beside it."""
    for path in sorted(parent.glob(".*")):
        found = LEFT.fullmatch(path.name)
        if not found:
            continue
        if found["kind"] == "old" and not (parent / found["name"]).exists():
            path.rename(parent / found["name"])
        else:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _placing(out: Path) -> Iterator[None]:
    """Context in which no other run moves folders below `out`; waits for its turn, which takes moments."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / PLACING).open("a+b") as handle:
        _take(handle, wait=True)
        yield


def _take(handle: IO[bytes], wait: bool) -> bool:
    """Lock an open file until it is closed; False where another holds it and there is no waiting."""
    if os.name == "nt":
        return _take_windows(handle, wait)
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        # A file system that knows no locks: go on without one.
        return error.errno not in (errno.EAGAIN, errno.EACCES)
    return True


def _take_windows(handle: IO[bytes], wait: bool) -> bool:
    import msvcrt

    while True:
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return True
        except OSError:
            if not wait:
                return False
            time.sleep(0.2)
