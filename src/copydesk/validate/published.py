"""Level 5: the version, what was published before, and the documents about the data."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.index_entries import RETRACTED, WITHDRAWN
from copydesk.contract.tables import Contract
from copydesk.errors import CopydeskError
from copydesk.pages.markdown import spans
from copydesk.release import card, changes, croissant_check, datasheet
from copydesk.release.contents import Contents
from copydesk.release.index import doi_of
from copydesk.release.versions import Version
from copydesk.scope import CARD_KEYS
from copydesk.validate import older
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.rules import ALL, CUT, DESCRIBED, check, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_release import MANIFEST, Release, listed

_CONTEXT: Final = 20
_COMPARED: Final = 1_000_000
_UP: Final = "../.."
"""The data set folder from a release's, for the addresses of its documents."""


@check("released", needs=ALL)
@rule(
    "version-too-small",
    level=5,
    meaning="The version is at least the one that the changes since the previous release require.",
    fix="Cut the release with the version that the message names.",
)
def version(subject: Released) -> Iterator[Found]:
    """The version is high enough for what changed, and is the folder's."""
    release = subject.release
    name = release.folder.root.name
    if subject.dataset is not None and release.version not in (None, name):
        message = f"release.json states version {release.version}, but the folder is '{name}'."
        yield Fault(rule="version-too-small", message=message, file=MANIFEST, pointer="/version")
    if subject.previous is None or release.version is None:
        return
    try:
        difference = subject.difference
        assert difference is not None
        least, given = difference.least, Version.parse(release.version)
    except (CopydeskError, KeyError, TypeError):
        return  # other rules report why the two cannot be compared
    if given < least:
        first = difference.reasons(3)[0]
        message = (
            f"The version is {given}, but the changes since {difference.before} require {least}: "
            f"{first.kind} in {first.table} ({first.count:,}; {', '.join(first.records)})."
        )
        yield Fault(rule="version-too-small", message=message, file=MANIFEST, pointer="/version")


@check("released", needs=("dataset",))
@rule(
    "release-changed",
    level=5,
    waivable=False,
    meaning="A published release is unchanged, byte for byte.",
    fix="Restore the published files; publish changes as a new version.",
)
def digest(subject: Released) -> Iterator[Found]:
    """``release.json`` has the digest under which the release was published."""
    release = subject.release
    known = {entry.version: entry.digest for entry in subject.index.entries}
    wanted, found = known.get(release.folder.root.name), release.digest
    if wanted is None or found is None:
        return
    if found != wanted:
        message = (
            f"release.json has the SHA-256 {found[:12]}…; the release was published with "
            f"{wanted[:12]}…."
        )
        yield Fault(rule="release-changed", message=message, file=MANIFEST)


def damaged(release: Release, digest: str) -> Iterator[Found]:
    """The files of a release that are not those that were published with a digest."""
    if release.digest != digest:
        return
    faulty = {fault.file for fault in release.faults if isinstance(fault, Fault)}
    for name in sorted(faulty & set(listed(release.manifest))):
        message = "This file differs from the published one, or is missing."
        yield Fault(rule="release-changed", message=message, file=name)


@check("documents", needs=(*DESCRIBED, "dataset"))
@rule(
    "changes-missing",
    level=5,
    meaning="CHANGES.md has a section for the release, with its numbers.",
    fix="Run 'copydesk release cut' again, or add the section.",
)
def changed(subject: Released) -> Iterator[Found]:
    """CHANGES.md has the release's entry, which matches the comparison."""
    version = subject.release.version
    text = yield from _text(subject, "CHANGES.md", "changes-missing")
    if text is None or version is None:
        return
    try:
        there = version in spans(text, where="CHANGES.md")
    except CopydeskError as error:
        yield Fault(rule="changes-missing", message=error.message, file=f"{_UP}/CHANGES.md")
        return
    if not there:
        message = f"CHANGES.md has no entry for {version}."
        yield Fault(rule="changes-missing", message=message, file=f"{_UP}/CHANGES.md")
        return
    if subject.release.manifest.get("previous") and not subject.previous:
        return
    wanted = changes.render(subject.release.contents, subject.difference, previous=text)
    if subject.newest:
        yield from _differing("changes-missing", "CHANGES.md", text, wanted)
    elif not any(line.get("event") in (RETRACTED, WITHDRAWN) for line in subject.index.lines):
        # An older copydesk may have worded it, and it also lists what was withdrawn since.
        strange = older.strange_numbers(text, wanted, version)
        for number in strange:
            message = f"The entry for {version} says {number}; the comparison has no such number."
            yield Fault(rule="changes-missing", message=message, file=f"{_UP}/CHANGES.md")


@check("documents", needs=(*DESCRIBED, "dataset"))
@rule(
    "card-disagrees",
    level=5,
    meaning="The card's numbers, configs and version match the data.",
    fix="Run 'copydesk release describe'; do not edit between the markers.",
)
def described(subject: Released) -> Iterator[Found]:
    """The card is the one that would be written for the newest release."""
    text = yield from _text(subject, "README.md", "card-disagrees")
    if text is None or not subject.newest:
        return
    assert subject.dataset is not None
    known = subject.release.contents
    baselines = card.read_baselines(subject.dataset.root, known)
    try:
        doi = doi_of(known.manifest, subject.index)
        wanted = card.render(known, previous=text, baselines=baselines, doi=doi)
    except (CopydeskError, yaml.YAMLError) as error:
        message = f"The card cannot be compared: {error}"
        yield Fault(rule="card-disagrees", message=message, file=f"{_UP}/README.md")
        return
    if not older.is_older(known, text):
        yield from _differing("card-disagrees", "README.md", text, wanted)
        return
    for message in older.wrong_front_matter(text, wanted):
        yield Fault(rule="card-disagrees", message=message, file=f"{_UP}/README.md")
    yield from _numbers("card-disagrees", "README.md", text, known, baselines)


@check("released", needs=("dataset",))
@rule(
    "card-key-unknown",
    level=5,
    waivable=False,
    meaning="The card's front matter has only the keys that copydesk writes.",
    fix="Remove the key from dataset/README.md: it may change what a reader loads.",
)
def card_keys(subject: Released) -> Iterator[Found]:
    """No key of the card could tell a reader to load something else."""
    assert subject.dataset is not None
    if not subject.newest or not subject.dataset.has("README.md"):
        return
    text = subject.dataset.read("README.md").decode("utf-8", errors="replace")
    try:
        keys = card.front_matter(text).keys()
    except CopydeskError:
        return  # the rule of the card's content names it
    for key in sorted(str(key) for key in keys if key not in CARD_KEYS):
        message = f"The card's front matter has the key '{show(key)}', which is not on the list."
        yield Fault(rule="card-key-unknown", message=message, file=f"{_UP}/README.md")


@check("documents", needs=(*DESCRIBED, "corpus"))
@rule(
    "datasheet-disagrees",
    level=5,
    meaning="The datasheet's numbers match the data.",
    fix="Run 'copydesk release describe'; do not edit between the markers.",
)
def datasheet_of(subject: Released) -> Iterator[Found]:
    """The datasheet's generated answers are those of the newest release, if there is one."""
    assert subject.corpus is not None
    folder, name = subject.room, "DATASHEET.md"
    if not subject.newest or not folder.has(name):
        return
    text = folder.read(name).decode("utf-8", errors="replace")
    try:
        wanted = datasheet.render(subject.release.contents, previous=text)
    except CopydeskError as error:
        message = f"The datasheet cannot be compared: {error}"
        yield Fault(rule="datasheet-disagrees", message=message, file=f"{_UP}/../{name}")
        return
    if _is_older(subject):
        yield from _numbers(
            "datasheet-disagrees", f"../{name}", text, subject.release.contents, None
        )
    else:
        yield from _differing("datasheet-disagrees", f"../{name}", text, wanted)


def _is_older(subject: Released) -> bool:
    assert subject.dataset is not None
    if not subject.dataset.has("README.md"):
        return False
    beside = subject.dataset.read("README.md").decode("utf-8", errors="replace")
    return older.is_older(subject.release.contents, beside)


def _numbers(
    rule: str, name: str, text: str, contents: Contents, baselines: Any
) -> Iterator[Found]:
    for row, message in older.wrong_numbers(contents, text, baselines=baselines):
        yield Fault(rule=rule, message=message, file=f"{_UP}/{name}", row=row)


def _text(subject: Released, name: str, rule: str) -> Any:
    """A document of the data set folder; None, with a fault, if it is not there."""
    if subject.dataset is None:
        return None
    try:
        return subject.dataset.read(name).decode("utf-8")
    except FaultError as error:
        yield Fault(rule=rule, message=f"{name}: {error.fault.message}", file=f"{_UP}/{name}")
    except UnicodeDecodeError as error:
        message = f"Byte {error.start} is not UTF-8."
        yield Fault(rule=rule, message=message, file=f"{_UP}/{name}")
    return None


def _differing(rule: str, name: str, found: str, wanted: str) -> Iterator[Found]:
    """The lines in which a document differs from what its release would generate."""
    before, after = found.splitlines(), wanted.splitlines()
    head = _same(before, after)
    tail = _same(before[head:][::-1], after[head:][::-1])
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    changes: Sequence[tuple[str, int, int, int, int]]
    changes = [("replace", 0, len(before), 0, len(after))] if before or after else []
    if len(before) * len(after) <= _COMPARED:  # the time that difflib takes grows with the product
        changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for kind, a, b, c, d in changes:
        if kind != "equal":
            says, instead = " / ".join(before[a:b]), " / ".join(after[c:d])
            same = max(_same(says, instead) - _CONTEXT, 0)
            yield Fault(
                rule=rule,
                message=f"It says “{show(says[same:])}”; for this release it should say "
                f"“{show(instead[same:])}”.",
                file=f"{_UP}/{name}",
                row=head + a + 1,
            )


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many elements two sequences have in common at their beginnings."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


@check("documents", needs=DESCRIBED)
@rule(
    "croissant-disagrees",
    level=5,
    meaning="Every statement of croissant.json, descriptions included, follows from the release.",
    fix=CUT,
)
def machine_readable(subject: Released) -> Iterator[Found]:
    """croissant.json says what its release would generate."""
    release = subject.release
    if release.croissant is None:
        if not any(isinstance(f, Fault) and f.file == "croissant.json" for f in release.faults):
            message = "The release has no croissant.json."
            yield Fault(rule="croissant-disagrees", message=message, file="croissant.json")
        return
    try:
        mismatches = list(croissant_check.check(release.croissant, release.contents))
    except (CopydeskError, LookupError, TypeError, AttributeError) as error:
        message = f"It cannot be compared with the release ({type(error).__name__}: {error})."
        yield Fault(rule="croissant-disagrees", message=message, file="croissant.json")
        return
    for mismatch in mismatches:
        yield Fault(
            rule="croissant-disagrees",
            message=mismatch.message,
            file="croissant.json",
            pointer=mismatch.pointer,
        )


@check("released")
@rule(
    "schema-disagrees",
    level=5,
    meaning="labels.json, JSON Schema, pandera, ClassLabel, label configs and guidelines agree.",
    fix="Run 'python -m copydesk.contract.json_schema', and cut the release again.",
)
def schemas(subject: Released) -> Iterator[Found]:
    """The Parquet files describe columns and labels as the contract does."""
    for part in subject.release.contents.parts:
        table, file = part.file.table, str(part.file)
        metadata = part.schema.metadata or {}
        wanted = arrow_schema(table, subject.release.contract).metadata or {}
        try:
            given = json.loads(metadata.get(b"huggingface", b"null"))
        except ValueError:
            given = None
        if given != json.loads(wanted[b"huggingface"]):
            difference = _difference(given, table, subject.release.contract)
            message = f"Its features differ from those of '{table}': {difference}."
            yield Fault(rule="schema-disagrees", message=message, file=file)


def _difference(given: Any, table: str, contract: Contract) -> str:
    labels = list(contract.scheme.names)
    try:
        features = given["info"]["features"]
        names = features["label"]["names"] if "label" in features else labels
    except (LookupError, TypeError):
        return "the file names none"
    if names != labels:
        return f"the labels are {show(names)}, not {', '.join(labels)}"
    unlike = sorted(set(features) ^ {*contract[table].names})
    return f"columns {', '.join(unlike)}" if unlike else "types differ"


@check("release")
@rule(
    "row-count-mismatch",
    level=1,
    waivable=False,
    meaning="Every table has as many rows as release.json states.",
    fix="Copy the file again from where it was published.",
)
def counts(release: Release) -> Iterator[Found]:
    """The counts of ``release.json`` are those of the tables (level 1)."""
    stated = release.manifest.get("counts")
    if not isinstance(stated, dict) or release.unsound:
        return
    found: dict[str, dict[str, int]] = {}
    for part in release.contents.parts:
        splits = found.setdefault(part.file.table, {})
        splits[part.file.split] = splits.get(part.file.split, 0) + part.height
    for table in release.contract.tables:
        if stated.get(table, {}) != found.get(table, {}):
            message = f"The counts are {show(stated.get(table))}, the rows {found.get(table, {})}."
            yield Fault(
                rule="row-count-mismatch",
                message=message,
                file=MANIFEST,
                pointer=f"/counts/{table}",
            )
