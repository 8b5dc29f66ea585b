"""The one reader of a release: its manifest, and its tables as lazy frames.

Whoever works with a release (the card, the change list, Croissant, `compare`, `hydrate`, the
explorer, `validate`) gets a `Contents` and asks it for rows:

    contents = Contents.read(folder)                   # opens no more than the files' footers
    contents.scan("sentences", "label", "split")       # a lazy frame: only these columns are read
    contents.frame("articles")                         # all columns, read now
    contents.scan("quotes", "quote_id", *PLACE)        # with the place of each row, for a finding
    for part in contents.of("sentences"): part.rows    # one file after another

A split may lie in several files (``sentences/train-00000-of-00004.parquet``, see
`copydesk.contract.filenames`), which `scan` joins in their order. Collect a lazy frame with
``engine="streaming"``, or take the parts one by one, where a table may be larger than memory.

A `Contents` is made in one of three ways: from a folder that is trusted (`Contents.read`), from
tables that are about to be written (`Contents.of_tables`), or by
`copydesk.validate.untrusted_release` from the files of a folder that is not trusted, each of which
was checked. What is computed from it (its facts, its documents) is the same for all three.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import SPLITS
from copydesk.contract.datasets_features import label_names
from copydesk.contract.filenames import TableFile, incomplete, table_files
from copydesk.contract.tables import Contract
from copydesk.errors import IntegrityError
from copydesk.files import dump_json, sha256_text
from copydesk.release.index import read_manifest
from copydesk.release.split_files import Part, SplitRows, from_arrow, read_part, refuse_unlike

PLACE: Final = ("_file", "_row", "split")
"""Where a row lies: its file, its number there (from 1), and the split of the file.

None of them is a column of the files; a table is scanned with ``split``, and with the other two
only on request.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Contents:
    """The manifest and the rows of one release.

    Args:
        manifest: the content of ``release.json``.
        parts: the files of its tables, by table, split and number; a table without rows has none.
    """

    manifest: Mapping[str, Any]
    parts: tuple[Part, ...]

    @classmethod
    def read(cls, folder: Path, *, manifest: Path | None = None) -> Contents:
        """The release in a folder; rows are read when they are asked for.

        Args:
            folder: a release folder.
            manifest: where its manifest is; ``release.json`` in the folder by default.

        Raises:
            InputError: the manifest is absent or not JSON.
            IntegrityError: a table's file cannot be read, a split lacks one of its files, or two
                files of a table differ in their columns.
        """
        document = read_manifest(folder, path=manifest)
        tables = Contract.of_release(document).tables
        found = [file for table in tables for file in table_files(folder, table)]
        lacking = incomplete(found)
        if lacking:
            raise IntegrityError(
                f"{lacking[0]}.", where=str(folder), hint="Fetch the release again."
            )
        parts = tuple(read_part(folder, file) for file in found)
        refuse_unlike(folder, parts)
        return cls(manifest=document, parts=parts)

    @classmethod
    def at(cls, release: Path | Contents) -> Contents:
        """The release in a folder; what was read already is taken as it is."""
        return release if isinstance(release, Contents) else cls.read(release)

    @classmethod
    def of_tables(
        cls,
        manifest: Mapping[str, Any],
        tables: Mapping[tuple[str, str], pa.Table | SplitRows],
        like: Contents | None = None,
    ) -> Contents:
        """A release that is not written yet, from its tables by (table, split).

        Args:
            like: a release in whose number of files each split is cut.
        """
        known = list(dict.fromkeys(table for table, _ in tables))
        parts = [
            part
            for (table, split), given in tables.items()
            for part in (
                given if isinstance(given, SplitRows) else SplitRows.of_table(given)
            ).parts(table, split, like.file_count(table, split) if like else None)
        ]
        parts.sort(key=lambda part: (known.index(part.file.table), part.file.order))
        return cls(manifest=manifest, parts=tuple(parts))

    @functools.cached_property
    def contract(self) -> Contract:
        """The contract of the release: its own schema version and labels."""
        return Contract.of_release(self.manifest)

    @property
    def version(self) -> str:
        """The release's version."""
        return str(self.manifest["version"])

    @property
    def digest(self) -> str:
        """The SHA-256 of ``release.json`` as it stands, or will stand, in the release's folder."""
        return sha256_text(dump_json(self.manifest))

    @functools.cached_property
    def schemas(self) -> Mapping[str, pa.Schema]:
        """The Arrow schema of each table that has rows."""
        found: dict[str, pa.Schema] = {}
        for part in self.parts:
            found.setdefault(part.file.table, part.schema)
        return found

    def labels(self, table: str) -> tuple[str, ...]:
        """The names of a table's label numbers, by the table's own metadata."""
        return label_names(self.schemas.get(table), self.contract.scheme)

    def of(self, table: str) -> tuple[Part, ...]:
        """The files of a table, in order; none if it has no rows."""
        return tuple(part for part in self.parts if part.file.table == table)

    def height(self, table: str) -> int:
        """How many rows a table has, by its files."""
        return sum(part.height for part in self.of(table))

    def file_count(self, table: str, split: str) -> int | None:
        """How many files a split of a table has; None if it has none."""
        return sum(part.file.split == split for part in self.of(table)) or None

    def scan(self, table: str, *columns: str) -> pl.LazyFrame:
        """The rows of a table, in order, not yet read.

        Args:
            columns: the only ones to read; those of `PLACE` may be among them. By default all of
                the table's and ``split``.
        """
        found = [self._rows(part, columns) for part in self.of(table)]
        if not found:
            rows = from_arrow(arrow_schema(table, self.contract).empty_table()).lazy()
            found = [_placed(rows, None, False, self._names, columns)]
        return pl.concat(found) if len(found) > 1 else found[0]

    def frame(self, table: str, *columns: str) -> pl.DataFrame:
        """What `scan` gives, read now."""
        return self.scan(table, *columns).collect()

    def _rows(self, part: Part, columns: Collection[str]) -> pl.LazyFrame:
        return _placed(part.rows, part.file, part.numbered, self._names, columns)

    @functools.cached_property
    def _names(self) -> pl.Enum:
        return pl.Enum([str(part.file) for part in self.parts])

    def without(self, articles: Collection[str]) -> Contents:
        """The release without some articles and all that is about them; its counts stay."""
        kept = ~pl.col("article_id").is_in(list(articles))
        parts = [dataclasses.replace(part, rows=part.rows.filter(kept)) for part in self.parts]
        return dataclasses.replace(self, parts=tuple(parts)) if articles else self

    def counts(self, table: str) -> dict[str, int]:
        """Rows of each split of a table; splits without rows are absent."""
        found: Mapping[str, int] = self.manifest["counts"].get(table, {})
        return {split: found[split] for split in SPLITS if found.get(split)}


def _placed(
    rows: pl.LazyFrame,
    file: TableFile | None,
    numbered: bool,
    names: pl.Enum,
    columns: Collection[str],
) -> pl.LazyFrame:
    if numbered and not columns:
        rows = rows.drop("_row")
    elif "_row" in columns and not numbered:
        rows = rows.with_row_index("_row", offset=1)
    if "_file" in columns:
        rows = rows.with_columns(_file=pl.lit(str(file) if file else None, dtype=names))
    rows = rows.with_columns(split=pl.lit(file.split if file else None, dtype=pl.String))
    return rows.select(columns) if columns else rows
