"""A withheld sentence reaches into the next."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.rename("2.0.0")
    first = pl.col("start") == 0
    longer = pl.when(first).then(pl.col("end") + 3).otherwise(pl.col("end")).alias("end")
    specimen.edit("standoff", lambda frame: frame.with_columns(longer))
    specimen.edit("annotations", lambda frame: frame.with_columns(longer), split="test")
    pieces = (
        specimen.rows("articles").filter(pl.col("article_id") == "kept-day")["pieces"][0].to_list()
    )
    pieces[0]["end"] += 3
    specimen.set("articles", "pieces", pieces, split="test")
    specimen.sign()
