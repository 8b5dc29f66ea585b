"""Untrusted Parquet: its size is estimated before it is decoded by pyarrow.

polars ends the whole process on some damaged files; pyarrow raises.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.validate.faults import Fault, FaultError, show

MAX_RATIO: Final = 100
"""A table of more than `FREE_BYTES` in memory may be this many times its file's size."""

FREE_BYTES: Final = 1 << 30

_MARKS: Final = 12
"""Bytes of a file that begin it, end it, and give the length of its footer."""

_WIDTHS: Final = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}
_COMPARED: Final = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_signed_integer),
    *(pa.types.is_float32, pa.types.is_float64, pa.types.is_boolean),
)
_SHARING: Final = {"DELTA_BYTE_ARRAY"}
_DICTIONARY: Final = {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}


def read_parquet(
    data: bytes, name: str, *, free: int = FREE_BYTES
) -> tuple[pl.DataFrame, pa.Schema]:
    """The rows of a file and its Arrow schema, metadata included.

    Args:
        free: bytes that any file may fill in memory, however small it is.

    Raises:
        FaultError: it is not a Parquet file, is damaged, or would expand out of all proportion.
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
        _refuse_false_statistics(file.metadata, table, name)
        _refuse_hidden_entries(file.metadata, data, name)
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


def _refuse_false_statistics(metadata: pq.FileMetaData, table: pa.Table, name: str) -> None:
    """Refuse a file whose footer would make a reader that filters pass over rows.

    Raises:
        FaultError: a value lies outside the least and the greatest that the footer states, or the
            footer states an order of the rows, which no file of ours does.
    """
    start = 0
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).sorting_columns:
            message = (
                "The footer states an order of the rows: a reader that trusts it may miss some."
            )
            raise FaultError(Fault(rule="parquet-unreadable", message=message, file=name))
        rows = table.slice(start, metadata.row_group(group).num_rows)
        start += rows.num_rows
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            stated = chunk.statistics
            column = chunk.path_in_schema
            if stated is None or column not in table.schema.names or not rows.num_rows:
                continue
            values = rows.column(column)
            hides = stated.has_null_count and stated.null_count != values.null_count
            if stated.has_min_max and (bounds := _bounds(values)):
                hides |= bounds[0] < stated.min_raw or bounds[1] > stated.max_raw
            if hides:
                message = (
                    f"The statistics of the column '{show(column)}' are not those of its values: "
                    "whoever filters by them would miss rows."
                )
                raise FaultError(Fault(rule="parquet-unreadable", message=message, file=name))


def _refuse_hidden_entries(metadata: pq.FileMetaData, data: bytes, name: str) -> None:
    """Refuse a file that has strings in a dictionary which none of its rows has.

    They are published, compressed, although no reader shows them.

    Raises:
        FaultError: there is such a string.
    """
    groups = range(metadata.num_row_groups)
    chunks = [metadata.row_group(g).column(n) for g in groups for n in range(metadata.num_columns)]
    columns = dict.fromkeys(
        chunk.path_in_schema
        for chunk in chunks
        if chunk.physical_type == "BYTE_ARRAY" and _DICTIONARY & set(chunk.encodings)
    )
    if not columns:
        return
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=list(columns))
    for group in groups:
        for column in columns:
            rows = file.read_row_group(group, columns=[column]).column(0)
            found = [part for chunk in rows.chunks for part in _dictionaries(chunk)]
            if all(_all_used(part) for part in found):
                continue
            used = {value.as_py() for part in found for value in part.unique()}
            if any(value.as_py() not in used for part in found for value in part.dictionary):
                message = f"The column '{show(column)}' stores strings that none of its rows has."
                raise FaultError(Fault(rule="column-unexpected", message=message, file=name))


def _all_used(column: pa.DictionaryArray) -> bool:
    return len(pc.unique(column.indices.drop_null())) >= len(column.dictionary)


def _dictionaries(column: pa.Array) -> list[pa.DictionaryArray]:
    """The dictionaries in an array with what refers to them, nested ones too."""
    kind = column.type
    if isinstance(column, pa.DictionaryArray):
        return [column]
    if pa.types.is_struct(kind):
        return [d for n in range(kind.num_fields) for d in _dictionaries(column.field(n))]
    if pa.types.is_nested(kind) and hasattr(column, "values"):
        return _dictionaries(column.values)
    return []


def _bounds(values: pa.ChunkedArray) -> tuple[Any, Any] | None:
    """The least and the greatest value of a column, as a footer writes them; None if it has none.

    Types that no table of ours has are left to the rule of the columns' types.
    """
    kind = values.type
    if pa.types.is_timestamp(kind):
        values = values.cast(pa.int64())
    elif not any(of(kind) for of in _COMPARED):
        return None
    found = pc.min_max(values)
    least, most = found["min"].as_py(), found["max"].as_py()
    if isinstance(least, str):
        return least.encode(), most.encode()
    return None if least is None else (least, most)


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
