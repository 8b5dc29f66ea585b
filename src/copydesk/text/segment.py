"""An article cut into sentences and lines that are not sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from copydesk.text.boundaries import Span, cut, sentences
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.lines import credit_start, tail_start
from copydesk.text.pieces import UNIT_ZONES, Piece, Zone
from copydesk.text.turns import answer_length, turns
from copydesk.text.wording import wording
from copydesk.text.zones import classify

_new: Final = tuple.__new__


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
    lines, starts = _lines(text)
    markers = turns(lines, known) if ":" in text or "Q." in text else {}
    told = classify(lines, lang, furniture)
    for number, given in (zones or {}).items():
        if number < len(told):
            told[number] = given
            if given != "body":
                markers.pop(number, None)
    return _pieces(text, starts, lines, told, markers, lang)


def _lines(text: str) -> tuple[list[str], list[int]]:
    """The lines that are not blank, trimmed, and their offsets."""
    lines = []
    starts = []
    offset = 0
    for raw in text.splitlines(keepends=True):
        line = raw.strip()
        if line:
            lines.append(line)
            starts.append(offset if raw[0] == line[0] else offset + raw.index(line[0]))
        offset += len(raw)
    return lines, starts


def _pieces(
    text: str,
    starts: Sequence[int],
    lines: Sequence[str],
    zones: Sequence[Zone],
    markers: Mapping[int, int],
    lang: Language,
) -> list[Piece]:
    """The pieces of the lines, in order; a piece is made in half the time of `Piece(…)`."""
    known = wording(lang)
    signed = "(@" in text
    pieces: list[Piece] = []
    add = pieces.append
    for index, (start, line, zone) in enumerate(zip(starts, lines, zones, strict=True)):
        if markers and index in markers and zone != "headline":
            found = _turn(text, start, start + len(line), markers[index], lang)
        elif zone == "body":
            if line[-1] == ")" or line[-2:-1] == ")" or (signed and "(@" in line):
                found = _with_tail(text, start, line, zone, lang, tail_start(line, known))
            else:
                for first, last in cut(text, start, start + len(line), line, lang):
                    add(_new(Piece, (first, last, "body", True)))
                continue
        elif zone == "caption":
            found = _with_tail(text, start, line, zone, lang, credit_start(line, known))
        else:
            add(_new(Piece, (start, start + len(line), zone, zone in UNIT_ZONES)))
            continue
        for (first, last), kind in found:
            add(_new(Piece, (first, last, kind, kind in UNIT_ZONES)))
    return pieces


def _with_tail(
    text: str, start: int, line: str, zone: Zone, lang: Language, tail: int
) -> list[tuple[Span, Zone]]:
    """The sentences of a line, and the credit, slug or signature from `tail` that may end it."""
    if tail <= 0:
        return [(span, zone) for span in cut(text, start, start + len(line), line, lang)]
    before = line[:tail].rstrip()
    whole = cut(text, start, start + len(before), before, lang)
    credit: Zone = "credit"
    return [*((span, zone) for span in whole), ((start + tail, start + len(line)), credit)]


def _turn(text: str, start: int, end: int, marker: int, lang: Language) -> list[tuple[Span, Zone]]:
    """Who speaks, and the sentences of the turn; an answer may follow its question in the line."""
    found: list[tuple[Span, Zone]] = [((start, start + marker), "note")]
    rest = text[start + marker : end]
    if not rest.strip():
        return found
    begin = end - len(rest.lstrip())
    for first, last in sentences(text, begin, end, lang):
        length = answer_length(text, first, last)
        if length:
            found.append(((first, first + length), "note"))
            first = last - len(text[first + length : last].lstrip())
        if first < last:
            found.append(((first, last), "body"))
    return found
