"""The surroundings of a release: the data set folder, its index and documents, the corpus."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

import polars as pl

from copydesk.contract.index import standing
from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import CopydeskError
from copydesk.release.contents import Contents
from copydesk.release.facts import facts
from copydesk.release.versions import Version
from copydesk.rounds.agree import ALPHA_MIN
from copydesk.rounds.people import PSEUDONYMS
from copydesk.validate.documents import check_document, parse
from copydesk.validate.engine import Waiver
from copydesk.validate.faults import Fault, FaultError, Found
from copydesk.validate.folder import Folder
from copydesk.validate.loading import MANIFEST, Release, load
from copydesk.validate.rules import RULES, rule

DEFAULTS: Final[Mapping[str, Any]] = {
    "alpha_min": ALPHA_MIN,
    "drift_p": 0.01,
    "drift_v": 0.1,
    "near_duplicate": 0.7,
    "outlier_gap": 0.2,
    "pseudonyms": PSEUDONYMS,
}
"""Thresholds where ``[checks]`` of ``copydesk.toml`` names none.

An alpha of .667 is the lowest at which Krippendorff (2004, p. 241) draws even tentative
conclusions; a V of .1 is Cohen's (1988, p. 227) small effect.
"""


_LONGEST_WAIVER: Final = datetime.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of ``releases/index.json``."""

    version: str
    digest: str


@dataclass(kw_only=True)
class Released:
    """A release and what lies around it; a release by itself has nothing around it.

    Args:
        dataset: the folder of README.md, CHANGES.md and ``releases/``.
        corpus: the folder of ``copydesk.toml``.
        config: its content; empty if it cannot be used.
        index: the releases that were published; empty if the index cannot be used.
    """

    release: Release
    dataset: Folder | None = None
    corpus: Corpus | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    index: tuple[Entry, ...] = ()

    @functools.cached_property
    def lacking(self) -> dict[str, str]:
        """What checks may need and is not there, with the reason; see `Check.needs`."""
        found = dict(self.release.unsound)
        if self.dataset is None:
            found["dataset"] = "the release does not lie in a data set folder"
        if self.corpus is None:
            found["corpus"] = "the release does not lie in a corpus"
        if self.dataset is None:
            found["previous"] = found["dataset"]
        if any(True for _ in check_document(dict(self.release.manifest), "release", MANIFEST)):
            found["manifest"] = "release.json violates its schema"
        return found

    @functools.cached_property
    def undescribed(self) -> dict[str, str]:
        """As `lacking`; and why the release's numbers cannot be computed, under ``facts``."""
        found = dict(self.lacking)
        if not self.release.unsound and "manifest" not in found:
            try:
                facts(contents(self.release))
            except (CopydeskError, LookupError, TypeError, ValueError) as error:
                found["facts"] = f"its numbers cannot be computed: {error}"
        return found

    @property
    def newest(self) -> bool:
        """Whether the index names no later release: card and manifest speak of this one."""
        assert self.dataset is not None or not self.index
        return all(
            _order(entry.version) <= _order(self.release.version)
            for entry in self.index
            if self.dataset and self.dataset.has(f"releases/{entry.version}/{MANIFEST}")
        )

    @functools.cached_property
    def before(self) -> str | None:
        """The newest release of the index below this one, whatever ``release.json`` says."""
        own = _order(self.release.version)
        earlier = [e.version for e in self.index if _order(e.version) < own]
        return max(earlier, key=_order, default=None)

    @functools.cached_property
    def previous(self) -> Release | None:
        """The previous release, read; None if there is none or it cannot be used."""
        if self.before is None or self.dataset is None:
            return None
        found = load(self.dataset.root / "releases" / self.before)
        return None if found.unsound or not found.manifest else found

    def threshold(self, name: str) -> Any:
        """A threshold of the corpus's configuration, or its default."""
        checks = self.config.get("checks")
        stated = checks.get(name) if isinstance(checks, dict) else None
        return DEFAULTS[name] if stated is None else stated


def _order(version: str | None) -> tuple[int, ...]:
    try:
        found = Version.parse(version or "")
    except CopydeskError:
        return ()
    return found.major, found.minor, found.patch, found.withdrawal


_CONTENTS: Final[WeakKeyDictionary[Release, Contents]] = WeakKeyDictionary()


def contents(release: Release) -> Contents:
    """The release as `copydesk.release` renders documents from it, made once for each."""
    if release not in _CONTENTS:
        _CONTENTS[release] = _contents(release)
    return _CONTENTS[release]


def _contents(release: Release) -> Contents:
    schemas = {
        table: next(schema for (name, _), schema in release.schemas.items() if name == table)
        for table in release.contract.tables
        if any(name == table for name, _ in release.schemas)
    }
    frames = {
        table: release.table(table)
        .drop("_file", "_row", "_split")
        .with_columns(split=release.table(table)["_split"].cast(pl.String))
        .lazy()
        for table in schemas
    }
    return Contents(manifest=release.manifest, frames=frames, schemas=schemas)


def around(release: Release) -> Released:
    """Find what lies around a release; what cannot be read there is passed over.

    The corpus's own validation names what is wrong with its rooms.
    """
    root = release.folder.root
    if root.parent.name != "releases":
        return Released(release=release)
    dataset = Folder(root.parent.parent)
    corpus = Corpus(dataset.root.parent)
    is_corpus = (corpus.root / CONFIG_NAME).is_file()
    return Released(
        release=release,
        dataset=dataset,
        corpus=corpus if is_corpus else None,
        config=read_config(corpus) if is_corpus else {},
        index=read_index(dataset),
    )


def read_config(corpus: Corpus) -> Mapping[str, Any]:
    """The corpus's configuration.

    Raises:
        InputError: it is not TOML, or violates its schema: thresholds and waivers would be guessed.
    """
    return corpus.config


def read_index(dataset: Folder) -> tuple[Entry, ...]:
    """The entries of the index that can be used."""
    name = "releases/index.json"
    try:
        document = parse(dataset.read(name), name)
        return tuple(
            Entry(version=str(Version.parse(entry["version"])), digest=str(entry["digest"]))
            for entry in standing(document["releases"])
        )
    except (FaultError, LookupError, TypeError, ValueError, AttributeError):
        return ()


def waivers(config: Mapping[str, Any], today: datetime.date) -> tuple[Waiver, ...]:
    """The waivers of a configuration that are in force."""
    return tuple(w for w in all_waivers(config) if not _refused(w, today))


def _refused(waiver: Waiver, today: datetime.date) -> str:
    """Why a waiver is not in force, as a sentence; empty if it is."""
    if waiver.rule not in RULES:
        return f"The waiver is of a rule that does not exist, '{waiver.rule}'."
    if not RULES[waiver.rule].waivable:
        return f"The rule '{waiver.rule}' cannot be waived: it keeps rights, checksums or identity."
    if waiver.until < today:
        return f"The waiver of '{waiver.rule}' ended on {waiver.until}: {waiver.reason}"
    if waiver.until > today + _LONGEST_WAIVER:
        return f"The waiver of '{waiver.rule}' ends on {waiver.until}, more than a year from now."
    return ""


def all_waivers(config: Mapping[str, Any]) -> tuple[Waiver, ...]:
    """The waivers of a configuration, expired ones too."""
    return tuple(
        Waiver(
            rule=entry["rule"],
            record=entry.get("record"),
            reason=entry["reason"],
            until=datetime.date.fromisoformat(str(entry["until"])),
        )
        for entry in config.get("waivers", ())
    )


@rule(
    "waiver-expired",
    level=5,
    waivable=False,
    meaning="Every waiver in copydesk.toml names a rule that may be waived, and ends within a "
    "year.",
    fix="Fix the fault that it waives, or review the decision and set a later date.",
)
def expired(config: Mapping[str, Any], today: datetime.date) -> Iterator[Found]:
    """Waivers past their end, or of a rule that does not exist."""
    for place, waiver in enumerate(all_waivers(config)):
        message = _refused(waiver, today)
        if not message:
            continue
        yield Fault(
            rule="waiver-expired",
            message=message,
            file=CONFIG_NAME,
            record=waiver.record or "",
            pointer=f"/waivers/{place}",
        )


def manifest_lines(dataset: Folder) -> dict[str, dict[str, Any]]:
    """The lines of a data set's manifest by article; none if it cannot be used."""
    name = "raw/articles.jsonl"
    found: dict[str, dict[str, Any]] = {}
    try:
        data = dataset.read(name)
        for number, line in enumerate(data.splitlines(), start=1):
            if line.strip():
                document = parse(line, name, row=number)
                found[document["article_id"]] = document
    except (FaultError, LookupError, TypeError):
        return {}
    return found
