"""A text ends in a blank."""

from __future__ import annotations

from specimens import TEXTS, Specimen

from copydesk.files import sha256_text


def damage(specimen: Specimen) -> None:
    text = TEXTS["orchard-day"].strip() + " "
    specimen.describe("orchard-day", text=text, text_sha256=sha256_text(text))
    specimen.sign()
