"""Texts in bulk: Parquet files of some thousand texts each, in the order of the articles' ids.

``index.json`` names the files with their first and last id. A file is named by the texts in it and
never changes; an ingest does not write unchanged files again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_json, sha256_text
from copydesk.storage import Storage

INDEX: Final = "index.json"
_COLUMNS: Final = ("article_id", "text_sha256", "text")
_GROUP: Final = 200
"""Texts in a row group, which is read at once: as many as a shard of the build has articles."""
_MEAN: Final = 8192
_MOST: Final = 4 * _MEAN

T = TypeVar("T")


class Part(NamedTuple):
    """One file: its name, its first and last id, and how many texts it has."""

    file: str
    first: str
    last: str
    rows: int


class Bulk:
    """The texts of many articles.

    Args:
        storage: where they lie; it need not be there.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._parts: list[Part] | None = None
        self._group: tuple[str, int, list[str]] = ("", -1, [])

    @property
    def parts(self) -> list[Part]:
        """The files, in the order of ids; of an ingest that was killed, old ones among them."""
        if self._parts is None:
            self._parts = _read_index(self.storage)
        return self._parts

    def has(self, article_id: str, text_sha256: str) -> bool:
        """Whether a text is here."""
        return self._find(article_id, text_sha256) is not None

    def text(self, article_id: str, text_sha256: str) -> str | None:
        """The text of an article that has this hash; None if it is not here.

        Raises:
            IntegrityError: the file that has it cannot be read.
        """
        found = self._find(article_id, text_sha256)
        if found is None:
            return None
        file, row = found
        group, at = divmod(row, _GROUP)
        if self._group[:2] != (file, group):
            self._group = (file, group, _texts(self.storage, file, group))
        return self._group[2][at]

    def _find(self, article_id: str, text_sha256: str) -> tuple[str, int] | None:
        for part in self.parts:
            if part.first <= article_id <= part.last:
                row = _rows(self.storage, part.file).get(article_id)
                if row is not None and row[1] == text_sha256:
                    return part.file, row[0]
        return None

    def write(
        self, entries: Iterable[tuple[str, str, T]], text: Callable[[T], str]
    ) -> Callable[[], None]:
        """Keep these texts from now on, beside the present ones until these are released.

        Memory is bounded by `_MOST` entries and one row group, whatever the number of texts.

        Args:
            entries: id, hash, and what ``text`` finds the text by; in the order of ids.
            text: asked for the texts of files that are not here yet.

        Returns:
            A function that removes all other texts, to be called once the manifest names these.
        """
        old = self.parts
        there = {part.file for part in old}
        new: list[Part] = []
        for rows in _cut(entries):
            file = _name(rows)
            if file not in there:
                self._write(file, rows, text)
            new.append(Part(file, rows[0][0], rows[-1][0], len(rows)))
        kept = [part for part in old if part not in new]
        self._keep([*new, *kept])

        def let_go() -> None:
            self._keep(new)
            for part in kept:
                self.storage.remove(part.file)

        return let_go

    def forget(self, article_id: str) -> None:
        """Remove every text of an article; the files that had one are written again."""
        gone = [part for part in self.parts if self._has_any(part, article_id)]
        kept = [part for part in self.parts if part not in gone]
        for part in gone:
            held = _rows(self.storage, part.file).items()
            rows = [(name, row[1], (name, row[1])) for name, row in held if name != article_id]
            if rows:
                file = _name(rows)
                self._write(file, rows, lambda key: self.text(*key) or "")
                kept.append(Part(file, rows[0][0], rows[-1][0], len(rows)))
        if gone:
            self._keep(sorted(kept, key=lambda part: part.first))
        for part in gone:
            self.storage.remove(part.file)

    def _has_any(self, part: Part, article_id: str) -> bool:
        inside = part.first <= article_id <= part.last
        return inside and article_id in _rows(self.storage, part.file)

    def _write(self, file: str, rows: list[tuple[str, str, T]], text: Callable[[T], str]) -> None:
        # Arrow takes as much memory as an ingest of files, which has no use for it.
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([pa.field(name, pa.string(), nullable=False) for name in _COLUMNS])
        remaining = iter(rows)
        with (
            self.storage.writing(file) as stream,
            pq.ParquetWriter(stream, schema, compression="zstd") as writer,
        ):
            while group := list(islice(remaining, _GROUP)):
                columns = [
                    [name for name, _, _ in group],
                    [digest for _, digest, _ in group],
                    [text(key) for _, _, key in group],
                ]
                arrays = [pa.array(column, pa.string()) for column in columns]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    def _keep(self, parts: list[Part]) -> None:
        if parts or self.storage.has(INDEX):
            listed = {"parts": [part._asdict() for part in parts]}
            self.storage.write(INDEX, dump_json(listed))
        self._parts = parts


def _name(rows: Sequence[tuple[str, str, Any]]) -> str:
    listed = "\n".join(f"{name} {digest}" for name, digest, _ in rows)
    return f"{rows[0][0]}-{sha256_text(listed)[:16]}.parquet"


def _cut(entries: Iterable[tuple[str, str, T]]) -> Iterator[list[tuple[str, str, T]]]:
    """Runs of `_MEAN` entries on average; a new entry changes only the borders of its own run."""
    run: list[tuple[str, str, T]] = []
    for entry in entries:
        run.append(entry)
        if zlib.crc32(entry[0].encode()) % _MEAN == 0 or len(run) == _MOST:
            yield run
            run = []
    if run:
        yield run


def _read_index(storage: Storage) -> list[Part]:
    if not storage.has(INDEX):
        return []
    try:
        listed = json.loads(storage.read(INDEX))["parts"]
        return [Part(**part) for part in listed]
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"The index of the articles' texts cannot be read ({error}).",
            where=f"{storage}/{INDEX}",
            hint="Restore it, or ingest the articles again.",
        ) from error


# A part never changes under its name, so what was read of it stays valid.
@lru_cache(4)
def _rows(storage: Storage, file: str) -> dict[str, tuple[int, str]]:
    """The row and the hash of each article of a part."""
    columns = list(_COLUMNS[:2])
    table = _reading(storage, file, lambda parquet: parquet.read(columns=columns))
    ids, digests = (table.column(name).to_pylist() for name in columns)
    return {name: (row, digests[row]) for row, name in enumerate(ids)}


def _texts(storage: Storage, file: str, group: int) -> list[str]:
    table = _reading(storage, file, lambda parquet: parquet.read_row_group(group, columns=["text"]))
    texts: list[str] = table.column("text").to_pylist()
    return texts


def _reading(storage: Storage, file: str, read: Callable[[Any], Any]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        opened: AbstractContextManager[Any] = storage.open(file)
        with opened as stream, pq.ParquetFile(stream) as parquet:
            return read(parquet)
    except (pa.ArrowException, FileNotFoundError, InputError) as error:
        raise IntegrityError(
            f"This file of the articles' texts is missing or damaged: {error}",
            where=f"{storage}/{file}",
            hint="Restore it, or ingest its articles again with --replace.",
        ) from error
