"""Read the raw folder into processed extracts, and do again only what changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib.files import bytes_digest

from . import (
    boundaries,
    lookups,
    partner,
    population,
    recorded_crime,
    risk_scale,
    store,
    street,
    text,
    tidy,
    ward_groups,
)
from .files import RawFolder, list_files
from .model import Extract, Fact, FaultError, Intake, RawFile, Reading
from .partner_schema import TABLE
from .recognise import TABLES, UNKNOWN, by_name, recognise
from .registry import PARTNER, REGISTRY

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_PLACING = ("lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward")
# tables whose last line should have an end: a file without one may have been cut off
ENDED = tuple(name for name in REGISTRY if name not in ("population", "boundaries", "risk_scale"))
READING, STORING = "Reading files", "Storing extracts"
# called with a step, how many are done and how many there are
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Outcome:
    """One file after reading: its extract ("" when unused), its record and its rows."""

    extract: str
    record: dict[str, Fact]
    table: pa.Table | None = None
    reason: str = ""
    passing: bool = False


def read_all(
    raw: Path,
    processed: Path,
    force: bool = False,
    progress: Progress | None = None,
    files: Sequence[RawFile] | None = None,
) -> Intake:
    """Find, read and store every extract under `raw`; unchanged inputs are not read again.

    Writes `<extract>.parquet` and `<extract>.files.json` to `processed`. A file that can't be
    read, or that isn't any more what `files` says, is recorded with its fault and gives no rows;
    nothing is raised for it. `files` is what `list_files(raw)` gave, for a caller who has it.
    `progress` is called from the caller's thread, with `READING` after each file and with
    `STORING` after each extract, and not at all where nothing has changed.
    Raises ExtractError when `raw` isn't a folder.
    """
    raw, processed, tell = Path(raw), Path(processed), progress or _silent
    files = list_files(raw) if files is None else files
    processed.mkdir(parents=True, exist_ok=True)
    code = _code_hash()
    whole = _digest([code, [(file.path, file.sha256, file.fault) for file in files]])
    if not force and (kept := store.read_index(processed, whole)):
        return kept
    outcomes = _read_files(raw, files, tell)
    intake = _store_all(processed, outcomes, code, force, tell)
    for name in REGISTRY:
        if name not in intake.extracts:
            store.remove_extract(processed, name)
    passing = any(outcome.passing for outcome in outcomes)
    store.write_index(processed, "" if passing else whole, intake)
    return intake


def load(processed: Path) -> Intake:
    """What `read_all` last stored in `processed`; no extracts where nothing is stored."""
    return store.read_index(Path(processed)) or Intake({}, [])


def _silent(step: str, done: int, total: int) -> None:
    """No progress is shown."""


def _read_files(raw: Path, files: Sequence[RawFile], tell: Progress) -> list[_Outcome]:
    containers = {file.container for file in files}
    wanted = [file for file in files if file.path not in containers]
    outcomes: list[_Outcome] = []
    with RawFolder(raw) as folder:
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            for outcome in pool.map(lambda file: _read_file(folder, file), wanted):
                outcomes.append(outcome)
                tell(READING, len(outcomes), len(wanted))
    return outcomes


def _read_file(folder: RawFolder, file: RawFile) -> _Outcome:
    record: dict[str, Fact] = {
        "path": file.path,
        "sha256": file.sha256,
        "bytes": file.bytes,
    }
    try:
        data = folder.read(file)
        found = recognise(data, file)
    except FaultError as fault:
        extract = by_name(file)
        return _Outcome(extract, record | _fault(file, fault, extract), None, f"it {fault.sentence}", fault.passing)
    if not found.extract or found.read is None:
        return _Outcome("", record, reason=found.reason or UNKNOWN)
    try:
        reading = found.read()
    except FaultError as fault:
        return _Outcome(found.extract, record | _fault(file, fault, found.extract))
    if reading is None:
        return _Outcome("", record, reason=UNKNOWN)
    record["open_end"] = found.extract in ENDED and text.open_end(data)
    return _good(found.extract, record, reading)


def _good(extract: str, record: dict[str, Fact], reading: Reading) -> _Outcome:
    facts = {**reading.facts, "rows": reading.table.num_rows}
    return _Outcome(extract, {**store.FILE_COLUMNS, **record, **facts}, reading.table)


def _fault(file: RawFile, fault: FaultError, extract: str) -> dict[str, Fact]:
    names = street.name_facts(file) if extract == "street_crime" else {}
    sentence = _remedy(fault.sentence, extract)
    return {**names, "rows": 0, "fault": fault.kind, "problem": f"{file.path} {sentence}"}


def _remedy(sentence: str, extract: str) -> str:
    """A reader's sentence with the remedy of who made the file."""
    if extract in ("ward_groups", "risk_scale"):
        return ward_groups.remedy(sentence)
    return partner.remedy(sentence) if extract in PARTNER else sentence


def _store_all(processed: Path, outcomes: Sequence[_Outcome], code: str, force: bool, tell: Progress) -> Intake:
    by_extract: dict[str, list[_Outcome]] = {}
    for outcome in outcomes:
        by_extract.setdefault(outcome.extract, []).append(outcome)
    extracts: dict[str, Extract] = {}
    # street-level rows are placed by the lookups, so they come last
    found = [name for name in REGISTRY if name in by_extract]
    for name in sorted(found, key=lambda name: name == "street_crime"):
        extracts[name] = _store_one(processed, name, by_extract[name], code, extracts, force)
        tell(STORING, len(extracts), len(found))
    ignored = [(outcome.record["path"], outcome.reason) for outcome in by_extract.get("", [])]
    return Intake({name: extracts[name] for name in found}, ignored)


def _store_one(
    processed: Path,
    name: str,
    outcomes: Sequence[_Outcome],
    code: str,
    done: Mapping[str, Extract],
    force: bool,
) -> Extract:
    placing = [done[lookup].key for lookup in _PLACING if lookup in done]
    inputs = [(outcome.record["path"], outcome.record["sha256"], outcome.record.get("fault")) for outcome in outcomes]
    key = _digest([name, code, inputs, placing if name == "street_crime" else []])
    kept = None if force else store.read_extract(processed, name)
    if kept and kept.key == key:
        return kept
    records = [outcome.record for outcome in outcomes]
    tables = [outcome.table for outcome in outcomes if outcome.table is not None]
    if name == "street_crime":
        table = _placed(street.join(tables), done)
        records = _with_vintages(records, table)
    elif name in PARTNER:
        table = tidy.join(tables, partner.schema(name))
    else:
        table = _joined(name, tables)
    return store.write_extract(processed, name, key, records, table)


def _joined(name: str, tables: Sequence[pa.Table]) -> pa.Table:
    import pyarrow as pa

    schemas = {
        "population": population.schema,
        "boundaries": boundaries.schema,
        "recorded_crime_csp": recorded_crime.schema,
        "risk_scale": risk_scale.schema,
        **{table: module.schema for table, module in TABLES.items()},
    }
    schema = schemas[name]() if name in schemas else lookups.schema(name)
    return pa.concat_tables([schema.empty_table(), *(table.cast(schema) for table in tables)])


def _placed(table: pa.Table, done: Mapping[str, Extract]) -> pa.Table:
    from ..geography import place

    found = {name: done[name].frame() for name in _PLACING if name in done}
    keys = table.select(["lsoa_code", "month"]).to_pandas()
    placed = place(keys["lsoa_code"], keys["month"], found)
    for name in street.PLACED:
        table = table.append_column(name, _arrow(placed[name]))
    return table


def _arrow(column: pd.Series) -> pa.Array:
    """A placed column; categories stay text even when there are none."""
    import pyarrow as pa

    if column.dtype == bool:
        return pa.array(column.to_numpy())
    codes = column.cat.codes.to_numpy()
    words = pa.array(list(column.cat.categories), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=codes < 0), words)


def _with_vintages(records: Sequence[dict[str, Fact]], table: pa.Table) -> list[dict[str, Fact]]:
    pairs = table.group_by(["file", "vintage"]).aggregate([]).to_pylist()
    held: dict[str, set[str]] = {}
    for pair in pairs:
        if pair["vintage"]:
            held.setdefault(pair["file"], set()).add(pair["vintage"])
    return [{**record, "vintage": ";".join(sorted(held.get(record["path"], ())))} for record in records]


def _digest(content: Sequence[object]) -> str:
    return bytes_digest(json.dumps(content, ensure_ascii=True).encode())


def _code_hash() -> str:
    """The hash of the source that decides what is read, so that a changed reader reads again."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    shared = (here.parent / name for name in ("files.py", "geography.py", "periods.py"))
    for path in [*sorted(here.glob("*.py")), *shared, TABLE]:
        # line ends differ between checkouts of the same code
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
