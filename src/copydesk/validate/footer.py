"""What the footer of a Parquet file states beside its columns: it must be true, and no more than
Arrow writes for the rows.
"""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.validate.faults import Fault, show
from copydesk.validate.thrift import Path, Reader

_COMPARED: Final = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_signed_integer),
    *(pa.types.is_float32, pa.types.is_float64, pa.types.is_boolean),
)
_WRITER: Final = re.compile(r"parquet-cpp-arrow version \d+(\.\d+){2}(\.dev\d+|a\d+|rc\d+)?")
_NUMBERED: Final = re.compile(r" field_id=-?\d+")
_SCHEMA: Final = b"ARROW:schema"
_TAIL: Final = 8
"""Bytes behind a footer: its length, and the mark of the format."""

_KEY: Final = (5, 1)
_FIELDS: Final[dict[Path, frozenset[int]]] = {
    (): frozenset(range(1, 8)),
    (2,): frozenset(range(1, 11)),
    (2, 10): frozenset(range(1, 19)),
    **{(2, 10, kind): frozenset({1, 2}) for kind in (5, 7, 8, 10)},
    **{(2, 10, kind, 2): frozenset({1, 2, 3}) for kind in (7, 8)},
    (4,): frozenset({1, 2, 3, 5, 6, 7}),
    (4, 1): frozenset({2, 3}),
    (4, 1, 3): frozenset({1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 16}),
    (4, 1, 3, 12): frozenset(range(1, 9)),
    (4, 1, 3, 13): frozenset({1, 2, 3}),
    (4, 1, 3, 16): frozenset({1, 2, 3}),
    (5,): frozenset({1, 2}),
    (7,): frozenset({1, 2}),
}
"""Fields that Arrow writes for a table, by the struct that they are in; see parquet.thrift.

Left out are encryption, orders of rows, and, for a column's part of a file: another file, indexes
of pages, metadata, and filters.
"""


def faults(
    data: bytes, file: pq.ParquetFile, table: pa.Table, name: str, *, ours: bool
) -> Iterator[Fault]:
    """What is wrong with a footer.

    Args:
        data: the file's bytes.
        table: its rows, as they were read.
        name: the file's name, for the faults.
        ours: whether it must be one that copydesk wrote; other writers state other things.
    """
    metadata = file.metadata
    rows = sum(metadata.row_group(n).num_rows for n in range(metadata.num_row_groups))
    if not metadata.num_rows == rows == table.num_rows:
        message = f"The footer states {metadata.num_rows:,} rows; the file has {table.num_rows:,}."
        yield Fault(rule="parquet-unreadable", message=message, file=name)
    for message in _false(metadata, table, exactly=ours):
        yield Fault(rule="parquet-unreadable", message=message, file=name)
    if not ours:
        return
    for message in _more(data, metadata):
        yield Fault(rule="column-unexpected", message=message, file=name)
    if not _plainly_typed(file):
        message = "The stored types are not those that Arrow stores for these columns."
        yield Fault(rule="column-type", message=message, file=name)


def _more(data: bytes, metadata: pq.FileMetaData) -> Iterator[str]:
    """What a footer holds that Arrow would not write for a table, and that no reader shows."""
    start = len(data) - _TAIL - int.from_bytes(data[-_TAIL:-4], "little")
    footer = Reader(data[start:-_TAIL])
    fields = Counter(path for path, _ in footer.fields())
    for path in fields:
        *inside, number = path
        if number not in _FIELDS.get(tuple(inside), ()):
            which = ".".join(map(str, path))
            yield f"The footer has field {which} of the format, which no table of ours has."
    if beyond := len(footer.data) - footer.at:
        yield f"{beyond:,} bytes of the footer belong to none of its fields."
    if not _WRITER.fullmatch(metadata.created_by or ""):
        yield f"The footer says that '{show(metadata.created_by)}' wrote the file, not Arrow."
    if fields[_KEY] > len(metadata.metadata or {}):
        yield "The metadata of the file has a key twice."
    stored = (metadata.metadata or {}).get(_SCHEMA)
    if stored is None:
        return
    reader = pa.BufferReader(base64.b64decode(stored))
    inner = pa.ipc.read_schema(reader)
    if beyond := reader.size() - reader.tell():
        yield f"{beyond:,} bytes follow the schema of Arrow in the footer."
    for key, value in (inner.metadata or {}).items():
        if (metadata.metadata or {}).get(key) != value:
            yield f"The schema of Arrow has metadata of its own: {show(key)}."


def _plainly_typed(file: pq.ParquetFile) -> bool:
    """Whether a reader without Arrow sees the types that Arrow would store."""
    plain = io.BytesIO()
    try:
        pq.write_table(file.schema_arrow.empty_table(), plain)
    except pa.ArrowException:
        return True  # no type of ours; the rule of the columns' types names it
    return _types(pq.ParquetFile(plain)) == _types(file)


def _types(file: pq.ParquetFile) -> str:
    # Older versions of Arrow numbered columns themselves.
    return _NUMBERED.sub("", str(file.schema).partition("\n")[2])


def _false(metadata: pq.FileMetaData, table: pa.Table, *, exactly: bool) -> Iterator[str]:
    """Statements that would make a reader who filters pass over rows, as sentences."""
    start = 0
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).sorting_columns:
            yield "The footer states an order of the rows: a reader that trusts it may miss some."
        rows = table.slice(start, metadata.row_group(group).num_rows)
        start += rows.num_rows
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            column = chunk.path_in_schema
            if column not in table.schema.names or not rows.num_rows:
                continue
            if not _true(chunk.statistics, rows.column(column), exactly):
                yield (
                    f"The statistics of the column '{show(column)}' are not those of its values: "
                    "whoever filters by them would miss rows."
                )


def _true(stated: Any, values: pa.ChunkedArray, exactly: bool) -> bool:
    """Whether statistics are those of some values, or with not ``exactly`` no narrower ones."""
    if stated is None:
        return True
    if stated.has_null_count and stated.null_count != values.null_count:
        return False
    if stated.has_distinct_count and stated.distinct_count != pc.count_distinct(values).as_py():
        return False
    bounds = _bounds(values) if stated.has_min_max else None
    if bounds is None or bounds == (stated.min_raw, stated.max_raw):
        return True
    return not exactly and stated.min_raw <= bounds[0] and bounds[1] <= stated.max_raw


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
