"""What would be published: every file on the list of `copydesk.scope`, validated as it is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.contract.index_entries import archived
from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import sha256_bytes, sha256_file
from copydesk.release.index import Index, read_index
from copydesk.scope import scope

_SHOWN: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What would be published.

    Args:
        version: the newest release, to which the card points.
        files: sizes in bytes by path in the data set folder, in the order in which they go.
        digests: the SHA-256 of each of these files as it was judged.
        card: the text of ``README.md``.
        index: the folder's index of releases.
    """

    dataset: Path
    version: str
    files: Mapping[str, int]
    digests: Mapping[str, str]
    card: str
    index: Index

    @property
    def latest(self) -> str:
        """The version that was made last: the newest, or an older one after a withdrawal."""
        return self.index.latest or self.version

    @property
    def tag(self) -> str:
        """The tag on the Hub of what is published."""
        return f"v{self.latest}"

    def read(self, name: str) -> bytes:
        """The bytes of a file, checked to be those that were judged.

        Raises:
            IntegrityError: the file changed since it was judged.
        """
        try:
            data = (self.dataset / name).read_bytes()
        except OSError:
            data = b""
        if sha256_bytes(data) != self.digests[name]:
            raise _changed(self.dataset / name)
        return data


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """Where a version was published.

    Args:
        sent: how many files were sent.
        removed: files at the target that the data set no longer holds, and that were deleted.
        commit: the Hub's commit id; None elsewhere.
    """

    url: str
    version: str
    sent: int
    removed: tuple[str, ...] = ()
    commit: str | None = None


def prepare(dataset: Path) -> Plan:
    """Judge a data set folder and list what would be published.

    A corpus is locked meanwhile, so that no half of what another process writes is judged.

    Args:
        dataset: the data set folder of a corpus, or one by itself.

    Raises:
        InputError: there is no release, the folder holds what may not be sent, it does not
            validate, it holds changes that are not committed, or another process writes to the
            corpus.
        IntegrityError: a file changed while it was judged.
    """
    corpus = Corpus(dataset.parent)
    if not (corpus.root / CONFIG_NAME).is_file():
        return _prepare(dataset, None)
    with corpus.lock():
        return _prepare(dataset, corpus)


def _prepare(dataset: Path, corpus: Corpus | None) -> Plan:
    index = read_index(dataset)
    if index.newest is None:
        raise InputError(
            "There is no release to publish.",
            where=str(dataset),
            hint="Make one with 'copydesk release cut'.",
        )
    found = scope(dataset, corpus.policy if corpus else None, index.lines)
    _refuse_strays(dataset, found.strays)
    _refuse_uncommitted(dataset)
    digests = {name: sha256_file(dataset / name) for name in found.files}
    _refuse_invalid(corpus.root if corpus else dataset)
    for name, digest in digests.items():
        if sha256_file(dataset / name) != digest:
            raise _changed(dataset / name)
    return Plan(
        dataset=dataset,
        version=index.newest.version,
        files={name: (dataset / name).stat().st_size for name in found.files},
        digests=digests,
        card=(dataset / "README.md").read_text(encoding="utf-8"),
        index=index,
    )


def _changed(path: Path) -> IntegrityError:
    return IntegrityError(
        "This file changed after it was judged, so it is not sent.",
        where=str(path),
        hint="Wait until whatever writes there is done, and publish again.",
    )


def _refuse_strays(dataset: Path, strays: Mapping[str, str]) -> None:
    if strays:
        name, reason = next(iter(strays.items()))
        more = f" {len(strays) - 1} more files may not be sent either." if len(strays) > 1 else ""
        raise InputError(
            f"The data set folder holds what may not be sent. {reason}{more}",
            where=str(dataset / name),
            hint="Remove it; 'copydesk validate' lists all such files.",
        )


def _refuse_uncommitted(dataset: Path) -> None:
    changed = _uncommitted(dataset)
    if changed:
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        raise InputError(
            f"There are changes that are not committed: {', '.join(changed[:_SHOWN])}{more}.",
            where=str(dataset),
            hint="Commit them, or put the files back.",
        )


def _uncommitted(dataset: Path) -> list[str]:
    """Paths that git sees changed; none where there is no git or no repository."""
    command = ["git", "-C", str(dataset), "status", "--porcelain", "-z", "--", "."]
    try:
        run = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return []
    entries = run.stdout.decode("utf-8", errors="replace").split("\0") if not run.returncode else []
    return [entry[3:] for entry in entries if entry]


def _refuse_invalid(target: Path) -> None:
    from copydesk.validate import validate

    report = validate(target, severity="error")
    if report.failed:
        first = next(finding for finding in report.findings if report.fails(finding.severity))
        raise InputError(
            f"The data set does not validate. The first finding is {first.rule}: {first.message}",
            where=f"{target}/{first.address}" if first.address else str(target),
            hint="'copydesk validate' lists them all.",
        )


def read_entries(content: bytes, where: str) -> list[dict[str, Any]]:
    """The entries of the bytes of an index.

    Raises:
        IntegrityError: it is not an index of releases.
    """
    try:
        entries = json.loads(content)["releases"]
        return [
            {**entry, "version": entry["version"], "digest": entry["digest"]} for entry in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(f"This is not an index of releases ({error}).", where=where) from error


def has_news(plan: Plan, there: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the plan's index has a DOI of the latest release that an index elsewhere lacks."""
    own = archived(plan.index.lines).get(plan.latest)
    return own is not None and own not in list(there)


def settled(plan: Plan, entries: Collection[Mapping[str, Any]], where: str) -> Iterator[str]:
    """The releases that are there already, unchanged; others are refused.

    The latest itself is refused too, unless it has a DOI that is not known there. A release there
    that was retracted, or replaced by a withdrawal, is ignored, since it will be removed.

    Args:
        entries: of the index there.

    Raises:
        InputError: the latest release is there already.
        IntegrityError: a release there is not that of the plan, or the plan lacks it.
    """
    there = {entry["version"]: entry["digest"] for entry in entries}
    known = {entry.version: entry.digest for entry in plan.index.entries}
    same = plan.latest in there and known[plan.latest] == there[plan.latest]
    if same and not has_news(plan, entries):
        raise InputError(
            f"Version {plan.latest} is published there already.",
            where=where,
            hint="A release never changes; cut and publish the next version.",
        )
    before = {(line["version"], line["digest"]) for line in plan.index.lines}
    for version, digest in there.items():
        if known.get(version) == digest:
            yield version
        elif (version, digest) not in before or version in known:
            raise IntegrityError(
                f"Release {version} there is not the one of this data set.",
                where=where,
                hint="A release never changes: find out which of the two was altered, or choose "
                "another target.",
            )
