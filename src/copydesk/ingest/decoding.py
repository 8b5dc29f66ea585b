"""Bytes to text: UTF-8, or the encoding that the bytes themselves show."""

from __future__ import annotations

import codecs
import re
from typing import IO, Final

from copydesk.errors import InputError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDEFINED: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_UTF8_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE: Final = 4096
_FORMATS: Final = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "RTF"),
    (b"PK\x03\x04", "a zip archive, as .docx and .odt files are"),
    (b"\xd0\xcf\x11\xe0", "a document of an old office program"),
    (b"\x1f\x8b", "packed with gzip"),
)
_CHUNK: Final = 1 << 20


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """A file's text, and the name of the encoding that it was read as.

    If no encoding is given: what a byte order mark names; UTF-16 where every other byte is NUL;
    UTF-8 if all bytes are; Windows-1252 if no stretch of the other bytes is UTF-8 and none is
    undefined there; Mac Roman where lines end as only the first Macintoshes ended them.

    Raises:
        InputError: a byte is invalid in the encoding (names its offset), or no such encoding
            exists.
    """
    found = encoding or _marked(data) or _wide(data)
    if found is None:
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError as error:
            if _is_binary(data):
                raise InputError(
                    "This file holds binary data, not text.",
                    hint="If it is a picture or a document, save its text instead.",
                ) from error
            if _is_macintosh(data):
                found = "mac-roman"
            elif _is_windows(data):
                found = "windows-1252"
            else:
                raise _bad_byte(data, error, "UTF-8") from error
    try:
        return data.decode(found), found
    except UnicodeDecodeError as error:
        raise _bad_byte(data, error, found) from error
    except LookupError as error:
        raise InputError(
            f"'{encoding}' is not the name of an encoding.",
            hint="Give one such as utf-8, utf-16, windows-1252 or iso-8859-2.",
        ) from error


def of_other_kind(data: bytes) -> str | None:
    """What a file that is named like a text is, by its first bytes; None for a text."""
    for mark, name in _FORMATS:
        if data.startswith(mark):
            return name
    return None


def encoding_of(stream: IO[bytes], encoding: str | None = None) -> str:
    """The encoding of a table, which its first bytes that are not ASCII determine.

    Args:
        stream: the table's bytes; read as far as is needed.
        encoding: the one that is given; it is only checked.

    Raises:
        InputError: as `decode` does.
    """
    data = stream.read(_CHUNK)
    if found := encoding or _marked(data) or _wide(data[: len(data) & ~1]):
        decode(b"", found)
        return found
    while data and data.isascii():
        data = stream.read(_CHUNK)
    # A chunk may end inside a character.
    return decode(data[: data.rfind(b"\n") + 1] or data)[1]


def wide_encoding(stream: IO[bytes], encoding: str | None = None) -> str | None:
    """The encoding of a table in which a line end takes more than one byte, or None.

    Args:
        stream: the table's bytes; only the first are read.
        encoding: the one that is given.

    Raises:
        InputError: no encoding of the given name exists.
    """
    data = stream.read(_SAMPLE)
    found = encoding or _marked(data) or _wide(data)
    decode(b"", found)
    return found if found and len("\n".encode(found)) > 1 and found != "utf-8-sig" else None


def _marked(data: bytes) -> str | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: in a European script nearly every second byte is NUL."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd < 0.05 * half else None


def _is_binary(data: bytes) -> bool:
    """Whether many bytes are control characters that no encoding of text has."""
    sample = data[:_SAMPLE]
    return 50 * len(_CONTROL.findall(sample)) > len(sample)


def _is_macintosh(data: bytes) -> bool:
    return data.count(b"\r") > 1 and b"\n" not in data and b"\0" not in data


def _is_windows(data: bytes) -> bool:
    if _UNDEFINED.search(data) or b"\0" in data:
        return False
    high = _HIGH.findall(data)
    # A few bad bytes among characters that are UTF-8 are damage, not another encoding.
    wide = sum(1 for run in high if _UTF8_SEQUENCE.fullmatch(run))
    letters = sum(1 for run in high if len(run) <= 2)
    return 10 * wide <= len(high) and 4 * letters >= 3 * len(high)


def _bad_byte(data: bytes, error: UnicodeDecodeError, name: str) -> InputError:
    return InputError(
        f"Byte 0x{data[error.start]:02x} at offset {error.start} is not {name}.",
        hint="Save the text as UTF-8, or say what it is with --encoding.",
    )
