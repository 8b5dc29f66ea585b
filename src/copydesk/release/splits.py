"""Which split an event belongs to: drawn once, then kept from release to release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from copydesk.contract.columns import SPLITS

SHARES: Final = {"train": 0.6, "validation": 0.2, "test": 0.2}


def draw_splits(
    units: Mapping[str, int],
    *,
    kept: Mapping[str, str],
    collections: Mapping[str, str] | None = None,
    shares: Mapping[str, float] = SHARES,
    seed: str = "",
) -> dict[str, str]:
    """Give each event a split.

    An event of an earlier release keeps its split. New events come in the order of a hash of
    their name and go, one by one, to the split that lacks most units, counting what it lacks of
    its share of all events and of its share of the event's collection. The result depends on
    nothing but the arguments, and no event is in two splits.

    Args:
        units: labelled sentences of each event.
        kept: the splits of the events of the release before.
        collections: the collection of each event; by default all are of one.
        shares: the share of all units that each split should have.
        seed: changes the draw.

    Returns:
        The split of each event in ``units``.
    """
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
