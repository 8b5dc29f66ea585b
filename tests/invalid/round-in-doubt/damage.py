"""A round was closed although an answer was missing, and the release says so."""

from __future__ import annotations

import json

from specimens import Specimen

DOUBTS = {"doubts": ["1 of 3 answers are missing"], "despite": "The reader fell ill."}


def damage(specimen: Specimen) -> None:
    closed = specimen.corpus.rounds / "r2" / "closed.json"
    closed.write_text(json.dumps(json.loads(closed.read_text()) | DOUBTS))
    note = {"round": "r2", "amendments": [], "flags": {}} | DOUBTS
    specimen.amend(lambda manifest: manifest.update(notes=[note]))
    specimen.sign()
