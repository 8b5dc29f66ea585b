"""A file is replaced by a link that leads out of the release."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    file = specimen.release / "croissant.json"
    elsewhere = file.rename(specimen.root / "croissant.json")
    file.symlink_to(elsewhere)
