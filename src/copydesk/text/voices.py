"""Who speaks in a quotation: in its own sentence, in the line beside it, or earlier in its turn."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word, words
from copydesk.text.marks import Marked
from copydesk.text.pieces import Piece
from copydesk.text.predicates import Predicate, predicates
from copydesk.text.speakers import Phrases, Span

How = Literal["sentence", "neighbour", "continuation", "turn", "resolved"]

_MARKS: Final = "\"'“”‘’«»„‚`‹›"
_BETWEEN: Final = 14
"""How many words may stand between a quotation and the verb of report after it."""
_TURN: Final = re.compile(
    r"[\"“]?(?P<name>[^\W\d_][\w.’'-]*(?:[ ][\w.’'-]+){0,4})[ ]?(?:\([^()\n]{1,40}\))?"
    r":(?=[\s\"“'‘])"
)
_SIGNED: Final = re.compile(
    r"[ \xa0]*(?:[—–―]|--?)[ \xa0]*(?P<name>(?:[^\W\d_][\w.’'-]*)(?:[ ][\w.’'-]+){0,5}?)"
    r"(?=[ \xa0]*(?:[,(\n]|\.?$|\.\n))"
)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks.

    Attributes:
        speaker: Offsets of the words that name the speaker, or None.
        cue: The words of report that it hangs on, or None.
        how: Where they were found; None if there is neither.
    """

    speaker: Span | None
    cue: Cue | None
    how: How | None


NOBODY: Final = Voice(None, None, None)


class Sentence:
    """A piece: its words outside marks, its cues of attribution and its phrases."""

    def __init__(self, text: str, piece: Piece, outside: Sequence[Word], lang: Language) -> None:
        self.text = text
        self.piece = piece
        self.outside = outside
        self.lang = lang

    @cached_property
    def cues(self) -> list[Predicate]:
        return predicates(self.text, self.outside, self.lang)

    @cached_property
    def phrases(self) -> Phrases:
        return Phrases(self.text, self.outside, self.lang)

    def speaker(self, cue: Predicate, *, inverted: bool = False) -> Span | None:
        """Who is behind a cue of this sentence."""
        if cue.kind == "phrase":
            opens = cue.cue.entry.endswith((" to", " of", "from", "by"))
            return self.phrases.after(cue.cue.end) if opens else self.phrases.subject(cue.cue.start)
        if cue.kind == "noun":
            return self.phrases.owner(cue.cue.start)
        if inverted:
            return self.phrases.after(cue.cue.end)
        if self._passive(cue):
            return self.phrases.doer(cue.cue.end)
        return self.phrases.subject(cue.cue.start)

    def _passive(self, cue: Predicate) -> bool:
        forms = self.phrases.forms
        if cue.kind == "passive":
            return True
        if not cue.first:
            return False
        left = self.outside[cue.first - 1].form
        return left in forms["be"] and not self.outside[cue.first].form.endswith("ing")

    def main(self) -> tuple[Predicate, Span] | None:
        """The last cue of the sentence that has a speaker."""
        for cue in reversed(self.cues):
            speaker = self.speaker(cue)
            if speaker is not None:
                return cue, speaker
        return None


def in_sentence(text: str, stretch: Marked, first: Sentence, last: Sentence) -> Voice:
    """Who speaks, by the sentences that a marked stretch begins and ends in."""
    before = [cue for cue in first.cues if cue.cue.end <= stretch.start]
    after = [cue for cue in last.cues if cue.cue.start >= stretch.end]
    lead = text[before[-1].cue.end : stretch.start] if before else ""
    if before and (lead.count(" ") <= 3 or lead.rstrip().endswith(":")):
        return _voice(first, before[-1])
    if after and _closes_speech(text, stretch) and _follows(text, stretch, last, after[0]):
        inverted = not any(
            stretch.end <= word.start < after[0].cue.start for word in last.outside
        ) or not _has_subject(last, stretch, after[0])
        return _voice(last, after[0], inverted=inverted)
    if before:
        return _voice(first, _governing(before))
    if after:
        aside = next((cue for cue in after if _is_aside(text, last, cue)), None)
        if aside is not None:
            return _voice(last, aside)
    return _named(text, stretch, first)


def _has_subject(sentence: Sentence, stretch: Marked, cue: Predicate) -> bool:
    span = sentence.speaker(cue)
    return span is not None and span[0] >= stretch.end


def _governing(before: Sequence[Predicate]) -> Predicate:
    """The cue before a quotation that it most likely hangs on."""
    for kinds in ({"clause", "phrase"}, {"that", "object", "as"}):
        strong = [cue for cue in before if cue.kind in kinds]
        if strong:
            return strong[-1]
    return before[-1]


def _voice(sentence: Sentence, cue: Predicate, *, inverted: bool = False) -> Voice:
    return Voice(sentence.speaker(cue, inverted=inverted), cue.cue, "sentence")


def _closes_speech(text: str, stretch: Marked) -> bool:
    """Whether a quotation ends as speech does that a verb of report may follow."""
    tail = text[stretch.inner[1] - 1 : stretch.end + 1]
    return any(mark in ",?!.…—–-" for mark in tail)


def _follows(text: str, stretch: Marked, last: Sentence, cue: Predicate) -> bool:
    """Whether nothing but a subject stands between a quotation and a verb of report."""
    between = [word for word in last.outside if stretch.end <= word.start < cue.cue.start]
    if len(between) > _BETWEEN or cue.kind not in {"clause", "that", "object"}:
        return False
    if between and between[0].form in last.phrases.forms["opens"] - {"as"}:
        return False
    return not any(mark in ";:" for mark in text[stretch.end : cue.cue.start])


def _is_aside(text: str, sentence: Sentence, cue: Predicate) -> bool:
    """Whether a cue stands between commas or at the end: "…, she said."""
    if cue.kind not in {"clause", "phrase"}:
        return False
    if cue.kind == "phrase":
        return True
    tail = text[cue.cue.end : sentence.piece.end].strip()
    return not tail or tail[0] in ",.;"


def _named(text: str, stretch: Marked, sentence: Sentence) -> Voice:
    """A name before a colon or after a dash, where the sentence has no cue."""
    lead = text[sentence.piece.start : stretch.start].rstrip()
    if lead.endswith(":"):
        span = sentence.phrases.clause_subject(sentence.phrases.index(stretch.start))
        if span is not None:
            return Voice(span, None, "sentence")
    signed = _SIGNED.match(text, stretch.end, min(len(text), stretch.end + 120))
    if signed and signed["name"][0].isupper():
        return Voice(signed.span("name"), None, "sentence")
    return NOBODY


def turn_of(text: str, start: int) -> Span | None:
    """The speaker's name in a turn's marker that begins at an offset: `SMITH:`, `Q:`."""
    match = _TURN.match(text, start, min(len(text), start + 80))
    if match is None:
        return None
    name = match["name"]
    words_of = name.split(" ")
    if name.isupper() or all(word[0].isupper() for word in words_of if len(word) > 3):
        return match.span("name")
    return None


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
    ) -> None:
        self.text = text
        self.pieces = pieces
        self.spans = spans
        self.lang = lang
        self._read: dict[int, Sentence] = {}

    def sentence(self, index: int) -> Sentence:
        """A piece, read."""
        if index not in self._read:
            piece = self.pieces[index]
            found = words(self.text, piece.start, piece.end)
            outside = _outside(found, self.spans)
            self._read[index] = Sentence(self.text, piece, outside, self.lang)
        return self._read[index]


def _outside(found: Sequence[Word], spans: Sequence[Span]) -> list[Word]:
    """The words that stand in none of some ordered, disjoint spans."""
    if not found:
        return []
    at = bisect_right(spans, found[0].start, key=lambda span: span[1])
    result = []
    for word in found:
        while at < len(spans) and spans[at][1] <= word.start:
            at += 1
        if at == len(spans) or word.start < spans[at][0]:
            result.append(word)
    return result


def voices(article: Article, quotes: Sequence[Marks]) -> list[Voice]:
    """Who speaks in each of an article's quotations, in order."""
    result: list[Voice] = []
    text = article.text
    for number, quote in enumerate(quotes):
        found = _own(article, quote)
        if found.speaker is None:
            before = quotes[number - 1] if number else None
            voice = result[-1] if result else NOBODY
            found = _beyond(article, quote, before, voice, found)
        result.append(found)
    for number in range(len(quotes) - 2, -1, -1):
        late = result[number + 1]
        if result[number].speaker is None and late.speaker is not None and late.how == "sentence":
            between = text[quotes[number].stretch.end : quotes[number + 1].stretch.start]
            if quotes[number].whole and not between.strip() and quotes[number + 1].pieces:
                result[number] = Voice(late.speaker, result[number].cue or late.cue, "continuation")
    return result


def _own(article: Article, quote: Marks) -> Voice:
    """Who speaks, by the quotation's own line: a turn's marker or its sentence."""
    text, stretch = article.text, quote.stretch
    inner = turn_of(text, stretch.inner[0])
    if inner is not None and inner[1] < stretch.end:
        return Voice(inner, None, "turn")
    first, last = article.sentence(quote.pieces[0]), article.sentence(quote.pieces[-1])
    found = in_sentence(text, stretch, first, last)
    if found.speaker is None:
        line = text.rfind("\n", 0, stretch.start) + 1
        turn = turn_of(text, line)
        if turn is not None and turn[1] < stretch.start:
            return Voice(turn, found.cue, "turn")
    return found


def _beyond(
    article: Article, quote: Marks, before: Marks | None, voice: Voice, found: Voice
) -> Voice:
    """Who speaks, by the quotation or the sentence before."""
    text, stretch = article.text, quote.stretch
    line = text.rfind("\n", 0, stretch.start) + 1
    same_line = before is not None and before.stretch.start >= line
    if before is not None and voice.speaker is not None:
        adjacent = quote.pieces[0] - before.pieces[-1] <= 1
        if quote.continues or (adjacent and quote.whole) or (same_line and not quote.whole):
            return Voice(voice.speaker, found.cue or voice.cue, "continuation")
    index = quote.pieces[0] - 1
    if not quote.whole or index < 0 or not article.pieces[index].is_unit:
        return found
    previous = article.sentence(index)
    main = previous.main()
    if main is not None:
        return Voice(main[1], found.cue or main[0].cue, "neighbour")
    if text[: previous.piece.end].endswith(":"):
        turn = turn_of(text, previous.piece.start)
        span = turn or previous.phrases.clause_subject(len(previous.phrases.found))
        return Voice(span, None, "turn" if turn else "neighbour") if span else found
    return found
