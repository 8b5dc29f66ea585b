"""Who speaks in a quotation: in its own sentence, in the line beside it, or earlier in its turn."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.text.attachment import BETWEEN, NOBODY, Voice, in_sentence, is_aside, voice_of
from copydesk.text.phrases import Span
from copydesk.text.sentences import Article, Marks
from copydesk.text.turns import turn_of


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
    late_from = len(quotes)  # quotations from here on have the speaker of one after them
    for number in range(len(quotes) - 2, -1, -1):
        late = result[number + 1]
        named = late.how == "sentence" or number + 1 == late_from
        if result[number].speaker is None and late.speaker is not None and named:
            between = text[quotes[number].stretch.end : quotes[number + 1].stretch.start]
            if quotes[number].whole and not between.strip() and quotes[number + 1].pieces:
                result[number] = Voice(late.speaker, result[number].cue or late.cue, "continuation")
                late_from = number
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
        if cue.first <= BETWEEN and (
            ends or tail in (forms["ends"] | forms["preposition"]) - {"that"}
        ):
            return voice_of(sentence, cue)
    return None


def _after(article: Article, quote: Marks) -> Voice | None:
    """Who speaks by the words that follow a quotation, where they name somebody anew."""
    sentence = article.sentence(quote.pieces[-1])
    for cue in sentence.cues_after(quote.stretch.end):
        if is_aside(article.text, sentence, cue):
            voice = voice_of(sentence, cue)
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
