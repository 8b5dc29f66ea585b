"""An article is said to be from another outlet than in the manifest."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("articles", "outlet", "The Night")
    specimen.sign()
