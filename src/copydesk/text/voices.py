"""Who speaks in a quotation: in its own sentence, in the line beside it, or earlier in its turn."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word, words
from copydesk.text.marks import Marked
from copydesk.text.mentions import People, Person
from copydesk.text.pieces import Piece
from copydesk.text.predicates import Predicate, predicates
from copydesk.text.speakers import Phrases, Span
from copydesk.text.turns import turn_speakers

How = Literal["sentence", "neighbour", "continuation", "turn", "resolved"]

_MARKS: Final = "\"'“”‘’«»„‚`‹›"
_CUES: Final = 8
"""How many cues before and after a quotation are looked at."""
_NEAR: Final = 60
"""How many characters from a cue to a mark are near."""
_BETWEEN: Final = 14
"""How many words may stand between a quotation and the verb of report after it."""
_DESCRIBED: Final = 30
"""How many if they describe a name: "Ann Orr, the mayor of York and a …, said"."""
_SAME: Final = frozenset(["he", "she", "they", "it"])
_LINE_END: Final = re.compile("\n")
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


NOBODY: Final = Voice(None, None, None)


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

    @cached_property
    def cues(self) -> list[Predicate]:
        return predicates(self.text, self.outside, self.lang)

    @cached_property
    def phrases(self) -> Phrases:
        return Phrases(self.text, self.outside, self.lang)

    def cues_before(self, offset: int) -> list[Predicate]:
        """The last cues that end before an offset."""
        at = bisect_right(self.cues, offset, key=lambda cue: cue.cue.end)
        return self.cues[max(0, at - _CUES) : at]

    def cues_after(self, offset: int) -> list[Predicate]:
        """The first cues that start at an offset or after it."""
        at = bisect_left(self.cues, offset, key=lambda cue: cue.cue.start)
        return self.cues[at : at + _CUES]

    def speaker(self, cue: Predicate, *, inverted: bool = False) -> Span | None:
        """Who is behind a cue of this sentence."""
        if cue.kind == "phrase" and not cue.cue.entry.endswith(" that"):
            return self.phrases.after(cue.cue.end) if _names_source(cue) else None
        if cue.kind in {"noun", "phrase"}:
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
        for cue in reversed(self.cues[-_CUES:]):
            speaker = self.speaker(cue)
            if speaker is not None:
                return cue, speaker
        return None


def in_sentence(text: str, stretch: Marked, first: Sentence, last: Sentence) -> Voice:
    """Who speaks, by the sentences that a marked stretch begins and ends in."""
    before, after = first.cues_before(stretch.start), last.cues_after(stretch.end)
    if before and before[-1].kind == "clause" and _leads(text, before[-1], stretch):
        return _voice(first, _outer(text, first, before, before[-1]))
    if after and _closes_speech(text, stretch) and _follows(text, stretch, last, after[0]):
        at = last.phrases.index(stretch.end)
        between = at < last.phrases.index(after[0].cue.start)
        inverted = not between or not _has_subject(last, stretch, after[0])
        if between or not last.outside[after[0].first].form.endswith("ing"):
            return _voice(last, after[0], inverted=inverted)
    if before:
        return _voice(first, _governing(text, first, before, stretch))
    aside = next((cue for cue in after if _is_aside(text, last, cue)), None)
    if aside is not None:
        return _voice(last, aside)
    return _named(text, stretch, first)


def _leads(text: str, cue: Predicate, stretch: Marked) -> bool:
    """Whether three words at most stand between a cue and the mark after it."""
    if stretch.start - cue.cue.end > _NEAR:
        return False
    return text[cue.cue.end : stretch.start].count(" ") <= 3


def _has_subject(sentence: Sentence, stretch: Marked, cue: Predicate) -> bool:
    span = sentence.speaker(cue)
    return span is not None and span[0] >= stretch.end


def _governing(
    text: str, sentence: Sentence, before: Sequence[Predicate], stretch: Marked
) -> Predicate:
    """The cue before a quotation that it most likely hangs on.

    What a source says that somebody else did is the source's: "she said Orr favours a “quiet
    end”". So a verb of speech goes before a nearer cue, unless another clause begins in between.
    """
    forms = sentence.phrases.forms
    outside = sentence.outside
    near = list(_one_clause(text, sentence, before, stretch.start))
    for cue in near:
        speaks = cue.kind == "clause" and cue.reports
        if speaks or (cue.kind == "phrase" and _names_source(cue)):
            relative = cue.first > 0 and outside[cue.first - 1].form in forms["relative"]
            if not relative or cue is before[0]:
                return _outer(text, sentence, before, cue)
    for kinds in ({"clause"}, {"that", "object", "as"}):
        strong = [cue for cue in near if cue.kind in kinds]
        if strong:
            return strong[0]
    return before[-1]


def _one_clause(
    text: str, sentence: Sentence, before: Sequence[Predicate], offset: int
) -> Iterator[Predicate]:
    """The cues before an offset, the nearest first, up to where another clause begins.

    One begins at a conjunction after a comma, and at a subject after a comma: "In a letter
    announcing the sale, Orr called it “fair”".
    """
    outside, divides = sentence.outside, sentence.phrases.forms["divides"]
    end = bisect_left(outside, offset, key=lambda word: word.start)
    subject: Span | None = None
    for cue in reversed(before):
        if any(
            outside[index].form in divides and _stop_before(text, outside, index)
            for index in range(cue.after, end)
        ):
            return
        if subject is not None and cue.cue.end < subject[0]:
            lead = text[cue.cue.end : subject[0]].rstrip()
            if lead.endswith(",") and len(lead) > 1:
                return
        yield cue
        end, subject = cue.after, sentence.speaker(cue)


def _outer(text: str, sentence: Sentence, before: Sequence[Predicate], cue: Predicate) -> Predicate:
    """The cue that a cue stands below: "said" in "Orr said she thought" and "said it was to tell".

    A pronoun right after a verb of speech is mostly who spoke, and an infinitive has no speaker.
    """
    outside = sentence.outside
    for earlier in reversed(before[: before.index(cue)]):
        if earlier.kind != "clause" or not earlier.reports:
            continue
        between = [word.form for word in outside[earlier.after : cue.first]]
        if any(_stop_before(text, outside, index) for index in range(earlier.after, cue.first)):
            break
        pronoun = next((form for form in between[:3] if form in _SAME), None)
        if pronoun is not None or (between and between[-1] == "to"):
            return earlier
        break
    return cue


def _stop_before(text: str, outside: Sequence[Word], index: int) -> bool:
    return index > 0 and any(
        mark in ",;—–―" for mark in text[outside[index - 1].end : outside[index].start]
    )


def _names_source(cue: Predicate) -> bool:
    """Whether a phrase is followed by the source: "according to", "in the words of"."""
    return cue.cue.entry.endswith(("according to", "in the words of", "in the view of"))


def _voice(sentence: Sentence, cue: Predicate, *, inverted: bool = False) -> Voice:
    speaker = sentence.speaker(cue, inverted=inverted)
    if speaker is None and cue.first <= 1 and sentence.outside[cue.first].form.endswith("ing"):
        speaker = sentence.phrases.following(cue.cue.end)
    elif speaker is not None and sentence.text[slice(*speaker)].lower() in _SAME:
        speaker = sentence.phrases.meant(speaker) or speaker
    return Voice(speaker, cue.cue, "sentence")


def _closes_speech(text: str, stretch: Marked) -> bool:
    """Whether a quotation ends as speech does that a verb of report may follow."""
    tail = text[stretch.inner[0] : stretch.inner[1]].rstrip(_MARKS + " ")[-1:]
    return any(mark in ",?!.…—–-" for mark in tail + text[stretch.inner[1] : stretch.end + 1])


def _follows(text: str, stretch: Marked, last: Sentence, cue: Predicate) -> bool:
    """Whether only a subject stands between a quotation and a verb of report."""
    outside = last.outside
    at = bisect_left(outside, stretch.end, key=lambda word: word.start)
    between = outside[at : cue.first]
    most = _BETWEEN
    if between and text[between[0].start].isupper() and _stop_before(text, outside, cue.first):
        most = _DESCRIBED
    if len(between) > most or cue.kind not in {"clause", "that", "object"}:
        return False
    forms = last.phrases.forms
    if between and between[0].form in forms["opens"] - {"as"}:
        return False
    relative = any(word.form in {"who", "whose"} for word in between)
    if not relative and any(
        word.form in forms["finite"] and not word.form.endswith("ing") for word in between
    ):
        return False
    return not any(mark in ";:" for mark in text[stretch.end : cue.cue.start])


def _is_aside(text: str, sentence: Sentence, cue: Predicate) -> bool:
    """Whether a cue stands between commas or at the end: "…, she said."""
    if cue.kind not in {"clause", "phrase"}:
        return False
    if cue.kind == "phrase":
        return True
    tail = text[cue.cue.end : min(cue.cue.end + 2, sentence.piece.end)].strip()
    return not tail or tail[0] in ",.;"


def _named(text: str, stretch: Marked, sentence: Sentence) -> Voice:
    """A name before a colon or after a dash, where the sentence has no cue."""
    lead = text[max(sentence.piece.start, stretch.start - 4) : stretch.start].rstrip()
    if lead.endswith(":"):
        span = sentence.phrases.clause_subject(sentence.phrases.index(stretch.start))
        if span is not None:
            return Voice(span, None, "sentence")
    signed = _SIGNED.match(text, stretch.end, min(len(text), stretch.end + 120))
    if signed and signed["name"][0].isupper():
        return Voice(signed.span("name"), None, "sentence")
    return NOBODY


def turn_of(text: str, start: int, *, quoted: bool = False) -> Span | None:
    """The speaker's name in a turn's marker that begins at an offset: `SMITH:`, `Q:`.

    Args:
        text: The text.
        start: Offset of a line's first character, or of the first in a quotation.
        quoted: Whether the marker stands inside marks, where only capitals are sure to be one.
    """
    match = _TURN.match(text, start, min(len(text), start + 80))
    if match is None:
        return None
    name = match["name"]
    if name.isupper():
        return match.span("name")
    parts = name.split(" ")
    if quoted or len(parts) > 3 or not all(part[0].isupper() for part in parts):
        return None
    return match.span("name")


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
        """Where the line begins that an offset stands in."""
        return self._lines[bisect_right(self._lines, offset) - 1]

    def sentence(self, index: int) -> Sentence:
        """A piece, read."""
        if index not in self._read:
            piece = self.pieces[index]
            found = words(self.text, piece.start, piece.end)
            outside = _outside(found, self.spans)
            self._read[index] = Sentence(self.text, piece, outside, len(found), self.lang)
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


def voices(article: Article, quoted: Sequence[tuple[Marks, Voice]]) -> list[Voice]:
    """Who speaks in each of an article's quotations, in order.

    Args:
        article: The article.
        quoted: Its quotations, each with who speaks by its own line (`own`).
    """
    result: list[Voice] = []
    text = article.text
    quotes = [quote for quote, _ in quoted]
    for number, (quote, found) in enumerate(quoted):
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


def own(article: Article, quote: Marks) -> Voice:
    """Who speaks, by the quotation's own line: a turn's marker or its sentence."""
    text, stretch = article.text, quote.stretch
    inner = turn_of(text, stretch.inner[0], quoted=True)
    if inner is not None and inner[1] < stretch.end:
        return Voice(inner, None, "turn")
    first, last = article.sentence(quote.pieces[0]), article.sentence(quote.pieces[-1])
    if first.piece.zone == "headline":
        name = turn_of(text, first.piece.start)
        if name is not None and name[1] < stretch.start:
            return Voice(name, None, "turn")
    found = in_sentence(text, stretch, first, last)
    if found.speaker is not None:
        return found
    turn = article.turns.get(quote.pieces[0]) or _before_colon(article, quote)
    if turn is not None:
        return Voice(turn, found.cue, "turn")
    return _asked(article, quote) or found


def _before_colon(article: Article, quote: Marks) -> Span | None:
    """The name that opens the quotation's line: "Ann Orr: “We close.”"."""
    name = turn_of(article.text, article.line(quote.stretch.start))
    return name if name is not None and name[1] < quote.stretch.start else None


def _asked(article: Article, quote: Marks) -> Voice | None:
    """Who asked or shouted, where the sentence after says it: "“Who pays?” Ann Orr asked."."""
    index = quote.pieces[-1] + 1
    text, end = article.text, quote.stretch.inner[1]
    if not quote.whole or text[end - 1] not in "?!" or index >= len(article.pieces):
        return None
    if "\n" in text[end : article.pieces[index].start]:
        return None
    sentence = article.sentence(index)
    for cue in sentence.cues[:1]:
        tail = sentence.outside[cue.after].form if cue.after < len(sentence.outside) else ""
        ends = text[cue.cue.end : cue.cue.end + 1] in {",", ".", ";", ""}
        forms = sentence.phrases.forms
        if cue.first <= _BETWEEN and (
            ends or tail in (forms["ends"] | forms["preposition"]) - {"that"}
        ):
            return _voice(sentence, cue)
    return None


def _after(article: Article, quote: Marks) -> Voice | None:
    """Who speaks by the words that follow a quotation, where they name somebody anew."""
    sentence = article.sentence(quote.pieces[-1])
    for cue in sentence.cues_after(quote.stretch.end):
        if _is_aside(article.text, sentence, cue):
            voice = _voice(sentence, cue)
            return voice if voice.speaker is not None else None
    return None


def _beyond(
    article: Article, quote: Marks, before: Marks | None, voice: Voice, found: Voice
) -> Voice:
    """Who speaks, by the quotation or the sentence before."""
    text, stretch = article.text, quote.stretch
    same_line = before is not None and before.stretch.start >= article.line(stretch.start)
    if before is not None and voice.speaker is not None:
        adjacent = quote.pieces[0] - before.pieces[-1] <= 1
        if quote.continues or (adjacent and quote.whole) or (same_line and not quote.whole):
            if same_line and adjacent:
                voice = _after(article, before) or voice
            return Voice(voice.speaker, found.cue or voice.cue, "continuation")
    index = quote.pieces[0] - 1
    if not quote.whole or index < 0 or not article.pieces[index].is_unit:
        return found
    previous = article.sentence(index)
    main = previous.main()
    if main is not None:
        return Voice(main[1], found.cue or main[0].cue, "neighbour")
    if text[previous.piece.end - 1] == ":":
        span = previous.phrases.clause_subject(len(previous.phrases.found))
        return Voice(span, None, "neighbour") if span else found
    return found


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
