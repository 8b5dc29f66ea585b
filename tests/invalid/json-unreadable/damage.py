"""A document is nested 10,000 deep."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.replace("croissant.json", b"[" * 10_000 + b"]" * 10_000)
