"""A sentence is published before it is settled."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("sentences", "label_source", "unresolved", row=ORCHARD + 2)
    specimen.sign()
