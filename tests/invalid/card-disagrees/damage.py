"""The card counts one sentence more."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    card = specimen.dataset / "README.md"
    card.write_text(card.read_text().replace("holds 22 sentences", "holds 23 sentences"))
