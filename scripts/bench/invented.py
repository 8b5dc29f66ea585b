"""Invented releases in any size, for benchmarks of what comes after the text code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from copydesk.contract.arrow import write_table
from copydesk.contract.columns import SPLITS
from copydesk.contract.filenames import TableFile
from copydesk.contract.labels import NEWS
from copydesk.contract.schema_versions import SCHEMA_VERSION
from copydesk.contract.tables import CURRENT
from copydesk.files import dump_json, sha256_file, sha256_text
from copydesk.release.assemble import to_arrow

PER_ARTICLE = 25
ANNOTATORS = 3
BLOCK = 1_000_000
"""Sentences that are invented at once."""


def invent(
    release: Path,
    sentences: int,
    *,
    version: str = "1.0.0",
    changed: float = 0.0,
    copies: Path | None = None,
) -> None:
    """Write a release of invented words: 25 sentences an article, three annotators, no quotes.

    A split has a file for each million sentences of the release.

    Args:
        copies: where the texts of every other article, which are withheld then, are written as
            Parquet files; all texts are given if None.
        changed: the share of labels that are others than without it; in a fiftieth of that share of
            the articles, the text is another too.
    """
    rng = np.random.default_rng(5)
    blocks = range(0, max(sentences, 3 * PER_ARTICLE), BLOCK)
    written = Written()
    for number, first in enumerate(blocks):
        articles = min(BLOCK, max(sentences - first, 3 * PER_ARTICLE)) // PER_ARTICLE
        frame = sentences_of(rng, first // PER_ARTICLE, articles)
        text = texts_of(frame)
        answers = answers_to(frame, text, rng)
        if changed:
            chance = np.random.default_rng(number)
            text, answers = _rewritten(text, answers, chance.random(text.height) < changed / 50)
        rows = _labelled(frame, answers)
        if changed:
            others = pl.Series(chance.random(rows.height) < changed)
            next_label = (pl.col("label") + 1) % len(NEWS.names)
            rows = rows.with_columns(label=pl.when(others).then(next_label).otherwise("label"))
        about = articles_of(text)
        if copies:
            copies.mkdir(parents=True, exist_ok=True)
            about, texts = _withheld(about)
            texts.write_parquet(copies / f"{number:04}.parquet")
        given = rows.join(about.filter("redistributable"), on="article_id", how="semi")
        standoff = rows.join(about.filter(~pl.col("redistributable")), on="article_id", how="semi")
        digests = [sha256_text(value) for value in standoff["text"]]
        standoff = standoff.with_columns(pl.Series("text_sha256", digests, dtype=pl.String))
        tables = {"sentences": given, "standoff": standoff, "articles": about}
        tables["annotations"] = answers
        split = {name: SPLITS[place % 3] for place, name in enumerate(text["article_id"])}
        _write(release, version, tables, split, number, len(blocks), written)
    _describe(release, version, written)


def texts_of(sentences: pl.DataFrame) -> pl.DataFrame:
    """The articles that sentences make, with text, hash, pieces and event."""
    text = sentences.group_by("article_id", maintain_order=True).agg(
        text=pl.col("text").str.join("\n"),
        pieces=pl.struct("start", "end", "zone", is_unit=pl.lit(True)),
    )
    digests = pl.Series([sha256_text(value) for value in text["text"]])
    return text.with_columns(text_sha256=digests, event=pl.format("e-{}", "article_id"))


def with_nulls(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """A frame with these columns; those that it lacks are null."""
    lacking = [pl.lit(None).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(lacking).select(names)


def _withheld(about: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The articles with every other one withheld, and the texts of these."""
    given = pl.int_range(pl.len()) % 2 == 0
    about = about.with_columns(redistributable=given)
    texts = about.filter(~pl.col("redistributable")).select("article_id", "title", "text")
    kept = ("title", "licence", "attribution", "text")
    return about.with_columns(
        pl.when("redistributable").then(name).alias(name) for name in kept
    ), texts


def _rewritten(
    text: pl.DataFrame, answers: pl.DataFrame, which: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Articles and answers, with another hash of the text in some of the articles."""
    digest = pl.col("text_sha256")
    new = pl.when(pl.Series(which)).then(digest.str.reverse()).otherwise(digest)
    text = text.with_columns(text_sha256=new)
    hashes = text.select("article_id", "text_sha256")
    answers = answers.drop("text_sha256").join(hashes, on="article_id", maintain_order="left")
    return text, answers


def sentences_of(rng: np.random.Generator, first: int, articles: int) -> pl.DataFrame:
    """Sentences of so many articles from the first's number on, of words of random letters."""
    count = articles * PER_ARTICLE
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = np.array(
        ["".join(rng.choice(list(letters), size=n)) for n in rng.integers(2, 10, 20_000)]
    )
    lengths = rng.integers(5, 35, count)
    ends = np.cumsum(lengths)
    drawn = words[rng.integers(0, len(words), ends[-1])]
    texts = [
        " ".join(drawn[end - length : end].tolist()) + "."
        for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)
    ]
    article = np.repeat(np.arange(first, first + articles), PER_ARTICLE)
    index = np.tile(np.arange(1, PER_ARTICLE + 1), articles)
    frame = pl.DataFrame({"a": article, "index": index, "text": texts}).with_columns(
        pl.col("index").cast(pl.Int32),
        article_id=pl.format("story-{}", pl.col("a").cast(pl.String).str.zfill(7)),
        zone=pl.lit("body"),
    )
    length = pl.col("text").str.len_chars().cast(pl.Int32)
    frame = frame.with_columns(end=(length + 1).cum_sum().over("article_id") - 1)
    number = pl.col("index").cast(pl.String).str.zfill(3)
    return frame.with_columns(
        pl.col("end").cast(pl.Int32),
        start=(pl.col("end") - length).cast(pl.Int32),
        sentence_id=pl.concat_str("article_id", number, separator="."),
        event=pl.format("e-{}", "article_id"),
    )


def answers_to(frame: pl.DataFrame, text: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Three answers to each sentence, with labels by number."""
    true = rng.integers(0, len(NEWS.names), frame.height)
    rows = frame.select("sentence_id", "article_id", "start", "end").join(
        text.select("article_id", "text_sha256"), on="article_id", maintain_order="left"
    )
    parts = []
    for place in range(ANNOTATORS):
        # The last of three is of another mind in one of twenty answers: two thirds decide.
        other = (true + 1) % len(NEWS.names)
        dissents = (place == ANNOTATORS - 1) & (rng.random(frame.height) < 0.05)
        parts.append(
            rows.with_columns(
                pl.Series("label", np.where(dissents, other, true)),
                annotation_id=pl.format("{}.r1.{}", "sentence_id", pl.lit(f"a{place}")),
                annotator=pl.lit(f"a{place}"),
                annotator_kind=pl.lit("human"),
                round=pl.lit("r1"),
                arm=pl.lit("blind"),
                created_at=pl.lit("2026-01-01T00:00:00Z").str.to_datetime(
                    "%+", time_unit="us", time_zone="UTC"
                ),
                lead_time_s=pl.lit(rng.random(frame.height)),
                guidelines_version=pl.lit("1.0"),
            )
        )
    return pl.concat(parts).sort("annotation_id")


def _labelled(frame: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("label")
    counts = [(number == n).sum().cast(pl.Int32).alias(name) for n, name in enumerate(NEWS.names)]
    counted = answers.group_by("sentence_id").agg(*counts, n_annotators=pl.len().cast(pl.Int32))
    rows = frame.join(counted, on="sentence_id", maintain_order="left")
    top = pl.max_horizontal(NEWS.names)
    unanimous = top == pl.col("n_annotators")
    return rows.with_columns(
        votes=pl.struct(NEWS.names),
        label=pl.concat_list(NEWS.names).list.arg_max().cast(pl.Int64),
        agreement=top / pl.col("n_annotators"),
        label_source=pl.when(unanimous).then(pl.lit("unanimous")).otherwise(pl.lit("majority")),
        quoted_ratio=pl.lit(0.0),
        cues=pl.lit(
            [], dtype=pl.List(pl.Struct({"start": pl.Int32, "end": pl.Int32, "entry": pl.String}))
        ),
    )


def articles_of(text: pl.DataFrame) -> pl.DataFrame:
    """What is known of articles, beside their texts."""
    return text.with_columns(
        collection=pl.lit("invented"),
        title=pl.col("article_id"),
        outlet=pl.lit("The Bench"),
        url=pl.format("https://bench.example/{}", "article_id"),
        published=pl.lit("2026-01-01"),
        language=pl.lit("en"),
        licence=pl.lit("CC0-1.0"),
        attribution=pl.lit("The Bench"),
        redistributable=pl.lit(True),
    )


@dataclass
class Written:
    """What was written so far."""

    files: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)


def _write(
    release: Path,
    version: str,
    tables: dict[str, pl.DataFrame],
    split: dict[str, str],
    number: int,
    count: int,
    written: Written,
) -> None:
    for name, frame in tables.items():
        place = frame["article_id"].replace_strict(split)
        for part in SPLITS:
            numbered = {"number": number, "count": count} if count > 1 else {}
            file = str(TableFile(table=name, split=part, **numbered))
            path = release / file
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = with_nulls(frame.filter(place == part), CURRENT[name].names)
            if rows.is_empty():
                continue
            table = to_arrow(rows, name, version=version)
            write_table(table, path)
            of_table = written.counts.setdefault(name, {})
            of_table[part] = of_table.get(part, 0) + table.num_rows
            entry = {"path": file, "sha256": sha256_file(path)}
            written.files.append(entry | {"bytes": path.stat().st_size, "rows": table.num_rows})
    written.splits |= {f"e-{name}": part for name, part in split.items()}


def _describe(release: Path, version: str, written: Written) -> None:
    manifest = {
        "version": version,
        "created": "2026-01-01T00:00:00Z",
        "schema_version": SCHEMA_VERSION,
        "previous": None,
        "corpus": {"name": "bench", "title": "Bench"},
        "guidelines_version": "1.0",
        "labels": "rounds",
        "rounds": ["r1"],
        "aggregation": "majority",
        "annotators": {f"a{place}": "human" for place in range(ANNOTATORS)},
        "splits": written.splits,
        "counts": written.counts,
        "files": written.files,
    }
    (release / "release.json").write_text(dump_json(manifest))
