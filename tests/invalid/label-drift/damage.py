"""The corpus tolerates no drift at all."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.configure("[checks]\ndrift_p = 1.0\ndrift_v = 0.0")
