"""The share of quoted words of a withheld sentence is made up."""

from __future__ import annotations

from specimens import Specimen

ARGUMENTS = {"rebuild": True}


def damage(specimen: Specimen) -> None:
    specimen.set("standoff", "quoted_ratio", 0.25, row=2)
    specimen.sign()
