"""Rows of a release that are kept on the disk while they are read, put together or compared."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import weakref
from pathlib import Path
from typing import Final

import polars as pl
from filelock import FileLock, Timeout

from copydesk.errors import InputError

_PREFIX: Final = "copydesk-rows-"
_LOCK: Final = "lock"
_FRESH_S: Final = 60
_GROUP: Final = 50_000


class Scratch:
    """A folder of its own for rows, which only this user may read, removed with this object.

    A killed run leaves its folder, which the next one removes.
    """

    def __init__(self) -> None:
        _remove_abandoned()
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = FileLock(self._folder / _LOCK)
        lock.acquire()
        weakref.finalize(self, _remove, self._folder, lock)

    def keep(self, name: str, rows: pl.DataFrame) -> Path:
        """Write rows to the disk.

        Args:
            name: of the Parquet file, a path in the folder.

        Raises:
            InputError: the disk is full, or refuses.
        """
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            rows.write_parquet(path, compression="lz4", row_group_size=_GROUP, statistics=False)
        except OSError as error:
            raise InputError(
                f"The rows of the release could not be kept here for the time being: {error}.",
                where=str(self._folder),
                hint="Make room, or set TMPDIR to a folder with more of it.",
            ) from error
        return path


def _remove(folder: Path, lock: FileLock) -> None:
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    """Remove the folders whose lock nobody holds; a lock ends with its process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        lock = FileLock(folder / _LOCK, timeout=0)
        # One that was made this minute may not have its lock yet.
        with contextlib.suppress(OSError, Timeout):
            if folder.stat().st_mtime < time.time() - _FRESH_S and (folder / _LOCK).exists():
                lock.acquire()
                _remove(folder, lock)
