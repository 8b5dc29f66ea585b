"""The tables that a release is made of, some thousand articles at a time.

A part has the built articles, sentences and quotations of some articles; parts come in the order of
the articles' ids. They are read anew each time they are asked for, and never all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

import polars as pl

from copydesk.batch import SCHEMAS
from copydesk.build import BuiltShard, built_shards, read_shards
from copydesk.corpus import Corpus
from copydesk.recorded import Releases

SENTENCES_AT_ONCE: Final = 100_000
"""Sentences of a part, unless a single shard has more."""

Part = Mapping[str, pl.DataFrame]
"""``articles``, ``sentences`` and ``quotes`` as built; sentences with their article's
``text_sha256``."""


class Parts:
    """The built tables of a corpus, in parts.

    Args:
        shards: in any order; where their articles' ids overlap they make one part.
        read: gives the rows of one table of some shards.
    """

    def __init__(
        self,
        shards: Iterable[BuiltShard],
        read: Callable[[Sequence[str], str], pl.DataFrame],
    ) -> None:
        self._read = read
        self._groups: list[list[str]] = []
        last, sentences = "", 0
        for shard in sorted(shards, key=lambda shard: (shard.first, shard.last)):
            apart = shard.first > last
            if not self._groups or (apart and sentences + shard.sentences > SENTENCES_AT_ONCE):
                self._groups.append([])
                sentences = 0
            self._groups[-1].append(shard.key)
            last, sentences = max(last, shard.last), sentences + shard.sentences

    @classmethod
    def of_corpus(cls, corpus: Corpus, releases: Releases | None = None) -> Parts:
        """What a corpus's last build made.

        Args:
            releases: the entries of the index of releases, if the caller has read it.

        Raises:
            InputError: the corpus is not built, or was changed after its last build.
        """
        return cls(built_shards(corpus, releases), partial(read_shards, corpus))

    def __iter__(self) -> Iterator[Part]:
        for keys in self._groups:
            found = {table: self._read(keys, table) for table in SCHEMAS}
            texts = found["articles"].select("article_id", "text_sha256")
            sentences = found["sentences"].join(texts, on="article_id", maintain_order="left")
            yield found | {"sentences": sentences}

    def articles(self) -> Iterator[pl.DataFrame]:
        """The articles alone."""
        return (self._read(keys, "articles") for keys in self._groups)
