"""Moves texts to their places, then the manifests: this makes an ingest's articles the corpus's.

The manifests are replaced last, so that a run that was killed leaves them as they were, and the
next run of the same ingest ends in the same files. Before that, all new texts are brought to the
disk at once: waiting for each would take longer than reading it. Until then no manifest names
them, so that a crash of the machine loses nothing that the corpus had.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from copydesk.articles import Texts
from copydesk.corpus import Article, Corpus
from copydesk.files import dump_line, replacing, to_disk, write_new
from copydesk.ingest.staging import Staging
from copydesk.ingest.store import RECORDS, Entry, Store
from copydesk.ingest.walk import MANIFEST


def commit(corpus: Corpus, store: Store, staging: Staging, *, bulk: bool | None) -> None:
    """Write the articles of a store to their corpus.

    Args:
        staging: the texts that were taken now.
        bulk: whether these are kept in Parquet and not in a file each; None leaves each where its
            article has it.
    """
    texts = corpus.texts
    let_go = _hold_bulk(texts, store, staging, bulk)
    leaving: list[Path] = []
    with (
        replacing(corpus.manifest) as public,
        replacing(corpus.private / MANIFEST) as withheld,
        replacing(corpus.private / RECORDS) as records,
        public.open("w", encoding="utf-8", newline="\n") as lines,
        withheld.open("w", encoding="utf-8", newline="\n") as private,
        records.open("w", encoding="utf-8", newline="\n") as kept,
    ):
        for entry in _placed(store, bulk):
            article = entry.article
            if entry.staged is not None and not article.bulk:
                write_new(texts.path(article), f"{staging.get(entry.staged)}\n".encode())
            lines.write(f"{dump_line(article.public())}\n")
            if not article.redistributable:
                private.write(f"{dump_line(article.withheld())}\n")
            leaving += _elsewhere(texts, article)
            if entry.source or entry.other:
                kept.write(f"{_record(entry)}\n")
        for stream in (lines, private, kept):
            stream.flush()
        to_disk()
    for path in leaving:
        path.unlink(missing_ok=True)
    let_go()


def text_of(entry: Entry, texts: Texts, staging: Staging) -> str:
    """An article's text, wherever it is."""
    return texts.read(entry.article) if entry.staged is None else staging.get(entry.staged)


def _placed(store: Store, bulk: bool | None) -> Iterator[Entry]:
    """All articles by id; those taken now with the place of their text."""
    for entry in store:
        if entry.staged is None or bulk is None:
            yield entry
        else:
            yield entry._replace(article=dataclasses.replace(entry.article, bulk=bulk))


def _hold_bulk(
    texts: Texts, store: Store, staging: Staging, bulk: bool | None
) -> Callable[[], None]:
    """Write the texts that are kept in Parquet; returns a function that removes the old ones."""
    listed = (entry for entry in _placed(store, bulk) if entry.article.bulk and not entry.absent)
    return texts.bulk.write(
        ((e.article.article_id, e.article.text_sha256, e) for e in listed),
        lambda entry: text_of(entry, texts, staging),
    )


def _elsewhere(texts: Texts, article: Article) -> Iterator[Path]:
    """Files with an article's text in places where it must no longer be."""
    for given in (True, False):
        path = texts.path(dataclasses.replace(article, redistributable=given))
        if (article.bulk or given > article.redistributable) and path.exists():
            yield path


def _record(entry: Entry) -> str:
    record: dict[str, Any] = {"article_id": entry.article.article_id, "source": entry.source}
    if entry.other:
        record["fields"] = json.loads(entry.other)
    return dump_line(record)
