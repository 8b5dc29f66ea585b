"""The labels were aggregated in a way that no schema knows."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest.update(aggregation="dice"))
    specimen.sign_index()
