"""Level 5: the documents beside the card describe the newest release, and nothing else.

Citation, guidelines, labels and baselines are in the data set folder, and the first two in the
corpus as well; each is compared with the release and with its other copy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import polars as pl
import yaml

from copydesk.contract.schema_versions import schema_number
from copydesk.errors import CopydeskError
from copydesk.guidelines import version_of
from copydesk.pages.markdown import spans
from copydesk.plain_yaml import read_yaml
from copydesk.release import changes
from copydesk.release.index import Entry
from copydesk.scope import DOCUMENTS
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.rules import check, finds, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import check_document, parse
from copydesk.validate.untrusted_release import Release

_UP: Final = "../.."
_CITED: Final = ("version", "date-released", "title", "license", "authors")
_SINCE: Final = (1, 1)
"""The first schema version for which a cut writes all these documents."""

_HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]"
)
_ADDRESSES: Final = {"url", "repository", "repository-artifact", "repository-code", "license-url"}
_ADDRESS: Final = re.compile(r"https?://[^\s/?#@]+([/?#]\S*)?")
"""Without a user's name and password, and nothing that a browser would run."""
_ROUNDED: Final = 0.001
"""How far a mean of rounded numbers may be from the rounded mean."""
_GUIDELINES: Final = ("guidelines.md", "guidelines-card.md")


def _document(message: str, name: str) -> Fault:
    return Fault(rule="document-disagrees", message=message, file=f"{_UP}/{name}")


@check("released", needs=("dataset", "manifest"))
@rule(
    "document-disagrees",
    level=5,
    meaning="The citation, guidelines, labels and baselines in the data set folder match the "
    "newest release, and are those of the corpus.",
    fix="Rewrite them with 'copydesk release describe'.",
)
def documents(subject: Released) -> Iterator[Found]:
    """CITATION.cff, guidelines.md and labels.json beside the card describe this release."""
    assert subject.dataset is not None
    if not subject.newest:
        return
    release, folder = subject.release, subject.dataset
    for name in _wanted(release):
        if not folder.has(name):
            yield _document("The data set has no such document, or it is not a file.", name)
    if folder.has("labels.json"):
        try:
            labels = parse(folder.read("labels.json"), "labels.json")
        except FaultError:
            labels = None
        if labels != release.contract.scheme.as_document():
            yield _document("The labels are not those of the release.", "labels.json")
    if folder.has("guidelines.md"):
        yield from _guidelines(_text(folder, "guidelines.md"), release)
    if folder.has("CITATION.cff"):
        yield from _citation(_text(folder, "CITATION.cff"), release)


@check("released", needs=("dataset",))
@finds("document-disagrees")
def readable(subject: Released) -> Iterator[Found]:
    """Documents show all that they say: no control characters, and none that turn the line."""
    assert subject.dataset is not None
    if not subject.newest:
        return
    for name in DOCUMENTS:
        if subject.dataset.has(name):
            text = _text(subject.dataset, name)
            if hidden := _HIDDEN.search(text):
                line = text.count("\n", 0, hidden.start()) + 1
                message = f"Line {line} has the control character U+{ord(hidden[0]):04X}."
                yield _document(message, name)


def _wanted(release: Release) -> Iterator[str]:
    if schema_number(str(release.manifest.get("schema_version"))) >= _SINCE:
        yield from ("labels.json", "CITATION.cff")
        if release.manifest.get("guidelines_version") is not None:
            yield "guidelines.md"


def _text(folder: Folder, name: str) -> str:
    return folder.read(name).decode("utf-8", errors="replace")


def _guidelines(text: str, release: Release) -> Iterator[Found]:
    stated = release.manifest.get("guidelines_version")
    found = _version(text)
    if found is None:
        yield _document("The guidelines do not name their version.", "guidelines.md")
    elif stated is not None and schema_number(found) < schema_number(str(stated)):
        message = f"The guidelines are of version {show(found)}; the answers followed {stated}."
        yield _document(message, "guidelines.md")


def _version(text: str) -> str | None:
    try:
        return version_of(text)
    except CopydeskError:
        return None


def _citation(text: str, release: Release) -> Iterator[Found]:
    try:
        document, keys = read_yaml(text), _keys(text)
    except yaml.YAMLError:
        document, keys = None, []
    if not isinstance(document, dict):
        yield _document("The citation is not a YAML mapping.", "CITATION.cff")
        return
    for name in sorted(name for name, count in Counter(keys).items() if count > 1):
        yield _document(f"The citation has the key '{show(name)}' twice.", "CITATION.cff")
    if "<<" in keys:
        yield _document("The citation merges other keys into its own.", "CITATION.cff")
    for name in sorted(_ADDRESSES & document.keys()):
        if not _ADDRESS.fullmatch(str(document[name])):
            message = f"'{name}' is not a web address: {show(document[name])}."
            yield _document(message, "CITATION.cff")
    corpus = release.manifest.get("corpus")
    own: dict[str, Any] = corpus if isinstance(corpus, dict) else {}
    names = [{"name": name} for name in own.get("authors", ())]
    wanted = {
        "version": release.version,
        "date-released": str(release.manifest.get("created"))[:10],
        "title": own.get("title"),
        "license": own.get("licence"),
        "authors": names or None,
    }
    for name in _CITED:
        found = document.get(name)
        says = str(found) if name in ("version", "date-released") else found
        if wanted[name] is None or says == wanted[name] or (found is None and name == "license"):
            continue
        message = f"'{name}' is {show(found)}, but {show(wanted[name])} in the release."
        yield _document(message, "CITATION.cff")


def _keys(text: str) -> list[str]:
    """The keys of a YAML mapping as they stand: parsers differ in which of two equal ones they
    take."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    return [str(key.value) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


@check("released", needs=("dataset", "corpus"))
@finds("document-disagrees")
def copies(subject: Released) -> Iterator[Found]:
    """Citation and guidelines in the data set folder are the corpus's, and its README has its card.

    Newer guidelines belong to a future round.
    """
    if subject.corpus is None or subject.dataset is None or not subject.newest:
        return
    root, folder = subject.room, subject.dataset
    if _both(root, "CITATION.cff", folder) and _unlike(root, "CITATION.cff", folder):
        yield _document("The citation is not the one of the corpus.", "CITATION.cff")
    if _both(root, "annotations/guidelines.md", folder):
        ours, theirs = _text(root, "annotations/guidelines.md"), _text(folder, "guidelines.md")
        now, then = _version(ours), _version(theirs)
        if now and then and schema_number(now) < schema_number(then):
            message = f"The corpus's guidelines are of version {show(now)}, these of {show(then)}."
            yield _document(message, "guidelines.md")
        for name in _GUIDELINES if now == then else ():
            own = f"annotations/{name}"
            if _both(root, own, folder) and _unlike(root, own, folder):
                message = (
                    "It has the version number of the corpus's guidelines, but different wording."
                )
                yield _document(message, name)
    if _both(root, "README.md", folder):
        yield from _summary(_text(root, "README.md"), _text(folder, "README.md"))


def _both(root: Folder, name: str, folder: Folder) -> bool:
    """Whether a document is in the corpus and, by its last name, in the data set folder."""
    return root.has(name) and folder.has(PurePosixPath(name).name)


def _unlike(root: Folder, name: str, folder: Folder) -> bool:
    return root.read(name) != folder.read(PurePosixPath(name).name)


def _summary(readme: str, card: str) -> Iterator[Found]:
    try:
        places, theirs = spans(readme, where="README.md"), spans(card, where="README.md")
    except CopydeskError:
        return  # the card's own rule names it
    if "summary" not in places or "summary" not in theirs:
        return
    (a, b), (c, d) = places["summary"], theirs["summary"]
    if readme[a:b] != card[c:d]:
        message = "The summary in the corpus's README is not that of the card."
        yield _document(message, "../README.md")


@check("released", needs=("dataset",))
@finds("document-disagrees")
def baselines(subject: Released) -> Iterator[Found]:
    """The baselines of a release were computed on that release and its test split."""
    assert subject.dataset is not None
    entry = next((e for e in subject.index.entries if e.version == subject.release.version), None)
    name = f"baselines/{subject.release.version}.json"
    if entry is None or not subject.dataset.has(name):
        return
    try:
        document = parse(subject.dataset.read(name), name)
    except FaultError as error:
        yield Fault(rule="json-unreadable", message=error.fault.message, file=f"{_UP}/{name}")
        return
    found = list(check_document(document, "baselines", f"{_UP}/{name}"))
    yield from found
    if not found:
        yield from (_document(message, name) for message in _figures(document, entry, subject))


def _figures(document: Mapping[str, Any], entry: Entry, subject: Released) -> Iterator[str]:
    """How a file of baselines contradicts its release, as sentences."""
    if document["version"] != entry.version or document["digest"] != entry.digest:
        yield "These baselines were computed on another release."
        return
    if "sentences" in subject.release.unsound:
        return
    names = subject.release.contract.scheme.names
    rows = subject.release.contents.frame("sentences", "label", "split")
    test = rows.filter(pl.col("split") == "test")["label"]
    counts = {name: int((test == number).sum()) for number, name in enumerate(names)}
    counts = {name: count for name, count in counts.items() if count}
    models = document["models"]
    for name in sorted(n for n, c in Counter(m["name"] for m in models).items() if c > 1):
        yield f"'{show(name)}' was scored twice."
    for model in models:
        yield from _scores(model, counts)
    for figure in (f for one in document.get("comparisons", ()) for f in one["figures"]):
        if not figure["low"] <= figure["value"] <= figure["high"]:
            yield f"'{show(figure['name'])}' is not within its interval."


def _scores(model: Mapping[str, Any], counts: Mapping[str, int]) -> Iterator[str]:
    """How the scores of one model contradict each other or the test split, as sentences."""
    name, labels = show(model["name"]), model["labels"]
    if not model["low"] <= model["macro_f1"] <= model["high"]:
        yield f"The F1 of '{name}' is not within its interval."
    scored = {label: line["sentences"] for label, line in labels.items() if line["sentences"]}
    if scored != counts:
        yield f"'{name}' was scored on {show(scored)}; the test split has {show(counts)}."
    elif counts:
        mean = sum(labels[label]["f1"] for label in counts) / len(counts)
        if abs(mean - model["macro_f1"]) > _ROUNDED:
            found = f"{model['macro_f1']}; the mean of its labels is {mean:.4f}"
            yield f"The F1 of '{name}' is {found}."
    for label, line in labels.items():
        if not line.get("low", 0) <= line["f1"] <= line.get("high", 1):
            yield f"The F1 of '{name}' for '{show(label)}' is not within its interval."


@check("released", needs=("dataset",))
@finds("changes-missing")
def listed(subject: Released) -> Iterator[Found]:
    """The change list has no entry for a release that never existed."""
    assert subject.dataset is not None
    if not subject.newest or not subject.dataset.has("CHANGES.md") or not subject.index.lines:
        return
    try:
        there = spans(_text(subject.dataset, "CHANGES.md"), where="CHANGES.md")
    except CopydeskError:
        return  # the rule of the list's content names it
    known = changes.versions(str(line.get("version")) for line in subject.index.lines)
    for name in sorted(there.keys() - known):
        message = f"CHANGES.md has an entry for {show(name)}, which the index does not name."
        yield Fault(rule="changes-missing", message=message, file=f"{_UP}/CHANGES.md")
