"""An article goes, and the version rises by a minor step only."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    gone = pl.col("article_id") == "mill-day"
    for table in ("sentences", "articles", "annotations", "quotes"):
        specimen.edit(table, lambda frame: frame.filter(~gone))
    specimen.amend(lambda manifest: manifest["splits"].pop("mill"))
    specimen.sign()
