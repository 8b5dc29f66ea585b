"""Hashed n-grams of the sentences of some articles, found for all of them at once.

A stretch of characters c_s … c_e has the polynomial hash sum c_i B^(i-s) modulo 2^64 (Karp and
Rabin 1987). With sums over the whole text at hand, the hash of any stretch takes one subtraction
and one product, so that numpy finds every n-gram without a loop over them. A hash that is mixed
gives the bucket whose weights the n-gram has (Weinberger et al. 2009).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

CHARACTERS: Final = 4
"""Length of n-grams of characters; further lengths made suggestions slower and not better."""

_BASE: Final = 0xD6E8FEB86659FD93
_ODD: Final = 0x9E3779B97F4A7C15
_WHOLE: Final = (1 << 64) - 1
_END: Final = 10
"""The code point between two sentences: a line end, which no sentence contains."""
_BLANK: Final = 32
_PLANE: Final = 0x10000
_KEPT: Final = 1 << 16
"""The most names whose buckets are kept."""
_WITHOUT_BLANKS: Final = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF)),  # Thai, Lao, Burmese, Khmer
    *((0x3040, 0x30FF), (0x3400, 0x9FFF)),  # kana and ideographs
)
"""First and last code points of scripts that put no blanks between words."""


class Grams(NamedTuple):
    """Some n-grams of articles: the sentence of each, in order, and its bucket."""

    group: str
    rows: Numbers
    buckets: Numbers


def grams(articles: Sequence[Sequence[str]], bits: int) -> list[Grams]:
    """The n-grams of articles' sentences, group by group; a group may come in several parts.

    Groups: ``characters``, `CHARACTERS` in a row, also across words; ``words``, single and in
    pairs, with the sentence's ends; ``before`` and ``after``, the words of the neighbours. Case,
    the kind of blank and the value of ASCII digits are ignored. In a script that has no blanks
    between words each character counts as a word. A sentence without n-grams of a group has no rows
    in it.

    Args:
        articles: the sentences of each, in order; they are numbered through all articles.
        bits: there are ``2 ** bits`` buckets.
    """
    text = _Text([sentence for article in articles for sentence in article])
    starts, ends = text.tokens()
    hashes, rows = text.hashes(starts, ends), text.rows[starts]
    characters, rows_of_characters = text.characters()
    pairs, rows_of_pairs = _pairs(text, starts, hashes)
    firsts = np.cumsum([0, *map(len, articles)])
    after = np.isin(rows, firsts[:-1], invert=True)
    before = np.isin(rows, firsts[1:] - 1, invert=True)
    parts = (
        ("characters", characters, rows_of_characters, 5),
        ("words", hashes, rows, 1),
        ("words", pairs, rows_of_pairs, 2),
        ("before", hashes[before], rows[before] + 1, 3),
        ("after", hashes[after], rows[after] - 1, 4),
    )
    ends_of_parts = list(accumulate(len(rows) for _, _, rows, _ in parts))
    every = np.empty(ends_of_parts[-1], dtype=np.uint64)
    for (_, found, _, salt), end in zip(parts, ends_of_parts, strict=True):
        # Salted, so that the hashes of one kind of n-gram are not those of another.
        np.add(found, np.uint64(salt * _ODD & _WHOLE), out=every[end - len(found) : end])
    buckets = bucket(every, bits)
    return [
        Grams(group, rows, buckets[end - len(rows) : end])
        for (group, _, rows, _), end in zip(parts, ends_of_parts, strict=True)
    ]


class _Text:
    """The sentences as one array of code points, each after a line end, with another at the end.

    Attributes:
        rows: of each character, the number of its sentence; a line end counts to the next one.
        boundary: of each character, whether it is such a line end.
        letters, blanks: of each character, whether it is a letter or digit, and a blank.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        joined = "\n".join(("", *sentences, ""))
        if joined.count("\n") != len(sentences) + 1:
            joined = "\n".join(("", *(s.replace("\n", " ") for s in sentences), ""))
        plain = joined.lower().replace("’", "'").encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(plain, dtype=np.uint32).copy()
        places = np.minimum(codes, _PLANE - 1)
        self.letters, self.blanks = (kinds.take(places) for kinds in _classes())
        self.boundary = codes == _END
        codes[self.blanks & ~self.boundary] = _BLANK
        codes[(codes >= 48) & (codes <= 57)] = 48
        self.codes, self.size = codes, len(codes)
        self.rows: Numbers = self.boundary.cumsum() - 1
        self._powers, self._inverse = _powers(1 << max(14, self.size.bit_length()))
        self._sums = np.zeros(self.size + 1, dtype=np.uint64)
        (self.codes * self._powers[: self.size]).cumsum(out=self._sums[1:])

    def hashes(self, starts: Numbers, ends: Numbers) -> Hashes:
        """Of each stretch."""
        found: Hashes = (self._sums[ends] - self._sums[starts]) * self._inverse[starts]
        return found

    def characters(self) -> tuple[Hashes, Numbers]:
        """Hashes and rows of n-grams of characters; one may begin or end with a line end."""
        length = CHARACTERS
        count = max(self.size - length + 1, 0)
        # No line end after the first character and before the last, nor at both.
        kept = self.rows[length - 2 : length - 2 + count] == self.rows[:count]
        kept &= ~(self.boundary[:count] & self.boundary[length - 1 :])
        found = self._sums[length : length + count] - self._sums[:count]
        found *= self._inverse[:count]
        return found[kept], self.rows[:count][kept]

    def tokens(self) -> tuple[Numbers, Numbers]:
        """Where words start and end: runs of letters and digits, and every other character."""
        letter = self.letters
        first = letter.copy()
        first[1:] &= ~letter[:-1]
        last = letter.copy()
        last[:-1] &= ~letter[1:]
        starts = (first | ~(letter | self.blanks)).nonzero()[0]
        ends = starts + 1
        ends[letter[starts]] = last.nonzero()[0] + 1
        return starts, ends


def _pairs(text: _Text, starts: Numbers, hashes: Hashes) -> tuple[Hashes, Numbers]:
    """Hashes and rows of pairs of words; the ends of a sentence count as words."""
    every = np.full(text.size, _ODD, dtype=np.uint64)
    every[starts] = hashes
    places = text.boundary.copy()
    places[starts] = True
    whole, rows = every[places], text.rows[places]
    pairs = whole[:-1] * np.uint64(_BASE * _ODD & _WHOLE)
    pairs += whole[1:]
    return pairs, rows[:-1]


def bucket(hashes: Hashes, bits: int) -> Numbers:
    """The bucket of each hash: its highest bits after mixing, as in MurmurHash's last step."""
    mixed = hashes ^ (hashes >> np.uint64(32))
    mixed *= np.uint64(_BASE)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(_ODD)
    mixed >>= np.uint64(64 - bits)
    return mixed.view(np.int64)


class _Named(dict[str, int]):
    """The buckets of features that have names, found once each."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        self._bits = bits

    def __missing__(self, name: str) -> int:
        digest = blake2b(name.encode(), digest_size=8).digest()
        found = int(bucket(np.frombuffer(digest, dtype="<u8"), self._bits)[0])
        if len(self) < _KEPT:
            self[name] = found
        return found


@functools.cache
def named_buckets(bits: int) -> Mapping[str, int]:
    """The bucket of each feature that has a name."""
    return _Named(bits)


@functools.cache
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse modulo 2^64, from 0."""
    both = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(size, base, dtype=np.uint64)
        powers[0] = 1
        both.append(np.cumprod(powers, dtype=np.uint64))
    return both[0], both[1]


@functools.cache
def _classes() -> tuple[Mask, Mask]:
    """Of each code point of the first plane, whether it is a letter or digit, and a blank.

    Those of scripts without blanks, and what lies beyond the plane, are neither: each such
    character counts as a word.
    """
    every = [chr(code) for code in range(_PLANE)]
    letters = np.array([char.isalnum() for char in every])
    for first, last in (*_WITHOUT_BLANKS, (_PLANE - 1, _PLANE - 1)):
        letters[first : last + 1] = False
    return letters, np.array([char.isspace() for char in every])
