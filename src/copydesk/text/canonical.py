"""Canonical text: the one form of an article that offsets and hashes refer to."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from copydesk.errors import InputError

LINE_END: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
"""Line ends: those of Unicode 5.8 (newline guidelines)."""

BYTE_ORDER_MARK: Final = "\ufeff"

_REFUSED: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL, which does not occur in text, and halves of surrogate pairs, which UTF-8 cannot encode."""
_DROPPED: Final = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters but tab and line ends
    "\u202a-\u202e\u2066-\u2069]"  # bidirectional embeddings, overrides and isolates
)
_MARKS_AT_MOST: Final = 100
_MAY_BE_MARKS: Final = re.compile(
    f"[\u0300-\u1fff\u20d0-\u20ff\u2ce0-\u309f\ua660-\uabff\ufb1e-\ufe2f\U00010000-\U0001efff]"
    f"{{{_MARKS_AT_MOST + 1},}}"
)
_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\xad"


def canonical(data: bytes | str) -> str:
    """Return the canonical form of an article's text.

    Bytes are read as UTF-8. Control characters and bidirectional controls are dropped (see
    `dropped`), and byte order marks wherever they are (files that were joined have them in the
    middle). Every line end (CR LF, CR, vertical tab, form feed, NEL, line
    and paragraph separator) becomes a line feed, the text is brought into normalisation form C,
    blanks at the end of a line are cut, and blank lines are left out, so that each paragraph is a
    line and the text does not end in a line end. Nothing else changes: tabs, indents, runs of
    blanks, quotation marks and dashes stay as they were given.

    `canonical(canonical(x)) == canonical(x)` for every `x` that is accepted.

    Raises:
        InputError: A byte is not UTF-8 (names its offset); the text holds NUL or half of a
            surrogate pair (names its line, its column in code points, both from 1, and the
            character); one letter has more than 100 combining marks; or the text is blank.
    """
    text = _decode(data) if isinstance(data, bytes) else data
    refused = _REFUSED.search(text)
    if refused:
        raise InputError(
            f"{_name(refused.group())} is not allowed in an article.",
            where=_position(text, refused.start()),
            hint="Remove it from the text.",
        )
    text = LINE_END.sub("\n", _DROPPED.sub("", text).replace(BYTE_ORDER_MARK, ""))
    pile = _pile_of_marks(text)
    if pile is not None:
        raise InputError(
            f"More than {_MARKS_AT_MOST} combining marks stand on one letter.",
            where=_position(text, pile),
            hint="Remove them from the text.",
        )
    text = unicodedata.normalize("NFC", text)
    text = "\n".join(line for line in map(str.rstrip, text.split("\n")) if line)
    if not text.strip(_INVISIBLE + " \n\t"):
        raise InputError(
            "The text is empty or consists of blanks only.",
            hint="Give the article's text, or leave the article out.",
        )
    return text


def dropped(text: str) -> int:
    """How many control characters and bidirectional controls `canonical` drops from a text."""
    return sum(1 for _ in _DROPPED.finditer(text))


def _pile_of_marks(text: str) -> int | None:
    """Offset of more marks than any language stacks: ordering n of them takes n² steps.

    The stream-safe format of Unicode (UAX #15) allows 30.
    """
    for run in _MAY_BE_MARKS.finditer(text):
        marks = 0
        for offset in range(run.start(), run.end()):
            marks = marks + 1 if unicodedata.combining(text[offset]) else 0
            if marks > _MARKS_AT_MOST:
                return offset - _MARKS_AT_MOST
    return None


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"Byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8.",
            hint="Save the text as UTF-8.",
        ) from error


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    if name:
        return f"{code} {name}"
    kind = "control character" if unicodedata.category(character) == "Cc" else "lone surrogate"
    return f"{code} ({kind})"


def _position(text: str, offset: int) -> str:
    line = 1
    start = 0
    for end in LINE_END.finditer(text, 0, offset):
        line += 1
        start = end.end()
    return f"line {line}, column {offset - start + 1}"
