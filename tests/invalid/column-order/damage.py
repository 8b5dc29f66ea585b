"""The columns of a table are in another order."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    for path in specimen.parts("articles"):
        frame = pl.read_parquet(path)
        specimen.put("articles", path.stem, frame.select(*frame.columns[1:], frame.columns[0]))
    specimen.sign()
