"""Comparing pairs of articles on several processors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import chain
from typing import Final, NamedTuple

from copydesk.ingest.copies import Read, shared
from copydesk.ingest.in_order import batched, in_order
from copydesk.text.pieces import line_zones

_BATCH: Final = 32
_CACHED: Final = 64


class Told(NamedTuple):
    """What is read of an article: its canonical text, its language, its lines' zones."""

    text: str
    language: str
    zones: tuple[str, ...]


class Pair(NamedTuple):
    """Two articles, by numbers of the caller's and by what is read of them."""

    a: int
    b: int
    first: Told
    other: Told


def compare_all(
    pairs: Iterator[Pair], *, near: float, workers: int | None = None
) -> Iterator[tuple[int, int, str | None]]:
    """The numbers of each pair, in their order, and what the two share (see `copies.shared`).

    Args:
        near: from which Jaccard index on two sentences are nearly the same.
        workers: processes; the processors that this one may use, by default.
    """
    work = partial(_compare_batch, near=near)
    return chain.from_iterable(in_order(work, batched(pairs, _BATCH), workers))


def _compare_batch(batch: list[Pair], near: float) -> list[tuple[int, int, str | None]]:
    return [(p.a, p.b, shared(_read(p.first), _read(p.other), near=near)) for p in batch]


@lru_cache(_CACHED)
def _read(told: Told) -> Read:
    return Read.of(told.text, told.language, line_zones(told.zones))
