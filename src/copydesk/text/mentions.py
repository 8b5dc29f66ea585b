"""Who a speaker is: the fullest mention of the person or body that a short one stands for.

"She" and "Ms Orr" are linked to "Ann Orr" where only one reading is open. Where two people could be
meant, nobody is named: a wrong link is worse than none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from copydesk.text.language import Language
from copydesk.text.pieces import Piece

Span = tuple[int, int]
Gender = Literal["he", "she"]

_WORD: Final = r"[^\W\d_a-z](?:[\w’'-]|\.(?=\w))*"
_JOINS: Final = r"(?:de|del|der|den|van|von|al|bin|ben|da|la|le)[ \xa0]"
_RUN: Final = re.compile(rf"{_WORD}\.?(?:[ \xa0](?:{_JOINS})?{_WORD}\.?){{0,5}}")
_SMALL: Final = re.compile(r"(?<!\S)[^\W\d_A-Z]\S*")
_OWNER: Final = re.compile(r"[’']s(?=[ \xa0])")
_FOLLOWS: Final = re.compile(r" ([a-z]+)")
_POSSESSIVE: Final = re.compile(r"[’']s?$")
_MARKS: Final = frozenset("\"“‘'")
_PLACED: Final = re.compile(r"\b(?:[A-Z][\w’'-]{2,20} of|in|near|off|outside) (?:the )?$")
_REACH: Final = 3
"""How many sentences before a pronoun are searched for its antecedent."""
_MENTIONS: Final = 12
"""How many mentions before a pronoun are looked at."""
_RUNS: Final = 1024
"""How many runs of capitals are remembered."""


_Run = tuple[int, int, tuple[str, ...], Gender | None]
"""A name: offsets without titles, its parts in lower case, and the gender that a title tells."""


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

    def __init__(
        self, text: str, pieces: Sequence[Piece], quoted: Sequence[Span], lang: Language
    ) -> None:
        self.text = text
        self.words = lang.lexicon("people").entries
        self._names = _names(lang)
        self.small = lang.lexicon("common-words").forms("function")
        self.starts = [piece.start for piece in pieces]
        self._by_last: dict[str, list[Person]] = {}
        self._by_first: dict[str, list[Person]] = {}
        self._quoted = quoted
        self._mentions: list[tuple[int, Person | None]] = []
        if self.words:
            self._read([piece for piece in pieces if piece.is_unit])

    def fullest(
        self, span: Span, *, before: Person | None = None, unknown: int = -1
    ) -> Person | None:
        """Who a mention stands for; None where that is not sure.

        Args:
            span: Offsets of the mention, such as a speaker.
            before: Who spoke last, for a pronoun.
            unknown: The place of an earlier speaker of whom nothing is known; a pronoun may refer
                to that speaker.
        """
        if not self.words:
            return None
        phrase = self.text[span[0] : span[1]]
        form = phrase.lower()
        if form in ("he", "she"):
            return self._pronoun(span[0], "he" if form == "he" else "she", before, unknown)
        runs = [
            run
            for run in self._runs(*span)
            if not self._is_body(run[2]) and self._is_head(run, span)
        ]
        full = [run for run in runs if len(run[2]) > 1]
        if full:
            start, end, parts, gender = full[-1]
            return self._match(parts, gender) or Person(parts, (start, end), gender)
        if len(runs) != 1 or any(word[0].islower() for word in phrase.split()):
            return None
        if form.startswith("the "):
            return None
        start, end, parts, gender = runs[0]
        known = self._match(parts, gender)
        if known is None and not self._by_last.get(parts[-1]):
            return Person(parts, (start, end), gender)
        return known

    def _read(self, pieces: Sequence[Piece]) -> None:
        """Collect the full names first, then resolve each mention."""
        runs = [
            run
            for piece in pieces
            if not self._in_capitals(piece)
            for run in self._runs(piece.start, piece.end)
        ]
        for start, end, parts, gender in runs:
            if len(parts) > 1 and not self._is_body(parts) and not self._is_place(start):
                self._learn(start, end, parts, gender)
        starts = set(self.starts)
        inner = {parts[-1] for start, _, parts, _ in runs if start not in starts}
        for start, end, parts, gender in runs:
            person = self._match(parts, gender)
            if person is None and gender is not None:
                self._learn(start, end, parts, gender)
                person = self._match(parts, gender)
            if person is not None and person.gender is None:
                person.gender = gender
            acts = person is not None or (parts[-1] in inner and self._acts(start, end, parts))
            if acts and not self._in_quotation(start):
                self._mentions.append((start, person))

    def _in_quotation(self, offset: int) -> bool:
        """Whether a mention stands in a quotation: whoever is mentioned there does not speak."""
        at = bisect_right(self._quoted, offset, key=lambda span: span[1])
        return at < len(self._quoted) and self._quoted[at][0] <= offset

    def _acts(self, start: int, end: int, parts: tuple[str, ...]) -> bool:
        """Whether an unknown name may be a subject: what may be its verb follows."""
        following = _FOLLOWS.match(self.text, end)
        return (
            following is not None
            and following[1] not in self.words.get("preposition", ())
            and following[1] not in self.small
            and not self._is_body(parts)
            and self._leads(start)
        )

    def _in_capitals(self, piece: Piece) -> bool:
        """Whether a piece is written like a title, so that capitals show no name."""
        for match in _SMALL.finditer(self.text, piece.start, piece.end):
            word = match[0]
            if word not in self.small and word[0].islower():
                return False
        return True

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

    def _runs(self, start: int, end: int) -> list[_Run]:
        """The names in a stretch: offsets without titles, parts, and the gender a title tells."""
        names = self._names
        return [
            (left + begin, left + stop, parts, gender)
            for match in _RUN.finditer(self.text, start, end)
            for left in (match.start(),)
            for begin, stop, parts, gender in names(match[0])
        ]

    def _is_head(self, run: _Run, span: Span) -> bool:
        """Whether a phrase means whom it names: "Ann Orr’s lawyer" does not, nor "a son of Orr"."""
        start, end = run[0], run[1]
        owns = self.text[end : end + 2] in ("'s", "’s") and end + 2 < span[1]
        before = self.text[span[0] : start].split()
        return not owns and not (before and before[-1].lower() in self.words["preposition"])

    def _is_firm(self, person: Person) -> bool:
        """Whether a name is a firm's, for which no "he" or "she" stands."""
        return not self.words["firm"].isdisjoint(person.parts)

    def _leads(self, start: int) -> bool:
        """Whether a mention may be a subject: neither a preposition nor a mark stands before it."""
        left = self.text[max(0, start - 24) : start].rpartition("\n")[2].split()
        word = left[-1].lower() if left else ""
        return word not in self.words.get("preposition", ()) and word[-1:] not in _MARKS

    def _is_place(self, start: int) -> bool:
        """Whether what stands before a name makes it a place: "of the University of Osk Hill"."""
        return _PLACED.search(self.text, max(0, start - 24), start) is not None

    def _is_body(self, parts: tuple[str, ...]) -> bool:
        """Whether a run of capitals names a body or a place rather than a person."""
        body = self.words.get("body", frozenset())
        return not body.isdisjoint(parts)

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
            known = [
                person
                for person in self._by_first.get(parts[0], [])
                if person.gender or self._is_firm(person)
            ]
        return known[0] if len(known) == 1 else None

    def _pronoun(
        self, offset: int, gender: Gender, before: Person | None, unknown: int
    ) -> Person | None:
        """The one person in the sentences before whom "he" or "she" can stand for."""
        sentence = max(bisect_right(self.starts, offset) - 1, 0)
        floor = self.starts[max(0, sentence - _REACH)]
        at = bisect_left(self._mentions, offset, key=lambda mention: mention[0])
        near: list[Person] = []
        here: list[Person] = []
        for start, person in reversed(self._mentions[max(0, at - _MENTIONS) : at]):
            if start < max(floor, unknown):
                break
            if person is None:
                unknown = start
                break
            if person.gender not in (gender, None) or self._is_firm(person):
                continue
            if person not in near:
                near.append(person)
            if start >= self.starts[sentence] and person not in here and self._leads(start):
                here.append(person)
        if len(here) == 1 and (before is None or before is here[0] or before not in near):
            return here[0]
        if here and before not in here:
            return None
        if before is not None and near and near[0] is before:
            fitting = [person for person in near if person.gender == gender]
            return before if before.gender == gender or not fitting else None
        return near[0] if len(near) == 1 and before is None and unknown < floor else None


@cache
def _names(lang: Language) -> Callable[[str], tuple[_Run, ...]]:
    """Reads the names in a run of capitals: offsets into it; the last runs are remembered."""
    return lru_cache(maxsize=_RUNS)(_Names(lang).read)


class _Names:
    """The words of a language that stand before names or look like names."""

    def __init__(self, lang: Language) -> None:
        self.words = lang.lexicon("people").entries
        self.no_names = frozenset[str]().union(
            *(self.words.get(key, ()) for key in ("opens", "title", "mr", "ms"))
        )

    def read(self, run: str) -> tuple[_Run, ...]:
        """The names in a run of capitals; a possession is a run of its own."""
        result: tuple[_Run, ...] = ()
        left = 0
        for owner in _OWNER.finditer(run):
            result += self._name(left, run[left : owner.end()])
            left = owner.end() + 1
        return result + self._name(left, run[left:])

    def _name(self, left: int, run: str) -> tuple[_Run, ...]:
        """The name in a run, if there is one: without titles and words that open."""
        written = run.split()
        if len(written) == 1 and run.lower().rstrip(".") in self.no_names:
            return ()
        parts = [part.lower().rstrip(".") for part in written]
        first, gender = self._after_title(parts) if len(parts) > 1 else (0, None)
        while len(parts) > 1 and first < len(parts) and parts[first] in self.words["opens"]:
            first += 1
        if first == len(parts):
            return ()
        last = _POSSESSIVE.sub("", written[-1]).rstrip(".")
        if not last:
            return ()
        begin = 0
        for part in written[:first]:
            begin = run.index(part, begin) + len(part)
        begin = run.index(written[first], begin)
        stop = left + len(run) - len(written[-1]) + len(last)
        return ((left + begin, stop, (*parts[first:-1], last.lower()), gender),)

    def _after_title(self, parts: Sequence[str]) -> tuple[int, Gender | None]:
        """Index of the part after the last title, and the gender that the title tells."""
        for place in range(len(parts) - 1, -1, -1):
            if parts[place] in self.words["mr"]:
                return place + 1, "he"
            if parts[place] in self.words["ms"]:
                return place + 1, "she"
            if parts[place] in self.words["title"]:
                return place + 1, None
        return 0, None
