"""The rows of a split stand the other way round."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    """Sort the articles of the training split backwards."""
    specimen.edit("articles", lambda frame: frame.sort(pl.col("article_id"), descending=True))
    specimen.sign()
