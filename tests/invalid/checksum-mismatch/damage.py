"""A byte is added to a file."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    with (specimen.release / "croissant.json").open("a") as stream:
        stream.write("\n")
