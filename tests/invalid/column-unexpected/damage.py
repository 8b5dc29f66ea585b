"""A column is there that no contract knows."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.edit("quotes", lambda frame: frame.with_columns(mood=pl.lit("grim")))
    specimen.sign()
