"""Articles that follow one template: weather, markets, obituaries, court lists.

Such articles share their sentences except names and figures, and report different events. Two
articles of one event share names with the sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[^\W_](?:[^\W_]|[.,:](?=\d))*")
_BLANK: Final = "#"
_ALIKE: Final = 0.4
"""Least Jaccard index of two sentences' pairs of words, names and figures left blank."""
_SAME_NAMES: Final = 0.5
_PART: Final = 0.3
"""Least part of the shorter article's words that are in sentences of the form."""

Form = tuple[str, ...]


class Filled:
    """The sentences of an article, each as a form and what fills its blanks."""

    def __init__(self, sentences: Iterable[str]) -> None:
        tokens = [_WORD.findall(sentence) for sentence in sentences]
        names = {w for words in tokens for w in words[1:] if w[0].isupper() or w[0].isdigit()}
        self.words = sum(map(len, tokens))
        self.sentences: list[tuple[Form, frozenset[str], int]] = []
        for words in tokens:
            blank = [w in names or any(c.isdigit() for c in w) for w in words]
            filled = frozenset(w for w, hidden in zip(words, blank, strict=True) if hidden)
            form = [
                _BLANK if hidden else w.casefold() for w, hidden in zip(words, blank, strict=True)
            ]
            self.sentences.append((_collapsed(form), filled, len(words)))


def same_form(a: Filled, b: Filled) -> bool:
    """Whether two articles fill one form with different names and figures."""
    short, long = (a, b) if a.words <= b.words else (b, a)
    pairs = [(frozenset(pairwise(form)), filled) for form, filled, _ in long.sentences]
    holders: dict[tuple[str, str], list[int]] = {}
    for number, (found, _) in enumerate(pairs):
        for pair in found:
            holders.setdefault(pair, []).append(number)
    other = same = 0
    for form, filled, length in short.sentences:
        mine = frozenset(pairwise(form))
        common = Counter(number for pair in mine for number in holders.get(pair, ()))
        close = [
            pairs[number][1]
            for number, count in common.most_common(3)
            if count >= _ALIKE * (len(mine) + len(pairs[number][0]) - count)
        ]
        if close and filled:
            shared = max(_overlap(filled, theirs) for theirs in close)
            same += length * (shared >= _SAME_NAMES)
            other += length * (shared < _SAME_NAMES)
    return other > same and other >= _PART * short.words


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """The Jaccard index of the names, or where there are none of the figures: a count may grow."""
    names = {word for word in a | b if not word[0].isdigit()}
    filled = names or a | b
    return len(a & b & filled) / len(filled)


def _collapsed(form: Sequence[str]) -> Form:
    """A form whose neighbouring blanks are one."""
    return tuple(w for at, w in enumerate(form) if not (w == _BLANK and at and form[at - 1] == w))
