"""The id of each article that is taken: its own, or one from its place in the source."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from copydesk.ingest import names
from copydesk.ingest.raw import Missed, Reading
from copydesk.ingest.store import Store
from copydesk.ingest.walk import each


class Ids:
    """Ids that no two articles share, and that an article keeps from one ingest to the next.

    Args:
        store: the articles that have ids.
        sources: of this ingest; names that occur in several of their folders need the whole path.
    """

    def __init__(self, store: Store, sources: Iterable[str]) -> None:
        self._store = store
        self._sources = sources

    @cached_property
    def _clashing(self) -> set[str]:
        """Looked for with the first new article: that takes a walk through all sources."""
        return _clashing(self._sources)

    def of(self, reading: Reading, source: str) -> str:
        """An article's id.

        Args:
            source: its place inside the source, with its row if it is one of a table.
        """
        own: str | None = reading.fields.get("article_id")
        if own is not None:
            clash = self._store.get(own)
            original = reading.other.get("id")
            if clash and clash.place and original is not None and clash.source != source:
                return names.with_mark(own, f"{original}")
            return own
        known = self._store.at(source)
        if known is not None and known.place is None:
            return known.article.article_id
        stem = names.stem(reading.name)
        if reading.row is not None:
            return f"{names.slug(stem)[:48].rstrip('-')}-{reading.row}"
        name = names.slug(stem)
        if name in self._clashing or self._taken(name, source):
            name = names.from_path(reading.name)
        return names.with_mark(name, reading.name) if self._taken(name, source) else name

    def _taken(self, name: str, source: str) -> bool:
        """Whether another article has an id."""
        clash = self._store.get(name)
        return clash is not None and bool(clash.place or (clash.source and clash.source != source))


def source_of(reading: Reading) -> str:
    """An article's place inside its source, with its row if it is one of a table."""
    return reading.name if reading.row is None else f"{reading.name}#{reading.row}"


def _clashing(sources: Iterable[str]) -> set[str]:
    """Names that files in several folders have, so that their ids come from the whole path."""
    seen: set[int] = set()
    clashing: set[str] = set()
    for file in each(sources, Missed()):
        if file.kind in ("text", "html"):
            name = names.slug(names.stem(file.name))
            if hash(name) in seen:
                clashing.add(name)
            seen.add(hash(name))
    return clashing
