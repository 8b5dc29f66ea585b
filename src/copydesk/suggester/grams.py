"""Hashed n-grams of the sentences of an article, found for all of them at once.

A stretch of characters c_s … c_e has the polynomial hash sum c_i B^(i-s) modulo 2^64 (Karp and
Rabin 1987). With sums over the whole article at hand, the hash of any stretch takes one subtraction
and one product, so that numpy finds every n-gram without a loop over them. A hash that is mixed
gives the bucket whose weights the n-gram has (Weinberger et al. 2009).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

CHARACTERS: Final = (3, 4, 5)
"""Lengths of n-grams of characters."""

_BASE: Final = 0xD6E8FEB86659FD93
_ODD: Final = 0x9E3779B97F4A7C15
_WHOLE: Final = (1 << 64) - 1
_END: Final = 10
"""The code point between two sentences: a line end, which stands in no sentence."""
_PLANE: Final = 0x10000


class Grams(NamedTuple):
    """Some n-grams of an article: of which sentence each is, in order, and its bucket."""

    group: str
    rows: Numbers
    buckets: Numbers


def grams(sentences: Sequence[str], bits: int) -> Iterator[Grams]:
    """The n-grams of an article's sentences, group by group; a group may come in several parts.

    Groups: ``characters`` of each length of `CHARACTERS`, also across words; ``words``, single and
    in pairs, with the sentence's ends; ``before`` and ``after``, the words of the neighbours. Case
    and kinds of blank do not count, nor which ASCII digit it is. A sentence without n-grams of a
    group has no rows in it.

    Args:
        sentences: in the article's order.
        bits: there are ``2 ** bits`` buckets.
    """
    text = _Text(sentences)
    for length in CHARACTERS:
        yield Grams("characters", *text.characters(length, bits))
    starts, ends = text.tokens()
    hashes, rows = text.hashes(starts, ends), text.rows[starts]
    yield Grams("words", *_words(text, starts, hashes, bits))
    last = len(sentences) - 1
    first, inner = rows < last, rows > 0
    yield Grams("before", rows[first] + 1, bucket(_salted(hashes[first], 3), bits))
    yield Grams("after", rows[inner] - 1, bucket(_salted(hashes[inner], 4), bits))


class _Text:
    """The sentences as one array of code points, each after a line end, with another at the end.

    Attributes:
        rows: of each character, the number of its sentence; a line end counts to the next one.
        boundary: of each character, whether it is such a line end.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        plain = (" ".join(s.lower().replace("’", "'").split()) for s in sentences)
        joined = "\n" + "".join(f"{sentence}\n" for sentence in plain)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.codes = np.where((codes >= 48) & (codes <= 57), np.uint32(48), codes)
        self.size = len(codes)
        self.boundary = codes == _END
        self.rows: Numbers = np.cumsum(self.boundary) - 1
        self._powers, self._inverse = _powers(1 << max(14, self.size.bit_length()))
        self._sums = np.zeros(self.size + 1, dtype=np.uint64)
        np.cumsum(self.codes * self._powers[: self.size], out=self._sums[1:])

    def hashes(self, starts: Numbers, ends: Numbers) -> Hashes:
        """Of each stretch."""
        found: Hashes = (self._sums[ends] - self._sums[starts]) * self._inverse[starts]
        return found

    def characters(self, length: int, bits: int) -> tuple[Numbers, Numbers]:
        """Rows and buckets of n-grams of characters; one may begin or end with a line end."""
        count = max(self.size - length + 1, 0)
        inner = np.cumsum(self.boundary)
        # No line end after the first character and before the last, nor at both.
        kept = inner[length - 2 : length - 2 + count] == inner[:count]
        kept &= ~(self.boundary[:count] & self.boundary[length - 1 :])
        found = (self._sums[length:] - self._sums[:count]) * self._inverse[:count]
        return self.rows[:count][kept], bucket(_salted(found[kept], 16 + length), bits)

    def tokens(self) -> tuple[Numbers, Numbers]:
        """Where words start and end: runs of letters and digits, and every other mark alone."""
        letters, blanks = _classes()
        codes = np.minimum(self.codes, _PLANE - 1)
        letter, blank = letters[codes], blanks[codes]
        before = np.concatenate(([False], letter[:-1]))
        starts = np.flatnonzero((letter & ~before) | ~(letter | blank))
        ends = starts + 1
        ends[letter[starts]] = np.flatnonzero(letter & ~np.concatenate((letter[1:], [False]))) + 1
        return starts, ends


def _words(text: _Text, starts: Numbers, hashes: Hashes, bits: int) -> tuple[Numbers, Numbers]:
    """Rows and buckets of single words and of pairs; the sentence's ends stand as words."""
    marks = np.flatnonzero(text.boundary)
    places = np.concatenate((starts, marks))
    order = np.argsort(places, kind="stable")
    whole = np.concatenate((hashes, np.full(len(marks), _ODD, dtype=np.uint64)))[order]
    rows = text.rows[places[order]][:-1]
    pairs = whole[:-1] * np.uint64(_BASE * _ODD & _WHOLE) + whole[1:]
    found = np.stack((_salted(whole[:-1], 1), _salted(pairs, 2)), axis=1)
    return np.repeat(rows, 2), bucket(found.ravel(), bits)


def _salted(hashes: Hashes, salt: int) -> Hashes:
    """Hashes of one kind of n-gram, so that they are not those of another kind."""
    found: Hashes = hashes + np.uint64(salt * _ODD & _WHOLE)
    return found


def bucket(hashes: Hashes, bits: int) -> Numbers:
    """The bucket of each hash: its highest bits after mixing, as in MurmurHash's last step."""
    mixed = hashes ^ (hashes >> np.uint64(32))
    mixed *= np.uint64(_BASE)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(_ODD)
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


@functools.lru_cache(maxsize=1 << 16)
def named_bucket(name: str, bits: int) -> int:
    """The bucket of a feature that has a name."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    return int(bucket(np.frombuffer(digest, dtype="<u8"), bits)[0])


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

    What lies beyond is neither: each such character stands as a word.
    """
    every = [chr(code) for code in range(_PLANE)]
    letters = np.array([char.isalnum() for char in every])
    letters[-1] = False
    return letters, np.array([char.isspace() for char in every])
