"""Lexicons: lists of words kept as data, and how they are found in a text.

A lexicon is a TOML file in a language's `lexicons/` with `meaning`, `source` and `entries`; an
entry is a key and the forms it is written in. A cue in a release is named by `<lexicon>/<key>`, so
that it reveals no words of the article.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib.resources.abc import Traversable
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*+")
_TEXTS: Final = 4
"""How many texts are remembered. Each word that is kept costs Python's garbage collector time."""


class Word(NamedTuple):
    """A word of a text: its offsets, and its lower-case form with a straight apostrophe."""

    start: int
    end: int
    form: str


@dataclass(frozen=True, slots=True, order=True)
class Cue:
    """Words that show who speaks or how sure it is.

    Attributes:
        start: Offset of the first character, in code points.
        end: Offset after the last.
        entry: `<lexicon>/<key>` of the lexicon's entry, never words of the article.
    """

    start: int
    end: int
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """A list of words, read from a data file."""

    name: str
    meaning: str
    source: str
    entries: dict[str, frozenset[str]]
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(repr=False)
    """First word of a form -> (the form's words, key), the longest form first."""
    singles: frozenset[str] = field(repr=False)
    """The forms of one word."""

    def forms(self, key: str) -> frozenset[str]:
        """The forms of an entry; none if the lexicon does not have it."""
        return self.entries.get(key, frozenset())

    def __contains__(self, form: object) -> bool:
        return form in self.singles

    def at(self, words: Sequence[Word], index: int, text: str) -> tuple[int, str] | None:
        """The longest form that starts with a word: how many words it has, and its key.

        Only blanks may stand between the words of a form.
        """
        following = words[index + 1].form if index + 1 < len(words) else None
        for form, key in self.phrases.get(words[index].form, ()):
            if len(form) == 1:
                return 1, key
            if following != form[1]:
                continue
            found = words[index : index + len(form)]
            if tuple([word.form for word in found]) == form and all(
                text[left.end : right.start].isspace() for left, right in pairwise(found)
            ):
                return len(form), key
        return None


Match = tuple[int, int, str, str]
"""A form in a run of words: first word, word after the last, lexicon's name, entry's key."""

_Opened = tuple[list[tuple[str, str]], dict[str, list[tuple[list[str], str, str]]]]
"""What begins with a word: forms of that word alone, and longer ones by their second word."""


class Vocabulary:
    """Some lexicons that are looked up together, with one look at each word."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._opened: dict[str, _Opened] = {}
        self._in_text = lru_cache(maxsize=_TEXTS)(self._candidates)
        for lexicon in lexicons:
            for first, phrases in lexicon.phrases.items():
                single, longer = self._opened.setdefault(first, ([], {}))
                for form, key in phrases:
                    if len(form) == 1:
                        single.append((lexicon.name, key))
                    else:
                        longer.setdefault(form[1], []).append((list(form), lexicon.name, key))

    def find(self, words: Sequence[Word], text: str) -> list[Match]:
        """The forms of each lexicon in a run of words of a text, left to right.

        At a word the longest form of a lexicon counts, and none that begins inside another of the
        same lexicon. Only blanks may stand between the words of a form. A text is looked up once.
        """
        if not words:
            return []
        starts = _read(text).starts
        first = bisect_left(starts, words[0][0])
        last = bisect_left(starts, words[-1][0], first) + 1
        candidates, begins = self._in_text(text)
        low = bisect_left(begins, first)
        candidates = candidates[low : bisect_left(begins, last, low)]
        in_a_row = last - first == len(words) and starts[first : first + 1] == [words[0][0]]
        if not in_a_row:
            candidates = _among(candidates, words, starts)
            first, last = 0, len(words)
        found: list[Match] = []
        reach: dict[str, int] = {}
        for begin, end, name, key in candidates:
            if end <= last and begin >= reach.get(name, 0):
                found.append((begin - first, end - first, name, key))
                reach[name] = end
        return found

    def _candidates(self, text: str) -> tuple[list[Match], list[int]]:
        """Every form of each lexicon in a text, the longest of a lexicon first at each word.

        And the first word of each.
        """
        read = _read(text)
        opened, spelled = self._opened, read.spelled
        found: list[Match] = []
        for index in [index for index, form in enumerate(spelled) if form in opened]:
            single, longer = opened[spelled[index]]
            if longer and index + 1 < len(spelled):
                for phrase, name, key in longer.get(spelled[index + 1], ()):
                    end = index + len(phrase)
                    alike = len(phrase) == 2 or spelled[index:end] == phrase
                    if alike and _joined(read.words[index:end], text):
                        found.append((index, end, name, key))
            for name, key in single:
                found.append((index, index + 1, name, key))
        return found, [match[0] for match in found]


def _among(candidates: list[Match], words: Sequence[Word], starts: list[int]) -> list[Match]:
    """The candidates of a text all of whose words are among some, counted by these."""
    found: list[Match] = []
    for begin, end, name, key in candidates:
        first = bisect_left(words, starts[begin], key=_START)
        last = first + end - begin - 1
        if last < len(words) and (
            words[first][0] == starts[begin] and words[last][0] == starts[end - 1]
        ):
            found.append((first, last + 1, name, key))
    return found


def _joined(words: Sequence[Word], text: str) -> bool:
    """Whether only blanks stand between words."""
    return all(text[left.end : right.start].isspace() for left, right in pairwise(words))


EMPTY: Final = Lexicon(name="", meaning="", source="", entries={}, phrases={}, singles=frozenset())


def read_lexicon(file: Traversable) -> Lexicon:
    """Read a lexicon; its name is that of its file."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for key, forms in data["entries"].items():
        for form in forms:
            words = tuple(form.split())
            phrases.setdefault(words[0], []).append((words, key))
    for candidates in phrases.values():
        candidates.sort(key=lambda candidate: -len(candidate[0]))
    return Lexicon(
        name=file.name.removesuffix(".toml"),
        meaning=data["meaning"],
        source=data["source"],
        entries={key: frozenset(forms) for key, forms in data["entries"].items()},
        phrases=phrases,
        singles=frozenset(
            first
            for first, candidates in phrases.items()
            if any(len(words) == 1 for words, _ in candidates)
        ),
    )


_START: Final = itemgetter(0)
_SPLIT: Final = re.compile(r"(\w+(?:['.-]\w+)*+)")
"""`_WORD` in a text without underscores and curly apostrophes, where it is found faster."""
_word: Final = partial(tuple.__new__, Word)
"""Makes a `Word` without calling its constructor, which would take half of the time of `words`."""


class _Read:
    """The words of a text, read once.

    Attributes:
        words: All of them.
        starts: The offset of each.
        spelled: The form of each.
        stretches: The words of the stretches that were asked for, by their offsets.
    """

    __slots__ = ("spelled", "starts", "stretches", "words")

    def __init__(self, text: str) -> None:
        self.stretches: dict[tuple[int, int], tuple[Word, ...]] = {}
        low = text.lower().replace("’", "'")
        if len(low) != len(text):  # "İ" has a longer small form, which would shift offsets
            self.words = _words_between(text, 0, len(text))
            self.starts = [word[0] for word in self.words]
            self.spelled = [word[2] for word in self.words]
            return
        # What stands between words, and every word, in turn.
        parts = _SPLIT.split(low.replace("_", " "))
        ends = list(accumulate(map(len, parts)))
        self.starts, self.spelled = ends[:-1:2], parts[1::2]
        self.words = tuple(map(_word, zip(self.starts, ends[1::2], self.spelled, strict=True)))


_read: Final = lru_cache(maxsize=_TEXTS)(_Read)


def _words_between(text: str, start: int, end: int) -> tuple[Word, ...]:
    """The words of a stretch, whatever stands beside it."""
    found = _WORD.finditer(text, start, end)
    return tuple([_word((*match.span(), match[0].lower().replace("’", "'"))) for match in found])


def words(text: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """The words of `text[start:end]`, with offsets into `text`.

    Of a word that a boundary cuts, the part inside counts. The stretches of the last texts are
    remembered: quotations, attributions and labels read the same ones.
    """
    read = _read(text)
    if end is None:
        end = len(text)
    known = read.stretches.get((start, end))
    if known is not None:
        return known
    every, starts = read.words, read.starts
    first = bisect_left(starts, start)
    last = bisect_left(starts, end, first)
    found = every[first:last]
    if (first and every[first - 1][1] > start) or (found and found[-1][1] > end):
        found = _words_between(text, start, end)
    read.stretches[start, end] = found
    return found


def last_words(text: str, end: int, most: int) -> tuple[Word, ...]:
    """The last words of `text[:end]`."""
    read = _read(text)
    last = bisect_left(read.starts, end)
    return read.words[max(0, last - most) : last]


def outside(found: Sequence[Word], spans: Iterable[tuple[int, int]]) -> Sequence[Word]:
    """The words that begin in none of some ordered, disjoint spans; `found` itself if all do."""
    kept: list[Word] = []
    reached = 0
    for start, end in spans:
        first = bisect_left(found, start, reached, key=_START)
        last = bisect_left(found, end, first, key=_START)
        if first < last:
            kept += found[reached:first]
            reached = last
    if not reached:
        return found
    kept += found[reached:]
    return kept
