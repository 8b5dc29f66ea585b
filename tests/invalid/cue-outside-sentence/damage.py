"""A cue is in the headline, not in its sentence."""

from __future__ import annotations

from specimens import ORCHARD, Specimen


def damage(specimen: Specimen) -> None:
    cue = {"start": 0, "end": 4, "entry": "reporting-verbs/say"}
    specimen.set("sentences", "cues", [cue], row=ORCHARD + 2)
    specimen.sign()
