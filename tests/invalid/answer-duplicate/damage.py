"""An annotator is counted twice."""

from __future__ import annotations

import polars as pl
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    (specimen.root / "copydesk.toml").unlink()  # alone, without the round to compare with

    def again(frame: pl.DataFrame) -> pl.DataFrame:
        first = pl.col("annotation_id") == "ferry-day.001.r1.a1"
        other = pl.lit("copy.ferry-day.001.r1.a1").alias("annotation_id")
        both = pl.concat([frame, frame.filter(first).with_columns(other)])
        return both.sort("article_id", "start", "annotator", maintain_order=True)

    specimen.edit("annotations", again, split="validation")
    specimen.sign(documents=False)
