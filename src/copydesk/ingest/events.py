"""Which articles report one event: those that share text go together, before splits are drawn.

An event that the user named (in the source, with ``--event``, in the table ``events`` of
``copydesk.toml``) and one that a release has keep their name and their articles. Articles without
a named event join the event of the article that they share text with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from packaging.version import Version

from copydesk.contract.index_entries import standing
from copydesk.corpus import Article, Corpus
from copydesk.files import read_json, read_jsonl
from copydesk.ingest import translations
from copydesk.ingest.compared import Pair, Told, compare_all
from copydesk.ingest.copies import NEAR
from copydesk.ingest.store import Entry, Store
from copydesk.stretches import FOLDER, NO_KEYS, Index, Keys, keys

FOUND: Final = "events.jsonl"
"""In the private room: which articles were put into an event, with whom, and why."""
_CACHED: Final = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """An article that was put into an event, since it shares text with another article.

    Args:
        because: what the two share, such as "the same sentence".
    """

    article_id: str
    event: str
    other: str
    because: str

    def line(self) -> dict[str, str]:
        """The line of the private log."""
        return {
            "article_id": self.article_id,
            "event": self.event,
            "with": self.other,
            "because": self.because,
        }


def stated_events(corpus: Corpus) -> dict[str, str]:
    """The event of each article that the table ``events`` of ``copydesk.toml`` names."""
    table: dict[str, list[str]] = corpus.config.get("events", {})
    return {article: event for event, articles in table.items() for article in articles}


def released_splits(corpus: Corpus) -> dict[str, str]:
    """The split of each event of the corpus's releases, the newest release's where they differ."""
    index = corpus.releases / "index.json"
    entries = standing(read_json(index)["releases"]) if index.is_file() else []
    splits: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: Version(entry["version"])):
        path = corpus.releases / entry["version"] / "release.json"
        if path.is_file():
            splits |= read_json(path).get("splits", {})
    return splits


def found_before(corpus: Corpus) -> set[str]:
    """The articles whose event was found by earlier ingests, and not named by the user."""
    path = corpus.private / FOUND
    return {line["article_id"] for _, line in read_jsonl(path)} if path.is_file() else set()


def group(
    corpus: Corpus,
    store: Store,
    text: Callable[[Entry], str],
    *,
    without: Keys = NO_KEYS,
    workers: int | None = None,
) -> Events:
    """Find the events of fresh articles among all, and what must be set aside.

    Linear in the words of the articles (see `copydesk.stretches`). The hashes of fresh articles
    are in the index, or are made from their text.

    Args:
        store: all articles; the events of fresh ones are stated, or their own ids.
        text: gives an article's canonical text.
        without: hashes of stretches that tie no articles together.
        workers: processes that compare; the processors that this one may use, by default.
    """
    numbers, old = store.numbers()
    index = Index(corpus.build_dir / FOLDER)
    held = index.holds()
    for value in np.setdiff1d(numbers, held).tolist():
        index.add(value, keys(text(store.numbered(value))))
    index.flush()
    near = min(NEAR, float(corpus.config.get("checks", {}).get("near_duplicate", NEAR)))

    @lru_cache(_CACHED)
    def told(value: int) -> Told:
        entry = store.numbered(value)
        return Told(text(entry), entry.article.language, entry.article.zones)

    events = Events(released_splits(corpus))

    def apart() -> Iterator[Pair]:
        for first, other in index.pairs(numbers, old=old, without=without):
            a, b = int(numbers[first]), int(numbers[other])
            if not events.together(store.numbered(a), store.numbered(b)):
                yield Pair(a, b, told(a), told(b))

    for one, two, because in compare_all(apart(), near=near, workers=workers):
        a, b = store.numbered(one), store.numbered(two)
        # Others that were compared meanwhile may have put them together.
        if because and not events.together(a, b):
            events.join(a, b, because)
    for a, b in translations.linked(store):
        if not events.together(a, b):
            events.join(a, b, translations.BECAUSE)
    return events


@dataclass(slots=True)
class Events:
    """Events as sets that are united; each has at most one fixed name and one split.

    Args:
        splits: the split of each event that a release has.
        aside: articles that would tie two splits together, with the reason.
        apart: articles that share text although the user named different events for them.
    """

    splits: Mapping[str, str]
    aside: dict[str, str] = field(default_factory=dict)
    apart: list[Joined] = field(default_factory=list)
    _leader: dict[str, str] = field(default_factory=dict)
    _fixed: set[str] = field(default_factory=set)
    _why: dict[str, tuple[str, str]] = field(default_factory=dict)

    def _find(self, event: str) -> str:
        while self._leader.get(event, event) != event:
            event = self._leader[event]
        return event

    def _is_fixed(self, event: str) -> bool:
        return event in self.splits or event in self._fixed

    def together(self, a: Entry, b: Entry) -> bool:
        """Whether two articles need not be compared any more."""
        for entry in (a, b):
            if entry.stated:
                self._fixed.add(entry.article.event)
        names = {a.article.article_id, b.article.article_id}
        same = self._find(a.article.event) == self._find(b.article.event)
        return same or not names.isdisjoint(self.aside)

    def join(self, a: Entry, b: Entry, because: str) -> None:
        """Put two articles into one event; or the second aside, if it is a fresh one."""
        mine, theirs = self._find(a.article.event), self._find(b.article.event)
        here, there = self.splits.get(mine), self.splits.get(theirs)
        if b.fresh and here and there and here != there:
            self.aside[b.article.article_id] = (
                f"It shares {because} with '{a.article.article_id}' of the split '{here}', but "
                f"belongs to the event '{theirs}' of the split '{there}'."
            )
        elif self._is_fixed(mine) and self._is_fixed(theirs):
            name, found = b.article.article_id, a.article.article_id
            self.apart.append(Joined(article_id=name, event=theirs, other=found, because=because))
        else:
            into, gone = (theirs, mine) if self._is_fixed(theirs) else (mine, theirs)
            self._leader[gone] = into
            moved, other = (a, b) if into == theirs else (b, a)
            self._why[moved.article.article_id] = (other.article.article_id, because)

    def of(self, article: Article) -> Joined | None:
        """Where an article goes, if it moves."""
        if article.event not in self._leader:
            return None
        other, because = self._why.get(article.article_id, ("", "came with its event"))
        return Joined(
            article_id=article.article_id,
            event=self._find(article.event),
            other=other,
            because=because,
        )
