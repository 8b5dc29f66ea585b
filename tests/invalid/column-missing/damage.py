"""A column is left out."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.edit("quotes", lambda frame: frame.drop("similarity"))
    specimen.sign()
