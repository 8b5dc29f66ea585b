"""Two sentences change their numbers."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("sentences", "index", 3, row=ORCHARD + 3)
    specimen.set("sentences", "index", 4, row=ORCHARD + 2)
    specimen.sign()
