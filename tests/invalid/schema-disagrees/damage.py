"""The features in a Parquet file name another type than its column has."""

from __future__ import annotations

import polars as pl
from specimens import Specimen

from copydesk.contract.arrow import arrow_schema


def damage(specimen: Specimen) -> None:
    metadata = arrow_schema("quotes").metadata
    wrong = metadata[b"huggingface"].replace(b"float64", b"float32")
    rows = specimen.rows("quotes").filter(pl.col("split") == "train").drop("split")
    specimen.put("quotes", "train", rows, {**metadata, b"huggingface": wrong})
    specimen.sign()
