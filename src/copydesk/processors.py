"""How many processors this process may use."""

from __future__ import annotations

import os


def processors() -> int:
    """The processors that the system lets this process run on; all of them where it cannot tell."""
    if hasattr(os, "sched_getaffinity"):  # Linux; a container or a scheduler may allow only some
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
