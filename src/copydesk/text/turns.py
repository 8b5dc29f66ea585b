"""Turns of transcripts and interviews: lines that begin with who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from copydesk.text.pieces import Piece
from copydesk.text.wording import Wording

_WORD: Final = r"(?:[A-ZÀ-Þ][\w.’'&-]{0,30}|de|del|der|van|von|bin|al|of)"
_MARKER: Final = re.compile(
    rf"""
    ["“„«]?\s? (?P<bold>\*\*|__)? (?:\(\()?
    (?P<name>[QA](?=[.:])|{_WORD}(?:,?\s{_WORD}){{0,6}})
    (?:\)\))? (?:\s[(\[][^()\[\]]{{1,40}}[)\]])? (?P<role>,\s[^:.?!"“”„«»\n]{{2,60}})?
    (?:(?:\*\*|__)\s?:|\s?:(?:\*\*|__)?|(?<=\b[QA])\.(?:\*\*|__)?)
    (?=\s|$)
    """,
    re.VERBOSE,
)
_ANSWER: Final = re.compile(r"[QA][.:]\s")
_ANSWER_INSIDE: Final = re.compile(r"[.?!]\sA[.:]\s")
_COLON_WITHIN: Final = 80
_TURN: Final = re.compile(
    r"[\"“]?(?P<name>[^\W\d_][\w.’'-]*(?:[ ][\w.’'-]+){0,4})[ ]?(?:\([^()\n]{1,40}\))?"
    r":(?=[\s\"“'‘])"
)


def turns(lines: Sequence[str], known: Wording) -> dict[int, int]:
    """Which lines are turns of a conversation: index of the line -> length of its marker.

    A marker is "Q:", "SMITH:", "SMITH, for the town:", "Ann Orr:" or one of these in bold. Lines
    with one are turns if the article has questions and answers, or if a name comes again; for
    names in capitals or bold, two names are enough. A list of labels with values ("Price: 3
    pounds") repeats no label.

    Args:
        lines: The article's lines, trimmed.
        known: The wording of its language.
    """
    near = [
        index
        for index, line in enumerate(lines)
        if line.find(":", 0, _COLON_WITHIN) > 0 or line[:2] in ("Q.", "A.")
    ]
    found: dict[int, re.Match[str]] = {}
    for index in near if len(near) > 1 else ():
        marker = _marker(lines[index])
        if marker and not _is_label(marker["name"], known):
            found[index] = marker
    if len(found) < 2:
        return {}
    names = Counter(marker["name"].casefold() for marker in found.values())
    answered = "a" in names or any(_ANSWER_INSIDE.search(lines[index]) for index in found)
    asked = "q" in names and answered
    again = max(names.values()) > 1 and len(found) > 2
    return {
        index: marker.end()
        for index, marker in found.items()
        if (asked if marker["name"] in ("Q", "A") else again or _stands_out(found, lines))
    }


def _marker(text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
    """The marker at a place; a name in capitals may be followed by a role, as in a transcript."""
    marker = _MARKER.match(text, start, len(text) if end is None else end)
    return None if marker and marker["role"] and not marker["name"].isupper() else marker


def _stands_out(found: dict[int, re.Match[str]], lines: Sequence[str]) -> bool:
    """Whether every name is in capitals or bold, before whole sentences."""
    return all(
        (marker["bold"] or (marker["name"].isupper() and len(marker["name"]) > 2))
        and lines[index].endswith((".", "?", "!", "…", "”", '"', "’", ":"))
        for index, marker in found.items()
    )


def _is_label(name: str, known: Wording) -> bool:
    """Whether a name is a day, a month or a known label such as "Update"."""
    first = name.split()[0]
    return first.casefold() in known.labels or first.capitalize() in known.time


def answer_length(text: str, start: int, end: int) -> int:
    """Length of "A:" where a sentence inside the line of a question begins with it, or 0."""
    marker = _ANSWER.match(text, start, end)
    return 2 if marker else 0


def turn_units(text: str, pieces: Sequence[Piece]) -> dict[int, tuple[int, int] | None]:
    """The units of turns: index of the piece -> offsets of the speaker's name.

    A turn is the units of a line after a marker, which is a `note` at the start of the line or, in
    a line with a question, before its answer. "Q:" and "A:" name nobody: None.

    Args:
        text: Canonical text.
        pieces: Its pieces, in order, as `segment` gives them.
    """
    units: dict[int, tuple[int, int] | None] = {}
    if not any(piece.zone == "note" for piece in pieces):
        return units
    marker: re.Match[str] | None = None
    end = -1
    for index, piece in enumerate(pieces):
        if end < 0 or "\n" in text[end : piece.start]:
            marker = None
        if piece.zone == "note":
            found = _marker(text, piece.start, piece.end)
            marker = found if found and found.end() == piece.end else None
        elif marker and piece.is_unit:
            units[index] = None if marker["name"] in ("Q", "A") else marker.span("name")
        end = piece.end
    return units


def turn_speakers(text: str, pieces: Sequence[Piece]) -> dict[int, tuple[int, int]]:
    """Who speaks in each unit of a turn whose marker names somebody; see `turn_units`."""
    return {index: name for index, name in turn_units(text, pieces).items() if name}


def turn_of(text: str, start: int, *, quoted: bool = False) -> tuple[int, int] | None:
    """The speaker's name in a turn's marker that begins at an offset: `SMITH:`, `Q:`.

    Args:
        text: The text.
        start: Offset of a line's first character, or of the first in a quotation.
        quoted: Whether the marker is inside quotation marks, where it must be in capitals.
    """
    end = min(len(text), start + 80)
    match = _TURN.match(text, start, end) if text.find(":", start, end) > 0 else None
    if match is None:
        return None
    name = match["name"]
    if name.isupper():
        return match.span("name")
    parts = name.split(" ")
    if quoted or len(parts) > 3 or not all(part[0].isupper() for part in parts):
        return None
    return match.span("name")
