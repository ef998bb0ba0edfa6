"""Publish: folders put in their place whole or not at all, by one run at a time.

The lock is the system's own on an open file, so it ends with the process that holds it and none is ever stale.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from srp_lib import crate, provenance
from srp_lib.errors import AuditError
from srp_lib.files import write_json, write_text

BUSY = ".audit.lock"  # in the processed folder, for a whole run
PLACING = ".publish.lock"  # in the reports' folder, while folders are moved
REFUSED = "refused"
LEFT = re.compile(r"\.(?P<name>.+)\.\d+\.(?P<kind>new|old)")
# What a run that was killed leaves in the processed folder: a file half written, a sample half made.
LITTER = re.compile(r"\..+\.(parquet|json)\.\d+|\.sample-\w+")
HERE = -100  # AT_FDCWD of Linux: paths are taken from the working folder
EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def one_run(processed: Path) -> Iterator[None]:
    """Context in which no other audit uses `processed`. Raises AuditError at once where one does.

    What a run that was killed left half written there is removed.
    """
    processed.mkdir(parents=True, exist_ok=True)
    with (processed / BUSY).open("a+b") as handle:
        if not _take(handle, wait=False):
            raise AuditError(f"Another audit is using {processed}; wait for it or give --processed another folder.")
        for path in filter(lambda path: LITTER.fullmatch(path.name), sorted(processed.glob(".*"))):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        yield


def publish(out: Path, folder: Path, files: Mapping[str, str | bytes], record: Callable[[Path], object]) -> None:
    """Put `files` (text or bytes by path in the folder) and run.json in `folder`, below `out`, in place of what was there.

    All is written into a folder beside it first; `record` is given that folder and returns run.json's content. A report
    gets run.json's companion too. Where anything fails, `folder` stays as it was and the failure goes on to the caller.
    """
    with placing(out):
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
        try:
            beside.mkdir()
            for name, content in files.items():
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                (beside / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
            told = record(beside)
            write_json(beside / provenance.RUN, told)
            if crate.is_of_a_report(told):
                write_text(beside / provenance.COMPANION, crate.crate_text(told))
            _place(beside, folder)
        finally:
            _tidy(folder.parent)


def recover(out: Path) -> None:
    """Undo what a run that was killed while it published left below `out`: the earlier report gets its name back.

    Raises OSError where nothing can be written there, before a run spends its time on a report that has no place.
    """
    if not out.is_dir():
        _require_leave(out)
    else:
        with placing(out):
            for depth in ("*", "*/*"):
                for folder in sorted({path.parent for path in out.glob(f"{depth}/.*") if LEFT.fullmatch(path.name)}):
                    _tidy(folder)


def clear_refusal(base: Path, edition: str) -> None:
    """Remove the page of an earlier refusal of this edition below `base`; the audit that follows it succeeded."""
    shutil.rmtree(base / REFUSED / edition, ignore_errors=True)
    with suppress(OSError):  # it holds another edition's page, or there is none
        (base / REFUSED).rmdir()


def _require_leave(out: Path) -> None:
    """Raise OSError where the folder `out`, which is not there, can't be made."""
    nearest = next(path for path in (out, *out.parents) if os.path.lexists(path))
    if not nearest.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest))
    if not os.access(nearest, os.W_OK | os.X_OK):
        closed = hasattr(os, "statvfs") and os.statvfs(nearest).f_flag & os.ST_RDONLY
        number = errno.EROFS if closed else errno.EACCES
        raise OSError(number, os.strerror(number), str(nearest))


def _place(beside: Path, folder: Path) -> None:
    """Give a finished folder its name; what had it is left beside it, to be removed.

    The two change places in one step where the system can do that. Where it can't, the former folder is without its
    name for a moment, and `recover` gives it back if the run is killed just then.
    """
    if folder.exists():
        if _exchange(beside, folder):
            return
        folder.rename(folder.with_name(f".{folder.name}.{os.getpid()}.old"))
    beside.rename(folder)


def _exchange(one: Path, other: Path) -> bool:
    """Have two folders change names in one step; False where the system or the disk can't, and nothing was done."""
    if sys.platform not in ("linux", "darwin"):
        return False
    system, first, second = ctypes.CDLL(None), os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            return system.renamex_np(first, second, EXCHANGE) == 0
        return system.renameat2(HERE, first, HERE, second, EXCHANGE) == 0
    except AttributeError:  # an older system library
        return False


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
def placing(out: Path) -> Iterator[None]:
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
