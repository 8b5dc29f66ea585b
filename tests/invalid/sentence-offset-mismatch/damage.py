"""A word of a sentence is exchanged for one as long."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    text = specimen.rows("sentences")["text"][ORCHARD + 1]
    specimen.set("sentences", "text", text.replace("Late", "Slow"), row=ORCHARD + 1)
    specimen.sign()
