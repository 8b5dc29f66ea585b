"""A file is left in the release."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    (specimen.release / "notes.txt").write_text("to do\n")
