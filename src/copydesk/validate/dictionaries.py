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
from copydesk.validate.thrift import Path, Reader

WIDTHS: Final = {"INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}
"""Bytes of a number, by its physical type."""

# The head of a page: parquet.thrift of the format, `PageHeader`.
_KIND: Final = (1,)
_SIZE: Final = (2,)
_STORED: Final = (3,)
_ENTRIES: Final = (7, 1)
_DICTIONARY_PAGE: Final = 2
_DATA_PAGES: Final = {0: ((5, 1), (5, 2)), 3: ((8, 1), (8, 4))}
"""Where a page of each kind states how many values it has, and their encoding."""
_CODED: Final = (2, 8)
"""`PLAIN_DICTIONARY` and `RLE_DICTIONARY`."""


def hidden(file: pq.ParquetFile, data: bytes, table: pa.Table, name: str) -> Iterator[Fault]:
    """Faults for the columns whose dictionaries hold more than the values of their rows.

    Args:
        data: the file's bytes.
        table: its rows, as they were read.
        name: the file's name, for the faults.
    """
    metadata, start = file.metadata, 0
    for group in range(metadata.num_row_groups):
        rows = table.slice(start, metadata.row_group(group).num_rows)
        start += rows.num_rows
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            if _only_used(data, chunk, rows):
                continue
            column = chunk.path_in_schema
            if chunk.physical_type != "BYTE_ARRAY" or _unused(data, group, column):
                message = f"The column '{show(column)}' stores values that none of its rows has."
                yield Fault(rule="column-unexpected", message=message, file=name)


def _only_used(data: bytes, chunk: pq.ColumnChunkMetaData, rows: pa.Table) -> bool:
    """Whether a part of a column has as many values as its dictionary has entries; False if that
    cannot be told without reading the dictionary.

    A writer gives up a dictionary that grows too large: pages that refer to it come first, and
    others may follow. Where it cannot be told which rows these are, the numbers of all rows are
    counted: no reader gives the dictionary of numbers.
    """
    entries = coded = others = 0
    in_order = "." not in chunk.path_in_schema
    for page in _pages(data, chunk):
        if page[_KIND] == _DICTIONARY_PAGE:
            # A head may state fewer numbers than its page has.
            width = WIDTHS.get(chunk.physical_type)
            entries += page[_SIZE] // width if width else page[_ENTRIES]
            continue
        count, encoding = _DATA_PAGES[page[_KIND]]
        if page[encoding] not in _CODED:
            others += page[count]
        else:
            in_order &= not others
            coded += page[count]
    if not entries:
        return True
    values = _leaf(rows, chunk.path_in_schema.split("."))
    if others and in_order:
        values = values.slice(0, coded)
    elif others and chunk.physical_type == "BYTE_ARRAY":
        return False
    return bool(pc.count_distinct(values).as_py() >= entries)


def _pages(data: bytes, chunk: pq.ColumnChunkMetaData) -> Iterator[dict[Path, int]]:
    """The numbers in the head of each page of a part of a column."""
    # A part without rows has no page of data, and 0 for its place.
    at = min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset)))
    end = at + chunk.total_compressed_size
    while at < end:
        head = Reader(data, at)
        page = {path: value for path, value in head.fields() if value is not None}
        yield page
        at = head.at + page[_STORED]


def _unused(data: bytes, group: int, column: str) -> bool:
    """Whether a dictionary of texts has an entry that no row refers to."""
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=[column])
    rows = file.read_row_group(group, columns=[column]).column(0)
    found = [part for chunk in rows.chunks for part in _dictionaries(chunk)]
    if all(_all_used(part) for part in found):
        return False
    used = {value.as_py() for part in found for value in part.unique()}
    return any(value.as_py() not in used for part in found for value in part.dictionary)


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


def _leaf(table: pa.Table, path: list[str]) -> pa.ChunkedArray:
    """The values of a nested field, by its path in the file's own schema."""
    values = table.column(path[0])
    for name in path[1:]:
        if pa.types.is_struct(values.type):
            values = pc.struct_field(values, name)
        elif name not in ("list", "array"):  # a list has two levels in a file, and one in Arrow
            values = pc.list_flatten(values)
    return values
