"""The search for more withheld words than memory holds.

A run of words that is searched for takes some hundred bytes while the search is prepared, and two
in a Bloom filter, which knows every run that was added and mistakes one in two hundred others for
one. So all runs are added to a filter, what the files may have of them is collected in one reading,
and then only these runs are searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from copydesk.leaks import Addresses, Leak, Secrets, find_leaks
from copydesk.readable import printed, strings_of
from copydesk.word_runs import Hashes, Integers, needles, runs

_CHARACTERS_AT_ONCE: Final = 1 << 26
"""Withheld characters whose words are held at once; they take some 16 bytes each."""
_CHARACTERS_A_WORD: Final = 4
"""Fewer than nearly any text has, with the blank."""
_BITS_A_RUN: Final = 16
_MOST_BITS: Final = 32
"""Half a gigabyte: for more than 250 million words, more than one in two hundred is mistaken."""
_FACTORS: Final = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
"""Odd ones: the highest bits of the products are the slots of a hash."""

Records = Callable[[], Iterable[tuple[str, str]]]
Texts = Callable[[], Iterable[str]]


def search(
    folder: Path,
    names: Sequence[str],
    *,
    sentences: Records,
    texts: Records,
    given: Texts,
    urls: Texts,
) -> list[Leak]:
    """Search the files of a folder for withheld words, however many these are.

    Args:
        names: the files, as paths in the folder.
        sentences: gives record ids and what is searched for as a whole; this and the following are
            read again each time that they are called.
        texts: gives record ids and texts of which every stretch is searched for.
        given: gives texts that may be given; what they contain is not a leak.
        urls: gives addresses that are given.
    """
    characters = sum(len(text) for _, text in texts())
    only = None
    if characters > _CHARACTERS_AT_ONCE:
        sieve = Filter(characters // _CHARACTERS_A_WORD)
        for records, whole in ((sentences, True), (texts, False)):
            for _, hashes, _, _ in needles(records(), whole=whole):
                sieve.add(hashes)
        only = _in_files(sieve, [folder / name for name in names], Addresses(urls()))
    secrets = Secrets(sentences(), texts(), given(), urls(), only=only)
    return find_leaks(folder, secrets, names)


def _in_files(sieve: Filter, paths: Iterable[Path], urls: Addresses) -> dict[int, Hashes]:
    """The runs of words of some files that a filter knows, ascending, by their number of words."""
    met: dict[int, Hashes] = {}
    for path in paths:
        data = path.read_bytes()
        found: dict[int, list[Hashes]] = {}
        for strings in (printed(data), strings_of(data, path)):
            for size, rolled, owner in runs(urls.readings(strings)):
                inside = rolled[owner[: len(rolled)] == owner[size - 1 :]]
                found.setdefault(size, []).append(inside[sieve.knows(inside)])
        for size, parts in found.items():
            met[size] = np.unique(np.concatenate([*parts, met.get(size, parts[0])]))
    return met


class Filter:
    """Hashes that were added, and few others (a Bloom filter with three hash functions).

    Args:
        count: how many will be added, about.
    """

    def __init__(self, count: int) -> None:
        self._bits = min(max((_BITS_A_RUN * count).bit_length(), 16), _MOST_BITS)
        self._bytes = np.zeros(1 << (self._bits - 3), dtype=np.uint8)

    def add(self, hashes: Hashes) -> None:
        """Add hashes; those that are there already do no harm."""
        for factor in _FACTORS:
            slot = self._slots(hashes, factor)
            bit = np.uint8(1) << (slot & np.uint64(7)).astype(np.uint8)
            np.bitwise_or.at(self._bytes, (slot >> np.uint64(3)).astype(np.int64), bit)

    def knows(self, hashes: Hashes) -> Integers:
        """The places of the hashes that may have been added."""
        places = np.arange(len(hashes))
        for factor in _FACTORS:
            slot = self._slots(hashes[places], factor)
            held = self._bytes[slot >> np.uint64(3)] >> (slot & np.uint64(7)).astype(np.uint8)
            places = places[(held & 1).astype(bool)]
        return places

    def _slots(self, hashes: Hashes, factor: np.uint64) -> Hashes:
        return hashes * factor >> np.uint64(64 - self._bits)
