"""Archiving the newest release under a DOI: one deposit a release, each a version of one record.

The draft of a release is found again by its DOI, or by the sentence in its notes, so that a run
that was cut off is continued and no run makes a second record. Publishing cannot be undone, so the
content of the archive is compared before and after it. ``private/archive.json`` records the
progress of a run; once it says that the deposit is published, the next run only writes the DOI into
index, card and citation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from copydesk.contract.doi import address, is_doi, is_trial
from copydesk.contract.index_entries import ARCHIVED, base
from copydesk.corpus import Corpus
from copydesk.errors import InputError, ServerError
from copydesk.files import atomic_write, dump_json, read_json
from copydesk.publish.bundle import bundle_name, write_bundle
from copydesk.publish.draft import compared, fill, find_draft
from copydesk.publish.metadata import metadata, read_citation
from copydesk.publish.prepare import Plan, prepare
from copydesk.publish.zenodo import Deposit, Zenodo
from copydesk.release.contents import Contents
from copydesk.release.documents import write_documents
from copydesk.release.index import Index, append_entries, read_index, read_manifest
from copydesk.release.retract import record_published
from copydesk.release.versions import Version
from copydesk.scope import is_version

_STATE: Final = "archive.json"
_CITATION: Final = "CITATION.cff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """A release that is archived.

    Args:
        concept_doi: the DOI of all its versions, which leads to the newest.
        trial: whether it is a trial DOI, which was not recorded.
    """

    version: str
    doi: str
    concept_doi: str | None
    trial: bool


def plan_archive(corpus: Corpus, version: str | None = None) -> tuple[Plan, dict[str, Any]]:
    """What would be archived, judged as for publishing, and the metadata for the archive.

    Args:
        version: the newest release, which is the default; the documents describe no other.

    Raises:
        InputError: see `copydesk.publish.prepare.prepare`; another version is asked for, or this
            one is archived already.
    """
    index = read_index(corpus.dataset)
    if index.newest:
        _refuse_another(corpus, index, version or index.newest.version)
    plan = prepare(corpus.dataset)
    if _CITATION not in plan.files:
        raise InputError(
            "The data set has no citation.",
            where=str(corpus.dataset / _CITATION),
            hint="Write it with 'copydesk release describe'.",
        )
    citation = read_citation(plan.read(_CITATION).decode("utf-8"))
    name, date = corpus.config["corpus"]["name"], str(citation.get("date-released"))
    return plan, metadata(citation, corpus=name, version=plan.version, date=date)


def _refuse_another(corpus: Corpus, index: Index, version: str) -> None:
    """Refuse to archive what is not the newest release, or is archived."""
    assert index.newest is not None
    newest, doi = index.newest.version, index.doi(version)
    if version != newest:
        if not is_version(version):
            raise InputError(
                f"'{version}' is not the version of a release.",
                hint=f"Write '{newest}', or nothing: the newest release is archived.",
            )
        raise InputError(
            f"Release {version} is not the newest: card and citation speak of {newest}.",
            where=str(corpus.dataset),
            hint=f"Archive {newest}, or each release before the next is cut.",
        )
    if doi:
        raise InputError(
            f"Release {version} is archived already: {address(doi)}.",
            where=str(corpus.dataset),
            hint="A release never changes; cut and archive the next version.",
        )


def reserve(corpus: Corpus, zenodo: Zenodo, version: str, *, at: datetime) -> str:
    """Reserve the DOI of a release: make a draft for it, or reuse one whose release was never cut.

    Args:
        version: not cut yet; or the newest release, which gets its DOI when it is archived.

    Raises:
        InputError: it is another release, or the newest one has a DOI and is not archived.
        ServerError: the archive refuses, or reserves no DOI.
    """
    Version.parse(version)
    with corpus.lock():
        _finish(corpus)
        index = read_index(corpus.dataset)
        if index.find(base(version)):
            _refuse_another(corpus, index, version)
        _refuse_unarchived(corpus, index)
        path = corpus.root / _CITATION
        known = corpus.config["corpus"]
        citation = (
            read_citation(path.read_text(encoding="utf-8"))
            if path.is_file()
            else {
                "title": known["title"],
                "authors": [{"name": n} for n in known.get("authors") or [known["title"]]],
                "license": known.get("licence"),
            }
        )
        told = metadata(citation, corpus=known["name"], version=version, date=at.date().isoformat())
        draft = _started(corpus, zenodo, version, None)
        draft = zenodo.describe(draft or find_draft(corpus, zenodo, index, told, moving=True), told)
        if not is_doi(draft.doi):
            raise ServerError("The archive reserved no DOI for its draft.", where=zenodo.url)
        _write_state(corpus, zenodo, version, draft)
        return draft.doi


def _refuse_unarchived(corpus: Corpus, index: Index) -> None:
    newest = index.newest
    if newest is None or index.doi(newest.version):
        return
    doi = read_manifest(corpus.releases / newest.version).get("doi")
    if doi:
        raise InputError(
            f"Release {newest.version} has the DOI {doi}, under which it is not archived yet.",
            where=str(corpus.releases / newest.version),
            hint=f"Archive it first: 'copydesk release publish {newest.version} --archive --yes'.",
        )


def archive(
    corpus: Corpus, zenodo: Zenodo, version: str | None = None, *, at: datetime
) -> Archived:
    """Archive the newest release, and write its DOI into index, card and citation.

    Args:
        version: see `plan_archive`.
        at: when, UTC.

    Raises:
        InputError: see `plan_archive`; the draft of the reserved DOI, or the record of an earlier
            release, is not in this account.
        IntegrityError: a file changed since it was judged, or the archive holds something else.
        ServerError: the archive refuses, cannot be reached, or answers oddly.
    """
    with corpus.lock():
        done = _finish(corpus)
        if done and version in (None, done.version):
            return done
        plan, told = plan_archive(corpus, version)
        own = read_manifest(corpus.releases / plan.version).get("doi")
        deposit = _started(corpus, zenodo, plan.version, own)
        deposit = deposit or find_draft(corpus, zenodo, plan.index, told, doi=own)
        _write_state(corpus, zenodo, plan.version, deposit)
        bundle = corpus.private / bundle_name(corpus.config["corpus"]["name"], plan.version)
        try:
            md5 = write_bundle(plan, bundle)
            if not deposit.published:
                fill(zenodo, deposit, bundle, md5, told)
                zenodo.publish(deposit)
            deposit = compared(zenodo, deposit, bundle, md5, told, own)
        finally:
            bundle.unlink(missing_ok=True)
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        _write_state(corpus, zenodo, plan.version, deposit, at=moment)
        found = _finish(corpus)
        assert found is not None
        return found


def _started(corpus: Corpus, zenodo: Zenodo, version: str, doi: str | None) -> Deposit | None:
    """The deposit of a release with which the last run began, if that is still there."""
    state = _state(corpus)
    if state.get("url") != zenodo.url or state["version"] != version:
        return None
    found = zenodo.get(state["deposit"])
    return found if found and doi in (None, found.doi) else None


def _state(corpus: Corpus) -> dict[str, Any]:
    """The progress of the last run; empty if there is nothing to continue."""
    path = corpus.private / _STATE
    found = read_json(path) if path.is_file() else {}
    return found if isinstance(found, dict) and {"version", "deposit"} <= found.keys() else {}


def _write_state(
    corpus: Corpus, zenodo: Zenodo, version: str, deposit: Deposit, *, at: str | None = None
) -> None:
    """Record which deposit is a release's; with ``at``, that it is published."""
    state = {
        "url": zenodo.url,
        "version": version,
        "deposit": deposit.id,
        "doi": deposit.doi,
        "concept_doi": deposit.concept_doi,
        "at": at,
    }
    atomic_write(corpus.private / _STATE, dump_json(state))


def _finish(corpus: Corpus) -> Archived | None:
    """Write the DOI of a published deposit into the corpus, if that is what is left to do."""
    state = _state(corpus)
    if not state or not state["at"]:
        return None
    done = Archived(
        version=state["version"],
        doi=state["doi"],
        concept_doi=state["concept_doi"],
        trial=is_trial(state["doi"]),
    )
    if not done.trial:
        index = read_index(corpus.dataset)
        if index.doi(done.version) is None:
            index = append_entries(corpus.dataset, index, _entry(index, done, state["at"]))
        assert index.newest is not None
        write_documents(corpus, Contents.read(corpus.releases / index.newest.version), index)
        moment = datetime.fromisoformat(state["at"])
        record_published(corpus, done.version, address(done.doi), moment)
    (corpus.private / _STATE).unlink()
    return done


def _entry(index: Index, done: Archived, at: str) -> dict[str, str]:
    line = next(line for line in reversed(index.lines) if line["version"] == done.version)
    concept = {"concept_doi": done.concept_doi} if is_doi(done.concept_doi) else {}
    return {
        "version": done.version,
        "created": line["created"],
        "digest": line["digest"],
        "event": ARCHIVED,
        "at": at,
        "doi": done.doi,
        **{name: str(value) for name, value in concept.items()},
    }
