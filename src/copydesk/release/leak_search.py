"""Makes sure that no withheld words are in a new release."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from copydesk.errors import IntegrityError
from copydesk.release.parts import Parts
from copydesk.sieve import search

_WITHHELD = ~pl.col("redistributable")


def refuse_leaks(folder: Path, parts: Parts) -> None:
    """Refuse a release that would give withheld text.

    Args:
        folder: the release, written but not yet in its place.
        parts: what it was made of.

    Raises:
        IntegrityError: a file of it contains withheld words.
    """
    leaks = search(
        folder,
        sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()),
        sentences=partial(_sentences, parts),
        texts=partial(_texts, parts),
        given=partial(_given, parts),
        urls=partial(_urls, parts),
    )
    if leaks:
        first = min(leaks, key=lambda leak: (leak.file, leak.record))
        raise IntegrityError(
            f"Withheld text would be published in {len(leaks)} places, first in {first.record}.",
            where=first.file,
            hint="Nothing was released. Remove the text from the article's published fields.",
        )


def _sentences(parts: Parts) -> Iterator[tuple[str, str]]:
    """Sentences and titles of withheld articles, with the ids that they are known by."""
    for part in parts:
        articles = part["articles"].filter(_WITHHELD)
        sentences = part["sentences"].join(articles, on="article_id", how="semi")
        yield from sentences.select("sentence_id", "text").iter_rows()
        yield from articles.select("article_id", "title").drop_nulls().iter_rows()


def _texts(parts: Parts) -> Iterator[tuple[str, str]]:
    for articles in parts.articles():
        yield from articles.filter(_WITHHELD).select("article_id", "text").iter_rows()


def _given(parts: Parts) -> Iterator[str]:
    for articles in parts.articles():
        rows = articles.filter("redistributable")
        yield from rows["text"]
        yield from rows["title"].drop_nulls()


def _urls(parts: Parts) -> Iterator[str]:
    for articles in parts.articles():
        yield from articles["url"].drop_nulls()
