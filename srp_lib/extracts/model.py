"""The words that readers share: sources, raw files, faults and what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib.errors import AuditError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# single years of age, the last being 90 and over
AGES = tuple(f"age_{age}" for age in range(91))
SEXES = ("persons", "females", "males")
# what a reader tells of a whole file, and a cell of a workbook or of its tidy row
Fact = str | int | bool
Tidy = str | int | None
FAULTS = (
    "none",
    "encoding",
    "columns",
    "truncated",
    "empty",
    "unreadable",
    "too_large",
    "formula",
    "dates",
    "values",
)


class ExtractError(AuditError):
    """A sentence that names the file or folder that stops the work, and the remedy."""


class FaultError(Exception):
    """Why one file can't be read; a reader raises it and `read_all` records it.

    `kind` is one of `FAULTS`; `sentence` starts with a verb and follows the file's path.
    It never holds text from a row. `passing` marks what another try may find well, so that it
    isn't remembered.
    """

    def __init__(self, kind: str, sentence: str, passing: bool = False) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.passing = passing


@dataclass(frozen=True)
class Source:
    """One extract: what it is, who publishes it and what to put in data/raw."""

    name: str
    title: str
    publisher: str
    licence: str
    url: str
    wanted: str
    required: bool


@dataclass(frozen=True)
class RawFile:
    """One file as received: path relative to the raw folder, SHA-256 and size in bytes.

    A zip member's path is shown as "folder/a.zip!2020-01/2020-01-x-street.csv"; `container` and
    `member` are its two parts, both "" for a file of its own.
    `fault` and `problem` tell when the file must not or cannot be opened.
    """

    path: str
    sha256: str
    bytes: int
    fault: str = "none"
    problem: str = ""
    container: str = ""
    member: str = ""

    @property
    def name(self) -> str:
        """The last part of the path, within the zip for a member."""
        return (self.member or self.path).rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The name of the folder, or else of the zip, that holds the file; "" at the top."""
        within = (self.member or self.path).rpartition("/")[0] or self.container
        return within.rpartition("/")[2]


@dataclass(frozen=True)
class Reading:
    """What a reader made of one file: its rows, and facts for the `files` frame."""

    table: pa.Table
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Extract:
    """One extract as processed: its key, its files and its parquet."""

    name: str
    key: str
    files: pd.DataFrame
    parquet: Path

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The tidy rows, or only the named columns, in the order asked for.

        Raises ExtractError when the parquet was removed or damaged.
        """
        from .store import read_frame

        return read_frame(self.parquet, columns)


@dataclass(frozen=True)
class Intake:
    """All extracts found, by name, and the files left unused with the reason."""

    extracts: dict[str, Extract]
    ignored: list[tuple[str, str]]

    @property
    def keys(self) -> dict[str, str]:
        """What tells each extract from another state of it, by name."""
        return {name: extract.key for name, extract in self.extracts.items()}
