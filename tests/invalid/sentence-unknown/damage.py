"""A quotation names a sentence that is not there."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("quotes", "sentence_ids", ["orchard-day.003", "orchard-day.099"], row=2)
    specimen.sign()
