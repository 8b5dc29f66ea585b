"""A withdrawn article's words are put back into notes beside the corpus."""

from __future__ import annotations

from datetime import UTC, datetime

from specimens import TEXTS, Specimen

from copydesk.release.withdraw import withdraw

TARGET = "corpus"


def damage(specimen: Specimen) -> None:
    at = datetime(2026, 4, 10, tzinfo=UTC)
    withdraw(specimen.corpus, "ferry-day", reason="The speaker asked for it.", at=at)
    (specimen.root / "notes.txt").write_text(TEXTS["ferry-day"].upper())
