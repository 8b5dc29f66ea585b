"""Stretches of words that articles share: found by an index on disk, then compared in full.

Each text is represented by hashes of runs of `GRAM` words, one of every two neighbours (winnowing:
Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD
2003), so that any stretch of `GRAM` + 1 words that two texts share gives them a hash in common. The
hashes are in files by their highest bits, and only one of these is in memory at a time: the cost is
linear in the words of all texts, the memory flat.

Most hashes that two texts of many have in common are those of a stock phrase ("told reporters at a
news conference"). So a hash decides alone only if it stands for a whole sentence or for quoted
words, and its lowest bit is 1; two texts must have two of the others in common. Whole sentences,
sentences of few different words, and longer stretches give two.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

FOLDER: Final = "stretches-2"
"""Where a corpus keeps its index; has another number wherever `keys` gives other hashes."""
FORMER: Final = "stretches"
"""Where it was before: hashes that no version reads any more."""
GRAM: Final = 6
MIN_WORDS: Final = 8
"""A sentence of fewer words ("He declined to comment.") may occur in any article."""
MIN_LENGTH: Final = 50
"""Or one of fewer code points, where a language writes no blanks or long words."""

_WORD: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_CHUNK_END: Final = re.compile(r"(?<=[.!?…。！？])[\"'”’»)\]]*\s*|\n")
_QUOTED: Final = re.compile(
    r"“([^“”\n]{20,600})”|\"([^\"\n]{20,600})\"|«([^«»\n]{20,600})»|„([^„“”\n]{20,600})[“”]"
    r"|‘([^‘\n]{20,600}?)’(?!\w)"
)
_ODD: Final = 0x9E3779B97F4A7C15
_SAID: Final = 5
"""The fewest words of a quotation that is looked for."""
_ALONE: Final = np.uint64(1)
"""The bit of hashes that decide alone."""
_PARTS: Final = 64
_PIECE_BITS: Final = 3
_HALF: Final = np.uint64(32)
_WAITING: Final = 1 << 16
"""Hashes that are held before they are written."""
_AT_ONCE: Final = 1 << 18
"""Hashes that are read at a time."""

Keys = NDArray[np.uint64]
RECORD: Final = np.dtype([("key", "<u8"), ("article", "<u8")])
NO_KEYS: Final = np.empty(0, dtype=np.uint64)


def words(text: str) -> list[str]:
    """The words of a text in lower case; where a script has no blanks, its characters."""
    return _WORD.findall(text.casefold())


def quoted(text: str) -> list[str]:
    """The texts between quotation marks on one line, of 20 to 600 code points."""
    return [next(part for part in match if part) for match in _QUOTED.findall(text)]


def keys(text: str) -> Keys:
    """The hashes that represent a text, ascending; texts that share a stretch share one.

    A stretch is any run of `GRAM` + 1 words of one line, and the first or last `GRAM` words of a
    sentence. Hashes of sentences of `MIN_LENGTH` code points, of quotations of five words and of
    runs inside quotations are odd; those of other runs are even.
    """
    chunks = [(chunk, words(chunk)) for chunk in _CHUNK_END.split(text) if chunk.strip()]
    said = [found for found in map(words, quoted(text)) if len(found) >= _SAID]
    whole = [_whole(found) for chunk, found in chunks if len(chunk) >= MIN_LENGTH]
    whole += [_whole(found) for found in said if len(found) <= GRAM + 1]
    alone = np.concatenate([np.array(whole, dtype=np.uint64), _runs(said) ^ np.uint64(_ODD)])
    others = _runs([found for _, found in chunks])
    found: Keys = np.unique(np.concatenate([alone | _ALONE, others & ~_ALONE]))
    return found


def line_keys(text: str) -> list[int]:
    """A hash of the words of each line, in the text's order."""
    return [line_key(" ".join(words(line))) for line in text.split("\n")]


def line_key(line: str) -> int:
    """The hash of a line of words; 64 bits."""
    data = line.encode()
    return zlib.crc32(data) << 32 | zlib.crc32(data, 1)


def _runs(chunks: Sequence[Sequence[str]]) -> Keys:
    """Hashes of runs of words inside a chunk: its first, its last, the lesser of two neighbours."""
    flat = list(chain.from_iterable(chunks))
    count = len(flat) - GRAM + 1
    if count < 1:
        return NO_KEYS
    chunk = np.repeat(np.arange(len(chunks)), [len(found) for found in chunks])
    crc = np.array([zlib.crc32(word.encode()) for word in flat], dtype=np.uint64)
    hashes: Keys = np.zeros(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(GRAM):
            hashes = hashes * np.uint64(_ODD) + crc[offset : offset + count]
        hashes ^= hashes >> np.uint64(29)
        hashes *= np.uint64(0xBF58476D1CE4E5B9)
        hashes ^= hashes >> np.uint64(32)
    inside = chunk[:count] == chunk[GRAM - 1 :]
    edge = np.full(1, fill_value=False)
    beside = inside[:-1] & inside[1:] & (chunk[: count - 1] == chunk[1:count])
    before, after = np.concatenate([edge, beside]), np.concatenate([beside, edge])
    lower = hashes[:-1] <= hashes[1:]
    least = np.concatenate([edge, beside & ~lower]) | np.concatenate([beside & lower, edge])
    chosen: Keys = hashes[inside & (~before | ~after | least)]
    return chosen


def _whole(found: list[str]) -> int:
    return line_key(" ".join(found)) ^ _ODD


class Index:
    """The hashes of many texts, in files of a folder; can be made anew at any time.

    Args:
        folder: made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: list[NDArray[np.void]] = []
        self._count = 0
        self._done: list[int] = []

    def holds(self) -> Keys:
        """The numbers of the texts whose hashes are here, ascending."""
        path = self._folder / "done"
        return np.unique(np.fromfile(path, dtype=np.uint64)) if path.is_file() else NO_KEYS

    def add(self, number: int, found: Keys) -> None:
        """Add a text's hashes; they are on the disk after `flush`."""
        records = np.empty(len(found), dtype=RECORD)
        records["key"], records["article"] = found, number
        self._waiting.append(records)
        self._done.append(number)
        self._count += len(found)
        if self._count > _WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what was added. After a kill the same hashes come again, which does no harm."""
        if not self._done:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        records = np.concatenate(self._waiting)
        part = records["key"] >> np.uint64(58)
        for number in range(_PARTS):
            with (self._folder / f"{number:02x}.keys").open("ab") as stream:
                # A write that a kill cut short must not shift what follows it.
                stream.truncate(stream.tell() // RECORD.itemsize * RECORD.itemsize)
                stream.write(records[part == number].tobytes())
        with (self._folder / "done").open("ab") as stream:
            stream.truncate(stream.tell() // 8 * 8)
            stream.write(np.array(self._done, dtype=np.uint64).tobytes())
        self._waiting, self._done, self._count = [], [], 0

    def common(
        self, numbers: Keys, *, least: int
    ) -> tuple[Keys, NDArray[np.int64], NDArray[np.int64]]:
        """The hashes that at least so many texts have.

        Returns:
            The hashes and who has them (a position in ``numbers``), a row for each; and how many
            hashes each of ``numbers`` has in all.
        """
        lengths = np.zeros(len(numbers), dtype=np.int64)
        found: list[Keys] = [NO_KEYS]
        holders: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
        for key, rank in self._live(numbers):
            pairs = np.unique(np.stack([key, rank.astype(np.uint64)], axis=1), axis=0)
            lengths += np.bincount(pairs[:, 1].astype(np.int64), minlength=len(numbers))
            _, at, counts = np.unique(pairs[:, 0], return_inverse=True, return_counts=True)
            often = counts[at] >= least
            found.append(pairs[often, 0])
            holders.append(pairs[often, 1].astype(np.int64))
        return np.concatenate(found), np.concatenate(holders), lengths

    def pairs(self, numbers: Keys, *, old: int, without: Keys = NO_KEYS) -> NDArray[np.int64]:
        """Pairs of texts with an odd hash, or two even ones, in common.

        Of the texts that share a hash each is paired with the first. Pairs of two of the first
        ``old`` texts are left out, and so are the hashes in ``without``.

        Returns:
            Rows (first, other) with first < other, positions in ``numbers``, each pair once,
            ascending.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as open_files:
            files = [
                open_files.enter_context(TemporaryFile(dir=self._folder)) for _ in range(_PARTS)
            ]
            found = [NO_KEYS]
            for key, rank in self._live(numbers):
                kept = ~np.isin(key, without)
                key, first, other = _with_the_first(*_in_several(key[kept], rank[kept]))
                packed = first.astype(np.uint64) << _HALF | other.astype(np.uint64)
                packed, key = packed[other >= old], key[other >= old]
                alone = key & _ALONE == _ALONE
                found.append(np.unique(packed[alone]))
                _put(files, packed[~alone])
            every = np.unique(np.concatenate([*found, *_twice(files)]))
        rows = np.stack([every >> _HALF, every & np.uint64(0xFFFFFFFF)], axis=1)
        return rows.astype(np.int64)

    def _live(self, numbers: Keys) -> Iterator[tuple[Keys, NDArray[np.int64]]]:
        """The hashes of some texts, those of equal highest bits together, each with its text's
        position in ``numbers``."""
        order = np.argsort(numbers)
        ascending = numbers[order]
        for records in self._parts() if len(numbers) else ():
            at = np.searchsorted(ascending, records["article"])
            at[at == len(ascending)] = 0
            live = ascending[at] == records["article"]
            yield records["key"][live], order[at[live]]

    def _parts(self) -> Iterator[NDArray[np.void]]:
        """The hashes of equal highest bits together.

        Each file is gone through once for each piece, some at a time: what a reader makes of
        hashes takes several times their size, and a million articles have 5 GB of them.
        """
        for number in range(_PARTS):
            path = self._folder / f"{number:02x}.keys"
            if not path.is_file():
                continue
            for value in range(number << _PIECE_BITS, number + 1 << _PIECE_BITS):
                first = np.uint64(value << 58 - _PIECE_BITS)
                last = first | np.uint64((1 << 58 - _PIECE_BITS) - 1)
                yield np.concatenate(
                    [
                        records[(records["key"] >= first) & (records["key"] <= last)]
                        for records in _chunks(path)
                    ]
                )


def _put(files: Sequence[IO[bytes]], packed: Keys) -> None:
    """Add pairs, each to one of some files."""
    part = packed % np.uint64(len(files))
    for number, file in enumerate(files):
        file.write(packed[part == number].tobytes())


def _twice(files: Sequence[IO[bytes]]) -> Iterator[Keys]:
    """The pairs that were added more than once."""
    for file in files:
        file.seek(0)
        packed, counts = np.unique(np.fromfile(file, dtype=np.uint64), return_counts=True)
        yield packed[counts > 1]


def _in_several(key: Keys, rank: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """The rows whose hash occurs more than once: few, so what follows is done for few."""
    by = np.argsort(key)
    key, rank = key[by], rank[by]
    edge, same = np.full(1, fill_value=False), key[1:] == key[:-1]
    several = (np.concatenate([edge, same]) | np.concatenate([same, edge]))[: len(key)]
    return key[several], rank[several]


def _with_the_first(
    key: Keys, rank: NDArray[np.int64]
) -> tuple[Keys, NDArray[np.int64], NDArray[np.int64]]:
    """Each hash of each text once, with the first text that has it, where that is another one."""
    by = np.lexsort((rank, key))
    key, rank = key[by], rank[by]
    new = np.ones(len(key), dtype=bool)
    new[1:] = key[1:] != key[:-1]
    first = rank[np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))]
    once = first != rank
    once[1:] &= (key[1:] != key[:-1]) | (rank[1:] != rank[:-1])
    return key[once], first[once], rank[once]


def _chunks(path: Path) -> Iterator[NDArray[np.void]]:
    """The whole records of a file, at least one array of them."""
    with path.open("rb") as stream:
        while True:
            records = np.fromfile(stream, dtype=RECORD, count=_AT_ONCE)
            yield records
            if len(records) < _AT_ONCE:
                return
