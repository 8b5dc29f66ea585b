"""Values in a dictionary of Parquet that no row has: they are published, compressed, although no
reader shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.validate.faults import Fault, show
from copydesk.validate.thrift import Reader

DICTIONARY: Final = {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}
WIDTHS: Final = {"INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}
"""Bytes of a number, by its physical type."""


def hidden(file: pq.ParquetFile, data: bytes, table: pa.Table, name: str) -> Iterator[Fault]:
    """Faults for the columns whose dictionaries hold more than the values of their rows.

    Args:
        data: the file's bytes.
        table: its rows, as they were read.
        name: the file's name, for the faults.
    """
    for column in (*_strings(file.metadata, data), *_numbers(file.metadata, data, table)):
        message = f"The column '{show(column)}' stores values that none of its rows has."
        yield Fault(rule="column-unexpected", message=message, file=name)


def _strings(metadata: pq.FileMetaData, data: bytes) -> Iterator[str]:
    groups = range(metadata.num_row_groups)
    chunks = [metadata.row_group(g).column(n) for g in groups for n in range(metadata.num_columns)]
    columns = dict.fromkeys(
        chunk.path_in_schema
        for chunk in chunks
        if chunk.physical_type == "BYTE_ARRAY" and DICTIONARY & set(chunk.encodings)
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
                yield column


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


def _numbers(metadata: pq.FileMetaData, data: bytes, table: pa.Table) -> Iterator[str]:
    start = 0
    for group in range(metadata.num_row_groups):
        rows = table.slice(start, metadata.row_group(group).num_rows)
        start += rows.num_rows
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            width = WIDTHS.get(chunk.physical_type)
            if width is None or not chunk.has_dictionary_page:
                continue
            values = _leaf(rows, chunk.path_in_schema.split("."))
            entries = _size_of_page(data, chunk.dictionary_page_offset) // width
            if entries > pc.count_distinct(values).as_py():
                yield chunk.path_in_schema


def _leaf(table: pa.Table, path: list[str]) -> pa.ChunkedArray:
    """The values of a nested field, by its path in the file's own schema."""
    values = table.column(path[0])
    for name in path[1:]:
        if pa.types.is_struct(values.type):
            values = pc.struct_field(values, name)
        elif name not in ("list", "array"):  # a list has two levels in a file, and one in Arrow
            values = pc.list_flatten(values)
    return values


def _size_of_page(data: bytes, at: int) -> int:
    """The bytes that a page's values fill when they are unpacked, from the page's head.

    The head is a struct of Thrift's compact protocol; its second field is that size.
    """
    head = Reader(data, at + 1)
    head.number()
    head.at += 1
    return head.signed()
