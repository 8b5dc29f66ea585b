"""Reading on several processors: batches of articles go out, readings come back in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing.context import BaseContext
from typing import Final, NamedTuple

from copydesk.engines import end_with_parent
from copydesk.errors import CopydeskError
from copydesk.ingest.raw import Missed, Options, Raw, Reading, Refusal
from copydesk.ingest.read import raws, read
from copydesk.processors import processors
from copydesk.stretches import Keys, keys, line_keys

_BATCH: Final = 32
_WORTH: Final = 8
"""From this many batches on, it is worth starting processes."""


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
    batches = _batches(filter(wanted, raws(sources, missed, options)))
    first = list(islice(batches, _WORTH))
    count = workers or processors()
    if count == 1 or len(first) < _WORTH:
        for batch in chain(first, batches):
            yield from _read_batch(batch, options)
        return
    with ProcessPoolExecutor(count, _context(), initializer=end_with_parent) as pool:
        flying: deque[Future[list[Outcome]]] = deque()
        try:
            for batch in chain(first, batches):
                if len(flying) >= 3 * count:
                    yield from flying.popleft().result()
                flying.append(pool.submit(_read_batch, batch, options))
            while flying:
                yield from flying.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _context() -> BaseContext:
    """How processes are started.

    A child forked from this process would inherit the locks of other libraries' threads. A server
    that has only imported this module has no threads, and its children share its memory.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["copydesk.ingest.preload"])
    return context


def _batches(articles: Iterator[Raw]) -> Iterator[list[Raw]]:
    while batch := list(islice(articles, _BATCH)):
        yield batch


def _read_batch(batch: list[Raw], options: Options) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for raw in batch:
        try:
            reading = read(raw, options)
            outcomes.append(Found(reading, keys(reading.text), line_keys(reading.text)))
        except CopydeskError as error:
            outcomes.append(Refusal.of(error, raw.where))
    return outcomes
