"""croissant.json counts one row more."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    data = (specimen.release / "croissant.json").read_bytes()
    specimen.replace("croissant.json", data.replace(b'"counts/rows": 15', b'"counts/rows": 16'))
