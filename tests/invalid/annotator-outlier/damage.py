"""The corpus tolerates no annotator below the others."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.configure("[checks]\noutlier_gap = 0.05")
