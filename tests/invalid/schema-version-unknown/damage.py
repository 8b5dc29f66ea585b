"""The release says that it is of a schema that never was."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest.update(schema_version="0.9"))
    specimen.sign()
