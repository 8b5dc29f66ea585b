"""Lexicons: lists of words kept as data, and how they are found in a text.

A lexicon is a TOML file in a language's `lexicons/` with `meaning`, `source` and `entries`; an
entry is a key and the forms it is written in. A cue in a release is named by `<lexicon>/<key>`, so
that it says nothing that stands in the article.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterator, Sequence
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
    seconds: dict[str, frozenset[str]] = field(repr=False)
    """First word of a form -> the second words, if no form is that word alone."""

    def forms(self, key: str) -> frozenset[str]:
        """The forms of an entry; none if the lexicon does not have it."""
        return self.entries.get(key, frozenset())

    def firsts(self, forms: frozenset[str]) -> set[str]:
        """The first words of those of its forms whose first two words are among some."""
        seconds = self.seconds
        return {
            first
            for first in self.phrases.keys() & forms
            if first not in seconds or not seconds[first].isdisjoint(forms)
        }

    def __contains__(self, form: object) -> bool:
        return any(len(words) == 1 for words, _ in self.phrases.get(str(form), ()))

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

    def find(
        self, words: Sequence[Word], text: str, firsts: Container[str] | None = None
    ) -> Iterator[tuple[int, int, Cue]]:
        """All forms in a run of words, left to right: first word, word after the last, cue.

        Args:
            words: The words.
            text: The text that they stand in.
            firsts: The first words of forms that are known to be among them.
        """
        reach = 0
        among = self.phrases if firsts is None else firsts
        for index in [i for i, word in enumerate(words) if word.form in among]:
            match = self.at(words, index, text) if index >= reach else None
            if match is not None:
                length, key = match
                reach = index + length
                start, end = words[index].start, words[reach - 1].end
                yield index, reach, Cue(start, end, f"{self.name}/{key}")


EMPTY: Final = Lexicon(name="", meaning="", source="", entries={}, phrases={}, seconds={})


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
        seconds={
            first: frozenset([words[1] for words, _ in candidates])
            for first, candidates in phrases.items()
            if all(len(words) > 1 for words, _ in candidates)
        },
    )


_word: Final = tuple.__new__
"""Makes a `Word` without the call of its own constructor, which is half of the time of `words`."""


@lru_cache(maxsize=1024)
def words(text: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """The words of `text[start:end]`, with offsets into `text`.

    The last stretches are remembered: quotations, attributions and labels read the same ones.
    """
    return tuple(
        [
            _word(Word, (*match.span(), match[0].lower().replace("’", "'")))
            for match in _WORD.finditer(text, start, len(text) if end is None else end)
        ]
    )
