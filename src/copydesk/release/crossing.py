"""Duplicates across splits: equal texts, and (nearly) equal sentences of eight words or more.

`cut` draws splits with it and `validate` judges releases with it, so that they agree. Sentences of
fewer than eight words ("He declined to comment.") may occur in any article and are not compared.
Withheld sentences are compared by their hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from copydesk.contract.columns import SPLITS
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import sha256_text
from copydesk.release.contents import PLACE, Contents
from copydesk.release.near import Sketches, long_enough, near_pairs, near_sentences, split_number
from copydesk.release.splits import in_several

MIN_LENGTH: Final = 50
"""The words of a withheld sentence cannot be counted: this many code points stand for eight."""
DUPLICATE: Final = "duplicate-text-across-splits"
NEAR_DUPLICATE: Final = "near-duplicate-across-splits"
NEAR: Final = 0.7
"""Least similarity of near-duplicates, unless the corpus sets another in ``[checks]``."""

_SEED: Final = 1


def same_texts(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles whose text, by its ``text_sha256``, is also in the split of an earlier row.

    Returns:
        These rows with ``_other``, the other split, and ``_twin``, an article of it.
    """
    return _across(articles.with_columns(_key=pl.col("text_sha256")), "article_id")


def same_sentences(given: pl.LazyFrame, withheld: pl.LazyFrame) -> pl.DataFrame:
    """Sentences that are also in the split of an earlier row.

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
            given.filter(long_enough()).with_columns(_key=key).drop("text"),
            withheld.with_columns(_key=pl.col("text_sha256")).drop("text_sha256", "start", "end"),
        ]
    )
    hashes = pl.col("_key").hash(_SEED)
    found = rows.select(hashes, split_number()).collect(engine="streaming")
    twice = pl.Series(in_several(found["_key"].to_numpy(), found["split"].to_numpy()))
    return _across(rows.filter(hashes.is_in(twice.implode())).collect(), "sentence_id")


def _across(rows: pl.DataFrame, record: str) -> pl.DataFrame:
    """Rows whose key also occurs in an earlier split, with the split of the key's first row."""
    first = rows.group_by("_key").agg(
        _other=pl.col("split").first(),
        _twin=pl.col(record).first(),
        _splits=pl.col("split").n_unique(),
    )
    twins = rows.join(first.filter(pl.col("_splits") > 1), on="_key")
    return twins.filter(pl.col("split") != pl.col("_other"))


def crossing(
    release: Contents, threshold: float, near: pl.DataFrame | None = None
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """The duplicates across a release's splits: the rule, the key column, and the rows.

    Args:
        near: what `near_sentences` gives, if it is known.
    """
    articles = release.frame("articles", "article_id", *PLACE, "text_sha256")
    yield DUPLICATE, "article_id", same_texts(articles)
    given = release.scan("sentences", "sentence_id", *PLACE, "text")
    columns = ("text_sha256", "start", "end")
    withheld = release.scan("standoff", "sentence_id", *PLACE, *columns)
    yield DUPLICATE, "sentence_id", same_sentences(given, withheld)
    near = near_sentences(given, threshold) if near is None else near
    yield NEAR_DUPLICATE, "sentence_id", near


def crossing_events(
    sketches: Sketches,
    sentences: pl.LazyFrame,
    articles: pl.DataFrame,
    splits: Mapping[str, str],
    threshold: float,
) -> tuple[list[tuple[str, str]], pl.DataFrame]:
    """Pairs of events of different splits that share an article's text or nearly a sentence.

    Args:
        sketches: of these sentences.
        sentences: ``sentence_id``, ``article_id``, ``index``, ``event`` and ``text`` of those that
            are given.
        articles: ``article_id``, ``event`` and ``text_sha256`` of all.
        splits: of each event.

    Returns:
        The pairs, and what `near_sentences` would find in a release with these splits.
    """
    order = {split: number for number, split in enumerate(SPLITS)}
    split = pl.col("event").replace_strict(splits, return_dtype=pl.String)
    # In the order of a release, since pairs are found from its first rows.
    place = pl.col("split").replace_strict(order)
    articles = articles.with_columns(split=split).sort(place, "article_id")
    suspects = sketches.suspects(sentences.with_columns(split=split))
    suspects = suspects.sort(place, "article_id", "index")
    near = near_pairs(suspects, threshold)
    pairs = [
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
    return pairs, near


def near_threshold(corpus: Corpus) -> float:
    """The similarity from which `validate` considers two sentences of a corpus nearly the same."""
    return float(corpus.config.get("checks", {}).get("near_duplicate", NEAR))


def refuse_crossing(corpus: Corpus, contents: Contents, near: pl.DataFrame | None = None) -> None:
    """Refuse a release with text in two splits, which `validate` would find.

    Splits are drawn to avoid this; it remains only where earlier releases fixed the splits of both
    events.

    Args:
        near: as for `crossing`.

    Raises:
        InputError: there is some, and no waiver of ``copydesk.toml`` for it.
    """
    for rule, key, found in crossing(contents, near_threshold(corpus), near):
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
