"""Publishing a data set folder as it stands: to the Hugging Face Hub, a directory or an fsspec URL.

    plan = prepare(dataset)             # checks everything that can be checked without a network
    publish(plan, target)               # ``hf://datasets/ORG/NAME``, a directory, or an fsspec URL

On the Hub a version is one commit with one tag. Elsewhere ``releases/index.json`` is written last,
so that a reader of the index never meets half a release.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.errors import CopydeskError, InputError, IntegrityError, ServerError
from copydesk.release.index import Entry, read_index

_HUB: Final = re.compile(r"hf://datasets/([^/\s]+/[^/\s]+?)/?")
_INDEX: Final = "releases/index.json"
_SHOWN: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What would be published.

    Args:
        version: the newest release, to which the card points.
        files: sizes in bytes by path in the data set folder, in the order in which they go.
        card: the text of ``README.md``.
        releases: the folder's index.
    """

    dataset: Path
    version: str
    files: Mapping[str, int]
    card: str
    releases: tuple[Entry, ...]

    @property
    def tag(self) -> str:
        """The tag of the version on the Hub."""
        return f"v{self.version}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """Where a version is now; ``commit`` is the Hub's commit id, None elsewhere."""

    url: str
    version: str
    sent: int
    commit: str | None = None


def prepare(dataset: Path) -> Plan:
    """Check a data set folder and list what would be published.

    Args:
        dataset: the data set folder of a corpus.

    Raises:
        InputError: there is no release, the newest does not validate, or the folder holds changes
            that are not committed or files that belong to no release.
    """
    releases = tuple(read_index(dataset))
    if not releases:
        raise InputError(
            "There is no release to publish.",
            where=str(dataset),
            hint="Make one with 'copydesk release cut'.",
        )
    version = releases[-1].version
    _refuse_dirty(dataset, {entry.version for entry in releases})
    _refuse_invalid(dataset / "releases" / version)
    return Plan(
        dataset=dataset,
        version=version,
        files={path: (dataset / path).stat().st_size for path in _files(dataset)},
        card=(dataset / "README.md").read_text(encoding="utf-8"),
        releases=releases,
    )


def _refuse_dirty(dataset: Path, known: set[str]) -> None:
    strays = sorted(
        path.name
        for path in (dataset / "releases").iterdir()
        if path.name not in known and path.name != "index.json"
    )
    if strays:
        raise InputError(
            f"The releases hold what the index does not name: {', '.join(strays[:_SHOWN])}.",
            where=str(dataset / "releases"),
            hint="Remove what a cut that was broken off left.",
        )
    links = sorted(str(path) for path in dataset.rglob("*") if path.is_symlink())
    if links:
        raise InputError(
            "This is a symbolic link, and what it leads to may not be ours to publish.",
            where=links[0],
        )
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


def _refuse_invalid(release: Path) -> None:
    from copydesk.validate import validate

    report = validate(release, severity="error")
    if report.failed:
        first = next(finding for finding in report.findings if report.fails(finding.severity))
        raise InputError(
            f"Release {release.name} does not validate. The first finding is {first.rule}: "
            f"{first.message}",
            where=f"{release}/{first.address}" if first.address else str(release),
            hint="'copydesk validate' lists them all.",
        )


def _files(dataset: Path) -> list[str]:
    """The folder's files: releases first, then words about them, the index last."""
    paths = [path.relative_to(dataset) for path in dataset.rglob("*") if path.is_file()]
    names = [p.as_posix() for p in paths if not any(part.startswith(".") for part in p.parts)]
    return sorted(names, key=lambda n: (n == _INDEX, not n.startswith("releases/"), n))


def publish(
    plan: Plan,
    target: str,
    *,
    endpoint: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Published:
    """Send everything of a plan to where it is to be read.

    Args:
        target: ``hf://datasets/ORG/NAME`` for the Hub, else a directory or an fsspec URL such as
            ``s3://bucket/name``.
        endpoint: of the Hub; ``HF_ENDPOINT`` or the public Hub by default. The token is where
            huggingface-hub keeps it: ``HF_TOKEN``, or what ``hf auth login`` stored.
        options: of the fsspec file system.

    Raises:
        InputError: the version is published there already, or the target is no address.
        IntegrityError: an earlier release there is not the one of this folder.
        ServerError: the server refused or is not there.
    """
    hub = _HUB.fullmatch(target)
    if hub:
        from copydesk.publish.hub import send

        return send(plan, hub[1], endpoint)
    if target.startswith("hf:"):
        raise InputError(f"'{target}' is no data set.", hint="Write hf://datasets/ORG/NAME.")
    return _to_files(plan, target, dict(options or {}))


def _to_files(plan: Plan, target: str, options: dict[str, Any]) -> Published:
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(target, **options)
    except (ValueError, ImportError) as error:
        raise InputError(
            f"There is nothing to write to '{target}' with: {error}.",
            hint="Name a directory, or an fsspec URL whose package is installed, such as s3fs.",
        ) from error
    root = root.rstrip("/")
    if files.protocol in ("file", ("file", "local")) and Path(root).resolve() == plan.dataset:
        raise InputError("A data set cannot be published onto itself.", where=target)
    try:
        there = _there(files, root, target)
        skipped = set(_settled(plan, there, target))
        sent = 0
        for path in plan.files:
            if not any(path.startswith(f"releases/{version}/") for version in skipped):
                remote = f"{root}/{path}"
                files.makedirs(remote.rpartition("/")[0], exist_ok=True)
                files.put_file(str(plan.dataset / path), remote)
                sent += 1
    except CopydeskError:
        raise
    except Exception as error:
        # File systems raise what their client raises: botocore's errors share no base with ours.
        raise ServerError(
            f"The file system refuses ({type(error).__name__}: {error}).",
            where=target,
            hint="What was sent is not yet named in its index; run this again.",
        ) from error
    return Published(url=target, version=plan.version, sent=sent)


def _there(files: Any, root: str, target: str) -> dict[str, str]:
    """Digests of the releases that the target's index names."""
    try:
        content = files.cat_file(f"{root}/{_INDEX}")
    except FileNotFoundError:
        return {}
    try:
        return {entry["version"]: entry["digest"] for entry in json.loads(content)["releases"]}
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"This is no index of releases ({error}).", where=f"{target}/{_INDEX}"
        ) from error


def _settled(plan: Plan, there: Mapping[str, str], target: str) -> Iterator[str]:
    """Releases that are there already and the same; refuses others, and the newest itself."""
    known = {entry.version: entry.digest for entry in plan.releases}
    if plan.version in there:
        raise InputError(
            f"Version {plan.version} is published there already.",
            where=target,
            hint="A release never changes; cut and publish the next version.",
        )
    for version, digest in there.items():
        if known.get(version) != digest:
            raise IntegrityError(
                f"Release {version} there is not the one of this data set.",
                where=target,
                hint="A release never changes: find out which of the two was altered, or choose "
                "another target.",
            )
        yield version
