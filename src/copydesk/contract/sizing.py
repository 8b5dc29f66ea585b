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


def in_files(
    rows: pa.Table, table: str, split: str, count: int | None = None
) -> list[tuple[TableFile, pa.Table]]:
    """The rows of a split, in order, cut into as few files of nearly as many rows as will do.

    What fits into one file has an unnumbered one. The same rows are always cut alike.

    Args:
        count: how many files it has to be, as in a release that was cut by other limits.
    """
    if count is None:
        count = max(1, -(-rows.num_rows // MOST_ROWS), -(-_bytes(rows, split) // MOST_BYTES))
    if count == 1:
        return [(TableFile(table=table, split=split), rows)]
    borders = [rows.num_rows * number // count for number in range(count + 1)]
    return [
        (
            TableFile(table=table, split=split, number=number, count=count),
            rows.slice(borders[number], borders[number + 1] - borders[number]),
        )
        for number in range(count)
    ]


def _bytes(rows: pa.Table, split: str) -> int:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return arrow_bytes(frame.lazy().with_columns(split=pl.lit(split)), rows.schema).get(split, 0)
