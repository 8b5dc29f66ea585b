"""The records of two releases in the form in which they are compared: their identity and content.

The records of large tables are written to the disk in shares, sentences and quotations by their
article, all others by their key, and compared a share at a time, so that memory does not grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.contract.columns import Table
from copydesk.errors import IntegrityError
from copydesk.files import sha256_text
from copydesk.release.contents import Contents
from copydesk.release.scratch import Scratch
from copydesk.release.split_files import Part

_AT_ONCE: Final = 1_000_000
"""Records of both releases that are held at once; each takes some hundred bytes."""
_PLACE: Final = ("text_number", "start", "end")
# These are compared on their own, or follow from columns that are.
_NOT_VALUES: Final = {
    *("text", "text_sha256", "label", "split", "redistributable", "article_id", "start", "end"),
    "sentence_id",
}


def record_pairs(
    tables: tuple[Table, ...],
    before: Contents,
    after: Contents,
    texts: pl.DataFrame,
    rewritten: pl.Series,
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The records of a family, in both releases, that are compared together; all of a small one.

    Args:
        tables: the family.
        texts: what `text_numbers` gives.
        rewritten: the articles whose sentences also get the hash of their ``words``.
    """
    known = [c for c in (before, after) if tables[0].name in c.contract.tables]
    count = -(-sum(part.height for c in known for part in _parts(c, tables)) // _AT_ONCE)
    divided = [_divided(c, tables, texts, rewritten, count) for c in known]
    for found in zip(*divided, strict=True):
        # A config that only one of them knows has no records in the other.
        if len(found) == 2:
            yield found[0], found[1]
        elif known[0] is before:
            yield found[0], found[0].clear()
        else:
            yield found[0].clear(), found[0]


def _parts(contents: Contents, tables: tuple[Table, ...]) -> list[Part]:
    return [part for table in tables for part in contents.of(table.name)]


def _divided(
    contents: Contents,
    tables: tuple[Table, ...],
    texts: pl.DataFrame,
    rewritten: pl.Series,
    count: int,
) -> Iterator[pl.DataFrame]:
    """A family's records divided into shares by a hash of their article or key."""
    parts = _parts(contents, tables)
    numbers = _numbers(contents, texts)
    if count <= 1 or not parts:
        found = [_records(contents, table, numbers, rewritten) for table in tables]
        whole = _refused_twice(pl.concat(found, how="diagonal"), contents, tables)
        yield whole
        yield from [whole] * (count - 1)
        return
    # Each file is read once, however many shares there are.
    scratch = Scratch()
    key = pl.col("article_id" if tables[0].by_place else tables[0].key)
    files: list[list[Path]] = [[] for _ in range(count)]
    for number, part in enumerate(parts):
        alone, table = replace(contents, parts=(part,)), contents.contract[part.file.table]
        rows = _records(alone, table, numbers, rewritten).with_columns(_share=key.hash() % count)
        for (share,), mine in rows.partition_by("_share", as_dict=True, include_key=False).items():
            files[share].append(scratch.keep(f"{number}-{share}.parquet", mine))
    empty = rows.clear().drop("_share")
    for paths in files:
        found = [empty, *(pl.read_parquet(path, glob=False) for path in paths)]
        for path in paths:
            path.unlink()
        yield _refused_twice(pl.concat(found, how="diagonal"), contents, tables)


def _numbers(contents: Contents, texts: pl.DataFrame) -> pl.LazyFrame:
    """The number of each article's text."""
    articles = contents.scan("articles").select("article_id", "text_sha256")
    both = articles.join(texts.lazy(), on=("article_id", "text_sha256"))
    return both.drop("text_sha256").collect().lazy()


def _records(
    contents: Contents, table: Table, numbers: pl.LazyFrame, rewritten: pl.Series
) -> pl.DataFrame:
    """A table's records: their key, id, split, label, place and text, and a hash of each value."""
    rows = contents.scan(table.name)
    columns = rows.collect_schema().names()
    if table.by_place:
        rows = rows.join(numbers, on="article_id", how="left")
    chosen = [*_columns(contents, table, columns)]
    if table.name not in ("sentences", "standoff"):
        return rows.select(chosen).collect()
    words = pl.col("text" if table.name == "sentences" else "text_sha256")
    words = pl.when(pl.col("article_id").is_in(rewritten.implode())).then(words)
    found = rows.select(*chosen, words.alias("words")).collect()
    if table.name == "standoff":
        return found
    return found.with_columns(
        pl.col("words").map_elements(sha256_text, return_dtype=pl.String, skip_nulls=True)
    )


def _refused_twice(
    rows: pl.DataFrame, contents: Contents, tables: tuple[Table, ...]
) -> pl.DataFrame:
    """The records, no two of which are at one place."""
    twice = rows.filter(pl.struct(keys(tables[0])).is_duplicated())
    if twice.height:
        raise IntegrityError(
            f"{twice.height} records of the table '{tables[0].name}' are at the same place, among "
            f"them '{twice['record'][0]}'.",
            where=f"release {contents.version}",
            hint="Run 'copydesk validate' on it.",
        )
    return rows


def _columns(contents: Contents, table: Table, columns: list[str]) -> Iterator[pl.Expr]:
    yield from (pl.col(name) for name in dict.fromkeys((*keys(table), "article_id")))
    yield pl.col(table.key).alias("record")
    yield pl.col("split")
    if "label" in columns:
        names = dict(enumerate(contents.labels(table.name)))
        yield pl.col("label").replace_strict(names, default=None, return_dtype=pl.String)
    else:
        yield pl.lit(None, dtype=pl.String).alias("label")
    yield (
        pl.when("redistributable").then(pl.lit("given")).otherwise(pl.lit("withheld"))
        if table.name == "articles"
        else pl.lit("withheld" if table.name == "standoff" else "given")
    ).alias("rights")
    yield _text(table.name).alias("text")
    known = {*contents.contract[table.name].names} - {*_NOT_VALUES, table.key}
    yield from (_value(name).hash().alias(f"={name}") for name in columns if name in known)


def _value(name: str) -> pl.Expr:
    if name == "created_at":
        # Rules answer anew at each cut: that does not change their answer.
        return pl.when(pl.col("annotator_kind") != "rule").then(name)
    return pl.col(name)


def _text(table: str) -> pl.Expr:
    """What the record is about, hashed; the same in both releases unless the text changed."""
    if table == "annotations":
        return pl.struct("article_id", "text_sha256", "start", "end").hash()
    if table in ("sentences", "standoff", "articles"):
        return pl.col("text" if table == "sentences" else "text_sha256").hash()
    return pl.lit(0, dtype=pl.UInt64)


def text_numbers(before: Contents, after: Contents) -> pl.DataFrame:
    """A number for each text of an article in either release: a join on it is a third cheaper."""
    sides = [c.frame("articles", "article_id", "text_sha256") for c in (before, after)]
    return pl.concat(sides).unique().sort(pl.all()).with_row_index("text_number")


def keys(table: Table) -> tuple[str, ...]:
    """The columns that say which record of a table a row is."""
    return _PLACE if table.by_place else (table.key,)
