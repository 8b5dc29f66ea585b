"""A release without the words of one article, or without the article: its tables, made anew. Pure.

If only the words are removed, the article becomes a withheld one: its sentences stand in
``standoff`` with their hashes, its title, address, quotations and speakers are null, and of what
adjudicators wrote only the hash is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.contract.columns import SPLITS
from copydesk.files import sha256_text
from copydesk.release.assemble import to_arrow
from copydesk.release.contents import Contents
from copydesk.rounds.redact import hashed
from copydesk.utterances import relate

Tables = dict[tuple[str, str], pa.Table]

_WORDS = ("title", "attribution", "text", "url")


def holds(contents: Contents, article: str) -> bool:
    """Whether a release has rows about an article."""
    return article in set(contents.frame("articles", "article_id")["article_id"])


def redacted(contents: Contents, article: str, version: str) -> Tables:
    """The tables without an article's words.

    Args:
        version: of the release that they will be; goes into the metadata of every table.
    """
    frames = {name: contents.frame(name) for name in contents.contract.tables}
    own = pl.col("article_id") == article
    nothing = pl.lit(None, dtype=pl.String)
    frames["articles"] = frames["articles"].with_columns(
        *(pl.when(~own).then(name).otherwise(nothing).alias(name) for name in _WORDS),
        redistributable=pl.col("redistributable") & ~own,
    )
    given, withheld = frames["sentences"], frames["standoff"]
    shut = given.filter(own).with_columns(
        text_sha256=pl.col("text").map_elements(sha256_text, return_dtype=pl.String)
    )
    if shut.height:
        shut = shut.select(withheld.columns)
        both = pl.concat([withheld, shut], how="vertical_relaxed") if withheld.height else shut
        withheld = both.sort("article_id", "index")
        frames["sentences"] = given.filter(~own)
    if "reason" in withheld.columns:
        reason = pl.col("reason").map_elements(hashed, return_dtype=pl.String)
        withheld = withheld.with_columns(pl.when(own).then(reason).otherwise("reason"))
    frames["standoff"] = withheld
    quotes = frames["quotes"]
    frames["quotes"] = quotes.with_columns(
        pl.when(~own).then("text").otherwise(nothing).alias("text"),
        *(
            pl.when(own & pl.col(name).is_not_null())
            .then(pl.col(name).struct.with_fields(nothing.alias("text")))
            .otherwise(pl.col(name))
            .alias(name)
            for name in ("speaker", "source")
            if name in quotes.columns
        ),
    )
    return _tables(frames, contents, version)


def erased(contents: Contents, article: str, version: str, texts: Mapping[str, str]) -> Tables:
    """The tables without an article.

    Quotations of its event are related anew, where the texts of its other articles are here;
    otherwise a group with fewer than two quotations left is dissolved.

    Args:
        texts: canonical texts of the event's other articles by their ids.
    """
    other = pl.col("article_id") != article
    events = contents.frame("articles").filter(~other)["event"]
    frames = {name: contents.frame(name).filter(other) for name in contents.contract.tables}
    frames["quotes"] = _related(frames["quotes"], events.to_list(), texts)
    return _tables(frames, contents, version)


def _related(quotes: pl.DataFrame, events: list[str], texts: Mapping[str, str]) -> pl.DataFrame:
    """Quotations with the groups of these events found again."""
    here = pl.col("event").is_in(events)
    touched = quotes.filter(here)
    if touched.is_empty():
        return quotes
    names = ("group", "relation", "similarity")
    if set(touched["article_id"]) <= texts.keys():
        places = zip(*(touched[c] for c in ("article_id", "start", "end")), strict=True)
        words = [texts[name][start:end] for name, start, end in places]
        rows = touched.with_columns(text=pl.Series(words, dtype=pl.String)).drop(names)
        found = relate(rows).select("quote_id", *names)
        fresh = touched.drop(names).join(found, on="quote_id", how="left", maintain_order="left")
    else:
        fullest = (pl.col("relation") == "identical") & (pl.col("similarity") > 0.999)
        whole = (pl.len() > 1) & fullest.any()
        kept = pl.col("group").is_not_null() & whole.over("event", "group")
        fresh = touched.with_columns(pl.when(kept).then(name).alias(name) for name in names)
    both = pl.concat([quotes.filter(~here), fresh.select(quotes.columns)], how="vertical_relaxed")
    return both.sort("article_id", "start")


def _tables(frames: Mapping[str, pl.DataFrame], contents: Contents, version: str) -> Tables:
    found: Tables = {}
    for name, frame in frames.items():
        for split in SPLITS:
            part = frame.filter(pl.col("split") == split)
            if part.height:
                found[name, split] = to_arrow(part, name, contents.contract, version=version)
    return found


def from_rows(tables: Tables) -> dict[str, Any]:
    """What a manifest says of annotators, guidelines and splits, from an erased release's rows."""

    answers, articles = (
        pl.concat(
            pl.DataFrame(table).with_columns(split=pl.lit(split))
            for (name, split), table in tables.items()
            if name == wanted
        )
        for wanted in ("annotations", "articles")
    )
    kinds = answers.select("annotator", "annotator_kind").unique().sort("annotator")
    last = answers.filter(pl.col("guidelines_version").is_not_null()).sort("created_at")
    return {
        "annotators": dict(kinds.iter_rows()),
        "guidelines_version": last["guidelines_version"][-1] if last.height else None,
        "splits": dict(articles.select("event", "split").unique().sort("event").iter_rows()),
    }
