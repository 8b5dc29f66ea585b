"""The draft of a release at an archive: found or made, filled, and compared with what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from copydesk.contract.doi import is_doi
from copydesk.contract.index_entries import archived
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError, ServerError
from copydesk.publish.metadata import mark_of, unlike
from copydesk.publish.zenodo import Deposit, Zenodo
from copydesk.release.index import Index, other_dois


def find_draft(
    corpus: Corpus,
    zenodo: Zenodo,
    index: Index,
    told: Mapping[str, Any],
    *,
    doi: str | None = None,
    moving: bool = False,
) -> Deposit:
    """The deposit of a release: the existing one, published or not, or a new draft.

    Args:
        told: the release's metadata.
        doi: that was reserved for the release; None if none was.
        moving: whether a draft that was reserved for a version that was never cut may be used.

    Raises:
        InputError: the deposit with the DOI, or the record of an earlier release, is not there; or
            a DOI is reserved for another version.
        ServerError: the archive refuses or cannot be reached.
    """
    own = sorted(zenodo.mine(), key=lambda deposit: (not deposit.published, deposit.id))
    found = [d for d in own if (d.doi == doi if doi else told["notes"] in _notes(d))]
    if found:
        return found[0]
    if doi:
        raise InputError(
            f"The draft with the DOI {doi}, which release {told['version']} names, is not in this "
            "account.",
            where=zenodo.url,
            hint="Use the token of the account that reserved it. If the draft was deleted, cut the "
            "next version.",
        )
    reserved = _reserved(corpus, index, told["version"], own)
    if reserved and not moving:
        other, version = reserved.metadata.get("version"), told["version"]
        raise InputError(
            f"The DOI {reserved.doi} is reserved for release {other}, which is not cut yet.",
            where=zenodo.url,
            hint=f"Cut {other} with it first, or give it to {version} with 'copydesk release "
            f"publish {version} --archive --reserve --yes'.",
        )
    return reserved or _next_version(zenodo, index, own) or zenodo.create(told)


def _notes(deposit: Deposit) -> str:
    return str(deposit.metadata.get("notes"))


def _reserved(corpus: Corpus, index: Index, version: str, own: list[Deposit]) -> Deposit | None:
    """The draft whose DOI is reserved for a version that was not cut yet."""
    taken = other_dois(corpus.dataset, index, version)
    sentence = mark_of(corpus.config["corpus"]["name"])
    for deposit in own:
        is_draft = not deposit.published and deposit.doi not in taken
        is_cut = index.find(str(deposit.metadata.get("version"))) is not None
        if is_draft and not is_cut and sentence in _notes(deposit):
            return deposit
    return None


def _next_version(zenodo: Zenodo, index: Index, own: list[Deposit]) -> Deposit | None:
    """The draft of the record's next version; None if no release is archived."""
    before = [str(entry["doi"]) for entry in archived(index.lines).values()]
    if not before:
        return None
    record = next((d for d in own if d.published and d.doi == before[-1]), None)
    if record is None:
        raise InputError(
            f"The record of the release before, {before[-1]}, is not in this account.",
            where=zenodo.url,
            hint="Use the token of the account that published it, at the archive that has it.",
        )
    versions = [deposit for deposit in own if deposit.concept == record.concept]
    drafts = [deposit for deposit in versions if not deposit.published]
    newest = max((d for d in versions if d.published), key=lambda deposit: deposit.id)
    return drafts[0] if drafts else zenodo.next_version(newest)


def fill(zenodo: Zenodo, deposit: Deposit, bundle: Path, md5: str, told: Mapping[str, Any]) -> None:
    """Bring a draft to hold the zip, and nothing else.

    Raises:
        IntegrityError, ServerError: see `compared`.
    """
    deposit = zenodo.describe(deposit, told)
    size, whole = bundle.stat().st_size, False
    for name, file in deposit.files.items():
        if (name, file.bytes, file.md5) == (bundle.name, size, md5):
            whole = True
        else:
            zenodo.remove(deposit, name)
    if not whole:
        zenodo.upload(deposit, bundle)
    compared(zenodo, deposit, bundle, md5, told, None)


def compared(
    zenodo: Zenodo,
    deposit: Deposit,
    bundle: Path,
    md5: str,
    told: Mapping[str, Any],
    doi: str | None,
) -> Deposit:
    """A deposit as the archive gives it back; it holds what was sent.

    Args:
        md5: of the zip.
        told: the metadata that were sent.
        doi: that a published deposit must have; None if any will do.

    Raises:
        IntegrityError: it holds anything else.
        ServerError: the archive refuses, cannot be reached, or gave no DOI.
    """
    found = zenodo.get(deposit.id)
    if found is None:
        raise ServerError(
            f"The deposit {deposit.id}, which was there a moment ago, is gone.", where=zenodo.url
        )
    deposit, faults = found, []
    wanted = {bundle.name: (bundle.stat().st_size, md5)}
    there = {name: (file.bytes, file.md5) for name, file in deposit.files.items()}
    for name in sorted({*wanted, *there}):
        if wanted.get(name) != there.get(name):
            held = _shown(there.get(name), "not there")
            faults.append(f"{name} is {held}, but {_shown(wanted.get(name), 'nothing')} was sent")
    faults += [f"'{name}' is not as it was sent" for name in unlike(told, deposit.metadata)]
    if deposit.published and doi not in (None, deposit.doi):
        faults.append(f"the DOI is {deposit.doi}, but {doi} in the release")
    if faults:
        raise IntegrityError(
            f"The deposit {deposit.id} is not the release: {'; '.join(faults)}.",
            where=zenodo.url,
            hint="It is published and cannot be changed; its DOI was not recorded. Look at it, "
            "then cut and archive the next version."
            if deposit.published
            else "It is not published. Run the same command again, which sends it again.",
        )
    if deposit.published and not is_doi(deposit.doi):
        raise ServerError("The archive published the deposit without a DOI.", where=zenodo.url)
    return deposit


def _shown(file: tuple[int, str] | None, absent: str) -> str:
    return "{:,} bytes with the MD5 {}".format(*file) if file else absent
