"""A quotation is put into the sentence before."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("quotes", "sentence_ids", ["orchard-day.002"], row=2)
    specimen.sign()
