"""What stands in two splits: a text, a sentence of eight words, or nearly the same sentence.

`cut` draws splits with it and `validate` judges releases with it, so that they agree. Sentences of
fewer than `MIN_WORDS` words ("He declined to comment.") may stand in any article and are not
compared. Withheld sentences are compared by their hash.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contract.columns import SPLITS
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import sha256_text
from copydesk.release.contents import PLACE, Contents
from copydesk.release.splits import in_several

MIN_WORDS: Final = 8
MIN_LENGTH: Final = 50
"""Withheld sentences have no words to count: these many code points stand for eight words."""
DUPLICATE: Final = "duplicate-text-across-splits"
NEAR_DUPLICATE: Final = "near-duplicate-across-splits"
NEAR: Final = 0.7
"""Least similarity of near-duplicates, where the table ``checks`` of the corpus says no other."""

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
Splits = NDArray[np.uint8]
Integers = NDArray[np.int64]


def same_texts(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles whose text, by its ``text_sha256``, also stands in the split of an earlier row.

    Returns:
        These rows with ``_other``, the other split, and ``_twin``, an article of it.
    """
    return _across(articles.with_columns(_key=pl.col("text_sha256")), "article_id")


def same_sentences(given: pl.LazyFrame, withheld: pl.LazyFrame) -> pl.DataFrame:
    """Sentences that also stand in the split of an earlier row.

    Args:
        given: ``sentence_id``, ``split``, ``text`` and what else is to be returned.
        withheld: the same, with ``text_sha256``, ``start`` and ``end`` in place of ``text``.

    Returns:
        These rows with ``_other``, the other split, and ``_twin``, a sentence of it.
    """
    key = pl.col("text").hash(_SEED).cast(pl.String)
    if withheld.select(pl.len()).collect().item():
        key = pl.col("text").map_elements(sha256_text, return_dtype=pl.String)
    withheld = withheld.filter(pl.col("end") - pl.col("start") >= MIN_LENGTH)
    rows = pl.concat(
        [
            given.filter(_long()).with_columns(_key=key).drop("text"),
            withheld.with_columns(_key=pl.col("text_sha256")).drop("text_sha256", "start", "end"),
        ]
    )
    hashes = pl.col("_key").hash(_SEED)
    found = rows.select(hashes, _split()).collect(engine="streaming")
    twice = pl.Series(in_several(found["_key"].to_numpy(), found["split"].to_numpy()))
    return _across(rows.filter(hashes.is_in(twice.implode())).collect(), "sentence_id")


def _split() -> pl.Expr:
    numbers = {split: number for number, split in enumerate(SPLITS)}
    return pl.col("split").replace_strict(numbers, return_dtype=pl.UInt8)


def _across(rows: pl.DataFrame, record: str) -> pl.DataFrame:
    """Rows whose key stands in an earlier split; the split of its first row is the other."""
    first = rows.group_by("_key").agg(
        _other=pl.col("split").first(),
        _twin=pl.col(record).first(),
        _splits=pl.col("split").n_unique(),
    )
    twins = rows.join(first.filter(pl.col("_splits") > 1), on="_key")
    return twins.filter(pl.col("split") != pl.col("_other"))


def near_sentences(rows: pl.LazyFrame, threshold: float) -> pl.DataFrame:
    """Sentences that share most of their pairs of words with one of the split of an earlier row.

    Args:
        rows: ``sentence_id``, ``split``, ``text`` and what else is to be returned.

    Returns:
        These rows with ``_other``, the other split, ``_twin``, a sentence of it, and
        ``_similarity``, the Jaccard index of their pairs of words; the most similar first.
    """
    return _near(_suspects(rows), threshold)


def _suspects(rows: pl.LazyFrame) -> pl.DataFrame:
    """The rows that may be nearly the same as one of another split."""
    places = pl.Series(_suspected(rows), dtype=pl.UInt32)
    found = rows.with_row_index("_at").filter(pl.col("_at").is_in(places.implode())).drop("_at")
    return found.collect(engine="streaming")


def _near(suspects: pl.DataFrame, threshold: float) -> pl.DataFrame:
    suspects = suspects.unique(["text", "split"], keep="first", maintain_order=True)
    pairs = _pairs(suspects)
    left, right = suspects[pairs[:, 0].tolist()], suspects[pairs[:, 1].tolist()]
    similarity = pl.Series(
        [_similarity(a, b) for a, b in zip(left["text"], right["text"], strict=True)],
        dtype=pl.Float64,
    )
    near: pl.DataFrame = right.with_columns(
        _twin=left["sentence_id"], _other=left["split"], _similarity=similarity
    ).filter((similarity >= threshold) & (left["text"] != right["text"]))
    near = near.sort("_similarity", descending=True, maintain_order=True)
    return near.unique("sentence_id", keep="first", maintain_order=True)


def crossing(release: Contents, threshold: float) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """What stands in two splits of a release: the rule, the key column, and the rows."""
    articles = release.frame("articles", "article_id", *PLACE, "text_sha256")
    yield DUPLICATE, "article_id", same_texts(articles)
    given = release.scan("sentences", "sentence_id", *PLACE, "text")
    columns = ("text_sha256", "start", "end")
    withheld = release.scan("standoff", "sentence_id", *PLACE, *columns)
    yield DUPLICATE, "sentence_id", same_sentences(given, withheld)
    yield NEAR_DUPLICATE, "sentence_id", near_sentences(given, threshold)


def crossing_events(
    sentences: pl.LazyFrame, articles: pl.DataFrame, splits: Mapping[str, str], threshold: float
) -> list[tuple[str, str]]:
    """Pairs of events of different splits that share an article's text or nearly a sentence.

    Args:
        sentences: ``sentence_id``, ``article_id``, ``index``, ``event`` and ``text`` of those that
            are given.
        articles: ``article_id``, ``event`` and ``text_sha256`` of all.
        splits: of each event.
    """
    order = {split: number for number, split in enumerate(SPLITS)}
    split = pl.col("event").replace_strict(splits, return_dtype=pl.String)
    # In the order of a release, since pairs are found from its first rows.
    place = pl.col("split").replace_strict(order)
    articles = articles.with_columns(split=split).sort(place, "article_id")
    suspects = _suspects(sentences.with_columns(split=split)).sort(place, "article_id", "index")
    near = _near(suspects, threshold)
    return [
        pair
        for found, record, among in (
            (same_texts(articles), "article_id", articles),
            (near, "sentence_id", suspects),
        )
        for pair in found.join(
            among.select(_twin=record, _event="event"), on="_twin", maintain_order="left"
        )
        .select("event", "_event")
        .rows()
    ]


def near_threshold(corpus: Corpus) -> float:
    """The similarity from which `validate` takes two sentences of a corpus for nearly the same."""
    return float(corpus.config.get("checks", {}).get("near_duplicate", NEAR))


def refuse_crossing(corpus: Corpus, contents: Contents) -> None:
    """Refuse a release with text in two splits, which `validate` would find.

    Splits are drawn so that this is only left where releases gave both events their splits.

    Raises:
        InputError: there is some, and no waiver of ``copydesk.toml`` for it.
    """
    for rule, key, found in crossing(contents, near_threshold(corpus)):
        waived = corpus.waived(rule)
        rows = found.filter(~pl.col(key).is_in(list(waived)))
        if "" in waived or rows.is_empty():
            continue
        first = rows.row(0, named=True)
        raise InputError(
            f"{rows.height} of the release's texts and sentences would stand in two splits, alike "
            f"or nearly so, as '{first[key]}' ({first['split']}) and '{first['_twin']}' "
            f"({first['_other']}): their events have these splits since an earlier release.",
            where=str(corpus.root),
            hint="Leave one of the two articles out (--round names the rounds to take), or waive "
            f"'{rule}' in copydesk.toml and say why.",
        )


def _long() -> pl.Expr:
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


def _suspected(rows: pl.LazyFrame) -> Integers:
    """The places of the rows that share a band with a row of another split.

    The bands lie on the disk, 160 bytes a sentence; one band of all rows is held at a time.
    """
    sizes, places, splits = [], [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint8)]
    height = rows.select(pl.len()).collect().item()
    with tempfile.TemporaryFile() as scratch:
        for start in range(0, height, _CHUNK):
            part = rows.select("text", _split()).slice(start, _CHUNK).collect()
            part = part.with_row_index("_at", offset=start).filter(_long())
            if part.height:
                scratch.write(_bands(part["text"]).tobytes())
                sizes.append(part.height)
                places.append(part["_at"].to_numpy().astype(np.int64))
                splits.append(part["split"].to_numpy())
        begins = np.cumsum([0, *sizes]) * BANDS
        of_rows, flags = np.concatenate(splits), np.zeros(sum(sizes), dtype=bool)
        for band in range(BANDS if sizes else 0):
            keys = np.empty(sum(sizes), dtype=np.uint64)
            filled = 0
            for begin, size in zip(begins, sizes, strict=False):
                scratch.seek(8 * int(begin + band * size))
                keys[filled : filled + size] = np.frombuffer(scratch.read(8 * size), np.uint64)
                filled += size
            shared = in_several(keys, of_rows)
            if len(shared):
                flags |= np.isin(keys, shared)
    found: Integers = np.concatenate(places)[flags]
    return found


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


def _similarity(a: str, b: str) -> float:
    """The Jaccard index |a ∩ b| / |a ∪ b| of the texts' pairs of words."""
    flat, offsets = shingles(pl.Series([a, b]))
    left, right = set(flat[: offsets[1]].tolist()), set(flat[offsets[1] :].tolist())
    return len(left & right) / max(len(left | right), 1)
