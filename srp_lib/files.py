"""Files: hashed, written whole or not at all, and told apart from what only machines or people put beside them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

# Notes and what file managers leave behind, in lower case; hidden files and office locks besides.
_NOISE = ("readme", "readme.md", "readme.txt", "thumbs.db", "desktop.ini", "__macosx")
_NOISE_STARTS = (".", "~$")


def is_noise(name: str) -> bool:
    """Whether a file or folder of this name is nobody's data: hidden, a readme, a system's own."""
    return name.startswith(_NOISE_STARTS) or name.lower() in _NOISE


def shown(name: str) -> str:
    """A file's name as text that can be printed and stored; bytes that are no text become \\xdc."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def bytes_digest(data: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal. Raises OSError where it can't be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` make a file beside `path` and move it into place; a reader never sees half.

    What was begun is removed when `write` fails, and the file at `path` stays as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8 with line feeds on every system, whole or not at all."""
    write_whole(path, lambda beside: beside.write_bytes(text.encode("utf-8")))


def write_json(path: Path, tree: object) -> None:
    """Write JSON for people to read (keys sorted, one a line), whole or not at all."""
    write_text(path, json.dumps(tree, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
