"""The card's front matter tells readers to load something else than the release."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    card = specimen.dataset / "README.md"
    text = card.read_text()
    card.write_text(text.replace("\nversion:", "\nviewer: false\nversion:", 1))
    specimen.sign()
