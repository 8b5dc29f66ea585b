"""Withdrawing an article: its words go from the corpus and from every release that holds them.

New release folders, X.Y.Z+wN, are written beside the old ones; then a journal says what is about to
happen, and from there on a run that is cut off is finished by the next. The card is switched to the
new folder, the index gets an entry for each, and only then do the old files go. Last, every file of
the corpus is searched: the journal stays until nothing is left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from copydesk.contract.index import WITHDRAWN, base
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import atomic_write, dump_json, inside, read_json, replacing_dir, sha256_file
from copydesk.release.changes import write_changes
from copydesk.release.contents import Contents
from copydesk.release.cut import forget_unnamed
from copydesk.release.diff import compare
from copydesk.release.documents import write_documents
from copydesk.release.folder import write_folder
from copydesk.release.forget import forget_rounds, forget_sources, remove_folder
from copydesk.release.index import append_entries, read_index
from copydesk.release.redact import erased, from_rows, holds, redacted
from copydesk.release.versions import Version
from copydesk.release.withdrawn import (
    forget_needles,
    keep_needles,
    left,
    needles,
    read_needles,
    searched,
    text_of,
)
from copydesk.rounds.decisions import standing
from copydesk.rounds.notes import notes_of
from copydesk.rounds.opened import open_round
from copydesk.withdrawals import Withdrawal, read_withdrawals

_OURS: Final = (
    *("dataset/releases/", "dataset/raw/", "dataset/baselines/", "private/", "build/"),
    "annotations/rounds/",
)
"""Rooms that a withdrawal cleans itself."""

_SHOWN: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """What a withdrawal did.

    Args:
        releases: the releases that were changed, each with the one that took its place.
        proven: whether all files of the corpus were searched for the text, and hold nothing of it;
            without the text there is nothing to search for.
    """

    article_id: str
    releases: Mapping[str, str]
    erased: bool
    proven: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    """What is about to be done; the journal, as data.

    Args:
        at: when it was asked for, UTC.
    """

    article_id: str
    reason: str
    erase: bool
    at: str
    releases: Mapping[str, str]

    @property
    def withdrawal(self) -> dict[str, Any]:
        """As a release says it, but for the release's version."""
        return {
            "article_id": self.article_id,
            "on": self.at[:10],
            "reason": self.reason,
            "erased": self.erase,
        }


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
    """Finish a withdrawal that was broken off.

    Raises:
        InputError: there is none.
        IntegrityError: a part of the text still stands in a file that copydesk does not know.
    """
    with corpus.lock(withdrawing=True):
        if not corpus.journal.is_file():
            raise InputError("No withdrawal was broken off here.", where=str(corpus.root))
        return _perform(corpus, _journal(corpus))


def _journal(corpus: Corpus) -> _Job:
    try:
        return _Job(**read_json(corpus.journal))
    except TypeError as error:
        raise InputError(
            "This is not what a withdrawal wrote down.",
            where=str(corpus.journal),
            hint="Restore it, or remove it and withdraw the article again.",
        ) from error


def _prepare(
    corpus: Corpus, article: str, reason: str, erase: bool, at: datetime
) -> tuple[_Job, dict[str, Any]]:
    """Write the new release folders and make sure that nothing stands in the way.

    Returns:
        What is to be done, and what to search for; empty if the text is not here.
    """
    _refuse_again(corpus, article, erase)
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
        _refuse_damaged(corpus, contents, digests[contents.version])
    found = _needles(corpus, article, releases, erase)
    _refuse_words(corpus, article, reason, found)
    job = _Job(
        article_id=article,
        reason=reason,
        erase=erase,
        at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        releases={c.version: str(Version.parse(c.version).withdrawn()) for c in releases},
    )
    for contents in releases:
        _write_release(corpus, contents, job, found)
    return job, found


def _refuse_again(corpus: Corpus, article: str, erase: bool) -> None:
    before = read_withdrawals(corpus.dataset).get(article)
    if before is not None and (before.erased or not erase):
        how = "withdrawn and erased" if before.erased else "withdrawn"
        raise InputError(
            f"Article '{article}' was {how} on {before.on}.",
            where=str(corpus.root),
            hint="" if before.erased else "With --erase its hashes, offsets and labels go too.",
        )


def _refuse_damaged(corpus: Corpus, contents: Contents, digest: str) -> None:
    """Refuse to sign again what is not what was released."""
    folder = corpus.releases / contents.version
    wrong = sha256_file(folder / "release.json") != digest
    for entry in contents.manifest["files"]:
        path = inside(folder, entry["path"])
        wrong = wrong or not path.is_file() or sha256_file(path) != entry["sha256"]
    if wrong:
        raise IntegrityError(
            f"Release {contents.version} is not the one that was released.",
            where=str(folder),
            hint="Restore its files: 'copydesk validate' names those that differ.",
        )


def _needles(
    corpus: Corpus, article: str, releases: Sequence[Contents], erase: bool
) -> dict[str, Any]:
    known = read_needles(corpus)
    if article in known["articles"]:
        return {**known, "articles": {article: known["articles"][article]}}
    text, title = text_of(corpus, article, releases)
    if text is not None:
        return needles(corpus, article, text, title, releases)
    if erase:
        raise InputError(
            f"The text of '{article}' is not here, so that nobody could prove that nothing of it "
            "is left.",
            where=str(corpus.root),
            hint="Erase it where its text is, or withdraw it here without --erase.",
        )
    return {}


def _refuse_words(corpus: Corpus, article: str, reason: str, found: Mapping[str, Any]) -> None:
    """Refuse a reason that repeats the text, and files of other people's that hold a part of it."""
    if not reason or not reason.isprintable():
        raise InputError(
            "A withdrawal needs a reason: a sentence on one line.", hint="Give it with --reason."
        )
    if not found:
        return
    names = [name for name in searched(corpus) if not name.startswith(_OURS)]
    leaks = left(corpus, found, names, beside={"--reason": reason})
    if leaks and leaks[0].file == "--reason":
        raise InputError(
            f"The reason repeats words of '{article}', and is published.",
            hint="Say why without quoting it.",
        )
    if leaks:
        places = sorted({leak.file for leak in leaks})
        raise InputError(
            f"Parts of '{article}' stand in files that copydesk did not write: "
            f"{_listed(places)}. Nothing was changed.",
            where=str(corpus.root),
            hint="Remove them there, and run this again.",
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _write_release(corpus: Corpus, old: Contents, job: _Job, found: Mapping[str, Any]) -> None:
    """Write X.Y.Z+wN beside X.Y.Z, and search it."""
    article, version = job.article_id, job.releases[old.version]
    changed: dict[str, Any] = {
        "version": version,
        "previous": _previous(old.manifest["previous"], job),
        "withdrawn": [
            *(w for w in old.manifest.get("withdrawn", ()) if w["article_id"] != article),
            {**job.withdrawal, "version": version},
        ],
    }
    if job.erase:
        if set(old.frame("articles", "article_id")["article_id"]) == {article}:
            raise InputError(
                f"Release {old.version} is about '{article}' alone: nothing would be left of it.",
                where=str(corpus.releases / old.version),
                hint="Withdraw the article without --erase.",
            )
        tables = erased(old, article, version, _texts(corpus, old, article))
        changed |= from_rows(tables) | _of_rounds(corpus, old, article)
    else:
        tables = redacted(old, article, version)
    with replacing_dir(corpus.releases / version) as beside:
        stated = {**old.manifest, **changed}
        # The schema allows no empty list of notes.
        write_folder(beside, {k: v for k, v in stated.items() if k != "notes" or v}, tables)
        names = [p.relative_to(corpus.root).as_posix() for p in beside.rglob("*") if p.is_file()]
        for leak in left(corpus, found, names) if found else ():
            raise IntegrityError(
                f"Words of '{article}' would still stand in {Path(leak.file).name}.",
                where=str(corpus.releases / version),
                hint="Nothing was changed. Report this.",
            )


def _previous(stated: str | None, job: _Job) -> str | None:
    by_base = {base(old): new for old, new in job.releases.items()}
    return None if stated is None else by_base.get(base(stated), stated)


def _texts(corpus: Corpus, old: Contents, article: str) -> dict[str, str]:
    """The texts of the other articles of an article's event, as far as they are here."""
    rows = old.frame("articles", "article_id", "event", "text_sha256").rows_by_key(
        "article_id", named=True, unique=True
    )
    event = rows[article]["event"]
    known = {a.article_id: a for a in corpus.articles_here()}
    return {
        name: corpus.text(known[name])
        for name, row in rows.items()
        if row["event"] == event
        and name in known
        and name != article
        and known[name].text_sha256 == row["text_sha256"]
    }


def _of_rounds(corpus: Corpus, old: Contents, article: str) -> dict[str, Any]:
    """What the release says of its rounds, without an article: who decided, and notes."""
    found: dict[str, Any] = {}
    rounds = [open_round(corpus, name) for name in old.manifest["rounds"]]
    if "adjudicators" in old.manifest:
        names = set(old.frame("articles", "article_id")["article_id"]) - {article}
        lines, _ = standing(corpus, [round.plan for round in rounds])
        kinds = {str(x["by"]): str(x["by_kind"]) for x in lines if x["article_id"] in names}
        found["adjudicators"] = dict(sorted(kinds.items()))
    if "notes" in old.manifest:
        notes = (notes_of(round, without=article).published() for round in rounds)
        found["notes"] = [note for note in notes if note]
    return found


def _perform(corpus: Corpus, job: _Job) -> Withdrawn:
    """Do what the journal says; what is done already is not done twice."""
    _switch(corpus, job)
    forget_sources(corpus, job.article_id, _line(corpus, job))
    found = read_needles(corpus)
    proven = job.article_id in found["articles"]
    found["articles"] = {n: h for n, h in found["articles"].items() if n == job.article_id}
    forget_rounds(corpus, job.article_id, found, erase=job.erase, at=job.at, reason=job.reason)
    for old in job.releases:
        remove_folder(corpus.releases / old)
        (corpus.dataset / "baselines" / f"{old}.json").unlink(missing_ok=True)
    places = sorted({leak.file for leak in left(corpus, found)})
    if places:
        raise IntegrityError(
            f"Parts of '{job.article_id}' still stand in {_listed(places)}; everything else is "
            "done.",
            where=str(corpus.root),
            hint="Remove them there, and run 'copydesk release withdraw --resume'.",
        )
    if job.erase:
        forget_needles(corpus, job.article_id)
    corpus.journal.unlink()
    return Withdrawn(
        article_id=job.article_id, releases=job.releases, erased=job.erase, proven=proven
    )


def _line(corpus: Corpus, job: _Job) -> Withdrawal:
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


def _switch(corpus: Corpus, job: _Job) -> None:
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
        write_documents(corpus, newest)
    entries = list(_entries(corpus, job, index.versions))
    if entries:
        append_entries(corpus.dataset, index, *entries)


def _entries(corpus: Corpus, job: _Job, known: Collection[str]) -> Iterator[dict[str, str]]:
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
