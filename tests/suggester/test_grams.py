"""Hashed n-grams: what numpy finds all at once is what a plain loop finds one by one."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from copydesk.suggester.grams import CHARACTERS, bucket, grams, named_buckets

_BASE = 0xD6E8FEB86659FD93
_ODD = 0x9E3779B97F4A7C15
_END = _ODD
_BITS = 12
SENTENCES = st.lists(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("aäÄΣ市ไ 9’'.,“”\t\n-"), st.characters(exclude_categories=("Cs",))
        ),
        max_size=25,
    ),
    min_size=1,
    max_size=5,
)


ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uffff-\U0010ffff]"
)


def _hash(text: str) -> int:
    """By its definition, term by term."""
    return sum(ord(c) * pow(_BASE, at, 1 << 64) for at, c in enumerate(text)) % (1 << 64)


def _bucket(value: int, salt: int) -> int:
    value = (value + salt * _ODD) % (1 << 64)
    return int(bucket(np.array([value], dtype=np.uint64), _BITS)[0])


def _plain(sentence: str) -> str:
    folded = re.sub("[0-9]", "0", sentence.lower().replace("’", "'"))
    return "".join(" " if char.isspace() else char for char in folded)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        end = at
        while end < len(text) and text[end].isalnum() and not ALONE.match(text[end]):
            end += 1
        if end == at:
            end += 1
        if not text[at:end].isspace():
            found.append(text[at:end])
        at = end
    return found


def _expected(sentences: list[str]) -> Counter[tuple[str, int, int]]:
    found: Counter[tuple[str, int, int]] = Counter()
    plain = [_plain(sentence) for sentence in sentences]
    for row, sentence in enumerate(plain):
        bounded = f"\n{sentence}\n"
        for at in range(len(bounded) - CHARACTERS + 1):
            gram = bounded[at : at + CHARACTERS]
            if not gram[0] == gram[-1] == "\n":
                found["characters", row, _bucket(_hash(gram), 5)] += 1
        words = [_END, *(_hash(token) for token in _tokens(sentence)), _END]
        for word, after in pairwise(words):
            found["words", row, _bucket(word * _BASE * _ODD + after, 2)] += 1
        for token in words[1:-1]:
            found["words", row, _bucket(token, 1)] += 1
            if row + 1 < len(plain):
                found["before", row + 1, _bucket(token, 3)] += 1
            if row:
                found["after", row - 1, _bucket(token, 4)] += 1
    return found


@given(st.lists(SENTENCES, max_size=3))
def test_numpy_finds_what_a_loop_finds(articles: list[list[str]]) -> None:
    """As often as it stands there; no sentence has a neighbour in another article."""
    found: Counter[tuple[str, int, int]] = Counter()
    for group, rows, buckets in grams(articles, _BITS):
        assert (np.diff(rows) >= 0).all()
        found.update((group, *pair) for pair in zip(rows.tolist(), buckets.tolist(), strict=True))
    expected: Counter[tuple[str, int, int]] = Counter()
    reached = 0
    for sentences in articles:
        for (group, row, place), count in _expected(sentences).items():
            expected[group, reached + row, place] += count
        reached += len(sentences)
    assert found == expected


def test_a_named_feature_keeps_its_bucket() -> None:
    """Files that were written before would be worth nothing if it moved."""
    assert [named_buckets(17)[name] for name in ("zone=body", "last")] == [32071, 63941]
