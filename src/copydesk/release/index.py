"""Which releases a data set folder holds: ``releases/index.json``, written last by a cut."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from copydesk.contract.documents import check_document
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, read_json, sha256_file
from copydesk.release.versions import Version


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One published release; ``digest`` is the SHA-256 of its ``release.json``."""

    version: str
    created: str
    digest: str


def read_index(dataset: Path) -> list[Entry]:
    """The releases of a data set folder, oldest version first; empty if there is none.

    Raises:
        InputError: the index is no JSON or against its schema.
    """
    path = dataset / "releases" / "index.json"
    if not path.is_file():
        return []
    document = read_json(path)
    check_document(document, "index", where=str(path))
    entries = [Entry(**entry) for entry in document["releases"]]
    return sorted(entries, key=lambda entry: Version.parse(entry.version))


def add_to_index(dataset: Path, release: Path) -> None:
    """Record a release that is whole; from here on it must not change."""
    manifest = read_json(release / "release.json")
    entry = Entry(
        version=manifest["version"],
        created=manifest["created"],
        digest=sha256_file(release / "release.json"),
    )
    others = [e for e in read_index(dataset) if e.version != entry.version]
    entries = sorted([*others, entry], key=lambda e: Version.parse(e.version))
    document = {"releases": [asdict(e) for e in entries]}
    atomic_write(dataset / "releases" / "index.json", dump_json(document))


def find_release(path: Path, version: str | None = None) -> Path:
    """The release folder that a path means.

    Args:
        path: a release folder, a data set folder or a corpus.
        version: the version to take from a data set; its newest by default.

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
        if wanted in {entry.version for entry in entries}:
            return dataset / "releases" / wanted
        raise InputError(
            f"There is no release {wanted} here.",
            where=str(dataset),
            hint=f"There are {', '.join(e.version for e in entries)}.",
        )
    raise InputError(
        "This is no release and holds none.",
        where=str(path),
        hint="Name a release folder, a data set folder or a corpus; "
        "'copydesk release cut' makes a release.",
    )


def read_manifest(release: Path) -> dict[str, Any]:
    """The content of a release's ``release.json``.

    Raises:
        InputError: it is absent or no JSON.
    """
    manifest: dict[str, Any] = read_json(release / "release.json")
    return manifest
