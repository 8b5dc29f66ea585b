"""What a data set folder may hold: the one list that `cut`, `validate` and `publish` share.

Any other file is a stray: it is a finding, a cut is refused until it is gone, and it is never sent.
Tools that transfer files (git, the Hub's client) keep their own files there; these are neither sent
nor deleted.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from copydesk.contract.filenames import TableFile
from copydesk.contract.index_entries import WITHDRAWALS, standing
from copydesk.contract.tables import CURRENT
from copydesk.rights import Policy

INDEX: Final = "releases/index.json"
MANIFEST: Final = "raw/articles.jsonl"

DOCUMENTS: Final = (
    *("README.md", "CHANGES.md", "LICENSE"),
    *("guidelines.md", "guidelines-card.md", "labels.json", "CITATION.cff"),
)
"""Documents at the top of a data set folder."""

RELEASE_DOCUMENTS: Final = ("release.json", "croissant.json")
"""The files beside the tables of a release."""

TRANSPORT: Final = (".git", ".gitattributes", ".cache/huggingface")
"""Files and folders of git and of the Hub's client."""

CARD_KEYS: Final = (
    *("pretty_name", "version", "license", "license_name", "license_link", "language"),
    *("annotations_creators", "language_creators", "multilinguality", "source_datasets"),
    *("task_categories", "task_ids", "size_categories", "tags", "configs", "dataset_info"),
)
"""Keys of the card's front matter; any other could tell a reader to load something else."""

_VERSION: Final = re.compile(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}(\+w[1-9]\d{0,3})?", re.ASCII)
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The files of a data set folder, by POSIX path in it.

    Args:
        files: those that may be there, and are; releases first, then words about them, the index
            last: the order in which they are sent.
        strays: all others, each with the reason why it may not be there, as a sentence.
        withheld: the strays that hold the text of an article which may not be given.
    """

    files: tuple[str, ...]
    strays: Mapping[str, str] = field(default_factory=dict)
    withheld: Collection[str] = ()


def scope(
    dataset: Path,
    policy: Policy | None = None,
    index: Iterable[Mapping[str, Any]] | None = None,
    manifests: Mapping[str, Mapping[str, Any]] | None = None,
) -> Scope:
    """Sort the files of a data set folder into those that may be there and strays.

    What cannot be read (the index, a manifest) names nothing; `copydesk validate` says why.

    Args:
        policy: whose text may be given; by default, whatever has an open licence.
        index: the entries of the index of releases; read here if the caller has not read it.
        manifests: the content of ``release.json`` by version, of those that the caller has read.
    """
    rights = policy or Policy()
    lines = dict(_articles(dataset))
    allowed = {
        *DOCUMENTS,
        INDEX,
        MANIFEST,
        WITHDRAWALS,
        *_of_releases(dataset, index, manifests or {}),
    }
    allowed |= {name for name, line in lines.items() if _gives(rights, line)}
    known = {PurePosixPath(name).name for name in lines}
    files, strays, withheld = [], {}, []
    for name, fault in _walk(dataset):
        if fault:
            strays[name] = fault
        elif name in allowed:
            files.append(name)
        elif name.startswith("raw/") and PurePosixPath(name).name in known:
            strays[name] = "This text belongs to an article whose text may not be given there."
            withheld.append(name)
        else:
            strays[name] = _why(name)
    files.sort(key=lambda name: (name == INDEX, not name.startswith("releases/"), name))
    return Scope(files=tuple(files), strays=strays, withheld=tuple(withheld))


def is_version(name: object) -> bool:
    """Whether a value is the version of a release, and so the name of its folder."""
    return isinstance(name, str) and bool(_VERSION.fullmatch(name))


def is_transport(name: str) -> bool:
    """Whether a path in a data set folder belongs to git or to the Hub's client."""
    return any(name == own or name.startswith(f"{own}/") for own in TRANSPORT)


def _walk(dataset: Path) -> Iterator[tuple[str, str]]:
    """Every file by name, with what is wrong with it; links and devices are not followed."""
    for folder, subfolders, files in os.walk(dataset, followlinks=False):
        here = Path(folder)
        links = [name for name in subfolders if (here / name).is_symlink()]
        subfolders[:] = sorted(
            name
            for name in subfolders
            if name not in links and not is_transport(_name(here / name, dataset))
        )
        for name in sorted([*files, *links]):
            path = here / name
            if not is_transport(_name(path, dataset)):
                yield _name(path, dataset), _fault(path)


def _name(path: Path, dataset: Path) -> str:
    return path.relative_to(dataset).as_posix()


def _fault(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "This is a link, which a data set folder may not contain."
    return "" if stat.S_ISREG(mode) else "This is not a plain file."


def _why(name: str) -> str:
    if name.startswith("releases/"):
        return "This file belongs to no release of the index."
    if name.startswith("raw/"):
        return "The manifest names no article with this file."
    return "A data set folder does not hold such a file."


def _read(path: Path) -> Any:
    """A JSON document that is a plain file; None if it cannot be used."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _of_releases(
    dataset: Path, index: Iterable[Any] | None, manifests: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    if index is None:
        document = _read(dataset / INDEX)
        entries = document.get("releases") if isinstance(document, dict) else None
        index = entries if isinstance(entries, list) else ()
    named = [e for e in index if isinstance(e, dict) and is_version(e.get("version"))]
    for version in (entry["version"] for entry in standing(named)):
        yield f"baselines/{version}.json"
        manifest: Any = manifests.get(version)
        if manifest is None:
            manifest = _read(dataset / "releases" / version / "release.json")
        yield from (f"releases/{version}/{name}" for name in _of_release(manifest))


def _of_release(manifest: Any) -> Iterator[str]:
    yield "release.json"
    entries = manifest.get("files") if isinstance(manifest, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        name = entry.get("path") if isinstance(entry, dict) else None
        if isinstance(name, str) and is_release_file(name):
            yield name


def is_release_file(name: str) -> bool:
    """Whether a release may hold a file of this name."""
    file = TableFile.parse(name)
    return name in RELEASE_DOCUMENTS or (file is not None and file.table in CURRENT.tables)


def _articles(dataset: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where the text of each article of the manifest would be, with the article's line."""
    path = dataset / MANIFEST
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return
        data = path.read_bytes()
    except OSError:
        return
    for line in data.split(b"\n"):
        try:
            article = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(article, dict):
            continue
        names = [article.get("collection"), article.get("article_id")]
        if all(isinstance(name, str) and _SLUG.fullmatch(name) for name in names):
            yield f"raw/{names[0]}/{names[1]}.txt", article


def _gives(policy: Policy, line: dict[str, Any]) -> bool:
    licence = line.get("licence")
    if line.get("held_back"):
        return False
    return policy.gives(licence if isinstance(licence, str) else None, line["collection"])
