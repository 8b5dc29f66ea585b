"""The entries of ``releases/index.json``: appended one by one, never changed, each naming the last.

An entry records a release. One with ``"event": "retracted"`` takes the release before it of the
same version back. One with ``"event": "withdrawn"`` records X.Y.Z+wN, which takes the place of
X.Y.Z: the files of what it replaces are removed. One with ``"event": "archived"`` changes nothing
of a release: it records the DOI under which it is archived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

RETRACTED: Final = "retracted"
WITHDRAWN: Final = "withdrawn"
ARCHIVED: Final = "archived"

WITHDRAWALS: Final = "raw/withdrawn.jsonl"
"""In a data set folder: the articles that were withdrawn, a line each."""


def base(version: str) -> str:
    """The version of a release before anything was withdrawn from it: 1.2.0 for 1.2.0+w1."""
    return version.partition("+")[0]


def standing(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries of present releases: neither retracted nor replaced by a withdrawal."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if entry.get("event") == ARCHIVED:
            continue
        name = base(entry["version"])
        if entry.get("event") == RETRACTED:
            found.pop(name, None)
        else:
            found[name] = entry
    return list(found.values())


def archived(entries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The entries that record a DOI, by the version of the release that has it."""
    return {entry["version"]: entry for entry in entries if entry.get("event") == ARCHIVED}
