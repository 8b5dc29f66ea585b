"""The surroundings of a release: the data set folder, its index and documents, the corpus."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from copydesk.corpus import CONFIG_NAME, LONGEST_WAIVER, Corpus
from copydesk.errors import CopydeskError
from copydesk.release.agreed import ALPHA_MIN
from copydesk.release.diff import Diff, compare
from copydesk.release.facts import facts
from copydesk.release.index import Index
from copydesk.release.versions import Version
from copydesk.rights import OPEN_LICENCES, Policy
from copydesk.rounds.pseudonyms import PSEUDONYMS
from copydesk.scope import INDEX, Scope, scope
from copydesk.validate.engine import Waiver
from copydesk.validate.faults import Fault, FaultError, Found
from copydesk.validate.rules import RULES, rule
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import check_document, parse
from copydesk.validate.untrusted_release import MANIFEST, Release, load

DEFAULTS: Final[Mapping[str, Any]] = {
    "alpha_min": ALPHA_MIN,
    "drift_p": 0.01,
    "drift_v": 0.1,
    "near_duplicate": 0.7,
    "outlier_gap": 0.2,
    "pseudonyms": PSEUDONYMS,
}
"""Default thresholds, where ``[checks]`` of ``copydesk.toml`` sets none.

An alpha of .667 is the lowest at which Krippendorff (2004, p. 241) draws even tentative
conclusions; a V of .1 is Cohen's (1988, p. 227) small effect.
"""


@dataclass(kw_only=True)
class Released:
    """A release and what is around it; a release by itself has nothing around it.

    Args:
        dataset: the folder of README.md, CHANGES.md and ``releases/``.
        corpus: the folder of ``copydesk.toml``.
        config: its content; empty if it cannot be used.
        index: the releases that were published; without entries if the index cannot be used.
    """

    release: Release
    dataset: Folder | None = None
    corpus: Corpus | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    manifests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    earlier: Release | None = None

    @functools.cached_property
    def lacking(self) -> dict[str, str]:
        """What checks may need but is missing, with the reason; see `Check.needs`."""
        found = dict(self.release.unsound)
        if self.dataset is None:
            found["dataset"] = "the release is not in a data set folder"
        if self.corpus is None:
            found["corpus"] = "the release is not in a corpus"
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
                facts(self.release.contents)
            except (CopydeskError, LookupError, TypeError, ValueError) as error:
                found["facts"] = f"its numbers cannot be computed: {error}"
        return found

    @functools.cached_property
    def room(self) -> Folder:
        """The corpus's folder."""
        assert self.corpus is not None
        return Folder(self.corpus.root)

    @functools.cached_property
    def scope(self) -> Scope:
        """What may be in the data set folder, and what may not."""
        assert self.dataset is not None
        return scope(self.dataset.root, policy(self.config), self.index.lines, self.manifests)

    @functools.cached_property
    def newest(self) -> bool:
        """Whether the index names no later release: card and manifest describe this one."""
        assert self.dataset is not None or not self.index.entries
        return all(
            order(entry.version) <= order(self.release.version)
            for entry in self.index.entries
            if self.dataset and self.dataset.has(f"releases/{entry.version}/{MANIFEST}")
        )

    @functools.cached_property
    def before(self) -> str | None:
        """The newest release of the index below this one, whatever ``release.json`` says."""
        own = order(self.release.version)
        earlier = [name for name in self.index.versions if order(name) < own]
        return max(earlier, key=order, default=None)

    @functools.cached_property
    def previous(self) -> Release | None:
        """The previous release, read; None if there is none or it cannot be used."""
        if self.before is None or self.dataset is None:
            return None
        found = self.earlier
        if found is None or found.folder.root.name != self.before:
            found = load(self.dataset.root / "releases" / self.before)
        return None if found.unsound or not found.manifest else found

    @functools.cached_property
    def difference(self) -> Diff | None:
        """What changed since the previous release, compared once; None without one.

        Raises:
            CopydeskError, KeyError, TypeError: they cannot be compared, which other rules report.
        """
        before = self.previous
        return compare(before.contents, self.release.contents) if before else None

    def threshold(self, name: str) -> Any:
        """A threshold of the corpus's configuration, or its default."""
        checks = self.config.get("checks")
        stated = checks.get(name) if isinstance(checks, dict) else None
        return DEFAULTS[name] if stated is None else stated


def order(version: str | None) -> tuple[int, ...]:
    """A version as numbers that sort as versions do; none if it is not a version."""
    try:
        found = Version.parse(version or "")
    except CopydeskError:
        return ()
    return found.major, found.minor, found.patch, found.withdrawal


def around(
    release: Release,
    index: Index | None = None,
    manifests: Mapping[str, Mapping[str, Any]] | None = None,
    earlier: Release | None = None,
    dataset: Folder | None = None,
) -> Released:
    """Find what is around a release; what cannot be read there is skipped.

    The corpus's own validation names what is wrong with its rooms.

    Args:
        index: of the data set folder; read here if the caller has not read it.
        manifests: the content of ``release.json`` by version, as far as the caller has read any.
        earlier: the release before, if the caller has read it.
        dataset: the data set folder, if the caller has read documents of it.
    """
    root = release.folder.root
    if root.parent.name != "releases":
        return Released(release=release)
    dataset = dataset or Folder(root.parent.parent)
    corpus = Corpus(dataset.root.parent)
    is_corpus = (corpus.root / CONFIG_NAME).is_file()
    return Released(
        release=release,
        dataset=dataset,
        corpus=corpus if is_corpus else None,
        config=read_config(corpus) if is_corpus else {},
        index=read_index(dataset)[0] if index is None else index,
        manifests=manifests or {},
        earlier=earlier,
    )


def read_config(corpus: Corpus) -> Mapping[str, Any]:
    """The corpus's configuration.

    Raises:
        InputError: it is not TOML, or violates its schema: thresholds and waivers would be guessed.
    """
    return corpus.config


def policy(config: Mapping[str, Any]) -> Policy:
    """Whose text may be given; without a corpus, the open licences apply."""
    rights = config.get("rights", {})
    return Policy(
        allow=tuple(rights.get("allow", OPEN_LICENCES)), withhold=tuple(rights.get("withhold", ()))
    )


def read_index(dataset: Folder) -> tuple[Index, list[Fault]]:
    """The index of a data set folder, as far as it can be used, and what is wrong with it."""
    try:
        document = parse(dataset.read(INDEX), INDEX)
    except FaultError as error:
        fault = error.fault
        if fault.rule == "file-missing":
            hint = "If there is no release yet, make one with 'copydesk release cut'; else copy "
            fault = replace(fault, hint=f"{hint}the index again from where it was published.")
        return Index(), [fault]
    faults = list(check_document(document, "index", INDEX))
    entries = document.get("releases") if isinstance(document, dict) else None
    lines = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    try:
        return Index.of(lines), faults
    except (CopydeskError, LookupError, TypeError, ValueError):
        return Index(lines=tuple(lines)), faults


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
    if waiver.until > today + LONGEST_WAIVER:
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


def manifest_lines(dataset: Folder, name: str = "raw/articles.jsonl") -> dict[str, dict[str, Any]]:
    """The lines of a data set's manifest (or list) by article; none if it cannot be used."""
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
