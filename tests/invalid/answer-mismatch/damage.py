"""An answer is about another stretch of text than its sentence."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("annotations", "start", 209, row=-1)
    specimen.sign()
