"""The parts that an article's text is cut into."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Zone = Literal["headline", "dateline", "byline", "subhead", "caption", "credit", "note", "body"]

UNIT_ZONES: Final[frozenset[str]] = frozenset({"headline", "caption", "body"})
"""Zones whose pieces are units for labels."""


class Piece(NamedTuple):
    """A sentence, or a line that is none.

    A named tuple and no dataclass, because `segment` makes one for each sentence of a corpus and
    a frozen dataclass takes three times as long to make.

    Attributes:
        start: Offset of the first character, in code points of the canonical text.
        end: Offset after the last character; `text[start:end]` is the piece, without blanks at
            either end and without a line end inside.
        zone: What the piece is in the article.
        is_unit: Whether the piece is a unit for labels: zone is headline, caption or body.
    """

    start: int
    end: int
    zone: Zone
    is_unit: bool
