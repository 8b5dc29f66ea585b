"""Which split an event belongs to: drawn once, then kept from release to release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contract.columns import SPLITS
from copydesk.stretches import MIN_LENGTH, MIN_WORDS

SHARES: Final = {"train": 0.6, "validation": 0.2, "test": 0.2}


def draw_splits(
    units: Mapping[str, int],
    *,
    kept: Mapping[str, str],
    collections: Mapping[str, str] | None = None,
    shares: Mapping[str, float] = SHARES,
    seed: str = "",
    tied: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Give each event a split.

    An event of an earlier release keeps its split. New events come in the order of a hash of
    their name and go, one by one, to the split that lacks most units, counting what it lacks of
    its share of all events and of its share of the event's collection. The result depends on
    nothing but the arguments, and no event is in two splits.

    Args:
        units: labelled sentences of each event.
        kept: the splits of the events of the previous release.
        collections: the collection of each event; by default all are of one.
        shares: the share of all units that each split should have.
        seed: changes the draw.
        tied: events that must share a split, by the name of one of them (see `ties`).

    Returns:
        The split of each event in ``units``.
    """
    if tied:
        return _drawn_together(
            units, tied, kept=kept, collections=collections, shares=shares, seed=seed
        )
    group = collections or {}
    drawn = {event: kept[event] for event in units if event in kept}
    held: Counter[tuple[str | None, str]] = Counter()
    total: Counter[str | None] = Counter()
    for event, size in units.items():
        for stratum in (None, group.get(event, "")):
            total[stratum] += size
            if event in drawn:
                held[stratum, drawn[event]] += size

    def lack(event: str, split: str) -> float:
        strata = (None, group.get(event, ""))
        return sum(shares.get(split, 0.0) * total[s] - held[s, split] for s in strata)

    new = units.keys() - drawn.keys()
    for event in sorted(new, key=lambda e: sha256(f"{seed}\n{e}".encode()).hexdigest()):
        drawn[event] = max(SPLITS, key=lambda split: lack(event, split))
        for stratum in (None, group.get(event, "")):
            held[stratum, drawn[event]] += units[event]
    return drawn


def _drawn_together(
    units: Mapping[str, int],
    tied: Mapping[str, str],
    *,
    kept: Mapping[str, str],
    collections: Mapping[str, str] | None,
    shares: Mapping[str, float],
    seed: str,
) -> dict[str, str]:
    """Splits, with tied events drawn as if they were one."""
    whole: Counter[str] = Counter()
    held: dict[str, str] = {}
    for event, size in units.items():
        name = tied.get(event, event)
        whole[name] += size
        if event in kept:
            held.setdefault(name, kept[event])
    drawn = draw_splits(whole, kept=held, collections=collections, shares=shares, seed=seed)
    # Two events of a release that were in two splits before stay where they were.
    return {event: kept.get(event, drawn[tied.get(event, event)]) for event in units}


def ties(sentences: pl.LazyFrame) -> dict[str, str]:
    """Events that have a sentence in common, which must not be in two splits.

    Args:
        sentences: ``event`` and ``text`` of each. Sentences of fewer than `MIN_WORDS` words and
            `MIN_LENGTH` code points do not tie events.

    Returns:
        For each event that is tied to another the first name of all that are tied to it.
    """
    long = (pl.col("text").str.count_matches(r"[\p{L}\p{N}]+") >= MIN_WORDS) | (
        pl.col("text").str.len_chars() >= MIN_LENGTH
    )
    numbers = sentences.filter(long).select(pl.all().hash()).collect(engine="streaming")
    twice = pl.Series(in_several(numbers["text"].to_numpy(), numbers["event"].to_numpy()))
    rows = sentences.filter(long & pl.col("text").hash().is_in(twice.implode()))
    shared = rows.group_by("text").agg(pl.col("event").unique().sort()).collect()
    several = shared.filter(pl.col("event").list.len() > 1)["event"].sort().to_list()
    return tied((events[0], event) for events in several for event in events[1:])


def in_several(keys: NDArray[np.uint64], groups: NDArray[Any]) -> NDArray[np.uint64]:
    """The keys that are in more than one group, sorted."""
    order = np.argsort(keys, kind="stable")
    keys, groups = keys[order], groups[order]
    several = (keys[1:] == keys[:-1]) & (groups[1:] != groups[:-1])
    found: NDArray[np.uint64] = np.unique(keys[1:][several])
    return found


def tied(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each event of some pairs the first name of all that the pairs tie it to."""
    leader: dict[str, str] = {}

    def find(event: str) -> str:
        while leader.get(event, event) != event:
            event = leader[event]
        return event

    for pair in pairs:
        first, second = sorted(map(find, pair))
        leader[second] = leader[first] = first
    return {event: find(event) for event in leader}
