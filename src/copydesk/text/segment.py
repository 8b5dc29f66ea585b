"""An article cut into sentences and lines that are none."""

from __future__ import annotations

from copydesk.text.boundaries import sentences
from copydesk.text.lines import credit_start
from copydesk.text.pieces import UNIT_ZONES, Piece, Zone
from copydesk.text.zones import classify


def segment(text: str, language: str = "en") -> list[Piece]:
    """Cut an article into sentences and lines that are none, each with its zone.

    Takes linear time, and memory for the pieces.

    Args:
        text: Canonical text (see `canonical`); any other text is cut by the same rules.
        language: Its BCP 47 tag, such as `en` or `de-AT`. A language without data under
            `languages/` is cut by general rules.

    Returns:
        The pieces in their order. They are disjoint, begin and end with a character that is no
        blank, cross no line end and together hold every character that is no blank. A line of the
        body or a caption is cut into sentences, a credit at the end of a caption's line stands
        alone; any other line is one piece.
    """
    lines = []
    starts = []
    offset = 0
    for raw in text.splitlines(keepends=True):
        line = raw.strip()
        if line:
            lines.append(line)
            starts.append(offset + raw.index(line[0]))
        offset += len(raw)
    pieces: list[Piece] = []
    for start, line, zone in zip(starts, lines, classify(lines), strict=True):
        end = start + len(line)
        if zone == "body":
            pieces += [Piece(*span, zone, True) for span in sentences(text, start, end)]
        elif zone == "caption":
            pieces += _caption(text, start, line)
        else:
            pieces.append(Piece(start, end, zone, zone in UNIT_ZONES))
    return pieces


def _caption(text: str, start: int, line: str) -> list[Piece]:
    """The sentences of a caption, and the credit that may close its line."""
    zone: Zone = "caption"
    end = start + len(line)
    credit = credit_start(line)
    if credit <= 0:
        return [Piece(*span, zone, True) for span in sentences(text, start, end)]
    stop = start + len(line[:credit].rstrip())
    pieces = [Piece(*span, zone, True) for span in sentences(text, start, stop)]
    return [*pieces, Piece(start + credit, end, "credit", False)]
