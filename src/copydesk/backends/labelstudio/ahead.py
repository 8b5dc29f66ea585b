"""Working while the server works: the next item is made while the last one is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order, each made in a thread while the one before is used.

    One item is held beside the one that is used. An error in the thread is raised here, in its
    place.
    """
    source = iter(items)
    end = object()
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = worker.submit(next, source, end)
            yield item  # type: ignore[misc]  # the end alone is no T
