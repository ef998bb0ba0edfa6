"""Processed extracts on disk: a parquet and a sidecar each, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib.files import write_json, write_whole

from .model import Extract, ExtractError, Fact, Intake
from .registry import PARTNER, REGISTRY

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

INDEX = "intake.json"
FILE_COLUMNS: dict[str, Fact] = {
    "path": "",
    "sha256": "",
    "bytes": 0,
    "rows": 0,
    "first_month": "",
    "last_month": "",
    "vintage": "",
    "synthetic": False,
    "open_end": False,
    "fault": "none",
    "problem": "",
}
STREET_COLUMNS: dict[str, Fact] = {
    "columns": "",
    "name_month": "",
    "folder_month": "",
    "inner_months": "",
    "force": "",
}
PARTNER_COLUMNS: dict[str, Fact] = {"inner_months": "", "extra_columns": "", "blank_columns": ""}


def write_extract(
    processed: Path, name: str, key: str, files: Sequence[Mapping[str, Fact]], table: pa.Table
) -> Extract:
    """Write one extract's parquet and sidecar and return it.

    The old sidecar goes first, so that a run cut short never leaves a key beside other rows.
    """
    sidecar = _sidecar(processed, name)
    sidecar.unlink(missing_ok=True)
    parquet = processed / f"{name}.parquet"
    write_whole(parquet, lambda path: _write_parquet(table, path))
    write_json(sidecar, {"name": name, "key": key, "files": [dict(file) for file in files]})
    return Extract(name, key, _files_frame(name, files), parquet)


def read_extract(processed: Path, name: str) -> Extract | None:
    """The extract as last written, or None where it isn't there whole."""
    parquet = processed / f"{name}.parquet"
    record = _read_json(_sidecar(processed, name))
    if not isinstance(record, dict) or not parquet.is_file():
        return None
    try:
        return Extract(name, record["key"], _files_frame(name, record["files"]), parquet)
    except (KeyError, TypeError, ValueError):
        return None


def remove_extract(processed: Path, name: str) -> None:
    """Remove what an extract left that is no longer supplied."""
    _sidecar(processed, name).unlink(missing_ok=True)
    (processed / f"{name}.parquet").unlink(missing_ok=True)


def write_index(processed: Path, key: str, intake: Intake) -> None:
    """Record which extracts and ignored files a run found, under the key of all its inputs.

    Under the key "" the record serves `load` alone, and the next run reads again.
    """
    keys = {name: extract.key for name, extract in intake.extracts.items()}
    write_json(processed / INDEX, {"key": key, "extracts": keys, "ignored": intake.ignored})


def read_index(processed: Path, key: str | None = None) -> Intake | None:
    """The last run's intake, or None when absent, broken or of another key."""
    index = _read_json(processed / INDEX)
    if not isinstance(index, dict) or key not in (None, index.get("key")):
        return None
    try:
        keys: dict[str, str] = dict(index["extracts"])
        ignored = [(str(path), str(reason)) for path, reason in index["ignored"]]
        found: dict[str, Extract] = {}
        for name in sorted(keys, key=list(REGISTRY).index):
            extract = read_extract(processed, name)
            if extract is None or extract.key != keys[name]:
                return None
            found[name] = extract
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return Intake(found, ignored)


def read_frame(parquet: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A parquet as a frame: text as str, repeated text as category, gaps in counts as Int64.

    All columns, or the named ones in the order given. Raises ExtractError when the file is
    missing or damaged.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(parquet) as opened:
            table = opened.read(columns=None if columns is None else list(columns))
    except (OSError, pa.ArrowInvalid):
        raise ExtractError(
            f"The processed file {parquet.name} is missing or damaged: run the audit again with --force."
        ) from None
    gaps = [field.name for field in table.schema if pa.types.is_integer(field.type) and field.nullable]
    frame = table.drop_columns(gaps).to_pandas()
    if gaps:
        whole = table.select(gaps).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        frame = pd.concat([frame, whole], axis=1)
    return frame[table.column_names if columns is None else list(columns)]


def _sidecar(processed: Path, name: str) -> Path:
    return processed / f"{name}.files.json"


def _files_frame(name: str, files: Sequence[Mapping[str, Fact]]) -> pd.DataFrame:
    import pandas as pd

    defaults = FILE_COLUMNS | (STREET_COLUMNS if name == "street_crime" else {})
    defaults |= PARTNER_COLUMNS if name in PARTNER else {}
    return pd.DataFrame({column: [file.get(column, default) for file in files] for column, default in defaults.items()})


def _write_parquet(table: pa.Table, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    categories = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    # one row group and a large dictionary page, so that categories keep their sorted order
    pq.write_table(
        table,
        path,
        compression="lz4",
        use_dictionary=categories,
        row_group_size=max(table.num_rows, 1),
        dictionary_pagesize_limit=64 << 20,
    )


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError):
        return None
