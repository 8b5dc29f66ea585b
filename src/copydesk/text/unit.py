"""A unit as the rules of suggestion see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Lexicon, Match, Vocabulary, Word
from copydesk.text.pieces import Piece
from copydesk.text.quotations import Quotation
from copydesk.text.reports import reports

_LOOKED_UP: Final = (
    "open-questions",
    "forecasts",
    "hedges",
    "judging-verbs",
    "hearsay",
    "evaluations",
)
"""The lexicons that the rules look up in every unit."""


@cache
def _vocabulary(lang: Language) -> Vocabulary:
    return Vocabulary(lang.lexicon(name) for name in _LOOKED_UP)


def _cues(
    found: Sequence[Word], matches: Sequence[Match], wanted: str
) -> Iterator[tuple[int, int, Cue]]:
    for first, after, name, key in matches:
        if name == wanted:
            yield first, after, Cue(found[first].start, found[after - 1].end, f"{name}/{key}")


@dataclass
class Unit:
    """A unit: its words, its quotations, and what stands before it."""

    text: str
    piece: Piece
    words: Sequence[Word]
    outside: Sequence[Word]
    quotes: list[Quotation]
    carried: bool
    """Whether the unit before it in its line or the line above reports somebody's words."""
    lang: Language

    def lexicon(self, name: str) -> Lexicon:
        return self.lang.lexicon(name)

    def find(self, name: str) -> Iterator[tuple[int, int, Cue]]:
        """A lexicon's forms among its words: first word, word after the last, cue."""
        return _cues(self.words, self._matches, name)

    def find_outside(self, name: str) -> Iterator[tuple[int, int, Cue]]:
        """A lexicon's forms among its words outside marks."""
        return _cues(self.outside, self._matches_outside, name)

    @cached_property
    def _matches(self) -> list[Match]:
        return _vocabulary(self.lang).find(self.words, self.text)

    @cached_property
    def _matches_outside(self) -> list[Match]:
        if self.outside is self.words:
            return self._matches
        return _vocabulary(self.lang).find(self.outside, self.text)

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms of its words."""
        return frozenset([word.form for word in self.words])

    def context(self, key: str) -> frozenset[str]:
        return self.lang.lexicons["suggest-context"].entries[key]

    def gap(self, index: int) -> bool:
        """Whether anything other than a blank stands between a word and the one before it."""
        between = self.text[self.words[index - 1].end : self.words[index].start]
        return not between.isspace() and between != ". "

    @cached_property
    def reported(self) -> list[Cue]:
        """Its words of report."""
        return reports(self.text, self.outside, self.lang)

    @cached_property
    def conditional(self) -> bool:
        """Whether it sets a condition."""
        condition = self.context("condition")
        return any(word.form in condition for word in self.outside)
