"""Texts that are kept on the disk while a release is hydrated, and read again by their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, Final

from copydesk.errors import InputError

_RECENT: Final = 64
"""Texts that are held in memory: the sentences of an article ask for the same one."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The user's copy of one article.

    Args:
        length: of its text, in code points.
    """

    shelf: Shelf
    place: tuple[int, int]
    length: int
    title: str | None
    attribution: str | None

    @property
    def text(self) -> str:
        """Its canonical text."""
        return self.shelf.text(*self.place)


class Shelf:
    """Copies whose texts are in a file.

    Args:
        file: an empty one, open for reading and writing as long as the copies are used.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0
        self.text = lru_cache(_RECENT)(self._read)

    def copy(self, text: str, fields: Mapping[str, Any]) -> Copy:
        """Store a text.

        Raises:
            InputError: the disk is full, or refuses.
        """
        data = text.encode()
        try:
            self._file.seek(self._size)
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise InputError(
                f"The copies of withheld texts could not be kept on the disk: {error}.",
                hint="Make room, or set TMPDIR to a folder with more of it.",
            ) from error
        place = self._size, len(data)
        self._size += len(data)
        return Copy(self, place, len(text), fields.get("title"), fields.get("attribution"))

    def _read(self, start: int, size: int) -> str:
        self._file.seek(start)
        return self._file.read(size).decode()
