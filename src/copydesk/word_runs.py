"""Runs of words as numbers, so that texts can be searched for millions of them.

Case, quotation marks, dashes, blanks of every kind, invisible characters, entities and line wraps
make no difference.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar
from urllib.parse import unquote

import numpy as np
import polars as pl
from numpy.typing import NDArray

STRETCH: Final = 12
"""The fewest words in a row that count as a leak, wherever a sentence begins or ends."""

MIN_WORDS: Final = 3
MIN_LENGTH: Final = 12
"""Shorter sentences, such as a bare "He agreed.", may occur anywhere and are not searched for."""

_WORD: Final = r"[\p{L}\p{N}]+"
_INVISIBLE: Final = (
    r"[\p{Cf}\p{Mn}\x{115f}\x{1160}\x{3164}\x{ffa0}\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_APOSTROPHE: Final = r"(\p{L})['’‘ʼ`´′＇](\p{L})"
_ODD: Final = re.compile(
    r"[&%\\=\u0251\u0261\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\u0370-\u052f"
    r"\u1d00-\u1d22\ua730\ua731\U000e0020-\U000e007e]"
)
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u0335-\u0338\u034f\u061c\u115f\u1160"
    r"\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\U000e0000-\U000e0fff]"
)
"""Invisible characters, which may be inside words, or between them in place of a blank."""

_TAG: Final = re.compile(r"<[^<>]*>")
_CAMEL: Final = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]*[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+[A-ZÀ-ÖØ-Þ]")
_HUMP: Final = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
"""Words that only their capitals divide."""
_ALIKE: Final = {
    **dict(zip("авеѕзіјкмнорстухԁԛԝһг", "abes3ijkmhopctyxdqwhr", strict=True)),
    **dict(zip("αβγεζηικμνορτυχω", "abyeznikmvoptuxw", strict=True)),
    **dict(zip("ɑɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "agabcdefghijklmnoprstuvwyz", strict=True)),
    **{chr(0xE0000 + code): chr(code) for code in range(0x20, 0x7F)},
}
_LATIN: Final = str.maketrans({**_ALIKE, **{a.upper(): b for a, b in _ALIKE.items()}})
"""Letters that look Latin: Cyrillic, Greek, small capitals, and tags, which show nothing at all.

Small and capital ones become the same letter.
"""

_CHUNK: Final = 50_000
_AT_ONCE: Final = 1 << 23
"""Characters whose words are held at once, some 20 bytes each."""
_SEED: Final = 7
_BASE: Final = 0x9E3779B97F4A7C15
_WORDS_AT_ONCE: Final = 1 << 16
"""Words that are looked up at once: few enough to stay in a processor's cache."""
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_QUOTED_PRINTABLE: Final = re.compile(r"=20|=\r?\n")

Hashes = NDArray[np.uint64]
Integers = NDArray[np.int64]

_Text = TypeVar("_Text")


def runs(texts: Iterable[str], salt: bytes = b"") -> Iterator[tuple[int, Hashes, Integers]]:
    """The runs of words of some texts, a few at a time; some come twice.

    Yields:
        The number of words, the runs by where they begin, and the text that each word is of: a run
        may begin in one text and end in the next.
    """
    for part in _batched(texts, len):
        words, owner = _words(part, salt)
        for start in range(0, len(words), _WORDS_AT_ONCE):
            some = slice(start, start + _WORDS_AT_ONCE + STRETCH - 1)
            for size, rolled in _rolled(words[some]):
                yield size, rolled, owner[some]


def needles(
    records: Iterable[tuple[str, str]], *, whole: bool, salt: bytes = b""
) -> Iterator[tuple[int, Hashes, Integers, list[str]]]:
    """The runs that are searched for, some texts at a time.

    Args:
        records: ids and texts.
        whole: whether each text is searched for as a whole (a long one by its first words), or
            every stretch of it.

    Yields:
        The number of words, the runs, the text that each is of, and the ids of the texts.
    """
    for some in _batched(records, lambda record: len(record[1])):
        names, texts = [name for name, _ in some], [text for _, text in some]
        words, owner = _words(texts, salt)
        counts = np.bincount(owner, minlength=len(texts))
        lengths = np.array([len(text) for text in texts])
        begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
        for size, rolled in _rolled(words):
            if whole:
                fits = (counts == size) if size < STRETCH else (counts >= STRETCH)
                ids = np.flatnonzero(fits & (lengths >= MIN_LENGTH))
                yield size, rolled[begins[ids]], ids, names
            elif size == STRETCH:
                places = _inside(owner, size)
                yield size, rolled[places], owner[places], names


def readings(text: str) -> Iterator[str]:
    """A text as it may be read: with what nobody sees, and with tags, or blanks in their place."""
    if _ODD.search(text):
        text = _plain(text)
    yield text
    if _UNSEEN.search(text):
        yield _UNSEEN.sub(" ", text)
    if _TAG.search(text):
        yield _TAG.sub(" ", text)
        yield _TAG.sub("", text)
    if _CAMEL.search(text):
        yield _HUMP.sub(" ", text)


def _batched(texts: Iterable[_Text], length: Callable[[_Text], int]) -> Iterator[list[_Text]]:
    part: list[_Text] = []
    size = 0
    for text in texts:
        part.append(text)
        size += length(text)
        if len(part) >= _CHUNK or size > _AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _words(texts: Sequence[str], salt: bytes) -> tuple[Hashes, Integers]:
    """The words of some texts as numbers, one after another, and the text that each is of."""
    resolved = [_plain(text) if _ODD.search(text) else text for text in texts]
    plain = pl.Series(resolved, dtype=pl.String)
    if not all(map(str.isascii, resolved)):
        plain = plain.str.normalize("NFKD")
    plain = plain.str.to_lowercase()
    plain = plain.str.replace_all(_INVISIBLE, "").str.replace_all(_APOSTROPHE, "$1$2")
    words = plain.str.extract_all(_WORD)
    counts = words.list.len().fill_null(0).to_numpy().astype(np.int64)
    flat = words.explode(empty_as_null=False).drop_nulls()
    owner = np.repeat(np.arange(len(texts)), counts)
    if salt:
        return _salted(flat, salt), owner
    return flat.hash(_SEED).to_numpy(), owner


def _salted(words: pl.Series, salt: bytes) -> Hashes:
    """BLAKE2b of each word with a key, 64 bits of it; each different word is hashed once."""
    kinds = words.unique()
    hashes = [
        int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8, key=salt).digest(), "little")
        for word in kinds
    ]
    known = pl.Series(hashes, dtype=pl.UInt64)
    return words.replace_strict(kinds, known, return_dtype=pl.UInt64).to_numpy()


def _plain(text: str) -> str:
    """A text with its entities, percent signs and escapes resolved."""
    for _ in range(2):
        text = html.unescape(text)
        if "%" in text:
            text = unquote(text, errors="replace")
    if "\\" in text:
        text = _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)), text)
        text = re.sub(r"\\[nrt]", " ", text)
    if "=" in text:
        text = _QUOTED_PRINTABLE.sub(" ", text)
    text = text.translate(_LATIN)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _rolled(words: Hashes) -> Iterator[tuple[int, Hashes]]:
    """A number for each run of words, by where it begins, for each size that is searched for."""
    base = np.uint64(_BASE)
    total = words
    for size in range(2, min(STRETCH, len(words)) + 1):
        total = total[:-1] * base
        total += words[size - 1 :]
        if size >= MIN_WORDS:
            yield size, total


def _inside(owner: Integers, size: int) -> Integers:
    """Where runs of ``size`` words begin that lie within one text."""
    if len(owner) < size:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(owner[: len(owner) - size + 1] == owner[size - 1 :])
