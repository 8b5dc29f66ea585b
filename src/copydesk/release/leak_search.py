"""Makes sure that no withheld words are in a new release; searches for some articles at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.errors import IntegrityError
from copydesk.leaks import Secrets, find_leaks
from copydesk.release.parts import Parts

_CHARACTERS_AT_ONCE: Final = 1 << 26
"""Words of withheld text that are searched for at once; they take some 16 bytes each."""

_Words = list[tuple[str, str]]


def refuse_leaks(folder: Path, parts: Parts) -> None:
    """Refuse a release that would give withheld text.

    Args:
        folder: the release, written but not yet in its place.
        parts: what it was made of.

    Raises:
        IntegrityError: a file of it contains withheld words.
    """
    leaks = [leak for secrets in _secrets(parts) for leak in find_leaks(folder, secrets)]
    if leaks:
        first = min(leaks, key=lambda leak: (leak.file, leak.record))
        raise IntegrityError(
            f"Withheld text would be published in {len(leaks)} places, first in {first.record}.",
            where=first.file,
            hint="Nothing was released. Remove the text from the article's published fields.",
        )


def _secrets(parts: Parts) -> Iterator[Secrets]:
    """The words of the withheld articles, those of some articles at a time."""
    for sentences, texts in _withheld(parts):
        urls = (rows["url"].drop_nulls() for rows in parts.articles())
        yield Secrets(
            sentences=sentences,
            texts=texts,
            given=_given(parts),
            urls=(url for some in urls for url in some),
        )


def _given(parts: Parts) -> Iterator[str]:
    for articles in parts.articles():
        rows = articles.filter("redistributable")
        yield from rows["text"]
        yield from rows["title"].drop_nulls()


def _withheld(parts: Parts) -> Iterator[tuple[_Words, _Words]]:
    """Sentences and titles, and whole texts, with the ids that they are known by."""
    whole: _Words = []
    texts: _Words = []
    size = 0
    for part in parts:
        articles = part["articles"].filter(~pl.col("redistributable"))
        sentences = part["sentences"].join(articles, on="article_id", how="semi")
        whole += sentences.select("sentence_id", "text").iter_rows()
        whole += articles.select("article_id", "title").drop_nulls().iter_rows()
        texts += articles.select("article_id", "text").iter_rows()
        size += int(articles["text"].str.len_chars().sum())
        if size >= _CHARACTERS_AT_ONCE:
            yield whole, texts
            whole, texts, size = [], [], 0
    if texts:
        yield whole, texts
