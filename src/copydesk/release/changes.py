"""The data's change list, ``dataset/CHANGES.md``: an entry for each release, from its diff.

    write_changes(dataset, release, diff)  # diff is None for the first release

An entry stands between markers that carry its version. Writing it again replaces it; other entries
and words outside the markers stay.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from copydesk.files import atomic_write
from copydesk.release import prose, sections
from copydesk.release.blocks import fill, spans, wrap
from copydesk.release.contents import Contents
from copydesk.release.diff import Diff, Reason
from copydesk.release.versions import Version

_TITLE: Final = """\
# Changes of the data

MAJOR: an existing record's identity, text, label or split changed or went, or a column went or
changed its type. MINOR: records or columns were added, or values beside the labels were renewed.
PATCH: only words about the data changed.
"""

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
    "column-gone": "columns gone",
    "column-type-changed": "columns with another type",
    "added": "added",
    "values-changed": "values of other columns changed",
    "column-added": "columns added",
}
"""Each kind of change as people read it."""


def write_changes(dataset: Path, release: Path, diff: Diff | None) -> None:
    """Write a release's entry into the change list.

    Args:
        dataset: the folder of ``CHANGES.md``.
        release: the release's folder.
        diff: from the release before; None for the first.

    Raises:
        InputError: the markers of the list do not pair; the list is as it was.
    """
    path = dataset / "CHANGES.md"
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    atomic_write(path, render(Contents.read(release), diff, previous=previous))


def render(contents: Contents, diff: Diff | None, *, previous: str = "") -> str:
    """The change list with the entry of one release. Pure.

    Args:
        previous: the list as it is.

    Raises:
        InputError: its markers do not pair.
    """
    version = contents.version
    text = previous if previous.strip() else _TITLE
    places = spans(text, where="CHANGES.md")
    body = entry(contents, diff)
    if version in places:
        return fill(text, {version: body}, where="CHANGES.md")
    older = [
        start
        for name, (start, _) in sorted(places.items(), key=lambda item: item[1])
        if Version.parse(name) < Version.parse(version)
    ]
    at = older[0] if older else len(text)
    before, after = text[:at].rstrip("\n"), text[at:].strip("\n")
    return "\n\n".join(filter(None, [before, wrap(version, body), after])) + "\n"


def entry(contents: Contents, diff: Diff | None) -> str:
    """What is new in one release, as Markdown."""
    head = f"## {contents.version} ({str(contents.manifest['created'])[:10]})"
    if diff is None:
        counts = {table: contents.counts(table) for table in contents.schemas}
        rows = prose.listed([f"{table} {sum(n.values()):,}" for table, n in counts.items()])
        return f"{head}\n\nThe first release. Rows: {rows}."
    reasons = diff.reasons(_SHOWN)
    lines = [f"{head}\n", f"From {diff.before}, which demands at least {diff.least}."]
    lines += [""] + [f"- {_line(reason)}" for reason in reasons] if reasons else []
    if not reasons:
        lines += ["", "Only words about the data changed; every record is as it was."]
    if diff.matrix:
        lines += ["", "Labels changed:", "", matrix(diff)]
    lines += [""] + [f"- {c.table}.{c.column}: {c.before} → {c.after}" for c in diff.columns]
    return "\n".join(lines).rstrip()


def _line(reason: Reason) -> str:
    more = reason.count - len(reason.records)
    names = ", ".join(f"`{name}`" for name in reason.records) + (
        f" and {more:,} more" if more else ""
    )
    return f"{reason.bump.name}: {reason.table}, {NAMES[reason.kind]}: {reason.count:,} ({names})"


def matrix(diff: Diff) -> str:
    """Sentences whose label changed, as a table from → to."""
    labels = list(
        dict.fromkeys([*diff.matrix, *(to for row in diff.matrix.values() for to in row)])
    )
    rows = [
        [f"`{old}`", *(diff.matrix.get(old, {}).get(new, 0) for new in labels)] for old in labels
    ]
    return sections.table(
        ["from \\ to", *(f"`{name}`" for name in labels)], rows, numbers=len(labels)
    )
