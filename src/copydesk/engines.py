"""Run a function over many jobs: in worker processes of this machine, or on a Dask cluster.

An engine takes any picklable function and jobs one at a time, keeps a few more in flight than it
has workers, and yields results as they come. It knows nothing about the jobs.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from typing import Any, Final, TypeVar

from copydesk.errors import CopydeskError, InputError, ServerError
from copydesk.extras import needs

LOCAL: Final = "local"
_START_S: Final = 60.0
"""Seconds to wait for a scheduler and a first worker."""
_PATIENCE_S: Final = 20.0
"""Seconds without a scheduler or a worker after which a cluster is given up."""

_CANCELLED: Final = (asyncio.CancelledError, concurrent.futures.CancelledError)
"""What a future raises whose scheduler is gone; the first is no Exception."""

Code = tuple[str, str]
"""copydesk's version, and the digest of its code; empty where there is none, or an older one."""

Job = TypeVar("Job")
Done = TypeVar("Done")


def on_processes(
    function: Callable[[Job], Done], jobs: Iterator[Job], workers: int
) -> Iterator[Done]:
    """Do the jobs in worker processes; in this one if there is one worker or one job."""
    first = list(islice(jobs, 2))
    if workers == 1 or len(first) < 2:
        yield from map(function, first)
        yield from map(function, jobs)
        return
    # A forked child would inherit the threads' locks of polars and pyarrow.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=end_with_parent) as pool:
        flying: set[Future[Done]] = {pool.submit(function, job) for job in first}
        try:
            for job in jobs:
                if len(flying) >= 2 * workers:
                    ready, flying = wait(flying, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
                flying.add(pool.submit(function, job))
            while flying:
                ready, flying = wait(flying, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ready)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def end_with_parent() -> None:
    """Let this worker end when the process that started it is killed; else it would never end."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def on_dask(
    function: Callable[[Job], Done],
    jobs: Iterator[Job],
    address: str,
    *,
    workers: int,
    look: Callable[[], Code],
) -> Iterator[Done]:
    """Do the jobs on a Dask cluster.

    A job whose worker dies is done by another one.

    Args:
        address: of the scheduler, such as ``tcp://127.0.0.1:8786``; ``local`` starts one here.
        workers: of a cluster that is started here.
        look: gives the code that must be the same on every worker and here. It is sent by value, so
            it must be a function inside a function.

    Raises:
        InputError: no scheduler answers there, or a worker has another copydesk.
        ServerError: the cluster was lost; what it had done is done.
    """
    with needs("dask", "Building on a Dask cluster"):
        import distributed
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(distributed, address, workers, stack))
        _check_code(client, look, look())
        try:
            yield from _gathered(distributed, client, function, jobs)
        except CopydeskError:
            raise
        except (Exception, *_CANCELLED) as error:
            raise _lost(address, error) from error


def _client(distributed: Any, address: str, workers: int, stack: contextlib.ExitStack) -> Any:
    if address == LOCAL:
        cluster = stack.enter_context(
            distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                memory_limit=0,
            )
        )
        return distributed.Client(cluster)
    try:
        return distributed.Client(address, timeout=_START_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"No Dask scheduler answers there: {str(error).rstrip('.')}.",
            where=address,
            hint="Start one with 'dask scheduler', or write '--dask local'.",
        ) from error


def _check_code(client: Any, look: Callable[[], Code], code: Code) -> None:
    """Refuse a cluster without workers, or with a worker that has another copydesk."""
    try:
        client.wait_for_workers(1, timeout=_START_S)
        found = client.run(look)
    except (TimeoutError, OSError) as error:
        raise InputError(
            "The Dask cluster has no worker.",
            where=str(client.scheduler.address),
            hint="Start some with 'dask worker ADDRESS --nthreads 1'.",
        ) from error
    for worker, theirs in sorted(found.items()):
        if theirs != code:
            raise InputError(
                f"This worker {other_code(theirs, code)}.",
                where=worker,
                hint="Install the same copydesk on every worker, and start the workers again.",
            )


def other_code(theirs: Code, ours: Code) -> str:
    """In words, what is wrong with a worker's copydesk."""
    if not theirs[0]:
        return "has no copydesk, or an older one"
    if theirs[0] != ours[0]:
        return f"has copydesk {theirs[0]}, not {ours[0]}"
    return f"has copydesk {theirs[0]} with other code, pyarrow or word lists than here"


def _gathered(
    distributed: Any, client: Any, function: Callable[[Job], Done], jobs: Iterator[Job]
) -> Iterator[Done]:
    flying: set[Any] = set()
    try:
        for job in jobs:
            if len(flying) >= 2 * max(sum(client.nthreads().values()), 1):
                ready, flying = _waited(distributed, client, flying)
                yield from (future.result() for future in ready)
            # As bytes: Dask would look for its own objects in every list of a job.
            packed = pickle.dumps((function, job))
            flying.add(client.submit(unpacked, packed, pure=False))
        while flying:
            ready, flying = _waited(distributed, client, flying)
            yield from (future.result() for future in ready)
    finally:
        if client.status == "running":
            client.cancel(list(flying), force=True)


def unpacked(packed: bytes) -> Any:
    """Do one job on a worker."""
    function, job = pickle.loads(packed)
    return function(job)


def _waited(distributed: Any, client: Any, flying: set[Any]) -> tuple[set[Any], set[Any]]:
    """The jobs that are done (at least one), and the others."""
    lost_since: float | None = None
    while True:
        try:
            found = distributed.wait(flying, timeout=1, return_when="FIRST_COMPLETED")
            return set(found.done), set(found.not_done)
        except TimeoutError:
            if client.status == "running" and client.nthreads():
                lost_since = None
                continue
            lost_since = lost_since or time.monotonic()
            if time.monotonic() - lost_since > _PATIENCE_S:
                raise


def _lost(address: str, error: BaseException) -> ServerError:
    words = str(error).rstrip(".") or type(error).__name__
    return ServerError(
        f"The Dask cluster was lost, or its workers were ({type(error).__name__}: {words}).",
        where=address,
        hint="What is complete is kept. Run it again when the cluster is back, or without --dask.",
    )
