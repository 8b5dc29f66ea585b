"""The citation inside the data set names another version."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    path = specimen.dataset / "CITATION.cff"
    path.write_text(path.read_text().replace('version: "1.1.0"', 'version: "1.0.9"'))
