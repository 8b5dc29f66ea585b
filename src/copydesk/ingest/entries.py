"""The article made from a reading, compared with the one that the corpus has under its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.files import dump_line, sha256_text
from copydesk.ingest.ids import Ids, source_of
from copydesk.ingest.metadata import Metadata
from copydesk.ingest.raw import Reading
from copydesk.ingest.store import Entry, Store
from copydesk.withdrawals import read_withdrawals

CHANGES: Final = ("added", "filled", "replaced", "unchanged")
"""What taking a reading may change."""


class Articles:
    """Makes articles of readings, one after the other.

    Args:
        store: the articles of the corpus, and those that were made so far.
        table: the event of each article that the user named one for.
        splits: the split of each event that a release has.
        replace: whether an article that the corpus has may get another text.
    """

    def __init__(
        self,
        corpus: Corpus,
        store: Store,
        sources: Iterable[str],
        metadata: Metadata,
        table: Mapping[str, str],
        splits: Mapping[str, str],
        *,
        replace: bool,
    ) -> None:
        self._store = store
        self._ids = Ids(store, sources)
        self._metadata = metadata
        self._table = table
        self._splits = splits
        self._replace = replace
        lines = read_withdrawals(corpus.dataset).values()
        self._withdrawn = {line.article_id: line for line in lines}
        self._withdrawn |= {line.text_sha256: line for line in lines if line.text_sha256}

    def of(self, reading: Reading) -> tuple[Entry, str]:
        """The article of a reading, and what taking it changes, one of `CHANGES`.

        Raises:
            InputError: its id was met already, its text was withdrawn, or the corpus has another
                text for the id.
        """
        source = source_of(reading)
        name = self._ids.of(reading, source)
        before = self._store.get(name)
        digest = sha256_text(reading.text)
        fresh = before is None or before.article.text_sha256 != digest
        self._refuse(name, digest, before, fresh)
        fields = self._metadata.fields(reading)
        event, stated = self._event(name, fields.pop("event", None), before)
        rights = self._metadata.rights(name, fields, reading.text)
        article = Article(
            article_id=name,
            event=event,
            text_sha256=digest,
            zones=_zones(reading, None if fresh else before),
            reading=reading.steps or None,
            bulk=before is not None and before.article.bulk,
            **rights,
            **fields,
        )
        filled = before is not None and before.absent and not fresh
        other = dump_line(reading.other) if reading.other else ""
        entry = Entry(
            article, source, other, reading.where, fresh=fresh, stated=stated, filled=filled
        )
        return entry, _change(before, article)

    def _refuse(self, name: str, digest: str, before: Entry | None, fresh: bool) -> None:
        """Refuse an id that was met already, what was withdrawn, and another text for an id."""
        if before and before.place is not None:
            raise InputError(
                f"The id '{name}' is used twice, first at {before.place}.",
                hint="Give each article an id of its own.",
            )
        line = self._withdrawn.get(name) or self._withdrawn.get(digest)
        if line is not None:
            raise InputError(
                f"Article '{line.article_id}' was {line}",
                hint="What was withdrawn is not taken in again.",
            )
        if before and fresh and not self._replace:
            raise InputError(
                f"The corpus has another text for '{name}'.",
                hint="Give the article another id, or run again with --replace.",
            )

    def _event(self, name: str, event: str | None, before: Entry | None) -> tuple[str, bool]:
        """An article's event, and whether the user named it; one that was released stays."""
        if before and before.article.event in self._splits:
            return before.article.event, True
        named = self._table.get(name, event)
        if named is not None:
            return named, True
        return (before.article.event, before.stated) if before else (name, False)


def _change(before: Entry | None, article: Article) -> str:
    """What taking an article changes in the corpus, which had it as ``before``."""
    if before is None:
        return "added"
    if before.absent and before.article.public() == article.public():
        return "filled"
    return "unchanged" if before.article == article else "replaced"


def _zones(reading: Reading, before: Entry | None) -> tuple[str, ...]:
    """The zones of lines that the source marks; for a text that the corpus has, also its notes.

    Furniture is marked when a text is taken (see `copydesk.ingest.furniture`), and stays.
    """
    zones = {line: f"{line}:{zone}" for line, zone in reading.zones}
    if before is not None:
        for mark in before.article.zones:
            line, _, zone = mark.partition(":")
            if zone == "note":
                zones[int(line)] = mark
    return tuple(zones[line] for line in sorted(zones))
