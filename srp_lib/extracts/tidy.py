"""Tidy tables of several files put together: repeated text as categories that are shared and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def join(tables: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """All files' rows in one table: dictionaries shared and sorted, so bytes don't vary."""
    import pyarrow as pa

    if not tables:
        return schema.empty_table()
    joined = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    for position, field in enumerate(joined.schema):
        if pa.types.is_dictionary(field.type):
            joined = joined.set_column(position, field, _sorted(joined.column(position)))
    return joined


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column of a table as one array."""
    import pyarrow as pa

    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def category() -> pa.DataType:
    """The type of repeated text."""
    import pyarrow as pa

    return pa.dictionary(pa.int32(), pa.string())


def repeated(word: str, times: int) -> pa.Array:
    """One word for every row, as a category."""
    import pyarrow as pa

    zeros = pa.repeat(pa.scalar(0, pa.int32()), times)
    return pa.DictionaryArray.from_arrays(zeros, pa.array([word], pa.string()))


def _sorted(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = one_array(column)
    order = pc.sort_indices(coded.dictionary)
    rank = pc.sort_indices(order).cast(pa.int32())
    return pa.DictionaryArray.from_arrays(rank.take(coded.indices), coded.dictionary.take(order))
