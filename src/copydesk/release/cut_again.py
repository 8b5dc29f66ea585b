"""The articles of a release cut again from their texts, with the pieces that it records."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.batch import RECORDED_ARTICLES, build_batch, text_code
from copydesk.build import SHARD_ARTICLES, BuiltShard
from copydesk.corpus import Article, Corpus
from copydesk.recorded import Record, pieces_of, recorded
from copydesk.release.contents import Contents
from copydesk.release.index import read_index
from copydesk.release.parts import Parts
from copydesk.release.scratch import Scratch
from copydesk.release.versions import Version
from copydesk.text import segment
from copydesk.text.pieces import line_zones

_Pieces = list[dict[str, Any]]


class _Shards:
    """What was cut again, on the disk."""

    def __init__(self) -> None:
        self._scratch = Scratch()
        self._files: dict[tuple[str, str], Path] = {}

    def keep(self, articles: Sequence[dict[str, Any]], rules: bool) -> BuiltShard:
        """Cut some articles, and keep the result."""
        batch = pa.RecordBatch.from_pylist(list(articles), RECORDED_ARTICLES)
        built = build_batch(batch, rules=rules)
        ids = [article["article_id"] for article in articles]
        for table, rows in built._asdict().items():
            frame = pl.DataFrame(pa.Table.from_batches([rows]))
            file = self._scratch.keep(f"{table}/{ids[0]}.parquet", frame)
            self._files[ids[0], table] = file
        return BuiltShard(ids[0], min(ids), max(ids), built.sentences.num_rows)

    def read(self, keys: Sequence[str], table: str) -> pl.DataFrame:
        """All rows of one table of some shards, in their order."""
        return pl.read_parquet([self._files[key, table] for key in keys], glob=False)


def cut_again(corpus: Corpus, released: Contents, articles: Collection[str]) -> Parts:
    """The released articles as they are built from their texts.

    Args:
        articles: the ids of those whose texts are here, unchanged.

    Raises:
        InputError: a text is no longer here.
    """
    shards, rules = _Shards(), released.contract.scheme.has_rules
    sources = _sources(corpus, released, articles)
    made = []
    while rows := list(itertools.islice(sources, SHARD_ARTICLES)):
        made.append(shards.keep(rows, rules))
    return Parts(made, shards.read)


def _sources(
    corpus: Corpus, released: Contents, articles: Collection[str]
) -> Iterator[dict[str, Any]]:
    """What each article is made of: its text, and its pieces."""
    texts = corpus.texts
    older = released.manifest.get("text_code") != text_code()
    known = None if older else recorded(corpus, _before(corpus, released))
    pieces = released.frame("articles", "article_id", "pieces")
    rows = {name: row for row, name in enumerate(pieces["article_id"])}
    for article in corpus.articles():
        if article.article_id in articles:
            text = texts.read(article)
            held = pieces["pieces"][rows[article.article_id]].to_list()
            if known is not None:
                held = _pieces(article, text, held, known.of([article]))
            yield article.record() | {"text": text, "pieces": held}


def _before(corpus: Corpus, released: Contents) -> list[Mapping[str, Any]]:
    """The entries of the releases before it."""
    own = Version.parse(released.version)
    return [x for x in read_index(corpus.dataset).lines if Version.parse(x["version"]) < own]


def _pieces(
    article: Article, text: str, released: _Pieces, records: Mapping[str, Record]
) -> _Pieces:
    """An article's pieces by its sources: as recorded before, or as the text code cuts them.

    Either may have been released, since a corpus may be cut anew.
    """
    zones = line_zones(article.zones)
    cuts = [[p._asdict() for p in segment(text, article.language, zones=zones)]]
    if article.article_id in records:
        held = pieces_of(text, article.language, records[article.article_id])
        cuts.append([p._asdict() for p in held])
    return released if released in cuts else cuts[-1]
