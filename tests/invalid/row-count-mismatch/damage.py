"""release.json states a row too many."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest["counts"]["quotes"].update(train=4))
    specimen.sign_index()
