"""An e-mail address stands in the name of an outlet."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.describe("orchard-day", outlet="The Day, desk@theday.example")
    specimen.sign()
