"""Rebuilds a release's tables from its articles and answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl

from copydesk.answers import ADJUDICATIONS, ANSWERS, Labelling
from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import SPLITS
from copydesk.contract.datasets_features import arrow_bytes
from copydesk.corpus import Corpus
from copydesk.release.assemble import Assembled, Labels, anchored_labels, assemble
from copydesk.release.contents import Contents
from copydesk.release.crossing import near_threshold
from copydesk.release.index import read_index, read_manifest
from copydesk.release.parts import Part, Parts
from copydesk.release.split_files import SplitRows
from copydesk.release.suggested import MODEL, of_manifest, suggested_labels
from copydesk.release.versions import Version


def recorded_by_machine(released: Contents, parts: Parts) -> Iterable[Part]:
    """The parts, with the machine-found values of their sentences taken as released."""
    columns = [c.name for c in released.contract["sentences"].columns if c.by_machine]
    rows = [released.frame(table, "sentence_id", *columns) for table in ("sentences", "standoff")]
    return _AsRecorded(parts, columns, pl.concat(rows).unique("sentence_id", keep="first"))


@dataclass(frozen=True, slots=True)
class _AsRecorded:
    parts: Parts
    columns: list[str]
    recorded: pl.DataFrame

    def __iter__(self) -> Iterator[Part]:
        for part in self.parts:
            sentences = part["sentences"]
            known = sentences.drop(self.columns).join(
                self.recorded, on="sentence_id", how="left", maintain_order="left"
            )
            yield {**part, "sentences": known.select(sentences.columns)}


def rebuild(
    corpus: Corpus,
    parts: Iterable[Part],
    released: Contents,
    *,
    articles: Collection[str],
    as_recorded: bool = False,
) -> Assembled:
    """The release's tables again.

    Args:
        articles: the ids of the articles that are here.
        as_recorded: whether tables and labels that are found by machine are taken as released.

    Raises:
        IntegrityError: an answer refers to no sentence.
    """
    manifest = released.manifest
    whole = len(articles) == released.height("articles")
    kept, options = _split_sources(corpus, released, whole)
    labels: Labels
    if as_recorded and manifest["labels"] in ("rule", MODEL):
        labels = partial(_recorded_labelling, released)
    else:
        labels = _labels(corpus, parts, manifest, articles)
    again = assemble(
        parts,
        labels,
        method=manifest["aggregation"],
        kept_splits=kept,
        split_options=options,
        near=near_threshold(corpus),
        version=released.version,
        contract=released.contract,
    )
    return _with_recorded_tables(released, again, articles) if as_recorded else again


def _split_sources(
    corpus: Corpus, released: Contents, whole: bool
) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """What decided the splits: those of the previous release, and the corpus's configuration.

    Where not all of its articles are here, or some were erased from it, the draw cannot be
    repeated, and each event keeps the split that it has.
    """
    manifest = released.manifest
    erased = any(w["version"] and w["erased"] for w in manifest.get("withdrawn", ()))
    if not whole or erased:
        return manifest["splits"], {}
    own = Version.parse(released.version)
    before = [v for v in read_index(corpus.dataset).versions if Version.parse(v) < own]
    kept = read_manifest(corpus.releases / before[-1])["splits"] if before else {}
    return kept, split_options(corpus)


def split_options(corpus: Corpus) -> dict[str, Any]:
    """What the corpus's configuration says of splits, as `draw_splits` takes it."""
    shares = dict(corpus.config.get("splits", {}))
    seed = shares.pop("seed", "")
    return {"seed": seed, **({"shares": shares} if shares else {})}


def _with_recorded_tables(
    released: Contents, again: Assembled, articles: Collection[str]
) -> Assembled:
    here = pl.col("article_id").is_in(list(articles))
    tables = dict(again.tables)
    for table in (t.name for t in released.contract.tables.values() if t.by_machine):
        schema = arrow_schema(table, released.contract, metadata={"version": released.version})
        for split in SPLITS:
            tables.pop((table, split), None)
            mine = (pl.col("split") == split) & here
            rows = released.scan(table, *schema.names, "split").filter(mine).drop("split")
            height = rows.select(pl.len()).collect(engine="streaming").item()
            if height:
                size = sum(
                    arrow_bytes(part.rows.filter(here), schema)
                    for part in released.of(table)
                    if part.file.split == split
                )
                tables[table, split] = SplitRows(rows=rows, schema=schema, height=height, size=size)
    order = list(released.contract.tables)
    keys = sorted(tables, key=lambda key: (order.index(key[0]), SPLITS.index(key[1])))
    return dataclasses.replace(again, tables={key: tables[key] for key in keys})


def _recorded_labelling(released: Contents, part: Part) -> Labelling:
    """The answers that rules or a suggester gave when the release was made."""
    names = dict(enumerate(released.labels("annotations")))
    here = pl.col("article_id").is_in(part["articles"]["article_id"].implode())
    given = released.scan("annotations").drop("split").filter(here).collect(engine="streaming")
    given = given.with_columns(label=pl.col("label").replace_strict(names, return_dtype=pl.String))
    answers = given.join(part["sentences"].select("sentence_id", "zone"), on="sentence_id")
    return Labelling(
        answers=answers.match_to_schema(ANSWERS, missing_columns="insert"),
        adjudications=ADJUDICATIONS.to_frame(),
        by_machine=True,
    )


def _labels(
    corpus: Corpus,
    parts: Iterable[Part],
    manifest: Mapping[str, Any],
    articles: Collection[str],
) -> Labels:
    if manifest["labels"] in ("rule", MODEL):
        created = datetime.fromisoformat(manifest["created"])
        return suggested_labels(of_manifest(corpus, manifest), created=created)
    from copydesk.backends import codecs
    from copydesk.rounds.labelling import labelling

    given = labelling(corpus, manifest["rounds"], codecs=codecs())
    here = pl.Series(list(articles), dtype=pl.String)
    return anchored_labels(given.about(here), parts)
