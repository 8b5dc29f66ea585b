"""A unit as the rules of suggestion see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Lexicon, Word
from copydesk.text.pieces import Piece
from copydesk.text.quotations import Quotation
from copydesk.text.reports import reports


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

    def find(self, name: str, found: Sequence[Word]) -> Iterable[tuple[int, int, Cue]]:
        """A lexicon's forms among some of its words: first word, word after the last, cue."""
        lexicon = self.lang.lexicon(name)
        firsts = lexicon.firsts(self.forms)
        return lexicon.find(found, self.text, firsts) if firsts else ()

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
