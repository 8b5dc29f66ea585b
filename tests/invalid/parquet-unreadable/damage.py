"""Half of a table is lost, and the rest is signed."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    data = (specimen.release / "quotes" / "train.parquet").read_bytes()
    specimen.replace("quotes/train.parquet", data[: len(data) // 2])
