"""Takes raw articles into a corpus: keeps the good ones, and sets bad ones aside with the reason.

Texts are staged in the corpus's scratch room and moved to their places when all have been read
(`copydesk.ingest.commit`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from copydesk import __version__
from copydesk.corpus import Article, Corpus
from copydesk.errors import CopydeskError, InputError
from copydesk.files import append_lines, dump_line, sha256_text
from copydesk.ingest import events, furniture, refused
from copydesk.ingest.commit import commit, text_of
from copydesk.ingest.entries import CHANGES, Articles
from copydesk.ingest.metadata import Defaults, Metadata
from copydesk.ingest.outcome import Ingested
from copydesk.ingest.pool import Found, read_all
from copydesk.ingest.raw import Missed, Options, Raw, Refusal
from copydesk.ingest.seen import FILE as SEEN
from copydesk.ingest.seen import Left, Seen
from copydesk.ingest.staging import Staging
from copydesk.ingest.store import Entry, Store, number
from copydesk.ingest.walk import KINDS
from copydesk.rights import spdx
from copydesk.stretches import FOLDER, FORMER, Index

Progress = Callable[[int], None]
_SHOWN: Final = 20
BULK_FROM: Final = 10_000
"""From this many articles taken from Parquet files at once, texts stay in Parquet."""


def ingest(
    sources: Iterable[str],
    corpus: Corpus,
    *,
    licence: str | None = None,
    collection: str | None = None,
    replace: bool = False,
    defaults: Defaults | None = None,
    options: Options | None = None,
    strict: bool = False,
    bulk: bool | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Ingested:
    """Take articles into a corpus; those that cannot be used are set aside.

    Args:
        sources: files, folders, glob patterns or addresses (see `copydesk.ingest.walk.files`).
        licence, collection: short for the same of ``defaults``.
        replace: whether an article that the corpus has may change.
        strict: whether nothing is taken if anything must be set aside.
        bulk: whether the texts are kept in Parquet and not in a file each; by default, those that
            the corpus has in Parquet are, and all if `BULK_FROM` of them come from Parquet files.
        workers: processes that read and compare; the processors that this one may use, by default.
        progress: called with the number of articles read so far.

    Raises:
        InputError: a source matches nothing, nothing was found, or, with ``strict``, an article
            cannot be used; the corpus is as it was.
    """
    given = defaults or Defaults(licence=licence, collection=collection)
    given = dataclasses.replace(given, licence=spdx(given.licence))
    with (
        corpus.lock(),
        _full_disk_named(corpus),
        tempfile.TemporaryDirectory(
            dir=corpus.build_dir, prefix=".ingest-", suffix=".part"
        ) as name,
        contextlib.closing(Store(Path(name) / "store.sqlite")) as store,
        contextlib.closing(Staging(Path(name) / "texts")) as staging,
    ):
        run = _Run(corpus, list(sources), given, options or Options(), replace, staging, store)
        run.bulk = bulk
        with contextlib.closing(run.seen):
            run.read(workers, progress)
            return run.finish(strict, workers)


@contextlib.contextmanager
def _full_disk_named(corpus: Corpus) -> Iterator[None]:
    """Turn the refusal of a full disk into a sentence, whoever of the ingest's files met it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        full = getattr(error, "errno", None) in (28, 122)  # no space left, quota exceeded
        if not full and not isinstance(error, sqlite3.OperationalError):
            raise
        raise InputError(
            f"What was read cannot be kept: {getattr(error, 'strerror', None) or error}.",
            where=str(corpus.build_dir),
            hint="Free some space or choose another disk, then run this again.",
        ) from error


class _Run:
    """One ingest, from the first file read to the manifests written."""

    def __init__(
        self,
        corpus: Corpus,
        sources: list[str],
        defaults: Defaults,
        options: Options,
        replace: bool,
        staging: Staging,
        store: Store,
    ) -> None:
        self.bulk: bool | None = None
        self.corpus = corpus
        self.sources = sources
        self.options = options
        self.staging = staging
        self.store = store
        self.store.load(corpus, events.found_before(corpus))
        self.metadata = Metadata(corpus, defaults)
        self.table = events.stated_events(corpus)
        self.splits = events.released_splits(corpus)
        self.articles = Articles(
            corpus, store, sources, self.metadata, self.table, self.splits, replace=replace
        )
        shutil.rmtree(corpus.build_dir / FORMER, ignore_errors=True)
        self.index = Index(corpus.build_dir / FOLDER)
        self.lines = Index(corpus.build_dir / "lines")
        self.missed = Missed()
        self.counts: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        self.withheld: Counter[str] = Counter()
        manner = f"{__version__} {options} {defaults} {replace} {corpus.config} {self.splits}"
        self.seen = Seen(corpus.build_dir / SEEN, sha256_text(manner))
        self.left = Left(corpus, sha256_text(manner))

    def read(self, workers: int | None, progress: Progress | None) -> None:
        """Read every source, and stage what can be used."""
        for done, found in enumerate(
            read_all(self.sources, self.missed, self.options, workers, self._wanted), start=1
        ):
            if isinstance(found, Refusal):
                self.missed.refused.append(found)
                self.seen.put(found.source, found)
            else:
                self._stage(found)
            if progress and done % 50 == 0:
                progress(done)
        self.index.flush()
        self.lines.flush()

    def _wanted(self, raw: Raw) -> bool:
        """Whether a file must be read; one that has not changed since it was read need not be."""
        known = self.seen.get(raw)
        if isinstance(known, Refusal):
            self.missed.refused.append(known)
            return False
        entry = self.store.get(known[0]) if known else None
        if known is None or entry is None or entry.article.text_sha256 != known[1] or entry.place:
            return True
        if entry.absent or (self.bulk is not None and entry.article.bulk != self.bulk):
            return True
        self.store.met(known[0], raw.where)
        self._count(entry.article)
        return False

    def _count(self, article: Article) -> None:
        self.counts["given" if article.redistributable else "withheld"] += 1
        if not article.redistributable:
            self.withheld[self.metadata.why_withheld(article)] += 1

    def _stage(self, found: Found) -> None:
        reading = found.reading
        try:
            entry, change = self.articles.of(reading)
        except CopydeskError as error:
            self.missed.refused.append(Refusal.of(error, reading.where))
            return
        self.counts[change] += 1
        article = entry.article
        self.index.add(number(article), found.keys)
        self.lines.add(number(article), furniture.of_outlet(found.lines, article))
        staged = self.staging.put(reading.text)
        self.counts["from Parquet"] += reading.where.partition(": row ")[0].endswith(".parquet")
        self.store.put(entry._replace(staged=staged))
        self.seen.put(reading.where, (article.article_id, article.text_sha256))
        self.steps.update(reading.steps.keys())
        self.fields.update(reading.other.keys())
        self._count(article)

    def finish(self, strict: bool, workers: int | None) -> Ingested:
        """Find events, move texts to their places, write the manifests.

        Where no article was read and nothing else has changed, all that is done already.
        """
        done = not any(self.counts[change] for change in CHANGES) and self.left.holds()
        found = events.Events(self.splits) if done else self._compare(workers)
        self._raise(strict)
        taken = self.counts["given"] + self.counts["withheld"]
        joined = self._commit(found) if taken and not done else ()
        new = self._write_refused()
        return Ingested(
            given=self.counts["given"],
            withheld=self.counts["withheld"],
            added=self.counts["added"],
            replaced=self.counts["replaced"],
            absent=self.missed.absent,
            filled=self.counts["filled"],
            uncompared=self.store.absent(),
            refused=tuple(self.missed.refused),
            new_refusals=new,
            joined=joined,
            apart=tuple(found.apart),
            steps=dict(self.steps),
            unread=dict(self.missed.unread),
            passed=dict(self.missed.passed),
            fields=dict(self.fields),
            why_withheld=dict(self.withheld),
        )

    def _compare(self, workers: int | None) -> events.Events:
        """Mark the lines that outlets repeat, and find the events of fresh articles."""
        marked, nobodys = furniture.mark(self.corpus, self.store, self._text)
        if marked:
            self.steps["furniture"] = marked
        found = events.group(self.corpus, self.store, self._text, without=nobodys, workers=workers)
        for name, reason in found.aside.items():
            self._set_aside(name, reason)
        return found

    def _commit(self, found: events.Events) -> tuple[events.Joined, ...]:
        joined = self._join(found)
        if self.bulk is None and self.counts["from Parquet"] >= BULK_FROM:
            self.bulk = True
        self.left.forget()
        commit(self.corpus, self.store, self.staging, bulk=self.bulk)
        append_lines(self.corpus.private / events.FOUND, [dump_line(j.line()) for j in joined])
        self.left.remember()
        return joined

    def _set_aside(self, name: str, reason: str) -> None:
        """Take back a fresh article that would tie two splits together."""
        entry = self.store.get(name)
        assert entry is not None
        hint = "Leave it out, or cut its event's articles from the next release."
        self.missed.refused.append(
            Refusal(source=entry.place or entry.source, reason=reason, hint=hint)
        )
        self.counts["given" if entry.article.redistributable else "withheld"] -= 1
        self.counts["added"] -= 1
        self.store.drop(name)

    def _text(self, entry: Entry) -> str:
        return text_of(entry, self.corpus.texts, self.staging)

    def _raise(self, strict: bool) -> None:
        refusals = self.missed.refused
        found = self.counts["given"] + self.counts["withheld"]
        if not (found or refusals or self.missed.absent):
            kinds = ", ".join(f"{n} {kind}" for kind, n in self.missed.unread.items())
            held = f"They hold files of kinds that are not read: {kinds}. " if kinds else ""
            raise InputError(
                "No article was found in these sources.",
                where=", ".join(self.sources),
                hint=f"{held}Articles are read from {', '.join(sorted(KINDS))}, also as .gz, .zst "
                "and .zip.",
            )
        if not (strict and refusals):
            return
        shown = [f"  {refusal}" for refusal in refusals[:_SHOWN]]
        if len(refusals) > _SHOWN:
            shown.append(f"  … and {len(refusals) - _SHOWN} more.")
        count = "1 article" if len(refusals) == 1 else f"{len(refusals)} articles"
        raise InputError(f"{count} cannot be used, so none was taken:\n" + "\n".join(shown))

    def _join(self, found: events.Events) -> tuple[events.Joined, ...]:
        joined = []
        for entry in self.store:
            article = entry.article
            event = self.table.get(article.article_id)
            if event and entry.place is None and article.event not in self.splits:
                article = dataclasses.replace(article, event=event)
                self.store.put(entry._replace(article=article, stated=True))
            elif not entry.stated and (moved := found.of(article)):
                article = dataclasses.replace(article, event=moved.event)
                self.store.put(entry._replace(article=article))
                joined.append(moved)
        return tuple(joined)

    def _write_refused(self) -> int:
        """Write what is set aside now, and return how much of it is new."""
        before = refused.before(self.corpus)
        now = self.missed.refused
        known = {(r.source, r.place, r.reason) for r in before}
        kept = [r for r in before if not refused.is_of(r, self.sources)]
        refused.write(self.corpus, [*kept, *now])
        return sum((r.source, r.place, r.reason) not in known for r in now)
