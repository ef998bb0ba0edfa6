"""Find, check and hash the files in the raw folder; zip members are read in place."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath

from srp_lib.files import bytes_digest, file_digest, is_noise, shown

from .model import ExtractError, FaultError, RawFile

MAX_FILE = 4 * 1024**3
MAX_MEMBER = 2 * 1024**3
MAX_RATIO = 200
MAX_MEMBERS = 20_000  # three years of every force in the publisher's zip are under 5,000
MAX_UNPACKED = 32 * 1024**3  # of all of a zip together
_CHUNK = 1 << 20
# zipfile lets through whatever its decompressors raise on damaged bytes
_DAMAGE = Exception
_BROKEN_ZIP = "is not a whole zip file: download it again."
_UNNAMED = "has a name that is not UTF-8 text: rename it, in plain letters."
_TOO_LARGE = "is larger than 4 GiB: supply only the months needed."
_NOWHERE = "is a link that leads nowhere: put the file itself here."
_CHANGED = "changed while it was read: wait until it has been copied and run again."


def list_files(raw: Path) -> list[RawFile]:
    """Every file under `raw` with its SHA-256, sorted by path; notes and hidden files apart.

    A zip is listed itself and followed by its members. Nothing is parsed.
    Raises ExtractError when `raw` isn't a folder.
    """
    raw = Path(raw)
    if not raw.is_dir():
        raise ExtractError(
            f"The folder of extracts {shown(raw.name or str(raw))} does not exist: create it and put the "
            "files in it as received, or name another folder with --raw."
        )
    paths = list(_walk(raw))
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        listed = [file for files in pool.map(lambda p: _list_one(raw, p), paths) for file in files]
    return sorted(listed, key=lambda file: file.path)


class RawFolder:
    """The raw folder opened for reading; each zip is opened once. A context manager."""

    def __init__(self, raw: Path) -> None:
        self.raw = Path(raw)
        self._archives: dict[str, zipfile.ZipFile] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> RawFolder:
        return self

    def __exit__(self, *_: object) -> None:
        for archive in self._archives.values():
            archive.close()

    def read(self, file: RawFile) -> bytes:
        """The whole content of one listed file or zip member, which is the content listed.

        Raises FaultError when it was refused, is too large, can't be read or has changed.
        """
        if file.fault != "none":
            raise FaultError(file.fault, file.problem)
        if file.bytes > MAX_FILE:
            raise FaultError("too_large", _TOO_LARGE)
        try:
            data = self._bytes(file)
        except _DAMAGE:
            raise FaultError("unreadable", "could not be read from the disk: copy it again.", passing=True) from None
        if bytes_digest(data) != file.sha256:
            raise FaultError("unreadable", _CHANGED, passing=True)
        return data

    def _bytes(self, file: RawFile) -> bytes:
        if not file.container:
            return (self.raw / file.path).read_bytes()
        return self._archive(file.container).read(file.member)

    def _archive(self, container: str) -> zipfile.ZipFile:
        with self._lock:
            if container not in self._archives:
                self._archives[container] = zipfile.ZipFile(self.raw / container)
            return self._archives[container]


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of other files, and not a workbook (which is a zip inside)."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return path.suffix.lower() == ".zip"
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except _DAMAGE:
        return path.suffix.lower() == ".zip"
    return not names & {"[Content_Types].xml", "mimetype"}


def _walk(folder: Path, above: frozenset[str] = frozenset()) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:  # a link that leads back to a folder above
        return
    for entry in os.scandir(folder):
        if is_noise(entry.name):
            continue
        if entry.is_dir():
            yield from _walk(Path(entry.path), above | {real})
        elif entry.is_file() or entry.is_symlink():
            yield Path(entry.path)


def _list_one(raw: Path, path: Path) -> list[RawFile]:
    given = path.relative_to(raw).as_posix()
    name = shown(given)
    if not path.exists():
        return [RawFile(name, "", 0, "unreadable", _NOWHERE)]
    try:
        size = path.stat().st_size
        if name != given:
            return [RawFile(name, "", size, "unreadable", _UNNAMED)]
        if size > MAX_FILE:  # not even read for its hash
            return [RawFile(name, "", size, "too_large", _TOO_LARGE)]
        digest = file_digest(path)
    except OSError:
        problem = "could not be opened: check that you have leave to read it."
        return [RawFile(name, "", 0, "unreadable", problem)]
    if not is_archive(path):
        return [RawFile(name, digest, size)]
    try:
        return [RawFile(name, digest, size), *_list_members(path, name)]
    except FaultError as fault:
        return [RawFile(name, digest, size, fault.kind, fault.sentence)]
    except _DAMAGE:
        return [RawFile(name, digest, size, "truncated", _BROKEN_ZIP)]


def _list_members(path: Path, name: str) -> list[RawFile]:
    with zipfile.ZipFile(path) as archive, ThreadPoolExecutor(max_workers=2) as pool:
        _refuse_bulk(archive.infolist())
        infos: dict[str, list[zipfile.ZipInfo]] = {}
        for info in archive.infolist():
            if not info.is_dir() and not _noise_member(info.filename):
                infos.setdefault(info.filename, []).append(info)
        return list(pool.map(lambda alike: _list_member(archive, alike, name), infos.values()))


def _refuse_bulk(infos: list[zipfile.ZipInfo]) -> None:
    """Raise FaultError for a zip of more files, or of more bytes together, than anybody has to supply."""
    if len(infos) > MAX_MEMBERS:
        raise FaultError("too_large", f"holds more than {MAX_MEMBERS:,} files: supply only the months needed.")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise FaultError("too_large", "unpacks to more than 32 GiB: supply only the months needed.")


def _noise_member(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(is_noise(part) and part != ".." for part in parts)


def _list_member(archive: zipfile.ZipFile, alike: list[zipfile.ZipInfo], container: str) -> RawFile:
    """One member; `alike` has every entry of its name, and more than one is a fault."""
    info = alike[-1]
    listed = RawFile(f"{container}!{info.filename}", "", info.file_size, container=container, member=info.filename)
    fault, problem = _refuse_member(info)
    if len(alike) > 1:
        fault, problem = "unreadable", "is in the zip twice under one name: make the zip again."
    if fault != "none":
        return replace(listed, fault=fault, problem=problem)
    digest = hashlib.sha256()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except _DAMAGE:
        problem = "is damaged inside its zip: download the zip again."
        return replace(listed, fault="unreadable", problem=problem)
    return replace(listed, sha256=digest.hexdigest())


def _refuse_member(info: zipfile.ZipInfo) -> tuple[str, str]:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in info.filename:
        return "unreadable", "has an unsafe path inside the zip: add only files that you trust."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "unreadable", "is a link inside the zip: unpack the zip and add the file itself."
    if info.flag_bits & 1:
        return "unreadable", "is locked with a password: unpack the zip and add the file itself."
    if info.file_size > MAX_MEMBER:
        return "too_large", "unpacks to more than 2 GiB: supply only the months needed."
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return "too_large", "unpacks to over 200 times its size in the zip: remove that zip."
    return "none", ""
