"""Put the synthetic files in a folder, the same bytes every time, and know them again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib.errors import AuditError
from srp_lib.files import is_noise, write_json

if TYPE_CHECKING:
    from .geography import Table

STAMP = ".sample.json"
OFFENCE_CODES = Path(__file__).parent.parent / "codelists" / "offence_codes.csv"
OBJECTIVE_AREAS = OFFENCE_CODES.with_name("objective_areas.csv")
NOTE = "README.txt"  # the sample's own, which would replace another of that name

README = """\
SYNTHETIC DATA

Every file in this folder was made by a program from a fixed seed ({seed}). No file is a copy of a
real one. The rows are about nobody: no crime, incident, place of crime, resident or household in
them exists. Nothing here says anything about Rotherham or any other place.

Names and codes of real areas are used, because they are facts, and the borough's published
population totals. Which small area lies in which ward, the boundaries, and all other numbers are
made up. Rotherham has about as many rows as in reality; its neighbours have only a few of theirs.
November 2018 is left out on purpose. Small areas have their 2011 codes to September 2021 and their
2021 codes from October 2021.

Where there is crime was drawn by chance: which wards and small areas have more of it than others,
the hot spots that stay, the two that emerge and the two that cool, and the wards that change. How
deprived a small area is follows that loosely. Which small areas are rural, which authorities are
most alike, and which wards are in which policing locality and former Area Assembly is made up too:
the names of the groups are real, and what is in them is not. Ranks of deprivation are out of all of
England, though only the small areas of this sample are there.

Table C2 and the population have {authorities} local authorities of {forces} police forces. Which belongs to
which is a fact. Every number of theirs is invented, but for Rotherham's published populations. That
one force is marked as not comparable says nothing about that force.

The partners' extracts (offences, victims, suspects, anti-social behaviour, missing children, fires
and services, April 2019 to December 2021) are made so that an audit of 2020-21 finds the figures
that the partnership printed about that year. The records behind those figures are invented, and so
is everything else in them: they confirm that the audit counts as it says, and nothing about people.

The surveys, calls to 101, consultation, indicators, actions, scores of risk and weights of harm are
invented too. What the partnership or its forerunner printed is in them as printed: the indicators
of 2010/11 with their baselines and targets, and five shares of the surveys. The scale of risk is an
example, the weights of harm are those of no published index, and no partner gave any of the scores.

Each file says that it is synthetic: the Context column of the street-level files, a row above the
table in the workbooks and table C2, a column named SYNTHETIC in the other CSV files, a member
"synthetic" in the boundaries, and a key of that name in risk_scale.toml. Synthetic and real files
can't be mixed in one audit.

Use them for tests and for demonstration, never for a decision.
"""


class SampleError(AuditError):
    """The sample can't be written where it was asked for; the sentence says why and what to do."""


def generator_hash() -> str:
    """SHA-256 of the generator: its source, whatever its line ends, its code lists, and the workbook writer."""
    from importlib.metadata import version

    digest = hashlib.sha256(version("xlsxwriter").encode())
    for source in (*sorted(Path(__file__).parent.glob("*.py")), OFFENCE_CODES, OBJECTIVE_AREAS):
        digest.update(source.name.encode() + source.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def store(workbook: bytes) -> bytes:
    """An xlsx whose bytes don't depend on the machine: no compression, no times, no system mark."""
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 0
            new.writestr(member, old.read(name))
    return target.getvalue()


def _table_bytes(table: Table) -> bytes:
    """A lookup or small-area table as CSV; a value with a comma is quoted."""
    lines = [",".join(f'"{value}"' if "," in value else value for value in row) for row in (table.header, *table.rows)]
    start = "\ufeff" if table.mark else ""
    return (start + table.line_end.join([*lines, ""])).encode("utf-8")


def _readme(seed: int) -> str:
    from .authorities import authorities

    forces = {authority.pfa for authority in authorities()}
    return README.format(seed=seed, authorities=len(authorities()), forces=len(forces))


def contents(seed: int) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every file of the sample."""
    from . import deprivation, geography, groupings, neighbours, partner, population, recorded_crime, street
    from .counts import counts

    numbers = counts(seed)
    yield NOTE, _readme(seed).encode("utf-8")
    for path, text in street.street_files(numbers, seed):
        yield path, text.encode("utf-8")
    for name, book in population.workbooks().items():
        yield f"population/{name}", store(book)
    for name, table in population.small_areas(seed).items():
        yield f"population/{name}", _table_bytes(table)
    for name, table in geography.lookups().items():
        yield f"geography/{name}", _table_bytes(table)
    for folder, tables in (("deprivation", deprivation), ("neighbours", neighbours)):
        for name, table in tables.tables(seed).items():
            yield f"{folder}/{name}", _table_bytes(table)
    yield "ward_groups/ward_groups_synthetic.csv", _table_bytes(groupings.ward_groups())
    yield "rural_urban/LSOA21_RUC21_synthetic.csv", _table_bytes(groupings.rural_urban(seed))
    for name, text in geography.boundaries(seed).items():
        yield f"boundaries/{name}", text.encode("utf-8")
    c2 = recorded_crime.table_c2(numbers, seed)
    yield "csp_tables/tableC2_csp_ye_march2021_synthetic.csv", c2.encode("utf-8")
    yield from partner.files(numbers, seed)


def _present(folder: Path) -> dict[str, int]:
    """Size of every file in `folder` that may belong to a sample, by path with forward slashes."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and (_is_note(path) or not is_noise(path.name))
    }


def _is_note(path: Path) -> bool:
    # some systems hold Readme.txt and README.txt to be one file
    return path.name.lower() == NOTE.lower()


def _is_ours(path: Path) -> bool:
    return _is_note(path) or path.name == STAMP


def _stamp(folder: Path) -> dict[str, Any]:
    """What an earlier run noted about the sample in `folder`; empty when there is no such note."""
    try:
        found = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("files"), dict) else {}


def is_current(folder: Path, seed: int) -> bool:
    """Whether `folder` holds the whole sample of `seed`, by this generator, and nothing else.

    Names and sizes of the files are compared with the note that was written last; no file is read.
    """
    stamp = _stamp(folder)
    if stamp.get("seed") != seed or stamp.get("generator") != generator_hash():
        return False
    return _present(folder) == stamp["files"]


def _refuse_foreign_files(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SampleError(f"{folder} is a file. Name a folder for the synthetic sample.")
    foreign = sorted(set(_present(folder)) - set(_stamp(folder).get("files", {})))
    if foreign:
        raise SampleError(
            f"{folder} holds {len(foreign)} file(s) that the synthetic sample did not write, "
            f"{foreign[0]} among them. Name an empty folder for the sample, so that synthetic and "
            "other extracts never mix."
        )


def _check_seed(seed: int) -> None:
    if seed < 0:
        raise SampleError(f"The seed is {seed}. Give a whole number of 0 or more.")


def write_into(folder: Path, seed: int) -> list[Path]:
    """Write the sample's files and, last, its stamp into `folder`; the files' paths in order.

    Files of an earlier sample that this one lacks are removed: another version may have had others.
    """
    _check_seed(seed)
    _refuse_foreign_files(folder)
    old = set(_stamp(folder).get("files", {})) & set(_present(folder))
    (folder / STAMP).unlink(missing_ok=True)
    sizes: dict[str, int] = {}
    for path, data in contents(seed):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        sizes[path] = len(data)
    for path in old - set(sizes):
        (folder / path).unlink(missing_ok=True)
    write_json(folder / STAMP, {"seed": seed, "generator": generator_hash(), "files": sizes})
    return [folder / path for path in sorted(sizes)]


def replace_with_new(folder: Path, seed: int) -> None:
    """Write the sample beside `folder` and move it into place, so that no half sample is seen."""
    _check_seed(seed)
    _refuse_foreign_files(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write_into(beside / "new", seed)
        for path in folder.glob("*"):
            if path.is_file() and is_noise(path.name) and not _is_ours(path):
                shutil.copy2(path, beside / "new" / path.name)
        if folder.exists():
            os.replace(folder, beside / "old")
        try:
            os.replace(beside / "new", folder)
        except OSError:
            # Another run may have put its own in place first; the same one serves both.
            if not is_current(folder, seed):
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
