"""A licence is no SPDX identifier."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.describe("orchard-day", licence="CC-BY-9.9")
    specimen.sign()
