"""Level 5: release.json, the index, the citation and the card name the same DOI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from copydesk.contract.doi import is_doi, is_trial
from copydesk.contract.index_entries import ARCHIVED, base
from copydesk.plain_yaml import read_yaml
from copydesk.scope import INDEX
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.rules import check, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_release import MANIFEST

_UP: Final = "../.."
_IN_CARD: Final = re.compile(r"^ *doi *= *\{([^}\n]*)\}", re.MULTILINE)


@check("released", needs=("dataset",))
@rule(
    "doi-disagrees",
    level=5,
    meaning="release.json, the index, CITATION.cff and the card name the same DOI, bare, and no "
    "other release has it.",
    fix="Rewrite card and citation with 'copydesk release describe'; cut the release again if "
    "release.json names another DOI than its archive.",
)
def same_doi(subject: Released) -> Iterator[Found]:
    """A release has one DOI, which is written the same everywhere."""
    release, version = subject.release, str(subject.release.version)
    given = [
        (place, entry.get("doi"))
        for place, entry in enumerate(subject.index.lines)
        if entry.get("event") == ARCHIVED and entry.get("version") == version
    ]
    reserved = release.manifest.get("doi")
    known = reserved if reserved is not None else given[-1][1] if given else None
    for place, doi in given:
        if doi != known:
            message = f"Release {version} is archived as {show(doi)}, but its DOI is {show(known)}."
            yield _fault(message, f"{_UP}/{INDEX}", f"/releases/{place}/doi")
    if known is None:
        yield from _documents(subject, None)
        return
    if not is_doi(known) or is_trial(known):
        yield _fault(f"{show(known)} is not a DOI that can be followed.", MANIFEST, "/doi")
    for place, entry in enumerate(subject.index.lines):
        other = str(entry.get("version"))
        if str(entry.get("doi")).lower() == str(known).lower() and base(other) != base(version):
            message = f"{show(known)} is the DOI of release {version}, but of {show(other)} too."
            yield _fault(message, f"{_UP}/{INDEX}", f"/releases/{place}/doi")
    yield from _documents(subject, known)


def _documents(subject: Released, known: Any) -> Iterator[Found]:
    """The DOIs that the citation and the card name, if they speak of this release."""
    assert subject.dataset is not None
    if not subject.newest:
        return
    for name, doi in (("CITATION.cff", _cited(subject)), ("README.md", _in_card(subject))):
        if known is not None and doi != known and subject.dataset.has(name):
            says = "It names no DOI" if doi is None else f"It names the DOI {show(doi)}"
            yield _fault(f"{says}; that of the release is {show(known)}.", f"{_UP}/{name}")
        elif known is None and doi is not None and not is_doi(doi):
            yield _fault(f"{show(doi)} is not a bare DOI.", f"{_UP}/{name}")


def _fault(message: str, file: str, pointer: str = "") -> Fault:
    return Fault(rule="doi-disagrees", message=message, file=file, pointer=pointer)


def _text(subject: Released, name: str) -> str:
    assert subject.dataset is not None
    try:
        return subject.dataset.read(name).decode("utf-8", errors="replace")
    except FaultError:
        return ""


def _cited(subject: Released) -> Any:
    try:
        document = read_yaml(_text(subject, "CITATION.cff"))
    except yaml.YAMLError:
        return None
    return document.get("doi") if isinstance(document, dict) else None


def _in_card(subject: Released) -> str | None:
    found = _IN_CARD.search(_text(subject, "README.md"))
    return found[1] if found else None
