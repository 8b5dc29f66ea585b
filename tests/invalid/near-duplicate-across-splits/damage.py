"""Two articles of different events share a sentence, but for a word."""

from __future__ import annotations

from specimens import TEXTS, Specimen


def damage(specimen: Specimen) -> None:
    texts = dict(TEXTS)
    texts["ferry-day"] = texts["ferry-day"].replace(
        "The last ferry left",
        "The bridge over the Wend opened on Friday after a brass band had "
        "played in the rain.\nThe last ferry left",
    )
    # A cut ties the two events, unless it is told that only closer sentences are alike.
    specimen.recut(texts, settings="[checks]\nnear_duplicate = 0.9")
