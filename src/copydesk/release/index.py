"""Which releases a data set folder contains: ``releases/index.json``, written last by a cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.contract.conformance import check_document
from copydesk.contract.index_entries import ARCHIVED, RETRACTED, archived, base, standing
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, inside, read_json, sha256_text
from copydesk.release.versions import Version
from copydesk.scope import INDEX, is_version


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

    Entries without a ``before`` may only stand at the beginning: they were written before there was
    a chain.
    """
    wrong, begun = [], False
    for place, entry in enumerate(entries):
        before = entry.get("before")
        begun = begun or before is not None
        if begun and (place == 0 or before != entry_digest(entries[place - 1])):
            wrong.append(place)
    return wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """The index of a data set folder, as it was read.

    Args:
        lines: all its entries as they stand, of retracted releases too.
        entries: the releases that stand, oldest version first.
    """

    lines: tuple[Mapping[str, Any], ...] = ()
    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[Mapping[str, Any]]) -> Index:
        """The index with these entries.

        Raises:
            InputError, LookupError: an entry lacks a version or a digest.
        """
        lines = tuple(lines)
        entries = [
            Entry(
                version=entry["version"],
                created=str(entry.get("created")),
                digest=str(entry["digest"]),
                before=entry.get("before"),
            )
            for entry in standing(lines)
        ]
        entries.sort(key=lambda entry: Version.parse(entry.version))
        return cls(lines=lines, entries=tuple(entries))

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of the releases that stand, oldest first."""
        return tuple(entry.version for entry in self.entries)

    @property
    def newest(self) -> Entry | None:
        """The release of the highest version."""
        return self.entries[-1] if self.entries else None

    @property
    def latest(self) -> str | None:
        """The version made last: the newest, or an older one from which something was withdrawn."""
        made = [
            str(line["version"])
            for line in self.lines
            if line.get("event") not in (RETRACTED, ARCHIVED)
        ]
        return next((name for name in reversed(made) if name in self.versions), None)

    def doi(self, version: str) -> str | None:
        """The DOI under which a release is archived; None if it is not."""
        entry = archived(self.lines).get(version)
        return str(entry["doi"]) if entry and "doi" in entry else None

    def find(self, version: str) -> str | None:
        """The release of a version: X.Y.Z means X.Y.Z+wN where something was withdrawn."""
        known = {base(name): name for name in self.versions}
        return version if version in self.versions else known.get(version)


def doi_of(manifest: Mapping[str, Any], index: Index) -> str | None:
    """The DOI of a release: reserved before it was cut, or given when it was archived."""
    found = manifest.get("doi") or index.doi(str(manifest["version"]))
    return None if found is None else str(found)


def other_dois(dataset: Path, index: Index, version: str) -> frozenset[str]:
    """The DOIs of all releases but one."""
    others = [name for name in index.versions if name != version]
    folders = [dataset / "releases" / name for name in others]
    reserved = [read_manifest(f).get("doi") for f in folders if (f / "release.json").is_file()]
    given = [str(e["doi"]) for name, e in archived(index.lines).items() if name != version]
    return frozenset([*given, *filter(None, reserved)])


def read_index(dataset: Path) -> Index:
    """The index of a data set folder; empty if there is none.

    Raises:
        InputError: the index is not JSON or violates its schema.
    """
    path = dataset / INDEX
    if not path.is_file():
        return Index()
    document = read_json(path)
    check_document(document, "index", where=str(path))
    return Index.of(document["releases"])


def add_release(dataset: Path, index: Index, manifest: Mapping[str, Any]) -> Index:
    """Record a release that is whole; from here on it must not change.

    Args:
        index: what the data set folder's index is now.
        manifest: the content of the release's ``release.json``, written by `dump_json`.

    Raises:
        InputError: the index names this version.
    """
    entry = Entry(
        version=manifest["version"],
        created=manifest["created"],
        digest=sha256_text(dump_json(manifest)),
    )
    if index.find(base(entry.version)) is not None:
        raise InputError(
            f"The index names release {entry.version} already.",
            where=str(dataset / INDEX),
            hint="A release never changes; cut the next version.",
        )
    return append_entries(dataset, index, entry.as_document())


def append_entries(dataset: Path, index: Index, *added: Mapping[str, str]) -> Index:
    """Append entries to the index in one write; the index that it makes.

    Each gets the digest of the entry before it.

    Args:
        index: what the data set folder's index is now.
    """
    lines = list(index.lines)
    for entry in added:
        before = {"before": entry_digest(lines[-1])} if lines else {}
        lines.append({**entry, **before})
    atomic_write(dataset / INDEX, dump_json({"releases": lines}))
    return Index.of(lines)


def find_release(path: Path, version: str | None = None) -> Path:
    """The release folder that a path means.

    Args:
        path: a release folder, a data set folder or a corpus.
        version: the version to take from a data set; its newest by default. See `Index.find`.

    Raises:
        InputError: there is no such release.
    """
    if (path / "release.json").is_file() and version is None:
        return path
    for dataset in (path, path / "dataset"):
        index = read_index(dataset)
        if index.newest is None:
            continue
        wanted = version or index.newest.version
        found = index.find(wanted)
        if found is not None:
            return dataset / "releases" / found
        now = index.find(base(wanted))
        raise InputError(
            f"There is no release {wanted} here.",
            where=str(dataset),
            hint=f"More was withdrawn from it since: it is {now} now."
            if now
            else f"There are {', '.join(index.versions)}.",
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
