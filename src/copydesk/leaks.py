"""The search for withheld text in everything that is published: every byte of every file.

Texts are compared as runs of words: case, quotation marks, dashes, blanks of every kind, invisible
characters, entities and line wraps make no difference. The search is for whole sentences of a
withheld article and every stretch of twelve of its words; what is also in an article that may be
given is not a leak. The time is linear in what is searched.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from copydesk.readable import printed, strings_of
from copydesk.word_runs import Hashes, Integers, needles, readings, runs

_MOST_BITS: Final = 26
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"'|]+", re.IGNORECASE)


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
        only: Mapping[int, Hashes] | None = None,
    ) -> None:
        """Prepare the search.

        Args:
            sentences: record ids and what is searched for as a whole.
            texts: record ids and texts of which every stretch is searched for.
            given: texts that may be given; what they contain is not a leak.
            urls: addresses that are given, and often repeat a title.
            salt: makes hashes that can be stored: they are the same with every version of every
                library, and useless without the salt.
            only: the runs that can be found at all, ascending, by their number of words; all others
                are not kept. `copydesk.sieve` finds them.
        """
        self._salt = salt
        self._urls = Addresses(urls)
        self._records: dict[str, int] = {}
        found: dict[int, list[tuple[Hashes, Integers]]] = {}
        for records, whole in ((sentences, True), (texts, False)):
            for size, hashes, owners, names in needles(records, whole=whole, salt=salt):
                if only is not None:
                    kept = is_among(hashes, only.get(size))
                    hashes, owners = hashes[kept], owners[kept]
                found.setdefault(size, []).append((hashes, self._numbers(owners, names)))
        self._needles: dict[int, tuple[Hashes, Integers]] = {}
        for size, parts in found.items():
            hashes = np.concatenate([h for h, _ in parts])
            owners = np.concatenate([o for _, o in parts])
            unique, first = np.unique(hashes, return_index=True)
            self._needles[size] = unique, owners[first]
        self._finish(given)

    def _numbers(self, owners: Integers, names: list[str]) -> Integers:
        """The numbers of the records that some needles are of; a record has one."""
        used, place = np.unique(owners, return_inverse=True)
        known = self._records
        numbers = [known.setdefault(names[number], len(known)) for number in used]
        return np.array(numbers, dtype=np.int64)[place]

    def _finish(self, given: Iterable[str]) -> None:
        self._tables = {size: _table(hashes) for size, (hashes, _) in self._needles.items()}
        self._allow(given)
        self._in_urls = self._hits(self._urls.given)

    def stored(self) -> dict[str, dict[str, str]]:
        """The hashes that are searched for, by record and number of words, as JSON types."""
        found: dict[str, dict[str, str]] = {}
        names = list(self._records)
        for size, (hashes, owners) in self._needles.items():
            for number in np.unique(owners):
                mine = np.sort(hashes[owners == number]).astype("<u8").tobytes()
                record = names[number]
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
        found._records = {record: number for number, record in enumerate(stored)}
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
        return self._hits(self._urls.readings(texts))

    def _hits(self, texts: Iterable[str]) -> set[str]:
        owners: set[int] = set()
        for size, places in self._met(texts):
            owners.update(self._needles[size][1][places].tolist())
        names = list(self._records)
        return {names[number] for number in owners}

    def _met(self, texts: Iterable[str]) -> Iterator[tuple[int, Integers]]:
        """The numbers of words, and the places among the hashes, of the runs that texts have."""
        for size, rolled, owner in runs(texts, self._salt):
            if size in self._needles:
                places = self._places(size, rolled, owner)
                if len(places):
                    yield size, places

    def _places(self, size: int, rolled: Hashes, owner: Integers) -> Integers:
        hashes, _ = self._needles[size]
        table, bits = self._tables[size]
        likely = np.flatnonzero(table[_high(rolled, bits)])
        likely = likely[table[_low(rolled[likely], bits)]]
        likely = likely[owner[likely] == owner[likely + size - 1]]
        found = rolled[likely]
        places: Integers = np.searchsorted(hashes, found[is_among(found, hashes)])
        return places

    def in_file(self, path: Path) -> set[str]:
        """The records whose words are in a file: in its values, its metadata and its bytes."""
        data = path.read_bytes()
        hits = self.in_texts(printed(data))
        if path.suffix == ".parquet":
            # Compression breaks addresses up, so their words occur alone among the raw bytes.
            hits -= self._in_urls
        return hits | self.in_texts(strings_of(data, path))


class Addresses:
    """Addresses that are given: what they say is not searched.

    Args:
        given: the addresses.
    """

    def __init__(self, given: Iterable[str]) -> None:
        self.given = frozenset(given)

    def readings(self, texts: Iterable[str]) -> Iterator[str]:
        """Texts as they may be read, without these addresses."""
        return (reading for text in texts for reading in readings(self._without(text)))

    def _without(self, text: str) -> str:
        if not self.given or "://" not in text:
            return text
        return _URL.sub(self._blank, text)

    def _blank(self, match: re.Match[str]) -> str:
        return " " if match.group().rstrip(".,;)") in self.given else match.group()


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


def is_among(hashes: Hashes, known: Hashes | None) -> NDArray[np.bool_]:
    """Whether each of some hashes is among the known ones, which ascend."""
    if known is None or not len(known):
        return np.zeros(len(hashes), dtype=bool)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    same: NDArray[np.bool_] = known[places] == hashes
    return same


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
