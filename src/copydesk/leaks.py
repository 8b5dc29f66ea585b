"""Proof that no withheld text is in a release: every string of every file, searched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

MIN_LENGTH: Final = 12
"""Shorter sentences, such as a bare "He agreed.", are nobody's and are not searched for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """A withheld sentence that stands in a file of a release."""

    file: str
    sentence_id: str


def find_leaks(release: Path, withheld: pl.DataFrame, given: pl.DataFrame) -> list[Leak]:
    """Search every file of a release, decompressed, for every sentence that is withheld.

    A sentence that an article whose text may be given holds as well is no leak.

    Args:
        release: the folder to search.
        withheld: sentences with ``sentence_id`` and ``text``.
        given: articles with ``text``.
    """
    searched = withheld.filter(pl.col("text").str.len_chars() >= MIN_LENGTH)
    allowed = _found(given["text"].drop_nulls().to_list(), searched["text"].to_list())
    searched = searched.filter(~pl.col("text").is_in(sorted(allowed)))
    if searched.is_empty():
        return []
    leaks = []
    for path in sorted(p for p in release.rglob("*") if p.is_file()):
        hits = _found(_strings(path), searched["text"].to_list())
        names = searched.filter(pl.col("text").is_in(sorted(hits)))["sentence_id"]
        file = path.relative_to(release).as_posix()
        leaks += [Leak(file=file, sentence_id=name) for name in names]
    return leaks


def _found(haystacks: Iterable[str], needles: list[str]) -> set[str]:
    if not needles:
        return set()
    series = pl.Series(list(haystacks), dtype=pl.String)
    # Aho-Corasick first: the needles are looked for one by one only where some needle stands.
    hit = series.filter(series.to_frame("s").select(pl.col("s").str.contains_any(needles))["s"])
    return {needle for text in hit for needle in needles if needle in text}


def _strings(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=4096):
                yield from _leaves(batch.to_pylist())
            yield str(file.schema_arrow.metadata)
    else:
        text = path.read_text(encoding="utf-8", errors="replace")
        yield text
        if path.suffix == ".json":
            yield from _leaves(json.loads(text))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
