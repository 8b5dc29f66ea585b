"""Which releases a data set folder contains: ``releases/index.json``, written last by a cut."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.contract.documents import check_document
from copydesk.contract.index import RETRACTED, base, standing
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, inside, read_json, sha256_file, sha256_text
from copydesk.release.versions import Version
from copydesk.scope import is_version


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One published release.

    Args:
        digest: the SHA-256 of its ``release.json``.
        before: the digest of the entry before, see `entry_digest`; None for the first entry, and
            for entries that were written before there was a chain.
    """

    version: str
    created: str
    digest: str
    before: str | None = None

    def as_document(self) -> dict[str, str]:
        """The entry as it stands in the index."""
        found = {"version": self.version, "created": self.created, "digest": self.digest}
        return found if self.before is None else found | {"before": self.before}


def entry_digest(entry: Mapping[str, Any]) -> str:
    """The SHA-256 of an entry, by which the entry after it names it."""
    return sha256_text(json.dumps(entry, sort_keys=True, separators=(",", ":")))


def chained(entries: Sequence[Mapping[str, Any]]) -> list[int]:
    """The places of entries that do not name the one before them.

    Entries without a ``before`` may only stand at the beginning: they are older than the chain.
    """
    wrong, begun = [], False
    for place, entry in enumerate(entries):
        before = entry.get("before")
        begun = begun or before is not None
        if begun and (place == 0 or before != entry_digest(entries[place - 1])):
            wrong.append(place)
    return wrong


def read_index(dataset: Path) -> list[Entry]:
    """The releases of a data set folder, oldest version first; empty if there is none.

    Raises:
        InputError: the index is not JSON or violates its schema.
    """
    path = dataset / "releases" / "index.json"
    if not path.is_file():
        return []
    document = read_json(path)
    check_document(document, "index", where=str(path))
    names = ("version", "created", "digest", "before")
    entries = [
        Entry(**{name: entry[name] for name in names if name in entry})
        for entry in standing(document["releases"])
    ]
    return sorted(entries, key=lambda entry: Version.parse(entry.version))


def read_history(dataset: Path) -> list[Entry]:
    """All entries of a data set folder's index, in their order, but those that take a release back.

    Releases that were retracted, or replaced by a withdrawal, are among them.

    Raises:
        InputError: the index is not JSON or violates its schema.
    """
    path = dataset / "releases" / "index.json"
    entries = _entries(dataset)
    check_document({"releases": entries}, "index", where=str(path))
    return [
        Entry(version=entry["version"], created=entry["created"], digest=entry["digest"])
        for entry in entries
        if entry.get("event") != RETRACTED
    ]


def add_to_index(dataset: Path, release: Path) -> None:
    """Record a release that is whole; from here on it must not change."""
    manifest = read_json(release / "release.json")
    entry = Entry(
        version=manifest["version"],
        created=manifest["created"],
        digest=sha256_file(release / "release.json"),
    )
    entries = _entries(dataset)
    if base(entry.version) in {base(known["version"]) for known in standing(entries)}:
        raise InputError(
            f"The index names release {entry.version} already.",
            where=str(dataset / "releases" / "index.json"),
            hint="A release never changes; cut the next version.",
        )
    _write(dataset, entries, entry.as_document())


def append_entries(dataset: Path, *added: Mapping[str, str]) -> None:
    """Append entries to the index in one write, each with the digest of the entry before it."""
    _write(dataset, _entries(dataset), *added)


def _entries(dataset: Path) -> list[dict[str, Any]]:
    """All entries as they stand in the index, of retracted releases too."""
    path = dataset / "releases" / "index.json"
    return list(read_json(path)["releases"]) if path.is_file() else []


def _write(dataset: Path, entries: Sequence[Mapping[str, Any]], *added: Mapping[str, str]) -> None:
    chain = list(entries)
    for entry in added:
        before = {"before": entry_digest(chain[-1])} if chain else {}
        chain.append({**entry, **before})
    atomic_write(dataset / "releases" / "index.json", dump_json({"releases": chain}))


def find_release(path: Path, version: str | None = None) -> Path:
    """The release folder that a path means.

    Args:
        path: a release folder, a data set folder or a corpus.
        version: the version to take from a data set; its newest by default. X.Y.Z means X.Y.Z+wN
            where something was withdrawn from that release.

    Raises:
        InputError: there is no such release.
    """
    if (path / "release.json").is_file() and version is None:
        return path
    for dataset in (path, path / "dataset"):
        entries = read_index(dataset)
        if not entries:
            continue
        wanted = version or entries[-1].version
        known = {entry.version: entry.version for entry in entries}
        known |= {base(entry.version): entry.version for entry in entries}
        if wanted in known:
            return dataset / "releases" / known[wanted]
        now = known.get(base(wanted))
        raise InputError(
            f"There is no release {wanted} here.",
            where=str(dataset),
            hint=f"More was withdrawn from it since: it is {now} now."
            if now
            else f"There are {', '.join(e.version for e in entries)}.",
        )
    raise InputError(
        "This is not a release and does not hold one.",
        where=str(path),
        hint="Name a release folder, a data set folder or a corpus; "
        "'copydesk release cut' makes a release.",
    )


def read_manifest(release: Path, *, path: Path | None = None) -> dict[str, Any]:
    """The content of a release's ``release.json``, as far as it can be used.

    Args:
        path: where the manifest is; ``release.json`` in the folder by default.

    Raises:
        InputError: it is absent or not JSON, or states an invalid version or file name.
    """
    place = path or release / "release.json"
    manifest = read_json(place)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), list):
        raise InputError(
            "This is not the manifest of a release: an object with its version and its files.",
            where=str(place),
            hint="Fetch the release again.",
        )
    if not is_version(manifest.get("version")):
        raise InputError(
            f"{manifest.get('version')!r} is not a version of a release.",
            where=str(place),
            hint="Fetch the release again; do not use this one.",
        )
    for entry in manifest["files"]:
        inside(release, entry.get("path") if isinstance(entry, dict) else None)
    return manifest
