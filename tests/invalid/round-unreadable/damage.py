"""A round holds answers to a sentence that it never asked about."""

from __future__ import annotations

from specimens import Specimen

TARGET = "corpus"


def damage(specimen: Specimen) -> None:
    log = specimen.corpus.rounds / "r2" / "annotations.jsonl"
    log.write_text(log.read_text().replace("orchard-day.002", "orchard-day.077"))
