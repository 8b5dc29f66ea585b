"""Untrusted Parquet: its size is estimated before it is decoded by pyarrow.

polars ends the whole process on some damaged files; pyarrow raises.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.validate import footer
from copydesk.validate.dictionaries import WIDTHS, hidden
from copydesk.validate.faults import Fault, FaultError, show

MAX_RATIO: Final = 100
"""A table of more than `FREE_BYTES` in memory may be this many times its file's size."""

FREE_BYTES: Final = 1 << 30

_MARKS: Final = 12
"""Bytes of a file that begin it, end it, and give the length of its footer."""

_WIDTHS: Final = {"BOOLEAN": 1, **WIDTHS}
"""Bytes of a value in memory, by its physical type."""
_DICTIONARY: Final = {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}
_SHARING: Final = {"DELTA_BYTE_ARRAY"}


def read_parquet(
    data: bytes, name: str, *, free: int = FREE_BYTES, ours: bool = False
) -> tuple[pl.DataFrame, pa.Schema]:
    """The rows of a file and its Arrow schema, metadata included.

    Args:
        free: bytes that any file may fill in memory, however small it is.
        ours: whether it must be written as copydesk writes tables, with nothing beside them.

    Raises:
        FaultError: it is not a Parquet file, is damaged, would expand out of all proportion, or
            holds or states what none of its rows does.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        size = _expanded(file, data)
        if size > max(free, MAX_RATIO * len(data)):
            raise FaultError(_too_large(name, len(data), size))
        twice = [n for n, count in Counter(file.schema_arrow.names).items() if count > 1]
        if twice:
            message = f"The column '{show(twice[0])}' occurs in this file more than once."
            raise FaultError(Fault(rule="column-unexpected", message=message, file=name))
        table = file.read()
        table.validate(full=True)
        for fault in itertools.chain(
            footer.faults(data, file, table, name, ours=ours), hidden(file, data, table, name)
        ):
            raise FaultError(fault)
        schema = table.schema
        frame = pl.from_arrow(table.replace_schema_metadata(None), rechunk=False)
    except (FaultError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # pyarrow raises many kinds; polars' panic is not an Exception
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else "no memory"
        message = f"This is not a Parquet file that can be read: {reason[:200]}."
        raise FaultError(Fault(rule="parquet-unreadable", message=message, file=name)) from error
    assert isinstance(frame, pl.DataFrame)
    return frame, schema


def idle(data: bytes) -> int:
    """How many bytes of a file belong to no column and no footer: they are published, but never
    read.

    Files that Arrow writes have none; negative if columns share bytes.
    """
    metadata = pq.read_metadata(pa.BufferReader(data))
    used = _MARKS + int.from_bytes(data[-8:-4], "little")
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            used += metadata.row_group(group).column(index).total_compressed_size
    return len(data) - used


def _expanded(file: pq.ParquetFile, data: bytes) -> int:
    """An upper bound of the bytes that the file's values fill in memory, without decoding them.

    A dictionary of one long text and a million references to it takes a few bytes on disk; its
    longest entry is read to see what each reference stands for.
    """
    total = 0
    metadata = file.metadata
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            width = _WIDTHS.get(chunk.physical_type)
            if width is not None:
                total += chunk.num_values * width
                continue
            total += chunk.total_uncompressed_size + 8 * chunk.num_values
            if set(chunk.encodings) & _SHARING:  # a value may repeat most of the one before
                total += chunk.num_values * chunk.total_uncompressed_size
            elif _DICTIONARY & set(chunk.encodings):
                total += chunk.num_values * _longest(data, group, chunk)
    return total


def _longest(data: bytes, group: int, chunk: pq.ColumnChunkMetaData) -> int:
    """The length of the longest entry of a column chunk's dictionary, if it could matter."""
    if chunk.num_values * chunk.total_uncompressed_size <= FREE_BYTES // 8:
        return int(chunk.total_uncompressed_size)
    name = chunk.path_in_schema
    reader = pq.ParquetFile(pa.BufferReader(data), read_dictionary=[name])
    for batch in reader.iter_batches(batch_size=1, row_groups=[group], columns=[name]):
        return _longest_entry(batch.column(0))
    return 0


def _longest_entry(column: pa.Array) -> int:
    """The length in bytes of the longest entry of the dictionaries in an array, nested ones too."""
    kind = column.type
    if isinstance(column, pa.DictionaryArray):
        lengths = pc.binary_length(column.dictionary) if len(column.dictionary) else None
        return int(pc.max(lengths).as_py() or 0) if lengths is not None else 0
    if pa.types.is_struct(kind):
        return max((_longest_entry(column.field(n)) for n in range(kind.num_fields)), default=0)
    if pa.types.is_nested(kind) and hasattr(column, "values"):
        return _longest_entry(column.values)
    return 0


def _too_large(name: str, size: int, expanded: int) -> Fault:
    message = (
        f"This file of {size:,} bytes expands to as much as {expanded:,} bytes; it was not read."
    )
    return Fault(rule="parquet-too-large", message=message, file=name)
