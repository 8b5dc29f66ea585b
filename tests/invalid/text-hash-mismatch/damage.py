"""The hash of a text is another."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.describe("orchard-day", text_sha256="0" * 64)
    specimen.sign()
