"""A published release is made anew with another date."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.amend(lambda manifest: manifest.update(created="2026-04-02T00:00:00Z"))
    index = specimen.dataset / "releases" / "index.json"
    published = index.read_text()
    specimen.sign()
    index.write_text(published)
