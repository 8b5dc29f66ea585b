"""The release names no release before it."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest.update(previous=None))
    specimen.sign()
