"""Level 4: the same or nearly the same text in two splits.

Sentences of fewer than `MIN_WORDS` words ("He declined to comment.") may stand in any article and
are not compared. Withheld sentences are compared by their hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.files import sha256_text
from copydesk.release.contents import PLACE
from copydesk.validate.faults import Found, rows_at_fault
from copydesk.validate.rules import SENTENCES, check, rule
from copydesk.validate.surroundings import Released

MIN_WORDS: Final = 8
MIN_LENGTH: Final = 50
"""Withheld sentences have no words to count: these many code points stand for eight words."""

PERMUTATIONS: Final = 60
BANDS: Final = 20
"""Bands of three: a pair at a similarity s is a candidate with probability 1 - (1 - s^3)^20, which
is .9998 at .7 and .003 at .05."""

_CHUNK: Final = 100_000
_WORD: Final = r"[\p{L}\p{N}]+"
_SEED: Final = 1
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Integers = NDArray[np.int64]


@check("released", needs=(*SENTENCES, "articles"))
@rule(
    "duplicate-text-across-splits",
    level=4,
    meaning="No text, and no sentence of eight words or more, appears in two splits.",
    fix="Give the articles one event, so that they share a split.",
)
def duplicates(subject: Released) -> Iterator[Found]:
    """No article's text and no sentence of eight words stands in two splits."""
    release = subject.release
    articles = release.table("articles").select("article_id", *PLACE, _key="text_sha256")
    message = "The text of '{article_id}' also stands in the split '{_other}', as '{_twin}'."
    yield from _across(articles, "article_id", message)
    given = release.table("sentences").filter(pl.col("text").str.count_matches(_WORD) >= MIN_WORDS)
    withheld = release.table("standoff").filter(pl.col("end") - pl.col("start") >= MIN_LENGTH)
    key = pl.col("text").hash(_SEED).cast(pl.String)
    if withheld.height:
        key = pl.col("text").map_elements(sha256_text, return_dtype=pl.String)
    sentences = pl.concat(
        [
            given.select("sentence_id", *PLACE, _key=key),
            withheld.select("sentence_id", *PLACE, _key="text_sha256"),
        ]
    )
    message = "The sentence also stands in the split '{_other}', as '{_twin}'."
    yield from _across(sentences, "sentence_id", message)


def _across(rows: pl.DataFrame, record: str, message: str) -> Iterator[Found]:
    """Rows whose key stands in an earlier split; the split of its first row is the other."""
    first = rows.group_by("_key").agg(
        _other=pl.col("split").first(),
        _twin=pl.col(record).first(),
        _splits=pl.col("split").n_unique(),
    )
    twins = rows.join(first.filter(pl.col("_splits") > 1), on="_key")
    twins = twins.filter(pl.col("split") != pl.col("_other"))
    yield from rows_at_fault("duplicate-text-across-splits", twins, message, record, "/text")


@check("released", needs=("sentences",))
@rule(
    "near-duplicate-across-splits",
    level=4,
    meaning="No two sentences of different splits are near-duplicates.",
    fix="Give their articles one event, so that they share a split.",
)
def near_duplicates(subject: Released) -> Iterator[Found]:
    """No two sentences of different splits share most of their pairs of words."""
    threshold = float(subject.threshold("near_duplicate"))
    rows = subject.release.table("sentences").select("sentence_id", "text", *PLACE)
    rows = rows.unique(["text", "split"], keep="first", maintain_order=True)
    rows = rows.filter(pl.col("text").str.count_matches(_WORD) >= MIN_WORDS)
    if rows["split"].n_unique() < 2:
        return
    suspects = rows.filter(_flags(rows))
    pairs = _pairs(suspects)
    left, right = suspects[pairs[:, 0].tolist()], suspects[pairs[:, 1].tolist()]
    similarity = pl.Series(
        [_similarity(a, b) for a, b in zip(left["text"], right["text"], strict=True)],
        dtype=pl.Float64,
    )
    near = right.with_columns(
        _twin=left["sentence_id"], _other=left["split"], _similarity=similarity
    ).filter((similarity >= threshold) & (left["text"] != right["text"]))
    near = near.sort("_similarity", descending=True, maintain_order=True)
    near = near.unique("sentence_id", keep="first", maintain_order=True)
    message = (
        "It shares {_similarity} of its pairs of words with '{_twin}' of the split '{_other}'."
    )
    yield from rows_at_fault("near-duplicate-across-splits", near, message, "sentence_id", "/text")


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


def _matrix(texts: pl.Series) -> Any:
    """The MinHashes of texts; their words are taken a hundred thousand texts at a time."""
    from rensa import RMinHash

    parts = [shingles(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
    flat = np.concatenate([hashes for hashes, _ in parts])
    lengths = np.concatenate([np.diff(offsets) for _, offsets in parts])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, PERMUTATIONS, _SEED)


def _flags(rows: pl.DataFrame) -> pl.Series:
    """Which rows share a band with another row."""
    from rensa import RMinHashLSH

    index = RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=BANDS)
    flags = index.query_duplicate_flags_matrix_one_shot(_matrix(rows["text"]))
    return pl.Series(flags, dtype=pl.Boolean)


def _pairs(rows: pl.DataFrame) -> Integers:
    """Candidates: in each bucket every row with the first row of each other split."""
    if rows.is_empty():
        return np.empty((0, 2), dtype=np.int64)
    digests = np.asarray(_matrix(rows["text"]).to_rows(), dtype=np.uint64)
    width = PERMUTATIONS // BANDS
    found = []
    for band in range(BANDS):
        part = digests[:, band * width : (band + 1) * width]
        keys = pl.DataFrame(part, schema=[f"k{i}" for i in range(width)])
        keys = keys.with_columns(_row=pl.int_range(pl.len()), split=rows["split"])
        names = [f"k{i}" for i in range(width)]
        first = keys.group_by(*names, "split").agg(_first=pl.col("_row").min())
        both = keys.join(first, on=names).filter(
            (pl.col("split") != pl.col("split_right")) & (pl.col("_first") < pl.col("_row"))
        )
        found.append(both.select("_first", "_row"))
    return pl.concat(found).unique(maintain_order=True).to_numpy()


def _similarity(a: str, b: str) -> float:
    """The Jaccard index |a ∩ b| / |a ∪ b| of the texts' pairs of words."""
    flat, offsets = shingles(pl.Series([a, b]))
    left, right = set(flat[: offsets[1]].tolist()), set(flat[offsets[1] :].tolist())
    return len(left & right) / max(len(left | right), 1)
