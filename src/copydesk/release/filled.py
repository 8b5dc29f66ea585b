"""Rows of a release with the text that is known of withheld articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from copydesk.errors import IntegrityError
from copydesk.files import sha256_text
from copydesk.release.shelf import Copy


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What is known of the withheld articles.

    Args:
        whole: the copies of those whose text was met.
        parts: of the others the sentences that were found, by their start.
    """

    whole: Mapping[str, Copy]
    parts: Mapping[str, Mapping[int, str]]

    def texts(self, rows: pl.DataFrame) -> pl.Series:
        """The text of each of some withheld sentences, null where it is not known.

        Raises:
            IntegrityError: a sentence cut from a matching text does not have its hash.
        """
        columns = rows.select("article_id", "start", "end", "text_sha256")
        return pl.Series("text", [self._text(*row) for row in columns.iter_rows()], dtype=pl.String)

    def _text(self, name: str, start: int, end: int, digest: str) -> str | None:
        if name not in self.whole:
            return self.parts.get(name, {}).get(start)
        text = self.whole[name].text[start:end]
        if sha256_text(text) != digest:
            raise IntegrityError(
                f"The sentence at offset {start} of '{name}' does not have the hash "
                "that the release names, though its article's text matches.",
                hint="The release is damaged: run 'copydesk validate' on it.",
            )
        return text

    def copies(self, articles: pl.Series) -> pl.DataFrame:
        """Text, title and attribution of the articles (among these) whose copy is complete."""
        names = ("article_id", "copy", "copy_title", "copy_attribution")
        found = [
            (name, copy.text, copy.title, copy.attribution)
            for name in articles
            if (copy := self.whole.get(name))
        ]
        return pl.DataFrame(found, schema=dict.fromkeys(names, pl.String()), orient="row")


def articles(rows: pl.DataFrame, filled: Filled) -> pl.DataFrame:
    """Articles with their texts, titles and attributions, where their copy is complete."""
    copies = filled.copies(rows["article_id"])
    return rows.join(copies, on="article_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("text", "copy").alias("text"),
        pl.coalesce("title", "copy_title").alias("title"),
        pl.coalesce("attribution", "copy_attribution").alias("attribution"),
    )


def quotes(rows: pl.DataFrame, filled: Filled) -> pl.DataFrame:
    """Quotations with the words that are known: of whole articles, or inside a filled sentence."""
    named = [name for name in ("speaker", "source") if name in rows.columns]
    said: list[str | None] = []
    spans: dict[str, list[dict[str, Any] | None]] = {name: [] for name in named}
    for row in rows.iter_rows(named=True):
        said.append(row["text"] or _stretch(row["article_id"], filled, row["start"], row["end"]))
        for name in named:
            span = row[name]
            if span and span["text"] is None:
                text = _stretch(row["article_id"], filled, span["start"], span["end"])
                span = {**span, "text": text}
            spans[name].append(span)
    return rows.with_columns(
        pl.Series("text", said, dtype=pl.String),
        *(pl.Series(name, spans[name], dtype=rows.schema[name]) for name in named),
    )


def _stretch(name: str, filled: Filled, start: int, end: int) -> str | None:
    if name in filled.whole:
        return filled.whole[name].text[start:end]
    for first, text in sorted(filled.parts.get(name, {}).items()):
        if first <= start and end <= first + len(text):
            return text[start - first : end - first]
    return None
