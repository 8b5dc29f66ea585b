"""Sentences that are nearly the same: MinHash finds candidates, all pairs of words decide.

What is computed for a sentence depends on its words alone, so it is computed once (`Sketches`)
however often the splits are drawn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contract.columns import SPLITS
from copydesk.release.splits import in_several

MIN_WORDS: Final = 8
"""Shorter sentences may occur in any article and are not compared."""

PERMUTATIONS: Final = 60
BANDS: Final = 20
"""Bands of three: a pair at a similarity s is a candidate with probability 1 - (1 - s^3)^20, which
is .9998 at .7 and .003 at .05."""

_CHUNK: Final = 100_000
_BLOCK: Final = 2000
"""Texts whose words are hashed 60 times over while they are in the processor's cache."""
_DRAWN: Final = np.random.PCG64(20).random_raw(2 * PERMUTATIONS).astype(np.uint32)
_WORD: Final = r"[\p{L}\p{N}]+"
_SEED: Final = 1
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.uint32]
Integers = NDArray[np.int64]


class Sketches:
    """The MinHash bands of sentences, 160 bytes each, in a file.

    One band of all sentences is held in memory at a time, and eight bytes for each.
    """

    def __init__(self, texts: pl.LazyFrame, file: IO[bytes]) -> None:
        """Compute them.

        Args:
            texts: ``text`` of each sentence.
            file: an empty one, open for reading and writing as long as this is used.
        """
        self._file = file
        self._sizes: list[int] = []
        places = [np.empty(0, dtype=np.int64)]
        height = texts.select(pl.len()).collect().item()
        for start in range(0, height, _CHUNK):
            part = texts.select("text").slice(start, _CHUNK).collect()
            part = part.with_row_index("_at", offset=start).filter(long_enough())
            if part.height:
                self._file.write(_bands(part["text"]).tobytes())
                self._sizes.append(part.height)
                places.append(part["_at"].to_numpy().astype(np.int64))
        self._places: Integers = np.concatenate(places)

    def near(self, rows: pl.LazyFrame, threshold: float) -> pl.DataFrame:
        """The sentences (of these) that are nearly the same as one in the split of an earlier row.

        Args:
            rows: in the order of the texts that were given: ``sentence_id``, ``split``, ``text``
                and what else is to be returned.

        Returns:
            As `near_sentences`.
        """
        return near_pairs(self.suspects(rows), threshold)

    def suspects(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """The rows that may be nearly the same as one of another split, in their order."""
        splits = rows.select(split_number()).collect(engine="streaming")["split"].to_numpy()
        places = pl.Series(self._crossing(splits), dtype=pl.UInt32)
        found = rows.with_row_index("_at").filter(pl.col("_at").is_in(places.implode()))
        return found.drop("_at").collect(engine="streaming")

    def _crossing(self, splits: NDArray[np.uint8]) -> Integers:
        """The places of the rows that share a band with a row of another split."""
        mine, count = splits[self._places], len(self._places)
        flags = np.zeros(count, dtype=bool)
        begins = np.cumsum([0, *self._sizes]) * BANDS
        for band in range(BANDS if count else 0):
            keys = np.empty(count, dtype=np.uint64)
            filled = 0
            for begin, size in zip(begins, self._sizes, strict=False):
                self._file.seek(8 * int(begin + band * size))
                keys[filled : filled + size] = np.frombuffer(self._file.read(8 * size), np.uint64)
                filled += size
            shared = in_several(keys, mine)
            if len(shared):
                flags |= np.isin(keys, shared)
        found: Integers = self._places[flags]
        return found


@contextmanager
def sketched(texts: pl.LazyFrame) -> Iterator[Sketches]:
    """The sketches of sentences, in a temporary file."""
    with tempfile.TemporaryFile() as file:
        yield Sketches(texts, file)


def near_sentences(rows: pl.LazyFrame, threshold: float) -> pl.DataFrame:
    """Sentences that share most of their word pairs with one in the split of an earlier row.

    Args:
        rows: ``sentence_id``, ``split``, ``text`` and what else is to be returned.

    Returns:
        These rows with ``_other``, the other split, ``_twin``, a sentence of it, and
        ``_similarity``, the Jaccard index of their pairs of words; the most similar first.
    """
    with sketched(rows) as sketches:
        return sketches.near(rows, threshold)


def near_pairs(suspects: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """What `near_sentences` gives, of the rows that may be near-duplicates."""
    suspects = suspects.unique(["text", "split"], keep="first", maintain_order=True)
    pairs = _pairs(suspects)
    left, right = suspects[pairs[:, 0].tolist()], suspects[pairs[:, 1].tolist()]
    texts = suspects["text"]

    @lru_cache(maxsize=64)
    def words(row: int) -> frozenset[int]:
        """The pairs of words of a row; the first row of a bucket is compared with all its others.

        By its number: a long text would be copied for each of its pairs.
        """
        return frozenset(shingles(texts[row : row + 1])[0].tolist())

    alike = [_similarity(words(a), words(b)) for a, b in pairs.tolist()]
    similarity = pl.Series(alike, dtype=pl.Float64)
    near: pl.DataFrame = right.with_columns(
        _twin=left["sentence_id"], _other=left["split"], _similarity=similarity
    ).filter((similarity >= threshold) & (left["text"] != right["text"]))
    near = near.sort("_similarity", descending=True, maintain_order=True)
    return near.unique("sentence_id", keep="first", maintain_order=True)


def split_number() -> pl.Expr:
    """The column ``split`` as the place of the split in `SPLITS`."""
    numbers = {split: number for number, split in enumerate(SPLITS)}
    return pl.col("split").replace_strict(numbers, return_dtype=pl.UInt8)


def long_enough() -> pl.Expr:
    """Whether ``text`` has `MIN_WORDS` words."""
    return pl.col("text").str.count_matches(_WORD) >= MIN_WORDS


def shingles(texts: pl.Series) -> tuple[Hashes, Integers]:
    """Every pair of neighbouring words of each text as a number, and where each text's begin.

    Words are runs of letters and digits in lower case. A text of n words has n - 1 pairs.
    """
    words = texts.str.to_lowercase().str.extract_all(_WORD)
    counts = words.list.len().to_numpy().astype(np.int64)
    flat = words.explode(empty_as_null=False).hash(_SEED).to_numpy()
    ends = np.cumsum(counts)
    pairs = flat[:-1] * _ODD + np.roll(flat, -1)[:-1]
    inside = np.ones(len(flat), dtype=bool)
    inside[ends[counts > 0] - 1] = False
    offsets = np.concatenate([[0], np.cumsum(np.maximum(counts - 1, 0))])
    return np.ascontiguousarray(pairs[inside[:-1]]), offsets


def _bands(texts: pl.Series) -> Hashes:
    """A number for each band of each text, bands x texts, from the MinHashes of its pairs of words.

    A MinHash is the least value of a function a * x + b mod 2^32, a odd, over the pairs (Broder
    1997); a band is three of them. Every text must have two words.
    """
    flat, offsets = shingles(texts)
    pairs = (flat >> np.uint64(32)).astype(np.uint32)
    least = np.empty((PERMUTATIONS, len(texts)), dtype=np.uint32)
    for start in range(0, len(texts), _BLOCK):
        end = min(start + _BLOCK, len(texts))
        first = offsets[start]
        _minima(pairs[first : offsets[end]], offsets[start:end] - first, least[:, start:end])
    triples = least.reshape(BANDS, PERMUTATIONS // BANDS, len(texts)).astype(np.uint64)
    found: Hashes = triples[:, 0]
    for place in range(1, PERMUTATIONS // BANDS):
        found = found * _ODD + triples[:, place]
    return found


def _minima(pairs: Numbers, begins: Integers, least: Numbers) -> None:
    values = np.empty_like(pairs)
    for place in range(PERMUTATIONS):
        np.multiply(pairs, _DRAWN[2 * place] | np.uint32(1), out=values)
        values += _DRAWN[2 * place + 1]
        np.minimum.reduceat(values, begins, out=least[place])


def _pairs(rows: pl.DataFrame) -> Integers:
    """Candidates: in each bucket every row with the first row of each other split."""
    if rows.is_empty():
        return np.empty((0, 2), dtype=np.int64)
    found = []
    for keys in _bands(rows["text"]):
        band = pl.DataFrame({"key": keys, "split": rows["split"]}).with_row_index("_row")
        first = band.group_by("key", "split").agg(_first=pl.col("_row").min())
        both = band.join(first, on="key").filter(
            (pl.col("split") != pl.col("split_right")) & (pl.col("_first") < pl.col("_row"))
        )
        found.append(both.select("_first", "_row"))
    return pl.concat(found).unique(maintain_order=True).to_numpy().astype(np.int64)


def _similarity(left: frozenset[int], right: frozenset[int]) -> float:
    """The Jaccard index |a ∩ b| / |a ∪ b| of the pairs of words of two texts."""
    shared = len(left & right)
    return shared / max(len(left) + len(right) - shared, 1)
