"""A unit as the rules for suggestions see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Lexicon, Match, Vocabulary, Word, outside, words
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


class Unit:
    """A unit: its words, its quotations, and what stands before it.

    Attributes:
        text: The article's text.
        piece: The unit's place in it.
        words: Its words.
        outside: Those outside quotation marks.
        quotes: The quotations that touch it.
        carried: Whether the unit before it in its line or the line above reports somebody's words.
        lang: The article's language.
        forms: The forms of its words.
        context: The forms of an entry of `suggest-context`, by its key.
    """

    __slots__ = (
        "_conditional",
        "_matches",
        "_matches_outside",
        "_reported",
        "carried",
        "context",
        "forms",
        "lang",
        "outside",
        "piece",
        "quotes",
        "text",
        "words",
    )

    def __init__(
        self,
        text: str,
        piece: Piece,
        found: Sequence[Word],
        outside: Sequence[Word],
        quotes: Sequence[Quotation],
        lang: Language,
        *,
        carried: bool,
    ) -> None:
        self.text = text
        self.piece = piece
        self.words = found
        self.outside = outside
        self.quotes = quotes
        self.carried = carried
        self.lang = lang
        self.forms = frozenset([word.form for word in found])
        self.context = lang.lexicons["suggest-context"].entries.__getitem__
        self._matches: list[Match] | None = None
        self._matches_outside: list[Match] | None = None
        self._reported: list[Cue] | None = None
        self._conditional: bool | None = None

    @classmethod
    def read(
        cls,
        text: str,
        piece: Piece,
        quotes: Sequence[Quotation],
        lang: Language,
        *,
        carried: bool = False,
    ) -> Unit:
        """Read a unit of a text, with the quotations that touch it."""
        found = words(text, piece.start, piece.end)
        kept = outside(found, ((quote.start, quote.end) for quote in quotes)) if quotes else found
        return cls(text, piece, found, kept, quotes, lang, carried=carried)

    def lexicon(self, name: str) -> Lexicon:
        return self.lang.lexicon(name)

    @property
    def matches(self) -> list[Match]:
        """The forms of `_LOOKED_UP` among its words."""
        if self._matches is None:
            self._matches = _vocabulary(self.lang).find(self.words, self.text)
        return self._matches

    def find_outside(self, name: str) -> Iterator[tuple[int, int, Cue]]:
        """A lexicon's forms among its words outside marks: first word, word after the last, cue."""
        if self.outside is self.words:
            matches = self.matches
        else:
            if self._matches_outside is None:
                self._matches_outside = _vocabulary(self.lang).find(self.outside, self.text)
            matches = self._matches_outside
        for match in matches:
            if match[2] == name:
                yield match[0], match[1], cue_of(self.outside, match)

    def gap(self, index: int) -> bool:
        """Whether anything other than a blank stands between a word and the one before it."""
        between = self.text[self.words[index - 1].end : self.words[index].start]
        return not between.isspace() and between != ". "

    @property
    def reported(self) -> list[Cue]:
        """Its words of report."""
        if self._reported is None:
            self._reported = reports(self.text, self.outside, self.lang)
        return self._reported

    @property
    def conditional(self) -> bool:
        """Whether it sets a condition."""
        if self._conditional is None:
            condition = self.context("condition")
            self._conditional = any(word.form in condition for word in self.outside)
        return self._conditional


def by_piece(quotes: Sequence[Quotation]) -> dict[int, list[Quotation]]:
    """The quotations that touch each piece, by the piece's index."""
    result: dict[int, list[Quotation]] = {}
    for quote in quotes:
        for index in quote.pieces:
            result.setdefault(index, []).append(quote)
    return result


def cue_of(found: Sequence[Word], match: Match) -> Cue:
    """The cue of a form among some words."""
    first, after, name, key = match
    return Cue(found[first].start, found[after - 1].end, f"{name}/{key}")
