"""Shards on the disk: which of them a machine makes, whether one is whole, how one is written."""

from __future__ import annotations

import re
import shutil
import uuid
from pathlib import Path
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.batch import SCHEMAS, Built
from copydesk.errors import InputError
from copydesk.files import replacing_dir

_SHARE = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


class Share(NamedTuple):
    """Every N-th shard of a build: what one task of an array job makes."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``I/N``.

        Raises:
            InputError: it is not two whole numbers, or I is not from 1 to N.
        """
        match = _SHARE.fullmatch(text)
        share = cls(int(match[1]), int(match[2])) if match else cls(0, 0)
        if not 1 <= share.number <= share.of:
            raise InputError(
                f"'{text}' is not a share of the shards.",
                where="--shard",
                hint="Write I/N with I from 1 to N, such as 1/8 for the first of eight tasks.",
            )
        return share

    def has(self, index: int) -> bool:
        """Whether the shard at this place, counted from 0, is one of them."""
        return index % self.of == self.number - 1


def fault(shard: Path) -> Path | None:
    """The first file of a shard that is missing, cut short or of an older format; None if whole."""
    for name, schema in SCHEMAS.items():
        path = shard / f"{name}.parquet"
        try:
            if not pq.read_schema(path).equals(schema):
                return path
        except (OSError, pa.ArrowException):
            return path
    return None


def set_aside(shard: Path) -> Path | None:
    """Remove a shard that is there but damaged, and give the file that is."""
    if not shard.exists() or not (found := fault(shard)):
        return None
    # Renamed first, so that nobody takes what is half removed for a shard.
    beside = shard.with_name(f".{shard.name}.{uuid.uuid4().hex}.part")
    try:
        shard.rename(beside)
    except FileNotFoundError:
        return found  # Another machine removed it at the same moment.
    shutil.rmtree(beside, ignore_errors=True)
    return found


def write(shard: Path, built: Built) -> bool:
    """Write a shard beside its place and rename it there; False if another machine was quicker.

    Raises:
        InputError: the disk is full or the folder refuses.
    """
    try:
        with replacing_dir(shard) as beside:
            for name, batch in built._asdict().items():
                table = pa.Table.from_batches([batch])
                pq.write_table(table, beside / f"{name}.parquet", compression="zstd")
    except InputError:
        if fault(shard):
            raise
        return False
    return True


def rows(shard: Path) -> dict[str, int]:
    """The rows of each table of a shard."""
    return {name: pq.read_metadata(shard / f"{name}.parquet").num_rows for name in SCHEMAS}
