"""The entries of ``releases/index.json``: appended one by one, never changed, each naming the last.

An entry records a release; one with ``"event": "retracted"`` takes the release before it of the
same version back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

RETRACTED: Final = "retracted"


def standing(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries of releases that were not retracted, in the order of the index."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if entry.get("event") == RETRACTED:
            found.pop(entry["version"], None)
        else:
            found[entry["version"]] = entry
    return list(found.values())
