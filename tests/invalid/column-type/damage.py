"""A column has half its precision."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.edit("quotes", lambda frame: frame.with_columns(pl.col("similarity").cast(pl.Float32)))
    specimen.sign()
