"""Reading on several processors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from copydesk.errors import CopydeskError
from copydesk.ingest.in_order import batched, in_order
from copydesk.ingest.raw import Missed, Options, Raw, Reading, Refusal
from copydesk.ingest.read import raws, read
from copydesk.stretches import Keys, keys, line_keys

_BATCH: Final = 32


class Found(NamedTuple):
    """An article that was read, the hashes of its stretches (see `copydesk.stretches`), and those
    of its lines."""

    reading: Reading
    keys: Keys
    lines: list[int]


Outcome = Found | Refusal


def read_all(
    sources: Iterable[str],
    missed: Missed,
    options: Options,
    workers: int | None = None,
    wanted: Callable[[Raw], bool] = bool,
) -> Iterator[Outcome]:
    """Read every article of every source, in the sources' order.

    Args:
        wanted: whether an article is to be read; asked in the sources' order.
        workers: processes; the processors that this one may use, by default.

    Raises:
        InputError: a source matches nothing.
    """
    batches = batched(filter(wanted, raws(sources, missed, options)), _BATCH)
    work = partial(_read_batch, options=options)
    return chain.from_iterable(in_order(work, batches, workers))


def _read_batch(batch: list[Raw], options: Options) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for raw in batch:
        try:
            reading = read(raw, options)
            outcomes.append(Found(reading, keys(reading.text), line_keys(reading.text)))
        except CopydeskError as error:
            outcomes.append(Refusal.of(error, raw.where))
    return outcomes
