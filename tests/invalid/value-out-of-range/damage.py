"""A cue is a stretch of no length."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    cue = {"start": 60, "end": 60, "entry": "reporting-verbs/say"}
    specimen.set("sentences", "cues", [cue], row=ORCHARD + 1)
    specimen.sign()
