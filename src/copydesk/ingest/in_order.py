"""Work on several processors: batches go out, results come back in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing.context import BaseContext
from typing import Final, TypeVar

from copydesk.engines import end_with_parent
from copydesk.processors import processors

_WORTH: Final = 8
"""From this many batches on, it is worth starting processes."""

Item = TypeVar("Item")
Batch = TypeVar("Batch")
Result = TypeVar("Result")


def batched(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of ``size``; the last may be shorter."""
    while batch := list(islice(items, size)):
        yield batch


def in_order(
    work: Callable[[Batch], Result], batches: Iterator[Batch], workers: int | None = None
) -> Iterator[Result]:
    """The result of each batch, in their order; few are held at a time.

    Args:
        work: a function of a module, or a `functools.partial` of one.
        workers: processes; the processors that this one may use, by default.
    """
    first = list(islice(batches, _WORTH))
    count = workers or processors()
    if count == 1 or len(first) < _WORTH:
        yield from map(work, chain(first, batches))
        return
    with ProcessPoolExecutor(count, _context(), initializer=end_with_parent) as pool:
        flying: deque[Future[Result]] = deque()
        try:
            for batch in chain(first, batches):
                if len(flying) >= 3 * count:
                    yield flying.popleft().result()
                flying.append(pool.submit(work, batch))
            while flying:
                yield flying.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _context() -> BaseContext:
    """How processes are started.

    A child forked from this process would inherit the locks of other libraries' threads. A server
    that has only imported `copydesk.ingest.preload` has no threads, and its children share its
    memory.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["copydesk.ingest.preload"])
    return context
