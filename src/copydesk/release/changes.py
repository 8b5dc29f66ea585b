"""The data's change list, ``dataset/CHANGES.md``: an entry for each release, from its diff.

    write_changes(dataset, release, diff)  # diff is None for the first release

An entry stands between markers that carry its version. Writing it again replaces it; other entries
and words outside the markers stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from copydesk.contract.index_entries import base
from copydesk.files import atomic_write
from copydesk.pages.markdown import keep, spans, wrap
from copydesk.pages.markdown import render as rendered
from copydesk.release.contents import Contents
from copydesk.release.diff import Diff
from copydesk.release.versions import Version

_SHOWN: Final = 5

NAMES: Final = {
    "gone": "gone",
    "text-changed": "text changed",
    "boundaries-changed": "boundaries changed",
    "moved": "same words in a rewritten article",
    "renumbered": "id changed",
    "label-changed": "label changed",
    "split-moved": "moved to another split",
    "rights-changed": "text withheld or given that was not",
    "withdrawn": "of a withdrawn article",
    "config-gone": "config gone",
    "column-gone": "columns gone",
    "column-type-changed": "columns with another type",
    "added": "added",
    "values-changed": "values of other columns changed",
    "config-added": "config added",
    "column-added": "columns added",
}
"""Each kind of change as people read it."""


def write_changes(dataset: Path, contents: Contents, diff: Diff | None) -> None:
    """Write a release's entry into the change list.

    Args:
        dataset: the folder of ``CHANGES.md``.
        diff: from the previous release; None for the first.

    Raises:
        InputError: the markers of the list do not pair; the list is as it was.
    """
    path = dataset / "CHANGES.md"
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    atomic_write(path, render(contents, diff, previous=previous))


def versions(known: Iterable[str]) -> set[str]:
    """The names that entries may have: the versions of an index, with and without withdrawals."""
    names = set(known)
    return names | {base(name) for name in names}


def forget_changes(dataset: Path, known: Collection[str]) -> None:
    """Remove the entries of releases that were never completed.

    Args:
        known: the versions of those that did.

    Raises:
        InputError: the markers of the list do not pair; the list is as it was.
    """
    path = dataset / "CHANGES.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    there = versions(known)
    for name in [name for name in spans(text, where="CHANGES.md") if name not in there]:
        start, end = spans(text, where="CHANGES.md")[name]
        text = text[:start].rstrip("\n") + "\n\n" + text[end:].lstrip("\n")
    if path.is_file() and text != path.read_text(encoding="utf-8"):
        atomic_write(path, text.rstrip("\n") + "\n")


def render(contents: Contents, diff: Diff | None, *, previous: str = "") -> str:
    """The change list with the entry of one release. Pure.

    Args:
        previous: the list as it is.

    Raises:
        InputError: its markers do not pair.
    """
    version = contents.version
    text = previous if previous.strip() else rendered("changes-title.md.jinja")
    places = spans(text, where="CHANGES.md")
    fresh = wrap(version, entry(contents, diff))
    if version in places:
        return keep(text, fresh, where="CHANGES.md", others=True)
    older = [
        start
        for name, (start, _) in sorted(places.items(), key=lambda item: item[1])
        if Version.parse(name) < Version.parse(version)
    ]
    at = older[0] if older else len(text)
    before, after = text[:at].rstrip("\n"), text[at:].strip("\n")
    return "\n\n".join(filter(None, [before, fresh, after])) + "\n"


def entry(contents: Contents, diff: Diff | None) -> str:
    """What is new in one release, as Markdown."""
    return rendered(
        "changes.md.jinja",
        version=contents.version,
        created=str(contents.manifest["created"])[:10],
        rows={table: sum(contents.counts(table).values()) for table in contents.schemas},
        diff=diff,
        reasons=diff.reasons(_SHOWN) if diff else (),
        labels=diff.matrix_labels if diff else (),
        names=NAMES,
        withdrawn=[
            line
            for line in contents.manifest.get("withdrawn", ())
            if line["version"] == contents.version
        ],
    )
