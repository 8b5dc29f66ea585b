"""A release as data, whether it lies in a folder or is about to: what everything is written from.

The card, the change list, Croissant and the datasheet are pure functions of a `Contents`, so that
whoever validates a release can render them again and compare.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import SPLITS
from copydesk.contract.features import label_names
from copydesk.contract.tables import Contract, release_file
from copydesk.errors import IntegrityError
from copydesk.files import dump_json, sha256_text
from copydesk.release.index import read_manifest


@dataclass(frozen=True, kw_only=True, slots=True, eq=False, weakref_slot=True)
class Contents:
    """The manifest and the rows of one release.

    Args:
        manifest: the content of ``release.json``.
        frames: the rows of each table, with a column ``split``; a table without rows is absent.
        schemas: the Arrow schema of each table in ``frames``.
    """

    manifest: Mapping[str, Any]
    frames: Mapping[str, pl.LazyFrame]
    schemas: Mapping[str, pa.Schema]

    @classmethod
    def read(cls, folder: Path, *, manifest: Path | None = None) -> Contents:
        """The release in a folder; rows are read when they are asked for.

        Args:
            folder: a release folder.
            manifest: where its manifest is; ``release.json`` in the folder by default.

        Raises:
            InputError: the manifest is absent or not JSON.
            IntegrityError: a table's file cannot be read, or two splits of a table differ in
                their columns.
        """
        document = read_manifest(folder, path=manifest)
        frames, schemas = {}, {}
        for table in Contract.of_release(document).tables:
            parts = {split: folder / release_file(table, split) for split in SPLITS}
            parts = {split: path for split, path in parts.items() if path.is_file()}
            if parts:
                schemas[table] = _one_schema(parts)
                frames[table] = pl.concat(
                    pl.scan_parquet(path, glob=False).with_columns(split=pl.lit(split))
                    for split, path in parts.items()
                )
        return cls(manifest=document, frames=frames, schemas=schemas)

    @classmethod
    def at(cls, release: Path | Contents) -> Contents:
        """The release in a folder; what was read already is taken as it is."""
        return release if isinstance(release, Contents) else cls.read(release)

    @classmethod
    def of(
        cls, manifest: Mapping[str, Any], tables: Mapping[tuple[str, str], pa.Table]
    ) -> Contents:
        """A release that is not written yet, from its tables by (table, split)."""
        frames, schemas = {}, {}
        for table in dict.fromkeys(name for name, _ in tables):
            parts = {s: tables[table, s] for s in SPLITS if (table, s) in tables}
            if parts:
                schemas[table] = next(iter(parts.values())).schema
                frames[table] = pl.concat(
                    _from_arrow(part).lazy().with_columns(split=pl.lit(split))
                    for split, part in parts.items()
                )
        return cls(manifest=manifest, frames=frames, schemas=schemas)

    @property
    def contract(self) -> Contract:
        """What the release is held to: its own schema version and labels."""
        return Contract.of_release(self.manifest)

    @property
    def version(self) -> str:
        """The release's version."""
        return str(self.manifest["version"])

    @property
    def digest(self) -> str:
        """The SHA-256 of ``release.json`` as it stands, or will stand, in the release's folder."""
        return sha256_text(dump_json(self.manifest))

    def labels(self, table: str) -> tuple[str, ...]:
        """The names of a table's label numbers, by the table's own metadata."""
        return label_names(self.schemas.get(table), self.contract.scheme)

    def frame(self, table: str, *columns: str) -> pl.DataFrame:
        """The rows of a table, in order, with all columns or those named; empty if it has none."""
        rows = self.scan(table)
        return (rows.select(columns) if columns else rows).collect()

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of a table with their ``split``, not yet read; none if the table is absent."""
        if table in self.frames:
            return self.frames[table]
        empty = _from_arrow(arrow_schema(table, self.contract).empty_table())
        return empty.lazy().with_columns(split=pl.lit(""))

    def without(self, articles: Collection[str]) -> Contents:
        """The release without some articles and all that is about them; its counts stay."""
        kept = ~pl.col("article_id").is_in(list(articles))
        frames = {table: rows.filter(kept) for table, rows in self.frames.items()}
        return dataclasses.replace(self, frames=frames)

    def counts(self, table: str) -> dict[str, int]:
        """Rows of each split of a table; splits without rows are absent."""
        found: Mapping[str, int] = self.manifest["counts"].get(table, {})
        return {split: found[split] for split in SPLITS if found.get(split)}


def _one_schema(parts: Mapping[str, Path]) -> pa.Schema:
    schemas = {}
    for split, path in parts.items():
        try:
            schemas[split] = pq.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            raise IntegrityError(
                f"This is not a Parquet file: {error}.", where=str(path)
            ) from error
    first, *others = schemas.items()
    for split, schema in others:
        if not schema.equals(first[1]):
            raise IntegrityError(
                f"Its columns are not those of the split '{first[0]}'.", where=str(parts[split])
            )
    return first[1]


def _from_arrow(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
