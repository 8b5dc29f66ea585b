"""Seconds and peak memory of a command with all its processes.

    python scripts/bench/peak.py COMMAND …

Memory is the largest sum of proportional set sizes (Pss: what processes share is counted once) of
the command and all that it started, looked at five times a second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_EVERY_S = 0.2


class Cost(NamedTuple):
    """What a command took: seconds on the clock and of processors, peak MB, and its exit code."""

    seconds: float
    cpu_s: float
    peak_mb: float
    code: int


def measure(command: Sequence[str], *, quiet: bool = True) -> Cost:
    """Run a command to its end."""
    started, before = time.perf_counter(), _used()
    out = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(command, stdout=out) as process:
        peak = 0.0
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(_EVERY_S):
                peak = max(peak, sum(map(_pss_kb, _tree(process.pid))) / 1024)

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        done.set()
        watcher.join()
    return Cost(time.perf_counter() - started, _used() - before, peak, code)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                stat = Path(f"/proc/{entry}/stat").read_text()
                parent = int(stat.rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _pss_kb(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    cost = measure(parser.parse_args().command, quiet=False)
    print(json.dumps(cost._asdict()))
    sys.exit(cost.code)


if __name__ == "__main__":
    main()
