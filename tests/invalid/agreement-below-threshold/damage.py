"""The corpus asks for more agreement than there is."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.configure("[checks]\nalpha_min = 0.99")
