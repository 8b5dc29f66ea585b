"""One text, under two ids, is in two splits."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.rename("2.0.0")
    articles = specimen.rows("articles")
    digest = articles.filter(pl.col("article_id") == "ferry-day")["text_sha256"][0]
    specimen.describe("kept-day", text_sha256=digest)
    specimen.sign()
