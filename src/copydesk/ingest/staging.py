"""Texts that were read and are not in their places yet: one file, removed after the ingest."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

_CODEC: Final = "zstd"


class Staging:
    """Texts by a token each.

    Args:
        path: a file that is not there; the caller removes it.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self._end = 0

    def put(self, text: str) -> str:
        """Keep a text, and return the token by which `get` finds it."""
        data = text.encode("utf-8")
        packed = memoryview(pa.compress(data, codec=_CODEC, asbytes=True))
        token = f"{self._end}:{len(packed)}:{len(data)}"
        self._file.seek(self._end)
        while packed:
            written = self._file.write(packed)
            self._end += written
            packed = packed[written:]
        return token

    def get(self, token: str) -> str:
        """A text that is kept."""
        start, length, size = map(int, token.split(":"))
        self._file.seek(start)
        packed = self._file.read(length)
        text: str = pa.decompress(packed, size, codec=_CODEC, asbytes=True).decode("utf-8")
        return text

    def close(self) -> None:
        """Close the file."""
        self._file.close()
