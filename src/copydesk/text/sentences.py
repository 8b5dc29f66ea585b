"""The sentences of an article, prepared for finding who speaks; each is read once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile
from operator import itemgetter
from typing import Final

from copydesk.text.form_use import MARKS
from copydesk.text.language import Language
from copydesk.text.lexicon import Word, outside, words
from copydesk.text.marks import Marked
from copydesk.text.mentions import People
from copydesk.text.phrases import Span
from copydesk.text.pieces import Piece
from copydesk.text.predicates import Predicate, predicates
from copydesk.text.speakers import Speakers
from copydesk.text.turns import turn_speakers

CUES: Final = 8
"""How many cues before and after a quotation are looked at."""
_QUOTED: Final = 12
"""How many words may stand between "quoted" and its "as saying"."""
_SOURCE_FOLLOWS: Final = frozenset(
    f"attribution-phrases/{key}"
    for key in ("according to", "in the words of", "in the view of", "came the reply")
)
"""The phrases that the source follows."""
_SAID_BEFORE: Final = frozenset({",", "—", "–", ",—", ", —", "-"})
_LINE_END: Final = re.compile("\n")
_DIVISION: Final = re.compile("[;:]")
_END_OF: Final = itemgetter(1)


class Sentence:
    """A piece: its words outside marks, how many it has in all, its cues and its phrases."""

    def __init__(
        self, text: str, piece: Piece, outside: Sequence[Word], length: int, lang: Language
    ) -> None:
        self.text = text
        self.piece = piece
        self.outside = outside
        self.length = length
        self.lang = lang
        self._cues: list[Predicate] | None = None
        self._phrases: Speakers | None = None

    @property
    def cues(self) -> list[Predicate]:
        if self._cues is None:
            self._cues = predicates(self.text, self.outside, self.lang)
        return self._cues

    @property
    def phrases(self) -> Speakers:
        if self._phrases is None:
            self._phrases = Speakers(self.text, self.outside, self.lang)
        return self._phrases

    def is_divided(self, start: int, end: int) -> bool:
        """Whether a colon or semicolon stands between two offsets in it."""
        return bisect_left(self._divisions, start) < bisect_left(self._divisions, end)

    @cached_property
    def _divisions(self) -> list[int]:
        found = _DIVISION.finditer(self.text, self.piece.start, self.piece.end)
        return [mark.start() for mark in found]

    def cues_before(self, offset: int) -> list[Predicate]:
        """The last cues that end before an offset."""
        cues = self.cues
        at = bisect_right(cues, offset, key=lambda cue: cue.cue.end) if cues else 0
        return cues[max(0, at - CUES) : at]

    def cues_after(self, offset: int) -> list[Predicate]:
        """The first cues that start at an offset or after it."""
        cues = self.cues
        at = bisect_left(cues, offset, key=lambda cue: cue.cue.start) if cues else 0
        return cues[at : at + CUES]

    def speaker(self, cue: Predicate, *, inverted: bool = False) -> Span | None:
        """Who is behind a cue of this sentence."""
        if cue.kind == "phrase" and not cue.cue.entry.endswith(" that"):
            if (
                not cue.cue.entry.endswith("/statement")
                or self.outside[cue.after - 1].form != "said"
            ):
                return self.phrases.after(cue.cue.end) if names_source(cue) else None
            said = self.outside[cue.after - 1].start
            return self.phrases.owner(cue.cue.start) or self.phrases.subject(said)
        quoted = self._quoted_as(cue)
        if quoted is not None:
            return quoted
        if cue.kind in {"noun", "phrase"}:
            return self.phrases.owner(cue.cue.start)
        if inverted:
            return self.phrases.after(cue.cue.end)
        if self._passive(cue):
            return self.phrases.doer(cue.cue.end)
        return self.late_speaker(cue) or self.phrases.subject(cue.cue.start)

    def _quoted_as(self, cue: Predicate) -> Span | None:
        """Who is "quoted as saying" it: the object of "quoted", or the subject of "was quoted"."""
        outside, first = self.outside, cue.first
        quotes = self.lang.lexicon("predicate-context").forms("quotes")
        form = outside[first].form
        if form == "saying" and first > 1 and outside[first - 1].form == "as":
            near = range(first - 2, max(first - _QUOTED, -1), -1)
            verb = next((at for at in near if outside[at].form in quotes), 0)
        elif form in quotes and ("as", "saying") in pairwise(
            word.form for word in outside[first + 1 : first + _QUOTED]
        ):
            verb = first
        else:
            return None
        if not verb:
            return None
        if outside[verb - 1].form in self.phrases.forms["be"]:
            return self.phrases.subject(outside[verb].start)
        return self.phrases.after(outside[verb].end)

    def late_speaker(self, cue: Predicate) -> Span | None:
        """Who stands after a cue that closes what is said: "The baths leak, said Ann Orr"."""
        outside, first, after = self.outside, cue.first, cue.after
        if not first or after >= len(outside) or cue.kind != "clause":
            return None
        context = self.lang.lexicon("predicate-context")
        says = context.forms("says") | context.forms("says at the end")
        if outside[first].form not in says or outside[first].form.endswith("ing"):
            return None
        between = self.text[outside[first - 1].end : outside[first].start].strip()
        if between not in _SAID_BEFORE:
            return None
        follows = outside[after]
        forms = self.phrases.forms
        named = self.text[follows.start].isupper() or (
            follows.form in forms["article"] or follows.form in forms["role"]
        )
        if not named or self.text[cue.cue.end : follows.start].strip():
            return None
        span = self.phrases.after(cue.cue.end)
        if span is None or self.text[span[1] : span[1] + 2].strip()[:1] in MARKS:
            return None
        return None if self.phrases.goes_on(span[1]) else span

    def _passive(self, cue: Predicate) -> bool:
        forms = self.phrases.forms
        if cue.kind == "passive":
            return True
        if not cue.first or (cue.kind == "adjective" and cue.cue.entry.endswith(" that")):
            return False
        left = self.outside[cue.first - 1].form
        return left in forms["be"] and not self.outside[cue.first].form.endswith("ing")

    def main(self) -> tuple[Predicate, Span] | None:
        """The last cue of the sentence that has a speaker."""
        for cue in reversed(self.cues[-CUES:]):
            speaker = self.speaker(cue)
            if speaker is not None:
                return cue, speaker
        return None


def names_source(cue: Predicate) -> bool:
    """Whether a phrase is followed by the source: "according to", "in the words of"."""
    return cue.cue.entry in _SOURCE_FOLLOWS


@dataclass(frozen=True, slots=True)
class Marks:
    """A marked stretch that is a quotation, with the pieces that it touches."""

    stretch: Marked
    pieces: tuple[int, ...]
    continues: bool
    whole: bool


class Article:
    """The sentences of an article, each read once."""

    def __init__(
        self,
        text: str,
        pieces: Sequence[Piece],
        spans: Sequence[Span],
        lang: Language,
        turns: Mapping[int, Span] | None = None,
    ) -> None:
        self.text = text
        self.pieces = pieces
        self.spans = spans
        self.lang = lang
        self.turns = turn_speakers(text, pieces) if turns is None else turns
        self._read: dict[int, Sentence] = {}
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]

    @cached_property
    def people(self) -> People:
        """The people whom the article names."""
        return People(self.text, self.pieces, self.spans, self.lang)

    def line(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._lines[bisect_right(self._lines, offset) - 1]

    def sentence(self, index: int) -> Sentence:
        """A piece, read."""
        if index not in self._read:
            piece = self.pieces[index]
            found = words(self.text, piece.start, piece.end)
            kept: Sequence[Word] = found
            end = piece.end
            near = bisect_right(self.spans, piece.start, key=_END_OF)
            if near < len(self.spans) and self.spans[near][0] < end:
                kept = outside(found, takewhile(lambda span: span[0] < end, self.spans[near:]))
            self._read[index] = Sentence(self.text, piece, kept, len(found), self.lang)
        return self._read[index]
