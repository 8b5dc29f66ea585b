"""The files in which a split of a table lies: read, or not yet written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.contract.datasets_features import arrow_bytes
from copydesk.contract.filenames import TableFile
from copydesk.contract.sizing import borders
from copydesk.errors import IntegrityError


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One file of a table.

    Args:
        rows: its rows, not yet read, with the columns of the file alone.
        schema: its Arrow schema, metadata included.
        height: how many rows it has.
        numbered: whether ``rows`` has a column ``_row`` already, as some rows of a file have.
        source: what must not be deleted while the rows are read, such as a folder.
    """

    file: TableFile
    rows: pl.LazyFrame
    schema: pa.Schema
    height: int
    numbered: bool = False
    source: object = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitRows:
    """The rows of one split of a table before they are cut into files.

    Args:
        rows: not yet read, in order, with the columns of the schema.
        size: their bytes, as `copydesk.contract.datasets_features.arrow_bytes` counts.
        source: as in `Part`.
    """

    rows: pl.LazyFrame
    schema: pa.Schema
    height: int
    size: float
    source: object = None

    @classmethod
    def of_table(cls, table: pa.Table) -> SplitRows:
        """Rows that are in memory."""
        rows = from_arrow(table).lazy()
        size = arrow_bytes(rows, table.schema)
        return cls(rows=rows, schema=table.schema, height=table.num_rows, size=size)

    def parts(self, table: str, split: str, count: int | None = None) -> list[Part]:
        """The files that they make, see `copydesk.contract.sizing.borders`."""
        return [
            Part(
                file=file,
                rows=self.rows if rows == self.height else self.rows.slice(first, rows),
                schema=self.schema,
                height=rows,
                source=self.source,
            )
            for file, first, rows in borders(table, split, self.height, self.size, count)
        ]


def read_part(folder: Path, file: TableFile) -> Part:
    """A file of a release; its rows are read when they are asked for.

    Raises:
        IntegrityError: it is not a Parquet file.
    """
    path = folder / str(file)
    try:
        footer = pq.read_metadata(path)
        schema = footer.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        raise IntegrityError(f"This is not a Parquet file: {error}.", where=str(path)) from error
    return Part(
        file=file,
        rows=pl.scan_parquet(path, glob=False),
        schema=schema,
        height=footer.num_rows,
    )


def refuse_unlike(folder: Path, parts: Iterable[Part]) -> None:
    """Refuse files of one table that differ in their columns.

    Raises:
        IntegrityError: naming one of them.
    """
    first: dict[str, Part] = {}
    for part in parts:
        other = first.setdefault(part.file.table, part)
        if not part.schema.equals(other.schema):
            raise IntegrityError(
                f"Its columns are not those of '{other.file}'.", where=str(folder / str(part.file))
            )


def from_arrow(table: pa.Table) -> pl.DataFrame:
    """The rows of a table as a data frame."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
