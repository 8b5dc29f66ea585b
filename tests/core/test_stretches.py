"""The index of hashes that texts have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from copydesk.stretches import Index, keys


def paired(folder: Path, *texts: list[int]) -> list[list[int]]:
    """The pairs of texts with these hashes; each text has its place as its number."""
    index = Index(folder / "index")
    for number, found in enumerate(texts):
        index.add(number, np.array(found, dtype=np.uint64))
    index.flush()
    pairs: list[list[int]] = index.pairs(np.arange(len(texts), dtype=np.uint64), old=0).tolist()
    return pairs


def test_texts_are_paired_by_hashes_anywhere_in_a_file_of_more_than_is_read_at_a_time(
    tmp_path: Path,
) -> None:
    """Three texts of 300,000 hashes each, of which the first and the last are also another's."""
    first = 2 * np.arange(900_000) + 1
    high, last = (1 << 62) + 1, (1 << 64) - 1
    texts = [first[at : at + 300_000].tolist() for at in (0, 299_999, 599_998)]
    assert paired(tmp_path, *texts, [1, high], [high, last], [last]) == [
        *([0, 1], [0, 3], [1, 2]),
        *([3, 4], [4, 5]),
    ]


def test_one_odd_hash_pairs_two_texts_and_of_even_ones_two_are_needed(tmp_path: Path) -> None:
    """In whatever files the even ones are; each text is paired with the first that has a hash."""
    high = 1 << 63
    assert paired(tmp_path, [2, high], [2, 4], [2, high], [4, 7], [7]) == [[0, 2], [3, 4]]


def test_a_hash_that_was_written_twice_counts_once(tmp_path: Path) -> None:
    """An ingest that was killed writes its hashes again."""
    index = Index(tmp_path / "index")
    for number in (0, 1, 1, 0):
        index.add(number, np.array([8], dtype=np.uint64))
        index.flush()
    assert index.pairs(np.arange(2, dtype=np.uint64), old=0).tolist() == []


def common(a: str, b: str) -> set[int]:
    """Whether the hashes that two texts share are even (0), odd (1), or of both kinds."""
    return {int(key) % 2 for key in np.intersect1d(keys(a), keys(b))}


STOCK = "told reporters at a news conference"


def test_a_stock_phrase_gives_an_even_hash_and_quoted_words_an_odd_one() -> None:
    """Six words at the start or at the end of a quotation, seven anywhere."""
    assert common(f"Amber Basket {STOCK} today.", f"Candle {STOCK}, Dinner added.") <= {0}
    said = "we never asked for that bridge"
    for a, b in (
        (f"“{said} and we said so”", f"“{said}, nor did they”"),
        (f"“Listen: {said} here and we said so”", f"“Look, {said} here, nor did they”"),
        (f"“Well, {said}.”", f"“Yes, {said}!”"),
    ):
        assert 1 in common(f"A spokesman said {a} on Monday.", f"{b}, one of them wrote."), (a, b)
