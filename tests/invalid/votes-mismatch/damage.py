"""A vote is moved to another label."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    votes = {"quote": 2, "claim": 1, "speculation": 0, "background": 0}
    specimen.set("sentences", "votes", votes, row=ORCHARD + 2)
    specimen.sign()
