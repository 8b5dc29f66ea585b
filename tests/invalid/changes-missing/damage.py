"""The change list is emptied."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    (specimen.dataset / "CHANGES.md").write_text("# Changes\n")
