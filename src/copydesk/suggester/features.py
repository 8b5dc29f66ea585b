"""The features of an article's units: hashed n-grams and named evidence, in groups of one weight.

A feature has the weight of its group in `WEIGHTS`; in a group with about as many features as a
sentence has letters, that weight is divided by the square root of their number, so that long
sentences weigh as much as short ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from copydesk.suggester.evidence import evidence
from copydesk.suggester.grams import Grams, grams, named_buckets
from copydesk.text import Piece, Quotation, Suggestion

WEIGHTS: Final = {"characters": 1.0, "words": 1.0, "before": 0.5, "after": 0.5, "evidence": 0.5}

COUNTED: Final = frozenset({"characters", "words", "before", "after"})
"""Groups in which each feature counts less the more there are."""


def features(
    text: str,
    pieces: Sequence[Piece],
    bits: int,
    *,
    language: str,
    quotes: Sequence[Quotation] | None = None,
    suggested: Sequence[Suggestion] | None = None,
) -> list[Grams]:
    """All features of the units of an article; a group may come in several parts.

    Args:
        text: canonical text.
        pieces: its pieces, as `copydesk.text.segment` gives them.
        bits: there are ``2 ** bits`` buckets.
        language: its BCP 47 tag.
        quotes, suggested: what the rules find, if it is at hand.
    """
    names = evidence(text, pieces, language=language, quotes=quotes, suggested=suggested)
    units = [text[piece.start : piece.end] for piece in pieces if piece.is_unit]
    if not units:
        return []
    known = named_buckets(bits)
    buckets = np.array([known[name] for unit in names for name in unit], dtype=np.int64)
    rows = np.arange(len(names)).repeat([len(unit) for unit in names])
    return [*grams(units, bits), Grams("evidence", rows, buckets)]
