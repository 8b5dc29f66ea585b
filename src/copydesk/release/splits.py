"""Which split an event belongs to: drawn once, then kept from release to release."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from copydesk.tables import SPLITS

SHARES: Final = {"train": 0.6, "validation": 0.2, "test": 0.2}


def draw_splits(
    units: Mapping[str, int],
    *,
    kept: Mapping[str, str],
    shares: Mapping[str, float] = SHARES,
    seed: str = "",
) -> dict[str, str]:
    """Give each event a split.

    An event of an earlier release keeps its split. New events come in the order of a hash of
    their name and go, one by one, to the split that lacks most of its share: the result depends
    on nothing but the arguments, and no event is in two splits.

    Args:
        units: labelled sentences of each event.
        kept: the splits of the events of the release before.
        shares: the share of all units that each split should have.
        seed: changes the draw.

    Returns:
        The split of each event in ``units``.
    """
    drawn = {event: kept[event] for event in units if event in kept}
    held = {split: sum(units[e] for e, s in drawn.items() if s == split) for split in SPLITS}
    total = sum(units.values())
    new = sorted(
        units.keys() - drawn.keys(), key=lambda e: sha256(f"{seed}\n{e}".encode()).hexdigest()
    )
    for event in new:
        split = max(SPLITS, key=lambda s: shares.get(s, 0.0) * total - held[s])
        drawn[event] = split
        held[split] += units[event]
    return drawn
