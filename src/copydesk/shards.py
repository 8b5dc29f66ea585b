"""Shards in storage: which of them a machine makes, whether one is complete, how one is written.

A shard is a folder of three Parquet files, named by what it was made of. Here it is written beside
its place and renamed. In a remote store its files are put one by one: a shard is there when all
three are, and two machines that make the same one put the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.batch import SCHEMAS, Built
from copydesk.errors import InputError
from copydesk.files import replacing_dir
from copydesk.storage import Storage

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


class State(NamedTuple):
    """Whether a shard is there, and the file for which it was removed if it was damaged."""

    whole: bool
    damaged: str | None = None


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards in one place.

    Args:
        storage: need not be there yet.
    """

    storage: Storage

    def fault(self, key: str) -> str | None:
        """The first file of a shard that is missing, cut short or of an older format, by its path
        in the place; None if the shard is whole."""
        for table, schema in SCHEMAS.items():
            name = _file(key, table)
            try:
                with self.storage.open(name) as stream:
                    if not pq.read_schema(stream).equals(schema):
                        return name
            except (InputError, OSError, pa.ArrowException):
                return name
        return None

    def checked(self, key: str) -> State:
        """Whether a shard is there; one that is damaged is removed."""
        # In this order: one that somebody else completes meanwhile is not taken for a damaged one.
        if not self._is_there(key):
            return State(False)
        found = self.fault(key)
        if found is None:
            return State(True)
        self.storage.remove(key)
        return State(False, f"{self.storage}/{found}")

    def _is_there(self, key: str) -> bool:
        """Whether anything is there."""
        if self.storage.local is not None:
            return (self.storage.local / key).exists()
        return any(self.storage.has(_file(key, table)) for table in SCHEMAS)

    def write(self, key: str, built: Built) -> bool:
        """Write a shard; False if another machine was quicker.

        Raises:
            InputError: the disk is full or the folder refuses.
            ServerError: the store refuses.
        """
        tables = {
            _file(key, table): pa.Table.from_batches([batch])
            for table, batch in built._asdict().items()
        }
        if self.storage.local is None:
            for name, table in tables.items():
                data = io.BytesIO()
                pq.write_table(table, data, compression="zstd")
                self.storage.write(name, data.getvalue())
            return True
        try:
            with replacing_dir(self.storage.local / key) as beside:
                for name, table in tables.items():
                    pq.write_table(table, beside / name.rpartition("/")[2], compression="zstd")
        except InputError:
            if self.fault(key):
                raise
            return False
        return True

    def rows(self, key: str) -> dict[str, int]:
        """The rows of each table of a shard."""
        found = {}
        for table in SCHEMAS:
            with self.storage.open(_file(key, table)) as stream:
                found[table] = pq.read_metadata(stream).num_rows
        return found

    def read(self, key: str, table: str, columns: list[str] | None = None) -> pa.Table:
        """One table of a shard."""
        with self.storage.open(_file(key, table)) as stream:
            return pq.read_table(stream, columns=columns)

    def keep(self, keys: Collection[str]) -> None:
        """Remove all others."""
        for stale in set(self.storage.names()) - set(keys):
            self.storage.remove(stale)


def _file(key: str, table: str) -> str:
    return f"{key}/{table}.parquet"
