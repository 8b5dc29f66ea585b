"""``copydesk release publish --archive``: to Zenodo, or an archive that speaks its API."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from copydesk.cli.common import data, many, words

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.publish.archive_http import Connection


def archive(
    corpus: Corpus, version: str | None, *, url: str | None, reserving: bool, yes: bool
) -> None:
    """Archive the newest release, or reserve the next one's DOI; without ``yes``, only say so."""
    from copydesk.publish.archive_http import ZENODO, check_address

    place = check_address(url or corpus.config.get("archive", {}).get("url", ZENODO))
    if reserving and not version:
        raise typer.BadParameter("--reserve needs the version that is to be cut, such as 1.2.0")
    if not yes:
        _tell(corpus, place, version, reserving)
    elif reserving:
        _reserve(corpus, place, version or "")
    else:
        _archive(corpus, place, version)


def _connect(place: str) -> Connection:
    from copydesk.publish.archive_http import TOKEN_VARIABLE, Connection

    return Connection(place, os.environ.get(TOKEN_VARIABLE, ""))


def _reserve(corpus: Corpus, place: str, version: str) -> None:
    from copydesk.publish.archive import reserve
    from copydesk.publish.zenodo import Zenodo
    from copydesk.release.index import read_index

    with _connect(place) as connection:
        doi = reserve(corpus, Zenodo(connection), version, at=datetime.now(UTC))
    data().print(doi, markup=False)
    is_cut = read_index(corpus.dataset).find(version) is not None
    then = f"publish {version} --archive --yes" if is_cut else f"cut {version} --doi {doi}"
    words().print(
        f"This DOI is reserved at {place} for release {version}. "
        f"{'Archive' if is_cut else 'Cut'} it with: copydesk release {then}",
        markup=False,
    )


def _archive(corpus: Corpus, place: str, version: str | None) -> None:
    from copydesk.contract.doi import address
    from copydesk.contract.index_entries import archived
    from copydesk.publish.archive import archive as deposit
    from copydesk.publish.zenodo import Zenodo
    from copydesk.release.index import read_index
    from copydesk.release.reach import beyond_archive

    console = words()
    with _connect(place) as connection:
        done = deposit(corpus, Zenodo(connection), version, at=datetime.now(UTC))
    if done.trial:
        console.print(
            f"Release {done.version} is deposited at {place} under {done.doi}, a DOI for trials, "
            "which was not recorded.",
            markup=False,
        )
        return
    concept = f" (all versions: {address(done.concept_doi)})" if done.concept_doi else ""
    data().print(address(done.doi), markup=False)
    console.print(
        f"Release {done.version} is archived there{concept}. What the archive holds is what was "
        "sent. The DOI is now in the index, the card and CITATION.cff: commit them, and publish "
        "them to where the data set is read.",
        markup=False,
    )
    index = read_index(corpus.dataset)
    gone = [e["doi"] for name, e in archived(index.lines).items() if name not in index.versions]
    if gone:
        console.print("Copies of what was withdrawn that this cannot reach:")
    for doi in gone:
        for line in beyond_archive(address(doi)):
            console.print(f"  {line}", markup=False)


def _tell(corpus: Corpus, place: str, version: str | None, reserving: bool) -> None:
    from copydesk.publish.archive import plan_archive
    from copydesk.publish.bundle import bundle_name, bundled

    console = words()
    if reserving:
        console.print(
            f"Nothing was sent. A draft would be made at {place}, and its DOI reserved for release "
            f"{version}. Reserve it with --yes.",
            markup=False,
        )
        return
    plan, told = plan_archive(corpus, version)
    name, out = bundle_name(corpus.config["corpus"]["name"], plan.version), data()
    files = list(bundled(plan))
    size = sum(plan.files[one] for one in files)
    for field, value in _shown(told).items():
        out.print(f"{field:>16}  {value}", markup=False, soft_wrap=True)
    console.print(
        f"Nothing was sent. {name}, {many(len(files), 'file')} of "
        f"{size:,} bytes in all, would be deposited at {place}, as {_as_what(plan)}. Archive it "
        "with --yes: what is archived stays for ever.",
        markup=False,
    )


def _shown(told: dict[str, Any]) -> dict[str, str]:
    return {
        "title": told["title"],
        "creators": "; ".join(creator["name"] for creator in told["creators"]),
        "version": told["version"],
        "published on": told["publication_date"],
        "licence": told.get("license", "none stated"),
        "notes": told["notes"],
    }


def _as_what(plan: Any) -> str:
    from copydesk.contract.index_entries import archived

    before = [str(entry["doi"]) for entry in archived(plan.index.lines).values()]
    return f"the next version of the record of {before[-1]}" if before else "a new record"
