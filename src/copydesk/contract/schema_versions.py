"""The versions of the contract, and what each of them brought."""

from __future__ import annotations

from typing import Final

SCHEMA_VERSIONS: Final = {
    "1.0": "The five tables, with the labels of the news scheme.",
    "1.1": "release.json carries the release's labels, and croissant.json who made what (PROV) and "
    "under which conditions it may be used (ODRL); quotations say who their speaker is; an answer "
    "may have a flag, beside its label or in place of it; articles may have a genre.",
}
"""Every schema version, oldest first, with what is new in it.

Columns, tables and rules have a ``since``, which is one of these; a release states the version
that it was made by and is judged by it.
"""

SCHEMA_VERSION: Final = next(reversed(SCHEMA_VERSIONS))
"""The version of releases that are made now."""


def schema_number(version: str) -> tuple[int, ...]:
    """A schema version as numbers, to be compared; empty if it is not one."""
    parts = version.split(".")
    return tuple(int(p) for p in parts) if all(p.isdecimal() and len(p) < 9 for p in parts) else ()
