"""Attributions of an article: whose words stand where, quoted or reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copydesk.text.language import language as language_of
from copydesk.text.lexicon import Cue, words
from copydesk.text.pieces import Piece
from copydesk.text.predicates import predicates
from copydesk.text.quotations import Quotation, flagged, quotations
from copydesk.text.reports import speaker_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Somebody's words or thoughts in an article.

    Offsets are code points into the canonical text.

    Attributes:
        content: Offsets of what is said, in order; more than one where the attribution stands
            between two parts of it.
        source: Offsets of who says it, where the text shows it.
        cue: The words that show that it is said.
        quoted: Whether it is a quotation; otherwise it is reported in the outlet's words.
    """

    content: tuple[tuple[int, int], ...]
    source: tuple[int, int] | None
    cue: Cue | None
    quoted: bool


def attributions(
    text: str,
    pieces: Sequence[Piece],
    *,
    quotes: Sequence[Quotation] | None = None,
    language: str = "en",
) -> list[Attribution]:
    """Find what is attributed to somebody.

    Args:
        text: Canonical text.
        pieces: Its pieces, in order, as `segment` gives them.
        quotes: Its quotations, if they are at hand.
    """
    lang = language_of(language)
    found = quotations(text, pieces, language=language) if quotes is None else quotes
    result = [
        Attribution(content=((q.start, q.end),), source=q.speaker, cue=q.cue, quoted=True)
        for q in found
    ]
    spans = [(q.start, q.end) for q in found]
    units = [piece for piece in pieces if piece.is_unit]
    for number, piece in enumerate(units):
        all_words = words(text, piece.start, piece.end)
        outside = [w for w, inside in flagged(all_words, spans) if not inside]
        inside_here = [q for q in found if q.start < piece.end and piece.start < q.end]
        for item in predicates(text, outside, lang):
            cue = item.cue
            if any(q.cue and q.cue.start == cue.start for q in inside_here):
                continue
            if not text[cue.end : piece.end].strip(" :—-") and text[piece.end - 1] == ":":
                if number + 1 == len(units):
                    continue
                content = ((units[number + 1].start, _line_end(text, units[number + 1].start)),)
            elif item.after < len(outside):
                content = ((cue.end, piece.end),)
            else:
                content = ((piece.start, cue.start),)
            result.append(
                Attribution(
                    content=content,
                    source=speaker_of(text, cue, outside, lang),
                    cue=cue,
                    quoted=False,
                )
            )
    return result


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
