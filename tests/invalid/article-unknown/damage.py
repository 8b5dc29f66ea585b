"""An article is removed, its sentences stay."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.edit("articles", lambda frame: frame.filter(pl.col("article_id") != "orchard-day"))
    specimen.sign()
