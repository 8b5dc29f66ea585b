"""What can be read in any file: in its values, its metadata and its bytes."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

_HYPHEN: Final = r"[-\u00ad\u2010\u2011\u2027]"
_WRAPPED: Final = re.compile(rf"{_HYPHEN}[ \t]*\r?\n[ \t>#*/;]*")
_FILLED: Final = re.compile(r"[^\r\n]+")
_EMPHASIS: Final = re.compile(r"[*_~`]+")
_LINKED: Final = re.compile(r"\]\([^()\s]*\)|\[\^[^\]\s]*\]")
_NUMBERED: Final = re.compile(r"^[ \t>|]*\d+[.:)|]?[ \t]", re.MULTILINE)
_CHUNK: Final = 50_000
_AT_ONCE: Final = 1 << 23
"""Bytes of a table that are held at once."""
_REPEATED: Final = 4
_MOST_UNZIPPED: Final = 1 << 28
_LEAST: Final = 12
"""Characters of a run of readable text among bytes."""
_PRINTED: Final = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}){12,}"
)
_WIDE: Final = re.compile(rb"(?:[\t\n\r\x20-\x7e]\x00){12,}")
_MARKED: Final = (".md", ".html", ".htm", ".txt", "")

_ASCII: Final = 1
_ZERO: Final = 2
_CONTINUATION: Final = 3
_LEAD: Final = 4
_KINDS: Final = np.zeros(256, dtype=np.uint8)
"""What each byte may be in a text, in UTF-8 or two bytes a character."""
_KINDS[[*b"\t\n\r", *range(0x20, 0x7F)]] = _ASCII
_KINDS[0] = _ZERO
_KINDS[0x80:0xC0] = _CONTINUATION
_KINDS[0xC2:0xF5] = _LEAD
_BYTES_AT_ONCE: Final = 1 << 20

Kinds = NDArray[np.uint8]


def strings_of(data: bytes, name: Path) -> Iterator[str]:
    """Every string of a file, some more than once: as written, and without marks and line wraps.

    Args:
        data: the file's bytes.
        name: its name, which says what it is.
    """
    if name.suffix == ".parquet":
        yield from _of_parquet(data)
    elif name.suffix == ".gz":
        yield from _of_document(_unzipped(data), name.with_suffix("").suffix)
    else:
        yield from _of_document(data, name.suffix)


def printed(data: bytes) -> Iterator[str]:
    """The runs of readable text in some bytes, whatever they are."""
    for start, end in _spans(data, _may_be_read, _LEAST):
        for match in _PRINTED.finditer(data, start, end):
            # Bytes of a compressed page may look like a character and be none: half a surrogate
            # pair, or one that is written longer than it must be.
            yield match.group().decode("utf-8", errors="replace")
    for start, end in _spans(data, _may_be_wide, 2 * _LEAST):
        for match in _WIDE.finditer(data, start, end):
            yield match.group().decode("utf-16-le")


def _spans(
    data: bytes, may_be: Callable[[Kinds], NDArray[np.bool_]], least: int
) -> Iterator[tuple[int, int]]:
    """Where enough bytes in a row may be text: a pattern alone would take ten times as long."""
    begun = end = 0
    for at in range(0, len(data), _BYTES_AT_ONCE):
        before = min(at, 1)
        some = np.frombuffer(data, np.uint8)[at - before : at + _BYTES_AT_ONCE + least]
        whole = may_be(_KINDS[some])[before:]
        width = 1
        while width < least:
            step = min(width, least - width)
            whole = whole[:-step] & whole[step:]
            width += step
        edges = np.flatnonzero(np.diff(whole[:_BYTES_AT_ONCE], prepend=False, append=False)) + at
        for first, last in edges.reshape(-1, 2).tolist():
            if first > end:
                if end:
                    yield begun, end
                begun = first
            end = last + least - 1
    if end:
        yield begun, end


def _may_be_read(kinds: Kinds) -> NDArray[np.bool_]:
    good: NDArray[np.bool_] = kinds == _ASCII
    follows = kinds[1:] == _CONTINUATION
    good[:-1] |= (kinds[:-1] == _LEAD) & follows
    good[1:] |= (kinds[:-1] >= _CONTINUATION) & follows
    return good


def _may_be_wide(kinds: Kinds) -> NDArray[np.bool_]:
    good = np.zeros(len(kinds), dtype=bool)
    pairs = (kinds[:-1] == _ASCII) & (kinds[1:] == _ZERO)
    good[:-1] = pairs
    good[1:] |= pairs
    return good


def _of_document(data: bytes, suffix: str) -> Iterator[str]:
    text = data.decode("utf-8", errors="replace")
    yield text
    for marks in (_WRAPPED, _NUMBERED):
        if marks.search(text):
            yield marks.sub("", text)
    if suffix in _MARKED:
        yield _EMPHASIS.sub("", _LINKED.sub("", text))
    documents: Iterable[str] = [text] if suffix == ".json" else []
    if suffix == ".jsonl":  # blank lines, of which a small archive may hold millions, are skipped
        documents = (line.group() for line in _FILLED.finditer(text))
    for document in documents:
        try:
            yield from _leaves(json.loads(document))
        except (ValueError, RecursionError):
            continue


def _unzipped(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return stream.read(_MOST_UNZIPPED)
    except (OSError, EOFError, ValueError):
        return b""


def _leaves(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _of_parquet(data: bytes) -> Iterator[str]:
    """Every string of every column and nested field, and the metadata of file and fields."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        for field in file.schema_arrow:
            yield from _of_field(field)
        groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
        each = sum(group.total_byte_size for group in groups) // max(file.metadata.num_rows, 1)
        rows = min(_CHUNK, max(_AT_ONCE // max(each, 1), 1))
        for batch in file.iter_batches(batch_size=rows):
            for column in batch.columns:
                yield from _strings(column)
    except (pa.ArrowException, OSError, ValueError):
        return  # another rule names a file that cannot be read


def _of_field(field: pa.Field) -> Iterator[str]:
    yield field.name
    for key, value in (field.metadata or {}).items():
        yield key.decode("utf-8", "replace")
        yield value.decode("utf-8", "replace")
    for place in range(field.type.num_fields):
        yield from _of_field(field.type.field(place))


def _of_column(values: pl.Series) -> Iterator[str]:
    """A column's values: each once if they repeat, else one after another, as one text.

    So a sentence that was spread over rows, a word in each, is found.
    """
    once = values.unique(maintain_order=True)
    if len(once) * _REPEATED <= len(values):
        yield from once
        values = once
    if len(values):
        yield str(values.str.join(" ").item())


def _strings(column: pa.Array) -> Iterator[str]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _strings(column.dictionary)
    elif pa.types.is_struct(kind):
        for place in range(kind.num_fields):
            yield from _strings(column.field(place))
    elif pa.types.is_map(kind):
        yield from _strings(column.keys)
        yield from _strings(column.items)
    elif pa.types.is_nested(kind):
        yield from _strings(column.values if hasattr(column, "values") else column.flatten())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield from _of_column(pl.Series(column.drop_null()))
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        yield from (item.decode("utf-8", "replace") for item in column.drop_null().to_pylist())
    elif "view" in str(kind):
        yield from (str(item) for item in column.drop_null().to_pylist())
