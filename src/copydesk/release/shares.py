"""A release that is larger than memory, a share of its events at a time.

Related rows always belong to one event: an article and its sentences, these and their answers, the
quotations of a group. So a check that is given some events with all their rows finds what it would
find in the whole release. Where rows name others that belong to another event, which is a fault,
the two events are judged together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from copydesk.release.contents import Contents
from copydesk.release.split_files import Part

ROWS_AT_ONCE: Final = 1_000_000
"""Rows of all tables that are related at once; an event with more of them is not divided."""

_ARTICLE: Final = pl.col("article_id").fill_null("")


def shares(contents: Contents, tables: Collection[str] = ()) -> Iterator[Contents]:
    """The release in parts that hold whole events, each of about `ROWS_AT_ONCE` rows.

    Args:
        tables: those whose rows can be related, all by default; the others are left out where
            there are several shares.
    """
    tables = tables or contents.contract.tables
    if sum(part.height for part in contents.parts) <= ROWS_AT_ONCE:
        yield contents
        return
    known = [
        part
        for part in contents.parts
        if part.file.table in tables and "article_id" in part.schema.names
    ]
    share_of = _assigned(replace(contents, parts=tuple(known)), known)
    spans = [_spans(part, share_of) for part in known]
    for number in share_of["share"].unique().sort():
        names = share_of.filter(pl.col("share") == number)["article_id"]
        found = [
            _within(part, *span[number], names)
            for part, span in zip(known, spans, strict=True)
            if number in span
        ]
        yield replace(contents, parts=tuple(found))


def _assigned(contents: Contents, parts: Iterable[Part]) -> pl.DataFrame:
    """The share of each article that any row names, by ``article_id``, in the order of the rows."""
    counts = [part.rows.group_by(_ARTICLE, maintain_order=True).len().collect() for part in parts]
    rows = pl.concat(counts).group_by("article_id", maintain_order=True).agg(pl.col("len").sum())
    events = contents.frame("articles", "article_id", "event").drop_nulls("article_id")
    first = events.unique("article_id", keep="first", maintain_order=True)
    rows = rows.join(first, on="article_id", how="left", maintain_order="left")
    node = pl.when(pl.col("event").is_null()).then(pl.format("a {}", "article_id"))
    rows = rows.with_columns(node=node.otherwise(pl.format("e {}", "event")))
    rows = rows.with_columns(pl.col("node").replace(_roots(_ties(contents, events, rows))))
    groups = rows.group_by("node", maintain_order=True).agg(pl.col("len").sum())
    before = pl.col("len").cum_sum() - pl.col("len")
    groups = groups.select("node", share=before // ROWS_AT_ONCE)
    return rows.join(groups, on="node", maintain_order="left").select("article_id", "share")


def _ties(
    contents: Contents, events: pl.DataFrame, rows: pl.DataFrame
) -> Iterator[tuple[str, str]]:
    """Events that faulty rows link to each other: none in a release without faults."""
    nodes = dict(rows.select("article_id", "node").iter_rows())
    pairs = [events, contents.scan("quotes", "article_id", "event").unique().collect()]
    for article, event in pl.concat(pairs).drop_nulls().iter_rows():
        if nodes[article] != f"e {event}":
            yield nodes[article], f"e {event}"
    # Up to its first full stop, a sentence_id names an article.
    owner = pl.col("sentence_id").str.extract(r"^([^.]*)", 1)
    plain = ~_ARTICLE.str.contains(".", literal=True)
    own = plain & pl.col("sentence_id").str.starts_with(pl.concat_str(_ARTICLE, pl.lit(".")))
    for table in ("sentences", "standoff", "annotations", "quotes"):
        ids = "sentence_ids" if table == "quotes" else "sentence_id"
        named = contents.scan(table, "article_id", ids)
        if ids == "sentence_ids":
            named = named.explode(ids).rename({ids: "sentence_id"})
        odd = named.filter(pl.col("sentence_id").is_not_null() & ~own)
        for article, other in odd.select(_ARTICLE, owner).unique().collect().iter_rows():
            yield nodes[article], nodes.get(other, f"a {other}")


def _roots(ties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The representative of each node's connected component."""
    above: dict[str, str] = {}

    def root(node: str) -> str:
        while node in above:
            node = above[node]
        return node

    for one, other in ties:
        a, b = root(one), root(other)
        if a != b:
            above[max(a, b)] = min(a, b)
    return {node: root(node) for node in above}


def _spans(part: Part, share_of: pl.DataFrame) -> Mapping[int, tuple[int, int, int]]:
    """Where the rows of each share lie in a file: the first, the end, and how many they are."""
    runs = part.rows.select(_ARTICLE.rle()).unnest("article_id")
    runs = runs.select(article_id="value", len="len", end=pl.col("len").cum_sum())
    found = (
        runs.join(share_of.lazy(), on="article_id")
        .group_by("share")
        .agg((pl.col("end") - pl.col("len")).min(), pl.col("end").max().alias("_end"), "len")
        .select("share", "end", "_end", pl.col("len").list.sum())
    )
    return {share: (first, end, rows) for share, first, end, rows in found.collect().iter_rows()}


def _within(part: Part, first: int, end: int, rows: int, articles: pl.Series) -> Part:
    """The rows of some articles, all between two places of a file, numbered as in the file."""
    found = part.rows.slice(first, end - first).with_row_index("_row", offset=first + 1)
    if rows < end - first:
        found = found.filter(_ARTICLE.is_in(articles.implode()))
    return replace(part, rows=found, height=rows, numbered=True)
