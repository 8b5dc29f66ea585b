"""Who a speaker is: the person or body whose fullest mention stands elsewhere in the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copydesk.text.mentions import People, Person
from copydesk.text.phrases import Span

How = Literal["sentence", "neighbour", "continuation", "turn", "resolved"]


@dataclass(frozen=True, slots=True)
class Source:
    """Who a speaker is.

    Attributes:
        start: Offset of the fullest mention of the person or body in the article, in code points.
        end: Offset after it.
        how: `resolved` where that is another mention than the speaker's, linked to it by a
            pronoun or a part of the name; else how the speaker was found: in the same `sentence`,
            the `neighbour` sentence or line, a `continuation` of what is attributed before, or
            the marker of a `turn`.
    """

    start: int
    end: int
    how: How


def sources(
    people: People, speakers: Sequence[tuple[Span | None, How | None]]
) -> list[Source | None]:
    """Who each speaker is, in the order of the text; None where that is not sure."""
    result: list[Source | None] = []
    last: Person | None = None
    unknown = -1
    for speaker, how in speakers:
        person = None
        if speaker is not None:
            person = people.fullest(speaker, before=last, unknown=unknown)
            last = person
            unknown = speaker[0] if person is None else -1
        if speaker is None or how is None or person is None:
            result.append(None)
            continue
        start, end = person.fullest
        inside = speaker[0] <= start and end <= speaker[1]
        result.append(Source(start, end, how if inside else "resolved"))
    return result
