"""The time of the release is no time."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest.update(created="yesterday"))
    specimen.sign_index()
