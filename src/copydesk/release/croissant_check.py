"""Whether a Croissant document describes a release correctly.

check(document, contents)  # the mismatches, as sentences
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from copydesk.release.contents import Contents
from copydesk.release.croissant import render

_COMPARED: Final = ("conformsTo", "name", "version", "datePublished", "license")
_GOVERNANCE: Final = ("usageInfo", "prov:wasGeneratedBy", "prov:wasDerivedFrom")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """A statement of a Croissant document that its release contradicts."""

    pointer: str
    message: str


def check(document: Mapping[str, Any], contents: Contents) -> Iterator[Mismatch]:
    """Find the statements of a Croissant document that its release contradicts.

    Compared are version, licences, files with their size and SHA-256 (by the manifest), record
    sets, fields with their types (by the Parquet schemas), labels, splits and rows; who made what
    and the conditions of use, where the schema version has them. Words are not.

    Yields:
        each mismatch, with a JSON Pointer into the document.
    """
    wanted = render(contents)
    for name in (*_COMPARED, *(name for name in _GOVERNANCE if name in wanted)):
        yield from _same(document.get(name), wanted[name], f"/{name}")
    for name in ("distribution", "recordSet"):
        yield from _nodes(document.get(name), wanted[name], f"/{name}")


def _nodes(found: Any, wanted: list[dict[str, Any]], pointer: str) -> Iterator[Mismatch]:
    """Compare two lists of nodes by their ids."""
    here = {
        node.get("@id"): (place, node)
        for place, node in enumerate(found if isinstance(found, list) else [])
        if isinstance(node, dict)
    }
    for node in wanted:
        name = node["@id"]
        if name not in here:
            yield Mismatch(pointer=pointer, message=f"'{name}' is not described.")
            continue
        place, there = here.pop(name)
        for key, value in node.items():
            if key in ("field", "subField"):
                yield from _nodes(there.get(key), value, f"{pointer}/{place}/{key}")
            elif key != "description":
                yield from _same(there.get(key), value, f"{pointer}/{place}/{key}")
    for name, (place, _) in here.items():
        yield Mismatch(pointer=f"{pointer}/{place}", message=f"'{name}' is not in the release.")


def _same(found: Any, wanted: Any, pointer: str) -> Iterator[Mismatch]:
    if found != wanted:
        yield Mismatch(
            pointer=pointer, message=f"It is {_short(found)}, the release has {_short(wanted)}."
        )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
