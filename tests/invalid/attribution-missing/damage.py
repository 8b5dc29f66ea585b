"""Nobody is named for a text under CC-BY."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.describe("orchard-day", attribution=None)
    specimen.sign()
