"""Whether a Croissant document describes a release correctly.

check(document, contents)  # the mismatches, as sentences
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from copydesk.release.contents import Contents
from copydesk.release.croissant import render

_NODES: Final = ("distribution", "recordSet", "field", "subField")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """A statement of a Croissant document that its release contradicts."""

    pointer: str
    message: str


def check(document: Mapping[str, Any], contents: Contents) -> Iterator[Mismatch]:
    """Find the statements of a Croissant document that its release contradicts.

    Every statement is compared: what the keys mean, descriptions, who made what, version, licences
    and conditions of use, files with their size and SHA-256 (by the manifest), record sets, fields
    with their types (by the Parquet schemas), labels, splits and rows. A key that a release does
    not have is a mismatch too.

    Yields:
        each mismatch, with a JSON Pointer into the document.
    """
    yield from _node(document, render(contents), "")


def _node(found: Mapping[str, Any], wanted: Mapping[str, Any], pointer: str) -> Iterator[Mismatch]:
    for key in {**wanted, **found}:
        place = f"{pointer}/{key}"
        if key not in wanted:
            yield Mismatch(pointer=place, message="The release makes no such statement.")
        elif key in _NODES:
            yield from _nodes(found.get(key), wanted[key], place)
        else:
            yield from _same(found.get(key), wanted[key], place)


def _nodes(found: Any, wanted: list[dict[str, Any]], pointer: str) -> Iterator[Mismatch]:
    """Compare two lists of nodes by their ids."""
    here: dict[Any, tuple[int, dict[str, Any]]] = {}
    for place, node in enumerate(found if isinstance(found, list) else []):
        name = node.get("@id") if isinstance(node, dict) else None
        if not isinstance(name, str) or name in here:
            yield Mismatch(pointer=f"{pointer}/{place}", message="It has no id of its own.")
        else:
            here[name] = place, node
    for node in wanted:
        name = node["@id"]
        if name not in here:
            yield Mismatch(pointer=pointer, message=f"'{name}' is not described.")
            continue
        place, there = here.pop(name)
        yield from _node(there, node, f"{pointer}/{place}")
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
