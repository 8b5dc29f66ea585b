"""What a suggester learns from: articles with the labels that their sentences were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from copydesk.text import Piece

Place = tuple[int, int]
"""Where a unit stands in its article: start and end, in code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """An article with labels.

    Attributes:
        event: what it reports; the articles of one event are never divided between training and
            testing.
        text: canonical text.
        pieces: all its pieces, in order.
        labels: by the place of the unit. Units without one are read and not learnt from.
    """

    article_id: str
    event: str
    language: str
    text: str = field(repr=False)
    pieces: Sequence[Piece] = field(repr=False)
    labels: Mapping[Place, str] = field(repr=False)

    @property
    def units(self) -> list[Piece]:
        """Its units, in order."""
        return [piece for piece in self.pieces if piece.is_unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that one suggester learns from.

    Attributes:
        lessons: in any order; training sorts them.
        scheme: the names of the corpus's labels, in order.
        data: where the labels come from, as the head of the file says it
            (``schema/suggester.schema.json``).
    """

    lessons: Sequence[Lesson]
    scheme: tuple[str, ...]
    data: Mapping[str, Any]
