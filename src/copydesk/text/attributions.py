"""Attributions of an article: whose words are where, quoted or reported.

Wider than a label: "opposes the plan", "wants to close it" and "fears a rise" are also attributed
to somebody, though the guidelines do not call them claims. Each attribution says which kind it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from copydesk.text.language import language as language_of
from copydesk.text.lexicon import Cue
from copydesk.text.pieces import Piece
from copydesk.text.predicates import Predicate
from copydesk.text.quotations import Quotation, quotations
from copydesk.text.resolution import Source, sources
from copydesk.text.sentences import Article, Sentence
from copydesk.text.turns import turn_of

Form = Literal["quoted", "reported", "stance"]
Span = tuple[int, int]

_COLON: Final = re.compile(r":[ \"“”'—–―-]*$")
_END: Final = re.compile(r"[ .!?\"”’']*$|[,;—–―]")
_LEAD: Final = re.compile("[ ,]*")
_DAY: Final = 3
"""How many words may stand after a cue that closes a sentence, as "on Friday" does."""
_LINE: Final = 30
"""How many sentences of the line after a colon count as what it announces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Somebody's words, thoughts or stance in an article.

    Offsets are code points into the canonical text.

    Attributes:
        content: Offsets of what is attributed, in order; more than one if its source is between two
        parts of it.
        source: Offsets of the words that name who it is attributed to, where the text shows it.
        person: Who that is, as the article's fullest mention; None where it is not sure.
        cue: The words that attribute it, or None where marks or a turn's marker alone do.
        form: `quoted`: words between marks, or a turn of a transcript. `reported`: a whole clause
            in the outlet's words. `stance`: what somebody thinks of, wants or does with words to
            something named.
    """

    content: tuple[Span, ...]
    source: Span | None
    person: Source | None
    cue: Cue | None
    form: Form


def attributions(
    text: str,
    pieces: Sequence[Piece],
    *,
    quotes: Sequence[Quotation] | None = None,
    language: str = "en",
) -> list[Attribution]:
    """Find what is attributed to somebody, in the order of its content.

    Contents may be nested ("Orr said that Lund opposes it"). Never raises; linear in the length of
    the text.

    Args:
        text: Canonical text.
        pieces: Its pieces, in order, as `segment` gives them.
        quotes: Its quotations, if they are at hand.
        language: Its BCP 47 tag. In a language without cues, only quotations and turns are found.
    """
    found = quotations(text, pieces, language=language) if quotes is None else quotes
    article = Article(text, pieces, [(q.start, q.end) for q in found], language_of(language))
    taken = {quote.cue.start for quote in found if quote.cue is not None}
    result = [_quoted(text, article, quote) for quote in found]
    for index, piece in enumerate(pieces):
        if not piece.is_unit:
            continue
        if index in article.turns:
            whole = ((piece.start, piece.end),)
            turn = Attribution(
                content=whole, source=article.turns[index], person=None, cue=None, form="quoted"
            )
            result.append(turn)
        elif piece.zone == "headline":
            result += _headline(text, piece)
        sentence = article.sentence(index)
        result += [
            _reported(article, index, sentence, cue)
            for cue in sentence.cues
            if cue.cue.start not in taken
        ]
    result.sort(key=lambda item: item.content[0])
    known = sources(article.people, [(item.source, "sentence") for item in result])
    return [
        item if item.form == "quoted" and item.person else replace(item, person=person)
        for item, person in zip(result, known, strict=True)
    ]


def _headline(text: str, piece: Piece) -> list[Attribution]:
    """What a headline attributes to the name before its colon: "Mayor: the bridge will close"."""
    name = turn_of(text, piece.start)
    if name is None or name[1] + 2 >= piece.end:
        return []
    content = (text.index(":", name[1]) + 2, piece.end)
    return [Attribution(content=(content,), source=name, person=None, cue=None, form="reported")]


def _quoted(text: str, article: Article, quote: Quotation) -> Attribution:
    """A quotation, with the outlet's own words between its cue and its mark."""
    start, end = quote.start, quote.end
    first = article.pieces[quote.pieces[0]]
    if quote.cue is not None and first.start <= quote.cue.start < quote.cue.end < start:
        between = text[quote.cue.end : start - 1]
        if not any(mark in between for mark in '"“”'):
            start = quote.cue.end + len(between) - len(between.lstrip(" ,:"))
    return Attribution(
        content=((start, end),),
        source=quote.speaker,
        person=quote.source,
        cue=quote.cue,
        form="quoted",
    )


def _reported(article: Article, index: int, sentence: Sentence, cue: Predicate) -> Attribution:
    """What a cue outside marks attributes."""
    return Attribution(
        content=_content(article, index, sentence, cue),
        source=sentence.speaker(cue),
        person=None,
        cue=cue.cue,
        form="reported" if cue.reports else "stance",
    )


def _content(article: Article, index: int, sentence: Sentence, cue: Predicate) -> tuple[Span, ...]:
    """The clause after a cue, the one before it, or the line that a colon opens."""
    text, piece = article.text, sentence.piece
    end = cue.cue.end
    if _COLON.match(text, end, piece.end):
        following = _next_line(article, index)
        if following is not None:
            return (following,)
    late = sentence.late_speaker(cue)
    if late is not None:
        return _around(sentence, cue, late)
    ends = _END.match(text, end, piece.end) is not None
    if not ends and _is_dated(sentence, cue):
        ends = True
    if (ends and cue.kind in {"clause", "that"}) or (cue.kind == "phrase" and cue.first > 0):
        before = _before(sentence, cue)
        if before is not None:
            return (before,)
    start = _LEAD.match(text, end, piece.end).end()  # type: ignore[union-attr]
    return ((start if start < piece.end else cue.cue.start, piece.end),)


def _is_dated(sentence: Sentence, cue: Predicate) -> bool:
    """Whether a cue and a day close a sentence after a comma: "…, its owners said on Friday"."""
    found = sentence.outside
    if not cue.first or len(found) - cue.after > _DAY or cue.kind not in {"clause", "that"}:
        return False
    dated = any(word.form in sentence.phrases.forms["time"] for word in found[cue.after :])
    source = sentence.speaker(cue)
    if not dated or source is None or source[0] > cue.cue.start:
        return False
    return sentence.text[: source[0]].rstrip().endswith(",") and source[0] > sentence.piece.start


def _around(sentence: Sentence, cue: Predicate, source: Span) -> tuple[Span, ...]:
    """What stands before a cue and, where it goes on with a verb, after its speaker."""
    before = _before(sentence, cue)
    start = _LEAD.match(sentence.text, source[1], sentence.piece.end).end()  # type: ignore[union-attr]
    goes_on = start > source[1] and sentence.phrases.begins_with_verb(start)
    after = ((start, sentence.piece.end),) if goes_on else ()
    return (*((before,) if before else ()), *after)


def _before(sentence: Sentence, cue: Predicate) -> Span | None:
    """What stands before a cue and its subject."""
    source = sentence.speaker(cue)
    end = cue.cue.start if source is None else min(source[0], cue.cue.start)
    start = sentence.piece.start
    while end > start and sentence.text[end - 1] in " ,—–―-\"“”‘’'":
        end -= 1
    return (start, end) if end > start else None


def _next_line(article: Article, index: int) -> Span | None:
    """The units of the next line: what a line that ends in a colon announces."""
    text, pieces = article.text, article.pieces
    if index + 1 >= len(pieces) or not pieces[index + 1].is_unit:
        return None
    start = end = index + 1
    while (
        end + 1 < len(pieces)
        and end - start < _LINE
        and "\n" not in text[pieces[end].end : pieces[end + 1].start]
    ):
        end += 1
    return pieces[start].start, pieces[end].end
