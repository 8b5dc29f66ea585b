"""How the rows of a split are cut into files of bounded size, as the Hub does it."""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa

from copydesk.contract.datasets_features import arrow_bytes
from copydesk.contract.filenames import TableFile

MOST_ROWS: Final = 1_000_000
MOST_BYTES: Final = 256 << 20
"""In Arrow's memory, as `copydesk.contract.datasets_features.arrow_bytes` counts it."""


def borders(
    table: str, split: str, rows: int, size: float, count: int | None = None
) -> list[tuple[TableFile, int, int]]:
    """The files of a split, each with its first row, counted from 0, and how many rows it has.

    They are as few as will do, of nearly as many rows each. What fits into one file has an
    unnumbered one. The same rows are always cut alike.

    Args:
        rows: how many the split has.
        size: bytes of them, as `arrow_bytes` counts.
        count: how many files it has to be, as in a release that was cut by other limits.
    """
    if count is None:
        count = max(1, -(-rows // MOST_ROWS), int(-(-size // MOST_BYTES)))
    if count == 1:
        return [(TableFile(table=table, split=split), 0, rows)]
    places = [rows * number // count for number in range(count + 1)]
    return [
        (
            TableFile(table=table, split=split, number=number, count=count),
            places[number],
            places[number + 1] - places[number],
        )
        for number in range(count)
    ]


def in_files(rows: pa.Table, table: str, split: str) -> list[tuple[TableFile, pa.Table]]:
    """The rows of a split, in order, cut into the files that `borders` names."""
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    size = arrow_bytes(frame.lazy(), rows.schema)
    return [
        (file, rows.slice(first, height))
        for file, first, height in borders(table, split, rows.num_rows, size)
    ]
