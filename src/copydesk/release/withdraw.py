"""Withdrawing an article: its words go from the corpus and from every release that holds them.

New release folders, X.Y.Z+wN, are written beside the old ones; then a journal says what is about to
happen, and from there on a run that is cut off is finished by the next. The card is switched to the
new folder, the index gets an entry for each, and only then do the old files go. Last, every file of
the corpus is searched: the journal stays until nothing is left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from copydesk.contract.index_entries import WITHDRAWN
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import atomic_write, dump_json, read_json, sha256_file
from copydesk.pages.folders import remove_pages
from copydesk.release.changes import write_changes
from copydesk.release.contents import Contents
from copydesk.release.cut import forget_unnamed
from copydesk.release.diff import compare
from copydesk.release.documents import write_documents
from copydesk.release.forget import forget_rounds, forget_sources, remove_folder
from copydesk.release.index import append_entries, read_index
from copydesk.release.redact import holds
from copydesk.release.remnants import forget_needles, keep_needles, left, pages_in, read_needles
from copydesk.release.replacement import Job, replace
from copydesk.release.versions import Version
from copydesk.release.withdrawable import (
    listed,
    needles_of,
    refuse_again,
    refuse_damaged,
    refuse_words,
)
from copydesk.withdrawals import Withdrawal, read_withdrawals


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """What a withdrawal did.

    Args:
        releases: the releases that were changed, each with the one that took its place.
        pages: folders of pages that showed the releases as they were, and were removed.
        proven: whether all files of the corpus were searched for the text, and hold nothing of it;
            without the text there is nothing to search for.
    """

    article_id: str
    releases: Mapping[str, str]
    erased: bool
    proven: bool
    pages: tuple[str, ...] = ()


def withdraw(
    corpus: Corpus, article: str, *, reason: str, erase: bool = False, at: datetime
) -> Withdrawn:
    """Withdraw an article from a corpus and all its releases.

    A withdrawal that was broken off is finished first.

    Args:
        reason: a sentence, which is published.
        erase: take hashes, offsets and labels too; else they stay as a tombstone.
        at: when, UTC.

    Raises:
        InputError: there is no such article, the reason repeats its text, a file that is not
            copydesk's holds a part of it, or nothing would be left of a release; nothing was
            changed.
        IntegrityError: a release is damaged (nothing was changed), or a part of the text turned up
            while files were removed: run it again once it is gone.
    """
    with corpus.lock(withdrawing=True):
        if corpus.journal.is_file():
            done = _perform(corpus, _journal(corpus))
            if done.article_id == article:
                return done
        job, found = _prepare(corpus, article, reason.strip(), erase, at)
        if found:
            keep_needles(corpus, found)
        atomic_write(corpus.journal, dump_json(dataclasses.asdict(job)))
        return _perform(corpus, job)


def resume(corpus: Corpus) -> Withdrawn:
    """Finish a withdrawal that was interrupted.

    Raises:
        InputError: there is none.
        IntegrityError: a file that copydesk does not know still contains a part of the text.
    """
    with corpus.lock(withdrawing=True):
        if not corpus.journal.is_file():
            raise InputError("No withdrawal was interrupted here.", where=str(corpus.root))
        return _perform(corpus, _journal(corpus))


def _journal(corpus: Corpus) -> Job:
    try:
        return Job(**read_json(corpus.journal))
    except TypeError as error:
        raise InputError(
            "This is not a journal that a withdrawal wrote.",
            where=str(corpus.journal),
            hint="Restore it, or remove it and withdraw the article again.",
        ) from error


def _prepare(
    corpus: Corpus, article: str, reason: str, erase: bool, at: datetime
) -> tuple[Job, dict[str, Any]]:
    """Write the new release folders and make sure that nothing stands in the way.

    Returns:
        What is to be done, and what to search for; empty if the text is not here.
    """
    refuse_again(corpus, article, erase)
    index = read_index(corpus.dataset)
    forget_unnamed(corpus, index)
    every = [Contents.read(corpus.releases / version) for version in index.versions]
    releases = [contents for contents in every if holds(contents, article)]
    if not releases and all(a.article_id != article for a in corpus.articles()):
        raise InputError(
            f"Neither the corpus nor a release holds an article '{article}'.",
            where=str(corpus.root),
            hint="Give its article_id, as in dataset/raw/articles.jsonl.",
        )
    digests = {entry.version: entry.digest for entry in index.entries}
    for contents in releases:
        refuse_damaged(corpus, contents, digests[contents.version])
    found = needles_of(corpus, article, releases, erase)
    refuse_words(corpus, article, reason, found)
    job = Job(
        article_id=article,
        reason=reason,
        erase=erase,
        at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        releases={c.version: str(Version.parse(c.version).withdrawn()) for c in releases},
    )
    for contents in releases:
        replace(corpus, contents, job, found)
    return job, found


def _perform(corpus: Corpus, job: Job) -> Withdrawn:
    """Do what the journal says; steps that are already done are skipped."""
    _switch(corpus, job)
    forget_sources(corpus, job.article_id, _line(corpus, job))
    found = read_needles(corpus)
    proven = job.article_id in found["articles"]
    found["articles"] = {n: h for n, h in found["articles"].items() if n == job.article_id}
    forget_rounds(corpus, job.article_id, found, erase=job.erase, at=job.at, reason=job.reason)
    for old in job.releases:
        remove_folder(corpus.releases / old)
        (corpus.dataset / "baselines" / f"{old}.json").unlink(missing_ok=True)
    pages = pages_in(corpus)
    for folder in pages:
        remove_pages(folder)
    places = sorted({leak.file for leak in left(corpus, found)})
    if places:
        raise IntegrityError(
            f"Parts of '{job.article_id}' are still in {listed(places)}; everything else is done.",
            where=str(corpus.root),
            hint="Remove them there, and run 'copydesk release withdraw --resume'.",
        )
    if job.erase:
        forget_needles(corpus, job.article_id)
    corpus.journal.unlink()
    return Withdrawn(
        article_id=job.article_id,
        releases=job.releases,
        erased=job.erase,
        proven=proven,
        pages=tuple(folder.relative_to(corpus.root).as_posix() for folder in pages),
    )


def _line(corpus: Corpus, job: Job) -> Withdrawal:
    """What stays of the article in ``withdrawn.jsonl``."""
    if job.erase:
        return Withdrawal(**job.withdrawal)
    before = read_withdrawals(corpus.dataset).get(job.article_id)
    if before is not None:
        return before
    for article in corpus.articles():
        if article.article_id == job.article_id:
            kept = {name: getattr(article, name) for name in ("collection", "event", "text_sha256")}
            return Withdrawal(**job.withdrawal, **kept)
    for version in job.releases.values():
        rows = Contents.read(corpus.releases / version).frame("articles")
        for row in rows.iter_rows(named=True):
            if row["article_id"] == job.article_id:
                kept = {name: row[name] for name in ("collection", "event", "text_sha256")}
                return Withdrawal(**job.withdrawal, **kept)
    return Withdrawal(**job.withdrawal)


def _switch(corpus: Corpus, job: Job) -> None:
    """Point the card at the new folders, then have the index name them."""
    index = read_index(corpus.dataset)
    now = sorted((job.releases.get(v, v) for v in index.versions), key=Version.parse)
    for version in job.releases.values():
        write_changes(corpus.dataset, Contents.read(corpus.releases / version), None)
    if now:
        newest = Contents.read(corpus.releases / now[-1])
        if not Version.parse(now[-1]).withdrawal and len(now) > 1:
            before = Contents.read(corpus.releases / now[-2])
            write_changes(corpus.dataset, newest, compare(before, newest))
        write_documents(corpus, newest, index)
    entries = list(_entries(corpus, job, index.versions))
    if entries:
        append_entries(corpus.dataset, index, *entries)


def _entries(corpus: Corpus, job: Job, known: Collection[str]) -> Iterator[dict[str, str]]:
    for version in job.releases.values():
        if version in known:
            continue
        path = corpus.releases / version / "release.json"
        yield {
            "version": version,
            "created": read_json(path)["created"],
            "digest": sha256_file(path),
            "event": WITHDRAWN,
            "at": job.at,
            "reason": job.reason,
        }
