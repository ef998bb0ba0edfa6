"""Earlier: a report that was made before, read back as it was printed, and whether it can be set beside this one."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srp_lib.display import COLUMNS
from srp_lib.errors import AuditError
from srp_lib.files import bytes_digest
from srp_lib.provenance import RUN, digest_of

FACTS = "key_facts.csv"
PROTECTION = ("smallest_count", "rounding_base", "narrowest_range")  # what run.json says of disclosure control
# How every public page says it, at its top.
SAID = re.compile(r"counts of 1 to (\d+) in the partners.{1,12} records .+? others rounded to the nearest (\d+)", re.S)
GIVE = "Give the folder of a report as the run left it."


@dataclass(frozen=True)
class Earlier:
    """An earlier report: its lines of key_facts.csv and what its run.json says."""

    folder: Path
    rows: tuple[Mapping[str, str], ...] = field(repr=False)
    record: Mapping[str, Any] = field(repr=False)

    @property
    def period(self) -> str:
        """The code of its period."""
        return str(self.record["parameters"]["period"])

    @property
    def digest(self) -> str:
        """What tells it from any other: SHA-256 over what its run.json says of its files and of what they were made from."""
        said = [str(self.record.get("synthetic"))]
        said += [json.dumps(self.record.get(name), sort_keys=True) for name in ("parameters", "extracts", "outputs")]
        return digest_of(said)


def read_earlier(folder: Path) -> Earlier:
    """The report in a folder. Raises AuditError where a file is missing, unreadable or not as the run left it."""
    if not folder.is_dir():
        raise AuditError(f"{folder} is not a folder, so no earlier figures can be read from it. {GIVE}")
    record = read_record(folder)
    try:
        data = (folder / FACTS).read_bytes()
    except OSError as error:
        raise AuditError(f"{FACTS} in {folder} can't be read, so there are no earlier figures. {GIVE}") from error
    if record["outputs"].get(FACTS) != bytes_digest(data):
        raise AuditError(
            f"{FACTS} in {folder} is not the file that its {RUN} tells of: it was edited, saved by a spreadsheet program or damaged. {GIVE}"
        )
    return Earlier(folder, _rows(folder, data), record)


@dataclass(frozen=True)
class Protection:
    """The rule by which a public report protects counts; `narrowest` is None where it does not say that."""

    smallest: int
    base: int
    narrowest: int | None = None


def protection_of(record: Mapping[str, Any], front: str) -> Protection | None:
    """By what rule a report protected its counts: as its run.json says, or else as its front page does; None for neither.

    Reports made before run.json said so have it on their pages. Raises AuditError for an entry that is no rule.
    """
    told = record.get("protection")
    if told is None:
        said = SAID.search(front)
        return Protection(int(said[1]) + 1, int(said[2])) if said else None
    numbers = [told.get(name) for name in PROTECTION] if isinstance(told, dict) else []
    if not numbers or any(type(number) is not int or number < 1 for number in numbers):
        raise AuditError(f"{RUN} does not say by what rule counts were protected ('protection' is damaged). {GIVE}")
    return Protection(*numbers)


def require_like(earlier: Earlier, area: str, edition: str, synthetic: bool) -> None:
    """Refuse a report whose figures cannot be set beside this one's. Raises AuditError."""
    theirs = earlier.record["parameters"]
    if bool(earlier.record.get("synthetic")) != synthetic:
        kinds = ("real", "synthetic") if synthetic else ("synthetic", "real")
        raise AuditError(
            f"The earlier report is made from {kinds[0]} extracts and this one from {kinds[1]}: give one made from {kinds[1]} extracts."
        )
    if theirs.get("area") != area:
        raise AuditError(
            f"The earlier report is of the area {theirs.get('area')} and this one of {area}: give a report of {area}."
        )
    if theirs.get("edition") != edition:
        raise AuditError(
            f"The earlier report is the {theirs.get('edition')} edition and this one the {edition} edition, which shows counts otherwise: give the folder of its {edition} edition."
        )


def read_record(folder: Path) -> dict[str, Any]:
    """What run.json in a report folder says. Raises AuditError where it is no finished report's."""
    try:
        record = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except OSError as error:
        raise AuditError(
            f"{RUN} in {folder} can't be read, so it can't be told what the report there is of. {GIVE}"
        ) from error
    except ValueError as error:
        raise AuditError(f"{RUN} in {folder} is damaged. {GIVE}") from error
    if isinstance(record, dict) and record.get("refused"):
        raise AuditError(
            f"The run in {folder} refused its extracts and made no figures: give the folder of a finished report."
        )
    parts = (record.get("parameters"), record.get("outputs")) if isinstance(record, dict) else ()
    if (
        not parts
        or not all(isinstance(part, dict) for part in parts)
        or not {"period", "area", "edition"} <= set(parts[0])
    ):
        raise AuditError(f"{RUN} in {folder} does not say what the report there is of. {GIVE}")
    return record


def _rows(folder: Path, data: bytes) -> tuple[dict[str, str], ...]:
    """The lines of key_facts.csv, without the apostrophes that keep spreadsheets from taking a text for a formula."""
    try:
        lines = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise AuditError(f"{FACTS} in {folder} is not a table of figures in UTF-8. {GIVE}") from error
    for number, line in enumerate(lines, start=1):
        if None in line or None in line.values() or not set(COLUMNS) <= set(line):
            raise AuditError(
                f"{FACTS} in {folder} has not the columns of a report's figures in row {number}: it is of another version. {GIVE}"
            )
        try:
            float(line["value"] or 0)
        except ValueError as error:
            raise AuditError(
                f"{FACTS} in {folder} has no number in the column value of row {number}. {GIVE}"
            ) from error
    return tuple({name: re.sub(r"\A'(?=[=+\-@\t\r])", "", cell) for name, cell in line.items()} for line in lines)
