"""A release's tables made again from its articles and answers, in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.answers import ADJUDICATIONS, ANSWERS, Labelling, machine_labelling
from copydesk.batch import RECORDED_ARTICLES, build_batch
from copydesk.build import SHARD_ARTICLES
from copydesk.contract.columns import SPLITS
from copydesk.corpus import Corpus
from copydesk.release.assemble import Assembled, assemble, to_arrow
from copydesk.release.contents import Contents
from copydesk.release.crossing import near_threshold
from copydesk.release.index import read_index, read_manifest
from copydesk.release.suggested import MODEL, model_labelling, of_manifest
from copydesk.release.versions import Version


def built(sources: list[dict[str, Any]], *, rules: bool) -> dict[str, pl.DataFrame]:
    """The articles cut into the pieces that they have; sentences with the hash of their text."""
    built: dict[str, list[pa.RecordBatch]] = {"articles": [], "sentences": [], "quotes": []}
    for start in range(0, len(sources), SHARD_ARTICLES):
        rows = sources[start : start + SHARD_ARTICLES]
        for name, batch in (
            build_batch(pa.RecordBatch.from_pylist(rows, RECORDED_ARTICLES), rules=rules)
            ._asdict()
            .items()
        ):
            built[name].append(batch)
    frames = {name: pl.DataFrame(pa.Table.from_batches(b)) for name, b in built.items()}
    texts = frames["articles"].select("article_id", "text_sha256")
    sentences = frames["sentences"].join(texts, on="article_id", maintain_order="left")
    return frames | {"sentences": sentences}


def as_recorded(released: Contents, found: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What was built, with the values of sentences that are found by machine as released."""
    columns = [c.name for c in released.contract["sentences"].columns if c.by_machine]
    parts = [released.frame(table, "sentence_id", *columns) for table in ("sentences", "standoff")]
    sentences = found["sentences"].drop(columns)
    recorded = pl.concat(parts).unique("sentence_id", keep="first")
    return dict(found) | {
        "sentences": sentences.join(
            recorded, on="sentence_id", how="left", maintain_order="left"
        ).select(found["sentences"].columns)
    }


def rebuild(
    corpus: Corpus,
    found: Mapping[str, pl.DataFrame],
    released: Contents,
    as_recorded: bool = False,
    *,
    whole: bool = False,
) -> Assembled:
    """The release's tables again.

    Args:
        as_recorded: whether tables and labels that are found by machine are taken as released.
        whole: whether all articles of the release are here, so that splits can be drawn again.
    """
    manifest, sentences = released.manifest, found["sentences"]
    labelling = (
        _recorded_labelling(released, sentences)
        if as_recorded and manifest["labels"] in ("rule", MODEL)
        else _labelling(corpus, found["articles"], sentences, manifest)
    )
    kept, options = _split_sources(corpus, released, whole)
    again = assemble(
        articles=found["articles"],
        sentences=sentences,
        quotes=found["quotes"],
        labelling=labelling,
        method=manifest["aggregation"],
        kept_splits=kept,
        split_options=options,
        near=near_threshold(corpus),
        version=released.version,
        contract=released.contract,
    )
    return _with_recorded_tables(released, again) if as_recorded else again


def _split_sources(
    corpus: Corpus, released: Contents, whole: bool
) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """What decided the splits: those of the release before, and the corpus's configuration.

    Where not all of its articles are here, or some were erased from it, nothing can be drawn again,
    and each event keeps the split that it has.
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


def _with_recorded_tables(released: Contents, again: Assembled) -> Assembled:
    articles = pl.concat(
        pl.DataFrame(rows.select(["article_id"]))
        for (table, _), rows in again.tables.items()
        if table == "articles"
    )
    tables = dict(again.tables)
    for table in (t.name for t in released.contract.tables.values() if t.by_machine):
        frame = released.frame(table).join(articles, on="article_id", how="semi")
        for split in SPLITS:
            part = frame.filter(pl.col("split") == split)
            tables.pop((table, split), None)
            if part.height:
                tables[table, split] = to_arrow(
                    part, table, released.contract, version=released.version
                )
    order = list(released.contract.tables)
    keys = sorted(tables, key=lambda key: (order.index(key[0]), SPLITS.index(key[1])))
    return dataclasses.replace(again, tables={key: tables[key] for key in keys})


def _recorded_labelling(released: Contents, sentences: pl.DataFrame) -> Labelling:
    """The answers that rules or a suggester gave when the release was made."""
    names = dict(enumerate(released.labels("annotations")))
    given = (
        released.frame("annotations")
        .drop("split")
        .with_columns(label=pl.col("label").replace_strict(names, return_dtype=pl.String))
    )
    answers = given.join(sentences.select("sentence_id", "zone"), on="sentence_id")
    return Labelling(
        answers=answers.match_to_schema(ANSWERS, missing_columns="insert"),
        adjudications=ADJUDICATIONS.to_frame(),
    )


def _labelling(
    corpus: Corpus, articles: pl.DataFrame, sentences: pl.DataFrame, manifest: Mapping[str, Any]
) -> Labelling:
    created = datetime.fromisoformat(manifest["created"])
    if manifest["labels"] == "rule":
        return machine_labelling(sentences, created=created)
    model = of_manifest(corpus, manifest)
    if model:
        return model_labelling(model, articles, sentences, created=created)
    from copydesk.backends import codecs
    from copydesk.rounds.labelling import labelling

    given = labelling(corpus, manifest["rounds"], codecs=codecs())
    here = sentences.select("article_id").unique()
    return dataclasses.replace(
        given,
        answers=given.answers.join(here, on="article_id", how="semi"),
        adjudications=given.adjudications.join(here, on="article_id", how="semi"),
    )
