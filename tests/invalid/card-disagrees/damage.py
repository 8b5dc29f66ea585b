"""The card counts one sentence more."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    card = specimen.dataset / "README.md"
    card.write_text(card.read_text().replace("22 labelled sentences", "23 labelled sentences"))
