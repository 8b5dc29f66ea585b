"""A file that release.json lists is deleted."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    (specimen.release / "croissant.json").unlink()
