"""The search for withheld text in everything that is published: every byte of every file.

Texts are compared as runs of words: case, quotation marks, dashes, blanks of every kind, invisible
characters, entities and line wraps make no difference. The search is for whole sentences of a
withheld article and every stretch of `STRETCH` of its words; what is also in an article that may be
given is not a leak. The time is linear in what is searched.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.readable import printed, strings_of

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
_MOST_BITS: Final = 26
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_QUOTED_PRINTABLE: Final = re.compile(r"=20|=\r?\n")
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"'|]+", re.IGNORECASE)

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """A withheld stretch of text that is in a file.

    Args:
        record: the sentence that it is of, or the article.
    """

    file: str
    record: str


class Secrets:
    """The words that may not be given."""

    def __init__(
        self,
        sentences: Iterable[tuple[str, str]],
        texts: Iterable[tuple[str, str]],
        given: Iterable[str] = (),
        urls: Iterable[str] = (),
        salt: bytes = b"",
    ) -> None:
        """Prepare the search.

        Args:
            sentences: record ids and what is searched for as a whole.
            texts: record ids and texts of which every stretch is searched for.
            given: texts that may be given; what they contain is not a leak.
            urls: addresses that are given, and often repeat a title.
            salt: makes hashes that can be stored: they are the same with every version of every
                library, and useless without the salt.
        """
        self._salt = salt
        self._urls = frozenset(urls)
        self._records: dict[int, list[str]] = {}
        found: dict[int, list[tuple[Hashes, NDArray[np.int64]]]] = {}
        for record_list, whole in ((list(sentences), True), (list(texts), False)):
            self._collect([r for r, _ in record_list], [t for _, t in record_list], whole, found)
        self._needles: dict[int, tuple[Hashes, NDArray[np.int64]]] = {}
        for size, parts in found.items():
            hashes = np.concatenate([h for h, _ in parts])
            owners = np.concatenate([o for _, o in parts])
            unique, first = np.unique(hashes, return_index=True)
            self._needles[size] = unique, owners[first]
        self._finish(given)

    def _finish(self, given: Iterable[str]) -> None:
        self._tables = {size: _table(hashes) for size, (hashes, _) in self._needles.items()}
        self._allow(given)
        self._in_urls = self._hits(self._urls)

    def stored(self) -> dict[str, dict[str, str]]:
        """The hashes that are searched for, by record and number of words, as JSON types."""
        found: dict[str, dict[str, str]] = {}
        for size, (hashes, owners) in self._needles.items():
            for number in np.unique(owners):
                mine = np.sort(hashes[owners == number]).astype("<u8").tobytes()
                record = self._records[0][number]
                found.setdefault(record, {})[str(size)] = base64.b64encode(mine).decode("ascii")
        return found

    @classmethod
    def of_stored(
        cls, stored: Mapping[str, Mapping[str, str]], *, salt: bytes, given: Iterable[str]
    ) -> Secrets:
        """The search for what `stored` gave, with the salt that it was made with.

        Raises:
            ValueError: it is not what `stored` gave.
        """
        found = cls((), (), salt=salt)
        found._records = {0: list(stored)}
        parts: dict[int, list[tuple[Hashes, int]]] = {}
        for number, sizes in enumerate(stored.values()):
            for name, text in sizes.items():
                data = base64.b64decode(text, validate=True)
                hashes = np.frombuffer(data, dtype="<u8").astype(np.uint64)
                parts.setdefault(int(name), []).append((hashes, number))
        for size, known in parts.items():
            every = np.concatenate([hashes for hashes, _ in known])
            owners = np.concatenate([np.full(len(h), n, dtype=np.int64) for h, n in known])
            order = np.argsort(every, kind="stable")
            found._needles[size] = every[order], owners[order]
        found._finish(given)
        return found

    def _collect(
        self,
        records: list[str],
        texts: list[str],
        whole: bool,
        found: dict[int, list[tuple[Hashes, NDArray[np.int64]]]],
    ) -> None:
        names = self._records.setdefault(0, [])
        base = len(names)
        names += records
        start = 0
        for part in _batched(texts):
            words, owner = _words(part, self._salt)
            counts = np.bincount(owner, minlength=len(part))
            lengths = np.array([len(text) for text in part])
            begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
            sizes = np.where(whole, np.minimum(counts, STRETCH), STRETCH)
            for size, rolled in _rolled(words):
                if size < STRETCH and not whole:
                    continue
                if whole:
                    fits = (counts == size) if size < STRETCH else (counts >= STRETCH)
                    ids = np.flatnonzero(fits & (sizes == size) & (lengths >= MIN_LENGTH))
                    places = begins[ids]
                else:
                    places = _inside(owner, size)
                    ids = owner[places]
                found.setdefault(size, []).append((rolled[places], ids + base + start))
            start += len(part)

    def _allow(self, given: Iterable[str]) -> None:
        keep = {
            size: np.ones(len(hashes), dtype=bool) for size, (hashes, _) in self._needles.items()
        }
        for size, places in self._met(given):
            keep[size][places] = False
        for size, kept in keep.items():
            if not kept.all():
                hashes, owners = self._needles[size]
                self._needles[size] = hashes[kept], owners[kept]
                self._tables[size] = _table(hashes[kept])

    def __bool__(self) -> bool:
        return any(len(hashes) for hashes, _ in self._needles.values())

    def in_texts(self, texts: Iterable[str]) -> set[str]:
        """The records whose words are in some texts, outside the addresses that are given."""
        return self._hits(
            reading for text in texts for reading in _readings(self._without_urls(text))
        )

    def _hits(self, texts: Iterable[str]) -> set[str]:
        owners: set[int] = set()
        for size, places in self._met(texts):
            owners.update(self._needles[size][1][places].tolist())
        return {self._records[0][number] for number in owners}

    def _met(self, texts: Iterable[str]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The numbers of words, and the places among the hashes, of the runs that texts have."""
        for part in _batched(texts):
            words, owner = _words(part, self._salt)
            for start in range(0, len(words), _WORDS_AT_ONCE):
                some = slice(start, start + _WORDS_AT_ONCE + STRETCH - 1)
                for size, rolled in _rolled(words[some]):
                    if size in self._needles:
                        places = self._places(size, rolled, owner[some])
                        if len(places):
                            yield size, places

    def _places(self, size: int, rolled: Hashes, owner: NDArray[np.int64]) -> NDArray[np.int64]:
        hashes, _ = self._needles[size]
        table, bits = self._tables[size]
        likely = np.flatnonzero(table[_high(rolled, bits)])
        likely = likely[table[_low(rolled[likely], bits)]]
        likely = likely[owner[likely] == owner[likely + size - 1]]
        found = rolled[likely]
        places: NDArray[np.int64] = np.searchsorted(hashes, found)
        within = places < len(hashes)
        places, found = places[within], found[within]
        same: NDArray[np.bool_] = hashes[places] == found
        return places[same]

    def _without_urls(self, text: str) -> str:
        if not self._urls or "://" not in text:
            return text
        return _URL.sub(self._address, text)

    def _address(self, match: re.Match[str]) -> str:
        return " " if match.group().rstrip(".,;)") in self._urls else match.group()

    def in_file(self, path: Path) -> set[str]:
        """The records whose words are in a file: in its values, its metadata and its bytes."""
        data = path.read_bytes()
        hits = self.in_texts(printed(data))
        if path.suffix == ".parquet":
            # Compression breaks addresses up, so their words occur alone among the raw bytes.
            hits -= self._in_urls
        return hits | self.in_texts(strings_of(data, path))


def find_leaks(folder: Path, secrets: Secrets, names: Iterable[str] | None = None) -> list[Leak]:
    """Search the files of a folder for withheld words.

    Args:
        names: the files to search, as paths in the folder; all of them, by default.
    """
    if not secrets:
        return []
    if names is None:
        names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return [
        Leak(file=name, record=record)
        for name in names
        for record in _finest(secrets.in_file(folder / name))
    ]


def _finest(records: set[str]) -> list[str]:
    """The records without articles of which a sentence is listed."""
    articles = {record.rpartition(".")[0] for record in records}
    return sorted(records - articles)


def _batched(texts: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for text in texts:
        part.append(text)
        size += len(text)
        if len(part) >= _CHUNK or size > _AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _words(texts: Sequence[str], salt: bytes) -> tuple[Hashes, NDArray[np.int64]]:
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


def _readings(text: str) -> Iterator[str]:
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


def _inside(owner: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Where runs of ``size`` words begin that lie within one text."""
    if len(owner) < size:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(owner[: len(owner) - size + 1] == owner[size - 1 :])


def _high(hashes: Hashes, bits: int) -> Hashes:
    return hashes >> np.uint64(64 - bits)


def _low(hashes: Hashes, bits: int) -> Hashes:
    return hashes & np.uint64((1 << bits) - 1)


def _table(hashes: Hashes) -> tuple[NDArray[np.bool_], int]:
    """Which slots hold a needle, two for each, and the bits of a slot's number.

    Two looks rule out nearly all runs (a Bloom filter with two hash functions).
    """
    bits = min(len(hashes).bit_length() + 4, _MOST_BITS)
    table = np.zeros(1 << bits, dtype=bool)
    table[_high(hashes, bits)] = True
    table[_low(hashes, bits)] = True
    return table, bits
