"""The parts that an article's text is cut into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, cast

Zone = Literal["headline", "dateline", "byline", "subhead", "caption", "credit", "note", "body"]

UNIT_ZONES: Final[frozenset[str]] = frozenset({"headline", "caption", "body"})
"""Zones whose pieces are units for labels."""


class Piece(NamedTuple):
    """A sentence, or a line that is not a sentence.

    A named tuple, since `segment` makes one for each sentence of a corpus, and a frozen dataclass
    takes three times as long to make.

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


def line_zones(marked: Iterable[str]) -> dict[int, Zone]:
    """Zones by line number, from the form in which an article keeps them: ``"3:subhead"``."""
    pairs = (mark.split(":", 1) for mark in marked)
    return {int(line): cast(Zone, zone) for line, zone in pairs}
