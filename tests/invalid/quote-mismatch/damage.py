"""A quotation is cut short, its offsets are not."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("quotes", "text", "I have not seen blossom", row=2)
    specimen.sign()
