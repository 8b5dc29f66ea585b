"""The rows of a release on the disk, before it is known which split each belongs to.

draft = Draft(contract, version="1.0.0")
draft.add(frames)                  # the rows of some articles, in the order of their ids
draft.scan("sentences", "event")   # all rows so far, not yet read
draft.by_split(splits)             # the tables of the release, by (table, split)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import SPLITS
from copydesk.contract.datasets_features import arrow_bytes
from copydesk.contract.tables import Contract
from copydesk.release.scratch import Scratch
from copydesk.release.split_files import SplitRows
from copydesk.utterances import relate

Tables = dict[tuple[str, str], SplitRows]
"""The tables of a release by (table, split), in the contract's order; none is empty."""

_QUOTES_AT_ONCE: Final = 100_000
_TO_RELATE: Final = ("quote_id", "event", "text")


class Draft:
    """Rows of a release that are not split yet.

    Args:
        version: goes into the metadata of every table.
    """

    def __init__(self, contract: Contract, version: str) -> None:
        self._contract, self._version = contract, version
        self._scratch = Scratch()
        self._files: dict[str, list[Path]] = {name: [] for name in contract.tables}
        self._heights = dict.fromkeys(contract.tables, 0)

    def add(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Add the rows of some articles: those of all tables, with at least their columns.

        Raises:
            InputError: the disk is full, or refuses.
        """
        for table, files in self._files.items():
            frame = frames[table]
            # The first file has the columns of a table without rows.
            if frame.height or not files:
                files.append(self._scratch.keep(f"draft/{table}/{len(files):06}.parquet", frame))
                self._heights[table] += frame.height

    def scan(self, table: str, *columns: str) -> pl.LazyFrame:
        """All rows of a table, in order, not yet read."""
        return _scan(self._files[table]).select(columns)

    def units(self, *columns: str) -> pl.LazyFrame:
        """The labelled sentences, those with their texts first."""
        return pl.concat([self.scan(table, *columns) for table in ("sentences", "standoff")])

    def by_split(self, splits: Mapping[str, str]) -> Tables:
        """The tables of the release; the draft no longer keeps its rows.

        Args:
            splits: of each event.

        Raises:
            InputError: the disk is full, or refuses.
        """
        events = self.scan("articles", "article_id", "event").collect()
        split = pl.col("event").replace_strict(splits, return_dtype=pl.String).alias("_split")
        place = events.select("article_id", split)
        groups = self._groups()
        found: Tables = {}
        for table, files in self._files.items():
            parts: dict[str, list[Path]] = {name: [] for name in SPLITS}
            schema = arrow_schema(table, self._contract, metadata={"version": self._version})
            heights, sizes = dict.fromkeys(SPLITS, 0), dict.fromkeys(SPLITS, 0.0)
            for path in files:
                rows = pl.read_parquet(path, glob=False)
                rows = _related(rows, groups) if table == "quotes" else rows
                rows = rows.join(place, on="article_id", how="left", maintain_order="left")
                for name, mine in parts.items():
                    part = rows.filter(pl.col("_split") == name).select(schema.names)
                    if part.height:
                        file = f"{table}/{name}/{len(mine):06}.parquet"
                        mine.append(self._scratch.keep(file, part))
                        heights[name] += part.height
                        sizes[name] += arrow_bytes(part.lazy(), schema)
                path.unlink()
            found |= {
                (table, name): SplitRows(
                    rows=_scan(mine),
                    schema=schema,
                    height=heights[name],
                    size=sizes[name],
                    source=self._scratch,
                )
                for name, mine in parts.items()
                if mine
            }
        return found

    def _groups(self) -> pl.DataFrame:
        """Group, relation and similarity of the quotations that belong to a group."""
        found = [relate(rows) for rows in self._by_event()]
        return pl.concat(rows.filter(pl.col("group").is_not_null()) for rows in found)

    def _by_event(self) -> Iterator[pl.DataFrame]:
        """All quotations of some events at a time."""
        shares = self._heights["quotes"] // _QUOTES_AT_ONCE + 1
        for number in range(shares):
            mine = pl.col("event").hash() % shares == number
            yield self.scan("quotes", *_TO_RELATE).filter(mine).collect(engine="streaming")


def _scan(files: list[Path]) -> pl.LazyFrame:
    return pl.scan_parquet(files, glob=False)


def _related(quotes: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Quotations with their groups, and without the words that are withheld."""
    quotes = quotes.join(groups, on="quote_id", how="left", maintain_order="left")
    given = pl.col("redistributable")
    return quotes.with_columns(
        pl.when(given).then(pl.col("text")).alias("text"),
        *(
            pl.when(pl.col(name).is_not_null())
            .then(
                pl.col(name).struct.with_fields(
                    pl.when(given).then(pl.col(name).struct.field("text")).alias("text")
                )
            )
            .alias(name)
            for name in ("speaker", "source")
            if name in quotes.columns
        ),
    )
