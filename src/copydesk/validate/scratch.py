"""Rows of a large release on the disk, once they were read and checked."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.contract.filenames import TableFile
from copydesk.errors import InputError

_GROUP: Final = 50_000


class Scratch:
    """A folder of its own for rows that were read and checked, removed with this object."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="copydesk-validate-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def keep(self, file: TableFile, rows: pl.DataFrame) -> pl.LazyFrame:
        """The rows, written to the disk and not held any more.

        Raises:
            InputError: the disk is full, or refuses.
        """
        path = self._folder / str(file)
        try:
            path.parent.mkdir(exist_ok=True)
            rows.write_parquet(path, compression="lz4", row_group_size=_GROUP, statistics=False)
        except OSError as error:
            raise InputError(
                f"The rows of a large release are kept here while it is read: {error}.",
                where=str(self._folder),
                hint="Make room, or set TMPDIR to a folder with more of it.",
            ) from error
        return pl.scan_parquet(path, glob=False)
