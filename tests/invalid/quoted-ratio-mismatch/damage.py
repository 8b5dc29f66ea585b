"""The share of quoted words is made up."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("sentences", "quoted_ratio", 0.5, row=ORCHARD + 2)
    specimen.sign()
