"""The features of articles' units: hashed n-grams and named evidence, in groups of one weight.

A feature has the weight of its group in `WEIGHTS`; in a group with about as many features as a
sentence has letters, that weight is divided by the square root of their number, so that long
sentences weigh as much as short ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from copydesk.suggester.evidence import evidence
from copydesk.suggester.grams import Grams, grams, named_buckets
from copydesk.text import Piece, Quotation, Suggestion

WEIGHTS: Final = {"characters": 1.0, "words": 1.0, "before": 0.5, "after": 0.5, "evidence": 0.5}

COUNTED: Final = frozenset({"characters", "words", "before", "after"})
"""Groups in which each feature counts less the more there are."""


class Asked(NamedTuple):
    """An article of which a suggester is asked.

    Attributes:
        text: canonical text.
        pieces: its pieces, as `copydesk.text.segment` gives them.
        language: its BCP 47 tag.
        quotes, suggested: what the rules find, if it is at hand.
    """

    text: str
    pieces: Sequence[Piece]
    language: str = "en"
    quotes: Sequence[Quotation] | None = None
    suggested: Sequence[Suggestion] | None = None

    @property
    def units(self) -> list[Piece]:
        """Its units, in order."""
        return [piece for piece in self.pieces if piece.is_unit]


def features(articles: Sequence[Asked], bits: int) -> list[Grams]:
    """All features of the units of articles; a group may come in several parts.

    The units are numbered through all articles. Several articles at once take less time than one
    after another, since numpy has less to begin.

    Args:
        articles: in any order.
        bits: there are ``2 ** bits`` buckets.
    """
    sentences = [[a.text[unit.start : unit.end] for unit in a.units] for a in articles]
    if not any(sentences):
        return []
    known = named_buckets(bits)
    names = [unit for article in articles for unit in evidence(*article)]
    buckets = np.array([known[name] for unit in names for name in unit], dtype=np.int64)
    rows = np.arange(len(names)).repeat([len(unit) for unit in names])
    return [*grams(sentences, bits), Grams("evidence", rows, buckets)]
