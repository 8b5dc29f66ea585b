"""Who a speaker is: the fullest mention of the person or body that a short one stands for.

"She" and "Ms Orr" are linked to "Ann Orr" where only one reading is open. Where two people could
be meant nobody is named: a wrong link is worse than none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from copydesk.text.language import Language
from copydesk.text.pieces import Piece

Span = tuple[int, int]
Gender = Literal["he", "she"]

_WORD: Final = r"[^\W\d_a-z](?:[\w’'-]|\.(?=\w))*"
_JOINS: Final = r"(?:de|del|der|den|van|von|al|bin|ben|da|la|le)[ \xa0]"
_RUN: Final = re.compile(rf"{_WORD}\.?(?:[ \xa0](?:{_JOINS})?{_WORD}\.?){{0,5}}")
_PART: Final = re.compile(r"[^\s]+")
_POSSESSIVE: Final = re.compile(r"[’']s?$")
_REACH: Final = 3
"""How many sentences before a pronoun are searched for whom it stands for."""
_MENTIONS: Final = 12
"""How many mentions before a pronoun are looked at."""


@dataclass(slots=True)
class Person:
    """A name that an article gives in full.

    Attributes:
        parts: Its words in lower case, without titles.
        fullest: Offsets of its fullest mention, the first of them.
        gender: "he" or "she" where a title or a given name tells.
    """

    parts: tuple[str, ...]
    fullest: Span
    gender: Gender | None


class People:
    """The names of an article, and where each is mentioned."""

    def __init__(self, text: str, pieces: Sequence[Piece], lang: Language) -> None:
        self.text = text
        self.words = lang.lexicon("people").entries
        self.small = lang.lexicon("common-words").forms("function")
        self.starts = [piece.start for piece in pieces]
        self._by_last: dict[str, list[Person]] = {}
        self._by_first: dict[str, list[Person]] = {}
        self._mentions: list[tuple[int, Person]] = []
        if self.words:
            self._read([piece for piece in pieces if piece.is_unit])

    def fullest(self, span: Span, *, before: Person | None = None) -> Person | None:
        """Who a mention stands for; None where that is not sure.

        Args:
            span: Offsets of the mention, such as a speaker.
            before: Who spoke last, for a pronoun.
        """
        if not self.words:
            return None
        phrase = self.text[span[0] : span[1]]
        form = phrase.lower()
        if form in ("he", "she"):
            return self._pronoun(span[0], "he" if form == "he" else "she", before)
        runs = [run for run in self._runs(*span) if not self._is_body(run[2])]
        full = [run for run in runs if len(run[2]) > 1]
        if full:
            start, end, parts, gender = full[-1]
            return self._match(parts, gender) or Person(parts, (start, end), gender)
        if len(runs) != 1 or any(word[0].islower() for word in phrase.split()):
            return None
        start, end, parts, gender = runs[0]
        known = self._match(parts, gender)
        if known is None and not self._by_last.get(parts[-1]):
            return Person(parts, (start, end), gender)
        return known

    def _read(self, pieces: Sequence[Piece]) -> None:
        """Learn the full names first, then who each mention stands for."""
        runs = [
            run
            for piece in pieces
            if not self._in_capitals(piece)
            for run in self._runs(piece.start, piece.end)
        ]
        for start, end, parts, gender in runs:
            if len(parts) > 1 and not self._is_body(parts):
                self._learn(start, end, parts, gender)
        for start, end, parts, gender in runs:
            person = self._match(parts, gender)
            if person is None and gender is not None:
                self._learn(start, end, parts, gender)
                person = self._match(parts, gender)
            if person is not None:
                if person.gender is None:
                    person.gender = gender
                self._mentions.append((start, person))

    def _in_capitals(self, piece: Piece) -> bool:
        """Whether a piece is written like a title, so that capitals show no name."""
        if piece.zone == "headline":
            return True
        found = self.text[piece.start : piece.end].split()
        return not any(word[0].islower() and word not in self.small for word in found)

    def _learn(self, start: int, end: int, parts: tuple[str, ...], gender: Gender | None) -> None:
        known = self._by_last.setdefault(parts[-1], [])
        for person in known:
            if gender is not None and person.gender not in (gender, None):
                continue
            if person.parts[0] == parts[0] or set(parts) <= set(person.parts):
                if len(parts) > len(person.parts):
                    person.parts, person.fullest = parts, (start, end)
                person.gender = person.gender or gender
                return
        person = Person(parts, (start, end), gender or self._given(parts[0]))
        known.append(person)
        if len(parts) > 1:
            self._by_first.setdefault(parts[0], []).append(person)

    def _given(self, name: str) -> Gender | None:
        if name in self.words.get("man", ()):
            return "he"
        return "she" if name in self.words.get("woman", ()) else None

    def _runs(self, start: int, end: int) -> list[tuple[int, int, tuple[str, ...], Gender | None]]:
        """The names in a stretch: offsets without titles, parts, and the gender a title tells."""
        result = []
        for match in _RUN.finditer(self.text, start, end):
            found = [
                (match.start() + part.start(), match.start() + part.end())
                for part in _PART.finditer(match.group())
            ]
            gender: Gender | None = None
            for place in range(len(found) - 1, -1, -1):
                form = self.text[slice(*found[place])].lower().rstrip(".")
                if form in self.words["mr"] or form in self.words["ms"]:
                    gender = "he" if form in self.words["mr"] else "she"
                elif form not in self.words["title"]:
                    continue
                del found[: place + 1]
                break
            while found and self.text[slice(*found[0])].lower() in self.words["opens"]:
                found.pop(0)
            if not found:
                continue
            last = _POSSESSIVE.sub("", self.text[found[-1][0] : found[-1][1]]).rstrip(".")
            if not last:
                continue
            stop = found[-1][0] + len(last)
            parts = tuple(self.text[left:right].lower().rstrip(".") for left, right in found[:-1])
            result.append((found[0][0], stop, (*parts, last.lower()), gender))
        return result

    def _is_body(self, parts: tuple[str, ...]) -> bool:
        """Whether a run of capitals names a body or a place rather than a person."""
        body = self.words.get("body", frozenset())
        return any(part in body for part in parts)

    def _match(self, parts: tuple[str, ...], gender: Gender | None) -> Person | None:
        """The one person whom a name can stand for."""
        known = self._by_last.get(parts[-1], [])
        if len(parts) > 1:
            known = [
                person
                for person in known
                if person.parts[0] == parts[0] or set(parts) <= set(person.parts)
            ]
        elif gender is not None:
            known = [person for person in known if person.gender in (gender, None)]
        elif not known:
            known = self._by_first.get(parts[0], [])
        return known[0] if len(known) == 1 else None

    def _pronoun(self, offset: int, gender: Gender, before: Person | None) -> Person | None:
        """The one person in the sentences before whom "he" or "she" can stand for."""
        sentence = max(bisect_right(self.starts, offset) - 1, 0)
        floor = self.starts[max(0, sentence - _REACH)]
        at = bisect_left(self._mentions, offset, key=lambda mention: mention[0])
        near: list[Person] = []
        for start, person in reversed(self._mentions[max(0, at - _MENTIONS) : at]):
            if start < floor:
                break
            if person not in near:
                near.append(person)
        fitting = [person for person in near if person.gender == gender]
        if before is not None and before.gender in (gender, None) and before in near:
            return before if all(person is before for person in fitting) else None
        if before is not None and before.gender is None:
            return None
        unknown = any(person.gender is None for person in near)
        return fitting[0] if len(fitting) == 1 and not unknown else None
