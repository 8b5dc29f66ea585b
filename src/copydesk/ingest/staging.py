"""Texts that were read and are not in their places yet: one file, removed after the ingest."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

_FAST: Final = 1


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
        packed = memoryview(zlib.compress(data, _FAST))
        token = f"{self._end}:{len(packed)}"
        self._file.seek(self._end)
        while packed:
            written = self._file.write(packed)
            self._end += written
            packed = packed[written:]
        return token

    def get(self, token: str) -> str:
        """A text that is kept."""
        start, length = map(int, token.split(":"))
        self._file.seek(start)
        return zlib.decompress(self._file.read(length)).decode("utf-8")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
