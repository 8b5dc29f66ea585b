"""A sentence has no list of cues, not even an empty one."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("sentences", "cues", None, row=ORCHARD + 1)
    specimen.sign()
