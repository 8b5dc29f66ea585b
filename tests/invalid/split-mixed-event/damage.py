"""release.json puts an event into another split than its rows are in."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest["splits"].update(orchard="validation"))
    specimen.sign()
