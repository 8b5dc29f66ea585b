"""Whether two articles share text: a sentence, an utterance, or a long stretch of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
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


@dataclass(frozen=True, slots=True)
class Read:
    """An article as it is compared: its labelled units, and what it quotes."""

    sentences: tuple[Sentence, ...]
    long: frozenset[Sentence]
    quotations: tuple[str, ...]
    filled: Filled

    @classmethod
    def of(cls, text: str, language: str = "en", zones: Mapping[int, Zone] | None = None) -> Read:
        """Read a canonical text; ``zones`` are those of its lines that are known."""
        pieces = segment(text, language, zones=zones)
        units = [text[p.start : p.end] for p in pieces if p.is_unit]
        found = [(unit, tuple(words(unit))) for unit in units]
        # A quotation may run over several sentences of a line.
        spoken = "".join(
            text[p.start : p.end] + ("\n" if "\n" in text[p.end : after] else " ")
            for p, after in zip(pieces, [p.start for p in pieces[1:]] + [len(text)], strict=True)
            if p.is_unit
        )
        return cls(
            sentences=tuple(sentence for _, sentence in found),
            long=frozenset(s for u, s in found if len(s) >= MIN_WORDS or len(u) >= MIN_LENGTH),
            quotations=tuple(q for q in quoted(spoken) if len(words(q)) >= UTTERANCE),
            filled=Filled(units),
        )


def shared(a: Read, b: Read, *, near: float = NEAR) -> str | None:
    """What two articles share, in words for people, or None.

    What they share because both follow one template does not count.
    """
    if a.sentences == b.sentences:
        return "the whole text"
    same = a.long & b.long
    covered = sum(map(len, same))
    if covered and covered >= SAME_TEXT * min(_length(a), _length(b)):
        return "nearly the whole text"
    because = _stretches(a, b, same, near)
    if because and same_form(a.filled, b.filled):
        return "an utterance" if _utterance(a, b) else None
    return because


def _stretches(a: Read, b: Read, same: frozenset[Sentence], near: float) -> str | None:
    if same:
        return "the same sentence" if len(same) == 1 else f"{len(same)} sentences"
    if _near(a, b, near):
        return "nearly the same sentence"
    if _utterance(a, b):
        return "an utterance"
    stretch = _stretch(a, b)
    return f"{stretch} words in a row" if stretch >= STRETCH else None


def _length(article: Read) -> int:
    return sum(map(len, article.sentences))


def _near(a: Read, b: Read, near: float) -> bool:
    """Whether two sentences share most of their pairs of words (Jaccard)."""
    holders: dict[tuple[str, str], list[int]] = {}
    theirs = [_pairs(sentence) for sentence in b.long]
    for number, pairs in enumerate(theirs):
        for pair in pairs:
            holders.setdefault(pair, []).append(number)
    for sentence in a.long:
        mine = _pairs(sentence)
        common = Counter(number for pair in mine for number in holders.get(pair, ()))
        for number, count in common.most_common(3):
            if count >= near * (len(mine) + len(theirs[number]) - count):
                return True
    return False


def _pairs(sentence: Sentence) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(sentence))


def _utterance(a: Read, b: Read) -> bool:
    """Whether a quotation of one is, cut or reworded, a quotation of the other."""
    if not (a.quotations and b.quotations):
        return False
    relations = relate_texts([*a.quotations, *b.quotations])
    groups = [relation.group for relation in relations]
    mine = set(groups[: len(a.quotations)]) - {None}
    return not mine.isdisjoint(groups[len(a.quotations) :]) and _stretch(a, b) >= UTTERANCE


def _stretch(a: Read, b: Read) -> int:
    """The most words in a row that both have, sentence by sentence."""
    places: dict[Sentence, list[tuple[int, int]]] = {}
    for number, sentence in enumerate(b.sentences):
        for at in range(len(sentence) - _RUN + 1):
            places.setdefault(sentence[at : at + _RUN], []).append((number, at))
    longest = 0
    for sentence in a.sentences:
        running: dict[tuple[int, int], int] = {}
        for at in range(len(sentence) - _RUN + 1):
            now: dict[tuple[int, int], int] = {}
            for number, place in places.get(sentence[at : at + _RUN], ())[:50]:
                now[number, place] = running.get((number, place - 1), _RUN - 1) + 1
            longest = max(longest, *now.values(), 0) if now else longest
            running = now
    return longest
