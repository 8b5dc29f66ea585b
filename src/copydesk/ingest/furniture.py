"""Furniture: lines that an outlet repeats in many articles, not written for any one of them.

A line is furniture if it occurs in at least `LEAST` articles of one outlet (of one collection,
where no outlet is known: `LEAST_UNKNOWN`) that have little else in common. Articles most of whose
lines are repeated are copies of each other, and are not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from copydesk.corpus import Article, Corpus
from copydesk.ingest.store import Entry, Store
from copydesk.stretches import Index, Keys, keys, line_key, line_keys

LEAST: Final = 4
LEAST_UNKNOWN: Final = 6
COPIED: Final = 0.5
"""An article with at least this share of repeated lines is considered a copy."""


def of_outlet(lines: list[int], article: Article) -> Keys:
    """The hashes of an article's lines, as its outlet's own."""
    return np.unique(_in_order(lines, article))


def mark(corpus: Corpus, store: Store, text: Callable[[Entry], str]) -> tuple[int, Keys]:
    """Give the zone ``note`` to the lines of fresh articles that are furniture.

    Returns:
        How many articles have such lines, and the hashes of these lines' stretches (see
        `copydesk.stretches.keys`), which tie no articles together.
    """
    numbers, _ = store.numbers()
    index = Index(corpus.build_dir / "lines")
    for value in np.setdiff1d(numbers, index.holds()).tolist():
        entry = store.numbered(value)
        index.add(value, of_outlet(line_keys(text(entry)), entry.article))
    index.flush()
    shared, holders, lengths = index.common(numbers, least=LEAST)
    if not len(shared):
        return 0, np.empty(0, dtype=np.uint64)
    repeated = np.bincount(holders, minlength=len(numbers))
    own = repeated[holders] < COPIED * lengths[holders]
    furniture = _repeated_enough(shared[own], holders[own], numbers, store)
    if not len(furniture):
        return 0, furniture
    marked = 0
    found: list[Keys] = []
    for position in np.unique(holders[np.isin(shared, furniture)]).tolist():
        entry = store.numbered(int(numbers[position]))
        lines = text(entry).split("\n")
        hit = np.isin(_in_order(line_keys("\n".join(lines)), entry.article), furniture)
        if len(found) < 1000:
            found.append(keys("\n".join(np.array(lines, dtype=object)[hit])))
        if entry.fresh:
            zones = {zone.partition(":")[0]: zone for zone in entry.article.zones}
            zones |= {str(number): f"{number}:note" for number in np.flatnonzero(hit).tolist()}
            ordered = tuple(sorted(zones.values(), key=lambda zone: int(zone.partition(":")[0])))
            store.put(entry._replace(article=replace(entry.article, zones=ordered)))
            marked += 1
    return marked, np.unique(np.concatenate(found))


def _repeated_enough(shared: Keys, holders: NDArray[np.int64], numbers: Keys, store: Store) -> Keys:
    found, first, counts = np.unique(shared, return_index=True, return_counts=True)
    enough = counts >= LEAST
    for place in np.flatnonzero(enough & (counts < LEAST_UNKNOWN)).tolist():
        article = store.numbered(int(numbers[holders[first[place]]])).article
        enough[place] = article.outlet is not None
    return found[enough]


def _in_order(lines: list[int], article: Article) -> Keys:
    name = article.outlet or f"collection {article.collection}"
    mixed: Keys = np.array(lines, dtype=np.uint64) ^ np.uint64(line_key(name.casefold()))
    return mixed
