"""Lexicons: lists of words kept as data, and how they are found in a text.

A lexicon is a TOML file in a language's `lexicons/` with `meaning`, `source` and `entries`; an
entry is a key and the forms it is written in. A cue in a release is named by `<lexicon>/<key>`, so
that it says nothing that stands in the article.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*+")


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


class Vocabulary:
    """Some lexicons that are looked up together, with one look at each word."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._single: dict[str, list[tuple[str, str]]] = {}
        self._longer: dict[str, dict[str, list[tuple[tuple[str, ...], str, str]]]] = {}
        for lexicon in lexicons:
            for first, phrases in lexicon.phrases.items():
                for form, key in phrases:
                    if len(form) == 1:
                        self._single.setdefault(first, []).append((lexicon.name, key))
                    else:
                        seconds = self._longer.setdefault(first, {})
                        seconds.setdefault(form[1], []).append((form, lexicon.name, key))
        self._firsts = self._single.keys() | self._longer.keys()

    def find(self, words: Sequence[Word], text: str) -> list[Match]:
        """The forms of each lexicon in a run of words, left to right.

        At a word the longest form of a lexicon counts, and none that begins inside another of the
        same lexicon. Only blanks may stand between the words of a form.
        """
        firsts = self._firsts
        found: list[Match] = []
        reach: dict[str, int] = {}
        for index in [at for at, word in enumerate(words) if word.form in firsts]:
            form = words[index].form
            longer = self._longer.get(form)
            taken: set[str] | None = None
            if longer is not None and index + 1 < len(words):
                for phrase, name, key in longer.get(words[index + 1].form, ()):
                    end = index + len(phrase)
                    if (
                        index >= reach.get(name, 0)
                        and (len(phrase) == 2 or _spells(words[index:end], phrase))
                        and _joined(words[index:end], text)
                    ):
                        found.append((index, end, name, key))
                        reach[name] = end
                        taken = {name} if taken is None else taken | {name}
            for name, key in self._single.get(form, ()):
                if (taken is None or name not in taken) and index >= reach.get(name, 0):
                    found.append((index, index + 1, name, key))
                    reach[name] = index + 1
        return found


def _spells(words: Sequence[Word], phrase: tuple[str, ...]) -> bool:
    return tuple([word.form for word in words]) == phrase


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


_word: Final = tuple.__new__
"""Makes a `Word` without the call of its own constructor, which is half of the time of `words`."""


@lru_cache(maxsize=1024)
def words(text: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """The words of `text[start:end]`, with offsets into `text`.

    The last stretches are remembered: quotations, attributions and labels read the same ones.
    """
    end = len(text) if end is None else end
    low = text[start:end].lower().replace("’", "'")
    if len(low) != end - start:  # a letter whose small form is longer, such as İ
        return tuple(
            [
                _word(Word, (*match.span(), match[0].lower().replace("’", "'")))
                for match in _WORD.finditer(text, start, end)
            ]
        )
    return tuple(
        [
            _word(Word, (start + match.start(), start + match.end(), match[0]))
            for match in _WORD.finditer(low)
        ]
    )
