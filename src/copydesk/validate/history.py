"""Level 5: published releases stay as they were; the index is append-only."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from copydesk.contract.index_entries import ARCHIVED, RETRACTED, WITHDRAWN, base
from copydesk.contract.schema_versions import SCHEMA_VERSION, SCHEMA_VERSIONS, schema_number
from copydesk.release.index import Index, chained
from copydesk.release.versions import Version
from copydesk.scope import INDEX, is_version
from copydesk.validate.faults import Fault, Found, show
from copydesk.validate.rules import check, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_release import MANIFEST, Release

TAGS: Final = "data-*"
"""How the commits of releases are tagged."""


@rule(
    "index-rewritten",
    level=5,
    waivable=False,
    meaning="The index of releases is append-only: each entry names the one before it, and no "
    "entry recorded in git is missing or changed.",
    fix="Restore the index as it was published, and append to it with 'copydesk release cut'.",
)
def appended(dataset: Folder, index: Index) -> Iterator[Found]:
    """The entries are chained, and those that git recorded are all there."""
    for place in chained(index.lines):
        message = f"Entry {place + 1} does not name the entry before it, which was changed."
        yield Fault(
            rule="index-rewritten", message=message, file=INDEX, pointer=f"/releases/{place}"
        )
    for place in _falling(index.lines):
        message = f"Entry {place + 1} is of a release that is not later than those before it."
        yield Fault(
            rule="index-rewritten", message=message, file=INDEX, pointer=f"/releases/{place}"
        )
    for place, message in _withdrawals(index.lines):
        yield Fault(
            rule="index-rewritten", message=message, file=INDEX, pointer=f"/releases/{place}"
        )
    present = {json.dumps(entry, sort_keys=True) for entry in index.lines}
    for entry in _recorded(dataset):
        if json.dumps(entry, sort_keys=True) not in present:
            version = show(entry.get("version")) if isinstance(entry, dict) else show(entry)
            message = f"The entry of release {version}, which git recorded, is gone or changed."
            yield Fault(rule="index-rewritten", message=message, file=INDEX)


def _falling(entries: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """Entries of releases whose version is not above those that existed when they were cut."""
    standing: dict[str, Version] = {}
    for place, entry in enumerate(entries):
        version = entry.get("version")
        if not is_version(version):
            continue
        name = base(str(version))
        if entry.get("event") == RETRACTED:
            standing.pop(name, None)
        elif entry.get("event") is None:
            own = Version.parse(name)
            if any(own <= other for other in standing.values()):
                yield place
            standing[name] = own


def _withdrawals(entries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Entries of withdrawals and archives that do not follow the entry of their release."""
    standing: dict[str, str] = {}
    known: set[str] = set()
    for place, entry in enumerate(entries):
        version, event = str(entry.get("version")), entry.get("event")
        if event == RETRACTED:
            standing.pop(base(version), None)
            continue
        if not is_version(version):
            continue
        if event == ARCHIVED:
            if version not in known:
                yield place, f"Entry {place + 1} archives {version}, which was not there."
            continue
        before, mark = standing.get(base(version)), base(version) != version
        if mark != (event == WITHDRAWN):
            yield place, f"Entry {place + 1} is of {version}, but its event is {show(event)}."
        elif mark and (before is None or version != str(Version.parse(before).withdrawn())):
            yield place, f"Entry {place + 1} is of {version}, but {show(before)} is what was there."
        standing[base(version)] = version
        known.add(version)


def _recorded(dataset: Folder) -> Iterator[Any]:
    """Entries of the index as git has it: in the last commit, and where a release was tagged."""
    tags = _git(dataset, "tag", "--list", TAGS).decode("utf-8", errors="replace").split()
    seen: set[str] = set()
    for revision in ("HEAD", *tags):
        try:
            content = json.loads(_git(dataset, "show", f"{revision}:./{INDEX}"))
            entries = content["releases"]
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        for entry in entries:
            line = json.dumps(entry, sort_keys=True)
            if line not in seen:
                seen.add(line)
                yield entry


def _git(dataset: Folder, *arguments: str) -> bytes:
    # The folder's own configuration may name a command that fetches what it lacks.
    alone = {**os.environ, "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
    command = ["git", "-C", str(dataset.root), "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False, env=alone).stdout
    except OSError:
        return b""


@check("release")
@rule(
    "schema-version-unknown",
    level=1,
    waivable=False,
    meaning="release.json states a schema version that copydesk knows; an older one only if the "
    "release was published with it.",
    fix="Cut the release again with this version of copydesk.",
)
def known_schema(release: Release) -> Iterator[Found]:
    """The release is of a known schema version."""
    stated = release.manifest.get("schema_version")
    if release.manifest and stated not in SCHEMA_VERSIONS:
        known = ", ".join(SCHEMA_VERSIONS)
        message = f"The schema version is {show(stated)}, which is none of {known}."
        yield _stated("schema-version-unknown", message, "/schema_version")


@check("released", needs=("dataset",))
@rule(
    "previous-disagrees",
    level=5,
    waivable=False,
    meaning="release.json names the newest earlier release in the index as the previous one, and "
    "its schema version is not lower than that release's.",
    fix="Cut the release again.",
)
def previous(subject: Released) -> Iterator[Found]:
    """The previous release is the newest earlier one; the schema version does not decrease."""
    release = subject.release
    if release.version is None:
        return
    before = subject.before
    stated = release.manifest.get("previous")
    # A withdrawal from the previous release since then gave it another version.
    same = isinstance(stated, str) and before is not None and base(stated) == base(before)
    if stated != before and not same:
        message = f"'previous' is {show(stated)}, but the newest earlier release is {show(before)}."
        yield _stated("previous-disagrees", message, "/previous")
    own = release.manifest.get("schema_version")
    if subject.previous is not None and own in SCHEMA_VERSIONS:
        theirs = subject.previous.manifest.get("schema_version")
        if theirs in SCHEMA_VERSIONS and schema_number(own) < schema_number(theirs):
            message = f"The schema version is {own}, below that of release {before}, {theirs}."
            yield _stated("previous-disagrees", message, "/schema_version")
    if own != SCHEMA_VERSION and not _is_recorded(subject):
        message = f"The schema version is {show(own)}, and the index does not name this release."
        yield _stated("previous-disagrees", message, "/schema_version")


def _is_recorded(subject: Released) -> bool:
    release = subject.release
    return any(
        entry.version == release.version and entry.digest == release.digest
        for entry in subject.index.entries
    )


def _stated(rule: str, message: str, pointer: str) -> Fault:
    return Fault(rule=rule, message=message, file=MANIFEST, pointer=pointer)
