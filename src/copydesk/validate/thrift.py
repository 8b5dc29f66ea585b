"""The fields of footers and heads of pages in Parquet: structs of Thrift's compact protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

Path = tuple[int, ...]
"""The number of a field, after those of the structs that it is in; lists count for nothing."""

_BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 3, 7, 8, 9, 10, 11, 12
_BOOLEANS: Final = (1, 2)
_NUMBERS: Final = (4, 5, 6)
_LONG: Final = 15
"""A list of this many items or more states their number apart."""


class Reader:
    """Walks through some bytes, which must be whole: Arrow has read them before."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def number(self) -> int:
        """An unsigned number of as many bytes as it takes."""
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self) -> int:
        """A number whose sign is its last bit."""
        value = self.number()
        return (value >> 1) ^ -(value & 1)

    def fields(self, inside: Path = ()) -> Iterator[tuple[Path, int | None]]:
        """The fields of a struct, and of those in it, each with its value if it is a number."""
        last = 0
        while head := self.data[self.at]:
            self.at += 1
            last = last + (head >> 4) if head >> 4 else self.signed()
            path = (*inside, last)
            if head & 15 in _NUMBERS:
                yield path, self.signed()
            else:
                yield path, None
                yield from self._value(head & 15, path, in_list=False)
        self.at += 1

    def _value(self, kind: int, path: Path, *, in_list: bool) -> Iterator[tuple[Path, int | None]]:
        if kind in _NUMBERS:
            self.number()
        elif kind in _BOOLEANS:  # in a struct, its kind says which of the two it is
            self.at += in_list
        elif kind in (_BYTE, _DOUBLE):
            self.at += 1 if kind == _BYTE else 8
        elif kind == _BINARY:
            size = self.number()
            self.at += size
        elif kind == _STRUCT:
            yield from self.fields(path)
        elif kind in (_LIST, _SET):
            head = self.data[self.at]
            self.at += 1
            size = self.number() if head >> 4 == _LONG else head >> 4
            for _ in range(size):
                yield from self._value(head & 15, path, in_list=True)
        else:
            raise ValueError(f"a field of kind {kind}, which no footer has")
