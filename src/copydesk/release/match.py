"""Matches the records of two releases, and tells what changed in each. Pure; joins only.

A record of a table that is `by_place`, such as a sentence or a quotation, is the same if its
article's text, its start and its end are; its number means nothing. Any other is known by its key.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

import polars as pl

from copydesk.contract.columns import Table
from copydesk.release.contents import Contents
from copydesk.release.records import keys, record_pairs, text_numbers

CHANGES: Final = pl.Schema(
    {
        "table": pl.String,
        "kind": pl.String,
        "record": pl.String,
        "before": pl.String,
        "after": pl.String,
    }
)
"""One row is one change of one record; ``record`` is its id in the later release, if it has one."""


def match(before: Contents, after: Contents) -> pl.DataFrame:
    """Every change of every record, as rows of `CHANGES`, ordered by table, kind and record.

    Raises:
        IntegrityError: two records of one release are at the same place.
    """
    rewritten = _rewritten(before, after)
    texts = text_numbers(before, after)
    found = [
        change.select(
            pl.lit(family).alias("table"), *(name for name in CHANGES if name != "table")
        ).match_to_schema(CHANGES, missing_columns="insert")
        for family, tables in _families(before, after).items()
        for old, new in record_pairs(tables, before, after, texts, rewritten["article_id"])
        for change in _changes(tables[0], old, new, after, rewritten)
    ]
    return pl.concat(found).sort(*CHANGES)


def _families(before: Contents, after: Contents) -> dict[str, tuple[Table, ...]]:
    """The tables of either release; sentences with and without their text are one family."""
    tables = {**before.contract.tables, **after.contract.tables}
    withheld = tables.pop("standoff")
    return {name: (t, withheld) if name == "sentences" else (t,) for name, t in tables.items()}


def _changes(
    table: Table,
    old: pl.DataFrame,
    new: pl.DataFrame,
    after: Contents,
    rewritten: pl.DataFrame,
) -> Iterator[pl.DataFrame]:
    old, new = old.with_row_index("row"), new.with_row_index("row")
    pairs = old.join(new, on=keys(table), suffix="_after")
    gone = old.join(pairs, on="row", how="anti")
    added = new.join(pairs, left_on="row", right_on="row_after", how="anti")
    withdrawn = pl.col("article_id").is_in(
        [line["article_id"] for line in after.manifest.get("withdrawn", ())]
    )
    yield from _kept(pairs, withdrawn)
    if table.name == "sentences":
        again = rewritten.select("article_id")
        yield from _realigned(
            gone.join(again, on="article_id", how="semi"),
            added.join(again, on="article_id", how="semi"),
        )
        gone, added = (rows.join(again, on="article_id", how="anti") for rows in (gone, added))
        recut = _recut(gone, added)
        yield recut
        gone = gone.join(recut, left_on="record", right_on="was", how="anti")
        added = added.join(recut.explode("now"), left_on="record", right_on="now", how="anti")
    yield _change(gone.filter(~withdrawn), "gone")
    yield _change(gone.filter(withdrawn), "withdrawn")
    yield _change(added, "added")


def _change(rows: pl.DataFrame, kind: str, before: str = "", after: str = "") -> pl.DataFrame:
    null = pl.lit(None, dtype=pl.String)
    return rows.select(
        pl.lit(kind).alias("kind"),
        "record",
        (pl.col(before).cast(pl.String) if before else null).alias("before"),
        (pl.col(after).cast(pl.String) if after else null).alias("after"),
    )


def _kept(pairs: pl.DataFrame, withdrawn: pl.Expr) -> Iterator[pl.DataFrame]:
    """Changes of records that are in both releases; ``withdrawn`` says of which articles."""

    def differ(name: str) -> pl.Expr:
        return pl.col(name).ne_missing(pl.col(f"{name}_after"))

    yield from _labels_and_splits(pairs)
    yield _change(pairs.filter(differ("record")), "renumbered", "record", "record_after")
    rights = pairs.filter(differ("rights"))
    yield _change(rights.filter(~withdrawn), "rights-changed", "rights", "rights_after")
    yield _change(rights.filter(withdrawn), "withdrawn", "rights", "rights_after")
    same = pairs.filter(~differ("rights"))
    yield _change(same.filter(differ("text")), "text-changed")
    values = [n for n in same.columns if n.startswith("=") and f"{n}_after" in same.columns]
    named = [pl.when(differ(name)).then(pl.lit(name[1:])) for name in values]
    if named:
        changed = same.with_columns(
            pl.concat_str(named, separator=", ", ignore_nulls=True).alias("columns")
        )
        changed = changed.filter(pl.col("columns") != "")
        yield _change(changed.filter(~withdrawn), "values-changed", "", "columns")
        yield _change(changed.filter(withdrawn), "withdrawn", "", "columns")


def _labels_and_splits(pairs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for name, kind in (("label", "label-changed"), ("split", "split-moved")):
        changed = pairs.filter(pl.col(name).ne_missing(pl.col(f"{name}_after")))
        yield _change(changed, kind, name, f"{name}_after")


def _rewritten(before: Contents, after: Contents) -> pl.DataFrame:
    """Articles that are in both releases with another text."""
    old, new = (c.frame("articles", "article_id", "text_sha256") for c in (before, after))
    return old.join(new, on="article_id", suffix="_after").filter(
        pl.col("text_sha256") != pl.col("text_sha256_after")
    )


def _realigned(old: pl.DataFrame, new: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Changes of the records of rewritten articles, which are paired in order by their words."""
    sides = [
        dict(rows.sort("article_id", "start").group_by("article_id", maintain_order=True))
        for rows in (old, new)
    ]
    pairs: list[tuple[str, str, bool]] = []
    for article in sorted(sides[0].keys() & sides[1].keys()):
        pairs += _aligned(sides[0][article], sides[1][article])
    schema = {"record": pl.String, "record_after": pl.String, "same": pl.Boolean}
    table = pl.DataFrame(pairs, schema=schema, orient="row")
    told = ("record", "label", "split", "start", "end")
    both = table.join(old.select(told), on="record").join(
        new.select(pl.all().name.suffix("_after")).select(f"{name}_after" for name in told),
        on="record_after",
    )
    yield from _labels_and_splits(both)
    spans = [
        pl.format("{}–{}", f"start{side}", f"end{side}").alias(f"span{side}")
        for side in ("", "_after")
    ]
    both = both.with_columns(spans)
    yield _change(both.filter("same"), "moved", "span", "span_after")
    yield _change(both.filter(~pl.col("same")), "text-changed", "span", "span_after")
    yield _change(old.join(table, on="record", how="anti"), "gone")
    yield _change(new.join(table, left_on="record", right_on="record_after", how="anti"), "added")


def _aligned(old: pl.DataFrame, new: pl.DataFrame) -> Iterator[tuple[str, str, bool]]:
    """Pairs (old id, new id, whether the words are the same); unpaired records are left out."""
    a, b = old["words"].to_list(), new["words"].to_list()
    ids_a, ids_b = old["record"].to_list(), new["record"].to_list()
    for tag, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag in ("equal", "replace"):
            for x, y in zip(ids_a[i:i_end], ids_b[j:j_end], strict=False):
                yield x, y, tag == "equal"


def _recut(gone: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Old records of unchanged texts that overlap new ones: their boundaries changed."""
    both = gone.join(added, on="text_number", suffix="_after").filter(
        (pl.col("start") < pl.col("end_after")) & (pl.col("start_after") < pl.col("end"))
    )
    return (
        both.sort("article_id", "start", "start_after")
        .group_by("article_id", "start", "end", "record", maintain_order=True)
        .agg(
            pl.col("record_after").alias("now"),
            pl.format("{}–{}", "start_after", "end_after").alias("spans"),
        )
        .select(
            pl.lit("boundaries-changed").alias("kind"),
            pl.col("now").list.first().alias("record"),
            pl.format("{}–{}", "start", "end").alias("before"),
            pl.col("spans").list.join(", ").alias("after"),
            pl.col("record").alias("was"),
            "now",
        )
    )
