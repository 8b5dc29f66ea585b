"""Footers of Parquet, taken apart and put together again: Thrift's compact protocol.

A struct is a dictionary of (type, value) by field number; a list is (type of its items, values).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)

Struct = dict[int, tuple[int, Any]]


def read_footer(path: Path) -> tuple[bytes, Struct]:
    """What comes before a file's footer, and the footer."""
    data = path.read_bytes()
    at = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    return data[:at], read_struct(io.BytesIO(data[at:-8]))


def write_footer(path: Path, body: bytes, footer: Struct) -> None:
    """Write a file anew with another footer."""
    made = write_struct(footer)
    path.write_bytes(body + made + len(made).to_bytes(4, "little") + b"PAR1")


def _varint(stream: io.BytesIO) -> int:
    found = shift = 0
    while True:
        byte = stream.read(1)[0]
        found |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return found


def _number(stream: io.BytesIO) -> int:
    value = _varint(stream)
    return (value >> 1) ^ -(value & 1)


def _value(stream: io.BytesIO, kind: int) -> Any:
    if kind in (TRUE, FALSE):
        return kind == TRUE
    if kind in (BYTE, DOUBLE):
        return stream.read(1 if kind == BYTE else 8)
    if kind in (I16, I32, I64):
        return _number(stream)
    if kind == BINARY:
        return stream.read(_varint(stream))
    if kind == STRUCT:
        return read_struct(stream)
    assert kind in (LIST, SET), kind
    head = stream.read(1)[0]
    size = _varint(stream) if head >> 4 == 15 else head >> 4
    item = head & 15
    return item, [
        stream.read(1) == b"\x01" if item in (TRUE, FALSE) else _value(stream, item)
        for _ in range(size)
    ]


def read_struct(stream: io.BytesIO) -> Struct:
    """The fields of a struct up to its end."""
    found: Struct = {}
    last = 0
    while head := stream.read(1)[0]:
        last = last + (head >> 4) if head >> 4 else _number(stream)
        found[last] = head & 15, _value(stream, head & 15)
    return found


def _bytes_of(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _zigzag(value: int) -> bytes:
    return _bytes_of(value << 1 if value >= 0 else (-value << 1) - 1)


def _written(kind: int, value: Any) -> bytes:
    if kind in (TRUE, FALSE):
        return b""
    if kind in (BYTE, DOUBLE):
        return bytes(value)
    if kind in (I16, I32, I64):
        return _zigzag(value)
    if kind == BINARY:
        return _bytes_of(len(value)) + value
    if kind == STRUCT:
        return write_struct(value)
    item, items = value
    size = len(items)
    head = bytes([size << 4 | item]) if size < 15 else bytes([15 << 4 | item]) + _bytes_of(size)
    if item in (TRUE, FALSE):
        return head + bytes(1 if one else 2 for one in items)
    return head + b"".join(_written(item, one) for one in items)


def write_struct(fields: Struct) -> bytes:
    """A struct as bytes, its fields in the order of their numbers."""
    made, last = bytearray(), 0
    for number, (kind, value) in sorted(fields.items()):
        if kind in (TRUE, FALSE):
            kind = TRUE if value else FALSE
        delta = number - last
        made += bytes([delta << 4 | kind]) if 0 < delta < 16 else bytes([kind]) + _zigzag(number)
        made += _written(kind, value)
        last = number
    return bytes(made) + b"\0"
