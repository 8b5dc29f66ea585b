"""The words of a withheld quotation are given."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    words = "Nobody had a key to it and nobody asked"
    specimen.set("quotes", "text", words, split="test")
    specimen.sign()
