"""Two quotations have one id."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    specimen.set("quotes", "quote_id", "bridge-day.q001", row=2)
    specimen.sign()
