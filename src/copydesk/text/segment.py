"""An article cut into sentences and lines that are not sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from copydesk.text.boundaries import sentences
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.lines import credit_start, tail_start
from copydesk.text.pieces import UNIT_ZONES, Piece, Zone
from copydesk.text.turns import answer_length, turns
from copydesk.text.wording import wording
from copydesk.text.zones import classify

_new: Final = partial(tuple.__new__, Piece)
"""A piece from its four values, in half the time that `Piece(…)` takes."""


def segment(
    text: str,
    language: str = "en",
    *,
    zones: Mapping[int, Zone] | None = None,
    furniture: Collection[str] = (),
) -> list[Piece]:
    """Cut an article into sentences and lines that are not sentences, each with its zone.

    Takes linear time, and memory for the pieces.

    Args:
        text: Canonical text (see `canonical`); any other text is cut by the same rules.
        language: Its BCP 47 tag, such as `de-AT`; one without data is cut by general rules.
        zones: Zones of lines that are known from the source (a page's headings), by the line's
            number from 0; the other lines are told by the text.
        furniture: Lines that the outlet repeats over its articles, trimmed; each is a note.

    Returns:
        The pieces in their order. They are disjoint, begin and end with a character that is not
        blank, cross no line end and together hold every character that is not blank. A line of the
        body or a caption is cut into sentences, and a credit at the end of a caption's line stands
        alone. Who speaks at the start of a turn of a transcript or an interview ("SMITH:") is a
        piece of its own, a `note`. Any other line is one piece.
    """
    lang = language_of(language)
    known = wording(lang)
    lines = []
    starts = []
    offset = 0
    for raw in text.splitlines(keepends=True):
        line = raw.strip()
        if line:
            lines.append(line)
            starts.append(offset + raw.index(line[0]))
        offset += len(raw)
    markers = turns(lines, known) if ":" in text or "Q." in text else {}
    told = classify(lines, lang, furniture)
    for number, given in (zones or {}).items():
        if number < len(told):
            told[number] = given
            if given != "body":
                markers.pop(number, None)
    pieces: list[Piece] = []
    for index, (start, line, zone) in enumerate(zip(starts, lines, told, strict=True)):
        end = start + len(line)
        if index in markers and zone != "headline":
            pieces += _turn(text, start, end, markers[index], lang)
        elif zone == "body":
            tail = tail_start(line, known) if ")" in line[-2:] or "(@" in line else -1
            stop = start + len(line[:tail].rstrip()) if tail > 0 else end
            pieces += [_new((a, b, zone, True)) for a, b in sentences(text, start, stop, lang)]
            if tail > 0:
                pieces.append(Piece(start + tail, end, "credit", False))
        elif zone == "caption":
            pieces += _caption(text, start, line, lang)
        else:
            pieces.append(_new((start, end, zone, zone in UNIT_ZONES)))
    return pieces


def _turn(text: str, start: int, end: int, marker: int, lang: Language) -> list[Piece]:
    """Who speaks, and the sentences of the turn; an answer may follow its question in the line."""
    pieces = [Piece(start, start + marker, "note", False)]
    rest = text[start + marker : end]
    if not rest.strip():
        return pieces
    begin = end - len(rest.lstrip())
    for first, last in sentences(text, begin, end, lang):
        length = answer_length(text, first, last)
        if length:
            pieces.append(Piece(first, first + length, "note", False))
            first = last - len(text[first + length : last].lstrip())
        if first < last:
            pieces.append(Piece(first, last, "body", True))
    return pieces


def _caption(text: str, start: int, line: str, lang: Language) -> list[Piece]:
    """The sentences of a caption, and the credit that may close its line."""
    zone: Zone = "caption"
    end = start + len(line)
    credit = credit_start(line, wording(lang))
    if credit <= 0:
        return [_new((a, b, zone, True)) for a, b in sentences(text, start, end, lang)]
    stop = start + len(line[:credit].rstrip())
    pieces = [Piece(*span, zone, True) for span in sentences(text, start, stop, lang)]
    return [*pieces, Piece(start + credit, end, "credit", False)]
