"""Whether two articles share text: a sentence, an utterance, or a long stretch of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Final

from copydesk.ingest.forms import Filled, same_form
from copydesk.stretches import MIN_LENGTH, MIN_WORDS, quoted, words
from copydesk.text import segment
from copydesk.text.pieces import Zone
from copydesk.utterances import relate_texts

NEAR: Final = 0.7
"""Least Jaccard index of two sentences' pairs of words at which they are nearly the same; the
default of the check `near_duplicate`."""
SAME_TEXT: Final = 0.9
"""Least share of the words of the shorter article that are in sentences of the longer."""
STRETCH: Final = 15
"""This many words in a row are never the same by chance in the copy of two reporters."""
UTTERANCE: Final = 6
"""The fewest words of an utterance: anybody may say a shorter one ("We will see")."""
_RUN: Final = 4

Sentence = tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """An article as it is compared: its labelled units, and what it quotes."""

    units: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    long: tuple[Sentence, ...]
    quotations: tuple[str, ...]

    @classmethod
    def of(cls, text: str, language: str = "en", zones: Mapping[int, Zone] | None = None) -> Read:
        """Read a canonical text; ``zones`` are those of its lines that are known."""
        pieces = segment(text, language, zones=zones)
        units = tuple(text[p.start : p.end] for p in pieces if p.is_unit)
        found = [(unit, tuple(words(unit))) for unit in units]
        # A quotation may run over several sentences of a line.
        spoken = "".join(
            text[p.start : p.end] + ("\n" if "\n" in text[p.end : after] else " ")
            for p, after in zip(pieces, [p.start for p in pieces[1:]] + [len(text)], strict=True)
            if p.is_unit
        )
        long = (s for u, s in found if len(s) >= MIN_WORDS or len(u) >= MIN_LENGTH)
        return cls(
            units=units,
            sentences=tuple(sentence for _, sentence in found),
            long=tuple(dict.fromkeys(long)),
            quotations=tuple(q for q in quoted(spoken) if len(words(q)) >= UTTERANCE),
        )

    # What follows is needed for few pairs, or for one article of each.

    @cached_property
    def filled(self) -> Filled:
        """The units as forms, and what fills them."""
        return Filled(self.units)

    @cached_property
    def holders(self) -> dict[tuple[str, str], list[int]]:
        """The long sentences with a pair of words, by their places in ``long``."""
        held: dict[tuple[str, str], list[int]] = {}
        for number, sentence in enumerate(self.long):
            for pair in _pairs(sentence):
                held.setdefault(pair, []).append(number)
        return held

    @cached_property
    def runs(self) -> dict[Sentence, list[tuple[int, int]]]:
        """The sentence and the place in it of each run of `_RUN` words."""
        places: dict[Sentence, list[tuple[int, int]]] = {}
        for number, sentence in enumerate(self.sentences):
            for at in range(len(sentence) - _RUN + 1):
                places.setdefault(sentence[at : at + _RUN], []).append((number, at))
        return places


def shared(a: Read, b: Read, *, near: float = NEAR) -> str | None:
    """What two articles share, in words for people, or None.

    What they share because both follow one template does not count.
    """
    if a.sentences == b.sentences:
        return "the whole text"
    same = set(a.long) & set(b.long)
    covered = sum(map(len, same))
    if covered and covered >= SAME_TEXT * min(_length(a), _length(b)):
        return "nearly the whole text"
    because = _stretches(a, b, same, near)
    if because and same_form(a.filled, b.filled):
        return "an utterance" if _utterance(a, b) else None
    return because


def _stretches(a: Read, b: Read, same: set[Sentence], near: float) -> str | None:
    if same:
        return "the same sentence" if len(same) == 1 else f"{len(same)} sentences"
    if _near(a, b, near):
        return "nearly the same sentence"
    stretch = _stretch(a, b)
    if stretch >= UTTERANCE and _related(a, b):
        return "an utterance"
    return f"{stretch} words in a row" if stretch >= STRETCH else None


def _length(article: Read) -> int:
    return sum(map(len, article.sentences))


def _near(a: Read, b: Read, near: float) -> bool:
    """Whether two sentences share most of their pairs of words (Jaccard)."""
    for sentence in b.long:
        pairs = _pairs(sentence)
        held = [a.holders[pair] for pair in pairs if pair in a.holders]
        if len(held) < near * len(pairs):
            continue
        for number, count in Counter(chain.from_iterable(held)).most_common(3):
            if count >= near * (len(pairs) + len(_pairs(a.long[number])) - count):
                return True
    return False


def _pairs(sentence: Sentence) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(sentence))


def _utterance(a: Read, b: Read) -> bool:
    """Whether a quotation of one is, cut or reworded, a quotation of the other."""
    return _stretch(a, b) >= UTTERANCE and _related(a, b)


def _related(a: Read, b: Read) -> bool:
    if not (a.quotations and b.quotations):
        return False
    relations = relate_texts([*a.quotations, *b.quotations])
    groups = [relation.group for relation in relations]
    mine = set(groups[: len(a.quotations)]) - {None}
    return not mine.isdisjoint(groups[len(a.quotations) :])


def _stretch(a: Read, b: Read) -> int:
    """The most words in a row that both have, sentence by sentence."""
    longest = 0
    for sentence in b.sentences:
        running: dict[tuple[int, int], int] = {}
        for at in range(len(sentence) - _RUN + 1):
            places = a.runs.get(sentence[at : at + _RUN])
            if places is None:
                running = {}
                continue
            now: dict[tuple[int, int], int] = {}
            for number, place in places[:50]:
                now[number, place] = running.get((number, place - 1), _RUN - 1) + 1
            longest = max(longest, *now.values())
            running = now
    return longest
