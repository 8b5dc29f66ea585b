"""Digits of the datasheet are turned round."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    sheet = specimen.root / "DATASHEET.md"
    text = sheet.read_text()
    assert "train 15 sentences" in text
    sheet.write_text(text.replace("train 15 sentences", "train 51 sentences"))
