"""A label is -1."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("sentences", "label", -1, row=ORCHARD + 1)
    specimen.sign()
