"""What stands in two splits: a text, a sentence of eight words, or nearly the same sentence.

`cut` draws splits with it and `validate` judges releases with it, so that they agree. Sentences of
fewer than `MIN_WORDS` words ("He declined to comment.") may stand in any article and are not
compared. Withheld sentences are compared by their hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contract.columns import SPLITS
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import sha256_text
from copydesk.release.contents import PLACE, Contents

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
_WORD: Final = r"[\p{L}\p{N}]+"
_SEED: Final = 1
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Integers = NDArray[np.int64]


def same_texts(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles whose text, by its ``text_sha256``, also stands in the split of an earlier row.

    Returns:
        These rows with ``_other``, the other split, and ``_twin``, an article of it.
    """
    return _across(articles.with_columns(_key=pl.col("text_sha256")), "article_id")


def same_sentences(given: pl.DataFrame, withheld: pl.DataFrame) -> pl.DataFrame:
    """Sentences that also stand in the split of an earlier row.

    Args:
        given: ``sentence_id``, ``split``, ``text`` and what else is to be returned.
        withheld: the same, with ``text_sha256``, ``start`` and ``end`` in place of ``text``.

    Returns:
        These rows with ``_other``, the other split, and ``_twin``, a sentence of it.
    """
    given = given.filter(_long())
    withheld = withheld.filter(pl.col("end") - pl.col("start") >= MIN_LENGTH)
    key = pl.col("text").hash(_SEED).cast(pl.String)
    if withheld.height:
        key = pl.col("text").map_elements(sha256_text, return_dtype=pl.String)
    rows = [
        given.with_columns(_key=key).drop("text"),
        withheld.with_columns(_key=pl.col("text_sha256")).drop("text_sha256", "start", "end"),
    ]
    return _across(pl.concat(rows), "sentence_id")


def _across(rows: pl.DataFrame, record: str) -> pl.DataFrame:
    """Rows whose key stands in an earlier split; the split of its first row is the other."""
    first = rows.group_by("_key").agg(
        _other=pl.col("split").first(),
        _twin=pl.col(record).first(),
        _splits=pl.col("split").n_unique(),
    )
    twins = rows.join(first.filter(pl.col("_splits") > 1), on="_key")
    return twins.filter(pl.col("split") != pl.col("_other"))


def near_sentences(rows: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Sentences that share most of their pairs of words with one of the split of an earlier row.

    Args:
        rows: ``sentence_id``, ``split``, ``text`` and what else is to be returned.

    Returns:
        These rows with ``_other``, the other split, ``_twin``, a sentence of it, and
        ``_similarity``, the Jaccard index of their pairs of words; the most similar first.
    """
    rows = rows.unique(["text", "split"], keep="first", maintain_order=True).filter(_long())
    suspects = rows.filter(_flags(rows)) if rows["split"].n_unique() > 1 else rows.clear()
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
    given = release.frame("sentences", "sentence_id", *PLACE, "text")
    columns = ("text_sha256", "start", "end")
    withheld = release.frame("standoff", "sentence_id", *PLACE, *columns)
    yield DUPLICATE, "sentence_id", same_sentences(given, withheld)
    yield NEAR_DUPLICATE, "sentence_id", near_sentences(given, threshold)


def crossing_events(
    sentences: pl.DataFrame, splits: Mapping[str, str], threshold: float
) -> list[tuple[str, str]]:
    """Pairs of events of different splits that share an article's text or nearly a sentence.

    Args:
        sentences: ``sentence_id``, ``article_id``, ``index``, ``event``, ``text``, whether it is
            ``redistributable``, and the ``text_sha256`` of its article.
        splits: of each event.
    """
    order = {split: number for number, split in enumerate(SPLITS)}
    split = pl.col("event").replace_strict(splits, return_dtype=pl.String)
    rows = sentences.with_columns(split=split)
    # In the order of a release, since pairs are found from its first rows.
    rows = rows.sort(pl.col("split").replace_strict(order), "article_id", "index")
    articles = rows.unique("article_id", keep="first", maintain_order=True)
    near = near_sentences(rows.filter("redistributable"), threshold)
    return [
        pair
        for found, record, among in (
            (same_texts(articles), "article_id", articles),
            (near, "sentence_id", rows),
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
    today = datetime.now(UTC).date().isoformat()
    for rule, key, found in crossing(contents, near_threshold(corpus)):
        waivers = [
            w for w in corpus.config.get("waivers", []) if w["rule"] == rule and w["until"] >= today
        ]
        waived = {w.get("record", "") for w in waivers}
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
