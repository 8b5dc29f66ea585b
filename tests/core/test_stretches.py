"""The index of hashes that texts have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from copydesk.stretches import Index


def test_texts_are_paired_by_hashes_anywhere_in_a_file_of_more_than_is_read_at_a_time(
    tmp_path: Path,
) -> None:
    """Three texts of 300,000 hashes each, of which the first and the last are also another's."""
    index = Index(tmp_path / "index")
    for number in range(3):
        index.add(number, np.arange(number * 299_999, number * 299_999 + 300_000, dtype=np.uint64))
    index.add(3, np.array([0, 1 << 62], dtype=np.uint64))
    index.add(4, np.array([1 << 62, (1 << 64) - 1], dtype=np.uint64))
    index.add(5, np.array([(1 << 64) - 1], dtype=np.uint64))
    index.flush()
    pairs = index.pairs(np.arange(6, dtype=np.uint64), old=0)
    assert pairs.tolist() == [[0, 1], [0, 3], [1, 2], [3, 4], [4, 5]]
