"""A waiver outlives its end."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.configure(
        '[[waivers]]\nrule = "label-drift"\nreason = "the new event is a trial"\n'
        'until = "2026-03-31"'
    )
