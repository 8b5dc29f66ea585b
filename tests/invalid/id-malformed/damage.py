"""A collection is named with capitals and a blank."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.describe("orchard-day", collection="Our Stories")
    specimen.sign()
